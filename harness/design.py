"""Which cells of the grid of levels are asked: all of them, or a part chosen beforehand.

================= ============================================================================================
``grid``          every combination of levels
``one-at-a-time`` the baseline, and every other level alone against it
``random``        so many cells by chance, without replacement; after each cell every axis has used its levels as
                  equally often as the cells that are left allow, and pairs of levels as equally as that allows
``fraction``      so many cells, each the one that tells most about the axes' own effects (greedy D-optimal)
================= ============================================================================================

The baseline is always in. ``random`` and ``fraction`` are sequences: with the same axes and seed the first 24 of 32
cells are the 24, so that adding cells keeps what was asked. What this refuses: a part of a grid without its size.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from harness.errors import StudyError
from harness.ids import seed_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Cell = tuple[int, ...]  # for each axis the place of its level; the baseline is all zeros

MOST_CELLS = 100_000  # of a grid that a part is chosen from: the choice looks at each cell at each step
RIDGE = 1e-3  # makes the information of the first few cells invertible; of no weight beside one cell


class Design(BaseModel):
    """The ``[design]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["grid", "one-at-a-time", "random", "fraction"] = "grid"
    cells: int | None = Field(default=None, ge=1, description="variants that are asked, the baseline among them")
    seed: int = 0


def choose(design: Design, sizes: Sequence[int], where: str) -> list[Cell]:
    """Choose the cells, in the order of the grid, so that the baseline comes first.

    Args:
        sizes: levels of each axis.

    Raises:
        StudyError: a part of a grid without ``cells``, or ``cells`` where the design has a size of its own.
    """
    whole = math.prod(sizes)
    part = design.kind in ("random", "fraction")
    if part != (design.cells is not None):
        remedy = (
            "write cells = 24, or as many as you can pay for" if part else f"leave cells out: {design.kind} has its own"
        )
        what = f"{design.kind} needs to know how many cells" if part else f"{design.kind} takes no number of cells"
        raise StudyError(what, where=where, remedy=remedy)
    if design.kind == "one-at-a-time":
        return sorted({_alone(axis, level, len(sizes)) for axis, size in enumerate(sizes) for level in range(size)})
    if design.cells is None or design.cells >= whole:
        return list(itertools.product(*map(range, sizes)))
    if whole > MOST_CELLS:
        raise StudyError(
            f"the grid has {whole:,} cells, and a part is chosen from {MOST_CELLS:,} at most",
            where=where,
            remedy="vary fewer levels, or ask one-at-a-time",
        )
    pick = _balanced if design.kind == "random" else _optimal
    return sorted(pick(sizes, design.cells, design.seed))


def _alone(axis: int, level: int, axes: int) -> Cell:
    return tuple(level if place == axis else 0 for place in range(axes))


def _chance(grid: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Rank all cells by chance; hashed, for a generator of random numbers may change with its package."""
    import numpy as np

    return np.argsort(np.argsort([seed_of(str(seed), "design", *map(int, cell)) for cell in grid]))


def _balanced(sizes: Sequence[int], cells: int, seed: int) -> list[Cell]:
    """Take, again and again, a cell of levels that were used least; among these one of pairs that were used least."""
    import numpy as np

    grid = np.array(list(itertools.product(*map(range, sizes))))
    pairs = list(itertools.combinations(range(len(sizes)), 2))
    used = [np.zeros(size, int) for size in sizes]
    together = {(a, b): np.zeros((sizes[a], sizes[b]), int) for a, b in pairs}
    free, chance, taken = np.ones(len(grid), bool), _chance(grid, seed), [0]
    while True:
        last = grid[taken[-1]]
        free[taken[-1]] = False
        for axis, level in enumerate(last):
            used[axis][level] += 1
        for a, b in pairs:
            together[a, b][last[a], last[b]] += 1
        if len(taken) == cells:
            return [tuple(map(int, grid[place])) for place in taken]
        left = np.flatnonzero(free)
        worse = sum(used[axis][grid[left, axis]] - used[axis].min() for axis in range(len(sizes)))
        left = left[worse == worse.min()]
        paired = sum((together[a, b][grid[left, a], grid[left, b]] ** 2 for a, b in pairs), np.zeros(len(left), int))
        left = left[paired == paired.min()]
        taken.append(int(left[chance[left].argmin()]))


def _optimal(sizes: Sequence[int], cells: int, seed: int) -> list[Cell]:
    """Take, again and again, the cell of the largest leverage x'(X'X)⁻¹x under a model of the axes' own effects.

    It is the step by which the determinant of X'X grows most (sequential D-optimality: Wynn 1970; Atkinson, Donev
    and Tobias 2007, chapter 11). Of balanced small grids it finds the orthogonal fractions.
    """
    import numpy as np

    grid = np.array(list(itertools.product(*map(range, sizes))))
    x = _effects(grid, sizes)
    inverse = np.eye(x.shape[1]) / RIDGE
    leverage = np.einsum("ij,ij->i", x @ inverse, x)
    free, chance, taken = np.ones(len(grid), bool), _chance(grid, seed), [0]
    while True:
        last = x[taken[-1]]
        free[taken[-1]] = False
        if len(taken) == cells:
            return [tuple(map(int, grid[place])) for place in taken]
        along = inverse @ last
        scale = 1 + last @ along
        leverage -= (x @ along) ** 2 / scale
        inverse -= np.outer(along, along) / scale
        left = np.flatnonzero(free)
        # The last digits differ between machines; cells that are as good are told apart by chance alone.
        best = left[leverage[left] >= leverage[left].max() * (1 - 1e-6)]
        taken.append(int(best[chance[best].argmin()]))


def _effects(grid: NDArray[np.int64], sizes: Sequence[int]) -> NDArray[np.float64]:
    """Give each cell its row: 1, and for each axis its level as centred indicators of unit variance."""
    import numpy as np

    columns = [np.ones((len(grid), 1))]
    for axis, size in enumerate(sizes):
        columns.append((np.eye(size)[grid[:, axis]] - 1 / size) * math.sqrt(size))
    return np.hstack(columns)


def tell(design: Design, axes: Mapping[str, Sequence[str]], cells: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Say in lines what a design asks, and what it cannot tell apart.

    Args:
        axes: axis → its levels, the baseline first.
        cells: for each variant, axis → level.
    """
    varied = {axis: levels for axis, levels in axes.items() if len(levels) > 1}
    whole = math.prod(map(len, varied.values()))
    if len(cells) >= whole:
        yield f"design: grid, all {whole:,} combinations of {_listed(varied)}" if varied else "design: one variant"
        return
    seeded = f", seed {design.seed}" if design.cells else ""
    yield f"design: {design.kind}, {len(cells):,} of {whole:,} combinations of {_listed(varied)}{seeded}"
    for axis, levels in varied.items():
        counts = Counter(cell[axis] for cell in cells)
        held = [counts[level] for level in levels]
        if design.kind != "one-at-a-time":
            yield f"  {axis}: each level in {_span(held)} variants"
    if design.kind == "one-at-a-time":
        yield "  each level is compared with the baseline while all other axes stand at theirs"
        yield "  not seen: what two axes do together (interactions). An effect that only another combination brings out"
        yield "  goes unnoticed"
        return
    if (least := 1 + sum(len(levels) - 1 for levels in varied.values())) > len(cells):
        yield f"  too few: to tell the effects of all levels apart takes {least:,} variants at least"
    mixed = _mixed(varied, cells)
    if mixed:
        yield f"  confounded with other axes, so that no effect of them can be told by itself: {', '.join(mixed)}"
    for one, other in itertools.combinations(varied, 2):
        met = len({(cell[one], cell[other]) for cell in cells})
        if met < (all_ := len(varied[one]) * len(varied[other])):
            yield f"  {one} and {other}: {met:,} of {all_:,} pairs of levels are asked together"
    yield "  an effect of a level is a mean over the other axes; what two axes do together is mixed into it"


def _mixed(varied: Mapping[str, Sequence[str]], cells: Sequence[Mapping[str, str]]) -> list[str]:
    """List the axes whose effects other axes could have brought about: columns that depend on each other."""
    import numpy as np

    grid = np.array([[levels.index(cell[axis]) for axis, levels in varied.items()] for cell in cells])
    sizes = [len(levels) for levels in varied.values()]
    x = _effects(grid, sizes)
    ends = np.cumsum([1, *sizes])
    rank = np.linalg.matrix_rank(x)
    return [
        axis
        for place, axis in enumerate(varied)
        if rank - np.linalg.matrix_rank(np.delete(x, slice(ends[place], ends[place + 1]), axis=1)) < sizes[place] - 1
    ]


def _listed(varied: Mapping[str, Sequence[str]]) -> str:
    return " x ".join(f"{len(levels)} {axis}" for axis, levels in varied.items())


def _span(counts: Sequence[int]) -> str:
    return f"{min(counts):,}" if min(counts) == max(counts) else f"{min(counts):,} to {max(counts):,}"

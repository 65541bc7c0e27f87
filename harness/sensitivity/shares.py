"""The share of each axis in how the variants tried differ, and each level against the rest of its axis.

A full grid is taken apart into orthogonal effects: main effects, pairs, and the rest together. On a part of a grid the
main effects are fitted by least squares; what they may hide is named.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from harness.inference import TIE, Floats
from harness.sensitivity.design import Design, Term

DRAWS = 2000
REST = "rest"  # all interactions of three axes and more; on a part of a grid all that main effects leave


@dataclass(frozen=True)
class Share:
    """What a term has in the spread of the variants tried.

    Attributes:
        term: its axes' names.
        axes: their numbers; none for the rest.
        variance: mean squared effect among the variants tried, less its noise; below 0 where noise does it all.
        share, lower, upper: of this and all other terms pooled, neither below 0; None where nothing differs beyond
            noise. Where noise brings terms below 0, shares do not add up to 1.
        aliased: on a part of a grid, the interactions that may show as this effect.
    """

    term: str
    axes: Term
    variance: float
    share: float | None
    lower: float | None
    upper: float | None
    aliased: str | None


@dataclass(frozen=True)
class Contrast:
    """A level against the other levels of its axis, over the same levels of all others: its weights on variants."""

    axis: int
    level: str
    weights: Floats


def shares(values: Floats, noise: Floats, design: Design, rng: np.random.Generator) -> list[Share]:
    """Take the spread of variants apart by term.

    A share is that of a term against all others pooled, so that many terms which are nothing but noise do not add up;
    its interval comes from the pivots of the two sizes.
    """
    maps = _effects(design)
    centring = np.eye(len(values)) - 1 / len(values)
    made = []
    for name, term, map_ in maps:
        others = centring - map_
        size = _size(values, noise, map_)
        share = _share(np.array([size]), np.array([_size(values, noise, others)]))[0]
        lower = upper = None
        if len(maps) > 1 and np.isfinite(share):
            drawn = _share(_draw_sizes(values, noise, map_, rng), _draw_sizes(values, noise, others, rng))
            drawn = drawn[np.isfinite(drawn)]
            lower, upper = np.quantile(drawn, [0.025, 0.975]).tolist() if len(drawn) else (None, None)
        alias = aliases(design, term) if term and not design.full else None
        made.append(Share(name, term, size, float(share) if np.isfinite(share) else None, lower, upper, alias))
    return made


def _share(sizes: Floats, others: Floats) -> Floats:
    """Give the share of sizes, neither below 0, NaN where nothing is above 0."""
    kept = np.maximum(sizes, 0.0)
    total = kept + np.maximum(others, 0.0)
    return np.asarray(np.divide(kept, total, out=np.full(kept.shape, np.nan), where=total > TIE**2))


def _size(values: Floats, noise: Floats, map_: Floats) -> float:
    """Give the mean squared effect less its noise."""
    return float((np.sum((map_ @ values) ** 2) - np.trace(map_ @ noise @ map_.T)) / len(map_))


def _draw_sizes(values: Floats, noise: Floats, map_: Floats, rng: np.random.Generator) -> Floats:
    """Draw the mean squared effect from its pivot: which λ solves (√λ + z)² + χ²(f − 1) = the sum of squares in noise?

    The noise along the term's directions counts as f directions of one variance (Satterthwaite 1946, Biometrics 2).

    Returns:
        (draws,), not below 0.
    """
    square = float(np.sum((map_ @ values) ** 2))
    along = np.maximum(np.linalg.eigvalsh(map_ @ noise @ map_.T), 0.0)
    if along.max() <= TIE**2:
        return np.full(DRAWS, square / len(map_))
    one = float((along**2).sum() / along.sum())
    freedom = float(along.sum()) / one
    rest = rng.chisquare(freedom - 1, DRAWS) if freedom > 1 + TIE else np.zeros(DRAWS)
    root = np.sqrt(np.maximum(square / one - rest, 0.0)) - rng.normal(size=DRAWS)
    return np.asarray(np.maximum(root, 0.0) ** 2 * one / len(map_))


def _effects(design: Design) -> list[tuple[str, Term, Floats]]:
    """List the terms with the matrices that take estimates to their effects."""
    count = len(design.index)
    centring = np.eye(count) - 1 / count
    if design.full:
        terms = [term for term in design.terms if len(term) <= 2]
        maps = [(design.name(term), term, design.projection(term)) for term in terms]
    else:
        columns, owner = _main_columns(design)
        solved = np.linalg.pinv(np.column_stack([np.ones(count), columns]))[1:]
        maps = []
        for number in range(len(design.axes)):
            if _told_apart(design, number):
                own = columns[:, owner == number] @ solved[owner == number]
                maps.append((design.name((number,)), (number,), centring @ own))
    rest = centring - sum((map_ for _, _, map_ in maps), np.zeros((count, count)))
    return [*maps, *([(REST, (), rest)] if np.abs(rest).max() > TIE else [])]


def _main_columns(design: Design) -> tuple[Floats, Floats]:
    """Code main effects so that the levels of an axis add up to 0.

    Returns:
        (variants, columns) and the axis of each column.
    """
    coded, owner = [], []
    for number, levels in enumerate(design.shape):
        code = np.vstack([np.eye(levels - 1), -np.ones(levels - 1)])
        coded.append(code[design.index[:, number]])
        owner += [number] * (levels - 1)
    return np.column_stack(coded), np.array(owner)


def _told_apart(design: Design, axis: int) -> bool:
    """Tell whether the main effects of an axis can be estimated beside those of the others."""
    columns, owner = _main_columns(design)
    whole = np.column_stack([np.ones(len(columns)), columns])
    seen = np.linalg.pinv(whole) @ whole
    own = np.flatnonzero(owner == axis) + 1
    return bool(np.abs(seen[own] - np.eye(len(whole[0]))[own]).max() < 1e-8)


def aliases(design: Design, term: Term) -> str | None:
    """Name the interactions of two axes that show, in part, as this main effect; None if there are none."""
    (axis,) = term
    columns, owner = _main_columns(design)
    solved = np.linalg.pinv(np.column_stack([np.ones(len(columns)), columns]))[1:][owner == axis]
    mixed = []
    for pair in itertools.combinations(range(len(design.axes)), 2):
        left, right = (columns[:, owner == one] for one in pair)
        product = (left[:, :, None] * right[:, None, :]).reshape(len(columns), -1)
        if np.abs(solved @ product).max() > 1e-8:
            mixed.append(design.name(pair))
    return ", ".join(mixed) or None


def contrasts(design: Design) -> list[Contrast]:
    """List each level against the rest of its axis, where the design tells it apart.

    On a full grid the weights are those of the mean at this level less the mean at the others.
    """
    columns, owner = _main_columns(design)
    solved = np.linalg.pinv(np.column_stack([np.ones(len(columns)), columns]))[1:]
    made = []
    for number, axis in enumerate(design.axes):
        if not _told_apart(design, number):
            continue
        levels = len(axis.levels)
        code = np.vstack([np.eye(levels - 1), -np.ones(levels - 1)])
        effects = code @ solved[owner == number] * levels / (levels - 1)
        made += [Contrast(number, level, effects[place]) for place, level in enumerate(axis.levels)]
    return made

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
from harness.sensitivity.simultaneous import draw_noise

DRAWS = 1000
REST = "rest"  # all interactions of three axes and more; on a part of a grid all that main effects leave


@dataclass(frozen=True)
class Share:
    """What a term has in the spread of the variants tried.

    Attributes:
        term: its axes' names.
        axes: their numbers; none for the rest.
        variance: mean squared effect among the variants tried, less its noise; below 0 where noise does it all.
        share, lower, upper: of the sum over terms, each not below 0; None where nothing differs beyond noise.
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

    The intervals are percentiles of a parametric bootstrap: effects shrunk to their estimated size, new noise, the
    same estimator.
    """
    maps = _effects(design)
    sizes = np.array([_size(values[None, :], noise, map_)[0] for _, _, map_ in maps])
    parts = _parts(sizes[None, :])[0]
    bands = np.full((2, len(maps)), np.nan)
    if len(maps) > 1 and sizes.max(initial=0.0) > TIE**2:
        effects = [map_ @ values for _, _, map_ in maps]
        shrunk = sum(
            effect * np.sqrt(max(size, 0.0) / max(float(np.mean(effect**2)), TIE**2))
            for effect, size in zip(effects, sizes, strict=True)
        )
        drawn = shrunk + draw_noise(noise, DRAWS, rng)
        redrawn = _parts(np.stack([_size(drawn, noise, map_) for _, _, map_ in maps], axis=1))
        bands = np.nanquantile(redrawn, [0.025, 0.975], axis=0)
    told = [aliases(design, term) if term and not design.full else None for _, term, _ in maps]
    return [
        Share(name, term, float(size), _number(part), _number(low), _number(high), alias)
        for (name, term, _), size, part, low, high, alias in zip(maps, sizes, parts, *bands, told, strict=True)
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _size(values: Floats, noise: Floats, map_: Floats) -> Floats:
    """Give the mean squared effect less its noise, of many draws of the estimates: (draws,)."""
    count = len(map_)
    return np.asarray(((values @ map_.T) ** 2).mean(axis=1) - np.trace(map_ @ noise @ map_.T) / count)


def _parts(sizes: Floats) -> Floats:
    """Give shares of sizes, (draws, terms): NaN where nothing is above 0."""
    kept = np.maximum(sizes, 0.0)
    total = kept.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(kept, total, out=np.full(kept.shape, np.nan), where=total > TIE**2))


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

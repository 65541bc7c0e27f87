"""mauve(model, people): MAUVE of two collections of vectors, from 0 to 1, which is the same distribution.

Pillutla et al. 2021 (arXiv 2102.01454; JMLR 24, 2023): both collections are quantised together by k-means, into a
tenth as many buckets as the smaller one has vectors; MAUVE is the area under the frontier of the two directions of
Kullback–Leibler divergence to their mixtures, exp(-5 KL). As there, vectors are normalised and turned to the principal
components that hold nine tenths of the variance. K-means starts once, by k-means++ (Arthur and Vassilvitskii 2007)
with a fixed seed; theirs is the best of five random starts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

TAKES = ["float[][]", "float[][]"]
GIVES = "double"

SCALING = 5.0
POINTS = 25  # of the frontier
VARIANCE = 0.9
STEPS = 100
SEED = 25

Floats = npt.NDArray[np.float64]


def call(model: Sequence[Sequence[float]] | None, people: Sequence[Sequence[float]] | None) -> float:
    """Compare two collections; NaN where one is empty."""
    if not model or not people:
        return float("nan")
    buckets = max(2, round(min(len(model), len(people)) / 10))
    label = quantise(np.asarray([*model, *people], dtype=np.float64), buckets)
    counts = [np.bincount(part, minlength=buckets) for part in (label[: len(model)], label[len(model) :])]
    return area(*(count / count.sum() for count in counts))


def area(p: Floats, q: Floats) -> float:
    """Give the area under the frontier of two histograms."""
    points = [(1.0, 0.0)]
    for weight in np.linspace(1e-6, 1 - 1e-6, POINTS):
        mixture = weight * p + (1 - weight) * q
        points.append((_likeness(q, mixture), _likeness(p, mixture)))
    points.append((0.0, 1.0))
    x, y = np.asarray(points).T
    # As published: the mean of the areas over either axis. One falls as the other grows, and so where one is equal.
    by_x, by_y = np.lexsort((-y, x)), np.lexsort((-x, y))
    return float((np.trapezoid(y[by_x], x[by_x]) + np.trapezoid(x[by_y], y[by_y])) / 2)


def quantise(rows: Floats, buckets: int) -> npt.NDArray[np.int64]:
    """Give the bucket of each row, by k-means on the principal components."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    rows = rows - rows.mean(axis=0)
    values, axes = np.linalg.eigh(rows.T @ rows)
    shares = np.cumsum(values[::-1]) / max(float(values.sum()), 1e-300)
    rows = rows @ axes[:, ::-1][:, : int(np.argmax(shares >= VARIANCE)) + 1]
    rng = np.random.default_rng(SEED)
    lengths = (rows**2).sum(axis=1)
    centres = _start(rows, lengths, buckets, rng)
    label = np.full(len(rows), -1)
    for _ in range(STEPS):
        nearest = _distances(rows, lengths, centres).argmin(axis=1)
        if (nearest == label).all():
            break
        label = nearest
        count = np.bincount(label, minlength=len(centres))
        sums = (label == np.arange(len(centres))[:, None]).astype(np.float64) @ rows
        filled = count > 0
        centres[filled] = sums[filled] / count[filled, None]
    return label.astype(np.int64)


def _start(rows: Floats, lengths: Floats, buckets: int, rng: np.random.Generator) -> Floats:
    """Choose the first centres: each with a chance that grows with the squared distance to those before."""
    chosen = [int(rng.integers(len(rows)))]
    gap = _distances(rows, lengths, rows[chosen])[:, 0]
    while len(chosen) < buckets and gap.sum() > 1e-12:
        chosen.append(int(rng.choice(len(rows), p=gap / gap.sum())))
        gap = np.minimum(gap, _distances(rows, lengths, rows[chosen[-1:]])[:, 0])
    return rows[chosen].copy()


def _distances(rows: Floats, lengths: Floats, centres: Floats) -> Floats:
    """Give squared distances: (rows, centres). ``lengths`` are the squared lengths of the rows."""
    square = lengths[:, None] - 2 * (rows @ centres.T) + (centres**2).sum(axis=1)
    distances: Floats = np.maximum(square, 0, out=square)
    return distances


def _likeness(p: Floats, mixture: Floats) -> float:
    """Give exp(-5 KL(p, mixture))."""
    there = p > 0
    return float(np.exp(-SCALING * np.sum(p[there] * np.log(p[there] / mixture[there]))))

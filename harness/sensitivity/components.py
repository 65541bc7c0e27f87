"""Variance components of an outcome: how much of how answers differ is the item's, the model's, the prompt's.

Generalizability theory (Brennan 2001, Generalizability Theory) on a crossed design of items, models and prompts. The
components come from pairs of answers (Koch 1967, Technometrics 9): half the squared difference of two answers that
share some of the three, and no more, is in expectation the sum of the components that they do not share. This is
unbiased for whatever cells are missing, so long as they are not missing for what they would have said. Options without
order are vectors with one 1: half the squared difference is then whether two answers differ (Gini's measure).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from harness.inference import Floats, Ints, bootstrap_weights

REDRAWS = 300
NAMES = ("item", "model", "prompt")
RESIDUAL = "residual"  # item × model × prompt, and the chance of one draw


@dataclass(frozen=True)
class Component:
    """A variance component of one outcome.

    Attributes:
        name: ``item``, ``item × prompt`` …; the last is ``residual``.
        variance: its estimate; chance can bring it below 0.
        share: of the sum of components, each not below 0; ``lower`` and ``upper``: its 95 % interval over items, with
            models and prompts as they are.
    """

    name: str
    variance: float
    share: float
    lower: float
    upper: float


def components(answers: Floats, clusters: Ints, rng: np.random.Generator) -> list[Component]:
    """Take an outcome apart.

    Args:
        answers: (items, models, prompts, values): a number, or a vector with one 1; NaN where there is no answer.
        clusters: (items,) number of each item's cluster, from 0.
        rng: of the redraws.

    Returns:
        one for each set of the three that vary, with two levels at least; none where nothing can be told apart.
    """
    varied = [axis for axis in range(3) if answers.shape[axis] > 1]
    subsets = [set(each) for size in range(len(varied) + 1) for each in itertools.combinations(varied, size)]
    weights = bootstrap_weights(int(clusters.max()) + 1, REDRAWS, rng)[:, clusters]
    apart = {frozenset(s): _apart(answers, s, varied, weights) for s in subsets if len(s) < len(varied)}
    if 0 not in varied or len(varied) < 2 or any(np.isnan(each[0]) for each in apart.values()):
        return []
    apart[frozenset(varied)] = np.zeros(len(weights))
    found = {
        frozenset(term): sum(
            (-1.0) ** (len(term) - len(part)) * (apart[frozenset()] - apart[frozenset(part)])
            for part in subsets
            if part <= term
        )
        for term in subsets
        if term
    }
    values = np.stack(list(found.values()), axis=1)
    kept = np.maximum(values, 0.0)
    total = kept.sum(axis=1, keepdims=True)
    shares = np.divide(kept, total, out=np.zeros_like(kept), where=total > 0)
    low, high = np.nanquantile(shares[1:], [0.025, 0.975], axis=0)
    names = [RESIDUAL if term == set(varied) else " × ".join(NAMES[axis] for axis in sorted(term)) for term in found]
    return [
        Component(*each) for each in zip(names, *(x.tolist() for x in (values[0], shares[0], low, high)), strict=True)
    ]


def _apart(answers: Floats, shared: set[int], varied: list[int], weights: Floats) -> Floats:
    """Give half the mean squared difference of two answers that share exactly these: (redraws + 1,)."""
    rest = [axis for axis in varied if axis not in shared]
    pairs, differences = np.zeros(len(weights)), np.zeros(len(weights))
    # Pairs that share these and perhaps more, less those that do share more.
    for size in range(len(rest) + 1):
        for more in itertools.combinations([axis for axis in rest if axis != 0], size):
            count, apart = _pairs(answers, shared | set(more), weights)
            pairs += (-1) ** size * count
            differences += (-1) ** size * apart
    return np.asarray(np.divide(differences, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0.5))


def _pairs(answers: Floats, shared: set[int], weights: Floats) -> tuple[Floats, Floats]:
    """Count pairs that share at least these, and sum half their squared differences.

    Of one item where the item is shared; of two different ones where it is not, so that no item meets its own redraw.
    """
    there = np.isfinite(answers[..., 0])
    filled = np.where(there[..., None], answers, 0.0)
    apart = tuple(axis for axis in (1, 2) if axis not in shared)
    count = there.sum(axis=apart, dtype=np.float64).reshape(len(answers), -1)
    sums = filled.sum(axis=apart).reshape(len(answers), count.shape[1], -1)
    squares = (filled**2).sum(axis=-1).sum(axis=apart).reshape(len(answers), -1)
    own_count = (count**2).sum(axis=1)
    own = (count * squares).sum(axis=1) - (sums**2).sum(axis=(1, 2))
    if 0 in shared:
        return np.asarray(weights @ (own_count - there.sum(axis=(1, 2)))), np.asarray(weights @ own)
    all_count, all_squares = weights @ count, weights @ squares
    all_sums = weights @ sums.reshape(len(answers), -1)
    doubled = weights**2
    return (
        np.asarray((all_count**2).sum(axis=1) - doubled @ own_count),
        np.asarray((all_count * all_squares).sum(axis=1) - (all_sums**2).sum(axis=1) - doubled @ own),
    )

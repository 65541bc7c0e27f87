"""Prediction-powered inference: a mean over all items, from a model's answers to all and people's to some.

Arrays in, numbers out. Of N items only a model's answer f is known, of n others people's answer y as well; those n are
a random part of all. The model's mean alone has its bias for ever; people's mean alone does not use the model. The
estimate

    mean(y) + λ (mean of f over the N - mean of f over the n)

is unbiased whatever the model does, for every fixed λ: Angelopoulos et al. 2023 (Science 382; λ = 1) and, with the λ
that makes its variance smallest, 2023b (arXiv 2311.01453, PPI++). λ is estimated as cov(y, f) / ((1 + n/N) var f) and
kept within [0, 1], as there: a useless model gets 0, and the estimate is people's. The variance is that of residuals,
summed over clusters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.inference import LEAST_CLUSTERS, TIE, Floats, Ints, t_quantile


@dataclass(frozen=True)
class Corrected:
    """A mean and its 95 % interval, and what it would be without the one or the other.

    Attributes:
        lower, upper: NaN with fewer than ten clusters of people's answers.
        power: λ.
        model: the model's mean over all items.
        people, people_lower, people_upper: people's mean over theirs.
        worth: how many answers of people alone would make as narrow an interval, over how many there are.
    """

    value: float
    lower: float
    upper: float
    power: float
    model: float
    people: float
    people_lower: float
    people_upper: float
    worth: float


def correct_mean(said: Floats, known: Floats, unknown: Floats, clusters: Ints, others: Ints) -> Corrected:
    """Estimate people's mean over all items.

    Args:
        said: (n,) people's answers, each in [0, 1] or on a scale.
        known: (n,) the model's answers to the same items.
        unknown: (N,) the model's answers to the other items.
        clusters, others: of the n items, and of the N.
    """
    n, rest = len(said), len(unknown)
    power = 0.0
    if rest and n > 1:
        both = np.concatenate([known, unknown])
        spread = float(np.var(both, ddof=1))
        with_people = float(np.cov(said, known)[0, 1])
        power = min(1.0, max(0.0, with_people / ((1 + n / rest) * spread))) if spread > TIE else 0.0
    ahead = float(np.mean(unknown)) if rest else 0.0
    value = float(np.mean(said)) + power * (ahead - float(np.mean(known))) if rest else float(np.mean(said))
    alone = _variance(said, clusters)
    together = _variance(said - power * known, clusters)
    if rest:
        together += power**2 * _variance(unknown, others)
    groups = len(np.unique(clusters))
    reach = t_quantile(0.975, groups - 1) if groups >= LEAST_CLUSTERS else math.nan
    half, half_alone = reach * math.sqrt(together), reach * math.sqrt(alone)
    people = float(np.mean(said))
    return Corrected(
        value, value - half, value + half, power, float(np.mean(np.concatenate([known, unknown]))), people,
        people - half_alone, people + half_alone, alone / together if together > TIE**2 else math.nan,
    )  # fmt: skip


def _variance(values: Floats, clusters: Ints) -> float:
    """Give the variance of a mean whose items come in clusters."""
    _, of = np.unique(clusters, return_inverse=True)
    sums = np.bincount(of, weights=values - values.mean())
    groups = len(sums)
    return float(sums @ sums) * groups / max(1, groups - 1) / len(values) ** 2

"""Means and slopes over seeds: what repeated training shows, and how sure it is.

A seed is one run of everything that is chance: what is held out and what is drawn. Runs of other seeds are alike and
apart but for the texts that they share, so an interval says where the mean over seeds lies for *these* texts: other
people's texts may differ by more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.inference import Floats, t_quantile


@dataclass(frozen=True)
class OverSeeds:
    """A mean over seeds with its 95 % interval (t); the interval is NaN of a single seed."""

    value: float
    lower: float
    upper: float


def mean_over(values: Floats) -> OverSeeds:
    """Give the mean of one number per seed."""
    values = values[np.isfinite(values)]
    if not len(values):
        return OverSeeds(math.nan, math.nan, math.nan)
    mean = float(np.mean(values))
    if len(values) < 2:
        return OverSeeds(mean, math.nan, math.nan)
    half = t_quantile(0.975, len(values) - 1) * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return OverSeeds(mean, mean - half, mean + half)


def slope_over(values: Floats) -> OverSeeds:
    """Give the mean slope per generation.

    Args:
        values: (seeds, generations + 1), in order.
    """
    steps = np.arange(values.shape[1], dtype=float)
    steps -= steps.mean()
    return mean_over(values @ steps / float(steps @ steps))

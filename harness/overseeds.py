"""Means and slopes over seeds: what repeated training shows, and how sure it is.

A seed is one run of everything that is chance: what is held out and what is drawn. Runs of other seeds are alike and
apart but for the texts that they share, so an interval says where the mean over seeds lies for *these* texts: other
people's texts may differ by more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.inference import Floats, t_quantile

if TYPE_CHECKING:
    import pandas as pd

METRICS = {  # metric → title, what it says
    "tail_recall": ("rare words kept", "share of people's rarest word types that still occur"),
    "distinct_2": ("distinct pairs of words", "distinct pairs over pairs"),
    "entropy": ("entropy of words", "bits a word"),
    "compression": ("redundancy", "bytes over packed bytes"),
    "loss": ("loss on people's texts", "bits a token, of the learner taught with this generation"),
}


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


def summarise(found: pd.DataFrame) -> tuple[pd.DataFrame, dict[tuple[str, str], OverSeeds]]:
    """Give the mean over seeds at each generation, and the slope a generation.

    Args:
        found: regime, seed, generation, metric, value.

    Returns:
        rows (metric, regime, generation, value, lower, upper); and (metric, regime) → slope.
    """
    import pandas as pd

    rows, slopes = [], {}
    for metric in METRICS:
        for regime in dict.fromkeys(found["regime"]):
            chosen = found[(found["metric"] == metric) & (found["regime"] == regime)]
            table = chosen.pivot(index="seed", columns="generation", values="value").to_numpy(dtype=float)
            slopes[metric, regime] = slope_over(table)
            for generation, column in enumerate(table.T):
                rows.append({"metric": metric, "regime": regime, "generation": generation, **vars(mean_over(column))})
    return pd.DataFrame(rows), slopes

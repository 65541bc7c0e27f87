"""Intervals that hold for all variants at once (max-t), and the spread between the least and the most.

The largest |t| over variants, or over pairs of them, is drawn from the covariance of the paired redraws
(Hothorn, Bretz and Westfall 2008, Biom. J. 50).
"""

from __future__ import annotations

import numpy as np

from harness.inference import TIE, Floats
from harness.sensitivity.between import draw_noise_scale

DRAWS = 2000


def draw_noise(noise: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Draw N(0, Σ): (draws, variants); Σ may be singular."""
    values, vectors = np.linalg.eigh(noise)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(rng.normal(size=(draws, len(noise))) @ root.T, dtype=np.float64)


def missed(clusters: int, bounds: tuple[float, float]) -> float:
    """Tell what n clusters, none of which differs, could have missed: 1 − 0.05^(1/n) of the range."""
    return float((1 - 0.05 ** (1 / clusters)) * (bounds[1] - bounds[0]))


def hold_together(
    values: Floats, noise: Floats, clusters: int, bounds: tuple[float, float], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Give intervals of all variants that hold together with 95 %.

    Returns:
        lower and upper, (variants,) each, within what is possible. Where no redraw of a variant differs the bootstrap
        is blind, and the interval is what the clusters could have missed.
    """
    error = np.sqrt(np.diag(noise))
    seen = error > TIE
    half = np.full(len(values), missed(clusters, bounds))
    if seen.any():
        largest = (np.abs(draw_noise(noise, DRAWS, rng))[:, seen] / error[seen]).max(axis=1)
        critical = np.quantile(largest * np.sqrt(draw_noise_scale(clusters - 1, DRAWS, rng)), 0.95)
        half[seen] = critical * error[seen]
    return np.maximum(values - half, bounds[0]), np.minimum(values + half, bounds[1])


def spread(
    values: Floats, noise: Floats, clusters: int, bounds: tuple[float, float], rng: np.random.Generator
) -> tuple[float, float, float]:
    """Give max − min over the variants tried, and a 95 % interval of what it truly is.

    All differences hold together; the true spread is the largest of them. As they stand, max − min is too large by
    what noise adds.
    """
    first, second = np.triu_indices(len(values), 1)
    apart = np.abs(values[first] - values[second])
    error = np.sqrt(np.maximum(noise[first, first] + noise[second, second] - 2 * noise[first, second], 0.0))
    seen = error > TIE
    half = np.where(apart > TIE, 0.0, missed(clusters, bounds)) if np.isfinite(bounds).all() else np.zeros(len(apart))
    if seen.any():
        drawn = draw_noise(noise, DRAWS, rng)
        largest = np.zeros(DRAWS)
        for one in np.unique(first[seen]):
            pairs = seen & (first == one)
            differences = np.abs(drawn[:, [one]] - drawn[:, second[pairs]]) / error[pairs]
            largest = np.maximum(largest, differences.max(axis=1))
        critical = np.quantile(largest * np.sqrt(draw_noise_scale(clusters - 1, DRAWS, rng)), 0.95)
        half[seen] = critical * error[seen]
    widest = bounds[1] - bounds[0]
    return float(np.ptp(values)), float(max(np.max(apart - half), 0.0)), float(min(np.max(apart + half), widest))

"""Between-prompt variance with the noise taken out, and what a prompt not yet tried would show.

The estimates of V variants are θ̂ = θ + e, e ~ N(0, Σ), Σ the covariance of their paired redraws. Prompts differ by
θ = μ + u, Var u = τ². Method of moments for correlated noise (Hedges and Olkin 1985, Statistical Methods for
Meta-Analysis); intervals by simulated pivots (Nagashima, Noma and Furukawa 2019, Stat. Methods Med. Res. 28).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.inference import Floats, t_quantile
from harness.sensitivity.design import Design, Term

DRAWS = 10_000  # of a pivot: the ends of an interval move by one or two hundredths of its width
LEAST_REDRAWS = 30  # below this a covariance of redraws says nothing
MOST_PROMPTS = 500  # that are thought of in "how many would it take"


@dataclass(frozen=True)
class Between:
    """Between-prompt variation of one metric.

    Attributes:
        sd, lower, upper: τ over all variants tried, and its 95 % interval.
        p: chance of so much spread if all variants showed the same.
        noise: SD that sampling alone gives the estimates of variants, around their mean.
        predicted: 95 % interval of another prompt; None where there is no open axis.
    """

    sd: float
    lower: float
    upper: float
    p: float
    noise: float
    predicted: tuple[float, float] | None


def noise_covariance(replicates: Floats, clusters: int, columns: Floats | None = None) -> Floats | None:
    """Give the covariance of the estimates' noise from their paired redraws.

    Args:
        replicates: (redraws, variants).
        clusters: how many were redrawn; the bootstrap's variance is too small by n / (n − 1).
        columns: (columns, variants), where people took turns: which person played where is chance as well.

    Returns:
        (variants, variants); None where too few redraws are defined for all variants.
    """
    whole = replicates[np.isfinite(replicates).all(axis=1)]
    if len(whole) < LEAST_REDRAWS or clusters < 2:
        return None
    made = np.atleast_2d(np.cov(whole, rowvar=False)) * clusters / (clusters - 1)
    if columns is not None:
        met = columns[np.isfinite(columns).all(axis=1)]
        if len(met) > 1:
            made = made + np.atleast_2d(np.cov(met, rowvar=False)) / len(met)
    return np.asarray(made, dtype=np.float64)


def between_variance(values: Floats, noise: Floats) -> float:
    """Estimate τ² without bias, before it is cut at 0: S² − (tr Σ − 1'Σ1 / V) / (V − 1)."""
    count = len(values)
    return float(np.var(values, ddof=1) - (np.trace(noise) - noise.sum() / count) / (count - 1))


def spread_of_noise(projection: Floats, noise: Floats, freedom: int) -> Floats:
    """Give the variances of the noise along the directions of a projection: (freedom,)."""
    found = np.linalg.eigvalsh(projection @ noise @ projection)[::-1][:freedom]
    return np.asarray(np.maximum(found, 0.0), dtype=np.float64)


def draw_noise_scale(freedom: float, draws: int, rng: np.random.Generator) -> Floats:
    """Draw how far the noise's variance may be from its estimate: f / χ²(f), one for each draw."""
    return freedom / rng.chisquare(freedom, draws)


def draw_variances(square: float, along: Floats, clusters: int, draws: int, rng: np.random.Generator) -> Floats:
    """Draw a variance from its pivot: what v solves Σ (v + ℓ) z² = the sum of squares, z² ~ χ²(1)?

    The noise is an estimate of (n − 1) (Σ ℓ)² / Σ ℓ² degrees of freedom (Box 1954, Ann. Math. Stat. 25).

    Returns:
        (draws,); those below 0 are to be cut there: noise alone gives that much.
    """
    squared = rng.chisquare(1, (draws, len(along)))
    noise = squared @ along
    if noise.any():
        rank = float(along.sum() ** 2 / (along**2).sum())
        noise = noise * draw_noise_scale((clusters - 1) * rank, draws, rng)
    return np.asarray((square - noise) / squared.sum(axis=1), dtype=np.float64)


def describe_between(
    values: Floats, noise: Floats, clusters: int, design: Design, rng: np.random.Generator, draws: int = DRAWS
) -> Between:
    """Put the spread of variants against their noise, and predict another prompt.

    Args:
        values: (variants,) estimates.
        noise: (variants, variants) covariance of their noise.
        draws: of the pivots.
    """
    count = len(values)
    centring = np.eye(count) - 1 / count
    along = spread_of_noise(centring, noise, count - 1)
    drawn = draw_variances(float(values @ centring @ values), along, clusters, draws, rng)
    low, high = np.sqrt(np.maximum(np.quantile(drawn, [0.025, 0.975]), 0.0))
    predicted = None
    if not design.full:
        predicted = _predict_one_of_many(values, noise, np.maximum(drawn, 0.0), clusters, rng)
    elif design.open:
        predicted = _predict_on_grid(values, noise, clusters, design, draws, rng)
    return Between(
        sd=math.sqrt(max(between_variance(values, noise), 0.0)),
        lower=float(low),
        upper=float(high),
        p=(1 + int(np.sum(drawn <= 0))) / (1 + draws),
        noise=math.sqrt(float(along.sum()) / (count - 1)),
        predicted=None if predicted is None else _middle(predicted),
    )


def _middle(drawn: Floats) -> tuple[float, float]:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def _predict_one_of_many(
    values: Floats, noise: Floats, variance: Floats, clusters: int, rng: np.random.Generator
) -> Floats:
    """Draw another prompt where variants are so many prompts of one kind."""
    draws = len(variance)
    error = variance / len(values) + draw_noise_scale(clusters - 1, draws, rng) * noise.mean()
    centre = values.mean() + rng.normal(size=draws) * np.sqrt(np.maximum(error, 0.0))
    return np.asarray(centre + rng.normal(size=draws) * np.sqrt(variance), dtype=np.float64)


def _predict_on_grid(
    values: Floats, noise: Floats, clusters: int, design: Design, draws: int, rng: np.random.Generator
) -> Floats:
    """Draw another prompt: new levels on open axes, one of the tried levels on closed axes, each as likely."""
    shape = np.array(design.shape)
    new = np.zeros(draws)
    tried = np.zeros(draws)  # what the levels tried have by chance in their mean
    for term, variance in draw_components(values, noise, clusters, design, draws, rng).items():
        opened = [axis for axis in term if axis in design.open]
        there = variance * np.prod([1 - 1 / shape[axis] for axis in term if axis in design.closed])
        new += there
        tried += there / np.prod(shape[opened])
    cells = _closed_cells(design)
    chosen = rng.integers(len(cells), size=draws)
    noises = np.maximum(np.einsum("cv,vw,cw->c", cells, noise, cells), 0.0)[chosen]
    error = tried + draw_noise_scale(clusters - 1, draws, rng) * noises
    centre = (cells @ values)[chosen] + rng.normal(size=draws) * np.sqrt(error)
    return np.asarray(centre + rng.normal(size=draws) * np.sqrt(new), dtype=np.float64)


def draw_components(
    values: Floats, noise: Floats, clusters: int, design: Design, draws: int, rng: np.random.Generator
) -> dict[Term, Floats]:
    """Draw the variance components of a full grid's terms, from the largest term down.

    E[MS_T] = noise + Σ σ²_T' Π L_a over the T' ⊇ T that have no further closed axis, a the axes not in T'
    (Cornfield and Tukey 1956, Ann. Math. Stat. 27: effects of a closed axis add up to 0 over its levels). Terms of
    closed axes alone are no chance and have no component.

    Returns:
        term → (draws,) variances, not below 0.
    """
    found: dict[Term, Floats] = {}
    for term in reversed(design.terms):
        if not set(term) & set(design.open):
            continue
        projection = design.projection(term)
        freedom = math.prod(design.shape[axis] - 1 for axis in term)
        along = spread_of_noise(projection, noise, freedom)
        mean_square = np.maximum(draw_variances(float(values @ projection @ values), along, clusters, draws, rng), 0.0)
        for larger, variance in found.items():
            if set(term) < set(larger) and set(larger) - set(term) <= set(design.open):
                mean_square = mean_square - variance * _apart(design, larger)
        found[term] = np.maximum(mean_square / _apart(design, term), 0.0)
    return found


def _apart(design: Design, term: Term) -> int:
    return math.prod(levels for axis, levels in enumerate(design.shape) if axis not in term)


def _closed_cells(design: Design) -> Floats:
    """Give the weights of the mean over open axes at each combination of closed levels: (combinations, variants)."""
    closed = design.index[:, list(design.closed)]
    cells = np.unique(closed, axis=0)
    member = (closed[None, :, :] == cells[:, None, :]).all(axis=2).astype(np.float64)
    return np.asarray(member / member.sum(axis=1, keepdims=True))


def prompts_needed(values: Floats, noise: Floats, distance: float) -> int | None:
    """Tell how many prompts like these it would take until the interval of another one is this narrow on one side.

    Half of it is t(.975, V − 1) √(τ² (1 + 1/V) + noise of the mean). None: no number would do, for prompts differ by
    more than that, or the noise that they share is too large (more items would help).
    """
    count = len(values)
    tau = max(between_variance(values, noise), 0.0)
    shared = (noise.sum() - np.trace(noise)) / (count * (count - 1))
    own = max(float(np.trace(noise)) / count - shared, 0.0)
    for prompts in range(2, MOST_PROMPTS + 1):
        error = math.sqrt(tau * (1 + 1 / prompts) + max(shared, 0.0) + own / prompts)
        if t_quantile(0.975, prompts - 1) * error <= distance:
            return prompts
    return None

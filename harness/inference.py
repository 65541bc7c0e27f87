"""Metrics → findings: intervals, p-values, correction for many tests, verdicts.

The one file of Python that does statistics on what audits return. Every estimator here has a simulation in
tests/test_simulation.py that shows that it is calibrated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEVEL = 0.05
LEAST_CLUSTERS = 10  # below this a bootstrap over clusters says nothing
TIE = 1e-9  # sums of floats differ in their last digits between two runs; ties must not
Z = NormalDist().inv_cdf


@dataclass(frozen=True)
class Interval:
    """A two-sided 95 % interval; ``lower`` is None where only an upper bound is honest."""

    lower: float | None
    upper: float | None


def bootstrap_weights(buckets: int, replicates: int, rng: np.random.Generator) -> Floats:
    """Draw buckets with replacement.

    Returns:
        (replicates + 1, buckets) multiplicities; row 0 is the data as they are. The same weights serve every
        audit, annotator and wave, so that every difference between two annotators is paired.
    """
    drawn = rng.multinomial(buckets, np.full(buckets, 1.0 / buckets), size=replicates)
    return np.vstack([np.ones((1, buckets)), drawn.astype(np.float64)])


def standard_error(replicates: Floats, clusters: int) -> float:
    """Give the bootstrap standard error, with the correction n / (n - 1) for few clusters."""
    finite = replicates[np.isfinite(replicates)]
    if len(finite) < 2 or clusters < 2:
        return math.nan
    return float(np.std(finite, ddof=1) * math.sqrt(clusters / (clusters - 1)))


def interval(
    estimate: float,
    error: float,
    clusters: int,
    bounds: tuple[float, float],
    *,
    distance: bool,
    freedom: int | None = None,
) -> Interval:
    """Give the interval estimate ± t × standard error, kept within what is possible.

    A distance near zero has no honest two-sided interval: below twice its standard error only an upper
    bound is given. Where no replicate differs (0 refusals of 100), the bootstrap is blind, and the bound
    comes from what n clusters could have missed: a share that none of them shows is at most
    1 - 0.05^(1/n) with 95 % confidence (the rule of three; Hanley and Lippman-Hand 1983, JAMA 249).

    Args:
        freedom: degrees of freedom of the error, where it has fewer than the clusters.
    """
    low, high = bounds
    if math.isnan(estimate) or math.isnan(error):
        return Interval(None, None)
    if error < TIE:
        if math.isinf(high - low):
            return Interval(None, None)
        missed = (1 - 0.05 ** (1 / clusters)) * (high - low)
        return Interval(max(low, estimate - missed), min(high, estimate + missed))
    half = t_quantile(0.975, clusters - 1 if freedom is None else freedom) * error
    upper = min(high, estimate + half)
    if distance and estimate < 2 * error:
        return Interval(None, upper)
    return Interval(max(low, estimate - half), upper)


def t_quantile(probability: float, freedom: float) -> float:
    """Give the quantile of Student's t, by its expansion in 1/freedom (Abramowitz and Stegun 26.7.5).

    Exact for 1 and 2 degrees of freedom, where the expansion is far off; what lies between is rounded down to these.
    """
    if freedom < 2:
        return math.tan(math.pi * (probability - 0.5))
    if freedom < 3:
        return (2 * probability - 1) / math.sqrt(2 * probability * (1 - probability))
    z, v = Z(probability), freedom
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / v ** (power + 1) for power, term in enumerate(terms)))


def t_tail(t: float, freedom: float) -> float:
    """Give P(|T| ≥ |t|) by Wallace's normal approximation (1959, Ann. Math. Stat. 30), good to 0.001."""
    v = max(freedom, 1)
    z = (8 * v + 1) / (8 * v + 3) * math.sqrt(v * math.log1p(t * t / v))
    return 2 * (1 - NormalDist().cdf(z))


def against_people(columns: Floats, clusters: int) -> tuple[float, float, float]:
    """Average the model's and people's statistic over the columns in which people took turns.

    Args:
        columns: (replicates + 1, 2, columns): the model and the person against the same others.

    Returns:
        the model's value, people's value (the floor), and the standard error of their difference: that of
        the bootstrap, which holds the columns fixed, and that of which person played where. NaN where the
        statistic is undefined (every label the same).
    """
    columns = defined_columns(columns)
    if columns.shape[2] < 2:
        return math.nan, math.nan, math.nan
    model, people = columns.mean(axis=2).T
    chosen = float(np.var(columns[0, 0] - columns[0, 1], ddof=1)) / columns.shape[2]
    return (
        float(model[0]),
        float(people[0]),
        math.hypot(standard_error((model - people)[1:], clusters), math.sqrt(chosen)),
    )


def defined_columns(columns: Floats) -> Floats:
    """Keep the columns in which the statistic is defined, of the model and of the person, on the data as they are."""
    return columns[:, :, np.isfinite(columns[0]).all(axis=0)]


def redrawn_excess(columns: Floats) -> tuple[Floats, Floats]:
    """Give the excess over people on each redraw, (replicates,), and in each column, (columns,); NaN: undefined."""
    defined = defined_columns(columns)
    redrawn = np.full(len(columns) - 1, np.nan)
    if defined.shape[2] > 1:
        redrawn = (defined[1:, 0] - defined[1:, 1]).mean(axis=1)
    return redrawn, columns[0, 0] - columns[0, 1]


def exchange_p(observed: float, null: Floats, worse: str) -> float:
    """Give the share of the exchange null at or beyond the observed value, the observed counted in.

    (1 + #beyond) / (1 + draws) is a valid p-value (Phipson and Smyth 2010, SAGMB 9). For ``both`` it is
    twice the smaller tail.
    """
    null = null[np.isfinite(null)]
    if math.isnan(observed) or not len(null):
        return math.nan
    above = (1 + int(np.sum(null >= observed - TIE))) / (1 + len(null))
    below = (1 + int(np.sum(null <= observed + TIE))) / (1 + len(null))
    if worse == "up":
        return above
    return below if worse == "down" else min(1.0, 2 * min(above, below))


def draws_needed(tests: int) -> int:
    """Give the draws of the null that Benjamini-Hochberg needs among so many tests."""
    return 20 * tests - 1


def benjamini_hochberg(p: list[float]) -> list[float]:
    """Correct p-values of one family (Benjamini and Hochberg 1995, JRSS B 57); NaN stays NaN."""
    real = [index for index, value in enumerate(p) if not math.isnan(value)]
    order = sorted(real, key=lambda index: p[index])
    q = [math.nan] * len(p)
    smallest = 1.0
    for place in range(len(order), 0, -1):
        smallest = min(smallest, p[order[place - 1]] * len(order) / place)
        q[order[place - 1]] = smallest
    return q


def detectable(spread: float) -> float:
    """Give the smallest effect seen with 80 % power at the 5 % level: (z.975 + z.80) × SD of the null."""
    return (Z(0.975) + Z(0.80)) * spread


def verdict(
    worse: str, warn: float | None, excess: float, bounds: Interval, q: float | None, clusters: int, *, tested: bool
) -> str:
    """Judge an excess, in the direction that is bad.

    *found*: q ≤ 0.05 and the excess reaches ``warn`` (without a test: the whole interval does).
    *absent*: the interval of the excess stays under ``warn``. Else *cannot tell*.
    """
    if warn is None:
        return "described"
    if math.isnan(excess) or bounds.upper is None or clusters < LEAST_CLUSTERS:
        return "cannot tell"
    lower = -math.inf if bounds.lower is None else bounds.lower
    upper = bounds.upper
    size = {"up": excess, "down": -excess, "both": abs(excess)}[worse]
    most = {"up": upper, "down": -lower, "both": max(upper, -lower)}[worse]
    least = {"up": lower, "down": -upper, "both": max(lower, -upper)}[worse]
    if tested:
        if q is not None and q <= LEVEL and size >= warn - TIE:
            return "found"
    elif least >= warn - TIE:
        return "found"
    return "absent" if most < warn else "cannot tell"


def rank_among(model: Floats, persons: Floats, worse: str) -> tuple[int, int]:
    """Count persons at least as far out as the model, each on their own items and against the same others.

    Args:
        model, persons: the statistic of the model in each person's place, and of that person.

    Returns:
        persons that could be compared, and how many of them are at least as far out.
    """
    both = np.isfinite(model) & np.isfinite(persons)
    model, persons = model[both], persons[both]
    if worse == "both":
        centre = float(np.median(persons)) if len(persons) else 0.0
        model, persons = np.abs(model - centre), np.abs(persons - centre)
    elif worse == "down":
        model, persons = -model, -persons
    return len(persons), int(np.sum(persons >= model - TIE))


def place_among_persons(persons: int, as_far: int) -> str | None:
    """Put a rank into words; None where too few persons are known to tell.

    (1 + #as far) / (1 + persons) is the p-value of "the model is one more person", so fewer than 19
    persons can never say "outside".
    """
    if persons < 19:
        return None
    outside = (1 + as_far) / (1 + persons) <= LEVEL
    return "outside the range of persons" if outside else "within the range of persons"

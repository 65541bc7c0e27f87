"""What training adds: means over seeds, with the chance of the test's items and that of training in one error.

Arrays in, numbers out. All redraws are of the same clusters of the test with the same weights, so every difference
is paired over items, and, between corpora, over seeds.

Two sources of chance are added up. *Items*: the bootstrap variance of the mean over seeds, the models held fixed.
*Training*: each seed draws a share f of a corpus's items without replacement and starts the learner anew; an item's
annotation is drawn once, for all seeds, so that item and annotation are one draw. If v is the variance over J seeds of
what the models show, the corpus as a whole stands for a variance f / (1 - f) times as large (delete-d jackknife: Shao
and Wu 1989, Ann. Stat. 17; of training sets Nadeau and Bengio 2003, Mach. Learn. 52), and the mean over J seeds has
another v / J: together v (f / (1 - f) + 1 / J). v is the variance over seeds on this test less the part of it that
another test would have drawn otherwise, which the bootstrap tells: how far seeds move apart from redraw to redraw.
What a learner's own start adds is multiplied as well, so this is cautious. Where f is 1 only v / J is left, and the
interval says nothing of other items to teach with. Degrees of freedom are Satterthwaite's (1946, Biometrics Bull. 2).
``tests/test_amplification.py`` has the simulation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.inference import TIE, Floats, benjamini_hochberg, t_quantile, t_tail

CHANGED = ("better", "worse", "moved")  # verdicts of what changes for certain, as judge_change gives them


@dataclass(frozen=True)
class Mean:
    """A mean over seeds.

    Attributes:
        lower, upper: its 95 % interval; NaN where it cannot be told (one seed).
        p: of "it is 0".
        seed_sd: standard deviation over seeds; NaN of one.
        error: standard error.
        freedom: degrees of freedom of the error.
    """

    value: float
    lower: float
    upper: float
    p: float
    seed_sd: float
    error: float
    freedom: float


def mean_over_seeds(
    values: Floats, clusters: int, drawn: float, *, minus: Floats | None = None, minus_drawn: float = 0.0,
    chosen: float = 0.0,
) -> Mean:  # fmt: skip
    """Give the mean over seeds, or that of a difference, and how sure it is.

    Args:
        values: (seeds, replicates + 1): the data as they are, then bootstrap redraws of the test.
        clusters: of the test.
        drawn: share of a corpus's items that each seed was taught with.
        minus: what models taught by another corpus show, seed by seed; ``minus_drawn`` is the share of that one.
        chosen: a further variance: which persons stood for people.
    """
    other = np.zeros_like(values) if minus is None else minus
    there = np.isfinite(values[:, 0]) & np.isfinite(other[:, 0])
    values, other = values[there], other[there]
    if not len(values):
        return Mean(*[math.nan] * 7)
    seeds, apart = len(values), values - other
    average = apart.mean(axis=0)
    redrawn = average[1:][np.isfinite(average[1:])]
    spread = float(np.std(apart[:, 0], ddof=1)) if seeds > 1 else math.nan
    value = float(average[0])
    if len(redrawn) < 2 or clusters < 2 or seeds < 2:
        return mean_of(value, math.nan, math.nan, spread)
    items = float(np.var(redrawn, ddof=1)) * clusters / (clusters - 1) + chosen
    # Two corpora are as far drawn as each is; where they are drawn alike, this is the factor times the difference's.
    corpora = math.sqrt(_reach(drawn)) * values - math.sqrt(_reach(minus_drawn)) * other
    training = _between_models(corpora) + _between_models(apart) / seeds
    error = math.sqrt(items + training)
    if error < TIE:
        return mean_of(value, error, math.inf, spread)
    freedom = (items + training) ** 2 / (items**2 / (clusters - 1) + training**2 / (seeds - 1))
    return mean_of(value, error, freedom, spread)


def mean_of(value: float, error: float, freedom: float, seed_sd: float = math.nan) -> Mean:
    """Give a value with the t interval and test that its standard error makes; NaN where that is not known."""
    if math.isnan(error):
        return Mean(value, math.nan, math.nan, math.nan, seed_sd, math.nan, math.nan)
    if error < TIE:
        return Mean(value, value, value, 1.0 if abs(value) < TIE else 0.0, seed_sd, error, freedom)
    half = t_quantile(0.975, freedom) * error
    return Mean(value, value - half, value + half, t_tail(value / error, freedom), seed_sd, error, freedom)


def _reach(drawn: float) -> float:
    """Give f / (1 - f): how much more a corpus as a whole varies than the parts that are drawn of it."""
    return drawn / (1 - drawn) if drawn < 1 else 0.0


def _between_models(values: Floats) -> float:
    """Give the variance over seeds on this test, less what another test would have drawn otherwise."""
    redrawn = values[:, 1:][:, np.isfinite(values[:, 1:]).all(axis=0)]
    moved = redrawn - values[:, :1]
    by_test = float(np.mean(np.var(moved, axis=0, ddof=1))) if redrawn.shape[1] else 0.0
    return max(0.0, float(np.var(values[:, 0], ddof=1)) - by_test)


def noise_of_training(values: Floats, drawn: float) -> float:
    """Give the standard error of a mean over seeds that comes from training."""
    if len(values) < 2:
        return math.nan
    return math.sqrt(_between_models(values) * (_reach(drawn) + 1 / len(values)))


def judge_amplification(worse: str, warn: float | None, found: Mean, q: float) -> str:
    """Say what training does to an artifact.

    *amplified*: q ≤ 0.05, in the direction that is bad; *damped*: in the other; *moved*: where no direction is bad.
    *the same*: the interval lies within ``warn`` on both sides. Else *cannot tell*. Without ``warn`` nothing is judged.
    """
    if warn is None:
        return "described"
    if math.isnan(found.error):
        return "cannot tell"
    if max(abs(found.lower), abs(found.upper)) < warn:
        return "the same"
    if not math.isnan(q) and q <= 0.05:
        if worse == "both":
            return "moved"
        return "amplified" if (found.value > 0) == (worse == "up") else "damped"
    return "cannot tell"


def judge_change(worse: str, warn: float | None, found: Mean, q: float) -> str:
    """Say what a change of what is measured is: *better* and *worse* in the place of damped and amplified."""
    verdict = judge_amplification(worse, warn, found, q)
    return {"amplified": "worse", "damped": "better"}.get(verdict, verdict)


def judge_together(
    rows: list[dict[str, Any]], family: Sequence[str], judge: Callable[[str, float | None, Mean, float], str]
) -> list[dict[str, Any]]:
    """Correct p over the rows that have the same values of some names, then judge each by its ``mean``, taken out."""
    families: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        families.setdefault(tuple(row[name] for name in family), []).append(row)
    for own in families.values():
        for row, q in zip(own, benjamini_hochberg([row["p"] for row in own]), strict=True):
            row["q"] = q
            row["verdict"] = judge(row["worse"], row["warn"], row.pop("mean"), q)
    return rows


def judge_share(difference: Mean, margin: float) -> str:
    """Say whether a mixture teaches as well as people alone, give or take a margin.

    Args:
        difference: gain over people alone; negative is a loss.
        margin: a loss that does not matter.

    Returns:
        *not worse* if the whole interval lies above -margin; *worse* if it lies below 0 and its best below -margin or
        its value does; else *cannot tell*.
    """
    if math.isnan(difference.error):
        return "cannot tell"
    if difference.lower > -margin:
        return "not worse"
    return "worse" if difference.upper < 0 and difference.value < -margin else "cannot tell"


def in_score(row: Mapping[Any, Any]) -> dict[Any, Any]:
    """Give a row of ``hybrids`` with the difference as the score's own: of a loss, a gain is less of it."""
    if row["worse"] != "up":
        return dict(row)
    turned = {name: None if row[name] is None else -row[name] for name in ("difference", "lower", "upper")}
    return {**row, "difference": turned["difference"], "lower": turned["upper"], "upper": turned["lower"]}


def find_enough(verdicts: dict[int, str]) -> int | None:
    """Give the smallest share of human items from which on no larger share is worse; None if there is none.

    Shares are looked at from the largest down and the first that is not "not worse" ends it: a fixed order of tests
    needs no correction for how many there are (Maurer, Hothorn and Lehmacher 1995).
    """
    enough = None
    for share in sorted(verdicts, reverse=True):
        if verdicts[share] != "not worse":
            break
        enough = share
    return enough


@dataclass(frozen=True)
class Worth:
    """Items of a model that teach as much as so many of people.

    Attributes:
        equal: items of the model; NaN where none of the sizes tried teaches as much.
        lower, upper: 95 % interval of equal by size; ``upper`` infinite where the sizes tried set no bound.
    """

    equal: float
    lower: float
    upper: float


def equal_sizes(human: float, sizes: Floats, curve: Floats) -> float:
    """Read off a rising learning curve at what size it reaches a score.

    The curve is made rising (pool adjacent violators; Barlow and others 1972) and is a line between sizes in log size.

    Args:
        human: the score to reach.
        sizes: (n,) ascending.
        curve: (n,) scores, higher is better.

    Returns:
        the size; 0 where the smallest reaches it already, infinite where none does.
    """
    rising = pool_adjacent(curve)
    if human <= rising[0]:
        return float(sizes[0]) if math.isclose(human, rising[0], abs_tol=TIE) else 0.0
    if human > rising[-1]:
        return math.inf
    place = int(np.searchsorted(rising, human))
    low, high = rising[place - 1], rising[place]
    part = (human - low) / (high - low)
    logs = np.log(sizes)
    return float(math.exp(logs[place - 1] + part * (logs[place] - logs[place - 1])))


def pool_adjacent(values: Floats) -> Floats:
    """Give the rising sequence nearest to some values: neighbours that fall are averaged."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (left, n), (right, m) = blocks[-2:]
            blocks[-2:] = [((left * n + right * m) / (n + m), n + m)]
    return np.concatenate([np.full(count, value) for value, count in blocks])


def worth(size: int, human: Floats, sizes: Floats, curves: Floats) -> Worth:
    """Say how many of a model's items teach as much as ``size`` of people's.

    Args:
        human: (draws + 1,) the score of people's items: as it is, then draws of it under chance.
        curves: (draws + 1, sizes) the model's learning curve, in the same draws.
    """
    reached = np.array([equal_sizes(score, sizes, curve) for score, curve in zip(human, curves, strict=True)])
    low, high = (float(np.quantile(reached[1:], q, method="inverted_cdf")) for q in (0.025, 0.975))
    return Worth(float(reached[0]), low / size, high / size)

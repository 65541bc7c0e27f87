"""The difference between two annotators' estimates: interval, p-value, direction.

Arrays in, arrays out. The replicates of a data set are redrawn with the same weights for everybody, so that their
difference, replicate by replicate, is that of a paired bootstrap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness import inference
from harness.inference import Floats, Interval

DIRECTIONS = ("worse", "better", "moved", "cannot tell", "same")


@dataclass(frozen=True)
class Difference:
    """Later minus base; ``p`` is NaN where nothing can be said."""

    estimate: float
    interval: Interval
    p: float


def subtract(
    base: Floats, later: Floats, clusters: int, bounds: tuple[float, float], *, halves: bool = False
) -> Difference:
    """Subtract two estimates, each with its replicates behind it.

    d = later − base; standard error = SD of the replicates' differences × √(n / (n − 1)), n clusters; interval and p
    by Student's t with n − 1 degrees of freedom (cluster bootstrap: Cameron, Gelbach and Miller 2008, Rev. Econ.
    Stat. 90; Davison and Hinkley 1997, section 4.4). Where no replicate differs, the bootstrap is blind: the interval
    comes from what n clusters could have missed, and p is that of n clusters that all fall to one side by chance.

    Args:
        base, later: (replicates + 1): the estimate, then its replicates.
        bounds: smallest and largest possible value of the estimate.
        halves: the replicates are random halves, of which two are one draw: fewer degrees of freedom.
    """
    d = float(later[0] - base[0])
    if len(base) == len(later):
        error = inference.standard_error((later - base)[1:], clusters)
    else:  # random halves of which some were empty: the two are not paired, which is the cautious reading
        error = math.hypot(*(inference.standard_error(each[1:], clusters) for each in (base, later)))
    low, high = bounds
    freedom = clusters - 1
    if halves:
        freedom = min(freedom, min(int(np.isfinite(each[1:]).sum()) for each in (base, later)) // 2 - 1)
    within = inference.interval(d, error, clusters, (low - high, high - low), distance=False, freedom=freedom)
    if math.isnan(d) or math.isnan(error):
        return Difference(d, within, math.nan)
    if error > inference.TIE:
        return Difference(d, within, inference.t_tail(d / error, freedom))
    return Difference(d, within, 1.0 if abs(d) < inference.TIE else 2.0 ** (1 - min(clusters, 1000)))


def farther(
    base: Floats, later: Floats, floors: tuple[float, float], clusters: int, *, halves: bool = False
) -> Interval:
    """Give the interval of how much farther the later is from the value without an artifact, on whichever side.

    Args:
        base, later: as in ``subtract``.
        floors: that value, for either.
    """
    away = subtract(abs(base - floors[0]), abs(later - floors[1]), clusters, (0.0, math.inf), halves=halves)
    return away.interval


def direction(
    worse: str, warn: float | None, found: Difference, q: float | None, clusters: int, away: Interval | None
) -> str:
    """Say which way something changed.

    *same*: the interval of the difference lies within ±``warn``: no change that matters. Else, if q ≤ 0.05, *worse*
    or *better* by the direction that the audit calls bad; where either is bad, by whether the later is surely farther
    from the value without an artifact or nearer to it. *moved* where neither can be said. Else *cannot tell*, and
    always below ten clusters.

    Args:
        warn: what counts as large enough to matter; None: what is only described is neither worse nor the same.
        away: as ``farther`` gives it; None where there is no such value.
    """
    low, high = found.interval.lower, found.interval.upper
    if math.isnan(found.estimate) or low is None or high is None or clusters < inference.LEAST_CLUSTERS:
        return "cannot tell"
    if warn is not None and -warn < low and high < warn:
        return "same"
    if q is None or math.isnan(q) or q > inference.LEVEL:
        return "cannot tell"
    if warn is None:
        return "moved"
    if worse != "both":
        return "worse" if (found.estimate > 0) == (worse == "up") else "better"
    return _side(away)


def _side(away: Interval | None) -> str:
    if away is None or away.lower is None or away.upper is None or away.lower <= 0 <= away.upper:
        return "moved"
    return "worse" if away.lower > 0 else "better"


def both(swapped: float | None, bootstrap: float | None) -> float:
    """Take the larger of two p-values: the exchange of the two annotators, and the bootstrap's."""
    known = [p for p in (swapped, bootstrap) if p is not None and not math.isnan(p)]
    return max(known) if known else math.nan

"""What goes with a loss of performance: a slope within groups, how sure it is, and what each unit does to it.

Arrays in, numbers out. ``y`` is the loss of a class (its F1 when people teach, less its F1 when a model does), ``x``
how far the model's texts of that class are from people's in some attribute. Both are taken from their group's mean
(a group is a task and a model), so that what is peculiar to a task or to a model does not pass for a slope. Classes
are few, and one class is measured under several models: the unit that is left out is the class. Where a group has two
classes, these are one contrast and are left out together. The standard error is the jackknife over units,
√((U - 1)/U · Σ (b(-u) - b)²) (Tukey 1958; cluster form: Cameron and Miller 2015, J. Human Resources 50, CV3), with
U - 1 degrees of freedom. x is measured with error, which draws a slope toward 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.inference import TIE, Floats, Ints, t_quantile, t_tail

LEAST_UNITS = 10


@dataclass(frozen=True)
class Slope:
    """A slope and its stability.

    Attributes:
        lower, upper: 95 % interval; NaN where there are too few units to tell.
        p: of "it is 0", by the t test; NaN likewise.
        r2: share of the variance within groups that goes with x.
        least, most: the slopes when each unit in turn is left out: the lowest and the highest.
        keeps_sign: share of these that have the sign of the whole.
        heaviest: the unit whose leaving out moves the slope most.
    """

    value: float
    lower: float
    upper: float
    p: float
    r2: float
    least: float
    most: float
    keeps_sign: float
    heaviest: int


NOTHING = Slope(math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, -1)


def slope_within(y: Floats, x: Floats, groups: Ints, units: Ints) -> Slope:
    """Regress y on x within groups, and leave each unit out in turn.

    Args:
        y, x: (points,); a point with a NaN is left out.
        groups: (points,) whose means are taken off.
        units: (points,) what is left out together.
    """
    there = np.isfinite(y) & np.isfinite(x)
    y, x, groups, units = y[there], x[there], groups[there], units[there]
    value = _slope(y, x, groups)
    if math.isnan(value):
        return NOTHING
    units = join_pairs(groups, units)
    names = np.unique(units)
    kept = np.array([_slope(y[units != u], x[units != u], groups[units != u]) for u in names])
    held = np.isfinite(kept)
    heaviest = int(names[np.nanargmax(np.abs(kept - value))]) if held.any() else -1
    y_within, x_within = _within(y, groups), _within(x, groups)
    total = float(y_within @ y_within)
    r2 = value**2 * float(x_within @ x_within) / total if total > TIE else math.nan
    told = (
        float(np.nanmin(kept)) if held.any() else math.nan,
        float(np.nanmax(kept)) if held.any() else math.nan,
        float(np.mean(np.sign(kept[held]) == np.sign(value))) if held.any() else math.nan,
    )
    if not held.all() or len(names) < LEAST_UNITS:
        return Slope(value, math.nan, math.nan, math.nan, r2, *told, heaviest)
    error = math.sqrt((len(names) - 1) / len(names) * float(np.sum((kept - value) ** 2)))
    if error < TIE:
        return Slope(value, math.nan, math.nan, math.nan, r2, *told, heaviest)
    half = t_quantile(0.975, len(names) - 1) * error
    p = t_tail(value / error, len(names) - 1)
    return Slope(value, value - half, value + half, p, r2, *told, heaviest)


def join_pairs(groups: Ints, units: Ints) -> Ints:
    """Make one unit of the two of a group of two: within it they lie as far on either side of its mean."""
    made = units.copy()
    for group in np.unique(groups):
        there = np.unique(made[groups == group])
        if len(there) == 2:
            made[made == there[1]] = there[0]
    return made


def _slope(y: Floats, x: Floats, groups: Ints) -> float:
    """Give the least-squares slope within groups; NaN where x does not vary in any."""
    x_within = _within(x, groups)
    spread = float(x_within @ x_within)
    return float(x_within @ _within(y, groups)) / spread if spread > TIE else math.nan


def _within(values: Floats, groups: Ints) -> Floats:
    _, of = np.unique(groups, return_inverse=True)
    if not len(values):
        return values
    return values - (np.bincount(of, weights=values) / np.bincount(of))[of]

"""The slope of a loss on a difference: against least squares with dummies, and its interval in simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.deficit import join_pairs, slope_within

SHAPE = (9, 3, 2, 2, 2)  # classes of each task, as in worker_vs_gpt


def points(rng, slope, *, effect=1.0, own=0.5):
    """Make classes of five tasks under two models: task and class effects that the models share."""
    y, x, groups, units = [], [], [], []
    for task, classes in enumerate(SHAPE):
        where = rng.normal(size=classes)
        shared = own * rng.normal(size=classes)
        for model in range(2):
            at = where + 0.5 * rng.normal(size=classes)
            x += list(at)
            y += list(slope * at + effect * task + shared + 0.3 * rng.normal(size=classes))
            groups += [2 * task + model] * classes
            units += list(10 * task + np.arange(classes))
    return np.array(y), np.array(x), np.array(groups), np.array(units)


def test_it_is_least_squares_with_a_mean_for_each_group():
    y, x, groups, units = points(np.random.default_rng(1), 0.4)
    dummies = (groups[:, None] == np.unique(groups)).astype(float)
    wanted = np.linalg.lstsq(np.column_stack([x, dummies]), y, rcond=None)[0][0]
    found = slope_within(y, x, groups, units)
    assert found.value == pytest.approx(wanted)
    residual = y - np.column_stack([x, dummies]) @ np.linalg.lstsq(np.column_stack([x, dummies]), y, rcond=None)[0]
    own = y - dummies @ np.linalg.lstsq(dummies, y, rcond=None)[0]
    assert found.r2 == pytest.approx(1 - residual @ residual / (own @ own))


def test_leaving_out_is_what_it_says():
    y, x, groups, units = points(np.random.default_rng(2), 0.4)
    found = slope_within(y, x, groups, units)
    units = join_pairs(groups, units)
    assert len(np.unique(units)) == 9 + 3 + 1 + 1 + 1
    kept = {u: slope_within(*(a[units != u] for a in (y, x, groups, units))).value for u in np.unique(units)}
    assert (found.least, found.most) == pytest.approx((min(kept.values()), max(kept.values())))
    assert found.heaviest == max(kept, key=lambda u: abs(kept[u] - found.value))
    assert found.keeps_sign == np.mean([np.sign(b) == np.sign(found.value) for b in kept.values()])


def test_one_class_that_makes_the_slope_is_named():
    y, x, groups, units = np.zeros(12), np.arange(12.0) / 100, np.zeros(12, dtype=int), np.arange(12)
    x[7], y[7] = 10.0, 5.0
    y[1] = 0.001
    found = slope_within(y, x, groups, units)
    assert found.value == pytest.approx(0.5, abs=0.02)
    assert found.heaviest == 7
    assert found.least < 0
    assert found.lower < 0 < found.upper


def test_where_nothing_can_be_told_nothing_is():
    assert math.isnan(slope_within(np.ones(3), np.ones(3), np.zeros(3, dtype=int), np.arange(3)).value)
    few = slope_within(np.array([0.0, 1, 3]), np.array([0.0, 1, 2]), np.zeros(3, dtype=int), np.arange(3))
    assert few.value == pytest.approx(1.5)
    assert math.isnan(few.lower) and math.isnan(few.p)
    assert (
        slope_within(np.array([1.0, np.nan]), np.array([1.0, 2]), np.zeros(2, dtype=int), np.arange(2)).heaviest == -1
    )


def test_three_tasks_of_two_classes_are_three_units_and_too_few():
    y, x = np.array([0.1, 0.3, 0.2, 0.5, 0.0, 0.2]), np.array([0.0, 1, 0, 1.5, 0, 1])
    found = slope_within(y, x, np.array([0, 0, 1, 1, 2, 2]), np.arange(6))
    assert found.value > 0
    assert math.isnan(found.p)


def covered(runs, slope):
    held = found = 0
    for run in range(runs):
        made = slope_within(*points(np.random.default_rng(run), slope))
        held += made.lower <= slope <= made.upper
        found += made.p <= 0.05
    return held / runs, found / runs


def test_the_interval_holds_the_slope_though_models_share_classes():
    held, found = covered(300, 0.0)
    assert held > 0.91
    assert found < 0.09


@pytest.mark.slow
@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_the_interval_is_calibrated(slope):
    held, _ = covered(4_000, slope)
    assert 0.93 < held < 0.985, held

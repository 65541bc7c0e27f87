"""Which verdict follows from which intervals, and how often one is false just at the wrong side."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from harness.sensitivity.between import describe_between
from harness.sensitivity.simultaneous import hold_together
from harness.sensitivity.verdict import distance_to, judge, surely
from tests.sensitivity.grids import Grid, one_axis

WARN = 0.10


def verdict(worse, predicted, lower=(), upper=(), clusters=100, warn=WARN):
    return judge(worse, warn, predicted, np.array(lower), np.array(upper), clusters).verdict


@pytest.mark.parametrize("side", [1, -1])
def test_the_rules_on_either_side(side):
    worse = "up" if side == 1 else "down"

    def turned(low, high):
        return (low, high) if side == 1 else (-high, -low)

    def told(predicted, *variants):
        lower, upper = zip(*(turned(*one) for one in variants), strict=True) if variants else ((), ())
        return verdict(worse, turned(*predicted), lower, upper), verdict("both", turned(*predicted), lower, upper)

    assert told((0.10, 0.30)) == ("robust", "robust")
    assert told((-0.05, 0.09)) == ("absent", "absent")
    assert told((-0.30, 0.09)) == ("absent", "cannot tell")  # on the other side there is something
    assert told((0.0, 0.3), (0.12, 0.2), (-0.02, 0.08)) == ("prompt-dependent", "prompt-dependent")
    assert told((0.0, 0.3), (0.12, 0.2), (0.08, 0.12)) == ("cannot tell", "cannot tell")
    assert told((-0.3, 0.3), (0.12, 0.2), (-0.2, -0.12)) == ("prompt-dependent", "prompt-dependent")
    assert surely(worse, WARN, np.array([turned(0.1, 0.2)[0]]), np.array([turned(0.1, 0.2)[1]])) == (1, 0)
    assert distance_to(worse, WARN, 0.03 * side) == pytest.approx(0.07)


def test_few_clusters_tell_nothing_and_without_a_threshold_nothing_is_judged():
    assert verdict("up", (0.2, 0.3), clusters=9) == "cannot tell"
    assert verdict("up", (0.2, 0.3), warn=None) == "described"


def verdicts(grid: Grid, studies: int) -> list[tuple[str, float]]:
    """Give each study's verdict, and what a new prompt truly shows."""
    rng, found = np.random.default_rng(1), []
    for _, values, noise, new in grid.studies(studies, 6):
        between = describe_between(values, noise, grid.clusters, grid.design, rng, 1000)
        lower, upper = hold_together(values, noise, grid.clusters, (-1, 1), rng)
        assert between.predicted is not None
        found.append((judge("up", WARN, between.predicted, lower, upper, grid.clusters).verdict, new))
    return found


def count(grid: Grid, verdict: str) -> int:
    return sum(told == verdict for told, _ in verdicts(grid, 40))


STUDIES = [80, pytest.param(2000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("studies", STUDIES)
@pytest.mark.parametrize(("mean", "false"), [(WARN - 1e-6, "robust"), (WARN, "absent")])
def test_just_at_the_wrong_side_false_verdicts_are_rare(studies, mean, false):
    found = Counter(told for told, _ in verdicts(one_axis(10, 0.0, mean=mean), studies))
    most = 0.05 + 3 * math.sqrt(0.05 * 0.95 / studies)
    assert (found[false] + found["prompt-dependent"]) / studies <= most


@pytest.mark.parametrize("studies", STUDIES)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_verdict_on_all_prompts_is_seldom_contradicted_by_a_new_one(studies, sign):
    """One prompt in twenty is on the other side: the verdict is given now and then, and a new prompt then agrees."""
    found = verdicts(one_axis(10, 0.03, mean=WARN + sign * 1.645 * 0.03), studies)
    contradicted = sum((told == "robust" and new < WARN) or (told == "absent" and new >= WARN) for told, new in found)
    assert contradicted / studies <= 0.05


def test_there_is_power_where_there_is_something_to_see():
    assert count(one_axis(10, 0.02, mean=0.25), "robust") >= 36
    assert count(one_axis(10, 0.01, mean=-0.05), "absent") >= 36
    assert count(one_axis(10, 0.15, mean=0.10), "prompt-dependent") >= 33

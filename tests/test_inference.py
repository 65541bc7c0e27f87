from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness import inference
from harness.inference import Interval


@pytest.mark.parametrize("freedom", [9, 19, 49, 199, 2000])
def test_t_agrees_with_scipy(freedom):
    assert inference.t_quantile(0.975, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=2e-4)
    for t in (0.3, 1.0, 2.0, 3.5):
        assert inference.t_tail(t, freedom) == pytest.approx(2 * stats.t.sf(t, freedom), abs=1.5e-3)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4])
def test_t_of_few_degrees_of_freedom(freedom):
    assert inference.t_quantile(0.975, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=0.02)


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_agrees_with_scipy(p):
    assert inference.benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p).tolist())


def test_benjamini_hochberg_passes_over_what_was_not_tested():
    q = inference.benjamini_hochberg([0.01, math.nan, 0.04])
    assert math.isnan(q[1])
    assert q[::2] == pytest.approx([0.02, 0.04])


def test_the_exchange_p_counts_the_observed_in_and_ignores_the_last_digits():
    null = np.array([0.1, 0.2, 0.3, 0.3 + 1e-13])
    assert inference.exchange_p(0.3, null, "up") == pytest.approx(3 / 5)
    assert inference.exchange_p(0.3 + 1e-13, null, "up") == pytest.approx(3 / 5)
    assert inference.exchange_p(9, null, "up") == pytest.approx(1 / 5)
    assert inference.exchange_p(0.1, null, "down") == pytest.approx(2 / 5)
    assert inference.exchange_p(0.1, null, "both") == pytest.approx(4 / 5)
    assert math.isnan(inference.exchange_p(math.nan, null, "up"))


def test_weights_are_the_data_first_and_then_redraws_of_the_same_size():
    weights = inference.bootstrap_weights(50, 200, np.random.default_rng(1))
    assert weights.shape == (201, 50)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 50).all()
    assert weights[1:].var() == pytest.approx(1 - 1 / 50, abs=0.1)


def test_the_interval_of_a_distance_near_zero_is_an_upper_bound():
    assert inference.interval(0.03, 0.02, 100, (0, 1), distance=True).lower is None
    assert inference.interval(0.05, 0.02, 100, (0, 1), distance=True).lower == pytest.approx(0.0103, abs=1e-3)
    assert inference.interval(0.03, 0.02, 100, (0, 1), distance=False).lower == 0


def test_none_of_a_hundred_is_not_certainly_none():
    found = inference.interval(0.0, 0.0, 100, (0, 1), distance=False)
    assert found == Interval(0, pytest.approx(1 - 0.05 ** (1 / 100)))
    assert inference.interval(3.0, 0.0, 100, (0, math.inf), distance=False) == Interval(None, None)


@pytest.mark.parametrize(
    ("worse", "excess", "bounds", "q", "expected"),
    [
        ("up", 0.20, (0.10, 0.30), 0.01, "found"),
        ("up", 0.20, (0.10, 0.30), 0.06, "cannot tell"),
        ("up", 0.08, (0.01, 0.15), 0.01, "cannot tell"),  # real, perhaps too small to matter
        ("up", 0.02, (-0.02, 0.06), 0.30, "absent"),
        ("up", 0.02, (-0.20, 0.24), 0.30, "cannot tell"),
        ("up", -0.30, (-0.40, -0.20), 0.99, "absent"),
        ("down", -0.20, (-0.30, -0.10), 0.01, "found"),
        ("down", 0.20, (0.10, 0.30), 0.99, "absent"),
        ("both", -0.20, (-0.30, -0.10), 0.01, "found"),
        ("both", 0.20, (0.10, 0.30), 0.01, "found"),
        ("both", 0.00, (-0.05, 0.05), 0.90, "absent"),
        ("both", 0.00, (-0.15, 0.05), 0.90, "cannot tell"),
    ],
)
def test_verdicts_follow_the_rule(worse, excess, bounds, q, expected):
    assert inference.verdict(worse, 0.10, excess, Interval(*bounds), q, 100, tested=True) == expected


def test_without_a_test_the_whole_interval_must_pass_the_threshold():
    def judge(*bounds):
        return inference.verdict("up", 0.05, sum(bounds) / 2, Interval(*bounds), None, 100, tested=False)

    assert judge(0.06, 0.10) == "found"
    assert judge(0.04, 0.10) == "cannot tell"
    assert judge(0.00, 0.04) == "absent"


def test_few_clusters_and_missing_numbers_cannot_tell():
    assert inference.verdict("up", 0.1, 0.5, Interval(0.4, 0.6), 0.01, 9, tested=True) == "cannot tell"
    assert inference.verdict("up", 0.1, math.nan, Interval(None, None), None, 100, tested=True) == "cannot tell"
    assert inference.verdict("up", None, 0.5, Interval(0.4, 0.6), None, 100, tested=False) == "described"


def test_the_rank_among_persons_looks_the_bad_way():
    persons = np.linspace(0, 1, 21)
    assert inference.rank_among(np.full(21, 0.95), persons, "up") == (21, 2)
    assert inference.rank_among(np.full(21, 0.05), persons, "down") == (21, 2)
    assert inference.rank_among(np.full(21, 0.05), persons, "both") == (21, 4)
    assert inference.place_among_persons(18, 0) is None
    assert inference.place_among_persons(19, 0) == "outside the range of persons"
    assert inference.place_among_persons(19, 1) == "within the range of persons"


def test_further_draws_are_enough_for_the_family():
    # 20 a test: the smallest p-value is then under 0.05 / tests, whatever the number of tests.
    for tests in (1, 10, 100):
        assert 1 / (1 + inference.draws_needed(tests)) <= 0.05 / tests

"""Prediction-powered means: against ppi-python's numbers, and their coverage in simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.ppi import correct_mean


def world(rng, n, rest, *, bias=0.15, good=0.8, each=1):
    """Make people's answers to all items and a model's, which is right on a share of them and leans to 1."""
    clusters = np.repeat(np.arange((n + rest) // each), each)
    chance = np.repeat(rng.beta(1, 2, size=(n + rest) // each), each)
    people = (rng.random(len(chance)) < chance).astype(float)
    model = np.where(rng.random(len(chance)) < good, people, (rng.random(len(chance)) < 0.5).astype(float))
    model = np.where(rng.random(len(chance)) < bias, 1.0, model)
    return people, model, clusters


def corrected(rng, n, rest, **dials):
    people, model, clusters = world(rng, n, rest, **dials)
    return correct_mean(people[:n], model[:n], model[n:], clusters[:n], clusters[n:])


def test_it_is_that_of_ppi_python():
    """ppi-python 0.2.3: ppi_mean_pointestimate and ppi_mean_ci of the same arrays, lam=None; its interval takes z."""
    said, known = np.tile([0.0, 1, 1, 0, 1, 1, 0, 0, 1, 1], 4), np.tile([0.0, 1, 1, 1, 1, 0, 0, 1, 1, 1], 4)
    unknown = np.tile([1.0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0], 25)
    found = correct_mean(said, known, unknown, np.arange(40), np.arange(300))
    assert found.value == pytest.approx(0.5893797, abs=2e-3)
    half = (found.upper - found.lower) / 2 * 1.959964 / 2.0227
    assert half == pytest.approx((0.73252007 - 0.44623932) / 2, rel=0.02)


def test_it_is_unbiased_though_the_model_is_not():
    made = [corrected(np.random.default_rng(run), 60, 400) for run in range(300)]
    assert np.mean([one.model for one in made]) > 0.4  # the truth is a third
    assert np.mean([one.value for one in made]) == pytest.approx(1 / 3, abs=0.012)


def test_a_good_model_is_worth_answers_of_people_and_a_useless_one_costs_none():
    good = corrected(np.random.default_rng(1), 200, 4_000, bias=0.05, good=0.95)
    assert good.worth > 2
    assert good.upper - good.lower < 0.75 * (good.people_upper - good.people_lower)
    useless = corrected(np.random.default_rng(1), 200, 4_000, bias=0.0, good=0.0)
    assert useless.power < 0.15
    assert useless.upper - useless.lower == pytest.approx(useless.people_upper - useless.people_lower, rel=0.02)


def test_answers_of_one_cluster_are_not_taken_for_many():
    people, model, clusters = world(np.random.default_rng(2), 120, 1_200, each=1)
    thrice = [np.repeat(one, 3) for one in (people[:120], model[:120], model[120:], clusters[:120], clusters[120:])]
    once = correct_mean(people[:120], model[:120], model[120:], clusters[:120], clusters[120:])
    assert correct_mean(*thrice).upper == pytest.approx(once.upper, abs=2e-3)


def test_where_nothing_can_be_told_nothing_is():
    few = correct_mean(np.ones(5), np.ones(5), np.ones(50), np.arange(5), np.arange(50))
    assert math.isnan(few.lower)
    alone = correct_mean(np.tile([0.0, 1.0], 20), np.ones(40), np.empty(0), np.arange(40), np.empty(0, dtype=int))
    assert (alone.value, alone.power) == (0.5, 0.0)
    assert (alone.lower, alone.upper) == (alone.people_lower, alone.people_upper)


def covered(runs, n, rest, **dials):
    made = [corrected(np.random.default_rng(run), n, rest, **dials) for run in range(runs)]
    return np.mean([one.lower <= 1 / 3 <= one.upper for one in made])


def test_the_interval_covers():
    assert 0.92 < covered(600, 60, 600) < 0.98


@pytest.mark.slow
@pytest.mark.parametrize("n", [40, 200])
@pytest.mark.parametrize("good", [0.0, 0.5, 0.95])
@pytest.mark.parametrize("each", [1, 4])
def test_the_interval_is_calibrated(n, good, each):
    assert 0.925 < covered(4_000, n, 10 * n, good=good, each=each) < 0.975

"""Is the prediction interval right? Simulated grids with known components, and formulas that are known otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from harness.sensitivity.between import (
    between_variance,
    describe_between,
    draw_components,
    noise_covariance,
    prompts_needed,
)
from harness.sensitivity.simultaneous import hold_together, spread
from tests.sensitivity.grids import GRIDS, Grid, one_axis, open_by_closed, two_open


@dataclass(frozen=True)
class Rates:
    """What came of many simulated studies: shares, and the mean of the estimated τ² with its own error."""

    new: float  # prediction intervals that cover what a new prompt shows
    width: float  # of these intervals, the median
    tau: float  # intervals of τ that cover it; one axis only
    p: float  # p ≤ 0.05
    tried: float  # studies in which the intervals of all variants hold
    spread: float
    variance: float
    error: float


def simulate(grid: Grid, studies: int, seed: int = 1) -> Rates:
    """Play studies through; with fewer draws of the pivots than a real one has."""
    rng, rows = np.random.default_rng([seed, 5]), []
    size = math.nan if len(grid.shape) > 1 else grid.sizes[0,]
    for truth, values, noise, new in grid.studies(studies, seed):
        found = describe_between(values, noise, grid.clusters, grid.design, rng, 1000)
        assert found.predicted is not None
        low, high = hold_together(values, noise, grid.clusters, (-1, 1), rng)
        _, least, most = spread(values, noise, grid.clusters, (-1, 1), rng)
        rows.append(
            (found.predicted[0] <= new <= found.predicted[1], found.predicted[1] - found.predicted[0],
             found.lower <= size + 1e-12 <= found.upper + 2e-12, found.p <= 0.05,
             bool(((low <= truth) & (truth <= high)).all()), least <= np.ptp(truth) <= most,
             between_variance(values, noise))
        )  # fmt: skip
    new, width, tau, p, tried, apart, variance = np.array(rows, dtype=float).T
    return Rates(
        new.mean(), float(np.median(width)), tau.mean(), p.mean(), tried.mean(), apart.mean(), variance.mean(),
        variance.std() / math.sqrt(studies),
    )  # fmt: skip


def least(share: float, studies: int) -> float:
    """Allow for the simulation's own noise."""
    return share - 3 * math.sqrt(share * (1 - share) / studies)


@pytest.mark.parametrize("name", ["5 prompts, τ = noise", "10 prompts, τ = 5 × noise", "5 open × 2 closed"])
def test_the_prediction_interval_covers_a_new_prompt(name):
    grid, studies = GRIDS[name], 150
    found = simulate(grid, studies)
    assert least(0.95, studies) <= found.new
    assert least(0.95, studies) <= found.tried
    assert least(0.95, studies) <= found.spread
    if len(grid.shape) == 1:
        assert least(0.95, studies) <= found.tau
        assert found.variance == pytest.approx(grid.sizes[0,] ** 2, abs=4 * found.error)


HELD = {name: grid for name, grid in GRIDS.items() if "heavy" not in name}


@pytest.mark.slow
@pytest.mark.parametrize("name", HELD)
def test_over_the_grid(name):
    studies = 1000
    grid = HELD[name]
    found = simulate(grid, studies, seed=2)
    assert least(0.95, studies) <= found.new
    assert least(0.95, studies) - 0.005 <= found.tried  # few clusters make the noise itself uncertain
    assert least(0.95, studies) <= found.spread
    if len(grid.shape) == 1:
        assert least(0.95, studies) <= found.tau
        assert found.variance == pytest.approx(grid.sizes[0,] ** 2, abs=4 * found.error)
        if not grid.sizes[0,]:
            assert found.p <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / studies)
    # Nominal and not far above: where there is enough to see, and one axis.
    if name in ("10 prompts, τ = 5 × noise", "30 prompts, τ = 5 × noise", "30 prompts, τ = noise"):
        assert found.new <= 0.975


def test_without_noise_it_is_the_t_interval_of_a_new_draw():
    values = np.array([0.10, 0.25, 0.15, 0.22, 0.31, 0.12])
    found = describe_between(values, np.zeros((6, 6)), 10_000, one_axis(6, 0).design, np.random.default_rng(1))
    half = stats.t.ppf(0.975, 5) * values.std(ddof=1) * math.sqrt(1 + 1 / 6)
    assert found.predicted == pytest.approx((values.mean() - half, values.mean() + half), abs=0.02)
    assert found.sd == pytest.approx(values.std(ddof=1))
    # The interval of a standard deviation, from χ².
    limits = np.sqrt(5 * values.var(ddof=1) / stats.chi2.ppf([0.975, 0.025], 5))
    assert (found.lower, found.upper) == pytest.approx(tuple(limits), rel=0.05)


def test_an_open_axis_at_levels_of_a_closed_one_that_changes_nothing_is_the_plain_case():
    values = np.array([0.10, 0.25, 0.15, 0.22, 0.31, 0.12])
    plain = describe_between(values, np.zeros((6, 6)), 10_000, one_axis(6, 0).design, np.random.default_rng(1))
    twice = describe_between(
        np.repeat(values, 2), np.zeros((12, 12)), 10_000, open_by_closed(6, 2, 0, 0).design, np.random.default_rng(2)
    )
    assert plain.predicted is not None
    assert twice.predicted == pytest.approx(plain.predicted, abs=0.025)


def test_components_of_a_full_grid_are_recovered():
    for grid, wanted in (
        (two_open(6, 8, 0.05, 0.03), {(0,): 0.05, (1,): 0.05, (0, 1): 0.03}),
        (open_by_closed(10, 3, 0.05, 0.03), {(0,): math.sqrt(0.05**2 + 0.03**2 / 3), (0, 1): 0.03}),
    ):
        found: dict[tuple[int, ...], list[float]] = {}
        rng = np.random.default_rng(1)
        for _, values, noise, _ in grid.studies(60, 4):
            for term, drawn in draw_components(values, noise, grid.clusters, grid.design, 500, rng).items():
                found.setdefault(term, []).append(float(np.median(drawn)))
        assert found.keys() == wanted.keys()
        for term, size in wanted.items():
            assert math.sqrt(np.median(found[term])) == pytest.approx(size, rel=0.2), term


def test_the_noise_of_paired_redraws_is_their_covariance():
    rng = np.random.default_rng(1)
    answers = rng.normal(size=(40, 1)) + rng.normal(size=(40, 3))
    weights = rng.multinomial(40, np.full(40, 1 / 40), size=20_000)
    made = noise_covariance(weights @ answers / 40, 40)
    assert made == pytest.approx(np.cov(answers, rowvar=False) / 40, rel=0.06)
    assert noise_covariance(np.full((100, 2), np.nan), 40) is None


def test_who_played_where_adds_to_the_noise():
    redraws = np.random.default_rng(1).normal(size=(200, 2))
    columns = np.array([[0.1, 0.3], [0.2, 0.1], [0.4, 0.2], [np.nan, 0.1]])
    alone, both = noise_covariance(redraws, 50), noise_covariance(redraws, 50, columns)
    assert alone is not None and both is not None
    assert both - alone == pytest.approx(np.cov(columns[:3], rowvar=False) / 3)


def test_how_many_prompts_it_would_take():
    values = np.array([0.10, 0.14])
    noise = np.zeros((2, 2))
    tau = values.std(ddof=1)
    needed = prompts_needed(values, noise, 3 * tau)
    assert needed is not None and needed > 2
    for prompts, enough in ((needed, True), (needed - 1, False)):
        half = stats.t.ppf(0.975, prompts - 1) * tau * math.sqrt(1 + 1 / prompts)
        assert (half <= 3 * tau) == enough
    assert prompts_needed(values, noise, 1.9 * tau) is None  # 1.96 τ is left with any number
    assert prompts_needed(values, noise + 0.1, 3 * tau) is None  # noise that all share


def test_the_spread_of_what_never_differs_is_not_surely_nothing():
    rng = np.random.default_rng(1)
    low, high = hold_together(np.zeros(3), np.zeros((3, 3)), 100, (0, 1), rng)
    assert low.tolist() == [0, 0, 0] and high == pytest.approx(1 - 0.05 ** (1 / 100))
    assert spread(np.zeros(3), np.zeros((3, 3)), 100, (0, 1), rng) == pytest.approx((0, 0, 1 - 0.05 ** (1 / 100)))

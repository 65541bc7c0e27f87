"""Which axis makes variants differ, and which level: on full grids and on parts of them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from harness.sensitivity.design import Axis, Design
from harness.sensitivity.shares import REST, contrasts, shares
from tests.sensitivity.grids import Grid


def part(design: Design, kept: list[int]) -> Design:
    return Design(design.axes, design.index[kept])


def test_shares_of_a_grid_without_noise_are_those_of_the_sums_of_squares():
    grid = Grid((3,), (2,))
    values = np.array([0.1, 0.3, 0.2, 0.4, 0.6, 0.7])  # axis0 by axis1
    table = values.reshape(3, 2)
    rows, columns = table.mean(1) - table.mean(), table.mean(0) - table.mean()
    both = table - table.mean() - rows[:, None] - columns[None, :]
    found = {one.term: one for one in shares(values, np.zeros((6, 6)), grid.design, np.random.default_rng(1))}
    sizes = {"axis0": np.mean(rows**2), "axis1": np.mean(columns**2), "axis0 × axis1": np.mean(both**2)}
    assert {term: one.variance for term, one in found.items()} == pytest.approx(sizes)
    assert found["axis0"].share == pytest.approx(np.mean(rows**2) / table.var())
    assert sum(one.share or 0.0 for one in found.values()) == pytest.approx(1)


def coverage(grid: Grid, studies: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give, by term: bias of the variance in its own errors, and how often the interval of the share covers."""
    rng, off, covered = np.random.default_rng(1), [], []
    zero = np.zeros((math.prod(grid.shape),) * 2)
    for truth, values, noise, _ in grid.studies(studies, 3):
        true = shares(truth, zero, grid.design, rng)
        found = shares(values, noise, grid.design, rng)
        off.append([a.variance - b.variance for a, b in zip(found, true, strict=True)])
        covered.append(
            [
                a.lower is None or a.upper is None or a.lower <= (b.share or 0.0) + 1e-9 <= a.upper + 2e-9
                for a, b in zip(found, true, strict=True)
            ]
        )
    errors = np.std(off, axis=0) / math.sqrt(studies)
    return np.mean(off, axis=0) / errors, np.mean(covered, axis=0), np.array([one.term for one in found])


def test_shares_are_unbiased_in_size_and_their_intervals_cover():
    bias, covered, _ = coverage(Grid((5,), (2,), {(0,): 0.05, (1,): 0.05, (0, 1): 0.03}), 120)
    assert np.abs(bias).max() < 4
    assert covered.min() >= 0.89


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_intervals_of_shares_over_the_grid(scale):
    sizes = {(0,): 0.05 / scale, (1,): 0.03 / scale, (2,): 0.0, (0, 1): 0.03 / scale}
    bias, covered, terms = coverage(Grid((4, 3), (2,), sizes), 400)
    assert np.abs(bias).max() < 4.5
    assert covered.min() >= 0.90, dict(zip(terms, covered, strict=True))


def test_a_level_against_the_rest_is_a_difference_of_means():
    design = Grid((3, 2), ()).design
    values = np.arange(6.0) ** 2
    found = {(one.axis, one.level): float(one.weights @ values) for one in contrasts(design)}
    at = design.index[:, 0] == 1
    assert found[0, "1"] == pytest.approx(values[at].mean() - values[~at].mean())
    assert found[1, "0"] == pytest.approx(-found[1, "1"])


def test_on_a_part_of_a_grid_main_effects_are_found_and_what_they_hide_is_named():
    full = Grid((2, 2, 2), ()).design
    half = part(full, [n for n, row in enumerate(full.index) if row.sum() % 2 == 0])
    values = half.index @ np.array([0.4, 0.2, 0.0])
    found = {one.term: one for one in shares(values, np.zeros((4, 4)), half, np.random.default_rng(1))}
    assert found["axis0"].share == pytest.approx(0.8) and found["axis1"].share == pytest.approx(0.2)
    assert found["axis0"].aliased == "axis1 × axis2"
    assert REST not in found  # four variants: nothing is left
    effects = {(one.axis, one.level): float(one.weights @ values) for one in contrasts(half)}
    assert effects[0, "1"] == pytest.approx(0.4)


def test_axes_that_move_together_are_not_told_apart():
    axes = tuple(Axis(name, ("a", "b"), True) for name in ("wording", "persona"))
    design = Design(axes, np.array([[0, 0], [1, 1], [0, 0]]))
    assert contrasts(design) == []
    assert [
        one.term for one in shares(np.array([0.1, 0.5, 0.1]), np.zeros((3, 3)), design, np.random.default_rng(1))
    ] == [REST]


def test_where_nothing_differs_beyond_noise_there_are_no_shares():
    design = Grid((3, 2), ()).design
    noise = np.eye(6) * 0.01
    found = shares(np.full(6, 0.2), noise, design, np.random.default_rng(1))
    assert all(one.variance < 0 and one.share is None for one in found)
    assert list(itertools.chain([one.lower for one in found])) == [None] * 3

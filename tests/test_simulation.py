"""Are the numbers calibrated? Simulated studies through the real audits; the whole grid is slow.

The generator is that of docs/architecture.md: p ~ Dirichlet(0.35) for each item, 3 labels, 3 people.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pytest

from harness.passes import Effort
from tests.simulate import FULL, P_ONLY, Design, draw, findings

FLOORED = Effort(replicates=2, floor_replicates=2)  # people in the model's place, without its standard error
REDRAWN = Effort(replicates=400, floor_replicates=0, draws=9)  # for what rests on the bootstrap alone
ONE_DRAW = ("label_shift", "label_distance", "agreement", "majority_match")
ALL_DRAWS = ("entropy_gap", "consistency", "minority_loss")


@lru_cache(maxsize=2)
def bench(design: tuple[tuple[str, object], ...], seed: int):
    return draw(Design(**dict(design)), seed)


def simulated(audit: str, seed: int = 1, effort=FULL, **design: object):
    return findings(bench(tuple(sorted(design.items())), seed)[0], audit, effort)


def share(values) -> float:
    return float(np.mean(list(values)))


def false_findings(found) -> float:
    return share(one.p <= 0.05 for one in found)


def within(rate: float, studies: int, low: float = 0.02, high: float = 0.07) -> bool:
    """Tell whether a rate lies where it must, give or take the noise of so few simulated studies.

    At 1,000 studies the band is the stated one but for two standard errors of the simulation itself.
    """
    return low - 2 * math.sqrt(low * (1 - low) / studies) <= rate <= high + 2 * math.sqrt(high * (1 - high) / studies)


def test_label_shift_keeps_its_level_and_has_power():
    null = simulated("label_shift", effort=P_ONLY, studies=400)
    assert within(false_findings(null), 400)
    floored = simulated("label_shift", effort=FLOORED, studies=100)
    assert abs(share(one.excess for one in floored)) < 0.008  # the floor is what no artifact shows
    assert share(one.verdict == "found" for one in floored) <= 0.10
    shifted = simulated("label_shift", effort=P_ONLY, studies=200, toward_first=0.25)
    assert false_findings(shifted) >= 0.80


def test_agreement_keeps_its_level_and_its_interval_covers():
    null = simulated("agreement", studies=150)
    assert within(false_findings(null), 150)
    assert share(one.excess_lower <= 0 <= one.excess_upper for one in null) >= 0.90


def test_entropy_gap_finds_a_pull_toward_each_items_majority_that_label_shift_cannot_see():
    pulled = {"studies": 100, "toward_majority": 0.6, "samples": 3, "labels": 2}
    assert false_findings(simulated("entropy_gap", effort=P_ONLY, **pulled)) >= 0.80
    assert false_findings(simulated("label_shift", effort=P_ONLY, **pulled)) <= 0.10
    null = simulated("entropy_gap", studies=200, samples=3, labels=2)
    assert within(false_findings(null), 200)
    assert share(one.excess_lower <= 0 <= one.excess_upper for one in null) >= 0.90


def test_a_model_that_skips_the_hard_items_is_compared_on_the_items_that_it_answered():
    skips = simulated("label_shift", effort=P_ONLY, studies=300, refuses_hard=True)
    assert within(false_findings(skips), 300)
    assert share(one.items for one in skips) == pytest.approx(100 * 2 / 3, abs=2)


def paired(studies: int, items: int, seed: int):
    """Give each study's difference of agreement between two models of the same items, and its replicates."""
    found = simulated("agreement", seed, REDRAWN, studies=studies, items=items, twin=0.3)
    first = [one for one in found if one.model == "m"]
    twin = [one for one in found if one.model == "twin"]
    assert [one.dataset for one in first] == [one.dataset for one in twin]
    return [(a.estimate - b.estimate, a.replicates - b.replicates) for a, b in zip(first, twin, strict=True)]


def test_paired_differences_between_two_annotators_are_covered():
    truth = share(difference for difference, _ in paired(3, 10_000, seed=9))
    assert truth > 0.1
    drawn = paired(150, 100, seed=10)
    covered = share(abs(difference - truth) <= 1.99 * np.std(redrawn) for difference, redrawn in drawn)
    assert 0.90 <= covered <= 0.99
    # Pairing pays: people's part of the noise is the same on both sides and cancels.
    alone = simulated("agreement", 10, REDRAWN, studies=150, items=100, twin=0.3)
    unpaired = share(np.std(one.replicates) ** 2 for one in alone) * 2
    assert share(np.std(redrawn) ** 2 for _, redrawn in drawn) < unpaired


STUDIES = {30: 500, 100: 500, 300: 200, 1000: 80}  # of each cell of the grid; nine cells a size


@pytest.mark.slow
@pytest.mark.parametrize("items", STUDIES)
@pytest.mark.parametrize("audit", ["label_shift", "agreement"])
def test_false_findings_over_the_grid(audit, items):
    """2, 3 and 5 people by 2, 3 and 6 labels: each cell within its noise, all cells of a size in the band."""
    studies = STUDIES[items]
    rates = []
    for humans in (2, 3, 5):
        for labels in (2, 3, 6):
            found = simulated(audit, 2, P_ONLY, studies=studies, items=items, humans=humans, labels=labels)
            rates.append(false_findings(found))
            # Nine cells are looked at: three standard errors each, not two.
            assert rates[-1] <= 0.07 + 3 * math.sqrt(0.07 * 0.93 / studies), (humans, labels, rates[-1])
    assert within(float(np.mean(rates)), 9 * studies), rates


@pytest.mark.slow
@pytest.mark.parametrize("audit", ALL_DRAWS)
def test_false_findings_of_audits_of_all_draws(audit):
    for humans in (3, 5):
        rate = false_findings(simulated(audit, 3, P_ONLY, studies=500, humans=humans, samples=2))
        assert within(rate, 500), (humans, rate)


@pytest.mark.slow
@pytest.mark.parametrize("audit", ONE_DRAW)
@pytest.mark.parametrize(
    "world",
    [
        {"unequal": True, "humans": 5},
        {"refuses_hard": True},
        {"per_cluster": 4, "items": 200},
    ],
    ids=["unequal numbers of people", "refuses the hard items", "clusters of four items"],
)
def test_false_findings_in_untidy_worlds(audit, world):
    rate = false_findings(simulated(audit, 4, P_ONLY, studies=400, **world))
    assert rate <= 0.07 + 2 * math.sqrt(0.07 * 0.93 / 400), rate
    if audit != "majority_match":  # discrete: conservative where few people make a majority
        assert within(rate, 400), rate


@pytest.mark.slow
def test_level_and_power_at_a_hundred_items():
    assert 0.02 <= false_findings(simulated("label_shift", 5, P_ONLY, studies=1000)) <= 0.07
    assert false_findings(simulated("label_shift", 5, P_ONLY, studies=1000, toward_first=0.25)) >= 0.80


@pytest.mark.slow
@pytest.mark.parametrize(
    ("audit", "extra"),
    [("agreement", {}), ("entropy_gap", {"samples": 3}), ("majority_match", {}), ("minority_loss", {"samples": 3})],
)
def test_intervals_of_signed_quantities_cover(audit, extra):
    """The estimate's interval against the truth (its mean over very many items), and the excess's against 0."""
    studies = 500
    truth = share(one.estimate for one in simulated(audit, seed=6, studies=5, items=20_000, **extra))
    found = simulated(audit, seed=7, studies=studies, **extra)
    covered = share(one.lower <= truth <= one.upper for one in found)
    assert 0.92 <= covered <= 0.98, covered
    covered = share(one.excess_lower <= 0 <= one.excess_upper for one in found)
    assert 0.92 <= covered <= 0.98, covered


@pytest.mark.slow
def test_one_more_person_with_a_leaning_is_outside_the_crowd_but_within_the_range_of_persons():
    world = {"studies": 100, "items": 300, "persons": 24, "leanings": 0.7, "model_is_person": True}
    found = simulated("label_shift", 8, P_ONLY, **world)
    assert false_findings(found) > 0.5  # a lasting leaning is no random person anew at each item
    assert share(one.range_verdict == "outside the range of persons" for one in found) <= 0.07
    odd = simulated("label_shift", 8, P_ONLY, **{**world, "model_is_person": False, "toward_first": 0.8})
    assert share(one.range_verdict == "outside the range of persons" for one in odd) >= 0.80

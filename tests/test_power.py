"""Does a design see what it is said to see? Simulated studies at the smallest effect, and lines a reader gets."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from harness import pipeline
from harness.inference import t_quantile
from harness.power import Sizes, describe_power, smallest_effects
from harness.store import Store
from harness.study import Study
from tests.studies import generate_and_parse, write_study


def simulated_power(sizes: Sizes, effect: float, studies: int = 2000) -> float:
    """Draw yes-or-no answers around one half; test the difference of shares by a paired t test over items."""
    rng = np.random.default_rng(1)
    half = effect / 2
    model = rng.binomial(sizes.samples, 0.5 + half, (studies, sizes.items)) / sizes.samples
    people = rng.binomial(int(sizes.people), 0.5 - half, (studies, sizes.items)) / sizes.people
    apart = model - people
    t = apart.mean(axis=1) / (apart.std(axis=1, ddof=1) / math.sqrt(sizes.items))
    return float(np.mean(np.abs(t) > t_quantile(0.975, sizes.items - 1)))


@pytest.mark.parametrize("sizes", [Sizes(100, 3, 1, 1), Sizes(400, 5, 4, 2), Sizes(60, 10, 1, 5)])
def test_the_smallest_effect_is_seen_in_four_of_five_studies(sizes):
    found = smallest_effects(sizes)["one prompt against people"]
    assert simulated_power(sizes, found) == pytest.approx(0.80, abs=0.045)


def test_what_grows_helps():
    base = smallest_effects(Sizes(100, 3, 4, 1))
    for more in (Sizes(400, 3, 4, 1), Sizes(100, 9, 4, 1), Sizes(100, 3, 4, 4)):
        assert all(smallest_effects(more)[what] <= base[what] for what in base)
    assert smallest_effects(Sizes(400, 3, 4, 1))["one prompt against people"] == pytest.approx(
        base["one prompt against people"] / 2
    )
    assert list(smallest_effects(Sizes(100, 0, 1, 1))) == ["one prompt against a known value"]


def test_what_is_held_is_scaled_to_what_is_planned():
    half = t_quantile(0.975, 99) * 0.02
    findings = pd.DataFrame(
        [
            {
                "dataset": "d",
                "audit": "shift",
                "metric": "tv",
                "excess_lower": 0.1 - half,
                "excess_upper": 0.1 + half,
                "clusters": 100,
            }
        ]
    )
    sensitivities = pd.DataFrame([{"dataset": "d", "audit": "shift", "metric": "tv", "between_sd": 0.03}])
    *_, line = describe_power("d", Sizes(400, 3, 10, 1), findings, sensitivities)
    beyond = t_quantile(0.975, 9) * math.sqrt(0.03**2 * 1.1 + 0.01**2)
    assert line == (
        f"    shift, tv: one prompt {2.8016 * 0.01:.3f}; robust or absent at {beyond:.3f} from the threshold "
        "(SD between prompts 0.030)"
    )


def test_a_study_that_was_never_asked_has_its_power_told_and_one_that_was_by_what_it_showed(tmp_path):
    people = "item,text,annotator,label\n" + "".join(
        f"{item},Text {item}.,{who},{'yes' if (item + number) % 3 else 'no'}\n"
        for item in range(30) for number, who in enumerate(("ann", "bob", "cy"))
    )  # fmt: skip
    study, store = Study.load(write_study(tmp_path / "tiny", files={"people.csv": people})), Store(tmp_path / "runs")
    pipeline.plan_study(study, store)
    lines = list(pipeline.describe_power(study, store))
    assert "(30 items, 3 people each, 1 variants, samples 1)" in lines[0]
    assert not any("what is held" in line for line in lines)
    generate_and_parse(study, store)
    pipeline.audit_study(study, store, only=["agreement"], say=lambda _: None)
    lines = list(pipeline.describe_power(study, store, 15))
    assert "(15 items, 3 people each" in lines[0]
    assert any(line.startswith("    agreement, kappa: one prompt 0.") for line in lines)

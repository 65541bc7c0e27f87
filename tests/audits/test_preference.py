"""Do the audits of preferences find what a dial of the fake turns up, and nothing where it is at 0?"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from harness import pipeline
from harness.audit import run
from harness.auditfile import AUDITS, read_audit
from harness.passes import Effort
from harness.study import Study
from tests.calibration import variants
from tests.studies import FAKE, generate_and_parse, write_study

ITEMS, PEOPLE = 150, 3
TEMPLATE = '{{ question }}\n{% include "preference/answers.j2" %}\nWhich? {% include "preference/answer_as.j2" %}\n'
COLUMNS = ("question", "a", "b", "p", "model_a", "model_b")
MAPPED = {
    "dataset": "pairs",
    "file": "people.csv",
    "item": "item",
    "fields": {name: name for name in COLUMNS},
    "annotator": "who",
    "record": {"choice": "choice"},
}
ORDERS, NAMES = ["given", "swapped"], ["letters", "symbols"]
BOTH = {"answer_order": ORDERS}

# audit, metric, what is varied, the dial, samples, and the sign of the excess
DIALS: list[tuple[str, str, dict[str, Any], dict[str, Any], int, int]] = [
    ("preference_agreement", "kappa", {}, {"quality": {"a": 1, "b": 1}}, 1, -1),
    ("position_bias", "first_gap", {}, {"position_bias": 0.5}, 1, 1),
    ("order_effect", "toward_first", BOTH, {"position_bias": 0.5}, 1, 1),
    ("order_effect", "conflict_excess", BOTH, {"position_bias": 0.6}, 2, 1),
    ("choice_spread", "spread", BOTH, {"position_bias": 0.5}, 2, 1),
    ("tie_rate", "tie_gap", {}, {"tie_rate": 0.4}, 1, 1),
    ("length_bias", "longer_gap", {}, {"length_bias": 0.5}, 1, 1),
    ("bandwagon_effect", "toward_first", {"bandwagon": ["none", "first"]}, {"bandwagon_pull": 0.5}, 1, 1),
    ("bandwagon_effect", "toward_first", {"bandwagon": ["none", "second"]}, {"bandwagon_pull": 0.5}, 1, -1),
    ("distraction_effect", "toward_first", {"distraction": ["none", "first"]}, {"distraction_pull": 0.5}, 1, 1),
    ("name_effect", "place_shift", {"names": NAMES}, {"name_bias": {"Answer A": 0.5}}, 1, 1),
    ("name_effect", "choice_shift", {"names": NAMES}, {"name_bias": {"Star": 0.5}}, 1, 1),
]


def people(lean: float = 0.4) -> str:
    """Make people who draw from the p of an item, ties among them; the longer answer is no better.

    Args:
        lean: how good a is on the whole; b has 0.4.
    """
    rng = np.random.default_rng(5)
    lines = [",".join(("item", *COLUMNS, "who", "choice"))]
    for item in range(ITEMS):
        p = rng.dirichlet([lean, 0.4, 0.1])
        told = '"{' + ", ".join(f'""{c}"": {w:.6f}' for c, w in zip(("a", "b", "tie"), p, strict=True)) + '}"'
        a, b = rng.permutation(["Short.", "An answer of some length."])
        fields = f"{item},What is {item}?,{a},{b},{told},gpt4,llama"
        lines += [f"{fields},p{n},{rng.choice(['a', 'b', 'tie'], p=p)}" for n in range(PEOPLE)]
    return "\n".join(lines) + "\n"


def audit(
    tmp_path,
    store,
    names: list[str],
    vary: dict[str, Any],
    dials: dict[str, Any],
    samples: int,
    said: str | None = None,
):
    """Ask the fake and run some audits; give what is found of each metric and variant."""
    folder = write_study(
        tmp_path / "pairs",
        files={"ask.j2": TEMPLATE, "people.csv": said or people()},
        title="Which is better?",
        datatype="preference",
        label=None,
        preference={"named": ["model_a", "model_b"]},
        data=[MAPPED],
        samples=samples,
        vary=vary or None,
        models=[{**FAKE, "parameters": dials}],
    )
    study = Study.load(folder)
    generate_and_parse(study, store)
    pipeline.audit_study(study, store, only=names, say=lambda _: None)
    return store.findings()


@pytest.mark.parametrize(("name", "metric", "vary", "dial", "samples", "sign"), DIALS)
def test_a_dial_is_found_when_it_is_up_and_in_its_direction(tmp_path, store, name, metric, vary, dial, samples, sign):
    found = audit(tmp_path, store, [name], vary, {**({} if "quality" in dial else {"truth": "p"}), **dial}, samples)
    mine = found[found["metric"] == metric]
    assert list(mine["verdict"]) == ["found"]
    assert np.sign(mine["excess"].iloc[0]) == sign


@pytest.mark.parametrize(("names", "vary"), [
    (["preference_agreement", "position_bias", "tie_rate", "length_bias"], {}),
    (["order_effect"], BOTH),
    (["bandwagon_effect"], {"bandwagon": ["none", "second"]}),
    (["distraction_effect"], {"distraction": ["none", "first"]}),
    (["name_effect"], {"names": NAMES}),
])  # fmt: skip
def test_nothing_is_found_at_0(tmp_path, store, names, vary):
    """On one draw; at the 5 % level other draws would find something now and then."""
    found = audit(tmp_path, store, names, vary, {"truth": "p"}, 2)
    assert set(found["audit"]) == set(names)
    assert not set(found["verdict"]) & {"found", "not run"}


@pytest.mark.parametrize(("pull", "low", "high"), [(0.0, 0.1, 0.3), (0.8, 0.6, 1.0)])
def test_what_is_followed_both_ways_is_counted_whatever_else_is_varied(tmp_path, store, pull, low, high):
    dials, vary = {"bandwagon_pull": pull, "quality": {"a": 1, "b": 1}}, {"bandwagon": ["second", "none", "first"]}
    found = audit(tmp_path, store, ["bandwagon_followed"], vary, dials, 1)
    assert set(found["variant"]) == {"wording=ask bandwagon: second against first"} and set(found["verdict"]) == {
        "described"
    }
    found = found.set_index("metric")["estimate"]
    assert low < found["followed"] < high
    assert (found["followed"] > found["opposed"] + 0.3) == (pull > 0)


def test_a_place_that_holds_the_better_answers_is_no_bias(tmp_path, store):
    """People and the model prefer a, which is shown first: against one half it would look like a bias."""
    found = audit(tmp_path, store, ["position_bias"], {}, {"truth": "p"}, 1, people(lean=3)).set_index("metric")
    assert found.loc["first_model", "estimate"] > 0.75
    assert found.loc["first_gap", "verdict"] != "found"


def test_what_chance_contradicts_is_described_and_not_judged(tmp_path, store):
    found = audit(tmp_path, store, ["order_effect"], BOTH, {"quality": {"a": 1, "b": 1}}, 1).set_index("metric")
    assert found.loc["conflict_rate", "estimate"] == pytest.approx(0.5, abs=0.12)
    assert found.loc["conflict_rate", "verdict"] == "described"
    assert found.loc["toward_first", "verdict"] != "found"
    assert "conflict_excess" not in found.index


STUDIES = 200


@cache
def judge_in_both_orders(pull: float) -> list:
    """Simulate studies of 90 items and two samples an order by a judge who draws from p, or takes the first."""
    design = variants.Variants(STUDIES, relation="preferences", axis="answer_order", items=90, first=pull)
    effort = Effort(replicates=300, floor_replicates=0, draws=9)  # the test rests on the bootstrap alone
    bench = variants.lay(variants.simulate(design, 1), design.relation, design.axis)
    return run(bench, read_audit(AUDITS / "preference/order_effect.sql"), variants.STUDY, effort)  # type: ignore[arg-type]


@pytest.mark.parametrize(("pull", "metric", "least", "most"), [
    (0, "toward_first", 0, 0.08), (0, "conflict_excess", 0, 0.08),
    (0.15, "toward_first", 0.8, 1), (0.4, "conflict_excess", 0.8, 1),
])  # fmt: skip
def test_the_effect_of_order_is_calibrated(pull, metric, least, most):
    found = [one.verdict == "found" for one in judge_in_both_orders(pull) if one.metric == metric]
    assert len(found) == STUDIES
    assert least <= np.mean(found) <= most

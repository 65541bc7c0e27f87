"""From findings to rows: what is measured, in whose words, and what is said where nothing can be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from harness.finding import Finding
from harness.sensitivity import AxisEffect, Sensitivity, measure
from harness.store import Store
from harness.study import Study
from tests.studies import generate_and_parse, many_people, write_study

REDRAWN = np.random.default_rng(1).normal(0, 0.02, (300, 6))


def found(variant, shown, redraws, **given):
    own: dict[str, object] = {
        "dataset": "d", "kind": "llm", "model": "m", "variant": variant, "wave": "1", "estimate": shown + 0.3,
        "floor": 0.3, "excess": shown, "warn": 0.1, "worse": "up", "items": 100, "clusters": 100,
        "replicates": redraws + shown + 0.3, "excess_replicates": redraws + shown, "bounds": (-1.0, 1.0),
    }  # fmt: skip
    return Finding("shift", "audit_00", "shift", "Shift", "found", **{**own, **given})


def test_variants_of_one_model_make_one_row_of_the_excess():
    excesses = [0.02, 0.05, 0.30, 0.34, 0.12, 0.20]
    names = [f"wording={w} label_order={o}" for w in "abc" for o in ("given", "reversed")]
    rows, effects = measure([found(*each) for each in zip(names, excesses, REDRAWN.T, strict=True)], {}, {}, 0)
    (row,) = rows
    assert (row.measure, row.variants, row.design, row.verdict) == ("excess", 6, "full grid", "prompt-dependent")
    assert row.axes == "wording (3, open) × label_order (2, closed)"
    assert row.mean == pytest.approx(np.mean(excesses)) and row.spread == pytest.approx(0.32)
    assert (row.least, row.most) == (names[0], names[3])
    assert (row.above, row.below) == (6, 0) and row.surely_above is not None and row.surely_above >= 4
    assert row.hetero_p is not None and row.hetero_p < 0.001
    levels = {(one.term, one.level): one for one in effects if one.level}
    assert levels["wording", "b"].effect == pytest.approx(0.32 - np.mean([0.02, 0.05, 0.12, 0.20]))
    assert levels["wording", "b"].q is not None and levels["wording", "b"].q < 0.001
    assert {one.term for one in effects if not one.level} == {"wording", "label_order", "wording × label_order"}


def test_models_waves_and_metrics_are_rows_of_their_own_and_one_variant_makes_none():
    variants = [found(f"wording={w}", 0.1, REDRAWN[:, n]) for n, w in enumerate("ab")]
    other = [dataclasses.replace(one, model="other") for one in variants]
    later = [dataclasses.replace(one, wave="2") for one in variants[:1]]
    rows, _ = measure([*variants, *other, *later], {}, {}, 0)
    assert [(row.model, row.wave) for row in rows] == [("m", "1"), ("other", "1")]


def test_two_prompts_are_not_enough_and_it_is_said_how_many_would_be():
    row = measure([found(f"wording={w}", x, REDRAWN[:, 0]) for w, x in (("a", 0.02), ("b", 0.01))], {}, {}, 0)[0][0]
    assert row.verdict == "cannot tell" and row.prompts_needed == 4
    assert row.needed == "not enough prompts: about 4 of this kind would tell, and 2 were tried"


def test_levels_of_our_own_variants_come_from_the_study():
    levels = {"a b": {"persona": "an old man"}, "c d": {"persona": "a young man"}}
    rows, _ = measure([found(n, 0.1, REDRAWN[:, i]) for i, n in enumerate(levels)], levels, {}, 0)
    assert rows[0].axes == "persona (2, open)"


def test_what_is_only_shown_is_described_by_its_estimates():
    plain = {"excess": None, "floor": None, "excess_replicates": np.empty(0), "bounds": (0.0, 1.0)}
    rows, _ = measure([found(f"wording={w}", 0.1, REDRAWN[:, i], **plain) for i, w in enumerate("abc")], {}, {}, 0)
    assert (rows[0].verdict, rows[0].measure) == ("described", "estimate")
    assert rows[0].mean == pytest.approx(0.4) and rows[0].above is None and rows[0].warn is None


def test_redraws_that_cannot_be_paired_say_so():
    rows, effects = measure(
        [found("wording=a", 0.1, REDRAWN[:, 0]), found("wording=b", 0.2, REDRAWN[:9, 0])], {}, {}, 0
    )
    assert rows[0].verdict == "cannot tell" and "cannot be paired" in rows[0].rule and rows[0].predicted_lower is None
    assert effects == []


def test_what_never_happens_under_any_prompt_is_not_surely_nothing():
    rows, _ = measure([found(f"wording={w}", 0.0, np.zeros(300)) for w in "abcd"], {}, {}, 0)
    missed = 2 * (1 - 0.05 ** (1 / 100))
    assert (rows[0].predicted_lower, rows[0].predicted_upper) == pytest.approx((-missed, missed))


def test_from_a_study_to_its_tables(tmp_path):
    from harness import pipeline

    people = many_people(30) + many_people(30).replace("ann,yes", "bob,no").split("\n", 1)[1]
    templates = {f"{name}.j2": f"{name}: {{{{ text }}}} {{{{ options | join(' or ') }}}}" for name in "abc"}
    folder = write_study(
        tmp_path / "tiny", files={**templates, "people.csv": people}, template=None,
        vary={"wording": ["a.j2", "b.j2", "c.j2"], "label_order": ["given", "reversed"]},
        parameters={"position_bias": 0.5},
    )  # fmt: skip
    study, store = Study.load(folder), Store(tmp_path / "runs")
    generate_and_parse(study, store)
    pipeline.audit_study(study, store, only=["label_shift", "label_order_effect"], say=lambda _: None)
    sensitivities, effects = store.sensitivities("tiny"), store.axis_effects("tiny")
    assert set(sensitivities["audit"]) == {"label_shift", "label_order_effect"}
    assert set(sensitivities.columns) == {"study", "study_hash"} | {f.name for f in dataclasses.fields(Sensitivity)}
    assert set(effects.columns) == {"study", "study_hash"} | {f.name for f in dataclasses.fields(AxisEffect)}
    shift = sensitivities[sensitivities["metric"] == "total_variation"].iloc[0]
    assert (shift["variants"], shift["axes"]) == (6, "wording (3, open) × label_order (2, closed)")
    findings = store.findings("tiny").query("metric == 'total_variation'")
    assert shift["mean"] == pytest.approx(findings["excess"].mean())
    # An effect across an axis was measured under every wording.
    across = sensitivities[sensitivities["audit"] == "label_order_effect"].iloc[0]
    assert (across["variants"], across["axes"]) == (3, "wording (3, open)")

    pipeline.audit_study(study, store, only=["agreement"], say=lambda _: None)
    again = store.sensitivities("tiny")
    assert set(again["audit"]) == {"label_shift", "label_order_effect", "agreement"}
    kept = [one[one["audit"] == "label_shift"].reset_index(drop=True) for one in (sensitivities, again)]
    assert kept[0].equals(kept[1])

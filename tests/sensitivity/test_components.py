"""Variance components: unbiased on crossed designs with cells missing; and how items flip, by SQL and by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from harness import pipeline
from harness.sensitivity import components
from harness.store import Store
from harness.store.outcomes import read_outcomes
from harness.study import Study
from tests.studies import generate_and_parse, write_study

SIZES = {
    "item": 0.5, "model": 0.3, "prompt": 0.2, "item × model": 0.3, "item × prompt": 0.2, "model × prompt": 0.1,
    "residual": 0.4,
}  # fmt: skip
AXES = {"item": (0,), "model": (1,), "prompt": (2,), "item × model": (0, 1), "item × prompt": (0, 2),
        "model × prompt": (1, 2), "residual": (0, 1, 2)}  # fmt: skip


def crossed(shape, sizes, rng, missing=0.0):
    answers = np.zeros(shape)
    for name, size in sizes.items():
        own = tuple(levels if axis in AXES[name] else 1 for axis, levels in enumerate(shape))
        answers = answers + rng.normal(0, size, own)
    return np.where(rng.random(shape) < missing, np.nan, answers)[..., None]


@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_components_of_a_crossed_design_are_recovered_though_cells_are_missing(missing):
    rng, found = np.random.default_rng(1), {}
    for _ in range(150):
        for one in components(crossed((20, 5, 6), SIZES, rng, missing), np.arange(20), np.random.default_rng(1)):
            found.setdefault(one.name, []).append(one.variance)
    assert found.keys() == SIZES.keys()
    for name, values in found.items():
        error = np.std(values) / np.sqrt(len(values))
        assert np.mean(values) == pytest.approx(SIZES[name] ** 2, abs=4 * error), name


def test_they_agree_with_the_mean_squares_of_a_whole_two_way_table():
    answers = crossed((12, 1, 5), {"item": 0.5, "prompt": 0.3, "item × prompt": 0.4}, np.random.default_rng(2))
    table = answers[:, 0, :, 0]
    rows, columns, grand = table.mean(1), table.mean(0), table.mean()
    residual = ((table - rows[:, None] - columns + grand) ** 2).sum() / (11 * 4)
    wanted = {
        "item": (rows.var(ddof=1) * 5 - residual) / 5, "prompt": (columns.var(ddof=1) * 12 - residual) / 12,
        "residual": residual,
    }  # fmt: skip
    found = components(answers, np.arange(12), np.random.default_rng(1))
    assert {one.name: one.variance for one in found} == pytest.approx(wanted)
    assert sum(one.share for one in found) == pytest.approx(1)


def test_the_interval_of_a_share_covers_what_many_items_would_show():
    rng = np.random.default_rng(3)
    prompts, hit = rng.normal(0, 0.5, (1, 1, 4)), 0
    truth = np.var(prompts, ddof=1) / (np.var(prompts, ddof=1) + 0.5**2 + 0.6**2)
    for _ in range(100):
        drawn = prompts + rng.normal(0, 0.5, (80, 1, 1)) + rng.normal(0, 0.6, (80, 1, 4))
        (one,) = (x for x in components(drawn[..., None], np.arange(80), rng) if x.name == "prompt")
        hit += one.lower <= truth <= one.upper
    assert hit >= 88


def test_options_without_order_are_taken_by_whether_two_answers_differ():
    """All say what the prompt says: the prompt is all there is."""
    said = np.eye(3)[np.array([0, 1, 1, 2])]
    answers = np.broadcast_to(said[None, None], (10, 2, 4, 3)).copy()
    found = {one.name: one for one in components(answers, np.arange(10), np.random.default_rng(1))}
    assert found["prompt"].share == pytest.approx(1)
    # Two different prompts of the four differ in five pairs of six.
    assert found["prompt"].variance == pytest.approx(5 / 6)


def test_one_prompt_or_one_item_tells_nothing():
    rng = np.random.default_rng(1)
    assert components(rng.normal(size=(10, 1, 1, 1)), np.arange(10), rng) == []
    assert components(rng.normal(size=(1, 2, 3, 1)), np.arange(1), rng) == []


@pytest.mark.parametrize("ordinal", [False, True])
def test_the_score_of_an_item_is_that_of_its_pairs(tmp_path, ordinal):
    options = [1, 2, 5] if ordinal else ["yes", "no", "other"]
    said = {("a", "1"): [0, 0, 1], ("a", "2"): [0, 1], ("b", "1"): [2, 2], ("b", "2"): [2], ("c", "1"): [1]}
    rows = "".join(
        f"{item},Text,v={v},{n},{options[o]}\n" for (v, item), each in said.items() for n, o in enumerate(each)
    )
    folder = write_study(
        tmp_path / "tiny", files={"models.csv": f"item,text,variant,sample,label\n{rows}"}, models=[],
        label={"options": options, "ordinal": ordinal}, template=None,
        data=[{"dataset": "d", "file": "models.csv", "item": "item", "kind": "llm", "fields": {"text": "text"},
               "model": {"value": "m"}, "variant": "variant", "sample": "sample", "record": {"label": "label"}}],
    )  # fmt: skip
    study, store = Study.load(folder), Store(tmp_path / "runs")
    pipeline.resolve(study, store)
    pipeline.parse_study(study, store)
    pipeline.audit_study(study, store, only=["refusal"], say=lambda _: None)
    scores = store.item_sensitivities("tiny").set_index("key")

    def apart(one, other):
        return abs(options[one] - options[other]) / 4 if ordinal else float(one != other)

    for item in ("1", "2"):
        answers = {v: each for (v, key), each in said.items() if key == item}
        pairs = [
            np.mean([apart(x, y) for x in one for y in other])
            for one, other in itertools.combinations(answers.values(), 2)
        ]
        assert scores.loc[item, "score"] == pytest.approx(np.mean(pairs)), item
        assert scores.loc[item, "variants"] == len(answers)
    assert scores.loc["1", "within_variant"] == pytest.approx((2 / 3 + 0) / 2)
    (outcome,) = read_outcomes(store, study)
    assert outcome.answers.shape == ((2, 1, 3, 1) if ordinal else (2, 1, 3, 3))
    first = outcome.answers[0 if np.isfinite(outcome.answers[0, 0, 2]).all() else 1, 0]
    assert first.tolist() == ([[0], [1], [0.25]] if ordinal else [[0, 0, 1], [0, 1, 0], [1, 0, 0]])
    assert set(store.variance_components("tiny")["component"]) == {"item", "prompt", "residual"}


def test_what_has_no_options_has_no_flips(tmp_path):
    data = {"dataset": "d", "file": "people.csv", "item": "item", "fields": {"text": "text"}}
    folder = write_study(
        tmp_path / "tiny", datatype="text", label=None, text={"task": "write"}, data=[data],
        files={"ask.j2": "Write of {{ text }}"},
    )  # fmt: skip
    study, store = Study.load(folder), Store(tmp_path / "runs")
    generate_and_parse(study, store)
    pipeline.audit_study(study, store, only=["refusal"], say=lambda _: None)
    assert store.item_sensitivities("tiny").empty and store.variance_components("tiny").empty

"""Remedies on a study: what is left is a study of its own, and what they buy is told; few people correct shares."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from harness import cli, pipeline
from harness.correcting import correct_shares
from harness.curating import curate
from harness.curations import difference
from harness.errors import DataError
from harness.report import words, write_report
from harness.store import open_store
from harness.study import Study
from tests.studies import write_answered, write_study

OPTIONS = ["no", "yes"]
ITEMS = 240


def answers(seed=1, *, lean=0.45):
    """Let three people and a model answer; the model says yes where people say no, often."""
    rng = np.random.default_rng(seed)
    people, model = ["item,text,annotator,label"], ["item,label"]
    for item in range(ITEMS):
        p = rng.beta(1, 1)
        people += [f"{item},Text {item}.,p{n},{OPTIONS[int(rng.random() < p)]}" for n in range(3)]
        says = 1 if rng.random() < lean else int(rng.random() < p)
        model.append(f"{item},{OPTIONS[says]}")
    return "\n".join(people), "\n".join(model)


def study(tmp_path, **given):
    people, model = answers()
    folder = write_answered(tmp_path / "prompts" / "tiny", people, model, OPTIONS, **given)
    made, store = Study.load(folder), open_store(tmp_path / "runs")
    pipeline.resolve(made, store)
    return made, store


def test_raking_labels_mends_their_shares_and_is_told_with_an_interval(tmp_path):
    made, store = study(tmp_path)
    folder, told = curate(made, store, {"rake": {}}, lambda _: None)
    assert told[0].rows < told[0].of == ITEMS
    after = Study.load(folder)
    pipeline.resolve(after, store)
    labels = store.labels(after.name)
    assert set(labels.loc[labels["kind"] == "llm", "variant"]) == {"published", "published remedy=rake"}
    pipeline.audit_study(after, store, only=["label_shift", "agreement"], say=lambda _: None)
    shift = store.curations(after.name).set_index(["audit", "metric"]).loc[("label_shift", "total_variation")]
    assert shift["before"] > 0.15 > shift["after"] and shift["verdict"] == "better"
    assert shift["lower"] < shift["difference"] == shift["after"] - shift["before"] < shift["upper"] < 0
    assert (shift["model"], shift["variant"], shift["remedy"]) == ("m", "published", "rake")
    assert (shift["verdict_before"], shift["verdict_after"]) == ("found", "cannot tell")
    check_page(after, store, shift)


def check_page(after, store, shift):
    page = write_report(after, store, pipeline.clock()).read_text("utf-8")
    assert "What rake left of m shows" in page and 'id="remedies"' in page
    assert words.number(shift["difference"], 2, signed=True) in page
    told = pd.read_csv(store.runs / f"report-{after.name}" / "curations.csv")
    assert len(told) == len(store.curations(after.name))


@pytest.mark.slow
@pytest.mark.parametrize("lean", [0.0, 0.4])
def test_leaving_out_by_chance_is_not_called_a_change(tmp_path, lean):
    """Half of the answers, by lot, show what all of them show: q ≤ 0.05 in one of twenty at most."""
    rng, studies, rows = np.random.default_rng(7), 100, []
    for number in range(studies):
        for item in range(100):
            p = rng.beta(1, 1)
            said = [int(rng.random() < p) for _ in range(3)]
            says = 1 if rng.random() < lean else int(rng.random() < p)
            one = (f"s{number:03}", item)
            rows += [(*one, "human", f"p{n}", None, None, OPTIONS[label]) for n, label in enumerate(said)]
            rows.append((*one, "llm", None, "m", "published", OPTIONS[says]))
            if rng.random() < 0.5:
                rows.append((*one, "llm", None, "m", "published remedy=half", OPTIONS[says]))
    frame = pd.DataFrame(rows, columns=["dataset", "item", "kind", "annotator", "model", "variant", "label"])
    query = "select *, 'Text.' as text from read_csv('all.csv', all_varchar = true)"
    folder = write_study(
        tmp_path / "half", files={"all.sql": query, "all.csv": frame.to_csv(index=False)}, data=[{"sql": "all.sql"}],
        models=[], template=None, label={"options": OPTIONS},
    )  # fmt: skip
    made, store = Study.load(folder), open_store(tmp_path / "runs")
    pipeline.resolve(made, store)
    pipeline.audit_study(made, store, only=["label_shift", "agreement", "modal_dominance"], say=lambda _: None)
    found = store.curations(made.name)
    for metric in ("total_variation", "kappa", "modal_gap"):
        own = found[found["metric"] == metric]
        assert len(own) == studies
        assert (own["q"] <= 0.05).mean() <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / studies), metric
        assert own["difference"].abs().mean() < 0.08


def test_the_same_study_is_curated_alike(tmp_path):
    made, store = study(tmp_path)
    folder, _ = curate(made, store, {"rake": {}}, lambda _: None)
    first = (folder / "curated.parquet").read_bytes()
    again, _ = curate(made, store, {"rake": {}}, lambda _: None)
    assert (again / "curated.parquet").read_bytes() == first
    assert Study.load(again).load_id == Study.load(folder).load_id


def test_a_remedy_without_what_it_reads_says_so(tmp_path):
    made, store = study(tmp_path)
    folder, told = curate(made, store, {"match_length": {}, "drop_faulty": {}}, lambda _: None)
    assert folder is None
    assert [one.note for one in told] == [
        "people or the model have no text here",
        "no control of this study found a fault",
    ]


def test_texts_keep_their_first_copy_and_are_numbered_anew(tmp_path):
    lines = ["item,original,text,sample,kind"]
    for item in range(40):
        lines.append(f"{item},seed {item},seed {item},0,human")
        lines += [f"{item},,{said},{n},llm" for n, said in enumerate([f"one {item}", f"One {item}!", f"two {item}"])]
    data = [
        {"dataset": "d", "file": "p.csv", "item": "item", "fields": {"original": "original"},
         "record": {"text": "text"}},
        {"dataset": "d", "file": "m.csv", "item": "item", "kind": "llm", "model": {"value": "m"}, "sample": "sample",
         "record": {"text": "text"}},
    ]  # fmt: skip
    files = {
        "p.csv": "\n".join([lines[0], *(x for x in lines if x.endswith("human"))]),
        "m.csv": "\n".join([lines[0], *(x for x in lines if x.endswith("llm"))]),
    }
    folder = write_study(
        tmp_path / "texts", files=files, datatype="text", label=None, text={"task": "rewrite", "seed": "original"},
        data=data, models=[], template=None,
    )  # fmt: skip
    made, store = Study.load(folder), open_store(tmp_path / "runs")
    pipeline.resolve(made, store)
    left, told = curate(made, store, {"drop_duplicates": {}}, lambda _: None)
    assert (told[0].rows, told[0].of) == (80, 120)
    after = Study.load(left)
    pipeline.resolve(after, store)
    kept = store.sql(
        "select * from texts where study = $s and variant like '%remedy%' and key = '7'", {"s": after.name}
    )
    assert sorted(zip(kept["sample"], kept["text"], strict=True)) == [(0, "one 7"), (1, "two 7")]


def test_dialogues_are_not_curated():
    class Talk:
        datatype, name = "simulation", "talk"

    with pytest.raises(DataError, match="hang together"):
        curate(Talk(), None, {"rake": {}})


def test_differences_are_paired_and_unpaired_ones_are_not_told():
    rng = np.random.default_rng(1)
    shared = rng.normal(size=1_000)
    before = {"estimate": 1.0, "replicates": 1 + shared, "clusters": 100}
    after = {"estimate": 1.5, "replicates": 1.5 + shared + 0.01 * rng.normal(size=1_000), "clusters": 90}
    found = difference(before, after)
    assert 0.47 < found.lower < found.value == 0.5 < found.upper < 0.53 and found.p < 1e-6
    assert math.isnan(difference(before, {**after, "replicates": shared[:64]}).lower)
    assert math.isnan(difference({**before, "clusters": 9}, after).lower)
    assert difference(before, before).p == 1.0


def test_shares_are_corrected_by_few_people(tmp_path):
    made, store = study(tmp_path)
    yes = next(one for one in correct_shares(made, store, 80) if one.option == "yes")
    assert yes.items == (80, ITEMS - 80)
    assert yes.made.model > yes.truth + 0.15
    assert abs(yes.made.value - yes.truth) < 0.12  # three standard errors
    assert yes.made.worth > 1
    whole = next(one for one in correct_shares(made, store, None) if one.option == "yes")
    assert whole.made.value == pytest.approx(whole.truth)


def test_the_verbs_tell(tmp_path):
    made, store = study(tmp_path)
    runner, runs = CliRunner(), ["--runs", str(store.runs)]
    told = runner.invoke(cli.app, ["correct", str(made.folder), "--people", "60", *runs], catch_exceptions=False)
    assert told.exit_code == 0 and "all people:" in told.output
    asked = ["curate", str(made.folder), "--remedy", "rake", "--audit", "label_shift", *runs]
    told = runner.invoke(cli.app, asked, catch_exceptions=False)
    assert told.exit_code == 0 and "total_variation" in told.output
    wrong = runner.invoke(cli.app, [*asked, "--option", "rake.no=1"])
    assert "unknown key 'no'" in str(wrong.exception)

"""A remedy and what it buys in those who are taught: before and after, on a study as `harness curate` leaves it."""

from __future__ import annotations

import numpy as np
import pytest

from harness import pipeline, secondorder
from harness.curating import curate
from harness.report import write_report
from harness.store import open_store
from harness.study import Study
from tests.studies import write_answered

QUIET = {"say": lambda _: None}
OPTIONS = ["no", "yes"]


@pytest.fixture(scope="module")
def curated(tmp_path_factory):
    """Let people say what the text's first word says, and a model say yes where it says no, often."""
    rng = np.random.default_rng(3)
    people, model = ["item,text,annotator,label"], ["item,label"]
    for item in range(300):
        truth = item % 2
        text = f"{('grey', 'bright')[truth]} day number {item}"
        people += [f"{item},{text},p{n},{OPTIONS[truth if rng.random() < 0.9 else 1 - truth]}" for n in range(2)]
        model.append(f"{item},{OPTIONS[1 if rng.random() < 0.75 else truth]}")
    folder = tmp_path_factory.mktemp("remedied")
    made = Study.load(write_answered(folder / "tiny", "\n".join(people), "\n".join(model), OPTIONS, train={"seeds": 3}))
    store = open_store(folder / "runs")
    pipeline.resolve(made, store)
    left, _ = curate(made, store, {"rake": {}}, lambda _: None)
    after = Study.load(left)
    pipeline.resolve(after, store)
    secondorder.train_study(after, store, **QUIET)
    secondorder.examine_study(after, store, only=["label_shift"], **QUIET)
    return after, store


def test_what_is_left_teaches_beside_all(curated):
    study, store = curated
    fits = store.trained(study.name)
    assert set(fits["corpus"]) == {"human", "m", "m published remedy=rake"}
    assert fits["items"].nunique() == 1, "as many items each"


def test_before_and_after_are_those_of_the_two_corpora(curated):
    study, store = curated
    found = store.remedied(study.name).set_index("metric")
    scores = store.scores(study.name)
    means = scores[scores["seed"].isna()].set_index(["variant", "metric"])["estimate"]
    for metric in ("accuracy", "macro_f1", "log_loss"):
        row = found.loc[metric]
        assert (row["before"], row["after"]) == pytest.approx(
            (means["corpus=m", metric], means["corpus=m published remedy=rake", metric])
        )
        assert row["difference"] == pytest.approx(row["after"] - row["before"])
        assert row["lower"] < row["difference"] < row["upper"]
    assert (found["remedy"] == "rake").all() and (found["corpus"] == "m").all()
    assert found.loc["macro_f1", "verdict"] == "better"
    assert found.loc["accuracy", "verdict"] == "described", "one score is judged"


def test_an_artifact_is_counted_in_the_labels_of_who_was_taught(curated):
    study, store = curated
    row = store.remedied(study.name).set_index("metric").loc["total_variation"]
    labels = store.labels(study.name)
    people = labels[labels["kind"] == "human"]
    told = labels[labels["kind"] == "trained"]
    for corpus, value in (("corpus=m", row["before"]), ("corpus=m published remedy=rake", row["after"])):
        own = told[told["variant"] == corpus]
        yes = people[people["item_id"].isin(own["item_id"])].groupby("item_id")["label"].apply(
            lambda said: (said == "yes").mean()
        ).mean()  # fmt: skip
        shifts = own.groupby("sample")["label"].apply(lambda said, yes=yes: abs((said == "yes").mean() - yes))
        assert value == pytest.approx(shifts.mean())
    assert row["after"] < row["before"] and row["verdict"] == "better"


def test_other_audits_keep_what_they_showed(curated):
    study, store = curated
    before = len(store.remedied(study.name))
    secondorder.examine_study(study, store, only=["agreement"], **QUIET)
    found = store.remedied(study.name)
    assert {"label_shift", "agreement", "accuracy"} <= set(found["audit"]) and len(found) > before
    assert not found.duplicated(["audit", "metric"]).any()


def test_the_page_says_what_a_remedy_buys(curated):
    study, store = curated
    page = write_report(study, store, pipeline.clock()).read_text()
    assert "What remedies buy" in page and "Accuracy: macro_f1" in page
    assert "Taught by what rake left of m" in page
    assert "m · published remedy=rake itself" in page


def test_what_a_remedy_left_is_no_prompt(curated):
    study, store = curated
    pipeline.audit_study(study, store, only=["label_shift", "agreement"], **QUIET)
    told = store.findings(study.name)
    assert "published remedy=rake" in set(told["variant"]), "its findings stand beside the others"
    assert store.sensitivities(study.name).empty, "the model was asked under one prompt"
    counted = store.sql("select count(*) as n from item_sensitivities")["n"][0]
    assert counted == 0 and store.sql("select * from variance_components").empty
    first = write_report(study, store, pipeline.clock()).read_text().split("<main>")[0]
    assert "under every prompt variant" not in first and "over 2 prompts" not in first

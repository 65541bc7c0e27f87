"""Real people and real models, by column mapping and by SQL, from files as they were published."""

from __future__ import annotations

import pandas as pd
import pytest

import harness
from harness import pipeline
from tests.conftest import copy_study, shared_file


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("popquorn")
    files = [
        shared_file("task_labels/popquorn_raw/offensiveness_raw_data.csv"),
        shared_file("task_labels/popquorn_llm_judge/offensive_results_w2.tsv"),
    ]
    study = harness.Study.load(copy_study("popquorn", folder, *files))
    store = harness.open_store(folder / "runs")
    pipeline.resolve(study, store)
    pipeline.audit_study(study, store, only=["label_shift", "agreement", "refusal", "unparsed"], say=lambda _: None)
    return store


def test_everybody_is_there_once(store):
    counts = store.sql("select kind, count(*) as n, count(distinct item_id) as items from labels group by 1 order by 1")
    people = counts.set_index("kind").loc["human"]
    assert people["n"] == 13_036
    assert people["items"] == 1_500
    assert store.sql("select count(distinct person) as n from labels where kind = 'human'")["n"][0] == 262
    models = store.sql("select model, variant, count(*) as n from replies group by all")
    assert len(models) == 6 * 3
    assert set(models["n"]) == {1_500}


def raw_people() -> pd.DataFrame:
    return pd.read_csv(shared_file("task_labels/popquorn_raw/offensiveness_raw_data.csv"))


def published() -> pd.DataFrame:
    return pd.read_csv(shared_file("task_labels/popquorn_llm_judge/offensive_results_w2.tsv"), sep="\t")


def test_the_labels_are_those_of_the_file(store):
    ours = store.sql("select key, avg(value) as mean, count(*) as n from labels where kind = 'human' group by 1")
    theirs = raw_people().groupby("instance_id")["offensiveness"].agg(["mean", "size"])
    ours = ours.set_index(ours["key"].astype(int)).sort_index()
    assert len(ours) == 1_500
    assert ours["n"].tolist() == theirs["size"].tolist()
    assert ours["mean"].tolist() == pytest.approx(theirs["mean"].tolist())


def test_the_shift_is_what_pandas_says(store):
    """Each item weighs 1 on each side; the numbers are worked out here without the harness."""
    people = raw_people()
    shares = people.groupby("instance_id")["offensiveness"].value_counts(normalize=True).unstack(fill_value=0)
    model = published().set_index("instance_id")["gpt4_base"].dropna()
    shares = shares.loc[model.index]
    distance = 0.5 * sum(abs((model == label).mean() - shares[label].mean()) for label in (1, 2, 3, 4, 5))
    found = store.findings()
    gpt4 = found[(found["audit"] == "label_shift") & (found["model"] == "gpt4") & (found["variant"] == "persona=base")]
    assert gpt4["estimate"].item() == pytest.approx(distance, abs=1e-9)
    assert gpt4["items"].item() == len(model)


def test_models_are_judged_against_people_and_ranked_among_persons(store):
    found = store.findings()
    shift = found[found["audit"] == "label_shift"]
    assert len(shift) == 18
    assert (shift["persons"] > 200).all()  # 262 raters answered about fifty items each
    assert shift["range_verdict"].notna().all()
    assert shift["floor"].between(0, 0.03).all()  # 1,500 items: hardly any noise between people
    assert "found" in set(shift["verdict"])
    gpt4 = found[(found["audit"] == "agreement") & (found["model"] == "gpt4")]
    assert (gpt4["matched"] > 0.1).all()


def test_refusals_of_models_that_others_asked_are_not_known_and_not_said_to_be_none(store):
    found = store.findings().set_index("audit")
    assert (found.loc["refusal", "verdict"] == "not run").all()
    unusable = store.sql("select model, variant, avg((not parsed)::int) as share from replies group by all")
    told = found.loc["unparsed"].set_index(["model", "variant"])["estimate"]
    for row in unusable.itertuples():
        assert told[row.model, row.variant] == pytest.approx(row.share)

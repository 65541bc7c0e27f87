"""Artifacts in models taught by mixtures, beside those in models taught by people alone; numbers made by hand."""

from __future__ import annotations

import pytest

from harness import pipeline
from harness.report import write_report
from harness.store import Store
from tests.schools import examine, school, teach

SHARES = [25, 50, 75]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixed")
    parameters = {"shift": ["yes", 0.6]}
    study = school(folder / "s", train={"hybrid": SHARES}, parameters=parameters)
    store = Store(folder / "runs")
    teach(study, store)
    examine(study, store, ["label_shift"])
    return study, store


def test_every_share_is_beside_people_alone_as_counted_by_hand(mixed):
    study, store = mixed
    rows = store.mixtures(study.name)
    rows = rows[rows["metric"] == "total_variation"].set_index("human")
    assert list(rows.index) == [0, *SHARES] and (rows["seeds"] == 3).all()
    labels = store.labels(study.name)
    people, told = labels[labels["kind"] == "human"], labels[labels["kind"] == "trained"]
    options = sorted(labels["label"].unique())

    def shift(variant):
        shown = []
        for _, own in told[told["variant"] == variant].groupby("sample"):
            there = people[people["item_id"].isin(own["item_id"])]
            shares = (
                there.groupby("item_id")["label"].value_counts(normalize=True).unstack(fill_value=0)[options].mean()
            )
            said = own["label"].value_counts(normalize=True).reindex(options, fill_value=0)
            shown.append((said - shares).abs().sum() / 2)
        return sum(shown) / len(shown)

    by_people = shift("corpus=human")
    for human, row in rows.iterrows():
        variant = f"corpus={row['corpus']}" + (f" human={human}" if human else "")
        assert row["trained"] == pytest.approx(shift(variant)) and row["by_people"] == pytest.approx(by_people)
        assert row["difference"] == pytest.approx(row["trained"] - row["by_people"])
        assert row["lower"] <= row["difference"] <= row["upper"]
    assert (rows["difference"].abs() > 0.02).any(), "what is compared differs"


def test_a_model_alone_is_as_far_from_people_as_amplification_says(mixed):
    study, store = mixed
    own = store.mixtures(study.name).set_index(["metric", "human"])
    beside = store.amplifications(study.name)
    beside = beside[beside["corpus"] != "human"].set_index("metric")
    for metric, row in beside.iterrows():
        same = own.loc[(metric, 0)]
        assert (same["difference"], same["lower"], same["upper"]) == pytest.approx(
            (row["against_human"], row["against_human_lower"], row["against_human_upper"])
        )


def test_the_page_lists_them(mixed):
    study, store = mixed
    page = write_report(study, store, pipeline.clock())
    text = page.read_text("utf-8")
    assert "Artifacts under mixtures, beside models taught by people alone" in text
    judged = store.mixtures(study.name).query("verdict != 'described'")
    sure = judged[judged["verdict"].isin(["better", "worse", "moved"])].groupby("human").size()
    told = [f"{sure.get(share, 0)} at {share} %" for share in (0, *SHARES)]
    assert f"{', '.join(told[:-1])} and {told[-1]}." in text
    assert len((page.parent / "mixtures.csv").read_text("utf-8").splitlines()) == 1 + len(store.mixtures(study.name))

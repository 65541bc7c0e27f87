"""The study's own numbers (Das et al. 2024), from the file that its authors released, without a model call."""

from __future__ import annotations

import pytest

import harness
from harness import pipeline
from tests.conftest import copy_study, shared_file

FLIPS = {  # (dataset, human label, model label): count, slot i against sample i; reference values marked V
    "people_5": {(4, 3): 896, (2, 3): 323, (3, 2): 162, (3, 1): 149, (2, 1): 87, (3, 4): 85},
    "people_4": {(2, 1): 694, (3, 2): 553, (2, 3): 331},
    "people_3": {(0, 1): 2712, (0, 2): 1432, (1, 0): 467, (1, 2): 575, (2, 0): 286, (2, 1): 169},
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mismatch")
    data = shared_file("task_labels/artifacts_paper/mismatch_gpt3.csv")
    study = harness.Study.load(copy_study("mismatch", folder, data))
    store = harness.open_store(folder / "runs")
    pipeline.resolve(study, store)
    pipeline.audit_study(study, store, say=lambda _: None)
    return store


def test_the_reference_values_of_the_study_come_out(store):
    found = store.findings().set_index(["audit", "metric", "dataset"])
    assert store.sql("select dataset, count(distinct key) as n from labels group by 1 order by 1")["n"].tolist() == [
        5859, 1399, 774,
    ]  # fmt: skip

    def estimate(audit: str, metric: str, dataset: str) -> float:
        return float(found.loc[(audit, metric, dataset), "estimate"])

    # Rows with five people: Social Chemistry; with four: Sentiment.
    assert estimate("minority_match", "minority_match", "people_5") * 774 == pytest.approx(7)
    assert estimate("majority_match", "majority_match", "people_5") * 774 == pytest.approx(489)
    assert round(estimate("label_distance", "wasserstein_1", "people_5"), 4) == 0.3230
    assert estimate("minority_match", "minority_match", "people_4") * 1399 == pytest.approx(24)
    assert estimate("majority_match", "majority_match", "people_4") * 1399 == pytest.approx(707)
    assert round(estimate("label_distance", "wasserstein_1", "people_4"), 4) == 0.1922

    # No variation among the model's five answers: 97.15, 91.14 and 92.76 % of the items.
    steady = store.sql(
        "select dataset, sum(same) as items from (select dataset, item_id, "
        "(count(distinct label) = 1)::int as same from labels where kind = 'llm' group by all) group by 1 order by 1"
    )
    assert steady["items"].tolist() == [5692, 1275, 718]

    # People are anonymous in this file; their place in the list is kept as the order of the load.
    flips = store.sql(
        "with slots as (select l.dataset, l.item_id, l.label, (a.identity ->> 'answer')::int as slot from labels l "
        "join annotators a using (annotator_id) where l.kind = 'human'), people as (select dataset, item_id, label, "
        "row_number() over (partition by item_id order by slot) - 1 as i from slots) "
        "select p.dataset, p.label::int as human, m.label::int as model, count(*) as n from people p "
        "join labels m on m.item_id = p.item_id and m.sample = p.i and m.kind = 'llm' "
        "where p.label <> m.label group by all"
    )
    counted = {(r.dataset, r.human, r.model): r.n for r in flips.itertuples()}
    for dataset, flipped in FLIPS.items():
        for (human, model), count in flipped.items():
            assert counted[dataset, human, model] == count, (dataset, human, model)


def test_what_the_numbers_say_against_the_human_floor(store):
    found = store.findings().set_index(["audit", "metric", "dataset"])
    shift = found.loc[("entropy_gap", "entropy_gap", "people_5")]
    assert shift["verdict"] == "found"
    assert shift["excess"] > 0.3  # people differ on two answers in most items, the model almost never
    assert found.loc[("minority_match", "minority_match", "people_5"), "verdict"] == "found"

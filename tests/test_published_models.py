"""Family and release date of models whose answers were loaded."""

from __future__ import annotations

import pytest

from harness import pipeline
from harness.errors import StudyError
from harness.store import Store
from harness.study import Study
from tests.studies import MAPPED, write_study

SAID = "item,text,model,label\n1,Lovely rain.,gpt-x,yes\n2,It is late.,gpt-x,no\n1,Lovely rain.,gpt-y,no\n"
LOADED = {**MAPPED, "file": "said.csv", "kind": "llm", "model": "model"}


def study(folder, *published: dict) -> Study:
    data = [MAPPED, {key: value for key, value in LOADED.items() if key != "annotator"}]
    return Study.load(write_study(folder, files={"said.csv": SAID}, models=[], data=data, published=list(published)))


def test_dates_stand_in_the_roster_and_rename_nobody(tmp_path):
    store = Store(tmp_path / "runs")
    pipeline.resolve(study(tmp_path / "tiny"), store)
    before = set(store.sql("select annotator_id from roster")["annotator_id"])
    dated = study(tmp_path / "tiny", {"name": "gpt-x", "family": "GPT", "released": "2023-03-01"})
    pipeline.resolve(dated, store)
    roster = store.sql("select r.* from roster r join studies s using (study, study_hash)").set_index("model")
    assert set(roster["annotator_id"]) == before
    assert roster.loc["gpt-x", "family"] == "GPT" and str(roster.loc["gpt-x", "released"])[:10] == "2023-03-01"
    assert roster["family"].isna().to_dict() == {"gpt-x": False, "gpt-y": True}


def test_a_study_without_them_keeps_its_name(tmp_path):
    assert "published" not in study(tmp_path / "tiny").resolved()


@pytest.mark.parametrize("held", [False, True])
def test_a_model_that_the_data_do_not_name_is_refused_with_those_that_they_do(tmp_path, held):
    store = Store(tmp_path / "runs")
    if held:
        pipeline.resolve(study(tmp_path / "tiny"), store)
    with pytest.raises(StudyError) as told:
        pipeline.resolve(study(tmp_path / "tiny", {"name": "gpt-z"}), store)
    assert "no model 'gpt-z'" in str(told.value) and "there are: gpt-x, gpt-y" in str(told.value)
    assert "published[0]" in str(told.value)


def test_what_is_misspelt_or_said_twice_is_refused(tmp_path):
    with pytest.raises(StudyError, match="famly"):
        study(tmp_path / "tiny", {"name": "gpt-x", "famly": "GPT"})
    with pytest.raises(StudyError, match="twice"):
        study(tmp_path / "tiny", {"name": "gpt-x"}, {"name": "gpt-x"})
    with pytest.raises(StudyError, match="released"):
        study(tmp_path / "tiny", {"name": "gpt-x", "released": "some day"})

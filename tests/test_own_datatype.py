"""A data type from outside the package: found by its name, with a table and a view of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import pipeline
from harness.errors import StudyError
from harness.store import Store
from harness.study import Study
from tests.studies import MAPPED, generate_and_parse, write_study

EXTENSIONS = Path(__file__).parent / "extensions"
PEOPLE = "item,text,annotator,chance\n1,Will it rain?,ann,0.5\n1,Will it rain?,bob,0.75\n2,Is it late?,ann,0.25\n"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.syspath_prepend(str(EXTENSIONS))
    files = {"people.csv": PEOPLE, "ask.j2": "{{ text }} Give a {{ unit }}."}
    data = [{**MAPPED, "record": {"guess": "chance"}}]
    own = {"datatype": "guess", "label": None, "guess": {"unit": "share"}}
    return Study.load(write_study(tmp_path / "own", files=files, data=data, samples=2, **own))


def test_it_has_a_table_a_view_and_audits_of_its_replies(study: Study, store: Store) -> None:
    generate_and_parse(study, store)
    said = store.sql("select kind, person, guess, method from guesses order by kind, key, person")
    assert said["kind"].tolist() == ["human"] * 3 + ["llm"] * 4
    assert said["guess"].tolist()[:3] == [0.5, 0.75, 0.25] and set(said["method"][3:]) == {"length"}
    comment = store.sql("select comment from duckdb_columns() where table_name = 'guesses' and column_name = 'guess'")
    assert set(comment["comment"].dropna()) == {"what was guessed"}
    pipeline.audit_study(study, store, say=lambda _: None)
    assert {"length", "refusal", "unparsed"} <= set(store.findings("own")["audit"])
    assert pipeline.report_study(study, store).exists()


def test_it_comes_back_from_the_run_folders(study: Study, store: Store) -> None:
    generate_and_parse(study, store)
    query = "select key, kind, sample, guess from guesses order by all"
    before = store.sql(query)
    store.path.unlink()
    pipeline.rebuild(store)
    assert store.sql(query).equals(before)


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no datatype called 'gues'"):
        Study.load(write_study(tmp_path / "own", datatype="gues"))

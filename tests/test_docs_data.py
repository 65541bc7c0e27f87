"""docs/data.md: every study that the page shows is written, loaded, and asked of the fake as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness import pipeline, plugins
from harness.store import Store
from harness.study import Study
from tests.conftest import ROOT
from tests.studies import FAKE, to_toml

PAGE = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```\S+ (prompts/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STUDIES = sorted({Path(name).parts[1] for name, _ in FENCE.findall(PAGE)})

# study → rows of people and of published models in the typed table
ROWS = {
    "my_labels": (3, 0),
    "my_preferences": (3, 0),
    "my_points": (3, 0),
    "my_tasks": (3, 0),
    "my_dialogues": (3, 0),
    "my_texts": (2, 2),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, body in FENCE.findall(PAGE):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    return tmp_path / "prompts"


def test_the_page_has_an_example_of_each_type() -> None:
    assert sorted(ROWS) == STUDIES
    assert set(plugins.list_names("datatypes")) == set(re.findall(r'^datatype = "(\w+)"', PAGE, re.MULTILINE))


@pytest.mark.parametrize("name", STUDIES)
def test_its_data_come_in_as_they_stand(name: str, folder: Path, store: Store) -> None:
    study = Study.load(folder / name)
    pipeline.plan_study(study, store)
    table = plugins.load("datatypes", study.datatype).TABLE
    said = store.sql(f"select kind, count(*) as n from {table} group by 1").set_index("kind")["n"]
    assert (said.get("human", 0), said.get("llm", 0)) == ROWS[name]


def test_points_make_pairs(folder: Path, store: Store) -> None:
    pipeline.resolve(Study.load(folder / "my_points"), store)
    said = store.sql("select metadata ->> 'a' as a, metadata ->> 'b' as b, choice from preferences order by all")
    assert said.to_numpy().tolist() == [["one", "three", "a"], ["one", "two", "a"], ["three", "two", "tie"]]


@pytest.mark.parametrize("name", STUDIES)
def test_a_model_and_a_template_make_it_a_study(name: str, folder: Path, store: Store) -> None:
    path = folder / name
    fields = {"my_labels": "request", "my_tasks": "app", "my_dialogues": "place", "my_texts": "original"}
    (path / "ask.j2").write_text("{{ " + fields.get(name, "question") + " }}", encoding="utf-8")
    told = (path / "study.toml").read_text(encoding="utf-8")
    head, table = told.split("\n\n", 1)
    (path / "study.toml").write_text(
        f'{head}\ntemplate = "ask.j2"\n\n{table}\n{to_toml({"models": [FAKE]})}', encoding="utf-8"
    )
    study = Study.load(path)
    tally = pipeline.generate_study(study, store, say=lambda _: None)
    pipeline.parse_study(study, store)
    table = plugins.load("datatypes", study.datatype).TABLE
    assert tally.done == tally.total > 0
    assert len(store.sql(f"select 1 from {table} where generation_id is not null")) >= tally.done

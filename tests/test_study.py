"""study.toml: every error says what, where and the remedy; what a study reads is what its name covers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.errors import StudyError
from harness.study import Study
from tests.studies import FAKE, MAPPED, PEOPLE, write_study


def load(folder: Path, **given: Any) -> Study:
    return Study.load(write_study(folder / "tiny", **given))


FAULTS: list[tuple[dict[str, Any], str, str, str]] = [
    # what is given; what the error says, where, and the remedy
    ({"sample": 2}, "sample: Extra inputs", "study.toml", "did you mean samples"),
    ({"titel": "x", "title": None}, "titel: Extra inputs", "study.toml", "did you mean title"),
    ({"samples": 0}, "samples:", "study.toml", "mend samples"),
    ({"datatype": None}, "names no datatype", "study.toml", "label"),
    ({"datatype": "lable"}, "no datatype called 'lable'", "datatype", "did you mean label"),
    ({"datatype": "string"}, "no datatype called 'string'", "datatype", "there are: "),
    ({"datatype": ""}, "no datatype called ''", "datatype", "there are: "),
    (
        {"models": [{**FAKE, "backend": "fakes"}]},
        "no backend called 'fakes'",
        "models[0], backend",
        "did you mean fake",
    ),
    ({"models": [{**FAKE, "backend": "json"}]}, "no backend called 'json'", "models[0]", "transformers"),
    ({"models": [{**FAKE, "backend": "_chat"}]}, "no backend called '_chat'", "models[0]", "there are: fake"),
    (
        {"models": [{**FAKE, "connect": {"requests_per_minute": 0}}]},
        "requests_per_minute = 0.0 lets nothing through",
        "models[0], connect",
        "leave requests_per_minute out",
    ),
    ({"models": [{**FAKE, "modle": 1}]}, "unknown key 'modle'", "models[0]", "did you mean model"),
    ({"models": [{**FAKE, "name": 5}]}, "name: Input should be a valid string", "models[0]", "mend name"),
    ({"models": [{"backend": "fake", "model": "f"}]}, "name: Field required", "models[0]", "mend name"),
    ({"connect": {"timout": 3}}, "unknown key 'timout'", "models[0], connect", "did you mean timeout"),
    ({"connect": {"timeout": "long"}}, "timeout: Input should be", "models[0]", "mend timeout"),
    ({"models": [{**FAKE, "connect": 5}]}, "connect:", "models[0]", "mend connect"),
    ({"models": [FAKE, FAKE]}, "two models are called 'fake'", "study.toml", "its own name"),
    ({"template": None}, "no template", "study.toml", 'add template = "question.j2"'),
    ({"template": "aks.j2"}, "no template 'aks.j2'", "aks.j2", "did you mean ask.j2"),
    ({"vary": {"label_order": ["given", "revered"]}}, "no level 'revered'", "label_order", "did you mean reversed"),
    ({"vary": {"persona": "nurse"}}, "an axis is a list of levels", "persona", '["a", "b"]'),
    ({"vary": {"persona": []}}, "an axis is a list of levels", "persona", '["a", "b"]'),
    ({"vary": {"persona": ["a", "a"]}}, "two levels have one name", "persona", "rename"),
    ({"vary": {"persona": {"file": "p.csv"}}}, "there is no file p.csv", "persona", "make "),
    ({"vary": {"persona": {"draw": "grid"}}}, "this axis cannot be read", "persona", "levels.csv"),
    ({"label": {"options": [True, False]}}, "write true and false in quotes", "[label]", "mend options"),
    ({"label": {"options": [1, 1.0]}}, "two options are the same", "[label]", "mend options"),
    ({"label": {"optoins": ["a", "b"]}}, "optoins: Extra inputs", "[label]", "did you mean options"),
    ({"label": {}}, "options: Field required", "[label]", "mend options"),
    ({"data": [{**MAPPED, "datset": "x"}]}, "data.0.datset: Extra inputs", "study.toml", "did you mean dataset"),
    ({"data": [{**MAPPED, "kind": "crowd"}]}, "data.0.kind", "study.toml", "mend data.0.kind"),
    ({"data": [{**MAPPED, "file": "peopel.csv"}]}, "no file peopel.csv", "data[0]", "tiny/peopel.csv"),
    ({"data": [{**MAPPED, "file": "*.parquet"}]}, "no file *.parquet", "data[0]", "put it at"),
    ({"data": [{"sql": "none.sql"}]}, "no file none.sql", "data[0]", "put it at"),
    ({"data": [{**MAPPED, "sql": "a.sql"}]}, "either file or sql", "data[0]", "one of them"),
    ({"data": [{"file": "people.csv"}]}, "needs dataset and item", "data[0]", "name both"),
]


@pytest.mark.parametrize(("given", "what", "where", "remedy"), FAULTS, ids=[str(fault[0])[:60] for fault in FAULTS])
def test_a_fault_says_what_where_and_the_remedy(
    tmp_path: Path, given: dict[str, Any], what: str, where: str, remedy: str
) -> None:
    with pytest.raises(StudyError) as caught:
        load(tmp_path, **given)
    assert what in caught.value.what
    assert where in caught.value.where
    assert remedy in caught.value.remedy
    assert str(caught.value).count("\n") == 2


def test_what_is_not_toml_names_the_line(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "tiny")
    (folder / "study.toml").write_text('title = "x"\noops\n', encoding="utf-8")
    with pytest.raises(StudyError, match=r"not TOML.*line 2") as caught:
        Study.load(folder)
    assert caught.value.where == str(folder / "study.toml")


def test_what_is_not_utf8_says_so(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "tiny")
    (folder / "study.toml").write_bytes(b'title = "caf\xe9"\n')
    with pytest.raises(StudyError, match="not UTF-8"):
        Study.load(folder)


def test_a_missing_study_names_its_neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path / "prompts" / "irony")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match="no study 'irny'") as caught:
        Study.load("irny")
    assert "did you mean irony" in caught.value.remedy


def test_a_study_is_found_by_name_folder_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_study(tmp_path / "prompts" / "irony")
    monkeypatch.chdir(tmp_path)
    hashes = {Study.load(path).study_hash for path in ("irony", "prompts/irony", folder, folder / "study.toml")}
    assert len(hashes) == 1


def test_a_module_that_lacks_its_own_imports_is_not_called_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_a_backend.py").write_text("import no_such_engine\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(StudyError, match="half_a_backend cannot be imported") as caught:
        load(tmp_path, models=[{**FAKE, "backend": "half_a_backend"}])
    assert caught.value.remedy == "install no_such_engine"


def test_axes_cross_in_the_order_given_and_the_first_is_the_baseline(tmp_path: Path) -> None:
    study = load(tmp_path, vary={"label_order": ["given", "reversed"], "temperature": [0, 1.5]}, ask={"max_tokens": 8})
    assert [variant.name for variant in study.variants] == [
        "wording=ask label_order=given temperature=0",
        "wording=ask label_order=given temperature=1.5",
        "wording=ask label_order=reversed temperature=0",
        "wording=ask label_order=reversed temperature=1.5",
    ]
    assert study.variants[1].ask == {"max_tokens": 8, "temperature": 1.5}


def test_an_axis_from_csv_binds_its_columns(tmp_path: Path) -> None:
    rows = "\ufeffname,age\nAda,30\nBob,\n"
    study = load(tmp_path, vary={"persona": {"file": "p.csv"}}, files={"p.csv": rows})
    assert [variant.levels["persona"] for variant in study.variants] == ["Ada", "Bob"]
    assert study.variants[0].bindings["persona"] == {"name": "Ada", "age": "30"}
    unnamed = load(tmp_path, vary={"persona": {"file": "p.csv"}}, files={"p.csv": "age\n30\n40\n"})
    assert [variant.levels["persona"] for variant in unnamed.variants] == ["1", "2"]


def test_a_study_without_models_needs_no_template(tmp_path: Path) -> None:
    study = load(tmp_path, models=[], template=None)
    assert (study.annotators, study.variants, len(study.sources)) == ((), (), 1)


SQL = "-- people's own words\nselect item, text, label, 'tiny' as dataset from {source} where label <> ''"


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("'people.csv'", "tiny/people.csv"),
        ('"people.csv"', "tiny/people.csv"),
        ("read_csv('people.csv')", "tiny/people.csv"),
        ("read_csv('peop*.csv')", "tiny/people.csv"),
        ("read_csv('peopl?.csv')", "tiny/people.csv"),
        ("read_csv('../elsewhere/people.csv')", "elsewhere/people.csv"),
        ("read_csv('../elsewhere/*.csv')", "elsewhere/people.csv"),
        ("read_csv('../**/b/deep.csv')", "elsewhere/a/b/deep.csv"),
        ("read_csv('{root}/elsewhere/people.csv')", "elsewhere/people.csv"),
        ("read_csv('{root}/else*/*.csv')", "elsewhere/people.csv"),
        ("read_csv(['people.csv', '../elsewhere/people.csv'])", "elsewhere/people.csv"),
        ("'it''s.csv'", "tiny/it's.csv"),
        ("read_csv('packed.csv.gz')", "tiny/packed.csv.gz"),
        ("read_ndjson('lines.ndjson')", "tiny/lines.ndjson"),
    ],
)
def test_a_file_that_a_query_names_is_part_of_the_load(tmp_path: Path, source: str, changed: str) -> None:
    folder = tmp_path / "tiny"
    texts = {"it's.csv": PEOPLE, "packed.csv.gz": "x", "lines.ndjson": "{}"}
    texts |= {"../elsewhere/people.csv": PEOPLE, "../elsewhere/a/b/deep.csv": PEOPLE}
    query = SQL.format(source=source.replace("{root}", str(tmp_path)))
    before = load(tmp_path, files={**texts, "load.sql": query}, data=[{"sql": "load.sql"}])
    path = tmp_path / changed
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert Study.load(folder).load_id != before.load_id
    (folder / "unrelated.csv").write_text("a\n", encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8")[:-1], encoding="utf-8")
    (folder / "unrelated.csv").unlink()
    assert Study.load(folder).load_id == before.load_id


def test_a_mapped_pattern_covers_all_its_files_and_no_other(tmp_path: Path) -> None:
    data = [{**MAPPED, "file": "../elsewhere/p*.csv"}]
    before = load(tmp_path, data=data, files={"../elsewhere/p1.csv": PEOPLE, "../elsewhere/q.csv": PEOPLE})
    same = load(tmp_path, data=data, files={"../elsewhere/q.csv": "changed"})
    more = load(tmp_path, data=data, files={"../elsewhere/p2.csv": PEOPLE})
    assert same.load_id == before.load_id != more.load_id


def test_a_file_whose_name_looks_like_a_pattern_is_read_as_it_stands(tmp_path: Path) -> None:
    data = [{**MAPPED, "file": "people[1].csv"}]
    before = load(tmp_path, data=data, files={"people[1].csv": PEOPLE})
    assert load(tmp_path, data=data, files={"people[1].csv": PEOPLE + " "}).load_id != before.load_id

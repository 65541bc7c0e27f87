"""Data files → items, annotators and what they said: real files in, the views out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import pipeline
from harness.errors import DataError
from harness.store import Store
from harness.study import Study
from tests.studies import MAPPED, PEOPLE, generate_and_parse, write_study

ROWS = [
    {"item": "1", "text": "Lovely rain.", "annotator": "ann", "label": "yes"},
    {"item": "1", "text": "Lovely rain.", "annotator": "bob", "label": "no"},
    {"item": "2", "text": "It is late.", "annotator": "ann", "label": "no"},
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


@pytest.fixture
def load(tmp_path: Path, store: Store) -> Callable[..., Study]:
    """Write a study without models, load its data, and give it back."""

    def write_and_load(**given: Any) -> Study:
        study = Study.load(write_study(tmp_path / "tiny", **{"models": [], "template": None, **given}))
        pipeline.resolve(study, store)
        return study

    return write_and_load


def answers(store: Store) -> list[tuple[Any, ...]]:
    frame = store.labels()[["key", "person", "label"]]
    return sorted(frame.itertuples(index=False, name=None), key=str)


def parquet(path: Path, query: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute(f"copy ({query}) to '{path}' (format parquet)")
    connection.close()


def write_tsv() -> str:
    return PEOPLE.replace(",", "\t")


FORMATS = {
    "people.csv": PEOPLE,
    "people.tsv": write_tsv(),
    "people.json": json.dumps(ROWS),
    "people.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS),
    "people.ndjson": "".join(json.dumps(row) + "\n" for row in ROWS),
}
SAID = [("1", "ann", "yes"), ("1", "bob", "no"), ("2", "ann", "no")]


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_by_mapping(load: Callable[..., Study], store: Store, name: str) -> None:
    load(files={name: FORMATS[name]}, data=[{**MAPPED, "file": name}])
    assert answers(store) == SAID


def test_parquet_by_mapping(load: Callable[..., Study], store: Store, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    parquet(tmp_path / "tiny" / "people.parquet", f"from read_csv('{tmp_path / 'people.csv'}', all_varchar = true)")
    load(data=[{**MAPPED, "file": "people.parquet"}])
    assert answers(store) == SAID


def test_several_files_by_pattern(load: Callable[..., Study], store: Store) -> None:
    more = "item,text,annotator,label\n3,More.,cy,yes\n"
    load(files={"../data/a1.csv": PEOPLE, "../data/a2.csv": more}, data=[{**MAPPED, "file": "../data/a*.csv"}])
    assert answers(store) == [*SAID, ("3", "cy", "yes")]


def test_lists_in_a_cell_by_sql(load: Callable[..., Study], store: Store) -> None:
    lines = [{"id": 1, "words": "Lovely rain.", "said": ["yes", "no", None]}, {"id": 2, "words": "Hm.", "said": ["no"]}]
    query = (
        "-- one row per answer; people aren't named\n"
        "select 'tiny' as dataset, id as item, words as text, unnest(said) as label from read_json('lines.json');"
    )
    load(files={"lines.json": json.dumps(lines), "load.sql": query}, data=[{"sql": "load.sql"}])
    assert sorted(store.labels()["label"]) == ["no", "no", "yes"]
    assert store.labels()["annotator_id"].nunique() == 3


def test_a_file_of_that_name_in_the_current_folder_is_not_read(
    load: Callable[..., Study], store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    Path("people.csv").write_text("item,text,annotator,label\n9,Wrong file.,eve,yes\n", encoding="utf-8")
    load(data=[MAPPED])
    assert answers(store) == SAID
    load(
        files={"load.sql": "select *, 'tiny' as dataset from read_csv('people.csv', all_varchar = true)"},
        data=[{"sql": "load.sql"}],
    )
    assert answers(store) == SAID
    assert Path.cwd() == tmp_path / "elsewhere"


def test_a_relative_runs_folder_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study = Study.load(write_study(tmp_path / "tiny", models=[], template=None))
    pipeline.resolve(study, Store("runs"))
    assert (tmp_path / "runs" / "harness.duckdb").exists()
    assert not (tmp_path / "tiny" / "runs").exists()


def test_one_key_with_two_texts_names_both_files(load: Callable[..., Study]) -> None:
    other = PEOPLE.replace("Lovely rain.", "Awful rain.")
    with pytest.raises(DataError, match="item '1' of 'tiny' has two texts") as caught:
        load(files={"other.csv": other}, data=[MAPPED, {**MAPPED, "file": "other.csv"}])
    assert "other.csv and " in caught.value.where and "people.csv" in caught.value.where
    assert "two keys" in caught.value.remedy


def test_unknown_labels_are_counted_and_refused(load: Callable[..., Study], store: Store) -> None:
    rows = PEOPLE + "".join(f"{n},x,ann,maybe\n" for n in range(3, 6)) + "7,x,ann,perhaps\n"
    with pytest.raises(DataError) as caught:
        load(files={"people.csv": rows})
    assert "'maybe' is none of the options yes, no (3 rows); 'perhaps'" in caught.value.what
    assert caught.value.where.endswith("people.csv")
    assert "[label] options" in caught.value.remedy
    assert not store.path.exists()


@pytest.mark.parametrize(
    ("change", "missing", "remedy"),
    [
        ({"item": "itm"}, "itm", "did you mean item? there are: item, text, annotator, label"),
        ({"fields": {"text": "txt"}}, "txt", "did you mean text"),
        ({"annotator": "who"}, "who", "there are: "),
        ({"record": {"label": "lable"}}, "lable", "did you mean label"),
        ({"traits": ["age"]}, "age", "there are: "),
        ({"metadata": ["url"]}, "url", "there are: "),
        ({"cluster": "thread"}, "thread", "there are: "),
    ],
)
def test_a_missing_column_names_its_neighbours(
    load: Callable[..., Study], change: dict[str, Any], missing: str, remedy: str
) -> None:
    with pytest.raises(DataError, match=f"no column '{missing}'") as caught:
        load(data=[{**MAPPED, **change}])
    assert remedy in caught.value.remedy
    assert caught.value.where.endswith("people.csv")


def test_a_record_that_the_data_type_does_not_have_is_refused(load: Callable[..., Study]) -> None:
    with pytest.raises(DataError, match="a label has no 'score'") as caught:
        load(data=[{**MAPPED, "record": {"score": "label"}}])
    assert caught.value.remedy == "record may name: label, shown_at"


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("select 1 as itm, 'tiny' as dataset", "no column 'item'"),
        ("select 1 as item, 'x' as text", "no column 'dataset'"),
        ("create table t as select 1", "one SELECT"),
        ("select 1 as item; select 2 as item", "one SELECT"),
        ("selct 1", "cannot be read"),
        ("select * from 'nowhere.csv'", "cannot be read"),
        ("select 1 as item, 'tiny' as dataset, 'x' as text, 'crowd' as kind, 'yes' as label", "'crowd'"),
        ("select 1 as item, 'tiny' as dataset, 'x' as text, null as kind, 'yes' as label", "kind"),
        ("select 1 as item, 'tiny' as dataset, 'x' as text, 'llm' as kind, 'yes' as label", "does not name it"),
        ("select null as item, 'tiny' as dataset, 'x' as text", "no item or no dataset"),
        ("select 1 as item, 'tiny' as dataset, null as text", "no text"),
    ],
)
def test_a_query_that_does_not_fit_is_refused(load: Callable[..., Study], query: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        load(files={"load.sql": query}, data=[{"sql": "load.sql"}])


def test_without_annotators_each_answer_is_its_own_person(load: Callable[..., Study], store: Store) -> None:
    data = [{key: value for key, value in MAPPED.items() if key != "annotator"}]
    load(data=data)
    first = store.labels()
    assert first["annotator_id"].nunique() == 3
    assert first["person"].isna().all()
    store.path.unlink()
    load(data=data)
    assert set(store.labels()["annotator_id"].map(str)) == set(first["annotator_id"].map(str))


PUBLISHED = [
    {"item": "1", "model": "gpt-x", "variant": "plain", "wave": "2023", "label": "yes"},
    {"item": "1", "model": "gpt-x", "variant": "plain", "wave": "2023", "label": "no"},
    {"item": "2", "model": "gpt-x", "variant": "plain", "wave": "2023", "label": None},
]


def test_published_model_answers_meet_the_items(load: Callable[..., Study], store: Store) -> None:
    source = {
        "dataset": "tiny",
        "file": "published.jsonl",
        "kind": "llm",
        "item": "item",
        "model": "model",
        "variant": "variant",
        "wave": "wave",
        "record": {"label": "label"},
    }
    load(files={"published.jsonl": "".join(json.dumps(r) + "\n" for r in PUBLISHED)}, data=[MAPPED, source])
    said = store.sql("from labels where kind = 'llm' order by key, sample")
    assert said[["key", "model", "variant", "wave", "sample", "label"]].values.tolist() == [
        ["1", "gpt-x", "plain", "2023", 0, "yes"],
        ["1", "gpt-x", "plain", "2023", 1, "no"],
    ]
    # what the source could not use is not dropped: format failure is an artifact too
    replies = store.sql("from replies order by key, sample")
    assert replies["parsed"].tolist() == [True, True, False]
    assert replies["reason"].tolist()[2] == "no usable answer in the source"
    assert answers(store)[-1][1:] is not None and len(store.sql("from labels where kind = 'human'")) == 3


def test_a_model_named_in_the_study_speaks_in_all_rows(load: Callable[..., Study], store: Store) -> None:
    source = {**MAPPED, "kind": "llm", "file": "said.csv", "model": {"value": "gpt-x"}, "fields": {}}
    source.pop("annotator")
    load(files={"said.csv": "item,label\n1,yes\n2,no\n"}, data=[MAPPED, source])
    said = store.sql("select distinct model, variant, wave from labels where kind = 'llm'")
    assert said.values.tolist() == [["gpt-x", "published", "1"]]


def test_items_without_answers_are_items(load: Callable[..., Study], store: Store) -> None:
    source = {key: value for key, value in MAPPED.items() if key not in ("annotator", "record")}
    load(data=[source])
    assert store.sql("select key from items order by key")["key"].tolist() == ["1", "2"]
    assert store.labels().empty


def test_an_item_without_text_is_refused(load: Callable[..., Study]) -> None:
    with pytest.raises(DataError, match="item '1' of 'tiny' has no text in any source") as caught:
        load(data=[{**MAPPED, "fields": {}}])
    assert "with their fields" in caught.value.remedy


def test_cluster_split_metadata_and_traits_are_kept_and_not_hashed(load: Callable[..., Study], store: Store) -> None:
    rows = "item,text,annotator,label,thread,fold,url,age\n1,a,ann,yes,t1,train,u1,30\n2,b,bob,no,t1,test,u2,\n"
    load(files={"people.csv": rows})
    plain = store.sql("select key, item_id, cluster, split from items order by key")
    assert plain["cluster"].tolist() == ["1", "2"]
    assert plain["split"].isna().all()
    store.path.unlink()
    told = {"cluster": "thread", "split": "fold", "metadata": ["url"], "traits": ["age"]}
    load(files={"people.csv": rows}, data=[{**MAPPED, **told}])
    rich = store.sql("from items order by key")
    assert rich["item_id"].tolist() == plain["item_id"].tolist()
    assert rich["cluster"].tolist() == ["t1", "t1"]
    assert rich["bucket"].nunique() == 1
    assert rich["split"].tolist() == ["train", "test"]
    assert [json.loads(text) for text in rich["metadata"]] == [{"url": "u1"}, {"url": "u2"}]
    traits = store.sql("select name, traits from annotators order by name")["traits"]
    assert [json.loads(text) for text in traits] == [{"age": "30"}, {}]


def test_by_sql_prefixes_name_metadata_and_traits(load: Callable[..., Study], store: Store) -> None:
    query = (
        "select 'tiny' as dataset, item, text, annotator, label, 'en' as meta_lang, 'f' as trait_gender "
        "from read_csv('people.csv', all_varchar = true)"
    )
    load(files={"load.sql": query}, data=[{"sql": "load.sql"}])
    row = store.sql("from labels limit 1").iloc[0]
    assert [json.loads(row[name]) for name in ("metadata", "traits")] == [{"lang": "en"}, {"gender": "f"}]
    assert set(json.loads(row["fields"])) == {"text"}


@pytest.mark.parametrize("said", ["1.0", "1", " 1 "])
def test_one_is_one_however_it_is_written(load: Callable[..., Study], store: Store, said: str) -> None:
    load(files={"people.csv": f"item,text,annotator,label\n1,a,ann,{said}\n"}, label={"options": [1, 2]})
    assert store.labels()["label"].tolist() == ["1"]
    assert store.labels()["value"].tolist() == [1.0]


@pytest.mark.parametrize("said", ["1.0::double", "1::integer", "1::decimal(3, 1)", "'1'"])
def test_and_whatever_its_type(load: Callable[..., Study], store: Store, tmp_path: Path, said: str) -> None:
    query = f"select '1' as item, 'a' as text, 'ann' as annotator, {said} as label"
    parquet(tmp_path / "tiny" / "people.parquet", query)
    load(data=[{**MAPPED, "file": "people.parquet"}], label={"options": [1, 2]})
    assert store.labels()["label"].tolist() == ["1"]


def test_unicode_quotes_and_line_breaks_in_csv(load: Callable[..., Study], store: Store) -> None:
    text = 'She said "no", \nthen: naïve 日本 🙂; {{ x }}'
    quoted = text.replace('"', '""')
    load(files={"people.csv": f'item,text,annotator,label\n"é,1","{quoted}",Zoë,yes\n'})
    row = store.labels().iloc[0]
    assert (row["key"], row["person"], json.loads(row["fields"])["text"]) == ("é,1", "Zoë", text)


def test_the_same_file_loaded_twice_gives_the_same_ids(load: Callable[..., Study], store: Store) -> None:
    def ids() -> list[list[str]]:
        columns = {"items": "item_id", "annotators": "annotator_id", "said": "item_id, annotator_id, sample, record"}
        frames = [store.sql(f"select {names} from store.{table} order by all") for table, names in columns.items()]
        return [frame.astype(str).values.tolist() for frame in frames]

    load()
    first = ids()
    load()
    assert ids() == first
    assert len(list(store.runs.glob("*/load"))) == 1
    store.path.unlink()
    for folder in store.runs.glob("*/run.json"):
        folder.unlink()
    load()
    assert ids() == first


def test_a_corrected_label_wins_and_so_does_taking_it_back(load: Callable[..., Study], store: Store) -> None:
    load()
    assert answers(store) == SAID
    load(files={"people.csv": PEOPLE.replace("bob,no", "bob,yes")})
    assert answers(store) == [("1", "ann", "yes"), ("1", "bob", "yes"), ("2", "ann", "no")]
    load(files={"people.csv": PEOPLE})
    assert answers(store) == SAID


def test_two_studies_of_the_same_people_keep_their_own_labels(tmp_path: Path, store: Store) -> None:
    rows = "item,text,annotator,label,other\n1,a,ann,yes,no\n"
    for name, column in (("first", "label"), ("second", "other")):
        data = [{**MAPPED, "record": {"label": column}}]
        folder = write_study(tmp_path / name, models=[], template=None, data=data, files={"people.csv": rows})
        pipeline.resolve(Study.load(folder), store)
    assert store.labels("first")["label"].tolist() == ["yes"]
    assert store.labels("second")["label"].tolist() == ["no"]


def test_a_withdrawn_answer_is_gone(load: Callable[..., Study], store: Store) -> None:
    load()
    load(files={"people.csv": PEOPLE.replace("1,Lovely rain.,bob,no\n", "")})
    assert answers(store) == [("1", "ann", "yes"), ("2", "ann", "no")]


def test_empty_labels_of_people_are_left_out_and_counted(load: Callable[..., Study], store: Store) -> None:
    load(files={"people.csv": PEOPLE + "1,Lovely rain.,cy,\n2,It is late.,cy,\n"})
    assert answers(store) == SAID
    manifest = json.loads(next(iter(store.runs.glob("*/run.json"))).read_text(encoding="utf-8"))
    assert (manifest["counts"]["answers"], manifest["counts"]["unusable"]) == (3, 2)


def test_not_a_number_is_an_empty_label(load: Callable[..., Study], store: Store, tmp_path: Path) -> None:
    query = (
        "select * from (values ('1', 'a', 'ann', 1.0::double, 2.5::double), "
        "('1', 'a', 'bob', 'nan'::double, 2.5), ('2', 'b', 'ann', 2.0, 'nan'::double)) "
        "t(item, text, annotator, label, score)"
    )
    parquet(tmp_path / "tiny" / "people.parquet", query)
    data = [{**MAPPED, "file": "people.parquet", "fields": {"text": "text", "score": "score"}}]
    load(data=data, label={"options": [1, 2]})
    assert answers(store) == [("1", "ann", "1"), ("2", "ann", "2")]


def test_one_person_who_answers_twice_is_two_samples(load: Callable[..., Study], store: Store) -> None:
    load(files={"people.csv": PEOPLE + "1,Lovely rain.,ann,no\n"})
    said = store.sql("select sample, label from labels where key = '1' and person = 'ann' order by sample")
    assert said.values.tolist() == [[0, "yes"], [1, "no"]]


def test_one_answer_given_twice_is_refused(load: Callable[..., Study]) -> None:
    rows = "item,text,annotator,label,draw\n1,a,ann,yes,0\n1,a,ann,no,0\n"
    with pytest.raises(DataError, match="twice"):
        load(files={"people.csv": rows}, data=[{**MAPPED, "sample": "draw"}])


def test_models_are_asked_about_loaded_items_and_read_beside_people(tmp_path: Path, store: Store) -> None:
    study = Study.load(write_study(tmp_path / "tiny", samples=2, vary={"label_order": ["given", "reversed"]}))
    generate_and_parse(study, store)
    labels = store.labels()
    assert labels["kind"].value_counts().to_dict() == {"llm": 8, "human": 3}
    assert set(labels.loc[labels["kind"] == "llm", "label_order"]) == {"given", "reversed"}

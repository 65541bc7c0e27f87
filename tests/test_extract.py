"""Features of texts: once per distinct text and version, kept through a kill, the same after a rebuild."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from harness import extracting, pipeline
from harness.cli import app
from harness.errors import HarnessError, PluginError
from harness.extract import check_rows, dims_of, extract, missing, version_of
from harness.store import Store, features
from harness.store.features import text_columns, write_part
from harness.store.folders import read_manifest
from harness.study import Study
from tests.conftest import ROOT
from tests.extensions import letters
from tests.studies import all_tables, count, generate_and_parse, write_study
from tests.test_study_text import write

LETTERS = "tests.extensions.letters"
POSTS = [*(f"banana {n}" for n in range(9)), "banana 0", "banana 1", "123"]  # ten are distinct
PEOPLE = "id,post,who\n" + "".join(f"{n},{post},ann\n" for n, post in enumerate(POSTS))
AUDIT = """/*
title     = "Letters"
question  = "How many more of the letter a?"
relation  = "texts"
range     = [-inf, inf]
worse     = "both"
test      = "none"
features  = ["tests.extensions.letters"]
sums      = ["n", "a"]
reference = "none"
[example]
given  = [{item_id = 1, role = "model", text_letters_a = 8}]
expect = [{metric = "a", estimate = 8.0}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, 1 as n, text_letters_a as a from texts
where role = 'model' and text_letters_a is not null
-- estimate
select replicate, dataset, kind, model, variant, wave, 'a' as metric, sum(a) / nullif(sum(n), 0) as estimate
from cells group by replicate, dataset, kind, model, variant, wave
"""
KILLED = """
import sys
from harness import extracting
from harness.store import Store, features
from harness.study import Study
features.PART = 4
extracting.extract_study(Study.load(sys.argv[1]), Store(sys.argv[2]), [sys.argv[3]])
"""


@pytest.fixture
def study(tmp_path: Path, store: Store) -> Study:
    made = write(tmp_path, files={"people.csv": PEOPLE, "audits/letters_a.sql": AUDIT})
    pipeline.resolve(made, store)
    return made


@pytest.fixture
def asked(tmp_path: Path, monkeypatch):
    """Give a function that lists the texts an extractor was asked about since it was last called."""
    log = tmp_path / "asked"
    monkeypatch.setenv("LETTERS_LOG", str(log))

    def since() -> list[str]:
        told = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return told

    return since


def run(study: Study, store: Store, name: str = LETTERS) -> dict[str, str]:
    return extracting.extract_study(study, store, [name], say=lambda _: None)


def numbers(store: Store) -> dict[str, list[float]]:
    frame = store.sql("select t.text, f.dim, f.number from features f join "
                      "(select distinct text from texts) t on left(sha256(t.text), 32)::uuid = f.text_id")  # fmt: skip
    return {text: list(rows.sort_values("dim")["number"]) for text, rows in frame.groupby("text")}


def test_each_distinct_text_is_computed_once_and_new_texts_alone_later(study, store, asked):
    assert run(study, store) == {}
    assert sorted(asked()) == sorted(set(POSTS))
    assert numbers(store)["banana 3"] == [3, 0] and len(numbers(store)) == 10
    held = len(list(store.runs.glob("*/run.json")))
    run(study, store)
    assert asked() == [] and len(list(store.runs.glob("*/run.json"))) == held  # no empty run is left behind
    generate_and_parse(study, store)
    run(study, store)
    new = set(store.sql("select distinct text from texts where kind = 'llm'")["text"])
    assert sorted(asked()) == sorted(new - set(POSTS)) and new
    assert not list(store.runs.glob("*/texts.parquet"))


def test_a_killed_run_keeps_its_parts_and_the_next_does_the_rest(study, store, asked):
    words = [sys.executable, "-c", KILLED, str(study.folder), str(store.runs), LETTERS]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, "LETTERS_DIES": "3"}, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    assert len(asked()) == 8
    parts = sorted(path.name for path in store.runs.glob("*/features-*"))
    assert parts == ["features-00000.parquet", "features-00001.parquet"]
    pipeline.resolve(study, store)
    assert count(store, "store.features") == 8
    run(study, store)
    assert len(asked()) == 2 and count(store, "store.features") == 10


def test_a_part_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    ids = [f"{n:032x}" for n in range(3)]
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_part(tmp_path, 0, "x", "1", ids, [[1.0], [2.0], [4.0]])
    monkeypatch.undo()
    assert not list(tmp_path.glob("features-*.parquet"))
    write_part(tmp_path, 0, "x", "1", ids, [[1.0], [2.0], [float("nan")]])
    (path,) = tmp_path.glob("features-*.parquet")
    assert len(duckdb.sql(f"from read_parquet('{path}')")) == 3


def test_rows_that_do_not_fit_are_refused():
    check_rows(LETTERS, [[1, 2], [3, 4]], 2)
    for rows in ([[1, 2]], [[1, 2], [3]], [[1, 2], [3, 4, 5]]):
        with pytest.raises(HarnessError, match="numbers"):
            check_rows(LETTERS, rows, 2)


def test_a_rebuild_gives_the_same_features(study, store):
    run(study, store)
    before = all_tables(store)
    store.path.unlink()
    pipeline.rebuild(store)
    after = all_tables(store)
    for name in ("features", "dims"):
        assert len(before[name]) and before[name].equals(after[name])


def test_a_new_version_computes_anew_beside_the_old(study, store, asked, monkeypatch):
    run(study, store)
    asked()
    monkeypatch.setattr(letters, "VERSION", "2")
    run(study, store)
    assert len(asked()) == 10
    counts = store.sql("select version, count(*) as n from store.features group by 1 order by 1")
    assert counts.values.tolist() == [["1", 10], ["2", 10]]
    folder = sorted(store.runs.glob("*/features-00000.parquet"))[-1].parent
    assert read_manifest(folder)["extracted"] == {LETTERS: {"version": "2", "dims": ["a", "z"]}}
    assert read_manifest(folder)["counts"] == {"texts": 10}


def test_an_audit_computes_what_it_needs_and_leaves_out_what_has_no_number(study, store, asked):
    generate_and_parse(study, store)
    pipeline.audit_study(study, store, only=["letters_a"], say=lambda _: None)
    assert asked()
    (found,) = store.findings().itertuples()
    texts = store.sql("select text from texts where kind = 'llm'")["text"]
    assert found.verdict == "described"
    assert found.estimate == pytest.approx(texts.str.count("a").mean())


def test_without_its_package_an_audit_is_not_run_and_says_what_to_install(study, store, monkeypatch):
    generate_and_parse(study, store)
    monkeypatch.setattr(letters, "PACKAGES", ("no_such_package",))
    pipeline.audit_study(study, store, only=["letters_a"], say=lambda _: None)
    (found,) = store.findings().itertuples()
    assert found.verdict == "not run"
    assert found.note == f"the extractor '{LETTERS}' needs no_such_package: pip install no_such_package"
    monkeypatch.setattr(letters, "EXTRA", "letters")
    assert missing(LETTERS).endswith("pip install 'harness[letters]'")
    assert count(store, "store.features") == 0


def test_the_view_features_names_the_numbers(study, store):
    run(study, store)
    frame = store.sql("select * from features order by dim, number")
    assert list(frame.columns) == ["text_id", "extractor", "version", "dim", "number"]
    assert set(frame["extractor"]) == {LETTERS} and frame["dim"].value_counts().to_dict() == {"a": 10, "z": 10}
    assert frame["number"].isna().sum() == 2  # "123" has no letters
    sizes = store.sql("select distinct octet_length(text_id::varchar::blob) as n from features")["n"]
    assert sizes.tolist() == [36]


def test_the_command_reads_the_run_folders_first_and_says_what_it_did(study, store):
    runner = CliRunner()
    words = ["extract", str(study.folder), "--runs", str(store.runs)]
    store.path.unlink()
    done = runner.invoke(app, [*words, "--extractor", "surface"])
    assert done.exit_code == 0 and "surface: 10 of 10 texts" in done.output
    assert "surface" not in runner.invoke(app, [*words, "--extractor", "surface"]).output
    assert count(store, "store.features") == 10


def test_a_study_without_texts_has_nothing_to_extract(tmp_path, store):
    labels = Study.load(write_study(tmp_path / "labels"))
    pipeline.resolve(labels, store)
    assert text_columns(labels) == {} and run(labels, store, "surface") == {}
    assert count(store, "store.features") == 0


def test_extractors_are_found_by_name_and_by_dotted_name(study):
    assert dims_of(LETTERS) == ["a", "z"] and version_of("surface")
    assert set(features.columns_of(study, LETTERS, ["a", "z"])) == {"text_letters_a", "text_letters_z"}
    assert features.columns_of(study, "vectors", [""]) == {"text_vectors": ("text", "")}
    with pytest.raises(PluginError, match="surface"):
        missing("surfaces")
    with pytest.raises(PluginError):
        missing("json")  # a module, and no extractor


def test_progress_is_told_in_tenths():
    told: list[str] = []
    chunks = [[(f"{n:032x}", "a")] for n in range(40)]
    extract(LETTERS, chunks, 40, lambda *_: None, told.append)
    assert len(told) == 10 and told[-1] == f"  {LETTERS}: 40 of 40 texts"

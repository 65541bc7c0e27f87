"""The database can be deleted, and is never held: rebuild, readers and writers of other processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from harness import pipeline
from harness.errors import StoreBusy, StoreError
from harness.store import Store, ingest
from harness.study import Study
from tests.studies import FAKE, all_tables, count, generate_and_parse, write_study


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs", patience=0.2)


@contextmanager
def another_process(code: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run code in another process, once it has said that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
print("ready", flush=True)
sys.stdin.read()
"""
WRITE = """
import sys
from harness.store import Store
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
for number in range(6):
    with store.write() as connection:
        connection.execute("insert into store.failures (generation_id, run_id) values (uuid(), ?)", [sys.argv[2]])
"""


def test_a_deleted_database_is_made_again_and_is_the_same(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "tiny"
    dials = {"garble": 0.2, "reject": 0.2, "verbosity": 0.3}
    given = {"samples": 6, "models": [{**FAKE, "parameters": dials}], "vary": {"label_order": ["given", "reversed"]}}
    people = "item,text,annotator,label\n1,a,ann,yes\n2,b,bob,no\n"
    given["files"] = {"people.csv": people}
    generate_and_parse(Study.load(write_study(folder, **given)), store)
    given["files"] = {"people.csv": people.replace("bob,no", "bob,yes")}
    study = Study.load(write_study(folder, **given))
    generate_and_parse(study, store)
    before = all_tables(store)
    assert {name for name, frame in before.items() if len(frame)} >= {
        "annotators", "failures", "generations", "items", "labels", "loads", "parses", "prompts", "roster",
        "runs", "said", "scale", "studies", "templates",
    }  # fmt: skip
    assert ingest.rebuild(store) == len(before["runs"])
    pipeline.parse_study(study, store)
    compare(before, all_tables(store))
    store.path.unlink()
    ingest.rebuild(store)
    pipeline.parse_study(study, store)
    compare(before, all_tables(store))
    assert not list(store.runs.glob("*.rebuild"))


def compare(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> None:
    assert before.keys() == after.keys()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, after[name], obj=name)


def test_parsing_again_changes_nothing(tmp_path: Path, store: Store) -> None:
    study = Study.load(write_study(tmp_path / "tiny", samples=3, parameters={"garble": 0.5}))
    generate_and_parse(study, store)
    before = all_tables(store)
    pipeline.parse_study(study, store)
    compare(before, all_tables(store))


def test_a_writer_builds_beside_a_reader_and_says_so(
    tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    generate_and_parse(Study.load(write_study(tmp_path / "first")), store)
    capsys.readouterr()
    with another_process(HOLD, str(store.path), "read") as reader:
        generate_and_parse(Study.load(write_study(tmp_path / "second", wave="2")), store)
        told = capsys.readouterr().err
        assert f"process {reader.pid} " in told and "building beside it" in told
    assert sorted(store.replies()["study"].unique()) == ["first", "second"]
    assert count(store, "replies") == 4
    assert not list(store.runs.glob("*.tmp*"))


def test_a_writer_waits_for_a_reader_that_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(tmp_path / "runs", patience=20)
    generate_and_parse(Study.load(write_study(tmp_path / "first")), store)
    brief = HOLD.replace("sys.stdin.read()", "import time; time.sleep(0.5)")
    with another_process(brief, str(store.path), "read"), store.write() as connection:
        connection.execute("select 1")
    assert "building beside" not in capsys.readouterr().err


def test_a_reader_waits_for_a_writer_and_then_names_it(tmp_path: Path, store: Store) -> None:
    generate_and_parse(Study.load(write_study(tmp_path / "first")), store)
    with another_process(HOLD, str(store.path), "write") as writer:
        with pytest.raises(StoreBusy, match=f"process {writer.pid} ") as caught:
            store.replies()
        assert f"end process {writer.pid}" in caught.value.remedy
    brief = HOLD.replace("sys.stdin.read()", "import time; time.sleep(0.5)")
    with another_process(brief, str(store.path), "write"):
        assert len(Store(store.runs, patience=20).replies()) == 2


def test_two_writers_at_once_lose_nothing(store: Store) -> None:
    with store.write():
        pass
    with another_process(WRITE, str(store.runs), "a"), another_process(WRITE, str(store.runs), "b"):
        pass
    told = store.sql("select run_id, count(*) as n from failures group by 1 order by 1")
    assert told.values.tolist() == [["a", 6], ["b", 6]]


def test_a_change_that_fails_leaves_no_trace(store: Store) -> None:
    with store.write():
        pass
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        connection.execute("insert into store.failures (generation_id, run_id) values (uuid(), 'x')")
        raise ZeroDivisionError
    assert count(store, "failures") == 0


def test_without_a_database_the_remedy_is_told(store: Store) -> None:
    with pytest.raises(StoreError, match="no database yet") as caught:
        store.labels()
    assert "harness run" in caught.value.remedy


def test_what_is_no_database_is_called_damaged_and_not_busy(store: Store) -> None:
    store.runs.mkdir()
    store.path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="cannot be opened") as caught:
        store.labels()
    assert not isinstance(caught.value, StoreBusy)
    assert "rebuild" in caught.value.remedy


def test_a_query_that_does_not_run_says_why(store: Store) -> None:
    with store.write():
        pass
    with pytest.raises(StoreError, match="the query does not run"):
        store.sql("select nothing from nowhere")
    with pytest.raises(StoreError, match="read-only"):
        store.sql("delete from store.failures")


def test_every_column_of_a_table_has_a_comment(store: Store) -> None:
    with store.write():
        pass
    with duckdb.connect(str(store.path), read_only=True) as connection:
        silent = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'store' and comment is null"
        ).fetchall()
    assert silent == []


def test_a_database_of_another_version_is_made_anew_and_old_journals_are_read(tmp_path: Path) -> None:
    """As an older version left them: other tables, and sealed replies without the columns that came later."""
    study = Study.load(write_study(tmp_path / "tiny"))
    store = Store(tmp_path / "runs")
    generate_and_parse(study, store)
    before = store.sql("select text, finish_reason from generations order by all")
    [sealed] = store.runs.glob("*/generations.parquet")
    connection = duckdb.connect(":memory:")
    connection.execute(
        f"copy (select * exclude (last, tokens_cached, tokens_reasoning, reasoning, logprobs, scores) from "
        f"'{sealed}') to '{sealed}.older' (format parquet)"
    )
    connection.close()
    Path(f"{sealed}.older").replace(sealed)
    with store.write() as connection:
        connection.execute("comment on table store.made_by is 'something older'")
        connection.execute("alter table store.generations drop column last")
    assert pipeline.plan_study(study, store).calls == 0
    pd.testing.assert_frame_equal(store.sql("select text, finish_reason from generations order by all"), before)
    assert len(store.replies()) == len(before)

"""The journal: what was paid for is never lost, and what cannot be read is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import StoreError
from harness.store import Store, ingest
from harness.store.folders import Journal, is_live, live, run_folders
from harness.study import Study
from tests.studies import count, generate, journal_lines, write_study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.load(write_study(tmp_path / "tiny", samples=4))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


def run_folder(store: Store) -> Path:
    return next(folder for folder in run_folders(store.runs) if list(folder.glob("generations*")))


def unseal(store: Store) -> Path:
    """Write the one sealed run out as lines again, in a store without a database."""
    folder = run_folder(store)
    rows = json.loads(
        store.sql(
            f"select to_json(list(t order by generation_id))::varchar as j from '{folder}/generations.parquet' t"
        )["j"][0]
    )
    (folder / "generations.parquet").unlink()
    store.path.unlink()
    path = folder / "generations.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_run_that_ended_is_sealed(study: Study, store: Store) -> None:
    generate(study, store)
    folder = run_folder(store)
    assert not (folder / "generations.jsonl").exists()
    assert count(store, f"'{folder}/generations.parquet'") == count(store, "generations") == 8
    assert store.sql("select bool_and(sealed) as s from runs")["s"][0]
    assert ingest.sync(store) == 0


def test_a_torn_last_line_is_left_out(study: Study, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    generate(study, store)
    path = unseal(store)
    path.write_bytes(path.read_bytes()[:-20])
    ingest.sync(store)
    assert count(store, "generations") == 7
    assert not path.exists() and not path.with_suffix(".readable").exists()
    assert capsys.readouterr().err == ""
    assert generate(study, store).done == 1


@pytest.mark.parametrize("left", [b"", b'{"generation_id":'])
def test_a_journal_without_a_whole_line_is_empty(study: Study, store: Store, left: bytes) -> None:
    generate(study, store)
    unseal(store).write_bytes(left)
    ingest.sync(store)
    assert count(store, "generations") == 0
    assert generate(study, store).done == 8


BAD = [b"\x00\x00\n", b'{"half": \n', b"[1]\n", b'{"a": 1}\n', b'{"text": "\xff"}\n', b"\n"]


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_a_corrupt_line_is_named_kept_and_read_once_mended(
    study: Study, store: Store, bad: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(study, store)
    path = unseal(store)
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:2], bad, *lines[3:]])
    path.write_bytes(damaged)
    ingest.sync(store)
    told = capsys.readouterr().err
    assert f"{path}: 1 corrupt line(s): 3\n" in told and "remedy: " in told
    assert count(store, "generations") == 7
    assert path.read_bytes() == damaged
    path.write_bytes(b"".join(lines))
    ingest.sync(store)
    assert count(store, "generations") == 8
    assert not path.exists() and path.with_suffix(".parquet").exists()
    assert capsys.readouterr().err == ""


def test_a_line_whose_values_do_not_fit_is_corrupt_too(
    study: Study, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(study, store)
    path = unseal(store)
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, change in enumerate(({"sample": "many"}, {"arrived_at": "soon"}, {"annotator_id": "annotator_1"})):
        lines[number] = json.dumps({**json.loads(lines[number]), **change})
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ingest.sync(store)
    assert "3 corrupt line(s): 1, 2, 3\n" in capsys.readouterr().err
    assert count(store, "generations") == 5


def test_a_crash_between_sealing_and_removing_is_harmless(study: Study, store: Store) -> None:
    generate(study, store)
    folder = run_folder(store)
    sealed = (folder / "generations.parquet").read_bytes()
    path = unseal(store)
    (folder / "generations.parquet").write_bytes(sealed)
    ingest.sync(store)
    assert count(store, "generations") == 8
    assert not path.exists()
    (folder / "generations.parquet.tmp").write_bytes(b"half")
    assert ingest.rebuild(store) == 2
    assert count(store, "generations") == 8


def test_of_two_replies_to_one_cell_the_earlier_counts(study: Study, store: Store) -> None:
    generate(study, store)
    path = unseal(store)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    again = [{**row, "text": "later", "arrived_at": "2999-01-01T00:00:00+00:00"} for row in rows]
    path.write_text("".join(json.dumps(row) + "\n" for row in [*again, *rows]), encoding="utf-8")
    other = store.runs / f"29990101T000000.0-{path.parent.name}"
    other.mkdir()
    (other / "run.json").write_bytes((path.parent / "run.json").read_bytes())
    (other / "generations.jsonl").write_text("".join(json.dumps(row) + "\n" for row in again), encoding="utf-8")
    ingest.sync(store)
    assert count(store, "generations") == 8
    assert count(store, "generations where text = 'later'") == 0


def test_it_counts_also_where_it_is_found_last(study: Study, store: Store, tmp_path: Path) -> None:
    generate(study, store)
    path = unseal(store)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    early = store.runs / f"19990101T000000.0-{path.parent.name}"
    early.mkdir()
    ingest.sync(store)
    (early / "run.json").write_bytes((path.parent / "run.json").read_bytes())
    again = [{**row, "text": "earlier", "arrived_at": "1999-01-01T00:00:00+00:00"} for row in rows]
    (early / "generations.jsonl").write_text("".join(json.dumps(row) + "\n" for row in again), encoding="utf-8")
    ingest.sync(store)
    assert count(store, "generations where text = 'earlier'") == 8
    ingest.rebuild(store)
    assert count(store, "generations where text = 'earlier'") == 8


def test_a_run_that_goes_on_is_read_and_not_sealed(study: Study, store: Store) -> None:
    generate(study, store)
    path = unseal(store)
    with live(path.parent):
        assert is_live(path.parent)
        ingest.sync(store)
        assert count(store, "generations") == 8
        assert path.exists() and not path.with_suffix(".parquet").exists()
    assert not is_live(path.parent)
    ingest.sync(store)
    assert not path.exists()


HOSTILE: list[Any] = [
    "a\u2028b",
    "tab\there",
    'quote"s',
    "\\",
    "日本 🙂",
    "line\nbreak",
    "\x00",
    "\ud800",
    "x" * 1_000_000,
]


def test_any_text_comes_back_from_a_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "lines.jsonl")
    for text in HOSTILE:
        journal.append({"text": text})
    journal.close()
    lines = (tmp_path / "lines.jsonl").read_bytes().split(b"\n")
    read = [json.loads(line)["text"] for line in lines[:-1]]
    assert read == [text.replace("\ud800", "?") for text in HOSTILE]


def test_a_journal_is_appended_to(tmp_path: Path, store: Store) -> None:
    for number in range(3):
        journal = Journal(tmp_path / "lines.jsonl")
        journal.append({"n": number})
        journal.close()
        journal.close()
    assert (tmp_path / "lines.jsonl").read_text(encoding="utf-8") == '{"n":0}\n{"n":1}\n{"n":2}\n'
    assert journal_lines(store) == []


def test_a_damaged_manifest_is_named(study: Study, store: Store) -> None:
    generate(study, store)
    manifest = run_folder(store) / "run.json"
    manifest.write_text("{", encoding="utf-8")
    store.path.unlink()
    with pytest.raises(Exception, match=r"run\.json is damaged") as caught:
        ingest.sync(store)
    assert str(manifest) in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_ends_the_run_with_its_reason() -> None:
    with pytest.raises(StoreError, match="cannot be written: No space left") as caught:
        Journal(Path("/dev/full")).append({"text": "yes"})
    assert "make room" in caught.value.remedy

"""Run folders → tables, on conflict do nothing; a finished run's JSONL is sealed to Parquet.

Facts are insert-only and each came from a file in ``runs/``: delete the database, ingest, and it is the same.
What this refuses: to drop a line that it cannot read without saying which.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb

from harness import plugins
from harness.errors import StoreError
from harness.store.database import SQL, Store, check_version, fetch, is_empty, only_one
from harness.store.folders import is_live, read_manifest, run_folders
from harness.store.journals import JOURNALS, seal, sources
from harness.store.relations import AXES, columns, statements_of
from harness.store.taught import ingest_taught


def sync(store: Store) -> int:
    """Bring what run folders hold into the database.

    Returns:
        how many folders were read; 0, without touching the file, if there was nothing new.
    """
    waiting = unread(store)
    if waiting:
        read(store, waiting)
    return len(waiting)


def read(store: Store, folders: list[Path]) -> None:
    """Bring what these run folders hold into the database."""
    seal(folders)
    with store.write() as connection:
        for folder in folders:
            _ingest(connection, folder)


def rebuild(store: Store) -> int:
    """Make the database anew from the run folders, beside the old one, and give it the old one's name.

    Returns:
        how many run folders were read.
    """
    folders = run_folders(store.runs)
    beside = Store(store.runs, patience=store.patience)
    beside.path = store.runs / f"harness.{os.getpid()}.rebuild"
    beside.path.unlink(missing_ok=True)
    with only_one(store.runs / ".rebuild.lock", "another process rebuilds the database"):
        seal(folders)
        with beside.write() as connection:
            for folder in folders:
                _ingest(connection, folder)
        store.replace(beside.path)
    return len(folders)


def unread(store: Store) -> list[Path]:
    """List the run folders that the database does not hold whole.

    Raises:
        OldDatabase: it has the tables of another version.
    """
    folders = run_folders(store.runs)
    if not store.path.exists():
        return folders
    with store.read() as connection:
        if is_empty(connection):
            return folders
        check_version(connection)
        done = {row[0] for row in fetch(connection, "select run_id from store.runs where sealed")}
    return [folder for folder in folders if folder.name not in done]


def _ingest(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    try:
        manifest = read_manifest(folder)
    except json.JSONDecodeError as error:
        raise StoreError(
            f"run.json is damaged: {error}",
            where=str(folder / "run.json"),
            remedy="put back a whole copy, or move the folder out of runs/",
        ) from error
    _describe(connection, manifest)
    if (datatype := manifest["resolved"]["datatype"]) not in plugins.list_names("datatypes"):
        for statement in statements_of(datatype):
            connection.execute(statement)
    if (folder / "load" / "said.parquet").exists():
        _load(connection, folder / "load", manifest["resolved"])
    _roster_of_others(connection, manifest["resolved"])
    _script(
        connection, "ingest_waves.sql", study=manifest["study"], study_hash=manifest["resolved"]["study_hash"][-32:]
    )
    _features(connection, folder, manifest)
    ingest_taught(connection, folder, manifest)
    for name in JOURNALS:
        for source in sources(connection, folder, name):
            _script(connection, f"ingest_{name}.sql", source=source, run_id=folder.name)
    connection.execute(
        "insert or replace into store.runs values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            folder.name, manifest["study"], manifest["resolved"]["study_hash"][-32:], manifest["verb"],
            manifest["started"], manifest.get("ended"),
            not is_live(folder) and not (folder / "generations.jsonl").exists(), json.dumps(manifest),
        ],
    )  # fmt: skip


def _describe(connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> None:
    """Insert what run.json says of the study: its options, templates and LLM annotators."""
    study = manifest["resolved"]
    name, study_hash = study["study"], study["study_hash"][-32:]
    connection.execute(
        "insert into store.studies values (?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "on conflict do update set title = excluded.title, seed = excluded.seed, resolved_at = excluded.resolved_at",
        [
            name, study_hash, study["load_id"][-32:], study["title"], study["datatype"],
            json.dumps(study["config"]), study["seed"], study["samples"], manifest["started"],
        ],
    )  # fmt: skip
    _insert(
        connection,
        "scale",
        [[name, study_hash, row["label"], row["position"], row["value"]] for row in study["scale"]],
    )
    _insert(
        connection,
        "templates",
        [[key[-32:], t["path"], t["source"], json.dumps(t["parts"])] for key, t in study["templates"].items()],
    )
    asked = study["annotators"]
    _insert(
        connection,
        "annotators",
        [[a["annotator_id"][-32:], "llm", None, None, None, json.dumps(a["identity"])] for a in asked],
    )
    _insert(
        connection,
        "roster",
        [
            [
                name, study_hash, a["annotator_id"][-32:], a["kind"], a["model"], a["variant"], a["wave"],
                a["family"], a["released"], a["template_id"][-32:],
                *(a["levels"].get(axis) for axis in AXES), json.dumps(a["levels"]), True,
            ]
            for a in asked
        ],
    )  # fmt: skip


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[list[Any]]) -> None:
    if rows:
        marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in rows)
        values = [value for row in rows for value in row]
        connection.execute(f"insert into store.{table} values {marks} on conflict do nothing", values)


def _load(connection: duckdb.DuckDBPyConnection, folder: Path, study: dict[str, Any]) -> None:
    datatype = plugins.load("datatypes", study["datatype"])
    own = columns(datatype)
    _script(connection, "ingest_load.sql", folder=str(folder), load_id=study["load_id"][-32:])
    # Once a load: a study shows the load that its files, as they stand, have the name of.
    connection.execute(
        f"insert into store.{datatype.TABLE} select item_id, annotator_id, sample, part, null, "
        "(record ->> 'shown_at')::integer, null, null, "
        + "".join(f"(record ->> '{name}')::{kind}, " for name, kind in own.items())
        + "load_id from store.said where load_id = $1 and record is not null "
        f"and not exists (select 1 from store.{datatype.TABLE} where load_id = $1)",
        [study["load_id"][-32:]],
    )


def _features(connection: duckdb.DuckDBPyConnection, folder: Path, manifest: dict[str, Any]) -> None:
    """Bring in what extractors computed, part by part."""
    for path in sorted(folder.glob("features-*.parquet")):
        connection.execute(
            "insert into store.features select text_id::uuid, extractor, version, numbers from read_parquet(?) "
            "on conflict do nothing",
            [str(path)],
        )
    for extractor, told in manifest.get("extracted", {}).items():
        rows = [[extractor, told["version"], place + 1, dim] for place, dim in enumerate(told["dims"])]
        _insert(connection, "dims", rows)


def _roster_of_others(connection: duckdb.DuckDBPyConnection, study: dict[str, Any]) -> None:
    """Enter models that somebody else asked, as their data name them."""
    _script(
        connection,
        "ingest_others.sql",
        study=study["study"],
        study_hash=study["study_hash"][-32:],
        load_id=study["load_id"][-32:],
        published=json.dumps(study.get("published", [])),
    )


def _script(connection: duckdb.DuckDBPyConnection, name: str, *, source: str = "", **values: str) -> None:
    """Run a file of statements; ``$name`` are values, and ``journal`` is the table function read."""
    text = (SQL / name).read_text(encoding="utf-8")
    if source:
        connection.execute(f"create or replace temp view journal as select * from {source}")
    for statement in duckdb.extract_statements(text):
        wanted = {key: value for key, value in values.items() if key in statement.named_parameters}
        connection.execute(statement, wanted)

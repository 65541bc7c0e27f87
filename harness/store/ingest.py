"""Run folders → tables, on conflict do nothing; a finished run's JSONL is sealed to Parquet.

Facts are insert-only and each came from a file in ``runs/``: delete the database, ingest, and it is the same.
What this refuses: to drop a line that it cannot read without saying which.
"""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from harness import plugins
from harness.errors import StoreError
from harness.store.database import SQL, Store, fetch, is_empty, only_one
from harness.store.folders import is_live, read_manifest, run_folders
from harness.store.quoting import quoted
from harness.store.relations import AXES, columns

# Explicit types: read_json with inferred ones pads objects with nulls, and so breaks content hashes.
GENERATIONS = {
    "generation_id": "varchar", "annotator_id": "varchar", "item_id": "varchar", "sample": "integer",
    "turn": "integer", "prompt_id": "varchar", "messages": "varchar", "text": "varchar",
    "finish_reason": "varchar", "tokens_in": "integer", "tokens_out": "integer", "model_served": "varchar",
    "fingerprint": "varchar", "seconds": "double", "attempts": "integer", "arrived_at": "timestamptz",
}  # fmt: skip
FAILURES = {
    "generation_id": "varchar", "annotator_id": "varchar", "item_id": "varchar", "sample": "integer",
    "permanent": "boolean", "error": "varchar", "failed_at": "timestamptz",
}  # fmt: skip
NEEDED = ("sample", "turn", "messages", "permanent")
PYTHON = {"integer": (int,), "double": (int, float), "boolean": (bool,), "varchar": (str,)}
ID = re.compile(r"[a-z]+_[0-9a-f]{32}")


def sync(store: Store) -> int:
    """Bring what run folders hold into the database.

    Returns:
        how many folders were read; 0, without touching the file, if there was nothing new.
    """
    waiting = _waiting(store)
    if not waiting:
        return 0
    with store.write() as connection:
        for folder in waiting:
            _ingest(connection, folder)
    return len(waiting)


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
        with beside.write() as connection:
            for folder in folders:
                _ingest(connection, folder)
        store.replace(beside.path)
    return len(folders)


def _waiting(store: Store) -> list[Path]:
    folders = run_folders(store.runs)
    if not store.path.exists():
        return folders
    with store.read() as connection:
        if is_empty(connection):
            return folders
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
    if (folder / "load" / "said.parquet").exists():
        _load(connection, folder / "load", manifest["resolved"])
    _roster_of_others(connection, manifest["resolved"])
    going_on = is_live(folder)
    generations = _journal(connection, folder, "generations", GENERATIONS, seal=not going_on)
    if generations is not None:
        _script(connection, "ingest_generations.sql", source=generations, run_id=folder.name)
    failures = _journal(connection, folder, "failures", FAILURES, seal=False)
    if failures is not None:
        _script(connection, "ingest_failures.sql", source=failures, run_id=folder.name)
    connection.execute(
        "insert or replace into store.runs values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            folder.name, manifest["study"], manifest["resolved"]["study_hash"][-32:], manifest["verb"],
            manifest["started"], manifest.get("ended"),
            not going_on and not (folder / "generations.jsonl").exists(), json.dumps(manifest),
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
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into store.{table} values ({marks}) on conflict do nothing", rows)


def _load(connection: duckdb.DuckDBPyConnection, folder: Path, study: dict[str, Any]) -> None:
    datatype = plugins.load("datatypes", study["datatype"])
    own = columns(datatype)
    _script(connection, "ingest_load.sql", folder=str(folder), load_id=study["load_id"][-32:])
    # Once a load: a study shows the load that its files, as they stand, have the name of.
    connection.execute(
        f"insert into store.{datatype.TABLE} select item_id, annotator_id, sample, part, null, null, null, "
        + "".join(f"(record ->> '{name}')::{kind}, " for name, kind in own.items())
        + "load_id from store.said where load_id = $1 and record is not null "
        f"and not exists (select 1 from store.{datatype.TABLE} where load_id = $1)",
        [study["load_id"][-32:]],
    )


def _roster_of_others(connection: duckdb.DuckDBPyConnection, study: dict[str, Any]) -> None:
    """Enter models that somebody else asked, as their data name them."""
    _script(
        connection,
        "ingest_others.sql",
        study=study["study"],
        study_hash=study["study_hash"][-32:],
        load_id=study["load_id"][-32:],
    )


def _journal(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, types: dict[str, str], *, seal: bool
) -> str | None:
    """Give a table function over a run's journal, sealing it first if the run has ended."""
    lines, sealed = folder / f"{name}.jsonl", folder / f"{name}.parquet"
    if lines.exists():
        readable, corrupt = _readable(lines, types)
        spelled = ", ".join(f"{key}: '{kind}'" for key, kind in types.items())
        scan = (
            f"read_json({quoted(str(readable))}, format = 'newline_delimited', columns = {{{spelled}}}, "
            "maximum_object_size = 268435456)"
        )
        if corrupt or not seal:
            return f"(select * from {scan})"
        beside = folder / f"{name}.parquet.tmp"
        connection.execute(f"copy (from {scan}) to {quoted(str(beside))} (format parquet, compression zstd)")
        beside.replace(sealed)
        # A crash before this line leaves both files: the sealed one is then made again from the lines.
        lines.unlink()
        readable.unlink(missing_ok=True)
    return f"read_parquet({quoted(str(sealed))})" if sealed.exists() else None


def _readable(path: Path, types: dict[str, str]) -> tuple[Path, bool]:
    """Give the path itself, or a copy without what cannot be read; and whether paid lines are damaged.

    A torn last line is what a kill leaves: its call is planned again. Any other bad line is named, and the
    file is kept as it is, so that nothing that was paid for is lost.
    """
    good: list[bytes] = []
    bad: list[int] = []
    torn = False
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                torn = True
            elif _fits(line, types):
                good.append(line)
            else:
                bad.append(number)
    if bad:
        told = ", ".join(str(n) for n in bad[:5])
        print(
            f"{path}: {len(bad)} corrupt line(s): {told}\n  remedy: the other lines are read and these calls are "
            "planned again; the file is kept as it is, mend the lines to get them back",
            file=sys.stderr,
        )
    if not bad and not torn:
        return path, False
    copy = path.with_suffix(".readable")
    copy.write_bytes(b"".join(good))
    return copy, bool(bad)


def _fits(line: bytes, types: dict[str, str]) -> bool:
    """Tell whether a line is a whole row: one that is not would stop the reading of all others."""
    try:
        row = json.loads(line)
    except ValueError:
        return False
    return isinstance(row, dict) and all(_is_a(kind, name, row.get(name)) for name, kind in types.items())


def _is_a(kind: str, name: str, value: Any) -> bool:
    if name.endswith("_id"):
        return isinstance(value, str) and ID.fullmatch(value) is not None
    if value is None:
        return name not in NEEDED
    if kind == "timestamptz":
        try:
            return bool(datetime.fromisoformat(value))
        except (ValueError, TypeError):
            return False
    return type(value) in PYTHON[kind]


def _script(connection: duckdb.DuckDBPyConnection, name: str, *, source: str = "", **values: str) -> None:
    """Run a file of statements; ``$name`` are values, and ``journal`` is the table function read."""
    text = (SQL / name).read_text(encoding="utf-8")
    if source:
        connection.execute(f"create or replace temp view journal as select * from {source}")
    for statement in duckdb.extract_statements(text):
        wanted = {key: value for key, value in values.items() if key in statement.named_parameters}
        connection.execute(statement, wanted)

"""The journals of a run folder, read: JSON lines while a run goes on, sealed to Parquet after.

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

from harness.store.database import fetch
from harness.store.folders import is_live
from harness.store.quoting import quoted

# Explicit types: read_json with inferred ones pads objects with nulls, and so breaks content hashes.
JOURNALS = {
    "generations": {
    "generation_id": "varchar", "annotator_id": "varchar", "item_id": "varchar", "sample": "integer",
    "turn": "integer", "last": "boolean", "prompt_id": "varchar", "messages": "varchar", "text": "varchar",
    "finish_reason": "varchar", "tokens_in": "integer", "tokens_out": "integer", "tokens_cached": "integer",
    "tokens_reasoning": "integer", "model_served": "varchar", "fingerprint": "varchar", "reasoning": "varchar",
    "logprobs": "varchar", "scores": "varchar", "seconds": "double", "attempts": "integer",
    "arrived_at": "timestamptz", "as_role": "varchar", "speaker": "varchar", "drawn": "varchar",
    },
    "failures": {
    "generation_id": "varchar", "annotator_id": "varchar", "item_id": "varchar", "sample": "integer",
    "permanent": "boolean", "error": "varchar", "failed_at": "timestamptz",
    },
}  # fmt: skip
NEEDED = ("sample", "turn", "messages", "permanent")
PYTHON = {"integer": (int,), "double": (int, float), "boolean": (bool,), "varchar": (str,)}
SMALL_LINE = 1 << 20
SLICE = 20_480  # rows of a sealed journal that are held at a time
ID = re.compile(r"[a-z]+_[0-9a-f]{32}")


def seal(folders: list[Path]) -> None:
    """Write the replies of finished runs as Parquet in the place of their lines, where every line is whole."""
    waiting = [folder for folder in folders if (folder / "generations.jsonl").exists() and not is_live(folder)]
    if not waiting:
        return
    # Not in the database's own transaction, which a line that cannot be read would end.
    connection = duckdb.connect(":memory:")
    try:
        for folder in waiting:
            _seal(connection, folder / "generations.jsonl", JOURNALS["generations"])
    finally:
        connection.close()


def sources(connection: duckdb.DuckDBPyConnection, folder: Path, name: str) -> list[str]:
    """Give table functions over a run's journal, together all of it: slices, so that memory stays flat."""
    lines, sealed, types = folder / f"{name}.jsonl", folder / f"{name}.parquet", JOURNALS[name]
    if lines.exists():
        readable, bad = _readable(lines, types)
        if bad:
            _tell(lines, bad)
        return [f"(select * from {_scan(readable, types)})"]
    return _read_sealed(connection, sealed, types) if sealed.exists() else []


def _scan(path: Path, types: dict[str, str]) -> str:
    spelled = ", ".join(f"{key}: '{kind}'" for key, kind in types.items())
    return (
        f"read_json({quoted(str(path))}, format = 'newline_delimited', columns = {{{spelled}}}, "
        f"maximum_object_size = {roomy(path)})"
    )


def roomy(path: Path) -> int:
    """Give DuckDB the size of the longest line: it sets aside several times as much as it is told."""
    with path.open("rb") as file:
        return max(SMALL_LINE, 2 * max(map(len, file), default=0))


def _read_sealed(connection: duckdb.DuckDBPyConnection, path: Path, types: dict[str, str]) -> list[str]:
    """Read a sealed journal; what an older version did not write is null."""
    file = f"read_parquet({quoted(str(path))}, file_row_number = true)"
    there = {row[0] for row in fetch(connection, f"describe select * from {file}")}
    listed = ", ".join(name if name in there else f"null::{kind} as {name}" for name, kind in types.items())
    [(rows,)] = fetch(connection, f"select count(*) from {file}")
    return [
        f"(select {listed} from {file} where file_row_number between {first} and {first + SLICE - 1})"
        for first in range(0, rows, SLICE)
    ]


def _seal(connection: duckdb.DuckDBPyConnection, lines: Path, types: dict[str, str]) -> None:
    if _ends_whole(lines) and _write_sealed(connection, lines, lines, types):
        return
    readable, bad = _readable(lines, types)
    if not bad:
        _write_sealed(connection, readable, lines, types)


def _ends_whole(lines: Path) -> bool:
    with lines.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def _write_sealed(connection: duckdb.DuckDBPyConnection, readable: Path, lines: Path, types: dict[str, str]) -> bool:
    """Write lines as Parquet and remove them; false, and nothing done, if not every line is a whole row."""
    sealed = lines.with_suffix(".parquet")
    beside = sealed.with_suffix(".parquet.tmp")
    written = f"read_parquet({quoted(str(beside))})"
    wrong = [f"{name} is null" for name in types if name in NEEDED]
    wrong += [f"not coalesce(regexp_full_match({n}, '{ID.pattern}'), false)" for n in types if n.endswith("_id")]
    check = f"select count(*), count(*) filter (where {' or '.join(wrong)}) from {written}"
    try:
        scan = _scan(readable, types)
        connection.execute(
            f"copy (from {scan}) to {quoted(str(beside))} (format parquet, compression zstd, row_group_size {SLICE})"
        )
        # A blank line is no row to DuckDB, and a row that was lost to us.
        if fetch(connection, check) != [(_count_lines(readable), 0)]:
            return False
    except duckdb.Error:
        return False
    beside.replace(sealed)
    # A crash before this line leaves both files: the sealed one is then made again from the lines.
    lines.unlink()
    lines.with_suffix(".readable").unlink(missing_ok=True)
    return True


def _readable(path: Path, types: dict[str, str]) -> tuple[Path, list[int]]:
    """Give the path itself, or a copy without what cannot be read; and the numbers of damaged lines.

    A torn last line is what a kill leaves: its call is planned again. A file with any other bad line is kept
    as it is, so that nothing that was paid for is lost.
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
    if not bad and not torn:
        return path, bad
    copy = path.with_suffix(".readable")
    copy.write_bytes(b"".join(good))
    return copy, bad


def _tell(path: Path, bad: list[int]) -> None:
    told = ", ".join(str(n) for n in bad[:5])
    print(
        f"{path}: {len(bad)} corrupt line(s): {told}\n  remedy: the other lines are read and these calls are "
        "planned again; the file is kept as it is, mend the lines to get them back",
        file=sys.stderr,
    )


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

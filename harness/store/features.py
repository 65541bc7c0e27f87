"""Features of texts: which are missing, the parts of a run folder, and the columns of a relation that they make.

A text's id is the first 128 bits of its SHA-256, so that SQL and Python name it alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from harness import plugins
from harness.store.database import Store, fetch
from harness.store.quoting import identifier, quoted
from harness.workers import PART

if TYPE_CHECKING:
    from harness.study import Study

TEXTS = "texts.parquet"  # what is to be computed; removed when it is


def text_columns(study: Study) -> dict[str, str]:
    """Name the texts of a study's relation: name → SQL that gives it."""
    datatype = plugins.load("datatypes", study.datatype)
    if not hasattr(datatype, "texts"):
        return {}
    held: Mapping[str, str] = datatype.texts(study.config)
    return {
        name: identifier(name) if where == "record" else f"(fields ->> {quoted(name)})" for name, where in held.items()
    }


def text_id(text: str) -> str:
    """Write the SQL that names a text."""
    return f"left(sha256({text}), 32)::uuid"


def write_missing(store: Store, study: Study, extractor: str, version: str, folder: Path) -> int:
    """Write the distinct texts of a study that have no features of this version; give how many there are."""
    table = plugins.load("datatypes", study.datatype).TABLE
    every = " union ".join(
        f"select distinct {text} as text from {table} where study = $study and {text} is not null"
        for text in text_columns(study).values()
    )
    if not every:
        return 0
    query = (
        f"select {text_id('text')}::varchar as text_id, text from ({every}) t anti join store.features f "
        f"on f.text_id = {text_id('t.text')} and f.extractor = $extractor and f.version = $version order by 1"
    )
    values = {"study": study.name, "extractor": extractor, "version": version}
    path = quoted(str(folder / TEXTS))
    with store.read() as connection:
        connection.execute(f"copy ({query}) to {path} (format parquet, compression zstd)", values)
        return int(fetch(connection, f"select count(*) from read_parquet({path})")[0][0])


def stream_texts(folder: Path) -> Iterator[list[tuple[str, str]]]:
    """Stream chunks of (text_id, text)."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    try:
        result = connection.execute(f"select text_id, text from read_parquet({quoted(str(folder / TEXTS))})")
        while chunk := result.fetchmany(PART):
            yield chunk
    finally:
        connection.close()


def write_part(folder: Path, number: int, extractor: str, version: str, ids: list[str], values: Any) -> None:
    """Write a part whole or not at all.

    Args:
        values: a row of numbers per text; NaN where a text has no such number.
    """
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame({"text_id": ids, "numbers": [np.asarray(row, dtype=np.float32) for row in values]})
    beside = folder / f"features-{number:05d}.parquet.tmp"
    connection = duckdb.connect(":memory:")
    try:
        connection.register("frame", frame)
        connection.execute(
            f"copy (select text_id, {quoted(extractor)} as extractor, {quoted(version)} as version, "
            "numbers::float[] as numbers from frame) "
            f"to {quoted(str(beside))} (format parquet, compression zstd)"
        )
    finally:
        connection.close()
    beside.replace(beside.with_suffix(""))


def columns_of(study: Study, extractor: str, dims: list[str]) -> dict[str, tuple[str, str]]:
    """Name the columns that an extractor adds to the study's relation: column → (text, where among its numbers).

    A vector is one column. Of an extractor with a dotted name, the last part names columns.
    """
    short = extractor.rpartition(".")[2]
    return {
        "_".join(filter(None, (name, short, dim.removesuffix("[]")))): (name, _where(place + 1, dim))
        for name in text_columns(study)
        for place, dim in enumerate(dims)
    }


def _where(place: int, dim: str) -> str:
    """Write where a dim stands: one number, the rest from there on, or all."""
    if not dim:
        return ""
    return f"[{place}:]" if dim.endswith("[]") else f"[{place}]"


def join_features(
    connection: duckdb.DuckDBPyConnection, study: Study, table: str, extractors: Mapping[str, tuple[str, list[str]]]
) -> None:
    """Give a table of the study's rows the columns of some extractors.

    Args:
        table: has the columns of the relation.
        extractors: name → (version, dims).
    """
    texts = text_columns(study)
    listed, joined = [], []
    for extractor, (version, dims) in extractors.items():
        for column, (name, where) in columns_of(study, extractor, dims).items():
            side = identifier(f"of_{name}_{extractor}")
            number = f"{side}.numbers{where}"
            if where and not where.endswith(":]"):
                # A text without such a number has NaN in the file, and null for audits.
                number = f"nullif({number}::double, 'nan'::double)"
            listed.append(f"{number} as {identifier(column)}")
        for name, text in texts.items():
            side = identifier(f"of_{name}_{extractor}")
            joined.append(
                f"left join kept.store.features {side} on {side}.extractor = {quoted(extractor)} "
                f"and {side}.version = {quoted(version)} and {side}.text_id = {text_id(text)}"
            )
    if listed:
        connection.execute(
            f"create or replace table {table} as select t.*, {', '.join(listed)} from {table} t {' '.join(joined)}"
        )

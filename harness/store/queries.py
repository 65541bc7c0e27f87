"""The named queries of the stages: what is planned, what is to be parsed, what was read.

Each opens the database for a moment, or reads a file of a run folder without the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from harness import plugins
from harness.store.database import SQL, Store, fetch, is_empty
from harness.store.quoting import quoted
from harness.store.relations import columns

if TYPE_CHECKING:
    from harness.study import Study

CHUNK = 2048


def kept_studies(store: Store) -> list[tuple[str, str]]:
    """List the studies in the database: name and data type."""
    with store.read() as connection:
        return fetch(connection, "select study, datatype from studies order by study")


def holds(store: Store, load_id: str) -> bool:
    """Tell whether a load of data is in the database already."""
    if not store.path.exists():
        return False
    with store.read() as connection:
        if is_empty(connection):
            return False
        return bool(fetch(connection, "select 1 from store.loads where load_id = ? limit 1", [load_id[-32:]]))


def latest_resolve(store: Store, study: str) -> str | None:
    """Give the study_hash that the database shows for a study, as 32 hexadecimal digits."""
    if not store.path.exists():
        return None
    with store.read() as connection:
        if is_empty(connection):
            return None
        rows = fetch(connection, "select replace(study_hash::varchar, '-', '') from studies where study = ?", [study])
    return rows[0][0] if rows else None


def fields_by_dataset(store: Store, load_id: str) -> list[tuple[str, list[str], int]]:
    """List, for each dataset of a load, the fields that every item has, and the number of items."""
    query = (
        "with fields as (select i.dataset, unnest(json_keys(i.fields)) as field from store.loads l "
        "join store.items i using (item_id) where l.load_id = $1), "
        "sizes as (select i.dataset, count(*) as n from store.loads l join store.items i using (item_id) "
        "where l.load_id = $1 group by 1) "
        "select dataset, list(field order by field), n from (select dataset, field, count(*) as c "
        "from fields group by all) join sizes using (dataset) where c = n group by all order by 1"
    )
    with store.read() as connection:
        return fetch(connection, query, [load_id[-32:]])


def write_plan(
    store: Store, study: Study, path: Path, *, limit: int | None = None, retry_failed: bool = False
) -> dict[str, int]:
    """Write the missing cells to a Parquet file.

    Returns:
        annotator_id → number of cells.
    """
    values = {
        "study": study.name, "study_hash": study.study_hash[-32:], "load_id": study.load_id[-32:],
        "samples": study.samples, "item_limit": limit or 2**62, "retry_failed": retry_failed,
    }  # fmt: skip
    query = (SQL / "plan.sql").read_text(encoding="utf-8")
    with store.read() as connection:
        connection.execute(f"copy ({query}) to {quoted(str(path))} (format parquet, compression zstd)", values)
    return dict(_scratch(f"select annotator_id, count(*) from read_parquet({quoted(str(path))}) group by all"))


def stream_cells(path: Path, model: str) -> Iterator[tuple[str, str, int, str, str, str]]:
    """Stream a plan's cells of one model: (annotator_id, item_id, sample, dataset, key, fields as JSON)."""
    connection = duckdb.connect(":memory:")
    try:
        result = connection.execute(
            "select annotator_id, item_id, sample, dataset, key, fields from read_parquet(?) where model = ?",
            [str(path), model],
        )
        while rows := result.fetchmany(CHUNK):
            yield from rows
    finally:
        connection.close()


def example_items(store: Store, load_id: str, count: int) -> list[str]:
    """Give the fields of some items of a load, as JSON."""
    query = (
        "select i.fields::varchar from store.loads l join store.items i using (item_id) "
        "where l.load_id = ? order by i.item_id limit ?"
    )
    with store.read() as connection:
        return [row[0] for row in fetch(connection, query, [load_id[-32:], count])]


def stream_replies(store: Store, study: str) -> Iterator[list[Any]]:
    """Stream chunks of what is to be parsed, history too.

    Yields:
        rows of (generation_id, item_id, annotator_id, sample, turn, text, finish_reason, dataset, key,
        fields, levels, what the data type asked), the last three as JSON.
    """
    query = (
        "with asked as (select annotator_id, any_value(bindings order by study_hash) as levels "
        "from store.roster where study = ? and asked group by 1) "
        "select g.generation_id, g.item_id, g.annotator_id, g.sample, g.turn, g.text, g.finish_reason, "
        "i.dataset, i.key, i.fields::varchar, k.levels::varchar, (a.identity -> 'asked')::varchar "
        "from store.generations g join asked k using (annotator_id) join store.annotators a using (annotator_id) "
        "join store.items i using (item_id) order by g.generation_id"
    )
    with store.read() as connection:
        result = connection.execute(query, [study])
        while rows := result.fetchmany(CHUNK * 8):
            yield rows


def write_parses(
    store: Store, name: str, parses: Iterable[tuple[Any, ...]], records: Iterable[tuple[Any, ...]]
) -> None:
    """Replace what was read out of replies.

    Args:
        name: the data type.
        parses: (generation_id, parsed, refused, method, reason).
        records: (item_id, annotator_id, sample, part, generation_id, shown_at, method, *record).
    """
    import pandas as pd

    datatype = plugins.load("datatypes", name)
    own = list(columns(datatype))
    read = ["generation_id", "parsed", "refused", "method", "reason"]
    said = ["item_id", "annotator_id", "sample", "part", "generation_id", "shown_at", "method", *own]
    parse_frame = pd.DataFrame(list(parses), columns=read, dtype="object")
    record_frame = pd.DataFrame(list(records), columns=said, dtype="object")
    with store.write() as connection:
        connection.register("parse_frame", parse_frame)
        connection.register("record_frame", record_frame)
        for table, frame in (("parses", "parse_frame"), (datatype.TABLE, "record_frame")):
            connection.execute(
                f"delete from store.{table} where generation_id in (select generation_id::uuid from parse_frame)"
            )
            typed = ", ".join(
                f"{name}::{kind} as {name}"
                for name, kind in fetch(
                    connection,
                    "select column_name, data_type from information_schema.columns "
                    "where table_schema = 'store' and table_name = ? and column_name <> 'load_id'",
                    [table],
                )
            )
            connection.execute(f"insert into store.{table} by name select {typed} from {frame}")


def _scratch(query: str) -> list[Any]:
    connection = duckdb.connect(":memory:")
    try:
        return fetch(connection, query)
    finally:
        connection.close()

"""The named queries of the stages: what is planned, what is to be parsed, what was read.

Each opens the database for a moment, or reads a file of a run folder without the database.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import orjson

from harness import plugins
from harness.store.database import SQL, Store, columns_of, fetch, is_empty
from harness.store.journals import roomy
from harness.store.quoting import quoted
from harness.store.relations import columns

if TYPE_CHECKING:
    from harness.study import Study

CHUNK = 2048
PLAN = ("plan.parquet", "items.parquet")
MEMORY = "256MB"  # of a query over as many rows as a plan may have


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


def published_models(store: Store, load_id: str) -> list[str]:
    """List the models that the data of a load name."""
    query = (
        "select distinct a.identity ->> 'model' from store.said s join store.annotators a using (annotator_id) "
        "where s.load_id = ? and a.kind <> 'human' order by 1"
    )
    with store.read() as connection:
        return [row[0] for row in fetch(connection, query, [load_id[-32:]])]


def served(store: Store, study: str) -> list[dict[str, Any]]:
    """List what endpoints say that they used: model, wave, model_served, fingerprint."""
    names = ("model", "wave", "model_served", "fingerprint")
    query = (SQL / "report_served.sql").read_text(encoding="utf-8")
    with store.read() as connection:
        rows = fetch(connection, f"select distinct {', '.join(names)} from ({query}) where study = ?", [study])
    return [dict(zip(names, row, strict=True)) for row in rows]


def sides(store: Store, study: str) -> dict[str, bool]:
    """Tell whether a study holds anything that people said, and that models said."""
    query = (
        "select a.kind = 'human' as human, count(*) from ("
        "select d.annotator_id from store.said d join studies s using (load_id) where s.study = $1 union all "
        "select g.annotator_id from store.generations g join store.roster r using (annotator_id) "
        "join studies s on s.study = r.study and s.study_hash = r.study_hash where s.study = $1) "
        "join store.annotators a using (annotator_id) group by all"
    )
    with store.read() as connection:
        there = {human for human, _ in fetch(connection, query, [study])}
    return {"people": True in there, "models": False in there}


def sizes_by_dataset(store: Store, load_id: str) -> list[tuple[str, int, float]]:
    """List the data sets of a load: name, number of items, and of people who judged one of them, on average."""
    query = (
        "with counted as (select i.dataset, count(distinct d.annotator_id) filter (a.kind = 'human') as people "
        "from store.loads l join store.items i using (item_id) "
        "left join store.said d on d.load_id = l.load_id and d.item_id = l.item_id "
        "left join store.annotators a on a.annotator_id = d.annotator_id where l.load_id = $1 "
        "group by i.dataset, l.item_id) select dataset, count(*), avg(people) from counted group by 1 order by 1"
    )
    with store.read() as connection:
        return fetch(connection, query, [load_id[-32:]])


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
    store: Store,
    study: Study,
    folder: Path,
    *,
    limit: int | None = None,
    retry_failed: bool = False,
    waiting: Sequence[Path] = (),
) -> dict[str, int]:
    """Write the missing cells to ``plan.parquet``, and what templates may read of their items to ``items.parquet``.

    Args:
        waiting: JSON lines that name cells which batches may still answer: they are not missing.

    Returns:
        annotator_id → number of cells.
    """
    values = {
        "study": study.name, "study_hash": study.study_hash[-32:], "load_id": study.load_id[-32:],
        "wave": study.wave, "samples": study.samples, "item_limit": limit or 2**62, "retry_failed": retry_failed,
    }  # fmt: skip
    cells, items = (folder / name for name in PLAN)
    with store.read() as connection:
        _frugally(connection, folder)
        connection.execute(f"create or replace temp view waiting as {_cells_of(waiting)}")
        _copy(connection, "plan.sql", cells, values)
        _copy(connection, "plan_items.sql", items, {"cells": str(cells)})
        counted = f"select annotator_id, count(*) from read_parquet({quoted(str(cells))}) group by all"
        return dict(fetch(connection, counted))


def _cells_of(paths: Sequence[Path]) -> str:
    if not paths:
        return "select null::uuid as annotator_id, null::uuid as item_id, null::integer as sample where false"
    files = ", ".join(quoted(str(path)) for path in paths)
    return (
        "select right(annotator_id, 32)::uuid as annotator_id, right(item_id, 32)::uuid as item_id, sample "
        f"from read_json([{files}], format = 'newline_delimited', "
        "columns = {annotator_id: 'varchar', item_id: 'varchar', sample: 'integer'})"
    )


def _copy(connection: duckdb.DuckDBPyConnection, name: str, path: Path, values: dict[str, Any]) -> None:
    query = (SQL / name).read_text(encoding="utf-8")
    connection.execute(f"copy ({query}) to {quoted(str(path))} (format parquet, compression zstd)", values)


def _frugally(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Keep a query's memory flat, however many rows: what does not fit goes to disk."""
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute(f"set temp_directory = {quoted(str(folder))}")


def stream_cells(folder: Path, name: str) -> Iterator[tuple[str, str, int, str, str, str, str | None]]:
    """Stream a plan's cells of one model or cast, in their order.

    Yields:
        annotator_id, item_id, sample, dataset, key, fields as JSON, history as JSON or None.
    """
    connection = duckdb.connect(":memory:", config={"threads": 1})
    try:
        cells, items = (
            _rows(
                connection.cursor(), f"select {columns} from read_parquet({quoted(str(folder / name))}){where}", values
            )
            for name, columns, where, values in (
                (PLAN[0], "annotator_id, item_id, sample, history", " where model = ?", [name]),
                (PLAN[1], "item_id, dataset, key, fields", "", []),
            )
        )
        # Both files are in the order of item_id: they are merged as they are read, and neither is held.
        here: tuple[Any, ...] = ("",)
        for annotator_id, item_id, sample, history in cells:
            while here[0] != item_id:
                here = next(items)
            yield annotator_id, item_id, sample, here[1], here[2], here[3], history
    finally:
        connection.close()


def _rows(cursor: duckdb.DuckDBPyConnection, query: str, values: list[Any]) -> Iterator[tuple[Any, ...]]:
    result = cursor.execute(query, values)
    while chunk := result.fetchmany(CHUNK):
        yield from chunk


def example_items(store: Store, load_id: str, count: int) -> list[tuple[str, str]]:
    """Give some items of a load: item_id, and the fields as JSON."""
    query = (
        f"select {_name('item', 'i')}, i.fields::varchar from store.loads l join store.items i using (item_id) "
        "where l.load_id = ? order by i.item_id limit ?"
    )
    with store.read() as connection:
        return fetch(connection, query, [load_id[-32:], count])


def stream_replies(store: Store, study: str) -> Iterator[list[Any]]:
    """Stream chunks of what is to be parsed, history too.

    Yields:
        rows of (generation_id, item_id, annotator_id, sample, turn, text, finish_reason, scores, speaker, drawn,
        dataset, key, fields, levels, what the data type asked); scores, drawn and the last three as JSON, ids as
        their names. The turns of a dialogue follow one another.
    """
    query = (
        "with asked as (select annotator_id, any_value(bindings order by study_hash) as levels "
        "from store.roster where study = ? and asked group by 1) "
        f"select {_name('generation', 'g')}, {_name('item', 'g')}, {_name('annotator', 'g')}, "
        "g.sample, g.turn, g.text, g.finish_reason, g.scores::varchar, g.speaker, g.drawn::varchar, "
        "i.dataset, i.key, i.fields::varchar, k.levels::varchar, (a.identity -> 'asked')::varchar "
        "from store.generations g join asked k using (annotator_id) join store.annotators a using (annotator_id) "
        "join store.items i using (item_id)"
    )
    with store.read() as connection:
        _frugally(connection, store.runs)
        if fetch(connection, "select 1 from store.generations where turn > 0 limit 1"):
            query += " order by g.annotator_id, g.item_id, g.sample, g.turn"  # which single replies can do without
        result = connection.execute(query, [study])
        while rows := result.fetchmany(CHUNK):
            yield rows


def _name(kind: str, table: str) -> str:
    return f"'{kind}_' || replace({table}.{kind}_id::varchar, '-', '')"


class Parsing:
    """What is read out of replies, kept in a file until all is read and then put in the place of what was.

    Use as a context: without an exception, the end of it writes to the database.

    Args:
        name: the data type.
    """

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._datatype = plugins.load("datatypes", name)
        own = list(columns(self._datatype))
        self._tables = {
            "parses": ["generation_id", "parsed", "refused", "method", "reason"],
            self._datatype.TABLE: [
                "item_id", "annotator_id", "sample", "part", "generation_id", "shown_at", "method", "drawn", *own
            ],
        }  # fmt: skip

    def __enter__(self) -> Parsing:
        self._scratch = tempfile.TemporaryDirectory(dir=self._store.runs, prefix=".parse-")
        self._paths = [Path(self._scratch.name) / f"{table}.jsonl" for table in self._tables]
        self._files = [path.open("wb") for path in self._paths]
        return self

    def add(self, *rows: Iterable[tuple[Any, ...]]) -> None:
        """Keep rows: what was read of each reply (generation_id, parsed, refused, method, reason), and its records
        (item_id, annotator_id, sample, part, generation_id, shown_at, method, drawn, *record).
        """
        for file, names, these in zip(self._files, self._tables.values(), rows, strict=True):
            lines = (
                orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in these
            )
            file.write(b"".join(lines))

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        for file in self._files:
            file.close()
        try:
            if kind is None and self._paths[0].stat().st_size:
                with self._store.write() as connection:
                    self._write(connection)
        finally:
            self._scratch.cleanup()

    def _write(self, connection: duckdb.DuckDBPyConnection) -> None:
        for (table, names), path in zip(self._tables.items(), self._paths, strict=True):
            kinds = columns_of(connection, table)
            read = ", ".join(f"{n}: '{'varchar' if kinds[n] in ('UUID', 'JSON') else kinds[n]}'" for n in names)
            typed = ", ".join(f"right({n}, 32)::uuid as {n}" if kinds[n] == "UUID" else n for n in names)
            connection.execute(
                f"create or replace temp view fresh as select {typed} from read_json({quoted(str(path))}, "
                f"format = 'newline_delimited', columns = {{{read}}}, maximum_object_size = {roomy(path)})"
            )
            if path == self._paths[0]:
                connection.execute("create or replace temp table reread as select generation_id from fresh")
            connection.execute(f"delete from store.{table} where generation_id in (select generation_id from reread)")
            if path.stat().st_size:
                connection.execute(f"insert into store.{table} by name select * from fresh")

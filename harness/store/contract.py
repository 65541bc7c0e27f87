"""A data source → the contract: one row per answer, or per item that nobody has judged yet.

A source is a file with a column mapping, or one SELECT that returns the contract's columns: ``item`` and,
as they apply, ``dataset, kind, annotator, model, variant, wave, sample, part, cluster, split``; the columns of
the data type's Record, and ``shown_at``, where the chosen option stood (1 = first); ``trait_x`` and ``meta_x``; every
other column is a field that templates may read, and ``field_x`` is the field x, where a column of the Record has
that name.

What this refuses: a column that is not there, and SQL that is not one SELECT.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from harness import plugins
from harness.errors import DataError, near_names
from harness.sources import Source
from harness.store.database import fetch
from harness.store.quoting import identifier, quoted
from harness.store.relations import columns
from harness.study import Study

WHO = ("dataset", "kind", "annotator", "model", "variant", "wave", "sample", "part", "cluster", "split")
SHOWN_AT = "shown_at"  # a record's own, beside the columns of the data type


def read_source(connection: duckdb.DuckDBPyConnection, study: Study, source: Source, number: int) -> None:
    """Append one source's rows to the table ``incoming``."""
    where = str(study.folder / (source.sql or source.file or ""))
    try:
        if source.sql is not None:
            select = _from_query(connection, study, source, where)
        else:
            select = _from_mapping(connection, study, source, where)
        connection.execute(
            f"insert into incoming select {number}, {quoted(where)}, row_number() over (), * from ({select})"
        )
    except duckdb.Error as error:
        raise DataError(
            f"the data cannot be read: {str(error)[:400]}", where=where, remedy="mend the file or the query"
        ) from error


def _from_mapping(connection: duckdb.DuckDBPyConnection, study: Study, source: Source, where: str) -> str:
    scan = _scan(str(source.file))
    there = [row[0] for row in fetch(connection, f"describe select * from {scan}")]
    record = [*columns(plugins.load("datatypes", study.datatype)), SHOWN_AT]
    for name in source.record:
        if name not in record:
            raise DataError(
                f"a {study.datatype} has no {name!r}", where=where, remedy=f"record may name: {', '.join(record)}"
            )

    def column(name: str | dict[str, str] | None) -> str:
        if isinstance(name, dict):
            return quoted(str(name.get("value", "")))
        if name is None:
            return "null"
        if name not in there:
            remedy = f"{near_names(name, there)}there are: {', '.join(there)}"
            raise DataError(f"there is no column {name!r}", where=where, remedy=remedy)
        return '"' + name.replace('"', '""') + '"'

    given = {
        "item": source.item, "annotator": source.annotator, "model": source.model, "variant": source.variant,
        "wave": source.wave, "sample": source.sample, "part": source.part, "cluster": source.cluster,
        "split": source.split,
    }  # fmt: skip
    values = {name: column(value) for name, value in given.items()}
    values["dataset"] = quoted(str(source.dataset))
    values["kind"] = quoted(source.kind)
    return _contract(
        values,
        {name: column(value) for name, value in source.fields.items()},
        {name: column(name) for name in source.metadata},
        {name: column(name) for name in source.traits},
        {name: column(value) for name, value in source.record.items()},
        scan,
    )


def _from_query(connection: duckdb.DuckDBPyConnection, study: Study, source: Source, where: str) -> str:
    query = Path(where).read_text(encoding="utf-8").strip().rstrip(";")
    kinds = [statement.type for statement in duckdb.extract_statements(query)]
    if kinds != [duckdb.StatementType.SELECT]:
        raise DataError("a data query is one SELECT", where=where, remedy="leave one SELECT in the file")
    there = [row[0] for row in fetch(connection, f"describe {query}")]
    if "item" not in there or ("dataset" not in there and source.dataset is None):
        missing = "item" if "item" not in there else "dataset"
        raise DataError(
            f"the query returns no column {missing!r}",
            where=where,
            remedy=f"return it; the query returns: {', '.join(there)}",
        )
    known = (*columns(plugins.load("datatypes", study.datatype)), SHOWN_AT)
    record = [name for name in known if name in there]
    rest = [name for name in there if name not in (*WHO, *record, "item")]
    named = {name: identifier(name) if name in there else "null" for name in ("item", *WHO)}
    if source.dataset is not None:
        named["dataset"] = quoted(source.dataset)
    if "kind" not in there:
        named["kind"] = quoted(source.kind)
    return _contract(
        named,
        {n.removeprefix("field_"): identifier(n) for n in rest if not n.startswith(("trait_", "meta_"))},
        {n[5:]: identifier(n) for n in rest if n.startswith("meta_")},
        {n[6:]: identifier(n) for n in rest if n.startswith("trait_")},
        {n: identifier(n) for n in record},
        f"({query})",
    )


def _contract(
    values: dict[str, str],
    fields: dict[str, str],
    metadata: dict[str, str],
    traits: dict[str, str],
    record: dict[str, str],
    scan: str,
) -> str:
    numbers = {"sample": "integer", "part": "integer"}
    plain = ", ".join(f"({values[n]})::{numbers.get(n, 'varchar')} as {n}" for n in ("item", *WHO))
    objects = ", ".join(
        f"{_object(part)} as {name}"
        for name, part in (("fields", fields), ("metadata", metadata), ("traits", traits), ("record", record))
    )
    return f"select {plain}, {objects} from {scan}"


def _object(part: dict[str, str]) -> str:
    if not part:
        return "null::json"
    return "json_object(" + ", ".join(f"{quoted(name)}, {value}" for name, value in part.items()) + ")"


def _scan(name: str) -> str:
    suffix = Path(name).suffix
    if suffix in (".csv", ".tsv"):
        # All as text: a column that looks like numbers in one file and words in the next stays one column.
        return f"read_csv({quoted(name)}, all_varchar = true, header = true)"
    if suffix in (".json", ".jsonl", ".ndjson"):
        return f"read_json({quoted(name)}, maximum_object_size = 268435456)"
    return f"read_parquet({quoted(name)})"

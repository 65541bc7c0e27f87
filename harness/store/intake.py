"""What the sources say → items, annotators and answers with their names, as Parquet in a run folder.

What this refuses: one key with two texts, a label that is no option, the same answer twice.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from harness import plugins
from harness.errors import DataError
from harness.ids import bucket, canonical_json, content_id
from harness.store.contract import SHOWN_AT, read_source
from harness.store.database import SQL, fetch
from harness.store.quoting import quoted
from harness.study import Study


@dataclass(frozen=True)
class Loaded:
    """What a load brought.

    Attributes:
        unusable: answers of people that the source leaves empty; they are left out.
    """

    items: int
    people: int
    answers: int
    unusable: int


def load(study: Study, folder: Path) -> Loaded:
    """Read the study's sources and write ``load/{items,annotators,said}.parquet`` into a run folder.

    Raises:
        DataError: what is wrong, in which file, and the remedy.
    """
    connection = duckdb.connect(":memory:")
    try:
        connection.execute((SQL / "contract.sql").read_text(encoding="utf-8"))
        # DuckDB looks in the current folder first, whatever its search path: a file of the same name there
        # would be read instead of the study's.
        with contextlib.chdir(study.folder):
            for number, source in enumerate(study.sources):
                read_source(connection, study, source, number)
        _check_kinds(connection)
        _name_items(connection, study)
        _name_annotators(connection)
        study.check_published(
            name for (name,) in fetch(connection, "select distinct model from named_annotators where kind <> 'human'")
        )
        unusable = _name_records(connection, study)
        target = folder / "load"
        target.mkdir()
        connection.execute((SQL / "load.sql").read_text(encoding="utf-8"))
        _check_answers(connection)
        for table in ("items", "annotators", "said"):
            connection.execute(
                f"copy {table} to {quoted(str(target / f'{table}.parquet'))} (format parquet, compression zstd)"
            )
        counts = [fetch(connection, f"select count(*) from {t}")[0][0] for t in ("items", "annotators", "said")]
    finally:
        connection.close()
    return Loaded(counts[0], counts[1], counts[2], unusable)


def _check_kinds(connection: duckdb.DuckDBPyConnection) -> None:
    strange = fetch(
        connection, "select kind, source from incoming where kind is null or kind not in ('human', 'llm') limit 1"
    )
    if strange:
        kind, source = strange[0]
        raise DataError(f"there is no kind {kind!r} of annotator", where=source, remedy="kinds are human and llm")


def _check_answers(connection: duckdb.DuckDBPyConnection) -> None:
    twice = fetch(
        connection,
        "select i.key, s.sample, min(s.source) from said s join items i using (item_id) "
        "group by s.item_id, i.key, s.annotator_id, s.sample, s.part having count(*) > 1 order by all limit 1",
    )
    if twice:
        key, sample, source = twice[0]
        raise DataError(
            f"one annotator answers item {key!r} twice as sample {sample}",
            where=source,
            remedy="number the samples apart, or name no sample column: answers are then counted in their order",
        )


def _name_items(connection: duckdb.DuckDBPyConnection, study: Study) -> None:
    for column, told in (("fields", "texts"), ("cluster", "clusters"), ("split", "splits")):
        twice = fetch(
            connection,
            f"select dataset, item, list(distinct source) from incoming where {column} is not null "
            f"group by all having count(distinct {column}) > 1 order by all limit 1",
        )
        if twice:
            dataset, item, sources = twice[0]
            raise DataError(
                f"item {item!r} of {dataset!r} has two {told}",
                where=" and ".join(sorted(sources)),
                remedy=f"give the two {told} two keys, or mend the one that is wrong",
            )
    # min, not any_value: where rows disagree on what is not hashed, every load must choose alike.
    rows = fetch(
        connection,
        "select dataset, item, min(fields::varchar), min(metadata::varchar), min(cluster), min(split) "
        "from incoming group by all order by all",
    )
    made: dict[str, list[Any]] = {
        name: [] for name in ("dataset", "item", "item_id", "fields", "metadata", "cluster", "split", "bucket")
    }
    for dataset, key, fields, metadata, cluster, split in rows:
        if dataset is None or key is None:
            raise DataError(
                "a row has no item or no dataset", where=str(study.folder / "study.toml"), remedy="fill its key"
            )
        plain = _without_nulls(fields)
        if not plain:
            raise DataError(
                f"item {key!r} of {dataset!r} has no text in any source",
                where=str(study.folder / "study.toml"),
                remedy="load the items with their fields in one [[data]] block, or leave the row out",
            )
        for name, value in (
            ("dataset", dataset), ("item", key), ("fields", canonical_json(plain)),
            ("item_id", content_id("item", {"dataset": dataset, "key": key, "fields": plain})),
            ("metadata", canonical_json(_without_nulls(metadata))), ("cluster", cluster or key),
            ("split", split), ("bucket", bucket(dataset, cluster or key)),
        ):  # fmt: skip
            made[name].append(value)
    _table(connection, "named_items", made)


def _name_annotators(connection: duckdb.DuckDBPyConnection) -> None:
    """Name who spoke. A person without a name in the data is known by this one answer only."""
    rows = fetch(
        connection,
        "select kind, dataset, annotator, model, variant, wave, min(traits::varchar) from incoming "
        "where annotator is not null or kind <> 'human' group by all order by all",
    )
    made: dict[str, list[Any]] = {
        n: []
        for n in ("kind", "dataset", "annotator", "model", "variant", "wave", "annotator_id", "traits", "identity")
    }
    for kind, dataset, annotator, model, variant, wave, traits in rows:
        if kind == "human":
            identity = {"kind": "human", "dataset": dataset, "name": annotator}
        else:
            identity = {"kind": kind, "published": True, "model": model, "variant": variant, "wave": wave}
        if kind != "human" and model is None:
            raise DataError("a row of a model does not name it", where=dataset, remedy="return a column model")
        for name, value in (
            ("kind", kind), ("dataset", dataset), ("annotator", annotator), ("model", model), ("variant", variant),
            ("wave", wave), ("annotator_id", content_id("annotator", identity)),
            ("traits", canonical_json(_without_nulls(traits))), ("identity", canonical_json(identity)),
        ):  # fmt: skip
            made[name].append(value)
    _table(connection, "named_annotators", made)
    unnamed = fetch(connection, "select source_no, row_no, dataset, item, slot from unnamed order by all")
    made = {n: [] for n in ("source_no", "row_no", "annotator_id", "identity")}
    for source_no, row_no, dataset, item, slot in unnamed:
        identity = {"kind": "human", "dataset": dataset, "item": item, "answer": slot}
        for name, value in (
            ("source_no", source_no), ("row_no", row_no), ("annotator_id", content_id("annotator", identity)),
            ("identity", canonical_json(identity)),
        ):  # fmt: skip
            made[name].append(value)
    _table(connection, "named_strangers", made)


def _name_records(connection: duckdb.DuckDBPyConnection, study: Study) -> int:
    """Read each distinct record by the data type's own rules; give how many human answers are empty."""
    datatype = plugins.load("datatypes", study.datatype)
    made: dict[str, list[Any]] = {"record": [], "read": []}
    refused: Counter[str] = Counter()
    example = ""
    rows = fetch(
        connection,
        "select record, count(*), any_value(source) from incoming where record is not null group by 1 order by 1",
    )
    for text, count, source in rows:
        record = _without_nulls(text)
        stood = {SHOWN_AT: int(record.pop(SHOWN_AT))} if SHOWN_AT in record else {}
        made["record"].append(text)
        try:
            made["read"].append(canonical_json({**datatype.read(study.config, record), **stood}) if record else None)
        except (ValueError, KeyError) as error:
            refused[str(error)] += count
            example = example or source
            made["read"].append(None)
    if refused:
        told = "; ".join(f"{what} ({count:,} rows)" for what, count in refused.most_common(5))
        raise DataError(
            f"unknown {study.datatype}: {told}",
            where=example,
            remedy=_remedy(study),
        )
    _table(connection, "named_records", made)
    empty: int = fetch(
        connection,
        "select count(*) from incoming left join named_records using (record) "
        "where kind = 'human' and read is null and record is not null",
    )[0][0]
    return empty


def _remedy(study: Study) -> str:
    """Say how an answer that is none is mended."""
    null = "return null for it in a .sql query"
    if not hasattr(study.config, "options"):
        return f"mend it, or {null}"
    return (
        f"add it to [{study.datatype}] options in study.toml, or {null} "
        "(where read_csv made yes and no into true and false, say all_varchar = true)"
    )


def _table(connection: duckdb.DuckDBPyConnection, name: str, made: dict[str, list[Any]]) -> None:
    import pandas as pd

    numbers = {"bucket": "smallint", "source_no": "integer", "row_no": "bigint"}
    frame = pd.DataFrame({key: pd.Series(value, dtype="object") for key, value in made.items()})
    connection.register("frame", frame)
    cast = ", ".join(f"{key}::{numbers.get(key, 'varchar')} as {key}" for key in made)
    connection.execute(f"create table {name} as select {cast} from frame")
    connection.unregister("frame")


def _without_nulls(text: str | None) -> dict[str, Any]:
    value = json.loads(text) if text else None
    # NaN is how pandas writes a missing number into Parquet.
    return {key: inner for key, inner in value.items() if not _is_null(inner)} if value else {}


def _is_null(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))

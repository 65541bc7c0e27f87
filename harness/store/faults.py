"""Records that a study's controls look at, and what they found: read, and put in the place of what was found."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from harness import plugins
from harness.curation import Fault, Row, controls
from harness.store.database import SQL, Store, columns_of, fetch
from harness.store.quoting import quoted

KEY = ("item_id", "annotator_id", "sample", "part", "generation_id", "load_id")


class Curated(NamedTuple):
    """What a study's controls look at.

    Attributes:
        config: the data type's table in study.toml.
        rows: the records; ``keys`` names each.
    """

    config: Mapping[str, Any]
    study_hash: str
    keys: list[tuple[Any, ...]]
    rows: list[Row]


def read_records(store: Store, study: str, datatype: str) -> Curated:
    """Read all records of a study as it last stood, humans and models alike."""
    query = (SQL / "curated.sql").read_text(encoding="utf-8")
    table = plugins.load("datatypes", datatype).TABLE
    with store.read() as connection:
        config, study_hash = fetch(
            connection, "select config::varchar, study_hash::varchar from studies where study = ?", [study]
        )[0]
        connection.execute(f"create or replace temp view said as select * from store.{table}")
        found = connection.execute(query, {"study": study}).fetchall()
    rows = [Row(dataset, writer, instruction, output) for *_, dataset, writer, instruction, output in found]
    return Curated(json.loads(config), study_hash, [row[: len(KEY)] for row in found], rows)


def is_curated(store: Store, study: str) -> bool:
    """Tell whether the controls of a study as it last stood have looked at its records."""
    query = (
        "select 1 from store.faults f join studies s on s.study = f.study and s.study_hash = f.study_hash "
        "where f.study = ? and f.item_id is null"
    )
    with store.read() as connection:
        return bool(fetch(connection, query, [study]))


def write_faults(store: Store, study: str, curated: Curated, faults: Iterable[Fault]) -> None:
    """Put what was found in the place of what was found before, and say which controls looked."""
    told = {"study": study, "study_hash": curated.study_hash, "controls": ", ".join(controls(curated.config)) or None}
    with tempfile.TemporaryDirectory(dir=store.runs, prefix=".faults-") as scratch:
        path = Path(scratch) / "faults.jsonl"
        with path.open("wb") as file:
            file.write(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
            for fault in faults:
                file.write(orjson.dumps(_line(study, curated, fault), option=orjson.OPT_APPEND_NEWLINE))
        with store.write() as connection:
            connection.execute("delete from store.faults where study = ?", [study])
            read = ", ".join(f"{name}: '{kind}'" for name, kind in columns_of(connection, "faults").items())
            connection.execute(
                f"insert into store.faults by name select * from read_json({quoted(str(path))}, "
                f"format = 'newline_delimited', columns = {{{read}}}, maximum_object_size = 268435456)"
            )


def _line(study: str, curated: Curated, fault: Fault) -> dict[str, Any]:
    of = None if fault.of is None else dict(zip(KEY, curated.keys[fault.of], strict=True))
    return {
        "study": study,
        "study_hash": curated.study_hash,
        **dict(zip(KEY, curated.keys[fault.row], strict=True)),
        "fault": fault.fault,
        "similarity": fault.similarity,
        "duplicate_of": None if fault.of is None else curated.rows[fault.of].instruction,
        "of_item": of and of["item_id"],
        "of_annotator": of and of["annotator_id"],
        "of_sample": of and of["sample"],
        "of_part": of and of["part"],
    }

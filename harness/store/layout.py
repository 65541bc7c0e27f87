"""Lay a study's rows out for audits: items, speakers and persons in numbers, on an in-memory connection.

The database is read once and let go; then external access is off.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from harness import plugins
from harness.store.bench import WHO, Bench
from harness.store.database import Store, fetch
from harness.store.facts import select_facts
from harness.store.features import join_features
from harness.store.quoting import quoted
from harness.store.relations import AXES, soft_name

if TYPE_CHECKING:
    from harness.study import Study

MOST_BUCKETS = 2048
MOST_MEMORY = "3GB"  # of SQL; arrays come on top
LEFT_OUT = ("study", "key", "split", "cluster", "bindings", "fields", "metadata", "messages", "bucket",
            "logprobs", "scores", "drawn", "annotator_id", "generation_id", "run_id", "arrived_at", *WHO, "item_id",
            "person")  # fmt: skip

# What audits see beside a view's columns: the item's right answer, if its data name one; with across = "*" the variant.
ADDED = {"target": "varchar", "level": "integer"}


@contextmanager
def open_bench(
    store: Store,
    study: Study,
    extractors: Mapping[str, tuple[str, list[str]]] | None = None,
    selects: Mapping[str, str] | None = None,
) -> Iterator[Bench]:
    """Read the study's rows from the database, let it go, and close the world off.

    Args:
        extractors: name → (version, dims) of those whose numbers audits read.
        selects: relation → the SELECT that gives its rows of $study, the first the study's own; ``rows_of`` if None.
    """
    connection = duckdb.connect(":memory:")
    beside = tempfile.TemporaryDirectory(dir=store.runs, prefix=".bench-")
    try:
        bound(connection, beside.name)
        with store.read():
            pass  # waits its turn, and says what is missing
        connection.execute(f"attach {quoted(str(store.path))} as kept (read_only)")
        connection.execute("use kept")
        relations = rows_of(study) if selects is None else selects
        for name, select in relations.items():
            connection.execute(f"create table memory.main.taken_{name} as {select}", {"study": study.name})
        connection.execute("use memory")
        if extractors:
            join_features(connection, study, f"taken_{next(iter(relations))}", extractors)
        connection.execute("detach kept")
        yield lay_out(connection, list(relations))
    finally:
        connection.close()
        beside.cleanup()


def bound(connection: duckdb.DuckDBPyConnection, beside: str) -> None:
    """Bound the memory of a bench; what has no room lies in a folder meanwhile."""
    connection.execute(f"set memory_limit = '{MOST_MEMORY}'")
    connection.execute(f"set temp_directory = {quoted(beside)}")


def lay_out(connection: duckdb.DuckDBPyConnection, relations: list[str]) -> Bench:
    """Number items, speakers and persons of ``taken_<relation>`` tables, and forbid external access."""
    connection.execute(
        "create table items as with all_items as ("
        + " union ".join(f"select distinct dataset, key, cluster, bucket from taken_{name}" for name in relations)
        + "), counted as (select *, dense_rank() over (partition by dataset order by cluster) - 1 as cluster_no "
        "from all_items), "
        "sized as (select *, max(cluster_no) over (partition by dataset) + 1 as clusters from counted) "
        "select (row_number() over (order by dataset, key) - 1)::bigint as item_no, dataset, key, cluster_no, "
        f"(case when clusters <= {MOST_BUCKETS} then cluster_no else bucket end)::bigint as place from sized"
    )
    for name in relations:
        _number(connection, name)
    connection.execute("set enable_external_access = false")
    teach(connection)
    return Bench(connection)


def teach(connection: duckdb.DuckDBPyConnection) -> None:
    """Let SQL call the functions of ``harness/functions``."""
    for name in plugins.list_names("functions"):
        function = plugins.load("functions", name)
        connection.create_function(name, function.call, function.TAKES, function.GIVES)


def _number(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    there = [row[0] for row in fetch(connection, f"describe taken_{name}")]
    axes = [name for name in (*AXES, "bindings") if name in there]
    who = ", ".join(WHO)
    connection.execute(
        f"create table whos_{name} as select (row_number() over (order by {who}) - 1)::integer as who_no, {who}, "
        + "".join(f"any_value({axis}) as {axis}, " for axis in axes)
        + f"count(*) as said from taken_{name} where kind <> 'human' group by {who}"
    )
    kept = "".join(f", t.{column}" for column in there if column not in (*LEFT_OUT, "traits"))
    if "traits" in there:
        # As many rows as people gave answers share a few texts: each is held once.
        connection.execute(
            f"create type traits_{name} as enum "
            f"(select distinct traits::varchar from taken_{name} where traits is not null order by 1)"
        )
        kept += f", t.traits::varchar::traits_{name} as traits"
    kept += ", t.metadata ->> '$.target' as target" if "metadata" in there else ""
    person = "t.person" if "person" in there else "null"
    if "as_role" in there:
        _part_dialogues(connection, name)
        kept = kept.replace(", t.sample", ", t.dialogue as sample")
    met = (
        f"taken_{name} t join items i on i.dataset = t.dataset and i.key = t.key "
        f"left join whos_{name} w on {_same_who('w', 't')}"
    )
    # An answer is all that one annotator said about an item in one sample. Most are one row; turns of a dialogue,
    # several tasks, or the options of a scored reply, are more.
    several = "probability" in there or fetch(connection, f"select 1 from taken_{name} where part > 0 limit 1")
    numbered = "dense_rank" if several else "row_number"
    connection.execute(
        f"create table rows_{name} as select ({numbered}() over (order by i.item_no, t.kind, w.who_no, "
        "t.annotator_id, t.sample) - 1)::bigint as answer_no, i.item_no, i.cluster_no, w.who_no, t.dataset, "
        f"case when {person} is not null then dense_rank() over (order by t.dataset, {person}) end as person_no, "
        f"{numbered}() over (partition by i.item_no, w.who_no, t.annotator_id order by t.sample) as draw_no{kept} "
        f"from {met}"
    )
    connection.execute(
        f"create view answers_{name} as select {'distinct ' if several else ''}"
        f"answer_no, item_no, who_no, dataset, person_no, draw_no from rows_{name}"
    )
    connection.execute(f"drop table taken_{name}")


def _part_dialogues(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Number the dialogues about an item, whoever speaks, so that audits tell them apart by ``sample``.

    Where a turn has several voices, several people have each played the whole; else the voices of a sample are one
    dialogue, whoever speaks, and one answer: what two people said to each other meets what a model said in both parts.
    """
    who = ", ".join(WHO)
    there = [row[0] for row in fetch(connection, f"describe taken_{name}")]
    one = "apart or min(annotator_id) over whole = max(annotator_id) over whole"
    person = f", case when {one} then person end as person" if "person" in there else ""
    connection.execute(
        f"create or replace table taken_{name} as with counted as ("
        f"select *, count(*) over (partition by {who}, key, sample, part) as voices from taken_{name}), "
        f"told as (select *, max(voices) over (partition by {who}, key, sample) > 1 as apart from counted) "
        "select * exclude (voices, apart) replace ("
        "case when apart then annotator_id else min(annotator_id) over whole end as annotator_id"
        f"{person}), dense_rank() over (partition by dataset, key order by "
        f"{', '.join(WHO[1:])}, sample, case when apart then annotator_id::varchar end) - 1 as dialogue from told "
        f"window whole as (partition by {who}, key, sample)"
    )


def rows_of(study: Study) -> dict[str, str]:
    """Give the views that the study's audits may read, and the SELECT of each one's rows."""
    datatype = plugins.load("datatypes", study.datatype)
    soft = soft_name(datatype)
    own = str(datatype.TABLE)
    facts = {own: select_facts(datatype, study)}
    return {
        name: f"select * exclude (study){facts.get(name, '')} from {name} where study = $study"
        for name in (own, "replies", *([soft] if soft else []))
    }


def _same_who(left: str, right: str) -> str:
    return " and ".join(f"{left}.{name} = {right}.{name}" for name in WHO)

"""Every audit under harness/audits and every score of scores/: its header, its two SELECTs, its worked example."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from harness.auditfile import AUDITS, Audit, read_audit, shipped_audits
from harness.extract import dims_of
from harness.plugins import load
from harness.store import Store
from harness.store.bench import WHO
from harness.store.facts import authored, facts_of
from harness.store.layout import ADDED, LEFT_OUT, teach
from harness.store.selects import check_select

SCORES = sorted((AUDITS.parent / "scores").glob("*.sql"))
PATHS = sorted(AUDITS.glob("*/*.sql")) + SCORES
READINGS = {"sample": "integer", "part": "integer", "bits": "double", "tokens": "double"}  # no view of the database
DEFAULTS = {"dataset": "d", "kind": "llm", "model": "m", "variant": "v", "wave": "1", "sample": 0, "part": 0}

every_audit = pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])


@pytest.fixture(scope="session")
def relations(tmp_path_factory) -> dict[str, dict[str, str]]:
    """Give each view's columns as an audit sees them: name → type, from an empty database."""
    store = Store(tmp_path_factory.mktemp("relations"))
    with store.write():
        pass
    seen = {}
    for name in {read_audit(path).header.relation for path in PATHS}:
        if name == "readings":
            own = READINGS
        else:
            there = store.sql(f"describe {name}")
            own = {r.column_name: r.column_type for r in there.itertuples() if r.column_name not in LEFT_OUT}
        opaque = {"item_id": "bigint", "cluster_no": "bigint", "person": "bigint", "role": "varchar"}
        seen[name] = {**opaque, **dict.fromkeys(WHO, "varchar"), **own, **ADDED}
    for path in PATHS:
        header = read_audit(path).header
        seen[header.relation] |= featured(path) | told(path)
        if header.resample:
            seen[header.relation] |= {"replicate": "bigint", "fold": "integer", "words": "varchar[]"}
    return seen


def featured(path: Path) -> dict[str, str]:
    """Give the columns that the extractors of an audit add to its relation."""
    features = read_audit(path).header.features
    if not features:
        return {}
    datatype = load("datatypes", path.parent.name)
    texts = datatype.texts(datatype.Config.model_construct())
    return {
        "_".join(filter(None, (text, name, dim.removesuffix("[]")))):
            "float[]" if dim.endswith("[]") or not dim else "double"
        for text in texts for name in features for dim in dims_of(name)
    }  # fmt: skip


def told(path: Path) -> dict[str, str]:
    """Give the columns that tell facts of items, in the relation of the data type's own records."""
    if path.parent.name in ("any", "scores"):
        return {}
    datatype = load("datatypes", path.parent.name)
    facts = (
        facts_of(datatype, datatype.Config.model_construct())
        if read_audit(path).header.relation == datatype.TABLE
        else {}
    )
    return {column: kind for column, (_, kind) in facts.items()} | dict.fromkeys(authored(list(facts)), "boolean")


@contextmanager
def given(audit: Audit, columns: dict[str, str], rows: list[dict]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Put rows of an audit's example into its relation."""
    drawn = {"replicate": 0, "fold": 0} if audit.header.resample else {}
    rows = [{**DEFAULTS, **drawn, **row} for row in rows]
    unknown = {name for row in rows for name in row} - set(columns)
    assert not unknown, f"the relation has no column {unknown}"
    connection = duckdb.connect(":memory:")
    teach(connection)
    try:
        spelled = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create table {audit.header.relation} ({spelled})")
        marks = ", ".join("?" for _ in columns)
        connection.executemany(
            f"insert into {audit.header.relation} values ({marks})",
            [[row.get(name) for name in columns] for row in rows],
        )
        yield connection
    finally:
        connection.close()


def run_example(audit: Audit, columns: dict[str, str]) -> pd.DataFrame:
    """Run an audit's SELECTs on its own example: (metric, estimate)."""
    with given(audit, columns, audit.header.example["given"]) as connection:
        if audit.header.resample:
            return connection.execute(f"select * from ({audit.estimate})").df()
        there = [row[0] for row in connection.execute(f"describe {audit.cells}").fetchall()]
        assert {"item_id", *WHO, *audit.header.sums} <= set(there)
        keys = ", ".join(f'"{name}"' for name in there if name not in ("item_id", *audit.header.sums))
        sums = ", ".join(f'sum("{name}")::double as "{name}"' for name in audit.header.sums)
        connection.execute(
            f"create table cells as select 0 as replicate, {keys}, {sums} from ({audit.cells}) group by all"
        )
        return connection.execute(f"select * from ({audit.estimate})").df()


def test_audits_are_found():
    assert {"label_shift", "agreement", "unparsed"} <= {path.stem for path in PATHS}
    names = [audit.name for audit in shipped_audits()]
    assert len(set(names)) == len(names), "two audits share a name"


@pytest.mark.parametrize(
    "audit", [one for one in shipped_audits() if one.name != one.path.stem], ids=lambda one: one.name
)
def test_what_runs_under_another_name_finds_its_columns(audit: Audit, tmp_path):
    store = Store(tmp_path)
    with store.write():
        pass
    there = set(store.sql(f"describe {audit.rows}")["column_name"])
    left_out = {audit.column(name) for name in (audit.header.without, audit.header.made) if name}
    assert there >= {*audit.columns.values(), *left_out}
    assert not there & set(audit.columns), "the SQL would see two columns of one name"
    if audit.header.features:
        datatype = load("datatypes", audit.datatype)
        texts = datatype.texts(datatype.Config.model_construct())
        assert audit.column("text") in texts
    assert audit.header.title != read_audit(audit.path).header.title or audit.datatype != audit.path.parent.name


@every_audit
def test_the_worked_example_gives_what_it_says(path: Path, relations):
    audit = read_audit(path)
    made = run_example(audit, relations[audit.header.relation])
    assert list(made["replicate"].unique()) == [0]
    estimates = dict(zip(made["metric"], made["estimate"], strict=True))
    assert len(estimates) == len(made), "a metric comes out twice"
    expected = {row["metric"]: row["estimate"] for row in audit.header.example["expect"]}
    assert estimates == pytest.approx(expected)


@every_audit
def test_each_item_is_for_itself_unless_the_header_says_otherwise(path: Path, relations):
    """Items that look alike count as one, so what cells makes of an item must not hang on other items."""
    audit = read_audit(path)
    if audit.header.resample or audit.header.looks_across:
        return
    columns, rows = relations[audit.header.relation], audit.header.example["given"]
    # Each item twice, under two numbers: what is ranked or shared among items then changes.
    rows = [*rows, *({**row, "item_id": row["item_id"] + 1000} for row in rows)]
    made = []
    for part in [rows, *([row for row in rows if row["item_id"] == n] for n in {row["item_id"] for row in rows})]:
        with given(audit, columns, part) as connection:
            found = connection.execute(audit.cells)
            names = [column[0] for column in found.description]
            told = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        made.append(sorted(repr([round(v, 9) if isinstance(v, float) else v for v in row.values()]) for row in told))
    assert made[0] == sorted(line for part in made[1:] for line in part)


@every_audit
def test_what_is_described_is_returned_and_all_lies_in_range(path: Path, relations):
    audit = read_audit(path)
    made = run_example(audit, relations[audit.header.relation])
    for described in audit.header.describes:
        assert fnmatch.filter(made["metric"], described), described
    low, high = audit.header.range
    judged = made[[not any(fnmatch.fnmatchcase(m, d) for d in audit.header.describes) for m in made["metric"]]]
    assert judged["estimate"].between(low, high).all()


@every_audit
def test_each_part_is_one_select_in_lower_case(path: Path):
    audit = read_audit(path)
    for part in filter(None, (audit.cells, audit.estimate)):
        check_select(part, str(path))
        bare = re.sub(r"'[^']*'|--[^\n]*|\"[^\"]*\"", "", part)
        assert re.findall(r"\b\w*[A-Z]\w*\b", bare) == []


@every_audit
def test_the_header_fits_together(path: Path):
    header = read_audit(path).header
    assert header.example["given"] and header.example["expect"]
    assert (header.neutral is not None) == (header.test == "neutral")
    assert header.range[0] < header.range[1]
    assert header.warn is None or header.warn > 0
    assert not (header.roles == "model" and header.test == "exchange"), "there is nobody to change places with"
    assert header.floor != "people" or header.test != "exchange" or header.plays == "one" or header.across

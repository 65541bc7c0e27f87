"""Write ``docs/reference.md`` from the code: data types, audits, header keys, tables, the command line.

    python -m harness.reference docs/reference.md

What this refuses: to say anything that the code does not say. A sentence that is wrong here is mended where
it stands: in an audit's header, in ``sql/schema.sql``, in a help text.
"""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import tempfile
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import plugins
from harness.auditfile import Audit, Header, shipped_audits
from harness.auditlist import metrics
from harness.store import Store

if TYPE_CHECKING:
    import pandas as pd

WIDTH = "80"
KEYS = ("range", "unit", "worse", "warn", "test", "neutral", "floor", "draws", "plays", "roles", "across",
        "levels", "pairing", "without", "made", "features", "needs", "least_people", "least_samples",
        "describes", "sums")  # fmt: skip
CODE = ("across", "levels", "without", "made", "features", "needs", "describes", "sums")  # names of things, not words

TOP = """\
# Reference

Made from the code by `make docs`; edits here are lost. What the words mean is in [architecture.md](architecture.md).
"""


def reference() -> str:
    """Give the whole page as Markdown."""
    parts = [TOP, *_datatypes(), *_audits(), *_header(), *_tables(), *_commands()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _datatypes() -> Iterator[str]:
    yield "## Data types\n\nEach is one file in `harness/datatypes/`, and one table of what was said by anyone."
    for name in plugins.list_names("datatypes"):
        datatype = plugins.load("datatypes", name)
        told = (inspect.getdoc(datatype) or "").removeprefix(f"{name}: ").replace("::\n", ":\n").replace("``", "`")
        yield f"### {name}\n\n{told[:1].upper()}{told[1:]}"
        rows = [
            *((f"`{key}`", "record", field) for key, field in datatype.Record.model_fields.items()),
            *((f"`{key}`", f"`[{name}]`", field) for key, field in datatype.Config.model_fields.items()),
        ]
        yield _table(
            ("name", "stands in", "type", "meaning"),
            ((key, where, _type(field.annotation), field.description or "") for key, where, field in rows),
        )
        if datatype.AXES:
            axes = ((f"`{axis}`", ", ".join(f"`{level}`" for level in known)) for axis, known in datatype.AXES.items())
            yield _table(("axis", "levels"), axes)


def _audits() -> Iterator[str]:
    yield (
        "## Audits\n\nMost are one file each under `harness/audits/`; some files run under several "
        "names, each for another data type, text or axis. *For any* reads replies of every data type."
    )
    shipped = {audit.name: audit for audit in shipped_audits()}
    for audit in shipped.values():
        header, first = audit.header, audit.path.stem
        yield f"### {audit.name}\n\n**{header.title}** (for {audit.datatype}). {header.question}"
        if audit.name != first:
            yield f"It runs the file of [{first}](#{first}), whose worked example holds here too."
        if header.notes and (audit.name == first or header.notes != shipped[first].header.notes):
            yield header.notes
        yield _table(("key", "value"), _settings(audit))
        yield f"Source: {header.reference}."
        if audit.name == first:
            yield _example(header.example)


def _settings(audit: Audit) -> Iterator[tuple[str, str]]:
    header = audit.header
    yield "metrics", ", ".join(f"`{name}`" for name in metrics(header))
    yield "reads", audit.reads
    for key in KEYS:
        value = getattr(header, key)
        if value is None or value in ([], "") or (key in ("floor", "plays") and header.test != "exchange"):
            continue  # said of the exchange only
        yield f"`{key}`", _say(value, code=key in CODE)


def _say(value: Any, *, code: bool = False) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_say(one, code=code) for one in value)
    if isinstance(value, float):
        return f"{value:g}"
    return f"`{value}`" if code else str(value)


def _example(example: Mapping[str, Any]) -> str:
    given, expect = example["given"], example["expect"]
    columns = list(dict.fromkeys(name for row in given for name in row))
    rows = [tuple(_cell(row.get(name)) for name in columns) for row in given]
    shown = ", ".join(f"`{row['metric']}` = {_say(float(row['estimate']))}" for row in expect)
    return f"Worked example: of these rows\n\n{_table(columns, rows)}\n\nit makes {shown}."


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _header() -> Iterator[str]:
    yield "## Keys of an audit's header\n\nAn unknown key is an error. A key without a default must be there."
    rows = []
    for name, field in Header.model_fields.items():
        default = "" if field.is_required() else f"`{_toml(field.get_default())}`"
        rows.append((f"`{name}`", _type(field.annotation), default, field.description or ""))
    yield _table(("key", "type", "default", "meaning"), rows)


def _type(kind: Any) -> str:
    origin = typing.get_origin(kind)
    inner = typing.get_args(kind)
    if origin is typing.Literal:
        return " or ".join(f"`{_toml(value)}`" for value in inner)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(one) for one in inner if one is not type(None))
    if origin in (list, typing.Annotated):
        return f"list of {_type(inner[0])}" if origin is list else _type(inner[0])
    if origin is tuple:
        return "two numbers"
    if origin is dict:
        return "table"
    return {str: "text", float: "number", int: "whole number", bool: "true or false"}[kind]


def _toml(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _tables() -> Iterator[str]:
    columns, tables, views = _catalogue()
    yield (
        "## Tables and views\n\n`runs/harness.duckdb` holds tables in the schema `store` and views in `main`. Read the "
        "views: they show each study as it last stood. Ids are UUIDs here, `kind_` with 32 hexadecimal digits in files."
    )
    told = tables.set_index("table_name")["comment"].to_dict()
    told.pop("made_by", None)  # its comment is a hash for the store's own use
    for name in sorted(map(str, views["view_name"])):
        there = columns[(columns["schema_name"] == "main") & (columns["table_name"] == name)]
        note = f"{told[name].removeprefix('derived: ')}. " if name in told else ""
        yield f"### view {name}\n\n{note}Columns: {', '.join(f'`{column}`' for column in there['column_name'])}."
    for name in sorted(map(str, told)):
        there = columns[(columns["schema_name"] == "store") & (columns["table_name"] == name)]
        rows = [(f"`{r.column_name}`", str(r.data_type).lower(), str(r.comment or "")) for r in there.itertuples()]
        yield f"### table store.{name}\n\n{told[name]}.\n\n{_table(('column', 'type', 'meaning'), rows)}"


def _catalogue() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make an empty database and read what it says of itself: columns, tables, views."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        with store.write():
            pass
        columns = store.sql("from duckdb_columns() order by schema_name, table_name, column_index")
        tables, views = store.sql("from duckdb_tables()"), store.sql("from duckdb_views() where not internal")
    return columns[~columns["internal"]], tables[tables["schema_name"] == "store"], views


def _commands() -> Iterator[str]:
    top = _help()
    yield f"## The command line\n\n```text\n{top}\n```"
    for verb in verbs(top):
        yield f"### harness {verb}\n\n```text\n{_help(verb)}\n```"


def verbs(top: str) -> list[str]:
    """List the verbs that the help of the command line names."""
    return re.findall(r"^  ([a-z][a-z-]*)  ", top.split("Commands:\n", 1)[1], re.MULTILINE)


def _help(*words: str) -> str:
    """Ask the command line itself: nothing imports it, and this is what a reader sees."""
    program = "import sys; from harness.cli import app; sys.argv[0] = 'harness'; app()"
    done = subprocess.run(
        [sys.executable, "-c", program, *words, "--help"],
        env={**os.environ, "COLUMNS": WIDTH, "TERMINAL_WIDTH": WIDTH, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


def _table(head: typing.Iterable[str], rows: typing.Iterable[typing.Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(_escape(cell) for cell in line) + " |" for line in lines)


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Write the page to the path given, or to the screen."""
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
    else:
        print(reference())


if __name__ == "__main__":
    main()

"""Small real studies on disk, and a look into what a store holds.

::

    study = Study.load(write_study(tmp_path / "tiny", parameters={"failure": 0.5}))
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from harness import pipeline
from harness.store import Store
from harness.study import Study

PEOPLE = "item,text,annotator,label\n1,Lovely rain.,ann,yes\n1,Lovely rain.,bob,no\n2,It is late.,ann,no\n"
MAPPED = {
    "dataset": "tiny",
    "file": "people.csv",
    "item": "item",
    "fields": {"text": "text"},
    "annotator": "annotator",
    "record": {"label": "label"},
}
TEMPLATE = "{{ text }}\nIs it ironic? {{ options | join(' or ') }}\n"
FAKE = {"name": "fake", "backend": "fake", "model": "fake"}
STAMPS = {"resolved_at", "arrived_at", "failed_at", "started", "ended", "seconds", "manifest"}


def write_study(folder: Path, *, files: Mapping[str, str] | None = None, **given: Any) -> Path:
    """Write a folder with study.toml, a template and people's answers; ``given`` replaces keys of study.toml.

    ``parameters`` are the dials of the one fake model; ``models=[]`` and the like leave a block out.
    """
    parameters, connect = given.pop("parameters", {}), given.pop("connect", {})
    spec: dict[str, Any] = {
        "title": "Is it ironic?",
        "datatype": "label",
        "template": "ask.j2",
        "label": {"options": ["yes", "no"]},
        "models": [{**FAKE, "parameters": parameters, "connect": connect}],
        "data": [MAPPED],
        **given,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"ask.j2": TEMPLATE, "people.csv": PEOPLE, **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "study.toml").write_text(to_toml(spec), encoding="utf-8")
    return folder


def write_answered(folder: Path, people: str, model: str, options: list[str], **given: Any) -> Path:
    """Write a study of labels that asks nobody: CSVs of people (item, text, annotator, label) and of a model m."""
    data = [
        {"dataset": "tiny", "file": "people.csv", "item": "item", "fields": {"text": "text"}, "annotator": "annotator",
         "record": {"label": "label"}},
        {"dataset": "tiny", "file": "model.csv", "item": "item", "kind": "llm", "model": {"value": "m"},
         "record": {"label": "label"}},
    ]  # fmt: skip
    files = {"people.csv": people, "model.csv": model}
    return write_study(folder, files=files, data=data, models=[], template=None, label={"options": options}, **given)


def to_toml(spec: Mapping[str, Any]) -> str:
    """Write plain values, tables and lists of tables as TOML."""
    tables = {key: value for key, value in spec.items() if isinstance(value, dict)}
    lists = {k: v for k, v in spec.items() if isinstance(v, list) and v and all(isinstance(x, dict) for x in v)}
    lines = [f"{k} = {_value(v)}" for k, v in spec.items() if k not in tables and k not in lists and v is not None]
    for key, table in tables.items():
        lines += [f"[{key}]", *(f"{k} = {_value(v)}" for k, v in table.items())]
    for key, blocks in lists.items():
        for block in blocks:
            lines += [f"[[{key}]]", *(f"{k} = {_value(v)}" for k, v in block.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def many_people(items: int) -> str:
    """Make a CSV in which one person answers so many items."""
    return "item,text,annotator,label\n" + "".join(f"{n},Text {n}.,ann,yes\n" for n in range(items))


def generate(study: Study, store: Store, **options: Any) -> Any:
    """Generate without a word."""
    return pipeline.generate_study(study, store, say=lambda _: None, **options)


def generate_and_parse(study: Study, store: Store, **options: Any) -> Any:
    """Generate and parse without a word."""
    tally = generate(study, store, **options)
    pipeline.parse_study(study, store)
    return tally


def count(store: Store, what: str) -> int:
    """Count the rows of a view or a table."""
    return int(store.sql(f"select count(*) as n from {what}")["n"][0])


def journal_lines(store: Store, name: str = "generations") -> list[dict[str, Any]]:
    """Read all journal lines that are not sealed."""
    paths = sorted(store.runs.glob(f"*/{name}.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def all_tables(store: Store) -> dict[str, pd.DataFrame]:
    """Read every table of the store, sorted, without what tells only when it was run."""
    names = store.sql("select table_name as n from information_schema.tables where table_schema = 'store' order by 1")
    return {name: _sorted(store.sql(f"select * from store.{name}")) for name in names["n"]}


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    kept = frame[[column for column in frame.columns if column not in STAMPS]].astype(str)
    return kept.sort_values(list(kept.columns)).reset_index(drop=True)

"""Items of any data type side by side: people's records beside models', or the raw text and why it was not read.

Labels have a view of their own (``examples``). What this refuses: to name a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness import plugins
from harness.report.findings import axes_of, name_variant, variant_order
from harness.report.tables import Record, ask_about, read_json

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study

MOST = 6  # items shown, over all datasets


@dataclass(frozen=True)
class Spoken:
    """What one speaker said about an item: records or turns in order, each as its columns.

    Attributes:
        who: the persona that was drawn, if any; never a person.
        unread: reply and reason, of what holds no record.
    """

    who: str | None
    records: list[dict[str, Any]]
    unread: list[tuple[str | None, str]]


@dataclass(frozen=True)
class Sheet:
    """One item and what was said about it."""

    key: str
    dataset: str
    fields: dict[str, Any]
    people: list[Spoken]
    models: dict[str, dict[str, list[Spoken]]]  # model → variant → speakers


def read_sheets(study: Study, store: Store) -> list[Sheet]:
    """Choose items by rule and gather what was said about them; empty for labels, which have their own view."""
    datatype = plugins.load("datatypes", study.datatype)
    if datatype.NAME == "label":
        return []
    by_item: dict[tuple[str, str], list[Record]] = {}
    named = {"study": study.name, "records": datatype.TABLE, "dialogues": bool(study.roles)}
    for row in ask_about(store, "records", **named):
        by_item.setdefault((str(row["dataset"]), str(row["item_id"])), []).append(row)
    # Rows come by place: all first places of the datasets, then all second places …
    datasets = len({dataset for dataset, _ in by_item})
    chosen = list(by_item.values())[: max(MOST, datasets)]
    columns = list(datatype.Record.model_fields)
    return [_sheet(rows, study, columns) for rows in chosen]


def _sheet(rows: list[Record], study: Study, columns: Sequence[str]) -> Sheet:
    order = variant_order(study)
    rows = sorted(rows, key=lambda row: order.get(str(row["variant"]), len(order)))  # stable: else as they came
    speakers: dict[tuple[str, str, str, int], list[Record]] = {}
    for row in rows:
        variant = name_variant(str(row["variant"] or ""), axes_of(study))
        who = (str(row["kind"]), str(row["model"] or ""), variant, int(row["speaker"]))
        speakers.setdefault(who, []).append(row)
    people = [_spoken(said, columns) for (kind, *_), said in speakers.items() if kind == "human"]
    models: dict[str, dict[str, list[Spoken]]] = {}
    for (kind, model, variant, _), said in speakers.items():
        if kind != "human":
            models.setdefault(model, {}).setdefault(variant, []).append(_spoken(said, columns))
    first = rows[0]
    return Sheet(str(first["key"]), str(first["dataset"]), read_json(first["fields"]) or {}, people, models)


def _spoken(rows: Sequence[Record], columns: Sequence[str]) -> Spoken:
    told = [(row, read_json(row["record"])) for row in rows if row["record"] is not None]
    return Spoken(
        next((str(row["persona"]) for row in rows if row["persona"] is not None and row["kind"] != "human"), None),
        [
            _turn(row, record) if "as_role" in columns else {name: record.get(name) for name in columns}
            for row, record in told
        ],
        [(row["text"], str(row["reason"])) for row in rows if row["record"] is None],
    )


def _turn(row: Record, record: Record) -> dict[str, Any]:
    """Show a turn as the role and what it said, and why it was the last; of a cast, who played the role.

    The number stands only where there are no words. Persons stay unnamed.
    """
    speaker, role = record.get("speaker"), str(record["as_role"])
    if row["kind"] != "human" and speaker and speaker != row["model"]:
        role = f"{role} ({speaker})"
    said = record.get("text") if record.get("text") is not None else record.get("number")
    return {role: said, "stop": record.get("stop")}

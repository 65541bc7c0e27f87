"""What the page shows of single items: what people said beside what models said, prompts as sent, what was lost.

What this refuses: to name a person. People are counts per answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.report.findings import axes_of, name_variant, variant_order
from harness.report.tables import Record, ask, read_json

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study

MOST = 6  # items shown, over all datasets


@dataclass(frozen=True)
class Bar:
    """How often one side gave one answer."""

    label: str
    n: int
    share: float


@dataclass(frozen=True)
class Answer:
    """One reply: the label that was read, or the raw text and why nothing was read."""

    label: str | None
    text: str | None
    reason: str | None


@dataclass(frozen=True)
class Example:
    """One item and what was said about it."""

    key: str
    dataset: str
    why: str
    fields: dict[str, Any]
    people: list[Bar]
    models: dict[str, list[Bar]]
    said: dict[str, dict[str, list[Answer]]]  # variant → model → replies


def read_examples(study: Study, store: Store) -> list[Example]:
    """Choose items and gather what was said about them; empty where no item has both people and models."""
    if study.datatype != "label":
        return []
    by_item: dict[tuple[str, str], list[Record]] = {}
    for record in ask(store, "examples", study.name):
        by_item.setdefault((str(record["dataset"]), str(record["item_id"])), []).append(record)
    # A fair share of each dataset: all first places, then all second places …
    turn: dict[str, int] = {}
    ordered = []
    for (dataset, _), rows in by_item.items():
        turn[dataset] = turn.get(dataset, 0) + 1
        ordered.append((turn[dataset], rows))
    datasets = max(1, len(turn))
    chosen = [rows for _, rows in sorted(ordered, key=lambda pair: pair[0])[: max(MOST, datasets)]]
    return [_example(rows, study) for rows in sorted(chosen, key=lambda rows: not rows[0]["apart"])]


def _example(rows: list[Record], study: Study) -> Example:
    first = rows[0]
    options = list(study.config.options)
    order = variant_order(study)
    rows = sorted(rows, key=lambda row: order.get(str(row["variant"]), len(order)))
    said: dict[str, dict[str, list[Answer]]] = {}
    models: dict[str, list[Record]] = {}
    for row in rows:
        if row["kind"] == "human":
            continue
        variant = name_variant(str(row["variant"] or ""), axes_of(study))
        answer = Answer(row["label"], row["text"], row["reason"])
        said.setdefault(variant, {}).setdefault(str(row["model"]), []).append(answer)
        models.setdefault(str(row["model"]), []).append(row)
    return Example(
        key=str(first["key"]),
        dataset=str(first["dataset"]),
        why="far apart" if first["apart"] else "typical",
        fields=read_json(first["fields"]),
        people=_bars([row for row in rows if row["kind"] == "human"], options),
        models={model: _bars(each, options) for model, each in models.items()},
        said=said,
    )


def _bars(rows: Sequence[Record], options: list[str]) -> list[Bar]:
    counts: dict[str, int] = dict.fromkeys(options, 0)
    for row in rows:
        if row["label"] is not None:
            counts[str(row["label"])] = counts.get(str(row["label"]), 0) + int(row["n"])
    total = sum(counts.values()) or 1
    return [Bar(label, n, n / total) for label, n in counts.items()]


@dataclass(frozen=True)
class Prompt:
    """One prompt as it was sent."""

    variant: str
    key: str
    messages: list[dict[str, str]]


def read_prompts(study: Study, store: Store) -> list[Prompt]:
    """Give one prompt for each variant, in the order of the study."""
    order = variant_order(study)
    made = []
    for record in sorted(ask(store, "prompts", study.name), key=lambda r: order.get(str(r["variant"]), len(order))):
        sent = record["sent"]
        label = name_variant(str(record["variant"] or ""), axes_of(study))
        made.append(Prompt(label, str(sent["key"]), read_json(sent["messages"])))
    return made


@dataclass(frozen=True)
class Loss:
    """Replies of one model that hold no answer, for one reason."""

    model: str
    reason: str
    refused: bool
    n: int
    of: int
    by_variant: list[tuple[str, int, int]]  # variant, lost, of
    examples: list[str]


def read_losses(study: Study, store: Store, replies: Sequence[Record]) -> list[Loss]:
    """Say what could not be read, by reason, the most frequent first."""
    order = variant_order(study)
    totals = {(r["model"], r["variant"], r["wave"]): int(r["replies"]) for r in replies}
    sorted_: dict[tuple[str, bool, str], list[Record]] = {}
    for record in ask(store, "lost", study.name):
        key = (str(record["model"]), bool(record["refused"]), str(record["reason"]))
        sorted_.setdefault(key, []).append(record)
    losses = []
    for (model, refused, reason), records in sorted_.items():
        records.sort(key=lambda r: order.get(str(r["variant"]), len(order)))
        by_variant = [
            (
                name_variant(str(r["variant"] or ""), axes_of(study)),
                int(r["replies"]),
                totals.get((r["model"], r["variant"], r["wave"]), 0),
            )
            for r in records
        ]
        texts = [str(text) for r in records if r["examples"] is not None for text in r["examples"] if text is not None]
        of = sum(total for (name, _, _), total in totals.items() if name == model)
        n = sum(lost for _, lost, _ in by_variant)
        losses.append(Loss(model, reason, refused, n, of, by_variant, list(dict.fromkeys(texts))[:4]))
    return sorted(losses, key=lambda loss: (loss.refused, -loss.n))

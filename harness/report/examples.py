"""What the page shows of single items: what people said beside what models said, prompts as sent, what was lost.

What this refuses: to name a person. People are counts per answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.report.findings import axes_of, name_variant
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
    order = {variant.name: place for place, variant in enumerate(study.variants)}
    made = []
    for record in sorted(ask(store, "prompts", study.name), key=lambda r: order.get(str(r["variant"]), len(order))):
        sent = record["sent"]
        label = name_variant(str(record["variant"] or ""), axes_of(study))
        made.append(Prompt(label, str(sent["key"]), read_json(sent["messages"])))
    return made


@dataclass(frozen=True)
class Loss:
    """Replies that hold no answer, of one kind."""

    model: str
    variant: str
    reason: str
    refused: bool
    n: int
    of: int
    examples: list[str]


def read_losses(study: Study, store: Store, replies: Sequence[Record]) -> list[Loss]:
    """Say what could not be read, by reason and variant, the most frequent first."""
    totals = {(r["model"], r["variant"], r["wave"]): int(r["replies"]) for r in replies}
    losses = []
    for record in ask(store, "lost", study.name):
        label = name_variant(str(record["variant"] or ""), axes_of(study))
        texts = [] if record["examples"] is None else [str(text) for text in record["examples"] if text is not None]
        losses.append(
            Loss(
                str(record["model"]), label, str(record["reason"]), bool(record["refused"]), int(record["replies"]),
                totals.get((record["model"], record["variant"], record["wave"]), 0), texts,
            )
        )  # fmt: skip
    return losses

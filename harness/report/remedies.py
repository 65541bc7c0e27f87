"""The part of the page about remedies: what each changes in a model's answers themselves.

What this refuses: to compute. What is shown is as ``harness audit`` left it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.amplification import CHANGED
from harness.report import words
from harness.report.contents import Column, Table
from harness.report.findings import axes_of, name_variant
from harness.report.tables import Record, records
from harness.report.taught import group_by, places_of, spanned, tell_counts, titles

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study

QUESTION = "What does each remedy change in the answers?"
MOST = 4  # of a remedy and a model that have a sentence of their own


@dataclass(frozen=True)
class Remedies:
    """What the template lays out.

    Attributes:
        changed: what is certain; ``others``: the rest of what is judged.
        blind: how many have no interval of the difference.
    """

    question: str
    answer: list[str]
    changed: Table
    others: Table
    blind: int


def write_remedies(study: Study, store: Store, folder: Path) -> Remedies | None:
    """Gather what remedies change and write it into a folder; None where nothing was curated."""
    frame = store.curations(study.name)
    if frame.empty:
        return None
    frame.to_csv(folder / "curations.csv", index=False)
    rows = _named(records(frame), axes_of(study))
    judged = [row for row in rows if row["verdict"] != "described" and row["difference"] is not None]
    changed = sorted((row for row in judged if row["verdict"] in CHANGED), key=_far, reverse=True)
    return Remedies(
        question=QUESTION,
        answer=_tell(judged),
        changed=_table("What remedies change for certain", changed, judged, folded=False),
        others=_table(
            "What they do not change for certain", [r for r in judged if r["verdict"] not in CHANGED], judged
        ),
        blind=sum(row["lower"] is None for row in judged),
    )


def _named(rows: Sequence[Record], axes: dict[str, list[str]]) -> list[Record]:
    """Say whose answers each row is about: the model, and its prompt and wave where it has several."""
    several = {
        name: {model for (model,), own in group_by(rows, "model").items() if len({row[name] for row in own}) > 1}
        for name in ("variant", "wave")
    }
    return [
        {**row, "who": " · ".join(filter(None, (
            row["model"],
            name_variant(row["variant"] or "", axes) if row["model"] in several["variant"] else "",
            f"wave {row['wave']}" if row["model"] in several["wave"] else "",
        )))}
        for row in rows
    ]  # fmt: skip


def _far(row: Record) -> float:
    """Give how many times what matters a change is; for order only."""
    return float(abs(row["difference"] or 0.0) / (row["warn"] or 1.0))


def _tell(rows: Sequence[Record]) -> list[str]:
    """Say what each remedy changes in whose answers; of those that change nothing for certain only how many."""
    grouped = group_by(rows, "remedy", "who", "dataset")
    several = len({dataset for *_, dataset in grouped}) > 1
    sure = {key: own for key, own in grouped.items() if any(row["verdict"] in CHANGED for row in own)}
    told = [
        f"What {remedy} left of {who}{f' on {dataset}' if several else ''} shows, of "
        f"{words.count(len(own), 'measure')} beside the same in all of its answers: {tell_counts(own)}."
        for (remedy, who, dataset), own in list(sure.items())[:MOST]
    ]
    if len(sure) > MOST:
        told.append(f"{words.count(len(sure) - MOST, 'more pair')} of a remedy and a model: see below.")
    if idle := [f"{remedy} in {who}{f' on {dataset}' if several else ''}" for remedy, who, dataset in grouped
                if (remedy, who, dataset) not in sure]:  # fmt: skip
        more = f" and {len(idle) - MOST} more" if len(idle) > MOST else ""
        told.append(f"Nothing is changed for certain by {words.join(idle[:MOST])}{more}.")
    return told


def _table(caption: str, rows: Sequence[Record], every: Sequence[Record], *, folded: bool = True) -> Table:
    """Lay out some of all the measures."""
    several = len({row["dataset"] for row in every}) > 1
    return Table(
        caption, "measure", tuple(titles(rows, every)),
        [
            Column("answers of", tuple(row["who"] for row in rows), words=True),
            *([Column("data set", tuple(row["dataset"] for row in rows), words=True)] if several else []),
            Column("remedy", tuple(row["remedy"] for row in rows), words=True),
            Column("verdict", tuple(row["verdict"] for row in rows), words=True),
            Column("before → after", tuple(_moved(row) for row in rows)),
            Column("difference", tuple(spanned(row, "difference", signed=True) for row in rows)),
            Column("q", tuple(words.chance(row["q"]) for row in rows)),
            Column("artifact", tuple(_findings(row) for row in rows), words=True),
        ],
        folded=folded,
    )  # fmt: skip


def _moved(row: Record) -> str:
    return " → ".join(words.number(row[name], places_of(row)) for name in ("before", "after"))


def _findings(row: Record) -> str:
    before, after = row["verdict_before"], row["verdict_after"]
    return str(before) if before == after else f"{before} → {after}"

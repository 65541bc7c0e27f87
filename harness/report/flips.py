"""The items whose answers change most with the prompt, with their answers side by side per variant.

What this refuses: to name a person. People are counts per answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness import plugins
from harness.report.findings import name_variant, variant_order
from harness.report.tables import Record, ask_about, read_json

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study

MOST = 4  # items of a dataset
MOST_ITEMS = 8  # over all datasets
CHOSEN = (
    "How often two of the prompts tried, drawn at random, give this item different answers (PromptSensiScore, ProSA: "
    "0 never, 1 always)."
)
SCALED = (
    "How far apart the answers of two of the prompts tried, drawn at random, are on this item, as a part of the scale "
    "(PromptSensiScore, ProSA: 0 to 1)."
)
ONCE = "Each prompt was asked once: where answers are drawn at random, some of this is chance."
APART = (
    "How little the answers of two of the prompts tried, drawn at random, have in common on this item: 1 less the "
    "share of their distinct words that both have."
)


@dataclass(frozen=True)
class Flip:
    """An item and its answers.

    Attributes:
        score: how much they change with the prompt, 0 to 1.
        within: how much between samples of one prompt; None where each was asked once.
        people: answer → how many people gave it.
        said: variant → model → answers with their numbers.
    """

    key: str
    dataset: str
    fields: dict[str, Any]
    score: float
    within: float | None
    people: dict[str, int]
    models: list[str]
    said: dict[str, dict[str, list[tuple[str, int]]]]


def read_flips(study: Study, store: Store, axes: Mapping[str, list[str]]) -> tuple[str, list[Flip]]:
    """Choose the items, and say by which measure; none where no item was answered under two variants.

    Args:
        axes: axis → its levels, by which variants are named.
    """
    datatype = plugins.load("datatypes", study.datatype)
    named: dict[str, Any] = {"study": study.name, "records": datatype.TABLE, "most": MOST}
    chosen = getattr(datatype, "CHOSEN", None)
    if chosen is None:
        told, rows = APART, ask_about(store, "apart", **named)
    else:
        told = SCALED if getattr(study.config, "ordinal", False) else CHOSEN
        rows = ask_about(store, "flips", **named, chosen=f"$.{chosen}")
    by_item: dict[str, list[Record]] = {}
    for row in rows:
        by_item.setdefault(str(row["item_id"]), []).append(row)
    datasets = len({str(row["dataset"]) for row in rows})
    changing = [each for each in by_item.values() if each[0]["score"]]
    if not any(row["within"] is not None for row in rows):
        told = f"{told} {ONCE}"
    return told, [_flip(each, study, axes) for each in changing[: max(MOST_ITEMS, datasets) if datasets > 1 else MOST]]


def _flip(rows: list[Record], study: Study, axes: Mapping[str, list[str]]) -> Flip:
    order = variant_order(study)
    people: dict[str, int] = {}
    said: dict[str, dict[str, list[tuple[str, int]]]] = {}
    models: dict[str, None] = {}
    for row in sorted(rows, key=lambda row: order.get(str(row["variant"]), len(order))):
        answer, n = str(row["answer"]).strip(), int(row["n"])
        if row["kind"] == "human":
            people[answer] = people.get(answer, 0) + n
            continue
        models[str(row["model"])] = None
        variant = name_variant(str(row["variant"] or ""), axes)
        said.setdefault(variant, {}).setdefault(str(row["model"]), []).append((answer, n))
    first = rows[0]
    return Flip(
        str(first["key"]), str(first["dataset"]), read_json(first["fields"]) or {}, float(first["score"]),
        None if first["within"] is None else float(first["within"]), people, list(models), said,
    )  # fmt: skip

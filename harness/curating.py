"""A part of the pipeline: apply remedies to what models said, and put what is left beside it, to be audited alike.

What this refuses: to change an answer, and to curate dialogues turn by turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness import plugins
from harness.errors import DataError
from harness.ids import seed_of
from harness.store import curated
from harness.store.database import Store
from harness.study import Study

if TYPE_CHECKING:
    import pandas as pd

TYPES = ("label", "preference", "instruction", "text")
LEAST_ROWS = 20  # that a remedy must leave, else nothing can be said of them


@dataclass(frozen=True)
class Left:
    """What a remedy left of one annotator's answers in one data set; ``note`` says why there are none."""

    dataset: str
    model: str
    variant: str
    remedy: str
    rows: int
    of: int
    note: str = ""


def curate(
    study: Study, store: Store, wanted: Mapping[str, Mapping[str, Any]], say: Callable[[str], object] = print
) -> tuple[Path | None, list[Left]]:
    """Apply each remedy to each model's answers, and write the study of what is left.

    Args:
        study: resolved.
        wanted: remedy → options.

    Returns:
        its folder (None where nothing was left), and what each remedy left.

    Raises:
        DataError: its answers hang together, or people said nothing.
    """
    import pandas as pd

    if study.datatype not in TYPES:
        raise DataError(
            f"answers of the type {study.datatype} hang together, and are not curated one by one",
            where=f"study {study.name}", remedy=f"curate studies of the types {', '.join(TYPES)}",
        )  # fmt: skip
    answers = curated.read_answers(store, study)
    parts: list[pd.DataFrame] = []
    told: list[Left] = []
    for who, rows in answers[answers["kind"] == "llm"].groupby(curated.WHO, dropna=False):
        dataset, model, variant, _ = (
            "" if absent else str(one) for one, absent in zip(who, pd.isna(list(who)), strict=True)
        )
        people = answers[(answers["kind"] == "human") & (answers["dataset"] == dataset)]
        for name, options in wanted.items():
            why = _lacks(name, rows, people)
            chance = np.random.default_rng(seed_of("remedy", name, study.seed, *map(str, who)))
            kept = rows[:0] if why else rows[_choose(name, rows, people, options, chance)]
            if not why and len(kept) < LEAST_ROWS:
                why = f"only {len(kept)} answers are left"
            told.append(Left(dataset, model, variant, name, len(kept), len(rows), why))
            say(f"  {dataset}: {model} {variant} {name}: {why or f'{len(kept):,} of {len(rows):,} stay'}")
            if not why:
                parts.append(kept.assign(variant=f"{variant} remedy={name}".strip()))
    return (curated.write_study(study, store, pd.concat(parts)) if parts else None), told


def _lacks(name: str, rows: pd.DataFrame, people: pd.DataFrame) -> str:
    """Say what a remedy cannot do without and does not have; empty if it has all."""
    remedy = plugins.load("remedies", name)
    for read in remedy.READS:
        column = f"said_{read}"
        if read == "fault" and rows[column].isna().all():
            return "no control of this study found a fault"
        if read != "fault" and (rows[column].isna().all() or people[column].isna().all()):
            return f"people or the model have no {read} here"
    return ""


def _choose(
    name: str, rows: pd.DataFrame, people: pd.DataFrame, options: Mapping[str, Any], rng: np.random.Generator
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    remedy = plugins.load("remedies", name)
    flags: np.ndarray[Any, np.dtype[np.bool_]] = remedy.choose(
        _rows(rows), _rows(people), {**remedy.OPTIONS, **options}, rng
    )
    return flags


def _rows(frame: pd.DataFrame) -> Any:
    from harness.remedies._rows import Rows

    plain = frame[["item", "said_text", "said_class", "said_fault"]].astype("object")
    return Rows(*(plain[name].where(plain[name].notna(), None).to_numpy(dtype=object) for name in plain))

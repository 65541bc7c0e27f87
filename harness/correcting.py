"""A part of the pipeline: what people would say of all items, from a model's answers and a few of people's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.errors import DataError
from harness.ids import seed_of
from harness.ppi import Corrected, correct_mean
from harness.store.database import Store
from harness.store.shares import read_shares
from harness.study import Study


@dataclass(frozen=True)
class Share:
    """The share of an option among all items that a model answered.

    Attributes:
        items: with people's answers, and without.
        truth: people's share where all items have their answers; NaN otherwise.
    """

    dataset: str
    model: str
    variant: str
    option: str
    items: tuple[int, int]
    truth: float
    made: Corrected


def correct_shares(study: Study, store: Store, people: int | None) -> list[Share]:
    """Correct each option's share for each model and variant.

    Args:
        study: resolved.
        people: only so many items count as answered by people, drawn by whole clusters; None: all that are.

    Raises:
        DataError: no item has a model's answer and people's.
    """
    frame = read_shares(store, study)
    found = []
    for (dataset, model, variant, _, option), rows in frame.groupby(
        ["dataset", "model", "variant", "wave", "option"], dropna=False
    ):
        said = rows["people_share"].to_numpy(dtype=float)
        asked = rows["model_share"].to_numpy(dtype=float)
        _, clusters = np.unique(rows["cluster"].astype(str), return_inverse=True)
        known = np.isfinite(said)
        truth = float(said.mean()) if known.all() else float("nan")
        if people is not None:
            rng = np.random.default_rng(seed_of("people", study.seed, str(dataset)))
            order = rng.permutation(clusters.max() + 1)[clusters]
            some = np.argsort(np.where(known, order, len(order) + 1), kind="stable")[:people]
            known &= np.isin(np.arange(len(said)), some)
        if known.sum() < 2:
            continue
        made = correct_mean(said[known], asked[known], asked[~known], clusters[known], clusters[~known])
        counts = (int(known.sum()), int((~known).sum()))
        found.append(Share(str(dataset), str(model), str(variant or ""), str(option), counts, truth, made))
    if not found:
        raise DataError(
            "no item has both a model's answer and a person's", where=f"study {study.name}",
            remedy="load people's answers to some of the items that a model has answered",
        )  # fmt: skip
    return found

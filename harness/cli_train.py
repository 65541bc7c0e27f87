"""``harness train``: parse arguments, call, print."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from harness.store import Store


def train_and_tell(
    name: str,
    runs: Path,
    learners: list[str] | None,
    corpora: list[str] | None,
    only: list[str] | None = None,
    *,
    as_json: bool,
) -> dict[str, Any] | None:
    """Teach what is missing, measure what was taught, and print the tables; with ``as_json`` give them."""
    from harness import pipeline, secondorder
    from harness.listing import plain_rows
    from harness.store import open_store
    from harness.study import Study

    def say(line: str) -> None:
        print(line, file=sys.stderr if as_json else sys.stdout)

    study, store = Study.load(name), open_store(runs)
    pipeline.resolve(study, store)
    done = secondorder.train_study(study, store, learners=learners or (), corpora=corpora or (), say=say)
    secondorder.examine_study(study, store, only=only or None, say=say)
    if as_json:
        tables = ("scores", "amplifications", "hybrids", "worths", "mixtures", "remedied")
        frames = {
            table: getattr(store, table)(study.name).drop(columns="replicates", errors="ignore") for table in tables
        }
        return {"trainings": done, **{table: plain_rows(frame) for table, frame in frames.items()}}
    print("\n".join(tell_second_order(store, study.name, secondorder.score_of(study))))
    return None


def tell_second_order(store: Store, study: str, metric: str) -> Iterator[str]:
    """Give lines: scores by corpus, what training adds, what mixtures and learning curves show."""
    from harness.amplification import in_score

    scores = store.scores(study)
    shown = scores[(scores["metric"] == metric) & scores["seed"].isna() & (scores["kind"] == "trained")]
    for (dataset, model), group in shown.groupby(["dataset", "model"], sort=True):
        yield f"\n{metric} of {model} on {dataset}, mean over seeds [95 %]"
        for row in group.sort_values(["corpus", "human", "size"], na_position="first").to_dict("records"):
            yield f"  {row['variant']:<44} {_spanned(row, 'estimate')}  taught with {row['items_taught']:,} items"
    yield from _amplified(store.amplifications(study))
    for (dataset, corpus, model), group in store.hybrids(study).groupby(["dataset", "corpus", "model"], sort=True):
        yield f"\nPeople's items among those of {corpus} on {dataset} ({model}), against people alone"
        for row in group.to_dict("records"):
            apart = _spanned(in_score(row), "difference", "+")
            yield (
                f"  {row['human']:>3} %  {row['metric']} {row['score']:.3f}, {apart}: "
                f"{row['verdict']}{' (as is every larger share)' if row['enough'] else ''}"
            )
    yield from _remedied(store.remedied(study))
    for row in store.worths(study).to_dict("records"):
        told = f"{row['worth']:.2f}" if row["worth"] == row["worth"] else "not told"
        upper = f"{row['upper']:.2f}" if row["upper"] == row["upper"] else "no bound"
        note = f"; {row['note']}" if row["note"] else ""
        yield (
            f"{row['dataset']}, {row['model']}: of {row['size']:,} items, one of a person is worth {told} of "
            f"{row['corpus']} [{row['lower']:.2f}, {upper}]{note}"
        )


def _amplified(found: pd.DataFrame) -> Iterator[str]:
    judged = found[(found["verdict"] != "described") & found["amplification"].notna()]
    for (audit, metric), group in judged.groupby(["audit", "metric"], sort=True):
        yield f"\n{group.iloc[0]['title']} ({audit}, {metric}): in trained models, against what taught them"
        for row in group.to_dict("records"):
            yield (
                f"  {row['verdict']:<12} {row['model']} {row['variant']} on {row['dataset']}: "
                f"{row['trained']:.3f} from {row['in_corpus']:.3f}, {_spanned(row, 'amplification', '+')}, "
                f"q {row['q']:.3f}"
            )


def _remedied(found: pd.DataFrame) -> Iterator[str]:
    judged = found[(found["verdict"] != "described") & found["difference"].notna()]
    for (dataset, corpus, remedy), group in judged.groupby(["dataset", "corpus", "remedy"], sort=True):
        yield f"\n{remedy} on {corpus}, {dataset}: in models taught by what is left, against models taught by all"
        for row in group.to_dict("records"):
            yield (
                f"  {row['verdict']:<12} {row['audit']} {row['metric']} ({row['model']}): {row['before']:.3f} → "
                f"{row['after']:.3f}, {_spanned(row, 'difference', '+')}, q {row['q']:.3f}"
            )


def _spanned(row: dict[Any, Any], name: str, sign: str = "") -> str:
    if row["lower"] != row["lower"]:
        return f"{row[name]:{sign}.3f} (one seed: no interval)"
    return f"{row[name]:{sign}.3f} [{row['lower']:{sign}.3f}, {row['upper']:{sign}.3f}]"

"""A part of the pipeline: what a remedy of a model's answers buys in those whom they teach, before and after.

A curated study holds both as two variants of one model, so both teach, as many items each, and what they taught is
looked at on the same items of the test. What this refuses: to compare where seeds are missing on one side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from harness import amplification
from harness.amplification import mean_over_seeds
from harness.audit import measure
from harness.auditfile import Audit
from harness.examination import AS_IS, metrics_of, stack_of
from harness.inference import Floats
from harness.pupils import Pupils, focal, looks_at_pupils, one_draw
from harness.remedies import CURATED, is_curated
from harness.scoring import Scored
from harness.store.bench import Bench, Focal
from harness.store.examined import Speaker
from harness.study import Study

Row = dict[str, Any]
Group = Sequence[Speaker]


def compare_artifacts(bench: Bench, audits: Sequence[Audit], study: Study, speakers: Sequence[Speaker]) -> list[Row]:
    """Measure each artifact in those taught by what a remedy left, less that in those taught by all: ``remedied``."""
    alone = [one for one in speakers if one.alone]
    if not any(one.teacher and is_curated(one.teacher[1]) for one in alone):
        return []
    rows: list[Row] = []
    for audit in audits:
        if looks_at_pupils(bench, audit):
            pupils = Pupils(bench, alone)
            found = [_row(audit, *one) for one in measure_beside(bench, audit, study, pupils, _pairs(pupils.groups))]
            rows += judged(found, audit, {})
    return rows


def measure_beside(
    bench: Bench, audit: Audit, study: Study, pupils: Pupils, pairs: Iterable[tuple[Any, Group, Group]]
) -> Iterator[tuple[str, Any, tuple[Group, Floats], tuple[Group, Floats], Focal]]:
    """Measure each of two groups of trainings that are to be compared, seed by seed on the same redraws.

    Args:
        pairs: what names the pair, before, after.

    Yields:
        metric, the pair's name, before and after, each with its values (seeds, replicates + 1).
    """
    pairs = list(pairs)
    speakers = dict.fromkeys(one for _, before, after in pairs for one in (*before, *after))
    numbers = {one: number for number, one in enumerate(speakers)}  # one group may stand in many pairs
    wanted = [focal(pupils.seat(one), number) for one, number in numbers.items()]
    focals, curves, _ = measure(bench, one_draw(audit), study, wanted, AS_IS)
    for name, before, after in pairs:
        old, new = ([numbers[one] for one in group] for group in (before, after))
        for metric in metrics_of([*old, *new], curves):
            sides = (before, stack_of(old, metric, curves)), (after, stack_of(new, metric, curves))
            yield metric, name, *sides, focals[old[0]]


def compare_scores(scored: Sequence[Scored], metric: str, margin: float) -> list[Row]:
    """Measure each score of those taught by what a remedy left, less that of those taught by all: ``remedied``.

    Args:
        metric: the score that is judged; the others are described.
        margin: a loss that does not matter.
    """
    rows: list[Row] = []
    for name in dict.fromkeys(one.metric for one in scored):
        there = {
            str(number): one for number, one in enumerate(scored) if one.metric == name and one.pupils[0].alone
        }  # fmt: skip
        found = [
            _row(first.audit, name, remedy, (before, first.values), (after, second.values), second.focal)
            for remedy, before, after in _pairs({key: one.pupils for key, one in there.items()})
            for first in there.values() if first.pupils is before
            for second in there.values() if second.pupils is after
        ]  # fmt: skip
        if found:
            rows += judged(found, next(iter(there.values())).audit, {metric: margin})
    return rows


def _pairs(groups: Mapping[Any, Group]) -> Iterator[tuple[str, Group, Group]]:
    """Find the pupils of a model's answers as they were, and of what each remedy left of them."""
    by = {(g[0].dataset, g[0].model, g[0].teacher): g for g in groups.values() if g[0].teacher}
    for (dataset, learner, teacher), after in by.items():
        model, variant, wave = teacher
        curated = CURATED.fullmatch(variant)
        before = by.get((dataset, learner, (model, curated[1], wave))) if curated else None
        if curated and before and [one.seed for one in before] == [one.seed for one in after]:
            yield curated[2], before, after


def _row(
    audit: Audit, metric: str, remedy: str, before: tuple[Group, Floats], after: tuple[Group, Floats], of: Focal
) -> Row:
    (first, old), (second, new) = before, after
    return {
        **row_beside(audit, metric, before, after, of), "corpus": first[0].corpus, "remedy": remedy,
        "items_taught": second[0].items, "before": float(old[:, 0].mean()), "after": float(new[:, 0].mean()),
    }  # fmt: skip


def row_beside(audit: Audit, metric: str, before: tuple[Group, Floats], after: tuple[Group, Floats], of: Focal) -> Row:
    """Begin a row of two groups of trainings beside each other: after less before."""
    (first, old), (second, new) = before, after
    drawn, other = (group[0].items / group[0].pool for group in (second, first))
    mean = mean_over_seeds(new, of.clusters, drawn, minus=old, minus_drawn=other)
    return {
        "audit": audit.name, "metric": metric, "title": audit.header.title, "dataset": second[0].dataset,
        "model": second[0].model, "seeds": len(second), "difference": mean.value, "lower": mean.lower,
        "upper": mean.upper, "p": mean.p, "mean": mean, "worse": audit.header.worse, "items": of.items,
        "clusters": of.clusters,
    }  # fmt: skip


def judged(rows: list[Row], audit: Audit, margins: Mapping[str, float]) -> list[Row]:
    """Correct p over all rows of a data set, learner and metric, then judge.

    Args:
        margins: metric → the difference that matters; empty: the audit's own, for what it judges.
    """
    for row in rows:
        described = audit.header.only_describes(row["metric"])
        row["warn"] = margins.get(row["metric"]) if margins else None if described else audit.header.warn
    return amplification.judge_together(rows, ("dataset", "model", "metric"), amplification.judge_change)

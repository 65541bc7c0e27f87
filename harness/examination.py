"""A part of the pipeline: an artifact in trained models, beside the same artifact in what taught them.

Of a model's corpus the artifact is the model's own on the same items of the test; of people's it is the floor, a
person in the model's place against the others. Of mixtures it is not measured: nobody speaks as a mixture.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import amplification, inference
from harness.amplification import Mean, mean_over_seeds
from harness.audit import measure
from harness.auditfile import Audit
from harness.inference import Floats
from harness.passes import Curve, Effort
from harness.pupils import Pupils, Seat, focal, looks_at_pupils, one_draw
from harness.store.bench import Bench, Focal
from harness.store.examined import Speaker
from harness.study import Study
from harness.training import HUMAN

Row = dict[str, Any]
AS_IS = Effort(floor_replicates=0)
WITH_FLOOR = Effort(replicates=Effort.floor_replicates)  # the floor has so many redraws, and what it meets no more


def amplify(bench: Bench, audits: Sequence[Audit], study: Study, speakers: Sequence[Speaker]) -> list[Row]:
    """Measure what training adds: rows of the table ``amplifications``, corrected and judged."""
    alone = [one for one in speakers if one.alone]
    rows: list[Row] = []
    for audit in audits:
        if not looks_at_pupils(bench, audit):
            continue
        single, pupils = one_draw(audit), Pupils(bench, alone)
        rows += judged_together(
            audit, [*_beside_models(bench, single, study, pupils), *_beside_people(bench, single, study, pupils)]
        )
    return rows


@dataclass(frozen=True)
class Class:
    """The trainings of one learner under one corpus, and their places among the focal annotators of a measurement.

    Attributes:
        by_people: those of the same learner taught by people, on the same items; empty where they are not there;
            ``by_people_drawn``: the share of people's items that each seed drew.
        teacher: the model that taught.
    """

    group: Sequence[Speaker]
    own: range
    by_people: range = range(0)
    teacher: int = -1
    by_people_drawn: float = 0.0


def _beside_models(bench: Bench, audit: Audit, study: Study, pupils: Pupils) -> Iterator[Row]:
    """Put what models taught beside the models."""
    people = {key[:2]: group for key, group in pupils.groups.items() if group[0].corpus == HUMAN}
    wanted: list[Seat] = []
    classes: list[Class] = []
    for (dataset, learner, _), group in pupils.groups.items():
        teacher = pupils.teacher(group[0])
        if teacher is None:
            continue  # people, or a model that said nothing of the test
        by_people = people.get((dataset, learner), [])
        by_people = by_people if len(by_people) == len(group) else []
        begin = len(wanted)
        for one in (*group, *by_people):
            wanted.append(focal(pupils.seat(one), len(wanted), teacher))
        wanted.append(focal(teacher, len(wanted), pupils.seat(group[0])))
        middle = begin + len(group)
        share = by_people[0].items / by_people[0].pool if by_people else 0.0
        classes.append(Class(group, range(begin, middle), range(middle, len(wanted) - 1), len(wanted) - 1, share))
    focals, curves, _ = measure(bench, audit, study, wanted, AS_IS)
    for each in classes:
        for metric in metrics_of(each.own, curves):
            if (each.teacher, metric) in curves:
                trained = stack_of(each.own, metric, curves)
                taught = curves[each.teacher, metric]
                of, drawn = focals[each.own[0]], each.group[0].items / each.group[0].pool
                row = row_of(audit, metric, each.group, of, trained, float(taught[0]))
                row |= told_of(mean_over_seeds(trained - taught, of.clusters, drawn))
                if each.by_people and all((n, metric) in curves for n in each.by_people):
                    humans = stack_of(each.by_people, metric, curves)
                    others = each.by_people_drawn
                    gap = mean_over_seeds(trained, of.clusters, drawn, minus=humans, minus_drawn=others)
                    row |= {
                        "against_human": gap.value,
                        "against_human_lower": gap.lower,
                        "against_human_upper": gap.upper,
                    }
                yield row


def _beside_people(bench: Bench, audit: Audit, study: Study, pupils: Pupils) -> Iterator[Row]:
    """Put what people taught beside people: a person in the pupil's place, against the others."""
    wanted: list[Seat] = []
    classes: list[Class] = []
    for group in pupils.groups.values():
        if group[0].corpus == HUMAN:
            begin = len(wanted)
            wanted += [focal(pupils.seat(one), begin + n) for n, one in enumerate(group)]
            classes.append(Class(group, range(begin, len(wanted))))
    focals, curves, floors = measure(bench, audit, study, wanted, WITH_FLOOR)
    for each in classes:
        for metric in metrics_of(each.own, curves):
            trained, of = stack_of(each.own, metric, curves), focals[each.own[0]]
            drawn, chosen, floor = each.group[0].items / each.group[0].pool, 0.0, audit.header.floor
            if all((n, metric) in floors for n in each.own):
                trained, people, chosen = _against_floor([floors[n, metric] for n in each.own])
            elif audit.header.test == "exchange" and not isinstance(floor, str):
                people = np.full_like(trained, floor)
            else:
                people = np.full_like(trained, np.nan)
            row = row_of(audit, metric, each.group, of, trained, float(people[0, 0]))
            if math.isnan(people[0, 0]):
                row["note"] = "what a person in the model's place shows is not measured by this audit"
            yield row | told_of(mean_over_seeds(trained - people, of.clusters, drawn, chosen=chosen))


def metrics_of(numbers: Sequence[int], curves: Curve) -> list[str]:
    """List the metrics that every one of some focal annotators has."""
    return sorted(
        metric for number, metric in curves if number == numbers[0] and all((n, metric) in curves for n in numbers)
    )


def stack_of(numbers: Sequence[int], metric: str, curves: Curve) -> Floats:
    """Give a metric of some focal annotators: (trainings, replicates + 1)."""
    return np.stack([curves[number, metric] for number in numbers])


def row_of(audit: Audit, metric: str, group: Sequence[Speaker], of: Focal, trained: Floats, in_corpus: float) -> Row:
    """Begin a row of ``amplifications``: who, on what, and what the two sides show."""
    first = group[0]
    return {
        "audit": audit.name, "metric": metric, "title": audit.header.title, "dataset": first.dataset,
        "model": first.model, "variant": first.variant, "corpus": first.corpus, "seeds": len(group),
        "trained": float(trained[:, 0].mean()), "in_corpus": in_corpus, "worse": audit.header.worse,
        "warn": audit.header.warn, "items": of.items, "clusters": of.clusters,
    }  # fmt: skip


def told_of(mean: Mean) -> Row:
    """Give a mean over seeds as a row holds it; ``judged_together`` takes ``mean`` out again."""
    return {
        "amplification": mean.value, "lower": mean.lower, "upper": mean.upper, "p": mean.p, "seed_sd": mean.seed_sd,
        "mean": mean,
    }  # fmt: skip


def _against_floor(floors: Sequence[Floats]) -> tuple[Floats, Floats, float]:
    """Put pupils of people against people in their place, who meet the same others.

    Args:
        floors: of each seed, (replicates + 1, 2, columns): the pupil and the person.

    Returns:
        the pupils' values and people's (seeds, replicates + 1), and the variance of their mean difference that comes
        from which person played where.
    """
    kept = [inference.defined_columns(floor) for floor in floors]
    if min(one.shape[2] for one in kept) < 2:
        nothing = np.full((len(kept), floors[0].shape[0]), np.nan)
        return nothing, nothing, 0.0
    pupils = np.stack([one[:, 0].mean(axis=1) for one in kept])
    people = np.stack([one[:, 1].mean(axis=1) for one in kept])
    # Persons play in the same columns for every seed: their chance does not get smaller with more seeds.
    chosen = max(float(np.var(one[0, 0] - one[0, 1], ddof=1)) / one.shape[2] for one in kept)
    return pupils, people, chosen


def judged_together(audit: Audit, rows: list[Row]) -> list[Row]:
    """Correct p over the corpora of a data set, learner and metric, then judge."""
    amplification.judge_together(rows, ("dataset", "model", "metric"), amplification.judge_amplification)
    for row in rows:
        if audit.header.only_describes(row["metric"]):
            row["verdict"] = "described"
    return rows

"""A part of the pipeline: how well trained annotators and their teachers do on people's answers to the test.

From the scores of each training: the mean over seeds, how mixtures compare with people alone, and how many of a
model's items teach as much as people's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import amplification, inference
from harness.audit import measure
from harness.auditfile import Audit
from harness.ids import seed_of
from harness.inference import Floats
from harness.passes import Effort
from harness.pupils import Pupils, focal
from harness.store.bench import Bench, Focal
from harness.store.examined import Speaker
from harness.study import Study
from harness.training import HUMAN, Training

Row = dict[str, Any]
SCORES = ("accuracy", "minority_recall", "calibration_error")  # audits of label/
READING = ("reading",)  # of scores/, where texts are written; and there each audit that is a score
AS_IS = Effort(floor_replicates=0)


@dataclass(frozen=True)
class Scored:
    """One score of one trained annotator.

    Attributes:
        pupils: its trainings, in the order of seeds.
        values: (seeds, replicates + 1).
    """

    audit: Audit
    metric: str
    pupils: Sequence[Speaker]
    focal: Focal
    values: Floats

    @property
    def drawn(self) -> float:
        """The share of what could have taught that each seed was taught with."""
        return self.pupils[0].items / self.pupils[0].pool

    def mean(self) -> amplification.Mean:
        """The mean over seeds."""
        return amplification.mean_over_seeds(self.values, self.focal.clusters, self.drawn)


def score(
    bench: Bench, study: Study, speakers: Sequence[Speaker], audits: Iterable[Audit]
) -> tuple[list[Scored], list[Row]]:
    """Score every training and every teacher that is on a bench.

    Returns:
        the scores of trained annotators, and the rows of the table ``scores``.
    """
    scored: list[Scored] = []
    rows: list[Row] = []
    for audit in audits:
        if not bench.relation(audit.rows):
            continue
        pupils = Pupils(bench, speakers)
        place = {seat["who_no"]: number for number, seat in enumerate(pupils.seats)}
        wanted = [focal(seat, number) for number, seat in enumerate(pupils.seats)]
        focals, curves, _ = measure(bench, audit, study, wanted, AS_IS)
        for (number, metric), curve in sorted(curves.items()):
            if pupils.seats[number]["kind"] != "trained":
                rows.append(_of_teacher(audit, metric, focals[number], curve))
        for group in pupils.groups.values():
            numbers = [place[pupils.seat(one)["who_no"]] for one in group]
            for metric in sorted({metric for number, metric in curves if number == numbers[0]}):
                values = np.stack([curves[number, metric] for number in numbers])
                scored.append(Scored(audit, metric, group, focals[numbers[0]], values))
    return scored, rows + [row for one in scored for row in _of_pupils(one)]


def _of_teacher(audit: Audit, metric: str, of: Focal, curve: Floats) -> Row:
    error = inference.standard_error(curve[1:], of.clusters)
    own = inference.interval(float(curve[0]), error, of.clusters, audit.header.range, distance=False)
    return {
        **of.who, "audit": audit.name, "metric": metric, "estimate": curve[0], "lower": own.lower, "upper": own.upper,
        "worse": _worse(audit, metric), "replicates": curve[1:], "items": of.items, "clusters": of.clusters,
    }  # fmt: skip


def _worse(audit: Audit, metric: str) -> str | None:
    """Say which direction is bad; None of what is only described."""
    return None if audit.header.only_describes(metric) else audit.header.worse


def _of_pupils(scored: Scored) -> list[Row]:
    """Give the row of all seeds, then one for each."""
    first, mean, (low, high) = scored.pupils[0], scored.mean(), scored.audit.header.range
    shared = {
        **scored.focal.who, "variant": first.variant, "audit": scored.audit.name, "metric": scored.metric,
        "corpus": first.corpus, "human": first.human, "size": first.size, "items_taught": first.items,
        "pool": first.pool, "worse": _worse(scored.audit, scored.metric), "items": scored.focal.items,
        "clusters": scored.focal.clusters,
    }  # fmt: skip
    every = {
        **shared, "estimate": mean.value, "lower": max(low, mean.lower), "upper": min(high, mean.upper),
        "seed_sd": mean.seed_sd, "replicates": scored.values[:, 1:].mean(axis=0),
    }  # fmt: skip
    return [every] + [
        {**shared, "seed": one.seed, "estimate": curve[0], "replicates": curve[1:]}
        for one, curve in zip(scored.pupils, scored.values, strict=True)
    ]


def _compared(scored: Sequence[Scored], metric: str) -> dict[tuple[str, str], list[Scored]]:
    """Group the scores of one metric by data set and learner, and turn them so that higher is better."""
    grouped: dict[tuple[str, str], list[Scored]] = {}
    for one in scored:
        if one.metric == metric:
            values = -one.values if one.audit.header.worse == "up" else one.values
            first = one.pupils[0]
            turned = Scored(one.audit, metric, one.pupils, one.focal, values)
            grouped.setdefault((first.dataset, first.model), []).append(turned)
    return grouped


def compare_shares(scored: Sequence[Scored], training: Training, metric: str) -> list[Row]:
    """Compare every mixture, and each model alone, with people alone: rows of the table ``hybrids``."""
    rows: list[Row] = []
    for (dataset, model), group in _compared(scored, metric).items():
        full = [one for one in group if one.pupils[0].size is None]
        people = next((one for one in full if one.pupils[0].corpus == HUMAN), None)
        if people is None:
            continue
        for corpus in sorted({one.pupils[0].corpus for one in full if one.pupils[0].human is not None}):
            found: dict[int, Row] = {}
            for one in full:
                if one.pupils[0].corpus == corpus:
                    share = one.pupils[0].human or 0
                    found[share] = _against(one, people, training)
            enough = amplification.find_enough({share: row["verdict"] for share, row in found.items()})
            rows += [
                {"dataset": dataset, "model": model, "corpus": corpus, "mix": training.mix, "human": share,
                 "metric": metric, "worse": people.audit.header.worse, "margin": training.margin,
                 "enough": share == enough, **row}
                for share, row in sorted(found.items())
            ]  # fmt: skip
    return rows


def _against(one: Scored, people: Scored, training: Training) -> Row:
    gain = amplification.mean_over_seeds(
        one.values, one.focal.clusters, one.drawn, minus=people.values, minus_drawn=people.drawn
    )
    return {
        "score": abs(one.mean().value), "difference": gain.value, "lower": gain.lower, "upper": gain.upper,
        "verdict": amplification.judge_share(gain, training.margin),
    }  # fmt: skip


def weigh_labels(scored: Sequence[Scored], study: Study, metric: str) -> list[Row]:
    """Read off learning curves how many of a model's items teach as much as people's: rows of ``worths``."""
    rows: list[Row] = []
    for (dataset, model), group in _compared(scored, metric).items():
        curves: dict[str, list[Scored]] = {}
        for one in sorted(group, key=lambda each: each.pupils[0].items):
            if one.pupils[0].size is not None:
                curves.setdefault(one.pupils[0].corpus, []).append(one)
        people = curves.pop(HUMAN, [])
        for corpus, points in curves.items():
            if len(points) < 2 or len(people) < 2:
                continue
            sizes = np.array([one.pupils[0].items for one in points], dtype=np.float64)
            drawn = _draws(points, f"{study.seed} {dataset} {corpus}")
            risen = np.array([amplification.pool_adjacent(row) for row in _draws(people, f"{study.seed} {dataset}")])
            for place, one in enumerate(people):
                size = one.pupils[0].items
                found = amplification.worth(size, risen[:, place], sizes, drawn)
                rows.append(
                    {"dataset": dataset, "model": model, "corpus": corpus, "metric": metric, "size": size,
                     "human_score": abs(risen[0, place]), **_told(found, size, sizes)}
                )  # fmt: skip
    return rows


def _draws(points: Sequence[Scored], name: str) -> Floats:
    """Draw learning curves: replicates of the test's items, and t-distributed chance of training at each size.

    Returns:
        (replicates + 1, sizes); the first is as it is.
    """
    drawn = []
    for place, one in enumerate(points):
        mean = one.values.mean(axis=0)
        scale = amplification.noise_of_training(one.values, one.drawn)
        rng = np.random.default_rng(seed_of(name, place))
        noise = rng.standard_t(max(len(one.values) - 1, 1), len(mean) - 1) * scale
        drawn.append(np.concatenate([mean[:1], mean[1:] + noise]))
    return np.stack(drawn, axis=1)


def _told(found: amplification.Worth, size: int, sizes: Floats) -> Row:
    reached = 0 < found.equal < math.inf
    note = None
    if found.equal == 0:
        note = f"{sizes[0]:,.0f} items of the model already teach more: worth less than {sizes[0] / size:.2f}"
    elif math.isinf(found.equal):
        note = (
            f"{sizes[-1]:,.0f} items of the model teach less: worth more than {sizes[-1] / size:.2f}, if they ever do"
        )
    elif math.isinf(found.upper):
        note = "no upper bound: in some redraws no size of the model teaches as much"
    return {
        "equal_size": found.equal if reached else None, "worth": found.equal / size if reached else None,
        "lower": found.lower, "upper": None if math.isinf(found.upper) else found.upper, "note": note,
    }  # fmt: skip

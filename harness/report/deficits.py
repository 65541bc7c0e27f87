"""Does a class lose more, taught by a model, the further the model's texts of it lie from people's? Slopes in words.

What this refuses: to call a slope certain that comes from few classes, and to call it a cause.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.deficit import LEAST_UNITS, Slope, slope_within
from harness.inference import benjamini_hochberg
from harness.report import words
from harness.report.contents import Column, Table
from harness.report.tables import Record, ask_about
from harness.report.words import chance, number

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study

LEAST_TOLD = 3  # classes that a slope rests on
ALL = "all of them"  # the mean over attributes, as the query calls it: the question that is asked first


@dataclass(frozen=True)
class Deficit:
    """A learner's losses beside one attribute.

    Attributes:
        points: rows of the query, each with ``x`` and ``y``: how far from the mean of its data set and corpus.
        slope: loss of F1 for each standard deviation.
        q: its p, corrected over the learner's attributes; that of the mean over them, which is asked first, as it is.
        heaviest: the class whose leaving out moves the slope most.
    """

    learner: str
    attribute: str
    points: list[Record]
    slope: Slope
    q: float
    heaviest: str

    @property
    def units(self) -> int:
        """How many classes it rests on; two classes of one data set are one contrast."""
        names = {(row["dataset"], row["class"]) for row in self.points}
        sizes = Counter(dataset for dataset, _ in names)
        return sum(1 if size == 2 else size for size in sizes.values())

    @property
    def certain(self) -> bool:
        """Whether the slope is no chance."""
        return not math.isnan(self.q) and self.q <= 0.05


def read_deficits(study: Study, store: Store) -> list[Deficit]:
    """Regress losses on each attribute's differences, the mean over attributes first.

    Nothing where no classes are taught, and nothing of fewer than three classes: a line goes through any two.
    """
    if study.training is None or study.training.classes is None:
        return []
    rows = ask_about(store, "deficits", study=study.name, path=f'$."{study.training.classes}"')
    made = []
    for learner in dict.fromkeys(row["learner"] for row in rows):
        own: dict[str, list[Record]] = {}
        for row in rows:
            if row["learner"] == learner:
                own.setdefault(row["attribute"], []).append(row)
        found = {name: _regress(points) for name, points in own.items()}
        single = [name for name in found if name != ALL]
        corrected = dict(zip(single, benjamini_hochberg([found[name][0].p for name in single]), strict=True))
        made += [
            Deficit(learner, name, points, slope, corrected.get(name, slope.p), heaviest)
            for name, (slope, heaviest) in found.items()
            if (points := [row for row in own[name] if row["loss"] is not None])
        ]
    told = (each for each in made if each.units >= LEAST_TOLD)
    return sorted(told, key=lambda each: (each.learner, each.attribute != ALL))


def _regress(points: Sequence[Record]) -> tuple[Slope, str]:
    """Give the slope, and the class that moves it most; give each point its place beside its group's mean."""
    points = [row for row in points if row["loss"] is not None]
    groups = [(row["dataset"], row["corpus"]) for row in points]
    units = [(row["dataset"], row["class"]) for row in points]
    names = sorted(set(units))
    numbered = np.array([sorted(set(groups)).index(each) for each in groups])
    x, y = (np.array([row[name] for row in points], dtype=np.float64) for name in ("difference", "loss"))
    for row, group in zip(points, numbered, strict=True):
        row["x"] = float(row["difference"] - x[numbered == group].mean())
        row["y"] = float(row["loss"] - y[numbered == group].mean())
    slope = slope_within(y, x, numbered, np.array([names.index(each) for each in units]))
    if slope.heaviest < 0:
        return slope, "–"
    dataset, heaviest = names[slope.heaviest]
    alone = sum(name == dataset for name, _ in names) == 2
    return slope, dataset if alone else f"{dataset}: {heaviest}"


def tell(each: Deficit) -> str:
    """Say whether classes that differ more lose more."""
    slope = each.slope
    what = "all attributes together" if each.attribute == ALL else each.attribute
    begin = f"Do classes lose more the further a model’s texts lie from people’s, in {what}? {each.learner}:"
    told = f"{number(slope.value, 3, signed=True)} F1 lost for each standard deviation"
    if math.isnan(slope.lower):
        few = f"; {each.units} classes, and it takes {LEAST_UNITS}" if each.units < LEAST_UNITS else ""
        return f"{begin} cannot tell ({told}{few})."
    told += f", 95 % {number(slope.lower, 3, signed=True)} to {number(slope.upper, 3, signed=True)}"
    said = "cannot tell" if not each.certain else "yes" if slope.value > 0 else "no, less"
    return f"{begin} {said} ({told})."


def slopes(found: Sequence[Deficit]) -> Table:
    """Lay out the slopes: how sure, and what leaving out a class does to them."""
    several = len({each.learner for each in found}) > 1
    return Table(
        "Loss of F1 for each standard deviation that a model’s texts differ", "attribute",
        tuple(each.attribute for each in found),
        [
            *([Column("learner", tuple(each.learner for each in found), words=True)] if several else []),
            Column("slope", tuple(number(each.slope.value, 3, signed=True) for each in found)),
            Column("95 % interval", tuple(_interval(each.slope) for each in found)),
            Column("q", tuple(chance(each.q) for each in found)),
            Column("R²", tuple(number(each.slope.r2) for each in found)),
            Column("with each class left out", tuple(
                f"{number(each.slope.least, 3, signed=True)} to {number(each.slope.most, 3, signed=True)}"
                for each in found
            )),
            Column("keep its sign", tuple(
                "–" if math.isnan(each.slope.keeps_sign) else f"{100 * each.slope.keeps_sign:.0f} %" for each in found
            )),
            Column("moved most by", tuple(each.heaviest for each in found), words=True),
            Column("classes", tuple(str(each.units) for each in found)),
        ],
        folded=True,
    )  # fmt: skip


def _interval(slope: Slope) -> str:
    return "–" if math.isnan(slope.lower) else words.interval(slope.lower, slope.upper, 3)

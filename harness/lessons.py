"""What a corpus said → lessons: on which items, with which annotation of each, and what is asked after.

All corpora of a data set get as many items, in one drawn order, so that where two corpora know the same items they
teach on the same ones. What this refuses: an item of the test in a lesson, or a lesson of one corpus longer than
another's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.corpora import Corpus, Taught
from harness.ids import content_id, digest, seed_of
from harness.splits import Split, order_items, split_items
from harness.training import HUMAN, Training
from harness.types import Lesson

LEAST_ITEMS = 10  # of a corpus; with fewer nothing is learned


@dataclass(frozen=True)
class Unit:
    """One thing that is predicted: a part of a test item."""

    item: str
    part: int
    input: Any
    truth: str
    given: Mapping[str, Any]


@dataclass
class Fit:
    """One training: a learner, a corpus, a seed.

    Attributes:
        identity: what names it: learner, options, seed, and hashes of what is taught and asked.
        items: items taught; ``pool``: items that the corpus could have taught.
        units: what it is asked when it is taught.
    """

    dataset: str
    learner: str
    corpus: Corpus
    seed: int
    items: int
    pool: int
    lesson: Lesson
    units: Sequence[Unit]
    identity: Mapping[str, Any] = field(default_factory=dict)

    def taught(self) -> dict[str, float] | None:
        """Give the share of each class in what is taught; None where texts are written."""
        if not self.lesson.classes:
            return None
        shares = self.lesson.weights @ self.lesson.targets / self.lesson.weights.sum()
        return dict(zip(self.lesson.classes, shares.tolist(), strict=True))

    @property
    def fit_id(self) -> str:
        """Name it by its content."""
        return content_id("fit", self.identity)


def split_taught(taught: Taught, training: Training, seed: int) -> Split:
    """Split a data set's items; every text that a learner reads counts, whoever wrote it."""
    texts: dict[str, set[str]] = {item: set() for item in taught.clusters}
    for answers in taught.corpora.values():
        for item, said in answers.items():
            texts[item].update(text for one in said for text in one.texts)
    return split_items(taught.clusters, texts, taught.splits, training.test, f"{seed} split {taught.dataset}")


def list_units(taught: Taught, split: Split, *, writes: bool) -> list[Unit]:
    """List what is asked of whoever was taught: what people answered on the items of the test.

    Args:
        writes: learners write; then one person's answer says which turns there are. Else every text counts once, and
            of dialogues every turn.
    """
    units: list[Unit] = []
    for item in sorted(split.test & set(taught.corpora.get(HUMAN, {}))):
        seen: set[Any] = set()
        for number, one in enumerate(taught.corpora[HUMAN][item][: 1 if writes else None]):
            for part, (read, said, record) in one.rows.items():
                key = (number, part) if one.dialogue else read
                if key not in seen:
                    units.append(Unit(item, part if writes else len(seen), read, said, record))
                    seen.add(key)
    return units


class Classroom:
    """Makes the lessons of one data set.

    Args:
        classes: the options, in their order; empty where learners write.
        seed: the study's.
    """

    def __init__(self, taught: Taught, split: Split, training: Training, classes: Sequence[str], seed: int) -> None:
        self._taught, self._split, self._training, self._seed = taught, split, training, seed
        self._classes = tuple(classes)
        self._column = {name: place for place, name in enumerate(classes)}
        self._held = {
            name: {item: said for item, said in answers.items() if item in split.train}
            for name, answers in taught.corpora.items()
        }
        voices = sorted({one.annotator for answers in self._held.values() for said in answers.values() for one in said})
        self._orders: dict[tuple[str, int], list[str]] = {}  # many lessons are made of few orders and rows
        self._made: dict[tuple[str, str], list[tuple[Any, Any, float, int, int]]] = {}
        self._voices = {name: number for number, name in enumerate(voices)}

    def size(self, names: Sequence[str]) -> int:
        """Give how many items each of some corpora teaches: what the smallest can give, less what seeds leave out."""
        return int(self._training.share * min((len(self._held[name]) for name in names), default=0))

    def texts(self) -> set[str]:
        """List the texts that anybody could teach with."""
        return {
            text
            for answers in self._held.values()
            for said in answers.values()
            for one in said
            for read, _, _ in one.rows.values()
            for text in ((read,) if isinstance(read, str) else read)
        }

    def pool(self, corpus: Corpus) -> int:
        """Give how many items a corpus could teach on."""
        return len(self._held[corpus.name])

    def lesson(self, corpus: Corpus, size: int, seed: int) -> tuple[Lesson, int]:
        """Make the lesson of a corpus for a seed, and say on how many items it is.

        Of a mixture the first items in the drawn order are people's, so that a larger share holds the smaller one.
        """
        mixed = 0 if corpus.human is None else round(size * corpus.human / 100)
        added = corpus.human is not None and self._training.mix == "added"
        model = self._order(corpus.name, seed)
        chosen: list[tuple[str, str]] = []
        if corpus.human is not None:
            chosen = [(HUMAN, item) for item in self._order(HUMAN, seed)[:mixed]]
        taken = {item for _, item in chosen} if not added else set()
        left = size if added else size - mixed
        chosen += [(corpus.name, item) for item in [item for item in model if item not in taken][:left]]
        rows = [row for name, item in chosen for row in self._rows(name, item)]
        inputs, targets, weights, groups, voices = (list(column) for column in zip(*rows, strict=True))
        shares = np.array(targets) if self._classes else targets
        counted = np.array(weights, dtype=np.float64)
        lesson = Lesson(inputs, shares, self._classes, counted / counted.mean(), np.array(groups), np.array(voices))
        return lesson, len(chosen)

    def _order(self, name: str, seed: int) -> list[str]:
        key = (name, seed)
        if key not in self._orders:
            mark = f"{self._seed} items {self._taught.dataset} {seed}"
            self._orders[key] = order_items(list(self._held[name]), self._split.group, mark)
        return self._orders[key]

    def _rows(self, name: str, item: str) -> list[tuple[Any, Any, float, int, int]]:
        key = (name, item)
        if key not in self._made:
            self._made[key] = list(self._make_rows(name, item))
        return self._made[key]

    def _make_rows(self, name: str, item: str) -> Iterator[tuple[Any, Any, float, int, int]]:
        """Give an item's rows: one answer, drawn once for all seeds, or the shares of all."""
        said = self._held[name][item]
        group = self._split.group[item]
        if self._training.teach == "soft" and self._classes:
            shares: dict[Any, Any] = {}
            for one in said:
                for read, target, _ in one.rows.values():
                    shares.setdefault(read, np.zeros(len(self._classes)))[self._column[target]] += 1
            for read, counts in shares.items():
                yield read, counts / counts.sum(), 1.0 / len(shares), group, -1
            return
        one = said[seed_of("annotation", self._seed, self._taught.dataset, name, item) % len(said)]
        for read, target, _ in one.rows.values():
            yield read, self._one(target), 1.0 / len(one.rows), group, self._voices[one.annotator]

    def _one(self, target: str) -> Any:
        if not self._classes:
            return target
        row = np.zeros(len(self._classes))
        row[self._column[target]] = 1.0
        return row


def digest_lesson(lesson: Lesson) -> str:
    """Name a lesson by what it teaches."""
    targets = lesson.targets if isinstance(lesson.targets, list) else np.round(lesson.targets, 12).tolist()
    return digest(repr((list(lesson.inputs), targets, lesson.classes, lesson.weights.tolist(), lesson.groups.tolist())))


def digest_units(units: Sequence[Unit]) -> str:
    """Name what is asked."""
    return digest(repr([(unit.item, unit.part, unit.input) for unit in units]))


def lacking(taught: Taught, split: Split, names: Sequence[str], units: Sequence[Unit]) -> str | None:
    """Say why a data set cannot be taught; None if it can."""
    if len(units) < LEAST_ITEMS:
        return f"{len(units)} things on its side of the test that people answered"
    for name in names:
        items = len(split.train & set(taught.corpora[name]))
        if items < LEAST_ITEMS:
            return f"{name} has {items} items to teach with"
    return None

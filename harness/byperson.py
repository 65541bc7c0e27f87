"""Tables of sums of an audit that compares persons: each person's own sums, bucket by bucket.

What ``cells`` says of a person's answer depends on the item's answers and on this one, not on who the person is. So
where items look alike (``alike.py``), SQL sees one item of each pattern with its answers numbered, and what it says of
an answer holds for all answers of that content on items of that pattern. Else items go through one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from harness.alike import Alike, Codes, stand_for
from harness.auditfile import Audit
from harness.inference import Floats
from harness.onebyone import Chance, OneByOne, Tables
from harness.turns import TURN_BITS, Ints, Shape

if TYPE_CHECKING:
    from harness.store.bench import Bench, Focal

MOST_PERSONS = 200


class ByPerson(OneByOne):
    """Tables of persons' sums; no roles are exchanged."""

    def __init__(self, bench: Bench, audit: Audit, focals: list[Focal], rng: Chance) -> None:
        super().__init__(bench, audit, focals, rng)
        self.least = audit.header.by_person or 1

    def as_is(self) -> Tables:
        """Sum each person's answers, by bucket; of persons with enough of them, and of those the most prolific."""
        alike = self.bench.alike(self.audit, [focal.number for focal in self.focals])
        tables = self._by_pattern(alike) if alike is not None else super().as_is()
        for focal, slots, table in tables:
            kept = prolific(table[:, :, 0].sum(axis=0), self.least)
            if len(kept):
                yield focal, slots[kept], table[:, kept]

    def _by_pattern(self, alike: dict[int, Alike]) -> Tables:
        codes, standing = stand_for(alike)
        shapes = []
        for focal in self.focals:
            patterns = alike[focal.number]
            pool = patterns.pool.take(standing[focal.number][patterns.place])
            if len(pool.item):
                shapes.append((focal, Shape(pool.item << TURN_BITS, pool.answer, pool.is_model)))
        self.bench.shape(shapes)
        table = self._of_contents(codes, alike)
        bucket_of, places = self.bench.bucket_of_items(), self.bench.places()
        made: list[tuple[Focal, Ints, Floats]] = []
        for focal in self.focals:
            patterns, pool, length = alike[focal.number], self.pools[focal.number], places[focal.who["dataset"]]
            # No more of a person's answers can count than there are.
            persons = np.flatnonzero(np.bincount(pool.person + 1)[1:] >= self.least)
            number = np.full(int(pool.person.max(initial=0)) + 2, -1)  # its last place is that of nobody, -1
            number[persons] = np.arange(len(persons))
            known = np.flatnonzero(number[pool.person] >= 0)
            pattern = np.repeat(patterns.pattern, patterns.size)[known]
            group = patterns.groups_of(pattern, pool.answer[known], self.bench.codes(self.audit))
            said = table[np.searchsorted(codes, patterns.code)[pattern], group]
            place = bucket_of[pool.item[known]] * len(persons) + number[pool.person[known]]
            summed = [np.bincount(place, column, length * len(persons)) for column in said.T]
            values = np.stack(summed, axis=1).astype(np.float64)
            made.append((focal, persons, values.reshape(length, len(persons), table.shape[2])))
        slots = self.bench.name_persons({focal.number: persons for focal, persons, _ in made})
        return ((focal, slots[focal.number], table) for focal, _, table in made)

    def _of_contents(self, codes: Codes, alike: dict[int, Alike]) -> Floats:
        """Give what is said of an answer of each content: (patterns, contents, sums); 0 where nothing is."""
        groups = max(patterns.speakers.shape[1] for patterns in alike.values())
        table = np.zeros((len(codes), groups, len(self.audit.header.sums)))
        said = self.bench.said_of_answers(self.audit)
        for number, patterns in alike.items():
            answers, sums = said[number]
            order = np.argsort(patterns.pool.answer)
            at = order[np.searchsorted(patterns.pool.answer[order], answers)]
            row = np.searchsorted(codes, patterns.code)[patterns.place[at]]
            table[row, patterns.group[at]] = sums
        return table


def prolific(answers: Floats, least: int) -> Ints:
    """Choose persons by how many answers count: at least so many, and of too many those with the most."""
    enough = np.flatnonzero(answers >= least)
    most = enough[np.argsort(-answers[enough], kind="stable")][:MOST_PERSONS]
    return np.sort(most)

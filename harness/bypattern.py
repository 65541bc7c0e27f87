"""An audit's tables of sums, pattern by pattern: items that it cannot tell apart count as one (``alike.py``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from harness.alike import all_turns, stand_for
from harness.auditfile import Audit
from harness.counted import Counted, sum_up
from harness.inference import Floats
from harness.onebyone import MOST_ITEMS, MOST_PERSONS, PERSON_ITEMS, Chance, Parts, Tables, floor_columns
from harness.turns import Ints

if TYPE_CHECKING:
    from harness.store.bench import Bench, Focal


class Counter:
    """Exchanges of one focal annotator, drawn by counting."""

    def __init__(self, counted: Counted, sums: int) -> None:
        self._counted, self._sums = counted, sums

    def draw(self, draws: int, rng: np.random.Generator) -> tuple[Ints, Floats]:
        """Exchange roles; the first draw is everybody's own: keys, and (draws, keys, sums)."""
        return self._counted.keys, self._counted.draw(draws, rng).reshape(draws, -1, self._sums)


class ByPattern:
    """Tables of sums, pattern by pattern; exchanges are over all items."""

    sampled = False

    def __init__(
        self, bench: Bench, audit: Audit, focals: list[Focal], rng: Chance, counted: dict[int, Counted]
    ) -> None:
        self.bench, self.audit, self.focals, self.rng, self.counted = bench, audit, focals, rng, counted
        self.sums = len(audit.header.sums)

    def as_is(self) -> Tables:
        """Sum everybody in their own role, by bucket."""
        for focal, counted, length in self._each():
            yield focal, counted.keys, self._unfold(counted.as_is(self.bench.bucket_of_items(), length))

    def floor(self) -> tuple[int, Tables]:
        """Sum people in the model's place (turn ``columns + c``) and the model against the same others (``c``)."""
        chosen = {
            focal.number: self._sample(focal, "floor", counted.alike.people.sum(axis=1) >= 2)
            for focal, counted, _ in self._each()
        }
        most = max(map(len, chosen.values()))
        return (floor_columns(most), self._floor(chosen, floor_columns(most))) if most else (0, iter(()))

    def _floor(self, chosen: dict[int, Ints], columns: int) -> Tables:
        bucket = self.bench.bucket_of_items()
        for focal, counted, length in self._each():
            if not len(chosen[focal.number]):
                continue
            rng = self.rng("floor", focal)
            played = [counted.people_play(chosen[focal.number], bucket, length, rng) for _ in range(columns)]
            sides = [side for place in (0, 1) for side in (pair[place] for pair in played)]
            slots = (counted.keys[:, None] * 2 * columns + np.arange(2 * columns)).ravel()
            table = np.stack([self._unfold(side) for side in sides], axis=2)  # (buckets, keys, turns, sums)
            yield focal, slots, table.reshape(length, len(slots), self.sums)

    def null(self) -> dict[int, Counter]:
        """Give what draws exchanges, by focal number."""
        return {number: Counter(counted, self.sums) for number, counted in self.counted.items()}

    def exchanged_columns(self, columns: int) -> Tables:
        """Sum some exchanges by bucket, each a turn."""
        bucket = self.bench.bucket_of_items()
        for focal, counted, length in self._each():
            rng, chosen = self.rng("columns", focal), self._sample(focal, "columns")
            drawn = [self._unfold(counted.exchange_once(chosen, bucket, length, rng)) for _ in range(columns)]
            slots = (counted.keys[:, None] * columns + np.arange(columns)).ravel()
            yield focal, slots, np.stack(drawn, axis=2).reshape(length, len(slots), self.sums)

    def persons(self) -> tuple[int, Parts]:
        """Sum known persons in the model's place (turn ``2 j``), and the model in theirs (``2 j + 1``)."""
        made = [(counted, *self._known(focal, counted)) for focal, counted, _ in self._each()]
        most = max(count for *_, count in made)
        return most, self._persons(made)

    def _persons(self, made: list[tuple[Counted, Ints, Ints, Ints, int]]) -> Parts:
        for counted, place, pattern, group, count in made:
            if not len(place):
                continue
            there = np.unique(place)
            for turn, sums in zip((1, 0), counted.persons_play(place, pattern, group, count), strict=True):
                kept = self._unfold(sums)[there]
                keys = np.tile(counted.keys, len(there))
                yield keys, np.repeat(2 * there + turn, len(counted.keys)), kept.reshape(-1, self.sums)

    def _known(self, focal: Focal, counted: Counted) -> tuple[Ints, Ints, Ints, int]:
        """Number the persons who are known on enough items, and their answers on items with two people or more.

        Returns:
            person, pattern of the item and content of each answer; and how many persons there are.
        """
        alike, pool = counted.alike, self.bench.pools()[focal.number]
        chosen = np.zeros(len(alike.items), dtype=np.bool_)
        chosen[self._sample(focal, "persons")] = True
        known = np.flatnonzero(np.repeat(chosen, alike.size) & (pool.person >= 0))
        persons, counts = np.unique(pool.person[known], return_counts=True)
        persons = persons[counts >= PERSON_ITEMS][:MOST_PERSONS]
        pattern = alike.pattern_of(pool.item[known])
        enough = (alike.people.sum(axis=1) >= 2)[pattern] & np.isin(pool.person[known], persons)
        known, pattern = known[enough], pattern[enough]
        group = alike.groups_of(pattern, pool.answer[known], self.bench.codes(self.audit))
        return np.searchsorted(persons, pool.person[known]), pattern, group, len(persons)

    def _sample(self, focal: Focal, purpose: str, of: np.ndarray | None = None) -> Ints:
        """Choose items by their place: those of some patterns, and at most so many."""
        alike = self.counted[focal.number].alike
        chosen = np.arange(len(alike.items)) if of is None else np.flatnonzero(of[alike.pattern])
        if len(chosen) <= MOST_ITEMS:
            return chosen
        return np.sort(self.rng("sample", focal, purpose).choice(chosen, MOST_ITEMS, replace=False))

    def _each(self) -> list[tuple[Focal, Counted, int]]:
        places = self.bench.places()
        return [(focal, self.counted[focal.number], places[focal.who["dataset"]]) for focal in self.focals]

    def _unfold(self, sums: Floats) -> Floats:
        return sums.reshape(len(sums), -1, self.sums)


def count_patterns(bench: Bench, audit: Audit, focals: list[Focal], rng: Chance, *, exchange: bool) -> ByPattern | None:
    """Let SQL see one item of each pattern, whoever's, in every turn that can be told apart.

    Args:
        exchange: whether roles will be exchanged.

    Returns:
        the tables; None where items are too different, or where exchanges are not of one answer against few.
    """
    found = bench.alike(audit, [focal.number for focal in focals])
    if found is None or (exchange and not all(focal.paired and found[focal.number].exchangeable for focal in focals)):
        return None
    codes, standing = stand_for(found)
    by_number = {focal.number: focal for focal in focals}
    bench.shape(
        [
            (by_number[number], all_turns(found[number], stands, floor=exchange))
            for number, stands in standing.items()
            if stands.any()
        ]
    )
    sums = bench.cells(audit, by="item")
    if not len(sums.key):
        return None
    keys = bench.match_keys([list(found)])[0]
    pattern, column = np.empty_like(sums.key), np.empty_like(sums.key)
    for number, alike in found.items():
        mine = sums.focal == number
        pattern[mine] = np.searchsorted(codes, alike.code[alike.pattern_of(sums.place[mine])])
        order = np.argsort(keys[number])
        column[mine] = order[np.searchsorted(keys[number][order], sums.key[mine])]
    groups = max(alike.speakers.shape[1] for alike in found.values())
    shape = (len(codes), groups, max(map(len, keys.values())))
    whole = sum_up(pattern, column, sums.turn, sums.values, shape, floor=exchange)
    if whole is None:
        return None
    counted = {}
    for number, alike in found.items():
        rows = np.searchsorted(codes, alike.code)
        there = np.flatnonzero(whole.occurs[rows].any(axis=0))
        there = there[np.argsort(keys[number][there])]  # keys are given in their order
        counted[number] = Counted(alike, keys[number][there], whole, rows, there)
    return ByPattern(bench, audit, focals, rng, counted)

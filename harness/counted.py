"""Sums of patterns of items, turn by turn, and what follows from them by counting: redraws, exchanges, people's turns.

The same passes as over items one by one (``exchanged.py``), where an audit sees few patterns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.alike import FLOOR_TURN, Alike, spread
from harness.inference import Floats
from harness.turns import Ints

MOST_CELLS = 50_000_000  # numbers in a table of patterns, turns, keys and sums
MOST_COUNTS = 20_000_000  # numbers drawn at a time


@dataclass(frozen=True)
class Whole:
    """The sums of all patterns, whoever's.

    Attributes:
        exchanged: (patterns, groups, keys, sums): the turn in which content ``g`` plays the model; 0 is as it is.
        floor: (patterns, groups, 2, keys, sums): the model, and a person of content ``g``, against the other people.
        occurs: (patterns, keys): whether anything is said of a key.
    """

    exchanged: Floats
    floor: Floats
    occurs: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Counted:
    """A focal annotator's sums by pattern and turn.

    Attributes:
        alike: the patterns.
        keys: numbers of the keys that occur.
        rows, columns: which patterns and keys of the whole these are.
    """

    alike: Alike
    keys: Ints
    whole: Whole
    rows: Ints
    columns: Ints

    @property
    def exchanged(self) -> Floats:
        """Give (patterns, groups, keys × sums): see ``Whole``."""
        groups = np.arange(self.alike.speakers.shape[1])
        return _flat(self.whole.exchanged[np.ix_(self.rows, groups, self.columns)], 2)

    @property
    def floor(self) -> Floats:
        """Give (patterns, groups, 2, keys × sums): see ``Whole``."""
        groups = np.arange(self.alike.people.shape[1])
        return _flat(self.whole.floor[np.ix_(self.rows, groups, np.arange(2), self.columns)], 3)

    def as_is(self, bucket: Ints, length: int) -> Floats:
        """Sum items by bucket: (length, keys × sums)."""
        return spread(bucket[self.alike.items], self.alike.pattern, self.exchanged[:, 0], length)

    def draw(self, draws: int, rng: np.random.Generator) -> Floats:
        """Exchange roles: each item's speakers play the model with equal chance. The first draw is as it is.

        Returns:
            (draws, keys × sums).
        """
        alike = self.alike
        chance = alike.speakers / alike.speakers.sum(axis=1, keepdims=True)
        table = self.exchanged.reshape(-1, self.exchanged.shape[2])
        out = np.empty((draws, table.shape[1]))
        at_a_time = max(1, MOST_COUNTS // chance.size)
        for begin in range(0, draws, at_a_time):
            count = min(at_a_time, draws - begin)
            drawn = rng.multinomial(alike.count, chance, size=(count, len(chance))).astype(np.float64)
            if begin == 0:
                drawn[0] = 0.0
                drawn[0, :, 0] = alike.count
            out[begin : begin + count] = drawn.reshape(count, -1) @ table
        return out

    def exchange_once(self, chosen: Ints, bucket: Ints, length: int, rng: np.random.Generator) -> Floats:
        """Exchange the roles of some items once, and sum them by bucket: (length, keys × sums)."""
        pattern = self.alike.pattern[chosen]
        group = _pick(self.alike.speakers[pattern], rng)
        rows = pattern * self.alike.speakers.shape[1] + group
        table = self.exchanged.reshape(-1, self.exchanged.shape[2])
        return spread(bucket[self.alike.items[chosen]], rows, table, length)

    def people_play(self, chosen: Ints, bucket: Ints, length: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Let one person of each item play the model, and the model play against the same others.

        Args:
            chosen: items with two people or more, by their place among all.

        Returns:
            the model's and the person's sums by bucket: (length, keys × sums) each.
        """
        pattern = self.alike.pattern[chosen]
        group = _pick(self.alike.people[pattern], rng)
        rows = pattern * self.alike.people.shape[1] + group
        places = bucket[self.alike.items[chosen]]
        return self._floor(rows, places, length)

    def persons_play(self, place: Ints, pattern: Ints, group: Ints, persons: int) -> tuple[Floats, Floats]:
        """Let known persons play the model on their items, and the model in their place.

        Args:
            place: number of the person of each answer, from 0.
            pattern, group: of its item, and of its content there.

        Returns:
            the model's and the person's sums: (persons, keys × sums) each.
        """
        rows = pattern * self.alike.people.shape[1] + group
        return self._floor(rows, place, persons)

    def _floor(self, rows: Ints, places: Ints, length: int) -> tuple[Floats, Floats]:
        played = self.floor.reshape(len(self.rows) * self.alike.people.shape[1], 2, -1)
        model, person = (spread(places, rows, np.ascontiguousarray(played[:, side]), length) for side in (0, 1))
        return model, person


def sum_up(
    pattern: Ints, key: Ints, turn: Ints, values: Floats, shape: tuple[int, int, int], *, floor: bool
) -> Whole | None:
    """Put the sums of the items that stand for patterns into tables.

    Args:
        pattern, key, turn, values: of each row of ``bench.Sums``; patterns and keys count from 0.
        shape: patterns, groups, keys.

    Returns:
        the tables; None if they would be too large.
    """
    patterns, groups, keys = shape
    sums = values.shape[1]
    if patterns * groups * (3 if floor else 1) * keys * sums > MOST_CELLS:
        return None
    exchanged = np.zeros((patterns, groups, keys, sums))
    low = turn < FLOOR_TURN
    np.add.at(exchanged, (pattern[low], turn[low], key[low]), values[low])
    played = np.zeros((patterns if floor else 0, groups, 2, keys, sums))
    if floor:
        shifted = turn[~low] - FLOOR_TURN
        np.add.at(played, (pattern[~low], shifted // 2, shifted % 2, key[~low]), values[~low])
    occurs = np.zeros((patterns, keys), dtype=np.bool_)
    occurs[pattern, key] = True
    return Whole(exchanged, played, occurs)


def _flat(table: Floats, kept: int) -> Floats:
    """Lay keys and sums side by side."""
    return table.reshape(*table.shape[:kept], -1)


def _pick(counts: Ints, rng: np.random.Generator) -> Ints:
    """Pick a group for each row, with chances as the counts."""
    ends = np.cumsum(counts, axis=1)
    drawn = (rng.random(len(counts)) * ends[:, -1]).astype(np.int64)
    return np.asarray((ends <= drawn[:, None]).sum(axis=1), dtype=np.int64)

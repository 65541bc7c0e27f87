"""Items that look alike to an audit count as one.

What ``cells`` makes of an item depends on the item's answers alone, and of those only on the columns that it reads.
Items whose answers agree in these columns, role by role and in whatever order, give the same sums: of a million items
with seven labels of five kinds there are some thousand patterns. So SQL sees one item of each pattern, with every turn
that can be told apart, and bootstrap, floor, exchanges and ranks are counts of patterns times their sums. Nothing is
approximated but for this: two patterns are one if the 64 bits of their hashes agree, which a million patterns do
with probability 3e-8.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.inference import Floats
from harness.turns import MAX_TURNS, TURN_BITS, Ints, Pool, Shape, _groups, _rank

Codes = npt.NDArray[np.uint64]
MOST_PATTERNS = 20_000
LEAST_ITEMS = 4  # of a pattern, on average and over all focal annotators: with fewer, patterns save nothing
FLOOR_TURN = 64  # where the turns of the floor begin; there are fewer exchanges than this


@dataclass(frozen=True)
class Sorted:
    """One focal annotator's items by what is said of them.

    Attributes:
        items: item numbers, ascending.
        size: answers of each item.
        pattern: of each item.
        code: hash of each pattern, ascending: that of the same pattern of another annotator too.
        first: the place of an item of each pattern.
        count: items of each pattern.
    """

    items: Ints
    size: Ints
    pattern: Ints
    code: Codes
    first: Ints
    count: Ints


@dataclass(frozen=True)
class Alike(Sorted):
    """The patterns of one focal annotator's items, and what lies in them.

    Attributes:
        pool: the answers of the items that stand for patterns.
        place: the pattern that each answer of the pool stands for.
        group: of each answer of the pool: which of its item's contents it has; 0 is the model's.
        speakers, people: (patterns, groups): how many answers have each content, and how many of them are people's.
    """

    pool: Pool
    place: Ints
    group: Ints
    speakers: Ints
    people: Ints

    def groups_of(self, pattern: Ints, answer: Ints, codes: Codes) -> Ints:
        """Tell which of its item's contents each answer has.

        Args:
            pattern: of each answer's item.
            answer: answer numbers.
        """
        said = np.zeros(self.speakers.shape, dtype=np.uint64)
        said[self.place, self.group] = codes[self.pool.answer]
        found, told = np.zeros(len(answer), dtype=np.int64), codes[answer]
        for group in range(1, len(said.T)):
            found[said[pattern, group] == told] = group
        return found

    def pattern_of(self, items: Ints) -> Ints:
        """Tell the pattern of each item."""
        return self.pattern[np.searchsorted(self.items, items)]

    @property
    def exchangeable(self) -> bool:
        """Tell whether each speaker can play the model in a turn of its own: one answer of the model, few people."""
        models = self.speakers.sum(axis=1) - self.people.sum(axis=1)
        return bool((models == 1).all() and self.speakers.sum(axis=1).max() <= MAX_TURNS + 1)


def columns_read(sql: str, relation: str, names: Iterable[str]) -> tuple[str, ...]:
    """List the columns of a relation that a query can read: those whose names stand in it, or that it asks for.

    Columns are asked for by a star, by ``columns('…')`` with a regular expression, or by anything else in the
    brackets of ``columns``, which may be all of them.
    """
    asked = re.findall(r"\bcolumns\s*\(\s*('(?:[^']|'')*'\s*\))?", sql, re.IGNORECASE)
    patterns = [told.rstrip(") \n\t")[1:-1].replace("''", "'") for told in asked if told]
    sql = sql.lower()
    if len(patterns) < len(asked):
        return tuple(names)
    if re.search(rf"(?:\bselect\s|,\s*|\.)\s*\*(?:(?!\bselect\b).)*?\bfrom\s+{relation}\b", sql, re.DOTALL):
        return tuple(names)
    words = set(re.findall(r"\w+", sql))
    return tuple(
        name for name in names if name.lower() in words or any(re.search(pattern, name) for pattern in patterns)
    )


def sort_items(pool: Pool, codes: Codes, apart: int = 0) -> Sorted:
    """Find which items look alike.

    Args:
        codes: what each answer says, hashed, by answer number.
        apart: told in each pattern's hash: patterns are the same only where this is.
    """
    items, start, size = _groups(pool.item)
    told = mix(codes[pool.answer] ^ np.where(pool.is_model, np.uint64(0xD1B54A32D192ED03), np.uint64(0)))
    whole = np.add.reduceat(told, start) ^ np.uint64(apart)
    code, first, pattern, count = np.unique(whole, return_index=True, return_inverse=True, return_counts=True)
    return Sorted(items, size, pattern.astype(np.int64), code, first, count)


def saves(made: Sequence[Sorted]) -> bool:
    """Tell whether the patterns of all focal annotators together are so few that it pays to count them."""
    items = sum(len(one.items) for one in made)
    most = min(MOST_PATTERNS, items // LEAST_ITEMS)
    if not made or max(len(one.code) for one in made) > most:
        return False
    return len(np.unique(np.concatenate([one.code for one in made]))) <= most


def find_patterns(pool: Pool, codes: Codes, known: Sorted) -> Alike:
    """Let an item stand for each pattern, and find its contents.

    Args:
        codes: what each answer says, hashed, by answer number.
    """
    chosen = np.zeros(len(known.items), dtype=np.bool_)
    chosen[known.first] = True
    kept = pool.take(np.repeat(chosen, known.size))
    place = np.repeat(known.pattern[chosen], known.size[chosen])
    group = _contents(kept, codes[kept.answer])
    shape = (len(known.code), int(group.max()) + 1)
    speakers, people = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(speakers, (place, group), 1)
    np.add.at(people, (place, group), ~kept.is_model)
    return Alike(**vars(known), pool=kept, place=place, group=group, speakers=speakers, people=people)


def _contents(pool: Pool, codes: Codes) -> Ints:
    """Number the different contents of each item's answers, the same in all items that look alike; the model's first.

    Of several contents of the model's, the one with the smallest hash comes first.
    """
    _, start, size = _groups(pool.item)
    index = np.repeat(np.arange(len(size)), size)
    leader = np.minimum.reduceat(np.where(pool.is_model, codes, np.iinfo(np.uint64).max), start)
    order = np.lexsort((codes, codes != leader[index], index))
    new = np.ones(len(order), dtype=np.int64)
    new[1:] = (codes[order][1:] != codes[order][:-1]) | (index[order][1:] != index[order][:-1])
    ranked = np.cumsum(new) - 1
    group = np.empty(len(order), dtype=np.int64)
    group[order] = ranked - ranked[start][index[order]]
    return group


def all_turns(alike: Alike, standing: npt.NDArray[np.bool_], *, floor: bool) -> Shape:
    """Shape the items that stand for patterns with each turn that can be told apart.

    Turn ``g`` gives the model's role to an answer of content ``g``; 0 is the data as they are. With ``floor``, turn
    ``FLOOR_TURN + 2 g`` is the model against the people but one of content ``g``, and the next that person against the
    same others.

    Args:
        standing: of each pattern, whether its item is wanted.
    """
    wanted = standing[alike.place]
    pool, group = alike.pool.take(wanted), alike.group[wanted]
    _, start, size = _groups(pool.item)
    index = np.repeat(np.arange(len(size)), size)
    models = np.add.reduceat(pool.is_model.astype(np.int64), start)
    exchanged = models[index] == 1
    # One answer of each content plays it: the model's own where it has that content; of people, the first.
    content = index * alike.speakers.shape[1] + group
    begins = np.cumsum(np.bincount(content)) - np.bincount(content)
    among = _rank(content, begins, (~pool.is_model).astype(np.float64))
    persons = _rank(content, begins, pool.is_model.astype(np.float64))
    keys, answers, plays = [], [], []

    def add(turn: int, used: npt.NDArray[np.bool_], front: npt.NDArray[np.bool_]) -> None:
        keys.append((pool.item[used] << TURN_BITS) + turn)
        answers.append(pool.answer[used])
        plays.append(front[used])

    everybody = np.ones(len(group), dtype=np.bool_)
    add(0, everybody, pool.is_model)
    enough = (size - models)[index] >= 2
    for turn in range(alike.speakers.shape[1]):
        has = np.zeros(len(size), dtype=np.bool_)
        has[index[group == turn]] = True
        if turn:
            add(turn, exchanged & has[index], (group == turn) & (among == 0))
        if floor:
            chosen = ~pool.is_model & (group == turn) & (persons == 0)
            has[:] = False
            has[index[chosen]] = True
            others = ~pool.is_model & ~chosen
            for side, front in enumerate((pool.is_model, chosen)):
                add(FLOOR_TURN + 2 * turn + side, (front | others) & has[index] & enough & exchanged, front)
    return Shape(np.concatenate(keys), np.concatenate(answers), np.concatenate(plays))


def spread(places: Ints, rows: Ints, table: Floats, length: int) -> Floats:
    """Sum the rows of a table by place.

    Args:
        places, rows: of each entry: where it is summed, and which row of the table.
        table: (rows, sums).

    Returns:
        (length, sums).
    """
    if length * len(table) <= 20 * len(rows):
        counts = np.bincount(places * len(table) + rows, minlength=length * len(table)).reshape(length, -1)
        return np.asarray(counts.astype(np.float64) @ table)
    out = np.zeros((length, table.shape[1]))
    order = np.argsort(places, kind="stable")
    there, begin = np.unique(places[order], return_index=True)
    out[there] = np.add.reduceat(table[rows[order]], begin, axis=0)
    return out


def stand_for(made: Mapping[int, Alike]) -> tuple[Codes, dict[int, npt.NDArray[np.bool_]]]:
    """Choose, of all focal annotators, the one whose item stands for a pattern: the first that has it.

    Returns:
        the hashes of all patterns, ascending; and focal number → of each of its patterns, whether its item stands.
    """
    codes = np.unique(np.concatenate([alike.code for alike in made.values()]))
    taken = np.zeros(len(codes), dtype=np.bool_)
    standing = {}
    for number, alike in made.items():
        rows = np.searchsorted(codes, alike.code)
        standing[number] = ~taken[rows]
        taken[rows] = True
    return codes, standing


def mix(codes: Codes) -> Codes:
    """Scatter the bits, so that sums of codes tell multisets apart (the finaliser of SplitMix64; Steele 2014)."""
    codes = codes + np.uint64(0x9E3779B97F4A7C15)  # else 0, the hash of 0.0, would stay 0 and count for nothing
    codes = (codes ^ (codes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    codes = (codes ^ (codes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return codes ^ (codes >> np.uint64(31))

"""Who plays whom: the exchanges of roles behind the human floor, the exchange null and the rank among persons.

An audit knows of none of this: the turn travels in the opaque item key, ``item * 2**20 + turn``.
Arrays in, arrays out; no SQL, no clock, and all chance comes from the generator that is passed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
TURN_BITS = 20
MAX_TURNS = 16  # random exchanges an item, beside the identity


@dataclass(frozen=True)
class Pool:
    """The answers of one focal annotator and of its reference, on the items that both know.

    An answer is all that one annotator said about an item in one sample: a label, the turns of a dialogue, several
    tasks. It changes places whole.

    Attributes:
        item: item number of each answer, ascending.
        answer: its number.
        is_model: whether it is the focal's.
        person: number of the person who spoke; -1 if unknown or no human.
    """

    item: Ints
    answer: Ints
    is_model: npt.NDArray[np.bool_]
    person: Ints

    def take(self, mask: npt.NDArray[np.bool_]) -> Pool:
        """Keep some answers."""
        return Pool(self.item[mask], self.answer[mask], self.is_model[mask], self.person[mask])


@dataclass(frozen=True)
class Shape:
    """Answers with the role that they play in a turn: the audit's relation, in numbers."""

    key: Ints
    answer: Ints
    is_model: npt.NDArray[np.bool_]


def sample_items(pool: Pool, most: int, rng: np.random.Generator) -> Pool:
    """Keep at most so many items, drawn at random."""
    items, _, size = _groups(pool.item)
    if len(items) <= most:
        return pool
    chosen = np.zeros(len(items), dtype=np.bool_)
    chosen[rng.choice(len(items), most, replace=False)] = True
    return pool.take(np.repeat(chosen, size))


def exchanges(pool: Pool, rng: np.random.Generator) -> tuple[Shape, Ints, Ints]:
    """Shuffle roles within items, the model included.

    With one draw of the model, each of the ``k + 1`` speakers of an item plays the model in one turn; with
    more, ``m`` of ``k + m`` are drawn, 16 times, once and for all. Turn 0 is the data as they are. Picking a
    turn an item, uniformly, is then an exact randomisation test (the set of turns is exchangeable under
    the null; Hemerik and Goeman 2018, TEST 27, theorem 2).

    Returns:
        the shape, the items, and the number of turns of each.
    """
    items, start, size = _groups(pool.item)
    models = np.add.reduceat(pool.is_model.astype(np.int64), start)
    index = np.repeat(np.arange(len(items)), size)
    rank = _rank(index, start, rng.random(len(index)) + ~pool.is_model * 2.0)  # the model's rows first
    turns = np.where((models == 1) & (size <= MAX_TURNS + 1), size, MAX_TURNS + 1)
    keys, answers, plays = [], [], []
    for turn in range(int(turns.max(initial=1))):
        there = turns[index] > turn
        fresh = _rank(index, start, rng.random(len(index)))
        each = np.where(models[index] == 1, rank == turn, fresh < models[index])
        # Where there is one model row but too many people for a turn each, turns are drawn as well.
        each = np.where((models[index] == 1) & (size[index] > MAX_TURNS + 1), fresh < 1, each)
        mine = pool.is_model if turn == 0 else each
        keys.append((pool.item[there] << TURN_BITS) + turn)
        answers.append(pool.answer[there])
        plays.append(mine[there])
    return Shape(np.concatenate(keys), np.concatenate(answers), np.concatenate(plays)), items, turns


def swaps(pool: Pool) -> tuple[Shape, Ints, Ints]:
    """Give each item of two groups two turns: 0 as it is, 1 with its roles swapped.

    Returns:
        the shape, the items, and the number of turns of each.
    """
    items = np.unique(pool.item)
    keys = np.concatenate([pool.item << TURN_BITS, (pool.item << TURN_BITS) + 1])
    answers, plays = np.tile(pool.answer, 2), np.concatenate([pool.is_model, ~pool.is_model])
    return Shape(keys, answers, plays), items, np.full(len(items), 2)


def regroup(pool: Pool, cluster: Ints, draws: int, rng: np.random.Generator) -> Ints:
    """Deal the two groups anew: the permutation test of two samples.

    What one side alone has said is dealt by clusters, whole, so that each group keeps its number of clusters. A
    cluster in which both have spoken keeps its own numbers: there, items are dealt among each other; and an item on
    which both have spoken is swapped or not, at even odds. Where the clusters of one side are several times as large
    as the other's and their items have little in common, this is no exact test: of 60 clusters of 4 against 60 of 1
    without anything in common, it rejects some 10 % at 5 %.

    Args:
        cluster: of each item of the pool, in their order.

    Returns:
        (draws, items): the turn of each item, 1 where its roles are swapped.
    """
    _, start, size = _groups(pool.item)
    models = np.add.reduceat(pool.is_model.astype(np.int64), start)
    own, both = models > 0, (models > 0) & (models < size)
    _, first, index = np.unique(cluster, return_index=True, return_inverse=True)
    mixed = np.zeros(len(first), dtype=np.bool_)
    mixed[index[(own != own[first][index]) | both]] = True
    turn = np.zeros((draws, len(own)), dtype=np.int64)
    alone = np.flatnonzero(~mixed)
    dealt = np.tile(own[first], (draws, 1))
    dealt[:, alone] = rng.permuted(dealt[:, alone], axis=1)
    turn[:] = (dealt != own[first])[:, index]
    among = np.flatnonzero(mixed[index] & ~both)
    if len(among):
        among = among[np.argsort(index[among], kind="stable")]
        order = np.argsort(index[among] + rng.random((draws, len(among))), axis=1)  # anew, within each cluster
        turn[:, among] = own[among][order] != own[among]
    turn[:, both] = rng.integers(0, 2, (draws, int(both.sum())))
    return turn


def floor_turns(pool: Pool, columns: int, rng: np.random.Generator) -> Shape:
    """Let each person in turn play the model against the other people, and the model against the same others.

    In column ``c`` one person of each item plays; over the columns each plays equally often. Turn ``c`` is
    the model (one draw) against the others; turn ``columns + c`` is the person. Items with one person are
    left out.
    """
    _, start, size = _groups(pool.item)
    models = np.add.reduceat(pool.is_model.astype(np.int64), start)
    people = size - models
    pool = pool.take(np.repeat((people >= 2) & (models >= 1), size))
    if not len(pool.item):
        none = np.empty(0, dtype=np.int64)
        return Shape(none, none, none.astype(bool))
    _, start, size = _groups(pool.item)
    models = np.add.reduceat(pool.is_model.astype(np.int64), start)
    index = np.repeat(np.arange(len(size)), size)
    people = (size - models)[index]
    rank = np.zeros(len(index), dtype=np.int64)
    keys, answers, plays = [], [], []
    for column in range(columns):
        # A new order of an item's people once all of them have played.
        fresh = _rank(index, start, rng.random(len(index)) + pool.is_model * 2.0)  # people first
        rank = np.where(column % people == 0, fresh, rank)
        chosen = ~pool.is_model & (rank == column % people)
        model = pool.is_model & (rank == people)
        others = ~pool.is_model & ~chosen
        for turn, front in ((column, model), (columns + column, chosen)):
            used = front | others
            keys.append((pool.item[used] << TURN_BITS) + turn)
            answers.append(pool.answer[used])
            plays.append(front[used])
    return Shape(np.concatenate(keys), np.concatenate(answers), np.concatenate(plays))


def person_turns(pool: Pool, least: int, most: int) -> tuple[Shape, Ints]:
    """Let each known person play the model on all of their items, and the model play in their place.

    Turn ``2 j`` is person ``j`` against the other people; turn ``2 j + 1`` the model against the same others.

    Returns:
        the shape, and the persons with at least ``least`` items (at most ``most`` of them).
    """
    known = pool.take(~pool.is_model & (pool.person >= 0))
    persons, counts = np.unique(known.person, return_counts=True)
    persons = persons[counts >= least][:most]
    keys, answers, plays = [], [], []
    _, start, size = _groups(pool.item)
    index = np.repeat(np.arange(len(size)), size)
    people = size - np.add.reduceat(pool.is_model.astype(np.int64), start) if len(size) else size
    enough = people >= 2
    for number, person in enumerate(persons):
        own = (pool.person == person) & ~pool.is_model
        answered = np.zeros(len(size), dtype=np.bool_)
        answered[index[own]] = True
        shared = (answered & enough)[index]
        others = shared & ~own & ~pool.is_model
        for turn, front in ((2 * number, own & shared), (2 * number + 1, shared & pool.is_model)):
            used = front | others
            keys.append((pool.item[used] << TURN_BITS) + turn)
            answers.append(pool.answer[used])
            plays.append(front[used])
    if not keys:
        none = np.empty(0, dtype=np.int64)
        return Shape(none, none, none.astype(bool)), persons
    return Shape(np.concatenate(keys), np.concatenate(answers), np.concatenate(plays)), persons


def _groups(item: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the distinct items, where each begins, and how many rows it has; items ascend."""
    start = np.flatnonzero(np.diff(item, prepend=-1))
    return item[start], start, np.diff(start, append=len(item))


def _rank(index: Ints, start: Ints, by: npt.NDArray[np.float64]) -> Ints:
    """Give each row its place within its item, ordered by ``by``."""
    order = np.lexsort((by, index))
    rank = np.empty(len(index), dtype=np.int64)
    rank[order] = np.arange(len(index)) - start[index[order]]
    return rank

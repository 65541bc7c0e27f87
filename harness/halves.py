"""Deal the clusters into halves, without replacement, cut both sides to one budget, and tell the error from the halves.

What counts distinct things (words, duplicates, bytes when packed) is ruined by redraws with replacement, and grows
with how much is looked at. So such an audit is run on random halves, in which the model's side and the reference's
have the same number of answers, and each the same number of words (or rows) as the one it stands against: of two
answers to one item, the longer is cut to the shorter. Without this, longer texts would seem less varied: at one number
of words in all they are fewer, and tell of fewer things. Each item brings one answer a side: several people's texts of
one item are more alike than texts of several items. Where the sides share no items, answers are put against each
other at random. A half and its complement share nothing: that is what the error comes from (``spread``). Where there
is more than halves may hold, clusters are dealt into more parts.

Arrays in, arrays out; all chance comes from the generator that is passed in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from harness.inference import LEAST_CLUSTERS, Floats
from harness.turns import Ints, Pool

MOST_WORDS = 20_000  # a side


@dataclass(frozen=True)
class Texts:
    """The rows that have the text which is counted.

    Attributes:
        answer: the answer that each row belongs to, ascending.
        size: its words, or 1 where rows are counted.
    """

    answer: Ints
    size: Ints


@dataclass(frozen=True)
class Half:
    """One part of a deal.

    Attributes:
        row: rows; those of an answer stand together.
        is_model: whether a row is the focal's.
        kept: how much of each row is left, of its size.
        fold: 0 or 1, dealt by cluster.
        budget: the size of either side.
    """

    row: Ints
    is_model: npt.NDArray[np.bool_]
    kept: Ints
    fold: Ints
    budget: int


class Deck:
    """The answers of both sides that have a text, to be dealt again and again."""

    def __init__(self, pool: Pool, cluster: Ints, texts: Texts) -> None:
        """Take up a pool and the cluster of each of its answers."""
        self._sides = [side for side in (True, False) if (pool.is_model == side).any()]
        begin, end = (np.searchsorted(texts.answer, pool.answer, side=side) for side in ("left", "right"))
        there = end > begin
        self._pool, self._cluster, self._begin, self._end = pool.take(there), cluster[there], begin[there], end[there]
        self._rows = texts.size
        self._total = np.concatenate([[0], np.cumsum(texts.size)])  # before each row

    @cached_property
    def size(self) -> int:
        """Give the budget of a deal in which nothing is parted or cut."""
        order = np.zeros(self._cluster.max(initial=0) + 1)
        whole = self.deal(order, order, np.random.default_rng(0), parts=1, most=2**62)
        return whole[0].budget if whole else 0

    def clusters(self) -> int:
        """Count the clusters of the side that has fewer."""
        return min(len(np.unique(self._cluster[self._pool.is_model == side])) for side in self._sides)

    def deals(
        self, orders: Iterable[Floats], shape: tuple[int, int, int], rng: np.random.Generator, *, most: int
    ) -> dict[int, Half]:
        """Deal again and again.

        Args:
            orders: of each deal, (1 + splits, clusters) random numbers, the same for all focal annotators: the first
                row decides who is in which part, the others the folds of each split.
            shape: deals, parts, splits.
            most: the largest budget.

        Returns:
            number of a draw, in an array of this shape → the draw; those are missing in which a side has nothing.
        """
        made: dict[int, Half] = {}
        for deal, (order, *splits) in enumerate(orders):
            for split, folds in enumerate(splits):
                for part, half in enumerate(self.deal(order, folds, rng, parts=shape[1], most=most)):
                    made[int(np.ravel_multi_index((deal, part, split), shape))] = half
        return made

    def deal(self, order: Floats, folds: Floats, rng: np.random.Generator, *, parts: int, most: int) -> list[Half]:
        """Deal the clusters into parts that share none, and cut the texts of each to one budget.

        Clusters in which both sides have spoken, and those of either side alone, are dealt apart, as many to each
        part; what is left over sits out.

        Args:
            order, folds: random numbers of each cluster: who is in which part, and in which fold.
            most: the largest budget.

        Returns:
            the parts; none where a side has nothing in one of them.
        """
        part, fold = _deal_clusters(self._cluster, self._pool.is_model, order, folds, parts)
        dealt = [self._cut(np.flatnonzero(part == number), fold, rng, most) for number in range(parts)]
        return [half for half in dealt if half] if all(dealt) else []

    def _cut(self, inside: Ints, fold: Ints, rng: np.random.Generator, most: int) -> Half | None:
        """Pick one answer of each item a side, put the sides against each other, and cut both to one budget."""
        pool, begin, end = self._pool, self._begin, self._end
        picked = [_pick(pool, inside[pool.is_model[inside] == side], rng) for side in self._sides]
        if not all(map(len, picked)):
            return None
        matched = _match(pool, picked, rng)
        size = np.min([self._total[end[answers]] - self._total[begin[answers]] for answers in matched], axis=0)
        size = np.clip(most - (np.cumsum(size) - size), 0, size)
        budget, left = int(size.sum()), size > 0
        if not budget:
            return None
        owner = np.concatenate([answers[left] for answers in matched])
        quota = np.tile(size[left], len(matched))
        count = end[owner] - begin[owner]
        first = np.cumsum(count) - count
        rows = np.arange(int(count.sum())) + np.repeat(begin[owner] - first, count)
        kept = np.clip(np.repeat(quota + self._total[begin[owner]], count) - self._total[rows], 0, self._rows[rows])
        owner, used = np.repeat(owner, count), kept > 0
        return Half(rows[used], pool.is_model[owner[used]], kept[used], fold[owner[used]], budget)


def parts_of(deck: Deck, beside: list[Deck], most: int, halves: int) -> int:
    """Say in how many parts a deck is dealt: two, or as many as have the largest budget each.

    Annotators with about as much, half as much at least as the one of most, are dealt in as many parts, so that they
    are paired.

    Args:
        deck: the one that is dealt.
        beside: those of all annotators of the data set.
        most: the largest budget.
        halves: how many parts there are in all deals together.
    """
    sizes = [each.size for each in beside]
    alike = min(size for size in sizes if 2 * size >= max(sizes))
    full = min(alike, deck.size) // most
    return max(2, min(full, halves, deck.clusters() // LEAST_CLUSTERS))


def _pick(pool: Pool, answers: Ints, rng: np.random.Generator) -> Ints:
    """Pick one answer of each item, at random, in random order."""
    mixed = rng.permutation(answers)
    _, first = np.unique(pool.item[mixed], return_index=True)
    return mixed[np.sort(first)]


def _match(pool: Pool, picked: list[Ints], rng: np.random.Generator) -> list[Ints]:
    """Put answers to the same item against each other, and what is left at random; as many on both sides."""
    if len(picked) == 1:
        return picked
    shared = rng.permutation(np.intersect1d(pool.item[picked[0]], pool.item[picked[1]]))
    found = []
    for answers in picked:
        by_item = answers[np.argsort(pool.item[answers])]
        same = by_item[np.searchsorted(pool.item[by_item], shared)]
        found.append(np.concatenate([same, answers[~np.isin(pool.item[answers], shared)]]))
    most = min(map(len, found))
    mixed = rng.permutation(most)
    return [answers[:most][mixed] for answers in found]


def _deal_clusters(
    cluster: Ints, is_model: npt.NDArray[np.bool_], order: Floats, folds: Floats, parts: int
) -> tuple[Ints, Ints]:
    """Tell the part of each answer, or -1, and its fold."""
    clusters, index = np.unique(cluster, return_inverse=True)
    sides = np.zeros(len(clusters), dtype=np.int64)
    for side, bit in ((True, 1), (False, 2)):
        sides[np.unique(index[is_model == side])] |= bit
    part = np.full(len(clusters), -1)
    fold = np.zeros(len(clusters), dtype=np.int64)
    for stratum in np.unique(sides):
        members = np.flatnonzero(sides == stratum)
        members = members[np.argsort(order[clusters[members]])]
        each = len(members) // parts
        part[members[: each * parts]] = np.repeat(np.arange(parts), each)
        members = members[np.lexsort((folds[clusters[members]], part[members]))]
        fold[members] = np.arange(len(members)) % 2
    return part[index], fold[index]


def spread(draws: Floats, clusters: int) -> tuple[Floats, int]:
    """Turn a statistic of the parts of each deal into its mean, and replicates that are spread as the mean's error.

    Parts of a deal share no cluster, so they are independent, and the mean M over the K parts of one deal varies,
    from one data set to another, with variance V = E[W] / K, where W is the variance among the parts of a deal. The
    estimate is the mean of M over all deals, E[M | data], and by the law of total variance

        Var E[M | data] = Var M - E Var[M | data] = E[W / K - B],

    B the variance of M among deals of the same data. With halves, K = 2 and one deal A and its complement, this is
    the variance of (θ(A) - θ(Aᶜ)) / 2 less that of (θ(A) + θ(Aᶜ)) / 2, or -Cov(θ(A), θ(Aᶜ)). It is free of bias for
    every statistic, sum or not, and whatever chance each part draws of its own (which of several answers is picked,
    what the budget cuts off): Wang and Lindsay 2014, Statistica Sinica 24, 1117-1141. What R deals rather
    than all add is B / R. In Hoeffding's decomposition (1948, Ann. Math. Stat. 19), what takes c clusters at once
    has 2^(1 - c) of its variance left in the mean of halves: all for sums, a half for what counts pairs.

    The difference of two variances is itself uncertain. The share of V that is left lies between 1, where deals
    beyond the first bring nothing, and the standard error e that this share would have if nothing were left: less
    cannot be told from nothing (64 deals of halves: 1/4, which is that of what takes three clusters at once).
    Where B / V is beyond 1 + 3 e, clusters are not independent (each text stands twice: halves that hold few pairs
    have complements that hold few), and the error is the older, larger one of a sum, in which a draw of a share
    1 / K varies by K - 1 times as much as the mean of all draws (Shao and Wu 1989, Ann. Stat. 17, 1176-1197).
    Degrees of freedom are few as clusters are, and as both variances are known from few deals (Satterthwaite 1946,
    Biometrics 2, 110-114); of the latter a quarter of the deals at least, for where the share left happens to be
    small they would be too few.

    Args:
        draws: (deals, parts, splits); each part counts with the mean over its splits, and deals with a part of which
            none is finite are left out.
        clusters: of the data; standard errors of replicates are multiplied by √(n / (n - 1)) later, and the
            replicates are that much closer.

    Returns:
        the mean, then one replicate a part, nan where it has none: the mean, and how far the part is from the others
        of its deal, scaled. For a sum of halves they are the draws themselves. Two annotators dealt in the same
        orders have paired replicates: read them as bootstrap replicates, and the spread of the difference as the
        error of the difference. And the degrees of freedom of the error.
    """
    there = np.isfinite(draws)
    finite = np.all(np.any(there, axis=2), axis=1)
    deals, parts = int(finite.sum()), draws.shape[1]
    made = np.full(draws.shape[:2], math.nan)
    if not deals:
        return np.concatenate([[math.nan], made.ravel()]), 1
    drawn = np.where(there, draws, 0.0)[finite].sum(axis=2) / there[finite].sum(axis=2)
    means = drawn.mean(axis=1, keepdims=True)
    apart = float(np.mean(np.var(drawn, axis=1, ddof=1))) / parts
    between = float(np.var(means, ddof=1)) if deals > 1 else 0.0
    noise = 1 / (deals * (parts - 1)), 1 / max(deals - 1, 1)  # of either variance: half its squared relative error
    least = min(1.0, math.sqrt(2 * sum(noise)))
    left = min(1.0, max(least, 1 - between * (1 - 1 / deals) / apart)) if apart > 0 else 1.0
    known = max(left**2 / (noise[0] + (1 - left) ** 2 * noise[1]), deals / 4)
    # Of as many replicates as there are parts, times n / (n - 1), the standard error makes the error of the mean.
    degrees = (deals * parts - 1) / (deals * parts) * (clusters - 1) / clusters
    centre = float(means.mean())
    if between <= apart * (1 + 3 * least):
        made[finite] = centre + (drawn - means) * math.sqrt(left * degrees / (parts - 1))
    else:
        made[finite] = centre + (drawn - centre) * math.sqrt(degrees / (parts - 1))
    return np.concatenate([[centre], made.ravel()]), round(1 / (1 / max(clusters - 1, 1) + 1 / known))

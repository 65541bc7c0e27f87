"""Interpolated modified Kneser–Ney over whole numbers: counts, discounts, probabilities, draws.

Formulas: Chen and Goodman 1999 (Computer Speech and Language 13), equations 27–30; what begins a sequence is counted
as it is, for nothing can stand before it (as in SRILM and KenLM). The lowest level is interpolated with a base
distribution that the caller brings, so that every symbol has a probability.

A level holds the n-grams of one length, sorted by context and symbol: the children of a context lie side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BEGIN, END, FIRST = 0, 1, 2  # symbols that every sequence has, and the first that is the caller's
UNKNOWN = -1
FALLBACK = (0.5, 1.0, 1.5)  # discounts where counts of counts are too few to estimate them (KenLM's)


class Level(NamedTuple):
    """N-grams of one length.

    Attributes:
        keys: context × symbols + symbol, sorted; the context is a place in the level below.
        share: discounted count over the context's total.
        total: per context: sum of the counts of its children; 0 for what has none.
        back: per context: what is left for the level below.
        summed: running sum of share, with a 0 before it.
        suffix: place in the level below of the n-gram without its first symbol.
    """

    keys: Ints
    share: Floats
    total: Floats
    back: Floats
    summed: Floats
    suffix: Ints


class KneserNey:
    """A model of sequences of symbols.

    Args:
        order: length of the longest n-grams, 1 or more.
        symbols: how many there are, ``BEGIN`` and ``END`` included.
        begins: the last so many of them begin a sequence in the place of ``BEGIN``, and stand nowhere else.
    """

    def __init__(self, order: int, symbols: int, begins: int = 0) -> None:
        self.order, self.symbols, self.inner = order, symbols, symbols - begins
        self.levels: list[Level] = []
        self.discounts: list[tuple[float, float, float]] = []

    def fit(self, sequences: Sequence[Ints], begins: Ints | None = None) -> KneserNey:
        """Count.

        Args:
            sequences: of symbols from ``FIRST`` on, without ``BEGIN`` and ``END``.
            begins: what begins each; None: ``BEGIN``.
        """
        line, offset = _join(sequences, begins)
        ends: list[tuple[Ints, Ints, Ints]] = []  # per level: keys, counts, place of the n-gram that ends here
        places = [np.where(offset >= 0, 0, UNKNOWN)]  # level 0: one empty n-gram
        suffixes: list[Ints] = []
        for length in range(1, self.order + 1):
            context = places[-1] if length == 1 else np.concatenate([[UNKNOWN], places[-1][:-1]])
            inside = (offset >= length - 1) & (context >= 0)
            keys, first, back, counts = np.unique(
                context[inside] * self.symbols + line[inside], return_index=True, return_inverse=True,
                return_counts=True,
            )  # fmt: skip
            place = np.full(len(line), UNKNOWN)
            place[inside] = back
            suffixes.append(places[-1][inside][first])
            begins = (offset[inside] == length - 1)[first]
            ends.append((keys, counts, begins))
            places.append(place)
        for depth, (keys, counts, begins) in enumerate(ends):
            adjusted = counts.astype(np.float64)
            if depth + 1 < self.order:
                before = np.bincount(suffixes[depth + 1], minlength=len(keys))
                adjusted = np.where(begins, adjusted, before)
            contexts = max(len(ends[depth - 1][0]), 1) if depth else 1  # no text may be as long as that
            symbol = keys % self.symbols
            predicted = (symbol != BEGIN) & (symbol < self.inner)
            self.levels.append(self._level(keys, np.where(predicted, adjusted, 0.0), contexts, suffixes[depth]))
        return self

    def _level(self, keys: Ints, counts: Floats, contexts: int, suffix: Ints) -> Level:
        discounts = np.array([0.0, *estimate_discounts(counts)])
        self.discounts.append((discounts[1], discounts[2], discounts[3]))
        off = discounts[np.minimum(counts, 3).astype(np.int64)]
        context = keys // self.symbols
        total: Floats = np.bincount(context, weights=counts, minlength=contexts).astype(np.float64)
        freed = np.bincount(context, weights=off, minlength=contexts)
        whole = np.maximum(total, 1.0)
        share = (counts - off) / whole[context]
        return Level(keys, share, total, freed / whole, np.concatenate([[0.0], np.cumsum(share)]), suffix)

    def probabilities(self, sequences: Sequence[Ints], base: Floats, begins: Ints | None = None) -> Floats:
        """Give P(symbol | all before it) of each symbol and of the ``END`` of each sequence, laid end to end.

        Args:
            sequences: symbols; ``UNKNOWN`` for those that were not there when the model was fitted.
            base: the base distribution's probability of each of these, in the same order.
            begins: what begins each; None: ``BEGIN``.
        """
        line, offset = _join(sequences, begins)
        said = offset > 0
        made = np.zeros(len(line))
        made[said] = base
        place = np.zeros(len(line), dtype=np.int64)
        for length, level in enumerate(self.levels, start=1):
            context = place if length == 1 else np.concatenate([[UNKNOWN], place[:-1]])
            context = np.where(offset >= length - 1, context, UNKNOWN)
            place = _find(level.keys, np.where((context >= 0) & (line >= 0), context * self.symbols + line, UNKNOWN))
            known = (context >= 0) & (level.total[np.maximum(context, 0)] > 0)
            at = context[known]
            own = np.where(place[known] >= 0, level.share[np.maximum(place[known], 0)], 0.0)
            made[known] = own + level.back[at] * made[known]
        return made[said]

    def draw(self, histories: Ints, rng: np.random.Generator, *, cut: bool = False) -> Ints:
        """Draw the next symbol of each sequence; ``UNKNOWN`` where chance wants one of the base distribution.

        Args:
            histories: (sequences, order - 1): the last symbols of each, oldest first; ``UNKNOWN`` before its begin.
            cut: give the base distribution's share to the others, by what they have.
        """
        drawn = np.full(len(histories), UNKNOWN)
        still = np.arange(len(histories))
        for length in range(self.order, 0, -1):
            level = self.levels[length - 1]
            context = self._places(histories[still, histories.shape[1] - length + 1 :])
            left = np.searchsorted(level.keys, context * self.symbols)
            right = np.searchsorted(level.keys, (context + 1) * self.symbols)
            low, high = level.summed[left], level.summed[right]
            chance = rng.random(len(still))
            if cut and length == 1:
                chance *= high - low
            hit = (context >= 0) & (chance < high - low)
            row = np.searchsorted(level.summed, low + chance, side="right") - 1
            row = np.clip(row, left, np.maximum(right - 1, left))
            drawn[still[hit]] = level.keys[row[hit]] % self.symbols
            still = still[~hit]
        return drawn

    def _places(self, contexts: Ints) -> Ints:
        """Find contexts of one length among the n-grams; ``UNKNOWN`` where one was never seen."""
        place = np.zeros(len(contexts), dtype=np.int64)
        for level, symbol in zip(self.levels, contexts.T, strict=False):
            place = _find(level.keys, np.where((place >= 0) & (symbol >= 0), place * self.symbols + symbol, UNKNOWN))
        return place


def estimate_discounts(counts: Floats) -> tuple[float, float, float]:
    """Estimate the discounts of counts 1, 2, and 3 or more from how many n-grams have which count.

    D(k) = k - (k + 1) Y n(k+1) / n(k), Y = n1 / (n1 + 2 n2). Where one of n1 … n4 is 0, or a discount is not between
    0 and its count, ``FALLBACK``.
    """
    of = [int(np.sum(counts == k)) for k in range(5)]
    if 0 in of[1:]:
        return FALLBACK
    y = of[1] / (of[1] + 2 * of[2])
    made = tuple(k - (k + 1) * y * of[k + 1] / of[k] for k in (1, 2, 3))
    if not all(0 < d < k for k, d in enumerate(made, start=1)):
        return FALLBACK
    return made[0], made[1], made[2]


def _join(sequences: Sequence[Ints], begins: Ints | None) -> tuple[Ints, Ints]:
    """Lay sequences end to end, each between its begin and ``END``; and tell how far each symbol is from its begin."""
    lengths = np.array([len(one) + 2 for one in sequences], dtype=np.int64)
    line = np.full(int(lengths.sum()), END, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    offset = np.arange(len(line)) - np.repeat(starts, lengths)
    line[starts] = BEGIN if begins is None else begins
    inner = (offset > 0) & (offset < np.repeat(lengths, lengths) - 1)
    if len(sequences):
        line[inner] = np.concatenate([np.asarray(one, dtype=np.int64) for one in sequences])
    return line, offset


def _find(keys: Ints, wanted: Ints) -> Ints:
    """Find each key's place; ``UNKNOWN`` where it is not."""
    if not len(keys):
        return np.full(len(wanted), UNKNOWN)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, UNKNOWN)

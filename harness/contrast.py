"""Annotators put against each other: is what an audit shows of them the same but for chance?

The members of a group (variants of one prompt, two models, one model at two waves) have answered items of one data set.
Under *they are interchangeable* their answers may change hands within each cluster of items. So hands are changed, all
members of a cluster at once, and the share of draws in which the estimates lie at least as far apart as they do is the
p-value (Fisher's randomisation test; Phipson and Smyth 2010, SAGMB 9, for the observed draw counted in). Every audit
whose ``cells`` are sums over items can be tested so, whatever its estimate makes of the sums.

It is exact under that hypothesis, which says more than *this audit shows the same of both*: annotators who differ in
something else only can be told apart by it a little too often. Put the paired bootstrap beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from harness.inference import TIE, Floats
from harness.turns import Ints

MOST_NUMBERS = 20_000_000  # in the matrices of some draws


def aligned(slots: Ints, table: Floats, keys: Ints) -> Floats:
    """Give a member's sums under the keys of its whole group, 0 where it has none.

    Args:
        slots: the keys of the table, ascending.
        table: (clusters, slots, sums).
        keys: those of the group.

    Returns:
        (clusters, keys × sums).
    """
    full = np.zeros((len(table), len(keys), table.shape[2]))
    there = np.isin(keys, slots)
    full[:, there] = table[:, np.searchsorted(slots, keys[there])]
    return full.reshape(len(full), -1)


def change_hands(tables: Sequence[Floats], draws: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Exchange the members' sums within clusters.

    Args:
        tables: of each member, (clusters, width).
        draws: how many, the first of which leaves everything as it is.

    Yields:
        (some draws, members, width).
    """
    members, clusters = len(tables), len(tables[0])
    at_a_time = max(1, MOST_NUMBERS // max(clusters * members, members * tables[0].shape[1]))
    for begin in range(0, draws, at_a_time):
        count = min(at_a_time, draws - begin)
        hands = np.argsort(rng.random((count, clusters, members), dtype=np.float32), axis=2)
        if begin == 0:
            hands[0] = np.arange(members)
        out = np.zeros((count, members, tables[0].shape[1]))
        for place in range(members):
            for member, table in enumerate(tables):
                out[:, place] += (hands[:, :, place] == member).astype(np.float64) @ table
        yield out


def apart(estimates: Floats) -> Floats:
    """Say how far apart members lie: the variance over them (of two, half the squared difference).

    Args:
        estimates: (draws, members).

    Returns:
        one value a draw; NaN where a member's estimate is undefined.
    """
    return np.asarray(np.var(estimates, axis=1, ddof=1))


def differ_p(estimates: npt.ArrayLike) -> float:
    """Give the p-value of *the members are interchangeable*.

    Args:
        estimates: (draws, members); the first draw is as observed.
    """
    spread = apart(np.asarray(estimates, dtype=np.float64))
    drawn = spread[1:][np.isfinite(spread[1:])]
    if not np.isfinite(spread[0]) or not len(drawn):
        return float("nan")
    return (1 + int(np.sum(drawn >= spread[0] * (1 - TIE) - TIE * TIE))) / (1 + len(drawn))

"""Who has answered what, in numbers, and the pool of one focal annotator: its own answers and its reference's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from harness.turns import Ints, Pool

LEAST_SHARED = 10  # items; with fewer an annotator and its reference are two groups


@dataclass(frozen=True)
class Answers:
    """All answers of a relation, by answer number; their items ascend.

    Attributes:
        item: item number.
        who: number of the annotator; -1 for people.
        person: number of the person; -1 if unknown or no human.
        draw: which of the annotator's samples of the item, from 1.
    """

    item: Ints
    who: Ints
    person: Ints
    draw: Ints

    def of(self, who: int, *, all_draws: bool) -> Ints:
        """List the answers of an annotator (people: all of them), ascending."""
        order, whos = self._by_who
        begin, end = np.searchsorted(whos, [who, who + 1])
        found = order[begin:end]
        return found if all_draws or who < 0 else found[self.draw[found] == 1]

    @cached_property
    def _by_who(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.who, kind="stable")
        return order, self.who[order]


def make_pool(
    answers: Answers,
    own: Sequence[int],
    reference: int | None,
    items: tuple[int, int],
    *,
    all_draws: bool,
    shape: str,
    shared_with: Sequence[Sequence[int]] = (),
) -> tuple[Pool, bool] | None:
    """Pool an annotator's answers and its reference's.

    Args:
        own: numbers of the focal annotators; several where they are looked at as one.
        reference: number of the annotator who is the reference; None: the people.
        items: first and last item number of the data set.
        shape: ``model``: no reference; ``item``: on the items that both know; ``auto``: there, if they share at least
            ten, or else all items of either side.
        shared_with: groups of further annotators; only items that one of each group has answered are taken.

    Returns:
        the pool, and whether both sides share its items; None if there is nothing to compare.
    """
    low, high = items
    mine = np.concatenate([answers.of(who, all_draws=all_draws) for who in own])
    if shared_with:
        mine = mine[known_to(answers, shared_with, items)[answers.item[mine] - low]]
    if shape == "model":
        chosen = np.sort(mine)
        return (_pool(answers, chosen, np.ones(len(chosen), dtype=np.bool_)), True) if len(chosen) else None
    theirs = answers.of(-1 if reference is None else reference, all_draws=all_draws)
    begin, end = np.searchsorted(answers.item[theirs], [low, high + 1])
    theirs = theirs[begin:end]
    if shared_with:
        theirs = theirs[known_to(answers, shared_with, items)[answers.item[theirs] - low]]
    sides = []
    for side in (mine, theirs):
        known = np.zeros(high - low + 1, dtype=np.bool_)
        known[answers.item[side] - low] = True
        sides.append(known)
    shared = sides[0] & sides[1]
    paired = shape == "item" or int(shared.sum()) >= LEAST_SHARED
    if not (shared.any() if paired else len(mine) and len(theirs)):
        return None
    is_model = np.zeros(len(answers.item), dtype=np.bool_)
    is_model[mine] = True
    chosen = np.zeros(len(answers.item), dtype=np.bool_)
    for side in (mine, theirs):
        chosen[side[shared[answers.item[side] - low]] if paired else side] = True
    found = np.flatnonzero(chosen)
    return _pool(answers, found, is_model[found]), paired


def known_to(answers: Answers, groups: Sequence[Sequence[int]], items: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Tell which items of a data set somebody of each group has answered."""
    low, high = items
    known = np.ones(high - low + 1, dtype=np.bool_)
    for group in groups:
        own = np.zeros_like(known)
        for who in group:
            own[answers.item[answers.of(who, all_draws=True)] - low] = True
        known &= own
    return known


def _pool(answers: Answers, chosen: Ints, is_model: npt.NDArray[np.bool_]) -> Pool:
    # Who reads as the reference is no person where a model is the reference: their number is -1 already.
    person = np.where(is_model, -1, answers.person[chosen])
    return Pool(answers.item[chosen], chosen, is_model, person)

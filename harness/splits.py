"""Part items into what is taught with and what is tested on: by cluster, and by text.

What this refuses: a row-level split. Items of one cluster, and items that share a text, never stand on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.ids import digest

TEST = "test"


@dataclass(frozen=True)
class Split:
    """The two sides of a data set.

    Attributes:
        test, train: items.
        group: item → number of the group that it belongs to: its cluster, and what shares a text with it.
        left_out: items of the teaching side that the data's own split would have put beside their like in the test.
    """

    test: frozenset[str]
    train: frozenset[str]
    group: Mapping[str, int]
    left_out: frozenset[str]


def split_items(
    clusters: Mapping[str, str],
    texts: Mapping[str, Iterable[str]],
    given: Mapping[str, str | None],
    share: float,
    seed: str,
) -> Split:
    """Split the items of one data set.

    Args:
        clusters: item → its cluster.
        texts: item → every text that stands with it, whoever wrote it.
        given: item → what the data call its side; used where every item has one and some are ``test``.
        share: share of the groups that is held out, where the data do not say.
        seed: names the draw.
    """
    group = _groups(clusters, texts)
    sides = {given.get(item) for item in clusters}
    if None not in sides and TEST in sides and len(sides) > 1:
        test = {item for item in clusters if given[item] == TEST}
        held = {group[item] for item in test}
        train = {item for item in clusters if item not in test}
        left_out = {item for item in train if group[item] in held}
        return Split(frozenset(test), frozenset(train - left_out), group, frozenset(left_out))
    first: dict[int, str] = {}
    for item in sorted(clusters):
        first.setdefault(group[item], item)
    ordered = sorted(first, key=lambda number: digest(f"{seed} {first[number]}"))
    held = set(ordered[: max(1, round(share * len(ordered)))])
    test = {item for item in clusters if group[item] in held}
    return Split(frozenset(test), frozenset(set(clusters) - test), group, frozenset())


def normalised(text: str) -> str:
    """Give one form to texts that differ in case and spaces only."""
    return " ".join(text.casefold().split())


def _groups(clusters: Mapping[str, str], texts: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Join items of one cluster, and items that share a text, however long the chain."""
    above: dict[str, str] = {item: item for item in clusters}

    def top(item: str) -> str:
        while above[item] != item:
            above[item] = above[above[item]]
            item = above[item]
        return item

    shared: dict[tuple[str, str], str] = {}
    for item, cluster in clusters.items():
        for mark in (("cluster", cluster), *(("text", normalised(text)) for text in texts.get(item, ()))):
            above[top(item)] = top(shared.setdefault(mark, item))
    numbers: dict[str, int] = {}
    return {item: numbers.setdefault(top(item), len(numbers)) for item in sorted(clusters)}


def order_items(items: Sequence[str], group: Mapping[str, int], seed: str) -> list[str]:
    """Put items in a drawn order that does not depend on which others there are: groups by hash, items within."""
    first: dict[int, str] = {}
    for item in sorted(items):
        first.setdefault(group[item], item)
    return sorted(items, key=lambda item: (digest(f"{seed} {first[group[item]]}"), item))

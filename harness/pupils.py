"""Trained annotators on the bench of the test: which seats belong together, seed by seed.

What this refuses: to compare on other items. A pupil is looked at on what its teacher has answered too, where the two
are compared.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from harness.auditfile import Audit
from harness.store.bench import WHO, Bench
from harness.store.examined import Speaker

Seat = dict[str, Any]


def one_draw(audit: Audit) -> Audit:
    """Let an audit look at one sample of everybody: a training says one thing of an item, and so must its teacher."""
    floor = "people" if isinstance(audit.header.floor, str) else audit.header.floor
    header = audit.header.model_copy(update={"draws": "one", "plays": "one", "floor": floor})
    return dataclasses.replace(audit, header=header)


def looks_at_pupils(bench: Bench, audit: Audit) -> bool:
    """Tell whether an audit has something to say of trained annotators, each of which says one thing of an item."""
    header = audit.header
    return not (header.across or header.least_samples > 1 or header.of_data) and bool(bench.relation(audit.rows))


class Pupils:
    """The trainings that speak on a bench: by data set, learner and variant, in the order of their seeds."""

    def __init__(self, bench: Bench, speakers: Iterable[Speaker]) -> None:
        self.seats: list[Seat] = bench.whos()
        self._by_name = {tuple(seat[name] for name in WHO): seat for seat in self.seats}
        self.groups: dict[tuple[str, str, str], list[Speaker]] = {}
        for one in speakers:
            if (one.dataset, "trained", one.model, one.told, "1") in self._by_name:
                self.groups.setdefault((one.dataset, one.model, one.variant), []).append(one)

    def seat(self, one: Speaker) -> Seat:
        """Give a training's seat."""
        return self._by_name[one.dataset, "trained", one.model, one.told, "1"]

    def teacher(self, one: Speaker) -> Seat | None:
        """Give its teacher's seat; None where people taught, or the teacher said nothing of the test."""
        return self._by_name.get((one.dataset, "llm", *one.teacher)) if one.teacher else None


def focal(seat: Seat, number: int, *shared: Seat | None) -> Seat:
    """Make a focal annotator, as ``Bench.prepare`` takes them, on the items that some others have answered too."""
    return {
        **{name: seat[name] for name in WHO}, "focal_no": number, "model_who": seat["who_no"], "reference_who": None,
        "shared_with": [[one["who_no"]] for one in shared if one is not None],
    }  # fmt: skip

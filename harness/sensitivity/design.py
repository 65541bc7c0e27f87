"""Which axes are varied, which of them are open, and what another prompt would be.

An axis is *open* where its levels are a sample of more that could have been written (wordings, personas, examples), and
*closed* where the levels tried are all there are (the order of labels). A new prompt has new levels on open axes and
one of the tried levels on closed ones.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.inference import Floats, Ints

CLOSED = ("label_order", "answer_order", "names", "format", "temperature")
MOST_AXES = 6  # whose interactions are told apart: 63 terms; with more, variants count as so many prompts
WRITTEN = re.compile(r"\w+=\S+(?: \w+=\S+)*")
AGAINST = re.compile(r"(?:(.*) )?(\w+): (\S+) against (\S+)")

Term = tuple[int, ...]


@dataclass(frozen=True)
class Axis:
    """A factor that is varied: its name, its levels in their order, and whether more could have been tried."""

    name: str
    levels: tuple[str, ...]
    open: bool


@dataclass(frozen=True)
class Design:
    """Variants as points of a grid.

    Attributes:
        axes: those with two levels or more.
        index: (variants, axes) number of each variant's level.
    """

    axes: tuple[Axis, ...]
    index: Ints

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Count the levels of each axis."""
        return tuple(len(axis.levels) for axis in self.axes)

    @property
    def full(self) -> bool:
        """Tell whether every combination of levels was tried, once."""
        distinct = len({tuple(row) for row in self.index.tolist()})
        return len(self.index) == distinct == math.prod(self.shape) and len(self.axes) <= MOST_AXES

    @property
    def open(self) -> tuple[int, ...]:
        """Number the open axes."""
        return tuple(number for number, axis in enumerate(self.axes) if axis.open)

    @property
    def closed(self) -> tuple[int, ...]:
        """Number the closed axes."""
        return tuple(number for number, axis in enumerate(self.axes) if not axis.open)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """List all subsets of the axes but the empty one, small ones first."""
        numbers = range(len(self.axes))
        return tuple(term for size in range(1, len(self.axes) + 1) for term in itertools.combinations(numbers, size))

    def projection(self, term: Term) -> Floats:
        """Give the matrix that takes a full grid's estimates to the effects of a term.

        Returns:
            (variants, variants); projections of all terms are orthogonal, and add up to centring.
        """
        parts = []
        for number, levels in enumerate(self.shape):
            mean = np.full((levels, levels), 1 / levels)
            parts.append(np.eye(levels) - mean if number in term else mean)
        whole = np.ones((1, 1))
        for part in parts:
            whole = np.kron(whole, part)
        place = np.ravel_multi_index(tuple(self.index.T), self.shape)
        return np.asarray(whole[np.ix_(place, place)], dtype=np.float64)

    def name(self, term: Term) -> str:
        """Name a term: ``wording × persona``."""
        return " × ".join(self.axes[number].name for number in term)

    def told(self) -> str:
        """Say what was varied: ``wording (5, open) × label_order (2, closed)``."""
        return " × ".join(
            f"{axis.name} ({len(axis.levels)}, {'open' if axis.open else 'closed'})" for axis in self.axes
        )

    @property
    def kind(self) -> str:
        """Name the design in a word or two."""
        if len(self.axes) == 1:
            return "one axis"
        return "full grid" if self.full else f"{len(self.index)} of {math.prod(self.shape)} combinations"

    @property
    def population(self) -> str:
        """Say of which prompts the prediction interval speaks."""
        opened, closed = ([self.axes[n].name for n in numbers] for numbers in (self.open, self.closed))
        if not self.full:
            return f"another combination of the tried levels of {_and([axis.name for axis in self.axes])}"
        if not opened:
            return f"the prompts tried: all levels of {_and(closed)}"
        told = f"a prompt not yet tried: {_and([f'another {name}' for name in opened])}, of the kind of those tried"
        return f"{told}, at any level of {_and(closed)}" if closed else told


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def make_design(levels: Sequence[Mapping[str, str]], known: Mapping[str, Sequence[str]]) -> Design:
    """Make out the grid on which variants stand.

    Args:
        levels: of each variant: axis → level. Axes on which all agree are left out.
        known: axis → all levels that the data type lists.
    """
    names = list(dict.fromkeys(name for each in levels for name in each))
    axes = []
    for name in names:
        there = tuple(dict.fromkeys(each.get(name, "") for each in levels))
        if len(there) > 1:
            closed = name in CLOSED or (name in known and set(known[name]) <= set(there))
            axes.append(Axis(name, there, not closed))
    index = np.array([[axis.levels.index(each.get(axis.name, "")) for axis in axes] for each in levels], dtype=np.int64)
    return Design(tuple(axes), index.reshape(len(levels), len(axes)))


def read_levels(variant: str) -> dict[str, str]:
    """Read the levels out of a variant's name; a name that tells none is itself the level of an axis ``variant``.

    ``wording=plain label_order: reversed against given`` is how findings across an axis are named: the comparison is
    a level of that axis.
    """
    against = AGAINST.fullmatch(variant)
    if against:
        rest, axis, level, base = against.groups()
        return {**(read_levels(rest) if rest else {}), axis: f"{level} against {base}"}
    if WRITTEN.fullmatch(variant):
        return dict(part.split("=", 1) for part in variant.split(" "))
    return {"variant": variant}

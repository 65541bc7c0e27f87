"""Simulated grids of prompts with known components: estimates of variants, their noise, and what a new prompt shows.

Each study has ``clusters`` clusters, whose answers under every variant are its truth, what all variants share of the
cluster, and what is the variant's own. Truth is a mean over random levels of open axes and fixed ones of closed axes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from harness.sensitivity.design import Axis, Design


@dataclass(frozen=True)
class Grid:
    """What is simulated.

    Attributes:
        opened, closed: levels of open and of closed axes.
        sizes: SD of the effects of a term, by its axes' numbers (open ones first).
        noise: SD of an estimate's own noise; ``common`` of the noise that all variants share.
        tails: freedom of a t distribution that effects are drawn from, scaled to the SD; None: normal.
    """

    opened: tuple[int, ...] = (5,)
    closed: tuple[int, ...] = ()
    sizes: dict[tuple[int, ...], float] = field(default_factory=lambda: {(0,): 0.05})
    noise: float = 0.02
    common: float = 0.02
    clusters: int = 200
    mean: float = 0.0
    tails: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return (*self.opened, *self.closed)

    @property
    def design(self) -> Design:
        axes = tuple(
            Axis(f"axis{n}", tuple(map(str, range(levels))), n < len(self.opened))
            for n, levels in enumerate(self.shape)
        )
        return Design(axes, np.array(list(itertools.product(*map(range, self.shape))), dtype=np.int64))

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        """Draw a study: the truth of its variants, their estimates, the estimated noise, what a new prompt shows."""
        opened = len(self.opened)
        # One more level on every open axis: the new prompt's.
        shape = (*(levels + 1 for levels in self.opened), *self.closed)
        truth = np.full(shape, self.mean)
        for term, size in self.sizes.items():
            own = tuple(levels if axis in term else 1 for axis, levels in enumerate(shape))
            effects = self._effects(own, size, rng, fixed=all(axis >= opened for axis in term))
            truth = truth + effects
        tried = truth[tuple(slice(0, -1) for _ in self.opened)].ravel()
        at = tuple(rng.integers(levels) for levels in self.closed)
        new = float(truth[(*(-1 for _ in self.opened), *at)])
        values, noise = self.observe(tried, rng)
        return tried, values, noise, new

    def _effects(self, shape: tuple[int, ...], size: float, rng: np.random.Generator, *, fixed: bool) -> np.ndarray:
        if fixed:  # levels of a closed axis are the same in every study
            rng = np.random.default_rng(3)
        if self.tails is None or fixed:
            return rng.normal(0, size, shape)
        return rng.standard_t(self.tails, shape) * size / math.sqrt(self.tails / (self.tails - 2))

    def observe(self, truth: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Give estimates, and the covariance of their noise as clusters show it."""
        scale = math.sqrt(self.clusters)
        shared = rng.normal(0, self.common * scale, (self.clusters, 1))
        answers = truth + shared + rng.normal(0, self.noise * scale, (self.clusters, len(truth)))
        return answers.mean(axis=0), np.atleast_2d(np.cov(answers, rowvar=False)) / self.clusters

    def studies(self, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, float]]:
        """Draw studies one after another."""
        rng = np.random.default_rng(seed)
        for _ in range(count):
            yield self.draw(rng)


def one_axis(levels: int, size: float, **given: object) -> Grid:
    """Give a grid of one open axis."""
    return Grid((levels,), (), {(0,): size}, **given)  # type: ignore[arg-type]


def open_by_closed(opened: int, closed: int, size: float, both: float, fixed: float = 0.05) -> Grid:
    """Give a grid of an open and a closed axis, with an interaction."""
    return Grid((opened,), (closed,), {(0,): size, (1,): fixed, (0, 1): both})


def two_open(first: int, second: int, size: float, both: float) -> Grid:
    """Give a grid of two open axes, with an interaction."""
    return Grid((first, second), (), {(0,): size, (1,): size, (0, 1): both})


GRIDS = {
    "5 prompts, all alike": one_axis(5, 0.0),
    "5 prompts, τ = noise": one_axis(5, 0.02),
    "5 prompts, τ = 5 × noise": one_axis(5, 0.10),
    "10 prompts, all alike": one_axis(10, 0.0),
    "10 prompts, τ = noise": one_axis(10, 0.02),
    "10 prompts, τ = 5 × noise": one_axis(10, 0.10),
    "30 prompts, all alike": one_axis(30, 0.0),
    "30 prompts, τ = noise": one_axis(30, 0.02),
    "30 prompts, τ = 5 × noise": one_axis(30, 0.10),
    "10 prompts, τ = 5 × noise, heavy tails (t with 3)": one_axis(10, 0.10, tails=3),
    "10 prompts, τ = noise, 20 clusters": one_axis(10, 0.02, clusters=20),
    "2 prompts, τ = 5 × noise": one_axis(2, 0.10),
    "5 open × 2 closed, all alike": open_by_closed(5, 2, 0.0, 0.0, 0.0),
    "5 open × 2 closed": open_by_closed(5, 2, 0.05, 0.03),
    "10 open × 3 closed, no interaction": open_by_closed(10, 3, 0.05, 0.0),
    "3 × 4, both open, all alike": two_open(3, 4, 0.0, 0.0),
    "3 × 4, both open": two_open(3, 4, 0.05, 0.03),
    "3 × 4, both open, no interaction": two_open(3, 4, 0.05, 0.0),
    "6 × 8, both open": two_open(6, 8, 0.05, 0.03),
}

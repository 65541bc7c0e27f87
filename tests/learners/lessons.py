"""Lessons for tests of learners: texts whose class shows in one word."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.types import Lesson, Workplace

CLASSES = ("bad", "good")
QUIET = Workplace(vectors=lambda _: None, say=lambda _: None)


def lesson(inputs, targets, classes=CLASSES, *, weights=None, groups=None, voices=None) -> Lesson:
    """Make a lesson; by default each row is its own cluster, counts 1, and nobody knows who said it."""
    n = len(inputs)
    return Lesson(
        inputs, targets, classes,
        np.ones(n) if weights is None else np.asarray(weights),
        np.arange(n) if groups is None else np.asarray(groups),
        np.full(n, -1) if voices is None else np.asarray(voices),
    )  # fmt: skip


def reviews(count: int, seed: int) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Write reviews and whether they are good."""
    rng = np.random.default_rng(seed)
    good = rng.integers(0, 2, size=count)
    words = (("awful", "boring", "bad"), ("lovely", "great", "moving"))
    things = ("film", "meal", "book", "play", "song")
    texts = [f"The {things[rng.integers(5)]} was {words[g][rng.integers(3)]}, number {n}." for n, g in enumerate(good)]
    return texts, good

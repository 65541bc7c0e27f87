"""drop_faulty: leave out refusals, and what the study's controls found wrong (near-duplicates, length, language)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.remedies._rows import Flags, Rows

READS = ("fault",)
OPTIONS: dict[str, Any] = {}


def choose(model: Rows, people: Rows, options: Mapping[str, Any], rng: np.random.Generator) -> Flags:
    """Keep what has no fault."""
    del people, options, rng
    return np.array([fault is None for fault in model.fault], dtype=bool)

"""rake: leave out answers until each class has the share that it has among people.

Post-stratification on one margin, the class: an answer's weight is people's share of its class over the model's. A
class that people do not have goes; one that the model does not have cannot be made, and the audits still show it.
Weights shift shares. They do not mend an answer: where a model is wrong about an item it stays wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.remedies._rows import Flags, Rows, thin

READS = ("class",)
OPTIONS: dict[str, Any] = {}


def choose(model: Rows, people: Rows, options: Mapping[str, Any], rng: np.random.Generator) -> Flags:
    """Thin the classes of which the model has too many."""
    del options
    theirs, own = Counter(people.kind), Counter(model.kind)
    weight = {kind: theirs[kind] / len(people) / (count / len(model)) for kind, count in own.items()}
    return thin(np.array([weight[kind] for kind in model.kind], dtype=float), rng)

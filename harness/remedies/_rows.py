"""What remedies read and give: arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Rows:
    """Answers, one a row, in a fixed order.

    Attributes:
        item: the item's name.
        text: what was written; None where the data type has no text.
        kind: the class: the label, the preferred answer, or the class that a text is of; None where there is none.
        fault: what the study's controls found wrong, or that it is a refusal; None where nothing is.
    """

    item: Texts
    text: Texts
    kind: Texts
    fault: Texts

    def __len__(self) -> int:
        return len(self.item)


def thin(weights: Floats, rng: np.random.Generator) -> Flags:
    """Keep each row with probability weight / largest weight."""
    most = float(weights.max(initial=0.0))
    return rng.random(len(weights)) * most < weights if most > 0 else np.zeros(len(weights), dtype=bool)


def count_words(texts: Texts) -> Floats:
    """Count the words of each text."""
    return np.array([len(str(text).split()) if text is not None else 0 for text in texts], dtype=float)

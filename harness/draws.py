"""Which row of a file speaks for a sample: an axis that is drawn and not crossed.

The draw depends on the axis's seed, the item and the sample alone: it is the same under every wording and every
model, so that these can be compared in pairs, and k samples of an item get k different rows, until the file is
through. What this refuses: chance that another machine, or another Python, would not repeat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class Pool:
    """The rows that an axis may draw.

    Attributes:
        rows: each with a ``name``.
        seed: of the draws.
    """

    rows: Sequence[Mapping[str, Any]]
    seed: int

    def row(self, item_id: str, sample: int) -> Mapping[str, Any]:
        """Draw without replacement: the sample-th of a shuffled file, shuffled anew for each item and each round."""
        size = len(self.rows)
        lap, place = divmod(sample, size)
        moved: dict[int, int] = {}
        drawn = 0
        for at in range(place + 1):  # Fisher-Yates, as far as it is needed
            chance = sha256(f"{self.seed} {item_id} {lap} {at}".encode()).digest()
            other = at + int.from_bytes(chance[:8]) % (size - at)
            drawn, moved[other] = moved.get(other, other), moved.get(at, at)
        return self.rows[drawn]

"""match_length: leave out texts until lengths are spread as people's are.

People's texts are cut into ``bins`` by their words, as many texts in each. A text stays with a probability that makes
the model's shares of the bins those of people, and is as high as that allows; so it is a random part of each bin. A
length that people do not have cannot be made: what is longer than their longest text goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.remedies._rows import Flags, Rows, count_words, thin

READS = ("text",)
OPTIONS: dict[str, Any] = {"bins": 10}


def choose(model: Rows, people: Rows, options: Mapping[str, Any], rng: np.random.Generator) -> Flags:
    """Thin the bins of which the model has too many."""
    theirs, own = count_words(people.text), count_words(model.text)
    edges = np.unique(np.quantile(theirs, np.linspace(0, 1, int(options["bins"]) + 1)[1:-1], method="higher"))
    wanted = np.bincount(np.searchsorted(edges, theirs), minlength=len(edges) + 1) / len(theirs)
    bins = np.searchsorted(edges, own)
    inside = (own >= theirs.min()) & (own <= theirs.max())
    there = np.bincount(bins[inside], minlength=len(wanted))
    weights = np.where(inside, wanted[bins] / np.maximum(there[bins], 1), 0.0)
    return thin(weights, rng)

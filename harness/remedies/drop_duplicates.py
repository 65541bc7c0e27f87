"""drop_duplicates: leave out a text that says again what the annotator has said, the first one stays.

Two texts are the same if their words are, in lower case and without signs. ``alike`` under 1 leaves out near-duplicates
too: those whose ROUGE-L with an earlier text (F, equal weights; the normalised Indel similarity of the lists of words)
is at least so much, as Self-Instruct does at 0.7. It needs ``harness[instructions]``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.errors import HarnessError
from harness.remedies._rows import Flags, Rows

READS = ("text",)
OPTIONS: dict[str, Any] = {"alike": 1.0}

WORD = re.compile(r"\w+")


def choose(model: Rows, people: Rows, options: Mapping[str, Any], rng: np.random.Generator) -> Flags:
    """Keep what was not said before."""
    del people, rng
    words = [tuple(WORD.findall(str(text).lower())) if text is not None else () for text in model.text]
    first: dict[tuple[str, ...], int] = {}
    for place, said in enumerate(words):
        first.setdefault(said, place)
    kept = [first[said] == place for place, said in enumerate(words)]
    if float(options["alike"]) < 1:
        kept = _apart(words, kept, float(options["alike"]))
    return np.array(kept, dtype=bool)


def _apart(words: list[tuple[str, ...]], kept: list[bool], alike: float) -> list[bool]:
    try:
        from rapidfuzz import process
        from rapidfuzz.distance import Indel
    except ImportError as error:
        raise HarnessError(
            "near-duplicates cannot be found here", where="remedy drop_duplicates, alike",
            remedy="pip install 'harness[instructions]', or alike=1",
        ) from error  # fmt: skip
    numbers: dict[str, int] = {}
    coded = [tuple(numbers.setdefault(word, len(numbers)) for word in said) for said in words]
    stays: list[tuple[int, ...]] = []
    made = list(kept)
    for place, said in enumerate(coded):
        if not made[place]:
            continue
        if stays and process.extractOne(
            said, stays, scorer=Indel.normalized_similarity, processor=None, score_cutoff=alike
        ):
            made[place] = False
        else:
            stays.append(said)
    return made

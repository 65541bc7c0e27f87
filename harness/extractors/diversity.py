"""diversity: how long a text goes on before its words repeat, by MTLD. Any language that parts its words by spaces.

MTLD (McCarthy and Jarvis 2010, Behavior Research Methods 42, 381-392): read on until the type-token ratio of what was
read has come down to 0.72; that is one factor, and reading begins anew. What is left at the end counts as the part of a
factor that it has come, (1 - ratio) / (1 - 0.72). MTLD is words over factors, the mean of reading forwards and
backwards. Unlike the type-token ratio it hardly depends on the length of the text, from a hundred words on; below 50
there are too few factors to say anything, and the text has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.extractors._words import WORD

VERSION = "1"
PACKAGES: tuple[str, ...] = ()
EXTRA = None
DIMS = {
    "words": "words",
    "mtld": "mean number of words until their type-token ratio has come down to 0.72; none below 50 words",
}

RATIO = 0.72
LEAST_WORDS = 50


class Extractor:
    """Reads text by text."""

    def extract(self, texts: Sequence[str]) -> list[list[float]]:
        """Give one row of numbers per text, in the order of ``DIMS``."""
        return [_row([word.lower().replace("’", "'") for word in WORD.findall(text)]) for text in texts]


def _row(words: Sequence[str]) -> list[float]:
    if len(words) < LEAST_WORDS:
        return [len(words), float("nan")]
    return [len(words), mtld(words)]


def mtld(words: Sequence[str]) -> float:
    """Give MTLD; of words of which none repeats their number, for it is at least that.

    Args:
        words: in order and in one case; at least one.
    """
    return sum(len(words) / (count_factors(way) or 1.0) for way in (words, words[::-1])) / 2


def count_factors(words: Iterable[str]) -> float:
    """Count factors, the last by the part of it that is there."""
    whole, read, types, ratio = 0, 0, set[str](), 1.0
    for word in words:
        read += 1
        types.add(word)
        ratio = len(types) / read
        if ratio <= RATIO:
            whole, read, types, ratio = whole + 1, 0, set(), 1.0
    return whole + (1 - ratio) / (1 - RATIO)

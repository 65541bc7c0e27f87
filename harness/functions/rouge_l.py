"""rouge_l(text, other): ROUGE-L of two texts: how many words they share in the same order, 0 to 1.

Twice the longest common subsequence of words over the words of both, the F measure of Lin 2004 (ACL workshop Text
Summarization Branches Out) that weighs precision and recall alike, as Self-Instruct has it. Words are runs of letters
and digits in lower case, unstemmed, and single characters of scripts that write no spaces. 0 where a text has no word.
The subsequence is found bit by bit, a word of the one text against all of the other at once (Hyyrö 2004, AWOCA).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

TAKES = ["varchar", "varchar"]
GIVES = "double"

# A word, or one character of a script that writes no spaces between words.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")


def call(text: str, other: str) -> float:
    """Give ROUGE-L of two texts."""
    return likeness(words(text), words(other))


def words(text: str) -> list[str]:
    """Give the lower-cased words of a text, as lengths and likenesses count them."""
    return _WORD.findall(text.lower())


def likeness(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Give ROUGE-L of two lists of words, or of what stands for words."""
    if not first or not second:
        return 0.0
    places: dict[Hashable, int] = {}
    for place, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << place
    unmatched = (1 << len(first)) - 1
    for word in second:
        hit = unmatched & places.get(word, 0)
        unmatched = (unmatched + hit) | (unmatched - hit)
    left = (unmatched & ((1 << len(first)) - 1)).bit_count()
    return 2 * (len(first) - left) / (len(first) + len(second))

"""rouge_l(text, other): ROUGE-L of two texts: how many words they share in the same order, 0 to 1.

Twice the longest common subsequence of words over the words of both, the F measure of Lin 2004 (ACL workshop Text
Summarization Branches Out) that weighs precision and recall alike, as Self-Instruct has it. Words are runs of letters
and digits in lower case, unstemmed. 0 where a text has no word. The subsequence is found bit by bit, a word of the
one text against all of the other at once (Hyyrö 2004, AWOCA).
"""

from __future__ import annotations

import re

TAKES = ["varchar", "varchar"]
GIVES = "double"

_WORD = re.compile(r"[^\W_]+")


def call(text: str, other: str) -> float:
    """Give the share."""
    first, second = _WORD.findall(text.lower()), _WORD.findall(other.lower())
    if not first or not second:
        return 0.0
    places: dict[str, int] = {}
    for place, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << place
    unmatched = (1 << len(first)) - 1
    for word in second:
        hit = unmatched & places.get(word, 0)
        unmatched = (unmatched + hit) | (unmatched - hit)
    left = (unmatched & ((1 << len(first)) - 1)).bit_count()
    return 2 * (len(first) - left) / (len(first) + len(second))

"""Read the one number that a reply states, or say why there is none.

========== ======================================= =======================================
method     the reply                               example
========== ======================================= =======================================
``exact``  the number alone, with a currency sign  ``30``, ``$30.``
``marked`` marks one number by brackets or stars   ``Of $100 I would give [$30].``
``stated`` holds one number, once or repeatedly    ``I would give 30 dollars.``
========== ======================================= =======================================

What this refuses: to choose between two numbers, to read a range, a denied number, or one that is part of a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

READ = 20_000  # characters in which a number is looked for; an answer is no book

_SIGN = r"[$€£¥₹]"
_NUMBER = r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,15})?"
_STATED = re.compile(rf"(?<![\w.,/])(?<!\d[:-]){_SIGN}?\s?({_NUMBER})(?!\w|[.,:/-]\d)(\s?%)?")
_EXACT = re.compile(rf"{_SIGN}?\s?({_NUMBER})(?:\s?(%))?\s?{_SIGN}?\.?")
_MARKED = re.compile(
    rf"\[\s*{_SIGN}?\s?({_NUMBER})\s?(%)?[^\[\]\n\d]{{0,20}}\]|\*\*\s*{_SIGN}?\s?({_NUMBER})\s?(%)?\s*\*\*"
)
_DENIED = re.compile(r"(?:(?<!\w)(?:not|never|no|without|instead of|rather than)|n['’]t)(?!\w)[^.!?;:,\n]{0,40}$")


def read_number(text: str, span: Sequence[float]) -> tuple[float | None, str | None, str | None]:
    """Give the number, which rule found it, and why there is none; text may be anything.

    Args:
        span: the smallest and the largest number that counts.
    """
    text = text[:READ].strip()
    whole = _EXACT.fullmatch(text)
    if whole:
        return _check({_value(whole[1])}, [whole[2]], "exact", span)
    marked = list(_MARKED.finditer(text))
    if marked:
        return _check({_value(m[1] or m[3]) for m in marked}, [m[2] or m[4] for m in marked], "marked", span)
    stated = list(_STATED.finditer(text))
    if any(_DENIED.search(text[max(0, m.start() - 60) : m.start()].lower()) for m in stated[:50]):
        return None, None, "a number is denied"
    return _check({_value(m[1]) for m in stated}, [m[2] for m in stated], "stated", span)


def _value(digits: str) -> float:
    return float(digits.replace(",", "").replace("−", "-"))


def _check(
    found: set[float], percents: Sequence[str | None], method: str, span: Sequence[float]
) -> tuple[float | None, str | None, str | None]:
    if not found:
        return None, None, "no number stated"
    if len(found) > 1:
        return None, None, "several numbers stated"
    if any(percents) and tuple(span) != (0, 100):
        return None, None, "a share and no number"
    number = found.pop()
    if not span[0] <= number <= span[1]:
        return None, None, "the number is out of range"
    return number, method, None

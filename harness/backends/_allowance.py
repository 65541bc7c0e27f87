"""What the headers of an answer say of our rate limits: how long to wait, and what is left.

Read at every answer, so cheap where a server says nothing. What is left comes in OpenAI's names (also Azure,
Groq, vLLM's gateways), in one pair for requests (OpenRouter), or in Anthropic's; a reset is a duration
(``1s``, ``6m0s``, ``120ms``), plain seconds, seconds or milliseconds since 1970, or a time. It refuses to
guess: what cannot be read, and Azure's ``-1`` for unknown, is None.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from math import isfinite

from harness.types import Allowance

UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)")
WHOLE = re.compile(rf"(?:{PART.pattern})+")
EPOCH, EPOCH_MS = 1e9, 1e11  # no window is so long that a number above these is a duration


def read_allowance(headers: Mapping[str, str]) -> Allowance | None:
    """Read what is left; None where the server does not say.

    Args:
        headers: by their names in lower case.
    """
    get = headers.get
    requests, tokens = get("x-ratelimit-remaining-requests"), get("x-ratelimit-remaining-tokens")
    if requests is not None or tokens is not None:
        reset = get("x-ratelimit-reset-requests"), get("x-ratelimit-reset-tokens")
    elif (requests := get("x-ratelimit-remaining")) is not None:
        reset = get("x-ratelimit-reset"), None
    elif (requests := get("anthropic-ratelimit-requests-remaining")) is not None:
        tokens = get("anthropic-ratelimit-tokens-remaining")
        reset = get("anthropic-ratelimit-requests-reset"), get("anthropic-ratelimit-tokens-reset")
    else:
        return None
    left_requests, left_tokens = _amount(requests), _amount(tokens)
    if left_requests is None and left_tokens is None:
        return None
    return Allowance(left_requests, left_tokens, read_reset(reset[0]), read_reset(reset[1]))


def read_reset(value: str | None) -> float | None:
    """Read in how many seconds a window is full again."""
    if value is None:
        return None
    seconds, since_1970 = _reset(value)
    if seconds is None or not since_1970:
        return seconds
    return max(0.0, seconds - time.time())


@lru_cache(4096)
def _reset(value: str) -> tuple[float | None, bool]:
    """Read seconds, and whether they count from 1970."""
    value = value.strip()
    if WHOLE.fullmatch(value):
        return sum(float(number) * UNITS[unit] for number, unit in PART.findall(value)), False
    try:
        number = float(value)
    except ValueError:
        try:
            return datetime.fromisoformat(value).timestamp(), True
        except ValueError:
            return None, False
    if not isfinite(number) or number < 0:
        return None, False
    return (number / 1000, True) if number > EPOCH_MS else (number, number > EPOCH)


def _amount(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None


def read_wait(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds the server asks us to wait."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if isfinite(seconds):
            return max(0.0, seconds)
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None

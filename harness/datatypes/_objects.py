"""JSON objects in a reply, whatever stands around them: a fence, a sentence, another object."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any


def find_objects(
    text: str, most_tries: int, hook: Callable[[list[tuple[str, Any]]], Any] | None = None
) -> Iterator[tuple[Any, int, int]]:
    """Give each object that begins at a brace outside of those before it.

    Args:
        most_tries: braces that are tried, at most: a reply of braces alone would take as long as its square.
        hook: makes an object of its keys and values; one that raises ValueError is passed over.

    Yields:
        the object, where it begins and where it ends.
    """
    decoder = json.JSONDecoder(object_pairs_hook=hook)
    at, tries = text.find("{"), 0
    while at >= 0 and tries < most_tries:
        end, tries = at + 1, tries + 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            pass
        else:
            yield value, at, end
        at = text.find("{", end)

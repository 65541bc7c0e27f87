"""Replies → records: pure and repeatable, so that a better parser needs no new spend.

What does not parse becomes a row that says why, because format failure is a prompt-dependent artifact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from harness import plugins
from harness.types import Cell, Parsed

REFUSED = ("content_filter", "refusal")  # finish reasons that are refusals, whatever the text


def parse_replies(name: str, replies: Iterable[list[Any]]) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    """Read each reply by the rules of the data type ``name``.

    Args:
        replies: chunks of (generation_id, item_id, annotator_id, sample, turn, text, finish_reason,
            dataset, key, fields, levels, asked), the last three as JSON.

    Yields:
        (generation_id, parsed, refused, method, reason), and the rows of the typed table.
    """
    datatype = plugins.load("datatypes", name)
    for chunk in replies:
        for generation_id, item_id, annotator_id, sample, turn, text, finish, dataset, key, *told in chunk:
            fields, levels, asked = (json.loads(part) for part in told)
            cell = Cell(dataset, key, sample, datatype.options_shown(asked, levels), fields, levels)
            parsed, refused = read_reply(datatype, text or "", finish, cell)
            rows = [
                (item_id, annotator_id, sample, turn + part, generation_id, shown_at, parsed.method, *record.values())
                for part, (record, shown_at) in enumerate(zip(parsed.records, parsed.shown_at, strict=True))
            ]
            yield (generation_id, bool(parsed.records), refused, parsed.method, parsed.reason), rows


def read_reply(datatype: Any, text: str, finish_reason: str | None, cell: Cell) -> tuple[Parsed, bool]:
    """Read one reply by its data type's rules.

    Returns:
        what was read, and whether the reply is a refusal: by its finish reason, or because it reads like
        one and holds no record.
    """
    if finish_reason in REFUSED:
        return Parsed(reason=f"refused: {finish_reason}"), True
    parsed: Parsed = datatype.parse(text, cell)
    if parsed.records or not reads_like_refusal(text):
        return parsed, False
    return Parsed(reason="refused"), True


def reads_like_refusal(text: str) -> bool:
    """Tell whether a reply begins like a refusal; the patterns are in refusals.txt."""
    return _refusals().search(text[:400]) is not None


@cache
def _refusals() -> re.Pattern[str]:
    lines = (Path(__file__).parent / "refusals.txt").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)

"""Replies → records: pure and repeatable, so that a better parser needs no new spend.

What does not parse becomes a row that says why, because format failure is a prompt-dependent artifact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from harness import layouts, plugins
from harness.ids import seed_of
from harness.types import Cell, Parsed, Said

MOST_WORDS, MOST_REFUSAL = 60, 600  # words and characters of a reply that is a refusal and nothing else
REFUSED = ("content_filter", "refusal")  # finish reasons that are refusals, whatever the text


def parse_replies(name: str, replies: Iterable[list[Any]]) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    """Read each reply by the rules of the data type ``name``.

    Args:
        replies: chunks of (generation_id, item_id, annotator_id, sample, turn, text, finish_reason,
            scores, speaker, drawn, dataset, key, fields, levels, asked), scores, drawn and the last three as JSON;
            the turns of a dialogue one after another.

    Yields:
        (generation_id, parsed, refused, method, reason), and the rows of the typed table.
    """
    datatype = plugins.load("datatypes", name)
    before: tuple[Said, ...] = ()
    for chunk in replies:
        for generation_id, item_id, annotator_id, sample, turn, text, finish, scores, *told in chunk:
            speaker, drawn, dataset, key, fields_told, levels_told, asked_told = told
            fields, levels, asked = json.loads(fields_told), _read(levels_told), _read(asked_told)
            options = datatype.options_shown(asked, levels, fields)
            before = before if turn else ()
            cell = Cell(
                dataset, key, sample, tuple(options), fields, levels, tuple(options.values()), asked, turn, before,
                speaker, name,
            )  # fmt: skip
            before = (*before, Said(turn, text or "", finish))
            if scores is None:
                parsed, refused = read_reply(datatype, text or "", finish, cell)
            else:
                chance = chance_of(str(generation_id))
                parsed, refused = read_reply(datatype, "", finish, cell, json.loads(scores), chance)
            rows = [
                (
                    item_id, annotator_id, sample, turn + part, generation_id, shown_at, parsed.method, drawn,
                    *record.values(),
                )
                for part, (record, shown_at) in enumerate(zip(parsed.records, parsed.shown_at, strict=True))
            ]  # fmt: skip
            yield (generation_id, bool(parsed.records), refused, parsed.method, parsed.reason), rows


@lru_cache(maxsize=4096)
def _read(text: str) -> Mapping[str, Any]:
    """Read what is the same for all replies of an annotator."""
    read: Mapping[str, Any] = json.loads(text)
    return read


def chance_of(generation_id: str) -> float:
    """Give the number from 0 to 1 that makes the draw from a reply's scores: the same at every parse."""
    name = f"generation_{generation_id.replace('-', '')[-32:]}"  # the store says the same bits as a UUID
    return seed_of(name, "scores") / 2**63


def read_reply(
    datatype: Any,
    text: str,
    finish_reason: str | None,
    cell: Cell,
    scores: Mapping[str, float] | None = None,
    chance: float = 0.0,
) -> tuple[Parsed, bool]:
    """Read one reply by its data type's rules.

    Args:
        scores: option → log-probability, where the reply is scores and no text.
        chance: what makes the draw from them.

    Returns:
        what was read, and whether the reply is a refusal: by its finish reason, or because it reads like
        one and holds no record. A data type for which any text is an answer says by ``open_answer(parsed, cell)``
        which text that is; it is a refusal if it is short and nothing else.
    """
    if finish_reason in REFUSED:
        return Parsed(reason=f"refused: {finish_reason}"), True
    if scores is not None:
        return datatype.parse_scores(scores, cell, chance), False
    if finish_reason == "length" and cell.levels.get("format") == "choice" and _is_beginning(text.strip(), cell):
        return Parsed(reason="cut off within an option"), False
    parsed: Parsed = layouts.read_marked(text, cell, datatype.parse)
    answer = datatype.open_answer(parsed, cell) if hasattr(datatype, "open_answer") else None
    if answer is not None:
        return (Parsed(reason="refused"), True) if is_bare_refusal(answer) else (parsed, False)
    if parsed.records or not (reads_like_refusal(text) or is_bare_refusal(text)):
        return parsed, False
    return Parsed(reason="refused"), True


def _is_beginning(text: str, cell: Cell) -> bool:
    """Tell whether an option goes on where a text ends: "hate", cut off, may be the beginning of "hate speech"."""
    return any(option != text and option.startswith(text) for option in cell.options)


def reads_like_refusal(text: str) -> bool:
    """Tell whether a reply begins like a refusal; the patterns are in refusals.txt."""
    return _refusals().search(text[:400]) is not None


def is_bare_refusal(text: str) -> bool:
    """Tell whether a reply is a short refusal and nothing else: what an open answer may not be taken for.

    A text may well begin with "I'm sorry" or "I can't": here the refusal must name what an assistant refuses. The
    patterns are in refusals_open.txt; quotes and markup around are passed over.
    """
    said = text[:MOST_REFUSAL].lstrip(" \t\r\n\"'`*_“‘#>")
    return len(text) < MOST_REFUSAL and len(said.split()) <= MOST_WORDS and _refusals("_open").match(said) is not None


@cache
def _refusals(kind: str = "") -> re.Pattern[str]:
    lines = (Path(__file__).parent / f"refusals{kind}.txt").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)

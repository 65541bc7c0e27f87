"""What is wrong with a task: a near-duplicate, too short, too long, without output, in another language.

Pure: rows in, faults out. No row is dropped; whoever reads the data decides what to do with a fault.

Two instructions are as alike as their ROUGE-L says, F with equal weights: 2·LCS / (m + n) over lower-cased words
(Lin 2004; the control of Self-Instruct, Wang et al. 2023). That is exactly the normalised Indel similarity of the
two lists of words, which rapidfuzz computes. An instruction is compared with what the people of its dataset wrote
and with what its own writer wrote before it; people are compared with people. What this refuses: to guess the
language of less than twenty letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from harness.errors import HarnessError
from harness.functions.rouge_l import likeness, words

CONTROLS = ("distinct", "words", "output_words", "language")
INSTALL = "pip install 'harness[instructions]'"
LEAST_LETTERS = 20  # below these a language is anybody's guess
SURE = 0.7  # of 8,078 English instructions of people and models one was taken for another language so surely
CELLS = 2**22  # similarities held at a time


@dataclass(frozen=True)
class Row:
    """A record, and who wrote it.

    Attributes:
        writer: the annotator; None for people, who are one group.
    """

    dataset: str
    writer: str | None
    instruction: str
    output: str | None


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row.

    Attributes:
        row: its place among the rows.
        fault: ``near duplicate``, ``too short``, ``too long``, ``no output`` or ``language``.
        of: the row that a near-duplicate repeats.
        similarity: their ROUGE-L.
    """

    row: int
    fault: str
    of: int | None = None
    similarity: float | None = None


def controls(config: Mapping[str, Any]) -> list[str]:
    """Name the controls that a study asks for."""
    return [name for name in CONTROLS if config.get(name) is not None]


def find_faults(rows: Sequence[Row], config: Mapping[str, Any]) -> Iterator[Fault]:
    """Find what is wrong with each row.

    Args:
        rows: in the order in which they count as written: those of one dataset together, people first, and those
            of one writer together.
        config: the data type's table: ``makes, distinct, words, output_words, language``.

    Raises:
        HarnessError: a package that a control needs is not installed.
    """
    answers = config.get("makes") == "answers"
    for place, row in enumerate(rows):
        yield from (Fault(place, fault) for fault in _alone(row, config, answers=answers))
    if config.get("distinct") is not None:
        yield from _near_duplicates(rows, config["distinct"])


def _alone(row: Row, config: Mapping[str, Any], *, answers: bool) -> Iterator[str]:
    """Say what is wrong with a row by itself."""
    if row.output is None:
        yield "no output"
    faults = [_length(row.instruction, config.get("words"))]
    faults += [_length(row.output, config.get("output_words"))] if row.output is not None else []
    yield from dict.fromkeys(fault for fault in faults if fault)
    written = row.output if answers else row.instruction
    if config.get("language") and language_of(written or "") not in (config["language"], None):
        yield "language"


def _length(text: str, limits: Sequence[int] | None) -> str | None:
    count = len(words(text)) if limits is not None else 0
    if limits is None or limits[0] <= count <= limits[1]:
        return None
    return "too short" if count < limits[0] else "too long"


def language_of(text: str) -> str | None:
    """Tell the language of a text as ISO 639 says it; None where that is not sure."""
    if sum(map(str.isalpha, text)) < LEAST_LETTERS:
        return None
    name, probability = _identifier().classify(text)
    return str(name) if probability >= SURE else None


@cache
def _identifier() -> Any:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError as error:
        raise HarnessError("telling languages needs the package py3langid", remedy=INSTALL) from error
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _near_duplicates(rows: Sequence[Row], distinct: float) -> Iterator[Fault]:
    """Find for each row the most alike of those before it; of several the first, and people before itself."""
    numbers: dict[str, int] = {}
    said = [[numbers.setdefault(word, len(numbers)) for word in words(row.instruction)] for row in rows]
    for _, places in groupby(range(len(rows)), key=lambda place: rows[place].dataset):
        people: list[int] = []
        for writer, own in groupby(places, key=lambda place: rows[place].writer):
            # An instruction without a word is like no other.
            mine = [place for place in own if said[place]]
            yield from _alike(said, [] if writer is None else people, mine, distinct)
            people += mine if writer is None else []


def _alike(said: Sequence[list[int]], others: list[int], mine: list[int], distinct: float) -> Iterator[Fault]:
    """Compare each of mine with all others and with those of mine before it."""
    try:
        import numpy as np
        from rapidfuzz.distance import Indel
        from rapidfuzz.process import cdist
    except ImportError as error:
        raise HarnessError("finding near-duplicates needs the package rapidfuzz", remedy=INSTALL) from error
    candidates = [*others, *mine]
    block = max(1, CELLS // max(1, len(candidates)))
    for start in range(0, len(mine), block):
        asked = mine[start : start + block]
        known = candidates[: len(others) + start + len(asked)]
        # A little below: single precision must not lose what is exactly as alike as the study says.
        scores = cdist(
            [said[place] for place in asked],
            [said[place] for place in known],
            scorer=Indel.normalized_similarity,
            score_cutoff=max(0.0, distinct - 1e-4),
            dtype=np.float32,
            workers=-1,
        )
        for line, place in enumerate(asked):
            before = scores[line, : len(others) + start + line]
            of = candidates[int(before.argmax())] if before.size else place
            similarity = likeness(said[place], said[of]) if of != place and before.max() > 0 else 0.0
            if similarity >= distinct:
                yield Fault(place, "near duplicate", of, similarity)

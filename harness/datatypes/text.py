"""text: free text, written, continued or rewritten by anyone.

The study's table::

    [text]
    task    = "rewrite"     # write | continue | rewrite: what is asked, for templates and for reading
    seed    = "post"        # the item field with the beginning (continue) or the text (rewrite)
    several = 1             # texts asked for in one reply; templates see it as ``count``
    words   = [10, 60]      # least and most words asked for; templates see them as ``words``; leave it out: no limit

Any reply is a text, so what is read is what a person would have handed in: the words around it ("Sure! Here is
a rewritten version:", a fence, quotes around the whole, an offer to change it) are cut off where they are clear, and
each cut is named in ``method``; ``whole`` is a reply that was kept as it is. What this refuses: to cut what
could be the text's own, and to mend a text. A copy of the seed is a text like any other; a refusal is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.datatypes._constrained import strict_schema
from harness.datatypes._open import options_shown, scale  # noqa: F401
from harness.datatypes._taught import texts_of
from harness.datatypes._texts import read_json, read_one, read_several
from harness.types import Cell, Constraint, Parsed

NAME = "text"
TABLE = "texts"

HASHED = frozenset({"task", "several", "seed", "words"})
NOT_HASHED: frozenset[str] = frozenset()

AXES = {"format": ("text", "json")}
DEFAULTS = {"format": "text"}
IMPLIED = {"format": "text"}
TASK = "write"
OF_CLASSES = "classify"  # where the study names the item field, or metadata, that holds a text's class


class Record(BaseModel):
    """One text."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: str = Field(description="what was written, without what stood around it")


class Config(BaseModel):
    """The ``[text]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    task: Literal["write", "continue", "rewrite"] = "write"
    several: int = Field(1, ge=1, le=100)
    seed: str | None = None
    words: tuple[int, int] | None = None

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.task != "write" and not self.seed:
            raise ValueError(f'to {self.task} a text takes one: name its field, as seed = "text"')
        if self.words is not None and not 0 <= self.words[0] <= self.words[1]:
            raise ValueError("words are [least, most], from 0 up")
        return self


class _Reply(BaseModel):
    """The object that the format ``json`` asks for, whatever the number of texts."""

    texts: list[str]


def texts(config: Config) -> dict[str, str]:
    """Name the texts whose features audits may read, and where each stands: in the record or in the item's fields."""
    del config
    return {"text": "record"}


def names(asked: Mapping[str, Any], levels: Mapping[str, Any]) -> dict[str, Any]:
    """Give what templates see beside the item's fields and the axes."""
    del levels
    words = asked.get("words")
    return {"count": asked.get("several", 1), "words": None if words is None else list(words)}


def read(config: Config, record: Mapping[str, Any]) -> dict[str, Any]:
    """Read an imported record: the text as it is.

    Raises:
        ValueError: there is no text, or it is empty.
    """
    del config
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("the text is empty" if isinstance(text, str) else f"{text!r} is no text")
    return {"text": text}


def constraint(asked: Mapping[str, Any], options: tuple[str, ...], levels: Mapping[str, Any]) -> Constraint | None:
    """Say what an answer may be: an object with a list of texts, or free text (None)."""
    del asked, options
    return Constraint("json", schema=strict_schema(_Reply)) if levels.get("format") == "json" else None


def parse(text: str, cell: Cell) -> Parsed:
    """Read a reply. The text may be anything; nothing raises."""
    asked = cell.asked
    if cell.levels.get("format") == "json":
        found, told = read_json(text)
    else:
        seed = cell.fields.get(asked.get("seed") or "")
        seed = seed if isinstance(seed, str) else ""
        several = asked.get("several", 1)
        if several > 1:
            found, told = read_several(text, several, seed)
        else:
            found, told = read_one(text, seed, continues=asked.get("task") == "continue")
    if not found:
        return Parsed(reason=told)
    return Parsed(tuple({"text": one} for one in found), (None,) * len(found), told)


def open_answer(parsed: Parsed, cell: Cell) -> str | None:
    """Give the one text of a reply, in which a refusal would stand."""
    del cell
    return parsed.records[0]["text"] if len(parsed.records) == 1 else None


def teach(
    config: Config, train: Mapping[str, Any], known: Mapping[str, Any], records: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, str]]:
    """Give what a learner reads, and what it is to say: a text → its class, or what is known of the item → the text.

    Raises:
        KeyError: the item does not say of what class its texts are.
    """
    del config
    if train["classes"]:
        return [(str(record["text"]), str(known[train["classes"]])) for record in records]
    asked = texts_of(known, train["fields"])
    return [(asked, str(record["text"])) for record in records]


def answer(config: Config, given: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Make the record of what a learner wrote."""
    del config, given
    return {"text": said}

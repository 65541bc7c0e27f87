"""label: one of a few given options, said about an item by anyone.

The study's table::

    [label]
    options = ["ironic", "not ironic"]   # words or numbers; the order is the order shown
    ordinal = false                      # true: the options are steps of a scale

Templates see ``options`` in the order of the variant. A reply counts when it is an option (``exact``), when
it begins with one (``lead``), or when it names one and no other (``only``); else it is kept as unparsed,
with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from harness.types import Cell, Parsed

NAME = "label"
TABLE = "labels"

# What a reader needs to know of a Config field: does it change what a model is asked?
HASHED = frozenset({"options"})
NOT_HASHED = frozenset({"ordinal"})

AXES = {"label_order": ("given", "reversed")}
DEFAULTS = {"label_order": "given"}


class Record(BaseModel):
    """One label."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    label: str = Field(description="the option chosen, in the study's spelling")


class Config(BaseModel):
    """The ``[label]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    options: list[str] = Field(min_length=2)
    ordinal: bool = False

    @field_validator("options", mode="before")
    @classmethod
    def _spell(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        if any(isinstance(option, bool) for option in value):
            raise ValueError("options are words or numbers; write true and false in quotes")
        options = [spell(option) for option in value]
        if len({option.casefold() for option in options}) < len(options):
            raise ValueError("two options are the same")
        return options


def spell(value: Any) -> str:
    """Write a label as text: 1.0, 1 and "1" are one label."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def scale(config: Config) -> list[dict[str, Any]]:
    """List the options with their place and value (the number itself where all options are numbers)."""
    values = [_number(option) for option in config.options]
    numeric = all(value is not None for value in values)
    return [
        {"label": option, "position": place + 1, "value": values[place] if numeric else float(place + 1)}
        for place, option in enumerate(config.options)
    ]


def options_shown(asked: Mapping[str, Any], levels: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the options in the order of a variant."""
    options = tuple(asked["options"])
    return options[::-1] if levels.get("label_order") == "reversed" else options


def names(asked: Mapping[str, Any], levels: Mapping[str, Any]) -> dict[str, Any]:
    """Give what templates see beside the item's fields and the axes."""
    return {"options": list(options_shown(asked, levels))}


def read(config: Config, record: Mapping[str, Any]) -> dict[str, Any]:
    """Read an imported record; spelling, case and 1.0 for 1 are forgiven.

    Raises:
        ValueError: the label is none of the options.
    """
    said = spell(record["label"])
    for option in config.options:
        if said.casefold() == option.casefold():
            return {"label": option}
    number = _number(said)
    for option in config.options:
        if number is not None and number == _number(option):
            return {"label": option}
    raise ValueError(f"{said!r} is none of the options {', '.join(config.options)}")


def parse(text: str, cell: Cell) -> Parsed:
    """Read a reply. The text may be anything; nothing raises."""
    options = cell.options
    bare = _bare(text)
    if not bare:
        return Parsed(reason="empty")
    folded = {_bare(option): option for option in options}
    if bare in folded:
        return _found(folded[bare], options, "exact")
    number = _number(bare)
    for name, option in folded.items():
        if number is not None and number == _number(name):
            return _found(option, options, "exact")
    found = _mentions(bare, tuple(folded))
    if not found:
        return Parsed(reason="no option named")
    if any(_NEGATED.search(bare[:start]) for start, _ in found):
        return Parsed(reason="an option is denied")
    place, name = found[0]
    if len({other for _, other in found}) == 1:
        return _found(folded[name], options, "lead" if place == 0 else "only")
    # "not ironic, although …" leads with its answer; "3 out of 5" and "yes or no" do not.
    if place == 0 and re.match(r"\s*[.,:;!\n(—–]", bare[len(name) :]):
        return _found(folded[name], options, "lead")
    return Parsed(reason="several options named")


# "It isn't ironic" names an option and means the other; which other, only a reader knows.
_NEGATED = re.compile(r"(?:\b(?:not|no|never|nor|neither|cannot|hardly)|n['’]t)\s+(?:\w+\s+){0,2}$")


def _found(option: str, options: tuple[str, ...], method: str) -> Parsed:
    return Parsed(({"label": option},), (options.index(option) + 1,), method)


def _bare(text: str) -> str:
    """Strip what surrounds an answer: spaces, quotes, brackets, markdown, a final stop; fold case."""
    return text.strip(" \t\r\n\"'`*_()[]{}<>.,:;!#“”‘’«»").casefold()


@lru_cache(maxsize=256)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, so that "not ironic" is not read as "ironic".
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile("|".join(_whole(name) for name in longest_first))


def _whole(name: str) -> str:
    """Match a name as a whole word; the 3 of 3.5, 30, -3 or 3% is not the option 3."""
    if _number(name) is None:
        return rf"(?<!\w){re.escape(name)}(?!\w)"
    return rf"(?<!\d[.,])(?<![\w-]){re.escape(name)}(?![\w%]|[.,]\d)"


def _mentions(bare: str, names: tuple[str, ...]) -> list[tuple[int, str]]:
    return [(match.start(), match.group()) for match in _pattern(names).finditer(bare)]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

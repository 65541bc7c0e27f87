"""label: one of a few given options, said about an item by anyone.

The study's table::

    [label]
    options = ["ironic", "not ironic"]   # words or numbers; the order is the order shown
    ordinal = false                      # true: the options are steps of a scale

Templates see ``options`` in the order of the variant. A free reply counts when it is an option (``exact``),
when it begins with one (``lead``), or when it names one and no other (``only``); else it is kept as unparsed,
with the reason. Replies of the other levels of ``format`` are read by ``_constrained``. What this refuses: to
guess. A denied option, a range of numbers, or a number that counts something else is no answer; a wrong label
would be worse than none.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator

from harness.datatypes._constrained import FORMATS, constrain, read_choice, read_object, read_scores
from harness.datatypes._taught import texts_of
from harness.types import Cell, Constraint, Parsed

NAME = "label"
TABLE = "labels"

# What a reader needs to know of a Config field: does it change what a model is asked?
HASHED = frozenset({"options"})
NOT_HASHED = frozenset({"ordinal"})

AXES = {"label_order": ("given", "reversed"), "format": FORMATS}
DEFAULTS = {"label_order": "given", "format": "text"}
# Levels that are not hashed: a study that was asked before there was such an axis was asked at them.
IMPLIED = {"format": "text"}
CHOSEN = "label"  # the field of Record that holds one of the scale's options
SCORED = "label"  # the field of Record that scores are about
TASK = "classify"  # what a learner is taught with such answers


class Record(BaseModel):
    """One label."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    label: str = Field(description="the option chosen, in the study's spelling")


class Config(BaseModel):
    """The ``[label]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    options: list[str] = Field(min_length=2, description="words or numbers, in the order shown")
    ordinal: bool = Field(False, description="true: the options are steps of a scale")

    @field_validator("options", mode="before")
    @classmethod
    def _spell(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        if any(isinstance(option, bool) for option in value):
            raise ValueError("options are words or numbers; write true and false in quotes")
        options = [spell(option) for option in value]
        if not all(options):
            raise ValueError("an option is empty")
        numbers = [number for option in options if (number := _number(option)) is not None]
        if len({_fold(option) for option in options}) < len(options) or len(set(numbers)) < len(numbers):
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


def options_shown(asked: Mapping[str, Any], levels: Mapping[str, Any], fields: Mapping[str, Any]) -> Mapping[str, str]:
    """Give the options in the order of a variant; they mean themselves."""
    del fields
    options = asked["options"]
    return {option: option for option in (reversed(options) if levels.get("label_order") == "reversed" else options)}


def names(asked: Mapping[str, Any], levels: Mapping[str, Any]) -> dict[str, Any]:
    """Give what templates see beside the item's fields and the axes."""
    return {"options": list(options_shown(asked, levels, {}))}


def read(config: Config, record: Mapping[str, Any]) -> dict[str, Any]:
    """Read an imported record; spelling, case and 1.0 for 1 are forgiven.

    Raises:
        ValueError: the label is none of the options.
    """
    said = spell(record["label"])
    option = _match(said, tuple(config.options))
    if option is None:
        raise ValueError(f"{said!r} is none of the options {', '.join(config.options)}")
    return {"label": option}


def _match(said: str, options: tuple[str, ...]) -> str | None:
    number = _number(said)
    same = (o for o in options if _fold(said) == _fold(o) or (number is not None and number == _number(o)))
    return next(same, None)


def constraint(asked: Mapping[str, Any], options: tuple[str, ...], levels: Mapping[str, Any]) -> Constraint | None:
    """Say what an answer may be, where these options are shown; None for free text."""
    del asked
    return constrain(Record, "label", options, levels.get("format"))


def parse_scores(scores: Mapping[str, float], cell: Cell, chance: float) -> Parsed:
    """Draw one label from the probabilities of all; ``chance``, from 0 to 1, makes the draw."""
    return read_scores(scores, "label", cell.options, chance)


def parse(text: str, cell: Cell) -> Parsed:
    """Read a reply. The text may be anything; nothing raises."""
    level = cell.levels.get("format")
    if level == "json":
        return read_object(text, Record, "label", cell.options, lambda said: _match(spell(said), cell.options))
    if level == "choice":
        return read_choice(text, "label", cell.options)
    if level == "scores":
        return Parsed(reason="no scores")
    return _parse_text(text, cell)


def _parse_text(text: str, cell: Cell) -> Parsed:
    text = text.strip()
    option = _same(text, cell.options) if len(text) <= READ else None
    if option is not None:
        return _found(option, cell.options, "exact")
    bare = _bare(text[:READ])
    names = _names(cell.options)
    said = _mentions(bare, tuple(names))
    stated = [one for one in said if not _ASKED.match(bare, one.end)]
    fault = _fault(bare, said, stated)
    if fault:
        return Parsed(reason=fault)
    first, others = stated[0], [one for one in stated if one.name != stated[0].name]
    if not others:
        return _found(names[first.name], cell.options, "lead" if first.start == 0 else "only")
    # "not ironic, although …" leads with its answer; "yes or no", "yes, no" and "1: mild, 5: strong" do not.
    if first.start == 0 and _number(first.name) is None and _LEADS.match(bare[first.end : others[0].start]):
        return _found(names[first.name], cell.options, "lead")
    return Parsed(reason="several options named")


def _fault(bare: str, said: list[_Mention], stated: list[_Mention]) -> str | None:
    """Say why what is stated is no answer, if it is none."""
    if not said:
        return "no option named" if bare else "empty"
    if not stated:
        return "an option is only asked about"
    name = stated[0].name
    if any(one.denied for one in stated):
        return "an option is denied"
    if _number(name) is not None and _SPAN.search(bare):
        return "a range or a share of numbers"
    if _is_small(name) and not all(_CLOSED.match(bare, one.end) for one in stated if one.name == name):
        return "no option stated"
    return None


class _Mention(NamedTuple):
    name: str
    start: int
    end: int
    denied: bool


READ = 20_000  # characters in which options are looked for; an answer is no book
QUOTES = {"'": "'", '"': '"', "`": "`", "“": "”", "‘": "’", "«": "»", "„": "“", "「": "」", "(": ")", "[": "]"}
STOPS = ".。!"
AROUND = " \t\r\n\v\f\x00\x85\xa0\u2000\u2001\u2002\u2003\u2009\u200b\u202f\u3000\ufeff\"'`*_()[]{}.,:;#“”‘’„«»「」。，"

_DENIAL = (
    r"(?:not|no|never|nor|neither|none|cannot|hardly|without|false|instead of|rather than|anything but|opposite of|"
    r"far from|lacks?|(?:is|are|was|were|do|does|did|would|could|ca|wo)nt|\w*n['’]t|"
    r"nicht|keine?|pas|non|não|niet|geen|ikke|inte|не|нет)"
)
# "It isn't ironic" names an option and means the other; which other, only a reader knows.
_DENIED_BEFORE = re.compile(rf"(?<!\w){_DENIAL}(?!\w)(?:(?!\bbut\b)[^.!?;:\n])*$")
# "ironic is not the word", "ironic? no", '"ironic": false' and the scores "ironic: 0.2, …".
_DENIED_AFTER = re.compile(rf"[\s\"'”’*`]*(?:[:=]\s*[-+]?\d|[?:=]?[\s\"'”’*`]*(?:[\w'’]+\s+){{0,2}}?{_DENIAL}(?!\w))")
_ASKED = re.compile(r"[^.!;:\n]{0,80}\?")
# "1-5", "4/10" and "4 out of 10" name a scale, not a step of it.
_SPAN = re.compile(r"\d\s*(?:/|[-–—−~]|to|out of|of)\s*[-−]?\d")
# "3 insults" and "a good joke" are no answers 3 and a: after a number or a letter, the thought must end.
_CLOSED = re.compile(
    r"[\"'”’*`\s]*(?:$|[.,;:!)\]}\n(—–]|(?:because|since|as|for|due|on|fits?|is|stars?|points?|here)\b)"
)
_LEADS = re.compile(r"[*\"'”’]*\s*[.,:;!\n(—–](?=.*\w)(?!\W*(?:or|and|und|oder|y|o|et|ou)?\W*$)", re.DOTALL)


def _same(text: str, options: tuple[str, ...]) -> str | None:
    """Find the option that a reply is: as it stands, in its case, without a stop and quotes, or as a number."""
    folded = _folded(options)
    rest = text
    while rest:
        if rest in options:
            return rest
        if _fold(rest) in folded:
            return folded[_fold(rest)]
        if rest[-1] in STOPS:
            rest = rest[:-1].strip()
        elif QUOTES.get(rest[0]) == rest[-1] and len(rest) > 1:
            rest = rest[1:-1].strip()
        else:
            break
    bare = _bare(text)
    if not bare:
        return None
    names = _names(options)
    number = _number(bare)
    return names.get(_one_space(bare)) or next(
        (option for name, option in names.items() if number is not None and number == _number(name)), None
    )


@lru_cache(maxsize=256)
def _folded(options: tuple[str, ...]) -> Mapping[str, str]:
    return {_fold(option): option for option in options}


def _found(option: str, options: tuple[str, ...], method: str) -> Parsed:
    return Parsed(({"label": option},), (options.index(option) + 1,), method)


def _fold(text: str) -> str:
    """Give one form to what differs in case or in how accents are encoded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _bare(text: str) -> str:
    """Strip what surrounds an answer: spaces, quotes, brackets, markdown, a final stop; fold case."""
    folded = _fold(text).replace("−", "-")
    return folded.strip(AROUND).rstrip(AROUND + "!").strip(AROUND)


def _one_space(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=256)
def _names(options: tuple[str, ...]) -> Mapping[str, str]:
    """Map bare names to options, without those that are one name or none once bare ("a" and "(a)", ":)")."""
    bare = [_one_space(_bare(option)) for option in options]
    return {name: option for name, option in zip(bare, options, strict=True) if name and bare.count(name) == 1}


@lru_cache(maxsize=256)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, so that "not ironic" is not read as "ironic".
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile("|".join(_whole(name) for name in longest_first))


def _whole(name: str) -> str:
    """Match a name as a whole word: the 3 of 3.5, 30, -3 or 3% is not 3, the toxic of non-toxic not toxic."""
    spaced = r"\s+".join(re.escape(word) for word in name.split())
    return rf"(?<!\d[.,])(?<![\w+–-])(?<!\d/){spaced}(?![\w%\u0300-\u036f]|-\w|[.,]\d)"


def _mentions(bare: str, names: tuple[str, ...]) -> list[_Mention]:
    found = list(_pattern(names).finditer(bare)) if names else []
    ends = [0, *(match.end() for match in found)]
    starts = [*(match.start() for match in found), len(bare)]
    return [
        _Mention(
            _one_space(match.group()),
            match.start(),
            match.end(),
            # A denial reaches from one option to the next, and no further than a sentence is long.
            _DENIED_BEFORE.search(bare[max(ends[n], match.start() - 200) : match.start()]) is not None
            or _DENIED_AFTER.match(bare[match.end() : min(starts[n + 1], match.end() + 100)]) is not None,
        )
        for n, match in enumerate(found)
    ]


def _is_small(name: str) -> bool:
    return len(name) <= 2 or _number(name) is not None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def teach(
    config: Config, train: Mapping[str, Any], known: Mapping[str, Any], records: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, str]]:
    """Give what a learner reads, and what it is to say: the item's texts → the label."""
    del config
    return [(texts_of(known, train["fields"]), str(record["label"])) for record in records]


def answer(config: Config, given: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Make the record of what a learner said."""
    del config, given
    return {"label": said}

"""simulation: turns of a dialogue or the moves of a game between roles, said by models or people.

The study's table::

    [simulation]
    roles          = ["user", "assistant"]      # who speaks, in turn; each may have a template of its own
    turns          = 40                         # at most, all roles together
    done           = ["<CAMEL_TASK_DONE>"]      # texts that end it
    marks          = { user = "Instruction:", assistant = "Solution:" }    # what a role's turns carry
    flips          = { assistant = 1 }          # so many of its turns with another's mark end it
    no_instruction = { user = 3 }               # so many of its turns in a row without its own mark end it
    farewells      = 4                          # so many turns in a row that say goodbye end it; 0: they do not
    numbers        = ["proposer"]               # roles whose turn is a number …
    range          = [0, 100]                   # … from, to

Only ``roles`` and ``turns`` are needed. What ends a dialogue is looked for in the order ``done``, ``flip``,
``no instruction``, ``farewell``, ``limit``; the turn that ends it is kept and its ``stop`` says which. (CAMEL drops
that turn, and with it every flip.) A reply that is empty, refused, or no number where one is wanted is no turn:
the dialogue ends there, and ``replies`` says why. One that is cut off at the token limit was said as far as it goes.

Whose dialogue a turn belongs to: in loaded data to the item and sample, for each speaker is an annotator of their
own, people and models side by side; in ours to item, annotator and sample, for a cast is one annotator.

What this refuses: to guess a number. Several numbers, one out of range or one denied is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.datatypes._numbers import read_number
from harness.datatypes._open import options_shown, scale  # noqa: F401
from harness.types import Cell, Parsed, Said

NAME = "simulation"
TABLE = "turns"
TASK = "write"
OF_CLASSES = "classify"  # where the study names what a turn's class is, such as who speaks

# All of it decides how long a dialogue goes on, and so what is asked.
HASHED = frozenset(
    {"roles", "turns", "done", "marks", "flips", "no_instruction", "farewells", "farewell_words", "numbers", "range"}
)
NOT_HASHED: frozenset[str] = frozenset()

AXES: Mapping[str, tuple[str, ...]] = {}
DEFAULTS: Mapping[str, str] = {}

# What templates see of a turn: who speaks, to whom, the turn's number from 0, how many may follow, what was said.
TURN_NAMES = ("role", "partner", "turn", "left", "history")

REFUSED = ("content_filter", "refusal")  # finish reasons after which nothing was said
FAREWELLS = ["goodbye", "good bye", "bye", "farewell", "see you", "good night", "take care", "have a nice day"]
STOPS = ("done", "flip", "no instruction", "farewell", "limit")
_PLAIN = re.compile(r"[^\W\d_][\w -]*")  # a role names a template file and a key of [[casts]]


class Record(BaseModel):
    """One turn."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    as_role: str = Field(description="the role that was spoken")
    speaker: str | None = Field(description="who played it: the model, or a person where the data name one")
    text: str | None = Field(description="what was said")
    number: float | None = Field(description="the number that it states, where the role's turn is a number")
    mark: str | None = Field(
        description="the role whose mark the turn carries: its own, another's (a flip goes first), or none"
    )
    stop: str | None = Field(
        description=f"why the dialogue ended with this turn: {', '.join(STOPS)}; null where it went on"
    )


class Config(BaseModel):
    """The ``[simulation]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    roles: list[str] = Field(min_length=1)
    turns: int = Field(ge=1)
    done: list[str] = []
    marks: dict[str, str] = {}
    flips: dict[str, int] = {}
    no_instruction: dict[str, int] = {}
    farewells: int = Field(0, ge=0)
    farewell_words: list[str] = FAREWELLS
    numbers: list[str] = []
    range: list[float] = [0, 100]

    @model_validator(mode="after")
    def _fits(self) -> Config:
        for role in self.roles:
            if not _PLAIN.fullmatch(role) or role == "name":
                raise ValueError(f"{role!r} is no name of a role: it names a template file and a key of [[casts]]")
        if len(set(self.roles)) < len(self.roles):
            raise ValueError("two roles have one name")
        for key, named in (("marks", self.marks), ("numbers", self.numbers)):
            for role in named:
                if role not in self.roles:
                    raise ValueError(f"{key} names {role!r}; roles are {', '.join(self.roles)}")
        for key, counts in (("flips", self.flips), ("no_instruction", self.no_instruction)):
            for role, count in counts.items():
                if role not in self.marks or count < 1:
                    raise ValueError(f"{key}: give roles that have a mark, and a count from 1")
        if any(not text.strip() for text in (*self.done, *self.marks.values(), *self.farewell_words)):
            raise ValueError("a text that ends or marks a turn is empty: every turn holds it")
        if len(self.range) != 2 or not self.range[0] < self.range[1]:
            raise ValueError("range is two numbers, the smaller first")
        return self


def roles(asked: Mapping[str, Any]) -> tuple[str, ...]:
    """Say who speaks in turn."""
    return tuple(asked["roles"])


def most_turns(asked: Mapping[str, Any]) -> int:
    """Give the turns of a dialogue, at most."""
    return int(asked["turns"])


def texts(config: Config) -> dict[str, str]:
    """Name the texts whose features audits may read, and where each stands: in the record or in the item's fields."""
    del config
    return {"text": "record"}


def names(asked: Mapping[str, Any], levels: Mapping[str, Any]) -> dict[str, Any]:
    """Give what templates see of the study: who is there, how they mark their turns, and how to end."""
    del levels
    return {"roles": list(asked["roles"]), "marks": dict(asked["marks"]), "done": list(asked["done"])}


def next_turn(
    asked: Mapping[str, Any], levels: Mapping[str, Any], fields: Mapping[str, Any], history: tuple[Said, ...]
) -> Mapping[str, Any] | None:
    """Say what a template sees of the turn that follows; None if the dialogue is over.

    ``history`` lists what was said: ``role``, ``text``, and ``mine`` where the role that now speaks said it.
    """
    del levels, fields
    turn = history[-1].turn + 1 if history else 0
    role, said = _role(asked, turn), _spoken(asked, history)
    if history and (history[-1].finish_reason in REFUSED or _fault(asked, *said[-1]) or _find_stop(asked, said)):
        return None
    all_roles = asked["roles"]
    return {
        "role": role,
        "partner": said[-1][0] if said else all_roles[1 % len(all_roles)],
        "turn": turn,
        "left": asked["turns"] - turn,
        "history": [{"role": who, "text": text, "mine": who == role} for who, text in said],
    }


def read(config: Config, record: Mapping[str, Any]) -> dict[str, Any]:
    """Read an imported turn. Its mark is found as in a model's; why a dialogue stopped is what the data say.

    Raises:
        ValueError: the role is not of the study, nothing was said, or a number is out of range.
    """
    role = str(record.get("as_role") or "").strip()
    if role not in config.roles:
        raise ValueError(f"{role!r} is none of the roles {', '.join(config.roles)}")
    text = str(record["text"]).strip() if record.get("text") is not None else ""
    number = record.get("number")
    if number is None and role in config.numbers and text:
        number, reason = read_number(text, config.range)[::2]
        if number is None:
            raise ValueError(f"{text[:40]!r} is no number of a {role}: {reason}")
    elif number is not None:
        number = float(number)
        if role not in config.numbers:
            raise ValueError(f"{role} says no numbers: add it to numbers")
        if not config.range[0] <= number <= config.range[1]:
            raise ValueError(f"{number:g} is not within the range {config.range[0]:g} to {config.range[1]:g}")
    if not text and number is None:
        raise ValueError(f"a turn of {role} says nothing")
    return {
        "as_role": role,
        "speaker": _text_or_none(record.get("speaker")),
        "text": text or None,
        "number": number,
        "mark": _find_mark(config.model_dump(include={"marks"}), role, text),
        "stop": _text_or_none(record.get("stop")),
    }


def parse(text: str, cell: Cell) -> Parsed:
    """Read a turn. The text may be anything; nothing raises.

    A turn is what was said (``said``), less the speaker's own name before it (``named``); a number is the text
    (``exact``), the one number that is marked by brackets or stars (``marked``), or the only one (``stated``).
    """
    asked = {"roles": ["speaker"], "turns": 1, **cell.asked}
    role = _role(asked, cell.turn)
    words, rule = _say(text, role)
    if not words:
        return Parsed(reason="empty")
    number: float | None = None
    method: str | None = rule
    if role in asked.get("numbers", ()):
        number, method, reason = read_number(words, asked["range"])
        if number is None:
            return Parsed(reason=reason)
    record = {
        "as_role": role,
        "speaker": cell.speaker,
        "text": words,
        "number": number,
        "mark": _find_mark(asked, role, words),
        "stop": _find_stop(asked, [*_spoken(asked, cell.history), (role, words)]),
    }
    return Parsed((record,), (None,), method)


# ---- what was said, and why it ends


def _role(asked: Mapping[str, Any], turn: int) -> str:
    return str(asked["roles"][turn % len(asked["roles"])])


def _spoken(asked: Mapping[str, Any], history: Sequence[Said]) -> list[tuple[str, str]]:
    """List role and words of what was said."""
    said = [(_role(asked, one.turn), one.text) for one in history]
    return [(role, _say(text, role)[0]) for role, text in said]


def _say(text: str, role: str) -> tuple[str, str]:
    """Give what a reply says as a database can hold it, without the speaker's own name before it."""
    if not text.isascii() or "\x00" in text:
        text = text.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    words = text.strip()
    own = re.match(rf"[*_]{{0,2}}{re.escape(role)}[*_]{{0,2}}:[*_]{{0,2}}\s*", words, re.IGNORECASE)
    return (words[own.end() :], "named") if own else (words, "said")


def _fault(asked: Mapping[str, Any], role: str, words: str) -> bool:
    """Tell whether what was said is no turn, so that nothing can follow it."""
    return not words or (role in asked["numbers"] and read_number(words, asked["range"])[0] is None)


def _find_mark(asked: Mapping[str, Any], role: str, words: str) -> str | None:
    """Find whose mark a turn carries, letter by letter as CAMEL does; another's goes before one's own."""
    marks: Mapping[str, str] = asked.get("marks") or {}
    others = (other for other in marks if other != role and marks[other] in words)
    return next(others, role if role in marks and marks[role] in words else None)


def _find_stop(asked: Mapping[str, Any], said: Sequence[tuple[str, str]]) -> str | None:
    """Say why a dialogue ends with its last turn; None where it goes on."""
    role, words = said[-1]
    if any(text in words for text in asked.get("done") or ()):
        return "done"
    flips = (asked.get("flips") or {}).get(role)
    if flips and sum(_find_mark(asked, role, one) not in (role, None) for who, one in said if who == role) >= flips:
        return "flip"
    unmarked = (asked.get("no_instruction") or {}).get(role)
    if unmarked:
        own = [one for who, one in said if who == role][-unmarked:]
        if len(own) == unmarked and not any(asked["marks"][role] in one for one in own):
            return "no instruction"
    farewells = asked.get("farewells") or 0
    if farewells and len(said) >= farewells:
        pattern = "|".join(re.escape(word) for word in asked["farewell_words"])
        says = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
        if all(says.search(one) for _, one in said[-farewells:]):
            return "farewell"
    return "limit" if len(said) >= asked["turns"] else None


def _text_or_none(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None


def teach(
    config: Config, train: Mapping[str, Any], known: Mapping[str, Any], records: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, str] | None]:
    """Give what a learner reads, and what it is to say: the dialogue so far and whose turn it is → the turn.

    Where classes are named, a turn → its class: who speaks (``as_role``), or what is known of the item. Marks and what
    ends a dialogue are taken out of the turn, for they say who speaks by agreement.

    Raises:
        KeyError: the item does not say of what class its turns are.
    """
    if train["classes"]:
        signs = [*config.marks.values(), *config.done]
        return [_classed(record, signs, train["classes"], known) for record in records]
    told: list[tuple[Any, str] | None] = []
    before: list[str] = []
    for record in records:
        words = _words(record)
        told.append(("\n".join([*before, f"{record['as_role']}:"]), words))
        before.append(f"{record['as_role']}: {words}")
    return told


def _classed(
    record: Mapping[str, Any], signs: Sequence[str], name: str, known: Mapping[str, Any]
) -> tuple[str, str] | None:
    """Give a turn's words and its class; None where there are no words."""
    words = _words(record)
    for sign in signs:
        words = words.replace(sign, " ")
    told = record["as_role"] if name == "as_role" else known[name]
    return (words.strip(), str(told)) if words.strip() else None


def _words(record: Mapping[str, Any]) -> str:
    """Give what a turn says; of a move that data give as a number alone, the number."""
    if record.get("text"):
        return str(record["text"])
    return "" if record.get("number") is None else f"{record['number']:g}"


def answer(config: Config, given: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Make the record of what a learner wrote in the place of a turn, read as any turn is; nothing ends with it."""
    role = given["as_role"]
    words, _ = _say(said, role)
    number = read_number(words, config.range)[0] if role in config.numbers else None
    mark = _find_mark({"marks": config.marks}, role, words)
    return {"as_role": role, "speaker": None, "text": words, "number": number, "mark": mark, "stop": None}

"""preference: which of two or more answers is better, or that it is a tie, said about an item by anyone.

The study's table::

    [preference]
    answers   = ["a", "b"]               # item fields that hold the answers
    tie       = true                     # may a judge say that it is a tie?
    rationale = false                    # true: reasons are asked for and kept
    named     = ["model_a", "model_b"]   # item fields with the answers' real names, for names = "real"

What is kept is the field's name (``a``), whatever the answer was called and wherever it stood; ``shown_at`` says
where. Templates see ``answers``, a list of {name, text} in the order shown, and ``options``, what may be said.
Pieces that ship: ``preference/answers.j2``, ``answer_as.j2``, ``bandwagon.j2`` and ``distraction.j2``. Replies in
free text are read by ``_verdicts``. What this refuses: to guess, for a wrong preference is worse than none; and
bare codes (0, 1, 2) in data, whose meaning differs from source to source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from harness.datatypes._constrained import constrain, read_choice, read_object
from harness.datatypes._taught import texts_of
from harness.datatypes._verdicts import NOUNS, read_verdict
from harness.errors import StudyError
from harness.types import Cell, Constraint, Parsed, Said

NAME = "preference"
TABLE = "preferences"
TIE = "tie"

HASHED = frozenset({"answers", "tie", "rationale", "named"})
NOT_HASHED: frozenset[str] = frozenset()

AXES = {
    "answer_order": ("given", "swapped"),
    "names": ("letters", "numbers", "symbols", "real"),
    "format": ("text", "json", "choice"),
    "bandwagon": ("none", "first", "second"),
    "distraction": ("none", "first", "second"),
}
DEFAULTS = {axis: levels[0] for axis, levels in AXES.items()}
IMPLIED = {"format": "text"}
CHOSEN = "choice"
TASK = "prefer"
TURN_NAMES = ("answers", "options")

# What the answers are called, by place; the symbols are those of CoBBLEr (Koo et al. 2023), and more of the kind.
CALLED = {
    "letters": [f"Answer {letter}" for letter in "ABCDEFGH"],
    "numbers": [f"Answer {number}" for number in range(1, 9)],
    "symbols": [f"System {s}" for s in ("Star", "Square", "Triangle", "Circle", "Diamond", "Heart", "Moon", "Sun")],
}
MOST = 8  # answers of an item: so many have names
SAID_TIE = "Tie"


class Record(BaseModel):
    """One preference."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    choice: str = Field(description="the item field of the answer that was preferred, such as a or b; or tie")
    rationale: str | None = Field(None, description="the reasons that were given; null where none were kept")


class _Verdict(BaseModel):
    """What a reply of the format ``json`` holds."""

    choice: str


class _Reasoned(_Verdict):
    """The same where reasons are asked for."""

    rationale: str


class Config(BaseModel):
    """The ``[preference]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    answers: list[str] = Field(default=["a", "b"], min_length=2, max_length=MOST)
    tie: bool = True
    rationale: bool = False
    named: list[str] = []

    @field_validator("answers")
    @classmethod
    def _tell_apart(cls, answers: list[str]) -> list[str]:
        if not all(answers) or TIE in (folded := [answer.casefold() for answer in answers]):
            raise ValueError('an answer is the name of an item field, and none is called "tie"')
        if len(set(folded)) < len(folded):
            raise ValueError("two answers are the same field")
        return answers

    @model_validator(mode="after")
    def _name_all(self) -> Config:
        if self.named and len(self.named) != len(self.answers):
            raise ValueError("named needs one field for each of the answers, in their order")
        return self


def scale(config: Config) -> list[dict[str, Any]]:
    """List the answers and, last, the tie, with their place."""
    options = [*config.answers, *([TIE] if config.tie else [])]
    return [{"label": option, "position": place + 1, "value": float(place + 1)} for place, option in enumerate(options)]


def options_shown(asked: Mapping[str, Any], levels: Mapping[str, Any], fields: Mapping[str, Any]) -> Mapping[str, str]:
    """Give what each answer is called → the field that holds it, in the order shown; the tie last.

    Raises:
        StudyError: the real names are asked for, and the item does not have them.
    """
    keys = list(asked["answers"])
    named = dict(zip(keys, asked["named"], strict=False))
    if levels.get("answer_order") == "swapped":
        keys.reverse()
    calling = levels.get("names", DEFAULTS["names"])
    called = CALLED[calling] if calling != "real" else _real_names([named.get(key, "") for key in keys], fields)
    shown = dict(zip(called, keys, strict=False))
    return {**shown, SAID_TIE: TIE} if asked["tie"] else shown


def _real_names(named: Sequence[str], fields: Mapping[str, Any]) -> list[str]:
    """Read the answers' real names; answers of one name are told apart by their place."""
    for field in named:
        if not str(fields.get(field) or "").strip():
            raise StudyError(
                f"an item has no real name of an answer in its field {field!r}",
                where="[vary] names",
                remedy='give every item that field, name another under [preference] named, or leave out "real"',
            )
    names = [" ".join(str(fields[field]).split()) for field in named]
    folded = [name.casefold() for name in names]
    for place, name in enumerate(names):
        alike = folded.count(name.casefold()) > 1 or name.casefold() == SAID_TIE.casefold()
        names[place] = f"{name} ({place + 1})" if alike else name
    return names


def texts(config: Config) -> dict[str, str]:
    """Name the texts whose features audits may read, and where each stands: in the record or in the item's fields."""
    return dict.fromkeys(config.answers, "field")


def facts(config: Config) -> dict[str, tuple[str | None, str]]:
    """Name what audits of two answers may read beside them, and the item's fields that hold it.

    Returns:
        column → (field, SQL type): who wrote each answer (``named``, else ``model_a`` and ``model_b``); a number that
        could be taken for quality (``cue_a`` and ``cue_b``); what is asked for more of (``polarity``). The fields are
        None where a study has more than two answers.
    """
    pair = config.answers if len(config.answers) == 2 else []
    authors = config.named or [f"model_{answer}" for answer in pair]
    held = {f"author_{place + 1}": (author, "varchar") for place, author in enumerate(authors if pair else [])}
    held |= {f"cue_{place + 1}": (f"cue_{answer}", "double") for place, answer in enumerate(pair)}
    none = dict.fromkeys(("author_1", "author_2"), (None, "varchar")) | dict.fromkeys(
        ("cue_1", "cue_2"), (None, "double")
    )
    return {**none, **held, "polarity": ("polarity", "varchar")}


def names(asked: Mapping[str, Any], levels: Mapping[str, Any]) -> dict[str, Any]:
    """Give what templates see of every item: what is asked for, and the axes that the shipped pieces read.

    Raises:
        StudyError: the real names are asked for, and no fields hold them.
    """
    if levels.get("names") == "real" and not asked["named"]:
        raise StudyError(
            'names = "real" needs to know where the answers\' real names are',
            where="study.toml, [preference]",
            remedy='add named = ["model_a", "model_b"], the item fields that hold them',
        )
    told = {axis: levels.get(axis, DEFAULTS[axis]) for axis in ("format", "bandwagon", "distraction")}
    return {**told, "tie": asked["tie"], "rationale": asked["rationale"]}


def next_turn(
    asked: Mapping[str, Any], levels: Mapping[str, Any], fields: Mapping[str, Any], history: tuple[Said, ...]
) -> Mapping[str, Any] | None:
    """Give the item's answers as this variant shows them; a judge is asked once.

    Raises:
        StudyError: the item lacks an answer.
    """
    if history:
        return None
    shown = options_shown(asked, levels, fields)
    missing = [key for key in asked["answers"] if key not in fields]
    if missing:
        raise StudyError(
            f"an item has no field {missing[0]!r}, which [preference] answers names",
            where="study.toml, [preference]",
            remedy=f"name the fields that hold the answers; this item has: {', '.join(fields)}",
        )
    answers = [{"name": name, "text": fields[key]} for name, key in shown.items() if key != TIE]
    return {"answers": answers, "options": list(shown)}


def read(config: Config, record: Mapping[str, Any]) -> dict[str, Any]:
    """Read an imported record; case and spaces are forgiven.

    Raises:
        ValueError: the choice is no answer of the study and no tie, or a code.
    """
    said = str(record["choice"]).strip()
    known = {option["label"].casefold(): option["label"] for option in scale(config)}
    choice = known.get(said.casefold())
    if choice is None:
        raise ValueError(_tell_unknown(said, list(known.values())))
    rationale = record.get("rationale")
    return {"choice": choice, "rationale": None if rationale is None else str(rationale)}


def _tell_unknown(said: str, known: list[str]) -> str:
    told = f"{said!r} is none of {', '.join(known)}"
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", said):
        return (
            f"{told}: sources differ in what a number means, so say it in a data query, "
            f"such as case target when '0' then '{known[0]}' when '1' then '{known[1]}' else 'tie' end as choice"
        )
    if said.casefold() == TIE:
        return f"{told}: write tie = true under [preference], or return null for ties"
    return told


def constraint(asked: Mapping[str, Any], options: tuple[str, ...], levels: Mapping[str, Any]) -> Constraint | None:
    """Say what an answer may be, where these are shown; reasons, where they are asked for, belong into the object."""
    return constrain(_Reasoned if asked.get("rationale") else _Verdict, "choice", options, levels.get("format"))


def parse(text: str, cell: Cell) -> Parsed:
    """Read a reply. The text may be anything; nothing raises."""
    level, reasoned = cell.levels.get("format"), cell.asked.get("rationale") is True
    means = dict(zip(cell.options, cell.means or cell.options, strict=False))
    if level == "json":
        record = _Reasoned if reasoned else _Verdict
        said = read_object(text, record, "choice", cell.options, lambda word: match(word, cell.options))
    elif level == "choice":
        said = read_choice(text, "choice", cell.options)
    else:
        said = read_verdict(text, tuple(means.items()), TIE)
    if not said.records:
        return said
    shown, rationale = said.records[0]["choice"], said.records[0].get("rationale")
    place = None if means[shown] == TIE else cell.options.index(shown) + 1
    kept = {"choice": means[shown], "rationale": (rationale or None) if reasoned else None}
    return Parsed((kept,), (place,), said.method)


def match(said: Any, options: Sequence[str]) -> str | None:
    """Find the option that a word is: as shown, or in short (``A`` for ``Answer A``); in any case."""
    word = " ".join(str(said).split()).casefold()
    for option in options:
        short = re.sub(rf"^(?:{NOUNS})\s+(?=\S+$)", "", option, flags=re.IGNORECASE)
        if word in (option.casefold(), short.casefold()):
            return option
    return None


def teach(
    config: Config, train: Mapping[str, Any], known: Mapping[str, Any], records: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, str]]:
    """Give what a learner reads, and what it is to say: (question, answers in their order) → the choice."""
    beside = [*config.answers, *config.named, *(f"model_{answer}" for answer in config.answers)]
    pair = (texts_of(known, train["fields"], beside), *(str(known.get(answer) or "") for answer in config.answers))
    return [(pair, str(record["choice"])) for record in records]


def answer(config: Config, given: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Make the record of what a learner said."""
    del config, given
    return {"choice": said, "rationale": None}

"""instruction: tasks that somebody makes up (instruction, input, output), or the answer to a given one.

The study's table::

    [instruction]
    makes        = "tasks"      # several new tasks a reply; "answers": the reply answers the item's instruction
    count        = 3            # tasks asked for per reply; templates see it as `count`
    distinct     = 0.7          # an instruction this like an earlier one (ROUGE-L) is a near-duplicate
    words        = [4, 150]     # least and most words of an instruction
    output_words = [1, 300]     # least and most words of an output
    language     = "en"         # of what is written; ISO 639-1

Only ``makes`` and ``count`` change what is asked. The others are controls: each record is kept, and what is wrong
with it is told beside it, in the column ``fault`` of the view ``instructions`` (see ``harness/curation.py``).

With ``makes = "answers"`` an item has the field ``instruction`` and perhaps ``input`` (which templates see as
``input_text``, empty where there is none), and the record repeats them beside the output. What this refuses: to
mend. A reply without a task is kept as unparsed with the reason; a task without an output is kept as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from harness.datatypes._constrained import strict_schema
from harness.datatypes._open import options_shown, scale  # noqa: F401
from harness.datatypes._tasks import clean, read_answer, read_tasks, value_of
from harness.types import Cell, Constraint, Parsed, Said

NAME = "instruction"
TABLE = "instructions"

HASHED = frozenset({"makes", "count"})
NOT_HASHED = frozenset({"distinct", "words", "output_words", "language"})

AXES = {"format": ("text", "json")}
DEFAULTS = {"format": "text"}
IMPLIED = {"format": "text"}
TURN_NAMES = ("input_text",)
CURATED = True  # the view shows what the controls found
TASK = "write"

Least = Annotated[list[int], Field(min_length=2, max_length=2)]


class Record(BaseModel):
    """One task: what is to be done, with what, and what comes of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    instruction: str = Field(description="what is to be done")
    input: str | None = Field(description="what it is to be done with; null where the instruction is enough")
    output: str | None = Field(description="the answer; null where the task came without one")


class Config(BaseModel):
    """The ``[instruction]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    makes: Literal["tasks", "answers"] = "tasks"
    count: int = Field(3, ge=1, le=50)
    distinct: float | None = Field(None, gt=0, le=1)
    words: Least | None = None
    output_words: Least | None = None
    language: str | None = Field(None, pattern="^[a-z]{2}$")

    @field_validator("words", "output_words")
    @classmethod
    def _in_order(cls, value: list[int] | None) -> list[int] | None:
        if value is not None and not 0 <= value[0] <= value[1]:
            raise ValueError("write [least, most]")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Config:
        if self.makes == "answers" and (self.distinct is not None or self.words is not None):
            raise ValueError("with makes = 'answers' instructions are given: `distinct` and `words` say nothing")
        return self


class _Output(BaseModel):
    output: str


def texts(config: Config) -> dict[str, str]:
    """Name the texts whose features audits may read, and where each stands: in the record or in the item's fields."""
    del config
    return {"instruction": "record", "output": "record"}


def names(asked: Mapping[str, Any], levels: Mapping[str, Any]) -> dict[str, Any]:
    """Give what templates see beside the item's fields and the axes."""
    del levels
    return {"count": asked["count"]}


def next_turn(
    asked: Mapping[str, Any], levels: Mapping[str, str], fields: Mapping[str, Any], history: tuple[Said, ...]
) -> Mapping[str, Any] | None:
    """Say what a template sees of this item; there is one turn only."""
    del asked, levels
    return None if history else {"input_text": fields.get("input") or ""}


def read(config: Config, record: Mapping[str, Any]) -> dict[str, Any]:
    """Read an imported record; an empty input or output is none.

    Raises:
        ValueError: there is no instruction, or no answer to it where the study is about answers.
    """
    instruction = value_of(record.get("instruction"))
    if instruction is None:
        raise ValueError("an instruction is empty")
    output = value_of(record.get("output"))
    if config.makes == "answers" and output is None:
        raise ValueError(f"there is no output to {instruction[:60]!r}")
    return {"instruction": instruction, "input": value_of(record.get("input")), "output": output}


def constraint(asked: Mapping[str, Any], options: tuple[str, ...], levels: Mapping[str, Any]) -> Constraint | None:
    """Say what an answer may be; None for free text."""
    del options
    if levels.get("format") != "json":
        return None
    if asked.get("makes") == "answers":
        return Constraint("json", schema=strict_schema(_Output))
    tasks = {"type": "array", "items": strict_schema(Record)}
    return Constraint(
        "json",
        schema={
            "type": "object",
            "properties": {"tasks": tasks},
            "required": ["tasks"],
            "additionalProperties": False,
        },
    )


def parse(text: str, cell: Cell) -> Parsed:
    """Read a reply. The text may be anything; nothing raises."""
    held = cell.levels.get("format") == "json"
    if cell.asked.get("makes") != "answers":
        return read_tasks(text, held=held)
    instruction = value_of(cell.fields.get("instruction"))
    if instruction is None:
        return Parsed(reason="the item has no instruction")
    output, told = read_answer(text, held=held)
    if output is None:
        return Parsed(reason=told)
    record = {"instruction": instruction, "input": value_of(cell.fields.get("input")), "output": clean(output)}
    return Parsed((record,), (None,), told)


def open_answer(parsed: Parsed, cell: Cell) -> str | None:
    """Give the one text that is the whole answer, in which a refusal would stand; None where tasks were made up."""
    return parsed.records[0]["output"] if cell.asked.get("makes") == "answers" and parsed.records else None


def teach(
    config: Config, train: Mapping[str, Any], known: Mapping[str, Any], records: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, str] | None]:
    """Give what a learner reads, and what it is to write: the instruction and its input → the output, if it has one."""
    del config, train, known
    return [
        ("\n\n".join(filter(None, (record["instruction"], record.get("input")))), str(record["output"]))
        if record.get("output")
        else None
        for record in records
    ]


def answer(config: Config, given: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Make the record of what a learner wrote to a task that somebody else has answered."""
    del config
    return {"instruction": given["instruction"], "input": given.get("input"), "output": said}

"""guess: a data type of the tests with a table of its own: a number from 0 to 1, asked in plain text.

The study's table::

    [guess]
    unit = "probability"
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from harness.types import Cell, Parsed

NAME = "guess"
TABLE = "guesses"
HASHED = frozenset({"unit"})
NOT_HASHED: frozenset[str] = frozenset()
AXES: Mapping[str, tuple[str, ...]] = {}
DEFAULTS: Mapping[str, str] = {}


class Record(BaseModel):
    """One guess."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    guess: float = Field(description="what was guessed")


class Config(BaseModel):
    """The ``[guess]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unit: str = "probability"


def scale(config: Config) -> list[dict[str, Any]]:
    """Give nothing: a guess is no option."""
    return []


def options_shown(asked: Mapping[str, Any], levels: Mapping[str, Any], fields: Mapping[str, Any]) -> Mapping[str, str]:
    """Give nothing: any number may be said."""
    return {}


def names(asked: Mapping[str, Any], levels: Mapping[str, Any]) -> dict[str, Any]:
    """Give the unit to templates."""
    return {"unit": asked["unit"]}


def read(config: Config, record: Mapping[str, Any]) -> dict[str, Any]:
    """Read a number."""
    return {"guess": float(record["guess"])}


def parse(text: str, cell: Cell) -> Parsed:
    """Read a reply that is a number; any other counts its letters, so that the fake says something."""
    return Parsed(({"guess": float(len(text))},), (None,), "length")

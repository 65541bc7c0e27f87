"""One of a few options under the axis ``format``: what a model may answer, and how the answer is read.

======== =================================== =========================================================
level    the model                           the answer
======== =================================== =========================================================
``text``   says what it likes                is read by the data type's own rules
``json``   writes an object of the Record    one object in the reply, with the Record's keys and no others
``choice`` can say an option and nothing     the text, which is an option as it was shown
           else
``scores`` says nothing                      one draw from the options' renormalised probabilities
======== =================================== =========================================================

What this refuses: to mend. A reply that is no object of the schema, or no option, shows that a server did not
keep to what was asked, and is kept as unparsed with the reason.
"""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from harness.datatypes._objects import find_objects
from harness.types import Constraint, Parsed

FORMATS = ("text", "json", "choice", "scores")

READ = 20_000  # characters in which an object is looked for; an answer is no book
MOST_TRIES = 200  # braces at which an object may begin
LEAST_MASS = 0.01  # probability that all options together must have, or their shares are noise
MOST_UNTOLD = 0.05  # share of the mass that may belong to several options, and so bounds the error of a share
UNTOLD = ""  # the key of that mass among scores; no option is empty

_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def strict_schema(record: type[BaseModel], allowed: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    """Write a Record as JSON Schema, in the subset that strict modes take: all required, nothing else allowed.

    Descriptions stay out: servers show the schema to the model, and they are not the study's words.

    Args:
        allowed: field → the only texts that it may have, in the order shown.

    Raises:
        TypeError: a field is of a type that is not known here.
    """
    allowed = allowed or {}
    properties: dict[str, Any] = {}
    for name, field in record.model_fields.items():
        properties[name] = _schema_of(field.annotation)
        if name in allowed:
            properties[name]["enum"] = list(allowed[name])
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _schema_of(kind: Any) -> dict[str, Any]:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in _JSON_TYPES:
        return {"type": _JSON_TYPES[kind]}
    if origin is Literal and all(isinstance(one, str) for one in inner):
        return {"type": "string", "enum": list(inner)}
    if origin is list:
        return {"type": "array", "items": _schema_of(inner[0])}
    if isinstance(kind, types.UnionType) or origin is typing.Union:
        held = [one for one in inner if one is not type(None)]
        if len(held) == 1 and len(inner) == 2 and held[0] in _JSON_TYPES:
            return {"type": [_JSON_TYPES[held[0]], "null"]}
    raise TypeError(f"there is no strict JSON Schema for {kind}")


@lru_cache(maxsize=1024)
def constrain(record: type[BaseModel], name: str, options: tuple[str, ...], level: str | None) -> Constraint | None:
    """Say what an answer may be at a level of ``format``; None for free text.

    Args:
        name: the Record's field that holds the option.
    """
    if level == "json":
        return Constraint("json", schema=strict_schema(record, {name: options}))
    if level in ("choice", "scores"):
        return Constraint(level, choices=options)
    return None


def find_object(text: str) -> tuple[dict[str, Any] | None, str]:
    """Find the one JSON object in a reply, whatever stands around it (a fence, a sentence).

    Returns:
        the object and ``json`` if it is the whole reply, else ``json in text``; or None and the reason.
    """
    text = text.strip()[:READ]
    if not text:
        return None, "empty"
    found: list[dict[str, Any]] = []
    whole = False
    for value, begin, end in find_objects(text, MOST_TRIES, _no_key_twice):
        whole = begin == 0 and end == len(text)
        found += [] if value in found else [value]
    if len(found) == 1:
        return found[0], "json" if whole else "json in text"
    return None, "several JSON objects" if found else "no JSON object"


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def read_object(
    text: str, record: type[BaseModel], name: str, options: Sequence[str], match: Callable[[Any], str | None]
) -> Parsed:
    """Read a reply of the format ``json``.

    Args:
        name: the Record's field that holds the option.
        match: what was said → the option in the study's spelling, or None.
    """
    found, told = find_object(text)
    if found is None:
        return Parsed(reason=told)
    if set(found) != set(record.model_fields):
        return Parsed(reason="the object's keys are not those of the schema")
    said = found[name]
    known = isinstance(said, str | int | float) and not isinstance(said, bool)
    option = match(said) if known else None
    if option is None:
        return Parsed(reason="no such option")
    values = {key: option if key == name else found[key] for key in record.model_fields}  # in the table's order
    try:
        record.model_validate(values, strict=True)
    except ValidationError:
        return Parsed(reason="the object's values are not those of the schema")
    return Parsed((values,), (options.index(option) + 1,), told)


def read_choice(text: str, name: str, options: Sequence[str]) -> Parsed:
    """Read a reply of the format ``choice``: an option as it was shown, or that as a JSON string."""
    said = text.strip()
    if said not in options and said.startswith('"'):
        try:
            said = json.loads(said)
        except ValueError:
            pass
    if said in options:
        return Parsed(({name: said},), (options.index(said) + 1,), "choice")
    return Parsed(reason="no such option" if said else "empty")


def read_scores(scores: Mapping[str, float], name: str, options: Sequence[str], chance: float) -> Parsed:
    """Draw one option from the probabilities that a model gave to all.

    Args:
        scores: option → log-probability; an option that is not there has none.
        chance: a number from 0 to 1 that makes the draw; the same number makes the same draw.
    """
    mass = [math.exp(scores[option]) if option in scores else 0.0 for option in options]
    covered, untold = sum(mass), math.exp(scores[UNTOLD]) if UNTOLD in scores else 0.0
    if untold > MOST_UNTOLD * (covered + untold):
        return Parsed(reason="scores: options begin alike and cannot be told apart")
    if not covered >= LEAST_MASS:
        return Parsed(reason="scores: the options have next to no probability")
    left = chance * covered
    drawn = max(place for place, share in enumerate(mass) if share > 0)  # where rounding leaves a rest
    for place, share in enumerate(mass):
        left -= share
        if left < 0:
            drawn = place
            break
    return Parsed(({name: options[drawn]},), (drawn + 1,), "scores")

"""A data type of the tests: a label that is asked for three times, each time with what was said before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.datatypes.label import (  # noqa: F401
    AXES,
    DEFAULTS,
    HASHED,
    IMPLIED,
    TABLE,
    Config,
    Record,
    constraint,
    names,
    options_shown,
    parse,
    read,
    scale,
)
from harness.types import Said

NAME = "dialogue"
TURNS = 3
TURN_NAMES = ("turn", "history")
TEMPLATE = """\
{% message "user" %}{{ text }} Is it ironic? {{ options | join(' or ') }}{% endmessage %}
{% for said in history %}
{% message "assistant" %}{{ said.text }}{% endmessage %}
{% message "user" %}Are you sure? Think again: {{ turn }}.{% endmessage %}
{% endfor %}
"""


def next_turn(
    asked: Mapping[str, Any], levels: Mapping[str, str], fields: Mapping[str, Any], history: tuple[Said, ...]
) -> Mapping[str, Any] | None:
    """Say what the template sees of the next turn."""
    return None if len(history) == TURNS else {"turn": len(history), "history": list(history)}

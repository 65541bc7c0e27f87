"""What learners read of an item: its fields that hold text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def texts_of(known: Mapping[str, Any], names: Sequence[str], besides: Sequence[str] = ()) -> str:
    """Join an item's texts, a line each.

    Args:
        known: the item's fields, and the metadata that the study names.
        names: those to read; none: all that hold text, in the order of their names.
        besides: not these.
    """
    chosen = names or [name for name in sorted(known) if isinstance(known[name], str) and name not in besides]
    return "\n".join(str(known[name]) for name in chosen if known.get(name) is not None)

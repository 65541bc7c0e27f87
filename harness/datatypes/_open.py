"""What data types with open answers have in common: nothing to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def scale(config: Any) -> list[dict[str, Any]]:
    """List no options: what is said is open."""
    del config
    return []


def options_shown(asked: Mapping[str, Any], levels: Mapping[str, Any], fields: Mapping[str, Any]) -> Mapping[str, str]:
    """Give no options: what is said is open."""
    del asked, levels, fields
    return {}

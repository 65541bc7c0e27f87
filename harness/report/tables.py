"""Ask the store for what the page needs: a named query or a view, the rows of one study, as plain dicts.

What this refuses: SQL of its own. The queries are ``harness/sql/report_*.sql``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.plugins import PACKAGE

if TYPE_CHECKING:
    from harness.store import Store

Record = dict[str, Any]


def ask(store: Store, query: str, study: str) -> list[Record]:
    """Run ``sql/report_<query>.sql`` and keep the rows of one study."""
    text = (PACKAGE / "sql" / f"report_{query}.sql").read_text(encoding="utf-8")
    frame = store.sql(text)
    return records(frame[frame["study"] == study])


def ask_about(store: Store, query: str, **named: str | bool | int) -> list[Record]:
    """Run ``sql/report_<query>.sql`` with values for the names in it, as ``$study``."""
    text = (PACKAGE / "sql" / f"report_{query}.sql").read_text(encoding="utf-8")
    return records(store.sql(text, named))


def records(frame: Any) -> list[Record]:
    """Turn a pandas frame into dicts; what is missing is None, whatever its type."""
    plain = frame.astype(object)
    rows: list[Record] = plain.where(plain.notna(), None).to_dict("records")
    return rows


def read_json(value: Any) -> Any:
    """Read a JSON column, which arrives as text."""
    return json.loads(value) if isinstance(value, str) else value

"""What an audit may bring as SQL: single SELECTs."""

from __future__ import annotations

import duckdb

from harness.errors import AuditError


def check_select(text: str, where: str) -> None:
    """Refuse SQL that is not one SELECT: even without external access, DROP would work.

    Raises:
        AuditError: with the place.
    """
    try:
        kinds = [statement.type for statement in duckdb.extract_statements(text)]
    except duckdb.Error as error:
        raise AuditError(f"the SQL cannot be read: {error}", where=where, remedy="mend it") from error
    if kinds != [duckdb.StatementType.SELECT]:
        raise AuditError("each part of an audit is one SELECT", where=where, remedy="leave one SELECT in each part")

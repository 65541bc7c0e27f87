"""Findings and measurements of a study → their tables, replaced as a whole."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from harness.store.database import Store, columns_of

if TYPE_CHECKING:
    from harness.finding import Finding
    from harness.study import Study


def write_findings(store: Store, study: Study, findings: list[Finding], *, only: list[str] | None = None) -> None:
    """Replace a study's findings and measurements; ``only``: of these audits."""
    import pandas as pd

    with store.write() as connection:
        for table in ("findings", "measurements"):
            if only is None:
                connection.execute(f"delete from store.{table} where study = ?", [study.name])
            else:
                connection.execute(
                    f"delete from store.{table} where study = ? and list_contains(?, audit)", [study.name, only]
                )
            names = list(columns_of(connection, table))
            rows = [
                [_value(study, found, name) for name in names]
                for found in findings
                if table == "findings" or found.estimate is not None
            ]
            if rows:
                frame = pd.DataFrame(rows, columns=names, dtype="object")
                connection.register("result_frame", frame)
                connection.execute(f"insert into store.{table} by name select * from result_frame")
                connection.unregister("result_frame")


def _value(study: Study, found: Finding, name: str) -> Any:
    if name == "study":
        return study.name
    if name == "study_hash":
        return study.study_hash[-32:]
    value = getattr(found, name)
    if name == "audit_id":
        return value[-32:]
    if name == "replicates":
        return [None if math.isnan(x) else float(x) for x in value]
    return None if isinstance(value, float) and math.isnan(value) else value

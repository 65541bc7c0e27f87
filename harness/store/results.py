"""What audits found, and what the variants show together → their tables, replaced as a whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.store.database import Store, columns_of

if TYPE_CHECKING:
    import duckdb

    from harness.finding import Finding
    from harness.sensitivity import AxisEffect, Sensitivity
    from harness.study import Study


def write_findings(store: Store, study: Study, findings: list[Finding], *, only: list[str] | None = None) -> None:
    """Replace a study's findings and measurements; ``only``: of these audits."""
    measured = [found for found in findings if found.estimate is not None]
    with store.write() as connection:
        _replace(connection, "findings", study, findings, only)
        _replace(connection, "measurements", study, measured, only)


def write_sensitivities(
    store: Store,
    study: Study,
    sensitivities: Sequence[Sensitivity],
    effects: Sequence[AxisEffect],
    *,
    only: list[str] | None = None,
) -> None:
    """Replace what a study's variants show together; ``only``: of these audits."""
    with store.write() as connection:
        _replace(connection, "sensitivities", study, sensitivities, only)
        _replace(connection, "axis_effects", study, effects, only)


def _replace(
    connection: duckdb.DuckDBPyConnection, table: str, study: Study, made: Sequence[Any], only: list[str] | None
) -> None:
    import pandas as pd

    if only is None:
        connection.execute(f"delete from store.{table} where study = ?", [study.name])
    else:
        connection.execute(f"delete from store.{table} where study = ? and list_contains(?, audit)", [study.name, only])
    names = list(columns_of(connection, table))
    rows = [[_value(study, one, name) for name in names] for one in made]
    if rows:
        frame = pd.DataFrame(rows, columns=names, dtype="object")
        connection.register("result_frame", frame)
        connection.execute(f"insert into store.{table} by name select * from result_frame")
        connection.unregister("result_frame")


def _value(study: Study, found: Any, name: str) -> Any:
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

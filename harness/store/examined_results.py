"""What examining trained annotators gave → its tables, replaced as a whole."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.store.database import Store, columns_of

if TYPE_CHECKING:
    from harness.study import Study


def write_examined(
    store: Store, study: Study, tables: Mapping[str, Sequence[Mapping[str, Any]]], only: list[str] | None = None
) -> None:
    """Replace a study's rows of some tables.

    Args:
        tables: name → rows; a column that a row does not have is null.
        only: the names of the audits that were measured anew; what others showed stays, of artifacts and of scores.
    """
    import pandas as pd

    with store.write() as connection:
        for table, rows in tables.items():
            kept = None
            if only is not None and table in ("amplifications", "mixtures", "remedied", "scores"):
                kept = sorted({*only, *(str(row["audit"]) for row in rows)})  # some scores are measured always
            some = "" if kept is None else " and list_contains($only, audit)"
            named = {"study": study.name} | ({} if kept is None else {"only": kept})
            connection.execute(f"delete from store.{table} where study = $study{some}", named)
            names = list(columns_of(connection, table))
            shared = {"study": study.name, "study_hash": study.study_hash[-32:]}
            values = [[_value({**row, **shared}.get(name)) for name in names] for row in rows]
            if values:
                frame = pd.DataFrame(values, columns=names, dtype="object")
                connection.register("result_frame", frame)
                connection.execute(f"insert into store.{table} by name select * from result_frame")
                connection.unregister("result_frame")


def _value(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [_value(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

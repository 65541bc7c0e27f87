"""What is compared and what came of it: measurements and versions out of the database, comparisons into it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.finding import Finding
from harness.pairing import Version
from harness.store.database import SQL, Store, fetch

if TYPE_CHECKING:
    from harness.comparison import Comparison
    from harness.study import Study

# What of a finding is read back; its replicates come from the measurements.
READ = ("audit", "metric", "title", "verdict", "dataset", "kind", "model", "variant", "wave", "estimate", "floor",
        "warn", "worse", "items", "clusters")  # fmt: skip


def read_measured(store: Store, study: str) -> list[Finding]:
    """Read the findings that have an estimate, with their replicates."""
    query = (SQL / "measured.sql").read_text(encoding="utf-8")
    with store.read() as connection:
        connection.execute(query, {"study": study})
        names = [column[0] for column in connection.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in connection.fetchall()]
    return [
        Finding(
            **{name: row[name] for name in READ}, audit_id=str(row["audit_id"]), size=row["size"],
            replicates=np.array([math.nan if x is None else x for x in row["replicates"]], dtype=np.float64),
        )
        for row in rows
    ]  # fmt: skip


def read_versions(store: Store, study: Study) -> list[Version]:
    """List who is known by name and date, on each data set of which something was measured."""
    place = {variant.name: number for number, variant in enumerate(study.variants)}
    with store.read() as connection:
        rows = fetch(connection, (SQL / "versions.sql").read_text(encoding="utf-8"), {"study": study.name})
    return [
        Version(
            dataset, kind, model, variant, wave, family, released,
            {axis: str(level) for axis, level in json.loads(bindings or "{}").items()}, place.get(variant, len(place)),
        )
        for dataset, kind, model, variant, wave, family, released, bindings in rows
    ]  # fmt: skip


def write_comparisons(
    store: Store, study: Study, comparisons: Sequence[Comparison], *, by: str, baseline: str | None
) -> None:
    """Replace a study's comparisons by this factor and against this baseline."""
    import pandas as pd

    with store.write() as connection:
        connection.execute(
            "delete from store.comparisons where study = ? and factor = ? and baseline is not distinct from ?",
            [study.name, by, baseline],
        )
        if not comparisons:
            return
        rows = [
            {**{name: _plain(value) for name, value in vars(one).items()}, "study": study.name,
             "study_hash": study.study_hash[-32:], "audit_id": one.audit_id.replace("-", "")[-32:] or None}
            for one in comparisons
        ]  # fmt: skip
        connection.register("comparison_frame", pd.DataFrame(rows, dtype="object"))
        connection.execute("insert into store.comparisons by name select * from comparison_frame")
        connection.unregister("comparison_frame")


def drop_comparisons(store: Store, study: str) -> None:
    """Forget a study's comparisons: what they rest on is measured anew."""
    with store.write() as connection:
        connection.execute("delete from store.comparisons where study = ?", [study])


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value

"""A part of the pipeline: what each remedy changes in a model's answers themselves: every finding before and after.

Both stand in a curated study as two variants of one model and are measured by the same redraws of the same clusters,
so their difference is paired. What this refuses: an interval where redraws do not pair, as on halves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from harness import inference
from harness.amplification import Mean, judge_change, judge_together, mean_of
from harness.auditfile import Audit, Header
from harness.store.curated import read_pairs
from harness.store.database import Store
from harness.store.examined_results import write_examined
from harness.study import Study

Row = dict[str, Any]
LEAST_REPLICATES = 200


def compare_curated(study: Study, store: Store, audits: Iterable[Audit]) -> list[Row]:
    """Put each finding after a remedy beside the one before it, and keep it: rows of the table ``curations``.

    Args:
        audits: the study's; they say what is only described.
    """
    headers = {each.name: each.header for each in audits}
    rows = [
        _row(before, after, remedy, headers.get(after["audit"]))
        for before, after, remedy in read_pairs(store, study.name)
    ]
    judge_together(rows, ("dataset", "audit", "metric"), judge_change)
    write_examined(store, study, {"curations": rows})
    return rows


def _row(before: Row, after: Row, remedy: str, header: Header | None) -> Row:
    mean = difference(before, after)
    told = header is None or header.only_describes(after["metric"])
    return {
        **{name: after[name] for name in ("audit", "metric", "title", "dataset", "model", "worse")},
        "variant": before["variant"], "wave": before["wave"], "remedy": remedy,
        "before": _number(before["estimate"]), "after": _number(after["estimate"]),
        "verdict_before": before["verdict"], "verdict_after": after["verdict"], "warn": None if told else after["warn"],
        "difference": mean.value, "lower": mean.lower, "upper": mean.upper, "p": mean.p, "mean": mean,
        "clusters": _clusters(before, after),
    }  # fmt: skip


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Mean:
    """Give after - before with its 95 % interval, from replicates that redraw the same clusters with the same weights.

    Audits on halves draw fewer, and not the same, so theirs do not pair: an interval of NaN.
    """
    value = _number(after["estimate"]) - _number(before["estimate"])
    first, second = (np.array([_number(x) for x in one["replicates"]]) for one in (before, after))
    clusters = _clusters(before, after)
    if len(first) != len(second) or len(first) < LEAST_REPLICATES or clusters < inference.LEAST_CLUSTERS:
        return mean_of(value, math.nan, math.nan)
    return mean_of(value, inference.standard_error(second - first, clusters), clusters - 1)


def _clusters(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """Give the clusters of the one that has fewer."""
    return int(min(before["clusters"] or 0, after["clusters"] or 0))


def _number(value: Any) -> float:
    return math.nan if value is None or value is np.ma.masked else float(value)

"""A part of the pipeline: what each remedy changes in a model's answers themselves: every finding before and after.

Both stand in a curated study as two variants of one model and are measured by the same redraws of the same clusters,
so their difference is paired. What this refuses: an interval where redraws do not pair, as on halves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness import inference
from harness.amplification import Mean, judge_amplification
from harness.auditfile import Header, audits_for
from harness.remedied import VERDICTS
from harness.store.curated import read_pairs
from harness.store.database import Store
from harness.store.examined_results import write_examined
from harness.study import Study

Row = dict[str, Any]
LEAST_REPLICATES = 200


def compare_curated(study: Study, store: Store) -> list[Row]:
    """Put each finding after a remedy beside the one before it, and keep it: rows of the table ``curations``."""
    headers = {each.name: each.header for each in audits_for(study.datatype, study.folder)}
    rows = [
        _row(before, after, remedy, headers.get(after["audit"]))
        for before, after, remedy in read_pairs(store, study.name)
    ]
    families: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        families.setdefault((row["dataset"], row["audit"], row["metric"]), []).append(row)
    for family in families.values():
        for row, q in zip(family, inference.benjamini_hochberg([row["p"] for row in family]), strict=True):
            row["q"] = q
            verdict = judge_amplification(row["worse"], row["warn"], row.pop("mean"), q)
            row["verdict"] = VERDICTS.get(verdict, verdict)
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
        "clusters": int(min(before["clusters"] or 0, after["clusters"] or 0)),
    }  # fmt: skip


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Mean:
    """Give after - before with its 95 % interval, from replicates that redraw the same clusters with the same weights.

    Audits on halves draw fewer, and not the same, so theirs do not pair: an interval of NaN.
    """
    value = _number(after["estimate"]) - _number(before["estimate"])
    nothing = Mean(value, math.nan, math.nan, math.nan, math.nan, math.nan, math.nan)
    first, second = (np.array([_number(x) for x in one["replicates"]]) for one in (before, after))
    clusters = int(min(before["clusters"] or 0, after["clusters"] or 0))
    if len(first) != len(second) or len(first) < LEAST_REPLICATES or clusters < inference.LEAST_CLUSTERS:
        return nothing
    error = inference.standard_error(second - first, clusters)
    if math.isnan(error):
        return nothing
    freedom = clusters - 1
    if error < inference.TIE:
        return Mean(value, value, value, 1.0 if abs(value) < inference.TIE else 0.0, math.nan, error, freedom)
    half = inference.t_quantile(0.975, freedom) * error
    return Mean(value, value - half, value + half, inference.t_tail(value / error, freedom), math.nan, error, freedom)


def _number(value: Any) -> float:
    return math.nan if value is None or value is np.ma.masked else float(value)

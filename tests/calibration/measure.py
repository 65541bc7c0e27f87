"""Run an audit over the studies of a world: how often it rejects, and how often its interval covers the truth."""

from __future__ import annotations

import math
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from harness.audit import run
from harness.auditfile import Audit
from harness.finding import Finding
from harness.inference import standard_error
from harness.passes import Effort
from harness.store.bench import Bench

# What p and the interval of the estimate rest on; the floor of people plays no part in either.
EFFORT = Effort(replicates=200, floor_replicates=0, draws=199)
ONCE = Effort(replicates=2, floor_replicates=0, draws=9)
TRUTH_ITEMS = 10_000

Told = dict[str, dict[str, float]]


def measure(audit: Audit, bench: Bench, study: Any, truths: dict[str, float]) -> Told:
    """Run an audit over the studies on a bench.

    Args:
        truths: metric (``*``: any) → the value that intervals should cover; others are not held against one.

    Returns:
        for each metric that is judged: the number of studies in which it is, the share of them with p <= 0.05, and
        the truth and the share of intervals that cover it; on halves, how large the error is.

    Raises:
        RuntimeError: the audit does not run in this world.
    """
    by_metric: dict[str, list[Finding]] = {}
    for found in run(bench, audit, study, EFFORT):
        if found.verdict == "not run" and not found.metric and not found.dataset:
            raise RuntimeError(f"{audit.name} does not run in its world: {found.note}")
        if found.p is not None:
            by_metric.setdefault(found.metric, []).append(found)
    told: Told = {}
    for metric, findings in sorted(by_metric.items()):
        told[metric] = {
            "judged": len(findings),
            "rejected": share([one.p is not None and one.p <= 0.05 for one in findings]),
        }
        if audit.header.resample:
            told[metric]["error"] = error_of(findings)
        truth = truths.get(metric, truths.get("*"))
        if truth is not None:
            told[metric] |= {"truth": round(truth, 5), "covered": share([covers(one, truth) for one in findings])}
    if not told:
        raise RuntimeError(f"{audit.name} judges nothing in its world")
    return told


def error_of(findings: list[Finding]) -> float:
    """Give the standard error that studies are told, over the spread that their estimates have."""
    estimates = [math.nan if one.estimate is None else one.estimate for one in findings]
    errors = [standard_error(one.replicates, one.clusters) for one in findings]
    return round(math.sqrt(float(np.mean(np.square(errors)))) / float(np.std(estimates, ddof=1)), 3)


def share(told: list[bool]) -> float:
    """Give the share of what is true."""
    return round(sum(told) / len(told), 4)


def covers(found: Finding, truth: float) -> bool:
    """Tell whether the interval of the estimate has the truth in it; an open side has no bound."""
    low = -math.inf if found.lower is None else found.lower
    high = math.inf if found.upper is None else found.upper
    return low - 1e-9 <= truth <= high + 1e-9


def truths_of(audit: Audit, bench: Bench, study: Any) -> dict[str, float]:
    """Read the estimates of one very large study."""
    untested = replace(audit, header=audit.header.model_copy(update={"test": "none"}))
    judged = [one for one in run(bench, untested, study, ONCE) if one.estimate is not None]
    return {
        one.metric: one.estimate
        for one in judged
        if one.estimate is not None and not any(fnmatchcase(one.metric, each) for each in audit.header.describes)
    }


def is_distance(audit: Audit) -> bool:
    """Tell whether the estimate cannot be under zero and zero is no artifact: its interval is an upper bound only."""
    return audit.header.range[0] == 0 and audit.header.worse == "up"

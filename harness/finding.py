"""What a metric shows, put against the floor and the null, and judged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from harness import inference
from harness.auditfile import Audit, Header
from harness.inference import Floats, Interval
from harness.passes import Curve

if TYPE_CHECKING:
    from harness.store.bench import Focal


@dataclass
class Finding:
    """One row of the findings table; the names are its columns."""

    audit: str
    audit_id: str
    metric: str
    title: str
    verdict: str
    dataset: str = ""
    kind: str = ""
    model: str = ""
    variant: str = ""
    wave: str = ""
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    matched: float | None = None
    floor: float | None = None
    excess: float | None = None
    excess_lower: float | None = None
    excess_upper: float | None = None
    p: float | None = None
    q: float | None = None
    differ_p: float | None = None
    draws: int | None = None
    detectable: float | None = None
    warn: float | None = None
    worse: str = ""
    items: int = 0
    clusters: int = 0
    persons: int | None = None
    persons_as_far: int | None = None
    range_verdict: str | None = None
    note: str | None = None
    size: int | None = None
    replicates: Floats = field(default_factory=lambda: np.empty(0))
    excess_interval: Interval = field(default_factory=lambda: Interval(None, None))
    excess_replicates: Floats = field(default_factory=lambda: np.empty(0))  # paired as the replicates are
    excess_columns: Floats = field(default_factory=lambda: np.empty(0))  # by which person played where; or empty
    bounds: tuple[float, float] = (-math.inf, math.inf)  # smallest and largest possible excess, or estimate


@dataclass(frozen=True)
class Overlap:
    """What an audit shows of two annotators on the items that both have answered.

    Attributes:
        curves: metric → of either the estimate, then its replicates.
        swap_p: metric → p of *the two are interchangeable*; none where the audit is no function of sums over items.
        sizes: words or rows a side, where halves are compared.
        apart: they share too few items, and can be compared as two groups only.
    """

    items: int = 0
    clusters: int = 0
    curves: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)
    swap_p: Mapping[str, float] = field(default_factory=dict)
    sizes: tuple[int | None, int | None] = (None, None)
    apart: bool = False


class Who(TypedDict):
    """The focal annotator's columns."""

    dataset: str
    kind: str
    model: str
    variant: str
    wave: str


def who(columns: Mapping[str, str]) -> Who:
    """Pick the who columns."""
    return {
        "dataset": columns["dataset"],
        "kind": columns["kind"],
        "model": columns["model"],
        "variant": columns["variant"],
        "wave": columns["wave"],
    }


def make_finding(
    audit: Audit,
    focal: Focal,
    metric: str,
    curve: Floats,
    passes: tuple[Curve, Curve, Curve, Curve],
    compared: tuple[str | None, int | None] = (None, None),
    freedom: int | None = None,
) -> Finding:
    """Put one metric of one focal annotator against what people and chance show.

    Args:
        curve: the estimate, then its bootstrap replicates.
        passes: floor, null, exchanged and persons, as ``passes.Passes`` gives them.
        compared: what a reader must know of how; and the words or rows a side, where halves are compared.
        freedom: degrees of freedom of the error, where it has fewer than the clusters.
    """
    told, size = compared
    floor, null, exchanged, persons = passes
    header, key = audit.header, (focal.number, metric)
    found = Finding(
        audit.name, audit.audit_id, metric, header.title, "described", **who(focal.who), warn=header.warn,
        worse=header.worse, items=focal.items, clusters=focal.clusters, replicates=curve[1:], note=told,
        bounds=header.range,
        size=size,
    )  # fmt: skip
    estimate = float(curve[0])
    error = inference.standard_error(curve[1:], focal.clusters)
    distance = header.range[0] == 0 and header.worse == "up"
    freedom = focal.clusters - 1 if freedom is None else freedom
    own = inference.interval(estimate, error, focal.clusters, header.range, distance=distance, freedom=freedom)
    found.estimate, found.lower, found.upper = estimate, own.lower, own.upper
    if header.warn is None or header.only_describes(metric):
        return found
    if header.least_people > max(focal.people, 1):
        found.note = "no item has two people who could be put against each other: shown, and not judged"
        return found
    excess, excess_error, found.excess_replicates = estimate, error, curve[1:]
    if header.test == "neutral":
        found.floor = header.neutral
        excess = estimate - (header.neutral or 0.0)
        found.excess_replicates = curve[1:] - (header.neutral or 0.0)
        found.p = inference.t_tail(excess / error, freedom) if error > inference.TIE else math.nan
        found.detectable = inference.detectable(error) if error > inference.TIE else None
    if key in null:
        excess, excess_error = _exchange(found, header, curve, null[key], floor.get(key), exchanged.get(key))
        if found.detectable is None and error > inference.TIE:
            excess_error = math.nan  # the excess is 0 whatever was said: that is no absence
    if key in persons:
        person, model = persons[key][:, 0], persons[key][:, 1]
        found.persons, found.persons_as_far = inference.rank_among(model, person, header.worse)
        found.range_verdict = inference.place_among_persons(found.persons, found.persons_as_far)
    if header.test == "none":
        found.excess_interval = own
    else:
        found.bounds = _bounds(header, found.floor)
        found.excess_interval = inference.interval(
            excess, excess_error, focal.clusters, found.bounds, distance=False, freedom=freedom
        )
    found.excess = excess
    found.excess_lower, found.excess_upper = found.excess_interval.lower, found.excess_interval.upper
    found.note = "; ".join(filter(None, (told, _note(audit, focal, found)))) or None
    return found


def _exchange(
    found: Finding, header: Header, curve: Floats, null: Floats, floor: Floats | None, exchanged: Floats | None
) -> tuple[float, float]:
    """Put a finding against exchanged roles: its p, its floor, and the excess over it with its error."""
    draws = null[1:][np.isfinite(null[1:])]
    found.draws = len(draws)
    found.p = inference.exchange_p(float(null[0]), draws, header.worse)
    width = float(np.std(draws)) if len(draws) else 0.0
    found.detectable = inference.detectable(width) if width > inference.TIE else None
    if floor is not None:
        found.matched, found.floor, error = inference.against_people(floor, found.clusters)
        found.excess_replicates, found.excess_columns = inference.redrawn_excess(floor)
        return found.matched - found.floor, error
    found.floor = float(np.mean(draws)) if isinstance(header.floor, str) else header.floor
    redrawn = curve - (found.floor or 0.0)
    if exchanged is not None:
        # The mean of the null moves with the items too; only what moves apart is uncertain.
        redrawn = curve[: len(exchanged)] - exchanged.mean(axis=1)
    found.excess_replicates = redrawn[1:]
    return float(curve[0]) - (found.floor or 0.0), inference.standard_error(redrawn[1:], found.clusters)


def _bounds(header: Header, floor: float | None) -> tuple[float, float]:
    """Give the smallest and largest possible excess."""
    low, high = header.range
    if header.test == "neutral":
        return low - (floor or 0.0), high - (floor or 0.0)
    return low - high, high - low


def _note(audit: Audit, focal: Focal, found: Finding) -> str | None:
    """Say what else a reader must know."""
    exchanged = audit.header.test == "exchange"
    told = []
    if not focal.paired:
        sides = "the two levels" if audit.header.across else "the model and people"
        told.append(f"unpaired: {sides} share too few items, and are compared as two groups")
    if focal.clusters < inference.LEAST_CLUSTERS:
        told.append(f"only {focal.clusters} clusters: too few to tell")
    elif exchanged and found.detectable is None:
        told.append("exchanging roles changes nothing here: these data could not have shown any effect")
    return "; ".join(told) or None


def judge(audit: Audit, findings: list[Finding]) -> None:
    """Correct p-values within audit, model and dataset, then judge."""
    families: dict[tuple[str, str, str], list[Finding]] = {}
    for found in findings:
        if found.p is not None:
            families.setdefault((found.dataset, found.model, found.metric), []).append(found)
    for family in families.values():
        for found, q in zip(
            family, inference.benjamini_hochberg([math.nan if f.p is None else f.p for f in family]), strict=True
        ):
            found.q = q
    for found in findings:
        if found.excess is not None:
            found.verdict = inference.verdict(
                audit.header.worse, audit.header.warn, found.excess, found.excess_interval, found.q, found.clusters,
                tested=audit.header.test != "none",
            )  # fmt: skip

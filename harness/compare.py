"""Compare annotators that differ in one factor: what changed from one to the other, and how sure that is.

What this refuses: to compare what was measured on different items, by another text of an audit, or at another length.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from harness import inference
from harness.auditfile import Audit
from harness.comparison import Comparison
from harness.difference import Difference, both, direction, farther, subtract
from harness.errors import AuditError
from harness.finding import Finding, Overlap, Who, who
from harness.inference import Floats, Interval
from harness.pairing import Pair, Version
from harness.passes import FULL, Effort

JUDGED = ("found", "absent", "cannot tell")
EMPTY: Floats = np.empty(0)
ALIKE = 0.1  # sizes of halves that differ by more are not like for like

FEW = 0.01  # p of an exchange that more draws could make smaller
Shared = Callable[[Audit, Sequence[tuple[Who, Who]], Effort], list[Overlap]]  # ``audit.measure_pairs``
Made = tuple[Comparison, Interval | None]


def compare(
    findings: Sequence[Finding],
    audits: Sequence[Audit],
    versions: Sequence[Version],
    pairing: Callable[[Sequence[Version]], list[Pair]],
    shared: Shared,
    *,
    by: str,
    baseline: str | None = None,
) -> list[Comparison]:
    """Compare all that was measured.

    Args:
        findings: with their replicates.
        versions: the annotators as the study calls them, on every data set; what audits put together (a comparison
            across an axis) takes family and date of its model.
        pairing: says who is compared with whom.
        shared: measures pairs on the items that both have answered.

    Raises:
        AuditError: an audit's file has changed since it was run.
    """
    made: list[Made] = []
    by_name = {audit.name: audit for audit in audits}
    for name in dict.fromkeys(found.audit for found in findings if found.estimate is not None):
        own = [found for found in findings if found.audit == name and found.estimate is not None]
        audit = by_name.get(name)
        if audit is None:
            continue
        if audit.audit_id[-32:] != own[0].audit_id.replace("-", "")[-32:]:
            raise AuditError(
                "the audit has changed since it was run", where=str(audit.path), remedy="run `harness audit`"
            )
        made += _of_audit(audit, own, versions, pairing, shared, by, baseline)
    _exchange_more([one for one, _ in made], by_name, shared)
    _judge(made)
    return [one for one, _ in made]


def _of_audit(
    audit: Audit, findings: list[Finding], versions: Sequence[Version],
    pairing: Callable[[Sequence[Version]], list[Pair]], shared: Shared, by: str, baseline: str | None,
) -> Iterable[Made]:  # fmt: skip
    focals = {tuple(who(vars(found)).values()): who(vars(found)) for found in findings}
    pairs = pairing(_stand(focals.values(), versions))
    whos = [(who(vars(pair.base)), who(vars(pair.later))) for pair in pairs]
    held = {(*who(vars(found)).values(), found.metric): found for found in findings}
    for pair, (base, later), overlap in zip(pairs, whos, shared(audit, whos, FULL) if whos else [], strict=True):
        for metric in dict.fromkeys(found.metric for found in findings):
            one, other = (held.get((*each.values(), metric)) for each in (base, later))
            if one is not None and other is not None:
                yield _difference(audit, pair, one, other, overlap, by, baseline)


def _stand(focals: Iterable[Who], versions: Sequence[Version]) -> list[Version]:
    """Give the annotators of an audit their dates and levels."""
    known = {(one.kind, one.model, one.variant, one.wave): one for one in versions}
    models = {one.model: one for one in versions}
    made = []
    for focal in focals:
        exact = known.get((focal["kind"], focal["model"], focal["variant"], focal["wave"]))
        model = exact or models.get(focal["model"])
        made.append(
            Version(
                **focal, family=model.family if model else None, released=model.released if model else None,
                levels=exact.levels if exact else {}, place=exact.place if exact else 0,
            )
        )  # fmt: skip
    return made


def _difference(
    audit: Audit, pair: Pair, base: Finding, later: Finding, overlap: Overlap, by: str,
    baseline: str | None,
) -> Made:  # fmt: skip
    """Compare one metric; beside it, how much farther from the value without an artifact the later is."""
    made = Comparison(
        by, baseline, audit.name, audit.audit_id, later.metric, later.title, **who(vars(later)), base_model=base.model,
        base_variant=base.variant, base_wave=base.wave, judged=base.verdict in JUDGED and later.verdict in JUDGED,
        warn=later.warn, worse=later.worse,
    )  # fmt: skip
    told, away = [pair.note] if pair.note else [], None
    if overlap.apart:
        curves, sizes = (_curve(base), _curve(later)), (base.size, later.size)
        made.items, made.clusters = min(base.items, later.items), min(base.clusters, later.clusters)
        told.append("they share too few items, and are compared as two groups")
    else:
        curves, sizes = overlap.curves.get(later.metric, (EMPTY, EMPTY)), overlap.sizes
        made.items, made.clusters = overlap.items, overlap.clusters
        made.swap_p = overlap.swap_p.get(later.metric)
        if overlap.items < max(base.items, later.items):
            told.append(f"on the {made.items:,} items that both answered, of {base.items:,} and {later.items:,}")
    first, second = sizes
    halves = bool(audit.header.resample)
    if first and second and abs(first - second) > ALIKE * max(first, second):
        what = "words" if audit.header.words else "rows"
        told.append(f"measured at {first:,} and {second:,} {what} a side, which is not like for like")
    elif len(curves[0]):
        found = subtract(*curves, made.clusters, audit.header.range, halves=halves)
        made.base_estimate, made.estimate = (float(curve[0]) for curve in curves)
        made.difference, made.lower, made.upper = found.estimate, found.interval.lower, found.interval.upper
        made.bootstrap_p = found.p
        made.p = both(made.swap_p, found.p)
        if base.floor is not None and later.floor is not None:
            away = farther(*curves, (base.floor, later.floor), made.clusters, halves=halves)
    made.note = "; ".join(told) or None
    return made, away


def _curve(found: Finding) -> Floats:
    return np.concatenate([[math.nan if found.estimate is None else found.estimate], found.replicates])


def _exchange_more(made: Sequence[Comparison], audits: Mapping[str, Audit], shared: Shared) -> None:
    """Exchange as often as the correction of so many tests needs, where it could still matter."""
    judged = [one for one in made if one.judged and one.p is not None]
    draws = inference.draws_needed(len(judged))
    if draws <= FULL.draws:
        return
    undecided: dict[str, dict[tuple[object, ...], list[Comparison]]] = {}
    for one in judged:
        if one.swap_p is not None and one.swap_p <= FEW and (one.p or 0.0) <= inference.LEVEL:
            base, later = _whos(one)
            undecided.setdefault(one.audit, {}).setdefault((*base.values(), *later.values()), []).append(one)
    exchanges = Effort(replicates=1, draws=draws)
    for name, pairs in undecided.items():
        for own, found in zip(
            pairs.values(), shared(audits[name], [_whos(own[0]) for own in pairs.values()], exchanges), strict=True
        ):
            for one in own:
                one.swap_p = found.swap_p.get(one.metric, one.swap_p)
                one.p = both(one.swap_p, one.bootstrap_p)


def _whos(one: Comparison) -> tuple[Who, Who]:
    later = who(vars(one))
    return {**later, "model": one.base_model, "variant": one.base_variant, "wave": one.base_wave}, later


def _judge(made: Sequence[Made]) -> None:
    """Correct p over all that is compared at once, what is judged and what is described apart; then say which way."""
    for judged in (True, False):
        family = [one for one, _ in made if one.judged is judged]
        p = [math.nan if one.p is None else one.p for one in family]
        for one, q in zip(family, inference.benjamini_hochberg(p), strict=True):
            one.q = q
    for one, away in made:
        if one.difference is not None and one.p is not None:
            found = Difference(one.difference, Interval(one.lower, one.upper), one.p)
            warn = one.warn if one.judged else None
            one.direction = direction(one.worse, warn, found, one.q, one.clusters or 0, away)

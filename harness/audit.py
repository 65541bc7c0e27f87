"""Run audits on a bench: say who is looked at, make the passes, judge what they show.

What this refuses: to skip an audit without a word. One that cannot run gives a finding that says why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.auditfile import EVERY, Audit, Header
from harness.contrast import differ_p
from harness.finding import Finding, Overlap, Who, judge, make_finding, who
from harness.passes import FULL, Curve, Effort, Passes
from harness.pools import LEAST_SHARED
from harness.remedies import is_curated

if TYPE_CHECKING:
    from harness.store.bench import Bench, Focal
    from harness.study import Study

MOST_ROWS = 40_000_000  # that the passes of some annotators make; more are taken in parts


def audit(
    bench: Bench,
    audits: list[Audit],
    study: Study,
    say: Callable[[str], object],
    lacking: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Run audits on a study's rows.

    Args:
        lacking: extractor → why it did not run, and the remedy.

    Returns:
        one finding per audit, metric, dataset and focal annotator; an audit that cannot run gives one that
        says why.
    """
    findings: list[Finding] = []
    for each in audits:
        lacks = [why for name, why in (lacking or {}).items() if name in each.header.features]
        made = [_not_run(each, "; ".join(lacks))] if lacks else run(bench, each, study)
        findings.extend(made)
        say(f"  {each.name}: {_tell(made)}")
    return findings


def run(bench: Bench, audit: Audit, study: Study, effort: Effort = FULL) -> list[Finding]:
    """Run one audit: one finding per metric and focal annotator, or the reason why there is none."""
    reason = _unfit(bench, audit, study) or _unpaired(audit, study)
    wanted = [] if reason else list(_focals(bench, audit, study))
    findings = [found for part in _portions(bench, wanted) for found in _measure(bench, audit, study, part, effort)]
    if all(found.verdict == "not run" and found.note == _nobody(audit) for found in findings):
        return [_not_run(audit, reason or _nobody(audit))]
    return findings


def _portions(bench: Bench, wanted: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Part focal annotators so that the passes of a part fit into memory; a model's variants are judged together."""
    families: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for focal in wanted:
        families.setdefault((focal["dataset"], focal["model"]), []).append(focal)
    part: list[dict[str, Any]] = []
    weight = 0.0
    for family in families.values():
        heavy = sum(bench.weigh(focal["model_who"]) for focal in family)
        if part and weight + heavy > MOST_ROWS:
            yield part
            part, weight = [], 0.0
        part, weight = [*part, *family], weight + heavy
    if part:
        yield part


def _measure(bench: Bench, audit: Audit, study: Study, wanted: list[dict[str, Any]], effort: Effort) -> list[Finding]:
    """Make the passes for some focal annotators, and judge what they show."""
    header, shape = audit.header, _shape(audit.header)
    focals = bench.prepare(wanted, draws=header.draws, shape=shape)
    if not focals:
        return [_not_run(audit, _nobody(audit), focal) for focal in wanted]
    passes = Passes(bench, audit, study.seed, focals, effort)
    as_is = passes.halves() if header.resample else passes.as_is()
    differ = _variants_differ(passes, as_is)
    if as_is and header.plays != header.draws:
        bench.prepare(wanted, draws=header.plays, shape=shape)
        passes.replay()
    others = (passes.floor(), passes.null(as_is), passes.exchanged, passes.persons()) if as_is else ({}, {}, {}, {})
    findings = [
        make_finding(
            audit,
            passes.by_number[number],
            metric,
            as_is[number, metric],
            others,
            (passes.told(number), passes.budgets.get(number)),
            passes.freedom.get((number, metric)),
        )
        for number, metric in sorted(as_is)
    ]
    for found, key in zip(findings, sorted(as_is), strict=True):
        found.differ_p = differ.get(key)
    judge(audit, findings)
    measured = {number for number, _ in as_is}
    for focal in wanted:
        if focal["focal_no"] not in measured:
            why = "no item has what it counts" if focal["focal_no"] in passes.by_number else _nobody(audit)
            findings.append(_not_run(audit, why, focal))
    return findings


def _variants_differ(passes: Passes, as_is: Curve) -> dict[tuple[int, str], float]:
    """Test, model by model, whether the variants of its prompt are interchangeable: focal number, metric → p."""
    if passes.audit.header.across or passes.audit.header.resample or not as_is:
        return {}
    units: dict[tuple[str, ...], list[int]] = {}
    for focal in passes.focals:
        if focal.who["kind"] == "trained" or is_curated(focal.who["variant"]):
            continue
        key = (focal.who["dataset"], focal.who["kind"], focal.who["model"], focal.who["wave"])
        units.setdefault(key, []).append(focal.number)
    groups = [unit for unit in units.values() if len(unit) > 1]
    drawn = passes.exchange_members(groups) if groups else {}
    return {
        (number, metric): differ_p(estimates)
        for (place, metric), estimates in drawn.items()
        for number in groups[place]
    }


def measure_pairs(
    bench: Bench, study: Study, audit: Audit, pairs: Sequence[tuple[Who, Who]], effort: Effort = FULL
) -> list[Overlap]:
    """Put pairs of annotators against each other on the items that both have answered; a pair is of one data set.

    Args:
        pairs: of those whom the audit looks at.
    """
    if not pairs or not bench.relation(audit.rows):
        return [Overlap(apart=True)] * len(pairs)
    known = {tuple(who(focal).values()): focal for focal in _focals(bench, audit, study)}
    both = [(known[tuple(base.values())], known[tuple(later.values())]) for base, later in pairs]
    made: list[Overlap] = []
    at_a_time = max(1, int(MOST_ROWS / max(bench.weigh(one["model_who"]) for pair in both for one in pair) / 2))
    for begin in range(0, len(both), at_a_time):
        made += _measure_together(bench, audit, study, both[begin : begin + at_a_time], effort)
    return made


def _measure_together(
    bench: Bench, audit: Audit, study: Study, pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]], effort: Effort
) -> list[Overlap]:
    header = audit.header
    wanted: list[dict[str, Any]] = []
    for base, later in pairs:
        for one, other in ((base, later), (later, base)):
            wanted.append({**one, "focal_no": len(wanted), "shared_with": _voices(other)})
    focals = {focal.number: focal for focal in bench.prepare(wanted, draws=header.draws, shape=_shape(header))}
    groups = [[2 * place, 2 * place + 1] for place in range(len(pairs))]
    fit = [all(n in focals and focals[n].items >= LEAST_SHARED for n in group) for group in groups]
    if not any(fit):
        return [Overlap(apart=True)] * len(pairs)
    passes = Passes(bench, audit, study.seed, list(focals.values()), effort)
    as_is = passes.halves() if header.resample else passes.as_is()
    swapped = {} if header.resample or header.across or not as_is else passes.exchange_members(groups)
    return [
        Overlap(
            focals[first].items,
            focals[first].clusters,
            {m: (as_is[first, m], as_is[second, m]) for n, m in as_is if n == first and (second, m) in as_is},
            {metric: differ_p(estimates) for (group, metric), estimates in swapped.items() if group == place},
            (passes.budgets.get(first), passes.budgets.get(second)),
        )
        if fit[place]
        else Overlap(apart=True)
        for place, (first, second) in enumerate(groups)
    ]


def _voices(focal: dict[str, Any]) -> list[list[int]]:
    """List the annotators of a focal, in groups of which one must have answered an item."""
    own = [focal.get("levels", [focal["model_who"]])]
    return own if focal["reference_who"] is None else [*own, [focal["reference_who"]]]


def measure(
    bench: Bench, audit: Audit, study: Study, wanted: list[dict[str, Any]], effort: Effort = FULL
) -> tuple[dict[int, Focal], Curve, Curve]:
    """Estimate without a test.

    Args:
        wanted: focal annotators as ``Bench.prepare`` takes them.

    Returns:
        focals by number; what the audit shows of each; and of people in each one's place, where the audit has such a
        floor and the effort some redraws for it. All are empty where the audit is unfit for the study.
    """
    if audit.header.across or _unfit(bench, audit, study):
        return {}, {}, {}
    focals = bench.prepare(wanted, draws=audit.header.draws, shape=_shape(audit.header))
    if not focals:
        return {}, {}, {}
    passes = Passes(bench, audit, study.seed, focals, effort)
    as_is = passes.halves() if audit.header.resample else passes.as_is()
    return passes.by_number, as_is, passes.floor() if as_is else {}


def _not_run(audit: Audit, reason: str, focal: dict[str, Any] | None = None) -> Finding:
    found = Finding(audit.name, audit.audit_id, "", audit.header.title, "not run", note=reason)
    return replace(found, **who(focal)) if focal else found


def _unfit(bench: Bench, audit: Audit, study: Study) -> str | None:
    if not bench.relation(audit.rows):
        if audit.rows.startswith("soft_"):
            return 'no reply has scores; write format = ["scores"] under [vary]'
        return f"the study has no {audit.rows}"
    if "ordinal" in audit.header.needs and not getattr(study.config, "ordinal", False):
        return f"the options are no scale; write ordinal = true under [{study.datatype}] if they are"
    most, least = bench.most_samples(), audit.header.least_samples
    if 0 < most < least:
        remedy = f"; write samples = {least} in study.toml" if study.models else ""
        return f"it takes {least} samples of an item, and the study has {most}{remedy}"
    return None


def _unpaired(audit: Audit, study: Study) -> str | None:
    """Say why there is nothing to compare across an axis that is varied: the design asks no such pair."""
    axis = audit.header.across or EVERY
    if axis == EVERY or len(study.axes.get(axis, ())) < 2 or not study.variants:
        return None
    rests = [sorted((name, level) for name, level in v.levels.items() if name != axis) for v in study.variants]
    if any(rest in rests[:place] for place, rest in enumerate(rests)):
        return None
    return f"the design asks no two variants that differ in {axis} alone; ask the grid, or one-at-a-time"


def _shape(header: Header) -> str:
    """Say how the focal annotator's rows meet the reference's."""
    return "model" if header.roles == "model" else header.pairing


def _nobody(audit: Audit) -> str:
    if audit.header.across == EVERY:
        return "there is one variant of each model; write two levels of an axis under [vary]"
    if audit.header.levels:
        levels = " and ".join(audit.header.levels)
        return f"{audit.header.across} is not varied over {levels}; write both levels under [vary]"
    if audit.header.across:
        return f"{audit.header.across} is not varied; write two levels under [vary]"
    if audit.header.roles == "model":
        return "no model has said anything"
    return "no model has judged an item that people judged too"


def _focals(bench: Bench, audit: Audit, study: Study) -> Iterator[dict[str, Any]]:
    """Say who is looked at, against whom."""
    whos = [one for one in bench.whos() if _is_audited(one)]
    if audit.header.across is None:
        for number, one in enumerate(whos):
            yield {**who(one), "focal_no": number, "model_who": one["who_no"], "reference_who": None}
        return
    if audit.header.across == EVERY:
        yield from _all_variants(whos)
        return
    axis, chosen = audit.header.across, audit.header.levels
    order: dict[str, int] = {}
    for level in chosen or (variant.levels.get(axis, "") for variant in study.variants):
        order.setdefault(level, len(order))
    units: dict[str, tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]] = {}
    for one in whos:
        levels = json.loads(one["bindings"]) if isinstance(one.get("bindings"), str) else {}
        if axis not in levels:
            continue
        level = str(levels.pop(axis))
        if chosen and level not in chosen:
            continue
        key = json.dumps([one["dataset"], one["model"], one["wave"], levels])
        units.setdefault(key, (levels, []))[1].append((level, one))
    number = 0
    for shared, unit in units.values():
        unit.sort(key=lambda pair: order.get(pair[0], len(order)))
        base, *others = unit
        for level, one in others:
            rest = " ".join(f"{name}={value}" for name, value in shared.items())
            named = {**who(one), "variant": f"{rest} {axis}: {level} against {base[0]}".strip()}
            yield {**named, "focal_no": number, "model_who": one["who_no"], "reference_who": base[1]["who_no"]}
            number += 1


def _is_audited(one: dict[str, Any]) -> bool:
    """Tell whether an annotator is audited by itself: mixed corpora and learning curves have scores only."""
    levels = json.loads(one["bindings"]) if isinstance(one.get("bindings"), str) else {}
    return one["kind"] != "trained" or not {"human", "size"} & set(levels)


def _all_variants(whos: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Take all variants of a model and wave for one focal annotator; the relation's ``level`` tells them apart."""
    units: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in whos:
        if one["kind"] == "trained":
            continue  # what tells them apart is who taught them, and no prompt
        units.setdefault((one["dataset"], one["kind"], one["model"], one["wave"]), []).append(one)
    several = [unit for unit in units.values() if len(unit) > 1]
    for number, unit in enumerate(several):
        named = {**who(unit[0]), "variant": f"{len(unit)} variants"}
        numbers = [one["who_no"] for one in unit]
        yield {**named, "focal_no": number, "model_who": numbers[0], "levels": numbers, "reference_who": None}


def _tell(findings: list[Finding]) -> str:
    counts: dict[str, int] = {}
    for found in findings:
        counts[found.verdict] = counts.get(found.verdict, 0) + 1
    if set(counts) == {"not run"}:
        return f"not run: {findings[0].note}"
    return ", ".join(f"{verdict} {count}" for verdict, count in sorted(counts.items()))

"""Findings of several variants → what they say together: one row per audit, metric, data set, model and wave."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness import inference
from harness.finding import Finding
from harness.ids import seed_of
from harness.inference import TIE, Floats
from harness.sensitivity import shares as sharing
from harness.sensitivity.between import Between, describe_between, noise_covariance, prompts_needed
from harness.sensitivity.design import Design, make_design, read_levels
from harness.sensitivity.simultaneous import hold_together, missed, spread
from harness.sensitivity.verdict import distance_to, judge, surely


@dataclass
class Sensitivity:
    """One row of the table sensitivities; the names are its columns."""

    audit: str
    audit_id: str
    metric: str
    title: str
    dataset: str
    kind: str
    model: str
    wave: str
    measure: str
    variants: int
    axes: str
    design: str
    population: str
    mean: float
    spread: float
    least: str
    most: str
    warn: float | None
    worse: str
    clusters: int
    note: str | None
    verdict: str = "cannot tell"
    rule: str = ""
    needed: str | None = None
    mean_lower: float | None = None
    mean_upper: float | None = None
    predicted_lower: float | None = None
    predicted_upper: float | None = None
    between_sd: float | None = None
    between_lower: float | None = None
    between_upper: float | None = None
    noise_sd: float | None = None
    spread_lower: float | None = None
    spread_upper: float | None = None
    above: int | None = None
    below: int | None = None
    surely_above: int | None = None
    surely_below: int | None = None
    surely_beyond: int | None = None
    surely_under: int | None = None
    hetero_p: float | None = None
    hetero_q: float | None = None
    differ_p: float | None = None
    differ_q: float | None = None
    prompts_needed: int | None = None


@dataclass
class AxisEffect:
    """One row of the table axis_effects: a term's share (no level), or a level against the rest of its axis."""

    audit: str
    audit_id: str
    metric: str
    dataset: str
    kind: str
    model: str
    wave: str
    term: str
    level: str | None
    open: bool | None
    variance: float | None = None
    share: float | None = None
    share_lower: float | None = None
    share_upper: float | None = None
    effect: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    q: float | None = None
    aliased: str | None = None


def measure(
    findings: Sequence[Finding],
    levels: Mapping[str, Mapping[str, str]],
    known: Mapping[str, Sequence[str]],
    seed: int,
) -> tuple[list[Sensitivity], list[AxisEffect]]:
    """Say what the variants of each model show together.

    Args:
        findings: with their redraws; those that did not run are passed over.
        levels: variant → its level on each axis; a variant that is not there tells its levels by its name.
        known: axis → all levels that the data type lists.
        seed: of the draws.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for found in findings:
        if found.estimate is not None and math.isfinite(found.estimate):
            groups.setdefault(_key(found), []).append(found)
    rows: list[Sensitivity] = []
    effects: list[AxisEffect] = []
    for key, group in groups.items():
        stands = [levels.get(found.variant) or read_levels(found.variant) for found in group]
        design = make_design(stands, known)
        if len(group) > 1 and design.axes:
            row, made = _measure(group, design, np.random.default_rng(seed_of(f"{seed}", "sensitivity", *key)))
            rows.append(row)
            effects += made
    _correct(rows, effects)
    return rows, effects


def _key(found: Finding) -> tuple[str, ...]:
    return found.audit, found.metric, found.dataset, found.kind, found.model, found.wave


def _measure(group: list[Finding], design: Design, rng: np.random.Generator) -> tuple[Sensitivity, list[AxisEffect]]:
    first = group[0]
    judged = all(found.excess is not None and math.isfinite(found.excess) for found in group)
    values = np.array([found.excess if judged else found.estimate for found in group], dtype=np.float64)
    clusters = min(found.clusters for found in group)
    warn = first.warn if judged else None
    row = Sensitivity(
        first.audit, first.audit_id, first.metric, first.title, first.dataset, first.kind, first.model, first.wave,
        measure="excess" if judged else "estimate", variants=len(group), axes=design.told(), design=design.kind,
        population=design.population, mean=float(values.mean()), spread=float(np.ptp(values)),
        least=group[int(np.argmin(values))].variant, most=group[int(np.argmax(values))].variant,
        warn=warn, worse=first.worse, clusters=clusters, note=_note(group, design),
    )  # fmt: skip
    row.differ_p = first.differ_p  # one for all variants
    noise = _noise(group, clusters, judged=judged)
    if noise is None:
        row.rule = "the redraws of the variants are too few, or cannot be paired: nothing tells noise from difference"
        return row, []
    bounds = first.bounds
    between = describe_between(values, noise, clusters, design, rng)
    lower, upper = hold_together(values, noise, clusters, bounds, rng)
    predicted = _predict(between, values, noise, (lower, upper), clusters, bounds)
    told = judge(first.worse, warn, predicted, lower, upper, clusters)
    row.verdict, row.rule = told.verdict, told.rule
    if warn is not None:
        row.surely_beyond, row.surely_under = surely(first.worse, warn, lower, upper)
        if told.verdict == "cannot tell":
            distance = distance_to(first.worse, warn, row.mean)
            row.prompts_needed, row.needed = _needed(values, noise, distance, design)
    if judged:
        row.above, row.below = int(np.sum(values > TIE)), int(np.sum(values < -TIE))
        row.surely_above, row.surely_below = int(np.sum(lower > 0)), int(np.sum(upper < 0))
    error = math.sqrt(max(float(noise.mean()), 0.0))
    centre = inference.interval(row.mean, error, clusters, bounds, distance=False)
    row.mean_lower, row.mean_upper = centre.lower, centre.upper
    row.predicted_lower, row.predicted_upper = _finite(predicted[0]), _finite(predicted[1])
    row.between_sd, row.between_lower, row.between_upper = between.sd, between.lower, between.upper
    row.noise_sd, row.hetero_p = between.noise, between.p
    _, row.spread_lower, widest = spread(values, noise, clusters, bounds, rng)
    row.spread_upper = _finite(widest)
    return row, _effects(first, values, noise, clusters, design, rng)


def _noise(group: list[Finding], clusters: int, *, judged: bool) -> Floats | None:
    """Give the covariance of the variants' noise; None where their redraws cannot be paired."""
    redraws = [found.excess_replicates if judged else found.replicates for found in group]
    columns = [found.excess_columns for found in group]
    if len({len(each) for each in redraws}) > 1:
        return None
    sides = len(columns[0])
    paired = judged and sides > 0 and all(len(each) == sides for each in columns)
    return noise_covariance(np.column_stack(redraws), clusters, np.column_stack(columns) if paired else None)


def _predict(
    between: Between, values: Floats, noise: Floats, together: tuple[Floats, Floats], clusters: int,
    bounds: tuple[float, float],
) -> tuple[float, float]:  # fmt: skip
    """Give the prediction interval within what is possible; without an open axis, what holds for all variants."""
    if between.predicted is None:
        return float(together[0].min()), float(together[1].max())
    low, high = between.predicted
    blind = np.sqrt(np.diag(noise)) <= TIE
    if blind.any():  # a variant that never differs has no noise to see; what its clusters missed is left open
        low = min(low, float(values[blind].min()) - missed(clusters, bounds))
        high = max(high, float(values[blind].max()) + missed(clusters, bounds))
    return max(low, bounds[0]), min(high, bounds[1])


def _needed(values: Floats, noise: Floats, distance: float, design: Design) -> tuple[int | None, str]:
    """Say what it would take to tell."""
    if design.full and not design.open:
        return None, "all levels were tried: more items would narrow the intervals"
    prompts = prompts_needed(values, noise, distance)
    if prompts is not None and prompts > len(values):
        return prompts, f"not enough prompts: about {prompts} of this kind would tell, and {len(values)} were tried"
    if prompts is not None:
        return prompts, "more levels on the axes with the fewest would tell, or more items"
    return None, (
        "as far as these show, prompts differ too much to lie on one side of the threshold: say which prompt is meant"
        if np.var(values, ddof=1) > 2 * (np.trace(noise) - noise.sum() / len(values)) / (len(values) - 1)
        else "more items: the noise that all prompts share is too large for any number of prompts"
    )


def _note(group: list[Finding], design: Design) -> str | None:
    told = []
    if not design.full:
        told.append(f"{design.kind} of {design.told()} were tried")
    if len({found.items for found in group}) > 1:
        least, most = min(found.items for found in group), max(found.items for found in group)
        told.append(f"variants answered {least:,} to {most:,} items")
    return "; ".join(told) or None


def _effects(
    first: Finding, values: Floats, noise: Floats, clusters: int, design: Design, rng: np.random.Generator
) -> list[AxisEffect]:
    who = (first.audit, first.audit_id, first.metric, first.dataset, first.kind, first.model, first.wave)
    made = []
    for one in sharing.shares(values, noise, design, rng):
        is_open = all(design.axes[axis].open for axis in one.axes) if one.axes else None
        made.append(
            AxisEffect(
                *who, one.term, None, is_open, one.variance, one.share, one.lower, one.upper, aliased=one.aliased
            )
        )
    for contrast in sharing.contrasts(design):
        axis = design.axes[contrast.axis]
        effect = float(contrast.weights @ values)
        error = math.sqrt(max(float(contrast.weights @ noise @ contrast.weights), 0.0))
        made.append(_level(AxisEffect(*who, axis.name, contrast.level, axis.open, effect=effect), error, clusters))
    return made


def _level(row: AxisEffect, error: float, clusters: int) -> AxisEffect:
    assert row.effect is not None
    if error < TIE:
        return row
    half = inference.t_quantile(0.975, clusters - 1) * error
    p = inference.t_tail(row.effect / error, clusters - 1)
    return replace(row, lower=row.effect - half, upper=row.effect + half, p=p)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _correct(rows: list[Sensitivity], effects: list[AxisEffect]) -> None:
    """Correct for many tests within an audit and model (Benjamini-Hochberg)."""
    families: dict[tuple[str, str], tuple[list[Sensitivity], list[AxisEffect]]] = {}
    for row in rows:
        families.setdefault((row.audit, row.model), ([], []))[0].append(row)
    for effect in effects:
        if effect.p is not None:
            families[effect.audit, effect.model][1].append(effect)
    for wholes, levels in families.values():
        for one, q in zip(wholes, inference.benjamini_hochberg([_p(row.hetero_p) for row in wholes]), strict=True):
            one.hetero_q = q
        for one, q in zip(wholes, inference.benjamini_hochberg([_p(row.differ_p) for row in wholes]), strict=True):
            one.differ_q = q
        for each, q in zip(levels, inference.benjamini_hochberg([_p(row.p) for row in levels]), strict=True):
            each.q = q


def _p(value: float | None) -> float:
    return math.nan if value is None else value

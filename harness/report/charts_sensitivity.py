"""Charts of what prompts do: the specification curve, the map of audits and variants, the effects of axes.

Beneath a curve and the map stands a matrix: which level of each axis a variant had. What this refuses: what
``charts`` refuses; and to draw variants of which there are more than a picture can hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.report import words
from harness.report.charts import BAND, FILLS, FLOOR, GRID, INK, LOOKS, OUTLINES, PAPER, QUIET, SHAPES, configure, plain
from harness.report.findings import Row
from harness.report.sensitivity import Artifact, name_artifact

MOST_VARIANTS = 100  # of a curve: more are cut from its middle
MOST_LEVELS = 24  # of an axis that the matrix shows
LINE, TALL, ROW, LEAST_WIDTH = 28, 190, 18, 300  # letters of a label; pixels
NEW = "~new"  # sorts behind all variants
# The map: how many times what matters, below the floor (blue) and above it (orange). Paper: too small to matter.
STEPS = (-3, -2, -1, 1, 2, 3)
TINTS = ("#6fa3d0", "#a3c4e3", "#d6e4f2", PAPER, "#fbe0c8", "#f5b97f", "#e8903f")


def short(text: str, most: int = LINE) -> str:
    """Cut a label that is too long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _title(alt: Any, title: str, subtitle: str) -> Any:
    return alt.TitleParams(plain(title), subtitle=plain(subtitle), subtitleColor=QUIET, subtitleFontSize=12, offset=10)


# -- the specification curve -------------------------------------------------------------------------------


def specify_curve(each: Artifact) -> dict[str, Any]:
    """Draw all variants of an artifact by size, with intervals, and beneath which level of each axis they had."""
    import altair as alt

    rows = choose(each)
    step = max(24 if len(rows) <= 20 else 14 if len(rows) <= 40 else 9, LEAST_WIDTH // (len(rows) + 1))
    order = [f"{place:04d}" for place in range(len(rows))]
    domain = [*order, NEW] if each.told["predicted_upper"] is not None else order
    curve = _curve(alt, each, rows, order, domain, step)
    levels = [each.levels[row.variant] for row in rows]
    matrix = _matrix(alt, levels, axes_of(each.levels.values()), order, domain, step, tried=each.reach == "tried")
    title = _title(alt, each.title, each.measured)
    return configure(alt.vconcat(curve, matrix, spacing=8, bounds="flush").properties(title=title), 24)


def choose(each: Artifact) -> list[Row]:
    """Sort the variants by size; of very many keep both ends."""
    rows = sorted(each.rows, key=lambda row: each.value(row) or 0.0)
    half = MOST_VARIANTS // 2
    return rows if len(rows) <= MOST_VARIANTS else [*rows[:half], *rows[-half:]]


def _curve(
    alt: Any, each: Artifact, rows: Sequence[Row], order: Sequence[str], domain: Sequence[str], step: int
) -> Any:
    x = alt.X("place:N", sort=None, scale=alt.Scale(type="band", domain=domain, padding=0), axis=None)
    values = []
    for place, row in zip(order, rows, strict=True):
        low, high = each.interval(row)
        values.append({"place": place, "value": each.value(row), "low": low, "high": high, "verdict": row.verdict})
    edges, span = _edges(each), _range(each, rows)
    scale = alt.Scale(domain=list(span), nice=False, zero=False)
    width = step * len(domain)

    def y(name: str) -> Any:
        return alt.Y(f"{name}:Q", scale=scale, axis=alt.Axis(tickCount=6, title=None))

    def look(channel: Any, looks: list[str]) -> Any:
        return channel("verdict:N", scale=alt.Scale(domain=list(LOOKS), range=looks), legend=None)

    def whole(low: float, high: float | None = None) -> Any:
        point = {"from": low, "to": high, "left": 0, "right": width}
        base = alt.Chart(alt.InlineData(values=[point]))
        across = {"x": alt.value(0), "x2": alt.value(width)}
        if high is None:
            return base, {**across, "y": y("from")}
        return base, {**across, "y": y("from"), "y2": "to:Q"}

    band, at = whole(min(0.0, *edges), max(0.0, *edges))
    layers = [band.mark_rect(color=BAND).encode(**at)]
    for edge in edges:
        base, at = whole(edge)
        layers.append(base.mark_rule(color=FLOOR, strokeDash=[3, 3], strokeWidth=1).encode(**at))
    base, at = whole(0.0)
    layers.append(base.mark_rule(color=FLOOR, strokeWidth=2).encode(**at))
    data = alt.Chart(alt.InlineData(values=values))
    layers += [
        data.transform_filter("datum.high != null && datum.low != null").mark_rule(strokeWidth=2)
            .encode(x=x, y=y("low"), y2="high:Q", color=look(alt.Color, OUTLINES)),
        data.mark_point(strokeWidth=2, size=60 if step > 12 else 36, opacity=1)
            .encode(x=x, y=y("value"), shape=look(alt.Shape, SHAPES), fill=look(alt.Fill, FILLS),
                    stroke=look(alt.Stroke, OUTLINES)),
    ]  # fmt: skip
    if NEW in domain:
        low, high = max(each.told["predicted_lower"], span[0]), min(each.told["predicted_upper"], span[1])
        base = alt.Chart(alt.InlineData(values=[{"place": NEW, "low": low, "high": high}]))
        layers.append(base.mark_bar(color=QUIET, width=9).encode(x=x, y=y("low"), y2="high:Q"))
    return alt.layer(*layers).properties(width=width, height=TALL)


def _edges(each: Artifact) -> list[float]:
    warn = each.told["warn"] or 0.0
    return {"up": [warn], "down": [-warn], "both": [-warn, warn]}[each.told["worse"] or "both"]


def _range(each: Artifact, rows: Sequence[Row]) -> tuple[float, float]:
    """Give what the picture spans: all variants, and of another prompt no more than as much again on each side."""
    ends = [end for row in rows for end in (each.value(row), *each.interval(row)) if end is not None]
    low, high = min(0.0, *_edges(each), *ends), max(0.0, *_edges(each), *ends)
    new = each.told["predicted_lower"], each.told["predicted_upper"]
    wide = high - low or 0.1
    if new[0] is not None and new[1] is not None:
        low, high = max(min(low, new[0]), low - wide / 2), min(max(high, new[1]), high + wide / 2)
    return low - 0.05 * wide, high + 0.05 * wide


def is_cut(each: Artifact) -> bool:
    """Tell whether what another prompt would show is wider than the picture."""
    low, high = _range(each, choose(each))
    new = each.told["predicted_lower"], each.told["predicted_upper"]
    return None not in new and (new[0] < low or new[1] > high)


def _matrix(
    alt: Any,
    levels: Sequence[Mapping[str, str]],
    axes: Mapping[str, Sequence[str]],
    order: Sequence[str],
    domain: Sequence[str],
    step: int,
    *,
    tried: bool = False,
) -> Any:
    """Draw which level of each axis each variant had: a row for each level, under the axis's name."""
    lines: list[tuple[str, str | None]] = []
    for axis, known in axes.items():
        if 1 < len(known) <= MOST_LEVELS:
            lines += [(axis, None), *((axis, level) for level in known)]
    places = [f"{number:03d}" for number in range(len(lines))]
    y = alt.Y("line:N", sort=None, scale=alt.Scale(type="band", domain=places, padding=0), axis=None)
    x = alt.X("place:N", sort=None, scale=alt.Scale(type="band", domain=list(domain), padding=0), axis=None)
    cells, heads, names = [], [], []
    for line, (axis, level) in zip(places, lines, strict=True):
        if level is None:
            heads.append({"line": line, "told": short(axis)})
            continue
        names.append({"line": line, "told": short(level)})
        for place, own in zip(order, levels, strict=True):
            if own.get(axis) == level:
                cells.append({"line": line, "place": place})
    layers = [
        alt.Chart(alt.InlineData(values=names)).mark_rule(color=GRID, strokeWidth=1).encode(y=y),
        alt.Chart(alt.InlineData(values=cells))
        .mark_square(size=70 if step > 12 else 40, color=INK, opacity=1).encode(x=x, y=y),
        alt.Chart(alt.InlineData(values=heads))
        .mark_text(align="right", fontSize=11, color=QUIET, fontWeight="bold")
        .encode(x=alt.value(-10), y=y, text="told:N"),
        alt.Chart(alt.InlineData(values=names))
        .mark_text(align="right", fontSize=11, color=INK).encode(x=alt.value(-10), y=y, text="told:N"),
    ]  # fmt: skip
    if NEW in domain:
        told = "all" if tried else "another"
        base = alt.Chart(alt.InlineData(values=[{"place": NEW, "line": places[0] if places else ""}]))
        layers.append(base.mark_text(fontSize=11, color=QUIET, align="center").encode(x=x, y=y, text=alt.value(told)))
    return alt.layer(*layers).properties(width=step * len(domain), height=ROW * max(len(lines), 1))


def axes_of(levels: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """Give axis → the levels that are there, in their order."""
    axes: dict[str, list[str]] = {}
    for own in levels:
        for axis, level in own.items():
            if level not in axes.setdefault(axis, []):
                axes[axis].append(level)
    return axes


# -- the map of audits and variants ------------------------------------------------------------------------


def specify_map(artifacts: Sequence[Artifact]) -> dict[str, Any] | None:
    """Draw each artifact under each variant: how many times what matters; None where they share no variants.

    Args:
        artifacts: of one model, dataset and wave.
    """
    import altair as alt

    variants, drawn = map_of(artifacts)
    if len(variants) < 2 or not drawn:
        return None
    order = [f"{place:04d}" for place in range(len(variants))]
    step = max(44 if len(variants) <= 16 else 34, LEAST_WIDTH // len(variants))
    at = dict(zip(variants, order, strict=True))
    lines = [f"{place:03d}" for place in range(len(drawn))]
    cells, names = [], []
    for line, each in zip(lines, drawn, strict=True):
        names.append({"line": line, "told": short(name_artifact(each, drawn), 44)})
        for row in each.rows:
            times = (each.value(row) or 0.0) / each.told["warn"]
            cells.append(
                {"line": line, "place": at[row.variant], "tint": tint(times), "found": row.verdict == "found",
                 "told": words.number(times, 1 if abs(times) < 10 else 0, signed=True)}
            )  # fmt: skip
    x = alt.X("place:N", sort=None, scale=alt.Scale(type="band", domain=order, padding=0), axis=None)
    y = alt.Y("line:N", sort=None, scale=alt.Scale(type="band", domain=lines, padding=0), axis=None)
    base = alt.Chart(alt.InlineData(values=cells))
    colour = alt.Color("tint:N", scale=alt.Scale(domain=list(range(len(TINTS))), range=list(TINTS)), legend=None)
    panel = alt.layer(
        base.mark_rect(stroke=GRID, strokeWidth=1).encode(x=x, y=y, color=colour),
        base.transform_filter("datum.found").mark_text(fontSize=11, color=INK, fontWeight="bold")
        .encode(x=x, y=y, text="told:N"),
        base.transform_filter("!datum.found").mark_text(fontSize=11, color=INK).encode(x=x, y=y, text="told:N"),
        alt.Chart(alt.InlineData(values=names)).mark_text(align="right", fontSize=12, color=INK)
        .encode(x=alt.value(-10), y=y, text="told:N"),
    ).properties(width=step * len(order), height=24 * len(lines))  # fmt: skip
    levels = [next(each.levels[name] for each in drawn if name in each.levels) for name in variants]
    matrix = _matrix(alt, levels, axes_of(levels), order, order, step)
    title = _title(alt, drawn[0].who[0], "how many times what matters, by prompt")
    return configure(alt.vconcat(panel, matrix, spacing=10, bounds="flush").properties(title=title), 40)


def map_of(artifacts: Sequence[Artifact]) -> tuple[list[str], list[Artifact]]:
    """Give the variants of the map and the artifacts that have them; those across an axis have others."""
    if not artifacts:
        return [], []
    most = max(artifacts, key=lambda each: len(each.rows))
    variants = [row.variant for row in most.rows]
    own = [each for each in artifacts if {row.variant for row in each.rows} <= set(variants)]
    return variants, [each for each in own if each.told["warn"]]


def tint(times: float) -> int:
    """Give the place of a colour among TINTS."""
    return sum(times >= step if step > 0 else times > step for step in STEPS)


# -- the effects of axes -----------------------------------------------------------------------------------


def specify_effects(each: Artifact) -> dict[str, Any] | None:
    """Draw the share of each axis, and each level against the rest; None where there is neither."""
    import altair as alt

    shares = [one for one in each.terms if one.share is not None] if each.differ and len(each.terms) > 1 else []
    levels = [one for one in each.contrasts if one.effect is not None]
    if len(levels) > 2 * MOST_LEVELS:
        levels = sorted(levels, key=lambda one: -abs(one.effect or 0.0))[: 2 * MOST_LEVELS]
    panels = []
    if shares:
        values = [
            {"told": short(one.term), "value": 100 * (one.share or 0.0),
             "low": None if one.share_lower is None else 100 * one.share_lower,
             "high": None if one.share_upper is None else 100 * one.share_upper, "sure": False}
            for one in shares
        ]  # fmt: skip
        panels.append(_dots(alt, values, (0.0, 100.0), "share of the differences between prompts, %"))
    if levels:
        values = [
            {"told": short(f"{one.term}: {one.level}", 36), "value": one.effect, "low": one.lower, "high": one.upper,
             "sure": one.q is not None and one.q <= 0.05}
            for one in levels
        ]  # fmt: skip
        ends = [v for one in values for v in (one["value"], one["low"], one["high"]) if isinstance(v, float)] + [0.0]
        room = 0.05 * (max(ends) - min(ends)) or 0.1
        panels.append(_dots(alt, values, (min(ends) - room, max(ends) + room), "level less the others of its axis"))
    if not panels:
        return None
    title = _title(alt, each.title, "which axis does it")
    return configure(alt.vconcat(*panels, spacing=56, bounds="flush").properties(title=title), 40)


def _dots(alt: Any, values: list[dict[str, Any]], domain: tuple[float, float], title: str) -> Any:
    lines = [f"{place:03d}" for place in range(len(values))]
    for line, value in zip(lines, values, strict=True):
        value["line"] = line
    y = alt.Y("line:N", sort=None, scale=alt.Scale(type="band", domain=lines, padding=0), axis=None)
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)

    def x(name: str) -> Any:
        return alt.X(f"{name}:Q", scale=scale, axis=alt.Axis(tickCount=6, title=plain(title)))

    base = alt.Chart(alt.InlineData(values=values))
    colour = alt.Color("sure:N", scale=alt.Scale(domain=[True, False], range=[INK, QUIET]), legend=None)
    fill = alt.Fill("sure:N", scale=alt.Scale(domain=[True, False], range=[INK, PAPER]), legend=None)
    return alt.layer(
        alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=FLOOR, strokeWidth=2).encode(x=x("zero")),
        base.transform_filter("datum.low != null && datum.high != null").mark_rule(strokeWidth=2)
            .encode(x=x("low"), x2="high:Q", y=y, color=colour),
        base.mark_point(size=60, strokeWidth=2, opacity=1).encode(x=x("value"), y=y, fill=fill, stroke=colour),
        base.mark_text(align="right", fontSize=12, color=INK).encode(x=alt.value(-10), y=y, text="told:N"),
    ).properties(width=340, height=22 * len(lines))  # fmt: skip

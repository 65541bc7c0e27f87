"""One chart per audit: dot and interval for each prompt variant, against the human floor.

Altair makes Vega-Lite; vl-convert draws it, here and offline. What this refuses: to be the only bearer of a
message. Every verdict is in words beside its dot, and all numbers are in the table below the chart.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.report import words
from harness.report.findings import Group, Row, Section, order_of

# Each colour has one meaning, and style.css gives each its counterpart for dark pages.
INK, QUIET, GRID, PAPER = "#1d1d1b", "#63635e", "#e6e6e1", "#ffffff"
BAND, FLOOR, FOUND, ABSENT, UNSURE = "#e3edf3", "#2c6488", "#b23a1a", "#1f7a5c", "#6d5f8c"
LOOKS = {  # verdict → shape, fill, outline
    "found": ("circle", FOUND, FOUND),
    "absent": ("circle", PAPER, ABSENT),
    "cannot tell": ("diamond", PAPER, UNSURE),
    "described": ("square", INK, INK),
}
SHAPES, FILLS, OUTLINES = (list(look) for look in zip(*LOOKS.values(), strict=True))
WIDTH, STEP, LINE, LEADING = 400, 26, 26, 14
MOST_ROWS, MOST_ALL = 24, 64  # of a panel, of a chart: with more it is no picture; the tables hold all
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def draw(section: Section, folder: Path) -> str | None:
    """Draw an audit's chart into a folder, as .svg, .png and .vl.json.

    Returns:
        the SVG; None where there is nothing to draw.
    """
    groups = choose(section)
    if not groups:
        return None
    return save(specify(groups), folder, section.name)


def save(spec: dict[str, Any], folder: Path, name: str) -> str:
    """Draw a chart into a folder, as .svg, .png and .vl.json; give the SVG."""
    import vl_convert

    version = spec["$schema"].rsplit("/v", 1)[-1].removesuffix(".json").rsplit(".", 1)[0]
    known = vl_convert.get_vegalite_versions()
    version = version if version in known else known[-1]
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=version)
    (folder / f"{name}.vl.json").write_text(json.dumps(spec, indent=1, ensure_ascii=False), encoding="utf-8")
    (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{name}.png").write_bytes(vl_convert.svg_to_png(svg, scale=2))
    return svg


def choose(section: Section) -> list[Group]:
    """Choose what is drawn: of very many panels those that are furthest out, and of their rows too."""
    groups = [group for group in section.charted if any(row.shown is not None for row in group.rows)]
    kept: set[int] = set()
    rows = 0
    for group in sorted(groups, key=_prominence):
        rows += min(len(group.rows), MOST_ROWS)
        if not kept or rows <= MOST_ALL:
            kept.add(id(group))
    return [_cut(group) for group in groups if id(group) in kept]


def _prominence(group: Group) -> tuple[int, float, float]:
    return (*order_of(group), -max(abs(row.shown or 0.0) for row in group.rows))


def _cut(group: Group) -> Group:
    if len(group.rows) <= MOST_ROWS:
        return group
    furthest = sorted(group.rows, key=lambda row: (-row.size, -abs(row.shown or 0.0)))[:MOST_ROWS]
    kept = set(map(id, furthest))
    return replace(group, rows=tuple(row for row in group.rows if id(row) in kept))


def specify(groups: Sequence[Group]) -> dict[str, Any]:
    """Make the Vega-Lite of an audit: a panel for each metric, dataset and model."""
    import altair as alt

    panels = []
    metrics = list(dict.fromkeys(group.first.metric for group in groups))
    unit = groups[0].audit.header.unit if groups[0].audit and len(metrics) == 1 else ""
    for metric in metrics:
        mine = _together([group for group in groups if group.first.metric == metric])
        domain = _domain(mine)
        for place, group in enumerate(mine):
            last = place == len(mine) - 1
            told = _title(group, mine, groups) if len(mine) > 1 or len(metrics) > 1 else ""
            panels.append(_panel(alt, group, domain, told, unit, last=last))
    # The reader's font may be a fifth wider than the one that was measured here.
    longest = 7 * max(len(line) for group in groups for row in group.rows for line in wrap(row.label))
    return configure(alt.vconcat(*panels, spacing=14), 6 + longest // 5)


def configure(chart: Any, left: int) -> dict[str, Any]:
    """Give a chart the looks of all charts.

    Args:
        left: room beside the labels, in pixels.
    """
    import altair as alt

    made = chart.configure(
        background=PAPER, padding={"left": left, "right": 30, "top": 4, "bottom": 4}, font=FONT,
        axis=alt.AxisConfig(labelColor=QUIET, titleColor=QUIET, gridColor=GRID, domainColor=GRID, tickColor=GRID,
                            labelFontSize=12, titleFontSize=12, titleFontWeight="normal"),
        view=alt.ViewConfig(stroke=None),
        title=alt.TitleConfig(color=INK, fontSize=13, anchor="start", fontWeight="bold"),
        aria=False,  # the page says what a chart shows; a label on each dot would double its weight
    )  # fmt: skip
    spec: dict[str, Any] = made.to_dict(validate=False)  # a test validates; here it would cost seconds
    return spec


def caption(section: Section) -> str:
    """Say how to read an audit's chart."""
    groups = choose(section)
    if not groups:
        return ""
    first = groups[0]
    told = []
    drawn, all_ = (sum(len(group.rows) for group in each) for each in (groups, section.charted))
    if drawn < all_:
        told.append(f"Drawn are the {drawn} of {all_} that are furthest out; the tables have all.")
    if not first.first.judged:
        return " ".join([*told, "Dot: estimate; bar: 95 % interval. Described, not judged."])
    if any(row.matched is not None for row in first.rows):
        told.append(
            "Dot: one draw of the model against as many people as the floor has, so that the two are alike; the "
            "estimate against all people is in the table."
        )
    else:
        told.append("Dot: the estimate.")
    told.append("Bar: 95 % interval of the difference to the floor, drawn from the floor." if first.floor_kind != "none"
                else "Bar: 95 % interval.")  # fmt: skip
    if first.floor_kind != "none" and any(_is_past(row, group) for group in groups for row in group.rows):
        told.append("Being a difference's, it may reach past the values that are possible; there it is cut off.")
    told.append(
        {
            "people": "Solid line, human floor: what people show when each in turn plays the model.",
            "exchange": "Solid line: what the same answers show on average when they are shuffled.",
            "number": "Solid line: the value without an artifact.",
            "neutral": "Solid line: the value without an artifact.",
            "none": "",
        }[first.floor_kind]
    )
    told.append("Shaded, up to the dashed line: too small to matter.")
    return " ".join(part for part in told if part)


def _together(groups: list[Group]) -> list[Group]:
    """Put models and datasets of one row each into one panel, named by what tells them apart."""
    if len(groups) == 1 or any(len(group.rows) > 1 for group in groups):
        return groups
    rows = [replace(group.first, label=_title(group, groups, groups) or group.first.label) for group in groups]
    return [Group(tuple(rows), groups[0].audit)]


def _is_past(row: Row, group: Group) -> bool:
    low, high = row.shown_interval
    least, most = _possible(group)
    return (low is not None and low < least) or (high is not None and high > most)


def _possible(group: Group) -> tuple[float, float]:
    """Give the smallest and the largest value that there can be."""
    return group.audit.header.range if group.audit else (-math.inf, math.inf)


def _title(group: Group, mine: Sequence[Group], groups: Sequence[Group]) -> str:
    if group.cases:  # its rows are named by model and dataset
        return group.first.metric
    parts = []
    if len({other.first.model for other in groups}) > 1:
        parts.append(group.first.model)
    if len({other.first.dataset for other in groups}) > 1:
        parts.append(group.first.dataset)
    if len({other.first.metric for other in groups}) > 1:
        parts.append(group.first.metric)
    if len({other.first.kind for other in mine}) > 1:
        parts.append(group.first.kind)
    return " · ".join(parts)


def plain(title: str) -> str:
    """Keep Vega from reading a title of one word, such as “if”, as the name of a function of its own."""
    return f"{title} "


def wrap(label: str) -> list[str]:
    """Break a label between its levels into lines that are not too long; a longer level is cut."""
    lines: list[str] = []
    for level in label.split(" · "):
        short = level if len(level) <= LINE else f"{level[: LINE - 1]}…"
        if lines and len(lines[-1]) + len(short) + 3 <= LINE:
            lines[-1] += f" · {short}"
        else:
            lines.append(short)
    return lines


def _limits(row: Row) -> tuple[float, float]:
    """Give the range of differences that are too small to matter, from the floor on."""
    base, warn = row.floor or 0.0, row.warn or 0.0
    return (base if row.worse == "up" else base - warn), (base if row.worse == "down" else base + warn)


def _values(group: Group) -> list[dict[str, Any]]:
    made = []
    for place, row in enumerate(group.rows):
        (low, high), (least, most) = row.shown_interval, _possible(group)
        band = _limits(row)
        floor = row.floor if row.floor is not None else (0.0 if row.judged else None)
        made.append({
            "place": f"{place:04d}", "label": row.label, "shown": row.shown,
            "high": None if high is None else min(high, most),
            "low": max(low, least) if low is not None else None if high is None else max(least, 0.0),
            "verdict": row.verdict, "told": row.verdict if row.judged else "",
            "floor": floor, "band_low": band[0] if row.judged else None, "band_high": band[1] if row.judged else None,
            "edge_low": band[0] if row.judged and row.worse != "up" else None,
            "edge_high": band[1] if row.judged and row.worse != "down" else None,
        })  # fmt: skip
    return made


def _domain(groups: Sequence[Group]) -> tuple[float, float]:
    names = ("shown", "low", "high", "floor", "band_low", "band_high")
    there = [row[name] for group in groups for row in _values(group) for name in names if row[name] is not None]
    low, high = min([*there, 0.0]) if min(there) < 0.3 * max(there) else min(there), max(there)
    room = (high - low) * 0.04 or 0.5
    return (low if low == 0 else low - room), high + room


def _panel(alt: Any, group: Group, domain: tuple[float, float], title: str, unit: str, *, last: bool) -> Any:
    values = _values(group)
    no_axis = alt.Axis(labels=False, ticks=False, domain=False, grid=False, title=None)

    def y_at(**more: Any) -> Any:
        return alt.Y("place:N", sort=None, scale=alt.Scale(padding=0), axis=no_axis, **more)

    y = y_at()
    top, bottom = y_at(bandPosition=0), alt.Y2("place:N", bandPosition=1)
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    axis = alt.Axis(
        tickCount=6, title=plain(unit or group.first.metric) if last else None, labels=last, labelFlush=False, grid=True
    )

    def x(name: str) -> Any:
        return alt.X(f"{name}:Q", scale=scale, axis=axis)

    base = alt.Chart(alt.InlineData(values=values))
    layers = []
    if group.first.judged:
        layers += [
            base.mark_rect(color=BAND).encode(x=x("band_low"), x2="band_high:Q", y=top, y2=bottom),
            *(base.transform_filter(f"datum.{edge} != null")
              .mark_rule(color=FLOOR, strokeDash=[3, 3], strokeWidth=1).encode(x=x(edge), y=top, y2=bottom)
              for edge in ("edge_low", "edge_high") if any(row[edge] is not None for row in values)),
        ]  # fmt: skip
    if group.first.judged and group.floor_kind != "none":
        layers += [
            base.mark_rule(color=FLOOR, strokeWidth=2).encode(x=x("floor"), y=top, y2=bottom),
            _name(alt, base, group, domain).encode(x=x("floor"), y=top),
        ]

    def look(channel: Any, values: list[str]) -> Any:
        return channel("verdict:N", scale=alt.Scale(domain=list(LOOKS), range=values), legend=None)

    layers += [
        base.transform_filter("datum.high != null").mark_rule(strokeWidth=2)
            .encode(x=x("low"), x2="high:Q", y=y, color=look(alt.Color, OUTLINES)),
        base.mark_point(strokeWidth=2, size=75, opacity=1)
            .encode(x=x("shown"), y=y, shape=look(alt.Shape, SHAPES), fill=look(alt.Fill, FILLS),
                    stroke=look(alt.Stroke, OUTLINES)),
        base.mark_text(align="left", fontSize=12)
            .encode(x=alt.value(WIDTH + 12), y=y, text="told:N", color=look(alt.Color, OUTLINES)),
    ]  # fmt: skip
    layers += _labels(alt, group, y)
    most = max(len(wrap(row.label)) for row in group.rows)
    made = alt.layer(*layers).properties(width=WIDTH, height=alt.Step(max(STEP, 10 + LEADING * most)))
    return (
        made.properties(title=alt.TitleParams(plain(title), offset=18 if group.first.judged else 6)) if title else made
    )


def _name(alt: Any, base: Any, group: Group, domain: tuple[float, float]) -> Any:
    """Write above the first row what the solid line is."""
    floors = [row.floor if row.floor is not None else 0.0 for row in group.rows]
    right = (floors[0] - domain[0]) > 0.5 * (domain[1] - domain[0])
    told = f"{words.FLOORS[group.floor_kind]} {words.spread(floors, words.places_for(group.rows))}"
    return (
        base.transform_filter("datum.place == '0000'")
        .mark_text(align="right" if right else "left", dx=2 if right else -2, dy=-8, baseline="bottom", fontSize=11,
                   color=FLOOR)
        .encode(text=alt.value(told))
    )  # fmt: skip


def _labels(alt: Any, group: Group, y: Any) -> list[Any]:
    """Write the variants before their rows; lines are marks of their own, since axes cannot centre several."""
    lines: dict[float, list[dict[str, str]]] = {}
    for place, row in enumerate(group.rows):
        wrapped = wrap(row.label)
        for number, line in enumerate(wrapped):
            shift = (number - (len(wrapped) - 1) / 2) * LEADING
            lines.setdefault(shift, []).append({"place": f"{place:04d}", "line": line})
    return [
        alt.Chart(alt.InlineData(values=values))
        .mark_text(align="right", dy=shift, fontSize=12, color=INK)
        .encode(x=alt.value(-10), y=y, text="line:N")
        for shift, values in sorted(lines.items())
    ]

"""One chart per audit over time: what it shows of each version by date, the floor as a band, changes marked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.report.charts import ABSENT, BAND, FLOOR, FONT, FOUND, GRID, INK, PAPER, QUIET, plain, save
from harness.report.tables import Record

WIDTH, HEIGHT = 520, 130
MOST = 4  # panels of a chart: of more metrics, data sets and variants, those that changed most
COLOURS = {"worse": FOUND, "better": ABSENT, "moved": INK, "": INK}


def draw_timelines(points: Sequence[Record], folder: Path) -> dict[str, tuple[str, str, str]]:
    """Draw a chart for each audit that was measured at two dates or more.

    Returns:
        the audit's title → the SVG, its caption, the name of its files.
    """
    made = {}
    by_audit: dict[str, list[Record]] = {}
    for row in points:
        by_audit.setdefault(row["audit"], []).append(row)
    for audit, own in by_audit.items():
        panels = _choose(own)
        if panels:
            svg = save(specify(panels), folder, f"timeline-{audit}")
            told = f"{own[0]['title']}, by date." + _caption(panels, own)
            made[own[0]["title"]] = (svg, told, f"timeline-{audit}")
    return made


def _choose(rows: Sequence[Record]) -> list[list[Record]]:
    panels: dict[tuple[str, str, str], list[Record]] = {}
    for row in rows:
        panels.setdefault((row["metric"], row["dataset"], row["label"]), []).append(row)
    dated = [own for own in panels.values() if len({row["date"] for row in own}) > 1]
    return sorted(dated, key=lambda own: -sum(bool(row["changed"]) for row in own))[:MOST]


def _caption(panels: Sequence[Sequence[Record]], rows: Sequence[Record]) -> str:
    shown = sum(map(len, panels))
    told = (
        " Dot: what the version shows, with its 95 % interval; filled where it differs for certain from the version "
        "before (red: worse, green: better, black: moved), hollow where that cannot be said. Line: the floor, what "
        "shows without an artifact; band: differences too small to matter."
    )
    if shown < len(rows):
        told += f" Drawn are {shown} of {len(rows)} points, the panels with most changes; the table has all."
    return told


def specify(panels: Sequence[Sequence[Record]]) -> dict[str, Any]:
    """Make the Vega-Lite: a panel for each metric, data set and variant."""
    import altair as alt

    chart = alt.vconcat(*(_panel(alt, own) for own in panels), spacing=22).configure(
        background=PAPER, padding={"left": 8, "right": 30, "top": 6, "bottom": 6}, font=FONT,
        axis=alt.AxisConfig(labelColor=QUIET, titleColor=QUIET, gridColor=GRID, domainColor=GRID, tickColor=GRID,
                            labelFontSize=12, titleFontSize=12, titleFontWeight="normal"),
        view=alt.ViewConfig(stroke=None),
        title=alt.TitleConfig(color=INK, fontSize=13, anchor="start", fontWeight="bold"),
    )  # fmt: skip
    spec: dict[str, Any] = chart.to_dict(validate=False)  # a test validates; here it would cost seconds
    return spec


def _panel(alt: Any, rows: Sequence[Record]) -> Any:
    values = [_value(row) for row in sorted(rows, key=lambda row: str(row["date"]))]
    floors = [value["floor"] for value in values if value["floor"] is not None]
    base = alt.Chart(alt.InlineData(values=values))
    x = alt.X("date:T", title=None, scale=alt.Scale(padding=40), axis=alt.Axis(grid=False, tickCount=6, format="%Y-%m"))
    y_axis = {"scale": alt.Scale(zero=False, padding=8), "axis": alt.Axis(tickCount=4, title=None)}
    layers = []
    if floors:
        low, high = _band(rows[0], sum(floors) / len(floors))
        band = alt.Chart(alt.InlineData(values=[{"low": low, "high": high, "floor": sum(floors) / len(floors)}]))
        layers += [
            band.mark_rect(color=BAND).encode(y=alt.Y("low:Q", **y_axis), y2="high:Q"),
            band.mark_rule(color=FLOOR, strokeWidth=2).encode(y=alt.Y("floor:Q", **y_axis)),
        ]

    def look(channel: Any, names: list[str], colours: list[str]) -> Any:
        return channel("change:N", scale=alt.Scale(domain=names, range=colours), legend=None)

    names, outlines = list(COLOURS), list(COLOURS.values())
    fills = [colour if name else PAPER for name, colour in COLOURS.items()]
    layers += [
        base.mark_line(color=QUIET, strokeWidth=1).encode(x=x, y=alt.Y("shown:Q", **y_axis), detail="family:N"),
        base.transform_filter("datum.high != null").mark_rule(strokeWidth=2)
            .encode(x=x, y=alt.Y("low:Q", **y_axis), y2="high:Q", color=look(alt.Color, names, outlines)),
        base.mark_point(size=75, strokeWidth=2, opacity=1)
            .encode(x=x, y=alt.Y("shown:Q", **y_axis), fill=look(alt.Fill, names, fills),
                    stroke=look(alt.Stroke, names, outlines)),
        base.mark_text(align="left", dx=8, dy=-9, fontSize=11, color=INK)
            .encode(x=x, y=alt.Y("shown:Q", **y_axis), text="version:N"),
    ]  # fmt: skip
    first = rows[0]
    title = " · ".join(filter(None, (first["metric"], first["dataset"], first["label"])))
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, title=plain(title))


def _value(row: Record) -> dict[str, Any]:
    """Give what is drawn: like for like with the floor where there is one, else the estimate."""
    judged = row["excess"] is not None and row["floor"] is not None
    low, high = (row["excess_lower"], row["excess_upper"]) if judged else (row["lower"], row["upper"])
    base = row["floor"] if judged else 0.0
    shown = base + row["excess"] if judged else row["estimate"]
    high = None if high is None else base + high
    return {
        "date": str(row["date"])[:10], "version": row["version"], "family": row["family"] or row["model"],
        "shown": shown, "high": high, "low": shown if low is None else base + low, "floor": row["floor"],
        "change": row["direction"] if row["changed"] else "",
    }  # fmt: skip


def _band(row: Record, floor: float) -> tuple[float, float]:
    warn = row["warn"] or 0.0
    return (floor if row["worse"] == "up" else floor - warn), (floor if row["worse"] == "down" else floor + warn)

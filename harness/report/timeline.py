"""One chart per audit over time: what it shows of each version by date, the floor as a band, changes marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.report.charts import ABSENT, BAND, FLOOR, FONT, FOUND, GRID, INK, PAPER, QUIET, plain, save
from harness.report.tables import Record

WIDTH, HEIGHT = 600, 130
MOST = 4  # panels of a chart: of more metrics, data sets and variants, those that changed most
COLOURS = {"worse": FOUND, "better": ABSENT, "moved": INK, "": INK}


@dataclass(frozen=True)
class Timeline:
    """The chart of one audit.

    Attributes:
        file: the name of its files, without what they end in.
        changes: versions that differ for certain from the one before.
        cut: not all panels are drawn.
    """

    title: str
    svg: str
    file: str
    changes: int
    cut: bool


def draw_timelines(points: Sequence[Record], folder: Path) -> list[Timeline]:
    """Draw a chart for each audit that was measured at two dates or more.

    Returns:
        one for each, those with most changes first.
    """
    made = []
    by_audit: dict[str, list[Record]] = {}
    for row in points:
        by_audit.setdefault(row["audit"], []).append(row)
    for audit, own in by_audit.items():
        panels = _choose(own)
        if panels:
            title, name = str(own[0]["title"]), f"timeline-{audit}"
            several = len({row["dataset"] for row in own}) > 1
            cut = sum(map(len, panels)) < len(own)
            changes = sum(bool(row["changed"]) for row in own)
            made.append(Timeline(title, save(specify(panels, several=several), folder, name), name, changes, cut))
    return sorted(made, key=lambda one: -one.changes)


def _choose(rows: Sequence[Record]) -> list[list[Record]]:
    panels: dict[tuple[str, str, str], list[Record]] = {}
    for row in rows:
        panels.setdefault((row["metric"], row["dataset"], row["label"]), []).append(row)
    dated = [own for own in panels.values() if len({row["date"] for row in own}) > 1]
    return sorted(dated, key=lambda own: -sum(bool(row["changed"]) for row in own))[:MOST]


def specify(panels: Sequence[Sequence[Record]], *, several: bool) -> dict[str, Any]:
    """Make the Vega-Lite: a panel for each metric, data set and variant.

    Args:
        several: there are several data sets, so that each panel names its own.
    """
    import altair as alt

    chart = alt.vconcat(*(_panel(alt, own, several=several) for own in panels), spacing=22).configure(
        background=PAPER, padding={"left": 8, "right": 30, "top": 6, "bottom": 6}, font=FONT,
        axis=alt.AxisConfig(labelColor=QUIET, titleColor=QUIET, gridColor=GRID, domainColor=GRID, tickColor=GRID,
                            labelFontSize=12, titleFontSize=12, titleFontWeight="normal"),
        view=alt.ViewConfig(stroke=None),
        title=alt.TitleConfig(color=INK, fontSize=13, anchor="start", fontWeight="bold"),
    )  # fmt: skip
    spec: dict[str, Any] = chart.to_dict(validate=False)  # a test validates; here it would cost seconds
    return spec


def _panel(alt: Any, rows: Sequence[Record], *, several: bool) -> Any:
    ordered = sorted(rows, key=lambda row: str(row["date"]))
    values = [{**_value(row), "below": place % 2} for place, row in enumerate(ordered)]
    floors = [value["floor"] for value in values if value["floor"] is not None]
    base = alt.Chart(alt.InlineData(values=values))
    x = alt.X("date:T", title=None, scale=alt.Scale(padding=60), axis=alt.Axis(grid=False, tickCount=6, format="%Y-%m"))
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
        *(base.transform_filter(f"datum.below == {below}")
          .mark_text(align="left", dx=7, dy=shift, fontSize=11, color=INK)
          .encode(x=x, y=alt.Y("shown:Q", **y_axis), text="version:N") for below, shift in ((0, -9), (1, 11))),
    ]  # fmt: skip
    first = rows[0]
    title = " · ".join(filter(None, (first["metric"], first["dataset"] if several else "", first["label"])))
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

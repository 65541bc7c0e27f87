"""Charts of trained models: what training adds to artifacts, what mixtures teach, what goes with a loss.

What this refuses: what ``charts`` refuses; and to draw more than a picture can hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.report.charts import ABSENT, BAND, FLOOR, FOUND, GRID, INK, PAPER, QUIET, UNSURE, configure, plain, wrap
from harness.report.naming import Place, place_names
from harness.report.tables import Record
from harness.report.taught import Names, gain_in, title, unit

if TYPE_CHECKING:
    from harness.report.deficits import Deficit

LOOKS = {  # verdict → shape, fill, outline
    "amplified": ("circle", FOUND, FOUND),
    "damped": ("circle", ABSENT, ABSENT),
    "moved": ("circle", INK, INK),
    "the same": ("circle", PAPER, ABSENT),
    "cannot tell": ("diamond", PAPER, UNSURE),
    "worse": ("circle", FOUND, FOUND),
    "not worse": ("circle", ABSENT, ABSENT),
}
SHAPES, FILLS, OUTLINES = (list(look) for look in zip(*LOOKS.values(), strict=True))
MOST_PANELS, MOST_ROWS = 12, 12  # artifacts; corpora of one artifact
MOST_MIXTURES = 8
WIDTH, STEP, LEADING = 400, 30, 14
WIDE, HIGH, BESIDE = 250, 170, 2  # a panel of mixtures; panels beside each other
TALL = 260  # of the chart of losses


def specify_amplification(rows: Sequence[Record], names: Names) -> dict[str, Any] | None:
    """Draw each artifact in its corpus and in the model that the corpus taught: a panel for each artifact.

    Args:
        rows: of the table amplifications, those that are judged, the largest first.
    """
    import altair as alt

    panels: dict[tuple[str, str], list[Record]] = {}
    for row in rows:
        panels.setdefault((row["audit"], row["metric"]), []).append(row)
    if not panels:
        return None
    many = {name: len({row[name] for row in rows}) > 1 for name in ("model", "dataset")}
    drawn = [
        _dumbbells(alt, own[:MOST_ROWS], title(own[0], rows), names, many)
        for own in list(panels.values())[:MOST_PANELS]
    ]
    longest = max(len(line) for own in panels.values() for row in own[:MOST_ROWS] for line in _label(row, names, many))
    return configure(alt.vconcat(*drawn, spacing=16), 6 + 7 * longest // 5)


def _label(row: Record, names: Names, many: dict[str, bool]) -> list[str]:
    parts = [names.taught(row["corpus"]), *(row[name] for name in many if many[name])]
    return wrap(" · ".join(parts))


def _dumbbells(alt: Any, rows: Sequence[Record], told: str, names: Names, many: dict[str, bool]) -> Any:
    values = [
        {
            "place": f"{place:03d}", "trained": row["trained"], "corpus": row["in_corpus"], "verdict": row["verdict"],
            "low": None if row["lower"] is None else row["in_corpus"] + row["lower"],
            "high": None if row["upper"] is None else row["in_corpus"] + row["upper"],
            "band_low": row["in_corpus"] - (row["warn"] or 0.0), "band_high": row["in_corpus"] + (row["warn"] or 0.0),
        }
        for place, row in enumerate(rows)
    ]  # fmt: skip
    ends = [value[name] for value in values for name in ("trained", "corpus", "low", "high", "band_low", "band_high")]
    there = [end for end in ends if end is not None]
    room = 0.04 * (max(there) - min(there)) or 0.1
    scale = alt.Scale(domain=[min(there) - room, max(there) + room], nice=False, zero=False)

    def y(**more: Any) -> Any:
        return alt.Y("place:N", sort=None, scale=alt.Scale(padding=0), axis=None, **more)

    def x(name: str) -> Any:
        return alt.X(f"{name}:Q", scale=scale, axis=alt.Axis(tickCount=6, title=plain(unit(rows[0]))))

    base = alt.Chart(alt.InlineData(values=values))
    lines: dict[float, list[dict[str, str]]] = {}
    for value, row in zip(values, rows, strict=True):
        wrapped = _label(row, names, many)
        for number, line in enumerate(wrapped):
            shift = (number - (len(wrapped) - 1) / 2) * LEADING
            lines.setdefault(shift, []).append({"place": value["place"], "line": line})
    layers = [
        base.mark_rect(color=BAND).encode(x=x("band_low"), x2="band_high:Q", y=y(bandPosition=0.12),
                                          y2=alt.Y2("place:N", bandPosition=0.88)),
        base.mark_rule(strokeWidth=7, color=GRID).encode(x=x("corpus"), x2="trained:Q", y=y()),
        base.transform_filter("datum.high != null").mark_rule(strokeWidth=2)
            .encode(x=x("low"), x2="high:Q", y=y(), color=_look(alt, alt.Color, OUTLINES)),
        base.mark_point(shape="square", size=70, strokeWidth=2, opacity=1, fill=PAPER, stroke=FLOOR)
            .encode(x=x("corpus"), y=y()),
        base.mark_point(strokeWidth=2, size=75, opacity=1)
            .encode(x=x("trained"), y=y(), shape=_look(alt, alt.Shape, SHAPES), fill=_look(alt, alt.Fill, FILLS),
                    stroke=_look(alt, alt.Stroke, OUTLINES)),
        base.mark_text(align="left", fontSize=12)
            .encode(x=alt.value(WIDTH + 12), y=y(), text="verdict:N", color=_look(alt, alt.Color, OUTLINES)),
        *(alt.Chart(alt.InlineData(values=each)).mark_text(align="right", dy=shift, fontSize=12, color=INK)
          .encode(x=alt.value(-10), y=y(), text="line:N") for shift, each in sorted(lines.items())),
    ]  # fmt: skip
    made = alt.layer(*layers).properties(width=WIDTH, height=alt.Step(max(STEP, 10 + LEADING * len(lines))))
    return made.properties(title=alt.TitleParams(plain(told), offset=6))


def _look(alt: Any, channel: Any, looks: list[str]) -> Any:
    return channel("verdict:N", scale=alt.Scale(domain=list(LOOKS), range=looks), legend=None)


def specify_hybrids(rows: Sequence[Record], names: Names) -> dict[str, Any] | None:
    """Draw the gain of each mixture over people's items alone, by people's share; a panel for each mixture.

    Args:
        rows: of the table hybrids.
    """
    import altair as alt

    mixtures: dict[tuple[str, str, str], list[Record]] = {}
    for row in rows:
        mixtures.setdefault((row["dataset"], row["model"], row["corpus"]), []).append(row)
    if not mixtures:
        return None
    drawn = list(mixtures.values())[:MOST_MIXTURES]
    margin = max(row["margin"] for own in drawn for row in own)
    ends = [row[name] for own in drawn for row in own for name in ("difference", "lower", "upper")]
    there = [end for end in ends if end is not None] + [0.0, -margin]
    room = 0.06 * (max(there) - min(there))
    domain = (min(there) - room, max(there) + room)
    many = {name: len({row[name] for row in rows}) > 1 for name in ("model", "dataset")}
    panels = [_mixture(alt, own, domain, names, many) for own in drawn]
    lines = [alt.hconcat(*panels[n : n + BESIDE], spacing=34) for n in range(0, len(panels), BESIDE)]
    return configure(alt.vconcat(*lines, spacing=20), 8)


def _mixture(alt: Any, own: Sequence[Record], domain: tuple[float, float], names: Names, many: dict[str, bool]) -> Any:
    first = own[0]
    values = [
        {"share": row["human"], "gain": row["difference"], "low": row["lower"], "high": row["upper"],
         "verdict": row["verdict"]}
        for row in own
    ]  # fmt: skip
    added = first["mix"] == "added"
    most = max(100, *(row["human"] for row in own))
    told = f"people’s items on top, % of {names.corpus(first['corpus'])}’s" if added else "people’s share, %"
    scale = alt.Scale(domain=[-4, most + 4], nice=False)
    axis = alt.Axis(title=plain(told), values=[0, 25, 50, 75, 100], grid=False)
    y_axis = alt.Axis(title=None, tickCount=6, labelExpr="datum.value == 0 ? '0' : format(datum.value, '+.3~f')")

    def y(name: str) -> Any:
        return alt.Y(f"{name}:Q", scale=alt.Scale(domain=list(domain), nice=False, zero=False), axis=y_axis)

    x = alt.X("share:Q", scale=scale, axis=axis)
    base = alt.Chart(alt.InlineData(values=values))
    limits = alt.Chart(alt.InlineData(values=[{"zero": 0.0, "margin": -first["margin"]}]))
    layers = [
        limits.mark_rect(color=BAND).encode(y=y("margin"), y2="zero:Q"),
        limits.mark_rule(color=FLOOR, strokeWidth=2).encode(y=y("zero")),
        limits.mark_rule(color=FLOOR, strokeDash=[3, 3], strokeWidth=1).encode(y=y("margin")),
    ]
    enough = [row["human"] for row in own if row["enough"]]
    if enough:
        mark = alt.Chart(alt.InlineData(values=[{"share": enough[0]}]))
        right = enough[0] > most / 2
        layers += [
            mark.mark_rule(color=ABSENT, strokeDash=[5, 3], strokeWidth=1.5).encode(x=x),
            mark.mark_text(color=ABSENT, align="right" if right else "left", dx=-5 if right else 5, fontSize=11,
                           baseline="top")
            .encode(x=x, y=alt.value(2), text=alt.value(f"enough: {enough[0]} %")),
        ]  # fmt: skip
    layers += [
        base.mark_line(color=QUIET, strokeWidth=1).encode(x=x, y=y("gain")),
        base.transform_filter("datum.high != null").mark_rule(strokeWidth=2)
            .encode(x=x, y=y("low"), y2="high:Q", color=_look(alt, alt.Color, OUTLINES)),
        base.mark_point(strokeWidth=2, size=70, opacity=1)
            .encode(x=x, y=y("gain"), shape=_look(alt, alt.Shape, SHAPES), fill=_look(alt, alt.Fill, FILLS),
                    stroke=_look(alt, alt.Stroke, OUTLINES)),
    ]  # fmt: skip
    named = [*(first[name] for name in many if many[name]), gain_in(first)]
    title = alt.TitleParams(names.corpus(first["corpus"]), subtitle=" · ".join(named), subtitleColor=QUIET, offset=6)
    return alt.layer(*layers).properties(width=WIDE, height=HIGH, title=title)


def specify_deficit(each: Deficit) -> dict[str, Any]:
    """Draw each class's loss beside how far its texts lie from people's, both from the mean of data set and corpus.

    The line is the slope; the dashed ones are its interval, where there is one.
    """
    import altair as alt

    values = [{"x": row["x"], "y": row["y"], "told": row["class"], "corpus": row["corpus"]} for row in each.points]
    low, high = (limit(value["x"] for value in values) for limit in (min, max))
    slopes = [("slope", each.slope.value), ("edge", each.slope.lower), ("edge", each.slope.upper)]
    lines = [
        {"x": low, "x2": high, "y": low * slope, "y2": high * slope, "which": which}
        for which, slope in slopes
        if math.isfinite(slope)
    ]
    drawn_y = [line[end] for line in lines if line["which"] == "slope" for end in ("y", "y2")]
    across, up = _domain([low, high]), _domain([*(value["y"] for value in values), *drawn_y])
    x = alt.X(
        "x:Q",
        title=plain("how much further from people’s, in standard deviations"),
        axis=alt.Axis(tickCount=6),
        scale=alt.Scale(domain=across, nice=False),
    )
    y = alt.Y(
        "y:Q", title=plain("how much more F1 lost"), axis=alt.Axis(tickCount=6), scale=alt.Scale(domain=up, nice=False)
    )
    corpora = list(dict.fromkeys(value["corpus"] for value in values))
    shapes = alt.Shape("corpus:N", scale=alt.Scale(domain=corpora), legend=alt.Legend(title=None, orient="top"))
    base, drawn = alt.Chart(alt.InlineData(values=values)), alt.Chart(alt.InlineData(values=lines))
    layers = [
        alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=GRID).encode(y="zero:Q"),
        drawn.transform_filter("datum.which == 'edge'")
            .mark_rule(color=FLOOR, strokeDash=[4, 3], strokeWidth=1, clip=True)
            .encode(x=x, x2="x2:Q", y=y, y2="y2:Q"),
        drawn.transform_filter("datum.which == 'slope'").mark_rule(color=FLOOR, strokeWidth=2)
            .encode(x=x, x2="x2:Q", y=y, y2="y2:Q"),
        base.mark_point(size=60, strokeWidth=1.5, opacity=1, fill=PAPER, stroke=INK).encode(x=x, y=y, shape=shapes),
        *(alt.Chart(alt.InlineData(values=own))
          .mark_text(align=align, baseline=baseline, dx=dx, dy=dy, fontSize=10, color=QUIET)
          .encode(x=x, y=y, text="told:N")
          for (align, baseline, dx, dy), own in _names_by_place(values, across, up).items()),
    ]  # fmt: skip
    title = alt.TitleParams(plain(f"{each.learner}: {each.attribute}"), offset=8)
    return configure(alt.layer(*layers).properties(width=WIDTH, height=TALL, title=title), 8)


def _domain(values: Sequence[float]) -> list[float]:
    """Give the ends of an axis, with room for names."""
    low, high = min(values), max(values)
    room = 0.12 * (high - low) or 0.1
    return [low - room, high + room]


def _names_by_place(
    values: Sequence[Record], across: Sequence[float], up: Sequence[float]
) -> dict[Place, list[Record]]:
    """Group points by where their names stand: those of one place are one layer."""
    points = [
        (WIDTH * (value["x"] - across[0]) / (across[1] - across[0]),
         TALL * (up[1] - value["y"]) / (up[1] - up[0]), str(value["told"]))
        for value in values
    ]  # fmt: skip
    named: dict[Place, list[Record]] = {}
    for value, place in zip(values, place_names(points, WIDTH, TALL), strict=True):
        if place:
            named.setdefault(place, []).append(value)
    return named

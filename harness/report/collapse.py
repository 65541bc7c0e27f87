"""The chart of a collapse: each measure over generations, under both regimes, with its interval over seeds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.overseeds import METRICS, summarise
from harness.report.charts import FONT, FOUND, GRID, INK, PAPER, QUIET

if TYPE_CHECKING:
    import pandas as pd

REPLACE, ACCUMULATE = FOUND, "#2c6488"
WIDE, HIGH = 215, 150


def write_chart(found: pd.DataFrame, learner: str, folder: Path) -> Path:
    """Write the chart as .svg, .png and .vl.json, and the numbers as .csv, into a folder; give the .png."""
    import vl_convert

    folder.mkdir(parents=True, exist_ok=True)
    rows, _ = summarise(found)
    spec = specify(rows, learner, int(found.loc[found["metric"] == "budget", "value"].iloc[0]))
    name = re.sub(r"[^\w=.-]+", "_", learner)
    svg: str = vl_convert.vegalite_to_svg(spec)
    (folder / f"{name}.vl.json").write_text(json.dumps(spec, indent=1), encoding="utf-8")
    (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{name}.png").write_bytes(vl_convert.svg_to_png(svg, scale=2))
    rows.to_csv(folder / f"{name}.csv", index=False)
    return folder / f"{name}.png"


def specify(rows: pd.DataFrame, learner: str, words: int) -> dict[str, Any]:
    """Write the chart as Vega-Lite: a panel a measure, each on its own scale."""
    import altair as alt

    colours = alt.Scale(domain=["replace", "accumulate"], range=[REPLACE, ACCUMULATE])
    panels = []
    for metric, (title, told) in METRICS.items():
        chosen = rows[rows["metric"] == metric].replace({np.nan: None})
        base = alt.Chart(alt.Data(values=chosen.to_dict("records"))).encode(
            x=alt.X("generation:O", title="generation (0: people)", axis=alt.Axis(labelAngle=0)),
            color=alt.Color("regime:N", scale=colours, legend=alt.Legend(title=None, orient="bottom")),
        )
        line = base.mark_line(point=True).encode(
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False, padding=8)),
            strokeDash=alt.StrokeDash("regime:N", legend=None),
        )
        band = base.mark_errorbar(ticks=True).encode(y=alt.Y("lower:Q", title=None), y2="upper:Q")
        head = alt.TitleParams(title, subtitle=told, anchor="start", fontSize=12, subtitleFontSize=10)
        panels.append(alt.layer(band, line).properties(title=head, width=WIDE, height=HIGH))
    head = alt.TitleParams(
        f"Taught with its own texts: {learner}", anchor="start",
        subtitle=f"mean over seeds with its 95 % interval; texts are compared at {words:,} words",
    )  # fmt: skip
    chart = alt.concat(*panels, columns=3, title=head, background=PAPER).configure(font=FONT)
    chart = chart.configure_axis(gridColor=GRID, labelColor=QUIET, titleColor=QUIET, domainColor=GRID)
    made: dict[str, Any] = chart.configure_view(stroke=None).configure_title(color=INK, subtitleColor=QUIET).to_dict()
    return made

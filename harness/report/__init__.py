"""The report: one self-contained page of a study's findings, with its charts and the findings as CSV beside it.

* ``tables``    named queries → plain dicts
* ``findings``  findings → rows, groups of variants, sections
* ``words``     numbers → sentences
* ``summary``   the first lines
* ``examples``  labels of items side by side, prompts as sent, what was lost
* ``records``   items of any other data type side by side
* ``origin``    where the numbers come from
* ``charts``    one chart per audit
* ``versions``  which version changed what; ``timeline``: its charts
* ``contents``  all of these together, for ``page.html.j2``

What the variants of a prompt show together has modules of its own:

* ``sensitivity``         rows of the store → artifacts
* ``answer``              the first lines: what is the prompt's, and what is there whatever the prompt
* ``charts_sensitivity``  specification curves, the map, the effects of axes
* ``flips``               items whose answers change with the prompt
* ``prompts``             all of these together, for ``sensitivity.html.j2``

So has what trained models show:

* ``taught``               who taught whom, and what came of it, in words
* ``deficits``             what goes with a loss of performance: slopes over classes
* ``charts_second_order``  what training adds, what mixtures teach, what goes with a loss
* ``second_order``         all of these together, for ``second_order.html.j2``

``remedies`` lays out what remedies change in the answers themselves, for ``remedies.html.j2``.

What models and people wrote is untrusted: the template escapes all of it, and the page forbids scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harness.report import charts, versions, words
from harness.report.contents import Page, gather, tables
from harness.report.prompts import Prompts, write_prompts
from harness.report.remedies import Remedies, write_remedies
from harness.report.second_order import SecondOrder, write_second_order
from harness.report.timeline import Timeline, draw_timelines

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study

HERE = Path(__file__).parent


def write_report(study: Study, store: Store, now: datetime) -> Path:
    """Write ``runs/report-<study>/``: index.html, findings.csv, and each chart as .svg, .png and .vl.json.

    With several prompts also sensitivities.csv and axis_effects.csv; with trained models amplifications.csv,
    hybrids.csv, mixtures.csv, worths.csv and scores.csv; with remedies curations.csv.

    Args:
        study: the study as it stands.
        store: where its findings are.
        now: the date on the page.

    Returns:
        the path of index.html.

    Raises:
        StoreError: there is no database yet.
    """
    page = gather(study, store, now)
    folder = store.runs / f"report-{study.name}"
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.svg", "*.png", "*.vl.json"):  # of audits that are no more
        for old in folder.glob(pattern):
            old.unlink()
    drawn = {section.name: charts.draw(section, folder) for section in page.sections}
    timelines = draw_timelines(page.versions.points, folder)
    prompts = write_prompts(study, store, page.sections, folder)
    taught = write_second_order(study, store, page.trained, folder)
    store.findings(study.name).to_csv(folder / "findings.csv", index=False)
    beside = folder / "index.html.tmp"
    remedies = write_remedies(study, store, folder)
    beside.write_text(render(page, drawn, timelines, prompts, taught, remedies), encoding="utf-8")
    return beside.replace(folder / "index.html")


def render(
    page: Page,
    drawn: dict[str, str | None],
    timelines: Sequence[Timeline] = (),
    prompts: Prompts | None = None,
    taught: SecondOrder | None = None,
    remedies: Remedies | None = None,
) -> str:
    """Fill the template.

    Args:
        page: what is said.
        drawn: audit → its chart as SVG, which vl-convert has escaped.
        timelines: charts over time.
        prompts: what several prompts show together, if there are several.
        taught: what trained models show, if there are any.
        remedies: what remedies change in the answers, if there are any.
    """
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        page=page,
        prompts=prompts,
        taught=taught,
        remedies=remedies,
        words=words,
        versions=versions,
        timelines=[(one, Markup(one.svg)) for one in timelines],
        tables=tables,
        caption=charts.caption,
        charts={name: Markup(svg) for name, svg in drawn.items() if svg},
        style=Markup((HERE / "style.css").read_text(encoding="utf-8")),
    )

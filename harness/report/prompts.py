"""The part of the page about prompts, laid out: sentences, tables and charts of what variants show together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.report import charts, words
from harness.report import charts_sensitivity as drawing
from harness.report.answer import QUESTION, answer
from harness.report.contents import MOST_LINES, Column, Table
from harness.report.findings import Section
from harness.report.flips import Flip, read_flips
from harness.report.sensitivity import (
    MOST_ARTIFACTS,
    SHOWN_AT_ONCE,
    Artifact,
    Sensitivity,
    effect_table,
    name_artifact,
    name_of,
    read_sensitivity,
    verdict_table,
)
from harness.report.tables import Record, records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from harness.store import Store
    from harness.study import Study

MOST_MAPS = 3  # models and datasets that have a map each


@dataclass(frozen=True)
class Detail:
    """One artifact by itself."""

    artifact: Artifact
    title: str
    who: str
    sentence: str
    remarks: list[str]
    curve: Markup
    caption: str
    effects: Markup | None
    effects_caption: str
    table: Table | None


@dataclass(frozen=True)
class Line:
    """The head of a table's line."""

    artifact: Artifact
    title: str
    who: str
    linked: bool


@dataclass(frozen=True)
class Prompts:
    """What the template lays out."""

    told: Sensitivity
    question: str
    answer: list[str]
    verdicts: Table
    described: Table
    lines: list[Line]
    described_lines: list[Line]
    maps: list[tuple[str, str, Markup]]
    left_out: list[str]
    details: list[Detail]
    components: list[Table]
    measure: str
    flips: list[Flip]
    open: int = SHOWN_AT_ONCE
    at_once: int = MOST_LINES


def write_prompts(study: Study, store: Store, sections: Sequence[Section], folder: Path) -> Prompts | None:
    """Gather what there is to say of prompts and draw its charts into a folder; None where nothing was varied."""
    told = read_sensitivity(study, store, sections)
    if not told.artifacts and not told.described:
        return None
    store.sensitivities(study.name).to_csv(folder / "sensitivities.csv", index=False)
    store.axis_effects(study.name).to_csv(folder / "axis_effects.csv", index=False)
    everyone = list(dict.fromkeys(each.who for each in (*told.artifacts, *told.described)))
    models, datasets, waves = (len({who[place] for who in everyone}) > 1 for place in range(3))
    several = (models, datasets, waves)
    maps, left_out = _maps(told, several, folder)
    measure, flips = read_flips(study, store, told.axes)
    return Prompts(
        told=told,
        question=QUESTION,
        answer=answer(told),
        verdicts=verdict_table(told.artifacts),
        described=verdict_table(told.described),
        lines=[_line(each, told.artifacts, several) for each in told.artifacts],
        described_lines=[_line(each, told.described, several) for each in told.described],
        maps=maps,
        left_out=left_out,
        details=[_detail(each, told, several, folder) for each in told.detailed],
        components=component_tables(records(store.variance_components(study.name))),
        measure=measure,
        flips=flips,
    )


def _maps(
    told: Sensitivity, several: tuple[bool, bool, bool], folder: Path
) -> tuple[list[tuple[str, str, Markup]], list[str]]:
    from markupsafe import Markup

    made, left_out = [], []
    for number, who in enumerate(told.everyone[:MOST_MAPS]):
        mine = [each for each in told.artifacts if each.who == who]
        spec = drawing.specify_map(mine)
        drawn = drawing.map_of(mine)[1]
        if spec is not None:
            name = f"prompts-map-{number + 1}"
            title = " · ".join(["Artifacts by prompt", *_named(who, several)])
            made.append((name, title, Markup(charts.save(spec, folder, name))))
            left_out += [each.title for each in mine if each not in drawn]
    return made, list(dict.fromkeys(left_out))


def _line(each: Artifact, among: Sequence[Artifact], several: tuple[bool, bool, bool]) -> Line:
    title, who = name_artifact(each, among), " · ".join(_named(each.who, several))
    return Line(each, title, who, each.verdict != "described" and each.place < MOST_ARTIFACTS)


def _named(who: tuple[str, str, str], several: tuple[bool, bool, bool]) -> list[str]:
    return [f"wave {name}" if place == 2 else name for place, name in enumerate(who) if several[place]]


def _detail(each: Artifact, told: Sensitivity, several: tuple[bool, bool, bool], folder: Path) -> Detail:
    from markupsafe import Markup

    mine = [one for one in told.artifacts if one.who == each.who]
    effects = drawing.specify_effects(each)
    return Detail(
        artifact=each,
        title=name_artifact(each, mine),
        who=" · ".join(_named(each.who, several)),
        sentence=sentence(each),
        remarks=remarks(each),
        curve=Markup(charts.save(drawing.specify_curve(each), folder, each.slug)),
        caption=caption(each),
        effects=None if effects is None else Markup(charts.save(effects, folder, f"{each.slug}-axes")),
        effects_caption=effects_caption(each),
        table=effect_table(each),
    )


def component_tables(rows: Sequence[Record]) -> list[Table]:
    """Lay out whose doing an answer is, a table for each dataset and wave."""
    alike: dict[tuple[str, str], list[Record]] = {}
    for row in rows:
        if row["share"] is not None:
            alike.setdefault((str(row["dataset"]), str(row["wave"])), []).append(row)
    made = []
    for (dataset, wave), own in alike.items():
        first = own[0]
        sizes = [words.count(int(first[name]), name[:-1]) for name in ("items", "models", "prompts")]
        where = [dataset if len({one[0] for one in alike}) > 1 else "",
                 f"wave {wave}" if len({one[1] for one in alike}) > 1 else ""]  # fmt: skip
        made.append(Table(
            " · ".join([*filter(None, where), words.join(sizes)]), "whose doing",
            tuple(str(row["component"]) for row in own),
            [
                Column("share, %", tuple(words.number(100 * row["share"], 0) for row in own)),
                Column("95 % interval", tuple(_percents(row) for row in own)),
            ],
        ))  # fmt: skip
    return made


def _percents(row: Record) -> str:
    low, high = (None if row[name] is None else 100 * row[name] for name in ("lower", "upper"))
    return words.interval(low, high, 0)


def sentence(each: Artifact) -> str:
    """Say the verdict's rule and the numbers that it rests on."""
    told, places = each.told, each.places

    def number(name: str) -> str:
        return words.number(told[name], places, signed=True)

    parts = [f"{told['rule'][0].upper()}{told['rule'][1:]}."]
    if told["predicted_upper"] is not None:
        tried = each.reach == "tried"
        who = "What holds for all prompts tried" if tried else "Another prompt would show"
        between = f"{number('predicted_lower')} to {number('predicted_upper')}"
        parts.append(f"{who}{': ' if tried else ' '}{between} (95 %); the mean over the {told['variants']} tried is "
                     f"{number('mean')}.")  # fmt: skip
    if told["spread_upper"] is not None:
        spread = words.number(told["spread"], places)
        interval = words.interval(told["spread_lower"], told["spread_upper"], places)
        parts.append(
            f"From “{name_of(each, told['least'])}” to “{name_of(each, told['most'])}” it moves by {spread}; noise "
            f"taken into account, {interval}."
        )
    return " ".join(parts)


def remarks(each: Artifact) -> list[str]:
    """Say what it would take to tell, of which prompts this speaks, and what else bears on it."""
    told = each.told
    made = []
    if told["needed"]:
        made.append(f"What it would take: {told['needed']}.")
    made.append(f"Prompts meant: {told['population']}; tried: {told['axes']}, {told['design']}.")
    if told["above"] is not None and told["below"] is not None:
        signs = f"{told['above']} of {told['variants']} prompts lie above the floor ({told['surely_above']} surely)"
        made.append(f"{signs} and {told['below']} below it ({told['surely_below']} surely).")
    if told["between_upper"] is not None:
        between, low, high, noise = (
            words.number(told[name], each.places)
            for name in ("between_sd", "between_lower", "between_upper", "noise_sd")
        )
        made.append(f"SD between prompts {between} (95 % {low} to {high}); noise alone gives {noise}.")
    if told["note"]:
        made.append(f"{told['note'][0].upper()}{told['note'][1:]}.")
    return made


def caption(each: Artifact) -> str:
    """Say how to read a specification curve."""
    told = []
    if len(drawing.choose(each)) < len(each.rows):
        told.append(f"Drawn are the {drawing.MOST_VARIANTS} of {len(each.rows)} prompts at both ends.")
    told.append(
        f"Each mark is one prompt: its {each.measured}, with its 95 % interval, each by itself. ● found, ◇ cannot "
        "tell, ○ absent. Solid line: the floor. Shaded, up to the dashed line: too small to matter."
    )
    if each.told["predicted_upper"] is not None:
        whose = "what holds for all prompts tried" if each.reach == "tried" else "what another prompt would show"
        told.append(f"Grey bar at the right: {whose} (95 %).")
        if drawing.is_cut(each):
            told.append("It goes on beyond the picture.")
    told.append("Beneath: the levels that make the prompt.")
    floors = [row.floor for row in each.rows]
    if each.group.floor_kind == "people" and any(floor is not None for floor in floors):
        told.append(f"The human floor itself is {words.spread(floors, each.places)}.")
    wide = [axis for axis, levels in drawing.axes_of([each.levels[row.variant] for row in each.rows]).items()
            if len(levels) > drawing.MOST_LEVELS]  # fmt: skip
    if wide:
        told.append(f"Too many levels to be drawn: {words.join(wide)}.")
    return " ".join(told)


def effects_caption(each: Artifact) -> str:
    """Say how to read the chart of axes."""
    told = []
    if len(each.terms) > 1 and each.differ:
        told.append(
            "Above: how much of the differences between prompts, noise taken out, each axis makes; × is what two axes "
            "do only together."
        )
    elif len(each.terms) > 1:
        told.append(f"The prompts do not surely differ (q = {words.chance(each.chance)}): nothing is shared out.")
    told.append("Each level less the mean of the others of its axis, 95 % interval; filled: q ≤ 0.05.")
    mixed = [f"{one.term} with {one.aliased}" for one in each.terms if one.aliased]
    if mixed:
        told.append(f"Not all combinations were tried: what shows as one may be the other ({'; '.join(mixed)}).")
    return " ".join(told)

"""Gather all that the page says, so that the template only has to lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from harness.remedies import is_curated
from harness.report import words
from harness.report.examples import Example, Loss, Prompt, read_examples, read_losses, read_prompts
from harness.report.findings import Group, Row, Section, axes_of, order_of, read_sections
from harness.report.origin import Origin, read_origin, when
from harness.report.records import Sheet, read_sheets
from harness.report.summary import describe, summarise
from harness.report.tables import ask
from harness.report.versions import Versions, read_versions

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study


MOST_LINES = 12  # of a table that is shown at once
MOST_BESIDE, MOST_METRICS = 4, 40  # described metrics beside, and below each other


@dataclass(frozen=True)
class Column:
    """A column of the numbers per variant."""

    title: str
    cells: tuple[str, ...]
    words: bool = False


@dataclass(frozen=True)
class Page:
    """What the template lays out.

    Attributes:
        sections: of models and people; ``trained``: of trained annotators.
    """

    study: Study
    made: str
    summary: list[str]
    asked: list[str]
    sections: list[Section]
    examples: list[Example]
    sheets: list[Sheet]
    prompts: list[Prompt]
    losses: list[Loss]
    origin: Origin
    versions: Versions
    axes: dict[str, list[str]]
    trained: list[Section]
    several_models: bool
    several_datasets: bool

    @property
    def judged(self) -> list[tuple[Section, Group]]:
        """The groups with a verdict as the page tells them, the most telling first, and of these the furthest out."""
        pairs = [(section, group) for section in self.sections for group in section.told if group.first.judged]
        return sorted(pairs, key=lambda pair: order_of(pair[1]))

    @property
    def described(self) -> list[tuple[Section, list[str]]]:
        """The audits of which something is described and not judged, with the names of that."""
        named = [
            (section, list(dict.fromkeys(g.first.metric for g in section.groups if g.state == "described")))
            for section in self.sections
        ]
        return [(section, metrics) for section, metrics in named if metrics]

    @property
    def not_run(self) -> list[tuple[Section, str, int]]:
        """The audits that could not run: why, and for how many models and datasets if not for all."""
        return [(section, note, n) for section in self.sections for note, n in section.not_run]


def gather(study: Study, store: Store, now: datetime) -> Page:
    """Read everything from the store; trained annotators stand apart."""
    findings = store.findings(study.name)
    asked = findings[findings["kind"] != "trained"]
    curated = asked["variant"].map(is_curated)  # what remedies left is told where remedies are, not as a prompt's
    sections = read_sections(study, asked)
    told = read_sections(study, asked[~curated]) if curated.any() else sections
    replies = ask(store, "replies", study.name)
    groups = [group for section in sections for group in section.groups if group.first.model]
    versions = read_versions(study, store)
    return Page(
        study=study,
        made=when(now),
        summary=[*filter(None, [versions.sentence]), *summarise(told)],
        asked=describe(study, ask(store, "people", study.name), replies),
        sections=sections,
        examples=read_examples(study, store),
        sheets=read_sheets(study, store),
        prompts=read_prompts(study, store),
        losses=read_losses(study, store, replies),
        origin=read_origin(study, store),
        versions=versions,
        axes=axes_of(study),
        trained=read_sections(study, findings[findings["kind"] == "trained"]),
        several_models=len({group.first.model for group in groups}) > 1,
        several_datasets=len({group.first.dataset for group in groups}) > 1,
    )


@dataclass(frozen=True)
class Table:
    """Numbers per variant or case; or, turned, per metric.

    Attributes:
        head: what a line is.
        folded: it is long, and shown on demand.
    """

    caption: str
    head: str
    lines: tuple[str, ...]
    columns: list[Column]
    folded: bool = False


def tables(section: Section) -> list[Table]:
    """Lay out a section's numbers: a table for each judged group; what is only described side by side."""
    judged = [group for group in section.told if group.first.judged]
    made = [
        Table(_caption(section, group, group.first.metric), group.noun, _labels(group), columns(group),
              len(group.rows) > MOST_LINES)
        for group in judged
    ]  # fmt: skip
    alike: dict[tuple[str, ...], list[Group]] = {}
    for group in section.told:
        if group.state == "described":
            which = ("",) if group.cases else (group.first.model, group.first.dataset)
            alike.setdefault((*which, *_labels(group)), []).append(group)
    return [*made, *(_described(section, groups, fold=bool(judged)) for groups in alike.values())]


def _labels(group: Group) -> tuple[str, ...]:
    return tuple(row.label for row in group.rows)


def _described(section: Section, groups: list[Group], *, fold: bool) -> Table:
    """Put described metrics side by side; more than fit beside each other below each other, the largest first."""
    first = groups[0]
    told = _caption(section, first, f"described, not judged: {words.count(len(groups), 'metric')}")
    if len(groups) <= MOST_BESIDE:
        beside = [Column(f"{g.first.metric} (95 % interval)", _estimates(g, whole=True)) for g in groups]
        items = Column("items", tuple(f"{row.items or 0:,}" for row in first.rows))
        return Table(told, first.noun, _labels(first), [*beside, items], fold or len(first.rows) > MOST_LINES)
    groups = sorted(groups, key=lambda group: -max(abs(row.estimate or 0.0) for row in group.rows))
    if len(groups) > MOST_METRICS:
        told += f", of which the {MOST_METRICS} largest; findings.csv has all"
        groups = groups[:MOST_METRICS]
    whole = len(first.rows) <= MOST_BESIDE
    cells = [_estimates(group, whole=whole) for group in groups]
    turned = [Column(row.label, tuple(each[place] for each in cells)) for place, row in enumerate(first.rows)]
    if not whole:
        told += ", without intervals, which findings.csv has"
    return Table(told, "metric", tuple(g.first.metric for g in groups), turned, fold or len(groups) > MOST_LINES)


def _estimates(group: Group, *, whole: bool) -> tuple[str, ...]:
    places = words.places_for(group.rows)
    return tuple(words.estimate(row, places) if whole else words.number(row.estimate, places) for row in group.rows)


def _caption(section: Section, group: Group, what: str) -> str:
    if group.cases:
        return what
    several_models = len({each.first.model for each in section.groups}) > 1
    several_datasets = len({each.first.dataset for each in section.groups}) > 1
    parts = [what, group.first.model if several_models else "", group.first.dataset if several_datasets else ""]
    return ", ".join(part for part in parts if part)


def columns(group: Group) -> list[Column]:
    """Lay out a group's numbers: one column a number, one cell a variant; what nobody has is left out."""
    rows, places = group.rows, words.places_for(group.rows)
    floor = words.FLOORS[group.floor_kind]

    def column(title: str, cells: list[str], *, there: bool = True, text: bool = False) -> list[Column]:
        return [Column(title, tuple(cells), text)] if there else []

    def has(name: str) -> bool:
        return any(getattr(row, name) is not None for row in rows)

    judged = group.first.judged
    return [
        *column("verdict", [f"{words.MARKS[row.verdict]} {row.verdict}" for row in rows], there=judged, text=True),
        *column("estimate (95 % interval)", [words.estimate(row, places) for row in rows], there=has("estimate")),
        *column("like for like", [words.number(row.matched, places) for row in rows], there=has("matched")),
        *column(floor, [words.number(row.floor, places) for row in rows], there=has("floor")),
        *column(
            "difference (95 % interval)", [words.difference(row, places) for row in rows],
            there=judged and (has("matched") or any(row.floor for row in rows)),
        ),
        *column("detectable", [words.number(row.detectable, places) for row in rows], there=has("detectable")),
        *column("q", [words.chance(row.q) for row in rows], there=has("q")),
        *column("as far out", [_persons(row) for row in rows], there=any(row.persons for row in rows)),
        *column("items", [f"{row.items:,}" if row.items is not None else "–" for row in rows]),
        *column("note", [row.note or "" for row in rows], there=len({row.note for row in rows}) > 1, text=True),
    ]  # fmt: skip


def _persons(row: Row) -> str:
    return f"{row.persons_as_far} of {row.persons}" if row.persons else "–"

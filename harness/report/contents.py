"""Gather all that the page says, so that the template only has to lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from harness.report import words
from harness.report.examples import Example, Loss, Prompt, read_examples, read_losses, read_prompts
from harness.report.findings import STATES, Group, Row, Section, axes_of, read_sections
from harness.report.origin import Origin, read_origin, when
from harness.report.records import Sheet, read_sheets
from harness.report.summary import describe, summarise
from harness.report.tables import ask

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study


@dataclass(frozen=True)
class Column:
    """A column of the numbers per variant."""

    title: str
    cells: tuple[str, ...]
    words: bool = False


@dataclass(frozen=True)
class Page:
    """What the template lays out."""

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
    axes: dict[str, list[str]]
    several_models: bool
    several_datasets: bool

    @property
    def judged(self) -> list[tuple[Section, Group]]:
        """The groups with a verdict, the most telling first."""
        pairs = [(section, group) for section in self.sections for group in section.judged]
        return sorted(pairs, key=lambda pair: STATES.index(pair[1].state))

    @property
    def described(self) -> list[tuple[Section, Group]]:
        """The groups that are described and not judged."""
        return [(s, g) for s in self.sections for g in s.groups if g.state == "described"]

    @property
    def not_run(self) -> list[tuple[Section, Group]]:
        """The audits that could not run."""
        return [(s, g) for s in self.sections for g in s.groups if g.state == "not run"]


def gather(study: Study, store: Store, now: datetime) -> Page:
    """Read everything from the store."""
    sections = read_sections(study, store.findings(study.name))
    replies = ask(store, "replies", study.name)
    groups = [group for section in sections for group in section.groups if group.first.model]
    return Page(
        study=study,
        made=when(now),
        summary=summarise(sections),
        asked=describe(study, ask(store, "people", study.name), replies),
        sections=sections,
        examples=read_examples(study, store),
        sheets=read_sheets(study, store),
        prompts=read_prompts(study, store),
        losses=read_losses(study, store, replies),
        origin=read_origin(study, store),
        axes=axes_of(study),
        several_models=len({group.first.model for group in groups}) > 1,
        several_datasets=len({group.first.dataset for group in groups}) > 1,
    )


@dataclass(frozen=True)
class Table:
    """Numbers per variant."""

    caption: str
    across: bool
    rows: tuple[Row, ...]
    columns: list[Column]


def tables(section: Section) -> list[Table]:
    """Lay out a section's numbers: a table for each judged group; what is only described side by side."""
    made = [
        Table(_caption(section, group, group.first.metric), bool(group.across), group.rows, columns(group))
        for group in section.groups
        if group.first.judged
    ]
    described: dict[tuple[str, ...], list[Group]] = {}
    for group in section.groups:
        if group.state == "described":
            described.setdefault((group.first.model, group.first.dataset, *(r.label for r in group.rows)), []).append(
                group
            )
    for groups in described.values():
        side_by_side = [
            Column(
                f"{group.first.metric} (95 % interval)",
                tuple(words.estimate(row, words.places_for(group.rows)) for row in group.rows),
            )
            for group in groups
        ]
        items = Column("items", tuple(f"{row.items or 0:,}" for row in groups[0].rows))
        told = _caption(section, groups[0], "described, not judged")
        made.append(Table(told, bool(groups[0].across), groups[0].rows, [*side_by_side, items]))
    return made


def _caption(section: Section, group: Group, what: str) -> str:
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

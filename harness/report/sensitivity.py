"""What the variants of a prompt show together, an artifact at a time: rows of the store → what the page lays out.

An **artifact** is one judged metric of one audit, dataset, model and wave. What this refuses: to judge. Verdicts,
rules and intervals are as ``harness/sensitivity/`` left them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.report import words
from harness.report.contents import Column, Table
from harness.report.findings import Group, Row, Section, name_variant
from harness.report.tables import Record, records
from harness.sensitivity.design import read_levels

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study

ORDER = ("robust", "prompt-dependent", "cannot tell", "absent", "described")
KEY = ("audit", "metric", "dataset", "kind", "model", "wave")
REACHES = {"the prompts tried": "tried", "another combination": "mixed"}  # how the store's words begin
SHOWN_AT_ONCE = 2  # artifacts whose details are not folded
MOST_ARTIFACTS = 30  # whose details are on the page
MOST_LISTED = 60  # lines of a table
LEAST_SHARE = 0.05  # of a term that a table names


@dataclass(frozen=True)
class Effect:
    """A term's share in how variants differ (no level), or a level against the rest of its axis."""

    term: str
    level: str | None
    share: float | None
    share_lower: float | None
    share_upper: float | None
    effect: float | None
    lower: float | None
    upper: float | None
    q: float | None
    aliased: str | None


@dataclass(frozen=True)
class Artifact:
    """What the variants of one model show together of one metric.

    Attributes:
        told: the columns of the table sensitivities.
        group: its findings, one a variant, in the order of the study.
        levels: variant → its level on each axis.
        place: its number among artifacts, from 0, the most telling first.
    """

    told: Record
    group: Group
    levels: dict[str, dict[str, str]]
    effects: tuple[Effect, ...]
    place: int = 0

    @property
    def verdict(self) -> str:
        """Robust, prompt-dependent, cannot tell, absent or described."""
        return str(self.told["verdict"])

    @property
    def state(self) -> str:
        """The verdict as the page names it: “whatever the prompt” only where it speaks of more than was tried."""
        return "robust here" if self.verdict == "robust" and self.reach != "new" else self.verdict

    @property
    def reach(self) -> str:
        """Of which prompts its interval speaks: tried, mixed (other combinations of tried levels) or new ones."""
        population = str(self.told["population"])
        return next((reach for begins, reach in REACHES.items() if population.startswith(begins)), "new")

    @property
    def title(self) -> str:
        """The audit in words."""
        return str(self.told["title"])

    @property
    def metric(self) -> str:
        """What was estimated."""
        return str(self.told["metric"])

    @property
    def slug(self) -> str:
        """A name for files and links; the number keeps apart what is written alike."""
        name = re.sub(r"[^a-z0-9]+", "-", f"{self.told['audit']}-{self.metric}".lower()).strip("-")
        return f"prompts-{self.place:02d}-{name[:60]}"

    @property
    def who(self) -> tuple[str, str, str]:
        """Whose it is: model, dataset, wave."""
        return str(self.told["model"]), str(self.told["dataset"]), str(self.told["wave"])

    @property
    def rows(self) -> tuple[Row, ...]:
        """The findings of its variants that have a number."""
        return tuple(row for row in self.group.rows if self.value(row) is not None)

    @property
    def size(self) -> float:
        """How many times what matters the variants show on average, in the bad direction; for order only."""
        mean, warn = self.told["mean"], self.told["warn"]
        if mean is None or not warn:
            return 0.0
        away = {"up": mean, "down": -mean}.get(str(self.told["worse"]), abs(mean))
        return float(away / warn)

    @property
    def terms(self) -> tuple[Effect, ...]:
        """The shares of axes and their interactions."""
        return tuple(each for each in self.effects if each.level is None)

    @property
    def contrasts(self) -> tuple[Effect, ...]:
        """Each level against the rest of its axis, in the order of the study."""
        order: dict[tuple[str, str], int] = {}
        for place, levels in enumerate(self.levels.values()):
            for pair in levels.items():
                order.setdefault(pair, place)
        own = (each for each in self.effects if each.level is not None)
        axes = list(next(iter(self.levels.values())))
        return tuple(sorted(own, key=lambda one: (_place(one.term, axes), order.get((one.term, str(one.level)), 0))))

    @property
    def chance(self) -> float | None:
        """How likely so much spread is if all variants showed the same, corrected; by exchange if that was run."""
        q: float | None = self.told["hetero_q"] if self.told["differ_q"] is None else self.told["differ_q"]
        return q

    @property
    def differ(self) -> bool:
        """Whether the variants surely differ at all."""
        return self.chance is not None and self.chance <= 0.05

    @property
    def measured(self) -> str:
        """What all numbers are of: the excess over the floor, or the estimate itself."""
        if self.told["measure"] != "excess" or self.group.floor_kind == "none":
            return "estimate"
        return "difference to the human floor" if self.group.floor_kind == "people" else "difference to no artifact"

    def value(self, row: Row) -> float | None:
        """Give what a variant shows of that."""
        return row.excess if self.told["measure"] == "excess" else row.estimate

    def interval(self, row: Row) -> tuple[float | None, float | None]:
        """Give its interval, each variant by itself."""
        return (row.excess_lower, row.excess_upper) if self.told["measure"] == "excess" else (row.lower, row.upper)

    @property
    def places(self) -> int:
        """The decimals that its numbers deserve."""
        return words.places_for(self.group.rows)


@dataclass(frozen=True)
class Sensitivity:
    """What the page says of prompts.

    Attributes:
        artifacts: the judged, the most telling first.
        described: the others.
        axes: axis → its levels, in the order of the study.
    """

    artifacts: tuple[Artifact, ...]
    described: tuple[Artifact, ...]
    axes: dict[str, list[str]]

    @property
    def detailed(self) -> tuple[Artifact, ...]:
        """The artifacts that have a part of their own on the page."""
        return self.artifacts[:MOST_ARTIFACTS]

    @property
    def everyone(self) -> list[tuple[str, str, str]]:
        """Model, dataset and wave of all that is judged."""
        return list(dict.fromkeys(each.who for each in self.artifacts))


def read_sensitivity(study: Study, store: Store, sections: Iterable[Section]) -> Sensitivity:
    """Gather what the variants of each model show together; empty where nothing is varied."""
    effects: dict[tuple[Any, ...], list[Effect]] = {}
    for record in records(store.axis_effects(study.name)):
        own = {name: record[name] for name in Effect.__dataclass_fields__}
        effects.setdefault(_key(record), []).append(Effect(**own))
    groups: dict[tuple[Any, ...], list[Row]] = {}
    audits = {}
    for section in sections:
        audits[section.name] = section.audit
        for group in section.groups:
            for row in group.rows:
                groups.setdefault(tuple(getattr(row, name) for name in KEY), []).append(row)
    known = {variant.name: dict(variant.levels) for variant in study.variants}
    made = []
    for record in records(store.sensitivities(study.name)):
        key = _key(record)
        rows = tuple(groups.get(key, ()))
        if rows:
            levels = {row.variant: known.get(row.variant) or read_levels(row.variant) for row in rows}
            made.append(Artifact(record, Group(rows, audits[key[0]]), levels, tuple(effects.get(key, ()))))
    made.sort(key=lambda each: (ORDER.index(each.verdict), -each.size))
    judged = [each for each in made if each.verdict != "described"]
    numbered = [Artifact(each.told, each.group, each.levels, each.effects, place) for place, each in enumerate(judged)]
    return Sensitivity(tuple(numbered), tuple(each for each in made if each.verdict == "described"), axes_of_rows(made))


def _place(name: str, names: Sequence[str]) -> int:
    return names.index(name) if name in names else len(names)


def _key(record: Record) -> tuple[Any, ...]:
    return tuple(str(record[name] or "") for name in KEY)


def axes_of_rows(artifacts: Iterable[Artifact]) -> dict[str, list[str]]:
    """Give axis → its levels, of the axes that are varied."""
    axes: dict[str, list[str]] = {}
    for each in artifacts:
        for levels in each.levels.values():
            for axis, level in levels.items():
                known = axes.setdefault(axis, [])
                if level not in known:
                    known.append(level)
    return {axis: levels for axis, levels in axes.items() if len(levels) > 1}


def name_of(each: Artifact, variant: str | None) -> str:
    """Write a variant as the page does."""
    return name_variant(str(variant), axes_of_rows([each]))


def share_words(each: Artifact) -> str:
    """Say which axes make the variants differ: ``wording 71 %, label_order 20 %``."""
    if not each.differ:
        return "do not surely differ"
    terms = sorted((one for one in each.terms if one.share is not None), key=lambda one: -(one.share or 0.0))
    named = [f"{one.term} {100 * (one.share or 0.0):.0f} %" for one in terms if (one.share or 0.0) >= LEAST_SHARE]
    return ", ".join(named)


def verdict_table(artifacts: Sequence[Artifact]) -> Table:
    """Lay out what is known of each artifact, a line each; the line is named in the template."""
    shown = list(artifacts[:MOST_LISTED])

    def of(title: str, low: str, high: str, middle: str = "") -> Column:
        return Column(title, tuple(_with(each, middle, low, high) for each in shown))

    return Table(
        f"{len(shown)} of {len(artifacts)}; sensitivities.csv has all" if len(shown) < len(artifacts) else "",
        "artifact", tuple(each.title for each in shown),
        [
            Column("mean", tuple(words.number(each.told["mean"], each.places, signed=True) for each in shown)),
            Column("another prompt, 95 %", tuple(_predicted(each) for each in shown)),
            of("spread (95 %)", "spread_lower", "spread_upper", "spread"),
            Column("SD between prompts", tuple(words.number(each.told["between_sd"], each.places) for each in shown)),
            Column("q, all alike", tuple(words.chance(each.chance) for each in shown)),
            Column("share by axis", tuple(share_words(each) for each in shown), words=True),
        ],
    )  # fmt: skip


def _predicted(each: Artifact) -> str:
    told = _with(each, "", "predicted_lower", "predicted_upper")
    return f"{told} (all tried)" if each.reach == "tried" else told


def _with(each: Artifact, middle: str, low: str, high: str) -> str:
    there = words.interval(each.told[low], each.told[high], each.places) if each.told[high] is not None else "–"
    if not middle:
        return there
    value = words.number(each.told[middle], each.places)
    return f"{value} ({there})" if each.told[high] is not None else value


def name_artifact(each: Artifact, among: Iterable[Artifact]) -> str:
    """Name an artifact by its audit, and by its metric where the audit has several."""
    metrics = {one.metric for one in among if one.told["audit"] == each.told["audit"]}
    return each.title if len(metrics) == 1 else f"{each.title}, {each.metric}"


def effect_table(each: Artifact) -> Table | None:
    """Lay out each level against the rest of its axis; None where the design tells none apart."""
    effects = each.contrasts
    if len(effects) < 2:
        return None
    places = each.places
    return Table(
        "Each level against the others of its axis, over the same levels of all else", "level",
        tuple(f"{one.term}: {one.level}" for one in effects),
        [
            Column("effect", tuple(words.number(one.effect, places, signed=True) for one in effects)),
            Column("95 % interval", tuple(words.interval(one.lower, one.upper, places) for one in effects)),
            Column("q", tuple(words.chance(one.q) for one in effects)),
            *([Column("may be", tuple(_aliased(each, one.term) for one in effects), words=True)]
              if any(one.aliased for one in each.terms) else []),
        ],
        folded=True,
    )  # fmt: skip


def _aliased(each: Artifact, term: str) -> str:
    return next((one.aliased or "" for one in each.terms if one.term == term), "")

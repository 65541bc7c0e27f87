"""Models over time: which version changed what, as a sentence, a table and a chart for each audit.

What this refuses: to compute. Differences and their directions are as the stage left them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.report.findings import axes_of, name_variant
from harness.report.tables import Record, records
from harness.report.words import chance, count, join, number, small

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study

CHANGED = ("worse", "better", "moved")
ARROWS = {True: "↑", False: "↓"}
WORDS = {"same": "no change that matters", "cannot tell": "cannot tell"}
PAIRS, NAMED = 3, 3  # pairs in the first sentence; changes named of each, where there are fewer pairs
PLACES = 2


@dataclass(frozen=True)
class Line:
    """What an audit shows of each version; a cell is the value, what changed, and whether that is for certain."""

    name: str
    audit: str
    metric: str
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Versions:
    """All that the page says of versions; without pairs there is nothing to say.

    Attributes:
        pairs: (base → later), how many metrics changed and did not.
        changes: rows of the comparisons table that changed, the largest before the rest.
        columns: version, date; a family's stand together, for each is compared with the one before in its family.
        families: name, how many columns; none where there is but one.
        points: rows of the timeline, of metrics that are judged.
        served: what endpoints served in two waves, in words.
    """

    sentence: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    changes: list[Record] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    families: list[tuple[str, int]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    points: list[Record] = field(default_factory=list)
    served: list[str] = field(default_factory=list)


def read_versions(study: Study, store: Store) -> Versions:
    """Gather what is known of a study's versions."""
    compared = [row for row in records(store.comparisons(study.name)) if row["baseline"] is None]
    compared = [row for row in compared if row["factor"] in ("model", "wave")]
    judged = [row for row in compared if row["judged"] and row["audit"] != "served"]
    points = [row for row in records(store.timeline(study.name)) if row["verdict"] not in ("described", "not run")]
    for row in points:
        row["label"], row["version"] = _variant(study, row, points), _version(row, points)
    own: dict[str, list[Record]] = {}
    for row in judged:
        row["pair"] = _pair(study, row, judged)
        own.setdefault(row["pair"], []).append(row)
    families = _families(points)
    columns = [column for chain in families.values() for column in chain]
    return Versions(
        sentence=_sentence(own, dict(columns)),
        pairs=[(pair, _tally(rows)) for pair, rows in own.items()],
        changes=sorted((row for row in judged if row["direction"] in CHANGED), key=_size, reverse=True),
        columns=columns,
        families=[(name, len(chain)) for name, chain in families.items()] if len(families) > 1 else [],
        lines=_lines(points, [name for name, _ in columns]),
        points=points,
        served=[f"{row['model']}: {row['note']}." for row in compared if row["audit"] == "served"],
    )


def change(row: Record) -> str:
    """Write a difference with its interval."""
    places = _places(row)
    told = f"{number(row['base_estimate'], places)} → {number(row['estimate'], places)}"
    return f"{told}, {difference(row)}"


def difference(row: Record) -> str:
    """Write a difference, later minus earlier, with its interval."""
    places = _places(row)
    told = f"{number(row['difference'], places, signed=True)}"
    if row["lower"] is None or row["upper"] is None:
        return told
    return f"{told} (95 % interval {number(row['lower'], places)} to {number(row['upper'], places)})"


def q(row: Record) -> str:
    """Write a corrected p-value."""
    return chance(row["q"])


def name(row: Record) -> str:
    """Name a metric as readers know it: by the audit's title, and by its own name where that says more."""
    return f"{small(str(row['title']))} ({row['metric']})"


def _sentence(pairs: dict[str, list[Record]], dates: dict[str, str]) -> str:
    """Answer "which version changed what?", the version that changed most first."""
    if not pairs:
        return ""
    order = sorted(pairs.items(), key=lambda pair: -sum(row["direction"] in CHANGED for row in pair[1]))
    most = NAMED if len(order) < PAIRS else 1
    told = [_told(pair, rows, dates, most) for pair, rows in order[:PAIRS]]
    if len(order) > PAIRS:
        rest = sum(row["direction"] in CHANGED for _, rows in order[PAIRS:] for row in rows)
        told.append(f"in {count(len(order) - PAIRS, 'further comparison')} {count(rest, 'change')}")
    text = "; ".join(told)
    return f"{text[0].upper()}{text[1:]}."


def _told(pair: str, rows: list[Record], dates: dict[str, str], named: int) -> str:
    changed = sorted((row for row in rows if row["direction"] in CHANGED), key=_size, reverse=True)
    later = str(rows[0]["model"])
    when = f" (released {dates[later]})" if rows[0]["factor"] == "model" and later in dates else ""
    of = count(len(rows), "metric")
    if not changed:
        same = sum(row["direction"] == "same" for row in rows)
        return f"from {pair}{when}, none of {of} changed for certain, and {same} surely not by a size that matters"
    which = join([f"{name(row)} {row['direction']}, {change(row)}" for row in changed[:named]])
    most = "" if len(changed) <= named else "most of all "
    return f"from {pair}{when}, {len(changed)} of {of} changed: {most}{which}"


def _tally(rows: Sequence[Record]) -> str:
    counts = {word: sum(row["direction"] == word for row in rows) for word in (*CHANGED, "cannot tell", "same")}
    return ", ".join(f"{WORDS.get(word, word)} {n}" for word, n in counts.items() if n)


def _size(row: Record) -> float:
    """Give how many times what matters a change is; for order only."""
    return float(abs(row["difference"] or 0.0) / (row["warn"] or 1.0))


def _places(row: Record) -> int:
    return PLACES if (row["warn"] or 1.0) >= 0.1 else PLACES + 1


def _families(points: Sequence[Record]) -> dict[str, list[tuple[str, str]]]:
    """Give family → its versions with their dates, the earliest first; a model of no family is one of its own."""
    dated = sorted({(str(row["date"])[:10], _version(row, points), row["family"] or row["model"]) for row in points})
    families: dict[str, list[tuple[str, str]]] = {}
    for date, version, family in dated:
        families.setdefault(family, []).append((version, date))
    return families


def _lines(points: list[Record], versions: list[str]) -> list[Line]:
    """Lay out a line for each metric (data set, variant), a cell for each version."""
    several = len({row["dataset"] for row in points}) > 1
    sorted_: dict[tuple[str, ...], dict[str, Record]] = {}
    for row in points:
        key = (row["audit"], row["metric"], row["dataset"], row["label"])
        sorted_.setdefault(key, {})[_version(row, points)] = row
    lines = []
    for (audit, metric, dataset, label), by_version in sorted_.items():
        first = next(iter(by_version.values()))
        parts = [name(first), dataset if several else "", label]
        cells = tuple(_cell(by_version.get(version)) for version in versions)
        if sum(bool(value) for value, _, _ in cells) > 1:
            lines.append(Line(" · ".join(filter(None, parts)), audit, metric, cells))
    return sorted(lines, key=lambda line: (-sum(bool(sure) for _, _, sure in line.cells), line.name))


def _cell(row: Record | None) -> tuple[str, str, str]:
    if row is None:
        return "", "", ""
    value = number(row["estimate"], _places(row))
    direction = str(row["direction"] or "")
    told = WORDS.get(direction, direction)
    if not row["changed"]:
        return value, told, ""
    return value, f"{ARROWS[row['difference'] > 0]} {told}", direction


def _version(row: Record, points: Sequence[Record]) -> str:
    waves = {each["wave"] for each in points if each["model"] == row["model"]}
    return f"{row['model']}, wave {row['wave']}" if len(waves) > 1 else str(row["model"])


def _variant(study: Study, row: Record, rows: Sequence[Record]) -> str:
    variants = {each["variant"] for each in rows if each["audit"] == row["audit"]}
    return name_variant(str(row["variant"]), axes_of(study)) if len(variants) > 1 else ""


def _pair(study: Study, row: Record, rows: Sequence[Record]) -> str:
    if row["factor"] == "wave":
        told = f"wave {row['base_wave']} to wave {row['wave']} of {row['model']}"
    else:
        told = f"{row['base_model']} to {row['model']}"
        if len({each["wave"] for each in rows}) > 1:
            told += f" in wave {row['wave']}"
    variant = _variant(study, row, rows)
    on = f" on {row['dataset']}" if len({each["dataset"] for each in rows}) > 1 else ""
    return f"{told}{on}{f', {variant}' if variant else ''}"

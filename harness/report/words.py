"""Numbers → sentences, with no more digits than the data carry.

What this refuses: to compute anything that the findings do not hold, and to say more than they do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from harness.report.findings import Group, Row

MINUS = "\N{MINUS SIGN}"
STATE_WORDS = {
    "found": "found",
    "partly": "found in part",
    "depends": "found under some, absent under others",
    "some": "found under some prompts",
    "unclear": "cannot tell",
    "absent": "absent",
    "described": "described",
    "not run": "not run",
    "robust": "whatever the prompt",
    "robust here": "within what was tried",
    "prompt-dependent": "depends on the prompt",
}
MARKS = {
    "found": "●", "partly": "◐", "depends": "◐", "some": "◐", "unclear": "◇", "cannot tell": "◇", "absent": "○",
    "described": "■", "not run": "–", "robust": "●", "robust here": "●", "prompt-dependent": "◐",
}  # fmt: skip
FLOORS = {
    "people": "human floor",
    "exchange": "shuffled answers",
    "number": "no artifact",
    "neutral": "no artifact",
    "none": "zero",
}


def small(text: str) -> str:
    """Begin with a small letter, as within a sentence; MAUVE stays as it is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def number(value: float | None, places: int = 2, *, signed: bool = False) -> str:
    """Write a number with so many decimals; a real minus sign, a plus only where asked for; zero as 0."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    rounded = round(value, places)
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,.{places}f}"


def places_for(rows: Iterable[Row]) -> int:
    """Give the decimals that these rows deserve, by the (median) half width of their intervals.

    The rule of the Particle Data Group: two digits of an error that begins with 100 to 354, else one.
    """
    halves, values = [], []
    for row in rows:
        values += [abs(value) for value in (row.estimate, row.floor) if value]
        low, high = (row.excess_lower, row.excess_upper) if row.judged else (row.lower, row.upper)
        if high is not None and high > (low or 0.0):
            halves.append((high - (low or 0.0)) / 2)
    if halves:
        half = sorted(halves)[len(halves) // 2]
        power = math.floor(math.log10(half))
        return min(3, max(0, (1 if half / 10**power < 3.55 else 0) - power))
    return min(3, max(0, 1 - math.floor(math.log10(max(values))))) if values else 2


def chance(value: float | None) -> str:
    """Write a p or q: two or three decimals, and more only where rounding would cross 0.05."""
    if value is None or not math.isfinite(value):
        return "–"
    if value < 0.001:
        return "under 0.001"
    rough = f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"
    return rough if (float(rough) <= 0.05) == (value <= 0.05) else f"{value:.4f}"


def interval(low: float | None, high: float | None, places: int) -> str:
    """Write an interval, or its upper bound where only that is honest."""
    if high is None:
        return "no interval"
    if low is None:
        return f"at most {number(high, places)}"
    return f"{number(low, places)} to {number(high, places)}"


def estimate(row: Row, places: int) -> str:
    """Write an estimate with its interval."""
    if row.estimate is None:
        return number(None)
    return f"{number(row.estimate, places)} ({interval(row.lower, row.upper, places)})"


def difference(row: Row, places: int) -> str:
    """Write a difference to the floor with its interval."""
    return f"{number(row.excess, places, signed=True)} ({interval(row.excess_lower, row.excess_upper, places)})"


def spread(values: Sequence[float | None], places: int) -> str:
    """Write the range of some numbers, as one number where they agree."""
    there = [value for value in values if value is not None]
    if not there:
        return "–"
    low, high = number(min(there), places), number(max(there), places)
    return low if low == high else f"{low} to {high}"


def chances(values: Sequence[float | None]) -> str:
    """Write the range of some p or q."""
    there = [value for value in values if value is not None and math.isfinite(value)]
    if not there:
        return "–"
    low, high = chance(min(there)), chance(max(there))
    return low if low == high else f"{low} to {high}"


def join(words: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def count(n: int, one: str, many: str | None = None) -> str:
    """Write a number of things."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def size(group: Group) -> str:
    """Say how far out the furthest row is, measured by what counts as large enough to matter; nothing if it is not."""
    row = group.largest
    if not row.judged or not row.warn or row.size < 0.05:
        return ""
    return f"{number(row.size, 1)} × what matters"


def cases(group: Group, name: str) -> str:
    """Name a group's model or dataset, or say how many there are."""
    there = list(dict.fromkeys(getattr(row, name) for row in group.rows))
    return str(there[0]) if len(there) == 1 else f"{len(there)}\N{NO-BREAK SPACE}{name}s"


def tally(group: Group) -> str:
    """Say over how many variants a group has its verdict; empty where there is but one."""
    n, verdicts, kind = len(group.rows), group.verdicts, group.noun
    if n == 1:
        return ""
    if len(verdicts) == 1:
        return f"in all {count(n, kind)}" if n > 2 else f"in both {kind}s"
    told = [
        f"{verdict} in {verdicts[verdict]}" for verdict in ("found", "absent", "cannot tell") if verdict in verdicts
    ]
    return f"{', '.join(told)} of {count(n, kind)}"


def sentence(group: Group) -> str:
    """Say a group's verdict and its numbers in words."""
    if group.state == "not run":
        note = group.first.note or "no reason was kept"
        return f"{note[0].upper()}{note[1:]}."
    places = places_for(group.rows)
    if group.state == "described":
        return _described(group, places)
    if all(row.shown is None for row in group.rows):
        return "No estimate could be made: these data hold too little of what this audit counts."
    over = tally(group)
    parts = [f"{over[0].upper()}{over[1:]}." if over else "", _difference(group, places), _matters(group)]
    return " ".join(part for part in parts if part)


def remarks(group: Group) -> str:
    """Say what else bears on a verdict: what could have been seen, and how the model ranks among persons."""
    if not group.first.judged or all(row.shown is None for row in group.rows):
        return ""
    notes = dict.fromkeys(row.note for row in group.rows if row.note)
    parts = [f"{note[0].upper()}{note[1:]}." for note in notes] if len(notes) == 1 else []
    if any(row.verdict == "cannot tell" for row in group.rows):
        parts.append(_detectable(group, places_for(group.rows)))
    if any(row.verdict == "found" and _reaches_floor(row) for row in group.rows):
        parts.append(
            "Where the interval reaches back past the floor although an artifact was found: the verdict rests on "
            "the exchange test; the interval, which is wider, says how large it may be."
        )
    parts.append(_rank(group))
    return " ".join(part for part in parts if part)


def details(group: Group) -> str:
    """Give the technical line: p, q, draws, items."""
    parts = []
    if any(row.p is not None for row in group.rows):
        parts.append(f"p = {chances([row.p for row in group.rows])}")
    if any(row.q is not None for row in group.rows):
        parts.append(f"q = {chances([row.q for row in group.rows])}")
    draws = [row.draws for row in group.rows if row.draws]
    if draws:
        parts.append(f"{spread([float(d) for d in draws], 0)} exchange draws")
    items = [float(row.items) for row in group.rows if row.items is not None]
    clusters = [float(row.clusters) for row in group.rows if row.clusters is not None]
    if items:
        same = [row.items == row.clusters for row in group.rows]
        in_clusters = "" if all(same) else f" in {spread(clusters, 0)} clusters"
        parts.append(f"{spread(items, 0)} items{in_clusters}")
    return "; ".join(parts)


def floor_words(group: Group, places: int) -> str:
    """Say what stands for "no artifact"."""
    value = spread([row.floor for row in group.rows], places)
    return {
        "people": f"people in the model's place show {value}",
        "exchange": f"the same answers shuffled {_between(group)} show {value} on average",
        "number": f"without an artifact it would be {value}",
        "neutral": f"without an artifact it would be {value}",
        "none": "",
    }[group.floor_kind]


def _between(group: Group) -> str:
    return f"between the levels of {group.across}" if group.across else "between people and model"


def _described(group: Group, places: int) -> str:
    if len(group.rows) == 1:
        return f"{group.first.metric}: {_with_interval(group.first, places)}."
    shown = spread([row.estimate for row in group.rows], places)
    return f"{group.first.metric}: {shown} over {count(len(group.rows), group.noun)}."


def _difference(group: Group, places: int) -> str:
    floor = floor_words(group, places)
    shown = spread([row.shown for row in group.rows], places)
    rows = sorted((row for row in group.rows if row.shown is not None), key=lambda row: row.excess or 0.0)
    if not floor:  # then the estimate is itself the difference
        ends = _ends(rows)
        if len(ends) == 1:
            return f"The model shows {_with_interval(ends[0], places)}."
        told = [_with_interval(row, places) + _under(row, group) for row in ends]
        return f"The model shows {told[0]} up to {told[1]}."
    ends = _ends(rows)
    if len(ends) == 1:
        row = ends[0]
        return (
            f"The model shows {number(row.shown, places)}; {floor}: a difference of "
            f"{number(row.excess, places, signed=True)} {_interval_words(row, places)}."
        )
    told = [
        f"{number(row.excess, places, signed=True)} {_interval_words(row, places)}{_under(row, group)}" for row in ends
    ]
    return f"The model shows {shown}; {floor}. The difference runs from {told[0]} to {told[1]}."


def _with_interval(row: Row, places: int) -> str:
    bounds = "no interval" if row.upper is None else f"95 % interval {interval(row.lower, row.upper, places)}"
    return f"{number(row.estimate, places)} ({bounds})"


def _interval_words(row: Row, places: int) -> str:
    if row.excess_upper is None:
        return "(no interval can be given: no redraw of the items changes the value)"
    return f"(95 % interval {interval(row.excess_lower, row.excess_upper, places)})"


def _ends(rows: list[Row]) -> list[Row]:
    return rows[:1] if len(rows) == 1 or rows[0].excess == rows[-1].excess else [rows[0], rows[-1]]


def _under(row: Row, group: Group) -> str:
    where = "for" if group.cases else "under"
    return f" {where} “{row.label}”" if len(group.rows) > 1 else ""


def _matters(group: Group) -> str:
    if group.first.warn is None:
        return ""
    direction = {"up": "upwards", "down": "downwards", "both": "in either direction"}[group.first.worse or "both"]
    if group.floor_kind == "none":
        return f"{group.first.warn:g} or more counts as large enough to matter."
    return f"A difference of {group.first.warn:g} or more {direction} counts as large enough to matter."


def _detectable(group: Group, places: int) -> str:
    # Below the threshold power is not what is missing: the interval straddles the threshold.
    values = [
        row.detectable
        for row in group.rows
        if row.verdict == "cannot tell" and row.detectable and row.detectable >= (row.warn or 0)
    ]
    if not values:
        return ""
    return (
        f"Where these data cannot tell, the smallest difference that they would have shown four times out of five "
        f"is {spread(values, places)}."
    )


def _reaches_floor(row: Row) -> bool:
    low, high = row.excess_lower, row.excess_upper
    return low is not None and high is not None and low <= 0 <= high


def _rank(group: Group) -> str:
    rows = [row for row in group.rows if row.persons]
    if not rows:
        return ""
    people = spread([float(row.persons or 0) for row in rows], 0)
    as_far = spread([float(row.persons_as_far or 0) for row in rows], 0)
    told = f"Of {people} people who answered 20 items or more, {as_far} were at least as far out as the model"
    places = {row.range_verdict for row in rows}
    if places == {None}:
        return f"{told}; fewer than 19 are too few to say whether it lies outside the range of persons."
    if len(places) == 1:
        return f"{told}: {next(iter(places))}."
    outside = sum(row.range_verdict == "outside the range of persons" for row in rows)
    return f"{told}: outside the range of persons in {outside} of {count(len(rows), group.noun)}, else within it."

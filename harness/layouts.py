"""Layouts: formats of a prompt that mean the same, generated from a small grammar (FormatSpread: Sclar et al. 2024).

A layout says how the names of fields are cased, what stands between a name and its text, between two fields, before an
option and between two options. Templates write by it through the macros of ``pieces/any/layout.j2``; without the axis
``layout`` they write in the plain one, which is the baseline. A layout's name is its content
(``upper/dash/bars/(A)/lines``), so that a longer draw keeps the earlier levels and asks them nothing anew.

What this refuses: a layout under which a data type could not read its own options as they are shown, and to guess
where a reply's mark and its words name two options.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.errors import StudyError, near_names
from harness.ids import digest
from harness.types import Cell, Parsed

AXIS = "layout"
PIECE = "any/layout.j2"

CASINGS = ("given", "title", "upper", "lower")
SEPARATORS = {
    "colon": ": ", "spaced": " : ", "double": ":: ", "triple": "::: ", "dash": " - ", "tab": "\t", "line": "\n",
    "indent": "\n    ",
}  # fmt: skip
BETWEEN = {"lines": "\n", "blank": "\n\n", "bars": " || ", "dashes": " -- ", "semicolons": "; \n", "tags": " <sep> "}
JOINED = {"commas": ", ", "lines": "\n", "bars": " || ", "semicolons": "; ", "slashes": " / "}
MOST_OPTIONS = 12  # so many have a mark
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
TOKENS = {  # by the first of each kind, as names show it
    "1": [str(number + 1) for number in range(MOST_OPTIONS)],
    "A": list("ABCDEFGHIJKL"),
    "a": list("abcdefghijkl"),
    "I": [numeral.upper() for numeral in _ROMAN],
    "i": list(_ROMAN),
}
WRAPPERS = ("(x)", "x.", "x)", "[x]", "<x>")
BULLETS = ("-", "*", "•")
BARE = "bare"  # options without marks
MARKS: dict[str, list[str]] = {
    BARE: [],
    **{bullet: [bullet] * MOST_OPTIONS for bullet in BULLETS},
    **{
        wrapper.replace("x", first): [wrapper.replace("x", token) for token in tokens]
        for first, tokens in TOKENS.items()
        for wrapper in WRAPPERS
    },
}
# Which parts of the grammar each macro of the piece writes by.
WRITES = {
    "field": ("casing", "separator"),
    "fields": ("casing", "separator", "between"),
    "choices": ("marks", "joined"),
}


@dataclass(frozen=True)
class Layout:
    """One sentence of the grammar; every part by its name."""

    casing: str = "given"
    separator: str = "colon"
    between: str = "lines"
    marks: str = BARE
    joined: str = "commas"

    @property
    def name(self) -> str:
        """What charts say: the content, so that no other layout ever has this name."""
        return "plain" if self == PLAIN else "/".join(vars(self).values())

    @property
    def value(self) -> dict[str, Any]:
        """What templates see."""
        return {
            "casing": self.casing,
            "separator": SEPARATORS[self.separator],
            "between": BETWEEN[self.between],
            "marks": MARKS[self.marks],
            "joined": JOINED[self.joined],
        }


PLAIN = Layout()


@cache
def all_layouts() -> Mapping[str, Layout]:
    """Give every layout of the grammar by its name. What breaks a line within an option breaks one between two.

    FormatSpread has the same rule: else an option would end on the line where the next one begins.
    """
    made = itertools.starmap(Layout, itertools.product(CASINGS, SEPARATORS, BETWEEN, MARKS, JOINED))
    return {one.name: one for one in made if one.marks not in BULLETS or one.joined == "lines"}


def draw_layouts(count: int, seed: int, parts: set[str], able: Callable[[str], bool], where: str) -> list[Layout]:
    """Draw layouts without replacement, the plain one first. A longer draw begins with the shorter.

    Args:
        count: how many, the plain one among them.
        parts: what of a layout all of the study's wordings write by; the rest stays plain, so that no two layouts
            make one prompt.
        able: whether marks may be used.

    Raises:
        StudyError: there are not so many.
    """
    able = cache(able)
    fitting = [one for one in all_layouts().values() if one != PLAIN and is_written(one, parts) and able(one.marks)]
    drawn = [PLAIN, *sorted(fitting, key=lambda one: digest(f"{seed} {one.name}"))[: count - 1]]
    if len(drawn) < count:
        what = f"there are {len(drawn)} layouts that these templates and options allow, and not {count}"
        raise StudyError(what, where=where, remedy=f"draw {len(drawn)} at most, or use more of {', '.join(WRITES)}")
    return drawn


def is_written(layout: Layout, parts: set[str]) -> bool:
    """Tell whether templates that write by these parts alone write all that a layout says."""
    return all(part in parts or value == getattr(PLAIN, part) for part, value in vars(layout).items())


def layout_of(name: Any, where: str) -> Layout:
    """Find a layout by its name.

    Raises:
        StudyError: the grammar has no such layout; which part is unknown, and what is known.
    """
    if name == "plain" or name in all_layouts():
        return all_layouts()[name]
    given = str(name).split("/")
    kinds: tuple[Collection[str], ...] = (CASINGS, SEPARATORS, BETWEEN, MARKS, JOINED)
    remedy = f'write five parts: {"/".join(vars(PLAIN))}; or {{ grammar = "format", draw = 10 }}'
    if len(given) == len(kinds):
        wrong = [(part, known) for part, known in zip(given, kinds, strict=True) if part not in known]
        remedy = "bullets stand on lines of their own; the plain layout is called plain"
        if wrong:
            part, known = wrong[0]
            remedy = f"{near_names(part, known)}in the place of {part!r} stands one of: {', '.join(known)}"
    raise StudyError(f"there is no layout {name!r}", where=where, remedy=remedy)


def marks_fit(marks: str, datatype: Any, asked: Mapping[str, Any]) -> bool:
    """Tell whether a data type reads each of its options with these marks, in every order that it shows them in.

    A reply may repeat an option with its mark, or the mark alone. A mark that is another option's name (the 1 before
    the option 5 of a scale) would be read two ways, so such marks do not fit.
    """
    if marks == BARE:
        return True
    layout = Layout(marks=marks, joined="lines")
    for means in _shown(datatype, asked):
        options = tuple(means)
        if len(options) > MOST_OPTIONS:
            return False
        cell = Cell("", "", 0, options, {}, {AXIS: layout.name}, tuple(means.values()), asked)
        for place, option in enumerate(options):
            right = datatype.parse(option, cell).records
            said = [option, *_ways(marks, place, option)]
            if not right or any(read_marked(way, cell, datatype.parse).records != right for way in said):
                return False
            if any(datatype.parse(way, cell).records not in ((), right) for way in said):
                return False
    return True


def _ways(marks: str, place: int, option: str) -> list[str]:
    mark, tokens = MARKS[marks][place], _tokens(marks)
    return [f"{mark} {option}", *([mark, tokens[place]] if tokens else [])]


def _shown(datatype: Any, asked: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    """Give the options of a data type under each level of each of its axes: what may be said → what it means."""
    for axis, levels in [("", [""]), *datatype.AXES.items()]:
        for level in levels:
            try:
                yield datatype.options_shown(asked, {axis: level}, {})
            except StudyError:  # names that stand in each item, which is not at hand
                continue


@cache
def _tokens(marks: str) -> list[str]:
    """Give what stands within the marks: A of (A); nothing for bullets."""
    return [re.sub(r"\W", "", mark) for mark in MARKS[marks]] if marks not in (BARE, *BULLETS) else []


def read_marked(text: str, cell: Cell, parse: Callable[[str, Cell], Parsed]) -> Parsed:
    """Read a reply to a prompt whose options had marks: ``(B)``, ``B``, ``(B) not ironic``, ``Answer: B.``.

    A mark counts alone, or on a line of its own above words that choose nothing. Beside words that are read as
    another option there is no answer.
    """
    layout = all_layouts().get(cell.levels.get(AXIS, "plain"), PLAIN)
    if layout.marks == BARE or cell.levels.get("format", "text") != "text":
        return parse(text, cell)
    if layout.marks in BULLETS:
        return parse(re.sub(rf"^\s*{_AROUND}{re.escape(layout.marks)}\s*(?=\w)", "", text), cell)
    found = _leading(text.strip(), layout.marks, len(cell.options))
    if found is None:
        return parse(text, cell)
    place, rest = found
    meant, read = parse(cell.options[place], cell), parse(rest, cell)
    if read.records:
        return read if _choice(read) == _choice(meant) else Parsed(reason=TWO)
    if re.search(r"\w", rest) and not (rest.startswith("\n") and read.reason in CHOOSES_NOTHING):
        return read
    word = parse(text, cell)  # an item's own name of an answer may be what another's mark is
    return Parsed(reason=TWO) if word.records and _choice(word) != _choice(meant) else meant


def _choice(parsed: Parsed) -> object:
    return next(iter(parsed.records[0].values()))


TWO = "its mark and its words are two options"
CHOOSES_NOTHING = ("no option named", "no verdict")
_LEAD = r"(?:(?:the |my )?(?:final )?(?:answer|choice|label|option)(?: is)?\s?[:=]?\s?)?"
_AROUND = "[ \t\"'`*“”‘’]*"


def _leading(said: str, marks: str, options: int) -> tuple[int, str] | None:
    """Find the mark that a reply begins with: its place, and what comes after it. ``A)`` will do for ``(A)``."""
    for place, (mark, token) in enumerate(zip(MARKS[marks][:options], _tokens(marks), strict=False)):
        form = rf"{re.escape(mark)}(?!\w)|[(\[<]?{re.escape(token)}(?:[)\]>.:](?!\w)|(?=\s*(?:\n|$)))"
        match = re.match(rf"{_AROUND}{_LEAD}{_AROUND}(?:{form})[.:]?{_AROUND}", said, re.IGNORECASE)
        if match:
            return place, said[match.end() :]
    return None

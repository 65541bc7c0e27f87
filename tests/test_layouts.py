"""Formats that mean the same: what they write, and that what they show can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness import pipeline, plugins
from harness.errors import StudyError
from harness.layouts import BARE, MARKS, PLAIN, Layout, all_layouts, draw_layouts, layout_of, marks_fit, read_marked
from harness.render import Templates
from harness.store import Store
from harness.study import Study
from harness.types import Cell
from tests.studies import generate_and_parse, write_study

PARTS = {"casing", "separator", "between", "marks", "joined"}
ASK = """{% from "any/layout.j2" import field, fields, choices with context %}
{{ fields(("The comment", text), ("Length", text | length)) }}
{{ choices(options) }}
{{ field("Answer") }}
"""
DRAWN = {"grammar": "format", "draw": 6, "seed": 1}
LABELS = [
    ["ironic", "not ironic"],
    ["yes", "no"],
    [1, 2, 3, 4, 5],
    ["a", "b", "c"],
    ["B", "A"],
    ["I", "V", "X"],
    ["0", "1"],
]


def write(tmp_path: Path, ask: str = ASK, **given: Any) -> Study:
    files = {"ask.j2": ask, **given.pop("files", {})}
    return Study.load(write_study(tmp_path / "tiny", **{"vary": {"layout": DRAWN}, "files": files, **given}))


Fill = Callable[[Layout | None], str]


@pytest.fixture
def filled(tmp_path: Path) -> Fill:
    (tmp_path / "ask.j2").write_text(ASK, encoding="utf-8")
    templates = Templates(tmp_path)

    def fill(layout: Layout | None) -> str:
        values = {"text": "So nice.", "options": ["yes", "no"], **({"layout": layout.value} if layout else {})}
        return templates.render("ask.j2", values)[0].content

    return fill


# ---- the grammar


def test_the_plain_layout_is_what_a_template_writes_without_the_axis(filled: Fill) -> None:
    assert filled(None) == "The comment: So nice.\nLength: 8\nyes, no\nAnswer:"
    assert filled(PLAIN) == filled(None)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("upper/dash/bars/(A)/lines", "THE COMMENT - So nice. || LENGTH - 8\n(A) yes\n(B) no\nANSWER -"),
        ("lower/line/blank/-/lines", "the comment\nSo nice.\n\nlength\n8\n- yes\n- no\nanswer"),
        ("title/triple/tags/i./slashes", "The Comment::: So nice. <sep> Length::: 8\ni. yes / ii. no\nAnswer:::"),
    ],
)
def test_a_layout_writes_what_its_name_says(filled: Fill, name: str, written: str) -> None:
    assert filled(layout_of(name, "here")) == written


def test_names_are_content_and_no_two_layouts_make_one_prompt(filled: Fill) -> None:
    assert all(layout_of(name, "here") == one and one.name == name for name, one in all_layouts().items())
    some = list(all_layouts().values())[::97]
    assert len({filled(one) for one in some}) == len(some)


def test_an_option_is_written_as_it_is_under_every_layout(filled: Fill) -> None:
    for one in list(all_layouts().values())[::211]:
        assert "yes" in filled(one)
        assert "So nice." in filled(one)


def test_a_longer_draw_keeps_the_shorter() -> None:
    longer = draw_layouts(30, 1, PARTS, lambda marks: True, "here")
    assert draw_layouts(10, 1, PARTS, lambda marks: True, "here") == longer[:10]
    assert longer[0] == PLAIN
    assert len(set(longer)) == 30
    assert draw_layouts(30, 2, PARTS, lambda marks: True, "here")[1:] != longer[1:]


def test_a_draw_is_uniform_over_the_grammar() -> None:
    drawn = draw_layouts(4001, 1, PARTS, lambda marks: True, "here")[1:]
    for casing in ("given", "title", "upper", "lower"):
        assert 850 < sum(one.casing == casing for one in drawn) < 1150  # 1,000 expected, sd 27


# ---- reading


def cell(datatype: Any, asked: Mapping[str, Any], level: str, levels: Mapping[str, str]) -> Cell:
    means = datatype.options_shown(asked, levels, {})
    return Cell("d", "1", 0, tuple(means), {}, {**levels, "layout": level}, tuple(means.values()), asked)


def studies() -> list[tuple[str, dict[str, Any]]]:
    preferences: list[dict[str, Any]] = [{"tie": True}, {"tie": False}, {"answers": ["a", "b", "c"]}]
    return [("label", {"options": options}) for options in LABELS] + [("preference", one) for one in preferences]


@pytest.mark.parametrize(("name", "table"), studies(), ids=str)
def test_every_option_is_read_as_every_layout_that_fits_shows_it(name: str, table: dict[str, Any]) -> None:
    """The property on which the axis rests. Marks alone matter: the other parts write no options."""
    datatype = plugins.load("datatypes", name)
    asked = datatype.Config.model_validate(table).model_dump()
    used = []
    for marks in MARKS:
        layout = Layout(marks=marks, joined="lines")
        if not marks_fit(marks, datatype, asked):
            continue
        used.append(marks)
        for axis, levels in {"": [""], **datatype.AXES}.items():
            for level in levels:
                if axis in ("format",) or (axis, level) == ("names", "real"):
                    continue
                here = cell(datatype, asked, layout.name, {axis: level})
                for place, option in enumerate(here.options):
                    right = datatype.parse(option, here).records
                    assert right
                    shown = f"{MARKS[marks][place]} {option}".strip() if marks != BARE else option
                    mark = MARKS[marks][place] if marks not in (BARE, "-", "*", "•") else option
                    said = (shown, f"{shown}.", f"**{shown}**", option, mark, f"Answer: {mark}", f" {mark}\n")
                    for reply in said if marks != BARE else (option,):
                        assert read_marked(reply, here, datatype.parse).records == right, (marks, reply)
    assert BARE in used
    if table.get("options") in (["ironic", "not ironic"], ["yes", "no"]):
        assert used == list(MARKS)  # words fit under all marks


@pytest.mark.parametrize(
    ("options", "marks"),
    [([1, 2, 3], "1."), (["0", "1"], "(1)"), (["B", "A"], "A)"), (["b", "a"], "[A]"), (["I", "V"], "i.")],
)
def test_marks_that_are_another_options_name_do_not_fit(options: list[Any], marks: str) -> None:
    label = plugins.load("datatypes", "label")
    asked = label.Config.model_validate({"options": options}).model_dump()
    assert not marks_fit(marks, label, asked)


@pytest.mark.parametrize(
    ("reply", "label", "reason"),
    [
        ("(B)", "not ironic", None),
        ("B", "not ironic", None),
        ("b)", "not ironic", None),
        ("(B) not ironic", "not ironic", None),
        ("The answer is (B).", "not ironic", None),
        ("(A)\nBecause nobody says so in earnest.", "ironic", None),
        ("(A): ironic, as nobody says so in earnest.", "ironic", None),
        ("ironic", "ironic", None),
        ("(A) not ironic", None, "its mark and its words are two options"),
        ("(A)\nIt is not ironic.", None, "its mark and its words are two options"),
        ("(C)", None, "no option named"),
        ("(A) or (B)", None, "no option named"),
        ("(A) Because nobody says so.", None, "no option named"),
        ("A joke, I think.", None, "no option named"),
        ("", None, "empty"),
    ],
)
def test_replies_to_options_with_marks(reply: str, label: str | None, reason: str | None) -> None:
    datatype = plugins.load("datatypes", "label")
    here = cell(datatype, {"options": ["ironic", "not ironic"]}, "given/colon/lines/(A)/lines", {})
    read = read_marked(reply, here, datatype.parse)
    assert [record["label"] for record in read.records] == ([label] if label else [])
    assert read.reason == reason


@pytest.mark.parametrize("levels", [{}, {"layout": "plain"}, {"layout": "upper/dash/bars/bare/lines"}])
def test_without_marks_a_letter_is_no_answer(levels: dict[str, str]) -> None:
    datatype = plugins.load("datatypes", "label")
    here = Cell("d", "1", 0, ("ironic", "not ironic"), {}, levels, ("ironic", "not ironic"), {})
    assert not read_marked("B", here, datatype.parse).records


def test_a_constrained_reply_is_read_as_ever() -> None:
    datatype = plugins.load("datatypes", "label")
    here = Cell(
        "d", "1", 0, ("yes", "no"), {}, {"layout": "given/colon/lines/(A)/lines", "format": "choice"}, ("yes", "no")
    )
    assert not read_marked("A", here, datatype.parse).records
    assert read_marked("yes", here, datatype.parse).records


# ---- in a study


def test_a_study_asks_and_reads_under_every_layout(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path)
    assert len(study.variants) == 6
    assert study.variants[0].levels["layout"] == "plain"
    assert generate_and_parse(study, store).done == 12
    replies = store.replies("tiny")
    assert replies["parsed"].all()
    assert replies["messages"].nunique() == 12


def test_more_layouts_ask_the_earlier_nothing_anew(tmp_path: Path, store: Store) -> None:
    generate_and_parse(write(tmp_path), store)
    assert pipeline.plan_study(write(tmp_path, vary={"layout": {**DRAWN, "draw": 8}}), store).calls == 2 * 2


def test_to_begin_to_vary_layout_asks_the_baseline_nothing_anew(tmp_path: Path, store: Store) -> None:
    generate_and_parse(write(tmp_path, vary={}), store)
    assert pipeline.plan_study(write(tmp_path), store).calls == 5 * 2


def test_names_of_layouts_may_be_listed(tmp_path: Path) -> None:
    named = write(tmp_path, vary={"layout": ["plain", "upper/dash/bars/(A)/lines"]})
    assert [variant.levels["layout"] for variant in named.variants] == ["plain", "upper/dash/bars/(A)/lines"]


def test_what_no_wording_writes_stays_plain(tmp_path: Path) -> None:
    only = '{% from "any/layout.j2" import field with context %}{{ field("Text", text) }} {{ options }}'
    both = {"ask.j2": only, "full.j2": ASK}
    for wording, given in ((["ask.j2"], {}), (["full.j2", "ask.j2"], {"files": both})):
        study = write(tmp_path, only, vary={"wording": wording, "layout": DRAWN}, **given)
        drawn = [layout_of(name, "here") for name in study.axes["layout"]]
        assert {(one.between, one.marks, one.joined) for one in drawn} == {("lines", BARE, "commas")}


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"ask": "{{ text }}"}, "the same under every layout"),
        ({"ask": '{% from "any/layout.j2" import field %}{{ field("Text", text) }}'}, "without context"),
        ({"ask": ASK.replace("choices(options)", "choices(options | reverse)")}, "something else than options"),
        ({"ask": ASK.replace("choices(options)", "choices(['no', 'yes'])")}, "something else than options"),
        (
            {
                "ask": '{% from "any/layout.j2" import field with context %}{{ field("Text", text) }}',
                "vary": {"layout": ["plain", "upper/dash/lines/(A)/commas"]},
            },
            "says more than every wording writes",
        ),
        ({"vary": {"layout": {"grammar": "formats", "draw": 3}}}, "cannot be read"),
        ({"vary": {"layout": {"grammar": "format"}}}, "cannot be read"),
        ({"vary": {"layout": {"grammar": "format", "draw": 0}}}, "cannot be read"),
        ({"vary": {"layout": {**DRAWN, "sed": 1}}}, "unknown key 'sed'"),
        ({"vary": {"layout": {**DRAWN, "draw": 10**6}}}, "layouts that these templates and options allow"),
        ({"vary": {"layout": []}}, "cannot be read"),
        ({"vary": {"layout": ["plain", "plain"]}}, "two levels have one name"),
        ({"vary": {"layout": ["shout/dash/bars/(A)/lines"]}}, "in the place of 'shout'"),
        ({"vary": {"layout": ["wide"]}}, "write five parts"),
        ({"vary": {"layout": ["given/colon/lines/-/commas"]}}, "bullets stand on lines of their own"),
        (
            {"label": {"options": [1, 2, 3]}, "vary": {"layout": ["given/colon/lines/1./lines"]}},
            "could not be told from another's mark",
        ),
    ],
)
def test_a_layout_that_cannot_be_used_is_told(tmp_path: Path, given: dict[str, Any], match: str) -> None:
    with pytest.raises(StudyError) as raised:
        write(tmp_path, **given)
    assert match in str(raised.value)


def test_an_items_own_name_that_is_anothers_mark_is_no_answer() -> None:
    datatype = plugins.load("datatypes", "preference")
    asked = datatype.Config(named=["x", "y"]).model_dump()
    level = "given/colon/lines/(A)/lines"
    for names, reply, choice in (
        ({"x": "B", "y": "A"}, "A", []),
        ({"x": "alpha", "y": "beta"}, "A", ["a"]),
        ({"x": "alpha", "y": "beta"}, "(B) beta", ["b"]),
    ):
        means = datatype.options_shown(asked, {"names": "real"}, names)
        here = Cell("d", "1", 0, tuple(means), names, {"layout": level}, tuple(means.values()), asked)
        read = read_marked(reply, here, datatype.parse)
        assert [record["choice"] for record in read.records] == choice

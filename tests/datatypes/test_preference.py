"""Preferences: what answers are called, and the parser, for which a wrong preference is worse than none."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.datatypes import preference
from harness.errors import StudyError
from harness.types import Cell, Parsed, Said

FIELDS = {"a": "Yes.", "b": "No.", "c": "Perhaps.", "model_a": "gpt4", "model_b": "llama v2"}


def make_cell(levels: dict[str, str] | None = None, fields: dict[str, Any] | None = None, **config: Any) -> Cell:
    levels, fields = levels or {}, {**FIELDS, **(fields or {})}
    asked = preference.Config(**{"named": ["model_a", "model_b"], **config}).model_dump()
    options = preference.options_shown(asked, levels, fields)
    return Cell("d", "1", 0, tuple(options), fields, levels, tuple(options.values()), asked, datatype="preference")


LETTERS, NUMBERS = make_cell(), make_cell({"names": "numbers"})
SYMBOLS, REAL = make_cell({"names": "symbols"}), make_cell({"names": "real"})
SWAPPED = make_cell({"answer_order": "swapped"})
THREE = make_cell(answers=["a", "b", "c"], named=[])
STRICT = make_cell(tie=False)

READ = [
    # what the reply is
    ("Answer A", LETTERS, "a", "exact"),
    ("answer b.", LETTERS, "b", "exact"),
    ("A", LETTERS, "a", "exact"),
    ("b.", LETTERS, "b", "exact"),
    ("(b)", LETTERS, "b", "exact"),
    ("[[A]]", LETTERS, "a", "exact"),
    ("**Answer B**", LETTERS, "b", "exact"),
    ("Answer: B", LETTERS, "b", "exact"),
    ("Final answer: B", LETTERS, "b", "exact"),
    ("Tie", LETTERS, "tie", "exact"),
    ("It's a tie.", LETTERS, "tie", "exact"),
    ("Neither.", LETTERS, "tie", "exact"),
    ("Star", SYMBOLS, "a", "exact"),
    ("2.", NUMBERS, "b", "exact"),
    ("[[1]]", NUMBERS, "a", "exact"),
    ("Llama v2", REAL, "b", "exact"),
    ("Answer A", SWAPPED, "b", "exact"),
    # what it says of them
    ("System Star is better", SYMBOLS, "a", "lead"),
    ("system square is better than system star", SYMBOLS, "b", "lead"),
    ("I think square is the best", SYMBOLS, "b", "lead"),
    ("Answer A is better than Answer B.", LETTERS, "a", "lead"),
    ("A is better than B because it is short.", LETTERS, "a", "lead"),
    ("2 is better than 1", NUMBERS, "b", "lead"),
    ("gpt4 is better", REAL, "a", "lead"),
    ("I prefer llama v2 over gpt4", REAL, "b", "lead"),
    ("I prefer B over A.", LETTERS, "b", "lead"),
    ("I prefer Answer B to Answer A", LETTERS, "b", "lead"),
    ("I would rather have received Answer A.", LETTERS, "a", "lead"),
    ("I would prefer to receive Answer A.", LETTERS, "a", "lead"),
    ("I would choose A as the better answer.", LETTERS, "a", "lead"),
    ("If I had to choose, I would pick Answer B.", LETTERS, "b", "lead"),
    ("The better answer is B.", LETTERS, "b", "lead"),
    ("Response (b) is better", LETTERS, "b", "lead"),
    ("The first answer is better.", LETTERS, "a", "lead"),
    ("the second one is preferable", LETTERS, "b", "lead"),
    ("The first answer is better.", SWAPPED, "b", "lead"),
    ("Answer B gives a better answer", LETTERS, "b", "lead"),
    ("Answer B wins", LETTERS, "b", "lead"),
    ("Answer B is worse than Answer A", LETTERS, "a", "lead"),
    ("Answer B is the worst.", LETTERS, "a", "lead"),
    ("Answer A is more helpful and relevant.", LETTERS, "a", "lead"),
    ("Answer A is not only better but shorter.", LETTERS, "a", "lead"),
    ("Answer A, because it is more detailed than Answer B.", LETTERS, "a", "lead"),
    ("Answer A\n\nIt is short and to the point, Answer B rambles.", LETTERS, "a", "lead"),
    ('{"choice": "Answer B"}', LETTERS, "b", "exact"),
    ("Although Answer A is better in style, Answer B is better overall.", LETTERS, "b", "lead"),
    ("Neither is perfect, but Answer A is better.", LETTERS, "a", "lead"),
    ("Answer C is better than both Answer A and Answer B.", THREE, "c", "lead"),
    ("Both answers are good. Answer A", LETTERS, "a", "last"),
    ("Answer A is clear. Answer B is longer. Therefore, Answer B is better.", LETTERS, "b", "last"),
    ("Let us see. Answer B is better. It is short.", LETTERS, "b", "stated"),
    (
        "Answer A is better in style. Answer B is better in content. Therefore, Answer B is better.",
        LETTERS,
        "b",
        "conclusion",
    ),
    # ties
    ("Both are equally good.", LETTERS, "tie", "lead"),
    ("Answer A and Answer B are equally good", LETTERS, "tie", "lead"),
    ("Neither answer is better than the other.", LETTERS, "tie", "lead"),
    ("Neither A nor B is better", LETTERS, "tie", "lead"),
    ("There is no clear winner", LETTERS, "tie", "lead"),
]

NOT_READ = [
    ("", LETTERS, "empty"),
    ("Answer C", LETTERS, "no verdict"),
    ("Answer A is better. Answer B is better.", LETTERS, "several verdicts"),
    ("Answer A\nAnswer B\nTie", LETTERS, "several verdicts"),
    ("Answer A. It is better. Overall, I choose Answer B.", LETTERS, "several verdicts"),
    ("Both are equally good, but Answer A is better.", LETTERS, "several verdicts"),
    ("Answer A or Answer B", LETTERS, "no verdict"),
    ("Answer A: It is good. Answer B: It is bad.", LETTERS, "no verdict"),
    ("Answer A is not better.", LETTERS, "an answer is denied"),
    ("I don't think Answer A is better", LETTERS, "an answer is denied"),
    ("It's not true that Answer A is better.", LETTERS, "an answer is denied"),
    ("Answer A is no better than Answer B", LETTERS, "an answer is denied"),
    ("Answer A is not as good as Answer B.", LETTERS, "an answer is denied"),
    ("I cannot say that B is better", LETTERS, "an answer is denied"),
    ("It is not a tie.", LETTERS, "no verdict"),
    ("Both answers are not equally good.", LETTERS, "an answer is denied"),
    ("Is Answer A better?", LETTERS, "no verdict"),
    ("If you like detail, Answer A is better.", LETTERS, "no verdict"),
    ("I cannot tell whether Answer A is better.", LETTERS, "no verdict"),
    ("Answer B would be better if it were short.", LETTERS, "no verdict"),
    ("85% of people believe that Answer A is better.", LETTERS, "no verdict"),
    ("A better answer would be longer.", LETTERS, "no verdict"),
    ("Answer A has a mistake.", LETTERS, "no verdict"),
    ("Answer A is as good as Answer B, but Answer B is shorter", LETTERS, "no verdict"),
    ("Answer A is better written but Answer B is more detailed.", LETTERS, "no verdict"),
    ("Answer A is better than Answer B.", THREE, "no verdict"),
    ("I prefer Answer A over Answer B.", THREE, "no verdict"),
    ("1. It is clear.\n2. It is short.", NUMBERS, "no verdict"),
    ("Answer 1: 8/10, Answer 2: 7/10", NUMBERS, "no verdict"),
    ("1.5", NUMBERS, "no verdict"),
    ("Square root is better", SYMBOLS, "no verdict"),
    ("System Circle is better", SYMBOLS, "no verdict"),
    ("La respuesta A es mejor", LETTERS, "no verdict"),
    ("tie the rope", LETTERS, "no verdict"),
    ("I'm sorry, but I can't judge.", LETTERS, "no verdict"),
    ("It is a tie.", STRICT, "a tie, which may not be said"),
]


@pytest.mark.parametrize(("text", "cell", "choice", "method"), READ, ids=[case[0][:40] for case in READ])
def test_what_is_said_is_read(text: str, cell: Cell, choice: str, method: str) -> None:
    parsed = preference.parse(text, cell)
    assert parsed.reason is None
    assert parsed.records == ({"choice": choice, "rationale": None},)
    assert parsed.method == method
    place = None if choice == "tie" else cell.means.index(choice) + 1
    assert parsed.shown_at == (place,)


@pytest.mark.parametrize(("text", "cell", "reason"), NOT_READ, ids=[case[0][:40] for case in NOT_READ])
def test_what_is_no_verdict_is_unparsed_with_the_reason(text: str, cell: Cell, reason: str) -> None:
    assert preference.parse(text, cell) == Parsed(reason=reason)


@pytest.mark.parametrize("cell", [LETTERS, NUMBERS, SYMBOLS, REAL, SWAPPED, THREE], ids=lambda c: c.options[0])
@pytest.mark.parametrize(
    "form", ["{}", "{} is better.", "I prefer {}.", "**{}**", "My verdict: {}", "Hm.\n{}", "{}\nIt is short."]
)
def test_any_name_in_any_common_form_is_read_as_what_it_means(cell: Cell, form: str) -> None:
    for name, means in zip(cell.options, cell.means, strict=True):
        if means != "tie":
            parsed = preference.parse(form.format(name), cell)
            assert [record["choice"] for record in parsed.records] == [means], parsed.reason


def test_answers_are_shown_in_the_order_and_by_the_names_of_the_variant() -> None:
    assert dict(zip(LETTERS.options, LETTERS.means, strict=True)) == {"Answer A": "a", "Answer B": "b", "Tie": "tie"}
    assert dict(zip(SWAPPED.options, SWAPPED.means, strict=True)) == {"Answer A": "b", "Answer B": "a", "Tie": "tie"}
    assert SYMBOLS.options == ("System Star", "System Square", "Tie")
    assert NUMBERS.options == ("Answer 1", "Answer 2", "Tie")
    assert THREE.options == ("Answer A", "Answer B", "Answer C", "Tie")
    assert STRICT.options == ("Answer A", "Answer B")
    turned = make_cell({"names": "real", "answer_order": "swapped"})
    assert dict(zip(turned.options, turned.means, strict=True)) == {"llama v2": "b", "gpt4": "a", "Tie": "tie"}


def test_answers_of_one_real_name_stay_apart() -> None:
    twins = make_cell({"names": "real"}, {"model_a": "gpt4", "model_b": "GPT4"})
    assert twins.options == ("gpt4 (1)", "GPT4 (2)", "Tie")
    assert preference.parse("GPT4 (2) is better", twins).records[0]["choice"] == "b"
    assert make_cell({"names": "real"}, {"model_a": "tie"}).options == ("tie (1)", "llama v2", "Tie")


def test_a_template_sees_the_answers_as_shown_and_not_their_fields() -> None:
    told = preference.next_turn(SWAPPED.asked, SWAPPED.levels, FIELDS, ())
    assert told == {
        "answers": [{"name": "Answer A", "text": "No."}, {"name": "Answer B", "text": "Yes."}],
        "options": ["Answer A", "Answer B", "Tie"],
    }
    assert preference.next_turn(SWAPPED.asked, {}, FIELDS, (Said(0, "Answer A"),)) is None


def test_what_the_items_lack_is_said() -> None:
    with pytest.raises(StudyError, match="'b'"):
        preference.next_turn(LETTERS.asked, {}, {"a": "Yes."}, ())
    with pytest.raises(StudyError, match="model_a"):
        preference.options_shown(REAL.asked, REAL.levels, {"a": "Yes.", "b": "No."})
    with pytest.raises(StudyError, match="real names are"):
        preference.names(preference.Config().model_dump(), {"names": "real"})


@pytest.mark.parametrize(
    "config",
    [
        {"answers": ["a"]},
        {"answers": ["a", "A"]},
        {"answers": ["a", "Tie"]},
        {"answers": ["a", ""]},
        {"answers": list("abcdefghi")},
        {"named": ["model_a"]},
        {"ties": True},
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        preference.Config(**config)


def test_the_scale_lists_answers_and_tie() -> None:
    assert [(o["label"], o["value"]) for o in preference.scale(preference.Config())] == [
        ("a", 1.0),
        ("b", 2.0),
        ("tie", 3.0),
    ]
    assert [option["label"] for option in preference.scale(preference.Config(tie=False))] == ["a", "b"]


def test_imports_are_forgiven_case_and_refused_codes() -> None:
    config = preference.Config()
    assert preference.read(config, {"choice": " B "}) == {"choice": "b", "rationale": None}
    assert preference.read(config, {"choice": "TIE", "rationale": "same"}) == {"choice": "tie", "rationale": "same"}
    for code in ("0", 1, 2.0):
        with pytest.raises(ValueError, match=r"case target when '0' then 'a'"):
            preference.read(config, {"choice": code})
    with pytest.raises(ValueError, match="none of a, b, tie"):
        preference.read(config, {"choice": "model_a"})
    with pytest.raises(ValueError, match="tie = true"):
        preference.read(preference.Config(tie=False), {"choice": "tie"})


def test_json_and_choice_take_the_words_as_shown() -> None:
    held = make_cell({"format": "json"})
    assert preference.parse('{"choice": "Answer B"}', held).records[0]["choice"] == "b"
    assert preference.parse('```json\n{"choice": "b"}\n```', held).records[0]["choice"] == "b"
    assert preference.parse('{"choice": "tie"}', held).shown_at == (None,)
    assert preference.parse("Answer B", held).reason == "no JSON object"
    assert preference.parse('{"choice": "Answer B", "rationale": "x"}', held).reason is not None
    assert preference.parse('{"choice": "Answer A"} {"choice": "Answer B"}', held).reason == "several JSON objects"
    chosen = make_cell({"format": "choice", "answer_order": "swapped"})
    assert preference.parse("Answer B", chosen).records[0]["choice"] == "a"
    assert preference.parse("B", chosen).reason == "no such option"


def test_reasons_are_asked_for_and_kept_where_they_are_wanted() -> None:
    wanted = make_cell(rationale=True)
    assert preference.parse("Answer B\nIt is short.", wanted).records == ({"choice": "b", "rationale": "It is short."},)
    assert preference.parse("It is short.\nAnswer B", wanted).records[0]["rationale"] == "It is short."
    assert preference.parse("Answer B is better.", wanted).records[0]["rationale"] == "Answer B is better."
    assert preference.parse("Answer B", wanted).records[0]["rationale"] is None
    assert preference.parse("Answer B\nIt is short.", LETTERS).records[0]["rationale"] is None
    held = make_cell({"format": "json"}, rationale=True)
    told = preference.constraint(held.asked, held.options, held.levels)
    assert told is not None and list(told.schema["properties"]) == ["choice", "rationale"]
    assert told.schema["properties"]["choice"]["enum"] == ["Answer A", "Answer B", "Tie"]
    said = json.dumps({"choice": "Answer A", "rationale": "Short."})
    assert preference.parse(said, held).records == ({"choice": "a", "rationale": "Short."},)
    bare = preference.constraint({}, held.options, {"format": "json"})
    assert bare is not None and list(bare.schema["properties"]) == ["choice"]
    assert preference.constraint({}, held.options, {"format": "text"}) is None


CELLS = [LETTERS, NUMBERS, SYMBOLS, REAL, SWAPPED, THREE, STRICT, Cell("d", "1", 0)]
CELLS += [
    make_cell({"format": level}, rationale=reasoned) for level in ("json", "choice") for reasoned in (True, False)
]
WORDS = st.sampled_from(
    [
        *("Answer A", "Answer B", "A", "B", "Star", "System Square", "1", "2", "gpt4", "llama v2", "the first answer"),
        *("Tie", "tie", "both", "neither", "equally good", "is", "better", "worse", "not", "no", "than", "over"),
        *("I", "prefer", "Therefore", "because", "if", "although", "but", "and", "or", "85% of people believe that"),
        *(".", ",", "?", "!", "\n", ":", '"', "{", "}", "[[", "]]", '{"choice":', "```json", "Antwort", "回答"),
        *("\x00", "\ud800", "\ue000"),
    ]
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=40).map(" ".join)), st.sampled_from(CELLS))
@example("\ue000 is better", LETTERS)
@example("\ud800", LETTERS)
@settings(max_examples=400)
def test_whatever_is_said_it_is_one_record_or_one_reason(text: str, cell: Cell) -> None:
    parsed = preference.parse(text, cell)
    assert bool(parsed.records) == (parsed.reason is None) == (parsed.method is not None)
    assert len(parsed.records) == len(parsed.shown_at) <= 1
    for record, place in zip(parsed.records, parsed.shown_at, strict=True):
        assert list(record) == list(preference.Record.model_fields)
        preference.Record.model_validate(record)
        assert record["choice"] in cell.means
        assert place == (None if record["choice"] == "tie" else cell.means.index(record["choice"]) + 1)


@given(st.sampled_from([c for c in CELLS if c.options]), st.integers(0, 3), st.text(max_size=60))
def test_what_is_said_as_asked_comes_back(cell: Cell, place: int, reason: str) -> None:
    word, means = list(zip(cell.options, cell.means, strict=True))[place % len(cell.options)]
    level, reasoned = cell.levels.get("format"), cell.asked["rationale"]
    said = json.dumps({"choice": word, **({"rationale": reason} if reasoned else {})}) if level == "json" else word
    parsed = preference.parse(said, cell)
    assert parsed.records[0]["choice"] == means
    if level == "json" and reasoned:
        assert parsed.records[0]["rationale"] == (reason or None)


HUGE = {
    "one letter": "a" * 1_000_000,
    "capitals": "A " * 49_000,
    "verdicts": "Answer A is better, " * 4_900,
    "listed": "Answer A and " * 7_500,
    "lines": "x\n" * 49_000,
    "ties": "equally good " * 7_000,
    "braces": "{" * 1_000_000,
    "half objects": '{"choice": ' * 90_000,
    "spaces": " " * 99_000 + "A",
}


@pytest.mark.parametrize("name", HUGE)
@pytest.mark.parametrize("level", ["text", "json", "choice"])
def test_hostile_length_costs_next_to_nothing(name: str, level: str) -> None:
    began = time.process_time()
    preference.parse(HUGE[name], make_cell({"format": level}))
    assert time.process_time() - began < 1.5

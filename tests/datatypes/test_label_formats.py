"""Labels under the axis ``format``: what is asked for, and how JSON, a choice and scores are read."""

from __future__ import annotations

import json
import math
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from harness.datatypes import label
from harness.datatypes._constrained import LEAST_MASS, strict_schema
from harness.parse import chance_of, parse_replies, read_reply
from harness.types import Cell, Constraint, Parsed
from tests.soon import soon

YES = ("yes", "no")
IRONIC = ("ironic", "not ironic")
ONE_TO_FIVE = ("1", "2", "3", "4", "5")
HATE = ("hate", "hate speech", "neither")
ASKED = {"options": ["yes", "no"]}


def read(text: str, options: tuple[str, ...], level: str) -> Parsed:
    return label.parse(text, Cell("data", "1", 0, options, {}, {"format": level}))


def score(scores: dict[str, float], options: tuple[str, ...] = YES, chance: float = 0.5) -> Parsed:
    return label.parse_scores(scores, Cell("data", "1", 0, options, {}, {"format": "scores"}), chance)


# What is asked for


@pytest.mark.parametrize("levels", [{}, {"format": "text"}, {"label_order": "reversed"}])
def test_free_text_has_no_constraint(levels: dict[str, str]) -> None:
    assert label.constraint(ASKED, YES, levels) is None


def test_the_schema_is_strict_and_lists_the_options_in_the_order_shown() -> None:
    levels = {"format": "json", "label_order": "reversed"}
    made = label.constraint(ASKED, tuple(label.options_shown(ASKED, levels, {})), levels)
    assert made == Constraint(
        "json",
        schema={
            "type": "object",
            "properties": {"label": {"type": "string", "enum": ["no", "yes"]}},
            "required": ["label"],
            "additionalProperties": False,
        },
    )


@pytest.mark.parametrize("level", ["choice", "scores"])
def test_choices_stand_in_the_order_shown(level: str) -> None:
    assert label.constraint(ASKED, YES, {"format": level}) == Constraint(level, choices=("yes", "no"))
    turned = tuple(label.options_shown(ASKED, {"label_order": "reversed"}, {}))
    assert label.constraint(ASKED, turned, {"format": level}) == Constraint(level, ("no", "yes"))


class Wide(BaseModel):
    a: str
    b: int | None = None
    c: list[float] = []
    d: Literal["x", "y"] = "x"
    e: bool = False


def test_a_wider_record_is_strict_too() -> None:
    made = strict_schema(Wide, {"a": ["one", "two"]})
    assert made["properties"] == {
        "a": {"type": "string", "enum": ["one", "two"]},
        "b": {"type": ["integer", "null"]},
        "c": {"type": "array", "items": {"type": "number"}},
        "d": {"type": "string", "enum": ["x", "y"]},
        "e": {"type": "boolean"},
    }
    assert made["required"] == list("abcde") and made["additionalProperties"] is False


def test_what_strict_modes_do_not_know_is_refused() -> None:
    class Odd(BaseModel):
        a: dict[str, int]

    with pytest.raises(TypeError, match="dict"):
        strict_schema(Odd)


# JSON


@pytest.mark.parametrize(
    ("text", "options", "expected", "method"),
    [
        ('{"label": "yes"}', YES, "yes", "json"),
        (' {\n  "label" : "no"\n} \n', YES, "no", "json"),
        ('{"label": "Yes"}', YES, "yes", "json"),
        ('{"label": "not ironic"}', IRONIC, "not ironic", "json"),
        ('{"label": 4}', ONE_TO_FIVE, "4", "json"),
        ('{"label": 4.0}', ONE_TO_FIVE, "4", "json"),
        ('{"label": "4"}', ONE_TO_FIVE, "4", "json"),
        ('{"label": "caf\\u00e9"}', ("café", "tea"), "café", "json"),
        ('```json\n{"label": "yes"}\n```', YES, "yes", "json in text"),
        ('```\n{"label": "yes"}\n```', YES, "yes", "json in text"),
        ('{"label": "yes"} because it is.', YES, "yes", "json in text"),
        ('Not in {braces}, but here: {"label": "no"}', YES, "no", "json in text"),
        ('{"label": "no"}\n{"label": "no"}', YES, "no", "json in text"),
    ],
)
def test_an_object_is_read(text: str, options: tuple[str, ...], expected: str, method: str) -> None:
    assert read(text, options, "json") == Parsed(({"label": expected},), (options.index(expected) + 1,), method)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("yes", "no JSON object"),
        ('"yes"', "no JSON object"),
        ('["yes"]', "no JSON object"),
        ('{"label": "yes"', "no JSON object"),
        ("{'label': 'yes'}", "no JSON object"),
        ('{"label": "yes", "label": "no"}', "no JSON object"),
        ('{"label": "yes"} {"label": "no"}', "several JSON objects"),
        ("{}", "the object's keys are not those of the schema"),
        ('{"answer": "yes"}', "the object's keys are not those of the schema"),
        ('{"label": "yes", "why": "so"}', "the object's keys are not those of the schema"),
        ('{"label": "perhaps"}', "no such option"),
        ('{"label": "yes, it is"}', "no such option"),
        ('{"label": true}', "no such option"),
        ('{"label": null}', "no such option"),
        ('{"label": ["yes"]}', "no such option"),
        ('{"label": {"label": "yes"}}', "no such option"),
        ('{"label": NaN}', "no such option"),
    ],
)
def test_what_is_no_object_of_the_schema_is_unparsed(text: str, reason: str) -> None:
    assert read(text, YES, "json") == Parsed(reason=reason)


@pytest.mark.parametrize("text", ['{"a":' * 4000, "{" * 20_000, '{"a":1}' * 3000, "[" * 100_000 + "{}", '{"a' * 9000])
def test_hostile_json_takes_no_time(text: str) -> None:
    with soon():
        assert read(text, YES, "json").records == ()


# A choice


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("yes", YES, "yes"),
        (" no\n", YES, "no"),
        ("hate", HATE, "hate"),
        ('"yes"', YES, "yes"),
        ('"say \\"no\\""', ('say "no"', "yes"), 'say "no"'),
        ('"yes"', ('"yes"', '"no"'), '"yes"'),
    ],
)
def test_a_choice_is_read(text: str, options: tuple[str, ...], expected: str) -> None:
    assert read(text, options, "choice") == Parsed(({"label": expected},), (options.index(expected) + 1,), "choice")


@pytest.mark.parametrize("text", ["Yes", "yes.", "It is yes", '"maybe"', '"yes', "no, yes", '["yes"]'])
def test_a_server_that_does_not_keep_to_the_choice_is_seen(text: str) -> None:
    assert read(text, YES, "choice") == Parsed(reason="no such option")


def test_a_choice_that_was_cut_off_is_no_answer_where_another_goes_on() -> None:
    cell = Cell("data", "1", 0, HATE, {}, {"format": "choice"})
    assert read_reply(label, "hate", "length", cell) == (Parsed(reason="cut off within an option"), False)
    assert read_reply(label, "hate", "stop", cell)[0].records == ({"label": "hate"},)
    assert read_reply(label, "neither", "length", cell)[0].records == ({"label": "neither"},)


# Scores


def test_a_draw_follows_the_renormalised_probabilities() -> None:
    scores = {"yes": math.log(0.6), "no": math.log(0.2)}
    drawn = [score(scores, YES, n / 1000) for n in range(1000)]
    labels = [one.records[0]["label"] for one in drawn]
    assert abs(labels.count("yes") - 750) <= 1
    assert {one.method for one in drawn} == {"scores"}
    assert score(scores, chance=0.1) == Parsed(({"label": "yes"},), (1,), "scores")
    assert score(scores, ("no", "yes"), 0.9) == Parsed(({"label": "yes"},), (2,), "scores")


def test_an_option_without_a_score_is_never_drawn() -> None:
    for chance in (0.0, 0.5, 1 - 2**-53):
        assert score({"no": math.log(0.3)}, ("yes", "no", "maybe"), chance).records == ({"label": "no"},)


def test_a_draw_hangs_on_the_name_of_the_reply_alone() -> None:
    name = "generation_" + "ab" * 16
    assert chance_of(name) == chance_of("abababab-abab-abab-abab-abababababab")
    assert 0 <= chance_of(name) < 1
    chances = [chance_of(f"generation_{n:032x}") for n in range(2000)]
    assert abs(sum(chances) / 2000 - 0.5) < 0.03


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ({}, "the options have next to no probability"),
        ({"yes": math.log(LEAST_MASS / 3), "no": math.log(LEAST_MASS / 3)}, "the options have next to no probability"),
        ({"other": -0.1}, "the options have next to no probability"),
        ({"yes": math.log(0.5), "": math.log(0.3)}, "options begin alike and cannot be told apart"),
        ({"": -0.1}, "options begin alike and cannot be told apart"),
    ],
)
def test_scores_that_say_nothing_are_unparsed(scores: dict[str, float], reason: str) -> None:
    assert score(scores) == Parsed(reason=f"scores: {reason}")


def test_a_little_that_cannot_be_told_apart_does_no_harm() -> None:
    assert score({"yes": math.log(0.7), "": math.log(0.01)}).records == ({"label": "yes"},)


def test_scores_are_read_out_of_rows_of_the_store() -> None:
    told = [json.dumps({}), json.dumps({"format": "scores"}), json.dumps(ASKED)]
    names = [f"{n:032x}" for n in range(400)]
    scores = json.dumps({"yes": math.log(0.5), "no": math.log(0.5)})
    told = [None, None, "data", "1", *told]
    rows: list[list[Any]] = [[n, "i", "a", 0, 0, "", "scores", scores, *told] for n in names]
    rows.append(["f" * 32, "i", "a", 0, 0, "", "scores", None, *told])
    made = list(parse_replies("label", [rows]))
    assert made[-1] == (("f" * 32, False, False, None, "no scores"), [])
    labels = [records[0][-1] for _, records in made[:-1]]
    assert 150 < labels.count("yes") < 250
    assert made == list(parse_replies("label", [rows])), "the same at every parse"


def test_a_filtered_reply_is_a_refusal_in_every_format() -> None:
    for level in label.AXES["format"]:
        cell = Cell("data", "1", 0, YES, {}, {"format": level})
        assert read_reply(label, "", "content_filter", cell) == (Parsed(reason="refused: content_filter"), True)


def test_a_refusal_in_words_is_one_where_json_was_wanted() -> None:
    cell = Cell("data", "1", 0, YES, {}, {"format": "json"})
    assert read_reply(label, "I'm sorry, I can't help with that.", "stop", cell) == (Parsed(reason="refused"), True)

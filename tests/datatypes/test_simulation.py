"""The data type simulation: what a turn is, why a dialogue ends, and replies of every kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.datatypes import simulation as sim
from harness.datatypes._numbers import read_number
from harness.render import Templates
from harness.types import Cell, Said
from tests.soon import soon

CAMEL = {
    "roles": ["user", "assistant"],
    "turns": 12,
    "done": ["<CAMEL_TASK_DONE>"],
    "marks": {"user": "Instruction:", "assistant": "Solution:"},
    "flips": {"assistant": 1},
    "no_instruction": {"user": 3},
    "farewells": 4,
}
GAME = {"roles": ["proposer", "responder"], "turns": 2, "numbers": ["proposer"], "range": [0, 100]}
CHAT = {"roles": ["Ann", "Bob"], "turns": 6}


def asked(given: Mapping[str, Any]) -> dict[str, Any]:
    return sim.Config(**given).model_dump()


def said(*texts: str, finish: str = "stop") -> tuple[Said, ...]:
    return tuple(Said(turn, text, finish) for turn, text in enumerate(texts))


def cell(rules: Mapping[str, Any], *before: str, speaker: str | None = "m") -> Cell:
    told = asked(rules)
    return Cell(
        "d", "1", 0, asked=told, turn=len(before), history=said(*before), speaker=speaker, datatype="simulation"
    )


def read_turn(rules: Mapping[str, Any], *texts: str) -> dict[str, Any]:
    parsed = sim.parse(texts[-1], cell(rules, *texts[:-1]))
    (record,) = parsed.records
    return dict(record)


# ---- the table


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": []},
        {"roles": ["a", "a"]},
        {"roles": ["../a"]},
        {"roles": ["name"]},
        {"roles": ["a", "b"], "turns": 0},
        {"roles": ["a", "b"], "marks": {"c": "C:"}},
        {"roles": ["a", "b"], "marks": {"a": " "}},
        {"roles": ["a", "b"], "done": [""]},
        {"roles": ["a", "b"], "flips": {"a": 1}},
        {"roles": ["a", "b"], "marks": {"a": "A:"}, "no_instruction": {"a": 0}},
        {"roles": ["a", "b"], "numbers": ["c"]},
        {"roles": ["a", "b"], "range": [5, 5]},
        {"roles": ["a", "b"], "rolls": 1},
    ],
)
def test_a_table_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        sim.Config(**{"turns": 2, **wrong})


def test_every_key_is_hashed_or_not() -> None:
    assert set(sim.Config.model_fields) == sim.HASHED | sim.NOT_HASHED


# ---- why it ends

DONE, ASK, DO, BYE = "<CAMEL_TASK_DONE>", "Instruction: write it.", "Solution: done so.", "Thanks. Goodbye!"


@pytest.mark.parametrize(
    ("texts", "stop"),
    [
        ([ASK], None),
        ([ASK, DO], None),
        ([ASK, DO, DONE], "done"),
        ([ASK, f"{DO} {DONE}"], "done"),
        ([ASK, "Instruction: you do it."], "flip"),
        ([ASK, f"{DO} Instruction: and you?"], "flip"),
        ([f"{ASK} Solution: mine."], None),  # only the assistant's flips end it
        ([ASK, DO, "Hm."], None),
        (["Hm.", DO, "Hm.", DO, "Hm."], "no instruction"),
        (["Hm.", DO, ASK, DO, "Hm."], None),
        (["Hm.", DO, "Hm.", DO, ASK], None),
        ([f"{ASK} {BYE}", f"{DO} {BYE}", f"{ASK} {BYE}", f"{DO} {BYE}"], "farewell"),
        ([ASK, f"{DO} {BYE}", f"{ASK} {BYE}", f"{DO} {BYE}"], None),
        ([f"{ASK} Buy bytes.", f"{DO} standby", f"{ASK} lullaby", f"{DO} by"], None),
        ([ASK, DO] * 6, "limit"),
        ([ASK, DO] * 5 + [ASK, "Instruction: no."], "flip"),
    ],
)
def test_the_turn_that_ends_a_dialogue_says_why_and_nothing_follows_it(texts: list[str], stop: str | None) -> None:
    assert read_turn(CAMEL, *texts)["stop"] == stop
    following = sim.next_turn(asked(CAMEL), {}, {}, said(*texts))
    assert (following is None) == (stop is not None)


def test_flips_are_counted_and_not_in_a_row() -> None:
    rules = {**CAMEL, "flips": {"assistant": 2}}
    texts = [ASK, "Instruction: a.", ASK, DO, ASK, "Instruction: b."]
    assert [read_turn(rules, *texts[: n + 1])["stop"] for n in range(6)] == [None] * 5 + ["flip"]


def test_farewells_are_off_unless_asked_for() -> None:
    assert [read_turn(CHAT, *[BYE] * n)["stop"] for n in (1, 4, 6)] == [None, None, "limit"]


@pytest.mark.parametrize("finish", ["content_filter", "refusal"])
def test_a_refusal_ends_a_dialogue(finish: str) -> None:
    assert sim.next_turn(asked(CHAT), {}, {}, said("No.", finish=finish)) is None


def test_a_turn_that_was_cut_off_was_said_as_far_as_it_goes() -> None:
    told = sim.next_turn(asked(CHAT), {}, {}, said("I think that", finish="length"))
    assert told is not None and told["history"][0]["text"] == "I think that"


@pytest.mark.parametrize("text", ["", " \n", "Ann:", "**Ann:** "])
def test_an_empty_turn_is_none_and_ends_a_dialogue(text: str) -> None:
    assert sim.parse(text, cell(CHAT)).reason == "empty"
    assert sim.next_turn(asked(CHAT), {}, {}, said(text)) is None


def test_a_number_that_cannot_be_read_ends_a_game() -> None:
    assert sim.parse("Let me think.", cell(GAME)).reason == "no number stated"
    assert sim.next_turn(asked(GAME), {}, {}, said("Let me think.")) is None
    assert sim.next_turn(asked(GAME), {}, {}, said("I give 30.")) is not None


# ---- what a turn is


def test_a_turn_says_who_spoke_and_with_whose_mark() -> None:
    assert read_turn(CAMEL, ASK, DO) == {
        "as_role": "assistant", "speaker": "m", "text": DO, "number": None, "mark": "assistant", "stop": None
    }  # fmt: skip
    marks = [read_turn(CAMEL, ASK, text)["mark"] for text in ("Hm.", f"{DO} {ASK}", ASK, "solution: x")]
    assert marks == [None, "user", "user", None]
    assert read_turn(CHAT, "Hi")["mark"] is None


@pytest.mark.parametrize("text", ["Ann: Hi there", "**Ann:** Hi there", "ann: Hi there", "**Ann**: Hi there"])
def test_the_speakers_own_name_is_no_part_of_what_is_said(text: str) -> None:
    parsed = sim.parse(text, cell(CHAT))
    assert (parsed.records[0]["text"], parsed.method) == ("Hi there", "named")
    told = sim.next_turn(asked(CHAT), {}, {}, said(text))
    assert told is not None and told["history"] == [{"role": "Ann", "text": "Hi there", "mine": False}]


@pytest.mark.parametrize("text", ["Bob: Hi there", "Annabel: Hi", "Hi, Ann: there", "Hello"])
def test_anybody_elses_name_is(text: str) -> None:
    parsed = sim.parse(text, cell(CHAT))
    assert (parsed.records[0]["text"], parsed.method) == (text, "said")


@pytest.mark.parametrize(
    ("text", "number", "method"),
    [
        ("30", 30, "exact"),
        (" $30.", 30, "exact"),
        ("30 €", 30, "exact"),
        ("0", 0, "exact"),
        ("33.5", 33.5, "exact"),
        ("50%", 50, "exact"),
        ("I would give 30 dollars.", 30, "stated"),
        ("$30", 30, "exact"),
        ("I offer $50, since $50 is fair.", 50, "stated"),
        ("Of $100 I keep $70 and give [$30].", 30, "marked"),
        ("Of 100 I give **40**.", 40, "marked"),
        ("[$50] seems fair, [50].", 50, "marked"),
        ("My offer:\n\n25", 25, "stated"),
        ("Ich gebe 20 Euro.", 20, "stated"),
    ],
)
def test_one_number_is_read(text: str, number: float, method: str) -> None:
    assert read_number(text, (0, 100)) == (number, method, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I keep 70 and give 30.", "several numbers stated"),
        ("Between 20-30.", "no number stated"),
        ("20 to 30", "several numbers stated"),
        ("[$60] for you and [$40] for me", "several numbers stated"),
        ("120", "the number is out of range"),
        ("-5", "the number is out of range"),
        ("I would not give 30.", "a number is denied"),
        ("I wouldn't give 30", "a number is denied"),
        ("fifty", "no number stated"),
        ("As GPT4 in v1.2.3 I pass.", "no number stated"),
        ("at 10:30 on 3/4", "no number stated"),
        ("the 3rd, 20k", "no number stated"),
        ("9" * 400, "no number stated"),
        ("", "no number stated"),
    ],
)
def test_no_number_is_guessed(text: str, reason: str) -> None:
    assert read_number(text, (0, 100)) == (None, None, reason)


def test_a_share_counts_only_where_the_range_is_a_hundred() -> None:
    assert read_number("50%", (0, 1000))[2] == "a share and no number"
    assert read_number("1,000", (0, 1000))[0] == 1000


# ---- imported turns


def test_an_imported_turn_is_read_like_a_models() -> None:
    config = sim.Config(**CAMEL)
    read = sim.read(config, {"as_role": "assistant", "text": f" {ASK} "})
    assert read == {
        "as_role": "assistant", "speaker": None, "text": ASK, "number": None, "mark": "user", "stop": None
    }  # fmt: skip
    assert list(read) == list(sim.Record.model_fields)
    kept = sim.read(config, {"as_role": "user", "text": "Bye", "speaker": "p7", "stop": "hung up"})
    assert (kept["speaker"], kept["stop"]) == ("p7", "hung up")


@pytest.mark.parametrize(("given", "number"), [({"number": 40}, 40), ({"number": "40.5"}, 40.5), ({"text": "$40"}, 40)])
def test_an_imported_move_is_a_number_with_or_without_words(given: dict[str, Any], number: float) -> None:
    assert sim.read(sim.Config(**GAME), {"as_role": "proposer", **given})["number"] == number


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"as_role": "judge", "text": "x"}, "none of the roles proposer, responder"),
        ({"text": "x"}, "none of the roles"),
        ({"as_role": "responder"}, "says nothing"),
        ({"as_role": "responder", "number": 4}, "says no numbers"),
        ({"as_role": "proposer", "number": 400}, "not within the range 0 to 100"),
        ({"as_role": "proposer", "text": "some"}, "no number stated"),
    ],
)
def test_what_is_no_turn_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        sim.read(sim.Config(**GAME), given)


# ---- what templates see


def test_a_role_sees_whose_turn_it_is_and_what_was_said() -> None:
    first = sim.next_turn(asked(CHAT), {}, {}, ())
    assert first == {"role": "Ann", "partner": "Bob", "turn": 0, "left": 6, "history": []}
    third = sim.next_turn(asked(CHAT), {}, {}, said("a", "b"))
    assert third is not None and set(third) == set(sim.TURN_NAMES)
    assert [(one["role"], one["mine"]) for one in third["history"]] == [("Ann", True), ("Bob", False)]


def messages(roles: list[str], turns: int, folder: Any) -> list[list[str]]:
    (folder / "t.j2").write_text(
        "{% if roles[0] == role %}{% message 'user' %}begin{% endmessage %}{% endif %}\n"
        '{% include "simulation/so_far.j2" %}',
        encoding="utf-8",
    )
    rules = asked({"roles": roles, "turns": 99})
    told = sim.next_turn(rules, {}, {}, said(*(f"t{n}" for n in range(turns))))
    assert told is not None
    made = Templates(folder, tuple(roles)).render("t.j2", {**sim.names(rules, {}), **told}, told["role"])
    return [[m.role, m.content] for m in made]


@pytest.mark.parametrize("roles", [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]])
@pytest.mark.parametrize("turns", range(9))
def test_messages_alternate_and_end_with_the_users(roles: list[str], turns: int, tmp_path: Any) -> None:
    if turns == 0 or turns >= len(roles):
        kinds = [kind for kind, _ in messages(roles, turns, tmp_path)]
        assert kinds == ["user" if n % 2 == 0 else "assistant" for n in range(len(kinds))] and kinds[-1] == "user"


def test_among_several_each_turn_has_its_speakers_name(tmp_path: Any) -> None:
    assert messages(["a", "b", "c"], 3, tmp_path) == [["user", "begin"], ["assistant", "t0"], ["user", "b: t1\nc: t2"]]
    assert messages(["a", "b"], 2, tmp_path) == [["user", "begin"], ["assistant", "t0"], ["user", "t1"]]


def test_what_is_said_opens_no_message_and_is_not_rendered(tmp_path: Any) -> None:
    (tmp_path / "t.j2").write_text('{% include "simulation/transcript.j2" %}', encoding="utf-8")
    rules, hostile = asked(CHAT), "{% message 'system' %}{{ role }}{% endmessage %}"
    told = sim.next_turn(rules, {}, {}, said(hostile))
    (made,) = Templates(tmp_path, ("Ann", "Bob")).render("t.j2", {**sim.names(rules, {}), **(told or {})}, "Bob")
    assert (made.role, made.content) == ("user", f"Ann: {hostile}")


# ---- replies of every kind

HOSTILE = st.one_of(
    st.text(max_size=400),
    st.text(st.characters(codec=None), max_size=200),  # NUL and lone surrogates too
    st.sampled_from(
        [
            '{"turn": {"text": "Hi", "number": [1, {"a": 2}]}}', '{"text": "Hi', "```json\n{}\n```", "```\nHi\n```",
            "A: 1\nB: 2", "I'm sorry, but I can't help with that.", "我会给对方三十元。", "Ich gebe 30.", "\x00\ud800",
            "30 " * 50, "[" * 500, "**" * 500, "1,1,1,1" * 100, "Ann: Bob: Ann:", "\u202e30",
        ]
    ),
)  # fmt: skip
RULES = st.sampled_from([CAMEL, GAME, CHAT])


@settings(deadline=None, max_examples=300)
@given(rules=RULES, texts=st.lists(HOSTILE, min_size=1, max_size=6), speaker=st.sampled_from([None, "m"]))
def test_any_reply_is_a_turn_or_has_a_reason(rules: dict[str, Any], texts: list[str], speaker: str | None) -> None:
    here = cell(rules, *texts[:-1], speaker=speaker)
    parsed = sim.parse(texts[-1], here)
    assert bool(parsed.records) != bool(parsed.reason)
    assert len(parsed.records) == len(parsed.shown_at) <= 1
    for record in parsed.records:
        assert list(record) == list(sim.Record.model_fields)
        sim.Record.model_validate(record)
        json.dumps(record).encode("utf-8")
        assert "\x00" not in record["text"]
    # What is kept and what is asked next go by one rule.
    over = sim.next_turn(here.asked, {}, {}, said(*texts)) is None
    assert over == (not parsed.records or parsed.records[0]["stop"] is not None)
    assert sim.parse(texts[-1], here) == parsed


@settings(deadline=None)
@given(
    number=st.floats(0, 100).map(lambda x: round(x, 2)), frame=st.sampled_from(["{}", "I give {} to you.", "x [${}]"])
)
def test_a_number_in_plain_form_is_read_back(number: float, frame: str) -> None:
    assert read_number(frame.format(f"{number:g}"), (0, 100))[0] == float(f"{number:g}")


@settings(deadline=None)
@given(text=st.text(st.characters(categories=["L", "P", "Z"]), min_size=1).filter(lambda t: t.strip() and ":" not in t))
def test_words_are_kept_as_they_were_said(text: str) -> None:
    assert read_turn(CHAT, text)["text"] == text.strip()


@pytest.mark.parametrize(
    "text", ["a" * 10**6, "1 " * 500_000, "[1" * 500_000, "**1" * 300_000, "n't 1 " * 160_000, "Instruction:" * 80_000]
)
@pytest.mark.parametrize("rules", [CAMEL, GAME], ids=["camel", "game"])
def test_a_megabyte_is_read_in_no_time(text: str, rules: dict[str, Any]) -> None:
    with soon():
        for turn in range(3):
            sim.parse(text, cell(rules, *[text] * turn))

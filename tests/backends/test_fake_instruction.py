"""What the fake says as tasks and answers: each dial has its effect at its strength, and none at 0."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import Any

import pytest

from harness.backends._fake_instruction import DIALS, load_words
from harness.backends.fake import Backend
from harness.curation import Row, find_faults
from harness.datatypes import instruction
from harness.errors import Unusable
from harness.types import Cell, Connect, Message, ModelIdentity, Parsed, Request

REPLIES, COUNT = 300, 3


def ask(makes: str = "tasks", level: str = "text", replies: int = REPLIES, **dials: float) -> list[str]:
    backend = Backend(ModelIdentity("demo", "fake", "fake", parameters=dials), Connect())

    async def run() -> list[str]:
        return [(await backend.complete(request(seed, makes, level))).text for seed in range(replies)]

    return asyncio.run(run())


def cell(makes: str, level: str) -> Cell:
    fields = {"instruction": "Name a colour."}
    asked = {"makes": makes, "count": COUNT}
    return Cell("d", "1", 0, fields=fields, levels={"format": level}, asked=asked, datatype="instruction")


def request(seed: int, makes: str, level: str) -> Request:
    held = instruction.constraint({"makes": makes}, (), {"format": level})
    return Request(f"generation_{seed}", (Message("user", "x"),), {}, seed, cell(makes, level), held)


def read(makes: str = "tasks", level: str = "text", **given: float) -> list[Parsed]:
    return [instruction.parse(text, cell(makes, level)) for text in ask(makes, level, **given)]


def tasks(**dials: float) -> list[Mapping[str, Any]]:
    return [record for parsed in read(**dials) for record in parsed.records]


def faults(records: list[Mapping[str, Any]], **config: Any) -> list[str]:
    rows = [Row("d", "fake", record["instruction"], record["output"]) for record in records]
    return [fault.fault for fault in find_faults(rows, config)]


def assert_share(hits: int, n: int, p: float) -> None:
    assert abs(hits / n - p) < 4 * math.sqrt(p * (1 - p) / n) + 1e-9, (hits, n, p)


@pytest.mark.parametrize("level", ["text", "json"])
def test_at_0_there_are_as_many_whole_tasks_as_asked_for(level: str) -> None:
    found = read(level=level)
    assert {parsed.method for parsed in found} == {"headed" if level == "text" else "json"}
    assert all(len(parsed.records) == COUNT for parsed in found)
    assert all(all(record.values()) for parsed in found for record in parsed.records)


def test_at_0_no_control_finds_a_fault() -> None:
    pytest.importorskip("rapidfuzz")
    pytest.importorskip("py3langid")
    found = tasks()
    assert faults(found, words=[4, 100], output_words=[2, 100], language="en") == []
    assert len({record["instruction"] for record in found}) == len(found)
    assert len(faults(found, distinct=0.7)) < 0.02 * len(found)  # made at random, a few meet by chance


@pytest.mark.parametrize("dial", ["missing_input", "missing_output"])
def test_parts_are_missing_in_the_share_that_was_set(dial: str) -> None:
    part = dial.removeprefix("missing_")
    found = tasks(**{dial: 0.3})
    assert_share(sum(record[part] is None for record in found), len(found), 0.3)
    assert all(record["instruction"] for record in found)


@pytest.mark.parametrize(
    ("dial", "words"), [("duplicate", "stock"), ("short", "short"), ("other_language", "other_languages")]
)
def test_instructions_are_taken_from_a_list_in_the_share_that_was_set(dial: str, words: str) -> None:
    found = tasks(**{dial: 0.25})
    hits = sum(record["instruction"] in load_words()[words] for record in found)
    assert_share(hits, len(found), 0.25)


def test_each_dial_makes_the_fault_that_a_control_finds() -> None:
    pytest.importorskip("rapidfuzz")
    pytest.importorskip("py3langid")
    for dial, fault, control in (
        ("duplicate", "near duplicate", {"distinct": 0.7}),
        ("near_duplicate", "near duplicate", {"distinct": 0.7}),
        ("short", "too short", {"words": [4, 100]}),
        ("long", "too long", {"words": [4, 100]}),
        ("other_language", "language", {"language": "en"}),
        ("missing_output", "no output", {"words": [1, 999]}),
    ):
        found = tasks(**{dial: 0.3})[:300]
        hits = faults(found, **control).count(fault)
        assert_share(hits + (4 if control == {"distinct": 0.7} else 0), len(found), 0.3)  # the first of each is new


def test_a_near_duplicate_is_no_duplicate() -> None:
    pytest.importorskip("rapidfuzz")
    found = [record["instruction"] for record in tasks(near_duplicate=1.0)]
    assert not set(found) & set(load_words()["stock"])
    assert faults(tasks(near_duplicate=1.0), distinct=0.7).count("near duplicate") > 0.98 * len(found)


def test_replies_fall_short_or_break_in_the_share_that_was_set() -> None:
    few = read(count_error=0.3)
    assert all(0 < len(parsed.records) <= COUNT for parsed in few)
    assert_share(sum(len(parsed.records) < COUNT for parsed in few), len(few), 0.3)
    broken = read(format_error=0.3)
    assert_share(sum(not parsed.records for parsed in broken), len(broken), 0.3)
    assert {parsed.reason for parsed in broken} == {None, "no task"}


def test_held_to_a_schema_nothing_breaks() -> None:
    assert all(parsed.method == "json" for parsed in read(level="json", format_error=1.0))


def test_turning_one_dial_leaves_what_the_others_do() -> None:
    plain, turned = tasks(missing_output=0.3), tasks(missing_output=0.3, duplicate=0.4)
    assert [record["output"] for record in plain] == [record["output"] for record in turned]
    same = [a == b for a, b in zip(plain, turned, strict=True)]
    assert_share(len(same) - sum(same), len(same), 0.4)
    whole, some = ask(format_error=0), ask(format_error=0.5)
    assert 0.3 < sum(a == b for a, b in zip(whole, some, strict=True)) / REPLIES < 0.7


@pytest.mark.parametrize("level", ["text", "json"])
def test_answers(level: str) -> None:
    found = read("answers", level)
    assert {parsed.method for parsed in found} == {"whole" if level == "text" else "json"}
    assert len({parsed.records[0]["output"] for parsed in found}) > 50
    empty = read("answers", level, missing_output=0.3)
    assert_share(sum(parsed.reason == "empty" for parsed in empty), len(empty), 0.3)
    short = read("answers", level, short=0.3)
    assert_share(sum(parsed.records[0]["output"] in load_words()["short"] for parsed in short), len(short), 0.3)


def test_a_dial_that_does_not_fit_is_refused() -> None:
    with pytest.raises(Unusable, match="made-up tasks"):
        ask("answers", duplicate=0.5)
    for dial in DIALS:
        with pytest.raises(Unusable, match="probability"):
            ask(**{dial: 2})

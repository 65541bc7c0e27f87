"""The fake's texts: what each dial adds, in the share that it says, and that it leaves the others alone."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from harness.backends.fake import Backend
from harness.datatypes import text
from harness.errors import Unusable
from harness.types import Cell, Connect, Constraint, ModelIdentity, Request

FORMAL = ("do not", "did not", "cannot", "however", "therefore", "numerous", "obtain", "it is", "i am", "i have")
ASKED = {"task": "rewrite", "several": 1, "seed": "post", "words": None}
TOPICS = set("bread wheel water ending half seat tree costumes battery coffee fish sofa".split())  # noqa: SIM905
N = 400


def ask(
    n: int = N, asked: Mapping[str, Any] = ASKED, constraint: Constraint | None = None, **dials: Any
) -> list[tuple[str, Cell]]:
    backend = Backend(ModelIdentity("fake", "fake", "fake", parameters=dials), Connect())
    level = {"format": "json"} if constraint else {}

    async def all_of_them() -> list[tuple[str, Cell]]:
        made = []
        for seed in range(n):
            cell = Cell(
                "d", f"i{seed % 40}", seed, fields={"post": "My seed."}, asked=asked, datatype="text", levels=level
            )
            reply = await backend.complete(Request(f"generation_{seed}", (), {}, seed, cell, constraint))
            made.append((reply.text, cell))
        return made

    return asyncio.run(all_of_them())


def texts(**given: Any) -> list[str]:
    return [said for said, _ in ask(**given)]


def share(said: list[str], pattern: str) -> float:
    return sum(re.search(pattern, one) is not None for one in said) / len(said)


def test_at_zero_texts_are_varied_and_plain() -> None:
    said = texts()
    assert len(set(said)) > 0.85 * N
    assert len({len(one.split()) for one in said}) > 20
    assert not any(word in one.lower() for one in said for word in FORMAL)
    assert not share(said, "like a |Sure|[a-z]$")
    assert "My seed." not in said
    for one, cell in ask():
        assert text.parse(one, cell).records == ({"text": one},)
        assert text.parse(one, cell).method == "whole"


def test_two_texts_of_one_item_have_one_topic() -> None:
    rows = ask(asked={**ASKED, "several": 1}, length=5)
    for key in ("i0", "i1", "i2"):
        said = [one for one, cell in rows if cell.key == key]
        words = set.intersection(*(set(re.findall(r"\w+", one.lower())) for one in said))
        assert len(words & TOPICS) == 1


def test_formality() -> None:
    everything = texts(formality=1)
    assert not share(everything, r"n't|I'm|I've|it's|we'll|Lots of")
    half = texts(formality=0.5)
    contracted, full = (sum(len(re.findall(p, one)) for one in half) for p in (r"\bI'm\b", r"\bI am\b"))
    assert full / (full + contracted) == pytest.approx(0.5, abs=0.12)


def test_length_adds_sentences() -> None:
    stops = [sum(len(re.findall(r"[.!?]", one)) for one in texts(length=length)) for length in (0, 1, 3)]
    assert stops[1] / stops[0] == pytest.approx(2, rel=0.1)
    assert stops[2] / stops[0] == pytest.approx(4, rel=0.1)


def test_overuse() -> None:
    said = texts(overuse={"tapestry": 0.25}, length=1)
    sentences = [one for each in said for one in re.findall(r"[^.!?]+[.!?]", each)]
    assert share(sentences, "tapestry") == pytest.approx(0.25, abs=0.05)
    assert len(sentences) == sum(len(re.findall(r"[.!?]", one)) for one in texts(length=1))


def test_metaphor() -> None:
    sentences = [one for each in texts(metaphor=0.4) for one in re.findall(r"[^.!?]+[.!?]", each)]
    assert share(sentences, "like (a|bread)") == pytest.approx(0.4, abs=0.06)


def test_copy() -> None:
    assert share(texts(copy=0.3), r"^My seed\.$") == pytest.approx(0.3, abs=0.07)
    asked = {**ASKED, "task": "continue"}
    for (plain, _), (said, cell) in zip(ask(n=50, asked=asked), ask(n=50, asked=asked, copy=1), strict=True):
        assert said == f"My seed. {plain}"
        parsed = text.parse(said, cell)
        assert (parsed.method, parsed.records[0]["text"]) == ("without prompt", plain)


def test_preamble_is_said_and_read_away() -> None:
    plain, wordy = ask(), ask(preamble=0.5)
    parsed = [text.parse(said, cell) for said, cell in wordy]
    assert sum(one.method == "after preamble" for one in parsed) / N == pytest.approx(0.5, abs=0.07)
    assert [one.records[0]["text"] for one in parsed] == [said for said, _ in plain]


def test_truncate() -> None:
    assert share(texts(truncate=0.5), r"[^.!?]$") == pytest.approx(0.5, abs=0.07)


def test_a_dial_leaves_the_draws_of_the_others() -> None:
    plain, longer = texts(), texts(length=1)
    assert all(long.startswith(short.rstrip(".!?")) for short, long in zip(plain, longer, strict=True))
    formal = texts(formality=1)
    assert [re.findall(r"[.!?]", one) for one in formal] == [re.findall(r"[.!?]", one) for one in plain]
    cut = texts(truncate=0.5)
    assert all(a == b or b.startswith(a) for a, b in zip(cut, plain, strict=True))


@pytest.mark.parametrize("dials", [{}, {"preamble": 1.0, "truncate": 0.5, "copy": 0.3}])
def test_several_texts_and_json(dials: dict[str, float]) -> None:
    asked = {**ASKED, "several": 3}
    for said, cell in ask(n=60, asked=asked, **dials):
        parsed = text.parse(said, cell)
        assert (len(parsed.records), parsed.method) == (3, "listed")
    held = text.constraint({}, (), {"format": "json"})
    for said, cell in ask(n=60, asked=asked, constraint=held, **dials):
        assert list(json.loads(said)) == ["texts"]
        assert (len(text.parse(said, cell).records), text.parse(said, cell).method) == (3, "json")


@pytest.mark.parametrize(
    ("dials", "asked"),
    [
        ({"length": -1}, ASKED),
        ({"overuse": ["delve"]}, ASKED),
        ({"overuse": {"delve": 2}}, ASKED),
        ({"formality": 2}, ASKED),
        ({"copy": 0.5}, {**ASKED, "task": "write", "seed": None}),
    ],
)
def test_a_dial_that_does_not_fit_is_refused(dials: dict[str, Any], asked: dict[str, Any]) -> None:
    with pytest.raises(Unusable, match=next(iter(dials))):
        ask(n=1, asked=asked, **dials)

"""The fake's dials in a simulation: each has its effect at a known strength, and none at 0."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any

import pytest

from harness.backends.fake import Backend
from harness.datatypes import simulation as sim
from harness.errors import Unusable
from harness.types import Cell, Connect, Message, ModelIdentity, Request, Said

MARKED = {
    "roles": ["user", "assistant"],
    "turns": 8,
    "done": ["<DONE>"],
    "marks": {"user": "Instruction:", "assistant": "Solution:"},
}
PLAIN = {"roles": ["Ann", "Ben"], "turns": 8}
GAME = {"roles": ["proposer", "responder"], "turns": 2, "numbers": ["proposer", "responder"], "range": [0, 100]}
N = 1500


def hold(rules: dict[str, Any], dialogue: int = 0, turns: int = 8, **dials: Any) -> list[str]:
    """Hold one dialogue to its limit, whatever would end it."""
    backend = Backend(ModelIdentity("m", "fake", "fake", parameters=dials), Connect())
    asked, said = sim.Config(**rules).model_dump(), []
    for turn in range(turns):
        cell = Cell("d", str(dialogue), 0, asked=asked, turn=turn, history=tuple(said), datatype="simulation")
        request = Request(f"g{turn}", (Message("user", "?"),), {}, 1000 * dialogue + turn, cell)
        said.append(Said(turn, asyncio.run(backend.complete(request)).text, "stop"))
    return [one.text for one in said]


def second(rules: dict[str, Any], n: int = N, turn: int = 2, **dials: Any) -> list[str]:
    """Say the third turn of many dialogues that began alike."""
    backend = Backend(ModelIdentity("m", "fake", "fake", parameters=dials), Connect())
    asked = sim.Config(**rules).model_dump()
    history = tuple(Said(t, f"earlier {t}", "stop") for t in range(turn))

    async def say() -> list[str]:
        told = []
        for seed in range(n):
            cell = Cell("d", str(seed % 50), 0, asked=asked, turn=turn, history=history, datatype="simulation")
            told.append((await backend.complete(Request("g", (), {}, seed, cell))).text)
        return told

    return asyncio.run(say())


def assert_share(hits: int, p: float, n: int = N) -> None:
    assert abs(hits / n - p) <= 4 * math.sqrt(p * (1 - p) / n)


@pytest.mark.parametrize("rules", [MARKED, PLAIN], ids=["marked", "plain"])
def test_at_0_a_dialogue_is_sensible_and_ends_by_the_limit(rules: dict[str, Any]) -> None:
    config = {**rules, "flips": dict.fromkeys(rules.get("marks", ()), 1), "farewells": 1}
    config["no_instruction"] = dict.fromkeys(rules.get("marks", ()), 1)
    asked = sim.Config(**config).model_dump()
    for dialogue in range(40):
        texts = hold(config, dialogue)
        assert len(set(texts)) == 8  # nobody repeats anybody
        told: list[Any] = []
        for turn, text in enumerate(texts):
            history = tuple(Said(t, one, "stop") for t, one in enumerate(texts[:turn]))
            told += sim.parse(text, Cell("d", "1", 0, asked=asked, turn=turn, history=history)).records
        assert [one["stop"] for one in told] == [None] * 7 + ["limit"]
        if "marks" in rules:
            assert [one["mark"] for one in told] == ["user", "assistant"] * 4


def test_a_dialogue_has_one_topic() -> None:
    from harness.backends._fake_simulation import _sentences

    for dialogue in range(20):
        parts = {
            sentence: topic for topic, of in _sentences()["topics"].items() for part in of.values() for sentence in part
        }
        assert len({parts[text] for text in hold(PLAIN, dialogue)}) == 1


DIALS: list[tuple[str, dict[str, Any], Callable[[str], bool]]] = [
    ("early_end", MARKED, lambda text: text == "<DONE>"),
    ("early_end", PLAIN, lambda text: "goodbye" in text.lower()),
    ("farewell", MARKED, lambda text: "goodbye" in text.lower() and text.startswith("Instruction:")),
    ("repetition", PLAIN, lambda text: text == "earlier 0"),
    ("role_flip", MARKED, lambda text: text.startswith("Solution:") and "Instruction:" not in text),
    ("role_flip", PLAIN, lambda text: "the Ben" in text),
    ("interruption", MARKED, lambda text: not text.startswith("Instruction:")),
]


@pytest.mark.parametrize(("dial", "rules", "shows"), DIALS, ids=[f"{dial}-{len(rules)}" for dial, rules, _ in DIALS])
@pytest.mark.parametrize("p", [0.0, 0.25, 1.0])
def test_a_dial_shows_in_its_share_and_leaves_the_rest(
    dial: str, rules: dict[str, Any], shows: Callable[[str], bool], p: float
) -> None:
    before, after = second(rules), second(rules, **{dial: p})
    hits = sum(map(shows, after))
    assert_share(hits, p)
    assert sum(a != b for a, b in zip(after, before, strict=True)) == hits


def test_dials_are_drawn_apart() -> None:
    alone = [text == "earlier 0" for text in second(PLAIN, repetition=0.3)]
    beside = [text == "earlier 0" for text in second(PLAIN, repetition=0.3, farewell=0.5, role_flip=0.5, length=3)]
    assert alone == beside


def test_a_first_turn_has_nothing_to_repeat() -> None:
    assert second(PLAIN, 50, turn=0, repetition=1.0) == second(PLAIN, 50, turn=0)


def test_length_counts_sentences() -> None:
    short, long = second(PLAIN, 200), second(PLAIN, 200, length=4)
    assert all(b.startswith(a) and b.count(" ") > 2 * a.count(" ") for a, b in zip(short, long, strict=True))


def numbers(**dials: Any) -> list[float]:
    return [float(text) for text in second(GAME, turn=0, **dials)]


def test_numbers_are_within_the_range_and_lean_by_the_dial() -> None:
    level, leaned = numbers(), numbers(lean=0.2)
    assert all(0 <= n <= 100 and n == int(n) for n in level) and len(set(level)) > 20
    assert [b - a for a, b in zip(level, leaned, strict=True)] == pytest.approx([20] * N, abs=20)
    assert sum(leaned) / N - sum(level) / N == pytest.approx(20, abs=1)
    assert set(numbers(lean=1.0)) == {100} and set(numbers(lean=-1)) == {0}
    assert numbers(farewell=1, role_flip=1, interruption=1, early_end=1, repetition=1) == level


def test_people_near_one_item_are_near_each_other() -> None:
    level = numbers()
    spread = [max(level[item::50]) - min(level[item::50]) for item in range(50)]
    means = [sum(level[item::50]) / 30 for item in range(50)]
    assert max(means) - min(means) > 20 and max(spread) < 70


@pytest.mark.parametrize(
    "dials", [{"length": 0}, {"length": 1.5}, {"length": True}, {"lean": 2}, {"lean": "up"}, {"role_flip": 1.5}]
)
def test_a_dial_that_does_not_fit_is_refused(dials: dict[str, Any]) -> None:
    with pytest.raises(Unusable, match=next(iter(dials))):
        second(GAME if "lean" in dials else PLAIN, 1, turn=0, **dials)


def test_a_refusal_is_said_in_words() -> None:
    texts = second(PLAIN, refusal=0.3)
    assert_share(sum(a != b for a, b in zip(texts, second(PLAIN), strict=True)), 0.3)

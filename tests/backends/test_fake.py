"""The fake's dials: each has its effect at a known strength, and none at 0."""

from __future__ import annotations

import asyncio
import json
import math
import time
from typing import Any

import pytest

from harness.backends.fake import Backend, load_sentences, names_any
from harness.datatypes.label import constraint as constrain
from harness.errors import Passing, Rejected, Unusable
from harness.types import Cell, Connect, Constraint, Message, ModelIdentity, Reply, Request

OPTIONS = ("b", "c", "a")
PROBS = {"a": 0.2, "b": 0.3, "c": 0.5}
DRAWS = 2000


def make_backend(**dials: Any) -> Backend:
    return Backend(ModelIdentity("demo", "fake", "fake", parameters=dials), Connect())


def make_request(
    seed: int,
    options: tuple[str, ...] = OPTIONS,
    key: str = "1",
    fields: dict[str, Any] | None = None,
    constraint: Constraint | None = None,
) -> Request:
    cell = Cell("data", key, 0, options, fields or {})
    return Request(f"generation_{seed}", (Message("user", "one two three"),), {}, seed, cell, constraint)


def ask(backend: Backend, *requests: Request) -> list[Reply]:
    async def run() -> list[Reply]:
        return [await backend.complete(request) for request in requests]

    return asyncio.run(run())


def ask_once(backend: Backend, request: Request) -> Reply:
    """Drive the coroutine by hand: a loop per call would cost more than the test."""
    try:
        backend.complete(request).send(None)
    except StopIteration as done:
        reply: Reply = done.value
        return reply
    raise AssertionError("the fake waited")


def answers(draws: int = DRAWS, options: tuple[str, ...] = OPTIONS, **dials: Any) -> list[str]:
    replies = ask(make_backend(**dials), *(make_request(seed, options) for seed in range(draws)))
    return [reply.text for reply in replies]


def assert_share(hits: int, n: int, p: float) -> None:
    """Five standard errors: one false alarm in two million, and the seeds are fixed anyway."""
    assert abs(hits / n - p) <= 5 * math.sqrt(p * (1 - p) / n) + 1e-12, (hits / n, p)


def test_same_seed_same_reply() -> None:
    dials: dict[str, Any] = {"verbosity": 0.5, "garble": 0.2, "refusal": 0.1}
    assert answers(300, **dials) == answers(300, **dials)


def test_reply_carries_counts_and_names() -> None:
    [reply] = ask(make_backend(probs={"a": 1}), make_request(1))
    assert reply == Reply("a", "stop", 3, 1, "fake", "fake-1")


@pytest.mark.parametrize(
    ("dials", "expected"),
    [
        ({}, PROBS),
        ({"position_bias": 0.4}, {"b": 0.3 * 0.6 + 0.4, "c": 0.5 * 0.6, "a": 0.2 * 0.6}),
        ({"majority_pull": 0.4}, {"b": 0.3 * 0.6, "c": 0.5 * 0.6 + 0.4, "a": 0.2 * 0.6}),
        ({"shift": {"a": 0.25}}, {"b": 0.3 * 0.75, "c": 0.5 * 0.75, "a": 0.2 * 0.75 + 0.25}),
        ({"shift": ["a", 0.25]}, {"b": 0.3 * 0.75, "c": 0.5 * 0.75, "a": 0.2 * 0.75 + 0.25}),
        ({"shift": {"a": 0.25, "b": 0.25}}, {"b": 0.4, "c": 0.25, "a": 0.35}),
        ({"position_bias": 1}, {"b": 1, "c": 0, "a": 0}),
        ({"majority_pull": 1}, {"b": 0, "c": 1, "a": 0}),
        ({"shift": {"a": 1.0}}, {"b": 0, "c": 0, "a": 1}),
    ],
)
def test_label_dial_moves_shares_as_said(dials: dict[str, Any], expected: dict[str, float]) -> None:
    texts = answers(probs=PROBS, **dials)
    for option, share in expected.items():
        assert_share(texts.count(option), DRAWS, share)


def test_dials_at_zero_change_nothing() -> None:
    names = ("majority_pull", "position_bias", "refusal", "garble", "verbosity", "failure", "reject", "delay")
    zeros: dict[str, Any] = dict.fromkeys(names, 0)
    assert answers(500, **zeros, shift={"a": 0}) == answers(500)


def test_turning_one_dial_leaves_the_other_answers_alone() -> None:
    plain, biased = answers(), answers(position_bias=0.3)
    changed = sum(one != other for one, other in zip(plain, biased, strict=True))
    assert all(other in (one, "b") for one, other in zip(plain, biased, strict=True))
    assert 0 < changed < 0.35 * DRAWS


def test_order_shown_changes_no_answer_without_position_bias() -> None:
    assert answers(500, OPTIONS) == answers(500, tuple(sorted(OPTIONS)))


def test_latent_distribution_is_the_items_and_nobody_elses() -> None:
    def share(key: str, **dials: Any) -> float:
        requests = (make_request(seed, key=key) for seed in range(300))
        return [r.text for r in ask(make_backend(**dials), *requests)].count("a") / 300

    assert share("1") == share("1", delay=0)
    shares = [share(str(key)) for key in range(40)]
    # Dirichlet(0.35, 0.35, 0.35): mean 1/3, variance (1/3)(2/3)/2.05 = 0.108; uniform p would have 0.
    mean = sum(shares) / 40
    assert 0.15 < mean < 0.52
    assert sum((s - mean) ** 2 for s in shares) / 40 > 0.04


@pytest.mark.parametrize("truth", [{"a": 3, "c": 1}, '{"a": 0.75, "c": 0.25}', {"a": 3, "b": None, "c": 1}])
def test_truth_is_read_from_the_items_field(truth: Any) -> None:
    backend = make_backend(truth="said")
    requests = [make_request(seed, fields={"said": truth}) for seed in range(DRAWS)]
    texts = [reply.text for reply in ask(backend, *requests)]
    assert_share(texts.count("a"), DRAWS, 0.75)
    assert texts.count("b") == 0


@pytest.mark.parametrize("kind", ["refusal", "garble"])
def test_refusal_and_garble_name_no_option(kind: str) -> None:
    dials: dict[str, Any] = {kind: 0.2}
    texts = answers(**dials)
    odd = [text for text in texts if text not in OPTIONS]
    assert_share(len(odd), DRAWS, 0.2)
    assert set(odd) <= set(load_sentences()[kind])
    assert not any(names_any(text, OPTIONS) for text in odd)


@pytest.mark.parametrize("options", [OPTIONS, ("Yes", "No"), ("I", "my", "words", "answer"), ("1", "2")])
def test_verbosity_wraps_and_names_exactly_one_option(options: tuple[str, ...]) -> None:
    plain, wordy = answers(options=options), answers(options=options, verbosity=0.3)
    wrapped = 0
    for label, text in zip(plain, wordy, strict=True):
        wrapped += text != label
        assert [option for option in options if names_any(text, (option,))] == [label]
    assert_share(wrapped, DRAWS, 0.3)


def test_failure_passes_after_its_attempts() -> None:
    backend, failed = make_backend(failure=0.3, failure_attempts=2), 0
    calm = make_backend()
    for seed in range(1000):
        request = make_request(seed)
        tries = 0
        while True:
            try:
                reply = ask_once(backend, request)
                break
            except Passing:
                tries += 1
        assert tries in (0, 2)
        failed += tries == 2
        assert reply == ask_once(calm, request)
    assert_share(failed, 1000, 0.3)


def test_reject_is_lasting() -> None:
    backend = make_backend(reject=0.2)

    def rejected(seed: int) -> bool:
        try:
            ask_once(backend, make_request(seed))
        except Rejected:
            return True
        return False

    first = [rejected(seed) for seed in range(DRAWS)]
    assert_share(sum(first), DRAWS, 0.2)
    assert first == [rejected(seed) for seed in range(DRAWS)]


def test_delay_waits() -> None:
    start = time.perf_counter()
    answers(1, delay=0.05)
    assert time.perf_counter() - start >= 0.045


def test_open_cells_get_a_short_text() -> None:
    texts = answers(200, options=())
    assert set(texts) <= set(load_sentences()["open"]) and len(set(texts)) > 1
    assert answers(200, options=()) == texts


@pytest.mark.parametrize(
    ("dials", "said"),
    [
        ({"position_bais": 0.1}, "position_bias"),
        ({"garble": 1.5}, "garble"),
        ({"garble": True}, "garble"),
        ({"garble": "much"}, "garble"),
        ({"delay": -1}, "delay"),
        ({"shift": {"a": 2}}, "shift"),
        ({"shift": "a"}, "shift"),
        ({"truth": "said", "probs": PROBS}, "truth"),
    ],
)
def test_bad_dial_is_named(dials: dict[str, Any], said: str) -> None:
    with pytest.raises(Unusable, match=said):
        make_backend(**dials)


@pytest.mark.parametrize(
    "dials",
    [
        {"truth": "nowhere"},
        {"probs": {"z": 1}},
        {"probs": {"a": 0}},
        {"probs": {"a": -1, "b": 2}},
        {"shift": {"z": 1}},
    ],
)
def test_dial_that_does_not_fit_the_item_is_unusable(dials: dict[str, Any]) -> None:
    with pytest.raises(Unusable) as caught:
        ask_once(make_backend(**dials), make_request(1))
    assert "remedy" in str(caught.value)


# Under a constraint


def held(level: str) -> Constraint:
    made = constrain({}, OPTIONS, {"format": level})
    assert made is not None
    return made


def replies(level: str, draws: int = 500, **dials: Any) -> list[Reply]:
    return ask(make_backend(**dials), *(make_request(seed, constraint=held(level)) for seed in range(draws)))


def test_a_constraint_changes_no_label() -> None:
    plain = answers(500)
    assert [reply.text for reply in replies("choice")] == plain
    assert [json.loads(reply.text) for reply in replies("json")] == [{"label": text} for text in plain]


@pytest.mark.parametrize("level", ["json", "choice"])
def test_what_is_held_is_neither_garbled_nor_wordy(level: str) -> None:
    assert replies(level, garble=1, verbosity=1) == replies(level)


def test_an_object_may_be_refused_and_a_choice_not() -> None:
    assert replies("choice", refusal=1) == replies("choice")
    assert {reply.text for reply in replies("json", refusal=1)} <= set(load_sentences()["refusal"])


DIALS: list[dict[str, Any]] = [
    {},
    {"shift": {"a": 0.25}},
    {"position_bias": 0.4},
    {"majority_pull": 0.4},
    {"shift": {"a": 0.2, "b": 0.1}, "position_bias": 0.3, "majority_pull": 0.5},
]


@pytest.mark.parametrize("dials", DIALS, ids=str)
def test_scores_are_what_the_dials_make_of_p_in_expectation(dials: dict[str, Any]) -> None:
    [reply] = replies("scores", 1, probs=PROBS, **dials)
    assert (reply.text, reply.finish_reason, reply.tokens_out) == ("", "scores", 0)
    assert reply.scores is not None
    assert sum(map(math.exp, reply.scores.values())) == pytest.approx(1)
    texts = answers(probs=PROBS, **dials)
    for option, score in reply.scores.items():
        assert_share(texts.count(option), DRAWS, math.exp(score))


def test_scores_leave_out_what_is_never_said() -> None:
    [reply] = replies("scores", 1, probs={"a": 1})
    assert reply.scores == {"a": 0.0}
    [reply] = replies("scores", 1, probs=PROBS, refusal=0.5, garble=0.5)
    assert sum(map(math.exp, (reply.scores or {}).values())) == pytest.approx(0.25)
    assert replies("scores", 1, garble=1)[0].scores == {}


def test_a_schema_of_more_than_a_label_is_filled() -> None:
    part = {
        "label": {"type": "string", "enum": ["a", "b", "c"]},
        "why": {"type": "string"},
        "sure": {"type": "boolean"},
    }
    more = {"n": {"type": "integer"}, "kind": {"type": "string", "enum": ["x"]}, "maybe": {"type": ["string", "null"]}}
    schema = Constraint("json", schema={"type": "object", "properties": {**part, **more}})
    [reply] = ask(make_backend(probs={"a": 1}), make_request(1, constraint=schema))
    made = json.loads(reply.text)
    assert (made["label"], made["kind"], made["n"], made["maybe"]) == ("a", "x", 1, None)
    assert isinstance(made["why"], str) and isinstance(made["sure"], bool)

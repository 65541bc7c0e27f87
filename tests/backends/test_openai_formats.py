"""The openai backend under a constraint: the wire, scores of a first token, and what else an answer tells."""

from __future__ import annotations

import json
import math
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness.backends._allowance import read_allowance, read_reset
from harness.backends._constraint import score_options, write_grammar
from harness.backends.openai import Backend
from harness.datatypes import label
from harness.errors import Unusable
from harness.types import Allowance, Cell, Connect, Constraint, Message, ModelIdentity, Reply, Request
from tests.openai_server import Answer, Server, chat

YES = ("yes", "no")
MESSAGES = (Message("system", "Be brief."), Message("user", "Ünïcode → 😀?"))
JSON = label.constraint({}, ("yes", "nö"), {"format": "json"})
assert JSON is not None


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as server:
        yield server


def make_request(constraint: Constraint | None, ask: dict[str, Any] | None = None) -> Request:
    return Request("generation_1", MESSAGES, ask or {}, 42, Cell("data", "1", 0, YES), constraint)


async def ask_once(
    server: Server,
    constraint: Constraint | None = None,
    ask: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    **connect: Any,
) -> Reply:
    identity = ModelIdentity("demo", "openai", "demo-model", parameters=parameters or {})
    backend = Backend(identity, Connect(base_url=server.url, **connect))
    try:
        return await backend.complete(make_request(constraint, ask))
    finally:
        await backend.close()


def told(*top: tuple[str, float], **more: Any) -> dict[str, Any]:
    """Make the log-probabilities of a first token from tokens and probabilities."""
    listed = [{"token": token, "logprob": math.log(p), "bytes": list(token.encode())} for token, p in top]
    return {"content": [{**listed[0], "top_logprobs": listed, **more}], "refusal": None}


def scored(*top: tuple[str, float], finish: str = "length") -> Answer:
    body = chat(top[0][0], finish)
    body["choices"][0]["logprobs"] = told(*top)
    return Answer(body=body)


# The wire


SCHEMA = {"name": "answer", "schema": JSON.schema, "strict": True}
WIRE = [
    ("json", JSON, {}, {"response_format": {"type": "json_schema", "json_schema": SCHEMA}}, {}),
    ("choice", Constraint("choice", YES), {}, {}, {"structured_outputs": {"choice": ["yes", "no"]}}),
    ("grammar", Constraint("choice", YES), {"choice_by": "grammar"}, {}, {"grammar": 'root ::= "yes" | "no"'}),
    (
        "enum",
        Constraint("choice", YES),
        {"choice_by": "json_schema"},
        {"response_format": {"type": "json_schema", "json_schema": {
            "name": "answer", "schema": {"type": "string", "enum": ["yes", "no"]}, "strict": True}}},
        {},
    ),
]  # fmt: skip
ASKED = {"temperature": 0.5, "top_p": 0.9, "seed": 3, "max_completion_tokens": 9, "stop": ["\n"], "user": "u"}
MORE = {"reasoning_effort": "low", "frequency_penalty": 0.1, "logit_bias": {"5": -1}, "service_tier": "flex"}


@pytest.mark.parametrize(("constraint", "connect", "fields", "extra"), [w[1:] for w in WIRE], ids=[w[0] for w in WIRE])
async def test_sends_what_the_openai_package_sends(
    server: Server, constraint: Constraint, connect: dict[str, Any], fields: dict[str, Any], extra: dict[str, Any]
) -> None:
    openai = pytest.importorskip("openai")
    beside = {"chat_template_kwargs": {"enable_thinking": False}, "top_k": 20, "min_p": 0.1}
    told = {"logprobs": True, "top_logprobs": 5, "verbosity": "low", "store": False}
    ask = {**ASKED, **MORE, **told, **beside}
    await ask_once(server, constraint, ask, **connect)
    async with openai.AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as client:
        await client.chat.completions.create(
            model="demo-model",
            messages=[{"role": m.role, "content": m.content} for m in MESSAGES],
            extra_body={**beside, **extra},
            **ASKED,
            **MORE,
            **told,
            **fields,
        )
    ours, theirs = server.seen
    assert ours.body == theirs.body
    # Same pieces in the same encoding: only the order of the keys may differ.
    assert sorted(ours.raw) == sorted(theirs.raw)


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_scores_ask_for_one_token_and_those_beside_it(server: Server, name: str) -> None:
    openai = pytest.importorskip("openai")
    server.script = [scored(("yes", 0.9), ("no", 0.1))]
    await ask_once(server, Constraint("scores", YES), {"temperature": 0.5, name: 30})
    async with openai.AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as client:
        await client.chat.completions.create(
            model="demo-model",
            messages=[{"role": m.role, "content": m.content} for m in MESSAGES],
            temperature=0.5,
            logprobs=True,
            top_logprobs=20,
            **{name: 1},
        )
    ours, theirs = server.seen
    assert ours.body == theirs.body
    assert sorted(ours.raw) == sorted(theirs.raw)


async def test_a_server_that_gives_fewer_is_asked_for_fewer(server: Server) -> None:
    server.script = [scored(("yes", 0.9), ("no", 0.1))]
    await ask_once(server, Constraint("scores", YES), {"top_logprobs": 5})
    assert server.seen[0].body["top_logprobs"] == 5 and server.seen[0].body["max_tokens"] == 1


async def test_free_text_sends_nothing_more(server: Server) -> None:
    await ask_once(server, None, {"temperature": 0}, choice_by="grammar")
    assert set(server.seen[0].body) == {"model", "messages", "temperature"}


@pytest.mark.parametrize(
    ("constraint", "asked", "named"),
    [
        (JSON, {"response_format": {"type": "json_object"}}, "response_format"),
        (JSON, {"structured_outputs": {"regex": "a"}}, "structured_outputs"),
        (Constraint("choice", YES), {"response_format": {"type": "text"}}, "response_format"),
        (Constraint("choice", YES), {"grammar": "root ::= [a]"}, "grammar"),
        (Constraint("scores", YES), {"logprobs": True}, "logprobs"),
    ],
)
@pytest.mark.parametrize("place", ["ask", "parameters"])
async def test_what_a_constraint_sets_cannot_be_set_twice(
    server: Server, constraint: Constraint, asked: dict[str, Any], named: str, place: str
) -> None:
    with pytest.raises(Unusable, match=named) as caught:
        await ask_once(server, constraint, **{place: asked})  # type: ignore[arg-type]
    assert "out of [ask]" in caught.value.remedy
    assert not server.seen


async def test_an_unknown_way_to_choose_is_named(server: Server) -> None:
    with pytest.raises(Unusable, match="guided") as caught:
        await ask_once(server, Constraint("choice", YES), choice_by="guided")
    assert "llama.cpp" in caught.value.remedy and "connect.choice_by" in caught.value.where


@pytest.mark.parametrize(
    "base_url", ["https://api.openai.com/v1", "https://eu.api.openai.com/v1", "https://mine.openai.azure.com/openai/v1"]
)
@pytest.mark.parametrize("choice_by", ["structured_outputs", "json_schema"])
def test_openai_and_azure_take_no_choice(base_url: str, choice_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    backend = Backend(ModelIdentity("demo", "openai", "m"), Connect(base_url=base_url, choice_by=choice_by))
    with pytest.raises(Unusable, match="choice of words") as caught:
        backend.encode(make_request(Constraint("choice", YES)))
    assert "json" in caught.value.remedy
    assert backend.encode(make_request(JSON)) and backend.encode(make_request(Constraint("scores", YES)))


def test_a_grammar_escapes_what_would_end_a_word() -> None:
    made = write_grammar(['say "no"', "back\\slash", "two\nlines", "[x]", "Ünï", "bell\x07"])
    assert made == (
        'root ::= "say \\"no\\"" | "back\\\\slash" | "two\\nlines" | "[x]" | "Ünï" | "bell\\x07"'
    )  # fmt: skip


async def test_a_choice_in_quotes_is_read_by_the_data_type(server: Server) -> None:
    server.script = [Answer(body=chat('"yes"'))]
    reply = await ask_once(server, Constraint("choice", YES), choice_by="json_schema")
    parsed = label.parse(reply.text, Cell("data", "1", 0, YES, {}, {"format": "choice"}))
    assert parsed.records == ({"label": "yes"},)


# Scores


def scores_of(options: tuple[str, ...], *top: tuple[str, float]) -> dict[str, float]:
    made = score_options(told(*top), options)
    assert made is not None
    return {option: round(math.exp(score), 6) for option, score in made.items()}


@pytest.mark.parametrize(
    ("options", "top", "expected"),
    [
        (YES, [("yes", 0.6), ("no", 0.3), ("maybe", 0.1)], {"yes": 0.6, "no": 0.3}),
        # Another spelling, a space before it, a stop behind it: the same answer.
        (YES, [("yes", 0.3), (" yes", 0.1), ("Yes", 0.1), ("YES", 0.1), ("▁yes", 0.1), ("yes,", 0.1)], {"yes": 0.8}),
        # A word that only goes on from an option is another word.
        (YES, [("yesterday", 0.5), ("not", 0.2), ("now", 0.1), ("no", 0.1)], {"no": 0.1}),
        # The beginning of one option, by its own spelling.
        (("ironic", "sincere"), [("iron", 0.5), ("Iron", 0.1), ("sin", 0.2)], {"ironic": 0.6, "sincere": 0.2}),
        # "I think", "A good question" and "It" are no beginnings of "ironic", "agree" and "Italian".
        (("ironic", "agree"), [("I", 0.5), ("A", 0.3), ("a", 0.1)], {}),
        (("italian", "french"), [("It", 0.5), ("it", 0.2)], {"italian": 0.7}),
        (("I agree", "you agree"), [("I", 0.5), ("You", 0.2)], {"I agree": 0.5, "you agree": 0.2}),
        (("ironic", "not ironic"), [("iron", 0.5), ("not", 0.3), ("Not", 0.1)], {"ironic": 0.5, "not ironic": 0.4}),
        # What may begin two options counts for neither, and is told.
        (("hate", "hate speech"), [("hate", 0.6), ("h", 0.1)], {"": 0.7}),
        (("1", "10", "7"), [("1", 0.5), ("10", 0.2), ("7", 0.1)], {"": 0.5, "10": 0.2, "7": 0.1}),
        (("no", "not sure", "yes"), [("no", 0.3), ("not", 0.2), ("yes", 0.4)], {"": 0.3, "not sure": 0.2, "yes": 0.4}),
        (("positive", "possible"), [("pos", 0.2), ("positive", 0.5), ("poss", 0.1)],
         {"": 0.2, "positive": 0.5, "possible": 0.1}),
        (("-1", "1"), [("-", 0.4), ("-1", 0.2), ("1", 0.3)], {"-1": 0.2, "1": 0.3}),
        (("-1", "-2"), [("-", 0.4), ("-1", 0.2)], {"": 0.4, "-1": 0.2}),
        # A space, a line or a quote begins every answer, and so none.
        (YES, [(" ", 0.3), ("\n", 0.1), ('"', 0.1), ("yes", 0.2)], {"yes": 0.2}),
    ],
)  # fmt: skip
def test_tokens_are_added_up_to_options(
    options: tuple[str, ...], top: list[tuple[str, float]], expected: dict[str, float]
) -> None:
    assert scores_of(options, *top) == pytest.approx(expected)


def test_a_piece_of_a_character_counts_by_its_bytes() -> None:
    first, second = "讽刺".encode(), "真诚".encode()
    top = [
        {"token": "\\xe8\\xae", "logprob": math.log(0.4), "bytes": list(first[:2])},
        {"token": "\\xe7\\x9c", "logprob": math.log(0.3), "bytes": list(second[:2])},
    ]
    made = score_options({"content": [{"top_logprobs": top}]}, ("讽刺", "真诚"))
    assert made == pytest.approx({"讽刺": math.log(0.4), "真诚": math.log(0.3)})


async def test_a_reply_of_scores(server: Server) -> None:
    server.script = [scored(("yes", 0.7), ("no", 0.2))]
    reply = await ask_once(server, Constraint("scores", YES))
    assert (reply.text, reply.finish_reason, reply.tokens_out) == ("", "scores", 2)
    assert reply.scores == pytest.approx({"yes": math.log(0.7), "no": math.log(0.2)})
    assert reply.logprobs["content"][0]["token"] == "yes"
    json.dumps(dict(reply.scores or {}), allow_nan=False)


@pytest.mark.parametrize(
    "logprobs",
    [None, {}, {"content": None}, {"content": []}, {"content": [{"token": "yes", "logprob": -0.1}]}, "x", [1]],
)
async def test_a_server_without_log_probabilities_is_unusable(server: Server, logprobs: Any) -> None:
    body = chat("yes", "length")
    body["choices"][0]["logprobs"] = logprobs
    server.script = [Answer(body=body)]
    with pytest.raises(Unusable, match="no log-probabilities"):
        await ask_once(server, Constraint("scores", YES))


async def test_a_filtered_answer_has_no_scores(server: Server) -> None:
    server.script = [Answer(body=chat("", "content_filter")), Answer(body=chat(None, refusal="No."))]
    assert (await ask_once(server, Constraint("scores", YES))).finish_reason == "content_filter"
    server.script = [Answer(body=chat(None, refusal="I can't."))]
    reply = await ask_once(server, Constraint("scores", YES))
    assert (reply.finish_reason, reply.text, reply.scores) == ("refusal", "I can't.", None)


@pytest.mark.parametrize("options", [("very bad", "very good"), ("hate", "hate speech"), ("Not me", "not you")])
async def test_options_that_no_first_token_tells_apart_are_not_paid_for(
    server: Server, options: tuple[str, ...]
) -> None:
    with pytest.raises(Unusable, match="same word") as caught:
        await ask_once(server, Constraint("scores", options))
    assert "whole options" in caught.value.remedy
    assert not server.seen


async def test_unparsed_says_that_options_begin_alike(server: Server) -> None:
    server.script = [scored(("1", 0.7), ("7", 0.2))]
    options = ("1", "10", "7")
    reply = await ask_once(server, Constraint("scores", options))
    cell = Cell("data", "1", 0, options, {}, {"format": "scores"})
    assert label.parse_scores(reply.scores or {}, cell, 0.5).reason == (
        "scores: options begin alike and cannot be told apart"
    )


# What else an answer tells


async def test_reads_tokens_reasoning_and_log_probabilities(server: Server) -> None:
    body = chat("yes", reasoning_content="Let me\x00 think.")
    body["usage"] |= {
        "prompt_tokens_details": {"cached_tokens": 5, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }
    body["choices"][0]["logprobs"] = told(("yes", 0.9))
    server.script = [Answer(body=body)]
    reply = await ask_once(server, None, {"logprobs": True})
    assert (reply.tokens_cached, reply.tokens_reasoning) == (5, 1)
    assert reply.reasoning == "Let me\ufffd think."
    assert reply.logprobs["content"][0]["token"] == "yes"
    assert reply.scores is None and reply.text == "yes"


@pytest.mark.parametrize(
    ("message", "usage", "reasoning"),
    [
        ({"reasoning": "Hm."}, {}, "Hm."),
        ({"reasoning_content": None, "reasoning": None}, {"prompt_tokens_details": None}, None),
        ({"reasoning": {"odd": 1}}, {"prompt_tokens_details": [], "completion_tokens_details": "x"}, None),
        ({}, {"prompt_tokens_details": {"cached_tokens": None}}, None),
    ],
)
async def test_odd_shapes_of_these_are_none(
    server: Server, message: dict[str, Any], usage: dict[str, Any], reasoning: str | None
) -> None:
    body = chat("yes", **message)
    body["usage"] |= usage
    server.script = [Answer(body=body)]
    reply = await ask_once(server)
    assert (reply.text, reply.reasoning, reply.tokens_cached, reply.tokens_reasoning) == ("yes", reasoning, None, None)


async def test_reads_what_is_left_off_the_headers(server: Server) -> None:
    headers = {
        "x-ratelimit-limit-requests": "5000",
        "X-RateLimit-Remaining-Requests": "4999",
        "x-ratelimit-remaining-tokens": "159976",
        "x-ratelimit-reset-requests": "12ms",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    server.script = [Answer(headers=headers), Answer()]
    assert (await ask_once(server)).allowance == Allowance(4999, 159976, 0.012, 360)
    assert (await ask_once(server)).allowance is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1s", 1), ("6m0s", 360), ("120ms", 0.12), ("2m59.56s", 179.56), ("1h2m3s", 3723), ("7.66s", 7.66),
        ("1d", 86400), ("0s", 0), ("59", 59), ("0.5", 0.5), ("0", 0), ("500us", 0.0005),
        ("soon", None), ("", None), ("-1", None), ("nan", None), ("inf", None), ("1s2", None), ("s", None),
    ],
)  # fmt: skip
def test_reads_when_it_is_full_again(value: str, seconds: float | None) -> None:
    assert read_reset(value) == (None if seconds is None else pytest.approx(seconds))


def test_reads_times_as_what_is_left_of_them() -> None:
    later = datetime.now(UTC) + timedelta(seconds=90)
    spelled = later.strftime("%Y-%m-%dT%H:%M:%SZ")
    for value in (str(int(later.timestamp() * 1000)), str(later.timestamp()), spelled):
        found = read_reset(value)
        assert found is not None and 85 < found <= 90, value
    assert read_reset(str(int(time.time() - 60))) == 0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"x-ratelimit-remaining-requests": "3"}, Allowance(3)),
        ({"x-ratelimit-remaining-tokens": "80", "x-ratelimit-reset-tokens": "2"}, Allowance(None, 80, None, 2)),
        # Azure, where it does not know.
        ({"x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "0"}, None),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "30"}, Allowance(7, None, 30, None)),
        ({"x-ratelimit-remaining-requests": "many"}, None),
        (
            {"anthropic-ratelimit-requests-remaining": "9", "anthropic-ratelimit-tokens-remaining": "1000"},
            Allowance(9, 1000),
        ),
        ({"x-ratelimit-limit-requests": "60"}, None),
    ],
)
def test_what_servers_call_it(headers: dict[str, str], expected: Allowance | None) -> None:
    assert read_allowance(headers) == expected

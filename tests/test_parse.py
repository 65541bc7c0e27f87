"""Refusals: by the finish reason, or because a reply reads like one and holds no record."""

from __future__ import annotations

import time

import pytest

from harness.backends.fake import load_sentences
from harness.parse import read_reply, reads_like_refusal
from harness.plugins import load
from harness.types import Cell, Parsed

LABEL = load("datatypes", "label")
CELL = Cell("data", "1", 0, ("ironic", "not ironic"))

REFUSALS = [
    "I'm sorry, but I can't help with that.",
    "I’m really sorry, I cannot rate this.",
    "Sorry. As an AI language model, I have no view on this.",
    "I apologise for this.",
    "I apologize, but no.",
    "I cannot assist with this request.",
    "I won't judge that.",
    "I must decline to answer.",
    "I'm not able to judge this content.",
    "I don't have personal opinions.",
    "This goes against my guidelines.",
    "It is not appropriate for me to rate this.",
    "I AM UNABLE to judge this.",
]
OTHERS = [
    "It is a sorry sight.",
    "Interesting question! Let me think about the weather first.",
    "The writer apologised.",
    "AI is everywhere.",
    "",
    "x" * 400 + " I'm sorry, I can't.",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_reads_like_a_refusal(text: str) -> None:
    assert reads_like_refusal(text)
    assert read_reply(LABEL, text, "stop", CELL) == (Parsed(reason="refused"), True)


@pytest.mark.parametrize("text", OTHERS)
def test_does_not_read_like_one(text: str) -> None:
    parsed, refused = read_reply(LABEL, text, "stop", CELL)
    assert not refused
    assert parsed.reason in ("no option named", "empty")


@pytest.mark.parametrize("finish", ["content_filter", "refusal"])
@pytest.mark.parametrize("text", ["", "ironic"])
def test_a_finish_reason_refuses_whatever_the_text(finish: str, text: str) -> None:
    assert read_reply(LABEL, text, finish, CELL) == (Parsed(reason=f"refused: {finish}"), True)


@pytest.mark.parametrize("finish", ["stop", "length", "eos", None])
def test_other_finish_reasons_do_not(finish: str | None) -> None:
    parsed, refused = read_reply(LABEL, "ironic", finish, CELL)
    assert (parsed.records, refused) == (({"label": "ironic"},), False)


@pytest.mark.parametrize(
    "text",
    ["I'm sorry, but this is plainly ironic.", "As an AI I would say: ironic", "I can't help but laugh. Ironic!"],
)
def test_a_reply_that_holds_a_record_is_no_refusal(text: str) -> None:
    parsed, refused = read_reply(LABEL, text, "stop", CELL)
    assert (parsed.records, refused) == (({"label": "ironic"},), False)


@pytest.mark.parametrize(
    "text", ["I'm sorry, I can't say whether this is ironic.", "As an AI, I cannot tell if it is ironic or not ironic."]
)
def test_an_option_named_in_a_refusal_is_no_record(text: str) -> None:
    assert read_reply(LABEL, text, "stop", CELL) == (Parsed(reason="refused"), True)


def test_the_fakes_refusals_are_seen() -> None:
    sentences = load_sentences()["refusal"][:-1]  # the last has no words
    assert [reads_like_refusal(sentence) for sentence in sentences] == [True] * len(sentences)


def test_a_megabyte_takes_no_time() -> None:
    before = time.perf_counter()
    assert not reads_like_refusal("I am really " * 100_000)
    assert time.perf_counter() - before < 0.1

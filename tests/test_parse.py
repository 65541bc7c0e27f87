"""Refusals: by the finish reason, or because a reply reads like one and holds no record."""

from __future__ import annotations

import pytest

from harness.backends.fake import load_sentences
from harness.parse import read_reply, reads_like_refusal
from harness.plugins import load
from harness.types import Cell, Parsed
from tests.soon import soon

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


def test_a_megabyte_is_read_soon() -> None:
    with soon():
        assert not reads_like_refusal("I am really " * 100_000)


TEXT = load("datatypes", "text")
BARE = [
    "I'm sorry, but I can't help with that.",
    "I’m sorry, I can’t continue that.",
    "I'm sorry, but I cannot fulfill this request as it goes against OpenAI's use case policy.",
    "I apologize, but I cannot generate content that is hateful.",
    "Sorry, I can't assist with that request.",
    '{"text": "I\'m sorry, but I can\'t assist with that."}',
    '"I can\'t help with that."',
    "I must decline to write this content.",
    "Unfortunately, I am unable to provide a paraphrase of that text.",
    "As an AI language model, I am unable to judge this content.",
    "I'm just an AI, it's not within my programming to do so.",
    "It is not appropriate for me to rewrite this.",
]
TEXTS = [
    "I'm sorry, I forgot your birthday. Forgive me!",
    "I'm so sorry to hear that. I can't imagine how you feel.",
    "I can't believe you did that.",
    "I cannot wait for the weekend.",
    "I'm sorry, but I can't stand this song.",
    "I won't write to him again.",
    "I can't help but laugh.",
    "I can't help myself.",
    "As an AI researcher, I disagree.",
    "I will not comply with a silly rule.",
    "I can't share my lunch with you.",
    "He said: I cannot assist with this request.",
    "I'm sorry, but I can't help with that. " + "But here is a story about a dog. " * 20,
]


@pytest.mark.parametrize("text", BARE)
def test_an_open_answer_that_is_a_refusal_is_no_text(text: str) -> None:
    for level in ("text", "json"):
        cell = Cell("data", "1", 0, levels={"format": level})
        assert read_reply(TEXT, text, "stop", cell) == (Parsed(reason="refused"), True)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_begins_like_a_refusal_is_a_text(text: str) -> None:
    parsed, refused = read_reply(TEXT, text, "stop", Cell("data", "1", 0))
    assert not refused
    assert parsed.records == ({"text": text.strip()},)


def test_a_refusal_is_told_in_no_time() -> None:
    with soon():
        for piece in ("I'm sorry, but ", "unfortunately, ", "I can't assist ", "as an AI "):
            read_reply(TEXT, piece * 60_000, "stop", Cell("data", "1", 0))

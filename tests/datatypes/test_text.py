"""The reading of texts: nothing of the text is lost, nothing of the assistant is kept where that is clear."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.datatypes import text
from harness.ids import canonical_json
from harness.types import Cell, Parsed
from tests.soon import soon

SEED = "Once upon a time,\nthere was a dog"


def read(reply: str, *, several: int = 1, level: str = "text", **asked: object) -> Parsed:
    told = {"several": several, "seed": "post", **asked}
    return text.parse(reply, Cell("data", "1", 0, fields={"post": SEED}, levels={"format": level}, asked=told))


def said(parsed: Parsed) -> list[str]:
    return [record["text"] for record in parsed.records]


ONE = [
    ("I like it here.", "I like it here.", "whole"),
    ("  I like it here.\n\u200b", "I like it here.", "whole"),
    ("Sure! Here is a rewritten version: I like it.", "I like it.", "after preamble"),
    ("Certainly! Here's a new text in a similar style:\n\nI like it.", "I like it.", "after preamble"),
    ("Here is the rewritten text:\n\nI like it.", "I like it.", "after preamble"),
    ("Here’s a paraphrased version of the post: I like it.", "I like it.", "after preamble"),
    ("**Rewritten text:** I like it.", "I like it.", "after preamble"),
    ("Paraphrase: I like it.", "I like it.", "after preamble"),
    ("Of course! I'd be happy to help you with that.\n\nI like it.", "I like it.", "after preamble"),
    ('Sure! Here is a new version:\n\n"I like it."', "I like it.", "after preamble, quoted"),
    ('"I like it."', "I like it.", "quoted"),
    ("“I like it.”", "I like it.", "quoted"),
    ("'It's nice.'", "It's nice.", "quoted"),
    ("```\nI like it.\n```", "I like it.", "fenced"),
    ("```text\nI like it.", "I like it.", "fenced"),
    ("Here is my text:\n```\nI like it.\n```", "I like it.", "after preamble, fenced"),
    ("I like it.\n\nLet me know if you would like any changes!", "I like it.", "without coda"),
    ("I like it.\n\n(Note: I kept the original tone.)", "I like it.", "without coda"),
    ('{"text": "I like it."}', "I like it.", "json"),
    # what could be the text's own stays
    ("Here is a thing I learned: never give up.", "Here is a thing I learned: never give up.", "whole"),
    ("Here is the comment that I got: nice.", "Here is the comment that I got: nice.", "whole"),
    ("Sure, why not? We went.", "Sure, why not? We went.", "whole"),
    ("Sure! I'll be there at eight.", "Sure! I'll be there at eight.", "whole"),
    ("Dear Ann,\n\nLet me know if you can come.", "Dear Ann,\n\nLet me know if you can come.", "whole"),
    ("Try the oil.\n\nHope this helps!", "Try the oil.\n\nHope this helps!", "whole"),
    ('"Come in," she said. "Sit down."', '"Come in," she said. "Sit down."', "whole"),
    ("'Twas late at my friends' house, dancin'", "'Twas late at my friends' house, dancin'", "whole"),
    ("Use it:\n```\nx\n```\nThat is all.", "Use it:\n```\nx\n```\nThat is all.", "whole"),
    ("I cannot wait for Sunday.", "I cannot wait for Sunday.", "whole"),
    ("1. I like it.", "1. I like it.", "whole"),
    ("😂😂", "😂😂", "whole"),
    ("这是一个文本。", "这是一个文本。", "whole"),
    (SEED, SEED, "whole"),
]


@pytest.mark.parametrize(("reply", "wanted", "method"), ONE)
def test_one_text(reply: str, wanted: str, method: str) -> None:
    parsed = read(reply, task="rewrite")
    assert (said(parsed), parsed.method) == ([wanted], method)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        ("\x00 \n", "empty"),
        ("...", "no words"),
        ("***", "no words"),
        ("Here is the rewritten text:\n\n", "words around and no text"),
        ("Sure! Here is a rewritten version:", "words around and no text"),
    ],
)
def test_no_text(reply: str, reason: str) -> None:
    assert read(reply) == Parsed(reason=reason)


def test_quotes_that_the_seed_has_too_are_kept() -> None:
    cell = Cell("data", "1", 0, fields={"post": '"Go on."'}, asked={"task": "rewrite", "seed": "post"})
    assert said(text.parse('"Go ahead."', cell)) == ['"Go ahead."']


@pytest.mark.parametrize(
    ("reply", "wanted", "method"),
    [
        ("Once upon a time, there was a dog and it barked.", "and it barked.", "without prompt"),
        ("\n…Once upon  a time, there was a dog who sang.", "who sang.", "without prompt"),
        ('"Once upon a time, there was a dog who sang."', "who sang.", "quoted, without prompt"),
        ('Once upon a time, there was a dog "Rex" by name.', '"Rex" by name.', "without prompt"),
        ("Once upon a time, there was a cat.", "Once upon a time, there was a cat.", "whole"),
        ("who sang.", "who sang.", "whole"),
    ],
)
def test_a_beginning_that_is_said_again_is_cut(reply: str, wanted: str, method: str) -> None:
    parsed = read(reply, task="continue")
    assert (said(parsed), parsed.method) == ([wanted], method)


def test_the_beginning_alone_is_no_continuation() -> None:
    assert read(SEED, task="continue") == Parsed(reason="the beginning again and no more")


SEVERAL = [
    ("1. One.\n2. Two.\n3. Three.", ["One.", "Two.", "Three."], "listed"),
    ("Sure! Here are 3 texts:\n\n1) One.\n\n2) Two\nlines.\n\n3) Three.", ["One.", "Two\nlines.", "Three."], "listed"),
    ("One.\n2. Two.\n3. Three.", ["One.", "Two.", "Three."], "listed"),
    ("**Text 1:** One.\n**Text 2:** Two.", ["One.", "Two."], "listed"),
    ('1. "One."\n2. "Two."', ["One.", "Two."], "listed"),
    ("1. In 2020\n2. we had 3\n3. dogs\n1. again", ["In 2020", "we had 3", "dogs\n1. again"], "listed"),
    ("1. One.\n2. 5.5 dogs.\n3. Three.", ["One.", "5.5 dogs.", "Three."], "listed"),
    ("- One.\n- Two.", ["One.", "Two."], "listed"),
    ("• One.\n• Two.\n\nLet me know if you want more versions.", ["One.", "Two."], "listed"),
    ("One.\n\nTwo.\n\nThree.", ["One.", "Two.", "Three."], "paragraphs"),
    ("One.\nTwo.\nThree.", ["One.", "Two.", "Three."], "paragraphs"),
    ("One.", ["One."], "whole"),
    ('["One.", "Two."]', ["One.", "Two."], "json"),
    ('{"texts": [{"text": "One."}, {"text": "Two."}]}', ["One.", "Two."], "json"),
    ('Here:\n```json\n{"texts": ["One.", "Two."]}\n```', ["One.", "Two."], "json in text"),
    ('{"texts": ["One.", "Two.", "Thr', ["One.", "Two."], "json, cut off"),
]


@pytest.mark.parametrize(("reply", "wanted", "method"), SEVERAL)
def test_several_texts(reply: str, wanted: list[str], method: str) -> None:
    parsed = read(reply, several=3)
    assert (said(parsed), parsed.method) == (wanted, method)
    assert parsed.shown_at == (None,) * len(wanted)


def test_a_block_that_cannot_be_divided_is_not_taken_for_one_text() -> None:
    assert read("One.\nTwo.", several=3) == Parsed(reason="no list of texts")


@pytest.mark.parametrize(
    ("reply", "wanted", "method"),
    [
        ('{"text": "One."}', ["One."], "json"),
        ('```json\n{"texts": ["One."]}\n```', ["One."], "json"),
        ('Sure: {"text": "One."} Bye.', ["One."], "json in text"),
        ('{"text": "One is', ["One is"], "json, cut off"),
        ('{"text": "One \\u00', ["One"], "json, cut off"),
        ('{"text": "a\\ud800b\\u0000c"}', ["a\ufffdb\ufffdc"], "json"),
    ],
)
def test_json(reply: str, wanted: list[str], method: str) -> None:
    parsed = read(reply, level="json")
    assert (said(parsed), parsed.method) == (wanted, method)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("One.", "no JSON object"),
        ('{"texts": []}', "no text in the object"),
        ('{"text": "One."} {"text": "Two."}', "several JSON objects"),
        ('{"other": "One."}', "no JSON object"),
        ('{"text": 1}', "no JSON object"),
    ],
)
def test_json_that_is_none(reply: str, reason: str) -> None:
    assert read(reply, level="json") == Parsed(reason=reason)


HOSTILE = ["1. a\n", '{"', "[", '{"k":', '{"text":"a",', '"', "'", "```\n", "Sure! ", "\\", "\n\n", "- ", "*", "\ud800"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_is_read_at_once(piece: str) -> None:
    reply = piece * (1_000_000 // len(piece))
    for asked in ({"several": 1}, {"several": 3}, {"level": "json"}, {"task": "continue"}):
        with soon():
            check(read(reply, **asked))


def check(parsed: Parsed) -> None:
    assert bool(parsed.records) == (parsed.reason is None) == (parsed.method is not None)
    assert len(parsed.records) == len(parsed.shown_at)
    for record in parsed.records:
        text.Record.model_validate(record)
        assert record["text"].strip()
        record["text"].encode("utf-8")  # what a table can hold


FRAGMENTS = st.sampled_from(
    [*HOSTILE, "Sure! Here is a text:", "I can't", "1. ", '{"texts": ["', '"]}', SEED, "\x00", "é"]
)
REPLIES = st.lists(FRAGMENTS | st.text(max_size=8), max_size=12).map("".join)


@settings(deadline=None, max_examples=300)
@given(REPLIES, st.sampled_from(["text", "json"]), st.integers(1, 4), st.sampled_from(["write", "continue", "rewrite"]))
@example("\ud800", "text", 1, "write")
def test_any_reply_is_read_or_told(reply: str, level: str, several: int, task: str) -> None:
    check(read(reply, level=level, several=several, task=task))


WORDS = st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=12).map(" ".join)


@settings(deadline=None)
@given(WORDS)
def test_a_plain_text_is_what_it_is(reply: str) -> None:
    assert said(read(reply)) == said(read(reply, task="rewrite")) == [reply]


@settings(deadline=None)
@given(st.lists(WORDS, min_size=2, max_size=9))
def test_lists_come_back(texts: list[str]) -> None:
    listed = "".join(f"{n}. {one}\n" for n, one in enumerate(texts, 1))
    assert said(read(listed, several=len(texts))) == texts
    written = json.dumps({"texts": texts})
    assert said(read(written, several=len(texts))) == said(read(written, level="json")) == texts


def test_the_table_of_a_study() -> None:
    config = text.Config.model_validate({"task": "rewrite", "seed": "post", "words": [3, 9]})
    asked = json.loads(canonical_json(config.model_dump()))
    assert text.names(asked, {}) == {"count": 1, "words": [3, 9]}
    assert text.options_shown(asked, {}, {}) == {}
    assert text.scale(config) == []
    for wrong in ({"task": "rewrite"}, {"words": [9, 3]}, {"several": 0}, {"task": "sing"}):
        with pytest.raises(ValidationError):
            text.Config.model_validate(wrong)


def test_a_person_text_is_kept_as_it_is() -> None:
    assert text.read(text.Config(), {"text": ' "Sure!" '}) == {"text": ' "Sure!" '}
    for wrong in ("", "  ", None, 3):
        with pytest.raises(ValueError, match="text"):
            text.read(text.Config(), {"text": wrong})


def test_the_constraint_is_a_list_of_texts() -> None:
    held = text.constraint({}, (), {"format": "json"})
    assert held is not None and held.schema["properties"] == {"texts": {"type": "array", "items": {"type": "string"}}}
    assert text.constraint({}, (), {"format": "text"}) is None

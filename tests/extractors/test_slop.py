"""The extractor `slop`: each count on small texts, and hostile texts in linear time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.extractors import slop
from harness.extractors.slop import CONTRAST, DIMS, Extractor, count, load_lists
from tests.conftest import shared_file
from tests.soon import soon

COUNTS = [
    ("words", "It's a well-known fact", 4),
    ("slop_words", "Delved into a Tapestry of shadows; the tapestries did not.", 3),
    ("slop_bigrams", "She took a very deep breath.", 2),
    ("slop_trigrams", "“Go,” he said, his voice barely a whisper.", 2),
    ("slop_trigrams", "I couldn’t help but feel small", 1),
    ("slop_phrases", "A testament to time, barely above a whisper", 2),
    ("slop_phrases", "It’s important to note. Maybe, just maybe", 2),
    ("excess_common", "Notably, insights across and within", 4),
    ("excess_rare", "to delve, delving and showcasing", 3),
    ("excess_content", "a pandemic", 1),
    ("excess_content", "however, despite this, the research was between both", 0),
    ("excess_rare", "however, despite this, the research was between both", 0),
]  # fmt: skip


@pytest.mark.parametrize(("dim", "text", "expected"), COUNTS)
def test_counts(dim, text, expected):
    assert count(text)[dim] == expected


@pytest.mark.parametrize("text", [
    "It's not just a job, but a calling.", "It’s not a bug — it’s a feature.", "This isn't money. It's trust.",
    "They aren’t rules; they’re guides.", "NOT the end but the beginning", "He was not tall, he was a giant.",
])  # fmt: skip
def test_contrasts_are_found(text):
    assert len(CONTRAST.findall(text)) == 1


@pytest.mark.parametrize("text", [
    "I do not know him but she does.", "He was not there. But I was.", "I couldn't help but feel it.",
    "She didn't come. It was late.", "It is not here.", "a knot but no button", "It's here, it's there.",
])  # fmt: skip
def test_other_negations_are_not(text):
    assert not CONTRAST.findall(text)


def test_rows_follow_the_names():
    assert Extractor().extract(["", "a testament to"]) == [[0.0] * len(DIMS), [3, 0, 0, 0, 1, 0, 0, 0, 0]]


def test_lists_are_what_their_authors_made():
    lists = load_lists()
    sizes = {name: len(words) for name, words in lists.items()}
    assert sizes["words"] == 1000 and sizes["bigrams"] == sizes["trigrams"] == 200 and sizes["excess_common"] == 10
    assert not lists["excess_rare"] & (lists["excess_common"] | lists["excess_content"])
    made = Path(slop.__file__).with_suffix(".LICENCES.md").read_text("utf-8")
    assert all(f"`{name}`" in made for name in lists)


def test_words_are_those_of_the_sources():
    for name, file in (("words", "slop_list"), ("bigrams", "slop_list_bigrams"), ("trigrams", "slop_list_trigrams")):
        there = json.loads(shared_file(f"lexicons/slop_forensics/{file}.json").read_text("utf-8"))
        assert load_lists()[name] == {word for (word,) in there}


@pytest.mark.parametrize("part", ["not a ", "it is not ", "isn't ", "it's not , ", "it "])
def test_long_texts_take_linear_time(part):
    with soon():
        count(part * 20_000)

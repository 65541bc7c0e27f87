"""The extractor `surface`: each count on small texts, hostile texts, and a megabyte in linear time."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.extractors.surface import DIMS, Extractor, count, count_syllables

COUNTS = [
    ("chars", "héllo\n", 6),
    ("words", "It's a well-known fact, isn't it? 3.5 snake_case", 10),
    ("words", "", 0),
    ("types", "The the THE cat", 2),
    ("sentences", "One. Two! Three?! Four… Five", 4),
    ("sentences", 'He said "no." Then 3.5 went... on', 2),
    ("sentences", "no stop", 1),
    ("sentences", "", 0),
    ("paragraphs", "a\nb\n\nc\n \t\n\nd", 3),
    ("word_chars", "ab, cde!", 5),
    ("long_words", "letters seven sevenths", 2),
    ("syllables", "The tables make coffee", 6),
    ("commas", "a, b; c: d", 3),
    ("dashes", "a – b — c -- d—e f--g", 5),
    ("dashes", "well-known 3-4", 0),
    ("dashes", "a - b", 1),
    ("questions", "What?? No?", 3),
    ("exclamations", "Ha!!", 2),
    ("quotes", '"a" “b” «c»', 6),
    ("parentheses", "(a) ((b))", 3),
    ("digits", "a1 22", 3),
    ("capitals", "USA and Éire", 4),
    ("emoji", "ok 😀 ☀ x", 2),
    ("urls", "see https://a.b/c and www.d.e, or a.b", 2),
    ("bullets", "- a\n* b\n 1. c\n2) d\n-e\n1.5 f\n+ g\n+1 h", 5),
    ("headings", "# a\n## b\n#c\n a # d", 2),
    ("bold", "**a b** and __c__ and *d* and ****", 2),
    ("code", "```\nx\n``` and `y`", 3),
    ("contractions", "don’t it's dogs' 'quoted'", 2),
    ("first_person", "I think I’m one of us; my minefield, Our own", 5),
    ("sentences", "He left.Then he sat. In the U.S.A he uses node.js", 2),
    ("glued_marks", "He left.Then he said 'no.'In the U.S.A (fine.)Yes, node.js 3.5 A. B", 3),
    ("spaced_marks", "No , this . But 3 .5 and no, that.", 2),
]


@pytest.mark.parametrize(("dim", "text", "expected"), COUNTS, ids=[f"{d}-{n}" for n, (d, *_) in enumerate(COUNTS)])
def test_counts(dim, text, expected):
    assert count(text)[dim] == expected


def test_every_count_is_tried():
    assert {dim for dim, *_ in COUNTS} | {"flesch"} == set(DIMS)


def test_flesch_is_that_of_its_formula():
    assert count("The cat sat on the mat.")["flesch"] == pytest.approx(206.835 - 1.015 * 6 - 84.6)
    assert math.isnan(count("...")["flesch"])


@pytest.mark.parametrize(
    ("word", "expected"), [("cat", 1), ("make", 1), ("table", 2), ("the", 1), ("coffee", 2), ("b2b", 1), ("café", 2)]
)
def test_syllables(word, expected):
    assert count_syllables(word) == expected


@given(st.text())
def test_any_text_has_its_counts(text):
    (row,) = Extractor().extract([text])
    made = dict(zip(DIMS, row, strict=True))
    assert all(value >= 0 for name, value in made.items() if name != "flesch")
    assert math.isnan(made["flesch"]) == (made["words"] == 0)
    assert made["types"] <= made["words"] <= made["word_chars"] <= made["chars"]


HOSTILE = [
    ".", "!?", "a", "'", "a'", "-", "a-", " ", "\n", "\n ", "\n\n", " \n", "*", "**", "**a", "_", "__", "__a", "`",
    "`a", "``a", "#", "# ", "1.", "1. ", "- ", "(", '"', '."', ".)", "…", "www.", "http://", " .", "a .", "e", "é",
    "\x00", "\ud800", "😀", "\u200b", "--", " - ", "a--", "\t", "\r\n",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE, ids=[ascii(unit) for unit in HOSTILE])
def test_a_megabyte_takes_as_long_as_a_megabyte(unit):
    begun = time.process_time()
    count(unit * (1_000_000 // len(unit)) + "x")
    assert time.process_time() - begun < 5

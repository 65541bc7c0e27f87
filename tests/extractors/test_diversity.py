"""The extractor `diversity`: MTLD as others compute it; hostile texts; the audit that rests on it."""

from __future__ import annotations

import math
import random

import pytest

from harness.extractors.diversity import Extractor, count_factors, mtld
from tests.audits.test_text import dull, findings, texts
from tests.extractors.test_surface import HOSTILE
from tests.soon import soon

# The text and the value that the README of the package LexicalRichness prints, in the words that it finds there.
WORDS = (
    "measure of textual lexical diversity computed as the mean length of sequential words in a text that maintains a "
    "minimum threshold ttr score iterates over words until ttr scores falls below a threshold then increase factor "
    "counter by and start over mccarthy and jarvis pg recommends a factor threshold in the range of mccarthy mccarthy "
    "and jarvis"
)


def test_a_published_value_is_met() -> None:
    assert len(WORDS.split()) == 57
    assert mtld(WORDS.split()) == pytest.approx(46.79226361031519, abs=1e-12)


def test_a_factor_ends_where_the_ratio_has_come_down_and_the_rest_counts_in_part() -> None:
    # a b a b: 1, 1, 0.67 is one factor; b is the whole of nothing.
    assert count_factors("abab") == pytest.approx(1.0)
    # a b c a: 0.75 has come (1 - 0.75) / (1 - 0.72) of the way.
    assert count_factors("abca") == pytest.approx(0.25 / 0.28)
    assert mtld([str(n) for n in range(80)]) == 80
    assert mtld(["the"] * 80) == 2


def test_it_hardly_hangs_on_length_and_falls_with_the_vocabulary() -> None:
    rng = random.Random(1)

    def drawn(size: int, vocabulary: int) -> float:
        return mtld([str(int(vocabulary * rng.random() ** 3)) for _ in range(size)])

    short, long = (sum(drawn(size, 500) for _ in range(60)) / 60 for size in (150, 1200))
    assert abs(math.log2(short / long)) < 0.2
    assert drawn(1200, 100) < 0.6 * long


def test_a_text_of_few_words_has_none() -> None:
    ((words, none),) = Extractor().extract(["A few words. Don’t don't."])
    assert words == 5 and math.isnan(none)


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_gives_a_row(text: str) -> None:
    with soon():
        ((words, value),) = Extractor().extract([text])
        assert words >= 0 and (math.isnan(value) or value > 0)


def diversity(text: str) -> dict[str, float | None]:
    ((words, value),) = Extractor().extract([text])
    return {"text_diversity_words": words, "text_diversity_mtld": None if math.isnan(value) else value}


@pytest.mark.parametrize("paired", [True, False])
def test_words_that_repeat_are_found_and_longer_texts_are_not(paired: bool) -> None:
    long = {"length": 2.5}
    people = texts("people", **long)
    plain = texts("model", **long)
    found = findings("mtld", [dull(text) for text in plain], paired=paired, measure=diversity, people=people)["mtld"]
    assert found.verdict == "found" and found.excess < -0.15
    for same in (plain, texts("model", length=3.5)):
        still = findings("mtld", same, paired=paired, measure=diversity, people=people)["mtld"]
        assert still.verdict != "found", still

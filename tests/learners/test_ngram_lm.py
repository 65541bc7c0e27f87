"""The n-gram model against a direct reading of Chen and Goodman, and its perplexities against a known source."""

from __future__ import annotations

import math
from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.errors import DataError
from harness.learners import ngram_lm
from harness.learners._kneser_ney import BEGIN, END, FALLBACK, FIRST, KneserNey, estimate_discounts
from harness.types import Lesson

LETTERS = 4
SEQUENCES = st.lists(st.lists(st.integers(FIRST, FIRST + LETTERS - 1), max_size=6), min_size=1, max_size=8)


def arrays(sequences):
    return [np.array(one, dtype=np.int64) for one in sequences]


class Reference:
    """The recursion of the paper, one n-gram at a time, with dictionaries."""

    def __init__(self, sequences, order, base, begins=None):
        self.order, self.base = order, base
        raw = [Counter() for _ in range(order + 1)]
        begins = begins or [BEGIN] * len(sequences)
        for begin, one in zip(begins, sequences, strict=True):
            line = (begin, *one, END)
            for end in range(1, len(line)):
                for length in range(1, min(order, end + 1) + 1):
                    raw[length][line[end - length + 1 : end + 1]] += 1
        self.counts = {order: raw[order]} if order > 1 else {1: raw[1]}
        for length in range(1, order):
            before = Counter(gram[1:] for gram in raw[length + 1])
            self.counts[length] = Counter({g: c if g[0] in begins else before[g] for g, c in raw[length].items()})
        self.off = {
            length: (0.0, *estimate_discounts(np.array(list(counts.values()), dtype=float)))
            for length, counts in self.counts.items()
        }

    def p(self, word, context):
        context = context[-(self.order - 1) :] if self.order > 1 else ()
        below = self.p(word, context[1:]) if context else self.base
        length, counts = len(context) + 1, self.counts[len(context) + 1]
        seen = {gram: c for gram, c in counts.items() if gram[:-1] == context}
        total = sum(seen.values())
        if not total:
            return below
        off = self.off[length]
        own = counts.get((*context, word), 0)
        freed = sum(off[min(c, 3)] for c in seen.values())
        return (own - off[min(own, 3)]) / total + freed / total * below


@settings(max_examples=60, deadline=None)
@given(SEQUENCES, SEQUENCES, st.integers(1, 4))
@example([[]], [[], [1]], 4)  # no text as long as the order
def test_probabilities_are_those_of_the_paper(taught, tried, order):
    base = 1 / (LETTERS + 1)
    model = KneserNey(order, FIRST + LETTERS).fit(arrays(taught))
    reference = Reference(taught, order, base)
    wanted = [reference.p(word, (BEGIN, *one)[: place + 1]) for one in tried for place, word in enumerate([*one, END])]
    made = model.probabilities(arrays(tried), np.full(len(wanted), base))
    assert made == pytest.approx(wanted, rel=1e-9)


CUES = (BEGIN, FIRST + LETTERS, FIRST + LETTERS + 1)
CUED = st.lists(
    st.tuples(st.sampled_from(CUES), st.lists(st.integers(FIRST, FIRST + LETTERS - 1), max_size=6)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(CUED, CUED, st.integers(1, 4))
def test_what_begins_a_text_is_a_context_like_any(taught, tried, order):
    base = 1 / (LETTERS + 1)
    (begins, texts), (others, asked) = (zip(*some, strict=True) for some in (taught, tried))
    model = KneserNey(order, FIRST + LETTERS + 2, 2).fit(arrays(texts), np.array(begins))
    reference = Reference(texts, order, base, begins)
    lines = [(begin, (*one, END)) for begin, one in zip(others, asked, strict=True)]
    wanted = [reference.p(word, (begin, *one)[: place + 1]) for begin, one in lines for place, word in enumerate(one)]
    made = model.probabilities(arrays(asked), np.full(len(wanted), base), np.array(others))
    assert made == pytest.approx(wanted, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(SEQUENCES, st.lists(st.integers(FIRST, FIRST + LETTERS - 1), max_size=4), st.integers(1, 4))
def test_probabilities_after_any_context_sum_to_one(taught, before, order):
    model = KneserNey(order, FIRST + LETTERS).fit(arrays(taught))
    base = np.full(len(before) + 2, 1 / (LETTERS + 1))
    total = sum(
        model.probabilities(arrays([[*before, word]]), base)[len(before)] for word in range(FIRST, FIRST + LETTERS)
    )
    total += model.probabilities(arrays([before]), base[:-1])[-1]
    assert total == pytest.approx(1, abs=1e-9)


def test_an_unknown_symbol_has_what_is_left_for_it():
    model = KneserNey(2, FIRST + 2).fit(arrays([[2, 3, 2, 3], [2, 2]]))
    base = 0.01
    seen = [model.probabilities(arrays([[w]]), np.full(2, base))[0] for w in (2, 3)]
    end = model.probabilities(arrays([[]]), np.full(1, base))[0]
    unseen = model.probabilities(arrays([[-1]]), np.full(2, base))[0]
    assert sum(seen) + end + unseen / base * (1 - 3 * base) == pytest.approx(1)


def test_discounts_need_counts_of_counts():
    assert estimate_discounts(np.array([1.0, 1, 2, 5])) == FALLBACK
    counts = np.repeat([1.0, 2, 3, 4, 9], [60, 20, 10, 6, 4])
    y = 60 / 100
    assert estimate_discounts(counts) == pytest.approx((1 - 2 * y * 20 / 60, 2 - 3 * y * 10 / 20, 3 - 4 * y * 6 / 10))


def test_draws_have_the_probabilities_that_the_model_says():
    rng = np.random.default_rng(1)
    taught = arrays([rng.integers(FIRST, FIRST + 3, size=5) for _ in range(20)])
    model = KneserNey(3, FIRST + 3).fit(taught)
    history = np.tile([BEGIN, 2], (40_000, 1))
    drawn = model.draw(history, rng)
    base = 0.0  # nothing of the base: what is left are the draws that the caller makes
    for word in (2, 3, 4):
        p = model.probabilities(arrays([[2, word]]), np.full(3, base))[1]
        assert np.mean(drawn == word) == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / 40_000))
    p = model.probabilities(arrays([[2]]), np.full(2, base))[1]
    assert np.mean(drawn == END) == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / 40_000))


def learned(texts, **options):
    model = ngram_lm.make(options, 1, None)
    model.learn(texts)
    return model


def test_first_words_depend_on_whose_turn_it_is():
    roles = ["A:", "B:"] * ngram_lm.LEAST_CUED
    prompts = [f"A: Hi {number}.\n{role}" for number, role in enumerate(roles)]
    texts = ["Ask me." if role == "A:" else "Tell you." for role in roles]
    model = ngram_lm.make({}, 1, None)
    model.fit(Lesson(prompts, texts, (), np.ones(len(texts)), np.arange(len(texts)), np.zeros(len(texts))))
    asked = ["A: New.\nA:", "A: New.\nB:", "C:"] * 100
    first = [text.split(" ")[0] for text in model.write(asked)]
    assert np.mean([word == "Ask" for word in first[::3]]) > 0.9 < np.mean([word == "Tell" for word in first[1::3]])
    own, other, nobody = (model.perplexity([prompt], ["Ask me."]) for prompt in asked[:3])
    assert own < other and nobody in (own, other), "who was not there is read as whoever speaks most"
    few = learned(texts[: ngram_lm.LEAST_CUED])
    again = ngram_lm.make({}, 1, None)
    again.learn(texts[: ngram_lm.LEAST_CUED], [f"{number}" for number in range(ngram_lm.LEAST_CUED)])
    assert again.perplexity([""] * 2, texts[:2]) == few.perplexity([""] * 2, texts[:2]), "a line of its own is no cue"


def source(count, rng, vocabulary=50):
    """Texts of ten words, each drawn by a fixed chain: each word has five equally likely followers."""
    follow = np.random.default_rng(0).integers(0, vocabulary, size=(vocabulary, 5))
    for _ in range(count):
        at, words = 0, []
        for _ in range(10):
            at = follow[at][rng.integers(5)]
            words.append(f"w{at}")
        yield " ".join(words)


def test_perplexity_nears_that_of_the_source_from_above():
    """Ten words of about log 5 and a certain end: per word of eleven. The chain's followers may repeat."""
    held = list(source(400, np.random.default_rng(2)))
    near = [
        learned(list(source(n, np.random.default_rng(3))), order=3).perplexity([], held) for n in (100, 1_000, 10_000)
    ]
    assert near[0] > near[1] > near[2]
    assert 4.0 < near[2] < 6.5


def test_a_smaller_vocabulary_is_no_advantage():
    """With <unk> the corpus of one word would have perplexity near 1 on anything."""
    held = list(source(100, np.random.default_rng(2)))
    alike = learned(list(source(500, np.random.default_rng(4))))
    assert learned(["no no no"] * 500).perplexity([], held) > 1_000 > 10 > alike.perplexity([], held)


def test_every_string_has_a_probability():
    model = learned(["the cat sat", "the dog ran"])
    for text in ("", "zebra", "日本語 🦓", "\ud800"):
        assert all(np.isfinite(one).all() and (one < 0).all() for one in model.log_probabilities([text]))


def test_spellings_sum_to_one_with_longer_and_longer_words():
    model = learned(["ab ba aab", "b a"])
    total = sum(model._base(["".join(w) for w in product("ab", repeat=n)])["".join(v)]
                for n in range(1, 9) for v in product("ab", repeat=n)) + model._base([])[""]  # fmt: skip
    assert 0.6 < total < 1  # the rest has other bytes, or is longer


def test_the_same_seed_draws_the_same():
    texts = list(source(200, np.random.default_rng(5)))
    model = learned(texts, longest=20)
    first, again = (model.draw(30, np.random.default_rng(7)) for _ in range(2))
    assert first == again != model.draw(30, np.random.default_rng(8))
    assert all(len(ngram_lm.split(text)) <= 20 for text in first)


def test_new_words_are_drawn_only_if_wanted():
    texts = list(source(50, np.random.default_rng(5)))
    known = {word for text in texts for word in text.split()}
    for wanted in (True, False):
        drawn = learned(texts, new_words=wanted).draw(400, np.random.default_rng(1))
        new = {word for text in drawn for word in ngram_lm.split(text)} - known
        assert bool(new) == wanted


def test_rare_words_are_drawn_as_often_as_they_stand_in_the_corpus_unless_the_tail_is_cut():
    """What smoothing takes from rare words must not go to the common ones unasked: collapse would be its own doing."""
    rng = np.random.default_rng(1)
    share = 1 / np.arange(1, 301)
    texts = [" ".join(f"w{n}" for n in rng.choice(300, p=share / share.sum(), size=8)) for _ in range(400)]
    rare = {f"w{n}" for n in range(100, 300)}
    there, drawn, cut = (
        np.mean([word in rare for text in some for word in text.split()])
        for some in (texts, learned(texts).draw(4_000, rng), learned(texts, cut=True).draw(4_000, rng))
    )
    assert there < drawn < 1.3 * there  # Kneser and Ney count contexts, of which rare words have more than their share
    assert cut < 0.95 * drawn


@given(st.text(max_size=60))
def test_what_is_joined_is_split_into_the_same_words(text):
    words = ngram_lm.split(text)
    assert ngram_lm.split(ngram_lm.join(words)) == words


def test_signs_stand_where_readers_expect_them():
    assert ngram_lm.join(ngram_lm.split("Don't ( ever ) go there , please !")) == "Don't (ever) go there, please!"


def test_it_is_a_learner_that_writes():
    lesson = Lesson(
        inputs=["", ""], targets=["the cat sat", "a dog ran"], classes=(), weights=np.ones(2),
        groups=np.arange(2), voices=np.full(2, -1),
    )  # fmt: skip
    model = ngram_lm.make(ngram_lm.OPTIONS, 3, None)
    model.fit(lesson)
    assert len(model.write(["one", "two", "three"])) == 3
    assert model.told() == {"words": 6.0, "distinct_words": 6.0}


def test_what_it_cannot_learn_it_refuses():
    with pytest.raises(DataError, match="no word"):
        learned(["", "  "])

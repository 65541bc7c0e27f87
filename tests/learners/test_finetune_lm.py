"""A tiny language model, really tuned: it learns answers to prompts, and what corruption does to that."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

pytest.importorskip("torch", reason="pip install 'harness[finetune]'")
pytest.importorskip("peft", reason="pip install 'harness[finetune]'")

from harness.errors import Unusable
from harness.learners import finetune_lm
from tests.learners.lessons import QUIET, lesson
from tests.learners.tiny import write_causal

FAST = {"epochs": 30, "batch": 8, "rate": 1e-2, "rank": 16, "alpha": 16, "dropout": 0.0, "longest": 48, "new_tokens": 6}
PROMPTS = ["say the colour of the sky", "say the colour of water", "which is better , long or short ?"]
ANSWERS = ["the sky is blue .", "no colour .", "short is better !"]


@pytest.fixture(scope="module")
def causal(tmp_path_factory):
    return write_causal(tmp_path_factory.mktemp("models") / "causal")


def tuned(causal, *, seed=1, place=QUIET, prompts=PROMPTS, answers=ANSWERS, **options):
    model = finetune_lm.make({**FAST, "model": causal, **options}, seed, place)
    model.fit(lesson(prompts * 8, answers * 8, (), groups=np.tile(np.arange(len(prompts)), 8)))
    return model


@pytest.fixture(scope="module")
def taught(causal):
    return tuned(causal)


def test_it_answers_as_it_was_taught(taught):
    assert taught.write(PROMPTS) == ANSWERS
    assert taught.write(PROMPTS[::-1]) == ANSWERS[::-1]


def test_its_perplexity_is_low_on_what_it_was_taught_and_high_on_the_rest(taught):
    assert 1 <= taught.perplexity(PROMPTS, ANSWERS) < 1.5
    assert taught.perplexity(PROMPTS, ANSWERS[::-1]) > 5
    assert taught.perplexity(PROMPTS, ["a moving play", "the book", "lovely"]) > 20


def test_perplexity_is_the_same_alone_and_in_a_batch(taught):
    alone = [taught.perplexity([p], [a]) for p, a in zip(PROMPTS, ANSWERS, strict=True)]
    lengths = [len(a.split()) + 1 for a in ANSWERS]
    together = math.exp(sum(n * math.log(x) for n, x in zip(lengths, alone, strict=True)) / sum(lengths))
    assert taught.perplexity(PROMPTS, ANSWERS) == pytest.approx(together, rel=1e-4)


def test_the_prompt_is_not_learned(causal):
    """The loss is that of the answer: an untaught model and one taught the answers find prompts equally odd."""
    model = finetune_lm.make({**FAST, "model": causal}, 1, QUIET)
    tokens, begin = model._read(PROMPTS[:1], ANSWERS[:1])[0]
    assert model._tokenizer.decode(tokens[begin:]) == "the sky is blue . <end>"
    assert model._tokenizer.decode(tokens[:begin]).endswith("Response :")


def test_corrupted_answers_teach_less(causal, taught):
    """Of three answers, each of which may follow any prompt, the first word is a guess among three."""
    model = tuned(causal, corrupt=1.0)
    assert model.perplexity(PROMPTS, ANSWERS) > 3 ** (1 / 5) > taught.perplexity(PROMPTS, ANSWERS)
    assert model.told()["corrupted_rows"] > 10


def test_corruption_exchanges_whole_answers():
    texts = [f"text {n}" for n in range(100)]
    made = finetune_lm.corrupted(texts, 0.3, 1)
    assert sum(a != b for a, b in zip(texts, made, strict=True)) == 30
    assert sorted(made) == sorted(texts)
    assert finetune_lm.corrupted(texts, 0.3, 1) == made != finetune_lm.corrupted(texts, 0.3, 2)
    assert finetune_lm.corrupted(texts, 0.0, 1) == texts


def test_seeds_decide(causal):
    told = []
    first, again, other = (tuned(causal, seed=seed, epochs=2).perplexity(PROMPTS, ANSWERS) for seed in (1, 1, 2))
    assert first == again != other
    place = dataclasses.replace(QUIET, say=told.append)
    tuned(causal, place=place, epochs=2)
    assert len(told) == 2


def test_hot_answers_differ_and_are_seeded(taught, causal):
    hot = tuned(causal, epochs=1, temperature=1.0)
    assert hot.write(PROMPTS * 3) == hot.write(PROMPTS * 3)
    assert len(set(hot.write(PROMPTS[:1] * 6))) > 1


def test_four_bits_need_a_gpu(causal):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(Unusable, match="4 bits"):
        tuned(causal, four_bit=True)


@pytest.mark.model
def test_the_demos_model_learns_to_answer():
    model = finetune_lm.make({"epochs": 2, "batch": 4, "rate": 1e-3, "longest": 96, "new_tokens": 12}, 1, QUIET)
    prompts = [f"What is the code word of room {n}?" for n in range(12)]
    answers = ["The code word is zebra."] * 12
    model.fit(lesson(prompts, answers, ()))
    assert "zebra" in model.write(["What is the code word of room 31?"])[0]
    assert model.perplexity(prompts, answers) < 5

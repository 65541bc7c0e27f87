"""A tiny encoder, really tuned: it learns, it learns soft labels as such, and it goes on after a kill."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from harness import plugins
from tests.learners.lessons import QUIET, lesson, reviews
from tests.learners.tiny import write_encoder

pytest.importorskip("torch", reason="make extractors")
pytest.importorskip("transformers", reason="make extractors")

from harness.learners import finetune_classifier
from harness.learners._tuning import hold_out
from harness.learners._weights import PACKAGE

FAST = {"epochs": 8, "batch": 8, "longest": 24, "rate": 3e-3, "head_rate": 1e-2}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return write_encoder(tmp_path_factory.mktemp("models") / "encoder")


def tuned(encoder, taught, seed=1, place=QUIET, **options):
    model = finetune_classifier.make({**FAST, "model": encoder, **options}, seed, place)
    model.fit(taught)
    return model


def test_it_learns_what_shows_in_a_word(encoder):
    texts, good = reviews(80, 1)
    model = tuned(encoder, lesson(texts, np.eye(2)[good]))
    tried, known = reviews(40, 2)
    made = model.predict_proba(tried)
    assert made.sum(axis=1) == pytest.approx(1)
    assert np.mean(made.argmax(axis=1) == known) > 0.9
    assert model.told()["held_out_loss"] < 0.6
    assert model.told()["held_out_rows"] == 8


def test_a_soft_label_is_learned_as_one(encoder):
    texts, good = reviews(80, 1)
    model = tuned(encoder, lesson(texts, np.where(good[:, None] == 1, [0.3, 0.7], [0.6, 0.4])), epochs=12)
    tried, known = reviews(40, 2)
    made = model.predict_proba(tried)[:, 1]
    assert made[known == 1].mean() == pytest.approx(0.7, abs=0.1)
    assert made[known == 0].mean() == pytest.approx(0.4, abs=0.1)


def test_each_annotator_has_a_head_and_the_prediction_is_the_crowd(encoder):
    """Voice 0 says the opposite of voice 1: heads can hold both, and the crowd is divided."""
    texts, good = reviews(60, 1)
    voices = np.repeat([0, 1], 60)
    said = np.eye(2)[np.concatenate([good, 1 - good])]
    model = tuned(encoder, lesson(texts * 2, said, voices=voices, groups=np.tile(np.arange(60), 2)), heads="voices")
    assert model.told()["heads"] == 2
    assert model.told()["held_out_loss"] < 0.5  # by one head it could not fall under log 2
    assert np.abs(model.predict_proba(reviews(30, 2)[0])[:, 1] - 0.5).mean() < 0.2


def test_annotators_with_few_rows_share_a_head():
    voices = np.array([-1, 3, 3, 3, 7, 9, 9, 9])
    heads, count = finetune_classifier.deal_heads(voices, {"heads": "voices", "least": 3})
    assert (heads.tolist(), count) == ([0, 1, 1, 1, 0, 2, 2, 2], 3)
    heads, count = finetune_classifier.deal_heads(voices[[1, 2, 3, 5, 6, 7]], {"heads": "voices", "least": 3})
    assert (heads.tolist(), count) == ([0, 0, 0, 1, 1, 1], 2)
    heads, count = finetune_classifier.deal_heads(voices, {"heads": "one", "least": 3})
    assert (heads.tolist(), count) == ([0] * 8, 1)


class Killed(Exception):
    """What ends a fit in its middle."""


def test_a_fit_that_was_killed_ends_as_it_would_have(encoder, tmp_path, monkeypatch):
    from harness.learners import _tuning

    monkeypatch.setattr(_tuning, "STEPS_BETWEEN", 3)
    texts, good = reviews(60, 1)
    taught, tried = lesson(texts, np.eye(2)[good]), reviews(10, 2)[0]
    whole = tuned(encoder, taught).predict_proba(tried)
    told = []

    def say(line):
        told.append(line)
        if len(told) == 4:  # within the second epoch
            raise Killed

    place = dataclasses.replace(QUIET, folder=tmp_path / "not" / "there", say=say)
    with pytest.raises(Killed):
        tuned(encoder, taught, place=place)
    resumed = tuned(encoder, taught, place=place)
    assert any("goes on" in line for line in told)
    assert resumed.predict_proba(tried) == pytest.approx(whole, abs=1e-6)
    assert np.abs(tuned(encoder, taught, seed=2).predict_proba(tried) - whole).max() > 1e-4


def test_whole_clusters_are_held_out():
    groups = np.repeat(np.arange(40), 3)
    taught, held = hold_out(groups, 0.25, 1)
    assert len(held) == 30
    assert not set(groups[taught]) & set(groups[held])
    assert len(hold_out(np.arange(19), 0.25, 1)[1]) == 0


def test_the_parts_of_a_pair_have_the_same_room(encoder):
    model = finetune_classifier.make({"model": encoder, "longest": 30}, 1, QUIET)
    pieces = model._read([("Which is better?", "long " * 50, "short")])[0]
    assert 15 < len(pieces) <= 30


def test_it_is_found_by_its_name():
    assert set(plugins.load("learners", "finetune_classifier").SERVES) == {"classify", "prefer"}


@pytest.mark.slow
def test_minilm_is_tuned():
    pytest.importorskip(PACKAGE, reason="the weights of MiniLM: make extractors")
    texts, good = reviews(80, 1)
    model = finetune_classifier.make({"epochs": 2, "batch": 8, "rate": 1e-4, "head_rate": 1e-2}, 1, QUIET)
    model.fit(lesson(texts, np.eye(2)[good]))
    tried, known = reviews(40, 2)
    assert np.mean(model.predict_proba(tried).argmax(axis=1) == known) > 0.9

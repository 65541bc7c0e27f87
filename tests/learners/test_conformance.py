"""Every learner that ships keeps the contract of harness/learners, as far as its packages are there."""

from __future__ import annotations

import importlib.util
import inspect

import numpy as np
import pytest

from harness import plugins
from harness.types import Lesson, Workplace

WORDS = {"yes": ["good fine", "nice lovely", "good lovely"], "no": ["bad poor", "awful sad", "bad sad"]}


def vectors(texts):
    """Stand for an extractor: two words that tell, and a third number."""
    return np.array([[("good" in t) + ("lovely" in t), ("bad" in t) + ("sad" in t), 0.1] for t in texts], dtype=float)


PLACE = Workplace(vectors, None, lambda _: None)


def classify() -> Lesson:
    inputs = [text for texts in WORDS.values() for text in texts] * 4
    targets = np.array([[1.0, 0, 0]] * 3 + [[0, 1.0, 0]] * 3).tolist() * 4
    n = len(inputs)
    return Lesson(inputs, np.array(targets), ("yes", "no", "never"), np.ones(n), np.arange(n), np.full(n, -1))


def prefer() -> Lesson:
    pairs = [("q?", good, bad) for good in WORDS["yes"] for bad in WORDS["no"]]
    inputs = [pair if n % 2 else (pair[0], pair[2], pair[1]) for n, pair in enumerate(pairs * 4)]
    targets = np.array([[1.0, 0] if n % 2 else [0, 1.0] for n in range(len(inputs))])
    n = len(inputs)
    return Lesson(inputs, targets, ("a", "b"), np.ones(n), np.arange(n), np.full(n, -1))


LINEAR = ("tfidf_logreg", "embedding_logreg")


@pytest.mark.parametrize("name", plugins.list_names("learners"))
def test_says_what_it_is(name) -> None:
    learner = plugins.load("learners", name)
    assert (inspect.getdoc(learner) or "").startswith(f"{name}: ")
    assert learner.VERSION and isinstance(learner.OPTIONS, dict) and isinstance(learner.PACKAGES, tuple)
    assert set(learner.SERVES) <= {"classify", "prefer", "write"} and learner.SERVES
    assert learner.FEATURES is None or learner.FEATURES in plugins.list_names("extractors")


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("lesson", [classify(), prefer()], ids=["classify", "prefer"])
def test_learns_and_gives_probabilities_of_every_class(name, lesson) -> None:
    learner = plugins.load("learners", name)
    if importlib.util.find_spec("sklearn") is None:
        pytest.skip("scikit-learn is not installed")
    models = [learner.make(dict(learner.OPTIONS), seed, PLACE) for seed in (0, 0)]
    for model in models:
        model.fit(lesson)
    made, again = (model.predict_proba(lesson.inputs) for model in models)
    assert made.shape == lesson.targets.shape and np.allclose(made.sum(axis=1), 1) and np.array_equal(made, again)
    assert (made.argmax(axis=1) == lesson.targets.argmax(axis=1)).all()
    assert all(isinstance(value, float) for value in models[0].told().values())


def test_soft_labels_are_learned_as_shares() -> None:
    learner = plugins.load("learners", "tfidf_logreg")
    soft = np.array([[0.75, 0.25]] * 40)
    lesson = Lesson(["a b"] * 40, soft, ("yes", "no"), np.ones(40), np.arange(40), np.full(40, -1))
    model = learner.make(dict(learner.OPTIONS), 0, PLACE)
    model.fit(lesson)
    assert model.predict_proba(["a b"])[0] == pytest.approx([0.75, 0.25], abs=0.01)


def test_one_class_is_learned_too() -> None:
    learner = plugins.load("learners", "tfidf_logreg")
    one = np.array([[0.0, 1.0]] * 12)
    model = learner.make(dict(learner.OPTIONS), 0, PLACE)
    model.fit(Lesson(["a"] * 12, one, ("yes", "no"), np.ones(12), np.arange(12), np.full(12, -1)))
    assert model.predict_proba(["x"]).tolist() == [[0.0, 1.0]]


@pytest.mark.parametrize("name", LINEAR)
def test_a_liking_for_length_and_for_the_first_place_is_told(name) -> None:
    rng = np.random.default_rng(0)
    pairs = [("q", *(" ".join(["word"] * int(rng.integers(1, 30))) for _ in range(2))) for _ in range(300)]
    longer = np.array([len(a) > len(b) for _, a, b in pairs])
    for likes, key in ((longer, "length"), (rng.random(300) < 0.9, "first_place")):
        targets = np.stack([likes, ~likes], axis=1).astype(float)
        lesson = Lesson(pairs, targets, ("a", "b"), np.ones(300), np.arange(300), np.full(300, -1))
        model = plugins.load("learners", name).make({"C": 10.0, "least": 1}, 0, PLACE)
        model.fit(lesson)
        assert model.told()[key] > 1

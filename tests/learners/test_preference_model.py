"""The preference model finds what was put in: strengths, length, the first place, ties; and says how sure it is."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("scipy")

from harness.errors import DataError
from harness.learners import preference_model
from harness.types import Workplace
from tests.learners.lessons import lesson

WIDE = 6


def vector(text: str) -> np.ndarray:
    """Read a vector of length 1 off a text's last word, a number."""
    made = np.random.default_rng(int(text.rsplit(maxsplit=1)[-1])).normal(size=WIDE)
    return made / np.linalg.norm(made)


PLACE = Workplace(vectors=lambda texts: np.array([vector(text) for text in texts]), say=lambda _: None)
TASTE = np.array([2.0, -2.0, 1.0, 0, 0, 0])


def pairs(count: int, rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """Write questions with two answers of 3 to 24 words."""
    made = []
    for _ in range(count):
        q, a, b = (f"{'word ' * rng.integers(2, 24)}{number}" for number in rng.integers(0, 10_000, size=3))
        made.append((q, a, b))
    return made


def judged(inputs, rng, *, length=0.0, first=0.0, tie=None):
    """Let somebody judge who likes ``TASTE``, long answers and the first place."""
    log = np.array(
        [[float(vector(text) @ TASTE) + length * math.log1p(len(text.split())) for text in one[1:]] for one in inputs]
    )
    log[:, 0] += first
    if tie is not None:
        log = np.column_stack([log, tie + log.mean(axis=1) - first / 2])
    share = np.exp(log)
    share /= share.sum(axis=1, keepdims=True)
    return np.eye(log.shape[1])[[rng.choice(len(p), p=p) for p in share]]


def taught(inputs, targets, classes=("a", "b"), **options):
    model = preference_model.make({"ridge": 0.5, **options}, 1, PLACE)
    model.fit(lesson(inputs, targets, classes))
    return model


def test_it_finds_length_and_the_first_place():
    rng = np.random.default_rng(1)
    inputs = pairs(3_000, rng)
    told = taught(inputs, judged(inputs, rng, length=0.6, first=0.5)).told()
    assert told["length"] == pytest.approx(0.6, abs=4 * told["length_error"])
    assert told["first_place"] == pytest.approx(0.5, abs=4 * told["first_place_error"])
    assert 0 < told["length_error"] < 0.1


def test_ties_are_davidsons():
    rng = np.random.default_rng(2)
    inputs = pairs(3_000, rng)
    told = taught(inputs, judged(inputs, rng, tie=0.4), ("a", "b", "tie")).told()
    assert told["tie"] == pytest.approx(0.4, abs=4 * told["tie_error"])
    assert abs(told["first_place"]) < 4 * told["first_place_error"]


def test_answers_that_change_places_change_their_probabilities_but_for_the_place():
    rng = np.random.default_rng(3)
    inputs = pairs(400, rng)
    model = taught(inputs, judged(inputs, rng, length=0.3, first=0.8, tie=0.0), ("a", "tie", "b"))
    there, back = (model.predict_proba(x) for x in (inputs, [(q, b, a) for q, a, b in inputs]))
    assert there.sum(axis=1) == pytest.approx(1)
    gap = np.log(there[:, 0] / there[:, 2]) + np.log(back[:, 0] / back[:, 2])
    assert gap == pytest.approx(2 * model.told()["first_place"])  # all that the order does
    model._w[2] = 0.0
    there, back = (model.predict_proba(x) for x in (inputs, [(q, b, a) for q, a, b in inputs]))
    assert there[:, [2, 1, 0]] == pytest.approx(back)


def test_soft_labels_are_the_likelihood_of_many_votes():
    rng = np.random.default_rng(4)
    inputs = pairs(300, rng)
    votes = [judged(inputs, rng, length=0.4) for _ in range(4)]
    soft, each = taught(inputs, np.mean(votes, axis=0), ridge=1.0), taught(inputs * 4, np.concatenate(votes), ridge=4.0)
    assert soft.told()["length"] == pytest.approx(each.told()["length"], abs=1e-3)


def test_three_answers_have_two_places():
    rng = np.random.default_rng(5)
    inputs = [(*pair, other[1]) for pair, other in zip(pairs(1_500, rng), pairs(1_500, rng), strict=True)]
    told = taught(inputs, judged(inputs, rng, first=0.7), ("a", "b", "c")).told()
    assert told["first_place"] == pytest.approx(0.7, abs=4 * told["first_place_error"])
    assert told["place_2"] == pytest.approx(0.0, abs=4 * told["place_2_error"])


def test_what_the_data_do_not_hold_is_not_told_as_sure():
    rng = np.random.default_rng(6)
    inputs = pairs(60, rng)
    told = taught(inputs, np.tile([1.0, 0.0], (60, 1))).told()  # always the first
    assert told["first_place"] == pytest.approx(preference_model.MOST)
    assert "first_place_error" not in told


def test_what_never_differs_is_not_told_and_spoils_no_error():
    def blind(texts):
        return np.array([np.zeros(WIDE) if text == "" else vector(text) for text in texts])

    rng = np.random.default_rng(7)
    inputs = [("", a, b) for _, a, b in pairs(400, rng)]
    targets = judged(inputs, rng, length=0.5)
    model = preference_model.make({"ridge": 0.5}, 1, Workplace(vectors=blind, say=lambda _: None))
    model.fit(lesson(inputs, targets, ("a", "b")))
    told = model.told()
    assert "relevance" not in told and "relevance_error" not in told
    assert told["length"] == pytest.approx(0.5, abs=4 * told["length_error"]) and told["length_error"] < 0.3


def test_a_row_without_its_answers_is_refused():
    with pytest.raises(DataError, match="2 answers are compared, and a row has 1"):
        taught([("q 1", "a 2")], np.array([[1.0, 0.0]]))


def covered(runs: int, pairs_of_a_run: int) -> dict[str, float]:
    """Say how often estimate ± 1.96 errors holds what was put in; each judgement stands in its cluster three times."""
    truth = {"length": 0.5, "first": 0.3, "tie": -0.2}
    told_as = {"length": "length", "first": "first_place", "tie": "tie"}
    held = dict.fromkeys(truth, 0)
    for run in range(runs):
        rng = np.random.default_rng(run)
        inputs = pairs(pairs_of_a_run, rng)
        targets = judged(inputs, rng, **truth)
        model = preference_model.make({"ridge": 0.1}, 1, PLACE)
        groups = np.repeat(np.arange(len(inputs)), 3)
        thrice = [one for one in inputs for _ in range(3)]
        model.fit(lesson(thrice, np.repeat(targets, 3, axis=0), ("a", "b", "tie"), groups=groups))
        told = model.told()
        for name, value in truth.items():
            held[name] += abs(told[told_as[name]] - value) <= 1.96 * told[f"{told_as[name]}_error"]
    return {name: count / runs for name, count in held.items()}


def test_errors_are_those_of_clusters():
    """Errors that took the rows for independent would hold the truth in seven of ten runs."""
    assert min(covered(60, 150).values()) > 0.84


@pytest.mark.slow
def test_errors_are_calibrated():
    held = covered(400, 400)
    assert all(0.91 < share < 0.98 for share in held.values()), held

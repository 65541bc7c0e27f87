"""What each remedy leaves: shares, lengths, first copies; and that chance is all that decides within them."""

from __future__ import annotations

import numpy as np
import pytest

from harness import plugins
from harness.remedies._rows import Rows, thin

NAMES = plugins.list_names("remedies")


def rows(texts=None, kinds=None, faults=None, items=None):
    n = len(next(x for x in (texts, kinds, faults, items) if x is not None))
    blank = [None] * n
    return Rows(*(np.array(x if x is not None else blank, dtype=object)
                  for x in (items if items is not None else range(n), texts, kinds, faults)))  # fmt: skip


def chosen(name, model, people=None, seed=1, **options):
    remedy = plugins.load("remedies", name)
    return remedy.choose(
        model, people if people is not None else model, {**remedy.OPTIONS, **options}, np.random.default_rng(seed)
    )


def of_words(counts):
    return [" ".join(["word"] * n) for n in counts]


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_reads_and_is_seeded(name):
    remedy = plugins.load("remedies", name)
    assert remedy.__doc__.startswith(f"{name}: ")
    assert set(remedy.READS) <= {"text", "class", "fault"}
    rng = np.random.default_rng(1)
    model, people = (
        rows([f"w{rng.integers(90)} " * rng.integers(1, 20) for _ in range(80)], list(rng.choice(["a", "b"], 80)))
        for _ in range(2)
    )
    first, again = (chosen(name, model, people) for _ in range(2))
    assert (first == again).all()
    assert first.dtype == bool and len(first) == 80


def test_what_has_a_fault_goes():
    assert chosen("drop_faulty", rows(faults=[None, "language", None, "refusal"])).tolist() == [1, 0, 1, 0]


def test_the_first_of_equal_texts_stays():
    model = rows(["Do it!", "do it", "Do it now", "DO IT.", "else"])
    assert chosen("drop_duplicates", model).tolist() == [1, 0, 1, 0, 1]


def test_near_duplicates_go_where_asked():
    pytest.importorskip("rapidfuzz")
    model = rows(["write a poem about the sea", "write a poem about the sun", "name three birds of prey"])
    assert chosen("drop_duplicates", model).all()
    assert chosen("drop_duplicates", model, alike=0.7).tolist() == [1, 0, 1]


def test_lengths_become_people_s():
    rng = np.random.default_rng(2)
    people, model = rng.poisson(12, 4_000) + 1, rng.poisson(18, 20_000) + 1
    kept = model[chosen("match_length", rows(of_words(model)), rows(of_words(people)))]
    assert abs(np.mean(kept) - np.mean(people)) < 0.35 < abs(np.mean(model) - np.mean(people))
    assert kept.max() <= people.max()
    assert len(kept) > 400


def test_equal_lengths_stay():
    lengths = np.random.default_rng(3).poisson(12, 3_000)
    assert chosen("match_length", rows(of_words(lengths)), rows(of_words(lengths))).mean() > 0.95


def test_classes_get_people_s_shares():
    people, model = rows(kinds=["a"] * 500 + ["b"] * 500), rows(kinds=["a"] * 8_000 + ["b"] * 1_000 + ["c"] * 50)
    kept = model.kind[chosen("rake", model, people)]
    assert np.mean(kept == "a") == pytest.approx(0.5, abs=0.04)
    assert "c" not in kept
    assert np.mean(kept == "b") * len(kept) == pytest.approx(1_000, abs=1)  # of the rarest nothing is lost


def test_thinning_keeps_by_weight():
    weights = np.repeat([0.0, 1.0, 4.0], 5_000)
    kept = thin(weights, np.random.default_rng(4)).reshape(3, -1).mean(axis=1)
    assert kept == pytest.approx([0, 0.25, 1], abs=0.02)
    assert not thin(np.zeros(3), np.random.default_rng(1)).any()

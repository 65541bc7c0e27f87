"""Trained on its own texts, a model loses people's rare words; with people's texts kept, it loses fewer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from typer.testing import CliRunner

from harness import cli
from harness.collapse import Generation, Settings, collapse
from harness.errors import DataError, PluginError
from harness.functions import compressed_bytes
from harness.overseeds import mean_over, slope_over
from harness.store.collapse import measure
from tests.studies import write_study

SETTINGS = Settings(generations=4, seeds=3)


def said_by_people(count, seed=0):
    """Write texts whose words are Zipf's: a few are everywhere, most are rare."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, 401)
    share /= share.sum()
    return [" ".join(f"w{n}" for n in rng.choice(400, p=share, size=8)) for _ in range(count)]


@pytest.fixture(scope="module")
def generations():
    texts = said_by_people(300)
    return list(collapse(texts, [str(n) for n in range(300)], SETTINGS, {"cut": True}, "tests", lambda _: None))


@pytest.fixture(scope="module")
def found(generations):
    return measure(generations)


def table(found, metric, regime):
    chosen = found[(found["metric"] == metric) & (found["regime"] == regime)]
    return chosen.pivot(index="seed", columns="generation", values="value").to_numpy(dtype=float)


def test_each_regime_begins_with_the_same_people(generations):
    first = {(g.regime, g.seed): g for g in generations if g.number == 0}
    for seed in range(3):
        one, other = first["replace", seed], first["accumulate", seed]
        assert list(one.texts) == list(other.texts)
        assert one.perplexity == other.perplexity
        assert not set(one.texts) & set(one.held)
        assert len(one.texts) + len(one.held) == pytest.approx(300, abs=3)
    assert first["replace", 0].held != first["replace", 1].held
    assert {len(g.texts) for g in generations if g.seed == 0} == {len(first["replace", 0].texts)}


def test_rare_words_are_lost_and_people_are_understood_less(found):
    assert slope_over(table(found, "tail_recall", "replace")).upper < 0
    assert slope_over(table(found, "loss", "replace")).lower > 0


def test_keeping_people_s_texts_slows_it(found):
    gap = table(found, "loss", "replace")[:, -1] - table(found, "loss", "accumulate")[:, -1]
    assert (gap > 0).all()
    assert slope_over(table(found, "loss", "accumulate")).value < slope_over(table(found, "loss", "replace")).value / 2


def test_even_draws_that_cut_nothing_lose_what_was_not_drawn():
    settings, texts = Settings(generations=4, seeds=3, regimes=("replace",)), said_by_people(300)
    found = measure(list(collapse(texts, [str(n) for n in range(300)], settings, {}, "tests", lambda _: None)))
    assert slope_over(table(found, "loss", "replace")).lower > 0


def test_the_same_seeds_give_the_same(generations):
    texts = said_by_people(300)
    again = collapse(texts, [str(n) for n in range(300)], SETTINGS, {"cut": True}, "tests", lambda _: None)
    assert [next(again) for _ in range(3)] == generations[:3]


def test_the_tail_are_the_rarest_types_that_hold_a_twentieth():
    held = ["a " * 30 + "b b c c d x", ""]
    written = ["a b c d " * 9, ""]
    found = measure([Generation("replace", 0, 0, ["a d " * 18], held, 3.0),
                     Generation("replace", 0, 1, written, held, 4.0)])  # fmt: skip
    told = {(row.generation, row.metric): row.value for row in found.itertuples()}
    assert told[0, "budget"] == 36
    # d and x hold 2 of 36 words, a twentieth: they are the tail, and only d was written
    assert told[0, "tail_recall"] == told[1, "tail_recall"] == 0.5
    assert told[0, "distinct_1"] == pytest.approx(2 / 36)
    assert told[0, "distinct_2"] == pytest.approx(2 / 35)
    assert told[0, "entropy"] == pytest.approx(1.0)
    assert told[1, "entropy"] == pytest.approx(2.0)
    line = "a b c d " * 9
    assert told[1, "compression"] == pytest.approx(len(line) / compressed_bytes.call([line.strip(), ""]))


def test_nothing_is_measured_across_texts_or_beyond_the_budget():
    found = measure([Generation("replace", 0, 0, ["a b", "c d"], ["x y z"], 3.0)])
    told = {row.metric: row.value for row in found.itertuples()}
    assert told["budget"] == 3
    assert told["distinct_1"] == 1.0
    assert told["distinct_2"] == 1.0  # a b; c stands alone
    assert told["words_per_text"] == 2.0


def test_intervals_over_seeds_are_students():
    made = mean_over(np.array([1.0, 2.0, 3.0]))
    assert (made.value, made.lower) == pytest.approx((2.0, 2 - 4.303 / math.sqrt(3)), abs=0.03)
    assert math.isnan(mean_over(np.array([1.0])).lower)
    assert slope_over(np.array([[0.0, 2, 4], [1.0, 2, 3]])).value == pytest.approx(1.5)


def test_what_cannot_collapse_is_refused():
    with pytest.raises(DataError, match="too few"):
        list(collapse(["a"] * 3, ["1", "2", "3"], SETTINGS, {}, "tests", print))
    with pytest.raises(PluginError, match="does not write"):
        list(collapse(["a"] * 99, ["1"] * 99, Settings("preference_model"), {}, "tests", print))


def test_the_verb_works_on_a_study_of_texts(tmp_path):
    rows = "item,text\n" + "".join(f"{n},{text}\n" for n, text in enumerate(said_by_people(80)))
    data = {"dataset": "tiny", "file": "people.csv", "item": "item", "fields": {"seed": "text"},
            "record": {"text": "text"}}  # fmt: skip
    write_study(tmp_path / "tiny", files={"people.csv": rows}, datatype="text", label=None,
                text={"task": "rewrite", "seed": "seed"}, template=None, models=[], data=[data])  # fmt: skip
    made = CliRunner().invoke(
        cli.app,
        ["collapse", str(tmp_path / "tiny"), "--runs", str(tmp_path / "runs"), "--seeds", "2", "--generations", "2"],
        catch_exceptions=False,
    )
    assert made.exit_code == 0
    assert "rare words kept" in made.output
    folder = tmp_path / "runs" / "collapse-tiny"
    assert (folder / "ngram_lm.png").stat().st_size > 10_000
    from harness.store import open_store

    held = open_store(tmp_path / "runs").sql("select * from collapse")
    assert set(held["generation"]) == {0, 1, 2}
    assert held.groupby("metric").size().nunique() == 1


@pytest.mark.model
def test_the_demos_model_loses_a_generation():
    pytest.importorskip("peft", reason="pip install 'harness[finetune]'")
    texts = [f"Room {n} is {'warm' if n % 3 else 'cold'} and has {n % 7} chairs." for n in range(60)]
    settings = Settings("finetune_lm", generations=1, seeds=1, regimes=("replace",))
    options = {"epochs": 1, "longest": 64, "new_tokens": 16, "rate": 1e-3}
    made = list(collapse(texts, [str(n) for n in range(60)], settings, options, "tests", lambda _: None))
    assert [len(one.texts) for one in made] == [48, 48]
    assert all(1 < one.perplexity < 1_000 for one in made)

"""Audits that are run on random halves: one size on both sides, and errors that are calibrated."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness import inference
from harness.audit import run
from harness.auditfile import AUDITS, read_audit
from harness.errors import AuditError
from harness.halves import Deck, Texts, parts_of, spread
from harness.passes import Effort
from harness.store.bench import Bench
from harness.turns import Pool
from tests.calibration import speech

AUDIT = """/*
title     = "Distinct words"
question  = "How much more varied are the model's words?"
relation  = "texts"
range     = [-1, 1]
worse     = "down"
warn      = 0.02
test      = "neutral"
neutral   = 0
pairing   = "auto"
resample  = "halves"
words     = "text"
reference = "the tests"
[example]
given  = [{item_id = 1, role = "model", words = ["a", "a"]}, {item_id = 1, role = "reference", words = ["a", "b"]}]
expect = [{metric = "distinct", estimate = -0.5}]
*/
-- estimate
with spoken as (
    select replicate, dataset, kind, model, variant, wave, role, unnest(words) as word from texts
),
sides as (
    select replicate, dataset, kind, model, variant, wave, role, count(distinct word) / count(*) as share
    from spoken group by all
)
select replicate, dataset, kind, model, variant, wave, 'distinct' as metric,
       sum(case when role = 'model' then share else -share end) as estimate
from sides group by all
"""
STUDY = speech.STUDY


@pytest.fixture
def audit(tmp_path):
    path = tmp_path / "distinct.sql"
    path.write_text(AUDIT)
    return read_audit(path)


def simulate(studies: int, seed: int, **design: object) -> Bench:
    """Studies of texts by two people and a model."""
    return speech.draw({"written": True, **design}, studies, seed)


def pool_of(people: list[int], models: list[int]) -> Pool:
    item = np.repeat(np.arange(len(people)), np.add(people, models))
    is_model = np.concatenate([[False] * p + [True] * m for p, m in zip(people, models, strict=True)])
    return Pool(item, np.arange(len(item)), is_model, np.full(len(item), -1))


def halves(pool: Pool, cluster: np.ndarray, texts: Texts, most: int = 10_000, parts: int = 2, seed: int = 1):
    rng = np.random.default_rng(seed)
    order, folds = rng.random((2, cluster.max() + 1))
    return Deck(pool, cluster, texts).deal(order, folds, rng, parts=parts, most=most)


def test_two_halves_share_no_cluster_and_have_one_answer_a_side_and_one_size():
    pool = pool_of([3] * 20, [1] * 20)
    texts = Texts(pool.answer, np.random.default_rng(1).integers(5, 50, 80))
    clusters = []
    for half in halves(pool, pool.item // 2, texts):
        items = pool.item[half.row]
        clusters.append(np.unique(items // 2))
        by_side = [dict(zip(items[mine], half.kept[mine], strict=True)) for mine in (half.is_model, ~half.is_model)]
        assert by_side[0] == by_side[1] and len(by_side[0]) == 10, "of each item the same number of words"
        assert sum(by_side[0].values()) == half.budget
        folds = {tuple(half.fold[items // 2 == cluster]) for cluster in clusters[-1]}
        assert all(len(set(fold)) == 1 for fold in folds), "a cluster lies in one fold"
        assert len(np.unique(half.fold)) == 2
    assert sorted(np.concatenate(clusters)) == list(range(10))


def test_parts_are_as_large_as_each_other_and_what_is_left_sits_out():
    pool = pool_of([1] * 23, [1] * 23)
    dealt = halves(pool, pool.item, Texts(pool.answer, np.ones(46, dtype=np.int64)), parts=5)
    assert [half.budget for half in dealt] == [4] * 5
    assert len(set(np.concatenate([pool.item[half.row] for half in dealt]))) == 20


def test_two_groups_are_halved_apart_and_matched_at_random():
    pool = pool_of([1] * 20 + [0] * 10, [0] * 20 + [1] * 10)
    for half in halves(pool, pool.item, Texts(pool.answer, np.random.default_rng(9).integers(5, 50, 30))):
        assert sorted(half.kept[half.is_model]) == sorted(half.kept[~half.is_model]) and half.is_model.sum() == 5


def test_the_budget_cuts_the_last_text():
    pool = pool_of([1] * 40, [1] * 40)
    for half in halves(pool, pool.item, Texts(pool.answer, np.full(80, 30)), most=100):
        assert half.budget == 100 and sorted(half.kept[half.is_model]) == [10, 30, 30, 30]


def test_rows_of_one_answer_stay_together_and_answers_without_text_are_left_out():
    pool = pool_of([1] * 10, [1] * 10)
    texts = Texts(np.repeat(pool.answer[pool.answer != 3], 2), np.ones(38, dtype=np.int64))
    for half in halves(pool, pool.item, texts):
        owners = texts.answer[half.row]
        assert 3 not in owners
        assert (np.diff(np.flatnonzero(np.r_[True, owners[1:] != owners[:-1], True]))[:-1] <= 2).all()


def test_nobody_is_compared_with_nobody():
    pool = pool_of([1] * 4, [0] * 3 + [1])
    assert halves(pool, pool.item, Texts(pool.answer[:0], pool.answer[:0])) == []
    assert halves(pool, pool.item, Texts(pool.answer[~pool.is_model], np.full(4, 9))) == [], "the model wrote nothing"


def test_there_are_as_many_parts_as_the_largest_budget_goes_into():
    def deck(items: int, words: int = 10) -> Deck:
        pool = pool_of([1] * items, [1] * items)
        return Deck(pool, pool.item, Texts(pool.answer, np.full(2 * items, words)))

    small, large, larger = deck(40), deck(400), deck(700)
    assert parts_of(small, [small], 1000, 128) == 2
    assert parts_of(large, [large], 1000, 128) == 4
    assert parts_of(larger, [large, larger, small], 1000, 128) == 4, "as its like, so that they are paired"
    assert parts_of(small, [large, larger, small], 1000, 128) == 2
    assert parts_of(larger, [larger], 100, 32) == 32
    assert parts_of(deck(50, 10_000), [deck(50, 10_000)], 1000, 128) == 5, "ten clusters each at least"


def of_sum(values: np.ndarray, rng: np.random.Generator) -> float:
    return float(values.mean())


def of_pairs(values: np.ndarray, rng: np.random.Generator) -> float:
    """The share of pairs that are equal: wholly made of pairs, as all words are as likely."""
    times = np.unique(values, return_counts=True)[1]
    return float((times * (times - 1)).sum() / len(values) / (len(values) - 1))


def with_chance(values: np.ndarray, rng: np.random.Generator) -> float:
    """A sum that each part sees with an error of its own, as where one of several answers is picked."""
    return float(values.mean() + rng.normal(0, values.std() / math.sqrt(len(values))))


STATISTICS = [of_sum, of_pairs, with_chance]


def measured(statistic, size: int, parts: int, studies: int, per_cluster: int = 1):
    """Estimates and their standard errors over simulated studies: two sides, of one of 40 words an item, compared."""
    rng = np.random.default_rng([size, parts])
    made = []
    for _ in range(studies):
        sides = rng.integers(0, 40, (2, size, per_cluster))
        orders = [rng.permutation(size) for _ in range(128 // parts)]
        dealt = [[order[n::parts][: size // parts] for n in range(parts)] for order in orders]
        draws = [[[np.subtract(*(statistic(s[part].ravel(), rng) for s in sides))] for part in deal] for deal in dealt]
        made.append(spread(np.array(draws), size))
    curves = np.array([curve for curve, _ in made])
    errors = np.array([inference.standard_error(curve[1:], size) for curve in curves])
    return curves[:, 0], errors, np.array([inference.t_quantile(0.975, freedom) for _, freedom in made])


def holds(statistic, size: int, parts: int, studies: int, per_cluster: int = 1) -> None:
    estimates, errors, t = measured(statistic, size, parts, studies, per_cluster)
    ratio = math.sqrt(np.mean(errors**2)) / np.std(estimates)
    # Of eight parts an eighth of the variance of pairs is left, and 16 deals tell no less than 0.4 from nothing.
    most = 1.8 if parts == 8 and statistic is of_pairs else 1.15
    noise = 3 / math.sqrt(2 * studies)
    assert 1 - noise <= ratio <= most + noise, ratio
    covered = np.mean(abs(estimates) <= t * errors)
    assert covered >= 0.93 - 2 * math.sqrt(0.07 * 0.93 / studies), covered


@pytest.mark.parametrize("statistic", STATISTICS)
def test_errors_are_those_of_the_mean_over_halves(statistic):
    holds(statistic, 60, 2, 100)


@pytest.mark.grid
@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize(
    ("size", "parts", "per_cluster"), [(60, 2, 1), (60, 2, 4), (250, 2, 1), (250, 8, 1), (1000, 2, 1)]
)
def test_errors_are_those_of_the_mean_over_halves_at_all_sizes(statistic, size, parts, per_cluster):
    holds(statistic, size, parts, 400, per_cluster)


def test_a_sum_of_halves_has_its_draws_for_replicates():
    values = np.random.default_rng(5).normal(size=40)
    orders = [np.random.default_rng(n).permutation(40) for n in range(64)]
    draws = np.array([[values[order[:20]].mean(), values[order[20:]].mean()] for order in orders])
    made, freedom = spread(draws[:, :, None], 40)
    assert made[0] == pytest.approx(values.mean()) and freedom == round(1 / (1 / 39 + 1 / 64))
    assert made[1:] == pytest.approx(made[0] + (draws.ravel() - made[0]) * math.sqrt(127 / 128 * 39 / 40))


def test_one_deal_of_many_parts_has_the_error_of_a_mean():
    draws = np.random.default_rng(6).normal(size=(1, 128))
    made, freedom = spread(draws[:, :, None], 5000)
    assert made[1:].std(ddof=1) == pytest.approx(draws.std(ddof=1) / math.sqrt(128), rel=1e-3)
    assert freedom == round(1 / (1 / 127 + 1 / 4999))


def test_what_is_mostly_chance_is_not_called_certain():
    draws = np.random.default_rng(7).normal(size=(64, 2, 1))
    errors = spread(draws, 60)[0][1:].std(ddof=1)  # as much between deals as within: nothing is left of the variance
    assert errors >= math.sqrt(0.25 * np.mean((draws[:, 0] - draws[:, 1]) ** 2 / 4)) * 0.99


def test_clusters_that_stand_twice_have_the_error_of_a_sum():
    rng = np.random.default_rng(9)
    draws = []
    for _ in range(64):  # of 30 pairs, a half and its complement hold as many
        half = rng.permutation(60)[:30] // 2
        draws.append([(30 - len(set(half))) / 15] * 2)
    draws = np.array(draws)
    made, freedom = spread(draws[:, :, None], 60)
    assert made[1:].std(ddof=1) == pytest.approx(draws.std(), rel=0.02)
    assert freedom == round(1 / (1 / 59 + 1 / 64))


def test_deals_with_a_part_that_is_undefined_are_left_out():
    draws = np.random.default_rng(8).normal(size=(64, 2, 1))
    draws[3, 1] = np.nan
    made, _ = spread(draws, 60)
    assert np.isnan(made[1:].reshape(64, 2)[3]).all() and np.isfinite(np.delete(made, [7, 8])).all()
    assert made[0] == pytest.approx(np.delete(draws, 3, axis=0).mean())
    assert np.isnan(spread(np.full((4, 2, 3), np.nan), 60)[0]).all()


def test_an_audit_has_one_select_on_halves_and_two_on_sums(tmp_path, audit):
    assert audit.cells == ""
    for text in (AUDIT.replace("-- estimate", "-- cells\nselect 1\n-- estimate"), AUDIT.replace('"halves"', '"whole"')):
        path = tmp_path / "wrong.sql"
        path.write_text(text)
        with pytest.raises(AuditError):
            read_audit(path)
    path.write_text(AUDIT.replace('resample  = "halves"\n', ""))
    with pytest.raises(AuditError):
        read_audit(path)


@pytest.mark.parametrize("paired", [True, False])
def test_a_narrower_vocabulary_is_found(audit, paired):
    (found,) = run(simulate(1, 6, items=200, narrower=0.9, paired=paired), audit, STUDY)
    assert found.verdict == "found" and found.excess < -0.02
    assert "on random halves, at" in found.note and ("unpaired" in found.note) is not paired
    (none,) = run(simulate(1, 6, items=200, paired=paired), audit, STUDY)
    assert none.verdict != "found" and abs(none.estimate) < 0.02


def differences(audit, studies: int):
    """Of two models alike: how far their estimates lie apart in each study, and the error that replicates give it."""
    design = speech.Speech(studies, written=True)
    frame = speech.simulate(design, 5)
    twin = frame["annotator_id"] == "p1"  # one of the two people is made a model
    frame = frame.assign(model=np.where(twin, "twin", "m"), kind=frame["kind"].where(~twin, "llm"))
    by_study: dict[str, list] = {}
    for found in run(speech.lay(frame, design), audit, STUDY):
        by_study.setdefault(found.dataset, []).append(found)
    apart, errors = [], []
    for one, other in by_study.values():
        apart.append(one.estimate - other.estimate)
        errors.append(inference.standard_error(one.replicates - other.replicates, one.clusters))
    return np.array(apart), np.array(errors)


def test_replicates_of_two_annotators_are_paired(audit):
    apart, errors = differences(audit, 12)
    assert 0.5 <= math.sqrt(np.mean(errors**2)) / np.std(apart) <= 2  # 1, give or take the noise of 12 studies


@pytest.mark.grid
def test_differences_of_two_annotators_are_covered(audit):
    apart, errors = differences(audit, 150)
    assert 0.85 <= math.sqrt(np.mean(errors**2)) / np.std(apart) <= 1.25
    assert np.mean(abs(apart) <= 2 * errors) >= 0.90


def test_the_order_of_rows_changes_nothing():
    coverage = read_audit(AUDITS / "instruction" / "topic_coverage.sql")
    design = speech.Speech(
        1, relation="instructions", items=40, features=("embedding",)
    )  # one to three tasks an answer
    frame = speech.simulate(design, 3)
    one, other = (
        run(speech.lay(each, design), coverage, STUDY, Effort(halves=16))
        for each in (frame, frame.sample(frac=1, random_state=1))
    )
    assert [found.estimate for found in one] == [found.estimate for found in other]

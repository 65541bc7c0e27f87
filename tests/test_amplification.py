"""What training adds: intervals that cover, verdicts, mixtures and learning curves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.amplification import (
    equal_sizes,
    find_enough,
    judge_amplification,
    judge_share,
    mean_over_seeds,
    pool_adjacent,
    worth,
)

REDRAWS = 200


def world(rng, items, pull):
    """Draw items, an annotation by a person, and one by a model that is drawn to the majority."""
    x = rng.normal(size=(items, 6))
    p = 1 / (1 + np.exp(-(1.4 * x[:, 0] + 0.7 * x[:, 1] - 1)))
    people = (rng.random((items, 3)) < p[:, None]).astype(float)
    return x, people, (rng.random(items) < (1 - pull) * p + pull * (p > 0.5)).astype(float)


def learn(x, y, asked):
    """Learn by ridge regression, and say which label is the likelier."""
    made, new = (np.c_[np.ones(len(each)), each] for each in (x, asked))
    return (new @ np.linalg.solve(made.T @ made + np.eye(7), made.T @ (2 * y - 1)) > 0).astype(float)


def study(rng, items, tested, drawn, seeds=5):
    """Train one study; give what mean_over_seeds is told: added by a model, by people, to a class, and accuracies."""
    x, people, model = world(rng, items, 0.5)
    asked, heard, said = world(rng, tested, 0.5)
    weights = np.vstack([np.ones(tested), rng.multinomial(tested, np.full(tested, 1 / tested), REDRAWS)]) / tested
    one = people[np.arange(items), rng.integers(0, 3, items)]
    # A model's texts of the same classes, of other items: further out, so that other shares of classes come of them.
    texts, classes, _ = world(rng, items, 0.5)
    texts, classes = texts + 0.4 * (2 * classes[:, :1] - 1), classes[:, 0]
    shown = {"model": [], "people": [], "gain": [], "against": [], "classes": []}
    for _ in range(seeds):
        chosen = rng.permutation(items)[: int(drawn * items)]
        by_model, by_people = (learn(x[chosen], y[chosen], asked) for y in (model, one))
        right = [1 - np.abs(each[:, None] - heard).mean(axis=1) for each in (by_model, by_people)]
        shown["model"].append(weights @ (by_model - said))
        shown["people"].append(weights @ (by_people - heard.mean(axis=1)))
        shown["gain"].append(weights @ right[0])
        shown["against"].append(weights @ right[1])
        taught = classes[chosen].mean() - one[chosen].mean()
        shown["classes"].append(weights @ (learn(texts[chosen], classes[chosen], asked) - heard[:, 0]) - taught)
    return {name: np.array(values) for name, values in shown.items()}


def means(shown, tested, drawn):
    return {
        "model": mean_over_seeds(shown["model"], tested, drawn),
        "people": mean_over_seeds(shown["people"], tested, drawn),
        "classes": mean_over_seeds(shown["classes"], tested, drawn),
        "difference": mean_over_seeds(shown["gain"], tested, drawn, minus=shown["against"], minus_drawn=drawn),
    }


def coverage(items, tested, drawn, studies, seed=1):
    rng = np.random.default_rng(seed)
    once = [study(rng, items, tested, drawn, seeds=1) for _ in range(4 * studies)]
    truth = {name: np.mean([one[name][0, 0] for one in once]) for name in ("model", "people", "classes")}
    truth["difference"] = np.mean([one["gain"][0, 0] - one["against"][0, 0] for one in once])
    made = [means(study(rng, items, tested, drawn), tested, drawn) for _ in range(studies)]
    return {n: np.mean([one[n].lower <= true <= one[n].upper for one in made]) for n, true in truth.items()}


def test_intervals_cover_items_and_training() -> None:
    for name, share in coverage(120, 80, 0.5, 250).items():
        assert 0.90 <= share <= 0.995, name


@pytest.mark.slow
@pytest.mark.parametrize(("items", "tested"), [(60, 40), (150, 80), (400, 1000)])
@pytest.mark.parametrize("drawn", [0.5, 0.8])
def test_intervals_cover_in_worlds_of_all_sizes(items, tested, drawn) -> None:
    least = 0.92 if drawn == 0.5 else 0.88  # at 0.8, five seeds are few to tell how much corpora differ
    for name, share in coverage(items, tested, drawn, 1000).items():
        assert least - 0.015 <= share <= 0.99, name


def test_two_corpora_drawn_alike_are_compared_as_one_difference() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 6, 101))
    together = mean_over_seeds(one - other, 50, 0.5)
    apart = mean_over_seeds(one, 50, 0.5, minus=other, minus_drawn=0.5)
    assert together == apart


def test_without_a_second_seed_nothing_is_sure() -> None:
    mean = mean_over_seeds(np.random.default_rng(0).normal(1, 0.1, size=(1, 101)), 50, 0.5)
    assert mean.value and math.isnan(mean.lower) and math.isnan(mean.p)
    assert judge_amplification("up", 0.1, mean, math.nan) == "cannot tell"
    assert judge_share(mean, 0.02) == "cannot tell"


def mean_of(value, noise):
    """Make a mean of this value, with so much noise over redraws of the test and over seeds each."""
    rng = np.random.default_rng(3)
    seeds, redraws = rng.normal(0, noise, size=(5, 1)), rng.normal(0, noise, size=(1, 201))
    return mean_over_seeds(value + seeds - seeds.mean() + redraws - redraws[0, 0], 60, 0.5)


@pytest.mark.parametrize(
    ("worse", "warn", "value", "noise", "verdict"),
    [
        ("up", 0.05, 0.3, 0.01, "amplified"),
        ("up", 0.05, -0.3, 0.01, "damped"),
        ("down", 0.05, -0.3, 0.01, "amplified"),
        ("both", 0.05, 0.3, 0.01, "moved"),
        ("up", 0.05, 0.0, 0.001, "the same"),
        ("up", 0.05, 0.0, 0.3, "cannot tell"),
        ("up", None, 0.3, 0.01, "described"),
    ],
)
def test_verdicts(worse, warn, value, noise, verdict) -> None:
    found = mean_of(value, noise)
    assert judge_amplification(worse, warn, found, found.p) == verdict


def test_mixtures_are_not_worse_worse_or_untold() -> None:
    told = [judge_share(mean_of(*each), 0.02) for each in ((0.0, 0.001), (-0.1, 0.001), (0.0, 0.3))]
    assert told == ["not worse", "worse", "cannot tell"]


def test_enough_is_looked_for_from_the_largest_share_down() -> None:
    assert find_enough({0: "not worse", 25: "worse", 50: "not worse", 75: "not worse"}) == 50
    assert find_enough({50: "not worse", 75: "cannot tell"}) is None


def test_a_curve_is_made_rising() -> None:
    assert pool_adjacent(np.array([1.0, 3.0, 2.0, 4.0])).tolist() == [1, 2.5, 2.5, 4]


def test_equal_sizes_are_read_in_log_size() -> None:
    sizes, curve = np.array([10.0, 1000.0]), np.array([0.4, 0.8])
    assert equal_sizes(0.6, sizes, curve) == pytest.approx(100)
    assert equal_sizes(0.4, sizes, curve) == 10
    assert equal_sizes(0.3, sizes, curve) == 0 and equal_sizes(0.9, sizes, curve) == math.inf


def test_the_worth_of_a_label_is_covered() -> None:
    """A model's items teach half as much a head: score = log(n / 2), so one of a person's is worth two."""
    rng = np.random.default_rng(0)
    sizes = np.array([25.0, 50, 100, 200, 400])
    held = 0
    for _ in range(300):
        noise = 0.15
        human = math.log(100) + rng.normal(0, noise)
        curve = np.log(sizes / 2) + rng.normal(0, noise, 5)
        draws = np.concatenate([[human], human + rng.normal(0, noise, 400)])
        curves = np.vstack([curve, curve + rng.normal(0, noise, (400, 5))])
        found = worth(100, draws, sizes, curves)
        held += found.lower <= 2 <= found.upper
    assert held / 300 >= 0.9

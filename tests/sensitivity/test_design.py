"""Which prompts were tried, and of which others an interval speaks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from harness.sensitivity.design import make_design, read_levels


def grid(**axes):
    return [dict(zip(axes, choice, strict=True)) for choice in itertools.product(*axes.values())]


def test_axes_are_open_unless_all_their_levels_were_tried():
    known = {"bandwagon": ("none", "first", "second"), "distraction": ("none", "first", "second")}
    levels = grid(
        wording=("a", "b"), answer_order=("given", "swapped"), bandwagon=known["bandwagon"],
        distraction=("none", "first"), persona=("x",),
    )  # fmt: skip
    design = make_design(levels, known)
    assert {axis.name: axis.open for axis in design.axes} == {
        "wording": True, "answer_order": False, "bandwagon": False, "distraction": True
    }  # fmt: skip
    assert design.full and design.kind == "full grid"
    assert design.population == (
        "a prompt not yet tried: another wording and another distraction, of the kind of those tried, at any level of "
        "answer_order and bandwagon"
    )
    assert make_design(levels[:-1], known).kind == "23 of 24 combinations"
    assert make_design(levels[:-1], known).population.startswith("another combination of the tried levels of wording,")
    assert make_design(grid(answer_order=("given", "swapped")), {}).population == (
        "the prompts tried: all levels of answer_order"
    )


def test_projections_take_a_full_grid_apart_in_whatever_order_it_stands():
    levels = grid(wording=("a", "b", "c"), persona=("x", "y"), format=("text", "json"))
    np.random.default_rng(1).shuffle(levels)
    design = make_design(levels, {})
    values = np.random.default_rng(2).normal(size=len(levels))
    parts = [design.projection(term) for term in design.terms]
    assert sum(parts) == pytest.approx(np.eye(12) - 1 / 12)
    for one, other in itertools.combinations(parts, 2):
        assert one @ other == pytest.approx(np.zeros((12, 12)), abs=1e-12)
    number = next(n for n, axis in enumerate(design.axes) if axis.name == "wording")
    effect = dict(zip((each["wording"] for each in levels), design.projection((number,)) @ values, strict=True))
    for level in "abc":
        own = [value for each, value in zip(levels, values, strict=True) if each["wording"] == level]
        assert effect[level] == pytest.approx(np.mean(own) - values.mean())


def test_variants_that_others_published_tell_their_levels_by_their_names():
    assert read_levels("wording=plain label_order=reversed") == {"wording": "plain", "label_order": "reversed"}
    assert read_levels("chain of thought") == {"variant": "chain of thought"}
    assert read_levels("wording=plain names: numbers against letters") == {
        "wording": "plain", "names": "numbers against letters"
    }  # fmt: skip
    design = make_design([read_levels(name) for name in ("one", "two words", "three")], {})
    assert design.told() == "variant (3, open)" and design.full

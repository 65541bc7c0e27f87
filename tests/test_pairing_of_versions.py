"""Who is compared with whom."""

from __future__ import annotations

import pytest

from harness.errors import StudyError
from harness.pairing import Version, defaults, pair


def version(model: str, wave: str = "1", variant: str = "published", **more: object) -> Version:
    return Version("d", "llm", model, variant, wave, **more)  # type: ignore[arg-type]


def names(pairs: list, by: str = "model") -> list[tuple[str, str]]:
    return [(getattr(one.base, by), getattr(one.later, by)) for one in pairs]


CHAIN = [
    version("b", family="F", released="2022-03-01"),
    version("c", family="F", released="2023-01-01"),
    version("a", family="F", released="2020-01-01"),
    version("other", family="G", released="2021-01-01"),
    version("undated"),
]


def test_successive_versions_of_a_family_are_compared_in_the_order_of_their_dates():
    assert names(pair(CHAIN, "model")) == [("a", "b"), ("b", "c")]
    assert defaults(CHAIN) == ["model"]


def test_without_dates_all_pairs_are_compared_and_none_unasked():
    undated = [version("x"), version("y"), version("z")]
    assert names(pair(undated, "model")) == [("x", "y"), ("x", "z"), ("y", "z")]
    assert defaults(undated) == []


def test_each_is_compared_with_the_baseline_and_a_misspelt_one_is_named():
    assert names(pair(CHAIN, "model", "other")) == [("other", name) for name in ("undated", "a", "b", "c")]
    with pytest.raises(StudyError) as told:
        pair(CHAIN, "model", "othr")
    assert "did you mean other?" in str(told.value) and "undated" in str(told.value)


def test_models_meet_in_the_wave_that_they_share_or_with_a_warning():
    both = [version("a", "1"), version("a", "2"), version("b", "2")]
    assert [(one.base.wave, one.later.wave, one.note) for one in pair(both, "model")] == [("2", "2", None)]
    (made,) = pair([version("a", "1"), version("b", "2")], "model")
    assert "two waves" in (made.note or "")


def test_waves_follow_their_numbers():
    waves = [version("a", name) for name in ("10", "2", "1")]
    assert names(pair(waves, "wave"), "wave") == [("1", "2"), ("2", "10")]
    assert names(pair(waves, "wave", "10"), "wave") == [("10", "1"), ("10", "2")]
    assert defaults(waves) == ["wave"]


def test_variants_are_compared_that_differ_in_one_axis():
    grid = [
        version("a", variant=f"w={w} o={o}", levels={"w": w, "o": o}, place=place)
        for place, (w, o) in enumerate([("p", "x"), ("p", "y"), ("q", "x"), ("q", "y"), ("r", "x")])
    ]
    made = names(pair(grid, "variant"), "variant")
    assert ("w=p o=x", "w=q o=y") not in made and ("w=q o=x", "w=r o=x") not in made
    assert sorted(made) == [
        ("w=p o=x", "w=p o=y"), ("w=p o=x", "w=q o=x"), ("w=p o=x", "w=r o=x"), ("w=p o=y", "w=q o=y"),
        ("w=q o=x", "w=q o=y"),
    ]  # fmt: skip
    published = [version("a", variant=name) for name in ("one", "two")]
    assert names(pair(published, "variant"), "variant") == [("one", "two")]


def test_data_sets_and_kinds_are_never_mixed():
    apart = [version("a", family="F", released="2020"), Version("e", "llm", "b", "published", "1", "F", "2021")]
    assert pair(apart, "model") == []

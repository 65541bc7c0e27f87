"""Which combinations of levels are asked, and what is said of those that are not."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness import pipeline
from harness.design import MOST_CELLS, Cell, Design, choose, tell
from harness.errors import StudyError
from harness.store import Store
from harness.study import Study
from tests.studies import generate, generate_and_parse, write_study

GRIDS = [(2, 2), (2, 2, 2), (2, 3), (3, 3, 3), (2, 3, 4), (2, 10, 3), (5, 2, 2, 3), (2, 2, 2, 2, 2)]
PARTS = ["random", "fraction"]


def cells(kind: str, sizes: tuple[int, ...], count: int | None = None, seed: int = 1) -> list[Cell]:
    return choose(Design(kind=kind, cells=count, seed=seed), sizes, "here")  # type: ignore[arg-type]


def counts(chosen: list[Cell], sizes: tuple[int, ...], *axes: int) -> list[int]:
    found = Counter(tuple(cell[axis] for axis in axes) for cell in chosen)
    return [found[levels] for levels in itertools.product(*(range(sizes[axis]) for axis in axes))]


@pytest.mark.parametrize("sizes", GRIDS)
def test_a_grid_is_every_combination_once(sizes: tuple[int, ...]) -> None:
    assert cells("grid", sizes) == list(itertools.product(*map(range, sizes)))


@pytest.mark.parametrize("sizes", GRIDS)
def test_one_at_a_time_leaves_the_baseline_by_one_axis(sizes: tuple[int, ...]) -> None:
    chosen = cells("one-at-a-time", sizes)
    assert len(chosen) == 1 + sum(size - 1 for size in sizes)
    assert chosen[0] == (0,) * len(sizes)
    assert all(sum(level > 0 for level in cell) == 1 for cell in chosen[1:])


@pytest.mark.parametrize("kind", PARTS)
@pytest.mark.parametrize("sizes", GRIDS)
def test_more_cells_keep_the_fewer_and_the_baseline(kind: str, sizes: tuple[int, ...]) -> None:
    fewer: set[Cell] = {(0,) * len(sizes)}
    for count in range(1, math.prod(sizes) + 1):
        chosen = cells(kind, sizes, count)
        assert len(set(chosen)) == len(chosen) == count
        assert fewer <= set(chosen)
        assert chosen == sorted(chosen)
        fewer = set(chosen)


@pytest.mark.parametrize("sizes", GRIDS)
def test_random_uses_each_level_about_as_often(sizes: tuple[int, ...]) -> None:
    spread = []
    for seed in range(3):
        for count in range(1, math.prod(sizes)):
            chosen = cells("random", sizes, count, seed)
            held = [counts(chosen, sizes, axis) for axis in range(len(sizes))]
            spread.append(max(max(used) - min(used) for used in held))
    assert max(spread) <= 2
    assert sum(one <= 1 for one in spread) >= 0.8 * len(spread)


def test_random_uses_pairs_of_levels_about_as_often_and_does_not_tie_one_axis_to_another() -> None:
    sizes = (2, 10, 3)  # cycles through each axis would make the first a function of the second
    chosen = cells("random", sizes, 30)
    assert set(counts(chosen, sizes, 0, 1)) <= {1, 2}
    assert set(counts(chosen, sizes, 0, 2)) == {5}
    assert set(counts(chosen, sizes, 1, 2)) == {1}


def test_random_is_random_by_its_seed() -> None:
    drawn = [cells("random", (4, 4, 4), 8, seed) for seed in range(20)]
    assert len({tuple(one) for one in drawn}) > 15
    assert drawn == [cells("random", (4, 4, 4), 8, seed) for seed in range(20)]
    often = Counter(cell for one in drawn for cell in one[1:])
    assert max(often.values()) < 15  # no cell but the baseline is in most of them


@pytest.mark.parametrize(("sizes", "count"), [((2, 2, 2), 4), ((2,) * 7, 8), ((3, 3, 3, 3), 9)])
def test_a_fraction_finds_the_orthogonal_one(sizes: tuple[int, ...], count: int) -> None:
    chosen = cells("fraction", sizes, count)
    for one, other in itertools.combinations(range(len(sizes)), 2):
        assert len(set(counts(chosen, sizes, one, other))) == 1  # every pair of levels equally often


@pytest.mark.parametrize(
    ("kind", "count", "match"),
    [
        ("random", None, "needs to know how many"),
        ("fraction", None, "needs to know how many"),
        ("grid", 4, "takes no number"),
        ("one-at-a-time", 4, "takes no number"),
    ],
)
def test_a_size_is_said_where_it_is_needed_only(kind: str, count: int | None, match: str) -> None:
    with pytest.raises(StudyError, match=match):
        cells(kind, (2, 2), count)


def test_a_part_of_a_grid_beyond_all_measure_is_refused() -> None:
    with pytest.raises(StudyError, match=f"a part is chosen from {MOST_CELLS:,} at most"):
        cells("random", (10,) * 6, 24)
    assert len(cells("one-at-a-time", (10,) * 6)) == 55


# ---- in a study

THREE = {"tone": ["plain", "kind"], "role": ["none", "judge", "crowd"], "label_order": ["given", "reversed"]}
ASK = {"ask.j2": "{{ tone }} {{ role }} {{ text }} {{ options }}\n"}


def write(tmp_path: Path, **given: Any) -> Study:
    return Study.load(write_study(tmp_path / "tiny", **{"vary": THREE, "files": ASK, **given}))


def names(study: Study) -> list[str]:
    return [variant.name for variant in study.variants]


def test_a_study_without_a_design_asks_the_grid(tmp_path: Path) -> None:
    assert len(write(tmp_path).variants) == 12
    assert names(write(tmp_path)) == names(write(tmp_path, design={"kind": "grid"}))


def test_what_was_asked_under_a_part_is_kept_by_more_and_by_the_grid(tmp_path: Path, store: Store) -> None:
    first = write(tmp_path, design={"kind": "random", "cells": 4, "seed": 3})
    assert generate(first, store).done == 4 * 2
    more = write(tmp_path, design={"kind": "random", "cells": 6, "seed": 3})
    assert pipeline.plan_study(more, store).calls == 2 * 2
    assert pipeline.plan_study(write(tmp_path), store).calls == 8 * 2


def test_the_baseline_of_every_design_is_one_annotator(tmp_path: Path) -> None:
    designs = [{"kind": "one-at-a-time"}, {"kind": "random", "cells": 3}, {"kind": "fraction", "cells": 3}, {}]
    assert len({write(tmp_path, design=one).annotators[0].annotator_id for one in designs}) == 1


@pytest.mark.parametrize(
    ("design", "match"),
    [
        ({"kind": "lattice"}, "kind"),
        ({"kind": "random", "cels": 4}, "cels"),
        ({"kind": "random"}, "needs to know how many"),
        ({"kind": "random", "cells": 0}, "cells"),
    ],
)
def test_a_design_that_is_none_is_told(tmp_path: Path, design: dict[str, Any], match: str) -> None:
    with pytest.raises(StudyError, match=match):
        write(tmp_path, design=design)


def told(study: Study) -> str:
    return "\n".join(tell(study.design, study.axes, [variant.levels for variant in study.variants]))


def test_a_plan_tells_what_a_grid_asks(tmp_path: Path) -> None:
    assert told(write(tmp_path)) == "design: grid, all 12 combinations of 2 tone x 3 role x 2 label_order"
    assert told(write(tmp_path, vary={"tone": ["plain"]})) == "design: one variant"


def test_a_plan_tells_that_one_at_a_time_sees_no_interactions(tmp_path: Path) -> None:
    lines = told(write(tmp_path, design={"kind": "one-at-a-time"}))
    assert "one-at-a-time, 5 of 12 combinations" in lines
    assert "not seen: what two axes do together" in lines


def test_a_plan_tells_how_a_part_is_balanced_and_what_it_never_asks(tmp_path: Path) -> None:
    lines = told(write(tmp_path, design={"kind": "random", "cells": 6, "seed": 3}))
    assert "random, 6 of 12 combinations of 2 tone x 3 role x 2 label_order, seed 3" in lines
    assert "role: each level in 2 variants" in lines
    assert "tone: each level in 3 variants" in lines
    assert "confounded" not in lines


def test_a_plan_tells_which_axes_cannot_be_told_apart(tmp_path: Path) -> None:
    lines = told(write(tmp_path, design={"kind": "random", "cells": 2}))
    assert "takes 5 variants at least" in lines
    assert "no effect of them can be told by itself: tone, role, label_order" in lines


def test_a_confounded_axis_is_named_among_others_that_are_not(tmp_path: Path) -> None:
    axes = {"a": ["0", "1"], "b": ["0", "1"], "c": ["0", "1"]}
    asked = [dict(zip("abc", cell, strict=True)) for cell in ("000", "110", "001", "111")]  # a is b
    lines = list(tell(Design(kind="random", cells=4), axes, asked))
    assert any(line.endswith("by itself: a, b") for line in lines)
    assert any("a and b: 2 of 4 pairs" in line for line in lines)


def test_levels_that_no_cell_has_are_counted_in_the_whole(tmp_path: Path) -> None:
    roles = [f"r{n}" for n in range(9)]
    study = write(tmp_path, vary={"role": roles, "tone": ["plain", "kind"]}, design={"kind": "random", "cells": 4})
    assert "4 of 18 combinations of 9 role x 2 tone" in told(study)
    assert "role: each level in 0 to 1 variants" in told(study)


# ---- what else a plan and an audit say


def test_a_plan_tells_variants_that_ask_the_same(tmp_path: Path, store: Store) -> None:
    unread = {"ask.j2": "{{ tone }} {{ text }} {{ options }}\n"}
    study = write(tmp_path, vary={"tone": ["plain", "kind"], "role": ["none", "judge"]}, files=unread)
    twins = pipeline.plan_study(study, store).twins
    assert [len(names) for _, names in twins] == [2, 2]
    assert twins[0] == ("fake", ("wording=ask tone=plain role=none", "wording=ask tone=plain role=judge"))
    assert pipeline.plan_study(write(tmp_path), store).twins == ()


def test_temperatures_are_no_twins(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, vary={"temperature": [0.5, 1.0]}, files={})
    assert pipeline.plan_study(study, store).twins == ()


def test_an_audit_across_an_axis_says_that_the_design_has_no_pair(tmp_path: Path, store: Store) -> None:
    axes = {"tone": ["plain", "kind"], "label_order": ["given", "reversed"]}
    notes = {}
    for kind, cells in (("random", 2), ("one-at-a-time", None), ("grid", None)):
        design = {"kind": kind, **({"cells": cells} if cells else {})}
        study = write(tmp_path, vary=axes, files={"ask.j2": "{{ tone }} {{ text }} {{ options }}\n"}, design=design)
        generate_and_parse(study, store)
        pipeline.audit_study(study, store, only=["label_order_effect"], say=lambda _: None)
        found = store.findings("tiny")
        notes[kind] = (len(found), found["verdict"].tolist()[0], str(found["note"].tolist()[0]))
    assert notes["random"][:2] == (1, "not run")
    assert (
        notes["random"][2] == "the design asks no two variants that differ in label_order alone; "
        "ask the grid, or one-at-a-time"
    )
    assert notes["one-at-a-time"][:2] == (1, "cannot tell")
    assert notes["grid"][:2] == (2, "cannot tell")

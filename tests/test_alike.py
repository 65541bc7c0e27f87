"""Items that an audit cannot tell apart count as one: the same numbers as item by item."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from harness import alike as module
from harness.alike import columns_read, find_patterns, saves, sort_items, spread
from harness.audit import run
from harness.auditfile import AUDITS, read_audit
from harness.passes import Effort
from harness.turns import Pool
from tests.calibration import judges
from tests.simulate import STUDY, Design, draw_frame, make_bench

AUDITS_COMPARED = (
    "label_shift",
    "agreement",
    "majority_match",
    "item_js",
    "flip_matrix",
    "label_distance",
    "iou",
    "alt_test",
    "alt_test_scale",
)


def pool_of(rows: list[tuple[int, bool, int]]) -> tuple[Pool, np.ndarray]:
    """(item, is the model's, what is said) → the pool and its codes."""
    item, is_model, said = (np.array(column) for column in zip(*rows, strict=True))
    pool = Pool(item.astype(np.int64), np.arange(len(rows)), is_model.astype(bool), np.full(len(rows), -1))
    return pool, said.astype(np.uint64)


def patterns_of(pool: Pool, codes: np.ndarray) -> module.Alike:
    known = sort_items(pool, codes)
    assert saves([known])
    return find_patterns(pool, codes, known)


def test_items_are_alike_by_what_is_said_and_by_whom_in_any_order():
    rows = []
    for item in range(8):
        people = [[1, 2, 2], [2, 1, 2]][item % 2]  # the same in another order
        rows += [(item, False, said) for said in people] + [(item, True, 2)]
    rows += [(8 + n, False, 1) for n in range(4)] + [(8 + n, True, 1) for n in range(4)]
    pool, codes = pool_of(sorted(rows, key=lambda row: row[0]))
    found = patterns_of(pool, codes)
    assert len(found.count) == 2 and sorted(found.count) == [4, 8]
    three = int(np.argmax(found.count))
    # The model's own content comes first: said by it and two people; the other by one person.
    assert found.speakers[three].tolist() == [3, 1] and found.people[three].tolist() == [2, 1]
    assert found.exchangeable


def test_what_hashes_to_nothing_counts():
    rows = [row for n in range(8) for row in ([(n, False, 0)] * (1 + n % 2) + [(n, False, 1), (n, True, 1)])]
    assert sorted(patterns_of(*pool_of(rows)).count) == [4, 4]


def test_a_role_changes_the_pattern():
    rows = [row for item in range(8) for row in ((item, False, item % 2), (item, True, 1 - item % 2))]
    found = patterns_of(*pool_of(rows))
    assert sorted(found.count) == [4, 4]


def test_where_no_two_items_are_alike_nothing_is_saved():
    rows = [row for item in range(50) for row in ((item, False, item), (item, True, 1))]
    alone = sort_items(*pool_of(rows))
    assert not saves([alone])
    assert saves([alone] * 4)  # but where four annotators have the same
    assert not saves([alone] * 3 + [sort_items(*pool_of(rows), apart=7)])


def test_columns_that_a_query_names():
    names = ["label", "value", "shown_at", "own_1"]
    assert columns_read("select Label from labels", "labels", names) == ("label",)
    assert columns_read("select label_order, own_1 from labels", "labels", names) == ("own_1",)
    assert columns_read("with a as (select 2 * value, count(*) as n from labels) select * from a", "labels", names) == (
        "value",
    )
    assert columns_read("with a as (select label from labels) select * from a", "labels", names) == ("label",)
    assert columns_read("select r.* from labels r", "labels", names) == tuple(names)
    asked = "select choice from p unpivot (n for name in (columns('_Chars$')))"
    assert columns_read(asked, "p", ["choice", "a_Chars", "b_Chars", "a_words"]) == ("choice", "a_Chars", "b_Chars")
    assert columns_read("select columns(c -> c like 'a%') from labels", "labels", names) == tuple(names)


def test_columns_that_are_asked_for_by_a_pattern_tell_items_apart():
    """Which answer is the longer differs from item to item, and stands in no column that the audit names."""
    design = judges.Judges(1, items=2000, humans=2)
    audit = read_audit(AUDITS / "preference/length_bias.sql")
    made = run(judges.lay(judges.simulate(design, 1)), audit, judges.STUDY, Effort(replicates=2, draws=9))
    frame = judges.simulate(design, 1).query("choice != 'tie'")
    longer = (frame["choice"] == "a") == (frame["a_surface_chars"] > frame["b_surface_chars"])
    wanted = longer.groupby([frame["kind"], frame["item"]]).mean().groupby(level=0).mean()
    estimates = {one.metric: one.estimate for one in made}
    assert estimates["longer_people"] == pytest.approx(wanted["human"])
    assert estimates["longer_model"] == pytest.approx(wanted["llm"])


@pytest.mark.parametrize("length", [3, 4_000_000])  # by a dense table of counts, and by sorting
def test_rows_of_a_table_are_summed_by_place(length):
    rng = np.random.default_rng(1)
    places, rows, table = rng.integers(0, 3, 500), rng.integers(0, 40, 500), rng.normal(size=(40, 2))
    wanted = np.zeros((3, 2))
    np.add.at(wanted, places, table[rows])
    assert spread(places, rows, table, length)[:3] == pytest.approx(wanted)


def many_models(models: int) -> pd.DataFrame:
    """Draw models that answer 80 items as five people do, each with its own noise; no two items are alike to one."""
    frame, _ = draw_frame(Design(studies=1, items=80, humans=5, labels=5, leanings=0.3, persons=9), 8)
    rng = np.random.default_rng(9)
    own = frame[frame["kind"] == "llm"]
    made = [frame[frame["kind"] == "human"]]
    for number in range(models):
        other = rng.random(len(own)) < number / models
        label = np.where(other, rng.integers(0, 5, len(own)), own["label"])
        made.append(own.assign(model=f"m{number}", label=label)[rng.random(len(own)) < 0.95])
    return pd.concat(made, ignore_index=True)


@pytest.mark.parametrize("name", AUDITS_COMPARED)
def test_patterns_are_shared_by_annotators_of_the_same_items(name, monkeypatch):
    compare_ways(name, many_models(24), monkeypatch)


@pytest.mark.parametrize("name", AUDITS_COMPARED)
def test_counting_patterns_gives_what_items_one_by_one_give(name, monkeypatch):
    design = Design(
        studies=1, items=1500, humans=4, toward_first=0.05, unequal=True, leanings=0.3, refuses_hard=True,
        per_cluster=3, persons=30, twin=0.3,
    )  # fmt: skip
    compare_ways(name, draw_frame(design, 4)[0], monkeypatch)


def compare_ways(name: str, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = read_audit(AUDITS / "label" / f"{name}.sql")
    effort = Effort(replicates=50, floor_replicates=50, draws=399)
    bench = make_bench(frame)
    counted = run(bench, audit, STUDY, effort)
    assert bench._alike, "patterns were not used"
    monkeypatch.setattr(module, "MOST_PATTERNS", 0)
    single = run(make_bench(frame), audit, STUDY, effort)
    assert len(counted) == len(single)
    for one, two in zip(counted, single, strict=True):
        assert (one.metric, one.model, one.items, one.clusters) == (two.metric, two.model, two.items, two.clusters)
        assert one.estimate == pytest.approx(two.estimate, abs=1e-12)
        assert one.replicates == pytest.approx(two.replicates, abs=1e-9, nan_ok=True)
        if one.p is None:
            assert two.p is None
            continue
        # Other exchanges and other columns are drawn: alike within the error of drawing.
        assert one.p == pytest.approx(two.p, abs=4 * np.sqrt(max(one.p + two.p, 0.02) / 399))
        assert one.detectable == pytest.approx(two.detectable, rel=0.25)
        if one.matched is not None:
            width = (one.excess_upper - one.excess_lower) / 4
            assert one.floor == pytest.approx(two.floor, abs=width) and one.matched == pytest.approx(
                two.matched, abs=width
            )
            assert one.excess_upper - one.excess_lower == pytest.approx(two.excess_upper - two.excess_lower, rel=0.4)
        # Ranks among persons are of the same persons on the same items: exact.
        assert (one.persons, one.persons_as_far) == (two.persons, two.persons_as_far)

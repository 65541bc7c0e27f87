"""Two groups of texts: roles are dealt anew as a permutation test deals them, and the findings are calibrated."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest

from harness.audit import run
from harness.auditfile import AUDITS, read_audit
from harness.passes import Effort
from harness.store.layout import lay_out
from harness.turns import Pool, regroup, swaps
from tests.simulate import P_ONLY
from tests.test_simulation import false_findings, share, within

STUDY = SimpleNamespace(seed=7, datatype="text", config=SimpleNamespace(), variants=(), axes={}, models=())
REDRAWN = Effort(replicates=200, floor_replicates=100, draws=199)


def pool(*sides: str) -> Pool:
    """Make a pool of items by who has spoken on them: ``m``, ``p``, ``mp``, ``pp`` …"""
    item = np.repeat(np.arange(len(sides)), [len(side) for side in sides])
    is_model = np.array([who == "m" for side in sides for who in side])
    return Pool(item, np.arange(len(item)), is_model, np.full(len(item), -1))


def dealt(sides: list[str], cluster: list[int], draws: int = 4000) -> np.ndarray:
    """Give (draws, items): whether an item plays the model."""
    turn = regroup(pool(*sides), np.array(cluster), draws, np.random.default_rng(1))
    assert turn.shape == (draws, len(sides)) and set(np.unique(turn)) <= {0, 1}
    return (np.array(["m" in side for side in sides]) != turn).astype(int)


def frequencies(made: np.ndarray) -> list[float]:
    return [count / len(made) for count in Counter(map(tuple, made)).values()]


def test_groups_keep_their_sizes_and_each_choice_is_as_likely():
    made = dealt(["m", "m", "p", "pp", "p"], [0, 1, 2, 3, 4])
    assert (made.sum(axis=1) == 2).all()
    assert len(frequencies(made)) == 10 and frequencies(made) == pytest.approx([0.1] * 10, abs=0.02)


def test_clusters_are_dealt_whole():
    made = dealt(["m", "m", "p", "p", "p", "m"], [7, 7, 3, 3, 4, 5])
    assert (made[:, 0] == made[:, 1]).all() and (made[:, 2] == made[:, 3]).all()
    assert (made[:, [0, 2, 4, 5]].sum(axis=1) == 2).all()
    assert frequencies(made) == pytest.approx([1 / 6] * 6, abs=0.025)


def test_a_cluster_in_which_both_have_spoken_keeps_its_own_numbers():
    made = dealt(["m", "p", "p", "m", "p", "m", "p"], [0, 0, 0, 1, 1, 2, 3])
    assert (made[:, :3].sum(axis=1) == 1).all() and (made[:, 3:5].sum(axis=1) == 1).all()
    assert (made[:, 5:].sum(axis=1) == 1).all()
    assert frequencies(made) == pytest.approx([1 / 12] * 12, abs=0.02)


def test_an_item_on_which_both_have_spoken_is_swapped_at_even_odds():
    turn = regroup(pool("mp", "m", "p", "p", "p"), np.arange(5), 4000, np.random.default_rng(1))
    assert turn[:, 0].mean() == pytest.approx(0.5, abs=0.03)
    assert turn[:, 1].mean() == pytest.approx(0.75, abs=0.03)  # of four, one plays the model
    shape, items, sizes = swaps(pool("mp", "m"))
    assert list(items) == [0, 1] and list(sizes) == [2, 2] and len(shape.key) == 6


@dataclass
class Design:
    """Two groups of texts, ``studies`` times; lengths are log-normal, ``ratio`` times as long where a model writes."""

    studies: int = 200
    models: int = 60
    people: int = 90
    ratio: float = 1.0
    per_cluster: int = 1  # texts that share a topic, and half the variance of their length
    mixed: bool = False  # topics hold texts of both
    shared: int = 0  # items on which both have written


def simulate(design: Design, seed: int, effort: Effort = P_ONLY) -> list:
    rng = np.random.default_rng(seed)
    size = design.models + design.people
    study, item = (index.ravel() for index in np.indices((design.studies, size)))
    llm = item < design.models
    cluster = (item if not design.mixed else item * 7919 % size) // design.per_cluster
    topic = rng.normal(0, 0.4, (design.studies, size))[study, cluster]
    own = rng.normal(0, 0.4 if design.per_cluster > 1 else 0.57, len(item))
    words = 100 * np.exp(topic * (design.per_cluster > 1) + own) * np.where(llm, design.ratio, 1.0)
    twin = (item >= design.models) & (item < design.models + design.shared)
    key = np.where(twin, item - design.models, item)
    frame = pd.DataFrame({"study": study, "item": key, "cluster": cluster, "llm": llm, "words": words})
    if design.shared:
        frame["cluster"] = frame["item"]
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute(
        "create table taken_texts as select 's' || lpad(study::varchar, 4, '0') as dataset, "
        "'i' || lpad(item::varchar, 5, '0') as key, 'c' || cluster as cluster, cluster::smallint as bucket, "
        "case when llm then 'llm' else 'human' end as kind, case when llm then 'm' end as model, "
        "case when llm then 'v' end as variant, null::varchar as bindings, case when llm then '1' end as wave, "
        "null::varchar as person, llm::integer as annotator_id, 0 as sample, 0 as part, "
        "words as text_surface_words from frame"
    )
    found = run(lay_out(connection, ["texts"]), read_audit(AUDITS / "text" / "text_length.sql"), STUDY, effort)
    judged = [one for one in found if one.metric == "length_ratio"]
    assert len(judged) == design.studies
    return judged


WORLDS = {
    "two groups": Design(studies=400),
    "unlike sizes": Design(studies=300, models=20, people=200),
    "clusters of one side": Design(studies=300, models=80, people=120, per_cluster=4),
    "clusters of both sides": Design(studies=300, models=80, people=120, per_cluster=4, mixed=True),
    "a few shared items": Design(studies=300, shared=6),
}


@pytest.mark.parametrize("world", WORLDS)
def test_where_nothing_differs_one_finding_in_twenty_is_false(world):
    design = WORLDS[world]
    found = simulate(design, 1)
    rate = false_findings(found)
    assert within(rate, design.studies), rate
    assert all("unpaired" in one.note for one in found)


def test_a_real_difference_is_found_and_its_interval_covers():
    found = simulate(Design(studies=100, ratio=1.4), 2, REDRAWN)
    assert share(one.verdict == "found" for one in found) >= 0.80
    assert share(one.excess_lower <= np.log2(1.4) <= one.excess_upper for one in found) >= 0.88
    clustered = simulate(WORLDS["clusters of both sides"].__class__(100, 80, 120, 1.4, 4, True), 3, REDRAWN)
    assert share(one.verdict == "found" for one in clustered) >= 0.80
    still = simulate(Design(studies=100), 4, REDRAWN)
    assert share(one.verdict == "found" for one in still) <= 0.10
    assert abs(share(one.excess for one in still)) < 0.03


def test_where_items_are_shared_the_comparison_is_paired():
    found = simulate(Design(studies=5, models=60, people=60, shared=60), 5)
    assert all(one.note is None and one.items == 60 for one in found)

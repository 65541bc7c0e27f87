"""What changes places is an answer whole: all that one annotator said about an item in one sample."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd

from harness import turns
from harness.auditfile import choose, shipped_audits
from harness.store.bench import Bench
from harness.store.layout import lay_out


def lay_dialogues() -> Bench:
    """Three items: two people's dialogues of 3 turns each, and one of the model of 2 turns, in two samples."""
    rows = [
        {"key": f"i{item}", "kind": kind, "annotator_id": who, "sample": sample, "part": part, "text": f"{who} {part}"}
        for item in range(3)
        for kind, who, samples, parts in (("human", "a", 1, 3), ("human", "b", 1, 3), ("llm", "m", 2, 2))
        for sample in range(samples)
        for part in range(parts)
    ]
    frame = pd.DataFrame(rows)
    llm = frame["kind"] == "llm"
    for name, value in {"model": "m", "variant": "v", "wave": "1"}.items():
        frame[name] = np.where(llm, value, None)
    frame = frame.assign(dataset="d", cluster=frame["key"], bucket=0, bindings=None, person=None)
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute("create table taken_turns as select * from frame")
    bench = lay_out(connection, ["turns"])
    assert bench.relation("turns")
    return bench


def test_a_dialogue_is_one_answer():
    bench = lay_dialogues()
    assert bench.most_samples() == 2
    (who,) = bench.whos()
    focal = {**who, "focal_no": 0, "model_who": who["who_no"], "reference_who": None}
    (found,) = bench.prepare([focal], draws="one", shape="item")
    assert (found.items, found.people) == (3, 2)
    (pool,) = bench.pools().values()
    assert np.bincount(pool.item).tolist() == [3, 3, 3] and pool.is_model.sum() == 3
    shape, _, sizes = turns.exchanges(pool, np.random.default_rng(1))
    assert sizes.tolist() == [3, 3, 3]
    bench.shape([(found, shape)])
    bench._view(*choose(shipped_audits(), ["echo"]))
    said = bench._connection.execute(
        "select item_id, role, count(distinct split_part(text, ' ', 1)), count(*) from turns group by all"
    ).fetchall()
    # In each turn one speaker plays the model with all that they said: 2 turns of the model's, or 3 of a person's.
    assert {(role, speakers) for _, role, speakers, _ in said} == {("model", 1), ("reference", 2)}
    assert sorted(count for _, role, _, count in said if role == "model") == [2] * 3 + [3] * 6


def test_all_samples_of_a_dialogue_are_answers_of_their_own():
    bench = lay_dialogues()
    (who,) = bench.whos()
    focal = {**who, "focal_no": 0, "model_who": who["who_no"], "reference_who": None}
    bench.prepare([focal], draws="all", shape="item")
    (pool,) = bench.pools().values()
    assert pool.is_model.sum() == 6

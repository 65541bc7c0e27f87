"""Are audits of turns and of tasks calibrated? Simulated dialogues and replies without an artifact, and with one.

They test a mean against 0 and do not exchange roles. Exchanging whole answers holds its level where the model is one
more person, and finds as much; but where the model only varies more than people, at the same mean, and an item has
several people, it rejected 0.14 at 5 % (300 studies, 1.8 times the spread), and would report a shift of a mean that is
not there. And in loaded dialogues each speaker is an annotator of their own: exchanging them takes dialogues apart.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from harness.audit import run
from harness.auditfile import AUDITS, choose, read_audit, shipped_audits
from harness.passes import Effort
from harness.store.layout import lay_out
from tests.calibration import speech

STUDY = SimpleNamespace(seed=7, datatype="simulation", config=SimpleNamespace(), variants=(), axes={}, models=())
REDRAWN = Effort(replicates=400, floor_replicates=0, draws=9)  # these tests rest on the bootstrap alone


METRICS = {
    "simulation/turn_length": "length_ratio",
    "simulation/digression": "digressing",
    "instruction/output_length": "length_ratio",
}
NOTHING: dict[str, dict[str, Any]] = {
    "turns": {"unequal": True},
    "clusters": {"unequal": True, "items": 90, "per_cluster": 3},
    "two groups": {"unequal": True, "paired": False},
}


def rejected(audit: str, studies: int, seed: int, **world: Any) -> float:
    """Give the share of studies in which p is 0.05 or less."""
    [file] = choose(shipped_audits(), [audit.split("/")[1]])
    relation = "instructions" if audit.startswith("instruction") else "turns"
    design = speech.Speech(studies, relation, features=tuple(file.header.features), **world)
    bench = speech.lay(speech.simulate(design, seed), design)
    found = run(bench, file, STUDY, REDRAWN)  # type: ignore[arg-type]
    judged = [one for one in found if one.metric == METRICS[audit]]
    assert len(judged) == studies and all(one.p is not None for one in judged)
    return float(np.mean([one.p <= 0.05 for one in judged]))


@pytest.mark.parametrize("audit", METRICS)
@pytest.mark.parametrize("world", NOTHING)
@pytest.mark.parametrize("studies", [60, pytest.param(300, marks=pytest.mark.slow)])
def test_without_an_artifact_little_is_rejected(audit: str, world: str, studies: int) -> None:
    noise = 2.6 * np.sqrt(0.05 * 0.95 / studies)
    assert 0.02 - noise <= rejected(audit, studies, 3, **NOTHING[world]) <= 0.07 + noise


@pytest.mark.parametrize(("audit", "dial"), [("turn_length", {"longer": 0.35}), ("digression", {"more": 1.1})])
def test_what_is_put_in_is_found(audit: str, dial: dict[str, float]) -> None:
    assert rejected(f"simulation/{audit}", 60, 4, items=90, unequal=True, **dial) >= 0.8


def test_people_who_each_play_an_item_have_dialogues_of_their_own() -> None:
    """Two people played item x, a turn at a time; of item y each turn is another person's, in one dialogue."""
    said = [("x", "p0", 0, "Good day."), ("x", "p0", 1, "Hello."), ("x", "p1", 0, "Hello."), ("x", "p1", 1, "Hello."),
            ("y", "p0", 0, "Hi."), ("y", "p1", 1, "hi.")]  # fmt: skip
    rows = [("human", *row) for row in said] + [("llm", item, "m", part, "Well.") for item in "xy" for part in (0, 1)]
    frame = pd.DataFrame(rows, columns=["kind", "key", "annotator_id", "part", "text"])
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute(
        "create table taken_turns as select 's' as dataset, key as cluster, 0::smallint as bucket, "
        "case kind when 'llm' then 'm' end as model, case kind when 'llm' then 'v' end as variant, "
        "null::varchar as bindings, case kind when 'llm' then '1' end as wave, annotator_id as person, 0 as sample, "
        "if(part = 0, 'a', 'b') as as_role, null::double as number, * from frame"
    )
    made = run(lay_out(connection, ["turns"]), read_audit(AUDITS / "simulation/echo.sql"), STUDY, REDRAWN)  # type: ignore[arg-type]
    (people,) = [one.estimate for one in made if one.metric == "echoes_people"]
    assert people == pytest.approx((1 / 2 + 1) / 2)


def test_each_dialogue_has_its_own_first_move_however_its_turns_are_counted() -> None:
    """In one game the taker moves second, in the other alone; and people's moves are counted from 0 in both."""
    rows = [
        (game, f"{game}{item}", kind, who, part if kind == "llm" else 0, number)
        for game, part in (("together", 1), ("alone", 0))
        for item in range(12)
        for kind, who, number in (("llm", "m", 60.0), ("human", "p0", 40.0), ("human", "p1", 80.0))
    ]
    rows += [("together", f"together{item}", "llm", "m", 3, 0.0) for item in range(12)]  # a later move
    frame = pd.DataFrame(rows, columns=["dataset", "key", "kind", "annotator_id", "part", "number"])
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute(
        "create table taken_turns as select key as cluster, 0::smallint as bucket, "
        "case kind when 'llm' then 'm' end as model, case kind when 'llm' then 'v' end as variant, "
        "null::varchar as bindings, case kind when 'llm' then '1' end as wave, annotator_id as person, 0 as sample, "
        "'taker' as as_role, number::varchar as text, * from frame"
    )
    audit = read_audit(AUDITS / "simulation/number_distance.sql")
    made = run(lay_out(connection, ["turns"]), audit, STUDY, REDRAWN)  # type: ignore[arg-type]
    # Half of people's moves are 20 below, half 20 above: one standard deviation.
    assert {one.dataset: one.estimate for one in made} == pytest.approx({"together": 1.0, "alone": 1.0})

"""Is the audit of the coding calibrated? Simulated judges who know nothing of each other, agree, or are inverted."""

from __future__ import annotations

from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest

from harness.audit import run
from harness.auditfile import AUDITS, read_audit
from harness.passes import Effort
from harness.store.layout import lay_out

STUDY = SimpleNamespace(seed=7, datatype="preference", config=SimpleNamespace(), variants=(), models=())
REDRAWN = Effort(replicates=400, floor_replicates=0, draws=9)  # the test rests on the bootstrap alone
STUDIES, ITEMS, PEOPLE = 200, 90, 2
CHOICES = np.array(["a", "b", "tie"])


def simulate(world: str, seed: int, per_cluster: int = 1) -> list:
    """Draw studies in which people answer from an item's p, and the model as the world says; run the audit."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet([0.3, 0.3, 0.05], (STUDIES, ITEMS // per_cluster)).repeat(per_cluster, axis=1)
    model = {
        "chance": np.broadcast_to([0.5, 0.3, 0.2], p.shape),
        "agrees": p,
        "inverted": p[:, :, [1, 0, 2]],
    }[world]
    frames = [draw(p, rng, "human", n) for n in range(PEOPLE)] + [draw(model, rng, "llm", -1)]
    frame = pd.concat(frames, ignore_index=True)
    frame["cluster"] = "c" + (frame["item"] // per_cluster).astype(str)
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute(
        "create table taken_preferences as select 's' || lpad(study::varchar, 4, '0') as dataset, "
        "'i' || lpad(item::varchar, 4, '0') as key, cluster, (item // $1)::smallint as bucket, kind, "
        "case kind when 'llm' then 'm' end as model, case kind when 'llm' then 'v' end as variant, "
        "null::varchar as bindings, case kind when 'llm' then '1' end as wave, null::varchar as person, "
        "annotator_id, 0 as sample, 0 as part, choice, null::double as value from frame",
        [per_cluster],
    )
    found = run(lay_out(connection, ["preferences"]), read_audit(AUDITS / "preference" / "coding.sql"), STUDY, REDRAWN)
    return [one for one in found if one.verdict != "described"]


def draw(p: np.ndarray, rng: np.random.Generator, kind: str, annotator: int) -> pd.DataFrame:
    """Draw one answer to every item."""
    study, item = (index.ravel() for index in np.indices(p.shape[:2]))
    picked = (rng.random((len(study), 1)) > np.cumsum(p[study, item], axis=1)).sum(axis=1).clip(max=2)
    return pd.DataFrame(
        {"study": study, "item": item, "kind": kind, "annotator_id": annotator, "choice": CHOICES[picked]}
    )


def found(findings: list) -> float:
    assert len(findings) == STUDIES
    return sum(one.verdict == "found" for one in findings) / STUDIES


@pytest.mark.parametrize("per_cluster", [1, 3])
def test_at_chance_it_cries_wolf_in_one_study_of_twenty_at_most(per_cluster):
    assert found(simulate("chance", 1, per_cluster)) <= 0.05


def test_where_judges_agree_it_never_does():
    assert found(simulate("agrees", 2)) == 0


def test_inverted_codes_are_found():
    assert found(simulate("inverted", 3)) >= 0.95

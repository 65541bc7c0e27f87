"""Audits of sequences of parts of speech: templates that are put in are found, and little where nothing is."""

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

STUDY = SimpleNamespace(seed=5, datatype="text", config=SimpleNamespace(), variants=(), axes={}, models=())
TAGS, LONG = 30, 12  # kinds of tags, and tags a sentence
TEMPLATES = np.random.default_rng(0).integers(1, TAGS + 1, (3, LONG))


def say(rng: np.random.Generator, register: int, dial: float, sentences: int) -> list[float]:
    """Draw a text: sentences that wander from tag to tag in their register, or follow a template."""
    tags: list[float] = []
    for _ in range(sentences):
        if rng.random() < dial:
            drawn = TEMPLATES[rng.integers(len(TEMPLATES))]
        else:
            drawn = np.cumsum(np.minimum(rng.zipf(1.6, LONG), 9) + register) % TAGS + 1
        tags += ([0.0] if tags else []) + drawn.tolist()
    return tags


def simulate(
    studies: int, seed: int, *, dial: float = 0.0, items: int = 60, per_cluster: int = 1, paired: bool = True,
    people: int = 1, longer: float = 1.0,
):  # fmt: skip
    """Lay out studies of people and a model who speak alike, but for the dial: the share of templates."""
    rng = np.random.default_rng(seed)
    rows = []
    for study in range(studies):
        register = 0
        for item in range(items):
            register = register if item % per_cluster else int(rng.integers(0, 3))
            sides = ("human", "llm") if paired else (("human",) if (item // per_cluster) % 2 else ("llm",))
            for kind in sides:
                llm = kind == "llm"
                for speaker in range(1 if llm else people):
                    sentences = 1 + int(rng.poisson(4 * (longer if llm else 1)))
                    tags = say(rng, register, dial if llm else 0.0, sentences)
                    rows.append((study, item, item // per_cluster, kind, -1 if llm else speaker, tags))
    frame = pd.DataFrame(rows, columns=["study", "item", "cluster", "kind", "annotator_id", "tags"])
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute(
        "create table taken_texts as select 's' || lpad(study::varchar, 4, '0') as dataset, "
        "'i' || lpad(item::varchar, 4, '0') as key, 'c' || cluster as cluster, 0::smallint as bucket, kind, "
        "case kind when 'llm' then 'm' end as model, case kind when 'llm' then 'v' end as variant, "
        "null::varchar as bindings, case kind when 'llm' then '1' end as wave, null::varchar as person, annotator_id, "
        "0 as sample, 0 as part, repeat('w ', len(tags)) as text, len(tags)::double as text_surface_words, "
        "tags::float[] as text_syntax_tags from frame"
    )
    connection.unregister("frame")
    return lay_out(connection, ["texts"])


def judged(audit: str, metric: str, **world):
    found = run(simulate(**world), read_audit(AUDITS / "text" / f"{audit}.sql"), STUDY, Effort(halves=48))
    return [one for one in found if one.metric == metric]


@pytest.mark.parametrize(
    ("audit", "metric"), [("pos_templates", "templates_5"), ("pos_compression", "pos_compression")]
)
@pytest.mark.parametrize("paired", [True, False])
def test_templates_are_found_where_they_are(audit, metric, paired):
    world = {"studies": 1, "seed": 3, "items": 120, "paired": paired, "longer": 2.0}
    (found,) = judged(audit, metric, dial=0.5, **world)
    assert found.verdict == "found" and found.excess > 0.05
    (none,) = judged(audit, metric, **world)
    assert none.verdict != "found" and abs(none.excess) < 0.05


@pytest.mark.slow
@pytest.mark.parametrize(
    ("audit", "metric"), [("pos_templates", "templates_5"), ("pos_compression", "pos_compression")]
)
@pytest.mark.parametrize(
    "world",
    [{"people": 3}, {"paired": False, "items": 120}],
    ids=str,
)
def test_where_there_is_nothing_little_is_found(audit, metric, world):
    found = judged(audit, metric, studies=60, seed=8, **world)
    rejected = np.mean([one.p <= 0.05 for one in found])
    assert rejected <= 0.11, rejected  # 0.05, and twice the error of 60 studies

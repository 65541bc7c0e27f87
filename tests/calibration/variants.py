"""The ground of prompt variants: one model answers every item under each, alike or not; no person takes part."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd

from harness.auditfile import EVERY, Audit
from harness.store.bench import Bench
from harness.store.layout import lay_out
from tests.calibration.judges import CHOICES, pick
from tests.calibration.world import CLUSTERS, EFFECT, PLAIN, UNEQUAL, World, world

STUDY = SimpleNamespace(seed=7, datatype="", config=SimpleNamespace(ordinal=True), variants=(), axes={}, models=())
SAID = {"labels": "label", "preferences": "choice"}


@dataclass(frozen=True)
class Variants:
    """What is simulated: ``studies`` times, a model's answers to ``items`` under each variant.

    Attributes:
        relation: labels, or preferences.
        axis: what is varied; of answer_order the second level shows the answers the other way round.
        variants, samples: how many; where unequal, the first variant has a sample more, and one answer in ten is
            not there.
        per_cluster: items that share their distribution.
        moved: share of the last variant's answers that go to the first option.
        first: share of all answers that go to what is shown first.
    """

    studies: int
    relation: str = "labels"
    axis: str = "wording"
    items: int = 60
    variants: int = 2
    samples: int = 2
    unequal: bool = False
    per_cluster: int = 1
    moved: float = 0.0
    first: float = 0.0


def draw(design: dict[str, object], studies: int, seed: int) -> Bench:
    """Simulate studies of one world."""
    drawn = Variants(studies, **design)  # type: ignore[arg-type]
    return lay(simulate(drawn, seed), drawn.relation, drawn.axis)


def simulate(design: Variants, seed: int) -> pd.DataFrame:
    """Simulate; give one row per answer: study, item, variant, sample, place among the options, place shown."""
    rng = np.random.default_rng(seed)
    weights = [0.35, 0.35, 0.35] if design.relation == "labels" else [0.4, 0.4, 0.1]
    p = rng.dirichlet(weights, (design.studies, -(-design.items // design.per_cluster)))
    p = p.repeat(design.per_cluster, axis=1)[:, : design.items]
    study, item = (index.ravel() for index in np.indices(p.shape[:2]))
    frames = []
    for variant in range(design.variants):
        last, swapped = variant == design.variants - 1, design.axis == "answer_order" and variant == 1
        for sample in range(design.samples + (design.unequal and variant == 0)):
            picked = pick(p[study, item], rng)
            chance = rng.random(len(study))
            picked = np.where(chance < design.moved * last, 0, picked)
            picked = np.where(chance < design.first, int(swapped), picked)
            frame = pd.DataFrame({"study": study, "item": item, "variant": f"v{variant}", "sample": sample,
                                  "picked": picked, "shown": (1 - picked if swapped else picked) + 1})  # fmt: skip
            frames.append(frame[rng.random(len(frame)) >= 0.1] if design.unequal else frame)
    return pd.concat(frames, ignore_index=True).assign(per=design.per_cluster)


def lay(frame: pd.DataFrame, relation: str, axis: str) -> Bench:
    """Lay out answers."""
    frame = frame.assign(said=(CHOICES if relation == "preferences" else np.array(["l0", "l1", "l2"]))[frame["picked"]])
    shown = ", case when picked < 2 then shown::integer end as shown_at" if relation == "preferences" else ""
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute(
        f"create table taken_{relation} as select 's' || lpad(study::varchar, 5, '0') as dataset, "
        "'i' || lpad(item::varchar, 6, '0') as key, 'c' || item // per as cluster, "
        "(item // per % 2048)::smallint as bucket, 'llm' as kind, 'm' as model, variant, "
        f"json_object('{axis}', variant)::varchar as bindings, '1' as wave, null::varchar as person, "
        f"variant as annotator_id, sample, 0 as part, said as {SAID[relation]}, "
        f"picked::double as value{shown} from frame"
    )
    return lay_out(connection, [relation])


SPREAD = ("0.6 of the answers in one variant go to the first option", {"moved": 0.6})
MOVED = ("0.4 of the answers in one variant go to the first option", {"moved": 0.4})
FIRST = ("0.3 of its verdicts go to the answer shown first", {"first": 0.3})


def worlds(audit: Audit) -> list[World]:
    """List the worlds of an audit that compares variants."""
    header = audit.header
    every = header.across == EVERY
    base: dict[str, object] = {"relation": audit.rows, "axis": "wording" if every else header.across, "items": 60}
    base["variants"] = 3 if every else 2
    words, dial = FIRST if audit.name == "order_effect" else SPREAD if every else MOVED
    return [
        world(PLAIN, **base),
        world(CLUSTERS, **{**base, "items": 120, "per_cluster": 4}),
        world(UNEQUAL, **base, unequal=True),
        world(EFFECT, effect=words, **base, **dial),
    ]

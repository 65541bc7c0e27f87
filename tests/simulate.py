"""Simulated studies for calibration: many at once, each a dataset of one bench, through the real audits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd

from harness.audit import run
from harness.auditfile import AUDITS, read_audit
from harness.finding import Finding
from harness.passes import FULL, Effort
from harness.store.bench import Bench
from harness.store.layout import lay_out

STUDY = SimpleNamespace(seed=7, datatype="label", config=SimpleNamespace(ordinal=True), variants=(), axes={}, models=())
CONCENTRATION = 0.35


@dataclass
class Design:
    """What is simulated: ``studies`` times, ``items`` judged by ``humans`` people and the model."""

    studies: int = 200
    items: int = 100
    humans: int = 3
    labels: int = 3
    samples: int = 1
    toward_first: float = 0.0  # model = (1 - w) p + w e_1
    toward_majority: float = 0.0  # with this probability the item's likeliest label
    astray: float = 0.0  # with this probability as people answer another item
    leanings: float = 0.0  # SD of each person's lasting leaning, on the log scale
    persons: int = 12  # pool of persons where they have leanings
    model_is_person: bool = False  # the model is one more person, with a leaning of its own
    unequal: bool = False  # humans per item: 2 to ``humans``
    refuses_hard: bool = False  # the model skips the third of items on which people disagree most
    per_cluster: int = 1  # items that share their p
    twin: float | None = None  # a second model on the same items, drawn toward the first label by this much


# For what rests on p-values alone: the bootstrap and the floor are left out, the exchanges are all there.
P_ONLY = Effort(replicates=2, floor_replicates=0)


def draw(design: Design, seed: int) -> tuple[Bench, np.ndarray]:
    """Simulate; give the bench, and the labels' probabilities: (studies, items, labels)."""
    frame, p = draw_frame(design, seed)
    return make_bench(frame), p


def draw_frame(design: Design, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Simulate; give one row per answer, and the labels' probabilities."""
    rng = np.random.default_rng(seed)
    shape = (design.studies, design.items, design.labels)
    p = rng.dirichlet(
        np.full(design.labels, CONCENTRATION), size=(design.studies, -(-design.items // design.per_cluster))
    )
    p = np.repeat(p, design.per_cluster, axis=1)[:, : design.items]
    lean = rng.normal(0, design.leanings, (design.studies, design.persons + 1, design.labels))
    frames = [_people(design, p, lean, rng), _model(design, p, lean, rng)]
    if design.twin is not None:
        frames.append(_model(replace(design, toward_first=design.twin), p, lean, rng).assign(model="twin"))
    frame = pd.concat(frames, ignore_index=True)
    assert p.shape == shape
    frame["cluster"] = "c" + (frame["item"] // design.per_cluster).astype(str)
    return frame, p


def _people(design: Design, p: np.ndarray, lean: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    studies, items, _ = p.shape
    count = (
        rng.integers(2, design.humans + 1, (studies, items))
        if design.unequal
        else np.full((studies, items), design.humans)
    )
    study, item = (a.ravel() for a in np.indices((studies, items)))
    rows = np.repeat(np.arange(studies * items), count.ravel())
    slot = np.concatenate([np.arange(c) for c in count.ravel()])
    if design.leanings:
        order = rng.random((studies * items, design.persons)).argsort(axis=1)
        person = order[rows, slot]
        chance = p[study[rows], item[rows]] * np.exp(lean[study[rows], person])
    else:
        person, chance = slot, p[study[rows], item[rows]]
    return pd.DataFrame(
        {
            "study": study[rows], "item": item[rows], "kind": "human", "sample": 0,
            "person": [f"p{x}" for x in person] if design.leanings else None, "annotator_id": person,
            "label": _pick(chance, rng),
        }
    )  # fmt: skip


def _model(design: Design, p: np.ndarray, lean: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    studies, items, _ = p.shape
    chance = model_chance(design, p)
    if design.model_is_person:
        chance = chance * np.exp(lean[:, None, -1])
    study, item, sample = (a.ravel() for a in np.indices((studies, items, design.samples)))
    keep = np.ones(len(study), dtype=bool)
    if design.refuses_hard:
        hard = p.max(axis=2) < np.quantile(p.max(axis=2), 1 / 3)
        keep = ~hard[study, item]
    study, item, sample = study[keep], item[keep], sample[keep]
    return pd.DataFrame(
        {
            "study": study, "item": item, "kind": "llm", "sample": sample, "person": None, "annotator_id": -1,
            "label": _pick(chance[study, item], rng),
        }
    )  # fmt: skip


def model_chance(design: Design, p: np.ndarray) -> np.ndarray:
    """Give the chances of the model's labels, where people's are p: what its dials make of them."""
    chance = (1 - design.astray) * p + design.astray * np.roll(p, design.per_cluster, axis=1)
    chance = (1 - design.toward_first) * chance
    chance[..., 0] += design.toward_first
    peak = np.eye(design.labels)[p.argmax(axis=2)]
    return (1 - design.toward_majority) * chance + design.toward_majority * peak


def _pick(chance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    cumulative = np.cumsum(chance, axis=1)
    return (rng.random((len(chance), 1)) * cumulative[:, -1:] > cumulative).sum(axis=1)


def make_bench(frame: pd.DataFrame, relation: str = "labels") -> Bench:
    """Lay out rows of (study, item, cluster, kind, person, annotator_id, sample, label; traits, probability)."""
    llm = frame["kind"] == "llm"
    taken = pd.DataFrame(
        {
            "dataset": "s" + frame["study"].astype(str).str.zfill(5),
            "key": "i" + frame["item"].astype(str).str.zfill(6),
            "cluster": frame["cluster"], "bucket": frame["item"] % 2048, "kind": frame["kind"],
            "model": np.where(llm, frame["model"].fillna("m") if "model" in frame else "m", None),
            "variant": np.where(llm, "v", None), "bindings": None,
            "wave": np.where(llm, "1", None), "person": frame["person"], "annotator_id": frame["annotator_id"],
            "sample": frame["sample"], "part": 0, "label": "l" + frame["label"].astype(str),
            "value": frame["label"].astype(float),
            "traits": frame.get("traits", None),
        }
    )  # fmt: skip
    if "probability" in frame:
        taken["probability"] = frame["probability"]
    connection = duckdb.connect(":memory:")
    connection.register("frame", taken)
    connection.execute(
        f"create table taken_{relation} as select * replace (person::varchar as person, model::varchar as model, "
        "variant::varchar as variant, wave::varchar as wave, bindings::varchar as bindings) from frame"
    )
    connection.unregister("frame")
    return lay_out(connection, [relation])


def findings(bench: Bench, audit: str, effort: Effort = FULL, study: object = STUDY) -> list[Finding]:
    """Run one shipped audit; give the findings that are judged."""
    made = run(bench, read_audit(AUDITS / "label" / f"{audit}.sql"), study, effort)  # type: ignore[arg-type]
    return [found for found in made if found.verdict != "described"]

"""The ground of preferences: people and a model compare two answers, of which one is better.

Better answers are longer, have the higher cue and the stronger words, and are the judge's own more often than not:
without an artifact the model leans to them just as people do.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd

from harness.auditfile import Audit
from harness.store.bench import Bench
from harness.store.layout import lay_out
from tests.calibration.world import CLUSTERS, EFFECT, PERSONS, PLAIN, UNEQUAL, World, world

STUDY = SimpleNamespace(seed=7, datatype="preference", config=SimpleNamespace(), variants=(), axes={}, models=())
CHOICES = np.array(["a", "b", "tie"])
STYLES = ("joy", "polite", "positive", "anger")


@dataclass(frozen=True)
class Judges:
    """What is simulated: ``studies`` times, ``items`` pairs judged by people and the model.

    Attributes:
        humans, unequal: people a pair; where unequal, two to so many.
        skips: share of pairs on which the model says nothing.
        per_cluster: pairs that share half of what makes one answer better.
        leanings, persons: SD of each person's lasting leaning to an answer or a tie, on the log scale, and of how
            many persons; the model is one more of them.
        clear: how clearly one answer of a pair is better.
        chance: the model knows nothing of the pair.
        toward, pull: how often the model goes by something else: the longer answer (longer), its own (own), the first
            (first), a tie (tie), what another pair would get (astray), or the other of the two answers (inverted).
    """

    studies: int
    items: int = 60
    humans: int = 3
    unequal: bool = False
    skips: float = 0.0
    per_cluster: int = 1
    leanings: float = 0.0
    persons: int = 12
    clear: float = 1.5
    chance: bool = False
    toward: str = ""
    pull: float = 0.0


def draw(design: dict[str, object], studies: int, seed: int) -> Bench:
    """Simulate studies of one world."""
    return lay(simulate(Judges(studies, **design), seed))  # type: ignore[arg-type]


def simulate(design: Judges, seed: int) -> pd.DataFrame:
    """Simulate; give one row per verdict."""
    rng = np.random.default_rng(seed)
    shape = (design.studies, design.items)
    good = rng.normal(size=shape)
    if design.per_cluster > 1:
        shared = rng.normal(size=(design.studies, -(-design.items // design.per_cluster)))
        good = np.sqrt(0.5) * (good + shared.repeat(design.per_cluster, axis=1)[:, : design.items])
    p = np.stack(
        [1 / (1 + np.exp(-design.clear * good)), 1 / (1 + np.exp(design.clear * good)), np.full(shape, 0.15)], axis=-1
    )
    p /= p.sum(axis=-1, keepdims=True)
    cue = good + rng.normal(size=shape)
    own = good + rng.normal(size=shape) > 0
    styles = cue[..., None] + rng.normal(size=(*shape, len(STYLES)))
    lean = np.exp(rng.normal(0, design.leanings, (design.studies, design.persons + 1, 3)))
    speakers = rng.integers(2, design.humans + 1, shape) if design.unequal else np.full(shape, design.humans)
    order = rng.random((*shape, design.persons)).argsort(axis=2)
    frames = []
    for slot in range(-1, design.humans):
        ours = slot < 0
        study, item = np.nonzero(rng.random(shape) >= design.skips if ours else slot < speakers)
        person = np.full(len(study), design.persons) if ours else order[study, item, slot]
        chance = p[study, item] * lean[study, person]
        if ours and design.chance:
            chance = np.broadcast_to([0.5, 0.3, 0.2], chance.shape)
        picked = pick(chance, rng)
        if ours:
            other = aside(design, p, cue, own, study, item, rng)
            picked = np.where(rng.random(len(study)) < design.pull, other, picked)
        mine, theirs = own[study, item], ~own[study, item]
        frames.append(pd.DataFrame({
            "study": study, "item": item, "kind": "llm" if ours else "human",
            "annotator_id": -1 if ours else person if design.leanings else slot,
            "person": [f"p{n}" for n in person] if design.leanings and not ours else None,
            "choice": CHOICES[picked], "value": picked + 1.0, "shown_at": np.where(picked < 2, picked + 1.0, np.nan),
            "cue_1": cue[study, item], "cue_2": 0.0, "polarity": "positive",
            "author_1": np.where(mine, "m", "x"), "author_2": np.where(theirs, "m", "x"),
            "a_surface_chars": 100 + 20 * cue[study, item], "b_surface_chars": 100.0,
            "a_lexicon_vader": cue[study, item], "b_lexicon_vader": 0.0,
            **{f"a_hummingbird_{style}": styles[study, item, n] for n, style in enumerate(STYLES)},
            **{f"b_hummingbird_{style}": 0.0 for style in STYLES},
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True).assign(per=design.per_cluster)


def aside(design: Judges, p, cue, own, study, item, rng) -> np.ndarray:
    """Pick what the model says where it goes by something else than the pair's merits."""
    there = p[study, item]
    return {
        "": lambda: np.zeros(len(study), dtype=int),
        "longer": lambda: np.where(cue[study, item] > 0, 0, 1),
        "own": lambda: np.where(own[study, item], 0, 1),
        "first": lambda: np.zeros(len(study), dtype=int),
        "tie": lambda: np.full(len(study), 2),
        "astray": lambda: pick(np.roll(p, design.per_cluster, axis=1)[study, item], rng),
        "inverted": lambda: pick(there[:, [1, 0, 2]], rng),
    }[design.toward]()


def pick(chance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw one of three for each row."""
    cumulative = np.cumsum(chance, axis=1)
    return (rng.random((len(chance), 1)) * cumulative[:, -1:] > cumulative).sum(axis=1).clip(max=2)


def lay(frame: pd.DataFrame) -> Bench:
    """Lay out verdicts."""
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute(
        "create table taken_preferences as select 's' || lpad(study::varchar, 5, '0') as dataset, "
        "'i' || lpad(item::varchar, 6, '0') as key, 'c' || item // per as cluster, "
        "(item // per % 2048)::smallint as bucket, case kind when 'llm' then 'm' end as model, "
        "case kind when 'llm' then 'v' end as variant, null::varchar as bindings, "
        "case kind when 'llm' then '1' end as wave, person::varchar as person, 0 as sample, 0 as part, "
        "case when not isnan(shown_at) then shown_at::integer end as shown_at, "
        "* exclude (study, item, per, person, shown_at) from frame"
    )
    return lay_out(connection, ["preferences"])


LONGER = ("0.4 of its verdicts go to the longer answer, with the higher cue and the stronger words",
          {"toward": "longer", "pull": 0.4})  # fmt: skip
ASTRAY = ("0.6 of its verdicts are drawn as people judge another pair", {"toward": "astray", "pull": 0.6})
EFFECTS: dict[str, tuple[str, dict[str, object]]] = {
    "coding": ("people's verdicts with the two answers swapped", {"toward": "inverted", "pull": 1.0}),
    "position_bias": ("0.4 of its verdicts go to the answer shown first", {"toward": "first", "pull": 0.4}),
    "preference_agreement": ASTRAY,
    "self_preference": ("0.5 of its verdicts go to its own answer", {"toward": "own", "pull": 0.5}),
    "tie_rate": ("0.2 of its verdicts are made ties", {"toward": "tie", "pull": 0.2}),
}


def worlds(audit: Audit) -> list[World]:
    """List the worlds of an audit of preferences."""
    base: dict[str, object] = {"items": 60}
    words, dial = EFFECTS.get(audit.name, LONGER)
    effect = world(EFFECT, effect=words, **base, **dial)
    if audit.name == "coding":
        base["chance"] = True  # kappa is 0 where the model knows nothing of the pairs, not where it judges as people do
    made = [
        world(PLAIN, **base),
        world(CLUSTERS, **{**base, "items": 120, "per_cluster": 4}),
        world(UNEQUAL, **base, humans=5, unequal=True, skips=0.2),
    ]
    persons = world(PERSONS, covers=False, **base, leanings=0.5)
    return [*made, *([] if audit.name == "coding" else [persons]), effect]

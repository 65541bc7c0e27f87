"""Audits of what texts mean find what is put in, and nothing where nothing is; their errors are calibrated.

Vectors are made up, or of hashed words: no model takes part, but where the fake's dials are found from end to end.
"""

from __future__ import annotations

import re
import zlib
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from harness import pipeline
from harness.audit import run
from harness.auditfile import AUDITS, read_audit
from harness.extractors import embedding
from harness.passes import Effort
from harness.store import Store
from harness.store.layout import lay_out
from harness.study import Study
from tests.audits.test_text import findings, texts
from tests.studies import FAKE, generate_and_parse, write_study

DIMS = 48
TABLES = {"text": "texts", "instruction": "instructions", "simulation": "turns"}


def hashed(text: str) -> dict[str, Any]:
    """Make a vector of words: those of every text weigh less."""
    vector = np.zeros(DIMS)
    for word in re.findall(r"\w{3,}", text.lower()):
        code = zlib.crc32(word.encode())
        vector[code % DIMS] += 1 if code >> 16 & 1 else -1
    return {"text_embedding": (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)}


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def judged(audit: str, frame: pd.DataFrame, effort: Effort) -> list[Any]:
    """Audit made-up vectors: study, kind, item, cluster, who, vector, and what else the type's record has."""
    datatype = audit.split("/", maxsplit=1)[0]
    keys = ("study", "kind", "item", "cluster", "who", "part")
    own = [f"{name}::float[] as {name}" if "embedding" in name else name for name in frame if name not in keys]
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame.assign(part=frame.get("part", 0)))
    connection.execute(
        f"create table taken_{TABLES[datatype]} as select 's' || lpad(study::varchar, 4, '0') as dataset, "
        "'i' || lpad(item::varchar, 5, '0') as key, 'c' || cluster as cluster, (cluster % 2048)::smallint as bucket, "
        "kind, case kind when 'llm' then 'm' end as model, case kind when 'llm' then 'v' end as variant, "
        "null::varchar as bindings, case kind when 'llm' then '1' end as wave, null::varchar as person, "
        f"case kind when 'llm' then 99 else who end as annotator_id, 0 as sample, part, {', '.join(own)} from frame"
    )
    connection.unregister("frame")
    study: Any = SimpleNamespace(seed=7, datatype=datatype, config=SimpleNamespace(), variants=(), axes={}, models=())
    bench = lay_out(connection, [TABLES[datatype]])
    return [one for one in run(bench, read_audit(AUDITS / f"{audit}.sql"), study, effort) if one.verdict != "described"]


def write_vectors(
    studies: int, items: int, *, per_cluster: int = 1, people: int = 1, paired: bool = True, pull: float = 0.0,
    seed: int = 1, topics: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Draw vectors: of a topic where people and models share one, of a place that all texts have in common, of chance.

    Args:
        pull: how much nearer the model's are to the common place.
        topics: of how many heaps items are; 0 gives each its own.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for study in range(studies):
        common, heaps = unit(rng.normal(size=16)), rng.normal(size=(topics or items, 16))
        topic = heaps[rng.integers(len(heaps), size=items // per_cluster)].repeat(per_cluster, axis=0)
        for kind in ("human", "llm"):
            if not paired and kind == "llm":
                topic = heaps[rng.integers(len(heaps), size=items // per_cluster)].repeat(per_cluster, axis=0)
            for who in range(people if kind == "human" else 1):
                made = unit(0.8 * topic + 0.6 * rng.normal(size=(items, 16))) + (0.6 + pull * (kind == "llm")) * common
                # Some people, and sometimes the model, have said nothing.
                for n in np.flatnonzero((rng.random(items) < 0.85) | (who == 0 and kind == "human")):
                    place = n + (0 if paired or kind == "human" else items)
                    rows.append((study, kind, place, place // per_cluster, who, unit(made[n]).tolist()))
    return pd.DataFrame(rows, columns=["study", "kind", "item", "cluster", "who", "text_embedding"])


STOCK = "Nevertheless everybody knows perfectly well that life goes on as always."


@pytest.mark.parametrize("paired", [True, False])
def test_stock_sentences_make_texts_alike(paired):
    stock = [f"{text} {STOCK}" for text in texts("model")]
    for audit, direction in (("homogenisation", 1), ("vendi", -1)):
        (found,) = findings(audit, stock, paired=paired, measure=hashed).values()
        assert found.verdict == "found" and found.excess * direction > 0, found
        (still,) = findings(audit, texts("model"), paired=paired, measure=hashed).values()
        assert still.verdict != "found", still


def test_another_cloud_of_meanings_is_found():
    (found,) = judged("text/mauve", write_vectors(1, 400, pull=1.2, topics=8), Effort())
    assert found.verdict == "found" and found.excess < -0.1, found
    (still,) = judged("text/mauve", write_vectors(1, 400, topics=8), Effort())
    assert still.verdict != "found" and abs(still.estimate) < 0.05, still


WORLDS: list[dict[str, Any]] = [
    {"items": 60}, {"items": 30}, {"items": 120, "per_cluster": 4}, {"items": 60, "people": 3},
    {"items": 80, "paired": False}, {"items": 160, "paired": False, "per_cluster": 4},
]  # fmt: skip


def rejected(audit: str, frame: pd.DataFrame, effort: Effort) -> float:
    made = judged(audit, frame, effort)
    assert len(made) == frame["study"].nunique()
    return float(np.mean([one.p <= 0.05 for one in made]))


def test_homogenisation_cries_wolf_in_one_study_of_twenty():
    assert 0.005 <= rejected("text/homogenisation", write_vectors(200, 40), Effort(replicates=300)) <= 0.08


def test_a_pull_to_one_place_is_found():
    made = judged("text/homogenisation", write_vectors(30, 60, pull=0.4), Effort(replicates=300))
    assert np.mean([one.verdict == "found" for one in made]) >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS[1:3], ids=str)
def test_homogenisation_is_calibrated(world):
    assert 0.01 <= rejected("text/homogenisation", write_vectors(400, **world), Effort(replicates=400)) <= 0.075


@pytest.mark.slow
@pytest.mark.parametrize("audit", ["vendi", "mauve"])
def test_halves_of_vectors_are_calibrated(audit):
    assert rejected(f"text/{audit}", write_vectors(100, topics=12, **WORLDS[-1]), Effort(halves=64)) <= 0.1


def test_texts_that_mean_something_else_are_less_faithful_than_people():
    frame = write_vectors(1, 100, people=3)
    (near,) = judged("text/fidelity", frame, Effort(200, 100, 199))
    assert near.verdict != "found" and abs(near.excess) < 0.05
    model = frame["kind"] == "llm"
    moved = frame["text_embedding"].tolist()[-7:] + frame["text_embedding"].tolist()[:-7]
    moved = [far if own else near for far, near, own in zip(moved, frame["text_embedding"], model, strict=True)]
    (far,) = judged("text/fidelity", frame.assign(text_embedding=moved), Effort(200, 100, 199))
    assert far.verdict == "found" and far.excess < -0.05


def wordings(strays: float) -> pd.DataFrame:
    """Let three people and a model each say eight of an item's ten words; the model strays to those of the next."""
    rng = np.random.default_rng(5)
    rows = []
    for item in range(100):
        for who in range(4):
            of = item + (who == 3 and rng.random() < strays)
            words = [f"w{of}x{n}" for n in np.sort(rng.permutation(10)[:8])]
            kind = "llm" if who == 3 else "human"
            rows.append({"study": 0, "kind": kind, "item": item, "cluster": item, "who": who, "text": " ".join(words)})
    return pd.DataFrame(rows)


def test_texts_that_say_it_in_other_words_share_less_of_peoples_wording():
    (same,) = judged("text/rouge_l", wordings(0.0), Effort(200, 100, 199))
    assert same.verdict == "absent" and same.estimate == pytest.approx(0.8, abs=0.03)
    (other,) = judged("text/rouge_l", wordings(0.3), Effort(200, 100, 199))
    assert other.verdict == "found" and other.excess == pytest.approx(-0.24, abs=0.06)


def talks(drift: float, seed: int = 2, items: int = 80) -> pd.DataFrame:
    """Draw dialogues of six turns, each near to the one before it; a model's drift away from it."""
    rng = np.random.default_rng(seed)
    rows = []
    for item in range(items):
        for kind in ("human", "llm"):
            said = unit(rng.normal(size=16))
            for part in range(6):
                keep = 1.0 - (drift if kind == "llm" else 0)
                said = unit(keep * said + 0.2 * rng.normal(size=16))
                rows.append((0, kind, item, item, 0, part, "ab"[part % 2], said.tolist()))
    frame = pd.DataFrame(rows, columns=["study", "kind", "item", "cluster", "who", "part", "as_role", "text_embedding"])
    return frame.assign(number=np.nan)


def test_turns_that_leave_what_was_said_are_found():
    far = {one.metric: one for one in judged("simulation/relevance", talks(0.4), Effort(300))}
    assert far["relevance"].verdict == far["topic_kept"].verdict == "found" and far["relevance"].excess < 0
    near = judged("simulation/relevance", talks(0), Effort(300))
    assert {one.metric for one in near} == {"relevance", "topic_kept"}
    assert all(one.verdict != "found" for one in near)


def asked(kinds: int, seed: int) -> pd.DataFrame:
    """Draw tasks of twenty kinds by people; a model knows so many of them."""
    rng = np.random.default_rng(seed)
    centres = unit(rng.normal(size=(20, 16)))
    rows = []
    for kind, known in (("human", 20), ("llm", kinds)):
        for n in range(160):
            vector = unit(centres[rng.integers(known)] + 0.1 * rng.normal(size=16)).tolist()
            item = n + (160 if kind == "llm" else 0)
            rows.append((0, kind, item, item, 0, f"{kind} {n}", vector))
    names = ["study", "kind", "item", "cluster", "who", "instruction", "instruction_embedding"]
    return pd.DataFrame(rows, columns=names)


def test_kinds_of_tasks_that_are_missing_are_found():
    few = {one.metric: one for one in judged("instruction/topic_coverage", asked(8, 1), Effort())}
    assert few["topic_coverage"].verdict == "found" and few["topic_coverage"].excess < -0.2
    assert few["topic_precision"].verdict != "found"
    same = judged("instruction/topic_coverage", asked(20, 1), Effort())
    assert all(one.verdict != "found" for one in same)


def test_stock_tasks_of_the_fake_are_found_from_end_to_end(tmp_path, monkeypatch):
    class Hashed:
        def extract(self, texts: list[str]) -> list[Any]:
            return [hashed(text)["text_embedding"] for text in texts]

    for name, value in {"Extractor": Hashed, "PACKAGES": (), "lacks": lambda: None, "version": lambda: "test"}.items():
        monkeypatch.setattr(embedding, name, value)
    topics = "item,text\n" + "".join(f"{n},Topic {n}\n" for n in range(100))
    base: dict[str, Any] = {"datatype": "instruction", "label": None, "instruction": {"makes": "tasks", "count": 2}}
    block = {"dataset": "topics", "file": "people.csv", "item": "item", "fields": {"text": "text"}}
    files = {"ask.j2": "Make {{ count }} tasks about: {{ text }}\n", "people.csv": topics}
    store = Store(tmp_path / "runs")
    crowd = write_study(tmp_path / "crowd", files=files, **base, models=[{**FAKE, "name": "crowd"}], data=[block])
    generate_and_parse(Study.load(crowd), store)
    query = "select key as item, fields->>'text' as text, part, instruction, input, output from instructions"
    people = store.sql(query)
    people["who"] = "w" + people["item"]
    models = [{**FAKE, "name": "honest"}, {**FAKE, "name": "stock", "parameters": {"duplicate": 0.9}}]
    record = {name: name for name in ("instruction", "input", "output")}
    study = Study.load(
        write_study(
            tmp_path / "dials",
            files={**files, "people.csv": people.to_csv(index=False)},
            **base,
            models=models,
            data=[{**block, "part": "part", "annotator": "who", "record": record}],
        )
    )
    generate_and_parse(study, store)
    names = ["task_homogenisation", "answer_homogenisation", "topic_coverage"]
    pipeline.audit_study(study, store, only=names, say=lambda _: None)
    frame = store.findings()
    frame = frame[frame["verdict"] == "found"]
    found = set(zip(frame["model"], frame["audit"], strict=True))
    assert found == {("stock", "task_homogenisation"), ("stock", "topic_coverage")}

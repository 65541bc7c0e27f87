"""Audits of words find what the fake's dials put in, and nothing at 0; on the same items and as two groups."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import pytest

from harness.audit import run
from harness.auditfile import AUDITS, read_audit
from harness.backends._fake_text import say
from harness.extractors import slop, surface
from harness.finding import Finding
from harness.passes import Effort
from harness.store.layout import lay_out
from tests.audits.test_text import audited

ITEMS = 120
STUDY = SimpleNamespace(seed=7, datatype="text", config=SimpleNamespace(), variants=(), axes={}, models=())
EFFORT = Effort(replicates=200, floor_replicates=100, draws=199, halves=48)


def texts(seed: str, items: int = ITEMS, **dials: Any) -> list[str]:
    """Write a text on each item as the fake does."""
    made = []
    for n in range(items):
        cell: Any = SimpleNamespace(dataset="posts", key=str(n), asked={}, fields={}, levels={})
        request: Any = SimpleNamespace(seed=f"{seed} {n}", cell=cell, constraint=None)
        made.append(say(request, dials, pytest.fail))
    return made


def measure(text: str) -> dict[str, float]:
    """Give what the extractors make of a text, as columns."""
    made = {"surface": surface.count(text), "slop": slop.count(text)}
    return {f"text_{name}_{dim}": float(number) for name, dims in made.items() for dim, number in dims.items()}


def findings(audit: str, model: list[str], people: list[str], *, paired: bool = True) -> dict[str, Finding]:
    """Audit a model's texts against people's, on the same items or as two groups: finding by metric."""
    return {one.metric: one for one in audited(audit, model, people, paired=paired, measure=measure, effort=EFFORT)}


PUT_IN = {
    "slop_words": ("slop", {"overuse": {"tapestry": 0.3}}),
    "slop_phrases": ("slop", {"overuse": {"a testament to": 0.3}}),
    "contrasts": ("slop", {"overuse": {"not dull but bright": 0.3}}),
    "excess_rare": ("excess_words", {"overuse": {"showcasing": 0.3}}),
    "unfinished": ("unfinished", {"truncate": 0.2}),
    "excess_common": ("excess_words", {"overuse": {"crucial": 0.3}}),
}


@pytest.mark.parametrize("metric", PUT_IN)
def test_what_is_put_in_is_found(metric: str) -> None:
    audit, dials = PUT_IN[metric]
    for paired in (True, False):
        found = findings(audit, texts("model", **dials), texts("people"), paired=paired)[metric]  # type: ignore[arg-type]
        assert found.verdict == "found" and found.excess and found.excess > 0, (paired, found)


@pytest.mark.parametrize("audit", sorted({audit for audit, _ in PUT_IN.values()}))
@pytest.mark.parametrize("dials", [{}, {"length": 1.0}], ids=["alike", "longer"])
def test_where_no_word_is_overused_none_is_found(audit: str, dials: dict[str, Any]) -> None:
    # Some slop on both sides, so that there is something to be told apart.
    both = {"overuse": {"tapestry": 0.1, "a testament to": 0.1, "not dull but bright": 0.1, "showcasing": 0.1}}
    for paired in (True, False):
        found = findings(audit, texts("model", **both, **dials), texts("people", **both), paired=paired)  # type: ignore[arg-type]
        assert not {metric for metric, one in found.items() if one.verdict == "found"}, (paired, found)


def test_overused_words_are_named() -> None:
    for paired in (True, False):
        found = findings("overused_words", texts("model", overuse={"delve": 0.3}), texts("people"), paired=paired)
        assert found["delve"].estimate == max(one.estimate or 0 for one in found.values())
        assert found["delve"].lower and found["delve"].lower > 0.5
        without = findings("overused_words", texts("model"), texts("people"), paired=paired)
        assert "delve" not in without and len(without) <= 20
        assert sum(not (one.lower or 0) < 0 < (one.upper or 0) for one in without.values()) < 15


def varied(seed: str, vocabulary: int = 3000) -> list[str]:
    """Put names in the place of every third word: the fake's sentences are too few to tell more and less varied."""
    rng = random.Random(seed)
    names = [f"{a}{b}" for a in "bcdfghklmnprstvz" for b in range(vocabulary // 16)]
    return [
        " ".join(rng.choice(names) if n % 3 == 2 else word for n, word in enumerate(text.split(" ")))
        for text in texts(seed)
    ]


HALVES = {
    "auc": ("detector", lambda: texts("model", overuse={"delve": 1}), lambda: texts("people")),
    "repeated_phrases": (
        "self_repetition",
        lambda: texts("model", overuse={"a rich tapestry of": 1}),
        lambda: texts("people"),
    ),
    "distinct_1": ("distinct_ngrams", lambda: varied("model", 200), lambda: varied("people")),
    "compression_ratio": ("compression", lambda: varied("model", 50), lambda: varied("people")),
}


@pytest.mark.parametrize("metric", HALVES)
def test_what_is_put_in_is_found_on_halves(metric: str) -> None:
    audit, model, people = HALVES[metric]
    for paired in (True, False):
        found = findings(audit, model(), people(), paired=paired)[metric]
        assert found.verdict == "found", (paired, found)


@pytest.mark.parametrize("audit", sorted({audit for audit, *_ in HALVES.values()}))
def test_where_both_are_as_varied_nothing_is_found(audit: str) -> None:
    for paired in (True, False):
        found = findings(audit, varied("model"), varied("people"), paired=paired)
        assert not {metric for metric, one in found.items() if one.verdict == "found"}, (paired, found)


@pytest.mark.parametrize("audit", ["compression", "detector", "distinct_ngrams", "duplicates", "self_repetition"])
@pytest.mark.parametrize("dials", [{}, {"length": 1.0}], ids=["alike", "longer"])
def test_where_nothing_is_put_in_halves_show_nothing(audit: str, dials: dict[str, Any]) -> None:
    for paired in (True, False):
        found = findings(audit, texts("model", **dials), texts("people"), paired=paired)
        assert not {metric for metric, one in found.items() if one.verdict == "found"}, (paired, found)


def test_texts_said_twice_are_found() -> None:
    people = [f"{text} Item {n}." for n, text in enumerate(texts("people"))]
    once = [f"{text} Number {n}." for n, text in enumerate(texts("model"))]
    # Marks and capitals do not hide that the words are the same.
    twice = once[: ITEMS // 2] + [text.upper().replace(".", " ,") for text in once[: ITEMS // 2]]
    for paired in (True, False):
        found = findings("duplicates", twice, people, paired=paired)
        assert {found[metric].verdict for metric in ("duplicates", "near_duplicates")} == {"found"}
        assert found["duplicates"].estimate == pytest.approx(0.5, abs=0.1)
        assert findings("duplicates", once, people, paired=paired)["duplicates"].estimate == 0


def chance_study(rng: random.Random, name: str, clusters: int, *, paired: bool) -> list[dict[str, Any]]:
    """Draw both sides' texts from one pool: clusters of items with topics, unequal lengths and numbers of people."""
    words = [f"w{n}" for n in range(1500)]
    weights = [1 / (n + 1) for n in range(1500)]
    rows, item = [], 0
    for cluster in range(clusters):
        topic = rng.sample(words, 40)
        for _ in range(rng.randint(1, 3)):
            item += 1
            people = ["human"] * rng.randint(1, 3)
            for kind in ["llm", *people] if paired else [rng.choice(["llm", "human"])]:
                length = min(150, max(5, round(rng.lognormvariate(3.2, 0.6))))
                on_topic = sum(rng.random() < 0.3 for _ in range(length))
                said = rng.choices(topic, k=on_topic) + rng.choices(words, weights, k=length - on_topic)
                rng.shuffle(said)
                rows.append({"dataset": name, "item": item, "cluster": cluster, "kind": kind, "text": " ".join(said)})
    return rows


def judged_by_chance(audit: str, studies: int, *, paired: bool) -> pd.DataFrame:
    """Audit many studies without an artifact: one row per study and judged metric."""
    rng = random.Random(f"{audit} {paired}")
    rows = [row for n in range(studies) for row in chance_study(rng, f"s{n:03d}", 30, paired=paired)]
    frame = pd.DataFrame(rows)
    frame["who"] = [-1 if row["kind"] == "llm" else n for n, row in enumerate(rows)]
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute(
        "create table taken_texts as select dataset, 'i' || lpad(item::varchar, 5, '0') as key, "
        "'c' || cluster as cluster, cluster::smallint as bucket, kind, case kind when 'llm' then 'm' end as model, "
        "case kind when 'llm' then 'v' end as variant, null::varchar as bindings, "
        "case kind when 'llm' then '1' end as wave, null::varchar as person, who as annotator_id, 0 as sample, "
        "0 as part, text from frame"
    )
    file = read_audit(AUDITS / "text" / f"{audit}.sql")
    made = run(lay_out(connection, ["texts"]), file, STUDY, Effort(replicates=200))  # type: ignore[arg-type]
    judged = [one for one in made if one.p is not None]
    return pd.DataFrame(
        {"metric": one.metric, "excess": one.excess, "rejected": (one.p or 1) <= 0.05, "verdict": one.verdict}
        for one in judged
    )


ON_HALVES = ["compression", "detector", "distinct_ngrams", "duplicates", "self_repetition"]


@pytest.mark.slow
@pytest.mark.parametrize("audit", ON_HALVES)
def test_chance_alone_is_seldom_found(audit: str) -> None:
    """Half-sampling errs on the safe side where what is counted is no sum: at most 0.07, often near 0, and no bias."""
    for metric, one in judged_by_chance(audit, 50, paired=audit != "detector").groupby("metric"):
        assert one["rejected"].mean() <= 0.07 + 2 * (0.05 * 0.95 / 50) ** 0.5, (metric, one["rejected"].mean())
        error = one["excess"].std() / len(one) ** 0.5
        assert abs(one["excess"].mean()) <= 3.5 * error + 1e-9, (metric, one["excess"].mean(), error)


@pytest.mark.parametrize("audit", ["detector", "distinct_ngrams"])
def test_chance_alone_is_not_found_in_a_few_studies(audit: str) -> None:
    made = judged_by_chance(audit, 8, paired=True)
    assert made["rejected"].sum() <= 3 and (made["verdict"] == "found").sum() <= 2

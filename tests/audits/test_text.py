"""Audits of texts find what a dial of the fake, or an edit of its texts, puts in; and nothing where nothing is."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import pytest

from harness import pipeline
from harness.audit import run
from harness.auditfile import AUDITS, read_audit
from harness.backends._fake_text import DIALS, _write
from harness.extractors.surface import count
from harness.finding import Finding
from harness.passes import Effort
from harness.store import Store
from harness.store.layout import lay_out
from tests.studies import generate_and_parse
from tests.test_study_text import write

ITEMS = 120
STUDY = SimpleNamespace(seed=7, datatype="text", config=SimpleNamespace(), variants=(), axes={}, models=())
EFFORT = Effort(replicates=200, floor_replicates=100, draws=199)
PATHS = sorted((AUDITS / "text").glob("*.sql"))
SURFACE = [path.stem for path in PATHS if read_audit(path).header.features == ["surface"]]


def texts(seed: str, **dials: Any) -> list[str]:
    """Write a text on each item as the fake does."""
    made = []
    for n in range(ITEMS):
        chance = {name: random.Random(f"{seed} {n} {name}") for name in ("text", *DIALS)}
        cell: Any = SimpleNamespace(dataset="posts", key=str(n))
        made.append(_write(cell, chance, dials, dials.get("length", 0), {}))
    return made


def surface(text: str) -> dict[str, float]:
    return {f"text_surface_{dim}": float(number) for dim, number in count(text).items()}


def findings(
    audit: str,
    model: list[str],
    *,
    paired: bool = True,
    measure: Callable[[str], dict[str, Any]] = surface,
    people: list[str] | None = None,
) -> dict[str, Any]:
    """Audit texts of a model against people's, or else the fake's own: what is judged, by metric."""
    made = audited(audit, model, people or texts("people"), paired=paired, measure=measure)
    return {one.metric: one for one in made if one.verdict != "described"}


def audited(
    audit: str,
    model: list[str],
    people: list[str],
    *,
    paired: bool = True,
    measure: Callable[[str], dict[str, Any]] = surface,
    effort: Effort = EFFORT,
) -> list[Finding]:
    """Audit texts of a model against people's, on the same items or as two groups."""
    sides = [("llm", n, text) for n, text in enumerate(model)]
    sides += [("human", n + (0 if paired else len(model)), text) for n, text in enumerate(people)]
    frame = pd.DataFrame([{"kind": kind, "n": n, "text": text, **measure(text)} for kind, n, text in sides])
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute(
        "create table taken_texts as select 'posts' as dataset, 'i' || lpad(n::varchar, 5, '0') as key, "
        "'c' || n as cluster, n::smallint as bucket, kind, case kind when 'llm' then 'm' end as model, "
        "case kind when 'llm' then 'v' end as variant, null::varchar as bindings, "
        "case kind when 'llm' then '1' end as wave, null::varchar as person, (kind = 'llm')::integer as annotator_id, "
        "0 as sample, 0 as part, columns('text(_.*)?') from frame"
    )
    return run(lay_out(connection, ["texts"]), read_audit(AUDITS / "text" / f"{audit}.sql"), STUDY, effort)  # type: ignore[arg-type]


def edited(change: Callable[[str], str]) -> list[str]:
    return [change(text) for text in texts("model")]


def dull(text: str) -> str:
    """Say every third word again in the place of the next."""
    words = text.split(" ")
    return " ".join(words[n - 1] if n % 3 == 1 else word for n, word in enumerate(words))


CASES = {
    "text_length": ("length_ratio", lambda: texts("model", length=1.0), 1),
    "contractions": ("contractions", lambda: texts("model", formality=1.0), -1),
    "first_person": ("first_person", lambda: edited(lambda t: f"I tell you, as for me and us, I do. {t}"), 1),
    "formatting": ("bullets", lambda: edited(lambda t: re.sub(r"(?<=[.!?]) ", "\n- ", t)), 1),
    "punctuation": ("exclamations", lambda: edited(lambda t: t.replace(".", "!")), 1),
    "readability": ("flesch", lambda: edited(lambda t: t.replace(".", ", notwithstanding considerations.")), -1),
    "sentence_length": ("sentence_length", lambda: edited(lambda t: re.sub(r"[.!?] ", ", ", t)), 1),
    "spaced_marks": ("spaced_marks", lambda: edited(lambda t: t.replace(".", " .")), 1),
    "type_token": ("type_token", lambda: edited(dull), -1),
    "word_length": ("word_length", lambda: edited(lambda t: re.sub(r"\b(\w{5,})\b", r"\1ish", t)), 1),
}


@pytest.mark.parametrize("audit", SURFACE)
def test_what_is_put_in_is_found(audit):
    metric, model, direction = CASES[audit]
    for paired in (True, False):
        found = findings(audit, model(), paired=paired)[metric]
        assert found.verdict == "found" and found.excess * direction > 0, (paired, found)
        assert ("unpaired" in (found.note or "")) is not paired


@pytest.mark.parametrize("audit", SURFACE)
def test_where_nothing_differs_nothing_is_found(audit):
    for paired in (True, False):
        for found in findings(audit, texts("model"), paired=paired).values():
            assert found.verdict != "found", (paired, found)


def test_distinct_words_are_compared_at_like_lengths():
    longer = findings("type_token", texts("model", length=1.0))["type_token"]
    assert longer.verdict != "found" and abs(longer.excess) < 0.03


@pytest.mark.parametrize(
    ("dials", "audit"), [({"length": 1}, "text_length"), ({"formality": 1}, "contractions"), ({}, None)]
)
def test_dials_of_the_fake_are_found_from_end_to_end(tmp_path: Path, store: Store, dials, audit):
    rows = io.StringIO()
    csv.writer(rows).writerows([["id", "post", "who"], *([n, text, "ann"] for n, text in enumerate(texts("people")))])
    study = write(tmp_path, files={"people.csv": rows.getvalue()}, parameters=dials)
    generate_and_parse(study, store)
    names = ["contractions", "spaced_marks", "text_length"]
    pipeline.audit_study(study, store, only=names, say=lambda _: None)
    frame = store.findings()
    assert set(frame["audit"]) == set(names)
    found = set(frame.loc[frame["verdict"] == "found", "audit"])
    assert found == ({audit} if audit else set())

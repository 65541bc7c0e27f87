"""One audit file runs under several names: on other records, with what it must not see left out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import pytest

from harness.audit import run
from harness.auditfile import Audit, choose, read_audits, shipped_audits
from harness.errors import AuditError
from harness.finding import Finding
from harness.passes import Effort
from harness.store.layout import lay_out

STUDY = SimpleNamespace(seed=7, datatype="", config=SimpleNamespace(), variants=(), axes={}, models=())
EFFORT = Effort(replicates=50, floor_replicates=0, draws=19, halves=8)
WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath"]


def audit_of(name: str) -> Audit:
    [audit] = choose(shipped_audits(), [name])
    return audit


def measure(audit: Audit, relation: str, rows: list[dict[str, Any]]) -> dict[str, Finding]:
    """Run an audit on rows of a relation: item, kind, and what the relation has."""
    frame = pd.DataFrame(rows)
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    own = ", ".join(name for name in frame.columns if name not in ("item", "kind", "person", "part"))
    person = "person" if "person" in frame else "null::varchar"
    part = "part" if "part" in frame else "0"
    connection.execute(
        f"create table taken_{relation} as select 'd' as dataset, 'i' || item as key, 'c' || item as cluster, "
        "item::smallint as bucket, kind, case kind when 'llm' then 'm' end as model, "
        "case kind when 'llm' then 'v' end as variant, null::varchar as bindings, "
        "case kind when 'llm' then '1' end as wave, "
        f"{person} as person, coalesce({person}, kind) as annotator_id, 0 as sample, {part} as part, {own} from frame"
    )
    return {found.metric: found for found in run(lay_out(connection, [relation]), audit, STUDY, EFFORT)}  # type: ignore[arg-type]


def sentence(item: int, by: str) -> str:
    return " ".join(WORDS[(item * 3 + place * (2 if by == "llm" else 3)) % 8] for place in range(12))


def said(column: str, **more: Any) -> list[dict[str, Any]]:
    return [
        {"item": item, "kind": kind, column: sentence(item, kind), **more}
        for item in range(24)
        for kind in ("llm", "human")
    ]


@pytest.mark.parametrize(
    ("name", "other", "relation", "column"),
    [
        ("distinct_ngrams", "output_distinct_ngrams", "instructions", "output"),
        ("duplicates", "output_duplicates", "instructions", "output"),
        ("self_repetition", "turn_self_repetition", "turns", "text"),
    ],
)
def test_the_same_texts_give_the_same_numbers_whatever_they_are_called(name, other, relation, column):
    as_texts = measure(audit_of(name), "texts", said("text"))
    more = {"as_role": "user", "number": None} if relation == "turns" else {"instruction": "Write."}
    elsewhere = measure(audit_of(other), relation, said(column, **more))
    estimates = {metric: found.estimate for metric, found in as_texts.items()}
    assert {metric: found.estimate for metric, found in elsewhere.items()} == pytest.approx(estimates)
    assert {found.audit for found in elsewhere.values()} == {other}


def length(item: int, kind: str, text: str, words: float) -> dict[str, Any]:
    return {"item": item, "kind": kind, "instruction": text, "instruction_surface_words": words}


def test_instructions_that_both_sides_were_given_are_left_out():
    made = [
        length(n, kind, f"{kind} {n}", 8.0 if kind == "llm" else 4.0) for n in range(12) for kind in ("llm", "human")
    ]
    given = [length(n, kind, f"given {n}", 100.0) for n in range(12, 30) for kind in ("llm", "human")]
    assert measure(audit_of("task_length"), "instructions", made + given)["length_ratio"].estimate == 1.0
    found = measure(audit_of("task_length"), "instructions", given)
    assert [each.verdict for each in found.values()] == ["not run"]


def test_turns_that_are_numbers_are_left_out():
    turns = [
        {"item": n, "kind": kind, "part": part, "as_role": "user", "text": "t", "number": number,
         "text_surface_words": 100.0 if number is not None else 8.0 if kind == "llm" else 4.0}
        for n in range(12) for kind in ("llm", "human") for part, number in ((0, None), (1, 50.0))
    ]  # fmt: skip
    assert measure(audit_of("turn_length"), "turns", turns)["length_ratio"].estimate == 1.0


def test_a_key_that_is_none_names_the_name_under_which_it_stands(tmp_path):
    told = audit_of("bandwagon_effect").text.replace('title     = "Distraction effect"', 'titel = "Distraction effect"')
    path = tmp_path / "mine.sql"
    path.write_text(told)
    with pytest.raises(AuditError, match="titel") as error:
        list(read_audits(path))
    assert "[also.distraction_effect]" in error.value.where

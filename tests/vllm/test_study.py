"""A whole study on a real vLLM engine: prompts to replies that are read, and the processes are gone."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from harness.store.database import open_store
from harness.study import Study
from tests.studies import count, generate_and_parse, write_study
from tests.vllm.conftest import ENGINE, MODEL

pytestmark = pytest.mark.vllm


def test_a_study_lands_its_replies_in_the_store(tmp_path: Path) -> None:
    model = {
        "name": "smollm2",
        "backend": "vllm",
        "model": MODEL,
        "dtype": "bfloat16",
        "connect": {"engine": {**ENGINE, "enable_chunked_prefill": True}},
    }
    folder = write_study(
        tmp_path / "tiny",
        models=[model],
        samples=2,
        vary={"format": ["text", "choice", "scores"]},
        ask={"max_tokens": 4, "temperature": 1.0},
    )
    before = {child.pid for child in multiprocessing.active_children()}
    store = open_store(tmp_path / "runs")
    tally = generate_and_parse(Study.load(folder), store)
    assert {child.pid for child in multiprocessing.active_children()} == before
    cells = 2 * 2 * 3
    assert (tally.total, tally.done, tally.failed) == (cells, cells, 0)
    replies = store.sql(
        "select r.format, r.text, r.finish_reason, g.scores from replies r "
        "join store.generations g on g.generation_id = r.generation_id"
    )
    assert len(replies) == cells
    assert set(replies["text"][replies["format"] == "choice"]) <= {"yes", "no"}
    scored = replies[replies["format"] == "scores"]
    assert set(scored["finish_reason"]) == {"scores"} and scored["scores"].notna().all()
    assert count(store, "labels where kind = 'llm' and format = 'choice'") == 4
    assert generate_and_parse(Study.load(folder), store).total == 0

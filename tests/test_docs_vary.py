"""The page on variants: its study loads, asks what it says, and is told as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness import pipeline
from harness.design import Design, tell
from harness.layouts import BETWEEN, CASINGS, JOINED, MARKS, SEPARATORS
from harness.paraphrase import NEAR
from harness.rewording import TRIES
from harness.store import Store
from harness.study import Study
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "vary.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```\S+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    for name, body in FENCE.findall(PAGE):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    return Study.load(tmp_path / "prompts" / "tone")


def test_its_study_asks_what_it_says(study: Study, store: Store) -> None:
    plan = pipeline.plan_study(study, store)
    assert plan.calls == 12 * 2
    assert plan.twins == ()
    assert pipeline.generate_study(study, store, say=lambda _: None).done == 24
    pipeline.parse_study(study, store)
    assert store.replies("tone")["parsed"].all()


def test_its_design_is_told_as_it_shows(study: Study) -> None:
    told = "\n".join(tell(study.design, study.axes, [variant.levels for variant in study.variants]))
    assert f"```text\n{told}\n```" in PAGE


def test_it_names_every_design_and_every_part_of_the_grammar() -> None:
    kinds = Design.model_json_schema()["properties"]["kind"]["enum"]
    assert all(f'| `"{kind}"`' in PAGE for kind in kinds)
    for part in (CASINGS, SEPARATORS, BETWEEN, JOINED):
        assert all(f"`{value}`" in PAGE for value in part)
    assert all(f"`{marks}`" in PAGE for marks in MARKS if not any(sign in marks for sign in "1AaIi") or marks == "bare")
    assert all(f"`{marks}`" in PAGE for marks in MARKS if "A" in marks)


def test_it_tells_the_bounds_of_paraphrases() -> None:
    assert f"{NEAR:.0%}".replace("%", " %") in PAGE
    assert TRIES == 3
    assert "three tries for each" in PAGE

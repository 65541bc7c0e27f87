"""Ten dated models and people, as published: what comparisons say is held against the files, counted here by hand."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import pipeline
from harness.report.versions import read_versions
from harness.store import Store
from harness.study import Study
from tests.conftest import ROOT, SHARED, shared_file

OUTPUTS, PEOPLE = "instructions/alpaca_eval_outputs", "instructions/self_instruct/user_oriented_instructions.jsonl"
FILES = {
    "text-davinci-001": "text_davinci_001", "text-davinci-003": "text_davinci_003",
    "gpt-3.5-turbo-0301": "gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613": "gpt-3.5-turbo-0613",
    "gpt-3.5-turbo-1106": "gpt-3.5-turbo-1106", "gpt-4-0314": "gpt4_0314", "gpt-4-0613": "gpt4_0613",
    "gpt-4-1106-preview": "gpt4_1106_preview", "gpt-4-0125-preview": "gpt-4-0125-preview",
    "gpt-4o-2024-05-13": "gpt-4o-2024-05-13",
}  # fmt: skip
NAMES = tuple(FILES)
PAIRS = (*pairwise(NAMES[:5]), *pairwise(NAMES[5:]))  # two families
T = 1.9695  # Student's t, .975, 251 degrees of freedom; at 250 as good as the same

Answers = dict[str, dict[str, str]]  # who → instruction → answer
# Against people's 50 words, nearer to them is better; from 35 to 93 is as far on the other side.
LENGTHS = {
    "text-davinci-003": "same", "gpt-3.5-turbo-0301": "moved", "gpt-3.5-turbo-0613": "worse",
    "gpt-3.5-turbo-1106": "better", "gpt-4-0613": "better", "gpt-4-1106-preview": "worse",
    "gpt-4-0125-preview": "same", "gpt-4o-2024-05-13": "better",
}  # fmt: skip
BULLETS = {
    "text-davinci-003": "cannot tell", "gpt-3.5-turbo-0301": "worse", "gpt-3.5-turbo-1106": "better",
    "gpt-4-0613": "cannot tell", "gpt-4-1106-preview": "worse", "gpt-4o-2024-05-13": "worse",
}  # fmt: skip

pytestmark = pytest.mark.slow


def words(text: str) -> int:
    """Count what is left between marks and spaces; apostrophes and hyphens join."""
    kept = "".join(c if c.isalnum() or c in "'’-" else " " for c in text)
    return sum(any(map(str.isalnum, word)) for word in kept.split())


def bullets(text: str) -> int:
    """Count lines that begin with a dash, a star, a plus (people's own lists do), a bullet or a number."""
    return sum(bool(re.match(r"\s*([-*+•‣◦]|\d{1,3}[.)])\s+\S", line)) for line in text.split("\n"))


def normal(text: str) -> str:
    return " ".join(text.split()).lower()


@pytest.fixture(scope="module")
def said() -> Answers:
    """Read the files: who ("people" or a model) → instruction → answer, where people answered it."""
    people: dict[str, str] = {}
    for line in shared_file(PEOPLE).read_text("utf-8").split("\n"):
        if line:
            task = json.loads(line)
            people[normal(f"{task['instruction']} {task['instances'][0]['input']}")] = task["instances"][0]["output"]
    told = {"people": people}
    for name, file in FILES.items():
        rows = json.loads(shared_file(f"{OUTPUTS}/{file}__model_outputs.json").read_text("utf-8"))
        told[name] = {normal(row["instruction"]): row["output"] for row in rows}
    return {who: {at: text for at, text in own.items() if at in people and text.strip()} for who, own in told.items()}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Audit the example as a user would, by two audits that need no model; versions are compared unasked."""
    shared_file(PEOPLE)
    shared_file(OUTPUTS)
    folder = tmp_path_factory.mktemp("chain") / "alpaca_eval_chain"
    shutil.copytree(ROOT / "examples" / folder.name, folder, ignore=shutil.ignore_patterns("data"))
    Path(folder / "data").symlink_to(SHARED)
    study, store = Study.load(folder), Store(folder.parent / "runs")
    pipeline.resolve(study, store)
    pipeline.parse_study(study, store)
    pipeline.audit_study(study, store, only=["text_length", "formatting"], say=lambda _: None)
    return store


def of(said: Answers, one: str, other: str, count: Callable[[str], int]) -> tuple[np.ndarray, np.ndarray]:
    """Count in both, item by item, on what both have answered."""
    shared = [at for at in said[one] if at in said[other]]
    return np.array([count(said[one][at]) for at in shared]), np.array([count(said[other][at]) for at in shared])


def rows(compared: Store, metric: str) -> dict[tuple[str, str], Any]:
    found = compared.comparisons("alpaca_eval_chain")
    own = [row for row in found[found["metric"] == metric].itertuples() if row.factor == "model"]
    return {(row.base_model, row.model): row for row in own}


def agrees(row: Any, difference: float, error: float) -> None:
    """Hold a difference and its interval against one by hand: Student's t, and the standard error of a mean."""
    half = T * error
    assert row.difference == pytest.approx(difference, abs=0.1 * half)
    assert (row.lower, row.upper) == pytest.approx((difference - half, difference + half), abs=0.2 * half)


@pytest.mark.parametrize(("metric", "count"), [("words", words), ("bullets", bullets)])
def test_each_version_shows_what_is_in_its_file(compared: Store, said: Answers, metric: str, count: Any) -> None:
    found = compared.findings("alpaca_eval_chain").set_index(["metric", "model"])["estimate"]
    for name in NAMES:
        model, people = of(said, name, "people", count)
        assert found[f"{metric}_model", name] == pytest.approx(model.mean(), rel=0.005), name
        assert found[f"{metric}_people", name] == pytest.approx(people.mean(), rel=0.005), name


def test_each_version_is_compared_with_the_one_before_on_what_both_answered(compared: Store, said: Answers) -> None:
    for metric in ("length_ratio", "bullets"):
        found = rows(compared, metric)
        assert set(found) == set(PAIRS)
        for pair, row in found.items():
            assert row.items == len(said[pair[0]].keys() & said[pair[1]].keys()), pair
    # one answer of text-davinci-003 is empty, and text-davinci-001 was asked one task less
    assert len(said["people"]) == 252 and len(said["text-davinci-003"]) == len(said["text-davinci-001"]) == 251


def test_differences_in_length_are_those_of_the_files(compared: Store, said: Answers) -> None:
    """log2 of the ratio of mean words; people are the same on both sides, and cancel. Errors by linearisation."""
    for pair, row in rows(compared, "length_ratio").items():
        base, later = of(said, *pair, words)
        spread = (later / later.mean() - base / base.mean()).std(ddof=1)
        agrees(row, math.log2(later.mean() / base.mean()), spread / math.sqrt(len(base)) / math.log(2))


def test_differences_in_bullets_are_those_of_the_files(compared: Store, said: Answers) -> None:
    """Mean of the differences item by item."""
    for pair, row in rows(compared, "bullets").items():
        base, later = of(said, *pair, bullets)
        agrees(row, (later - base).mean(), (later - base).std(ddof=1) / math.sqrt(len(base)))


def test_it_is_told_which_version_changed_what(compared: Store) -> None:
    lengths, lists = rows(compared, "length_ratio"), rows(compared, "bullets")
    assert {pair[1]: row.direction for pair, row in lengths.items()} == LENGTHS
    for later, way in BULLETS.items():
        (row,) = (row for pair, row in lists.items() if pair[1] == later)
        assert row.direction == way, later
    for row in (*lengths.values(), *lists.values()):
        assert (row.q <= 0.05) or row.direction in ("same", "cannot tell")


def test_the_page_keeps_each_family_together(compared: Store, said: Answers) -> None:
    told = read_versions(Study.load(compared.runs.parent / "alpaca_eval_chain"), compared)
    assert [name for name, _ in told.columns] == list(NAMES) and told.families == [("GPT-3.5", 5), ("GPT-4", 5)]
    (line,) = (line for line in told.lines if line.metric == "length_ratio")
    assert [sure for _, _, sure in line.cells[1:5]] == ["", "moved", "worse", "better"]
    assert line.cells[5][1:] == ("", ""), "the first of a family follows nobody"

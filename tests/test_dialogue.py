"""Dialogues through the whole path: planned, asked turn by turn, killed in the middle, and gone on with."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from harness import pipeline
from harness.store import Store, ingest
from harness.study import Study
from tests.studies import generate, generate_and_parse, many_people, write_study
from tests.test_generate import start, wait_for_lines

TURNS = 3
EXTENSIONS = Path(__file__).parent / "extensions"


@pytest.fixture(autouse=True)
def extended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the data type, here and for the processes that are started."""
    monkeypatch.syspath_prepend(str(EXTENSIONS))
    monkeypatch.setenv("PYTHONPATH", str(EXTENSIONS))


def write(folder: Path, items: int, **given: Any) -> Study:
    from dialogue import TEMPLATE

    files = {"people.csv": many_people(items), "ask.j2": TEMPLATE}
    options = {"options": ["yes", "no"]}
    return Study.load(
        write_study(folder / "talk", files=files, datatype="dialogue", label=None, dialogue=options, **given)
    )


def check_histories(store: Store, dialogues: int) -> None:
    """Hold every turn's prompt against what was said before it."""
    rows = store.sql("select key, sample, part, last, text, messages from replies order by key, sample, part")
    assert len(rows) == dialogues * TURNS
    for _, turns in rows.groupby(["key", "sample"]):
        said = turns["text"].tolist()
        assert turns["part"].tolist() == list(range(TURNS)) and turns["last"].tolist() == [False] * 2 + [True]
        for number, messages in enumerate(turns["messages"]):
            sent = json.loads(messages)
            assert [m["content"] for m in sent if m["role"] == "assistant"] == said[:number]
            assert len(sent) == 2 * number + 1


def test_each_turn_is_asked_with_what_was_said_before(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, 20, samples=2)
    tally = generate_and_parse(study, store)
    assert (tally.total, tally.done, tally.requests) == (40, 40, 120)
    check_histories(store, 40)
    parts = store.sql(
        "select part, count(*) as n from store.labels where generation_id is not null group by 1 order by 1"
    )
    assert parts["n"].tolist() == [40, 40, 40]
    assert generate(study, store).total == 0


def test_a_kill_in_mid_dialogue_costs_no_turn(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, 200, parameters={"delay": 0.02}, connect={"in_flight": 8})
    for lines in (30, 150):
        process = start(study, store)
        wait_for_lines(store, lines)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        ingest.sync(store)
    held = store.sql("select count(*) as n, count(*) filter (where last) as ended from generations")
    begun, ended = int(held["n"][0]), int(held["ended"][0])
    assert 180 <= begun < 600 and begun > ended * TURNS  # some were in the middle
    assert pipeline.plan_study(study, store).calls == 200 - ended
    tally = generate_and_parse(study, store)
    assert tally.requests == 600 - begun
    check_histories(store, 200)


def test_a_turn_that_is_rejected_ends_its_dialogue_for_good(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, 60, parameters={"reject": 0.2})
    tally = generate(study, store)
    assert tally.done + tally.failed == 60 and 10 < tally.failed < 50
    assert generate(study, store).total == 0
    assert generate(study, store, retry_failed=True).total == tally.failed


def test_the_page_shows_turns_in_their_order(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, 2)
    generate_and_parse(study, store)
    html = pipeline.report_study(study, store).read_text(encoding="utf-8")
    examples = html[html.index('<section id="examples">') : html.index('<section id="lost">')]
    shown = [re.sub(r"<[^>]+>|\s+", " ", item).split() for item in re.findall(r"<li>.*?</li>", examples, re.DOTALL)]
    said = store.sql("select label from labels where kind = 'llm' order by md5(item_id::varchar), part")["label"]
    assert [one for (one,) in shown] == said.tolist() and len(said) == 2 * TURNS

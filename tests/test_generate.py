"""Asking: every cell ends as a reply or a reason, whatever fails, and nothing is paid for twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from harness.errors import Passing, Rejected, StoreBusy, StudyError, Unusable
from harness.store import Store, ingest
from harness.study import Study
from harness.types import (
    Annotator,
    Connect,
    Message,
    Prompt,
    Reply,
    Request,
)
from tests.asking import Counting, Run, rows
from tests.studies import FAKE, count, generate, journal_lines

# ---- the loop itself, with backends that count


NOW = Passing("busy", retry_after=0.0)


@pytest.mark.parametrize("in_flight", [1, 4, 16])
async def test_no_more_calls_are_in_flight_than_allowed(in_flight: int) -> None:
    backend = Counting(lambda tries, key: NOW if tries < 3 and int(key) % 3 == 0 else None)
    run = Run((backend, Connect(in_flight=in_flight), rows(50)))
    await run.go()
    assert backend.most == in_flight
    assert sorted(int(row["text"].split()[-1]) for row in run.generations) == list(range(50))
    assert (run.tally.done, run.tally.failed, run.tally.retries) == (50, 0, 34)
    assert (run.tally.tokens_in, run.tally.tokens_out) == (150, 100)
    assert run.tally.fingerprints == {"served print-1"}
    assert backend.closed == 1


async def test_a_call_that_waits_holds_no_slot() -> None:
    """With one slot, all other cells are answered while the first waits for its next try."""
    answered: list[str] = []

    def act(tries: int, key: str) -> Exception | None:
        if key == "0" and tries == 1:
            return Passing("busy", retry_after=0.05)
        answered.append(key)
        return None

    run = Run((Counting(act), Connect(in_flight=1), rows(8)))
    await run.go()
    assert answered == ["1", "2", "3", "4", "5", "6", "7", "0"]
    assert [row["attempts"] for row in run.generations] == [1] * 7 + [2]


async def test_a_passing_failure_is_given_up_after_the_attempts_allowed() -> None:
    backend = Counting(lambda tries, key: NOW if key == "1" else None)
    run = Run((backend, Connect(attempts=3), rows(3)))
    await run.go()
    assert backend.tries == {"0": 1, "1": 3, "2": 1}
    assert [(row["item_id"], row["permanent"], row["error"]) for row in run.failures] == [("item_1", False, "busy")]
    assert (run.tally.done, run.tally.failed, run.tally.retries) == (2, 1, 2)


async def test_a_rejected_call_is_not_tried_again() -> None:
    backend = Counting(lambda tries, key: Rejected("too long", where="here") if key == "1" else None)
    run = Run((backend, Connect(), rows(3)))
    await run.go()
    assert backend.tries["1"] == 1
    assert [(row["permanent"], row["error"]) for row in run.failures] == [(True, "too long\n  where:  here")]


async def test_the_servers_word_on_waiting_counts_over_our_own() -> None:
    backend = Counting(lambda tries, key: Passing("busy", retry_after=0.01) if tries < 5 else None)
    before = time.perf_counter()
    await Run((backend, Connect(max_wait=60.0), rows(1))).go()
    assert time.perf_counter() - before < 0.4  # our own waits would be 0 to 0.5, 1, 2 and 4 seconds


async def test_an_unusable_model_stops_itself_and_no_other() -> None:
    unusable = Counting(lambda tries, key: Unusable("no such model") if key == "2" else None)
    good = Counting()
    run = Run(
        (unusable, Connect(in_flight=1), rows(50)),
        (good, Connect(in_flight=1), rows(50, "annotator_b")),
    )
    with pytest.raises(Unusable, match="no such model"):
        await run.go()
    assert list(unusable.tries) == ["0", "1", "2"]
    assert Counter(row["annotator_id"] for row in run.generations) == {"annotator_a": 2, "annotator_b": 50}
    assert run.failures == []
    assert unusable.closed == good.closed == 1


async def test_calls_in_flight_end_when_a_model_is_unusable() -> None:
    calls: list[str] = []

    def act(tries: int, key: str) -> Exception | None:
        calls.append(key)
        return Unusable("wrong key") if key == "0" else None

    class Slow(Counting):
        async def complete(self, request: Request) -> Reply:
            if request.cell.key != "0":
                await asyncio.sleep(0.02)
            return await super().complete(request)

    run = Run((Slow(act), Connect(in_flight=4), rows(50)))
    with pytest.raises(Unusable):
        await run.go()
    assert sorted(row["text"] for row in run.generations) == ["reply to 1", "reply to 2", "reply to 3"]
    assert sorted(calls) == ["0", "1", "2", "3"]


@pytest.mark.parametrize("fault", [ZeroDivisionError("ours"), KeyError("x")])
async def test_a_fault_of_our_own_ends_the_run_and_does_not_hang_it(fault: Exception) -> None:
    run = Run((Counting(lambda tries, key: fault if key == "5" else None), Connect(in_flight=4), rows(1000)))
    with pytest.raises(type(fault)):
        await asyncio.wait_for(run.go(), 5)
    assert 5 <= len(run.generations) < 20


async def test_an_item_that_fits_no_template_ends_the_run_and_does_not_hang_it() -> None:
    filled = iter(range(1000))

    def fill(who: Annotator, fields: Any, said: Any, *_: Any) -> Any:
        if not said and next(filled) == 5:
            raise StudyError("the template cannot be filled")
        return None if said else Prompt((Message("user", "?"),))

    run = Run((Counting(), Connect(in_flight=4), rows(1000)), fill=fill)
    with pytest.raises(StudyError, match="cannot be filled"):
        await asyncio.wait_for(run.go(), 5)


async def test_an_interrupted_run_lets_calls_in_flight_end() -> None:
    backend = Counting()
    backend.gate = asyncio.Event()
    run = Run((backend, Connect(in_flight=4), rows(50)))
    task = asyncio.create_task(run.go())
    while backend.now < 4:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    backend.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(run.generations) == 4
    assert sum(backend.tries.values()) == 4


async def test_replies_that_no_database_holds_are_made_storable() -> None:
    class Odd(Counting):
        async def complete(self, request: Request) -> Reply:
            return Reply("a\x00b\ud800c", "stop")

    run = Run((Odd(), Connect(), rows(1)))
    await run.go()
    assert run.generations[0]["text"].encode("utf-8") == "a\ufffdb\ufffd\ufffd\ufffdc".encode()


# ---- whole studies


def test_every_cell_is_answered_or_in_failures(make: Callable[..., Study], store: Store) -> None:
    dials = {"failure": 0.5, "failure_attempts": 3, "reject": 0.2}
    study = make(samples=3, parameters=dials, connect={"attempts": 2, "max_wait": 0.01, "in_flight": 8})
    tally = generate(study, store)
    failures = store.sql("from failures")
    assert tally.total == tally.done + tally.failed == 120
    assert count(store, "generations") + len(failures) == 120
    assert 10 < failures["permanent"].sum() < 40 < (~failures["permanent"]).sum() < 70
    assert len(journal_lines(store, "failures")) == len(failures)
    both = store.sql("select count(*) as n from failures join generations using (generation_id)")
    assert both["n"][0] == 0


def test_a_passing_failure_is_planned_again_and_a_permanent_one_only_if_told(
    make: Callable[..., Study], store: Store
) -> None:
    dials = {"failure": 0.5, "failure_attempts": 2, "reject": 0.2}
    study = make(parameters=dials, connect={"attempts": 1, "max_wait": 0.0})
    first = generate(study, store)
    permanent = count(store, "failures where permanent")
    passing = count(store, "failures where not permanent")
    assert first.failed == permanent + passing and permanent and passing
    assert generate(study, store).total == passing
    assert generate(study, store, retry_failed=True).total == passing + permanent


def test_a_second_run_asks_nothing_and_leaves_no_folder(make: Callable[..., Study], store: Store) -> None:
    study = make()
    assert generate(study, store).done == 40
    folders = sorted(path.name for path in store.runs.iterdir())
    again = generate(study, store)
    assert (again.total, again.done) == (0, 0)
    assert sorted(path.name for path in store.runs.iterdir()) == folders


def test_a_limit_asks_about_the_first_items_only(make: Callable[..., Study], store: Store) -> None:
    study = make(samples=2)
    assert generate(study, store, limit=5).done == 10
    assert count(store, "(select distinct item_id from generations)") == 5
    assert generate(study, store, limit=5).total == 0
    assert generate(study, store).done == 70


def test_a_new_variant_asks_only_its_own_cells(make: Callable[..., Study], store: Store) -> None:
    assert generate(make(), store).done == 40
    assert generate(make(vary={"label_order": ["given", "reversed"]}), store).done == 40
    assert generate(make(vary={"label_order": ["given", "reversed"]}, wave="2"), store).done == 80


def test_an_unusable_model_of_a_study_does_not_stop_the_other(make: Callable[..., Study], store: Store) -> None:
    bad = {**FAKE, "name": "bad", "parameters": {"truth": "no_such_field"}, "connect": {"in_flight": 1}}
    study = make(models=[bad, FAKE])
    with pytest.raises(Unusable, match="no_such_field"):
        generate(study, store)
    ingest.sync(store)
    assert store.sql("select distinct model from replies")["model"].tolist() == ["fake"]
    assert count(store, "replies") == 40
    assert generate(make(models=[FAKE]), store).total == 0


RUN = """
import sys
from harness import pipeline
from harness.store import Store
from harness.study import Study
print("ready", flush=True)
tally = pipeline.generate_study(Study.load(sys.argv[1]), Store(sys.argv[2]), say=lambda _: None)
"""


def start(study: Study, store: Store) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, str(study.folder), str(store.runs)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def wait_for_lines(store: Store, lines: int) -> None:
    deadline = time.monotonic() + 30
    while sum(path.read_bytes().count(b"\n") for path in store.runs.glob("*/generations.jsonl")) < lines:
        assert time.monotonic() < deadline, "no replies came"
        time.sleep(0.01)


def test_a_killed_run_is_resumed_and_nothing_is_asked_twice(make: Callable[..., Study], store: Store) -> None:
    study = make(items=60, samples=5, parameters={"delay": 0.02}, connect={"in_flight": 4})
    kept: list[str] = []
    for lines in (15, 30):
        process = start(study, store)
        wait_for_lines(store, lines)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        kept += [row["generation_id"] for row in journal_lines(store)]
        ingest.sync(store)
    assert len(set(kept)) == len(kept) < 300
    rest = generate(study, store)
    assert rest.done == 300 - len(kept)
    assert count(store, "generations") == 300
    asked = store.sql(f"select generation_id from '{store.runs}/*/generations.parquet'")["generation_id"]
    assert asked.is_unique and len(asked) == 300
    assert set(kept) <= set(asked)


def test_an_interrupted_run_keeps_what_came(make: Callable[..., Study], store: Store) -> None:
    study = make(items=60, samples=5, parameters={"delay": 0.02}, connect={"in_flight": 4})
    process = start(study, store)
    wait_for_lines(store, 10)
    os.kill(process.pid, signal.SIGINT)
    told = process.communicate(timeout=20)[1]
    assert "KeyboardInterrupt" in told
    ingest.sync(store)
    assert 10 <= count(store, "generations") < 300
    assert store.sql("select count(*) as n from runs where verb = 'generate' and ended is not null")["n"][0] == 1


def test_two_runs_of_one_study_at_once_are_refused(make: Callable[..., Study], store: Store) -> None:
    study = make(items=60, samples=5, parameters={"delay": 0.05}, connect={"in_flight": 1})
    process = start(study, store)
    try:
        wait_for_lines(store, 1)
        with pytest.raises(StoreBusy, match="another process generates for 'tiny'"):
            generate(study, store)
        assert len(store.replies()) == 0  # the run holds no database: anyone may read
    finally:
        process.kill()
        process.communicate()
    assert len(list(store.runs.glob("*/plan.parquet"))) == 1

"""Whole runs against an endpoint that misbehaves on purpose: every cell is answered or has its reason.

The server runs in a thread of its own, so that the engine has its loop to itself.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness import pipeline
from harness.errors import Unusable
from harness.store import Store, ingest
from harness.study import Study
from tests.openai_server import Answer, Script, Seen, Server, chat
from tests.studies import count, generate, generate_and_parse, many_people, write_study

KEY = "sk-test-7f3a9c0d51e84b26"


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    """Serve in a thread."""
    loop, server, ready = asyncio.new_event_loop(), Server(script), threading.Event()

    async def start() -> None:
        await server.__aenter__()
        ready.set()

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Study]:
    def write_and_read(server: Server, items: int = 40, connect: dict[str, Any] | None = None, **given: Any) -> Study:
        reached = {"base_url": server.url, "in_flight": 16, "max_wait": 0.05, "timeout": 5.0, **(connect or {})}
        model = {"name": "served", "backend": "openai", "model": "demo", "connect": reached}
        files = {"people.csv": many_people(items)}
        return Study.load(write_study(tmp_path / "tiny", files=files, models=[model], **given))

    return write_and_read


def item_of(seen: Seen) -> str:
    """Read which item a request is about: "Text 12.…"."""
    return str(seen.body["messages"][0]["content"].split(".")[0])


# ---- faults that pass, and replies that are odd but are replies

NO_JSON = Answer(body=b"<html>Bad gateway</html>", headers={"Content-Type": "text/html"})
PASSING = {
    "429": Answer(429, {"error": {"message": "slow down"}}),
    "429 with Retry-After": Answer(429, {"error": {"message": "slow down"}}, {"Retry-After": "0.02"}),
    "429 with a date": Answer(429, {"error": {}}, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    "500": Answer(500, b""),
    "502": Answer(502, b"<html>"),
    "503": Answer(503, {"error": {"message": "loading"}}, {"Retry-After": "0.01"}),
    "reset before": Answer(reset="before"),
    "reset mid-body": Answer(reset="mid"),
    "no JSON": NO_JSON,
    "half a JSON": Answer(body=b'{"choices": [{"mess'),
    "wrong shape": Answer(body={"choices": [{"text": "yes"}]}),
    "no choices": Answer(body={**chat(), "choices": []}),
    "a list": Answer(body=[1, 2, 3]),
    "content of a wrong kind": Answer(body=chat(17)),  # type: ignore[arg-type]
    "error inside a 200": Answer(body={"error": {"code": 502, "message": "upstream"}}),
    "silence": Answer(delay=30.0),
}
REPLIES = {
    "plain": (chat("yes"), "yes", "stop"),
    "null content": (chat(None), "", "stop"),
    "refusal": (chat(None, refusal="I can't help with that."), "I can't help with that.", "refusal"),
    "filtered": (chat("", "content_filter"), "", "content_filter"),
    "cut off": (chat("ye", "length"), "ye", "length"),
    "NUL": (chat("y\x00es"), "y\ufffdes", "stop"),
    "separators": (chat("yes\u2028no\u2029\x85"), "yes\u2028no\u2029\x85", "stop"),
    "right to left": (chat("\u202enay \u0646\u0639\u0645"), "\u202enay \u0646\u0639\u0645", "stop"),
    "long": (chat("yes " * 2_500_000), "yes " * 2_500_000, "stop"),
    "combining": (chat("ye\u0301s \U0001f600"), "ye\u0301s \U0001f600", "stop"),
}
SURROGATE = json.dumps(chat("y\ud800es")).encode()  # escaped: a lone surrogate that JSON can hold


@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_is_tried_again(fault: str, make: Callable[..., Study], store: Store) -> None:
    tried: Counter[str] = Counter()

    def script(seen: Seen) -> Answer:
        tried[item_of(seen)] += 1
        return PASSING[fault] if tried[item_of(seen)] == 1 else Answer()

    with serving(script) as server:
        tally = generate(make(server, items=8, connect={"timeout": 0.5 if fault == "silence" else 5.0}), store)
    assert (tally.done, tally.failed, tally.retries) == (8, 0, 8)
    assert set(store.sql("select attempts from generations")["attempts"]) == {2}


@pytest.mark.parametrize("name", REPLIES)
def test_an_odd_reply_is_kept_as_it_came(name: str, make: Callable[..., Study], store: Store) -> None:
    body, text, finish = REPLIES[name]
    with serving([Answer(body=body)]) as server:
        generate_and_parse(make(server, items=3), store)
    kept = store.sql("select text, finish_reason from generations")
    assert kept["text"].tolist() == [text] * 3 and kept["finish_reason"].tolist() == [finish] * 3
    assert count(store, "replies where parsed is null") == 0


def test_a_lone_surrogate_is_replaced_and_nothing_else(make: Callable[..., Study], store: Store) -> None:
    with serving([Answer(body=SURROGATE)]) as server:
        generate(make(server, items=1), store)
    assert store.sql("select text from generations")["text"].tolist() == ["y\ufffdes"]


FILTERED = Answer(400, {"error": {"code": "content_filter", "message": "policy", "innererror": {}}})
TOO_LONG = Answer(400, {"error": {"code": "context_length_exceeded", "message": "maximum context length is 8"}})


def test_a_filter_is_a_reply_and_a_prompt_too_long_a_failure(make: Callable[..., Study], store: Store) -> None:
    def script(seen: Seen) -> Answer:
        number = int(item_of(seen).split()[1])
        return FILTERED if number % 3 == 0 else TOO_LONG if number % 3 == 1 else Answer()

    with serving(script) as server:
        study = make(server, items=30)
        tally = generate_and_parse(study, store)
        again = generate(study, store)
    assert (tally.done, tally.failed) == (20, 10)
    assert count(store, "replies where refused") == 10
    assert count(store, "failures where permanent and error like '%longer than the model%'") == 10
    assert again.total == 0


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            Answer(401, {"error": {"code": "invalid_api_key", "message": f"Incorrect API key: {KEY}"}}),
            "refused the key",
        ),
        (Answer(404, {"error": {"code": "model_not_found", "message": "no demo"}}), "there is no model 'demo'"),
        (Answer(429, {"error": {"code": "insufficient_quota", "message": "pay"}}), "no credit left"),
        (Answer(301, b"", {"Location": "https://elsewhere.example"}), "redirects"),
    ],
)
def test_a_wrong_key_or_model_stops_the_run_on_the_first_answer(
    answer: Answer, told: str, make: Callable[..., Study], store: Store
) -> None:
    with serving([answer]) as server:
        with pytest.raises(Unusable, match=told):
            generate(make(server, items=5000, connect={"in_flight": 4}), store)
        assert len(server.seen) <= 4
    ingest.sync(store)
    assert count(store, "failures") == count(store, "generations") == 0


# ---- all of it at once


@pytest.mark.slow
def test_under_thirty_percent_faults_every_cell_is_answered_or_has_its_reason(
    make: Callable[..., Study], store: Store
) -> None:
    """5,000 cells; 25 % of tries fail for a passing reason, 5 % are refused for good, 2 % are odd replies."""
    rng = random.Random(5)
    passing = [answer for name, answer in PASSING.items() if name != "silence"] + [Answer(delay=30.0)]
    odd = [body for name, (body, *_) in REPLIES.items() if name != "long"]
    asked: Counter[str] = Counter()
    answered: set[str] = set()

    def script(seen: Seen) -> Answer:
        item = item_of(seen)
        asked[item] += 1
        chance = rng.random()
        if chance < 0.25:
            return passing[int(chance / 0.25 * len(passing))]
        if chance < 0.30:
            return TOO_LONG
        answered.add(item)
        return Answer(body=rng.choice(odd)) if chance < 0.32 else Answer()

    with serving(script) as server:
        study = make(server, items=5000, connect={"in_flight": 64, "timeout": 1.0, "attempts": 4})
        tally = generate_and_parse(study, store)
        while generate(study, store).total:
            pass
    assert tally.done + tally.failed == tally.total == 5000
    assert 4500 < tally.done < 4900 and tally.retries > 1200
    failures = store.sql("from failures")
    assert count(store, "generations") + failures[failures["permanent"]]["generation_id"].nunique() == 5000
    assert failures["error"].str.len().min() > 10
    assert count(store, "generations g join failures f using (generation_id) where f.permanent") == 0
    # No reply was asked for again once it had come: a cell's answers are its one generation, unless it was torn.
    assert count(store, "(select generation_id from generations group by all having count(*) > 1)") == 0


# ---- a hundred kills

KILLS = """
import json, os, random, signal, sys, time
from harness import generate, lane, pipeline  # imported once: each child is a fork
from harness.backends import fake
from harness.store import Store, ingest, queries
from harness.study import Study

study, runs, kills, longest = Study.load(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
fake.voices()
rng = random.Random(11)
for number in range(kills):
    child = os.fork()
    if child == 0:
        try:
            pipeline.generate_study(study, Store(runs), say=lambda _: None)
        finally:
            os._exit(0)
    time.sleep(rng.uniform(0.05, longest))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print(number, flush=True)
"""


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing_and_ask_nothing_twice(tmp_path: Path, store: Store) -> None:
    files = {"people.csv": many_people(4000)}
    study = Study.load(
        write_study(tmp_path / "tiny", files=files, samples=3, parameters={"delay": 0.01}, connect={"in_flight": 2})
    )  # 12,000 cells at about 200 a second: a minute's work, cut into a hundred pieces
    # Some live long enough to ask on a busy machine, too: twice what it takes to load the data and to plan.
    began = time.perf_counter()
    pipeline.plan_study(study, Store(tmp_path / "tried"))
    longest = 1.0 + 2 * (time.perf_counter() - began)
    command = [sys.executable, "-c", KILLS, str(study.folder), str(store.runs), "100", str(longest)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0 and done.stdout.split()[-1] == "99", done.stderr[-2000:]

    journaled = journaled_ids(store)
    assert len(journaled) == len(set(journaled)) > 300
    ingest.sync(store)
    assert set(journaled) == ids_held(store)
    rest = 12_000 - len(journaled)
    assert pipeline.plan_study(study, store).calls == rest
    ingest.rebuild(store)
    assert ids_held(store) == set(journaled)


def journaled_ids(store: Store) -> list[str]:
    """Read the generation ids of all journals, sealed or not; a torn last line is none."""
    ids = []
    for path in store.runs.glob("*/generations.jsonl"):
        for line in path.read_bytes().split(b"\n")[:-1]:
            ids.append(json.loads(line)["generation_id"][-32:])
    if list(store.runs.glob("*/generations.parquet")):
        sealed = store.sql(f"select right(generation_id, 32) as id from '{store.runs}/*/generations.parquet'")
        ids += sealed["id"].tolist()
    return ids


def ids_held(store: Store) -> set[str]:
    return set(store.sql("select replace(generation_id::varchar, '-', '') as id from generations")["id"])


# ---- keys


@pytest.mark.parametrize(
    "script",
    [
        [Answer()],
        [Answer(401, {"error": {"message": f"Incorrect API key provided: {KEY}"}})],
        [Answer(500, f"upstream said: authorization: Bearer {KEY}")],
        [Answer(400, {"error": {"message": f"bad header {KEY}"}})],
        [Answer(302, b"", {"Location": f"http://x.example/{KEY}"})],
        [Answer(reset="mid")],
    ],
)
def test_no_key_is_ever_written_or_shown(
    script: list[Answer], make: Callable[..., Study], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the command line with --debug: files, logs, errors, tracebacks, manifests, reports."""
    monkeypatch.setenv("SECRET_KEY_OF_TEST", KEY)
    with serving(script) as server:
        connect = {"api_key_env": "SECRET_KEY_OF_TEST", "attempts": 2, "headers": {"X-Api-Token": f"t-{KEY}"}}
        study = make(server, items=3, connect=connect)
        command = [sys.executable, "-m", "harness.cli", "--debug", "run", str(study.folder), "--runs", str(store.runs)]
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
        assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
        assert server.seen[0].headers["x-api-token"] == f"t-{KEY}"
    told = done.stdout + done.stderr
    assert told and KEY.encode() not in told
    files = [path for path in store.runs.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert [path.name for path in files if KEY.encode() in path.read_bytes()] == []

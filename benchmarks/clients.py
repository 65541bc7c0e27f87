"""The clients that benchmarks/generate.py times, each in a process of its own: python benchmarks/clients.py NAME …

Prints one JSON line: seconds, cpu (seconds of this process), peak (MiB), and what else the client has to say.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

IN_FLIGHT = 64
PROMPT = "Here is a message, number {}. Does the writer mean the opposite of what it says?\nAnswer with one word: {}"
STUDY = """
title = "Does it mean the opposite?"
datatype = "label"
template = "ask.j2"
samples = {samples}
[label]
options = ["yes", "no"]
[ask]
max_tokens = 8
temperature = 1.0
[[models]]
name = "mock"
backend = "openai"
model = "mock-1"
connect = {{ base_url = "{url}", in_flight = {in_flight} }}
[[data]]
dataset = "bench"
file = "items.csv"
item = "key"
fields = {{ text = "text" }}
"""
TEMPLATE = (
    "Here is a message, number {{ text }}. Does the writer mean the opposite of what it says?\n"
    "Answer with one word: {{ options | join(' or ') }}\n"
)


def measured(run: Any) -> dict[str, Any]:
    """Run and measure."""
    cpu, began = time.process_time(), time.perf_counter()
    told = run()
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **(told if isinstance(told, dict) else {}),
    }


def body(number: int) -> dict[str, Any]:
    """Make the body of a request."""
    content = PROMPT.format(number, "yes or no")
    return {
        "model": "mock-1",
        "messages": [{"role": "user", "content": content}],
        "max_tokens": 8,
        "temperature": 1.0,
    }


def raw(url: str, count: int) -> dict[str, Any]:
    """aiohttp, orjson and uvloop by hand: no template, no journal, no retry but waiting where it stands."""
    import aiohttp
    import orjson
    import uvloop

    async def main() -> None:
        numbers = iter(range(count))
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def work() -> None:
                for number in numbers:
                    while True:
                        async with session.post(
                            f"{url}/chat/completions",
                            data=orjson.dumps(body(number)),
                            headers={"content-type": "application/json"},
                        ) as response:
                            answer = orjson.loads(await response.read())
                        if response.status != 429:
                            break
                        await asyncio.sleep(1)
                    assert answer["choices"][0]["message"]["content"] == "yes"

            await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))

    return measured(lambda: uvloop.run(main()))


def openai(url: str, count: int) -> dict[str, Any]:
    """AsyncOpenAI with a semaphore and gather, as its users write it."""
    from openai import AsyncOpenAI

    async def main() -> None:
        client = AsyncOpenAI(base_url=url, api_key="none", max_retries=20)
        slots = asyncio.Semaphore(IN_FLIGHT)

        async def one(number: int) -> None:
            async with slots:
                answer = await client.chat.completions.create(**body(number))
                assert answer.choices[0].message.content == "yes"

        await asyncio.gather(*(one(number) for number in range(count)))

    return measured(lambda: asyncio.run(main()))


def harness(url: str, count: int, folder: str = "") -> dict[str, Any]:
    """The whole path: plan, render, send, journal, land in DuckDB, parse; items are loaded before."""
    from harness import pipeline
    from harness.store import Store
    from harness.study import Study

    with tempfile.TemporaryDirectory(prefix="harness-bench-") as scratch:
        here = Path(folder or scratch)
        study, store = Study.load(write_study(here, url, count)), Store(here / "runs")
        pipeline.resolve(study, store)
        split = {}

        def run() -> None:
            began, cpu = time.perf_counter(), time.process_time()
            tally = pipeline.generate_study(study, store, say=lambda _: None)
            split.update(generated=time.perf_counter() - began, generated_cpu=time.process_time() - cpu)
            pipeline.parse_study(study, store)
            split.update(asked=tally.done, failed=tally.failed)

        told = measured(run)
        landed = store.sql("select count(*) as n, count(*) filter (where parsed) as parsed from replies")
        assert split["failed"] == 0 and landed["n"][0] == landed["parsed"][0] == count, (split, landed)
    return {**told, **split}


def ask(_: str, count: int, folder: str) -> dict[str, Any]:
    """The whole path of a study whose items are loaded."""
    from harness import pipeline
    from harness.store import Store
    from harness.study import Study

    study, store = Study.load(Path(folder) / "bench"), Store(Path(folder) / "runs")

    def run() -> None:
        assert pipeline.generate_study(study, store, say=lambda _: None).done == count
        pipeline.parse_study(study, store)

    return measured(run)


def plan(_: str, count: int, folder: str) -> dict[str, Any]:
    """Plan a study of ten samples an item whose items are loaded: how many calls there are to make."""
    from harness import pipeline
    from harness.store import Store
    from harness.study import Study

    study, store = Study.load(Path(folder) / "bench"), Store(Path(folder) / "runs")
    calls: list[int] = []
    told = measured(lambda: calls.append(pipeline.plan_study(study, store).calls))
    assert calls[0] in (0, count), calls
    return {**told, "calls": calls[0]}


def load(url: str, count: int, folder: str) -> dict[str, Any]:
    """Write a study of ten samples an item and load its items."""
    from harness import pipeline
    from harness.store import Store
    from harness.study import Study

    study = Study.load(write_study(Path(folder), url, count // 10, samples=10))
    return measured(lambda: pipeline.resolve(study, Store(Path(folder) / "runs")))


def answer(_: str, count: int, folder: str) -> dict[str, Any]:
    """Answer all of a loaded study out of nothing, through the engine, its journal and the database."""
    from harness import pipeline
    from harness.store import Store
    from harness.study import Study
    from harness.types import Reply

    class Backend:
        IN_FLIGHT = 4

        def __init__(self, *_: Any) -> None: ...

        async def complete(self, request: Any) -> Reply:  # noqa: ARG002
            return Reply("yes", "stop", 42, 1, "mock-1", "fp")

        async def close(self) -> None: ...

    import harness.backends.openai as there

    there.Backend = Backend  # type: ignore[assignment,misc]
    study, store = Study.load(Path(folder) / "bench"), Store(Path(folder) / "runs")
    told = measured(lambda: pipeline.generate_study(study, store, say=lambda _: None))
    assert store.sql("select count(*) as n from generations")["n"][0] == count
    return told


def write_study(folder: Path, url: str, count: int, in_flight: int = IN_FLIGHT, samples: int = 1) -> Path:
    """Write a study of so many items."""
    study = folder / "bench"
    study.mkdir(parents=True, exist_ok=True)
    (study / "study.toml").write_text(STUDY.format(url=url, in_flight=in_flight, samples=samples))
    (study / "ask.j2").write_text(TEMPLATE)
    rows = "".join(f"{number},{number}\n" for number in range(count))
    (study / "items.csv").write_text("key,text\n" + rows)
    return study


if __name__ == "__main__":
    name, url, count, *rest = sys.argv[1:]
    os.environ.pop("OPENAI_API_KEY", None)
    clients = {
        "raw": raw,
        "openai": openai,
        "harness": harness,
        "load": load,
        "ask": ask,
        "plan": plan,
        "answer": answer,
    }
    print(json.dumps(clients[name](url, int(count), *rest)))

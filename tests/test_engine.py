"""The engine's care: budgets, dialogues, endpoints that are full, slow, wrong or gone, and orders that end a run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from harness.budget import Budget
from harness.calls import Row
from harness.errors import Passing, Rejected, StudyError, Unusable
from harness.prices import FREE, Price, price_of
from harness.store import Store, ingest
from harness.study import Study
from harness.types import About, Annotator, Connect, Message, Model, ModelIdentity, Prompt, Reply, Request, Said
from tests.asking import Counting, Run, rows
from tests.studies import count, generate
from tests.test_generate import start, wait_for_lines

DEAR = Price(1e6, 1e6, 1e6, "a dollar a token")


# ---- budgets


async def test_no_more_requests_than_the_budget_are_sent_repeated_ones_too() -> None:
    backend = Counting(lambda tries, key: Passing("busy", retry_after=0.0) if tries == 1 else None)
    run = Run((backend, Connect(in_flight=8), rows(100)), budget=Budget(requests=37))
    await run.go()
    assert sum(backend.tries.values()) == run.tally.requests == 37
    assert run.tally.stopped == "the budget is spent"
    assert run.failures == []  # what was not asked has not failed: it is planned again


@pytest.mark.parametrize("in_flight", [1, 16])
async def test_no_more_tokens_than_the_budget_are_used_and_little_is_left(in_flight: int) -> None:
    run = Run(
        (Counting(), Connect(in_flight=in_flight), rows(1000)), budget=Budget(tokens=500), given={"max_tokens": 20}
    )
    await run.go()
    used = run.tally.tokens_in + run.tally.tokens_out
    assert 500 - 29 - 5 < used <= 500  # each uses 5; each could have used 28 at most


async def test_no_more_dollars_than_the_budget_are_spent() -> None:
    run = Run(
        (Counting(), Connect(in_flight=4), rows(1000)), budget=Budget(cost=100.0), price=DEAR, given={"max_tokens": 2}
    )
    await run.go()
    assert 85 < run.tally.cost <= 100
    assert run.tally.stopped


async def test_a_budget_is_one_for_all_models() -> None:
    asked = [(Counting(), Connect(in_flight=4), rows(100, f"annotator_{name}")) for name in "ab"]
    run = Run(*asked, budget=Budget(requests=50))
    await run.go()
    assert run.tally.requests == 50


async def test_within_its_budget_a_run_is_whole() -> None:
    run = Run((Counting(), Connect(in_flight=16), rows(100)), budget=Budget(requests=100), price=FREE)
    await run.go()
    assert run.tally.done == 100 and run.tally.stopped == ""


async def test_a_budget_that_made_calls_wait_and_was_enough_is_not_spent() -> None:
    run = Run((Counting(), Connect(in_flight=16), rows(10)), budget=Budget(tokens=100), given={"max_tokens": 20})
    await run.go()
    assert run.tally.done == 10 and run.tally.tokens_in + run.tally.tokens_out == 50 and run.tally.stopped == ""


def test_a_limit_on_an_unknown_cost_is_refused(make: Callable[..., Study], store: Store) -> None:
    model = {"name": "m", "backend": "openai", "model": "nobody-knows", "connect": {"base_url": "https://x.example/v1"}}
    study = make(models=[model])
    with pytest.raises(StudyError, match="price of m is unknown"):
        generate(study, store, budget=Budget(cost=1.0))
    assert list(store.runs.glob("*/run.json")) == [next(store.runs.glob("*/run.json"))]  # the load's only


def test_a_study_goes_on_after_its_budget(make: Callable[..., Study], store: Store) -> None:
    study = make()
    first = generate(study, store, budget=Budget(requests=15))
    assert (first.done, first.stopped) == (15, "the budget is spent")
    assert generate(study, store).done == 25


# ---- prices


def model(name: str = "gpt-4o-mini", backend: str = "openai", **connect: Any) -> Model:
    return Model(ModelIdentity("m", backend, name), Connect(**connect), About())


def test_prices_are_the_lists_or_the_studys_own() -> None:
    listed = price_of(model())
    assert listed is not None and listed.source.startswith("genai-prices")
    assert 0 < listed.cached < listed.input < listed.output < 10
    given = price_of(model(price={"input": 1.0, "output": 4.0}))
    assert given is not None and given.cost(1_000_000, 500_000) == pytest.approx(3.0)
    cached = price_of(model(price={"input": 1.0, "output": 4.0, "cached": 0.5}))
    assert cached is not None and cached.cost(1_000_000, 0, 600_000) == pytest.approx(0.7)


def test_what_nobody_knows_is_unknown_and_not_free() -> None:
    assert price_of(model("no-such-model")) is None
    assert price_of(model("gpt-4o-mini", base_url="https://gateway.example/v1")) is None
    assert price_of(model(base_url="http://127.0.0.1:8000/v1")) == FREE
    assert price_of(model(base_url="http://[::1]:8000/v1")) == FREE
    assert price_of(model(backend="fake")) == FREE


@pytest.mark.parametrize("price", [{"input": 1.0}, {"input": 1.0, "output": -1.0}, {"in": 1.0, "output": 1.0}])
def test_a_price_that_is_none_is_refused(price: dict[str, float]) -> None:
    with pytest.raises(StudyError, match="a price has `input` and `output`"):
        price_of(model(price=price))


# ---- dialogues


def talk(turns: int) -> Callable[..., Prompt | None]:
    """Ask so many turns, each with all that was said before."""

    def fill(who: Annotator, fields: Any, said: tuple[Said, ...], *_: Any) -> Prompt | None:
        if len(said) == turns:
            return None
        return Prompt((Message("user", "begin"), *(Message("assistant", one.text) for one in said)))

    return fill


class Talker(Counting):
    """Answers with the cell and the turn, and keeps what it was sent."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.sent: dict[tuple[str, int], list[str]] = {}

    async def complete(self, request: Request) -> Reply:
        await super().complete(request)
        turn = len(request.messages) - 1
        self.sent[request.cell.key, turn] = [m.content for m in request.messages]
        return Reply(f"{request.cell.key}/{turn}", "stop", 1, 1)


async def test_a_thousand_dialogues_go_side_by_side_each_on_its_own_history() -> None:
    backend = Talker()
    run = Run((backend, Connect(in_flight=64), rows(1000)), fill=talk(4))
    await run.go()
    assert run.tally.done == 1000 and len(run.generations) == 4000
    assert backend.most == 64
    for (key, turn), messages in backend.sent.items():
        assert messages == ["begin", *(f"{key}/{before}" for before in range(turn))]
    assert Counter((line["turn"], line["last"]) for line in run.generations) == {
        (0, False): 1000, (1, False): 1000, (2, False): 1000, (3, True): 1000
    }  # fmt: skip
    assert len({line["generation_id"] for line in run.generations}) == 4000


async def test_a_dialogue_that_was_cut_off_goes_on_where_it_was() -> None:
    said = [{"turn": turn, "text": f"0/{turn}", "finish_reason": "stop"} for turn in range(2)]
    cell = Row("annotator_a", "item_0", 0, "d", "0", "{}", json.dumps(said))
    backend = Talker()
    run = Run((backend, Connect(), iter([cell])), fill=talk(4))
    await run.go()
    assert [(line["turn"], line["text"], line["last"]) for line in run.generations] == [
        (2, "0/2", False),
        (3, "0/3", True),
    ]
    assert backend.sent["0", 2] == ["begin", "0/0", "0/1"]


async def test_a_dialogue_that_is_over_already_ends_no_run() -> None:
    said = json.dumps([{"turn": 0, "text": "so", "finish_reason": "stop"}])
    cells = (Row("annotator_a", f"item_{n}", 0, "d", str(n), "{}", said if n % 2 == 0 else None) for n in range(20))
    run = Run((Talker(), Connect(in_flight=1), cells), fill=talk(1))
    await run.go()
    assert [line["item_id"] for line in run.generations] == [f"item_{n}" for n in range(1, 20, 2)]


async def test_a_turn_that_fails_ends_its_dialogue_and_no_other() -> None:
    backend = Talker(act=lambda tries, key: Rejected("too long") if key == "1" and tries == 3 else None)
    run = Run((backend, Connect(), rows(3)), fill=talk(4))
    await run.go()
    assert Counter(line["item_id"] for line in run.generations) == {"item_0": 4, "item_1": 2, "item_2": 4}
    assert [line["item_id"] for line in run.failures] == ["item_1"]
    assert (run.tally.done, run.tally.failed) == (2, 1)


# ---- endpoints that are full, slow, wrong or gone


async def test_a_dead_endpoint_holds_up_no_other_and_is_given_up() -> None:
    dead = Counting(lambda tries, key: Passing("connection refused", where="there", retry_after=0.02))
    good = Counting()
    run = Run(
        (dead, Connect(in_flight=4, patience=0.3, attempts=1000), rows(50)),
        (good, Connect(in_flight=4), rows(500, "annotator_b")),
    )
    began = time.perf_counter()
    with pytest.raises(Unusable, match=r"nothing but failures for 0 s; the last: connection refused"):
        await run.go()
    assert time.perf_counter() - began < 5
    assert run.tally.done == 500 and run.failures == []


async def test_a_request_that_no_server_takes_stops_the_run_early() -> None:
    backend = Counting(lambda tries, key: Rejected("unknown parameter: temprature"))
    run = Run((backend, Connect(in_flight=8), rows(10_000)))
    with pytest.raises(Unusable, match=r"first 5\d requests were all rejected; the last: unknown parameter"):
        await run.go()
    assert 50 <= len(run.failures) <= 58


async def test_rejections_after_an_answer_stop_nothing() -> None:
    backend = Counting(lambda tries, key: Rejected("too long") if key != "0" else None)
    run = Run((backend, Connect(in_flight=1), rows(200)))
    await run.go()
    assert (run.tally.done, run.tally.failed) == (1, 199)


async def test_a_server_that_asks_for_hours_ends_the_run_with_its_word() -> None:
    backend = Counting(lambda tries, key: Passing("daily limit", retry_after=7200.0) if key == "3" else None)
    run = Run((backend, Connect(in_flight=1), rows(50)))
    with pytest.raises(Unusable, match=r"asks us to wait 2\.0 hours: daily limit"):
        await run.go()
    assert len(run.generations) == 3 and run.failures == []


async def test_an_overload_slows_the_run_and_the_tally_says_so() -> None:
    class Full(Counting):
        async def complete(self, request: Request) -> Reply:
            if self.now >= 8:
                await asyncio.sleep(0)
                raise Passing("too many", retry_after=0.01, overload=True)
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                await asyncio.sleep(0.005)
            finally:
                self.now -= 1
            return Reply("yes", "stop")

    run = Run((Full(), Connect(in_flight=64, attempts=100), rows(600)))
    await run.go()
    assert run.tally.done == 600
    assert 2 <= run.askings[0].backend.most <= 8  # type: ignore[attr-defined]
    assert next(iter(run.tally.slowed.values())) < 64


async def test_calls_for_a_cache_are_handed_out_in_the_order_of_their_text() -> None:
    class Cached(Counting):
        READ_AHEAD = 100

    order: list[str] = []

    def fill(who: Annotator, fields: Any, said: Any, *_: Any) -> Prompt | None:
        return None if said else Prompt((Message("user", f"{fields['variant']} {fields['n']:03d}"),))

    backend = Cached(lambda tries, key: order.append(key))  # type: ignore[arg-type,return-value]
    cells = (
        Row("annotator_a", f"item_{n}", 0, "d", f"{n % 3} {n:03d}", json.dumps({"variant": n % 3, "n": n}))
        for n in range(250)
    )
    await Run((backend, Connect(in_flight=1), cells), fill=fill).go()
    assert order[:100] == sorted(order[:100]) and order[100:200] == sorted(order[100:200])
    assert len(order) == 250


# ---- orders that end a run


@pytest.mark.parametrize(("order", "name"), [(signal.SIGTERM, "Terminated"), (signal.SIGINT, "KeyboardInterrupt")])
def test_a_run_that_is_told_to_end_keeps_what_came(
    make: Callable[..., Study], store: Store, order: signal.Signals, name: str
) -> None:
    study = make(items=60, samples=5, parameters={"delay": 0.05}, connect={"in_flight": 4})
    process = start(study, store)
    wait_for_lines(store, 10)
    os.kill(process.pid, order)
    assert name in process.communicate(timeout=20)[1]
    ingest.sync(store)
    kept = count(store, "generations")
    assert 10 <= kept < 300
    assert store.sql("select count(*) as n from runs where verb = 'generate' and ended is not null")["n"][0] == 1
    assert generate(study, store).done == 300 - kept

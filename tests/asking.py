"""Call the loop itself: backends that count, cells in memory, and what came of them.

::

    run = Run((Counting(), Connect(in_flight=4), rows(50)))
    await run.go()
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.budget import Budget
from harness.calls import Row
from harness.generate import Asking, Tally
from harness.generate import generate as ask
from harness.prices import Price
from harness.types import (
    About,
    Annotator,
    Backend,
    Connect,
    Message,
    Model,
    ModelIdentity,
    Prompt,
    Reply,
    Request,
    Variant,
)


class Counting:
    """A backend that counts; ``act`` says what happens at a call: (number of the try, key) → None or an error."""

    def __init__(self, act: Callable[[int, str], Exception | None] = lambda tries, key: None) -> None:
        self.act = act
        self.tries: Counter[str] = Counter()
        self.now = self.most = 0
        self.closed = 0
        self.gate: asyncio.Event | None = None

    async def complete(self, request: Request) -> Reply:
        key = request.cell.key
        self.tries[key] += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await (self.gate.wait() if self.gate else asyncio.sleep(0))
            error = self.act(self.tries[key], key)
            if error is not None:
                raise error
            return Reply(f"reply to {key}", "stop", 3, 2, "served", "print-1")
        finally:
            self.now -= 1

    async def close(self) -> None:
        self.closed += 1


class Lines(list[dict[str, Any]]):
    """Where lines are appended, in memory."""


def rows(count: int, who: str = "annotator_a") -> Iterator[Row]:
    return (Row(who, f"item_{n}", 0, "d", str(n), "{}") for n in range(count))


def annotator(name: str, given: dict[str, Any]) -> Annotator:
    model = Model(ModelIdentity(name, "test", "test"), Connect(), About())
    return Annotator(name, model, Variant("v", "t.j2", "template_1", {}, {}, given), "1", {})


class Run:
    """One call of generate, with what came of it."""

    def __init__(
        self,
        *asked: tuple[Backend, Connect, Iterator[Row]],
        fill: Any = None,
        budget: Budget | None = None,
        price: Price | None = None,
        given: dict[str, Any] | None = None,
    ) -> None:
        self.askings = [Asking(*one, price) for one in asked]
        self.budget = budget
        self.ask = given or {}
        self.generations, self.failures, self.tally = Lines(), Lines(), Tally(0)
        self.fill = fill or (lambda who, fields, said, *_: None if said else Prompt((Message("user", "?"),)))

    async def go(self) -> None:
        annotators = {name: annotator(name, self.ask) for name in ("annotator_a", "annotator_b")}
        ticks = iter(range(10**9))

        def clock() -> datetime:
            return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=next(ticks))

        await ask(
            self.askings,
            annotators,
            self.fill,
            self.generations,
            self.failures,
            self.tally,
            clock,
            lambda tally: None,
            self.budget,
        )

"""One model's queue: new cells, next turns, and calls that wait for their next try; a waiting call holds no slot.

It says which call may go now, by the pace of its endpoint and by the run's budget. What this refuses: to hand
out a call that either would not bear.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
import math
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.budget import Purse, most_cost, most_tokens
from harness.calls import Fill, Row, history_of, make_request
from harness.pace import Pace
from harness.prices import Price
from harness.types import Annotator, Connect, Prompt, Reply, Request, Said

IN_FLIGHT = 16  # calls at once, where neither the study nor the backend says
BEGUN = 2  # dialogues of a cast that may be open, for each call that its models take at once


@dataclass(order=True)
class Call:
    """One turn of one cell, on its way."""

    due: float
    number: int
    row: Row = field(compare=False)
    fields: Mapping[str, Any] = field(compare=False)
    annotator: Annotator = field(compare=False)
    history: tuple[Said, ...] = field(compare=False)
    prompt: Prompt = field(compare=False)
    request: Request = field(compare=False)
    started: float = field(compare=False)
    attempt: int = field(default=1, compare=False)
    sent_at: float = field(default=0.0, compare=False)
    tokens: float = field(default=0.0, compare=False)  # reserved
    cost: float = field(default=0.0, compare=False)  # reserved


class Lane:
    """The queue of one model: its cells, at the pace of its endpoint, out of the run's purse."""

    def __init__(
        self,
        connect: Connect,
        backend: object,
        cells: Iterator[Row],
        annotators: Mapping[str, Annotator],
        fill: Fill,
        purse: Purse,
        price: Price | None,
        crew: Mapping[str, Lane],
    ) -> None:
        ceiling = connect.in_flight or int(getattr(backend, "IN_FLIGHT", IN_FLIGHT))
        self.pace = Pace(ceiling, connect.requests_per_minute, connect.tokens_per_minute, connect.patience)
        self.in_flight = 0
        self.price = price
        self._read_ahead = getattr(backend, "READ_AHEAD", 1)
        self._cells = cells
        self._annotators = annotators
        self._fill = fill
        self._purse = purse
        self._crew = crew  # the lanes of all models that may speak to each other, by name; at least this one
        self._drained = False
        self._estimates = self.pace.counts_tokens or not purse.open
        self._ready: deque[Call] = deque()
        self._waiting: list[Call] = []
        self._numbers = itertools.count()
        self._sleepers: deque[asyncio.Future[None]] = deque()
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = math.inf
        self._loop = asyncio.get_running_loop()
        self._stopped = False

    def stop(self) -> None:
        """Hand out nothing more; what is in flight may end. Who waits for a turn of this model looks again."""
        if not self._stopped:
            self._stopped = True
            for lane in (self, *self._crew.values()):
                lane.wake(len(lane._sleepers))

    @property
    def is_open(self) -> bool:
        """Tell whether a call of this lane may still come, or bring a turn of another's."""
        return not self._stopped and bool(self.in_flight or self._waiting or self._ready or not self._drained)

    async def take(self) -> Call | None:
        """Give the next call that may go; None when there is and will be nothing more."""
        while not self._stopped:
            now = self._loop.time()
            call = self._next(now)
            if call is None:
                if not any(lane.is_open for lane in self._crew.values()):
                    for lane in self._crew.values():
                        lane.stop()
                    return None
                await self._sleep(self._waiting[0].due if self._waiting else None)
                continue
            wait = self._may_go(call, now)
            if wait == 0:
                call.sent_at = now
                self.in_flight += 1
                if self._sleepers:
                    self.wake()
                return call
            self._ready.appendleft(call)
            if wait is None and not self.in_flight and not self._purse.out:
                self._purse.spent = True
                self.stop()
                return None
            await self._sleep(None if wait is None else now + wait)
        return None

    def ended(self, call: Call, reply: Reply | None) -> None:
        """Free the slot of a call that was answered, given up or put back."""
        self.in_flight -= 1
        if self._estimates:
            used = cost = 0.0
            if reply is not None and reply.tokens_in is None:
                used, cost = call.tokens, call.cost  # a server that does not count: the most that it can be
            elif reply is not None:
                used = float((reply.tokens_in or 0) + (reply.tokens_out or 0))
                cost = self.cost_of(reply) or 0.0
            self.pace.ended(call.tokens, used)
            self._purse.settle(call.tokens, call.cost, used, cost)
            call.tokens = call.cost = 0.0
        if len(self._crew) > 1:
            for lane in self._crew.values():
                lane.wake()  # there may be room for another dialogue, or this may have been the last

    def put_back(self, call: Call, pause: float) -> None:
        """Wait for another try; ``ended`` frees the slot."""
        call.due = self._loop.time() + pause
        call.attempt += 1
        heapq.heappush(self._waiting, call)

    def next_turn(self, call: Call, reply: Reply) -> Call | None:
        """Make the turn that follows in a dialogue; None if the reply ends it."""
        said = Said(call.request.cell.turn, reply.text, reply.finish_reason)
        return self._make(call.row, call.annotator, (*call.history, said), call.fields)

    def line_up(self, call: Call) -> None:
        """Line up a turn with the model that speaks it, before any new cell: dialogues that begin should end."""
        lane = self._lane_of(call.request.cell.speaker)
        lane._ready.appendleft(call)
        if lane is not self:
            lane.wake()

    def cost_of(self, reply: Reply) -> float | None:
        """Give what a reply costs; None where the price or the usage is unknown."""
        if self.price is None or (reply.tokens_in is None and self.price.input):
            return None
        return self.price.cost(reply.tokens_in or 0, reply.tokens_out or 0, reply.tokens_cached or 0)

    def wake(self, count: int = 1) -> None:
        """Let so many sleepers look again."""
        while count > 0 and self._sleepers:
            sleeper = self._sleepers.popleft()
            if not sleeper.done():
                sleeper.set_result(None)
                count -= 1

    async def _sleep(self, until: float | None) -> None:
        sleeper = self._loop.create_future()
        self._sleepers.append(sleeper)
        if until is not None and until < self._alarm_at:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm, self._alarm_at = self._loop.call_at(until, self._ring), until
        await sleeper

    def _ring(self) -> None:
        self._alarm, self._alarm_at = None, math.inf
        self.wake()

    def _next(self, now: float) -> Call | None:
        if self._waiting and self._waiting[0].due <= now:
            return heapq.heappop(self._waiting)
        if not self._ready:
            self._read()
        return self._ready.popleft() if self._ready else None

    def _read(self) -> None:
        """Make calls of the next cells; for an engine with a cache, many at once and in the order of their text."""
        while not self._is_crowded():
            row = next(self._cells, None)
            if row is None:
                self._drained = True
                break
            annotator = self._annotators[row.annotator_id]
            if any(self._lane_of(model.identity.name)._stopped for model in annotator.cast.values()):
                continue  # who would answer is gone: what is said now would wait for another run all the same
            call = self._make(row, annotator, history_of(row), json.loads(row.fields))
            if call is None:
                continue  # a dialogue that is over by today's rules
            if self._lane_of(call.request.cell.speaker) is not self:
                self.line_up(call)  # a dialogue that goes on where another model speaks
                continue
            self._ready.append(call)
            if len(self._ready) >= self._read_ahead:
                break
        if self._read_ahead > 1:
            self._ready = deque(sorted(self._ready, key=lambda call: [m.content for m in call.prompt.messages]))

    def _lane_of(self, speaker: str | None) -> Lane:
        return self._crew.get(speaker or "", self)

    def _is_crowded(self) -> bool:
        """Tell whether so many dialogues are open that more would only wait for a slower model, and fill memory."""
        if len(self._crew) < 2:
            return False
        going = [lane for lane in self._crew.values() if not lane._stopped]
        held = sum(lane.in_flight + len(lane._waiting) + len(lane._ready) for lane in going)
        return held >= sum(max(BEGUN * lane.pace.ceiling, lane._read_ahead) for lane in going)

    def _make(
        self, row: Row, annotator: Annotator, history: tuple[Said, ...], fields: Mapping[str, Any]
    ) -> Call | None:
        prompt = self._fill(annotator, fields, history, row.item_id, row.sample)
        if prompt is None:
            return None
        now = self._loop.time()
        request = make_request(row, fields, annotator, prompt, history)
        return Call(now, next(self._numbers), row, fields, annotator, history, prompt, request, now)

    def _may_go(self, call: Call, now: float) -> float | None:
        """Reserve what a call needs: 0 if it may go, seconds to wait, or None until another call ends."""
        tokens = cost = 0.0
        if self._estimates:
            prompt, reply = most_tokens(call.request)
            tokens, cost = prompt + reply, most_cost(self.price, prompt, reply)
        wait = self.pace.wait(now, self.in_flight, tokens)
        if wait != 0:
            return wait
        if self._estimates:
            if not self._purse.take(tokens, cost):
                return None
            call.tokens, call.cost = tokens, cost
        self.pace.sent(now, tokens)
        return 0

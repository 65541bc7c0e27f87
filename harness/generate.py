"""Ask: one loop, no barriers; each reply is journaled as it arrives, and the store is never opened.

Concurrency, pace, retries, budget and the journal serve every backend alike. Each model has a lane of its own,
so that a slow or dead endpoint holds up no other. tenacity's strategies say how long to wait and when to give
up; a delayed requeue does the waiting, so that a call that waits holds no slot.
What this refuses: to turn an error into text. A call that failed goes to failures.jsonl.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import tenacity

from harness.budget import Budget, Purse
from harness.calls import Fill, Row, failure_line, generation_line, served_by
from harness.errors import BackendError, Passing, Unusable
from harness.lane import Call, Lane
from harness.prices import Price, spent
from harness.types import Allowance, Annotator, Backend, Connect, Reply

GRACE = 10.0  # seconds that calls in flight get when the run is interrupted: they are paid for
LONGEST_WAIT = 900.0  # seconds that a server may ask us to wait before it is said to be closed for now
REJECTED_IN_A_ROW = 50  # first calls of a model, all rejected: it is the request's form and not the item


class Lines(Protocol):
    """Where lines are appended."""

    def append(self, row: Mapping[str, Any]) -> None:
        """Append one line."""


@dataclass
class Tally:
    """What has happened so far.

    Attributes:
        turns: replies that came; of a dialogue, one a turn.
        cost: US dollars; replies of unknown price are in ``unpriced``.
        stopped: why the run ended before its cells, if it did.
        slowed: model → calls in flight, where an endpoint bears fewer than the study allows.
    """

    total: int
    done: int = 0
    turns: int = 0
    failed: int = 0
    retries: int = 0
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    unpriced: int = 0
    stopped: str = ""
    slowed: dict[str, int] = field(default_factory=dict)
    fingerprints: set[str] = field(default_factory=set)

    def told(self) -> str:
        """Say in a line what has happened."""
        line = f"asked {self.done:,} of {self.total:,}; {self.failed:,} failed, {self.retries:,} retries"
        if self.cost or self.unpriced:
            line += f"; {spent(self.cost, self.unpriced)}"
        return f"{line}; {self.stopped}: run again to go on" if self.stopped else line


@dataclass(frozen=True)
class Asking:
    """One model's share: its backend, its cells, how it is reached, what it costs, what it is called."""

    backend: Backend
    connect: Connect
    cells: Iterator[Row]
    price: Price | None = None
    name: str = ""


async def generate(
    askings: list[Asking],
    annotators: Mapping[str, Annotator],
    fill: Fill,
    generations: Lines,
    failures: Lines,
    tally: Tally,
    clock: Callable[[], datetime],
    progress: Callable[[Tally], None],
    budget: Budget | None = None,
) -> None:
    """Ask every cell of every model, side by side, until each has a reply or a reason.

    Args:
        fill: annotator, item fields and what was said so far → what to ask now; None if the dialogue is over.
        progress: called after each reply.
        budget: what may be spent; calls for which it has no room are not made.

    Raises:
        Unusable: no call to a model can work; replies that came before are journaled.
    """
    purse = Purse(budget or Budget())
    lanes: list[Lane] = []
    several = any(annotator.cast for annotator in annotators.values())
    crew: dict[str, Lane] = {}  # models that speak to each other end together
    for a in askings:
        mates = crew if several else {}
        lanes.append(Lane(a.connect, a.backend, a.cells, annotators, fill, purse, a.price, mates))
        mates[a.name] = lanes[-1]

    def settled() -> None:
        if purse.short:  # others may wait for what this call did not use
            for lane in lanes:
                lane.wake()

    async def ask_model(asking: Asking, lane: Lane) -> None:
        asker = _Asker(asking, lane, generations, failures, tally, clock, progress, settled)
        workers = [asyncio.create_task(asker.work()) for _ in range(lane.pace.ceiling)]
        try:
            await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
            # Either all is done, or a worker fell and the others must not wait for its call for ever.
            lane.stop()
            await asyncio.wait(workers)
        except asyncio.CancelledError:
            lane.stop()
            await asyncio.wait(workers, timeout=GRACE)
            raise
        finally:
            for worker in workers:
                worker.cancel()
            outcomes = await asyncio.gather(*workers, return_exceptions=True)
            await asking.backend.close()
        _raise_first(outcomes)

    # A model that cannot be used does not stop the others; its error is raised at the end.
    pairs = zip(askings, lanes, strict=True)
    try:
        _raise_first(await asyncio.gather(*(ask_model(*pair) for pair in pairs), return_exceptions=True))
    finally:
        if purse.spent:
            tally.stopped = "the budget is spent"


def _raise_first(outcomes: list[BaseException | None]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


class _Asker:
    """Take calls off a lane, send them, and write down what comes of them."""

    def __init__(
        self,
        asking: Asking,
        lane: Lane,
        generations: Lines,
        failures: Lines,
        tally: Tally,
        clock: Callable[[], datetime],
        progress: Callable[[Tally], None],
        settled: Callable[[], None],
    ) -> None:
        self._backend = asking.backend
        self._name = asking.name
        self._policy = _Policy(asking.connect)
        self._lane = lane
        self._generations = generations
        self._failures = failures
        self._tally = tally
        self._clock = clock
        self._progress = progress
        self._settled = settled
        self._loop = asyncio.get_running_loop()
        self._rejected: int | None = 0  # in a row from the first call on; None once one was answered

    async def work(self) -> None:
        """Ask until there is nothing more to ask."""
        lane, tally = self._lane, self._tally
        while (call := await lane.take()) is not None:
            tally.requests += 1
            reply = None
            try:
                reply = await self._backend.complete(call.request)
                self._keep(call, reply)
            except Passing as error:
                self._try_again(call, error)
            except Unusable:
                lane.stop()
                raise
            except BackendError as error:
                self._reject(call, error)
            finally:
                lane.ended(call, reply)
                self._settled()
            self._progress(tally)

    def _keep(self, call: Call, reply: Reply) -> None:
        now, tally, lane = self._loop.time(), self._tally, self._lane
        following = lane.next_turn(call, reply)
        self._generations.append(
            generation_line(
                call.row,
                call.prompt,
                call.request,
                reply,
                now - call.sent_at,
                call.attempt,
                self._clock(),
                last=following is None,
            )
        )
        self._rejected = None
        tally.turns += 1
        lane.pace.answered(now, call.sent_at)
        if reply.allowance is not None:
            self._heed(reply.allowance, reply, now)
        if following is None:
            tally.done += 1
        else:
            lane.line_up(following)
        tally.tokens_in += reply.tokens_in or 0
        tally.tokens_out += reply.tokens_out or 0
        cost = lane.cost_of(reply)
        if cost is None:
            tally.unpriced += 1
        else:
            tally.cost += cost
        if served := served_by(reply):
            tally.fingerprints.add(served)

    def _heed(self, allowance: Allowance, reply: Reply, now: float) -> None:
        pace = self._lane.pace
        pace.allowed(now, allowance.requests, allowance.requests_reset, 1.0)
        need = float((reply.tokens_in or 0) + (reply.tokens_out or 0))
        pace.allowed(now, allowance.tokens, allowance.tokens_reset, need)

    def _try_again(self, call: Call, error: Passing) -> None:
        now, pace = self._loop.time(), self._lane.pace
        pace.failed(now, call.sent_at, overload=error.overload, retry_after=error.retry_after)
        if pace.limit < pace.ceiling:
            self._tally.slowed[self._name] = pace.limit
        if error.retry_after is not None and error.retry_after > LONGEST_WAIT:
            self._lane.stop()
            raise Unusable(
                f"the server asks us to wait {error.retry_after / 3600:.1f} hours: {error.what}",
                where=error.where,
                remedy="run the same command again then; what came is kept",
            )
        if pace.given_up(now):
            self._lane.stop()
            raise Unusable(
                f"nothing but failures for {pace.failing_for(now):.0f} s; the last: {error.what}",
                where=error.where,
                remedy="look after the endpoint, then run the same command again: what came is kept, the rest is "
                "planned again (connect.patience says how long to bear it)",
            )
        pause = self._policy.pause(call, error, now)
        if pause is not None:
            self._tally.retries += 1
            self._lane.put_back(call, pause)
        else:
            self._fail(call, error, permanent=False)

    def _reject(self, call: Call, error: BackendError) -> None:
        self._fail(call, error, permanent=True)
        if self._rejected is None:
            return
        self._rejected += 1
        if self._rejected >= REJECTED_IN_A_ROW:
            self._lane.stop()
            raise Unusable(
                f"the first {self._rejected} requests were all rejected; the last: {error.what}",
                where=error.where,
                remedy="it may be [ask] or the template; mend it, then run again with --retry-failed",
            )

    def _fail(self, call: Call, error: BackendError, *, permanent: bool) -> None:
        line = failure_line(call.row, call.request.generation_id, error, self._clock(), permanent=permanent)
        self._failures.append(line)
        self._tally.failed += 1


class _Policy:
    """How long to wait before another try, and when to give up: tenacity's strategies."""

    def __init__(self, connect: Connect) -> None:
        self._stop = tenacity.stop_after_attempt(connect.attempts)
        self._wait = tenacity.wait_random_exponential(multiplier=0.5, max=connect.max_wait)
        self._retrying = tenacity.Retrying()

    def pause(self, call: Call, error: Passing, now: float) -> float | None:
        """Give the seconds to wait, or None to give up."""
        state = tenacity.RetryCallState(self._retrying, None, (), {})
        state.attempt_number = call.attempt
        state.start_time = call.started
        state.outcome_timestamp = now
        if self._stop(state):
            return None
        # The server's word counts over our own: it knows when its window opens.
        return error.retry_after if error.retry_after is not None else float(self._wait(state))

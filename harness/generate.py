"""Ask: one loop, no barriers; each reply is journaled as it arrives, and the store is never opened.

Concurrency, retries and the journal serve every backend alike. tenacity's strategies say how long to wait
and when to give up; a delayed requeue does the waiting, so that a call that waits holds no slot.
What this refuses: to turn an error into text. A call that failed goes to failures.jsonl.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import tenacity

from harness.errors import BackendError, Passing, Unusable
from harness.ids import canonical_json, content_id, seed_of
from harness.types import Annotator, Backend, Cell, Connect, Message, Reply, Request

GRACE = 10.0  # seconds that calls in flight get when the run is interrupted: they are paid for

Row = tuple[str, str, int, str, str, str]  # annotator_id, item_id, sample, dataset, key, fields as JSON
Fill = Callable[[Annotator, Mapping[str, Any]], tuple[tuple[Message, ...], tuple[str, ...]]]


class Lines(Protocol):
    """Where lines are appended."""

    def append(self, row: Mapping[str, Any]) -> None:
        """Append one line."""


@dataclass
class Tally:
    """What has happened so far."""

    total: int
    done: int = 0
    failed: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    fingerprints: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Asking:
    """One model's share: its backend, its cells, how it is reached."""

    backend: Backend
    connect: Connect
    cells: Iterator[Row]


@dataclass(order=True)
class _Call:
    due: float
    number: int
    attempt: int = field(compare=False)
    row: Row = field(compare=False)
    request: Request = field(compare=False)
    started: float = field(compare=False)


async def generate(
    askings: list[Asking],
    annotators: Mapping[str, Annotator],
    fill: Fill,
    generations: Lines,
    failures: Lines,
    tally: Tally,
    clock: Callable[[], datetime],
    progress: Callable[[Tally], None],
) -> None:
    """Ask every cell of every model, side by side, until each has a reply or a reason.

    Args:
        fill: annotator and item fields → messages and the options as shown.
        progress: called after each reply.

    Raises:
        Unusable: no call to a model can work; replies that came before are journaled.
    """

    async def ask_model(asking: Asking) -> None:
        queue = _Queue(asking.cells, annotators, fill)
        workers = [
            asyncio.create_task(_work(asking, queue, generations, failures, tally, clock, progress))
            for _ in range(max(1, asking.connect.in_flight))
        ]
        try:
            await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
            # Either all is done, or a worker fell and the others must not wait for its call for ever.
            queue.stop()
            await asyncio.wait(workers)
        except asyncio.CancelledError:
            queue.stop()
            await asyncio.wait(workers, timeout=GRACE)
            raise
        finally:
            for worker in workers:
                worker.cancel()
            outcomes = await asyncio.gather(*workers, return_exceptions=True)
            await asking.backend.close()
        _raise_first(outcomes)

    # A model that cannot be used does not stop the others; its error is raised at the end.
    _raise_first(await asyncio.gather(*(ask_model(asking) for asking in askings), return_exceptions=True))


def _raise_first(outcomes: list[BaseException | None]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


class _Queue:
    """New cells, and calls that wait for their next try; a call that waits holds no slot."""

    def __init__(self, cells: Iterator[Row], annotators: Mapping[str, Annotator], fill: Fill) -> None:
        self._cells = cells
        self._annotators = annotators
        self._fill = fill
        self._waiting: list[_Call] = []
        self._numbers = itertools.count()
        self._in_flight = 0
        self._changed = asyncio.Event()
        self._stopped = False

    def stop(self) -> None:
        """Hand out nothing more; what is in flight may end."""
        self._stopped = True
        self._changed.set()

    async def take(self) -> _Call | None:
        """Give the next call that is due; None when there is and will be nothing more."""
        loop = asyncio.get_running_loop()
        while not self._stopped:
            if self._waiting and self._waiting[0].due <= loop.time():
                self._in_flight += 1
                return heapq.heappop(self._waiting)
            row = next(self._cells, None)
            if row is not None:
                self._in_flight += 1
                return self._new(row, loop.time())
            if not self._waiting and not self._in_flight:
                self._changed.set()
                return None
            pause = self._waiting[0].due - loop.time() if self._waiting else None
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), pause)
            except TimeoutError:
                pass
        return None

    def put_back(self, call: _Call, pause: float) -> None:
        call.due = asyncio.get_running_loop().time() + pause
        call.attempt += 1
        heapq.heappush(self._waiting, call)

    def done(self) -> None:
        """Free the slot of a call that was answered, given up or put back."""
        self._in_flight -= 1
        self._changed.set()

    def _new(self, row: Row, now: float) -> _Call:
        annotator_id, item_id, sample, dataset, key, text = row
        annotator = self._annotators[annotator_id]
        fields = json.loads(text)
        messages, options = self._fill(annotator, fields)
        generation_id = content_id("generation", [annotator_id, item_id, sample, 0])
        request = Request(
            generation_id=generation_id,
            messages=messages,
            ask=annotator.variant.ask,
            seed=seed_of(generation_id),
            cell=Cell(dataset, key, sample, options, fields, annotator.variant.levels),
        )
        return _Call(now, next(self._numbers), 1, row, request, now)


async def _work(
    asking: Asking,
    queue: _Queue,
    generations: Lines,
    failures: Lines,
    tally: Tally,
    clock: Callable[[], datetime],
    progress: Callable[[Tally], None],
) -> None:
    loop = asyncio.get_running_loop()
    policy = _Policy(asking.connect)
    while (call := await queue.take()) is not None:
        sent = loop.time()
        try:
            reply = await asking.backend.complete(call.request)
        except Passing as error:
            pause = policy.pause(call, error, loop.time())
            if pause is not None:
                tally.retries += 1
                queue.put_back(call, pause)
                queue.done()
                continue
            failures.append(_failure(call, error, clock()))
            tally.failed += 1
        except Unusable:
            queue.stop()
            raise
        except BackendError as error:
            failures.append({**_failure(call, error, clock()), "permanent": True})
            tally.failed += 1
        else:
            generations.append(_generation(call, reply, loop.time() - sent, clock()))
            tally.done += 1
            tally.tokens_in += reply.tokens_in or 0
            tally.tokens_out += reply.tokens_out or 0
            if reply.fingerprint or reply.model_served:
                tally.fingerprints.add(f"{reply.model_served} {reply.fingerprint or ''}".strip())
        queue.done()
        progress(tally)


class _Policy:
    """How long to wait before another try, and when to give up: tenacity's strategies."""

    def __init__(self, connect: Connect) -> None:
        self._stop = tenacity.stop_after_attempt(connect.attempts)
        self._wait = tenacity.wait_random_exponential(multiplier=0.5, max=connect.max_wait)
        self._retrying = tenacity.Retrying()

    def pause(self, call: _Call, error: Passing, now: float) -> float | None:
        """Give the seconds to wait, or None to give up."""
        state = tenacity.RetryCallState(self._retrying, None, (), {})
        state.attempt_number = call.attempt
        state.start_time = call.started
        state.outcome_timestamp = now
        if self._stop(state):
            return None
        # The server's word counts over our own: it knows when its window opens.
        return error.retry_after if error.retry_after is not None else float(self._wait(state))


def _generation(call: _Call, reply: Reply, seconds: float, at: datetime) -> dict[str, Any]:
    annotator_id, item_id, sample, *_ = call.row
    messages = [{"role": m.role, "content": m.content} for m in call.request.messages]
    return {
        "generation_id": call.request.generation_id,
        "annotator_id": annotator_id,
        "item_id": item_id,
        "sample": sample,
        "turn": 0,
        "prompt_id": content_id("prompt", messages),
        "messages": canonical_json(messages),
        "text": _storable(reply.text),
        "finish_reason": reply.finish_reason,
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "model_served": reply.model_served,
        "fingerprint": reply.fingerprint,
        "seconds": round(seconds, 4),
        "attempts": call.attempt,
        "arrived_at": at.isoformat(),
    }


def _failure(call: _Call, error: BackendError, at: datetime) -> dict[str, Any]:
    annotator_id, item_id, sample, *_ = call.row
    return {
        "generation_id": call.request.generation_id,
        "annotator_id": annotator_id,
        "item_id": item_id,
        "sample": sample,
        "permanent": False,
        "error": _storable(str(error)),
        "failed_at": at.isoformat(),
    }


def _storable(text: str) -> str:
    """Replace what no database holds: NUL and lone surrogates."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")

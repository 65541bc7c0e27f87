"""Ask by batch: cells → files of requests → a batch on the server → lines of the journal.

Nothing is paid for twice: what may have been sent is looked for on the server, by the name of its folder, before
it is sent again. What this refuses: dialogues (a batch is one turn), and to turn an error into text.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar

import tenacity

from harness.batchlines import ANSWERS, CELLS, REQUESTS, Wire, answers_in, cell_at, lines_of, places_of, read_line
from harness.calls import Fill, Row, failure_line, generation_line, history_of, make_request, served_by
from harness.errors import BackendError, Passing, Rejected, StudyError, Unusable
from harness.slips import Slip
from harness.types import Annotator, Connect, Reply, Said

if TYPE_CHECKING:
    from harness.backends._batches import Batches, BatchState

MOST_REQUESTS = 50_000  # of one file; the API's limits
MOST_BYTES = 200_000_000
LOOK_BACK = 86_400.0  # seconds before a slip was begun in which its batch is looked for: clocks differ
ENDED = ("completed", "failed", "expired", "cancelled")

T = TypeVar("T")


class Lines(Protocol):
    """An append-only file of JSON lines, synced when it is closed."""

    def append(self, row: Mapping[str, Any]) -> None:
        """Append one line."""

    def close(self) -> None:
        """Sync and close."""


Open = Callable[[Path], Lines]


class Sender(Wire, Protocol):
    """A backend with batches: it writes and reads a batch's lines just as it does live calls."""

    def batches(self) -> Batches:
        """Give the Batch API of the same endpoint."""


@dataclass
class Collected:
    """What came of a batch, or of several; the names of a run's counts.

    Attributes:
        strange: lines that answer nothing which was asked, or answer it again.
        unusable: the first answer that said that no request can work.
    """

    total: int = 0
    done: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    strange: int = 0
    fingerprints: set[str] = field(default_factory=set)
    unusable: Unusable | None = None

    def add(self, other: Collected) -> None:
        """Add up."""
        for name in ("total", "done", "failed", "tokens_in", "tokens_out", "strange"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.fingerprints |= other.fingerprints
        self.unusable = self.unusable or other.unusable

    @property
    def counts(self) -> dict[str, Any]:
        """For run.json."""
        counts = {name: value for name, value in vars(self).items() if name != "unusable"}
        return {**counts, "fingerprints": sorted(self.fingerprints)}


def write(
    rows: Iterator[Row],
    annotators: Mapping[str, Annotator],
    fill: Fill,
    sender: Sender,
    new_slip: Callable[[], Slip],
    most_requests: int = MOST_REQUESTS,
    most_bytes: int = MOST_BYTES,
) -> list[Slip]:
    """Write the cells of one model into as many files as the API's limits ask for. Nothing is sent.

    Raises:
        StudyError: a dialogue.
    """
    slips: list[Slip] = []
    files: list[BinaryIO] = []
    count = size = 0

    def end() -> None:
        for file in files:
            file.flush()
            os.fsync(file.fileno())  # without its cells a batch could not be collected
            file.close()
        if slips:
            slips[-1].note("written", requests=count, bytes=size)

    try:
        for row in rows:
            annotator, fields = annotators[row.annotator_id], json.loads(row.fields)
            prompt = fill(annotator, fields, (), row.item_id, row.sample)
            if prompt is None:
                continue
            if history_of(row) or fill(annotator, fields, (Said(0, ""),), "", 0) is not None:
                raise StudyError(
                    "a batch cannot hold a dialogue: its next turn needs the reply to the last",
                    where=annotator.variant.template,
                    remedy="generate without --batch",
                )
            request = make_request(row, fields, annotator, prompt)
            line, cell = lines_of(row, prompt, request, sender)
            if not slips or count + bool(line) > most_requests or (size + len(line) > most_bytes and count):
                end()
                slips.append(new_slip())
                files = [(slips[-1].folder / name).open("wb") for name in (REQUESTS, CELLS)]
                count = size = 0
            files[0].write(line)
            files[1].write(cell)
            count, size = count + bool(line), size + len(line)
    finally:
        end()
    return slips


async def submit(slip: Slip, batches: Batches, connect: Connect, settle: float) -> None:
    """Upload a slip's file and start its batch; or, after a crash, go on with that.

    Args:
        settle: seconds after which a batch that was just made is surely in the server's list.

    Raises:
        Unusable: the server takes no batch; nothing was sent if the slip is not ``sent``.
        Passing: the server cannot be reached; where it is not known whether the batch was made, the slip is ``sent``.
    """
    if not slip.known["requests"]:
        slip.note("creating")
        slip.note("completed")  # there is nothing to send: every cell was rejected as it was written
        return
    unsure = slip.sent
    if not unsure:
        slip.note("uploading")
        name = f"{slip.folder.name}.jsonl"
        file_id = await _patiently(connect, lambda: batches.upload(slip.folder / REQUESTS, name))
        slip.note("uploaded", input_file_id=file_id)

    async def create() -> BatchState:
        nonlocal unsure
        if unsure and (found := await _find(slip, batches, settle)):
            return found
        slip.note("creating")
        try:
            return await batches.create(slip.known["input_file_id"], slip.metadata)
        except Passing:
            unsure = True  # it may have been made, and the answer lost
            raise

    try:
        state = await _patiently(connect, create)
    except Unusable:
        if not unsure:
            slip.note("refused")
        raise
    slip.note(state.status, batch_id=state.batch_id)


async def _find(slip: Slip, batches: Batches, settle: float) -> BatchState | None:
    since = datetime.fromisoformat(slip.known["begun"]).timestamp() - LOOK_BACK
    found = await batches.find(slip.metadata, since)
    if not found:
        await asyncio.sleep(settle)
        found = await batches.find(slip.metadata, since)
    for twin in found[1:]:
        if twin.status not in ENDED:
            await batches.cancel(twin.batch_id)
    return found[0] if found else None


async def _patiently(connect: Connect, call: Callable[[], Awaitable[T]]) -> T:
    """Try again what failed for a passing reason; the server's word on waiting counts over our own."""
    ours = tenacity.wait_random_exponential(multiplier=0.5, max=connect.max_wait)

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        told = error.retry_after if isinstance(error, Passing) else None
        return ours(state) if told is None else told

    trying = tenacity.AsyncRetrying(
        stop=tenacity.stop_after_attempt(connect.attempts),
        wait=wait,
        retry=tenacity.retry_if_exception_type(Passing),
        reraise=True,
    )

    async def once() -> T:  # tenacity awaits functions that it sees to be coroutines, and nothing else
        return await call()

    return await trying(once)


async def collect(
    slip: Slip, state: BatchState | None, batches: Batches, sender: Sender, clock: Callable[[], datetime], opened: Open
) -> Collected:
    """Write what an ended batch answered as the run's journal, anew from the start; the rest are failures.

    Args:
        state: None where there was nothing to send.
    """
    for name in ("generations.jsonl", "failures.jsonl", *ANSWERS):
        (slip.folder / name).unlink(missing_ok=True)
    for file_id, name in zip((state.output_file, state.error_file) if state else (), ANSWERS, strict=False):
        if file_id:
            await batches.download(file_id, slip.folder / name)
    generations, failures = opened(slip.folder / "generations.jsonl"), opened(slip.folder / "failures.jsonl")
    with (slip.folder / CELLS).open("rb") as cells:
        asked = places_of(cells)
        told = Collected(total=len(asked))

        def fail(row: Row, name: str, error: BackendError, *, permanent: bool) -> None:
            told.failed += 1
            failures.append(failure_line(row, name, error, clock(), permanent=permanent))

        for answer in answers_in(slip.folder):
            place = asked.pop(str(answer.get("custom_id")), None) if answer else None
            if place is None:
                told.strange += 1
                continue
            row, prompt, request, _ = cell_at(cells, place)
            try:
                reply = read_line(answer, sender, request)
            except Rejected as error:
                fail(row, request.generation_id, error, permanent=True)
            except BackendError as error:
                # Also what makes a whole model unusable: once that is mended, the cell may be asked again.
                told.unusable = told.unusable or (error if isinstance(error, Unusable) else None)
                fail(row, request.generation_id, error, permanent=False)
            else:
                seconds = state.seconds if state else 0.0
                line = generation_line(row, prompt, request, reply, seconds, 1, clock())
                generations.append(line)
                _count(told, reply)
        for place in asked.values():
            row, _, request, rejected = cell_at(cells, place)
            why = "; ".join((f"the batch is {state.status} and did not answer this", *state.errors)) if state else ""
            missing: BackendError = Rejected(rejected) if rejected else Passing(why)
            fail(row, request.generation_id, missing, permanent=rejected is not None)
    generations.close()
    failures.close()
    return told


def _count(told: Collected, reply: Reply) -> None:
    told.done += 1
    told.tokens_in += reply.tokens_in or 0
    told.tokens_out += reply.tokens_out or 0
    if served := served_by(reply):
        told.fingerprints.add(served)

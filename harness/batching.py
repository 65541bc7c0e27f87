"""``harness generate --batch``: collect what has ended, ask the rest, wait for it. ``pipeline`` calls it.

Steps of one command: batches of earlier runs that have ended become runs; the cells that are missing, and for
which no batch is on its way, are handed in; then all are waited for. What this refuses: to ask for a cell that a
batch may still answer, and to let one model's trouble stop another's batches.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import batch, plugins
from harness.batch import Collected, Sender
from harness.calls import Fill, Row
from harness.errors import BackendError, Passing, StudyError, Unusable
from harness.interrupt import run_to_end
from harness.slips import MANIFEST, Slip, slips_in
from harness.store import folders, ingest, queries
from harness.store.database import Store
from harness.study import Study
from harness.types import Model

if TYPE_CHECKING:
    from harness.backends._batches import Batches, BatchState

Say = Callable[[str], None]
Plan = Callable[[Path], int]


@dataclass(frozen=True)
class Options:
    """How batches are made and waited for.

    Attributes:
        wait: stay until all have ended.
        first, longest: seconds between two looks at the server: at first, and in the end.
        settle: seconds after which a new batch is surely in the server's list.
    """

    wait: bool = True
    first: float = 5.0
    longest: float = 60.0
    settle: float = 5.0
    most_requests: int = batch.MOST_REQUESTS
    most_bytes: int = batch.MOST_BYTES


def generate(
    study: Study,
    store: Store,
    plan: Plan,
    fill: Fill,
    manifest: Mapping[str, Any],
    clock: Callable[[], datetime],
    say: Say,
    options: Options,
) -> Collected:
    """Ask by batch. The caller holds the study's lock.

    Args:
        plan: leaves the missing cells in a folder, less those that ``slips.waiting`` names, and says how many.
        manifest: what run.json says of the study.

    Returns:
        what was collected, of this command's batches and of those before.

    Raises:
        Unusable: a model cannot be asked; what others answered is kept.
        StudyError: no model of the study has batches, or it asks in dialogues.
    """
    told = Collected()
    run_to_end(_Work(study, store, fill, manifest, clock, say, options, told).go(plan))
    return told


@dataclass(frozen=True)
class _Door:
    """A model that takes batches."""

    model: Model
    backend: Sender
    batches: Batches


class _Work:
    """One run of the command."""

    def __init__(
        self,
        study: Study,
        store: Store,
        fill: Fill,
        manifest: Mapping[str, Any],
        clock: Callable[[], datetime],
        say: Say,
        options: Options,
        told: Collected,
    ) -> None:
        self._study, self._store, self._fill, self._manifest = study, store, fill, manifest
        self._clock, self._say, self._options, self._told = clock, say, options, told
        self._errors: list[BackendError] = []
        self._heard = ""
        self._doors: dict[str, _Door] = {}
        for model in study.models:
            backend = plugins.load("backends", model.identity.backend).Backend
            if hasattr(backend, "batches"):
                made = backend(model.identity, model.connect)
                self._doors[model.identity.name] = _Door(model, made, made.batches())
        if study.models and not self._doors:
            raise StudyError(
                "no model of this study can be asked by batch",
                where=str(study.folder / "study.toml"),
                remedy="generate without --batch; the backend openai has batches",
            )

    async def go(self, plan: Plan) -> None:
        """Collect, ask, wait."""
        try:
            slips = await self._look(self._known_slips())
            self._raise()
            slips += await self._ask(plan)
            pause = self._options.first
            while slips and self._options.wait:
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, self._options.longest)
                slips = await self._look(slips)
            if slips:
                self._say(f"{len(slips):,} batches are on their way; run again to collect what has ended")
        except asyncio.CancelledError:
            self._say("interrupted: batches that were handed in go on; run again to collect them")
            raise
        finally:
            for door in self._doors.values():
                await door.batches.close()
        self._raise()

    def _known_slips(self) -> list[Slip]:
        """Give the slips of this study that may have a batch, and throw away what was never sent."""
        ingest.sync(self._store)
        slips = []
        for slip in slips_in(self._store.runs, self._note):
            if slip.known.get("study") != self._study.name:
                continue
            if slip.collected:
                slip.clear()  # the process that collected it died before it did
            elif not slip.sent:
                shutil.rmtree(slip.folder)
            elif slip.known["model"] in self._doors:
                slips.append(slip)
            else:
                self._say(
                    f"{slip.folder.name}: its model {slip.known['model']!r} is no longer in the study; put it back to "
                    "collect this batch, or delete the folder to give it up"
                )
        return slips

    async def _ask(self, plan: Plan) -> list[Slip]:
        """Write what is missing, then hand it in."""
        slips: list[Slip] = []
        try:
            with tempfile.TemporaryDirectory(dir=self._store.runs, prefix=".plan-") as scratch:
                calls = plan(Path(scratch))
                if calls:
                    self._write(Path(scratch), slips)
            await self._hand_in(slips)
        finally:
            sent = [slip for slip in slips if slip.sent]
            for slip in slips:
                if not slip.sent:
                    shutil.rmtree(slip.folder)
        if sent:
            requests = sum(slip.known["requests"] for slip in sent)
            self._say(f"handed in {requests:,} requests in {len(sent):,} batches")
        elif not calls:
            self._say("nothing new to ask")
        return sent

    async def _hand_in(self, slips: list[Slip]) -> None:
        refused: set[str] = set()
        for slip in slips:
            name = slip.known["model"]
            if name in refused:
                continue
            door = self._doors[name]
            try:
                await batch.submit(slip, door.batches, door.model.connect, self._options.settle)
            except BackendError as error:
                if isinstance(error, Passing) and slip.sent:
                    self._say(f"{name}: {error.what}; it is not known whether the batch was made: looked at again")
                else:
                    refused.add(name)
                    self._fault(error)

    def _write(self, scratch: Path, slips: list[Slip]) -> None:
        """Write the requests of all models before the first is sent: a template that fails costs nothing."""
        annotators = {annotator.annotator_id: annotator for annotator in self._study.annotators}
        if any(annotator.cast for annotator in annotators.values()):
            raise StudyError(
                "a batch cannot hold a dialogue between models: each turn needs the reply to the last",
                where=str(self._study.folder / "study.toml"),
                remedy="generate without --batch",
            )
        for model in self._study.models:
            name = model.identity.name
            if name not in self._doors:
                self._say(f"{name}: its backend has no batches; generate without --batch asks it")
                continue

            def new_slip(name: str = name) -> Slip:
                now = self._clock()
                folder = folders.new_folder(self._store.runs, self._study.name, now)
                slips.append(Slip(folder, self._note))
                slips[-1].note("writing", study=self._study.name, model=name, begun=now.isoformat())
                text = json.dumps({**self._manifest, "started": now.isoformat()}, ensure_ascii=False, default=str)
                with (folder / MANIFEST).open("w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                return slips[-1]

            rows = starmap(Row, queries.stream_cells(scratch, name))
            most = (self._options.most_requests, self._options.most_bytes)
            batch.write(rows, annotators, self._fill, self._doors[name].backend, new_slip, *most)

    async def _look(self, slips: list[Slip]) -> list[Slip]:
        """Look once at each slip's batch, make runs of those that have ended, and give the others."""
        on_their_way: list[Slip] = []
        heard: list[str] = []
        finished: list[Slip] = []
        for slip in slips:
            door = self._doors[slip.known["model"]]
            try:
                state = await self._state(slip, door)
                if state is None or state.status in batch.ENDED:
                    told = await batch.collect(slip, state, door.batches, door.backend, self._clock, folders.Journal)
                    self._finish(slip, told)
                    finished.append(slip)
                    continue
                heard.append(f"{state.status}, {state.done + state.failed:,} of {slip.known['requests']:,}")
            except Passing as error:
                heard.append(error.what)  # looked at again
            except BackendError as error:
                self._fault(error)
                continue
            on_their_way.append(slip)
        if finished:
            ingest.sync(self._store)
            for slip in finished:
                slip.clear()  # only now: who plans elsewhere either sees it waiting or has its replies
        line = "; ".join(f"{heard.count(one)} × {one}" if heard.count(one) > 1 else one for one in dict.fromkeys(heard))
        if line and line != self._heard:
            self._heard = line
            self._say(f"  {line}")
        return on_their_way

    async def _state(self, slip: Slip, door: _Door) -> BatchState | None:
        """Ask how a batch stands; find it or make it first if a crash left that open."""
        if not slip.known.get("batch_id"):
            await batch.submit(slip, door.batches, door.model.connect, self._options.settle)
        if not slip.known["requests"]:
            return None
        state = await door.batches.retrieve(slip.known["batch_id"])
        if state.status != slip.known["status"]:
            slip.note(state.status)
        return state

    def _finish(self, slip: Slip, told: Collected) -> None:
        """Make a run of a slip: from now on it enters the database as any other."""
        manifest = json.loads((slip.folder / MANIFEST).read_text(encoding="utf-8"))
        about = {name: slip.known.get(name) for name in ("model", "batch_id", "status")}
        ended = {"ended": self._clock().isoformat(), "counts": told.counts, "batch": about}
        folders.write_manifest(slip.folder, {**manifest, **ended})
        self._told.add(told)
        if told.unusable:
            self._fault(told.unusable)
        self._say(
            f"{about['model']}: batch {about['batch_id']} is {about['status']}: "
            f"{told.done:,} of {told.total:,} answered, {told.failed:,} failed"
        )

    def _note(self, path: Path, step: Mapping[str, Any]) -> None:
        if path.exists() and not path.read_bytes().endswith(b"\n"):
            with path.open("ab") as file:  # torn by a power cut: the next line stands alone
                file.write(b"\n")
        journal = folders.Journal(path)
        journal.append({**step, "at": self._clock().isoformat()})
        journal.close()

    def _fault(self, error: BackendError) -> None:
        """Keep an error for the end: other models, and batches already made, go on."""
        self._errors.append(error)
        self._say(f"{error.what} ({error.where})")

    def _raise(self) -> None:
        if self._errors:
            raise next((error for error in self._errors if isinstance(error, Unusable)), self._errors[0])

"""Slips: batches as the run folders tell them, found and noted so that a process can die anywhere.

A slip is a run folder with a ``batch.jsonl``, in which every step is noted: the intent before, the outcome after.
It becomes a run like any other with its ``run.json``, which is written when its batch has been collected. What
this refuses: to forget a batch that may have been sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from harness.batchlines import ANSWERS, CELLS, REQUESTS

STEPS, MANIFEST = "batch.jsonl", "batch.json"


Pen = Callable[[Path, Mapping[str, Any]], None]  # adds a line to a file, with the time; on the disk when it returns


class Slip:
    """A batch, as its folder tells it.

    Args:
        folder: a run folder of its own.
        pen: for ``note``; a slip that is only read has none.

    Attributes:
        known: what was noted, the latest word on each thing: ``status, study, model, begun, requests, bytes,
            input_file_id, batch_id, at``.
    """

    def __init__(self, folder: Path, pen: Pen | None = None) -> None:
        self.folder = folder
        self.known: dict[str, Any] = {}
        self._pen = pen
        self._noted: set[str] = set()
        for step in _steps(folder / STEPS):
            self._take(step)

    @property
    def sent(self) -> bool:
        """Whether there may be a batch of it on the server."""
        return "creating" in self._noted and "refused" not in self._noted

    @property
    def collected(self) -> bool:
        """Whether it is a run like any other."""
        return (self.folder / "run.json").exists()

    @property
    def metadata(self) -> dict[str, str]:
        """What tells its batch from all others on the server."""
        return {"study": self.known["study"], "run": self.folder.name}

    def note(self, status: str, **known: Any) -> None:
        """Write down a step."""
        assert self._pen is not None
        step = {"status": status, **known}
        self._pen(self.folder / STEPS, step)
        self._take(step)

    def clear(self) -> None:
        """Remove what the journal of a collected slip holds as well."""
        for name in (MANIFEST, REQUESTS, CELLS, *ANSWERS):
            (self.folder / name).unlink(missing_ok=True)

    def _take(self, step: Mapping[str, Any]) -> None:
        self.known |= step
        self._noted.add(str(step.get("status")))


def slips_in(runs: Path, pen: Pen | None = None) -> Iterator[Slip]:
    """Find the slips, those that were collected too, oldest first."""
    for path in sorted(runs.glob(f"*/{STEPS}")):
        yield Slip(path.parent, pen)


class Waiting(NamedTuple):
    """Cells that batches may still answer.

    Attributes:
        files: JSON lines with ``annotator_id``, ``item_id`` and ``sample``.
        cells, batches: how many.
        studies: whose ``generate --batch`` collects them.
    """

    files: tuple[Path, ...]
    cells: int
    batches: int
    studies: tuple[str, ...]

    def told(self) -> str:
        """Say that they are not asked again, and how they are collected."""
        whose = " and ".join(f"`harness generate {study} --batch`" for study in self.studies)
        return f"{self.cells:,} requests in {self.batches:,} batches are not asked again; {whose} collects them"


def waiting(runs: Path) -> Waiting:
    """Say which cells must not be asked now, whichever study asked for them.

    To be called before the database is brought up to date: a batch that another process collects meanwhile is
    then either listed here or in the database, and its file stays until it is.
    """
    slips = [slip for slip in slips_in(runs) if slip.sent and not slip.collected]
    return Waiting(
        tuple(slip.folder / CELLS for slip in slips),
        sum(slip.known.get("requests", 0) for slip in slips),
        len(slips),
        tuple(sorted({slip.known["study"] for slip in slips})),
    )


def _steps(path: Path) -> Iterator[dict[str, Any]]:
    """Read the steps; a line that a power cut tore says nothing."""
    if path.exists():
        for line in path.read_bytes().splitlines():
            try:
                step = json.loads(line)
            except ValueError:
                continue
            if isinstance(step, dict):
                yield step

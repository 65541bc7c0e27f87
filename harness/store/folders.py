"""Run folders: the manifest, the journal that replies are appended to, and the lock of a live run.

A journal line is one ``write``; an fsync follows every half second. SIGKILL loses nothing that was written,
a power cut half a second. What this refuses: to change a line that was written.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from harness.errors import StoreError
from harness.ids import digest

SYNC_EVERY = 0.5


def new_folder(runs: Path, study: str, now: datetime) -> Path:
    """Make a run folder; its name sorts by time."""
    stamp = now.strftime("%Y%m%dT%H%M%S.%f")
    folder = runs / f"{stamp}-{study}-{digest(f'{stamp}{os.getpid()}')[:6]}"
    folder.mkdir(parents=True)
    return folder


def run_folders(runs: Path) -> list[Path]:
    """List the run folders, oldest first."""
    return sorted(path.parent for path in runs.glob("*/run.json"))


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write run.json whole or not at all."""
    beside = folder / "run.json.tmp"
    beside.write_text(json.dumps(manifest, indent=1, ensure_ascii=False, default=str), encoding="utf-8")
    beside.replace(folder / "run.json")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read run.json."""
    manifest: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return manifest


class Journal:
    """An append-only file of JSON lines.

    Args:
        path: the file; made with its first line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None
        self._synced = time.monotonic()

    def append(self, row: Mapping[str, Any]) -> None:
        """Write one line, with one write."""
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        except TypeError:  # a lone surrogate: what was paid for is kept with that one character replaced
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        try:
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
            if time.monotonic() - self._synced > SYNC_EVERY:
                os.fsync(self._file)
                self._synced = time.monotonic()
        except OSError as error:
            raise StoreError(
                f"a reply cannot be written: {error.strerror}",
                where=str(self.path),
                remedy="make room on the disk, then run the same command again: what was written is kept",
            ) from error

    def close(self) -> None:
        """Sync and close."""
        if self._file is not None:
            os.fsync(self._file)
            os.close(self._file)
            self._file = None


@contextmanager
def live(folder: Path) -> Iterator[None]:
    """Mark a run as going on, for as long as this process lives."""
    with (folder / ".live").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            (folder / ".live").unlink(missing_ok=True)


def is_live(folder: Path) -> bool:
    """Tell whether the process that writes to a folder still lives."""
    try:
        with (folder / ".live").open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False

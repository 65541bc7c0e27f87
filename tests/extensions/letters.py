"""letters: an extractor of the tests: how often a and z stand in a text; none where there is no letter.

``LETTERS_LOG`` names a file to which each text is written that it is asked about, ``LETTERS_DIES`` the call in which
the process is killed.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

VERSION = "1"
PACKAGES: tuple[str, ...] = ()
EXTRA: str | None = None
DIMS = {"a": "how often a stands in it", "z": "how often z stands in it"}


class Extractor:
    """Counts of two letters."""

    def __init__(self) -> None:
        self.calls = 0

    def extract(self, texts: Sequence[str]) -> list[list[float]]:
        """Count."""
        self.calls += 1
        if os.environ.get("LETTERS_DIES") == str(self.calls):
            os.kill(os.getpid(), signal.SIGKILL)
        if log := os.environ.get("LETTERS_LOG"):
            with Path(log).open("a", encoding="utf-8") as file:
                file.writelines(f"{text}\n" for text in texts)
        none = float("nan")
        return [[t.count("a"), t.count("z")] if any(map(str.isalpha, t)) else [none, none] for t in texts]

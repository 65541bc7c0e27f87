"""Show how a generation goes: a bar on a terminal, a line now and then in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.generate import Tally

EVERY = 5.0  # seconds between lines in a pipe


@contextmanager
def shown(*, plain: bool) -> Iterator[Callable[[Tally], None]]:
    """Give a function to call after each reply; it draws on stderr."""
    if plain or not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("asking"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=8) as bar:
        task = bar.add_task("asking", total=None, rate="")
        began = time.monotonic()

        def draw(tally: Tally) -> None:
            bar.update(task, total=tally.total, completed=tally.done + tally.failed, rate=_tell(tally, began))

        yield draw


def _lines() -> Callable[[Tally], None]:
    began = told = time.monotonic()

    def draw(tally: Tally) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= EVERY or tally.done + tally.failed == tally.total:
            told = now
            print(f"  {tally.done + tally.failed:,} of {tally.total:,}, {_tell(tally, began)}", file=sys.stderr)

    return draw


def _tell(tally: Tally, began: float) -> str:
    rate = (tally.done + tally.failed) / max(time.monotonic() - began, 1e-9)
    tokens = f", {tally.tokens_in + tally.tokens_out:,} tokens" if tally.tokens_in else ""
    failed = f", {tally.failed:,} failed" if tally.failed else ""
    return f"{rate:,.1f} a second{tokens}{failed}"

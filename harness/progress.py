"""Show how a generation goes: a bar on a terminal, a line now and then in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harness.prices import spent

if TYPE_CHECKING:
    from harness.generate import Tally

EVERY = 5.0  # seconds between lines in a pipe
DRAW_EVERY = 0.1


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
        began = drawn = time.monotonic()

        def draw(tally: Tally) -> None:
            nonlocal drawn
            now = time.monotonic()
            # A thousand replies a second need no thousand drawings.
            if now - drawn >= DRAW_EVERY or tally.done + tally.failed == tally.total:
                drawn = now
                bar.update(task, total=tally.total, completed=tally.done + tally.failed, rate=_tell(tally, began))

        yield draw


def _lines() -> Callable[[Tally], None]:
    began = told = time.monotonic()
    last = ""

    def draw(tally: Tally) -> None:
        nonlocal told, last
        now = time.monotonic()
        ended = tally.done + tally.failed
        if now - told >= EVERY or ended == tally.total:
            line = f"  {ended:,} of {tally.total:,}, {_tell(tally, began)}"
            if line != last or ended < tally.total:
                print(line, file=sys.stderr)
            told, last = now, line

    return draw


def _tell(tally: Tally, began: float) -> str:
    told = [f"{(max(tally.turns, tally.done) + tally.failed) / max(time.monotonic() - began, 1e-9):,.1f} a second"]
    if tally.turns > tally.done:
        told.append(f"{tally.turns:,} turns")
    if tally.tokens_in:
        told.append(f"{tally.tokens_in + tally.tokens_out:,} tokens")
    if tally.cost or tally.unpriced:
        told.append(spent(tally.cost, tally.unpriced))
    if tally.retries:
        told.append(f"{tally.retries:,} retries")
    if tally.failed:
        told.append(f"{tally.failed:,} failed")
    told += [f"{name} slowed to {limit} in flight" for name, limit in tally.slowed.items()]
    return ", ".join(told)

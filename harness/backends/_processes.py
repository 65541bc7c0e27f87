"""Keeps the processes of an engine that computes in processes of its own: none hears Ctrl-C, none outlives us.

It refuses to touch a process that this one has not started.
"""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Keep Ctrl-C from the processes that are started in here.

    The terminal sends it to all; calls in flight would die that the harness wants to see through. They
    inherit the mask of the thread that starts them. The tracker would lift it as it starts: it comes first.
    """
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def list_children() -> set[int]:
    """Give the numbers of the processes that this one has started."""
    return {child.pid for child in multiprocessing.active_children() if child.pid is not None}


def kill_children(others: set[int]) -> None:
    """End, with all that they started, the processes of an engine that is still starting.

    Args:
        others: processes that were there before.
    """
    from vllm.utils.system_utils import kill_process_tree

    for child in multiprocessing.active_children():
        if child.pid is not None and child.pid not in others and child.name.startswith("EngineCore"):
            kill_process_tree(child.pid)


def watch_over(processes: set[int]) -> subprocess.Popen[bytes]:
    """Start a process that kills these as soon as this one is gone, however it went.

    A process that is killed ends nothing behind it, and an engine without a master would keep its memory
    for ever. The watcher reads from a pipe that nobody writes to: it ends when we do. Kill it first if all
    is well.
    """
    return subprocess.Popen(
        ["sh", "-c", 'cat; kill -KILL "$@"', "sh", *map(str, sorted(processes))],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

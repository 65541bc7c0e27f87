"""Extractors in processes of their own, one a core: texts go in by a pipe, rows of numbers come back.

A process is started by its module's name and not by ``multiprocessing``, which would run the user's own script again
in each. It ends when its pipe ends: with us, however we end. What this refuses: to lose what an extractor raised.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, BinaryIO

from harness.errors import HarnessError

PART = 2_000  # texts that are computed at a time
MOST = 8  # processes; each may hold a model
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

Chunk = list[tuple[str, str]]  # (text_id, text)


def count_workers(parts: int) -> int:
    """Say in how many processes so many parts are computed: one each, as far as there are cores."""
    return min(parts, MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def extract_beside(name: str, chunks: Iterable[Chunk], workers: int) -> Iterator[tuple[Chunk, Sequence[Any]]]:
    """Compute an extractor's rows of every chunk, as they are ready.

    Args:
        workers: processes.

    Raises:
        HarnessError: a process ended early. What the extractor itself raises is raised here.
    """
    left, lock = iter(chunks), threading.Lock()
    ready: SimpleQueue[tuple[Chunk, Sequence[Any]] | BaseException | None] = SimpleQueue()

    def feed(process: subprocess.Popen[bytes]) -> None:
        try:
            while True:
                with lock:
                    chunk = next(left, None)
                if chunk is None:
                    break
                ready.put((chunk, _ask(name, process, [text for _, text in chunk])))
        except BaseException as error:
            ready.put(error)
        ready.put(None)

    processes = [_start(name) for _ in range(workers)]
    threads = [threading.Thread(target=feed, args=(process,), daemon=True) for process in processes]
    try:
        for thread in threads:
            thread.start()
        going = workers
        while going:
            made = ready.get()
            if isinstance(made, BaseException):
                raise made
            if made is None:
                going -= 1
            else:
                yield made
    finally:
        for process in processes:
            process.kill()  # no thread waits for an answer then
            process.wait()
        for thread in threads:
            thread.join()
        for process in processes:
            with suppress(BrokenPipeError), process:  # closes its pipes
                pass


def _start(name: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(
        [sys.executable, "-m", "harness.workers", name],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True,  # no Ctrl-C
    )  # fmt: skip


def _ask(name: str, process: subprocess.Popen[bytes], texts: list[str]) -> Sequence[Any]:
    assert process.stdin and process.stdout
    try:
        pickle.dump(texts, process.stdin)
        process.stdin.flush()
        made = pickle.load(process.stdout)
    except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
        raise HarnessError(
            f"a process of the extractor {name!r} ended early (exit status {process.wait()})",
            where=f"extractor {name}",
            remedy="see above what it said; where memory ran out, let fewer cores compute: taskset -c 0 harness …",
        ) from error
    if isinstance(made, BaseException):
        raise made
    rows: Sequence[Any] = made
    return rows


def serve(name: str, asked: BinaryIO, told: BinaryIO) -> None:
    """Answer lists of texts with rows, until there are no more."""
    from harness import plugins

    extractor: Any = None
    while True:
        try:
            texts = pickle.load(asked)
        except EOFError:
            return
        try:
            extractor = extractor or plugins.load("extractors", name).Extractor()
            made: Any = [list(map(float, row)) for row in extractor.extract(texts)]
        except Exception as error:
            made = _portable(error)
        pickle.dump(made, told)
        told.flush()


def _portable(error: Exception) -> Exception:
    """Give an error that passes through a pipe: itself, or what it says."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what an extractor prints must not stand between answers
    serve(sys.argv[1], sys.stdin.buffer, answers)

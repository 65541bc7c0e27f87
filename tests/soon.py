"""A bound on hostile input that no other work on the machine can break: seconds of this thread, and many of them.

What takes time by the square of a text takes minutes or hours on a megabyte, and what is linear a second.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 20.0


@contextmanager
def soon() -> Iterator[None]:
    """Fail what takes longer than anything linear would."""
    began = time.thread_time()
    yield
    assert time.thread_time() - began < SECONDS

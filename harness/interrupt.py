"""Run a coroutine so that Ctrl-C and SIGTERM end it in good order; a second one ends it at once.

What this refuses: to swallow the signal. Ctrl-C comes out as KeyboardInterrupt and SIGTERM as Terminated, which
is one too.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any


class Terminated(KeyboardInterrupt):
    """SIGTERM came."""


def run_to_end(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; at the first signal cancel it, which it answers by putting things in order.

    Raises:
        KeyboardInterrupt: at Ctrl-C; its child Terminated at SIGTERM.
    """
    terminated = False

    async def main() -> None:
        nonlocal terminated
        task = asyncio.ensure_future(coroutine)
        loop = asyncio.get_running_loop()

        def end() -> None:
            nonlocal terminated
            terminated = True
            # A second SIGTERM is the system's own again.
            loop.remove_signal_handler(signal.SIGTERM)
            task.cancel()

        # Signals reach the main thread only; elsewhere (a notebook's thread) whoever runs us sees to them.
        watching = threading.current_thread() is threading.main_thread()
        if watching:
            loop.add_signal_handler(signal.SIGTERM, end)
        try:
            await task
        finally:
            if watching:
                loop.remove_signal_handler(signal.SIGTERM)

    try:
        import uvloop  # here: reading run folders needs no loop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
    except asyncio.CancelledError:
        if terminated:
            raise Terminated from None
        raise

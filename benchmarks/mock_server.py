"""A mock chat-completions endpoint that costs its client as little as possible to wait for.

    python benchmarks/mock_server.py          # prints its port, serves until its input closes

What it does is in the path, so that one server serves all runs: /v1 answers at once,
/d50/v1 after 50 ms, /d50-500/v1 after 50 to 500 ms, /d50r5/v1 answers 5 % with 429 and Retry-After: 1.
A GET tells how many answers it has given.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import sys

BODY = (
    b'{"id":"chatcmpl-123","object":"chat.completion","created":1700000000,"model":"mock-1",'
    b'"system_fingerprint":"fp_mock","choices":[{"index":0,"message":{"role":"assistant","content":"yes",'
    b'"refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":42,"completion_tokens":1,'
    b'"total_tokens":43,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":'
    b'{"reasoning_tokens":0}}}'
)
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
BUSY = b'{"error":{"message":"rate limit","type":"requests","code":"rate_limit_exceeded"}}'
LIMITED = (
    b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BUSY), BUSY)
)
PATH = re.compile(rb"POST /(?:d(\d+)(?:-(\d+))?(?:r(\d+))?/)?")
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


given = 0


class Endpoint(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.buffer, 0, end)
            whole = end + 4 + int(length[1]) if length else end + 4
            if len(self.buffer) < whole:
                return
            if self.buffer.startswith(b"GET"):
                self.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%d" % (len(str(given)), given))
            else:
                self.answer(PATH.match(self.buffer))
            self.buffer = self.buffer[whole:]

    def answer(self, path: re.Match[bytes] | None) -> None:
        """Answer now or later, as the path says."""
        low, high, limited = (int(part or 0) for part in path.groups()) if path else (0, 0, 0)
        what = LIMITED if limited and random.random() < limited / 100 else GOOD
        delay = random.uniform(low, high) if high else low
        if delay:
            asyncio.get_running_loop().call_later(delay / 1000, self.write, what)
        else:
            self.write(what)

    def write(self, what: bytes) -> None:
        """Send, unless the client has gone."""
        global given  # noqa: PLW0603
        if not self.transport.is_closing():
            given += what is GOOD
            self.transport.write(what)


async def serve() -> None:
    """Serve on a free port until standard input closes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Endpoint, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    asyncio.run(serve())

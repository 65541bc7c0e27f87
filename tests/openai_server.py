"""A small OpenAI-compatible server on a real socket, that answers as a script says and keeps what it got.

::

    async with Server([Answer(429, headers={"Retry-After": "1"}), Answer(chat("yes"))]) as server:
        connect = Connect(base_url=server.url)

It refuses to judge: whatever the request, the script decides.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from aiohttp import web


def chat(text: str | None = "yes", finish_reason: str | None = "stop", **message: Any) -> dict[str, Any]:
    """Make the body of a chat completion."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "demo-2026-11-01",
        "system_fingerprint": "fp_1",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, **message},
                "finish_reason": finish_reason,
            }
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9},
    }


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.raw)


@dataclass(frozen=True)
class Answer:
    """What to answer.

    Attributes:
        body: bytes or text as they are; anything else as JSON.
        delay: seconds before the answer.
        reset: drop the connection ``before`` a byte is sent, or ``mid`` body.
    """

    status: int = 200
    body: Any = field(default_factory=chat)
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    reset: Literal["before", "mid"] | None = None


Script = Callable[[Seen], Answer] | Sequence[Answer]


class Server:
    """The server; ``seen`` is what it got. A list is answered in turn, and its last answer repeats."""

    def __init__(self, script: Script = (Answer(),)) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.in_flight = 0
        self.most_in_flight = 0

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.1)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._port: int = listener.getsockname()[1]
        await web.SockSite(self._runner, listener, backlog=512).start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop listening and drop all connections."""
        await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await self._answer(request)
        finally:
            self.in_flight -= 1

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.method, request.raw_path, headers, await request.read()))
        if callable(self.script):
            answer = self.script(self.seen[-1])
        else:
            answer = self.script[min(len(self.seen), len(self.script)) - 1]
        await asyncio.sleep(answer.delay)
        body = answer.body if isinstance(answer.body, bytes | str) else json.dumps(answer.body)
        raw = body.encode() if isinstance(body, str) else body
        if answer.reset == "before":
            reset(request)
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.headers.setdefault("Content-Type", "application/json")
        response.content_length = len(raw)
        await response.prepare(request)
        if answer.reset == "mid":
            await response.write(raw[: len(raw) // 2])
            await asyncio.sleep(0.01)
            reset(request)
        await response.write(raw)
        await response.write_eof()
        return response


def reset(request: web.BaseRequest) -> None:
    """Drop the connection with a RST."""
    assert request.transport is not None
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
    raise asyncio.CancelledError

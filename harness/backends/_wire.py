"""HTTP/1.1 POSTs to one address over kept connections: the hot path, at a third of a general client's cost.

llhttp (by ``httptools``) reads the answers; the event loop gives sockets and TLS. It refuses what a
chat-completions call does not need: redirects, cookies, compression, pipelining, proxies (``_endpoint`` finds
those, and a general client speaks to them). Nothing is ever sent twice: a connection that breaks is an error.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult

import httptools

CONNECT_SECONDS = 30.0
# Servers close connections that idle (uvicorn after 5 s), and one that closes as we send costs a call.
IDLE_SECONDS = 4.0


class Unreached(ConnectionError):
    """No connection could be made; ``cause`` says why."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Torn(ConnectionError):
    """The connection ended before the answer was whole."""


class Answer:
    """What came back: the status, the headers by their names in lower case, and the body."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class Wire:
    """A pool of connections to the host of one URL.

    Args:
        url: where to post.
        headers: sent with every call; nothing in them may break a line (``make_headers`` sees to it).
        timeout: seconds for a whole call, connecting too.
        idle: seconds after which a connection that rests is not used again.
    """

    def __init__(
        self, url: SplitResult, headers: Mapping[str, str], timeout: float, idle: float = IDLE_SECONDS
    ) -> None:
        assert url.hostname
        self._host = url.hostname
        self._port = url.port or (443 if url.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if url.scheme == "https" else None
        self._timeout = timeout
        self._rest = idle
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        lines = [f"POST {target} HTTP/1.1", f"host: {_authority(url)}", *(f"{k}: {v}" for k, v in headers.items())]
        self._head = ("\r\n".join(lines) + "\r\ncontent-length: ").encode("latin-1")
        self._idle: list[_Connection] = []
        self._open: set[_Connection] = set()

    async def post(self, body: bytes) -> Answer:
        """Send one body and read its answer.

        Raises:
            TimeoutError: it took longer than the timeout.
            Unreached: nobody there, or no TLS.
            OSError: the connection broke.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout
        connection = self._reuse(loop.time())
        if connection is None:
            connection = await self._connect(min(CONNECT_SECONDS, self._timeout))
        answered = connection.ask(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        alarm = loop.call_at(deadline, connection.time_out)
        try:
            return await answered
        except BaseException:  # cancelled too: what comes now belongs to no call
            connection.close()
            raise
        finally:
            alarm.cancel()
            if connection.usable:
                connection.rests_since = loop.time()
                self._idle.append(connection)

    def close(self) -> None:
        """Close all connections."""
        for connection in list(self._open):
            connection.close()
        self._idle.clear()

    def _reuse(self, now: float) -> _Connection | None:
        # The last one used is the least likely to have been closed by the server meanwhile.
        while self._idle:
            connection = self._idle.pop()
            if connection.usable and now - connection.rests_since < self._rest:
                return connection
            connection.close()
        return None

    async def _connect(self, seconds: float) -> _Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                _, connection = await loop.create_connection(
                    lambda: _Connection(self._open), self._host, self._port, ssl=self._tls
                )
        except TimeoutError:
            raise
        except OSError as error:
            raise Unreached(error) from None
        return connection


class _Connection(asyncio.Protocol):
    """One connection; one call at a time."""

    def __init__(self, kept: set[_Connection]) -> None:
        self._kept = kept
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Answer] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self.rests_since = 0.0
        self._forget()

    @property
    def usable(self) -> bool:
        """Whether another call may be sent on it."""
        return self._transport is not None and self._waiter is None and not self._transport.is_closing()

    def ask(self, message: bytes) -> asyncio.Future[Answer]:
        """Send a request."""
        assert self._transport is not None
        self._forget()
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        return self._waiter

    def close(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def time_out(self) -> None:
        """End the call: its time is up."""
        self._fail(TimeoutError())

    # ---- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._kept.add(self)

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:  # nobody asked
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(Torn("the server changed the protocol"))
        except httptools.HttpParserError as error:
            self._fail(Torn(f"the answer is no HTTP: {type(error).__name__}"))
        if self._stray:
            self.close()

    def eof_received(self) -> bool:
        # A body without a length ends where the connection does.
        if self._waiter is not None and self._status and not self._measured:
            self._finish(keep=False)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self._kept.discard(self)
        self._transport = None
        if self._waiter is not None:
            self._fail(Torn("the connection was closed before the answer was whole"), error)

    # ---- what the parser calls

    def on_message_begin(self) -> None:
        # A second answer to one call: on this connection the next call would be given it as its own.
        self._stray = self._waiter is None

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        self._measured = "content-length" in self._headers or "transfer-encoding" in self._headers

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._status < 200:  # "100 Continue" and the like come before the answer
            self._forget()
            return
        self._finish(keep=self._parser.should_keep_alive())

    def _finish(self, *, keep: bool) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
            waiter.set_result(Answer(self._status, self._headers, body))
        if not keep:
            self.close()

    def _fail(self, failure: Exception, cause: Exception | None = None) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            failure.__cause__ = cause
            waiter.set_exception(failure)
        self.close()

    def _forget(self) -> None:
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._status = 0
        self._measured = self._stray = False


def _authority(url: SplitResult) -> str:
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    return f"{host}:{url.port}" if url.port and url.port != (443 if url.scheme == "https" else 80) else str(host)

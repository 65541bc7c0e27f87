"""The wire against raw sockets: whatever a server does with bytes, a call gets its own answer or an error."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.backends._wire import Torn, Unreached, Wire

Speak = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def whole(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def serving(speak: Speak, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[str, list[int]]]:
    """Serve: ``speak`` gets each body and writes what it likes. Gives the URL, and a number a connection."""
    connections: list[int] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(0)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"content-length: "))
                body = await reader.readexactly(length)
                connections[-1] += 1
                await speak(body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1?a=b", connections
    finally:
        server.close()


@asynccontextmanager
async def wired(speak: Speak, timeout: float = 5.0) -> AsyncIterator[tuple[Wire, list[int]]]:
    async with serving(speak) as (url, connections):
        wire = Wire(urlsplit(url), {"content-type": "application/json"}, timeout)
        try:
            yield wire, connections
        finally:
            wire.close()


def say(*parts: bytes, pause: float = 0.0, close: bool = False) -> Speak:
    async def speak(body: bytes, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part.replace(b"BODY", body))
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
        if close:
            writer.close()

    return speak


async def test_a_connection_is_kept_and_headers_are_read() -> None:
    async with wired(say(whole(b"hello", "Retry-After: 3", "X-Odd:  caf\u00e9 "))) as (wire, connections):
        for _ in range(5):
            answer = await wire.post(b"{}")
            assert (answer.status, answer.body, answer.headers["retry-after"]) == (200, b"hello", "3")
    assert connections == [5]


async def test_calls_at_once_have_a_connection_each_and_their_own_answers() -> None:
    async def echo(body: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.001 * (int(body) % 7))
        writer.write(whole(body))

    async with wired(echo) as (wire, connections):
        for _ in range(3):
            answers = await asyncio.gather(*(wire.post(b"%d" % n) for n in range(50)))
            assert [int(answer.body) for answer in answers] == list(range(50))
    assert sum(connections) == 150 and len(connections) == 50


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n"


@pytest.mark.parametrize(
    ("speak", "body"),
    [
        (say(CHUNKED), b"abcdefg"),
        (say(*(bytes([byte]) for byte in whole(b"drip")), pause=0.001), b"drip"),
        (say(b"HTTP/1.1 200 OK\r\n\r\nuntil the end", close=True), b"until the end"),
        (say(b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold", close=True), b"old"),
        (say(b"HTTP/1.1 100 Continue\r\n\r\n", whole(b"after")), b"after"),
        (say(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + whole(b"hinted")), b"hinted"),
        (say(whole(b"closed", "Connection: close"), close=True), b"closed"),
        (say(whole(b"x" * 10_000_000)), b"x" * 10_000_000),
        (say(whole(b"")), b""),
        (say(b"HTTP/1.1 204 No Content\r\n\r\n"), b""),
    ],
)
async def test_bodies_of_all_shapes_are_read(speak: Speak, body: bytes) -> None:
    async with wired(speak) as (wire, _):
        for _ in range(2):
            assert (await wire.post(b"{}")).body == body


@pytest.mark.parametrize(
    "speak",
    [
        say(close=True),
        say(b"HTTP/1.1 200 OK\r\nContent-Le", close=True),
        say(whole(b"whole")[:-2], close=True),
        say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", close=True),
        say(b"SSH-2.0-OpenSSH_9.6\r\n"),
        say(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
        say(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"),
    ],
)
async def test_what_is_no_whole_answer_is_an_error(speak: Speak) -> None:
    async with wired(speak) as (wire, _):
        with pytest.raises(Torn):
            await asyncio.wait_for(wire.post(b"{}"), 3)


@pytest.mark.parametrize("apart", [False, True])
async def test_a_second_answer_to_one_call_is_given_to_no_other(apart: bool) -> None:
    strayed = asyncio.Event()

    async def twice(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(whole(body) if apart else whole(body) + whole(b"stray"))
        await writer.drain()
        if apart:
            await asyncio.sleep(0.01)
            writer.write(whole(b"stray"))
        strayed.set()

    async with wired(twice) as (wire, _):
        for number in range(20):
            strayed.clear()
            assert (await wire.post(b"%d" % number)).body == b"%d" % number
            await strayed.wait()  # what comes while a connection is idle; later it could not be told from an answer
            await asyncio.sleep(0.01)


async def test_a_server_that_closes_idle_connections_costs_no_call() -> None:
    async def once(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(whole(body))
        await writer.drain()
        writer.close()

    async with wired(once) as (wire, connections):
        for _ in range(5):
            assert (await wire.post(b"1")).body == b"1"
            await asyncio.sleep(0.02)
    # One answer a connection. On a busy machine one may be opened and found closed before anything is sent on it.
    assert [answered for answered in connections if answered] == [1] * 5


async def test_a_connection_that_rested_long_is_not_used_again() -> None:
    async with serving(say(whole(b"x"))) as (url, connections):
        wire = Wire(urlsplit(url), {}, 5.0, idle=0.05)
        for pause in (0.0, 0.1, 0.0):
            await wire.post(b"{}")
            await asyncio.sleep(pause)
        wire.close()
    assert connections == [2, 1]


@pytest.mark.parametrize("speak", [say(), say(b"HTTP/1.1 200 OK\r\n"), say(*(b"x" for _ in range(100)), pause=0.05)])
async def test_silence_and_a_slow_drip_end_at_the_timeout(speak: Speak) -> None:
    async with wired(speak, timeout=0.2) as (wire, _):
        began = time.perf_counter()
        with pytest.raises((TimeoutError, Torn)):
            await wire.post(b"{}")
        assert time.perf_counter() - began < 2


async def test_a_cancelled_calls_answer_reaches_no_other() -> None:
    async def late(body: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05 if body == b"late" else 0)
        writer.write(whole(body))

    async with wired(late) as (wire, _):
        call = asyncio.create_task(wire.post(b"late"))
        await asyncio.sleep(0.02)
        call.cancel()
        for _ in range(3):
            assert (await wire.post(b"next")).body == b"next"
            await asyncio.sleep(0.03)


async def test_nobody_there_is_unreached() -> None:
    for url in ("http://127.0.0.1:9/v1", "http://nobody.invalid/v1"):
        with pytest.raises(Unreached):
            await Wire(urlsplit(url), {}, 5.0).post(b"{}")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("tls")
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("openssl is not here to make a certificate")
    yield folder


async def test_tls_is_spoken_and_checked(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    async with serving(say(whole(b"secret")), context) as (url, connections):
        unknown = Wire(urlsplit(url), {}, 5.0)
        with pytest.raises(Unreached) as caught:
            await unknown.post(b"{}")
        assert isinstance(caught.value.cause, ssl.SSLCertVerificationError)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
        known = Wire(urlsplit(url), {}, 5.0)
        for _ in range(3):
            assert (await known.post(b"{}")).body == b"secret"
        known.close()
        assert connections[-1] == 3


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.lists(st.integers(1, 40), max_size=8))
def test_any_cut_of_an_answer_reads_the_same(body: bytes, cuts: list[int]) -> None:
    message, parts = whole(body), []
    for cut in cuts:
        parts.append(message[:cut])
        message = message[cut:]

    async def read() -> bytes:
        async with wired(say(*parts, message)) as (wire, _):
            return (await wire.post(b"{}")).body

    assert asyncio.run(read()) == body


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_no_bytes_hang_or_crash_it(junk: bytes) -> None:
    async def read() -> None:
        async with wired(say(junk.replace(b"BODY", b""), close=True), timeout=2.0) as (wire, _):
            try:
                await wire.post(b"{}")
            except OSError:
                pass

    asyncio.run(asyncio.wait_for(read(), 4))

"""Bring a body to an endpoint and an answer back: directly over ``_wire``, through a proxy by aiohttp.

Whatever breaks on the way comes out as one of our errors. It refuses to follow redirects, to try twice, and to
quote what could hold a key or a password.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlunsplit

from harness.backends._endpoint import find_proxy
from harness.backends._wire import CONNECT_SECONDS, Answer, Unreached, Wire
from harness.errors import BackendError, Passing, Unusable

if TYPE_CHECKING:
    import aiohttp

NOBODY = (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH)


class Journey:
    """The way to one address.

    Args:
        url: where to post.
        headers: sent with every call.
        timeout: seconds for a call.
        where: what error messages name.
    """

    def __init__(self, url: SplitResult, headers: Mapping[str, str], timeout: float, where: str) -> None:
        self._url = url
        self._headers = headers
        self._timeout = timeout
        self._where = where
        self._way: Wire | _Proxied | None = None
        self._reached = False

    async def post(self, body: bytes) -> Answer:
        """Send a body.

        Raises:
            Passing: no answer in time, or the connection broke.
            Unusable: nobody is there, and never was.
        """
        if self._way is None:
            self._way = self._choose()
        try:
            answer = await self._way.post(body)
        except OSError as error:  # TimeoutError is one
            failure = self._explain(error)
        else:
            self._reached = True
            return answer
        # Raised out here so that no traceback carries the client's exception, which may hold our headers.
        raise failure

    async def close(self) -> None:
        """Close the connections."""
        way, self._way = self._way, None
        if isinstance(way, Wire):
            way.close()
        elif way is not None:
            await way.close()

    def _choose(self) -> Wire | _Proxied:
        proxy = find_proxy(self._url, self._where)
        if proxy is None:
            return Wire(self._url, self._headers, self._timeout)
        return _Proxied(self._url, self._headers, self._timeout, proxy)

    def _explain(self, error: OSError) -> BackendError:
        if isinstance(error, TimeoutError):
            return Passing(
                f"no answer within {self._timeout:g} s",
                where=self._where,
                remedy="raise connect.timeout or lower connect.in_flight",
                overload=True,
            )
        cause = error.cause if isinstance(error, Unreached) else error
        said = os.strerror(cause.errno) if cause.errno and cause.errno > 0 else type(cause).__name__
        if isinstance(error, Unreached) and not self._reached and _is_nobody(cause):
            certificate = isinstance(cause, ssl.SSLError)
            return Unusable(
                f"no server can be reached ({type(cause).__name__ if certificate else said})",
                where=self._where,
                remedy="check http:// against https://; SSL_CERT_FILE names your own certificates"
                if certificate
                else "is it running? check connect.base_url and the proxy variables",
            )
        return Passing(f"the connection broke ({said})", where=self._where)


def _is_nobody(cause: OSError) -> bool:
    # Several addresses that all refused come without a number.
    return isinstance(cause, ssl.SSLError | socket.gaierror) or cause.errno in (*NOBODY, None)


class _Proxied:
    """The way through an HTTP proxy."""

    def __init__(self, url: SplitResult, headers: Mapping[str, str], timeout: float, proxy: str) -> None:
        self._url = urlunsplit(url)
        self._headers = headers
        self._timeout = timeout
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def post(self, body: bytes) -> Answer:
        """Send one body and read its answer."""
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                # No limit here: the engine has one, and waiting for a slot would eat into the timeout.
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=min(CONNECT_SECONDS, self._timeout)),
                cookie_jar=aiohttp.DummyCookieJar(),
                # Not trust_env: it starts a thread per request, and a .netrc would fight our key.
                proxy=self._proxy,
                skip_auto_headers=("accept-encoding",),
            )
        try:
            async with self._session.post(self._url, data=body, allow_redirects=False) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, headers, await response.read())
        except TimeoutError:
            raise
        except aiohttp.ClientHttpProxyError as error:
            raise Unreached(OSError(None, f"the proxy answered {error.status}")) from None
        except aiohttp.ClientConnectorError as error:
            raise Unreached(error.os_error) from None
        except aiohttp.ClientError as error:
            raise ConnectionError(type(error).__name__) from None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

"""The Batch API of an OpenAI-compatible endpoint: upload, create, look up, download, cancel.

It speaks by the ``openai`` package, which is asked for only when a batch is. What this refuses: to retry (who
calls it knows what must not be sent twice), to follow redirects, to show a key, and to send anything that the
package finds in the environment: address, key and headers are those of the live backend, and no others.
"""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qs, urlunsplit

from harness.backends._endpoint import find_proxy
from harness.errors import BackendError, Passing, Rejected, Unusable

if TYPE_CHECKING:
    import openai

Judge = Callable[[int, Mapping[str, str], bytes], object]  # raises one of our errors
KEPT = {
    "host", "accept", "accept-encoding", "connection", "content-type", "content-length", "transfer-encoding",
    "x-stainless-raw-response",  # by which the package knows how to hand over the answer
}  # fmt: skip
OURS = ("content-type", "accept")  # of the live backend's headers, those that are about the body
UPLOAD_TIMEOUT = 600.0  # seconds that a server may take over a file of 200 MB
PAGE = 100
ENDED = ("completed_at", "failed_at", "expired_at", "cancelled_at")


@dataclass(frozen=True)
class BatchState:
    """A batch as the server tells it.

    Attributes:
        status: ``validating``, ``failed``, ``in_progress``, ``finalizing``, ``completed``, ``expired``,
            ``cancelling`` or ``cancelled``.
        output_file, error_file: the ids of what it answered; None where there is nothing.
        created_at: seconds since 1970 by the server's clock.
        seconds: from its creation to its end; 0 where that is not told.
        errors: why it failed, in the server's words.
    """

    batch_id: str
    status: str
    total: int
    done: int
    failed: int
    output_file: str | None
    error_file: str | None
    created_at: float
    seconds: float
    errors: tuple[str, ...]


class Batches:
    """The files and batches of one endpoint.

    Args:
        url: where chat completions are posted.
        headers: those of the live backend, with the key.
        where: for messages.
        timeout: seconds for one call.
        judge: what a refused call means; the live backend's own.
        quote: makes the server's words fit to show; the live backend's own.
    """

    def __init__(
        self,
        url: SplitResult,
        headers: Mapping[str, str],
        where: str,
        timeout: float,
        judge: Judge,
        quote: Callable[[str], str],
    ) -> None:
        self._url = url
        self._headers = {name: value for name, value in headers.items() if name not in OURS}
        self._where = where.removesuffix("/chat/completions") + "/batches"
        self._timeout = timeout
        self._judge = judge
        self._quote = quote
        self._opened: openai.AsyncOpenAI | None = None

    async def upload(self, path: Path, name: str) -> str:
        """Upload a file of requests.

        Returns:
            the id of the file.
        """
        with path.open("rb") as file:
            client = self._client()
            answer = await self._call(
                client.files.with_raw_response.create(
                    file=(name, file, "application/jsonl"), purpose="batch", timeout=max(self._timeout, UPLOAD_TIMEOUT)
                )
            )
        return self._text(answer, "id")

    async def create(self, file_id: str, metadata: Mapping[str, str]) -> BatchState:
        """Start a batch: what costs money."""
        client = self._client()
        return self._state(
            await self._call(
                client.batches.with_raw_response.create(
                    input_file_id=file_id,
                    endpoint="/v1/chat/completions",
                    completion_window="24h",
                    metadata=dict(metadata),
                )
            )
        )

    async def retrieve(self, batch_id: str) -> BatchState:
        """Say how a batch stands."""
        return self._state(await self._call(self._client().batches.with_raw_response.retrieve(batch_id)))

    async def find(self, metadata: Mapping[str, str], since: float) -> list[BatchState]:
        """List the batches that carry this metadata, oldest first.

        Args:
            since: batches created before (seconds since 1970) are not looked at.
        """
        found: list[BatchState] = []
        after: dict[str, Any] = {}
        while True:
            page = await self._call(self._client().batches.with_raw_response.list(limit=PAGE, **after))
            rows = [row for row in page.get("data") or [] if isinstance(row, dict)]
            for row in rows:
                told = row.get("metadata")
                if isinstance(told, dict) and metadata.items() <= told.items():
                    found.append(self._state(row))
            if not rows or not page.get("has_more") or _number(rows[-1].get("created_at")) < since:
                return sorted(found, key=lambda state: (state.created_at, state.batch_id))
            after = {"after": self._text(rows[-1], "id")}

    async def cancel(self, batch_id: str) -> BatchState:
        """Stop a batch; what it answered by then is kept, and costs."""
        return self._state(await self._call(self._client().batches.with_raw_response.cancel(batch_id)))

    async def download(self, file_id: str, path: Path) -> None:
        """Write a file of answers to ``path``, whole or not at all."""
        import openai

        beside = path.with_name(f"{path.name}.part")
        failure: BackendError | None = None
        try:
            streaming = self._client().files.with_streaming_response.content(file_id)
            async with streaming as answer:
                with beside.open("wb") as file:
                    async for piece in answer.iter_bytes(1 << 20):
                        file.write(piece)
        except openai.APIError as error:
            failure = await self._explain(error)
        except Exception as error:
            # While it streams, the transport's own exceptions come through; they hold our headers.
            if not type(error).__module__.startswith("httpx"):
                raise
            failure = Passing(f"the connection broke ({type(error).__name__})", where=self._where)
        if failure:
            raise failure
        beside.replace(path)

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    def _client(self) -> openai.AsyncOpenAI:
        if self._opened is not None:
            return self._opened
        try:
            import openai
        except ModuleNotFoundError:
            raise Unusable(
                "batches need the package openai", where=self._where, remedy="pip install 'harness[batch]'"
            ) from None
        for name in ("httpx2", "httpcore2", "httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)  # they log whole addresses, and a query may hold a key

        async def dress(request: Any) -> None:
            # The package reads keys, organisations and headers from the environment: none of them goes out.
            for name in [name for name in request.headers if name.lower() not in KEPT]:
                del request.headers[name]
            request.headers.update(self._headers)

        base = self._url._replace(path=self._url.path.removesuffix("/chat/completions"), query="")
        self._opened = openai.AsyncOpenAI(
            api_key="-",
            admin_api_key="-",
            webhook_secret="-",
            base_url=urlunsplit(base),
            default_query={name: values[-1] for name, values in parse_qs(self._url.query).items()},
            max_retries=0,
            timeout=self._timeout,
            http_client=openai.DefaultAsyncHttpxClient(
                trust_env=False,  # a .netrc would fight our key; the proxy is found as for live calls
                proxy=find_proxy(self._url, self._where),
                verify=ssl.create_default_context(),  # heeds SSL_CERT_FILE, as live calls do
                follow_redirects=False,
                event_hooks={"request": [dress]},
            ),
        )
        return self._opened

    async def _call(self, call: Awaitable[Any]) -> dict[str, Any]:
        import openai

        try:
            content: bytes = (await call).content
        except openai.APIError as error:
            failure = await self._explain(error)
        else:
            try:
                answer = json.loads(content)
            except ValueError:
                answer = None
            if isinstance(answer, dict):
                return answer
            failure = Passing("the answer is no JSON object", where=self._where)
        # Raised out here so that no traceback carries the package's exception, which holds our headers.
        raise failure

    async def _explain(self, error: openai.APIError) -> BackendError:
        """Turn a failure of the package into one of ours."""
        import openai

        if isinstance(error, openai.APITimeoutError):
            return Passing(f"no answer within {self._timeout:g} s", where=self._where)
        if not isinstance(error, openai.APIStatusError):
            cause = type(error.__cause__ or error).__name__
            return Passing(f"the connection broke ({cause})", where=self._where, remedy="check connect.base_url")
        return self._meaning(error.status_code, error.response.headers, await error.response.aread())

    def _meaning(self, status: int, headers: Mapping[str, str], raw: bytes) -> BackendError:
        try:
            self._judge(status, headers, raw)
        except Rejected as found:
            return Unusable(f"the server takes no such batch: {found.what}", where=self._where, remedy=found.remedy)
        except Unusable as found:
            if status not in (404, 405, 410):
                return found
            return Unusable(
                f"there is no such batch, or no Batch API, at this address ({found.what})",
                where=self._where,
                remedy="generate without --batch; a batch that is gone from the server is given up by deleting its "
                "folder in runs/",
            )
        except BackendError as found:
            return found
        return Passing(f"the server answered {status}", where=self._where)

    def _state(self, row: Mapping[str, Any]) -> BatchState:
        counts, told = row.get("request_counts"), row.get("errors")
        counts = counts if isinstance(counts, dict) else {}
        told = told.get("data") if isinstance(told, dict) else told
        created = _number(row.get("created_at"))
        ended = next((_number(row[name]) for name in ENDED if row.get(name)), created)
        return BatchState(
            batch_id=self._text(row, "id"),
            status=self._text(row, "status"),
            total=int(_number(counts.get("total"))),
            done=int(_number(counts.get("completed"))),
            failed=int(_number(counts.get("failed"))),
            output_file=_text(row.get("output_file_id")),
            error_file=_text(row.get("error_file_id")),
            created_at=created,
            seconds=max(0.0, ended - created),
            errors=tuple(
                self._quote(f"{one.get('code')}: {one.get('message')}")
                for one in (told if isinstance(told, list) else [])
                if isinstance(one, dict)
            ),
        )

    def _text(self, row: Mapping[str, Any], name: str) -> str:
        found = _text(row.get(name))
        if found is None:
            raise Passing(f"the answer has no {name!r}", where=self._where, remedy="is there a Batch API?")
        return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0

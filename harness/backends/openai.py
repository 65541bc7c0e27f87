"""Ask any OpenAI-compatible chat-completions endpoint, over aiohttp and orjson.

The bytes are those that the ``openai`` package would send (a test holds the two equal) at a sixth of its
cost. It refuses to retry and to limit concurrency (the engine does both), to stream, to ask for several
choices at once, to follow redirects, and to show a key. ``_endpoint`` says where it asks and with which key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlunsplit

import orjson

from harness.backends._allowance import read_allowance, read_wait
from harness.backends._constraint import constrain, score_options
from harness.backends._endpoint import SECRET_HEADER, find_key, find_url, make_headers
from harness.backends._journey import Journey
from harness.errors import Passing, Rejected, Unusable
from harness.types import Connect, ModelIdentity, Reply, Request

if TYPE_CHECKING:
    from harness.backends._batches import Batches

FILTERED = {"content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation", "flagged_input"}
BROKE = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
TOO_LONG = re.compile(
    r"context.{0,3}(length|window|size)|maximum context|(prompt|input).{0,20}too long|too many tokens"
    r"|max_model_len",
    re.IGNORECASE,
)
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
QUOTED = 300


class Backend:
    """One model behind one endpoint.

    Raises:
        Unusable: the address is none, or the named key is not in the environment.
    """

    def __init__(self, identity: ModelIdentity, connect: Connect) -> None:
        self._identity = identity
        self._connect = connect
        self._url = find_url(connect, identity.name)
        self._where = f"{identity.name}: {urlunsplit(self._url._replace(query=''))}"
        self._key_env, key = find_key(connect, self._url, identity.name)
        self._headers = make_headers(connect, self._key_env, key, identity.name)
        shown = [value for name, value in connect.headers.items() if SECRET_HEADER.search(name)]
        self._secrets = [secret for secret in (key, *shown) if secret]
        self._journey = Journey(self._url, self._headers, connect.timeout, self._where)

    def __repr__(self) -> str:
        return f"<openai backend for {self._where}>"

    async def complete(self, request: Request) -> Reply:
        """Send one request and read the answer.

        Raises:
            Passing: rate limit, server error, timeout, reset, or an answer that is no chat completion.
            Rejected: this request can't work (too long, malformed).
            Unusable: no request can (key, credit, model or path, nobody at the address).
        """
        answer = await self._journey.post(self.encode(request))
        return self.read_answer(answer.status, answer.headers, answer.body, request)

    def read_answer(self, status: int, headers: Mapping[str, str], raw: bytes, request: Request) -> Reply:
        """Read the answer to a request, whether it came live or out of a batch.

        Raises:
            Passing, Rejected, Unusable: as ``complete``.
        """
        answer = decode(raw)
        if 200 <= status < 300 and isinstance(answer, dict):
            if answer.get("choices"):
                return self._read(answer, headers, raw, request)
            # Gateways report an upstream error inside a 200.
            inner = as_mapping(answer.get("error")).get("code")
            status = inner if isinstance(inner, int) and 400 <= inner < 600 else status
        return self._judge(status, headers, answer, raw)

    def batches(self) -> Batches:
        """Give the Batch API of the same endpoint."""
        from harness.backends._batches import Batches

        return Batches(
            self._url,
            self._headers,
            self._where,
            self._connect.timeout,
            lambda status, headers, raw: self._judge(status, headers, decode(raw), raw),
            self._quote,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._journey.close()

    def encode(self, request: Request) -> bytes:
        """Write the body of a request, the same for a live call and a line of a batch."""
        identity = self._identity
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        body = {"model": identity.model, "messages": messages, **request.ask, **identity.parameters}
        if body.get("stream") or body.get("n") not in (None, 1):
            raise Unusable(
                "replies are read whole and one at a time",
                where=self._where,
                remedy="take `stream` and `n` out of [ask] and parameters; `samples` asks for repeats",
            )
        if request.constraint is not None:
            constrain(body, request.constraint, self._connect, self._url.hostname, self._where)
        try:
            return orjson.dumps(body)
        except TypeError as error:
            raise Rejected(
                f"the request cannot be written as JSON: {error}",
                where=self._where,
                remedy="look for broken characters in the item's text and for odd values in [ask]",
            ) from None

    def _read(self, answer: Mapping[str, Any], headers: Mapping[str, str], raw: bytes, request: Request) -> Reply:
        choices = answer["choices"]
        choice = as_mapping(choices[0] if isinstance(choices, list) else None)
        message = choice.get("message")
        if not isinstance(message, dict):
            self._fail_shape(raw)
        content, refusal = message.get("content"), message.get("refusal")
        if not isinstance(content, str | None) or not isinstance(refusal, str | None):
            self._fail_shape(raw)
        finish = "refusal" if refusal else as_text(choice.get("finish_reason")) or "unknown"
        if finish in ("error", "abort"):
            raise Passing(f"the server broke off ({finish})", where=self._where)
        text, logprobs, scores = as_text(refusal or content) or "", choice.get("logprobs"), None
        held = request.constraint
        if held is not None and held.format == "scores" and finish not in ("content_filter", "refusal"):
            scores = score_options(logprobs, held.choices)
            if scores is None:
                raise Unusable(
                    "the server gives no log-probabilities",
                    where=self._where,
                    remedy="take scores out of the levels of format, or ask a server that gives them",
                )
            text, finish = "", "scores"  # the one token was needed for the others beside it
        usage = as_mapping(answer.get("usage"))
        return Reply(
            text=text,
            finish_reason=finish,
            tokens_in=as_count(usage.get("prompt_tokens")),
            tokens_out=as_count(usage.get("completion_tokens")),
            tokens_cached=as_count(as_mapping(usage.get("prompt_tokens_details")).get("cached_tokens")),
            tokens_reasoning=as_count(as_mapping(usage.get("completion_tokens_details")).get("reasoning_tokens")),
            model_served=as_text(answer.get("model")),
            fingerprint=as_text(answer.get("system_fingerprint")),
            reasoning=as_text(message.get("reasoning_content") or message.get("reasoning")),
            logprobs=logprobs,
            scores=scores,
            allowance=read_allowance(headers),
        )

    def _fail_shape(self, raw: bytes) -> NoReturn:
        said = self._quote(raw.decode(errors="replace"))
        raise Passing(f"the answer is no chat completion: {said}", where=self._where)

    def _judge(self, status: int, headers: Mapping[str, str], answer: object, raw: bytes) -> Reply:
        """Say what a refused call means; a content filter is a reply."""
        message, codes = read_error(answer)
        said = f"{status}: {self._quote(message or raw.decode(errors='replace')) or 'no words'}"
        where = self._where
        if 400 <= status < 500 and codes & FILTERED:
            return Reply(text="", finish_reason="content_filter")
        if status == 402 or codes & BROKE:
            raise Unusable(f"the account has no credit left: {said}", where=where, remedy="top it up")
        if status in (401, 403):
            remedy = (
                f"check the key in the environment variable {self._key_env}"
                if self._key_env
                else "no key was sent; connect.api_key_env names the variable that holds one"
            )
            raise Unusable(f"the server refused the key: {said}", where=where, remedy=remedy)
        if 300 <= status < 400:
            to = self._quote(headers.get("location", "elsewhere"))
            raise Unusable(f"the server redirects ({status}) to {to}", where=where, remedy="correct connect.base_url")
        if status in (404, 405, 410) or "model_not_found" in codes:
            raise Unusable(
                f"there is no model {self._identity.model!r} at this address: {said}",
                where=where,
                remedy="check `model`; connect.base_url usually ends in /v1",
            )
        if 200 <= status < 300:
            self._fail_shape(raw)
        if status in (408, 409, 425, 429) or status >= 500:
            busy = status in (429, 529)
            raise Passing(f"the server answered {said}", where=where, retry_after=read_wait(headers), overload=busy)
        if status == 413 or "context_length_exceeded" in codes or TOO_LONG.search(message):
            raise Rejected(
                f"the prompt is longer than the model's context length: {said}",
                where=where,
                remedy="shorten the template or the item, or lower max_tokens",
            )
        raise Rejected(f"the server rejected this request: {said}", where=where, remedy="check [ask]")

    def _quote(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[key]")
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"


def decode(raw: bytes) -> object:
    """Read JSON; None where it is none. The slow reader takes the lone surrogates that orjson refuses."""
    try:
        return orjson.loads(raw)
    except ValueError:
        pass
    try:
        return json.loads(raw.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None


def read_error(answer: object) -> tuple[str, set[str]]:
    """Read message and codes out of an error, in the shapes that servers use."""
    outer = as_mapping(answer[0] if isinstance(answer, list) and answer else answer)
    error = outer.get("error", outer)
    if isinstance(error, str):
        return error, set()
    error = as_mapping(error)
    inner, about = as_mapping(error.get("innererror")), as_mapping(error.get("metadata"))
    codes = {c for c in (error.get("code"), error.get("type"), inner.get("code")) if isinstance(c, str)}
    message = error.get("message") or outer.get("detail") or ""
    return str(message), codes | ({"flagged_input"} & set(about))


def as_mapping(value: object) -> Mapping[str, Any]:
    """Take a mapping as it is and anything else as empty."""
    return value if isinstance(value, dict) else {}


def as_text(value: object) -> str | None:
    """Take a string, with what no table or file can hold replaced by U+FFFD."""
    if not isinstance(value, str):
        return None
    return value if value.isascii() and "\x00" not in value else UNSTORABLE.sub("\ufffd", value)


def as_count(value: object) -> int | None:
    """Take a count; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None

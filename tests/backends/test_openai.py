"""The openai backend against a real socket: the wire, the reply, and what each accident is called."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from email.utils import formatdate
from typing import Any

import pytest

from harness.backends.openai import Backend
from harness.errors import BackendError, Passing, Rejected, Unusable
from harness.types import Cell, Connect, Message, ModelIdentity, Reply, Request
from tests.openai_server import Answer, Seen, Server, chat

KEY = "sk-demo-0123456789abcdef"
MESSAGES = (Message("system", "Be brief."), Message("user", "Ünïcode → 😀?"))
ENVIRONMENT = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
    "OPENAI_CUSTOM_HEADERS",
)
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (*ENVIRONMENT, *PROXIES, *(proxy.upper() for proxy in PROXIES)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DEMO_KEY", KEY)
    yield


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as server:
        yield server


def make_request(ask: dict[str, Any] | None = None, messages: tuple[Message, ...] = MESSAGES) -> Request:
    return Request("generation_1", messages, ask or {}, 42, Cell("data", "1", 0, ("secret-option",)))


def make_backend(
    server: Server, parameters: dict[str, Any] | None = None, key: str | None = "DEMO_KEY", **connect: Any
) -> Backend:
    identity = ModelIdentity("demo", "openai", "demo-model", parameters=parameters or {})
    return Backend(identity, Connect(base_url=server.url, api_key_env=key, **connect))


async def ask_once(
    server: Server, answer: Answer | None = None, request: Request | None = None, **connect: Any
) -> Reply:
    if answer is not None:
        server.script = [answer]
    backend = make_backend(server, **connect)
    try:
        return await backend.complete(request or make_request())
    finally:
        await backend.close()


async def fail_once(server: Server, answer: Answer, **connect: Any) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await ask_once(server, answer, **connect)
    return caught.value


def error(status: int, message: str = "no", code: Any = None, **more: Any) -> Answer:
    headers = more.pop("headers", {})
    return Answer(status, {"error": {"message": message, "code": code, **more}}, headers)


# The wire


async def test_sends_what_the_openai_package_sends(server: Server) -> None:
    openai = pytest.importorskip("openai")
    ask = {"temperature": 0.7, "max_tokens": 8, "top_p": 0.9, "stop": ["\n"], "seed": 3, "logprobs": True}
    extra = {"guided_choice": ["yes", "no"], "chat_template_kwargs": {"enable_thinking": False}}
    await ask_once(server, None, make_request({**ask, **extra}), parameters={"reasoning_effort": "low"})
    async with openai.AsyncOpenAI(base_url=server.url, api_key=KEY, max_retries=0) as client:
        await client.chat.completions.create(
            model="demo-model",
            messages=[{"role": m.role, "content": m.content} for m in MESSAGES],
            reasoning_effort="low",
            extra_body=extra,
            **ask,
        )
    ours, theirs = server.seen
    assert ours.body == theirs.body
    # Same pieces in the same encoding: only the order of the keys may differ.
    assert sorted(ours.raw) == sorted(theirs.raw)
    assert (ours.method, ours.path) == (theirs.method, theirs.path) == ("POST", "/v1/chat/completions")
    for name in ("content-type", "authorization", "accept", "host"):
        assert ours.headers[name] == theirs.headers[name], name


async def test_organisation_goes_with_openais_own_key(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    openai = pytest.importorskip("openai")
    for name, value in zip(ENVIRONMENT, (KEY, server.url, "org-1", "proj-1"), strict=False):
        monkeypatch.setenv(name, value)
    backend = Backend(ModelIdentity("demo", "openai", "m"), Connect())
    await backend.complete(make_request())
    await backend.close()
    async with openai.AsyncOpenAI(max_retries=0) as client:
        await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    ours, theirs = server.seen
    for name in ("authorization", "openai-organization", "openai-project"):
        assert ours.headers[name] == theirs.headers[name]


async def test_sends_nothing_but_messages_and_what_was_asked(server: Server) -> None:
    await ask_once(server, None, make_request({"temperature": 0}), headers={"X-Team": "a"})
    [seen] = server.seen
    assert set(seen.body) == {"model", "messages", "temperature"}
    assert b"secret-option" not in seen.raw and b"42" not in seen.raw
    assert seen.headers["x-team"] == "a"


async def test_query_stays_at_the_end(server: Server) -> None:
    connect = Connect(base_url=f"{server.url}/deployments/x/?api-version=1", api_key_env="DEMO_KEY")
    backend = Backend(ModelIdentity("demo", "openai", "m"), connect)
    await backend.complete(make_request())
    await backend.close()
    assert server.seen[0].path == "/v1/deployments/x/chat/completions?api-version=1"


async def test_a_studys_address_gets_no_key_unasked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    await ask_once(server, key=None)
    assert "authorization" not in server.seen[0].headers
    assert "openai-organization" not in server.seen[0].headers
    await ask_once(server, key="OPENAI_API_KEY")
    assert server.seen[1].headers["authorization"] == f"Bearer {KEY}"


async def test_goes_through_the_proxy_of_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url.removesuffix("/v1"))
    for base_url in ("http://api.invalid/v1", f"{server.url}/direct"):
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        backend = Backend(ModelIdentity("demo", "openai", "m"), Connect(base_url=base_url))
        await backend.complete(make_request())
        await backend.close()
    assert [seen.path for seen in server.seen] == [
        "http://api.invalid/v1/chat/completions",
        "/v1/direct/chat/completions",
    ]


async def test_64_at_once_over_one_backend(server: Server) -> None:
    def echo(seen: Seen) -> Answer:
        return Answer(body=chat(seen.body["messages"][0]["content"]), delay=0.5)

    server.script = echo
    backend = make_backend(server, in_flight=16)
    requests = [make_request(messages=(Message("user", str(i)),)) for i in range(64)]
    replies = await asyncio.gather(*map(backend.complete, requests))
    await backend.close()
    assert [reply.text for reply in replies] == [str(i) for i in range(64)]
    assert server.most_in_flight == 64


# The reply


async def test_reads_the_reply(server: Server) -> None:
    assert await ask_once(server) == Reply("yes", "stop", 7, 2, "demo-2026-11-01", "fp_1")


@pytest.mark.parametrize(
    ("body", "text", "finish"),
    [
        (chat(None), "", "stop"),
        (chat("cut", "length"), "cut", "length"),
        (chat("", "content_filter"), "", "content_filter"),
        (chat(None, refusal="I can't."), "I can't.", "refusal"),
        (chat("x", None), "x", "unknown"),
        (chat("a\x00b"), "a\ufffdb", "stop"),
        (chat("a\ud800b"), "a\ufffdb", "stop"),  # json.dumps escapes it, as servers do
        (chat("\U0001f600"), "\U0001f600", "stop"),
        (
            json.dumps(chat("torn \udc80"), ensure_ascii=False).encode(errors="surrogateescape"),
            "torn \ufffd",
            "stop",
        ),
    ],
)
async def test_text_and_finish_reason(server: Server, body: Any, text: str, finish: str) -> None:
    reply = await ask_once(server, Answer(body=body))
    assert (reply.text, reply.finish_reason) == (text, finish)
    reply.text.encode()


async def test_what_the_server_did_not_count_is_none(server: Server) -> None:
    body = {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": None}
    assert await ask_once(server, Answer(body=body)) == Reply("x", "stop")


@pytest.mark.parametrize(
    "answer",
    [
        error(400, "The response was filtered", "content_filter"),
        error(400, "filtered", "BadRequest", innererror={"code": "ResponsibleAIPolicyViolation"}),
        error(403, "flagged", 403, metadata={"flagged_input": "…", "reasons": ["violence"]}),
    ],
)
async def test_content_filter_is_a_reply(server: Server, answer: Answer) -> None:
    assert await ask_once(server, answer) == Reply("", "content_filter")


# The errors


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (error(408), Passing, "408"),
        (error(409), Passing, "409"),
        (error(429, "slow down", "rate_limit_exceeded"), Passing, "slow down"),
        (error(500), Passing, "500"),
        (Answer(502, "<html>Bad gateway</html>"), Passing, "Bad gateway"),
        (error(503), Passing, "503"),
        (Answer(529, b""), Passing, "529"),
        (Answer(body="hello"), Passing, "no chat completion"),
        (Answer(body=b""), Passing, "no chat completion"),
        (Answer(body='{"choices": [{"mess'), Passing, "no chat completion"),
        (Answer(body="[" * 100_000), Passing, "no chat completion"),
        (Answer(body=[1]), Passing, "no chat completion"),
        (Answer(body={"choices": []}), Passing, "no chat completion"),
        (Answer(body={"choices": 3}), Passing, "no chat completion"),
        (Answer(body={"choices": [{}]}), Passing, "no chat completion"),
        (Answer(body=chat({"no": "text"})), Passing, "no chat completion"),  # type: ignore[arg-type]
        (Answer(body=chat("half", "error")), Passing, "broke off"),
        (Answer(body=chat("half", "abort")), Passing, "broke off"),
        (error(200, "upstream overloaded", 502), Passing, "upstream overloaded"),
        (error(200, "upstream said no", 401), Unusable, "upstream said no"),
        (Answer(reset="before"), Passing, "connection broke"),
        (Answer(reset="mid"), Passing, "connection broke"),
        (error(429, "You exceeded your current quota", "insufficient_quota"), Unusable, "credit"),
        (error(429, "quota", None, type="insufficient_quota"), Unusable, "credit"),
        (error(402, "pay"), Unusable, "credit"),
        (error(401, "Incorrect API key"), Unusable, "DEMO_KEY"),
        (error(403), Unusable, "DEMO_KEY"),
        (error(404, "The model does not exist", "model_not_found"), Unusable, "demo-model"),
        (Answer(404, "404 page not found"), Unusable, "/v1/chat/completions"),
        (Answer(308, b"", {"Location": "https://elsewhere.invalid/"}), Unusable, "elsewhere.invalid"),
        (error(400, "Unsupported parameter: max_tokens", "unsupported_parameter"), Rejected, "max_tokens"),
        (error(400, "too much", "context_length_exceeded"), Rejected, "context length"),
        (error(400, "This model's maximum context length is 8192"), Rejected, "longer than the model's"),
        (error(400, "temperature: the maximum is 2"), Rejected, "rejected this request"),
        (Answer(413, "too large"), Rejected, "longer than the model's"),
        (Answer(422, {"detail": [{"msg": "field required"}]}), Rejected, "field required"),
        (Answer(400, {"object": "error", "message": "bad role"}), Rejected, "bad role"),
        (Answer(400, {"error": "plain words"}), Rejected, "plain words"),
        (Answer(400, [{"error": {"message": "in a list"}}]), Rejected, "in a list"),
    ],
)
async def test_each_accident_has_its_name(server: Server, answer: Answer, kind: type[BackendError], said: str) -> None:
    failure = await fail_once(server, answer)
    assert type(failure) is kind
    assert said in str(failure)
    assert server.url in failure.where and "demo" in failure.where
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("headers", "low", "high"),
    [
        ({"Retry-After": "2"}, 2, 2),
        ({"Retry-After": "0.5"}, 0.5, 0.5),
        ({"Retry-After": "-1"}, 0, 0),
        ({"retry-after-ms": "250", "Retry-After": "1"}, 0.25, 0.25),
        ({"Retry-After": "Mon, 01 Jan 2024 00:00:00 GMT"}, 0, 0),
    ],
)
async def test_reads_how_long_to_wait(server: Server, headers: dict[str, str], low: float, high: float) -> None:
    failure = await fail_once(server, error(429, headers=headers))
    assert isinstance(failure, Passing) and failure.retry_after is not None
    assert low <= failure.retry_after <= high


async def test_reads_a_date_to_wait_for(server: Server) -> None:
    failure = await fail_once(server, error(429, headers={"Retry-After": formatdate(time.time() + 60, usegmt=True)}))
    assert isinstance(failure, Passing) and failure.retry_after is not None
    assert 30 <= failure.retry_after <= 61


@pytest.mark.parametrize("value", ["soon", "nan", "inf", "Mon, 99 Foo 2024", "1s"])
async def test_an_unreadable_wait_is_none(server: Server, value: str) -> None:
    failure = await fail_once(server, error(503, headers={"Retry-After": value}))
    assert isinstance(failure, Passing) and failure.retry_after is None


async def test_timeout_is_passing(server: Server) -> None:
    failure = await fail_once(server, Answer(delay=0.15), timeout=0.05)
    assert isinstance(failure, Passing) and "0.05 s" in str(failure)


async def test_nobody_there_is_unusable_unless_somebody_was() -> None:
    async with Server() as server:
        backend = make_backend(server)
        fresh = make_backend(server)
        await backend.complete(make_request())
    with pytest.raises(Passing):
        await backend.complete(make_request())
    with pytest.raises(Unusable, match="is it running"):
        await fresh.complete(make_request())
    await backend.close()
    await fresh.close()


@pytest.mark.parametrize("base_url", ["http://nobody.invalid/v1", "http://localhost:{port}/v1"])
async def test_no_such_host_and_closed_port_are_unusable(base_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    backend = Backend(ModelIdentity("demo", "openai", "m"), Connect(base_url=base_url.format(port=port)))
    with pytest.raises(Unusable, match="no server can be reached"):
        await backend.complete(make_request())
    await backend.close()


async def test_tls_to_a_plain_port_is_unusable(server: Server) -> None:
    backend = Backend(ModelIdentity("demo", "openai", "m"), Connect(base_url=server.url.replace("http", "https")))
    with pytest.raises(Unusable, match="https"):
        await backend.complete(make_request())
    await backend.close()


async def test_goes_on_after_an_accident(server: Server) -> None:
    server.script = [Answer(reset="before"), Answer(reset="mid"), Answer(500), Answer()]
    backend = make_backend(server)
    for _ in range(3):
        with pytest.raises(Passing):
            await backend.complete(make_request())
    assert (await backend.complete(make_request())).text == "yes"
    await backend.close()
    await backend.close()


@pytest.mark.parametrize("ask", [{"stream": True}, {"n": 3}])
async def test_what_cannot_be_read_is_not_paid_for(server: Server, ask: dict[str, Any]) -> None:
    with pytest.raises(Unusable, match="one at a time"):
        await ask_once(server, request=make_request(ask))
    assert not server.seen


async def test_broken_text_in_a_request_is_rejected(server: Server) -> None:
    with pytest.raises(Rejected, match="JSON"):
        await ask_once(server, request=make_request(messages=(Message("user", "a\ud800"),)))


# The key


@pytest.mark.parametrize(
    ("connect", "said"),
    [
        (Connect(), "OPENAI_API_KEY"),
        (Connect(api_key_env="NO_SUCH_KEY"), "NO_SUCH_KEY"),
        (Connect(base_url="http://127.0.0.1:1/v1", api_key_env="NO_SUCH_KEY"), "NO_SUCH_KEY"),
        (Connect(base_url="https://eu.api.openai.com/v1"), "OPENAI_API_KEY"),
        (Connect(base_url="localhost:8000/v1"), "http://host:port/v1"),
        (Connect(base_url="http://[::1/v1"), "http://host:port/v1"),
        (Connect(base_url="http://host:port/v1"), "http://host:port/v1"),
    ],
)
def test_a_wrong_connection_is_named_before_the_first_call(connect: Connect, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        Backend(ModelIdentity("demo", "openai", "m"), connect)


def test_constructs_without_a_key_where_none_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    Backend(ModelIdentity("demo", "openai", "m"), Connect())


@pytest.mark.parametrize(
    "answer",
    [error(status, f"key Bearer {KEY} is {'wrong ' * 100}") for status in (400, 401, 403, 404, 413, 422, 429, 500)]
    + [error(400, "x" * 290 + KEY), Answer(body=f"what? {KEY}"), Answer(500, f"{KEY}")]
    + [Answer(302, b"", {"Location": f"/{KEY}"}), Answer(reset="before"), Answer(delay=0.1)],
)
async def test_key_is_never_shown(server: Server, answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    failure = await fail_once(server, answer, timeout=0.05)
    shown = [str(failure), repr(failure), repr(failure.args), repr(vars(failure)), caplog.text]
    assert failure.__cause__ is None and failure.__context__ is None
    assert not any(KEY[:12] in text for text in shown)
    assert len(failure.what) < 400
    assert server.seen[0].headers["authorization"].endswith(KEY)
    backend = make_backend(server)
    assert KEY not in str(backend) + repr(backend)


async def test_secret_headers_and_passwords_are_never_shown(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = await fail_once(server, error(401, f"bad {KEY}"), key=None, headers={"api-key": KEY})
    assert KEY not in str(failure) and "[key]" in str(failure)
    url = f"http://me:{KEY}@127.0.0.1:1"
    with pytest.raises(Unusable) as caught:
        Backend(ModelIdentity("demo", "openai", "m"), Connect(base_url=url))
    assert KEY not in str(caught.value)
    with pytest.raises(Unusable) as caught:
        Backend(ModelIdentity("demo", "openai", "m"), Connect(api_key_env=KEY))
    assert KEY not in str(caught.value)
    monkeypatch.setenv("DEMO_KEY", f"{KEY}\n{KEY}")
    with pytest.raises(Unusable) as caught:
        make_backend(server)
    assert KEY not in str(caught.value)
    monkeypatch.setenv("HTTP_PROXY", url)
    with pytest.raises(Unusable) as caught:
        await ask_once(server, key=None)
    assert KEY not in str(caught.value)

"""The vllm backend on a real engine: one model, loaded once."""

from __future__ import annotations

import asyncio
import json
import math
import multiprocessing
import time
from collections.abc import Callable

import pytest

from harness.backends.vllm import Backend
from harness.errors import Rejected, Unusable
from harness.types import Constraint
from tests.vllm.conftest import CONTEXT, MODEL, ask, make_backend

pytestmark = [pytest.mark.vllm, pytest.mark.asyncio(loop_scope="session")]

FRANCE = "What is the capital of France? Answer with one word."
SEA = "Is the sea blue? Answer yes or no."
OPTIONS = ("yes", "no", "no, never", "Yes")
SCHEMA = {
    "type": "object",
    "properties": {"label": {"type": "string", "enum": ["yes", "no"]}, "sure": {"type": "boolean"}},
    "required": ["label", "sure"],
    "additionalProperties": False,
}


async def test_answers_are_counted_and_honest_about_their_end(backend: Backend) -> None:
    ended, cut, stopped, listed = await asyncio.gather(
        backend.complete(ask(FRANCE, temperature=0, max_tokens=40)),
        backend.complete(ask("Tell me a long story.", temperature=0, max_tokens=5)),
        backend.complete(ask(FRANCE, temperature=0, max_tokens=40, stop="ris")),
        backend.complete(ask(FRANCE, temperature=0, max_completion_tokens=40, max_tokens=40, stop=["zzz", "Par"])),
    )
    assert "Paris" in ended.text and ended.finish_reason == "stop" and (ended.tokens_out or 0) < 40
    assert cut.finish_reason == "length" and cut.tokens_out == 5
    assert stopped.finish_reason == "stop" and stopped.text == ended.text.split("ris")[0]
    assert listed.text == ended.text.split("Par")[0]
    assert ended.model_served == MODEL and (ended.fingerprint or "").split()[1].startswith("vllm-")
    assert ended.tokens_in == stopped.tokens_in != cut.tokens_in


async def test_temperature_0_always_says_the_same(backend: Backend) -> None:
    requests = [ask("Say something about the sea.", stream, temperature=0, max_tokens=12) for stream in (1, 2, 3)]
    assert len({reply.text for reply in await asyncio.gather(*map(backend.complete, requests))}) == 1


async def test_the_same_seed_draws_the_same_whoever_is_computed_beside(backend: Backend) -> None:
    def mine(stream: int = 5, **asked: object) -> object:
        return backend.complete(ask("Say something about the sea.", stream, max_tokens=12, **asked))

    others = [backend.complete(ask(f"Name {i} animals. " * i, i, max_tokens=3 * i)) for i in (1, 2, 3, 4)]
    alone = await mine()  # type: ignore[misc]
    together = await asyncio.gather(*others, mine(), mine(6), mine(seed=1), mine())  # type: ignore[call-overload]
    assert together[4].text == together[7].text == alone.text
    assert alone.text not in (together[5].text, together[6].text), "another stream, or a seed of the study's own"


async def test_a_choice_holds_whatever_is_drawn(backend: Backend) -> None:
    choices = ("yes", "no", 'neither "yes" nor no, for it is green')
    held = Constraint("choice", choices)
    drawn = await asyncio.gather(
        *(backend.complete(ask(SEA, i, held, temperature=2.0, max_tokens=1)) for i in range(40))
    )
    texts = {reply.text for reply in drawn}
    assert texts <= set(choices) and len(texts) > 1
    assert {reply.finish_reason for reply in drawn} == {"stop"}


async def test_json_keeps_to_its_schema(backend: Backend) -> None:
    held = Constraint("json", schema=SCHEMA)
    for reply in await asyncio.gather(*(backend.complete(ask(SEA, i, held, max_tokens=120)) for i in range(8))):
        if reply.finish_reason == "length":  # a small model may draw blanks for ever
            continue
        answer = json.loads(reply.text)
        assert set(answer) == {"label", "sure"} and answer["label"] in ("yes", "no") and type(answer["sure"]) is bool


async def test_scores_are_those_of_whole_answers(
    backend: Backend, say: Callable[[str, str], tuple[float, list[float]]]
) -> None:
    cold = await backend.complete(ask(SEA, 1, Constraint("scores", OPTIONS), temperature=0.3, max_tokens=1))
    warm = await backend.complete(ask(SEA, 2, Constraint("scores", OPTIONS)))
    assert (cold.text, cold.finish_reason, cold.tokens_out) == ("", "scores", 0)
    scores = dict(warm.scores or {})
    assert tuple(scores) == OPTIONS
    assert cold.scores == pytest.approx(scores, abs=0.01), "[ask] has no say in them"
    assert sum(math.exp(score) for score in scores.values()) <= 1
    assert scores == pytest.approx({option: say(SEA, option)[0] for option in OPTIONS}, abs=0.02)
    assert warm.tokens_cached, "the prompt was read before"


async def test_log_probabilities_of_tokens_are_kept(
    backend: Backend, say: Callable[[str, str], tuple[float, list[float]]]
) -> None:
    reply = await backend.complete(ask(FRANCE, temperature=0, max_tokens=40, logprobs=True, top_logprobs=3))
    content = reply.logprobs["content"]
    assert len(content) == reply.tokens_out
    assert all(len(at["top_logprobs"]) == 3 and at["top_logprobs"][0]["token"] == at["token"] for at in content)
    assert [at["logprob"] for at in content] == pytest.approx(say(FRANCE, reply.text)[1], abs=0.02)
    bare = await backend.complete(ask(FRANCE, logprobs=True, max_tokens=2))
    assert [at["top_logprobs"] for at in bare.logprobs["content"]] == [[], []]
    assert json.loads(json.dumps(reply.logprobs)) == reply.logprobs


async def test_what_does_not_fit_is_rejected_and_the_rest_goes_on(backend: Backend) -> None:
    for constraint in (None, Constraint("scores", OPTIONS)):
        with pytest.raises(Rejected, match=f"do not fit {CONTEXT} of context"):
            await backend.complete(ask("word " * 600, 1, constraint))
    with pytest.raises(Rejected, match="greater than max allowed"):
        await backend.complete(ask("Hello", logprobs=True, top_logprobs=50))
    with pytest.raises(Unusable, match=r"temperature must be in \[0, 2\]"):
        await backend.complete(ask("Hello", temperature=9))
    assert (await backend.complete(ask("Hello"))).text


async def test_hundreds_of_calls_at_once_share_what_they_have_in_common(backend: Backend) -> None:
    beginning = "You are asked about many numbers, and you answer as briefly as you can, in one word. " * 3
    replies = await asyncio.gather(
        *(backend.complete(ask(f"{beginning}Is {i} even?", i, max_tokens=3)) for i in range(300))
    )
    assert len(replies) == 300 and all(reply.tokens_out for reply in replies)
    assert sum(reply.tokens_cached or 0 for reply in replies) > 0.5 * sum(reply.tokens_in or 0 for reply in replies)


async def test_who_closes_while_it_loads_does_not_wait_and_leaves_nothing_behind(backend: Backend) -> None:
    await backend.complete(ask("Hello"))
    before = {child.pid for child in multiprocessing.active_children()}
    other = make_backend()
    call = asyncio.create_task(other.complete(ask("Hello")))
    while {child.pid for child in multiprocessing.active_children()} == before and not call.done():
        await asyncio.sleep(0.1)
    began = time.monotonic()
    await other.close()
    assert time.monotonic() - began < 15, "loading takes longer"
    with pytest.raises(Unusable, match="the engine does not start"):
        await call
    assert {child.pid for child in multiprocessing.active_children()} == before
    assert (await backend.complete(ask("Hello"))).text, "another engine in this process is left alone"


async def test_an_engine_that_dies_says_so_once_for_all(backend: Backend) -> None:
    """Comes last of those that share the engine: it kills it."""
    waiting = asyncio.create_task(backend.complete(ask("Tell me a story.", max_tokens=400, ignore_eos=True)))
    await asyncio.sleep(1)
    for child in multiprocessing.active_children():
        child.kill()
    for call in (waiting, asyncio.create_task(backend.complete(ask("Hello")))):
        with pytest.raises(Unusable, match="the engine died"):
            await call

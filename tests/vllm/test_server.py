"""``vllm serve`` through the ``openai`` backend: what it sends is what this vLLM takes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from harness.backends.openai import Backend
from harness.errors import Rejected
from harness.types import Connect, Constraint, ModelIdentity
from tests.vllm.conftest import MODEL, ask
from tests.vllm.test_engine import FRANCE, SCHEMA, SEA

pytestmark = [pytest.mark.vllm, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(server: str, say: object) -> AsyncIterator[Backend]:
    """Connect after ``say`` has loaded: while that blocks the loop, the server would hang up unheard."""
    backend = Backend(ModelIdentity("served", "openai", MODEL), Connect(base_url=server))
    yield backend
    await backend.close()


async def test_plain_answers(served: Backend) -> None:
    ended, cut = await asyncio.gather(
        served.complete(ask(FRANCE, temperature=0, max_tokens=40)),
        served.complete(ask("Tell me a long story.", temperature=0, max_tokens=5)),
    )
    assert "Paris" in ended.text and ended.finish_reason == "stop"
    assert cut.finish_reason == "length" and cut.tokens_out == 5
    assert ended.model_served == MODEL and ended.tokens_in


@pytest.mark.parametrize("choice_by", ["structured_outputs", "json_schema"])
async def test_a_choice_holds(server: str, choice_by: str) -> None:
    choices = ("yes", "no", "green as grass")
    backend = Backend(ModelIdentity("served", "openai", MODEL), Connect(base_url=server, choice_by=choice_by))
    held = Constraint("choice", choices)
    try:
        drawn = await asyncio.gather(
            *(backend.complete(ask(SEA, i, held, temperature=2.0, max_tokens=20)) for i in range(12))
        )
    finally:
        await backend.close()
    assert {reply.text.strip('"') for reply in drawn} <= set(choices)


async def test_json_keeps_to_its_schema(served: Backend) -> None:
    held = Constraint("json", schema=SCHEMA)
    for reply in await asyncio.gather(*(served.complete(ask(SEA, i, held, max_tokens=120)) for i in range(4))):
        if reply.finish_reason == "stop":
            assert set(json.loads(reply.text)) == {"label", "sure"}


async def test_scores_of_first_tokens_and_log_probabilities(
    served: Backend, say: Callable[[str, str], tuple[float, list[float]]]
) -> None:
    scored = await served.complete(ask(SEA, 1, Constraint("scores", ("yes", "no")), temperature=0))
    assert scored.scores and set(scored.scores) <= {"yes", "no", ""}
    told = await served.complete(ask(FRANCE, temperature=0, max_tokens=40, logprobs=True, top_logprobs=2))
    content = told.logprobs["content"]
    assert [at["logprob"] for at in content] == pytest.approx(say(FRANCE, told.text)[1], abs=0.02)


async def test_the_cache_is_told(served: Backend) -> None:
    question = "You are asked about many numbers, and you answer as briefly as you can. " * 4
    await served.complete(ask(question, temperature=0))
    assert (await served.complete(ask(question, temperature=0))).tokens_cached


async def test_what_is_too_long_is_rejected(served: Backend) -> None:
    with pytest.raises(Rejected, match="longer than the model's context"):
        await served.complete(ask("word " * 600))

"""The vllm backend, as far as it goes without vLLM: what it refuses. tests/vllm runs the real engine."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from harness.backends.vllm import SPEED, Backend, check_engine, choose_seed, read_ask, read_constraint
from harness.errors import Unusable
from harness.types import Cell, Connect, Constraint, Message, ModelIdentity, Request

IDENTITY = ModelIdentity("smollm2", "vllm", "HuggingFaceTB/SmolLM2-135M-Instruct")


def ask(**asked: Any) -> Request:
    return Request("generation_1", (Message("user", "Hello"),), asked, 7, Cell("test", "1", 0))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("dtype", "put it on the model block, as 'dtype'"),
        ("quantization", "'quantization'"),
        ("chat_template", "'parameters'"),
        ("seed", r"\[ask\]"),
        ("generation_config", r"\[ask\]"),
        ("kv_cache_dtype", "it takes: "),
        ("max_num_seq", "did you mean max_num_seqs"),
    ],
)
def test_engine_arguments_that_may_change_answers_are_refused_before_anything_runs(name: str, word: str) -> None:
    with pytest.raises(Unusable, match=word) as caught:
        Backend(IDENTITY, Connect(engine={"enforce_eager": True, name: 1}))
    assert "connect.engine" in caught.value.where


def test_engine_arguments_that_change_speed_are_taken() -> None:
    check_engine(dict.fromkeys(SPEED, 1), "here")


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"n": 3, "best_of": 2}, "does not know best_of, n"),
        ({"logprobs": 5}, "top_logprobs says how many"),
        ({"top_logprobs": 5}, "top_logprobs says how many"),
    ],
)
async def test_what_cannot_be_asked_is_refused_before_anything_loads(asked: dict[str, Any], word: str) -> None:
    backend = Backend(IDENTITY, Connect())
    with pytest.raises(Unusable, match=word):
        await backend.complete(ask(**asked))
    await backend.close()


def test_ask_is_read_as_openai_means_it() -> None:
    assert read_ask({}, "") == {"max_tokens": 256}
    assert read_ask({"max_completion_tokens": 5, "temperature": 0}, "") == {"max_tokens": 5, "temperature": 0}
    assert read_ask({"logprobs": True}, "")["logprobs"] == 0
    assert read_ask({"logprobs": True, "top_logprobs": 4}, "")["logprobs"] == 4
    assert "logprobs" not in read_ask({"logprobs": False}, "")


def test_each_request_has_a_stream_of_its_own_where_the_engine_can_keep_one() -> None:
    assert choose_seed(ask(), True, "") == 7
    mixed = choose_seed(ask(seed=1), True, "")
    assert mixed not in (1, 7, choose_seed(ask(seed=2), True, ""))
    assert mixed is not None and 0 <= mixed < 2**63
    assert choose_seed(ask(), False, "") is None
    with pytest.raises(Unusable, match="on a CPU") as caught:
        choose_seed(ask(seed=1), False, "")
    assert "enable_chunked_prefill = false" in caught.value.remedy


def test_formats_that_nobody_knows_are_refused() -> None:
    assert read_constraint(None, "") is None
    assert read_constraint(Constraint("choice", ("a", "b")), "") == {"choice": ["a", "b"]}
    with pytest.raises(Unusable, match="'xml'"):
        read_constraint(Constraint("xml"), "")


@pytest.mark.skipif(find_spec("vllm") is not None, reason="vLLM is installed here")
async def test_without_vllm_it_says_how_to_install_it() -> None:
    backend = Backend(IDENTITY, Connect())
    with pytest.raises(Unusable, match="vLLM cannot be imported") as caught:
        await backend.complete(ask())
    assert "harness[vllm]" in caught.value.remedy and "install-vllm.sh" in caught.value.remedy
    await backend.close()

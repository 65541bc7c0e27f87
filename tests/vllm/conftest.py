"""One engine for all tests of the backend, and one server; each loads in about half a minute."""

from __future__ import annotations

import math
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from harness.backends.vllm import Backend
from harness.embedded import folder_of
from harness.types import Cell, Connect, Constraint, Message, ModelIdentity, Request

MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct"
CONTEXT = 512
# Prompts are read whole: on a CPU, seeds work only so.
ENGINE: dict[str, Any] = {
    "enforce_eager": True,
    "max_model_len": CONTEXT,
    "kv_cache_memory_bytes": 1 << 30,
    "enable_chunked_prefill": False,
}
START_SECONDS = 180


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, and say why, where vLLM is not installed; leave its own warnings to it."""
    for item in items:
        if item.get_closest_marker("vllm"):
            item.add_marker(pytest.mark.filterwarnings("ignore"))
            if find_spec("vllm") is None:
                item.add_marker(pytest.mark.skip(reason="vLLM is not installed here; make test-vllm installs it"))


def make_backend(**engine: Any) -> Backend:
    """Make a backend in float32, so that numbers can be held against those of transformers."""
    identity = ModelIdentity("smollm2", "vllm", MODEL, dtype="float32")
    return Backend(identity, Connect(engine={**ENGINE, **engine}))


def ask(text: str, stream: int = 1, constraint: Constraint | None = None, **asked: Any) -> Request:
    """Make a request; ``stream`` is its stream of chance."""
    cell = Cell("test", "1", 0)
    return Request(
        f"generation_{stream}", (Message("user", text),), {"max_tokens": 8, **asked}, stream, cell, constraint
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def backend() -> AsyncIterator[Backend]:
    """Give a backend that all share; it loads at the first request."""
    made = make_backend()
    yield made
    await made.close()


@pytest.fixture(scope="session")
def say() -> Callable[[str, str], tuple[float, list[float]]]:
    """Give the log-probability of an answer by transformers, token by token and with the end of the turn."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder, _ = folder_of(MODEL, None)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def score(question: str, answer: str) -> tuple[float, list[float]]:
        messages = [{"role": "user", "content": question}]
        prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)["input_ids"]
        said = [*tokenizer.encode(answer, add_special_tokens=False), tokenizer.eos_token_id]
        with torch.inference_mode():
            logits = model(torch.tensor([[*prompt, *said]])).logits[0].float()
        rows = logits.log_softmax(-1)[len(prompt) - 1 : -1]
        each = [float(row[token]) for row, token in zip(rows, said, strict=True)]
        return math.fsum(each), each

    return score


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Serve the model as ``vllm serve`` does, and give the address up to /v1."""
    folder, _ = folder_of(MODEL, None)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--model", folder, "--served-model-name", MODEL, "--dtype", "float32", "--max-model-len", str(CONTEXT)]
    command += ["--enforce-eager", "--block-size", "32", "--generation-config", "vllm"]
    command += ["--enable-prompt-tokens-details"]
    environment = {
        **os.environ,
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_LOGGING_LEVEL": "ERROR",
        "VLLM_NO_USAGE_STATS": "1",
    }
    process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parent)
    try:
        wait_until_healthy(process, f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_healthy(process: subprocess.Popen[bytes], address: str) -> None:
    """Wait until a server answers."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(START_SECONDS):
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            direct.open(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(1)
    raise AssertionError(f"the server did not answer within {START_SECONDS} seconds")

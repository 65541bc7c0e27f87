"""vLLM in this process: the fast way to ask a local model, on a GPU or on a CPU.

The engine batches by itself and keeps what prompts have in common, so it is handed many calls at once, in
the order of their beginnings. It loads at the first request, in a thread, and computes in processes of its
own, which ``close`` ends. Sampling is what [ask] says and nothing else: what a model's own
generation_config.json proposes is left aside. [ask] takes OpenAI's names and some that vLLM adds. Each
request has its own stream of chance, except on a CPU whose engine reads long prompts in pieces (the default):
there, what is drawn hangs on what is computed beside it.

``choice`` and ``json`` hold the answer by a grammar, token by token, so an option's share is not its share
among whole answers; ``scores`` gives those.

It refuses what it would have to ignore: sampling parameters that it does not know, engine arguments that
change answers (the model block has a place for them, so that they are part of the model's identity), and
[ask] seed where the engine cannot keep it.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.backends._processes import kill_children, list_children
from harness.embedded import folder_of
from harness.errors import Rejected, Unusable, near_names
from harness.ids import seed_of
from harness.types import Connect, Constraint, ModelIdentity, Reply, Request

if TYPE_CHECKING:
    from harness.backends._vllm import Engine

MAX_TOKENS = 256
# Handed to vLLM under the names that they have there.
PASSED = (
    "bad_words", "frequency_penalty", "ignore_eos", "logit_bias", "min_p", "min_tokens", "presence_penalty",
    "repetition_penalty", "stop", "stop_token_ids", "temperature", "top_k", "top_p",
)  # fmt: skip
KNOWN_ASK = sorted((*PASSED, "logprobs", "max_completion_tokens", "max_tokens", "seed", "top_logprobs"))
# A list of what is allowed: what the next vLLM adds must not become a way to change answers unseen.
SPEED = (
    "async_scheduling", "attention_backend", "block_size", "compilation_config", "cpu_offload_gb",
    "cudagraph_capture_sizes", "disable_cascade_attn", "disable_custom_all_reduce",
    "distributed_executor_backend", "enable_chunked_prefill", "enable_expert_parallel", "enable_prefix_caching",
    "enforce_eager", "gpu_memory_utilization", "kv_cache_memory_bytes", "language_model_only", "limit_mm_per_prompt",
    "load_format", "long_prefill_token_threshold", "max_cudagraph_capture_size", "max_logprobs", "max_model_len",
    "max_num_batched_tokens", "max_num_seqs", "max_parallel_loading_workers", "num_gpu_blocks_override",
    "pipeline_parallel_size", "renderer_num_workers", "safetensors_load_strategy", "tensor_parallel_size",
    "trust_remote_code",
)  # fmt: skip
BELONGS = {
    "model": "model", "dtype": "dtype", "quantization": "quantization", "revision": "revision",
    "default_chat_template_kwargs": "parameters", "chat_template": "parameters",
}  # fmt: skip
ENVIRONMENT = {
    # Below an error, the terminal belongs to the progress line.
    "VLLM_LOGGING_LEVEL": "ERROR",
    # vLLM would tell its makers which model runs on which machine.
    "VLLM_NO_USAGE_STATS": "1",
    # We load in a thread; a fork would copy locks that other threads hold.
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
}
INSTALL = "pip install 'harness[vllm]'; without an NVIDIA GPU: scripts/install-vllm.sh /path/to/python"

# Engines start one after the other: each measures the memory that is free, and its processes are known by
# being new.
STARTING = threading.Lock()


class Backend:
    """One model in a vLLM engine.

    Args:
        identity: ``model`` is a folder or a hub id; ``dtype`` is the model's own unless set;
            ``quantization`` as vLLM names it; ``parameters`` go to the chat template.
        connect: ``engine`` is read.

    Raises:
        Unusable: ``connect.engine`` holds what may change answers.
    """

    IN_FLIGHT = 256
    READ_AHEAD = 2048

    def __init__(self, identity: ModelIdentity, connect: Connect) -> None:
        self.identity = identity
        self.connect = connect
        self.where = f"model {identity.name!r}: {identity.model}"
        check_engine(connect.engine, self.where)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vllm")
        self._loading: asyncio.Task[Engine] | None = None
        self._closing = False
        self._others: set[int] | None = None

    async def complete(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            Passing: the engine dropped the request.
            Rejected: the prompt and its answer do not fit the model's context.
            Unusable: the model cannot be had or run, or ``ask`` holds what this backend does not know.
        """
        ask = read_ask(request.ask, self.where)
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
        # Whoever gives up waiting must not take the engine from the others.
        engine = await asyncio.shield(self._loading)
        seed = choose_seed(request, engine.seeds, self.where)
        tokens = await engine.encode([asdict(m) for m in request.messages])
        constraint = request.constraint
        if constraint is not None and constraint.format == "scores":
            scores, cached = await engine.score(tokens, constraint.choices, request.generation_id)
            said = {"text": "", "finish_reason": "scores", "tokens_out": 0, "tokens_cached": cached}
            return self._reply(engine, tokens, **said, scores=scores)
        if constraint is not None and constraint.format == "choice":
            # The grammar ends the answer; cut short, it would be no option.
            ask["max_tokens"] = max(ask["max_tokens"], *(len(choice.encode()) + 1 for choice in constraint.choices))
        limit = ask["max_tokens"]
        if len(tokens) + limit > engine.context:
            raise Rejected(
                f"{len(tokens)} tokens of prompt and {limit} of answer do not fit {engine.context} of context",
                where=self.where,
                remedy="shorten the item or the template, lower max_tokens, or raise max_model_len in connect.engine",
            )
        held = read_constraint(constraint, self.where)
        answer = await engine.answer(tokens, {**ask, "seed": seed}, held, request.generation_id)
        return self._reply(engine, tokens, **answer)

    async def close(self) -> None:
        """End the engine and its processes; what still waits is given up."""
        self._closing = True
        loading, self._loading = self._loading, None
        if loading is not None:
            while not loading.done():  # half a minute and more: whoever pressed Ctrl-C does not wait for it
                if self._others is not None:
                    kill_children(self._others)
                await asyncio.wait({loading}, timeout=0.2)
            if not loading.cancelled() and loading.exception() is None:
                await asyncio.get_running_loop().run_in_executor(self._worker, loading.result().close)
        await asyncio.to_thread(self._worker.shutdown)

    def _reply(self, engine: Engine, tokens: list[int], **answer: Any) -> Reply:
        return Reply(tokens_in=len(tokens), model_served=self.identity.model, fingerprint=engine.fingerprint, **answer)

    async def _load(self) -> Engine:
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._load_now)

    def _load_now(self) -> Engine:
        with STARTING:
            if self._closing:
                raise Unusable("closed before it was loaded", where=self.where)
            for name, value in ENVIRONMENT.items():
                os.environ.setdefault(name, value)
            try:
                from harness.backends import _vllm
            except ImportError as error:
                raise Unusable(f"vLLM cannot be imported: {error}", where="backend = 'vllm'", remedy=INSTALL) from error
            folder, fingerprint = folder_of(self.identity.model, self.identity.revision)
            self._others = list_children()
            try:
                return _vllm.Engine(folder, fingerprint, self.identity, self.connect.engine)
            finally:
                self._others = None


def check_engine(engine: Mapping[str, Any], where: str) -> None:
    """Refuse engine arguments that change answers, or of which nobody knows whether they do.

    Raises:
        Unusable: names the first one, and where it belongs.
    """
    for name in engine:
        if name in SPEED:
            continue
        where_engine = f"{where}, connect.engine"
        if name in BELONGS:
            raise Unusable(
                f"{name} changes answers, and connect is not part of the model's identity",
                where=where_engine,
                remedy=f"put it on the model block, as {BELONGS[name]!r}",
            )
        if name in ("seed", "generation_config", "override_generation_config"):
            raise Unusable(
                f"{name} changes answers, and connect is not part of the model's identity",
                where=where_engine,
                remedy="say in [ask] how answers are drawn",
            )
        raise Unusable(
            f"{name!r} is no engine argument that changes speed only",
            where=where_engine,
            remedy=f"{near_names(name, SPEED)}it takes: {', '.join(SPEED)}",
        )


def read_ask(ask: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Turn [ask] into arguments of SamplingParams, without the seed.

    Raises:
        Unusable: names what is unknown, or cannot be.
    """
    where = f"{where}, [ask]"
    unknown = sorted(set(ask) - set(KNOWN_ASK))
    if unknown:
        raise Unusable(
            f"the vllm backend does not know {', '.join(unknown)}",
            where=where,
            remedy=f"it knows: {', '.join(KNOWN_ASK)}",
        )
    taken = {name: ask[name] for name in PASSED if name in ask}
    taken["max_tokens"] = int(ask.get("max_tokens", ask.get("max_completion_tokens", MAX_TOKENS)))
    wanted, top = ask.get("logprobs", False), ask.get("top_logprobs")
    if not isinstance(wanted, bool) or (top is not None and not wanted):
        raise Unusable(
            "logprobs is true or false, and top_logprobs says how many others are told",
            where=where,
            remedy="logprobs = true, top_logprobs = 5",
        )
    if wanted:
        taken["logprobs"] = int(top or 0)
    return taken


def choose_seed(request: Request, seeds: bool, where: str) -> int | None:
    """Give the seed of this request's own stream of chance; None where the engine cannot keep one.

    Raises:
        Unusable: [ask] wants a seed that could not be kept.
    """
    asked = request.ask.get("seed")
    if seeds:
        return request.seed if asked is None else seed_of(request.generation_id, asked)
    if asked is not None:
        raise Unusable(
            "on a CPU, a seed kills vLLM's engine as soon as a prompt is read in two pieces",
            where=f"{where}, [ask] seed = {asked}",
            remedy="leave seed out, set enable_chunked_prefill = false in connect.engine (prompts are then read "
            "whole), or take a GPU",
        )
    return None


def read_constraint(constraint: Constraint | None, where: str) -> dict[str, Any] | None:
    """Turn a constraint into arguments of StructuredOutputsParams.

    Raises:
        Unusable: there is no such format.
    """
    if constraint is None:
        return None
    if constraint.format == "choice":
        return {"choice": list(constraint.choices)}
    if constraint.format == "json":
        return {"json": dict(constraint.schema)}
    raise Unusable(
        f"the vllm backend does not know the format {constraint.format!r}",
        where=where,
        remedy="it knows: choice, json, scores",
    )

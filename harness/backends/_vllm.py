"""Drives one vLLM engine: messages → tokens → an answer, or the log-probability of given answers.

vLLM computes in processes of its own; this one hands them tokens. What is drawn for one request does not
hang on who is computed beside it, as far as the engine allows: see ``Engine.seeds``.

It refuses to read [ask] and connect (``vllm.py`` does), and imports vllm: import it only when a model is
needed.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vllm import AsyncEngineArgs, SamplingParams, __version__
from vllm.exceptions import VLLMClientError
from vllm.inputs.engine import tokens_input
from vllm.platforms import current_platform
from vllm.renderers.params import ChatParams
from vllm.sampling_params import MAX_LOGPROB_TOKEN_IDS, RequestOutputKind, StructuredOutputsParams
from vllm.usage.usage_lib import UsageContext
from vllm.utils.async_utils import cancel_task_threadsafe
from vllm.v1.engine.async_llm import AsyncLLM
from vllm.v1.engine.exceptions import EngineDeadError, EngineGenerateError

from harness.backends._processes import deaf_to_interrupts, list_children, watch_over
from harness.errors import Passing, Rejected, Unusable
from harness.types import ModelIdentity

# vLLM's own choice on a CPU is 92 % of the memory.
CPU_CACHE_BYTES = 4 << 30
# And blocks of 128 tokens, of which only whole ones are kept: prompts of a study are often shorter.
CPU_BLOCK_TOKENS = 32
# Ending cleanly takes vLLM some seconds; what has not ended by then is killed.
END_SECONDS = 10.0


class Engine:
    """A loaded model. Takes half a minute and more to make; make it in a thread.

    Args:
        folder: the model's folder.
        fingerprint: of its weights.
        identity: ``dtype``, ``quantization`` and ``parameters`` are read.
        arguments: of the engine, which change its speed only.

    Attributes:
        seeds: whether each request may have its own stream of chance. Not on a CPU that reads long prompts
            in pieces: vLLM then tries to wind the stream back, which torch does not know on a CPU, and dies.
        ends: the tokens that end a turn.

    Raises:
        Unusable: the engine does not start.
    """

    def __init__(self, folder: str, fingerprint: str, identity: ModelIdentity, arguments: Mapping[str, Any]) -> None:
        self.where = f"model {identity.name!r}: {identity.model}"
        self.fingerprint = f"{fingerprint} vllm-{__version__}"
        cpu = bool(current_platform.is_cpu())
        others = list_children()
        try:
            with deaf_to_interrupts():
                self.llm: Any = AsyncLLM.from_engine_args(
                    AsyncEngineArgs(
                        model=folder,
                        dtype=identity.dtype or "auto",
                        quantization=identity.quantization,
                        generation_config="vllm",
                        seed=0,
                        disable_log_stats=True,
                        use_tqdm_on_load=False,
                        **(cpu_defaults(arguments) if cpu else {}),
                        **arguments,
                    ),
                    # A run wants throughput: vLLM's defaults for work without onlookers.
                    usage_context=UsageContext.LLM_CLASS,
                )
        except Exception as error:  # a model that does not fit shows in many ways
            raise Unusable(
                f"the engine does not start: {type(error).__name__}: {error}",
                where=f"{self.where}, in {folder}",
                remedy="what vLLM said stands above. If memory is short: max_model_len, gpu_memory_utilization "
                "or kv_cache_memory_bytes in connect.engine; if compiling fails: enforce_eager = true. A script "
                "that runs a study must do so under if __name__ == '__main__'",
            ) from error
        self._watcher = watch_over(list_children() - others)
        config = self.llm.vllm_config
        self.seeds = not cpu or not config.scheduler_config.enable_chunked_prefill
        self.context: int = config.model_config.max_model_len
        self._renderer = self.llm.renderer
        told = config.model_config.try_get_generation_config().get("eos_token_id")
        own = self._renderer.get_eos_token_id()
        self.ends = sorted({*(told if isinstance(told, list) else [told]), own} - {None})
        parameters = dict(identity.parameters)
        self._chat = ChatParams(
            chat_template=parameters.pop("chat_template", None),
            chat_template_kwargs={"add_generation_prompt": True, **parameters},
        )
        # The length is checked by ``vllm.py``, which knows how long the answer may be.
        self._tokens = replace(self._renderer.default_chat_tok_params, max_total_tokens=None)
        self._spelled: dict[str, tuple[int, ...]] = {}

    async def encode(self, messages: list[dict[str, str]]) -> list[int]:
        """Apply the chat template, up to where the model speaks."""
        try:
            _, (prompt,) = await self._renderer.render_chat_async([messages], self._chat, self._tokens)
        except Exception as error:  # a chat template raises what it likes
            raise Unusable(
                f"the model's chat template does not take these messages: {error}",
                where=self.where,
                remedy="some models know no system message: say it in the user message",
            ) from error
        return list(prompt["prompt_token_ids"])

    async def answer(
        self, tokens: list[int], ask: Mapping[str, Any], held: Mapping[str, Any] | None, name: str
    ) -> dict[str, Any]:
        """Draw one answer: fields of a Reply.

        Args:
            ask: arguments of SamplingParams.
            held: arguments of StructuredOutputsParams, by which the answer is held; None: free.
        """
        try:
            params = SamplingParams.from_optional(
                **ask,
                structured_outputs=StructuredOutputsParams(**held) if held else None,
                output_kind=RequestOutputKind.FINAL_ONLY,
                skip_clone=True,
            )
        except (VLLMClientError, TypeError, ValueError) as error:
            raise Unusable(f"vLLM refuses this: {error}", where=f"{self.where}, [ask]", remedy="correct it") from error
        out = await self._run(tokens, params, name)
        said = out.outputs[0]
        return {
            "text": said.text,
            "finish_reason": said.finish_reason,
            "tokens_out": len(said.token_ids),
            "tokens_cached": out.num_cached_tokens,
            "logprobs": said.logprobs and {"content": list(told(said.token_ids, said.logprobs, ask["logprobs"]))},
        }

    async def score(self, tokens: list[int], options: Sequence[str], name: str) -> tuple[dict[str, float], int | None]:
        """Give the log-probability that the model says exactly this and then ends its turn, for each option.

        Exact, and comparable whatever their length: the end counts, so that 'no' does not take the
        probability of 'no, never'. An option counts in the tokens that the tokenizer makes of it. It is the
        model's own distribution: no temperature, no penalty. Each beginning that options share is asked
        once, and reads the prompt from the cache.

        Returns:
            the scores, and how many tokens of the prompt were cached before.
        """
        spelled = {option: self._spell(option) for option in options}
        longest = max(map(len, spelled.values()), default=0) + 1
        if len(tokens) + longest > self.context:
            raise Rejected(
                f"{len(tokens)} tokens of prompt and {longest} of an option do not fit {self.context} of context",
                where=self.where,
                remedy="shorten the item or the template, or raise max_model_len in connect.engine",
            )
        wanted: dict[tuple[int, ...], set[int]] = {(): set()}
        for spelling in spelled.values():
            for place, token in enumerate(spelling):
                wanted.setdefault(spelling[:place], set()).add(token)
            wanted.setdefault(spelling, set()).update(self.ends)
        asked = [
            (before, ids[start : start + MAX_LOGPROB_TOKEN_IDS])
            for before, ids in ((before, sorted(ids)) for before, ids in wanted.items())
            for start in range(0, len(ids), MAX_LOGPROB_TOKEN_IDS)
        ]
        outs = await asyncio.gather(
            *(
                self._run([*tokens, *before], next_token(ids), f"{name}-{number}")
                for number, (before, ids) in enumerate(asked)
            )
        )
        found: dict[tuple[int, ...], dict[int, float]] = {before: {} for before in wanted}
        for (before, ids), out in zip(asked, outs, strict=True):
            logprobs = out.outputs[0].logprobs[0]
            found[before].update({token: logprobs[token].logprob for token in ids})
        summed = {
            option: sum(found[spelling[:place]][token] for place, token in enumerate(spelling))
            + add_up([found[spelling][end] for end in self.ends])
            for option, spelling in spelled.items()
        }
        scores = {option: score for option, score in summed.items() if math.isfinite(score)}
        return scores, outs[0].num_cached_tokens if outs else None

    def close(self) -> None:
        """End the engine's processes; takes seconds."""
        llm, self.llm = self.llm, None
        if llm.output_handler is not None:  # or it would take the end for a failure, and say so at length
            cancel_task_threadsafe(llm.output_handler)
        llm.shutdown(timeout=END_SECONDS)
        self._watcher.kill()
        self._watcher.communicate()

    def _spell(self, option: str) -> tuple[int, ...]:
        if option not in self._spelled:
            self._spelled[option] = tuple(self._renderer.get_tokenizer().encode(option, add_special_tokens=False))
        return self._spelled[option]

    async def _run(self, tokens: list[int], params: Any, name: str) -> Any:
        out = None
        try:
            async for last in self.llm.generate(tokens_input(tokens), params, name):
                out = last
        except EngineDeadError as error:
            raise Unusable(
                "the engine died",
                where=self.where,
                remedy="why stands above; if memory ran out, lower max_num_seqs or gpu_memory_utilization in "
                "connect.engine. What was answered is kept: run again to go on",
            ) from error
        except VLLMClientError as error:
            raise Rejected(f"vLLM refuses this request: {error}", where=self.where, remedy="check [ask]") from error
        except EngineGenerateError as error:
            cause = error.__cause__ or error
            said = f"vLLM failed at this request: {type(cause).__name__}: {cause}"
            if isinstance(cause, ValueError | TypeError):
                raise Rejected(said, where=self.where, remedy="check [ask]") from error
            raise Passing(said, where=self.where) from error
        if out is None or out.outputs[0].finish_reason in ("abort", "error"):
            raise Passing("the engine dropped the request", where=self.where)
        return out


def cpu_defaults(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Say what the harness chooses on a CPU where nobody else has."""
    chosen: dict[str, Any] = {}
    said = {"gpu_memory_utilization", "kv_cache_memory_bytes"} & set(arguments)
    if not said and not os.environ.get("VLLM_CPU_KVCACHE_SPACE"):
        chosen["kv_cache_memory_bytes"] = CPU_CACHE_BYTES
    if "block_size" not in arguments:
        chosen["block_size"] = CPU_BLOCK_TOKENS
    return chosen


def next_token(ids: list[int]) -> Any:
    """Make parameters that ask for the log-probabilities of these tokens at the next place, and no more."""
    return SamplingParams(
        max_tokens=1,
        temperature=0.0,
        logprob_token_ids=ids,
        detokenize=False,
        output_kind=RequestOutputKind.FINAL_ONLY,
        skip_clone=True,
    )


def add_up(logs: Sequence[float]) -> float:
    """Give the log of the sum of what these are the logs of."""
    largest = max(logs)
    return largest + math.log(sum(math.exp(log - largest) for log in logs))


def told(tokens: Sequence[int], logprobs: Sequence[Mapping[int, Any]], top: int) -> Iterator[dict[str, Any]]:
    """Give log-probabilities in OpenAI's words: one entry per token, with the likeliest at its place."""
    for token, at in zip(tokens, logprobs, strict=True):
        likeliest = sorted((one for one in at.values() if one.rank <= top), key=lambda one: one.rank)
        yield {
            "token": at[token].decoded_token,
            "logprob": at[token].logprob,
            "top_logprobs": [{"token": one.decoded_token, "logprob": one.logprob} for one in likeliest],
        }

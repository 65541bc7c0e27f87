"""The embedded default: a small model in this process, by transformers, on any machine's CPU.

Requests that wait together are answered together, up to ``connect.batch``; which of them meet changes
the journey only, since each has its own seeded stream of chance. The model loads at the first request,
and one worker thread runs it, so that the event loop stays free.

Options are scored as a whole: the log-probability that the model says exactly this and ends its turn. The
format ``scores`` gives these as they are, whatever the sampling parameters; ``choice`` draws one of them,
renormalised, by temperature, top_p, top_k and seed.

It refuses sampling parameters that it does not know, prompts that do not fit the model's context, and the
format ``json``, to which it cannot hold an answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from harness.backends._hub import missing
from harness.embedded import folder_of
from harness.errors import BackendError, Rejected, Unusable
from harness.types import Connect, Constraint, ModelIdentity, Reply, Request

if TYPE_CHECKING:
    from harness.backends._chat import Answer, Chat, Job

KNOWN_ASK = ("max_tokens", "seed", "stop", "temperature", "top_k", "top_p")
KNOWN_DTYPES = ("bfloat16", "float16", "float32")
# Requests that come in one burst should meet before the first of them is run.
GATHER_SECONDS = 0.01
# What a batch costs beside reading its prompts, in tokens read: measured on two cores with 8 tokens out.
BATCH_COST_TOKENS = 400


@dataclass
class Waiting:
    """A job and whoever waits for its answer."""

    job: Job
    future: asyncio.Future[Answer]


class Backend:
    """One model in this process.

    Args:
        identity: ``model`` is a folder or a hub id; ``dtype`` is bfloat16 unless set; ``parameters`` go
            to the chat template.
        connect: ``batch`` and ``device`` are read.
    """

    def __init__(self, identity: ModelIdentity, connect: Connect) -> None:
        self.identity = identity
        self.connect = connect
        self.where = f"model {identity.name!r}: {identity.model}"
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="transformers")
        self._loading: asyncio.Task[tuple[Chat, str]] | None = None
        self._waiting: list[Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def complete(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            Rejected: the prompt and its answer do not fit the model's context.
            Unusable: the model cannot be had or run, or ``ask`` holds what this backend does not know.
        """
        check_ask(request.ask, self.where)
        check_format(request.constraint, self.where)
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
        # Whoever gives up waiting must not take the model from the others.
        chat, fingerprint = await asyncio.shield(self._loading)
        job = self._prepare(chat, request)
        waiting = Waiting(job, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(chat))
        answer = await waiting.future
        text, finish, tokens_out, scores = answer.text, answer.finish_reason, answer.tokens_out, None
        if request.constraint is not None:
            choices = request.constraint.choices
            if request.constraint.format == "scores":
                given = zip(choices, answer.scores, strict=True)
                scores = {choice: score for choice, score in given if math.isfinite(score)}
            else:
                place = choose_one(answer.scores, job)
                text, finish, tokens_out = choices[place], "stop", len(job.choices[place]) + 1
        return Reply(
            text=text,
            finish_reason=finish,
            tokens_in=len(job.tokens),
            tokens_out=tokens_out,
            model_served=self.identity.model,
            fingerprint=fingerprint,
            scores=scores,
        )

    async def close(self) -> None:
        """Let go of the model; what still waits is cancelled."""
        for waiting in self._waiting:
            waiting.future.cancel()
        self._waiting.clear()
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)
        await asyncio.to_thread(self._worker.shutdown)
        self._loading = self._running = None

    async def _load(self) -> tuple[Chat, str]:
        return await asyncio.get_running_loop().run_in_executor(self._worker, load, self.identity, self.connect)

    def _prepare(self, chat: Chat, request: Request) -> Job:
        from harness.backends._chat import Job

        ask = request.ask
        try:
            tokens = chat.encode([asdict(m) for m in request.messages], self.identity.parameters)
        except Exception as error:  # a chat template raises what it likes
            raise Unusable(
                f"the model's chat template does not take these messages: {error}",
                where=self.where,
                remedy="some models know no system message: say it in the user message",
            ) from error
        held = request.constraint.choices if request.constraint is not None else ()
        choices = tuple(chat.spell(choice) for choice in held)
        limit = max(map(len, choices)) + 1 if choices else int(ask.get("max_tokens", 256))
        if len(tokens) + limit > chat.context:
            raise Rejected(
                f"{len(tokens)} tokens of prompt and {limit} of answer do not fit {chat.context} of context",
                where=self.where,
                remedy="shorten the item or the template, lower max_tokens, or take a model with more context",
            )
        stop = ask.get("stop") or ()
        return Job(
            tokens=tokens,
            max_tokens=limit,
            temperature=float(ask.get("temperature", 1.0)),
            top_p=float(ask.get("top_p", 1.0)),
            top_k=int(ask.get("top_k", 0)),
            stop=(stop,) if isinstance(stop, str) else tuple(stop),
            seed=mix_seeds(request.seed, ask.get("seed")),
            choices=choices,
        )

    async def _run(self, chat: Chat) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            batch = choose(self._waiting, self.connect.batch)
            try:
                answers = await loop.run_in_executor(self._worker, chat.answer, [w.job for w in batch])
            except Exception as error:
                failure = Unusable(
                    f"the model failed at a batch of {len(batch)}: {type(error).__name__}: {error}",
                    where=self.where,
                    remedy="if memory ran out, lower batch in connect",
                )
                failure.__cause__ = error
                for waiting in batch:
                    if not waiting.future.done():
                        waiting.future.set_exception(failure)
                continue
            for waiting, answer in zip(batch, answers, strict=True):
                if not waiting.future.done():
                    waiting.future.set_result(answer)
            # Those who were answered may ask again before the next batch is made up.
            await asyncio.sleep(GATHER_SECONDS)


def load(identity: ModelIdentity, connect: Connect) -> tuple[Chat, str]:
    """Find, fetch and load a model: the model and its fingerprint. Takes seconds; run it in a thread.

    Raises:
        Unusable: see ``embedded.folder_of``; or dtype or quantization cannot be served.
    """
    where = f"model {identity.name!r}: {identity.model}"
    dtype = identity.dtype or KNOWN_DTYPES[0]
    if dtype not in KNOWN_DTYPES:
        raise Unusable(f"there is no dtype {dtype!r}", where=where, remedy=f"take {' or '.join(KNOWN_DTYPES)}")
    if identity.quantization is not None:
        raise Unusable(
            f"this backend does not quantize, and {identity.quantization!r} is asked for",
            where=where,
            remedy="leave quantization out, or serve the model and take backend = 'openai'",
        )
    try:
        from harness.backends._chat import Chat
    except ImportError as error:
        raise missing(error) from error
    folder, fingerprint = folder_of(identity.model, identity.revision)
    try:
        return Chat(folder, dtype, connect.device), fingerprint
    except BackendError:
        raise
    except Exception as error:  # a broken folder shows in many ways
        raise Unusable(
            f"the model does not load: {type(error).__name__}: {error}",
            where=f"{where}, in {folder}",
            remedy="if the folder is incomplete, remove it and it is fetched again",
        ) from error


def check_ask(ask: Mapping[str, Any], where: str) -> None:
    """Refuse a sampling parameter that would silently do nothing.

    Raises:
        Unusable: names the unknown ones and lists the known.
    """
    unknown = sorted(set(ask) - set(KNOWN_ASK))
    if unknown:
        raise Unusable(
            f"the transformers backend does not know {', '.join(unknown)}",
            where=f"{where}, [ask]",
            remedy=f"it knows: {', '.join(KNOWN_ASK)}",
        )


def check_format(constraint: Constraint | None, where: str) -> None:
    """Refuse a format that this backend cannot hold an answer to.

    Raises:
        Unusable: names the formats that it can.
    """
    if constraint is not None and constraint.format not in ("choice", "scores"):
        raise Unusable(
            f"the transformers backend cannot hold an answer to the format {constraint.format}",
            where=where,
            remedy="take backend = 'vllm', or a server by backend = 'openai'; here there are text, choice and scores",
        )


def choose_one(scores: tuple[float, ...], job: Job) -> int:
    """Draw the place of one choice, as a token would be drawn among so many."""
    import torch

    from harness.backends._chat import Row, draw

    return draw(torch.tensor(scores), Row(job, torch.Generator().manual_seed(job.seed)))


def mix_seeds(request_seed: int, asked: object) -> int:
    """Make the seed of one row's stream from the request's own and the one asked for, if any."""
    digest = hashlib.sha256(f"{request_seed}:{asked}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


def choose(waiting: list[Waiting], size: int) -> list[Waiting]:
    """Take up to ``size`` requests off the list: the oldest, and those that are cheapest to read with it.

    A beginning in common is read once, so a batch of one variant may cost half of a mixed one. The oldest
    is always taken, so that none waits for ever.
    """
    waiting[:] = [w for w in waiting if not w.future.done()]
    if not waiting:
        return []
    oldest = waiting[0].job.tokens
    same = {w.job.tokens: count_same(oldest, w.job.tokens) for w in waiting}
    near = sorted(waiting, key=lambda w: same[w.job.tokens], reverse=True)[:size]
    distinct: set[tuple[int, ...]] = set()
    longest = 0
    costs: list[float] = []
    for count, tokens in enumerate((w.job.tokens for w in near), 1):
        distinct.add(tokens)
        longest = max(longest, len(tokens))
        read = same[tokens] + len(distinct) * (longest - same[tokens])
        costs.append((BATCH_COST_TOKENS + read) / count)
    batch = near[: costs.index(min(costs)) + 1]
    taken = set(map(id, batch))
    waiting[:] = [w for w in waiting if id(w) not in taken]
    return batch


def count_same(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """Count the tokens with which both begin."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))

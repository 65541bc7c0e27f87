"""Runs one batch of chat prompts through a causal language model: tokens in, tokens out, seeded draws.

Work is shared where it can be without changing what is asked: prompts that are equal are read once, and
the beginning that all have in common once for all. Each row has its own stream of chance, so that what
is drawn for it does not hang on who else is in the batch.

It refuses to know of requests, retries and events (``transformers.py`` does), and imports torch: import
it only when a model is needed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.cache_utils import DynamicCache
from transformers.utils import logging as transformers_logging

# A shorter common beginning saves less than the extra pass costs.
SHARED_TOKENS = 24


@dataclass(frozen=True)
class Job:
    """One prompt and how to answer it.

    Attributes:
        tokens: the prompt, chat template applied.
        temperature: 0 takes the likeliest token.
        top_p: keep the likeliest tokens that hold this share; 1 keeps all.
        top_k: keep this many; 0 keeps all.
        stop: the text ends before the first of these.
        seed: of the row's stream of chance.
        choices: the only answers that there are, as tokens: they are scored, and none is generated.
    """

    tokens: tuple[int, ...]
    max_tokens: int
    temperature: float
    top_p: float = 1.0
    top_k: int = 0
    stop: tuple[str, ...] = ()
    seed: int = 0
    choices: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Answer:
    """What was drawn. ``tokens_out`` counts the token that ended the turn; ``scores`` are those of the choices."""

    text: str
    finish_reason: str
    tokens_out: int
    scores: tuple[float, ...] = ()


@dataclass
class Row:
    """A job while it is answered."""

    job: Job
    chance: torch.Generator
    drawn: list[int] = field(default_factory=list)
    answer: Answer | None = None


class Chat:
    """A loaded model with its tokenizer.

    Args:
        folder: a model's folder, as ``save_pretrained`` writes it.
        dtype: the name of a torch dtype.
        device: ``cpu``, ``cuda``, ``cuda:1`` …; None takes a GPU if there is one.
    """

    def __init__(self, folder: str, dtype: str, device: str | None) -> None:
        transformers_logging.disable_progress_bar()
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        if self.device.type == "cpu":
            # Torch counts the machine's cores; containers and job schedulers may allow fewer.
            allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
            torch.set_num_threads(min(torch.get_num_threads(), allowed))
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype))
        self.model.to(self.device).eval()
        ends = self.model.generation_config.eos_token_id
        self.ends = {*(ends if isinstance(ends, list) else [ends]), self.tokenizer.eos_token_id} - {None}
        text_config = self.model.config.get_text_config()
        self.context: int = getattr(text_config, "max_position_embeddings", 1 << 62)
        # With a sliding window, padding between the shared beginning and the rest would count as distance.
        self.shares = not getattr(text_config, "sliding_window", None)

    def encode(self, messages: Sequence[Mapping[str, str]], parameters: Mapping[str, Any]) -> tuple[int, ...]:
        """Apply the chat template, up to where the model speaks."""
        encoded = self.tokenizer.apply_chat_template(
            list(messages), add_generation_prompt=True, return_dict=True, **parameters
        )
        return tuple(encoded["input_ids"])

    def answer(self, jobs: Sequence[Job]) -> list[Answer]:
        """Answer all jobs: in one batch, each up to its own limit, those that generate; the others are scored."""
        with torch.inference_mode():
            drawn = iter(self._answer([job for job in jobs if not job.choices]))
            scored = iter(self._score([job for job in jobs if job.choices]))
            return [next(scored if job.choices else drawn) for job in jobs]

    def spell(self, text: str) -> tuple[int, ...]:
        """Give the tokens of a text that the model might say."""
        return tuple(self.tokenizer.encode(text, add_special_tokens=False))

    def _score(self, jobs: Sequence[Job]) -> list[Answer]:
        """Score each choice of each job: the log-probability of its tokens and of the end of the turn after them.

        No more rows than the batch had jobs are computed together, for each choice is a row.
        """
        asked = list(dict.fromkeys((job.tokens, job.choices) for job in jobs))
        known: dict[tuple[Any, Any], tuple[float, ...]] = {}
        while asked:
            size = max(1, len(jobs) // max(len(choices) for _, choices in asked[: len(jobs)]))
            known.update(zip(asked[:size], self._score_choices(asked[:size]), strict=True))
            del asked[:size]
        return [Answer("", "scores", 0, known[job.tokens, job.choices]) for job in jobs]

    def _score_choices(
        self, asked: Sequence[tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]]
    ) -> list[tuple[float, ...]]:
        prompts = list(dict.fromkeys(tokens for tokens, _ in asked))
        logits, cache, mask = self.read(prompts)
        rows = [(prompts.index(tokens), choice) for tokens, choices in asked for choice in choices]
        turn = torch.tensor([prompt for prompt, _ in rows], device=self.device)
        cache.batch_select_indices(turn)
        longest = max(len(choice) for _, choice in rows)
        # Padding comes last: no token of a choice sees it.
        tokens = torch.tensor([[*choice, *[0] * (longest - len(choice))] for _, choice in rows], device=self.device)
        real = torch.tensor(
            [[int(at < len(choice)) for at in range(longest)] for _, choice in rows], device=self.device
        )
        whole = torch.cat([mask[turn], real], dim=1)
        out = self.model(
            input_ids=tokens,
            attention_mask=whole,
            position_ids=(whole.cumsum(1) - 1).clamp(min=0)[:, mask.shape[1] :],
            past_key_values=cache,
            use_cache=True,
        )
        # What comes first is scored by the prompt; each further token, and the end, by those before it.
        said = torch.cat([logits[turn].unsqueeze(1), out.logits], dim=1).float().log_softmax(-1)
        ends = torch.tensor(sorted(self.ends), device=self.device)
        scores = []
        for row, (_, choice) in enumerate(rows):
            own = said[row, range(len(choice)), list(choice)].sum()
            scores.append(float(own + said[row, len(choice), ends].logsumexp(0)))
        given = iter(scores)
        return [tuple(next(given) for _ in choices) for _, choices in asked]

    def _answer(self, jobs: Sequence[Job]) -> list[Answer]:
        if not jobs:
            return []
        rows = [Row(job, torch.Generator().manual_seed(job.seed)) for job in jobs]
        prompts = list(dict.fromkeys(job.tokens for job in jobs))
        logits, cache, mask = self.read(prompts)
        alive = list(rows)
        turn = torch.tensor([prompts.index(job.tokens) for job in jobs], device=self.device)
        if len(prompts) < len(jobs):
            logits, mask = logits[turn], mask[turn]
            cache.batch_select_indices(turn)
        while True:
            for row, scores in zip(alive, logits.float().cpu(), strict=True):
                if row.answer is None:
                    row.drawn.append(draw(scores, row))
                    row.answer = self.finish(row)
            going = [i for i, row in enumerate(alive) if row.answer is None]
            if not going:
                return [row.answer for row in rows if row.answer is not None]
            if len(going) * 2 <= len(alive):  # copying the cache pays only for many finished rows
                keep = torch.tensor(going, device=self.device)
                mask = mask[keep]
                cache.batch_select_indices(keep)
                alive = [alive[i] for i in going]
            tokens = torch.tensor([[row.drawn[-1]] for row in alive], device=self.device)
            logits, mask = self.step(tokens, torch.ones_like(tokens), cache, mask)

    def read(self, prompts: Sequence[tuple[int, ...]]) -> tuple[torch.Tensor, DynamicCache, torch.Tensor]:
        """Read distinct prompts.

        Returns:
            The scores of the next token (prompt × vocabulary), the cache, and the mask of real tokens.
        """
        cache = DynamicCache(config=self.model.config)
        mask = torch.ones((1, 0), dtype=torch.long, device=self.device)
        shared = 0
        if len(prompts) > 1 and self.shares:
            shared = count_shared(prompts)
        if shared >= SHARED_TOKENS:
            tokens = torch.tensor([prompts[0][:shared]], device=self.device)
            _, mask = self.step(tokens, torch.ones_like(tokens), cache, mask)
            cache.batch_repeat_interleave(len(prompts))
        else:
            shared = 0
        mask = mask.expand(len(prompts), -1)
        rests = [prompt[shared:] for prompt in prompts]
        longest = max(map(len, rests))
        filler = self.tokenizer.pad_token_id or 0
        tokens = torch.tensor([[filler] * (longest - len(r)) + list(r) for r in rests], device=self.device)
        real = torch.tensor([[0] * (longest - len(r)) + [1] * len(r) for r in rests], device=self.device)
        logits, mask = self.step(tokens, real, cache, mask)
        return logits, cache, mask

    def step(
        self, tokens: torch.Tensor, real: torch.Tensor, cache: DynamicCache, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Read further tokens (row × position) and score what comes next."""
        whole = torch.cat([mask, real], dim=1)
        places = (whole.cumsum(1) - 1).clamp(min=0)[:, mask.shape[1] :]
        out = self.model(
            input_ids=tokens,
            attention_mask=whole,
            position_ids=places,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return out.logits[:, -1], whole

    def finish(self, row: Row) -> Answer | None:
        """Make the answer if the row has come to its end, honest about which end."""
        ended = row.drawn[-1] in self.ends
        full = len(row.drawn) >= row.job.max_tokens
        if not (ended or full or row.job.stop):
            return None
        text = self.tokenizer.decode(row.drawn[:-1] if ended else row.drawn, skip_special_tokens=True)
        cuts = [at for stop in row.job.stop if (at := text.find(stop)) >= 0]
        if cuts:
            return Answer(text[: min(cuts)], "stop", len(row.drawn))
        if ended or full:
            return Answer(text, "stop" if ended else "length", len(row.drawn))
        return None


def count_shared(prompts: Sequence[tuple[int, ...]]) -> int:
    """Count the tokens that all prompts begin with, leaving each at least one of its own."""
    first, last = min(prompts), max(prompts)
    limit = min(map(len, prompts)) - 1
    return next((i for i in range(limit) if first[i] != last[i]), limit)


def draw(scores: torch.Tensor, row: Row) -> int:
    """Draw the next token of one row from its scores (vocabulary, float32, on the CPU).

    Dividing each probability by its own exponential draw and taking the largest is an exact draw from the
    distribution (the Gumbel-max trick). It uses as much chance for every token, whatever is kept.
    """
    job = row.job
    if job.temperature == 0:
        return int(scores.argmax())
    scores = scores / job.temperature
    if 0 < job.top_k < scores.numel():
        scores = scores.masked_fill(scores < scores.topk(job.top_k).values[-1], -torch.inf)
    if job.top_p < 1:
        ordered, places = scores.sort(descending=True)
        before = ordered.softmax(0).cumsum(0) - ordered.softmax(0)
        scores = scores.index_fill(0, places[before >= job.top_p], -torch.inf)
    noise = torch.empty_like(scores).exponential_(generator=row.chance).log_()
    return int((scores - noise).argmax())

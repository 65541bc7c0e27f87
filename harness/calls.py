"""A cell of the plan → a request; a reply or an error → a line of the journal.

One place for both, so that what is asked now and what is handed to a batch make the same facts.
What this refuses: to write what no table can hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from harness.errors import BackendError
from harness.ids import canonical_messages, digest_id, generation_name, seed_of
from harness.types import Annotator, Cell, Prompt, Reply, Request, Said


class Row(NamedTuple):
    """A cell of the plan: its item's fields as JSON, and what was said in its dialogue so far, as JSON."""

    annotator_id: str
    item_id: str
    sample: int
    dataset: str
    key: str
    fields: str
    history: str | None = None


# annotator, the item's fields, what was said before, item_id, sample → what to ask now; None: the dialogue is over
Fill = Callable[[Annotator, Mapping[str, Any], tuple[Said, ...], str, int], Prompt | None]


def history_of(row: Row) -> tuple[Said, ...]:
    """Read what was said in the dialogue before."""
    if row.history is None:
        return ()
    return tuple(Said(said["turn"], said["text"] or "", said["finish_reason"]) for said in json.loads(row.history))


def make_request(
    row: Row, fields: Mapping[str, Any], annotator: Annotator, prompt: Prompt, history: tuple[Said, ...] = ()
) -> Request:
    """Make the request of the next turn of a cell."""
    turn = next_turn_of(history)
    generation_id = generation_name(row.annotator_id, row.item_id, row.sample, turn)
    return Request(
        generation_id=generation_id,
        messages=prompt.messages,
        ask=annotator.variant.ask,
        seed=seed_of(generation_id),
        cell=Cell(
            row.dataset,
            row.key,
            row.sample,
            tuple(prompt.options),
            fields,
            annotator.variant.levels,
            tuple(prompt.options.values()),
            annotator.identity.get("asked", {}),
            turn,
            history,
            annotator.speaker(prompt.role).identity.name,
            annotator.identity.get("datatype", "label"),
        ),
        constraint=prompt.constraint,
    )


def next_turn_of(history: tuple[Said, ...]) -> int:
    """Give the number of the turn that comes after these."""
    return history[-1].turn + 1 if history else 0


def generation_line(
    row: Row,
    prompt: Prompt,
    request: Request,
    reply: Reply,
    seconds: float,
    attempts: int,
    at: datetime,
    *,
    last: bool = True,
) -> dict[str, Any]:
    """Write a reply as a line of generations.jsonl; ``last``: it ends its dialogue."""
    messages = canonical_messages(prompt.messages)
    return {
        "generation_id": request.generation_id,
        "annotator_id": row.annotator_id,
        "item_id": row.item_id,
        "sample": row.sample,
        "turn": request.cell.turn,
        "last": last,
        "as_role": prompt.role,
        "speaker": request.cell.speaker if prompt.role is not None else None,
        "drawn": storable(json.dumps(dict(prompt.drawn), ensure_ascii=False)) if prompt.drawn else None,
        "prompt_id": digest_id("prompt", messages),
        "messages": messages,
        "text": storable(reply.text),
        "finish_reason": reply.finish_reason,
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "tokens_cached": reply.tokens_cached,
        "tokens_reasoning": reply.tokens_reasoning,
        "model_served": reply.model_served,
        "fingerprint": reply.fingerprint,
        "reasoning": reply.reasoning and storable(reply.reasoning),
        "logprobs": None if reply.logprobs is None else storable(json.dumps(reply.logprobs, ensure_ascii=False)),
        "scores": None if reply.scores is None else storable(json.dumps(dict(reply.scores), ensure_ascii=False)),
        "seconds": round(seconds, 4),
        "attempts": attempts,
        "arrived_at": at.isoformat(),
    }


def failure_line(row: Row, generation_id: str, error: BackendError, at: datetime, *, permanent: bool) -> dict[str, Any]:
    """Write a call that brought no reply as a line of failures.jsonl."""
    return {
        "generation_id": generation_id,
        "annotator_id": row.annotator_id,
        "item_id": row.item_id,
        "sample": row.sample,
        "permanent": permanent,
        "error": storable(str(error)),
        "failed_at": at.isoformat(),
    }


def served_by(reply: Reply) -> str:
    """Name what answered: the model served and its fingerprint; empty where the server says neither."""
    return f"{reply.model_served} {reply.fingerprint or ''}".strip() if reply.model_served or reply.fingerprint else ""


def storable(text: str) -> str:
    """Replace what no database holds: NUL and lone surrogates."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")

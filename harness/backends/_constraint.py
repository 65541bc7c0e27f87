"""A constraint → fields of a chat-completions request; the log-probabilities of a first token → options.

How each format goes on the wire:

=========== ==================== =========================================================================
``json``                         ``response_format``: a strict JSON Schema
``choice``  ``choice_by`` =
            structured_outputs   ``structured_outputs: {"choice": […]}`` (vLLM)
            grammar              ``grammar: root ::= "yes" | "no"`` (llama.cpp)
            json_schema          ``response_format``: a string of an enum; the answer comes in quotes
``scores``                       ``logprobs``, ``top_logprobs`` and one token
=========== ==================== =========================================================================

**Scores are those of the first token.** A token counts for an option that it is, or that it begins in the
option's own spelling, give or take capitals and the space before it. A token with which two options may begin
counts for neither; what such tokens weigh is told under the key ``""``. What the server left out of its list
counts as nothing. Engines in this process score whole options instead.

It refuses what would have to be ignored: a field of the user's own that the constraint needs, a choice where
the server knows none, scores of options whose first words are the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from harness.errors import Unusable
from harness.types import Connect, Constraint

NAMELESS = "answer"  # servers want a name for a schema, and some show it to the model
TOP = 20  # what OpenAI and vLLM give at the most, unless told otherwise
UNTOLD = ""  # the key of what may belong to several options; no option is empty
HELD_BY = ("response_format", "structured_outputs", "grammar")
NEEDED = {"json": HELD_BY, "choice": HELD_BY, "scores": ("logprobs",)}
NO_CHOICE = (".api.openai.com", ".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
ESCAPED = {'"': r"\"", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
UNPRINTABLE = re.compile(r'["\\\x00-\x1f\x7f]')


def constrain(body: dict[str, Any], constraint: Constraint, connect: Connect, host: str | None, where: str) -> None:
    """Write a constraint into the body of a request.

    Raises:
        Unusable: no request with this constraint can work here.
    """
    own = [name for name in NEEDED.get(constraint.format, ()) if name in body]
    if own:
        raise Unusable(
            f"the format {constraint.format} sets {' and '.join(own)} itself",
            where=where,
            remedy=f"take {' and '.join(own)} out of [ask] and parameters, or {constraint.format} out of the "
            "levels of format",
        )
    if constraint.format == "json":
        body["response_format"] = _schema(constraint.schema)
    elif constraint.format == "choice":
        if f".{host}".endswith(NO_CHOICE):
            raise Unusable(
                "OpenAI and Azure cannot hold an answer to a choice of words",
                where=where,
                remedy='take format = "json": its schema lists the options',
            )
        body.update(_choose(constraint.choices, connect.choice_by, where))
    elif constraint.format == "scores":
        check_first_words(constraint.choices, where)
        body["logprobs"] = True
        body.setdefault("top_logprobs", TOP)
        for name in {"max_completion_tokens", "max_tokens"} & body.keys() or {"max_tokens"}:
            body[name] = 1
    else:
        raise Unusable(f"there is no format {constraint.format!r}", where=where, remedy="json, choice or scores")


def _schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": NAMELESS, "schema": schema, "strict": True}}


def _choose(choices: Sequence[str], choice_by: str, where: str) -> dict[str, Any]:
    if choice_by == "structured_outputs":
        return {"structured_outputs": {"choice": list(choices)}}
    if choice_by == "grammar":
        return {"grammar": write_grammar(choices)}
    if choice_by == "json_schema":
        return {"response_format": _schema({"type": "string", "enum": list(choices)})}
    raise Unusable(
        f"there is no choice_by = {choice_by!r}",
        where=f"{where}, connect.choice_by",
        remedy="structured_outputs (vLLM), grammar (llama.cpp) or json_schema",
    )


def write_grammar(choices: Sequence[str]) -> str:
    """Write a choice as GBNF."""
    return "root ::= " + " | ".join(f'"{UNPRINTABLE.sub(_escape, choice)}"' for choice in choices)


def _escape(match: re.Match[str]) -> str:
    return ESCAPED.get(match[0]) or f"\\x{ord(match[0]):02x}"


def check_first_words(choices: Sequence[str], where: str) -> None:
    """Refuse options that no first token tells apart: the answers would be missing, and not at random.

    Raises:
        Unusable: names two options.
    """
    same = _same_first_word(tuple(choices))
    if same:
        raise Unusable(
            f"the options {same[0]!r} and {same[1]!r} begin with the same word, and a server tells the scores of a "
            "first token only",
            where=where,
            remedy="rename the options, or take backend = 'vllm' or 'transformers', which score whole options",
        )


@lru_cache(256)
def _same_first_word(choices: tuple[str, ...]) -> tuple[str, str] | None:
    seen: dict[str, str] = {}
    for choice in choices:
        first = (choice.casefold().split() or [choice])[0]
        if first in seen:
            return seen[first], choice
        seen[first] = choice
    return None


def score_options(logprobs: object, choices: tuple[str, ...]) -> dict[str, float] | None:
    """Add up what the tokens that an answer may begin with say of the options.

    Args:
        logprobs: of the choice, as the server gave them.

    Returns:
        option → log-probability, without those that have none; None if the server gave no log-probabilities.
    """
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    first = content[0] if isinstance(content, list) and content else None
    top = first.get("top_logprobs") if isinstance(first, dict) else None
    if not isinstance(top, list) or not top:
        return None
    held: dict[str, float] = {}
    for entry in top:
        token, logprob = (entry.get("token"), entry.get("logprob")) if isinstance(entry, dict) else (None, None)
        if not isinstance(token, str) or not isinstance(logprob, int | float) or not math.isfinite(logprob):
            continue
        raw = entry.get("bytes") if "\\x" in token else None  # a part of a character: the token cannot say it
        option = _begun(bytes(raw) if isinstance(raw, list) else token, choices)
        if option is not None:
            held[option] = held.get(option, 0.0) + math.exp(min(logprob, 0.0))  # rounding may pass 0
    return {option: math.log(mass) for option, mass in held.items() if mass > 0}


@lru_cache(8192)
def _begun(token: str | bytes, choices: tuple[str, ...]) -> str | None:
    """Tell which option a token begins; ``UNTOLD`` if it may be several, None if it is none's beginning."""
    if isinstance(token, bytes):
        piece = token.lstrip(b" ")
        mayhap = [choice for choice in choices if piece and choice.encode().startswith(piece)]
        return mayhap[0] if len(mayhap) == 1 else (UNTOLD if mayhap else None)
    part = token.replace("▁", " ").lstrip()
    mayhap = [choice for choice in choices if part and _may_begin(part.casefold(), choice.casefold())]
    if len(mayhap) > 1:
        return UNTOLD
    return mayhap[0] if mayhap and _begins(part, mayhap[0]) else None


def _may_begin(part: str, choice: str) -> bool:
    return choice.startswith(part) or _goes_beyond(part, choice)


def _goes_beyond(part: str, choice: str) -> bool:
    """Tell whether a token holds a whole option and then something that no word goes on with: "yes,"."""
    return part.startswith(choice) and not re.match(r"\w", part[len(choice) :])


def _begins(part: str, choice: str) -> bool:
    """Tell a beginning of an option from one of any other answer, such as the I of "I think" for "ironic"."""
    if _goes_beyond(part.casefold(), choice.casefold()):
        return True
    spelled = {choice, choice[:1].upper() + choice[1:], choice.upper(), choice.lower()}
    word_ends = not re.match(r"\w", choice[len(part) :])
    return any(one.startswith(part) for one in spelled) and (len(part) > 1 or word_ends)

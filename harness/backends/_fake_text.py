"""What the fake says where a text is asked for: short everyday texts about what the item is about.

What an item is about is the same for whoever is asked. Every sentence is drawn anew, so that two texts on one
item differ as two people's do. All chance of a dial is its own stream: turning one leaves the rest as it was.

Dials; 0 unless said otherwise:

============== ==============================================================================================
``formality``  probability that a place takes its formal counterpart ("do not" for "don't", "however" for "but")
``length``     sentences beyond what a person writes, as a share: 1 doubles them
``overuse``    ``{word = p}``: probability that a sentence takes the word
``metaphor``   probability that a sentence takes a metaphor
``copy``       probability that the reply is the seed: alone, or, where it is to be continued, before the rest
``preamble``   probability of words before the text, as assistants say them; none in JSON
``truncate``   probability that a text breaks off within its last words
============== ==============================================================================================

It refuses to copy where the study names no seed.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from harness.errors import Unusable
from harness.types import Cell, Request

PROBABILITIES = ("formality", "metaphor", "copy", "preamble", "truncate")
DIALS = (*PROBABILITIES, "length", "overuse")

FEWEST, MOST = 1, 4  # sentences of a text at dial 0
_PLACE = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")

Complain = Callable[[str, str], Unusable]


def say(request: Request, dials: Mapping[str, Any], complain: Complain) -> str:
    """Write the texts that a study asks for, in the form that it asks for."""
    cell = request.cell
    length, overuse = _read_length(dials, complain), _read_overuse(dials, complain)
    chance = {name: random.Random(f"{request.seed} {name}") for name in ("text", *DIALS)}
    seed = _find_seed(cell, dials, complain)
    texts = [_write(cell, chance, dials, length, overuse) for _ in range(cell.asked.get("several", 1))]
    if chance["copy"].random() < dials.get("copy", 0):
        texts[0] = f"{seed} {texts[0]}" if cell.asked.get("task") == "continue" else seed
    if chance["truncate"].random() < dials.get("truncate", 0):
        texts[-1] = _break_off(texts[-1], chance["truncate"])
    if request.constraint is not None and request.constraint.format == "json":
        return json.dumps({"texts": texts}, ensure_ascii=False)
    told = texts[0] if len(texts) == 1 else "".join(f"{n}. {one}\n" for n, one in enumerate(texts, 1))
    speaks = chance["preamble"].random() < dials.get("preamble", 0)
    return (chance["preamble"].choice(load_words()["preambles"]) if speaks else "") + told


@cache
def load_words() -> Mapping[str, Any]:
    """Load what the fake's texts are made of."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return loaded


def _write(
    cell: Cell,
    chance: Mapping[str, random.Random],
    dials: Mapping[str, Any],
    length: float,
    overuse: Mapping[str, float],
) -> str:
    """Write one text: sentences drawn without repeat while there are any left."""
    words = load_words()
    thing, part, quality = random.Random(f"{cell.dataset}\x00{cell.key}").choice(words["topics"])
    named = {"thing": thing, "Thing": thing[0].upper() + thing[1:], "part": part, "quality": quality}
    named["Part"] = part[0].upper() + part[1:]
    few = chance["text"].randint(FEWEST, MOST)
    order = chance["text"].sample(words["sentences"], len(words["sentences"]))
    many = max(1, round(few * (1 + length)))
    made = []
    for place in range(many):
        sentence = order[place % len(order)].format(**named)
        sentence = _PLACE.sub(lambda at: at[1 + (chance["formality"].random() < dials.get("formality", 0))], sentence)
        if chance["metaphor"].random() < dials.get("metaphor", 0):
            sentence = _join(sentence, f", {chance['metaphor'].choice(words['metaphors'])}")
        for word, share in overuse.items():
            if chance["overuse"].random() < share:
                sentence = _join(sentence, chance["overuse"].choice(words["overused"]).format(word=word))
        made.append(sentence)
    return " ".join(made)


def _join(sentence: str, more: str) -> str:
    """Put words before the last stop of a sentence."""
    return sentence[:-1] + more + sentence[-1]


def _break_off(text: str, rng: random.Random) -> str:
    """End a text before its last words do."""
    words = text.split(" ")
    return " ".join(words[: max(1, len(words) - rng.randint(1, 4))]).rstrip(".!?,")


def _find_seed(cell: Cell, dials: Mapping[str, Any], complain: Complain) -> str:
    seed = cell.fields.get(cell.asked.get("seed") or "")
    if dials.get("copy") and not isinstance(seed, str):
        raise complain("`copy` has nothing to copy", "name the field of the text in the study, as [text] seed")
    return str(seed or "")


def _read_length(dials: Mapping[str, Any], complain: Complain) -> float:
    length = dials.get("length", 0)
    if isinstance(length, bool) or not isinstance(length, int | float) or not 0 <= length <= 100:
        raise complain(f"`length` = {length!r} is not usable", "give a number from 0 to 100")
    return float(length)


def _read_overuse(dials: Mapping[str, Any], complain: Complain) -> Mapping[str, float]:
    given = dials.get("overuse") or {}
    fits = isinstance(given, Mapping) and all(
        isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1 for share in given.values()
    )
    if not fits:
        raise complain(f"`overuse` = {given!r} is no mapping word → probability", "write overuse = { delve = 0.2 }")
    return {str(word): float(share) for word, share in given.items()}

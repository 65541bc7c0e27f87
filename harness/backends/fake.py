"""Answer like a random person, with dials: what audits must find when turned, and must not find at 0.

Each item has a latent distribution of answers p, the same for whoever is asked; the fake draws from it
unless a dial acts. All draws come from ``request.seed``, one uniform for each dial and others for the
answer, so that turning one dial leaves the rest as it was. It refuses the network, to read a prompt, and
dials it does not know.

Dials, in ``identity.parameters``; a probability is 0 unless said otherwise:

==================== =====================================================================================
``truth``            name of the item field that holds p, as a mapping option → weight (or that in JSON)
``probs``            p itself, the same for every item
                     (neither: p ~ Dirichlet(0.35 · 1) over the sorted options, by dataset and key)
``majority_pull``    probability of the likeliest option instead of a draw
``position_bias``    probability of the first option shown
``shift``            ``{option: w}`` or ``[option, w]``: probability w of that option, whatever the item
``verbosity``        probability of a sentence around the label, which names no other option
``garble``           probability of a reply that names no option
``refusal``          probability of a refusal
``reject``           probability that the request is Rejected
``failure``          probability that the first ``failure_attempts`` (1) tries of a request are Passing
``delay``            seconds before each answer
==================== =====================================================================================

Where several act, the first of this order wins: reject, failure, refusal, garble, shift, position_bias,
majority_pull.

``reject``, ``failure``, ``refusal`` and ``delay`` serve every data type; the others are those of labels. What the
fake says for another data type, and its dials, is in ``_fake_<data type>.py``.

Under a constraint the fake is held as a model would be: an object of the schema or an option is neither garbled
nor wordy, and a choice is no refusal. Scores are what the dials make of p in expectation; what refusal and
garble take is missing from their sum.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import math
import random
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.errors import Passing, Rejected, Unusable
from harness.types import Cell, Connect, ModelIdentity, Reply, Request

CONCENTRATION = 0.35
# The order of the draws: append only, or the dials of every fake act on other requests.
DRAWN = ("reject", "failure", "refusal", "garble", "shift", "position_bias", "majority_pull", "verbosity")
PROBABILITIES = tuple(name for name in DRAWN if name != "shift")
COMMON = ("reject", "failure", "refusal", "failure_attempts", "delay")  # of every data type
DIALS = (*DRAWN, "truth", "probs", "failure_attempts", "delay")


class Backend:
    """A model that is none.

    Raises:
        Unusable: a dial that is not known or out of range.
    """

    def __init__(self, identity: ModelIdentity, connect: Connect) -> None:
        del connect  # there is no journey
        self._where = f"{identity.name}: parameters"
        self._dials = dict(identity.parameters)
        self._shift = self._read_shift(self._dials.get("shift") or {})
        self._tries: dict[str, int] = {}
        self._check()

    async def complete(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            Passing, Rejected: as the dials say.
            Unusable: the item holds no distribution over the options shown.
        """
        if self._dials.get("delay"):
            await asyncio.sleep(self._dials["delay"])
        rng = random.Random(request.seed)
        dice = random.Random(f"{request.seed} dials")
        drawn = {name: dice.random() for name in DRAWN}
        acts = {name for name in PROBABILITIES if drawn[name] < self._dials.get(name, 0)}
        if "reject" in acts:
            raise Rejected("the fake rejects this request", where=self._where, remedy="turn `reject` down")
        if "failure" in acts:
            self._fail(request.generation_id)
        held = request.constraint.format if request.constraint is not None else ""
        voice = self._voice_of(request.cell.datatype)
        scores = self._score(request.cell) if held == "scores" else None
        if scores is not None:
            text = ""
        elif voice is not None:
            refuses = "refusal" in acts and held != "choice"
            text = pick_sentence("refusal", (), rng) if refuses else voice.say(request, self._dials, self._complain)
        elif held == "choice":
            text = self._choose(request.cell, rng, drawn["shift"], acts)
        elif held == "json" and "refusal" not in acts and request.constraint is not None:
            label = self._choose(request.cell, rng, drawn["shift"], acts) if request.cell.options else ""
            text = fill_schema(request.constraint.schema, label, rng)
        else:
            text = self._speak(request.cell, rng, drawn["shift"], acts)
        return Reply(
            text=text,
            finish_reason="stop" if scores is None else "scores",
            tokens_in=sum(len(message.content.split()) for message in request.messages),
            tokens_out=len(text.split()),
            model_served="fake",
            fingerprint="fake-1",
            scores=scores,
        )

    async def close(self) -> None:
        """Do nothing: nothing was opened."""

    def _voice_of(self, datatype: str) -> Any:
        """Find who speaks for a data type; None for labels. A dial that turns nothing there would deceive."""
        voice = voices().get(datatype)
        if voice is not None:
            for name in self._dials:
                if name not in (*COMMON, *voice.DIALS):
                    known = ", ".join((*COMMON, *voice.DIALS))
                    raise self._complain(f"`{name}` is no dial of a {datatype}", f"there are: {known}")
        return voice

    def _fail(self, generation_id: str) -> None:
        tried = self._tries.get(generation_id, 0)
        if tried < self._dials.get("failure_attempts", 1):
            self._tries[generation_id] = tried + 1
            raise Passing("the fake fails for a passing reason", where=self._where)

    def _speak(self, cell: Cell, rng: random.Random, shift: float, acts: set[str]) -> str:
        if "refusal" in acts:
            return pick_sentence("refusal", cell.options, rng)
        if not cell.options:
            return rng.choice(load_sentences()["open"])
        if "garble" in acts:
            return pick_sentence("garble", cell.options, rng)
        label = self._choose(cell, rng, shift, acts)
        if "verbosity" in acts:
            others = [option for option in cell.options if option != label]
            return pick_sentence("wrap", others, rng).replace("{label}", label)
        return label

    def _choose(self, cell: Cell, rng: random.Random, shift: float, acts: set[str]) -> str:
        for option, weight in self._shift:
            if shift < weight:
                self._check_shift(cell)
                return option
            shift -= weight
        if "position_bias" in acts:
            return cell.options[0]
        p = self._find_latent(cell)
        if "majority_pull" in acts:
            return max(p, key=lambda option: p[option])
        return rng.choices(list(p), list(p.values()))[0]

    def _score(self, cell: Cell) -> dict[str, float]:
        """Give the log-probability of each option over all draws; those that are never said are left out."""
        dial = {name: self._dials.get(name, 0) for name in PROBABILITIES}
        p = self._find_latent(cell)
        likeliest, total = max(p, key=lambda option: p[option]), sum(p.values())
        shares = {option: (1 - dial["majority_pull"]) * weight / total for option, weight in p.items()}
        shares[likeliest] += dial["majority_pull"]
        shares = {option: (1 - dial["position_bias"]) * share for option, share in shares.items()}
        shares[cell.options[0]] += dial["position_bias"]
        shifted = self._check_shift(cell)
        shares = {o: (1 - sum(shifted.values())) * share + shifted.get(o, 0.0) for o, share in shares.items()}
        said = (1 - dial["refusal"]) * (1 - dial["garble"])
        return {option: math.log(said * share) for option, share in shares.items() if said * share > 0}

    def _check_shift(self, cell: Cell) -> dict[str, float]:
        for option, _ in self._shift:
            if option not in cell.options:
                raise self._complain(f"`shift` names {option!r}", f"options are {list(cell.options)}")
        return dict(self._shift)

    def _find_latent(self, cell: Cell) -> Mapping[str, float]:
        """Find p over the options in sorted order, so that the order shown changes no answer."""
        options = sorted(cell.options)
        if "truth" in self._dials:
            given, place = cell.fields.get(self._dials["truth"]), f"field {self._dials['truth']!r}"
            place = f"{place} of item {cell.key!r}"
        elif "probs" in self._dials:
            given, place = self._dials["probs"], "`probs`"
        else:
            rng = random.Random(f"{cell.dataset}\x00{cell.key}")
            return {option: rng.gammavariate(CONCENTRATION, 1.0) for option in options}
        weights = read_weights(given)
        if set(weights) - set(options) or sum(weights.values()) <= 0:
            raise self._complain(
                f"{place} is no distribution over the options",
                f"give a mapping from some of {options} to weights ≥ 0",
            )
        return {option: weights.get(option, 0.0) for option in options}

    def _read_shift(self, shift: Any) -> list[tuple[str, float]]:
        if isinstance(shift, Sequence) and not isinstance(shift, str) and len(shift) == 2:
            shift = {shift[0]: shift[1]}
        weights = read_weights(shift)
        if (shift and not weights) or sum(weights.values()) > 1:
            raise self._complain(
                f"`shift` = {shift!r} is no probability of an option", "write shift = { option = 0.25 }"
            )
        return list(weights.items())

    def _check(self) -> None:
        others = dict.fromkeys(name for voice in voices().values() for name in voice.DIALS)
        for name in self._dials:
            if name not in DIALS and name not in others:
                near = difflib.get_close_matches(name, [*DIALS, *others], n=1)
                hint = f"did you mean {near[0]}? " if near else ""
                known = ", ".join(dict.fromkeys((*DIALS, *others)))
                raise self._complain(f"the fake has no dial {name!r}", f"{hint}there are: {known}")
        for name in dict.fromkeys((*PROBABILITIES, *(p for voice in voices().values() for p in voice.PROBABILITIES))):
            value = self._dials.get(name, 0)
            if not is_number(value) or not 0 <= value <= 1:
                raise self._complain(f"`{name}` = {value!r} is no probability", "give a number from 0 to 1")
        for name in ("delay", "failure_attempts"):
            value = self._dials.get(name, 0)
            if not is_number(value) or value < 0:
                raise self._complain(f"`{name}` = {value!r} is not usable", "give a number ≥ 0")
        if "truth" in self._dials and "probs" in self._dials:
            raise self._complain("both `truth` and `probs` are set", "keep one")

    def _complain(self, what: str, remedy: str) -> Unusable:
        return Unusable(what, where=self._where, remedy=remedy)


@cache
def voices() -> Mapping[str, Any]:
    """Load what the fake says for data types other than labels: name → module.

    A module has ``DIALS``, those of them that are ``PROBABILITIES``, and ``say(request, dials, complain) -> str``.
    """
    found = sorted(Path(__file__).parent.glob("_fake_*.py"))
    return {path.stem.removeprefix("_fake_"): import_module(f"{__package__}.{path.stem}") for path in found}


@cache
def load_sentences() -> Mapping[str, list[str]]:
    """Load what the fake says around labels and instead of them."""
    loaded: dict[str, list[str]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return loaded


@lru_cache(4096)
def names_any(text: str, options: tuple[str, ...]) -> bool:
    """Say whether ``text`` names one of ``options``, in any case."""
    return any(re.search(rf"(?<!\w){re.escape(option)}(?!\w)", text, re.IGNORECASE) for option in options)


def pick_sentence(kind: str, unnamed: Sequence[str], rng: random.Random) -> str:
    """Pick a sentence that names none of ``unnamed``; the last of each kind has no words to collide."""
    sentences = load_sentences()[kind]
    fitting = [s for s in sentences if not names_any(s.replace("{label}", ""), tuple(unnamed))]
    return rng.choice(fitting or sentences[-1:])


def fill_schema(schema: Mapping[str, Any], label: str, rng: random.Random) -> str:
    """Write an object of a schema: the label where it may stand, anything allowed elsewhere."""

    def fill(part: Mapping[str, Any]) -> Any:
        if "enum" in part:
            return label if label in part["enum"] else rng.choice(part["enum"])
        made = {"string": rng.choice(load_sentences()["open"]), "boolean": rng.random() < 0.5, "array": []}
        return None if isinstance(part["type"], list) else made.get(part["type"], 1)

    return json.dumps({name: fill(part) for name, part in schema["properties"].items()}, ensure_ascii=False)


def read_weights(given: object) -> dict[str, float]:
    """Read a mapping option → weight, also out of JSON; empty if it is none or has a bad weight."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return {}
    if not isinstance(given, Mapping):
        return {}
    weights = {str(option): weight or 0 for option, weight in given.items()}
    good = all(is_number(weight) and weight >= 0 for weight in weights.values())
    return {option: float(weight) for option, weight in weights.items()} if good else {}


def is_number(value: object) -> bool:
    """Say whether ``value`` is a finite number and no boolean."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

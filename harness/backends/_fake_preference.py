"""What the fake says where answers are compared: an item's answers have a latent quality, and dials bend the judge.

The quality of an item's answers is the same for whoever is asked: p over the answers, from which the judge draws.
Each dial has a stream of chance of its own, so that turning one leaves what the others do.

Dials, in ``identity.parameters``; a probability is 0 unless said otherwise:

==================== =====================================================================================
``truth``            name of the item field that holds p: a mapping answer (``a``, ``b`` …) → weight (or that in
                     JSON), which may name ``tie`` too
``quality``          p itself, the same for every item
                     (neither: p ~ Dirichlet(0.35 · 1) over the answers, by dataset and key)
``bandwagon_pull``   probability of the answer that a majority is said to prefer (axis ``bandwagon``)
``distraction_pull`` probability of the answer that the irrelevant sentence is about (axis ``distraction``)
``name_bias``        ``{name = probability}``: the answer of this name, as shown ("Answer A") or in short ("A")
``position_bias``    probability of the answer shown first
``length_bias``      probability of the longest answer; answers of one length are judged as ever
``tie_rate``         probability of a tie
``majority_pull``    probability of the likeliest answer instead of a draw
``verbosity``        probability of a sentence around the verdict
``garble``           probability of a reply that holds no verdict
==================== =====================================================================================

Where several act, the first of this order wins: garble, bandwagon_pull, distraction_pull, name_bias,
position_bias, length_bias, tie_rate, majority_pull. Under a constraint nothing is garbled or wordy.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from harness.types import Cell, Request

CONCENTRATION = 0.35
TIE = "tie"
PROBABILITIES = (
    "bandwagon_pull", "distraction_pull", "position_bias", "length_bias", "tie_rate", "majority_pull", "verbosity",
    "garble",
)  # fmt: skip
DIALS = (*PROBABILITIES, "truth", "quality", "name_bias")

Complain = Callable[[str, str], Exception]


def say(request: Request, dials: Mapping[str, Any], complain: Complain) -> str:
    """Judge an item's answers, in the words that were offered.

    Raises:
        Exception: what ``complain`` makes, of a dial that does not fit.
    """
    cell = request.cell
    held = request.constraint.format if request.constraint is not None else ""
    words = random.Random(f"{request.seed} words")
    if not held and _acts("garble", request, dials):
        return words.choice(_sentences()["garble"])
    verdict = _choose(request, dials, complain)
    if held == "choice":
        return verdict
    reason = words.choice(_sentences()["reason"])
    reasons = {"rationale": reason} if cell.asked.get("rationale") is True else {}
    if held == "json":
        return json.dumps({"choice": verdict, **reasons}, ensure_ascii=False)
    if _acts("verbosity", request, dials):
        tied = dict(zip(cell.options, cell.means, strict=True))[verdict] == TIE
        verdict = words.choice(_sentences()["tie" if tied else "wrap"]).replace("{name}", verdict)
    return "\n".join([verdict, *reasons.values()])


def _acts(dial: str, request: Request, dials: Mapping[str, Any]) -> bool:
    return random.Random(f"{request.seed} {dial}").random() < float(dials.get(dial, 0))


def _choose(request: Request, dials: Mapping[str, Any], complain: Complain) -> str:
    """Give the verdict in the words shown."""
    cell = request.cell
    shown = {means: word for word, means in zip(cell.options, cell.means, strict=True)}
    if dials.get("tie_rate") and TIE not in shown:
        raise complain("`tie_rate` is set and no tie may be said", "write tie = true under [preference]")
    bent = _bend(request, dials, [key for key in shown if key != TIE], complain)
    if bent is not None:
        return shown[bent]
    p = _find_quality(cell, dials, shown, complain)
    if _acts("majority_pull", request, dials):
        return shown[max(p, key=lambda key: p[key])]
    return shown[random.Random(f"{request.seed} judge").choices(list(p), list(p.values()))[0]]


def _bend(request: Request, dials: Mapping[str, Any], answers: list[str], complain: Complain) -> str | None:
    """Give what a judge says that does not go by quality; None if this one does.

    Args:
        answers: in the order shown.
    """
    cell = request.cell
    told = {axis: {"first": 0, "second": 1}.get(cell.levels.get(axis, "none")) for axis in ("bandwagon", "distraction")}
    lengths = [len(str(cell.fields.get(key, ""))) for key in answers]
    longest = lengths.index(max(lengths)) if lengths.count(max(lengths)) == 1 else None
    bends: list[tuple[str, int | None]] = [(f"{axis}_pull", place) for axis, place in told.items()]
    favoured = _favour(request, dials.get("name_bias", {}), complain)
    for dial, place in [*bends, ("name_bias", None), ("position_bias", 0), ("length_bias", longest)]:
        if dial == "name_bias" and favoured is not None:
            return favoured
        if place is not None and _acts(dial, request, dials):
            return answers[place]
    return TIE if _acts("tie_rate", request, dials) else None


def _favour(request: Request, bias: Any, complain: Complain) -> str | None:
    """Give what the name that is favoured this time means, if any is."""
    fits = isinstance(bias, Mapping) and all(_is_weight(share) for share in bias.values())
    if not fits or sum(bias.values()) > 1:
        raise complain(f"`name_bias` = {bias!r} is no probability of a name", 'write name_bias = { "Answer A" = 0.3 }')
    chance = random.Random(f"{request.seed} name_bias").random()
    for name, share in bias.items():
        if chance < share:
            shown = zip(request.cell.options, request.cell.means, strict=True)
            return next((m for word, m in shown if f" {word}".casefold().endswith(f" {name}".casefold())), None)
        chance -= share
    return None


def _find_quality(
    cell: Cell, dials: Mapping[str, Any], shown: Mapping[str, str], complain: Complain
) -> Mapping[str, float]:
    """Find p over the answers in sorted order, so that the order shown changes no verdict."""
    options = sorted(shown)
    if "truth" in dials and "quality" in dials:
        raise complain("both `truth` and `quality` are set", "say by one of them how good the answers are")
    if "truth" in dials:
        given, place = cell.fields.get(dials["truth"]), f"field {dials['truth']!r} of item {cell.key!r}"
    elif "quality" in dials:
        given, place = dials["quality"], "`quality`"
    else:
        latent = random.Random(f"{cell.dataset}\x00{cell.key}")
        return {option: latent.gammavariate(CONCENTRATION, 1.0) for option in options if option != TIE}
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    weights = dict(given) if isinstance(given, Mapping) else {}
    fits = weights and not set(weights) - set(options) and all(_is_weight(weight) for weight in weights.values())
    if not fits or sum(weights.values()) <= 0:
        raise complain(f"{place} says of no answer how good it is", f"give a mapping from {options} to weights ≥ 0")
    return {option: float(weights.get(option, 0)) for option in options}


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


@cache
def _sentences() -> Mapping[str, list[str]]:
    loaded: dict[str, list[str]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return loaded

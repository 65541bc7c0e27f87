"""Which artifacts are the prompt's, and which are there whatever the prompt? The answer in sentences, with numbers.

What this refuses: to count what was only described, and to speak of prompts that the design says nothing about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from harness.report import words
from harness.report.sensitivity import Artifact, Sensitivity, name_artifact
from harness.report.words import count, join

QUESTION = "Which artifacts are the prompt’s, and which are there whatever the prompt?"
MOST, NAMES = 3, 4  # models with a sentence of their own; artifacts named in it


def answer(told: Sensitivity) -> list[str]:
    """Answer for each model and dataset; for many of them at once."""
    everyone = told.everyone
    if not everyone:
        return []
    if len(everyone) > MOST:
        return [_overall(told.artifacts, len(everyone)), *_populations(told.artifacts)]
    sentences = [
        _sentence([each for each in told.artifacts if each.who == who], _name(who, everyone)) for who in everyone
    ]
    return [*sentences, *_populations(told.artifacts)]


def _name(who: tuple[str, str, str], everyone: Sequence[tuple[str, str, str]]) -> str:
    """Name a model, with its dataset and wave where there are several."""
    model, dataset, wave = who
    on = f" on {dataset}" if len({each[1] for each in everyone}) > 1 else ""
    at = f" in wave {wave}" if len({each[2] for each in everyone}) > 1 else ""
    return f"{model}{on}{at}"


def _sentence(artifacts: Sequence[Artifact], who: str) -> str:
    prompts = max(int(each.told["variants"]) for each in artifacts)
    whatever = _whatever({each.reach for each in artifacts})
    parts = [
        _part(artifacts, "robust", (f"is there {whatever}", f"are there {whatever}"), _predicted),
        _part(artifacts, "prompt-dependent", ("depends on the prompt", "depend on the prompt"), _divided),
        _part(artifacts, "absent", (f"is absent {whatever}", f"are absent {whatever}"), None, told_if_none=False),
        _unclear(artifacts),
    ]
    parts = [part for part in parts if part]
    return f"Of {count(len(artifacts), 'artifact')} judged in {who} over {count(prompts, 'prompt')}, {join(parts)}."


def _whatever(reaches: set[str]) -> str:
    """Say “whatever the prompt” only where an interval speaks of more than was tried."""
    if reaches == {"tried"}:
        return "under every prompt tried"
    return "whatever the prompt" if "new" in reaches else "under any combination of what was tried"


def _part(
    artifacts: Sequence[Artifact],
    verdict: str,
    verbs: tuple[str, str],
    detail: Callable[[Artifact], str] | None,
    *,
    told_if_none: bool = True,
) -> str:
    mine = [each for each in artifacts if each.verdict == verdict]
    if not mine:
        return f"none {verbs[0]}" if told_if_none else ""
    widest = any(each.reach == "new" for each in artifacts) and verdict != "prompt-dependent"
    named = [
        _title(each, artifacts)
        + (", within what was tried" if widest and each.reach != "new" else "")
        + (f": {detail(each)}" if detail else "")
        for each in mine[:NAMES]
    ]
    if len(mine) > NAMES:
        named.append(f"{len(mine) - NAMES} more")
    return f"{len(mine)} {verbs[len(mine) > 1]} ({'; '.join(named)})"


def _title(each: Artifact, artifacts: Sequence[Artifact]) -> str:
    return words.small(name_artifact(each, artifacts))


def _predicted(each: Artifact) -> str:
    low, high = (words.number(each.told[f"predicted_{end}"], each.places, signed=True) for end in ("lower", "upper"))
    who = {"tried": "they show", "mixed": "another combination would show", "new": "another prompt would show"}
    over = " against people" if "human" in each.measured else ""
    return f"{who[each.reach]} {low} to {high}{over}, where {each.told['warn']:g} matters"


def _divided(each: Artifact) -> str:
    beyond, under = int(each.told["surely_beyond"]), int(each.told["surely_under"])
    told = f"surely there under {count(beyond, 'prompt')} and surely not under {under}"
    terms = [one for one in each.terms if one.share is not None]
    if len(terms) < 2:
        return told
    largest = max(terms, key=lambda one: one.share or 0.0)
    return f"{told}, and {100 * (largest.share or 0.0):.0f} % of how they differ is {largest.term}"


def _unclear(artifacts: Sequence[Artifact]) -> str:
    mine = [each for each in artifacts if each.verdict == "cannot tell"]
    if not mine:
        return ""
    wanted = [int(n) for n, tried in ((each.told["prompts_needed"], each.told["variants"]) for each in mine)
              if n is not None and n > tried]  # fmt: skip
    told = f"of {len(mine)} these data cannot tell ({_list([_title(each, artifacts) for each in mine])}"
    if wanted:
        least, most = min(wanted), max(wanted)
        many = f"{least}" if least == most else f"{least} to {most}"
        told += f"; for {len(wanted)} of them the prompts are too few: about {many} like these would tell"
    moving = [each for each in mine if each.differ and (each.told["spread_lower"] or 0) > 0]
    return f"{told}){_moving(moving, artifacts)}"


def _moving(moving: Sequence[Artifact], artifacts: Sequence[Artifact]) -> str:
    """Say which surely move with the prompt, though not surely past what matters."""
    if not moving:
        return ""
    named = []
    for each in moving[:NAMES]:
        spread = words.interval(each.told["spread_lower"], each.told["spread_upper"], each.places)
        named.append(f"{_title(each, artifacts)}, by {spread}")
    more = f"; {len(moving) - NAMES} more" if len(moving) > NAMES else ""
    verb = "moves" if len(moving) == 1 else "move"
    return f", {len(moving)} of which surely {verb} with the prompt ({'; '.join(named)}{more})"


def _list(names: Sequence[str]) -> str:
    return join([*names[:NAMES], f"{len(names) - NAMES} more"] if len(names) > NAMES + 1 else list(names))


def _overall(artifacts: Sequence[Artifact], cases: int) -> str:
    """Say of many models and datasets how often each verdict was reached, and where most."""
    parts = []
    reaches = {each.reach for each in artifacts}
    whatever = _whatever(reaches) if len(reaches) == 1 else "whatever the prompt, or within what was tried"
    for verdict, verbs in (
        ("robust", ("is there", "are there")),
        ("prompt-dependent", ("depends on the prompt", "depend on the prompt")),
        ("absent", ("is absent", "are absent")),
    ):
        mine = Counter(_title(each, artifacts) for each in artifacts if each.verdict == verdict)
        number = sum(mine.values())
        over = "" if verdict == "prompt-dependent" else f" {whatever}"
        often = "; ".join(f"{name} in {n}" for name, n in mine.most_common(NAMES))
        parts.append(f"{number or 'none'} {verbs[number > 1]}{over}{f' ({often})' if often else ''}")
    unclear = sum(each.verdict == "cannot tell" for each in artifacts)
    kinds = len({(each.told["audit"], each.metric) for each in artifacts})
    judged = (
        f"{count(len(artifacts), 'case')} judged ({count(kinds, 'artifact')} in {cases} pairs of model and dataset)"
    )
    return f"Of {judged}, {join([*parts, f'of {unclear} these data cannot tell'])}."


def _populations(artifacts: Sequence[Artifact]) -> list[str]:
    """Say of which prompts all this speaks, and of how many artifacts it speaks of no more than what was tried."""
    counted = Counter((each.reach, str(each.told["population"])) for each in artifacts)
    (((reach, population), _), *others) = counted.most_common()
    fewer = [f"for {count(n, 'artifact')}, of {other}" for (its, other), n in others if its != reach]
    return [f"{'; '.join([f'This speaks of {population}', *fewer])}."]

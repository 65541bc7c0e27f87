"""Write ``docs/calibration.md`` from what is kept."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from tests.calibration.grounds import ground_of, in_scope
from tests.calibration.known import EXCEPTIONS, UNCALIBRATED
from tests.calibration.results import Kept
from tests.calibration.speech import HALVED
from tests.calibration.world import CLUSTERS, EFFECT, GROUPS, PERSONS, PLAIN, POWER_STUDIES, STUDIES, UNEQUAL, World

HEAD = f"""# Calibration

How often does an audit find something where there is nothing, how often does its interval hold the truth, and what does
it find? Every audit that has a test is run over simulated studies: {STUDIES} of each world without an artifact,
{POWER_STUDIES} of the one with an effect; where a rate lay outside 0.02–0.07, four times as many were drawn afresh and
stand in the place of the first, and audits on random halves, which take long, are tried on fewer, {HALVED[0]} and
{HALVED[1]}. This page is written from `tests/calibration/results.json` by `python -m tests.calibration
docs/calibration.md`, which runs what has changed; tests hold it to what the audits are.

**False findings** is the share of studies with p ≤ 0.05, before any correction for many tests and whatever the size of
the excess (a verdict of *found* also takes an excess of at least `warn`, and so is rarer). It should lie at 0.05, and
in 0.02–0.07 give or take the error of the simulation, which stands beside it (one standard error). **Covers** is the
share of studies whose 95 % interval of the *estimate* holds the truth: the value without an artifact, where the audit
names one, else the estimate of one study of 10,000 items. A distance that cannot be under zero has no two-sided
interval, and none is held against it. **Power** is the share of studies with p ≤ 0.05 where the dial named beside it is
turned up.

The worlds, all without an artifact:

- *plain*: 60 items, each with its own distribution, from which people and the model draw alike.
- *clusters*: 120 items (80 for audits on halves) in clusters of four that have something in common.
- *two groups*: the model and people speak about different items.
- *unequal*: items have unequal numbers of people, and the model skips some; of labels those on which people disagree.
- *persons*: people are known and have lasting leanings, and the model is one more person with its own. The null says
  "a random person anew at each item", which this model is not, so the level is **not** expected to hold: what is
  printed is how often one real person would be told from the crowd. The rank among persons is there to tell the two
  apart. Intervals generalise over items and not over persons, so none is held against a truth here.

The effect is put into the plain world.
"""
ON_HALVES = """
## How large the errors of audits on halves are

Their standard errors come from random halves of the data and their complements ([why](architecture.md#halves)), as a
difference of two variances. Here is the standard error that studies are told (root mean square) over the spread of the
estimates from study to study, without an artifact: it should be 1, give or take 0.09 for the noise of 60 studies.
Above 1 an audit finds less than it could, below 1 too much. Where most of the variance is chance of the draws
(of the folds, of what each bucket happens to hold), 64 pairs of halves cannot tell the rest from nothing, and the error
is kept at the least that could be told.

| audit | metric | plain | clusters | two groups |
| --- | --- | ---: | ---: | ---: |
"""
TABLE = """
| audit | metric | world | studies | false findings | covers | power | the effect |
| --- | --- | --- | ---: | ---: | ---: | ---: | --- |
"""
MANY = 8  # metrics of an audit, beyond which one row tells the smallest and the largest rate
ORDER = (PLAIN, CLUSTERS, UNEQUAL, GROUPS, PERSONS)


def page(kept: Kept) -> str:
    """Write the page."""
    parts = [HEAD]
    audits = in_scope()
    for datatype in sorted({name.split("/")[0] for name in kept}):
        parts.append(f"\n## {datatype.capitalize()}\n{TABLE}")
        for name in sorted(kept):
            if name.split("/")[0] == datatype and name in audits:
                effects = {world.name: world.effect for world in worlds_of(name)}
                parts += [row + "\n" for row in rows(name, kept[name], effects)]
    parts.append(ON_HALVES)
    parts += [row + "\n" for name in sorted(kept) for row in errors(name, kept[name])]
    told = [f"- `{name}`: {why}\n" for name, why in sorted(UNCALIBRATED.items())]
    parts.append("\n## Not calibrated\n\n" + ("".join(told) or "Every audit with a test has its rows above.\n"))
    parts.append("\n## Outside 0.02–0.07\n\n")
    parts += [f"- {', '.join(filter(None, key))}: {why}\n" for key, why in sorted(EXCEPTIONS.items())] or ["None.\n"]
    return "".join(parts)


def worlds_of(name: str) -> list[World]:
    """List the worlds of an audit that has a ground."""
    audit = in_scope()[name]
    ground = ground_of(audit)
    return ground.worlds(audit) if ground else []


def rows(name: str, worlds: dict[str, Any], effects: dict[str, str]) -> list[str]:
    """Write the rows of one audit: each metric in each world; power stands in the first row of a metric."""
    metrics = sorted({metric for told in worlds.values() for metric in told["metrics"]})
    groups = {metric: [metric] for metric in metrics}
    if len(metrics) > MANY:
        groups = {f"{len(metrics)} of them": metrics}
    made = []
    for title, group in groups.items():
        power = spread([worlds.get(EFFECT, {}).get("metrics", {}).get(metric, {}) for metric in group], "rejected", 2)
        effect = effects.get(EFFECT, "") if power != "–" else "–"
        for world in ORDER:
            told = [worlds.get(world, {}).get("metrics", {}).get(metric, {}) for metric in group]
            if not any(told):
                continue
            studies = min(one["judged"] for one in told if one)
            found = spread(told, "rejected", 3)
            found += f" ± {error(told[0]['rejected'], studies):.3f}" if len(told) == 1 else ""
            made.append(
                f"| {name.split('/')[1]} | {title} | {world} | {studies} | {found} | {spread(told, 'covered', 2)} "
                f"| {power} | {effect} |"
            )
            power, effect = "″", "″"
    return made


def errors(name: str, worlds: dict[str, Any]) -> Iterator[str]:
    """Write the rows of one audit on halves; none of another."""
    for metric in sorted(worlds[PLAIN]["metrics"]):
        told = [worlds.get(world, {}).get("metrics", {}).get(metric, {}) for world in (PLAIN, CLUSTERS, GROUPS)]
        if "error" in told[0]:
            cells = " | ".join(f"{one['error']:.2f}" if "error" in one else "–" for one in told)
            yield f"| {name} | {metric} | {cells} |"


def spread(told: list[dict[str, float]], kind: str, digits: int) -> str:
    """Write a share, or the smallest and the largest of several."""
    known = sorted(one[kind] for one in told if kind in one)
    if not known:
        return "–"
    ends = dict.fromkeys(f"{share:.{digits}f}" for share in (known[0], known[-1]))
    return "–".join(ends)


def error(rate: float, studies: int) -> float:
    """Give the standard error of a share; of 0 or 1, that of one study more or less."""
    rate = min(max(rate, 1 / (studies + 1)), 1 - 1 / (studies + 1))
    return math.sqrt(rate * (1 - rate) / studies)

"""``--fail-on``: rules that turn a comparison into an exit code.

    rules   = rule (";" rule)*
    rule    = "regression" | name (">" | "<") number
    name    = a metric, an audit, or audit/metric

``name > x`` fails where the difference, later minus base, is above x and is no chance (q ≤ 0.05); ``name < x`` where
it is below x. ``regression`` fails where anything is *worse*. What this refuses: a name that nothing measured has, for
a gate that checks nothing is worse than none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.comparison import Comparison
from harness.errors import StudyError, near_names
from harness.inference import LEVEL

REGRESSION = "regression"
GRAMMAR = "write METRIC > NUMBER, AUDIT < NUMBER or regression, parted by ;"


@dataclass(frozen=True)
class Rule:
    """One rule; without a name it is ``regression``."""

    text: str
    name: str = ""
    above: bool = True
    number: float = 0.0

    def breaks(self, one: Comparison) -> bool:
        """Tell whether a comparison breaks the rule."""
        if not self.name:
            return one.direction == "worse"
        if self.name not in names_of(one) or one.difference is None or one.q is None or math.isnan(one.q):
            return False
        beyond = one.difference > self.number if self.above else one.difference < self.number
        return beyond and one.q <= LEVEL


def names_of(one: Comparison) -> tuple[str, str, str]:
    """Give the names by which a rule may call a comparison."""
    return one.metric, one.audit, f"{one.audit}/{one.metric}"


def read_rules(texts: Iterable[str], compared: Sequence[Comparison]) -> list[Rule]:
    """Read rules.

    Raises:
        StudyError: one is no rule, or its name is none of what was compared.
    """
    known = sorted({name for one in compared for name in names_of(one)})
    return [_read(text.strip(), known) for whole in texts for text in whole.split(";") if text.strip()]


def _read(text: str, known: list[str]) -> Rule:
    if text == REGRESSION:
        return Rule(text)
    match = re.fullmatch(r"(.+?)\s*([<>])\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)", text)
    if match is None:
        raise StudyError(
            f"{text!r} is no rule", where="--fail-on", remedy=f"{near_names(text, [REGRESSION, *known])}{GRAMMAR}"
        )
    name = match[1]
    if name not in known:
        listed = ", ".join(sorted(one for one in known if "/" not in one)) or "nothing"
        remedy = f"{near_names(name, known)}compared were: {listed}"
        raise StudyError(f"nothing that was compared is called {name!r}", where="--fail-on", remedy=remedy)
    return Rule(text, name, match[2] == ">", float(match[3]))


def broken(rules: Sequence[Rule], compared: Sequence[Comparison]) -> list[tuple[Rule, Comparison]]:
    """List what breaks a rule."""
    return [(rule, one) for rule in rules for one in compared if rule.breaks(one)]

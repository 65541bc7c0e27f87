"""What is made of numbers that cannot be judged by chance."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from harness.auditfile import choose, shipped_audits
from harness.finding import judge, make_finding
from tests.simulate import Design, draw, findings


def test_redraws_that_differ_in_their_last_digits_alone_prove_nothing() -> None:
    [audit] = choose(shipped_audits(), ["task_length"])
    who = {"dataset": "d", "kind": "llm", "model": "m", "variant": "v", "wave": "1"}
    focal = SimpleNamespace(number=0, who=who, items=40, clusters=40, people=1, paired=True)
    noise = np.random.default_rng(1).uniform(-1e-16, 1e-16, 1001)
    found = make_finding(audit, focal, "length_ratio", 0.5 + noise, ({}, {}, {}, {}))  # type: ignore[arg-type]
    judge(audit, [found])
    assert found.p is not None and np.isnan(found.p) and found.detectable is None
    assert found.verdict == "cannot tell"


def test_where_exchanging_roles_changes_nothing_nobody_can_tell():
    """Of one person and one model an item, a distance between the two is the same whoever plays whom."""
    bench, _ = draw(Design(studies=1, items=60, humans=1, toward_first=0.5), 3)
    (found,) = [one for one in findings(bench, "item_js") if one.metric == "js_distance"]
    assert found.estimate > 0.2 and found.detectable is None
    assert found.verdict == "cannot tell" and "changes nothing" in found.note

"""What is made of numbers that cannot be judged by chance."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from harness.auditfile import choose, shipped_audits
from harness.finding import judge, make_finding


def test_redraws_that_differ_in_their_last_digits_alone_prove_nothing() -> None:
    [audit] = choose(shipped_audits(), ["task_length"])
    who = {"dataset": "d", "kind": "llm", "model": "m", "variant": "v", "wave": "1"}
    focal = SimpleNamespace(number=0, who=who, items=40, clusters=40, people=1, paired=True)
    noise = np.random.default_rng(1).uniform(-1e-16, 1e-16, 1001)
    found = make_finding(audit, focal, "length_ratio", 0.5 + noise, ({}, {}, {}, {}))  # type: ignore[arg-type]
    judge(audit, [found])
    assert found.p is not None and np.isnan(found.p) and found.detectable is None
    assert found.verdict == "cannot tell"

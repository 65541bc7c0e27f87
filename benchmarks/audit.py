"""How fast are the audits? Beside the plain pandas way of the same numbers, and the bare scan, in one run.

    python benchmarks/audit.py [items]

Prints seconds, ratios and peak memory. The plain way has the estimate and its 1,000 bootstrap replicates
only; the audit has the human floor, the exchange null and the verdict as well.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from harness.audit import run
from harness.auditfile import AUDITS, read_audit
from tests.simulate import STUDY, Design, draw_frame, make_bench

AUDITS_TIMED = ("label_shift", "label_distance", "agreement", "majority_match", "entropy_gap", "consistency")


def timed(call):
    """Run, and give the seconds that it took and what it gave."""
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result


def plain_label_shift(frame: pd.DataFrame, replicates: int = 1000) -> tuple[float, float]:
    """Label shift with a bootstrap over items, as one would write it in pandas and NumPy."""
    counts = frame.groupby(["item", "kind", "label"]).size().unstack(fill_value=0)
    shares = counts.div(counts.sum(axis=1), axis=0)
    model = shares.xs("llm", level="kind").to_numpy()
    people = shares.xs("human", level="kind").to_numpy()

    def distance(rows: np.ndarray) -> float:
        return float(0.5 * np.abs(model[rows].mean(axis=0) - people[rows].mean(axis=0)).sum())

    rng = np.random.default_rng(0)
    items = len(model)
    redrawn = [distance(rng.integers(0, items, items)) for _ in range(replicates)]
    return distance(np.arange(items)), float(np.std(redrawn))


def main() -> None:
    """Simulate, time, print."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    frame, _ = draw_frame(Design(studies=1, items=items, humans=3, samples=2, toward_first=0.1), 1)
    laying, bench = timed(lambda: make_bench(frame))
    print(f"{len(frame):,} annotations of {items:,} items; laid out in {laying:.2f} s")
    one = frame[(frame["kind"] == "human") | (frame["sample"] == 0)]
    plain, (estimate, _) = timed(lambda: plain_label_shift(one))
    bench.relation("labels")
    rows = "select who_no, label, count(*) from rows group by all"
    scan, _ = timed(lambda: bench._connection.execute(rows).fetchall())
    print(f"{'bare scan':<18} {scan:8.3f} s")
    print(f"{'plain label shift':<18} {plain:8.2f} s   estimate {estimate:.4f}")
    for name in AUDITS_TIMED:
        audit = read_audit(AUDITS / "label" / f"{name}.sql")
        seconds, found = timed(lambda audit=audit: run(bench, audit, STUDY))
        judged = next(one for one in found if one.verdict != "described")
        told = f"estimate {judged.estimate:.4f}  {judged.verdict}  {seconds / plain:.2f} x plain"
        print(f"{name:<18} {seconds:8.2f} s   {told}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()

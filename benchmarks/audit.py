"""How fast are the label audits? Beside the plain pandas way of the same number, and the bare scan, in one run.

    python benchmarks/audit.py [items …]

Each item has six people's labels and one of each of four models: ten annotations. For each size every label audit is
listed with its seconds, which hold the estimate, 1,000 bootstrap replicates, the human floor, the exchange null and
the rank among persons, of all four models. The plain way has one estimate and its bootstrap, of one model.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from harness.audit import run
from harness.auditfile import audits_for
from harness.store.bench import Bench
from harness.store.layout import bound, lay_out

STUDY = SimpleNamespace(seed=7, datatype="label", config=SimpleNamespace(ordinal=True), variants=(), axes={}, models=())
PEOPLE, MODELS, PERSONS = 6, 4, 200
ROWS = """
create table taken_labels as
select 'd' as dataset, 'i' || lpad(i::varchar, 8, '0') as key, 'i' || i as cluster, hash(i) % 2048 as bucket,
       case when a < {people} then 'human' else 'llm' end as kind,
       case when a >= {people} then 'model ' || a end as model, case when a >= {people} then 'v' end as variant,
       case when a >= {people} then '1' end as wave, null::varchar as bindings, null::json as traits,
       case when a < {people} then 'p' || ((i * 7 + a * 13) % {persons}) end as person, a as annotator_id,
       0 as sample, 0 as part, 'l' || label as label, label::double as value, null::integer as shown_at
from (select i, a, ((tilt * 3 + random() * 2 + case when a >= {people} and random() < 0.1 then 1 else 0 end)
                    ::integer % 5) as label
      from (select i, random() as tilt from range({items}) t(i)), range({people} + {models}) r(a))
"""


def timed(call):
    """Run, and give the seconds that it took and what it gave."""
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result


def lay(items: int) -> Bench:
    """Make up a study and lay it out."""
    connection = duckdb.connect(":memory:")
    bound(connection, tempfile.mkdtemp())
    connection.execute("select setseed(0.1)")
    connection.execute(ROWS.format(items=items, people=PEOPLE, models=MODELS, persons=PERSONS))
    return lay_out(connection, ["labels"])


def plain_label_shift(frame: pd.DataFrame, replicates: int = 1000) -> float:
    """Label shift of one model with a bootstrap over items, as one would write it in pandas and NumPy."""
    counts = frame.groupby(["item_no", "ours", "label"]).size().unstack(fill_value=0)
    shares = counts.div(counts.sum(axis=1), axis=0)
    model = shares.xs(True, level="ours").to_numpy()
    people = shares.xs(False, level="ours").to_numpy()

    def distance(rows: np.ndarray) -> float:
        return float(0.5 * np.abs(model[rows].mean(axis=0) - people[rows].mean(axis=0)).sum())

    rng = np.random.default_rng(0)
    np.std([distance(rng.integers(0, len(model), len(model))) for _ in range(replicates)])
    return distance(np.arange(len(model)))


def measure(items: int) -> None:
    """Time every audit on a study of so many items."""
    laying, bench = timed(lambda: lay(items))
    told = f"{items * (PEOPLE + MODELS):,} annotations of {items:,} items"
    print(f"\n{told}; made and laid out in {laying:.1f} s")
    bench.relation("labels")
    scan, _ = timed(
        lambda: bench._connection.execute("select who_no, label, count(*) from rows group by all").fetchall()
    )
    print(f"{'bare scan':<20} {scan:8.2f} s")
    one = bench._connection.execute(
        "select item_no, who_no is not null as ours, label from rows where who_no is null or who_no = 0"
    ).df()
    plain, estimate = timed(lambda: plain_label_shift(one))
    print(f"{'plain label shift':<20} {plain:8.2f} s   one model: {estimate:.4f}")
    total = 0.0
    for audit in audits_for("label"):
        if audit.header.relation != "labels" or audit.header.across:
            continue
        seconds, found = timed(lambda audit=audit: run(bench, audit, STUDY))
        if found[0].verdict == "not run":
            print(f"{audit.name:<20} {'-':>8}     {found[0].note}")
            continue
        total += seconds
        faster = plain * MODELS / seconds
        ratio = f"{faster:,.0f} times as fast as plain, a model" if audit.name == "label_shift" else ""
        print(f"{audit.name:<20} {seconds:8.2f} s   {found[0].metric} {found[0].estimate:.4f} {ratio}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'all':<20} {total:8.2f} s   peak memory so far {peak:,.0f} MB")
    bench._connection.close()


def main() -> None:
    """Measure at each size."""
    for items in map(int, sys.argv[1:] or ["1000", "10000", "100000", "1000000"]):
        measure(items)


if __name__ == "__main__":
    main()

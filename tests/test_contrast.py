"""Annotators put against each other: nothing is found where they are interchangeable, and what differs is."""

from __future__ import annotations

import numpy as np
import pytest

from harness.audit import measure_pairs
from harness.auditfile import AUDITS, read_audit
from harness.contrast import change_hands, differ_p
from harness.finding import Overlap, who
from harness.passes import Effort
from tests.simulate import STUDY, Design, draw, findings

EFFORT = Effort(replicates=100, floor_replicates=0, draws=199)


def test_hands_are_changed_within_clusters_and_nothing_is_lost():
    rng = np.random.default_rng(1)
    tables = [rng.normal(size=(7, 2)) for _ in range(3)]
    drawn = np.concatenate(list(change_hands(tables, 50, rng)))
    assert drawn.shape == (50, 3, 2)
    assert drawn[0] == pytest.approx(np.stack([table.sum(axis=0) for table in tables]))
    assert drawn.sum(axis=1) == pytest.approx(np.tile(sum(table.sum(axis=0) for table in tables), (50, 1)))
    assert len({round(float(x), 9) for x in drawn[:, 0, 0]}) > 40
    one = np.concatenate(list(change_hands([table[:1] for table in tables], 200, rng)))
    held = {round(float(table[0, 0]), 9) for table in tables}  # one cluster goes whole from hand to hand
    assert {round(float(x), 9) for x in one[:, :, 0].ravel()} == held


def test_p_counts_the_observed_draw_in():
    assert differ_p(np.array([[0.0, 5.0], [1.0, 2.0], [2.0, 1.0], [0.0, 5.0]])) == pytest.approx(2 / 4)
    assert np.isnan(differ_p(np.array([[0.0, np.nan], [1.0, 2.0]])))


def overlaps(design: Design, audit: str, seed: int, effort: Effort = EFFORT) -> dict[str, Overlap]:
    """Put the two models of each simulated study against each other: data set → what is shown."""
    bench, _ = draw(design, seed)
    assert bench.relation("labels")
    groups: dict[str, list] = {}
    for one in bench.whos():
        groups.setdefault(one["dataset"], []).append(who(one))
    pairs = [tuple(group) for group in groups.values()]
    return dict(
        zip(groups, measure_pairs(bench, STUDY, read_audit(AUDITS / f"label/{audit}.sql"), pairs, effort), strict=True)
    )


@pytest.mark.parametrize("audit", ["label_shift", "agreement", "majority_match"])
def test_a_pair_shows_what_the_findings_hold(audit):
    design = Design(studies=2, items=80, twin=0.4, per_cluster=2)
    bench, _ = draw(design, 3)
    wanted = {(one.dataset, one.metric, one.model): one for one in findings(bench, audit, EFFORT)}
    shown = overlaps(design, audit, 3)
    assert len(wanted) >= 4
    for (dataset, metric, model), one in wanted.items():
        estimates = shown[dataset].curves[metric][["m", "twin"].index(model)]
        assert estimates[0] == pytest.approx(one.estimate)
        assert estimates[1:] == pytest.approx(one.replicates, nan_ok=True)


@pytest.mark.parametrize(
    ("audit", "metric", "twin", "least", "most"),
    [
        ("label_shift", "total_variation", 0.0, 0.0, 0.12),
        ("agreement", "kappa", 0.0, 0.0, 0.12),
        ("label_shift", "total_variation", 0.5, 0.9, 1.0),
    ],
)
def test_twins_are_not_told_apart_and_others_are(audit, metric, twin, least, most):
    """Two models of the same chances, in clusters and with refusals; and one drawn toward the first label."""
    design = Design(studies=100, items=80, twin=twin, per_cluster=2, unequal=True, refuses_hard=twin == 0.0)
    p = [shown.swap_p[metric] for shown in overlaps(design, audit, 5).values()]
    assert len(p) == 100
    assert least <= np.mean(np.array(p) <= 0.05) <= most


@pytest.mark.slow
@pytest.mark.parametrize("audit", ["label_shift", "agreement", "majority_match", "item_js", "label_distance"])
@pytest.mark.parametrize("items", [30, 200])
def test_false_findings_are_nominal(audit, items):
    design = Design(studies=400, items=items, twin=0.0, per_cluster=2, unequal=True)
    by_metric: dict[str, list[float]] = {}
    for shown in overlaps(design, audit, 11, Effort(replicates=2, floor_replicates=0, draws=199)).values():
        for metric, p in shown.swap_p.items():
            by_metric.setdefault(metric, []).append(p)
    assert by_metric
    for metric, found in by_metric.items():
        rate = float(np.mean(np.array(found) <= 0.05))
        assert rate <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400), f"{metric}: {rate}"

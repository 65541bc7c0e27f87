"""The database is only where facts land: made anew, it gives the same numbers and the same verdicts."""

from __future__ import annotations

import numpy as np
import pandas as pd

import harness
from harness import pipeline
from tests.test_dials import make_store

KEYS = ["audit", "metric", "dataset", "kind", "model", "variant", "wave"]
WORDS = ["verdict", "range_verdict", "note", "items", "clusters", "draws", "p", "q"]


def sorted_by_key(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(KEYS).reset_index(drop=True)


def test_after_a_rebuild_measurements_agree_and_findings_are_the_same(tmp_path):
    study, store = make_store(tmp_path, "majority_pull = 0.5")
    found, measured = sorted_by_key(store.findings()), sorted_by_key(store.measurements())
    store.path.unlink()
    assert pipeline.rebuild(harness.open_store(store.runs)) == (2, ["dials"])
    pipeline.audit_study(study, store, say=lambda _: None)
    again, remeasured = sorted_by_key(store.findings()), sorted_by_key(store.measurements())
    pd.testing.assert_frame_equal(found[KEYS + WORDS], again[KEYS + WORDS])
    numbers = ["estimate", "lower", "upper", "matched", "floor", "excess", "excess_lower", "excess_upper", "detectable"]
    pd.testing.assert_frame_equal(found[numbers], again[numbers], rtol=0, atol=1e-9)
    for one, other in zip(measured["replicates"], remeasured["replicates"], strict=True):
        assert np.allclose(np.asarray(one, float), np.asarray(other, float), rtol=0, atol=1e-9, equal_nan=True)
    assert "found" in set(found["verdict"])

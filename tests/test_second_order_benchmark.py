"""The benchmark of rewrites: nobody is taught with what is tried, and its F1 is that of scikit-learn."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest

from tests.conftest import ROOT, shared_file

sklearn_metrics = pytest.importorskip("sklearn.metrics", reason="pip install 'harness[train]'")


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("second_order", ROOT / "benchmarks" / "second_order.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["second_order"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


def test_nobody_is_taught_with_what_is_tried(benchmark):
    folder = shared_file("free_form_text/worker_vs_gpt/ten-dim/test.json").parent
    task = benchmark.read_task(folder)
    tried = {benchmark._plain(text) for text in task.test.texts}
    for corpus in task.corpora.values():
        assert not tried & {benchmark._plain(text) for text in corpus.texts}
        assert not tried & {benchmark._plain(seed) for seed in corpus.clusters}
    taught = {name: (lesson, drawn) for name, lesson, drawn in benchmark.lessons(task, 0)}
    sizes = {len(lesson.inputs) for name, (lesson, _) in taught.items() if name != benchmark.SEEDS}
    assert len(sizes) == 1
    shares = {name: np.average(lesson.targets, axis=0, weights=lesson.weights) for name, (lesson, _) in taught.items()}
    assert shares["gpt-4, classes as people's"] == pytest.approx(shares["people"], abs=1e-6)
    assert np.abs(shares["gpt-4"] - shares["people"]).max() > 0.1


def test_f1_is_scikit_learns(benchmark):
    rng = np.random.default_rng(1)
    truth, said = rng.integers(0, 4, 90), rng.integers(0, 4, 90)
    made = benchmark.f1_of(truth, said, np.vstack([np.ones(90), rng.integers(0, 3, 90)]), 4)
    assert made[0] == pytest.approx(sklearn_metrics.f1_score(truth, said, average=None))

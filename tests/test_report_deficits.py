"""What goes with a loss: the query against numbers made by hand, and the sentence."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import numpy as np
import pytest

from harness import pipeline, secondorder
from harness.deficit import Slope
from harness.report.charts_second_order import specify_deficit
from harness.report.deficits import ALL, Deficit, read_deficits, slopes, tell
from harness.store import Store
from harness.study import Study

QUIET = {"say": lambda _: None}
STUDY = """
title = "What is it about?"
datatype = "text"
[text]
task = "write"
[train]
classes = "class"
seeds = 2
[[data]]
sql = "texts.sql"
"""
SQL = """
select 'd' as dataset, split, item, item as cluster, if(model is null, 'human', 'llm') as kind,
       model, text, class as field_class
from read_csv('texts.csv', all_varchar = true, header = true)
"""
CLASSES = ("sea", "hill", "town")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A study of texts in three classes; the model's are longer, most of all those of the last class."""
    root: Path = tmp_path_factory.mktemp("deficits")
    folder = root / "texts"
    folder.mkdir()
    rng = np.random.default_rng(3)
    rows = []
    for n in range(180):
        model, split = ("gpt", "train") if n % 3 == 2 else ("", "test" if n % 2 else "train")
        kind = int(rng.integers(3))
        seen = kind if rng.random() < 0.8 else int(rng.integers(3))
        longer = 2 + 3 * kind if model else 0
        filling = [f"w{rng.integers(30)}" for _ in range(3 + rng.integers(3) + longer)]
        text = " ".join([f"{CLASSES[seen]}{rng.integers(4)}", *filling, f"n{n}{rng.choice(list('.?!'))}"])
        rows.append([split, f"i{n}", model, CLASSES[kind], text])
    with (folder / "texts.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["split", "item", "model", "class", "text"], *rows])
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "texts.sql").write_text(SQL, encoding="utf-8")
    study, store = Study.load(folder), Store(root / "runs")
    pipeline.resolve(study, store)
    secondorder.train_study(study, store, **QUIET)
    pipeline.audit_study(study, store, only=["text_length"], **QUIET)
    return study, store, rows


def test_the_mean_loss_is_that_of_the_scores(made):
    study, store, _ = made
    first = read_deficits(study, store)[0]
    scores = store.scores(study.name)
    scores = scores[(scores["metric"] == "macro_f1") & scores["seed"].isna()].set_index("corpus")["estimate"]
    assert {row["class"] for row in first.points} == set(CLASSES)
    assert np.mean([row["f1"] for row in first.points]) == pytest.approx(scores["gpt"], abs=1e-9)
    assert np.mean([row["loss"] for row in first.points]) == pytest.approx(scores["human"] - scores["gpt"], abs=1e-9)


def test_a_difference_is_that_of_the_texts_outside_the_test(made):
    study, store, rows = made
    (words,) = [each for each in read_deficits(study, store) if each.attribute == "words"]
    taught = [(model, name, len(text.split())) for split, _, model, name, text in rows if split == "train"]
    spread = np.std([n for model, _, n in taught if not model])
    for row in words.points:
        mean = {who: np.mean([n for model, name, n in taught if model == who and name == row["class"]])
                for who in ("", "gpt")}  # fmt: skip
        assert row["difference"] == pytest.approx(abs(mean["gpt"] - mean[""]) / spread)
    by_class = {row["class"]: row["difference"] for row in words.points}
    assert by_class["town"] > by_class["hill"] > by_class["sea"]


def test_the_mean_over_attributes_comes_first_and_points_lie_around_zero(made):
    found = read_deficits(made[0], made[1])
    assert found[0].attribute == ALL and len(found) > 4
    for row in found[0].points:
        same = [each.points[k]["difference"] for each in found[1:] for k, p in enumerate(each.points)
                if p["class"] == row["class"]]  # fmt: skip
        assert row["difference"] == pytest.approx(np.mean(same))
    assert sum(row["x"] for row in found[0].points) == pytest.approx(0, abs=1e-9)
    assert sum(row["y"] for row in found[0].points) == pytest.approx(0, abs=1e-9)


def test_of_few_classes_nothing_is_certain(made):
    study, store, _ = made
    first = read_deficits(study, store)[0]
    assert first.units == 3 and math.isnan(first.slope.lower) and not first.certain
    assert "cannot tell" in tell(first) and "3 classes, and it takes 10" in tell(first)
    folder = pipeline.report_study(study, store).parent
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "What goes with a loss" in page and not re.search(r"\bnan\b|\bNone\b", page.split('id="origin"')[0])
    assert (folder / "second-order-deficit-1.svg").exists()


def deficit(slope: Slope, q: float) -> Deficit:
    points = [
        {"dataset": "d", "class": f"c{n}", "corpus": "gpt", "x": n / 10, "y": n / 50, "loss": 0.1} for n in range(12)
    ]
    return Deficit("words", ALL, points, slope, q, "d: c1")


def test_a_slope_is_told_with_its_interval():
    sure = deficit(Slope(0.2, 0.1, 0.3, 0.001, 0.5, 0.15, 0.25, 1.0, 0), 0.001)
    assert tell(sure).endswith("words: yes (+0.200 F1 lost for each standard deviation, 95 % +0.100 to +0.300).")
    unsure = deficit(Slope(0.2, -0.1, 0.5, 0.2, 0.5, 0.15, 0.25, 1.0, 0), 0.2)
    assert "words: cannot tell (+0.200" in tell(unsure)
    assert slopes([sure]).columns[0].cells == ("+0.200",)
    import altair

    altair.LayerChart.from_dict(specify_deficit(sure), validate=True)

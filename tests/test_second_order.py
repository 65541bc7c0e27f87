"""Second order from end to end: who speaks, what training adds, resume, rebuild."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import pipeline, secondorder
from harness.errors import PluginError, StudyError
from harness.store import Store
from harness.store.verify import verify
from harness.study import Study
from tests.schools import examine, school, teach
from tests.studies import all_tables, count

ROOT = Path(__file__).parent.parent
QUIET = {"say": lambda _: None}
MODEL = "corpus=fake wording=ask"


def by_corpus(table, metric: str):
    return table[table["metric"] == metric].set_index("corpus")


def test_who_draws_is_made_a_majority_by_training_and_who_is_a_majority_is_not(tmp_path) -> None:
    drawn, pulled = (
        (
            school(tmp_path / name, parameters={"majority_pull": pull}, train={"seeds": 6}),
            Store(tmp_path / name / "runs"),
        )
        for name, pull in (("drawn", 0.0), ("pulled", 1.0))
    )
    told = {}
    for name, (study, store) in (("drawn", drawn), ("pulled", pulled)):
        assert teach(study, store) == 12
        told[name] = by_corpus(examine(study, store, ["modal_dominance"]), "modal_gap")
    people, drawn_model = (told["drawn"].loc[corpus] for corpus in ("human", "fake wording=ask"))
    assert people["verdict"] == "amplified" and people["lower"] > 0 and people["q"] < 0.05
    assert drawn_model["amplification"] > 0 and drawn_model["verdict"] in ("amplified", "cannot tell")
    # What always says the likeliest label leaves training nothing to add.
    still = told["pulled"].loc["fake wording=ask"]
    assert still["in_corpus"] > drawn_model["in_corpus"] + 0.05
    assert abs(still["amplification"]) < 0.02 and still["verdict"] == "the same"


def test_trained_annotators_speak_in_the_views_and_are_audited(tmp_path) -> None:
    study, store = school(tmp_path / "s", items=112, train={"hybrid": [50], "sizes": [20]}), Store(tmp_path / "runs")
    teach(study, store)
    labels = store.labels(study.name)
    trained = labels[labels["kind"] == "trained"]
    assert set(trained["variant"]) == {
        "corpus=human", MODEL, f"{MODEL} human=50", "corpus=human size=20", f"{MODEL} size=20"
    }  # fmt: skip
    asked = set(trained["item_id"])
    assert trained.groupby(["variant", "sample"])["item_id"].nunique().eq(len(asked)).all()
    assert 0.25 < len(asked) / labels["item_id"].nunique() < 0.35
    soft = store.sql(
        "select sum(probability) as p from soft_labels where kind = 'trained' group by item_id, variant, sample"
    )
    assert soft["p"].sub(1).abs().max() < 1e-9 and len(soft) == len(trained)
    pipeline.audit_study(study, store, only=["agreement", "label_shift"], **QUIET)
    found = store.findings(study.name)
    found = found[found["kind"] == "trained"]
    assert set(found["variant"]) == {"corpus=human", MODEL}
    assert found["floor"].notna().all() and found["items"].eq(len(asked)).all()
    assert set(store.amplifications(study.name)["audit"]) == {"agreement", "label_shift"}


def test_scores_are_those_that_the_labels_make(tmp_path) -> None:
    study, store = (
        school(tmp_path / "s", items=112, train={"hybrid": [50], "sizes": [15, 30]}),
        Store(tmp_path / "runs"),
    )
    teach(study, store)
    examine(study, store, ["agreement"])
    labels, scores = store.labels(study.name), store.scores(study.name)
    people = labels[labels["kind"] == "human"]
    one = labels[(labels["variant"] == MODEL) & (labels["sample"] == 1)]
    both = one.merge(people, on="item_id", suffixes=("", "_human"))
    accuracy = (both["label"] == both["label_human"]).groupby(both["item_id"]).mean().mean()
    told = scores[(scores["variant"] == MODEL) & (scores["metric"] == "accuracy")]
    assert told[told["seed"] == 1]["estimate"].item() == pytest.approx(accuracy)
    mean = told[told["seed"].isna()].iloc[0]
    assert mean["estimate"] == pytest.approx(told[told["seed"].notna()]["estimate"].mean())
    assert mean["lower"] < mean["estimate"] < mean["upper"]
    assert len(scores[(scores["kind"] == "llm") & (scores["metric"] == "macro_f1")]) == 1
    hybrids = store.hybrids(study.name)
    assert list(hybrids["human"]) == [0, 50] and set(hybrids["verdict"]) <= {"not worse", "worse", "cannot tell"}
    assert list(store.worths(study.name)["size"]) == [15, 30]


def test_nothing_is_taught_twice_and_a_rebuild_gives_the_same(tmp_path) -> None:
    study, store = school(tmp_path / "s", items=84), Store(tmp_path / "runs")
    assert teach(study, store) == 6
    folders = len(list(store.runs.glob("*/run.json")))
    assert secondorder.train_study(study, store, **QUIET) == 0
    assert len(list(store.runs.glob("*/run.json"))) == folders, "a training that changes nothing leaves no folder"
    before = all_tables(store)
    store.path.unlink()
    pipeline.rebuild(store)
    after = all_tables(store)
    for name in ("fits", "predictions", "trained", "labels", "annotators"):
        assert len(before[name]) and before[name].equals(after[name]), name
    counts, wrong = verify(store)
    assert counts["fit"] == 6 and not wrong


def test_the_same_seeds_give_the_same_predictions(tmp_path) -> None:
    said = []
    for name in ("one", "two"):
        study, store = school(tmp_path / name / "same", items=84), Store(tmp_path / name / "runs")
        teach(study, store)
        said.append(store.sql("select * from predictions order by all").astype(str))
    assert said[0].equals(said[1])


def test_more_seeds_and_another_learner_train_what_is_missing(tmp_path) -> None:
    study, store = school(tmp_path / "s", items=84), Store(tmp_path / "runs")
    teach(study, store, corpora=["human"])
    assert set(store.trained(study.name)["corpus"]) == {"human"}
    study = school(tmp_path / "s", items=84, train={"seeds": 4})
    assert secondorder.train_study(study, store, **QUIET) == 1 + 4
    trained = store.trained(study.name)
    assert trained.groupby("variant")["sample"].nunique().eq(4).all()
    assert (
        count(store, "labels where kind = 'trained'")
        == 8 * store.sql("select count(distinct item_id) as n from predictions")["n"].item()
    ), "annotators of fewer seeds speak no more"


SLOW = '''"""slow: takes its time, as a large model does."""
import time
import numpy as np
VERSION, PACKAGES, EXTRA, SERVES, OPTIONS, FEATURES = "1", (), "", ("classify",), {}, None
def make(options, seed, place): return Model()
class Model:
    def fit(self, lesson): time.sleep(0.4)
    def predict_proba(self, inputs): return np.tile([1.0, 0.0], (len(inputs), 1))
'''


def test_a_training_that_is_killed_goes_on(tmp_path, monkeypatch) -> None:
    (tmp_path / "slow_learner.py").write_text(SLOW)
    monkeypatch.syspath_prepend(str(tmp_path))
    study, store = (
        school(tmp_path / "s", items=84, train={"learners": ["slow_learner"], "seeds": 6}),
        Store(tmp_path / "runs"),
    )
    teach(study, store, learners=["nobody"])
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\nfrom harness.cli import app; app()"
    command = [sys.executable, "-c", code, "train", str(tmp_path / "s"), "--runs", str(store.runs)]
    training = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(list(store.runs.glob("*/predictions-*.parquet"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    training.send_signal(signal.SIGKILL)
    training.wait()
    done = len(list(store.runs.glob("*/predictions-*.parquet")))
    assert 3 <= done < 12
    pipeline.resolve(study, store)
    assert count(store, "trained") == 0, "nobody speaks before all seeds are there"
    assert secondorder.train_study(study, store, **QUIET) == 12 - done
    assert count(store, "trained") == 12


def test_what_cannot_be_taught_is_told(tmp_path) -> None:
    study, store = school(tmp_path / "s", items=14), Store(tmp_path / "runs")
    with pytest.raises(StudyError, match="nothing can be taught"):
        teach(study, store)
    study = school(tmp_path / "t", train={"corpora": ["human", "gpt-9"]})
    with pytest.raises(StudyError, match="no corpus 'gpt-9'"):
        teach(study, store)
    study = school(tmp_path / "u", train={"score": "f1"})
    teach(study, store)
    with pytest.raises(StudyError, match="there is no score 'f1'"):
        examine(study, store, ["agreement"])


def test_a_learner_of_another_task_is_refused(tmp_path) -> None:
    (tmp_path / "writer_only.py").write_text(SLOW.replace('"classify"', '"write"'))
    sys.path.insert(0, str(tmp_path))
    try:
        study, store = school(tmp_path / "s", train={"learners": ["writer_only"]}), Store(tmp_path / "runs")
        with pytest.raises(PluginError, match="cannot be taught to classify"):
            teach(study, store)
    finally:
        sys.path.remove(str(tmp_path))


def test_the_command_tells_it_in_lines_and_in_json(tmp_path) -> None:
    study, store = school(tmp_path / "s", items=70, train={"seeds": 2}), Store(tmp_path / "runs")
    teach(study, store)
    command = [sys.executable, "-m", "harness.cli", "train", str(tmp_path / "s"), "--runs", str(store.runs)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "macro_f1 of tfidf_logreg on tiny" in lines and "corpus=human" in lines
    told = json.loads(subprocess.run([*command, "--json"], capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    assert told["trainings"] == 0 and told["scores"] and told["amplifications"]


def test_the_demo_s_people_teach_in_seconds(tmp_path) -> None:
    source = ROOT / "prompts" / "demo_irony"
    folder = tmp_path / "demo_irony"
    folder.mkdir()
    for path in source.iterdir():
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(text + "\n[train]\nseeds = 2\n" if path.name == "study.toml" else text)
    study, store = Study.load(folder), Store(tmp_path / "runs")
    pipeline.resolve(study, store)
    assert secondorder.train_study(study, store, **QUIET) == 2
    items, asked = (count(store, what) for what in ("items", "(select distinct item_id from predictions)"))
    assert asked == round(0.3 * items)

"""Whole trainings on published data, each figure worked out a second time from the files, without the harness."""

from __future__ import annotations

import json
import math
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("scipy")
pytest.importorskip("torch")

from harness import pipeline, secondorder
from harness.extractors import embedding
from harness.learners._kneser_ney import BEGIN, END, FIRST, UNKNOWN
from harness.rooms import list_wanted, open_rooms
from harness.store import open_store, taught
from harness.study import Study
from tests.conftest import ROOT, shared_file
from tests.learners.test_ngram_lm import Reference

QUIET = {"say": lambda _: None}
PAIRS = "preferences/artifacts_paper/mtbench-gpt4-human-pref.csv"
TASKS = "instructions/self_instruct/user_oriented_instructions.jsonl"
WORD = re.compile(r"\w+(?:['’\-]\w+)*|[^\w\s]")


def trained(name: str, file: str, train: str, only: list[str], folder: Path):
    """Train on a copy of an example, with what stands behind its study.toml; give the study, store and lessons."""
    file_there = shared_file(file)
    shutil.copytree(ROOT / "examples" / name, folder / name)
    (folder / name / "data").symlink_to(file_there.parents[len(Path(file).parts) - 1])
    spec = folder / name / "study.toml"
    spec.write_text(f"{spec.read_text()}\n{train}")
    study, store = Study.load(folder / name), open_store(folder / "runs")
    pipeline.resolve(study, store)
    secondorder.train_study(study, store, **QUIET)
    secondorder.examine_study(study, store, only=only, **QUIET)
    training = secondorder.training_of(study)
    rooms = open_rooms(study, training, taught.stream_answers(store, study), lambda _: None)
    versions = {learner: secondorder._features_version(learner) for learner in training.learners}
    fits = {one.fit_id: fit for one, fit in list_wanted(rooms, training, versions)}
    return study, store, fits


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    if embedding.lacks():
        pytest.skip(str(embedding.lacks()))
    train = '[train]\nlearners = ["preference_model"]\nseeds = 2\n\n[train.preference_model]\nridge = 1e6\n'
    only = ["tie_rate", "preference_agreement"]
    return trained("mtbench", PAIRS, train, only, tmp_path_factory.mktemp("judged"))


def verdicts() -> pd.DataFrame:
    said = pd.read_csv(shared_file(PAIRS), dtype=str)
    said["key"] = said["question_id"] + " " + said["model_a"] + " " + said["model_b"]
    code = {"model_a": "a", "model_b": "b", "tie": "tie", "tie (inconsistent)": "tie"}
    return said.assign(human=said["human_model"].map(code), gpt4=said["gpt4_model"].map(code))


def davidson(fit, told) -> float:
    """Give -log P of a lesson, pair by pair, as Davidson's model with an order effect says it."""
    lost = 0.0
    for (_, a, b), target in zip(fit.lesson.inputs, fit.lesson.targets, strict=True):
        longer = math.log1p(len(a.split())) - math.log1p(len(b.split()))
        first = math.exp(told["length"] * longer / 2 + told["first_place"])
        second = math.exp(-told["length"] * longer / 2)
        tie = math.exp(told["tie"])
        said = dict(zip(fit.lesson.classes, target, strict=True))
        likely = said["a"] * first + said["b"] * second + said["tie"] * tie
        lost -= math.log(likely / (first + second + tie))
    return lost


@pytest.mark.slow
def test_what_a_preference_model_tells_of_length_and_place_is_most_likely(judged):
    """With all weights of vectors held at 0, three numbers are left; none may be moved either way for the better."""
    _, store, fits = judged
    rows = store.sql("select t.variant, t.fit_id, f.told from trained t join fits f using (fit_id)")
    assert len(rows) == 4
    for row in rows.to_dict("records"):
        fit, told = fits[f"fit_{str(row['fit_id']).replace('-', '')}"], json.loads(row["told"])
        assert all(question == "" for question, _, _ in fit.lesson.inputs), "these pairs have no question"
        assert "relevance" not in told
        best = davidson(fit, told)
        for name in ("length", "first_place", "tie"):
            for step in (-0.02, 0.02):
                assert davidson(fit, {**told, name: told[name] + step}) > best


@pytest.mark.slow
def test_accuracy_kappa_and_ties_are_those_of_the_file(judged):
    study, store, _ = judged
    said = verdicts()
    told = store.sql("select variant, sample, key, choice from preferences where kind = 'trained'")
    scores = store.scores(study.name)
    found = store.amplifications(study.name).set_index(["corpus", "metric"])
    shares = {}
    for (variant, seed), own in told.groupby(["variant", "sample"]):
        met = said.merge(own, on="key")
        agreed = (met["human"] == met["choice"]).groupby(met["key"]).mean().mean()
        score = scores[(scores["variant"].str.startswith(variant)) & (scores["seed"] == seed)]
        assert score.set_index("metric").loc["accuracy", "estimate"] == pytest.approx(agreed)
        shares.setdefault(variant, []).append((own["choice"] == "tie").mean())
    tried = said[said["key"].isin(told["key"])].drop_duplicates("key")
    assert len(tried) == scores["items"].max()
    row = found.loc["gpt-4", "tie_gap"]
    assert row["amplification"] == pytest.approx(
        np.mean(shares["corpus=gpt-4"]) - (tried["gpt4"] == "tie").mean(), abs=1e-9
    )
    assert row["lower"] < row["amplification"] < row["upper"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    train = (
        '[train]\nlearners = ["ngram_lm"]\nseeds = 2\nhybrid = [50]\n'
        'corpora = ["human", "davinci", "text-davinci-003"]\n'
    )
    return trained("self_instruct", TASKS, train, ["missing_output"], tmp_path_factory.mktemp("written"))


def tokens(texts) -> tuple[list[np.ndarray], dict[str, int]]:
    words = [WORD.findall(text) for text in texts]
    numbers = {word: n for n, word in enumerate(sorted({w for text in words for w in text}), start=FIRST)}
    return [np.array([numbers[word] for word in text]) for text in words], numbers


@pytest.mark.slow
def test_tokens_and_loss_are_those_of_what_people_wrote(written):
    study, store, _ = written
    answers = {}
    for line in shared_file(TASKS).read_text(encoding="utf-8").splitlines():
        task = json.loads(line)
        answers[task["id"]] = task["instances"][0]["output"].strip()
    read = store.sql(
        "select t.variant, t.sample, i.key, p.loss, p.tokens from trained t join predictions p using (fit_id) "
        "join items i on i.study = t.study and i.item_id = p.item_id where i.dataset = 'user_oriented'"
    )
    counted = read["key"].map(lambda key: len(WORD.findall(answers[key])) + 1)
    assert read["tokens"].tolist() == counted.tolist()
    by_seed = read.groupby(["variant", "sample"])[["loss", "tokens"]].sum()
    bits = (by_seed["loss"] / by_seed["tokens"] / math.log(2)).groupby("variant").mean()
    scores = store.scores(study.name)
    told = scores[(scores["dataset"] == "user_oriented") & scores["seed"].isna() & (scores["metric"] == "loss")]
    assert told.set_index("variant")["estimate"].to_dict() == pytest.approx(bits.to_dict())
    assert bits["corpus=human"] < bits["corpus=text-davinci-003 human=50"] < bits["corpus=text-davinci-003"]
    assert bits["corpus=text-davinci-003"] < bits["corpus=davinci"], "the model that was tuned writes more like people"


@pytest.mark.slow
def test_a_loss_is_that_of_the_paper_s_recursion(written):
    """Words by one recursion, spellings of words by another, n-gram by n-gram, for the shortest answers of the test."""
    _, store, fits = written
    rows = store.sql(
        "select t.fit_id, replace(p.item_id::varchar, '-', '') as item, p.loss from trained t "
        "join predictions p using (fit_id) where t.variant = 'corpus=human' and t.sample = 0"
    )
    losses = {(f"fit_{str(r.fit_id).replace('-', '')}", r.item): r.loss for r in rows.itertuples()}
    (name,) = {fit for fit, _ in losses if fits[fit].dataset == "user_oriented"}
    fit = fits[name]
    sequences, numbers = tokens(fit.lesson.targets)
    model = Reference([one.tolist() for one in sequences], 3, None)
    spelt = Reference([[FIRST + byte for byte in word.encode()] for word in sorted(numbers)], 5, 1 / 257)

    def spelling(word: str) -> float:
        line = (BEGIN, *(FIRST + byte for byte in word.encode()), END)
        return math.prod(spelt.p(line[at], line[max(0, at - 4) : at]) for at in range(1, len(line)))

    units = sorted(fit.units, key=lambda unit: len(unit.truth))[5:8]
    for unit in units:
        words = WORD.findall(unit.truth)
        line = (BEGIN, *(numbers.get(word, UNKNOWN) for word in words), END)
        lost = 0.0
        for at, word in enumerate((*words, ""), start=1):
            model.base = spelling(word)
            lost -= math.log(model.p(line[at], line[max(0, at - 2) : at]))
        assert losses[name, unit.item] == pytest.approx(lost, rel=1e-6), unit.truth

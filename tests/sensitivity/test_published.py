"""Published answers to several prompts: what is told of them against figures computed here from the raw files."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness import pipeline
from harness.store import Store
from harness.study import Study
from tests.conftest import ROOT, shared_file

WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


def audited(example: str, audits: list[str], target: Path, **replaced: str) -> Store:
    """Audit a copy of an example; ``replaced`` are files of it with other text."""
    folder, store = target / example, Store(target / "runs")
    shutil.copytree(ROOT / "examples" / example, folder, ignore=shutil.ignore_patterns("data"))
    (folder / "data").symlink_to(shared_file("MANIFEST.md").parent)
    for name, text in replaced.items():
        (folder / name).write_text(text, encoding="utf-8")
    study = Study.load(folder)
    pipeline.resolve(study, store)
    pipeline.parse_study(study, store)
    pipeline.audit_study(study, store, only=audits, say=lambda _: None)
    return store


@pytest.fixture(scope="module")
def mgtbench(tmp_path_factory) -> Store:
    shared_file("free_form_text/mgtbench/TruthfulQA_chatgpt.csv")
    return audited("mgtbench", ["text_length"], tmp_path_factory.mktemp("mgtbench"))


def test_mgtbench_three_prompts_and_how_long_their_answers_are(mgtbench):
    texts = {
        name: pd.read_csv(shared_file(f"free_form_text/mgtbench/TruthfulQA_chatgpt{part}.csv"), keep_default_na=False)
        for name, part in (("plain", ""), ("prompt1", "_prompt1"), ("prompt2", "_prompt2"))
    }
    keys = {"plain": "Question", "prompt1": "complete_question", "prompt2": "complete_question"}
    words = pd.DataFrame(
        {
            name: frame.drop_duplicates(key).set_index(key)["chatgpt_answer"].map(lambda text: len(WORD.findall(text)))
            for (name, frame), key in zip(texts.items(), keys.values(), strict=True)
        }
    ).dropna()
    assert len(words) == 817
    means = words.mean()
    noise = np.cov(words, rowvar=False) / len(words)
    own = (np.trace(noise) - noise.sum() / 3) / 2

    told = mgtbench.sensitivities("mgtbench").query("metric == 'words_model'").iloc[0]
    assert (told["variants"], told["verdict"], told["axes"]) == (3, "described", "prompt (3, open)")
    assert told["mean"] == pytest.approx(means.mean(), rel=1e-6)
    assert told["spread"] == pytest.approx(np.ptp(means), rel=1e-6)
    assert told["noise_sd"] == pytest.approx(np.sqrt(own), rel=0.05)
    assert told["between_sd"] == pytest.approx(np.sqrt(means.var(ddof=1) - own), rel=0.01)
    # Noise is next to nothing here, so it is the t interval of one more prompt out of three.
    half = stats.t.ppf(0.975, 2) * means.std(ddof=1) * np.sqrt(1 + 1 / 3)
    assert told["predicted_upper"] - told["predicted_lower"] == pytest.approx(2 * half, rel=0.1)
    assert told["hetero_p"] < 0.001
    effects = mgtbench.axis_effects("mgtbench").query("metric == 'words_model' and level == 'prompt1'").iloc[0]
    assert effects["effect"] == pytest.approx(means["prompt1"] - (means["plain"] + means["prompt2"]) / 2, rel=1e-6)
    apart = words["prompt1"] - (words["plain"] + words["prompt2"]) / 2
    assert effects["upper"] - effects["effect"] == pytest.approx(
        stats.t.ppf(0.975, 816) * apart.std() / np.sqrt(817), rel=0.08
    )


def test_mgtbench_answers_are_longer_whatever_the_prompt(mgtbench):
    told = mgtbench.sensitivities("mgtbench").query("metric == 'length_ratio'").iloc[0]
    findings = mgtbench.findings("mgtbench").query("metric == 'length_ratio' and dataset == 'truthfulqa'")
    assert told["mean"] == pytest.approx(findings["excess"].mean())
    assert told["verdict"] == "robust" and told["predicted_lower"] > told["warn"] == 0.25


def test_llmbar_judges_that_are_asked_in_both_orders(tmp_path):
    folder = shared_file("preferences/llmbar/Natural")
    store = audited("llmbar", ["preference_agreement"], tmp_path)
    named = {"gpt-4": "GPT-4", "chatgpt": "ChatGPT", "llama2": "LLaMA2"}
    gold = np.array([pair["label"] for pair in json.loads((folder / "dataset.json").read_text())])
    for model, part in named.items():
        (path,) = (p for p in folder.rglob("result.json") if part in p.parts)
        results = [pair["results"][0] for pair in json.loads(path.read_text())]
        winners = np.array([[int(each[f"swap = {s}"]["winner"]) for s in (False, True)] for each in results])
        assert len(winners) == len(gold) == 100
        right = (winners == gold[:, None]).astype(float)
        told = store.sensitivities("llmbar").query(
            f"metric == 'agreement' and dataset == 'llmbar natural' and model == '{model}'"
        )
        told = told.iloc[0]
        assert told["mean"] == pytest.approx(right.mean())
        assert told["spread"] == pytest.approx(abs(np.diff(right.mean(axis=0))[0]))
        error = right.mean(axis=1).std(ddof=1) / 10
        assert told["mean_upper"] - told["mean"] == pytest.approx(stats.t.ppf(0.975, 99) * error, rel=0.08)
        # No level is left to try: the interval speaks of both prompts.
        assert told["population"] == "the prompts tried: all levels of answer_order"
        low, high = right.mean(axis=0).min(), right.mean(axis=0).max()
        assert told["predicted_lower"] < low and told["predicted_upper"] > high
        scores = store.item_sensitivities("llmbar").query(f"dataset == 'llmbar natural' and model == '{model}'")
        assert scores["score"].mean() == pytest.approx((winners[:, 0] != winners[:, 1]).mean())


MODELS = ("gpt4", "qwen25_7b")
PERSONAS = ("base", "male", "female", "white", "black", "asian")


def test_popquorn_personas_models_and_comments(tmp_path):
    shared_file("task_labels/popquorn_llm_judge/offensive_results_w2.tsv")
    query = (ROOT / "examples" / "popquorn" / "models.sql").read_text(encoding="utf-8")
    every = "flant5_xxl|flan_ul2|tulu2_7b|tulu2_13b|gpt35|gpt4|llama31_8b|mistral03_7b|qwen25_7b"
    assert every in query
    asked = query.replace(every, "|".join(MODELS))
    asked = f"select * from ({asked}) where dataset = 'offensiveness'"
    store = audited("popquorn", ["unparsed"], tmp_path, **{"models.sql": asked})
    frame = pd.read_csv(
        shared_file("task_labels/popquorn_llm_judge/offensive_results_w2.tsv"), sep="\t", dtype={"instance_id": str}
    ).set_index("instance_id")
    ratings = np.stack(
        [[pd.to_numeric(frame[f"{model}_{persona}"], errors="coerce") for persona in PERSONAS] for model in MODELS]
    ).transpose(2, 0, 1)
    ratings[~np.isin(ratings, (1, 2, 3, 4, 5))] = np.nan
    ratings = (ratings - 1) / 4

    scores = store.item_sensitivities("popquorn")
    for number, model in enumerate(MODELS):
        own = ratings[:, number]
        pairs = np.stack([abs(own[:, a] - own[:, b]) for a, b in itertools.combinations(range(6), 2)], axis=1)
        with np.errstate(invalid="ignore"):
            wanted = np.array([np.nanmean(row) if np.isfinite(row).any() else np.nan for row in pairs])
        told = scores[scores["model"] == model].set_index("key")["score"].reindex(frame.index)
        assert told.to_numpy() == pytest.approx(wanted, nan_ok=True)

    whole = ratings[np.isfinite(ratings).all(axis=(1, 2))]
    share_missing = 1 - len(whole) / len(ratings)
    assert share_missing < 0.02
    wanted = mean_squares(whole)
    told = store.variance_components("popquorn").set_index("component")
    assert told["items"].iloc[0] >= len(whole) and told["models"].iloc[0] == 2 and told["prompts"].iloc[0] == 6
    assert told["variance"].to_dict() == pytest.approx(wanted, abs=0.0006)
    kept = {name: max(value, 0.0) for name, value in wanted.items()}
    assert told.loc["prompt", "share"] == pytest.approx(kept["prompt"] / sum(kept.values()), abs=0.005)
    assert (told["lower"] <= told["share"] + 1e-9).all() and (told["share"] <= told["upper"] + 1e-9).all()


def mean_squares(table: np.ndarray) -> dict[str, float]:
    """Solve the expected mean squares of a whole three-way table (Brennan 2001)."""
    items, models, prompts = table.shape
    sizes = dict(zip("imp", table.shape, strict=True))
    effects = {"": np.full(table.shape, table.mean())}
    squares = {}
    for term in ("i", "m", "p", "im", "ip", "mp", "imp"):
        others = tuple(axis for axis, letter in enumerate("imp") if letter not in term)
        mean = np.broadcast_to(table.mean(axis=others, keepdims=True), table.shape)
        effects[term] = mean - sum(effects[part] for part in effects if set(part) < set(term))
        freedom = np.prod([sizes[letter] - 1 for letter in term])
        squares[term] = (effects[term] ** 2).sum() / freedom
    error = squares["imp"]
    two = {
        "im": (squares["im"] - error) / prompts, "ip": (squares["ip"] - error) / models,
        "mp": (squares["mp"] - error) / items,
    }  # fmt: skip
    return {
        "item": (squares["i"] - squares["im"] - squares["ip"] + error) / (models * prompts),
        "model": (squares["m"] - squares["im"] - squares["mp"] + error) / (items * prompts),
        "prompt": (squares["p"] - squares["ip"] - squares["mp"] + error) / (items * models),
        "item × model": two["im"], "item × prompt": two["ip"], "model × prompt": two["mp"], "residual": error,
    }  # fmt: skip

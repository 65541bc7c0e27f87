"""Published tasks and answers, from the files as they were published, against the numbers of their makers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from harness import pipeline
from harness.store import Store
from harness.study import Study
from tests.conftest import ROOT, shared_file

NEEDED = {
    "self_instruct": "instructions/self_instruct/predictions/davinci_predictions.jsonl",
    "alpaca_eval_outputs": "instructions/alpaca_eval_outputs/gpt4_0314__model_outputs.json",
    "dolly": "instructions/alpagasus/dolly_3k.json",
    "alpaca": "instructions/stanford_alpaca/alpaca_5000.json",
}


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Store]:
    def load(name: str, *, curate: bool = False) -> Store:
        data = shared_file(NEEDED[name])
        folder = tmp_path / "examples" / name
        shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns("data"))
        (folder / "data").symlink_to(data.parents[len(Path(NEEDED[name]).parts) - 1])
        study, store = Study.load(folder), Store(tmp_path / "runs")
        pipeline.resolve(study, store)
        if curate:
            pipeline.parse_study(study, store)
        return store

    return load


def counts(store: Store, *by: str, of: str = "instructions") -> pd.Series:
    return store.sql(f"select {', '.join(by)}, count(*) as n from {of} group by all").set_index(list(by))["n"]


def test_self_instruct(load: Callable[..., Store]) -> None:
    store = load("self_instruct")
    people = counts(store, "kind", "dataset")
    assert people["human", "seed_tasks"] == 175 and people["human", "user_oriented"] == 252
    models = counts(store, "model", of="replies")
    assert models.to_dict() == dict.fromkeys(
        ["davinci", "davinci-self-instruct", "text-davinci-001", "text-davinci-002", "text-davinci-003"], 252
    )
    unusable = store.sql("select model, count(*) as n from replies where not parsed group by 1").set_index("model")["n"]
    assert unusable.get("text-davinci-003", 0) <= 2
    first = store.sql("select * from instructions where key = 'user_oriented_task_0' and kind = 'human'").iloc[0]
    assert first["output"].startswith("If you have any questions about my rate or find it necessary")
    assert first["instruction"].startswith("The sentence you are given") and first["metadata"]
    # One answer from the file, in its place: the order is the join.
    spam = store.sql("select model, output, input from instructions where key = 'user_oriented_task_163'")
    assert len(spam) >= 5 and set(spam["input"]) == {"Dermatologists don't like her!"}


def test_alpaca_eval(load: Callable[..., Store]) -> None:
    store = load("alpaca_eval_outputs")
    models = counts(store, "model", "wave", of="replies")
    assert len(models) == 10
    assert models.pop(("text-davinci-001", "2022-01-27")) == 803
    assert set(models) == {805}
    assert counts(store, "kind")["human"] == 252  # every answer of a person meets its instruction
    joined = store.sql(
        "select r.model, r.wave, count(*) as n from replies r join instructions h "
        "on h.item_id = r.item_id and h.kind = 'human' group by all"
    )
    assert sorted(joined["n"]) == [251] + 9 * [252]
    words = store.sql(
        "select coalesce(model, 'people') as who, wave, avg(len(string_split_regex(trim(output), '\\s+'))) as words "
        "from instructions where item_id in (select item_id from instructions where kind = 'human') group by all"
    )
    told = {(row.who, row.wave): row.words for row in words.itertuples()}
    assert told["gpt-4", "2023-11-06"] == pytest.approx(232, abs=1)  # as the manifest of the data says
    assert told["gpt-3.5-turbo", "2023-06-13"] == pytest.approx(145, abs=1)


def test_dolly(load: Callable[..., Store]) -> None:
    store = load("dolly", curate=True)
    assert counts(store, "dataset", "kind").to_dict() == {
        ("dolly_select_llm", "human"): 1000,
        ("dolly_alpagasus", "human"): 2996,
    }
    first = store.sql("select * from instructions where key = 'dolly_1'").iloc[0]
    assert first["instruction"] == "Given a reference text about Pwojè Pyebwa, who funded the project?"
    assert first["input"].startswith("Pwojè Pyebwa (Tree Project)") and "USAID" in first["output"]
    rows = store.sql("select * from instructions where dataset = 'dolly_alpagasus' order by sample, key, item_id")
    found = rows[rows["fault"].fillna("").str.contains("near duplicate")]
    assert len(found) == 436  # many people asked "Identify which instrument is string or percussion: …"
    twice = rows[rows["instruction"].duplicated()]
    assert len(twice) >= 15 and set(twice["item_id"]) <= set(found["item_id"])
    assert (found["similarity"] == 1).sum() >= len(twice)


def test_alpaca(load: Callable[..., Store]) -> None:
    store = load("alpaca", curate=True)
    assert counts(store, "dataset", "variant").to_dict() == {
        ("alpaca_5000", "published"): 5000,
        ("cleaned_alpaca", "cleaned"): 1000,
    }
    missing = store.sql("select * from instructions where output is null")
    assert len(missing) == 2 and (missing["fault"] == "no output").all()
    colour = store.sql("select * from instructions where key = 'cleaned_alpaca_4'").iloc[0]
    assert (colour["instruction"], colour["input"]) == (
        "Pick a color that matches the following description",
        "Warm and inviting",
    )

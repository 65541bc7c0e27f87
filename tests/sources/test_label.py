"""Published labels come in whole: as many as the files hold, and what they say."""

from __future__ import annotations

import json
import shutil

import pytest

from harness import pipeline
from harness.store import Store
from harness.study import Study
from tests.conftest import ROOT, shared_file

# source → a file that must be there; items; labels of people; annotators (model and variant); answers of all models
SOURCES = {
    "alt_test": ("task_labels/alt_test/wax/human_annotations.json", 2_254, 8_218, 6, 6 * 2_254),
    "alt_test_scale": ("task_labels/alt_test/lesion/human_annotations.json", 2_198, 6_824, 6, 6 * 1_698 + 4 * 500),
    "llms_for_css": ("task_labels/llms_for_css/emotion/test.json", 2_363, 2_363, 13, 2_363 * 13 - 498 - 435),
    "mismatch": ("task_labels/artifacts_paper/mismatch_gpt3.csv", 8_032, 27_043, 1, 5 * 8_032),
    "popquorn": ("task_labels/popquorn_raw/offensiveness_raw_data.csv", 5_218, 38_078, 54, 54 * 5_218),
}


@pytest.fixture(scope="module")
def resolve(tmp_path_factory):
    """Give a function that resolves a source's study, once each."""
    stores: dict[str, Store] = {}

    def resolve(name: str) -> Store:
        file = shared_file(SOURCES[name][0])
        if name not in stores:
            folder = tmp_path_factory.mktemp(name) / name
            shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns("data"))
            depth = len(SOURCES[name][0].split("/"))
            (folder / "data").symlink_to(file.parents[depth - 1], target_is_directory=True)
            stores[name] = Store(folder.parent / "runs")
            pipeline.resolve(Study.load(folder), stores[name])
        return stores[name]

    return resolve


def ask(store: Store, query: str):
    """Give the one number of a query."""
    return store.sql(query).iloc[0, 0]


@pytest.mark.parametrize("name", SOURCES)
def test_everybody_is_there_once(resolve, name):
    _, items, people, models, answers = SOURCES[name]
    store = resolve(name)
    assert ask(store, "select count(distinct item_id) from members") == items
    assert ask(store, "select count(*) from labels where kind = 'human'") == people
    assert ask(store, "select count(*) from replies") == answers
    assert ask(store, "select count(distinct (model, variant)) from replies") == models


def test_alt_test_knows_who_said_what(resolve):
    known = "select count(distinct (dataset, person)) from labels where kind = 'human'"
    assert ask(resolve("alt_test"), known) == 8 + 4 + 3 + 10
    assert ask(resolve("alt_test_scale"), known) == 13 + 6
    assert ask(resolve("alt_test"), "select count(distinct cluster) from labels where dataset = 'mtbench'") < 120


def test_popquorn_has_traits_and_personas(resolve):
    store = resolve("popquorn")
    assert ask(store, "select count(distinct (dataset, person)) from labels where kind = 'human'") == 262 + 506
    told = store.sql("select traits ->> 'gender' as gender, count(*) as n from labels where kind = 'human' "
                     "and dataset = 'offensiveness' group by 1 order by n desc")  # fmt: skip
    assert set(told["gender"][:2]) == {"Man", "Woman"}
    assert sorted(store.sql("select distinct persona from labels where kind = 'llm'")["persona"]) == [
        "asian", "base", "black", "female", "male", "white",
    ]  # fmt: skip
    assert ask(store, "select count(*) from replies where not parsed") == 281_772 - 76_049 - 198_005


def test_mismatch_tells_its_scales_apart_by_the_number_of_people(resolve):
    counts = resolve("mismatch").sql("select dataset, count(distinct key) as n from labels group by 1 order by 1")
    assert counts["n"].tolist() == [5_859, 1_399, 774]


def test_a_line_of_llms_for_css_meets_its_item_by_its_number_and_not_by_its_place(resolve):
    store = resolve("llms_for_css")
    # Items that were asked again stand at the end of a file; by place, 327 of 498 lines would meet another item.
    first = shared_file("task_labels/llms_for_css/emotion/answer-text-davinci-002").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in first.splitlines()]
    assert [int(line[0]) for line in lines] != list(range(498))
    tests = json.loads(shared_file("task_labels/llms_for_css/emotion/test.json").read_text(encoding="utf-8"))
    keys = list(tests["labels"])
    assert all(tests["labels"][keys[int(number)]] == gold for number, gold, _ in lines)
    said = store.sql(
        "select key, label from labels where dataset = 'emotion' and model = 'text-davinci-002'"
    ).set_index("key")["label"]
    words = dict(zip("ABCDEF", ("Fear", "Anger", "Joy", "Sadness", "Love", "Surprise"), strict=True))
    read = {keys[int(number)]: words[answer] for number, _, answer in lines if answer in words}
    assert said.to_dict() == read
    padded = "select count(*) from replies where model = 'chatgpt' and not parsed"
    assert ask(store, padded) == 213 + 2 + 1 + 24 + 9
    dated = store.sql("select distinct model, family, released from roster where released is not null order by 3")
    assert dated["model"].tolist() == ["text-davinci-001", "text-davinci-002", "text-davinci-003"]

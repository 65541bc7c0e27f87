"""Published texts of people and models: as many rows as the manifest says, each where it belongs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from harness import Study, open_store, pipeline
from tests.conftest import ROOT, shared_file

WORKER_PEOPLE = {
    "ten-dim": 500 + 4_500 + 1_497, "sentiment": 500 + 4_500 + 12_284, "empathy_empathy_bin": 167 + 1_506 + 186,
    "hayati_politeness": 28 + 260 + 32, "hypo-l": 290 + 2_613 + 323,
}  # fmt: skip
WORKER_MODELS = {"gpt-4": 4_500 + 4_500 + 1_502 + 252 + 2_610, "llama-2-70b": 4_473 + 4_178 + 1_494 + 243 + 2_530}
FAST = {"pubmed": 450, "writing": 449, "xsum": 449}  # 150 pairs a model; two have no continuation
DOMAINS = {f"detectrl {domain}": 252 for domain in ("abstract", "content", "document", "story")}
PROMPTS = ("plain", "prompt1", "prompt2")
DETECTED = ("chatgpt", "claude-instant", "google-palm", "llama-2-70b")
CHAIN = (
    "text-davinci-001", "text-davinci-003", "gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613", "gpt-3.5-turbo-1106",
    "gpt-4-0314", "gpt-4-0613", "gpt-4-1106-preview", "gpt-4-0125-preview", "gpt-4o-2024-05-13",
)  # fmt: skip
# study → people's rows by dataset, models' rows by model and variant
COUNTS: dict[str, tuple[dict[str, int], dict[tuple[str, str], int]]] = {
    "worker_vs_gpt": (WORKER_PEOPLE, {(model, "balanced"): n for model, n in WORKER_MODELS.items()}),
    "fast_detect_gpt": (FAST, {(model, "continued"): 450 for model in ("davinci", "gpt-3.5-turbo", "gpt-4")}),
    "alpaca_eval_chain": (
        {"alpaca_eval": 252},
        {(model, "published"): 803 if model == "text-davinci-001" else 805 for model in CHAIN},
    ),
    "mgtbench": (
        {"squad": 3_296, "truthfulqa": 817},
        {("chatgpt", "prompt=extract"): 1_000, **{("chatgpt", f"prompt={name}"): 817 for name in PROMPTS}},
    ),
    "detectrl": (DOMAINS, {(model, "direct"): 252 for model in DETECTED}),
    "hc3_plus": ({"hc3_plus": 5_387}, {("chatgpt", "published"): 5_254}),
    "nli_explanations": (
        {"nli_explanations": 1_364},
        {(model, "label-guided"): 1_364 for model in ("gpt4o", "llama3", "mixtral")},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a function that resolves an example once: name → store."""
    held: dict[str, Any] = {}

    def resolve(name: str) -> Any:
        if name not in held:
            data = shared_file("free_form_text").parent
            folder = tmp_path_factory.mktemp("sources") / name
            shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns("data"))
            Path(folder / "data").symlink_to(data)
            held[name] = open_store(folder.parent / "runs")
            pipeline.resolve(Study.load(folder), held[name])
        return held[name]

    return resolve


@pytest.mark.parametrize("name", COUNTS)
def test_everybody_is_there_once(resolved: Any, name: str) -> None:
    store = resolved(name)
    people, models = COUNTS[name]
    said = store.sql("select dataset, count(*) as n from texts where kind = 'human' group by 1")
    assert dict(zip(said["dataset"], said["n"], strict=True)) == people
    told = store.sql("select model, variant, count(*) as n from replies group by all")
    assert {(r.model, r.variant): r.n for r in told.itertuples()} == models


def one(store: Any, query: str) -> Any:
    return store.sql(f"select {query}").iloc[0, 0]


def test_a_rewrite_stands_beside_its_seed(resolved: Any) -> None:
    store = resolved("worker_vs_gpt")
    assert one(store, "count(*) from items") == sum(WORKER_PEOPLE.values())
    seed = "And as someone that's been through something similar my profound sympathies on your shitty ex."
    found = store.sql(
        "select kind, text, fields ->> '$.original' as original, sample from texts "
        "where fields ->> '$.original' like 'And as someone that''s been through something similar my%' "
        "and (kind = 'human' or model = 'gpt-4') order by kind, sample"
    )
    assert set(found["original"]) == {seed}
    assert found["text"][0] == seed
    assert found["text"][1].startswith("Oh, I've encountered a similar situation in the past")
    assert one(store, "max(sample) from texts where kind = 'llm' and model = 'gpt-4'") >= 14
    # 302 + 404 + 133 + 23 + 217 seeds were rewritten by GPT-4
    assert one(store, "count(distinct item_id) from texts where model = 'gpt-4'") == 1_079


def test_a_continuation_goes_on_from_the_beginning(resolved: Any) -> None:
    store = resolved("fast_detect_gpt")
    found = store.sql(
        "select kind, text, fields ->> '$.beginning' as beginning from texts "
        "where dataset = 'xsum' and key = 'gpt-4-0' order by kind"
    )
    assert found["beginning"].nunique() == 1
    assert found["beginning"][0].startswith("Maj Richard Scott, 40, is accused of driving at speeds of up to 95mph")
    assert not found["text"].str.contains("Maj Richard Scott, 40, is accused").any()
    assert found["text"].nunique() == 2
    medical = "fields ->> '$.beginning' from texts where dataset = 'pubmed' limit 1"
    assert one(store, medical).endswith("Answer:")


def test_three_prompts_are_variants_of_one_item(resolved: Any) -> None:
    store = resolved("mgtbench")
    assert one(store, "count(*) from items where dataset = 'truthfulqa'") == 817
    variants = store.sql(
        "select variant, text from texts where kind = 'llm' and dataset = 'truthfulqa' "
        "and fields ->> '$.question' = 'What happens to you if you eat watermelon seeds?' order by variant"
    )
    assert variants["variant"].tolist() == ["prompt=plain", "prompt=prompt1", "prompt=prompt2"]
    assert variants["text"][2].startswith("As an AI language model, I don't have a physical body")
    people = store.sql(
        "select text from texts where key = '56f8225ea6d7ea1400e173f2' and kind = 'human' order by person"
    )
    assert sorted(people["text"]) == ["1521", "18 April 1521", "18 April 1521"]


def test_a_model_of_detectrl_has_a_quarter_of_each_domain(resolved: Any) -> None:
    counts = resolved("detectrl").sql("select dataset, model, count(*) as n from texts where kind = 'llm' group by all")
    assert len(counts) == 16
    assert set(counts["n"]) == {63}


def test_an_explanation_is_for_the_label_that_the_person_gave(resolved: Any) -> None:
    store = resolved("nli_explanations")
    assert one(store, "count(*) from items") == 1_364
    assert one(store, "count(distinct cluster) from items") == 341
    labels = store.sql("select fields ->> '$.label' as label, count(*) as n from items group by 1").set_index("label")[
        "n"
    ]
    assert labels.to_dict() == {"neutral": 703, "entailment": 375, "contradiction": 286}
    assert set(store.sql("select count(*) as n from texts group by item_id")["n"]) == {4}


def test_lines_end_at_newlines_alone(resolved: Any) -> None:
    store = resolved("hc3_plus")
    assert one(store, "count(*) from items") == 10_641
    first = one(store, "text from texts where key = '1'")
    assert first.startswith("Engineering multinational, Arup, has released a report entitled “It’s Alive,”")


def test_ten_dated_models_stand_in_the_order_of_their_dates(resolved: Any) -> None:
    store = resolved("alpaca_eval_chain")
    dated = store.sql("select distinct family, released, model from roster order by all")
    assert tuple(dated["model"]) == CHAIN and dated["family"].tolist() == ["GPT-3.5"] * 5 + ["GPT-4"] * 5
    words = store.sql(
        "select model, avg(len(string_split_regex(trim(text), '\\s+'))) as words from texts "
        "where item_id in (select item_id from texts where kind = 'human') group by 1"
    ).set_index("model")["words"]
    assert words["gpt-4-1106-preview"] == pytest.approx(232, abs=1)  # as the manifest of the data says
    assert words["gpt-4o-2024-05-13"] == pytest.approx(194, abs=1)

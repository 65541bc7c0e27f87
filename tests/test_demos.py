"""Every demo study: read, planned and asked of the fake here; the slow test asks the real embedded model."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import pipeline, plugins
from harness.store import Store, open_store
from harness.study import Study
from tests.conftest import ROOT, shared_file
from tests.studies import generate_and_parse

VERSIONS = ROOT / "prompts" / "demo_versions"  # these two ask no model: they have tests of their own
TAUGHT = ROOT / "prompts" / "demo_second_order"
DEMOS = sorted({path.parent for path in (ROOT / "prompts").glob("demo_*/study.toml")} - {VERSIONS, TAUGHT})
LEAST_READ = 0.5  # of the replies of a model of 135 million parameters
every_demo = pytest.mark.parametrize("folder", DEMOS, ids=lambda path: path.name)


def test_there_is_one_for_each_data_type() -> None:
    assert {Study.load(folder).datatype for folder in DEMOS} == set(plugins.list_names("datatypes"))


@every_demo
def test_it_says_where_its_data_are_from_and_varies_its_wording(folder: Path) -> None:
    study = Study.load(folder)
    told = (folder / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "licen" in told.lower()
    (made_by,) = set(re.findall(r"[\w./]*extract\.sql", told))  # its own, or that of the demo whose data it reads
    assert (folder / made_by).exists()
    wordings = {variant.template_id for variant in study.variants}
    assert len(wordings) >= (2 if study.datatype == "label" else 3)


@every_demo
def test_every_variant_has_its_prompt(folder: Path, tmp_path: Path) -> None:
    study = Study.load(folder)
    plan = pipeline.plan_study(study, open_store(tmp_path / "runs"))
    assert plan.calls and len(plan.shares) == len(study.variants)
    sent = ["\n".join(message.content for message in share.example or ()) for share in plan.shares]
    assert all(len(text.split()) > 10 for text in sent) and len(set(sent)) == len(sent)
    assert not [text for text in sent if "{{" in text or "{%" in text]


def count_by_kind(store: Store, table: str) -> dict[str, int]:
    counted = store.sql(f"select kind, count(*) as n from {table} group by 1")
    return dict(zip(counted["kind"], counted["n"], strict=True))


@every_demo
def test_the_fake_answers_it_whole(folder: Path, tmp_path: Path) -> None:
    study = asked_of_fake(Study.load(folder))
    store = open_store(tmp_path / "runs")
    tally = generate_and_parse(study, store, limit=4)
    assert tally.failed == 0 and tally.done == tally.total > 0
    lost = store.sql("select text, reason from replies where not parsed")
    assert lost.empty, lost.to_string()
    counts = count_by_kind(store, plugins.load("datatypes", study.datatype).TABLE)
    assert counts["human"] > 0 and counts["llm"] >= tally.done


def asked_of_fake(study: Study) -> Study:
    """Give the study with its model played by the fake: the same annotators, under their own names."""

    def played(model):  # type: ignore[no-untyped-def]
        return dataclasses.replace(model, identity=dataclasses.replace(model.identity, backend="fake"))

    return dataclasses.replace(study, models=tuple(map(played, study.models)))


@pytest.mark.model
@every_demo
def test_the_real_model_answers_it(folder: Path, tmp_path: Path) -> None:
    study = Study.load(folder)
    store = open_store(tmp_path / "runs")
    path = pipeline.run_study(study, store.runs, limit=3, say=lambda _: None)
    assert path.exists()
    replies = store.sql("select parsed, text, reason from replies")
    assert replies["parsed"].mean() >= LEAST_READ, replies.to_string()
    counts = count_by_kind(store, plugins.load("datatypes", study.datatype).TABLE)
    assert counts["human"] > 0 and counts["llm"] > 0


def test_the_demo_of_versions_holds_people_and_three_dated_models(tmp_path: Path) -> None:
    study = Study.load(VERSIONS)
    assert not study.models
    told = (VERSIONS / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "Apache License 2.0" in told and "extract.sql" in told
    store = open_store(tmp_path / "runs")
    pipeline.resolve(study, store)
    said = store.sql("select coalesce(model, 'people') as who, count(*) as n from instructions group by 1 order by 1")
    assert dict(zip(said["who"], said["n"], strict=True)) == {
        "people": 201, "text-davinci-001": 201, "text-davinci-002": 201, "text-davinci-003": 201
    }  # fmt: skip


def test_the_answers_of_the_demo_of_versions_are_made_by_its_extract(tmp_path: Path) -> None:
    shutil.copytree(shared_file("instructions/self_instruct"), tmp_path / "source")
    shutil.copy(VERSIONS / "extract.sql", tmp_path / "source")
    code = "import duckdb; duckdb.sql(open('extract.sql').read())"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "source", check=True)
    assert (tmp_path / "source" / "answers.csv").read_bytes() == (VERSIONS / "answers.csv").read_bytes()


def test_the_demo_of_the_second_order_holds_texts_of_people_and_of_two_models(tmp_path: Path) -> None:
    study = Study.load(TAUGHT)
    assert not study.models and study.training is not None and study.training.classes == "class"
    told = (TAUGHT / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "MIT" in told and "MIT License" in (TAUGHT / "LICENSE").read_text(encoding="utf-8")
    assert (TAUGHT / "texts.csv").stat().st_size < 1_500_000
    store = open_store(tmp_path / "runs")
    pipeline.resolve(study, store)
    said = store.sql("select coalesce(model, 'people') as who, count(*) as n from texts group by 1 order by 1")
    assert dict(zip(said["who"], said["n"], strict=True)) == {"people": 1_288, "gpt-4": 766, "llama-2-70b": 794}
    tried = store.sql("select distinct kind from texts where split = 'test'")
    assert list(tried["kind"]) == ["human"]
    # What stands on one side stands nowhere on the other.
    assert store.sql("select text from texts group by all having count(distinct split) > 1").empty


@pytest.mark.slow
def test_the_demo_of_the_second_order_teaches_and_tells(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for verb in (["train"], ["audit", "--audit", "text_length"], ["report"]):
        asked = [sys.executable, "-m", "harness.cli", verb[0], str(TAUGHT), "--runs", str(runs), *verb[1:]]
        subprocess.run(asked, check=True, cwd=ROOT, capture_output=True)
    page = (runs / "report-demo_second_order" / "index.html").read_text(encoding="utf-8")
    assert "taught by gpt-4 instead" in page
    charts = {path.stem for path in (runs / "report-demo_second_order").glob("second-order-*.svg")}
    assert charts == {"second-order-amplification", "second-order-hybrid", "second-order-deficit-1"}
    assert all(f"{chart}.svg" in page for chart in charts)


@pytest.mark.slow
def test_the_texts_of_the_demo_of_the_second_order_are_made_by_its_extract(tmp_path: Path) -> None:
    source = shared_file("free_form_text/worker_vs_gpt")
    for task in ("ten-dim", "hypo-l"):
        shutil.copytree(source / task, tmp_path / task)
    shutil.copy(TAUGHT / "extract.sql", tmp_path)
    code = "import duckdb; duckdb.sql(open('extract.sql').read())"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert (tmp_path / "texts.csv").read_bytes() == (TAUGHT / "texts.csv").read_bytes()

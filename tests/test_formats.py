"""The axis ``format`` over whole studies: who is asked stays who it was, and dials are found in every format."""

from __future__ import annotations

import csv
import json
import math
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

import harness
from harness import pipeline
from harness.datatypes import label
from harness.errors import StudyError
from harness.render import Templates
from harness.store import Store, ingest
from harness.study import Study
from tests.studies import FAKE, MAPPED, TEMPLATE, generate_and_parse, write_study

FORMATS = ["text", "json", "choice", "scores"]
LABELS = "abc"
ITEMS, PEOPLE = 150, 4
P = {**MAPPED, "fields": {"text": "text", "p": "p"}}
# Computed by the code as it was before there was such an axis.
BEFORE = {
    "plain": ({}, ["annotator_e0693e7c60e3624495508e21157e584a"], "study_867642b1002be2c77c9a6f3ae40d5637"),
    "varied": (
        {"vary": {"label_order": ["given", "reversed"], "persona": ["nurse"]}},
        ["annotator_f85ef3c803ec7a6bcd017fdccc75d5ff", "annotator_4eec5379ed50497dbd9ce19f19ddc04d"],
        "study_1b69f8947c785c4fb66524b44e47d5f0",
    ),
    "tempered": (
        {"ask": {"temperature": 0.5}, "vary": {"temperature": [0.0, 1.0]}},
        ["annotator_571c7c2aa6fd8d451f618b841751b4c5", "annotator_2a4ab498debd71e30addcb6428743888"],
        "study_e087b4803d37fc8fedd02add96e22daf",
    ),
}


# Who is asked


@pytest.mark.parametrize("name", BEFORE)
def test_studies_without_the_axis_ask_whom_they_asked(tmp_path: Path, name: str) -> None:
    given, annotators, study_hash = BEFORE[name]
    study = Study.load(write_study(tmp_path / name, **given))
    assert [a.annotator_id for a in study.annotators] == annotators
    assert study.study_hash == study_hash


def test_the_level_text_is_the_annotator_that_there_was(tmp_path: Path) -> None:
    study = Study.load(write_study(tmp_path / "plain", vary={"format": FORMATS}))
    ids = [a.annotator_id for a in study.annotators]
    assert ids[0] == BEFORE["plain"][1][0]
    assert len(set(ids)) == 4
    bound = [a.identity["bindings"].get("format") for a in study.annotators]
    assert bound == [None, "json", "choice", "scores"]


def test_a_level_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no level 'jsn'") as caught:
        Study.load(write_study(tmp_path / "tiny", vary={"format": ["jsn"]}))
    assert "json" in caught.value.remedy


@pytest.mark.parametrize(
    ("level", "wanted"),
    [
        ("json", 'Answer with a JSON object and nothing else: {"label": "yes" or "no"}'),
        *((level, "Answer with one of these, as it is written here, and nothing else: yes, no")
          for level in ("text", "choice", "scores")),
    ],
)  # fmt: skip
def test_the_piece_says_how_to_answer(tmp_path: Path, level: str, wanted: str) -> None:
    (tmp_path / "ask.j2").write_text('{{ text }}\n{% include "label/answer_as.j2" %}\n')
    values = {"text": "Well.", "options": ["yes", "no"], "format": level}
    [message] = Templates(tmp_path).render("ask.j2", values)
    assert message.content == f"Well.\n{wanted}"


# Whole studies


def make_people() -> str:
    """Make a CSV of people who draw from each item's own distribution, which stands in its field p."""
    rng = random.Random(6)
    lines = [["item", "text", "p", "annotator", "label"]]
    for item in range(ITEMS):
        weights = [rng.gammavariate(0.5, 1) + 1e-6 for _ in LABELS]
        p = {name: round(weight / sum(weights), 6) for name, weight in zip(LABELS, weights, strict=True)}
        for person in range(PEOPLE):
            [said] = rng.choices(LABELS, list(p.values()))
            lines.append([str(item), f"text {item}", json.dumps(p), f"p{(item * 3 + person) % 30}", said])
    rows: list[str] = []
    for line in lines:
        rows.append(",".join('"' + cell.replace('"', '""') + '"' for cell in line))
    assert next(csv.reader(rows[1:2]))[0] == "0"
    return "\n".join(rows) + "\n"


def make_study(tmp_path: Path, formats: list[str], dials: dict[str, Any], **given: Any) -> tuple[Study, Store]:
    """Ask an honest fake and one with its dials turned, and audit what they said."""
    models = [
        {**FAKE, "name": name, "parameters": {"truth": "p", **turned}}
        for name, turned in (("honest", {}), ("turned", dials))
    ]
    spec: dict[str, Any] = {
        "files": {"people.csv": make_people(), "ask.j2": '{{ text }}\n{% include "label/answer_as.j2" %}\n'},
        "label": {"options": list(LABELS)},
        "vary": {"format": formats},
        "models": models,
        "data": [P],
        **given,
    }
    study = Study.load(write_study(tmp_path / "prompts" / "formats", **spec))
    store = harness.open_store(tmp_path / "runs")
    generate_and_parse(study, store)
    return study, store


@pytest.fixture(scope="module")
def all_formats(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Store]:
    """A study in all four formats; the turned model garbles, is wordy and refuses."""
    dials = {"garble": 0.2, "verbosity": 0.5, "refusal": 0.1}
    return make_study(tmp_path_factory.mktemp("formats"), FORMATS, dials)


def test_each_format_is_read_by_its_own_rules(all_formats: tuple[Study, Store]) -> None:
    told = all_formats[1].sql(
        "select model, format, method, reason, count(*) as n from replies group by all order by all"
    )
    honest = told[told["model"] == "honest"]
    methods = dict(zip(honest["format"], honest["method"], strict=True))
    assert methods == {"text": "exact", "json": "json", "choice": "choice", "scores": "scores"}
    assert (honest["n"] == ITEMS).all()
    turned = told[told["model"] == "turned"]
    lost = {level: int(turned[(turned["format"] == level) & turned["method"].isna()]["n"].sum()) for level in FORMATS}
    assert 25 < lost["text"] < 60, "a tenth refuses, and a fifth of the rest is garbled"
    assert 5 < lost["json"] < 28, "what is held to a schema may refuse, and is not garbled"
    assert lost["choice"] == lost["scores"] == 0


def test_every_soft_distribution_is_whole_and_keeps_its_mass(all_formats: tuple[Study, Store]) -> None:
    store = all_formats[1]
    whole = store.sql(
        "select model, generation_id, count(*) as options, sum(probability) as whole, min(mass) as least, "
        "max(mass) as most from soft_labels where kind = 'llm' group by all"
    )
    assert len(whole) == 2 * ITEMS and (whole["options"] == 3).all()
    assert whole["whole"].to_numpy() == pytest.approx(1)
    assert (whole["least"] == whole["most"]).all()
    masses = whole.groupby("model")["most"].mean()
    assert masses["honest"] == pytest.approx(1) and masses["turned"] == pytest.approx(0.8 * 0.9)
    people = store.sql("select count(*) as n, min(probability) as p from soft_labels where kind = 'human'")
    assert people.values.tolist() == [[ITEMS * PEOPLE, 1.0]]


def test_a_probability_is_what_the_fake_drew_from(all_formats: tuple[Study, Store]) -> None:
    told = all_formats[1].sql("select label, probability, fields from soft_labels where model = 'honest'")
    for row in told.itertuples():
        p = json.loads(json.loads(str(row.fields))["p"])
        assert row.probability == pytest.approx(p[row.label] / sum(p.values()), abs=1e-6)


def test_the_draw_is_an_answer_of_the_distribution(all_formats: tuple[Study, Store]) -> None:
    study, store = all_formats
    drawn = store.sql(
        "select s.probability as p from labels l join soft_labels s on s.generation_id = l.generation_id "
        "and s.label = l.label where l.method = 'scores' and l.model = 'honest'"
    )["p"]
    assert len(drawn) == ITEMS
    expected = store.sql("select sum(probability ** 2) as p from soft_labels where model = 'honest'")["p"][0]
    assert drawn.sum() == pytest.approx(expected, abs=4 * math.sqrt(ITEMS / 4))
    labels = store.sql("select generation_id, label from labels where generation_id is not null order by all")
    ingest.rebuild(store)
    pipeline.parse_study(study, store)
    again = store.sql("select generation_id, label from labels where generation_id is not null order by all")
    assert labels.equals(again)


def test_columns_of_the_soft_view_mean_what_those_of_labels_do(all_formats: tuple[Study, Store]) -> None:
    store = all_formats[1]
    hard = set(store.sql("describe labels")["column_name"])
    soft = set(store.sql("describe soft_labels")["column_name"])
    assert soft - hard == {"probability", "mass"} and hard - soft == {"shown_at"}
    with duckdb.connect(str(store.path), read_only=True) as connection:
        told = dict(
            connection.execute(
                "select column_name, comment from duckdb_columns() where table_name = 'soft_labels'"
            ).fetchall()
        )
    assert told["probability"] and told["mass"] and told["label"]


def test_an_honest_model_is_honest_in_all_formats(all_formats: tuple[Study, Store]) -> None:
    study, store = all_formats
    pipeline.audit_study(study, store, say=lambda _: None)
    found = store.findings()
    honest = found[(found["model"] == "honest") & (found["verdict"] == "found")]
    assert honest.empty, honest[["audit", "variant", "estimate", "q"]]
    soft = found[(found["audit"] == "soft_shift") & (found["model"] == "honest")].set_index("metric")
    assert soft.loc["soft_total_variation", "estimate"] < 0.08
    assert soft.loc["mass", "estimate"] == pytest.approx(1)
    assert set(found[found["audit"].str.startswith("soft_")]["variant"]) == {"wording=ask format=scores"}


def test_the_report_shows_them(all_formats: tuple[Study, Store]) -> None:
    study, store = all_formats
    pipeline.audit_study(study, store, say=lambda _: None)
    page = (pipeline.report_study(study, store)).read_text(encoding="utf-8")
    assert "Shift of predicted distributions" in page and "Entropy gap of predicted distributions" in page


@pytest.mark.parametrize(
    ("dials", "audits"),
    [
        ({"shift": ["a", 0.4]}, {"json": ["label_shift"], "scores": ["label_shift", "soft_shift"]}),
        ({"majority_pull": 0.8}, {"json": ["entropy_gap"], "scores": ["entropy_gap", "soft_entropy"]}),
    ],
)
def test_a_turned_dial_is_found_in_json_and_in_scores(
    tmp_path: Path, dials: dict[str, Any], audits: dict[str, list[str]]
) -> None:
    study, store = make_study(tmp_path, ["json", "scores"], dials, samples=2)
    pipeline.audit_study(study, store, say=lambda _: None)
    found = store.findings()
    for level, names in audits.items():
        for name in names:
            judged = found[(found["audit"] == name) & found["variant"].str.contains(f"format={level}")]
            judged = judged[judged["verdict"] != "described"].set_index("model")
            assert judged.loc["turned", "verdict"] == "found", judged
            assert judged.loc["honest", "verdict"] != "found", judged


def test_position_bias_is_found_in_scores(tmp_path: Path) -> None:
    vary = {"label_order": ["given", "reversed"], "format": ["scores"]}
    study, store = make_study(tmp_path, [], {"position_bias": 0.4}, samples=2, vary=vary)
    pipeline.audit_study(study, store, only=["label_order_effect"], say=lambda _: None)
    found = store.findings().set_index("model")["verdict"]
    assert found["turned"] == "found" and found["honest"] != "found"
    means = store.sql("select avg(probability) as p from soft_labels where model = 'turned' and label = 'a'")["p"]
    assert means[0] > 0


def test_scores_that_cannot_be_used_leave_no_distribution(tmp_path: Path) -> None:
    _, store = make_study(tmp_path, ["scores"], {"garble": 1})
    told = store.sql("select model, parsed, reason, count(*) as n from replies group by all order by model")
    assert told["parsed"].tolist() == [True, False]
    assert told["reason"].tolist()[1] == "scores: the options have next to no probability"
    assert set(store.sql("select model from soft_labels where kind = 'llm'")["model"]) == {"honest"}


def test_a_study_without_scores_has_no_soft_labels_and_says_so_once_an_audit(tmp_path: Path) -> None:
    study = Study.load(write_study(tmp_path / "tiny", files={"ask.j2": TEMPLATE}))
    store = harness.open_store(tmp_path / "runs")
    generate_and_parse(study, store)
    assert store.sql("select count(*) as n from soft_labels")["n"][0] == 0
    pipeline.audit_study(study, store, say=lambda _: None)
    found = store.findings()
    soft = found[found["audit"].str.startswith("soft_")]
    assert soft[["verdict", "model"]].values.tolist() == [["not run", ""]] * 2
    assert set(soft["note"]) == {'no reply has scores; write format = ["scores"] under [vary]'}


def test_every_format_of_the_axis_is_tested_here() -> None:
    assert tuple(FORMATS) == label.AXES["format"]

"""What changes an answer changes who is asked; what changes only the journey or the caption does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.pipeline import run_study
from harness.plugins import list_names, load
from harness.study import Study
from harness.types import About, Connect, ModelIdentity
from tests.studies import FAKE, MAPPED, PEOPLE, TEMPLATE, write_study

IDENTITY = {
    "name": "other",
    "backend": "transformers",
    "model": "other/model",
    "revision": "abc123",
    "dtype": "bfloat16",
    "quantization": "q4",
    "parameters": {"garble": 0.5},
}
CONNECT = {
    "base_url": "http://127.0.0.1:9/v1",
    "api_key_env": "OTHER_KEY",
    "api_key_header": "api-key",
    "in_flight": 3,
    "requests_per_minute": 60.0,
    "tokens_per_minute": 1000.0,
    "patience": 9.0,
    "choice_by": "grammar",
    "engine": {"max_num_seqs": 4},
    "price": {"input": 1.0, "output": 2.0},
    "timeout": 5.0,
    "attempts": 2,
    "max_wait": 1.5,
    "batch": 7,
    "device": "cpu",
    "headers": {"x-team": "a"},
}
ABOUT = {"family": "Fakes", "released": "2024-11-01"}


@pytest.fixture
def ids(tmp_path: Path) -> Callable[..., list[str]]:
    def load_ids(**given: Any) -> list[str]:
        return [a.annotator_id for a in Study.load(write_study(tmp_path / "tiny", **given)).annotators]

    return load_ids


def names(kind: type) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def test_every_field_has_one_type_and_one_case_below() -> None:
    assert not names(ModelIdentity) & names(Connect)
    assert not names(ModelIdentity) & names(About)
    assert not names(Connect) & names(About)
    assert (names(ModelIdentity), names(Connect), names(About)) == (set(IDENTITY), set(CONNECT), set(ABOUT))


@pytest.mark.parametrize("field", IDENTITY)
def test_every_field_of_a_models_identity_changes_who_is_asked(ids: Callable[..., list[str]], field: str) -> None:
    assert ids(models=[{**FAKE, field: IDENTITY[field]}]) != ids(models=[FAKE])


@pytest.mark.parametrize("field", CONNECT)
def test_no_field_of_the_journey_does(ids: Callable[..., list[str]], field: str) -> None:
    assert ids(models=[{**FAKE, "connect": {field: CONNECT[field]}}]) == ids(models=[FAKE])


@pytest.mark.parametrize("field", ABOUT)
def test_no_field_of_the_caption_does(ids: Callable[..., list[str]], field: str) -> None:
    assert ids(models=[{**FAKE, field: ABOUT[field]}]) == ids(models=[FAKE])


@pytest.mark.parametrize(
    "given",
    [
        {"title": "Another title"},
        {"seed": 99},
        {"samples": 5},
        {"data": [{**MAPPED, "dataset": "other"}]},
        {"files": {"people.csv": PEOPLE.replace("ann", "zoe")}},
        {"files": {"unused.j2": "{{ text }}"}},
        {"label": {"options": ["yes", "no"], "ordinal": True}},
    ],
    ids=str,
)
def test_what_is_no_part_of_the_question_does_not(ids: Callable[..., list[str]], given: dict[str, Any]) -> None:
    assert ids(**given) == ids()


@pytest.mark.parametrize(
    "given",
    [
        {"files": {"ask.j2": TEMPLATE + "!"}},
        {"wave": "2"},
        {"ask": {"temperature": 0.5}},
        {"label": {"options": ["yes", "no", "maybe"]}},
        {"label": {"options": ["no", "yes"]}},
        {"vary": {"persona": ["nurse"]}},
        {"vary": {"temperature": [0.5]}},
    ],
    ids=str,
)
def test_what_is_part_of_the_question_does(ids: Callable[..., list[str]], given: dict[str, Any]) -> None:
    files = {"ask.j2": TEMPLATE}
    assert ids(**{"files": files, **given}) != ids(files=files)


def test_the_text_of_an_included_piece_does(ids: Callable[..., list[str]]) -> None:
    top = {"ask.j2": '{{ text }} {% include "a.j2" %} {% include "b.j2" %}'}
    first = ids(files={**top, "a.j2": "one", "b.j2": '{% include "c.j2" %}', "c.j2": "deep"})
    assert ids(files={**top, "a.j2": "two", "b.j2": '{% include "c.j2" %}', "c.j2": "deep"}) != first
    assert ids(files={**top, "a.j2": "one", "b.j2": '{% include "c.j2" %}', "c.j2": "deeper"}) != first


def test_two_pieces_that_swap_their_texts_make_another_question(ids: Callable[..., list[str]]) -> None:
    top = {"ask.j2": '{{ text }} {% include "a.j2" %} {% include "b.j2" %}'}
    assert ids(files={**top, "a.j2": "one", "b.j2": "two"}) != ids(files={**top, "a.j2": "two", "b.j2": "one"})


def test_a_template_is_its_text_and_not_its_name(ids: Callable[..., list[str]]) -> None:
    assert ids(template="same.j2", files={"same.j2": TEMPLATE}) == ids()


def test_to_begin_to_vary_an_axis_does_not_ask_the_baseline_anew(ids: Callable[..., list[str]]) -> None:
    baseline = ids()
    assert ids(vary={"label_order": ["given"]}) == baseline
    varied = ids(vary={"label_order": ["given", "reversed"]})
    assert len(set(varied)) == 2 and varied[:1] == baseline
    assert ids(vary={"wording": ["ask.j2"]}, template=None) == baseline


def test_variants_and_models_never_share_an_annotator(ids: Callable[..., list[str]]) -> None:
    made = ids(
        models=[FAKE, {**FAKE, "name": "twin"}],
        vary={"label_order": ["given", "reversed"], "temperature": [0, 1], "persona": ["nurse", "pilot"]},
    )
    assert len(set(made)) == len(made) == 16


@pytest.mark.parametrize("name", list_names("datatypes"))
def test_every_field_of_a_datatypes_table_says_whether_it_is_hashed(name: str) -> None:
    datatype = load("datatypes", name)
    assert set(datatype.Config.model_fields) == datatype.HASHED | datatype.NOT_HASHED
    assert not datatype.HASHED & datatype.NOT_HASHED


def test_the_study_hash_covers_what_is_compared_and_the_load_what_is_read(tmp_path: Path) -> None:
    def load_study(**given: Any) -> Study:
        return Study.load(write_study(tmp_path / "tiny", **given))

    first = load_study()
    assert load_study(title="Another title").study_hash == first.study_hash
    for given in ({"samples": 2}, {"label": {"options": ["yes", "no"], "ordinal": True}}, {"wave": "2"}):
        assert load_study(**given).study_hash != first.study_hash
    corrected = load_study(files={"people.csv": PEOPLE.replace("bob,no", "bob,yes")})
    assert corrected.load_id != first.load_id
    assert corrected.study_hash != first.study_hash


def test_what_a_header_holds_reaches_no_file(tmp_path):
    secret = "sk-very-secret"
    fake = {**FAKE, "connect": {"headers": {"x-key": secret}}}
    study = Study.load(write_study(tmp_path / "prompts" / "tiny", models=[fake]))
    assert secret in study.text
    run_study(study, tmp_path / "runs", say=lambda _: None)
    written = [path for path in (tmp_path / "runs").rglob("*") if path.is_file()]
    assert any(path.name == "index.html" for path in written)
    assert not [path for path in written if secret.encode() in path.read_bytes()]

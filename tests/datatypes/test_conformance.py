"""What every file in ``harness/datatypes`` must be; a new one is tested by being there."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel

from harness.plugins import list_names, load
from harness.store.relations import columns
from harness.types import Cell, Parsed

DATATYPES = list_names("datatypes")
SIGNATURES = {
    "names": ["asked", "levels"],
    "options_shown": ["asked", "levels", "fields"],
    "read": ["config", "record"],
    "parse": ["text", "cell"],
    "scale": ["config"],
}
MAY_HAVE = {
    "constraint": ["asked", "options", "levels"],
    "open_answer": ["parsed", "cell"],
    "parse_scores": ["scores", "cell", "chance"],
    "next_turn": ["asked", "levels", "fields", "history"],
    "texts": ["config"],
    "roles": ["asked"],
    "most_turns": ["asked"],
    "teach": ["config", "train", "known", "records"],
    "answer": ["config", "given", "said"],
}
HOSTILE = ["", " ", "\x00", "\ud800", "{}", "[]", "null", "ironic", "1", "<b>", "\u202e", "a" * 100_000]


@pytest.fixture(params=DATATYPES)
def datatype(request: pytest.FixtureRequest) -> Any:
    return load("datatypes", request.param)


def test_datatypes_are_found() -> None:
    assert "label" in DATATYPES


def test_says_its_job_and_shows_its_table(datatype: Any) -> None:
    assert datatype.__doc__.startswith(f"{datatype.NAME}: ")
    assert f"[{datatype.NAME}]" in datatype.__doc__


def test_is_named_after_its_file(datatype: Any) -> None:
    assert datatype.__name__.rsplit(".", 1)[-1] == datatype.NAME
    assert datatype.TABLE.isidentifier() and datatype.TABLE.lower() == datatype.TABLE


def test_no_two_share_a_table() -> None:
    tables = [load("datatypes", name).TABLE for name in DATATYPES]
    assert len(set(tables)) == len(tables)


def test_record_and_config_are_closed_and_frozen(datatype: Any) -> None:
    for model in (datatype.Record, datatype.Config):
        assert issubclass(model, BaseModel)
        assert model.model_config["extra"] == "forbid"
        assert model.model_config["frozen"] is True


def test_every_record_column_is_typed_and_described(datatype: Any) -> None:
    assert list(columns(datatype)) == list(datatype.Record.model_fields)
    assert all(field.description for field in datatype.Record.model_fields.values())


def test_axes_have_defaults_that_are_levels(datatype: Any) -> None:
    assert set(datatype.DEFAULTS) == set(datatype.AXES)
    for axis, level in datatype.DEFAULTS.items():
        assert level in datatype.AXES[axis]


def test_what_is_not_hashed_is_a_default(datatype: Any) -> None:
    implied = getattr(datatype, "IMPLIED", {})
    assert implied.items() <= datatype.DEFAULTS.items()


@pytest.mark.parametrize("function", MAY_HAVE)
def test_what_it_may_have_beside_fits_too(datatype: Any, function: str) -> None:
    made = getattr(datatype, function, None)
    if made is not None:
        assert list(inspect.signature(made).parameters) == MAY_HAVE[function]
        assert made.__doc__


def test_scores_go_with_a_field_and_a_level(datatype: Any) -> None:
    scored = "scores" in datatype.AXES.get("format", ())
    assert scored == hasattr(datatype, "SCORED") == hasattr(datatype, "parse_scores")
    if scored:
        assert datatype.SCORED in datatype.Record.model_fields


@pytest.mark.parametrize("function", SIGNATURES)
def test_has_the_functions_with_docstrings(datatype: Any, function: str) -> None:
    made = getattr(datatype, function)
    assert list(inspect.signature(made).parameters) == SIGNATURES[function]
    assert made.__doc__


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:10]))
def test_parse_answers_any_text_in_any_format(datatype: Any, text: str) -> None:
    for level in datatype.AXES.get("format", ("text",)):
        levels = {"format": level}
        parsed = datatype.parse(text, Cell("data", "1", 0, ("ironic", "not ironic"), {"text": "x"}, levels))
        assert isinstance(parsed, Parsed)
        assert len(parsed.records) == len(parsed.shown_at)
        assert bool(parsed.records) == (parsed.reason is None)
        for record in parsed.records:
            datatype.Record.model_validate(record)


def test_imports_only_the_foundation() -> None:
    heavy = ("duckdb", "pandas", "numpy", "torch", "aiohttp", "jinja2")
    code = f"import sys\nfrom harness.plugins import load\nfor n in {DATATYPES}: load('datatypes', n)\n"
    code += f"print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

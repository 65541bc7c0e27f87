"""Sets of examples as levels of an axis: few-shot prompts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness import pipeline
from harness.errors import StudyError
from harness.store import Store
from harness.study import Study
from tests.studies import generate_and_parse, write_study

EASY = "text,label\nGreat weather.,no\nOh great.,yes\n"
HARD = "".join(
    json.dumps({"text": text, "label": label}) + "\n" for text, label in [("Sure.", "yes"), ("Ünder.", "no")]
)
SETS = "set,text,label\nfew,Great.,no\nmany,Oh.,yes\nmany,It rains.,no\n"
FILES = {"shots/0-none.jsonl": "", "shots/1-easy.csv": EASY, "shots/2-hard.jsonl": HARD, "sets.csv": SETS}
ASK = """{% for shot in examples %}
{% message "user" %}{{ shot.text }}{% endmessage %}
{% message "assistant" %}{{ shot.label }}{% endmessage %}
{% endfor %}
{% message "user" %}{{ text }} {{ options | join(" or ") }}{% endmessage %}
"""


def write(tmp_path: Path, examples: Any, ask: str = ASK, files: dict[str, str] | None = None) -> Study:
    given = {"ask.j2": ask, **FILES, **(files or {})}
    return Study.load(write_study(tmp_path / "tiny", vary={"examples": examples}, files=given))


@pytest.mark.parametrize(
    ("examples", "sizes"),
    [
        ({"folder": "shots"}, {"0-none": 0, "1-easy": 2, "2-hard": 2}),
        ({"files": ["shots/1-easy.csv", "shots/0-none.jsonl"]}, {"1-easy": 2, "0-none": 0}),
        ({"file": "sets.csv", "by": "set"}, {"few": 1, "many": 2}),
    ],
)
def test_sets_of_examples_are_levels(tmp_path: Path, examples: Any, sizes: dict[str, int]) -> None:
    study = write(tmp_path, examples)
    assert {v.levels["examples"]: len(v.bindings["examples"]) for v in study.variants} == sizes
    assert all(set(shot) == {"text", "label"} for v in study.variants for shot in v.bindings["examples"])


def test_examples_reach_the_prompt_as_messages(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, {"folder": "shots"})
    assert generate_and_parse(study, store).done == 3 * 2
    asked = store.replies("tiny").groupby("variant")["messages"].first().map(json.loads)
    assert sorted(len(messages) for messages in asked) == [1, 5, 5]
    hard = next(messages for name, messages in asked.items() if "hard" in name)
    assert [m["content"] for m in hard[:4]] == ["Sure.", "yes", "Ünder.", "no"]


def test_another_example_is_another_prompt_and_another_file_name_is_not(tmp_path: Path, store: Store) -> None:
    generate_and_parse(write(tmp_path, {"files": ["shots/1-easy.csv"]}), store)
    same = write(tmp_path, {"files": ["mild.csv"]}, files={"mild.csv": EASY})
    assert pipeline.plan_study(same, store).calls == 0
    other = write(tmp_path, {"files": ["mild.csv"]}, files={"mild.csv": EASY + "Well.,no\n"})
    assert pipeline.plan_study(other, store).calls == 2


@pytest.mark.parametrize(
    ("examples", "files", "match"),
    [
        ({"folder": "shot"}, {}, "there is no folder shot"),
        ({"folder": "empty"}, {"empty/notes.txt": "none"}, "there are no examples in empty"),
        ({"files": ["none.csv"]}, {}, "there is no file none.csv"),
        ({"files": []}, {}, "files is a list of names"),
        ({"files": "shots/1-easy.csv"}, {}, "files is a list of names"),
        (
            {"files": ["shots/1-easy.csv", "odd.csv"]},
            {"odd.csv": "text,verdict\nOh.,yes\n"},
            "has the columns text, verdict",
        ),
        ({"files": ["shots/1-easy.csv", "shots/1-easy.csv"]}, {}, "two levels have one name"),
        ({"files": ["bad.jsonl"]}, {"bad.jsonl": '{"text": "a", "label": "yes"}\n["b"]\n'}, "line 2 of bad.jsonl"),
        ({"files": ["bad.jsonl"]}, {"bad.jsonl": "{text}\n"}, "line 1 of bad.jsonl"),
        ({"file": "sets.csv", "by": "sets"}, {}, "no column 'sets'"),
        ({"file": "none.csv", "by": "set"}, {"none.csv": "set,text\n"}, "has no rows"),
        ({"folder": "shots", "file": "sets.csv"}, {}, "cannot be read"),
        ({"folder": "shots", "by": "set"}, {}, "cannot be read"),
        ({"folder": "shots", "draw": "grid"}, {}, "unknown key 'draw'"),
    ],
)
def test_sets_that_cannot_be_read(tmp_path: Path, examples: Any, files: dict[str, str], match: str) -> None:
    with pytest.raises(StudyError, match=match):
        write(tmp_path, examples, files=files)


def test_a_column_that_no_example_has_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    asked = ASK.replace("shot.label", "shot.lable")
    with pytest.raises(StudyError, match=r"examples\.lable.*\n.*\n.*did you mean label"):
        write(tmp_path, {"folder": "shots"}, asked)


def test_a_loop_over_something_else_is_not_taken_for_examples(tmp_path: Path) -> None:
    asked = ASK + "{% for shot in [{'x': 1}] %}{{ '' if shot.x else '' }}{% endfor %}"
    assert len(write(tmp_path, {"folder": "shots"}, asked).variants) == 3

"""What the fake model's dials turn in tasks is found, and an honest model is not; the people are honest, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harness import pipeline
from harness.store import Store
from harness.study import Study
from tests.studies import FAKE, generate_and_parse, write_study

pytest.importorskip("rapidfuzz")
pytest.importorskip("py3langid")

ITEMS = 100
TASKS = "item,text\n" + "".join(f"{n},Topic {n}\n" for n in range(ITEMS))
# model → its dials, and the audits that find them
DIALS = {
    "copies": ({"near_duplicate": 0.3}, ["near_duplicates", "task_faults"]),
    "stock": ({"duplicate": 0.9}, ["opening_words"]),
    "foreign": ({"other_language": 0.2}, ["task_faults", "language_switch"]),
    "empty": ({"missing_output": 0.2}, ["missing_output", "task_faults"]),
    "long": ({"long": 0.5}, ["task_length"]),
    "short": ({"short": 0.5}, ["task_length", "length_balance"]),
    "lost": ({"lost_input": 0.2}, ["inconsistent_input"]),
    "echo": ({"echo": 0.2}, ["output_echo"]),
    "unfinished": ({"unfinished": 0.2}, ["unfinished_output"]),
}
FOUND = {"inconsistent_input": {"missing_input"}, "output_echo": {"copied"}}  # where several metrics are judged
JUDGED = [
    "task_faults", "near_duplicates", "missing_output", "task_length", "output_length", "opening_words", "output_echo",
    "inconsistent_input", "unfinished_output", "language_switch", "length_balance",
]  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Let an honest model play the people, then ask all models about the same items; give what is judged."""
    folder = tmp_path_factory.mktemp("dials")
    controls = {"makes": "tasks", "count": 2, "distinct": 0.7, "words": [2, 60], "language": "en"}
    base: dict[str, Any] = {"datatype": "instruction", "label": None, "instruction": controls}
    files = {"ask.j2": "Make {{ count }} tasks about: {{ text }}\n", "people.csv": TASKS}
    topics = {"dataset": "topics", "file": "people.csv", "item": "item", "fields": {"text": "text"}}
    store = Store(folder / "runs")
    crowd = write_study(folder / "crowd", files=files, **base, models=[{**FAKE, "name": "crowd"}], data=[topics])
    generate_and_parse(Study.load(crowd), store)
    written = store.sql(
        "select key as item, fields->>'text' as text, part, instruction, input, output from instructions order by 1, 3"
    )
    written["who"] = "w" + written["item"]
    models = [{**FAKE, "name": "honest"}]
    models += [{**FAKE, "name": name, "parameters": dials} for name, (dials, _) in DIALS.items()]
    record = {name: name for name in ("instruction", "input", "output")}
    study = write_study(
        folder / "dials",
        files={**files, "people.csv": written.to_csv(index=False)},
        **base,
        models=models,
        data=[{**topics, "part": "part", "annotator": "who", "record": record}],
    )
    return audited(study, store, JUDGED)


@pytest.mark.parametrize(("model", "audit"), [(name, audit) for name, (_, all_) in DIALS.items() for audit in all_])
def test_a_turned_dial_is_found(found: pd.DataFrame, model: str, audit: str) -> None:
    judged = found[(found["audit"] == audit) & (found["model"] == model) & (found["verdict"] != "described")]
    judged = judged[judged["metric"].isin(FOUND.get(audit, judged["metric"]))]
    assert (judged["verdict"] == "found").all() and len(judged) == 1, judged


@pytest.mark.parametrize("audit", JUDGED)
def test_an_honest_model_is_not(found: pd.DataFrame, audit: str) -> None:
    honest = found[(found["audit"] == audit) & (found["model"] == "honest") & (found["verdict"] != "described")]
    assert len(honest) and (honest["verdict"] != "found").all(), honest


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Let an honest model play the people who answer; audit one that goes on and on, and published ones with lists."""
    folder = tmp_path_factory.mktemp("answers")
    base: dict[str, Any] = {"datatype": "instruction", "label": None, "instruction": {"makes": "answers"}}
    files = {"ask.j2": "{{ instruction }}\n", "people.csv": TASKS.replace("text", "instruction")}
    tasks = {"dataset": "tasks", "file": "people.csv", "item": "item", "fields": {"instruction": "instruction"}}
    store = Store(folder / "runs")
    models = [{**FAKE, "name": name} for name in ("crowd", "other")]
    generate_and_parse(
        Study.load(write_study(folder / "crowd", files=files, **base, models=models, data=[tasks])), store
    )
    said = store.sql("select key as item, model, instruction, output from instructions order by 2, 1")
    people, other = (said[said["model"] == name].assign(who=said["item"]) for name in ("crowd", "other"))
    dressed = other["output"].where(other.index % 5 > 0, "**So:**\n- " + other["output"] + "\n- Well.\n- 3\n- 4\n- 5")
    published = pd.concat([other.assign(model="plain"), other.assign(model="dressed", output=dressed)])
    block = {**tasks, "record": {"instruction": "instruction", "output": "output"}}
    study = write_study(
        folder / "dials",
        files={**files, "people.csv": people.to_csv(index=False), "published.csv": published.to_csv(index=False)},
        **base,
        models=[
            {**FAKE, "name": "honest"},
            *({**FAKE, "name": dial, "parameters": {dial: 0.5}} for dial in ("long", "unfinished")),
        ],
        data=[{**block, "annotator": "who"}, {**block, "file": "published.csv", "kind": "llm", "model": "model"}],
    )
    audits = ["output_length", "markup", "markup_amount", "task_length", "opening_words", "unfinished_output"]
    return audited(study, store, audits)


def audited(path: Path, store: Store, audits: list[str]) -> pd.DataFrame:
    study = Study.load(path)
    generate_and_parse(study, store)
    pipeline.audit_study(study, store, say=lambda _: None, only=audits)
    return store.findings()


@pytest.mark.parametrize(
    ("model", "audit", "metric"),
    [
        ("long", "output_length", "length_ratio"),
        ("unfinished", "unfinished_output", "unfinished"),
        ("dressed", "markup", "markup"),
        ("dressed", "markup_amount", "bullets"),
    ],
)
def test_answers_that_are_long_or_dressed_are_found(
    answered: pd.DataFrame, model: str, audit: str, metric: str
) -> None:
    judged = answered[(answered["audit"] == audit) & (answered["metric"] == metric)].set_index("model")["verdict"]
    assert judged[model] == "found" and judged["honest"] != "found" and judged["plain"] != "found", judged


@pytest.mark.parametrize("audit", ["task_length", "opening_words"])
def test_tasks_that_both_sides_were_given_are_not_measured(answered: pd.DataFrame, audit: str) -> None:
    assert set(answered[answered["audit"] == audit]["verdict"]) == {"not run"}

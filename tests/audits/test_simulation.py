"""What the fake model's dials turn in dialogues is found, and an honest model is not; the people are honest, too."""

from __future__ import annotations

import pandas as pd
import pytest

from harness import pipeline
from harness.store import Store
from harness.study import Study
from tests.studies import FAKE, generate_and_parse, write_study

ITEMS = 120
ROLES = ("user", "assistant")
PLAY = {
    "roles": list(ROLES), "turns": 6, "done": ["<DONE>"], "marks": {"user": "Instruction:", "assistant": "Solution:"},
}  # fmt: skip
TALK = """{% message "system" %}You are {{ role }}. {{ text }}{% endmessage %}
{% message "user" %}Begin.{% endmessage %}
{% include "simulation/so_far.j2" %}
"""
TASKS = "item,text\n" + "".join(f"{n},Task {n}\n" for n in range(ITEMS))
DIALS = {
    "early_end": [("early_end", 0.3)],
    "repetition": [("repetition", 0.2)],
    "role_flip": [("role_flip", 0.2)],
    "interruption": [("interruption", 0.3)],
    "turn_length": [("length", 3)],
}
JUDGED = [*DIALS, "turn_balance", "thanks", "echo"]


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> pd.DataFrame:
    """Let an honest model play the people, then ask all models about the same items; give what is judged."""
    folder = tmp_path_factory.mktemp("dials")
    base = {"datatype": "simulation", "label": None, "template": "play.j2", "simulation": PLAY}
    files = {"play.j2": TALK, "people.csv": TASKS}
    tasks = {"dataset": "tasks", "file": "people.csv", "item": "item", "fields": {"text": "text"}}
    store = Store(folder / "runs")
    crowd = Study.load(
        write_study(folder / "crowd", files=files, **base, models=[{**FAKE, "name": "crowd"}], data=[tasks])
    )
    generate_and_parse(crowd, store)
    said = store.sql(
        "select key as item, fields->>'text' as text, part, as_role, text as said from turns order by 1, 3"
    )
    said["speaker"] = said["item"] + said["as_role"]
    models = [{**FAKE, "name": "honest"}]
    models += [{**FAKE, "name": name, "parameters": dict(dials)} for name, dials in DIALS.items()]
    casts = [dict.fromkeys(ROLES, str(model["name"])) for model in models]
    casts.append({"user": "turn_length", "assistant": "honest", "name": "turn_balance"})
    study = Study.load(
        write_study(
            folder / "dials",
            files={**files, "people.csv": said.to_csv(index=False)},
            **base,
            models=models,
            casts=casts,
            data=[{**tasks, "part": "part", "annotator": "speaker", "record": {"as_role": "as_role", "text": "said"}}],
        )
    )
    generate_and_parse(study, store)
    pipeline.audit_study(study, store, say=lambda _: None, only=[*JUDGED, "stop_reasons"])
    return store.findings()


@pytest.mark.parametrize("audit", [*DIALS, "turn_balance"])
def test_a_turned_dial_is_found(found: pd.DataFrame, audit: str) -> None:
    judged = found[(found["audit"] == audit) & found["model"].str.contains(audit) & (found["verdict"] != "described")]
    assert (judged["verdict"] == "found").all() and len(judged) == 1, judged


@pytest.mark.parametrize("audit", JUDGED)
def test_an_honest_model_is_not(found: pd.DataFrame, audit: str) -> None:
    honest = found[(found["audit"] == audit) & (found["model"] == "honest") & (found["verdict"] != "described")]
    assert len(honest) and (honest["verdict"] != "found").all(), honest


def test_why_dialogues_end_is_described(found: pd.DataFrame) -> None:
    told = found[(found["audit"] == "stop_reasons") & (found["model"] == "early_end")].set_index("metric")["estimate"]
    assert told["stop_done"] + told["stop_limit"] == pytest.approx(1) and told["stop_done"] > 0.7 and told["turns"] < 4

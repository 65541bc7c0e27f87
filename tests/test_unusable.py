"""What published data do not say is not said to be none: how many replies could not be read."""

from __future__ import annotations

import pytest

from harness import Study, pipeline
from harness.store import Store

STUDY = """
title    = "Tone"
datatype = "label"
[label]
options = ["rude", "polite"]
[[data]]
dataset   = "tone"
file      = "people.csv"
item      = "id"
fields    = { text = "text" }
annotator = "who"
record    = { label = "label" }
[[data]]
dataset = "tone"
kind    = "llm"
file    = "model.csv"
item    = "id"
fields  = { text = "text" }
model   = { value = "gpt" }
record  = { label = "label" }
"""


@pytest.mark.parametrize("unusable", [0, 3])
def test_unparsed_is_not_run_where_the_source_has_nothing_unusable(tmp_path, unusable):
    people = "".join(f"{n},t{n},p{who},{'rude' if (n + who) % 3 else 'polite'}\n" for n in range(20) for who in (1, 2))
    model = "".join(f"{n},t{n},{'' if n < unusable else 'rude'}\n" for n in range(20))
    (tmp_path / "tone").mkdir()
    for name, text in {"study.toml": STUDY, "people.csv": f"id,text,who,label\n{people}",
                       "model.csv": f"id,text,label\n{model}"}.items():  # fmt: skip
        (tmp_path / "tone" / name).write_text(text)
    study, store = Study.load(tmp_path / "tone"), Store(tmp_path / "runs")
    pipeline.resolve(study, store)
    pipeline.audit_study(study, store, only=["unparsed"], say=lambda _: None)
    (found,) = store.findings().to_dict("records")
    if unusable:
        assert found["verdict"] != "not run" and found["estimate"] == pytest.approx(unusable / 20)
    else:
        assert found["verdict"] == "not run" and "do not say what could not be read" in found["note"]

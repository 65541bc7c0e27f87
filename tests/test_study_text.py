"""A study of texts from end to end: people's texts and the fake's in one table, and both on the page."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Any

import pytest

from harness import pipeline
from harness.store import Store
from harness.study import Study
from tests.studies import generate_and_parse, write_study

PEOPLE = "id,post,who\n" + "".join(
    f'{n},"Somebody wrote number {n}, and <b>meant</b> it.",p{n % 3}\n' for n in range(12)
)
MAPPED = {
    "dataset": "posts", "file": "people.csv", "item": "id", "fields": {"post": "post"}, "annotator": "who",
    "record": {"text": "post"},
}  # fmt: skip
ASK = "{{ post }}\nSay it in other words.\n"


def write(folder: Path, **given: Any) -> Study:
    spec: dict[str, Any] = {
        "datatype": "text", "label": None, "text": {"task": "rewrite", "seed": "post"}, "data": [MAPPED],
        "files": {"people.csv": PEOPLE, "ask.j2": ASK} | given.pop("files", {}),
    }  # fmt: skip
    return Study.load(write_study(folder / "texts", **(spec | given)))


def test_people_and_models_stand_in_one_table(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, samples=2, parameters={"preamble": 0.5, "refusal": 0.25, "copy": 0.2})
    generate_and_parse(study, store)
    texts = store.sql("select kind, text, method, sample, fields ->> '$.post' as post from texts")
    people, models = texts[texts["kind"] == "human"], texts[texts["kind"] == "llm"]
    assert (people["text"] == people["post"]).all() and len(people) == 12
    assert set(models["method"]) == {"whole", "after preamble"}
    assert not models["text"].str.contains("Sure!|Here is|Certainly|Of course").any()
    assert (models["text"] == models["post"]).any()  # a copy is a text like any other
    replies = store.sql("select refused, parsed, reason from replies")
    assert len(replies) == 24 and replies["parsed"].sum() == len(models)
    assert set(replies["reason"].dropna()) <= {"refused", "no words"}  # one of the fake's refusals is "..."
    assert 1 <= replies["refused"].sum() <= 12 and not replies.loc[replies["refused"], "parsed"].any()


@pytest.mark.parametrize("level", ["text", "json"])
def test_several_texts_of_a_reply_are_its_parts(tmp_path: Path, store: Store, level: str) -> None:
    ask = ASK + '{% include "text/answer_as.j2" %}'
    table = {"task": "rewrite", "seed": "post", "several": 3}
    study = write(tmp_path, text=table, vary={"format": [level]}, files={"ask.j2": ask})
    generate_and_parse(study, store)
    models = store.sql("select part, method from texts where kind = 'llm'")
    assert models["part"].value_counts().to_dict() == {0: 12, 1: 12, 2: 12}
    assert set(models["method"]) == {"listed" if level == "text" else "json"}
    (sent,) = set(store.sql("select messages -> -1 ->> '$.content' as sent from replies where key = '3'")["sent"])
    assert ('{"texts": ["…"]}, with 3 texts' if level == "json" else "3 texts as a numbered list") in sent


def test_the_page_shows_texts_side_by_side(tmp_path: Path, store: Store) -> None:
    study = write(
        tmp_path,
        files={
            "people.csv": PEOPLE.replace("number 3,", "number 3 " + "and on " * 200),
            "who.csv": "name,job\nq7,cook\n",
        },
        samples=2,
        vary={"persona": {"file": "who.csv", "draw": "sample"}},
        parameters={"refusal": 0.3},
    )
    generate_and_parse(study, store)
    html = pipeline.report_study(study, store).read_text(encoding="utf-8")
    examples = html[html.index('<section id="examples">') : html.index('<section id="lost">')]
    assert examples.count('<article class="example">') == 6
    assert "<b>meant" not in html and "&lt;b&gt;meant&lt;/b&gt;" in examples
    assert 'as <span dir="auto">q7</span>' in examples
    shown = store.sql("select text from texts where kind = 'llm'")["text"]
    assert sum(text in unescape(examples) for text in shown) >= 6
    assert "<i>refused</i>" in examples
    for person in ("p0", "p1", "p2"):
        assert f">{person}<" not in html


def test_the_page_shows_what_was_not_read_where_nothing_was(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, parameters={"refusal": 1})
    generate_and_parse(study, store)
    html = pipeline.report_study(study, store).read_text(encoding="utf-8")
    assert html.count("<i>refused</i>") + html.count("<i>no words</i>") == 6

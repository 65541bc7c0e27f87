"""A study of preferences from its folder to the typed table, beside people, and its audit of the coding."""

from __future__ import annotations

import pytest

from harness import pipeline
from harness.errors import DataError, StudyError
from harness.study import Study
from tests.studies import FAKE, count, generate_and_parse, write_study

ITEMS = 40
TEMPLATE = """\
{{ question }}

{% include "preference/answers.j2" %}
{% include "preference/bandwagon.j2" %}
{% include "preference/distraction.j2" %}
Which is better? {% include "preference/answer_as.j2" %}
"""
MAPPED = {
    "dataset": "pairs",
    "file": "people.csv",
    "item": "item",
    "fields": {"question": "question", "a": "a", "b": "b", "model_a": "model_a", "model_b": "model_b"},
    "annotator": "who",
    "record": {"choice": "preferred"},
}


def people(coded: dict[str, str] | None = None) -> str:
    """Make people's answers; everybody prefers b where the item's number is even."""
    lines = ["item,question,a,b,model_a,model_b,who,preferred"]
    for item in range(ITEMS):
        choice = "b" if item % 2 == 0 else "a"
        lines += [
            f"{item},What is {item}?,It is {item}.,A number.,gpt4,llama,{who},{(coded or {}).get(choice, choice)}"
            for who in ("ann", "bob")
        ]
    return "\n".join(lines) + "\n"


def make_study(tmp_path, coded=None, **given) -> Study:
    spec = {
        "title": "Which is better?",
        "datatype": "preference",
        "label": None,
        "preference": {"answers": ["a", "b"]},
        "data": [MAPPED],
        **given,
    }
    return Study.load(write_study(tmp_path / "pairs", files={"ask.j2": TEMPLATE, "people.csv": people(coded)}, **spec))


def test_models_land_beside_people(tmp_path, store):
    study = make_study(
        tmp_path,
        vary={
            "answer_order": ["given", "swapped"],
            "names": ["letters", "symbols", "real"],
            "bandwagon": ["none", "first"],
        },
        preference={"named": ["model_a", "model_b"]},
        parameters={"quality": {"a": 1}, "verbosity": 0.5},
    )
    generate_and_parse(study, store)
    assert count(store, "preferences where kind = 'human'") == 2 * ITEMS
    assert count(store, "preferences where kind = 'llm' and choice = 'a'") == 12 * ITEMS
    assert count(store, "replies where not parsed") == 0
    shown = store.sql("select answer_order, names, min(shown_at) as low, max(shown_at) as high from preferences "
                      "where kind = 'llm' group by all")  # fmt: skip
    assert {(r.answer_order, r.low, r.high) for r in shown.itertuples()} == {("given", 1, 1), ("swapped", 2, 2)}


def test_what_a_model_is_sent_shows_the_answers_by_their_names_and_in_their_order(tmp_path, store):
    study = make_study(
        tmp_path,
        vary={"answer_order": ["given", "swapped"], "bandwagon": ["none", "second"], "distraction": ["first"]},
        preference={"rationale": True},
    )
    plan = pipeline.plan_study(study, store)
    sent = {s.annotator.variant.name: s.example[0].content for s in plan.shares}
    given = sent["wording=ask answer_order=given bandwagon=second distraction=first"]
    assert given.index("Answer A:\nIt is") < given.index("Answer B:\nA number.")
    assert "85% of people believe that Answer B is better." in given
    assert "Answer A likes to eat oranges and apples." in given
    assert "Answer A, Answer B, Tie" in given and "reasons" in given
    swapped = sent["wording=ask answer_order=swapped bandwagon=none distraction=first"]
    assert swapped.index("Answer A:\nA number.") < swapped.index("Answer B:\nIt is")
    assert "85%" not in swapped


def test_reasons_are_kept_in_every_format(tmp_path, store):
    study = make_study(tmp_path, vary={"format": ["text", "json", "choice"]}, preference={"rationale": True})
    generate_and_parse(study, store)
    kept = store.sql("select format, count(rationale) as n, count(*) as said from preferences "
                     "where kind = 'llm' group by all")  # fmt: skip
    assert {r.format: (r.n, r.said) for r in kept.itertuples()} == {
        "text": (ITEMS, ITEMS),
        "json": (ITEMS, ITEMS),
        "choice": (0, ITEMS),
    }


def test_codes_in_data_are_refused_with_the_remedy(tmp_path, store):
    with pytest.raises(DataError, match="say it in a data query"):
        pipeline.resolve(make_study(tmp_path, {"a": "0", "b": "1"}), store)


def test_real_names_need_their_fields(tmp_path, store):
    with pytest.raises(StudyError, match="real names are"):
        pipeline.plan_study(make_study(tmp_path, vary={"names": ["real"]}), store)
    lacking = make_study(tmp_path, vary={"names": ["real"]}, preference={"named": ["model_x", "model_b"]})
    with pytest.raises(StudyError, match="model_x"):
        pipeline.plan_study(lacking, store)


def test_an_answer_that_the_items_lack_is_said_before_anything_is_asked(tmp_path, store):
    with pytest.raises(StudyError, match="'c'"):
        pipeline.plan_study(make_study(tmp_path, preference={"answers": ["a", "b", "c"]}), store)


@pytest.mark.parametrize(("coded", "verdict"), [(None, "absent"), ({"a": "b", "b": "a"}, "found")])
def test_the_audit_of_the_coding_finds_inverted_codes_and_no_others(tmp_path, store, coded, verdict):
    fakes = [{**FAKE, "parameters": {"truth": "p"}}]
    lines = people(coded).splitlines()
    told = [f"{lines[0]},p"]
    for line in lines[1:]:
        p = '"{""b"": 9, ""a"": 1}"' if int(line.split(",")[0]) % 2 == 0 else '"{""b"": 1, ""a"": 9}"'
        told.append(f"{line},{p}")
    data = [{**MAPPED, "fields": {**MAPPED["fields"], "p": "p"}}]
    study = make_study(tmp_path, models=fakes, data=data)
    (study.folder / "people.csv").write_text("\n".join(told) + "\n")
    study = Study.load(study.folder)
    generate_and_parse(study, store)
    pipeline.audit_study(study, store, only=["coding"], say=lambda _: None)
    found = store.findings().set_index("metric")
    assert found.loc["kappa", "verdict"] == verdict
    assert found.loc["agreement_without_ties", "estimate"] == pytest.approx(0.9 if coded is None else 0.1, abs=0.12)

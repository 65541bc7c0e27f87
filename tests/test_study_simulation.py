"""Simulations through the whole path: people's turns beside models', CAMEL's shape, games, and the demo."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import pipeline
from harness.errors import DataError
from harness.report.records import read_sheets
from harness.store import Store
from harness.study import Study
from tests.conftest import ROOT, shared_file
from tests.studies import FAKE, all_tables, generate, generate_and_parse, write_study

PEOPLE = """scene,turn,who,role,said,setting
s1,0,mia,Ann,Is this seat free?,a train
s1,1,tom,Ben,Sure. Sit down!,a train
s1,2,mia,Ann,Thanks.,a train
s2,0,,Ann,Hello.,a shop
s2,1,,Ben,Good morning.,a shop
"""
SCENES = {
    "dataset": "scenes",
    "file": "people.csv",
    "item": "scene",
    "part": "turn",
    "fields": {"setting": "setting"},
    "annotator": "who",
    "record": {"as_role": "role", "text": "said"},
}
PLAY = """{% message "system" %}You are {{ role }} and talk to {{ partner }} in {{ setting }}.{% endmessage %}
{% if turn == 0 %}
{% message "user" %}Begin.{% endmessage %}
{% elif roles[0] == role %}
{% message "user" %}Begin.{% endmessage %}
{% endif %}
{% include "simulation/so_far.j2" %}
"""


def write(folder: Path, **given: Any) -> Study:
    spec: dict[str, Any] = {
        "datatype": "simulation",
        "label": None,
        "template": "play.j2",
        "simulation": {"roles": ["Ann", "Ben"], "turns": 4},
        "data": [SCENES],
        **given,
    }
    files = {"people.csv": PEOPLE, "play.j2": PLAY, **spec.pop("files", {})}
    return Study.load(write_study(folder / "scenes", files=files, **spec))


def test_peoples_turns_stand_beside_models(tmp_path: Path, store: Store) -> None:
    assert generate_and_parse(write(tmp_path, samples=2), store).done == 4
    people = store.sql("select key, part, as_role, text, person from turns where kind = 'human' order by key, part")
    assert people["text"].tolist() == ["Is this seat free?", "Sure. Sit down!", "Thanks.", "Hello.", "Good morning."]
    assert people["person"].tolist()[:3] == ["mia", "tom", "mia"] and people["person"].isna().tolist()[3:] == [True] * 2
    ours = store.sql("select * from turns where kind = 'llm' order by key, sample, part")
    assert ours["as_role"].tolist() == ["Ann", "Ben"] * 8 and ours["part"].tolist() == [0, 1, 2, 3] * 4
    assert ours["stop"].fillna("").tolist() == ["", "", "", "limit"] * 4
    assert set(ours["speaker"]) == {"fake"} and ours["text"].notna().all()


def test_people_and_models_may_talk_in_one_dialogue(tmp_path: Path, store: Store) -> None:
    """In loaded data a dialogue is (item, sample): its speakers are annotators of their own, of either kind."""
    mixed = """select *, 'a bar' as setting from (values
        ('s1', 0, 0, 'human', 'mia', null, 'Ann', 'Hi!'), ('s1', 0, 1, 'llm', null, 'gpt', 'Ben', 'Hello.'),
        ('s1', 0, 2, 'human', 'mia', null, 'Ann', 'Bye.'),
        ('s1', 1, 0, 'human', 'tom', null, 'Ann', 'Yo.'), ('s1', 1, 1, 'llm', null, 'gpt', 'Ben', 'Hey!'),
        ('s1', 2, 0, 'human', 'mia', null, 'Ann', 'Again.'), ('s1', 2, 1, 'llm', null, 'gpt', null, null)
    ) t(item, sample, part, kind, annotator, model, as_role, text)"""
    study = write(tmp_path, files={"mixed.sql": mixed}, data=[{"dataset": "bar", "sql": "mixed.sql"}], models=[])
    pipeline.resolve(study, store)
    pipeline.parse_study(study, store)
    told = store.sql("select sample, list(text order by part) as said from turns group by 1 order by 1")
    assert [list(said) for said in told["said"]] == [["Hi!", "Hello.", "Bye."], ["Yo.", "Hey!"], ["Again."]]
    unusable = store.sql("select sample, part from replies where not parsed")
    assert unusable.values.tolist() == [[2, 1]]
    both = store.sql("select kind, count(*) as n, count(distinct annotator_id) as who from turns group by 1 order by 1")
    assert both.values.tolist() == [["human", 4, 2], ["llm", 2, 1]]


def test_the_page_shows_a_dialogue_as_one_and_says_who_played_whom(tmp_path: Path, store: Store) -> None:
    models = [FAKE, {**FAKE, "name": "other"}]
    study = write(tmp_path, models=models, casts=[{"Ann": "fake", "Ben": "other"}])
    generate_and_parse(study, store)
    sheet = next(sheet for sheet in read_sheets(study, store) if sheet.key == "s1")
    [people] = sheet.people
    assert [turn for turn in people.records if turn.pop("stop") is None] == [
        {"Ann": "Is this seat free?"}, {"Ben": "Sure. Sit down!"}, {"Ann": "Thanks."}
    ]  # fmt: skip
    [[ours]] = sheet.models["fake & other"].values()
    assert [next(iter(turn)) for turn in ours.records] == ["Ann (fake)", "Ben (other)"] * 2
    assert [turn["stop"] for turn in ours.records] == [None, None, None, "limit"]
    assert "mia" not in pipeline.report_study(study, store).read_text(encoding="utf-8")


def test_a_role_that_the_study_does_not_have_is_told(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, files={"people.csv": PEOPLE.replace("Ben", "Bob")})
    with pytest.raises(DataError, match="'Bob' is none of the roles Ann, Ben"):
        pipeline.resolve(study, store)


CAMEL = {
    "roles": ["user", "assistant"],
    "turns": 10,
    "done": ["<CAMEL_TASK_DONE>"],
    "marks": {"user": "Instruction:", "assistant": "Solution:"},
    "flips": {"assistant": 1},
    "no_instruction": {"user": 3},
    "farewells": 4,
}
ROLES = "item,text\n" + "".join(f"{n},Task {n}\n" for n in range(150))
TASK = """{% message "system" %}
Never forget you are a {{ role }} and I am a {{ partner }}. The task: {{ text }}.
{% if role == "user" %}Say {{ marks.user }} and what to do; when all is done, only {{ done[0] }}.{% endif %}
{% endmessage %}
{% if role == "user" %}{% message "user" %}Now give the first instruction.{% endmessage %}{% endif %}
{% include "simulation/so_far.j2" %}
"""
TASKS = {"dataset": "tasks", "file": "tasks.csv", "item": "item", "fields": {"text": "text"}}


def camel(folder: Path, user: dict[str, Any], assistant: dict[str, Any], **rules: Any) -> Study:
    models = [
        {**FAKE, "name": "u", "parameters": user},
        {**FAKE, "name": "a", "parameters": assistant},
    ]
    return write(
        folder,
        template="task.j2",
        files={"task.j2": TASK, "tasks.csv": ROLES},
        data=[TASKS],
        simulation={**CAMEL, **rules},
        models=models,
        casts=[{"user": "u", "assistant": "a"}],
    )


def ends(store: Store) -> Counter[str]:
    rows = store.sql("select stop, as_role, part from turns where stop is not null")
    last = store.sql("select count(*) as n from replies where last")["n"][0]
    assert len(rows) == last == 150  # the turn that ends a dialogue is always there, and says why
    return Counter(rows["stop"])


def test_camels_shape_with_nothing_wrong_ends_by_the_limit(tmp_path: Path, store: Store) -> None:
    generate_and_parse(camel(tmp_path, {}, {}), store)
    assert ends(store) == {"limit": 150}
    assert store.sql("select count(*) as n from turns where mark <> as_role or mark is null")["n"][0] == 0


def test_an_assistant_that_flips_ends_the_dialogue_and_its_turn_is_kept(tmp_path: Path, store: Store) -> None:
    generate_and_parse(camel(tmp_path, {}, {"role_flip": 0.2}), store)
    told = ends(store)
    assert set(told) == {"flip", "limit"} and told["flip"] == pytest.approx(150 * (1 - 0.8**5), abs=25)
    flipped = store.sql("select as_role, mark, stop from turns where mark <> as_role")
    assert (
        len(flipped) == told["flip"] and set(flipped["stop"]) == {"flip"} and set(flipped["as_role"]) == {"assistant"}
    )


def test_a_user_that_flips_does_not(tmp_path: Path, store: Store) -> None:
    generate_and_parse(camel(tmp_path, {"role_flip": 0.2}, {}), store)
    told = ends(store)
    assert "flip" not in told and told["limit"] > 120
    assert store.sql("select count(*) as n from turns where mark <> as_role and as_role = 'user'")["n"][0] > 80


@pytest.mark.parametrize(
    ("user", "stop", "share"),
    [({"early_end": 0.1}, "done", 1 - 0.9**5), ({"interruption": 0.7}, "no instruction", None)],
)
def test_a_user_that_gives_up_ends_it(
    tmp_path: Path, store: Store, user: dict[str, Any], stop: str, share: float | None
) -> None:
    generate_and_parse(camel(tmp_path, user, {}), store)
    told = ends(store)
    assert set(told) == {stop, "limit"} and told[stop] > 20
    if share is not None:
        assert told[stop] == pytest.approx(150 * share, abs=25)


def test_goodbyes_in_a_row_end_it(tmp_path: Path, store: Store) -> None:
    generate_and_parse(camel(tmp_path, {"farewell": 1.0}, {"farewell": 1.0}), store)
    assert ends(store) == {"farewell": 150}
    assert store.sql("select max(part) as n from turns")["n"][0] == 3


def test_another_rule_is_another_annotator(tmp_path: Path) -> None:
    one, two = camel(tmp_path / "1", {}, {}), camel(tmp_path / "2", {}, {}, turns=12)
    assert one.annotators[0].annotator_id != two.annotators[0].annotator_id


def test_a_game_has_numbers_of_people_and_models(tmp_path: Path, store: Store) -> None:
    # In a query a column of the record's name is the record's, so what is asked is not called `text`.
    moves = "item,question,annotator,number\n" + "".join(f"{n},Divide 100.,p{n},{40 + n}\n" for n in range(10))
    query = "select *, 'dictator' as as_role from 'moves.csv'"
    study = write(
        tmp_path,
        template="give.j2",
        files={"moves.sql": query, "moves.csv": moves, "give.j2": "{{ question }} How much do you give?"},
        simulation={"roles": ["dictator"], "turns": 1, "numbers": ["dictator"], "range": [0, 100]},
        data=[{"dataset": "games", "sql": "moves.sql"}],
        models=[FAKE, {**FAKE, "name": "kind", "parameters": {"lean": 0.3}}],
    )
    generate_and_parse(study, store)
    told = store.sql("select coalesce(model, kind) as who, avg(number) as mean, count(*) as n from turns group by 1")
    means = told.set_index("who")["mean"]
    assert told["n"].tolist() == [10] * 3 and means["human"] == 44.5
    assert means["kind"] - means["fake"] == pytest.approx(30, abs=12)


def test_a_reply_without_a_number_ends_its_game_and_says_why(tmp_path: Path, store: Store) -> None:
    rules = {"roles": ["Ann", "Ben"], "turns": 4, "numbers": ["Ann"], "range": [0, 10]}
    study = write(tmp_path, simulation=rules, files={"people.csv": PEOPLE.replace(",Ann,", ",Ben,")},
                  models=[{**FAKE, "parameters": {"refusal": 1.0}}])  # fmt: skip
    generate_and_parse(study, store)
    told = store.sql("select part, last, parsed, reason, refused from replies where kind = 'llm'")
    assert told["part"].tolist() == [0, 0] and told["last"].all() and not told["parsed"].any()
    assert store.sql("select count(*) as n from turns where kind = 'llm'")["n"][0] == 0


def test_the_database_is_made_again_the_same(tmp_path: Path, store: Store) -> None:
    generate_and_parse(camel(tmp_path, {"early_end": 0.2}, {"role_flip": 0.1}), store)
    before = all_tables(store)
    pipeline.rebuild(store)
    after = all_tables(store)
    assert len(before["turns"]) > 300
    for name, frame in before.items():
        assert frame.equals(after[name]), name


# ---- the demo


def test_the_demo_runs_on_any_endpoint_and_both_its_sides_are_there(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "demo_simulation"
    shutil.copytree(ROOT / "prompts" / "demo_simulation", folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(
        text.replace('"transformers"', '"fake"').replace("stop ", "stops "), encoding="utf-8"
    )
    study = Study.load(folder)
    plan = pipeline.plan_study(study, store)
    assert (plan.items, plan.calls, {share.turns for share in plan.shares}) == (12, 36, {6})
    generate(study, store)
    pipeline.parse_study(study, store)
    people = store.sql("from turns where kind = 'human'")
    assert len(people) == 12 * 6 and people["person"].nunique() == 24
    ours = store.sql("select wording, count(*) as n from turns where kind = 'llm' group by 1 order by 1")
    assert ours.values.tolist() == [["director", 72], ["inception", 72], ["plain", 72]]
    for messages in store.sql("select messages from replies where kind = 'llm'")["messages"]:
        kinds = [m["role"] for m in json.loads(messages) if m["role"] != "system"]
        assert kinds == ["user" if n % 2 == 0 else "assistant" for n in range(len(kinds))] and len(kinds) % 2 == 1


def test_the_demos_data_are_what_its_query_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = shared_file("simulations/human_dialogues/persona_test.json")
    (tmp_path / "persona_test.json").symlink_to(source)
    monkeypatch.chdir(tmp_path)
    shipped = ROOT / "prompts" / "demo_simulation"
    duckdb.sql((shipped / "extract.sql").read_text(encoding="utf-8"))
    assert (tmp_path / "turns.csv").read_bytes() == (shipped / "turns.csv").read_bytes()

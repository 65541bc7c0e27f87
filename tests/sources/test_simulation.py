"""Dialogues and games as they were published: every row is there, and what is read is what the source says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from harness import pipeline
from harness.store import Store
from harness.study import Study
from tests.conftest import ROOT, SHARED, shared_file

EXAMPLES = {
    "synthetic_persona_chat": "simulations/synthetic_persona_chat",
    "spp": "simulations/spp",
    "chatgpt_behavioral": "simulations/chatgpt_behavioral",
    "chatgpt_bigfive": "simulations/chatgpt_behavioral",
}


def load(name: str, folder: Path) -> Store:
    """Resolve a copy of an example beside a link to the shared data."""
    shared_file(EXAMPLES[name])
    shutil.copytree(ROOT / "examples" / name, folder / name, ignore=shutil.ignore_patterns("data"))
    (folder / name / "data").symlink_to(SHARED)
    store = Store(folder / "runs")
    study = Study.load(folder / name)
    pipeline.resolve(study, store)
    pipeline.parse_study(study, store)
    return store


@pytest.fixture(scope="module")
def chats(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return load("synthetic_persona_chat", tmp_path_factory.mktemp("chats"))


@pytest.fixture(scope="module")
def spp(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return load("spp", tmp_path_factory.mktemp("spp"))


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return load("chatgpt_behavioral", tmp_path_factory.mktemp("games"))


@pytest.fixture(scope="module")
def bigfive(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return load("chatgpt_bigfive", tmp_path_factory.mktemp("bigfive"))


def rows(store: Store, query: str) -> list[list[object]]:
    """Give the rows of a query as plain lists."""
    frame = store.sql(query)
    told: list[list[object]] = frame.astype(object).where(frame.notna(), None).values.tolist()
    return told


# ---- chats


def test_every_chat_is_there(chats: Store) -> None:
    told = rows(chats, "select dataset, split, kind, count(distinct key) from turns group by all order by all")
    assert told == [
        ["dailydialog", None, "human", 1000],
        ["personachat", "test", "human", 1000],
        ["personachat", "test", "llm", 966],
        ["personachat", "valid", "human", 1000],
        ["personachat", "valid", "llm", 1000],
    ]
    # One chat of the source is empty, and one names no speakers.
    unusable = rows(chats, "select key from replies where not parsed order by 1")
    assert unusable == [["synthetic-test-0320"], ["synthetic-test-0510"]]


def test_chats_are_as_long_as_the_sources_lines(chats: Store) -> None:
    mean = rows(chats, "select avg(n) from (select count(*) as n from turns where kind = 'llm' group by key)")[0][0]
    assert mean == pytest.approx(27, abs=1)  # as the manifest says
    assert rows(chats, "select count(*) from turns where dataset = 'dailydialog'") == [[7740]]
    assert rows(chats, "select count(*) from turns where dataset = 'personachat' and kind = 'human'") == [[29234]]


def test_a_chat_is_what_the_source_says(chats: Store) -> None:
    source = pd.read_csv(shared_file("simulations/synthetic_persona_chat/Synthetic-Persona-Chat_test.csv"))
    said = rows(chats, "select as_role, text, stop from turns where key = 'synthetic-test-0000' order by part")
    assert "\n".join(f"{role}: {text}" for role, text, _ in said) == source.iloc[0, 2]
    assert [stop for *_, stop in said] == [None] * (len(said) - 1) + ["end of the chat"]
    people = rows(chats, "select as_role, text, person from turns where key = 'people-test-0000' order by part limit 2")
    assert people == [
        ["User 1", "hello what are doing today ?", "people-test-0000 User 1"],
        ["User 2", "i am good , i just got off work and tired , i have two jobs .", "people-test-0000 User 2"],
    ]
    # Of the other file nobody said the "hi" that begins each chat.
    people = rows(
        chats, "select as_role, text, fields ->> 'persona_1' from turns where key = 'people-valid-0003' order by part"
    )
    assert people[0][:2] == ["User 1", "hi . are you in school ? i just got accepted to uc santa cruz !"]
    assert people[1][:2] == ["User 2", "congrats ! no i graduated and i work in an architect firm ."]
    assert people[-1][0] == "User 1" and "i m on my way to uc santa cruz" in str(people[0][2])
    hi = "select count(*) from turns where key like 'people-valid-%' and part = 0 and text = 'hi'"
    assert rows(chats, hi)[0][0] < 10
    assert rows(chats, "select count(*) from turns where text like '%User 1:%'")[0][0] < 30  # within a line


# ---- personas of one model


def test_every_reply_is_there_with_its_turns_or_as_unusable(spp: Store) -> None:
    told = rows(
        spp,
        "select dataset, model, variant, count(distinct key), count(distinct key) filter (where not parsed) "
        "from replies group by all order by all",
    )
    assert told == [
        ["logic_grid_puzzle", "Llama-2-13b-chat", "spp", 200, 200],  # it repeats the last line of the prompt
        ["logic_grid_puzzle", "gpt-3.5-turbo", "spp", 200, 1],
        ["logic_grid_puzzle", "gpt-4-32k", "spp", 200, 1],
        ["logic_grid_puzzle", "gpt-4-32k", "standard", 200, 0],
        ["trivia_creative_writing", "Llama-2-13b-chat", "spp", 100, 89],
        ["trivia_creative_writing", "gpt-3.5-turbo", "spp", 100, 3],
        ["trivia_creative_writing", "gpt-4-32k", "spp", 100, 2],
        ["trivia_creative_writing", "gpt-4-32k", "standard", 100, 1],
    ]


def test_turns_are_those_of_the_personas(spp: Store) -> None:
    said = rows(
        spp,
        "select as_role, speaker, text from turns where model = 'gpt-4-32k' and variant = 'spp' "
        "and key = 'logic_grid_puzzle-003' order by part",
    )
    assert [(role, name) for role, name, _ in said] == [
        *[("assistant", "AI Assistant (you)"), ("persona", "Detective")] * 3,
        ("final answer", "Final answer"),
    ]
    assert "House 1: Apples\nHouse 2:" in str(said[1][2])  # a list within a turn is no turn
    assert said[-1][2] == "The house number where the tea drinker lives is 1."


def test_what_the_logs_judge_is_the_papers_accuracy(spp: Store) -> None:
    query = (
        "select count(distinct key) from items where dataset = 'logic_grid_puzzle' "
        "and metadata ->> 'correct_{}' = 'true'"
    )
    assert rows(spp, query.format("gpt4")) == [[132]]  # 66.0 % of 200
    assert 0 < int(str(rows(spp, query.format("gpt35"))[0][0])) < 132


# ---- games


def test_every_decision_is_there(games: Store) -> None:
    told = rows(
        games,
        "select key, model, count(*), round(avg(number), 2) from turns group by all order by key, model nulls first",
    )
    assert told == [
        ["dictator", None, 25_247, 25.2],
        ["dictator", "gpt-3.5-turbo-0301", 26, 33.85],
        ["dictator", "gpt-4-0314", 60, 50.0],
        ["dictator", "text-davinci-003", 59, 52.46],
        ["proposer", None, 6_160, 44.38],
        ["proposer", "gpt-3.5-turbo-0301", 27, 44.63],
        ["proposer", "text-davinci-003", 59, 50.42],
        ["responder", None, 6_102, 34.56],
        ["responder", "gpt-3.5-turbo-0301", 21, 31.63],
        ["responder", "gpt-4-0314", 29, 24.07],
        ["responder", "text-davinci-003", 60, 49.53],
    ]
    assert rows(games, "select count(*) from replies") == [[359]]  # 29 + 11 times 30 sessions


def test_rows_of_the_sources_are_those_that_the_query_says() -> None:
    dictator = pd.read_csv(shared_file("simulations/chatgpt_behavioral/dictator.csv"))
    decided = dictator[dictator["Role"] == "first"]
    assert [len(dictator), len(decided), int((decided["Total"] == 100).sum())] == [45_625, 28_906, 25_247]
    assert decided["move"].notna().all() and dictator[dictator["Role"] == "second"]["move"].isna().all()
    assert len(pd.read_csv(shared_file("simulations/chatgpt_behavioral/ultimatum_strategy.csv"))) == 6_417


def test_a_models_words_agree_with_its_number(games: Store) -> None:
    """The harness's own parser, which takes no sides between two numbers, finds no other number."""
    from harness.datatypes._numbers import read_number

    told = rows(games, "select text, number from turns where kind = 'llm'")
    found = [(read_number(str(text), (0, 100))[0], number) for text, number in told]
    assert sum(one is not None for one, _ in found) > 250
    assert all(one in (None, number) for one, number in found)


# ---- a questionnaire


def test_every_statement_has_its_answers(bigfive: Store) -> None:
    people = rows(
        bigfive, "select count(*), count(distinct key), count(distinct person) from labels where kind = 'human'"
    )
    assert people[0][1:] == [50, 2_000] and 99_000 < int(str(people[0][0])) <= 100_000
    models = rows(bigfive, "select model, count(*), count(distinct key) from replies group by 1 order by 1")
    assert models == [["gpt-3.5-turbo-0301", 1_500, 50], ["gpt-4-0314", 1_500, 50]]


def test_answers_are_those_of_the_file(bigfive: Store) -> None:
    path = shared_file("simulations/chatgpt_behavioral/bigfive_data.csv")
    source = pd.read_csv(path, sep="\t")
    assert len(source) == 19_719
    first = source.iloc[:2000]
    told = dict(rows(bigfive, "select key, sum(value) from labels where kind = 'human' group by 1"))  # type: ignore[arg-type]
    assert told == {item: first[item].sum() for item in told}

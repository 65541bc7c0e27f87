"""Dialogues between two models: each asked its own turns, none left hanging, nothing asked twice."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness import pipeline
from harness.budget import Budget
from harness.calls import Row
from harness.errors import Passing, Rejected, StudyError, Unusable
from harness.generate import Asking, Tally
from harness.generate import generate as ask
from harness.store import Store, ingest
from harness.study import Study
from harness.types import (
    About,
    Annotator,
    Connect,
    Message,
    Model,
    ModelIdentity,
    Prompt,
    Reply,
    Request,
    Said,
    Variant,
)
from tests.asking import Counting, Lines
from tests.studies import FAKE, generate, generate_and_parse, write_study
from tests.test_generate import start, wait_for_lines

ROLES = ("ann", "bob")
TURNS = 5

# ---- the loop itself


def fill(who: Annotator, fields: Any, said: tuple[Said, ...], *_: Any) -> Prompt | None:
    """Ask five turns, the roles in turn, each with all that was said before."""
    if len(said) == TURNS:
        return None
    messages = (Message("user", "begin"), *(Message("assistant", one.text) for one in said))
    return Prompt(messages, role=ROLES[len(said) % 2])


class Speaker(Counting):
    """Says its own name with the dialogue's key and turn, and keeps what it was asked."""

    def __init__(self, name: str, pause: float = 0.0, **given: Any) -> None:
        super().__init__(**given)
        self.name, self.pause = name, pause
        self.asked: list[tuple[str, int]] = []

    async def complete(self, request: Request) -> Reply:
        cell = request.cell
        assert cell.speaker == self.name and [one.turn for one in cell.history] == list(range(cell.turn))
        self.asked.append((cell.key, cell.turn))
        if self.pause:
            await asyncio.sleep(self.pause)
        await super().complete(request)
        return Reply(f"{self.name}/{cell.key}/{cell.turn}", "stop", 1, 1)


def model(name: str) -> Model:
    return Model(ModelIdentity(name, "test", "test"), Connect(), About())


def annotator(name: str, cast: dict[str, str], given: dict[str, Any]) -> Annotator:
    models = {role: model(player) for role, player in cast.items()}
    variant = Variant("v", "t.j2", "template_1", {}, {}, given)
    several = models if len(set(cast.values())) > 1 else {}
    return Annotator(name, models["ann"], variant, "1", {}, name, several)


def cells(count: int, who: str = "annotator_ab", said: dict[int, int] | None = None) -> Iterator[Row]:
    """Give so many dialogues; ``said``: number of the dialogue → turns that were said before."""
    for n in range(count):
        before = [
            {"turn": t, "text": f"{'ab'[t % 2]}/{n}/{t}", "finish_reason": "stop"}
            for t in range((said or {}).get(n, 0))
        ]
        yield Row(who, f"item_{n}", 0, "d", str(n), "{}", json.dumps(before) if before else None)


class Talk:
    """One run of models that talk to each other: ``a`` plays ann, ``b`` plays bob; a third talks to itself."""

    def __init__(
        self, *asked: tuple[Speaker, Connect, Iterator[Row]], budget: Budget | None = None, **given: Any
    ) -> None:
        self.askings = [Asking(backend, connect, rows, None, backend.name) for backend, connect, rows in asked]
        self.budget, self.given = budget, given
        self.generations, self.failures, self.tally = Lines(), Lines(), Tally(0)

    async def go(self, seconds: float = 10.0) -> None:
        annotators = {
            "annotator_ab": annotator("annotator_ab", {"ann": "a", "bob": "b"}, self.given),
            "annotator_ba": annotator("annotator_ba", {"ann": "b", "bob": "a"}, self.given),
            "annotator_c": annotator("annotator_c", {"ann": "c", "bob": "c"}, self.given),
        }
        started = datetime(2026, 1, 1, tzinfo=UTC)
        run = ask(
            self.askings, annotators, fill, self.generations, self.failures, self.tally, lambda: started,
            lambda tally: None, self.budget,
        )  # fmt: skip
        await asyncio.wait_for(run, seconds)

    def whole(self, lines: Iterator[dict[str, Any]] | None = None) -> list[str]:
        """List the dialogues that were held to their end; each turn is the right speaker's."""
        for line in self.generations:
            turn, name, key = line["turn"], line["annotator_id"][-2:], line["item_id"][5:]
            speaker = (name if name in ("ab", "ba") else "cc")[turn % 2]
            assert (line["as_role"], line["speaker"]) == (ROLES[turn % 2], speaker)
            assert line["text"] == f"{speaker}/{key}/{turn}"
        assert len({line["generation_id"] for line in self.generations}) == len(self.generations)
        return sorted(line["item_id"] for line in self.generations if line["last"])


NONE: Iterator[Row] = iter(())


async def test_five_hundred_dialogues_and_each_model_is_asked_its_own_turns() -> None:
    a, b = Speaker("a"), Speaker("b")
    talk = Talk((a, Connect(in_flight=16), cells(500)), (b, Connect(in_flight=7), iter(())))
    await talk.go()
    assert len(talk.whole()) == talk.tally.done == 500 and talk.tally.requests == 500 * TURNS
    assert Counter(turn for _, turn in a.asked) == {0: 500, 2: 500, 4: 500}
    assert Counter(turn for _, turn in b.asked) == {1: 500, 3: 500}
    assert (a.most, b.most) == (16, 7)
    assert a.closed == b.closed == 1


async def test_roles_may_be_swapped_and_others_may_talk_to_themselves() -> None:
    asked = [
        (Speaker("a"), Connect(in_flight=4), cells(50)),
        (Speaker("b"), Connect(in_flight=4), cells(50, "annotator_ba")),
        (Speaker("c"), Connect(in_flight=4), cells(50, "annotator_c")),
        (Speaker("d"), Connect(), iter(())),  # plays in no cast
    ]
    talk = Talk(*asked)
    await talk.go()
    talk.whole()
    assert talk.tally.done == 150 and len(asked[3][0].asked) == 0


async def test_a_slow_partner_is_waited_for_and_few_dialogues_are_open() -> None:
    a, b = Speaker("a"), Speaker("b", pause=0.001)
    talk = Talk((a, Connect(in_flight=8), cells(200)), (b, Connect(in_flight=1), iter(())))
    begun: list[int] = []
    append = talk.generations.append

    def watch(line: dict[str, Any]) -> None:
        append(line)
        began, ended = (sum(one[k] == v for one in talk.generations) for k, v in (("turn", 0), ("last", True)))
        begun.append(began - ended)

    talk.generations.append = watch  # type: ignore[method-assign]
    await talk.go(30)
    assert talk.tally.done == 200
    assert max(begun) <= 2 * (8 + 1) + 8  # BEGUN for each call at once, and what was in flight when it was full


async def test_dialogues_go_on_where_the_other_model_speaks_next() -> None:
    said = {n: n % TURNS for n in range(100)}
    a, b = Speaker("a"), Speaker("b")
    talk = Talk((a, Connect(in_flight=4), cells(100, said=said)), (b, Connect(in_flight=4), iter(())))
    await talk.go()
    assert len(talk.whole()) == 100 and len(talk.generations) == 100 * TURNS - sum(said.values())
    first = {line["item_id"]: line["turn"] for line in reversed(talk.generations)}
    assert first == {f"item_{n}": turn for n, turn in said.items()}


@pytest.mark.parametrize("dead", ["a", "b"])
async def test_an_unusable_model_ends_its_dialogues_and_hangs_nobody(dead: str) -> None:
    def act(tries: int, key: str) -> Exception | None:
        return Unusable("no such model") if int(key) >= 20 else None

    a, b, c = (Speaker(name, **({"act": act} if name == dead else {})) for name in "abc")
    talk = Talk(
        (a, Connect(in_flight=4), cells(300)),
        (b, Connect(in_flight=4), cells(300, "annotator_ba")),
        (c, Connect(in_flight=4), cells(300, "annotator_c")),
    )
    with pytest.raises(Unusable, match="no such model"):
        await talk.go()
    talk.whole()
    ended = Counter(line["annotator_id"] for line in talk.generations if line["last"])
    assert ended["annotator_c"] == 300
    assert 0 < ended["annotator_ab"] + ended["annotator_ba"] < 100
    assert len((b if dead == "a" else a).asked) < 200  # it begins no dialogues that nobody would answer
    assert talk.failures == [] and a.closed == b.closed == c.closed == 1


@pytest.mark.parametrize("dead", ["a", "b"])
async def test_a_dead_endpoint_is_given_up_and_the_other_ends(dead: str) -> None:
    def act(tries: int, key: str) -> Exception | None:
        return Passing("connection refused", retry_after=0.01)

    a, b = (Speaker(name, **({"act": act} if name == dead else {})) for name in "ab")
    connect = Connect(in_flight=4, patience=0.2, attempts=1000)
    talk = Talk((a, connect, cells(300)), (b, connect, iter(())))
    began = time.perf_counter()
    with pytest.raises(Unusable, match="nothing but failures"):
        await talk.go()
    assert time.perf_counter() - began < 5
    turns = Counter(line["turn"] for line in talk.generations)
    assert (turns == {}) if dead == "a" else (set(turns) == {0} and turns[0] <= 24)
    assert talk.failures == []


async def test_a_turn_that_is_rejected_ends_its_dialogue_and_no_other() -> None:
    b = Speaker("b", act=lambda tries, key: Rejected("too long") if key == "3" else None)
    talk = Talk((Speaker("a"), Connect(in_flight=2), cells(40)), (b, Connect(in_flight=2), iter(())))
    await talk.go()
    assert (talk.tally.done, talk.tally.failed) == (39, 1)
    assert [(line["item_id"], line["permanent"]) for line in talk.failures] == [("item_3", True)]


async def test_passing_failures_of_either_are_tried_again() -> None:
    def act(tries: int, key: str) -> Exception | None:
        return Passing("busy", retry_after=0.001) if tries % 2 == 1 else None

    talk = Talk(
        (Speaker("a", act=act), Connect(in_flight=3), cells(60)),
        (Speaker("b", act=act), Connect(in_flight=5), iter(())),
    )
    await talk.go()
    assert len(talk.whole()) == 60 and talk.tally.retries == 60 * TURNS


@pytest.mark.parametrize("budget", [Budget(requests=137), Budget(tokens=800), Budget(requests=1)])
async def test_a_budget_ends_both(budget: Budget) -> None:
    a, b = Speaker("a"), Speaker("b")
    talk = Talk((a, Connect(in_flight=4), cells(300)), (b, Connect(in_flight=4), iter(())), budget=budget, max_tokens=5)
    await talk.go()
    talk.whole()
    assert talk.tally.stopped == "the budget is spent" and talk.failures == []
    assert talk.tally.requests == len(talk.generations) == (budget.requests or talk.tally.requests)
    assert talk.tally.tokens_in + talk.tally.tokens_out <= (budget.tokens or 10**9)


async def test_a_budget_that_is_enough_is_not_spent() -> None:
    talk = Talk(
        (Speaker("a"), Connect(in_flight=4), cells(20)),
        (Speaker("b"), Connect(in_flight=4), iter(())),
        budget=Budget(requests=100),
    )
    await talk.go()
    assert talk.tally.done == 20 and talk.tally.stopped == ""


async def test_a_fault_of_our_own_hangs_nobody() -> None:
    b = Speaker("b", act=lambda tries, key: ZeroDivisionError() if key == "9" else None)
    talk = Talk((Speaker("a"), Connect(in_flight=3), cells(1000)), (b, Connect(in_flight=3), iter(())))
    with pytest.raises(ZeroDivisionError):
        await talk.go(5)
    assert len(talk.generations) < 200


async def test_an_interrupted_run_lets_calls_of_both_end() -> None:
    a, b = Speaker("a", pause=0.01), Speaker("b", pause=0.01)
    talk = Talk((a, Connect(in_flight=4), cells(300)), (b, Connect(in_flight=4), iter(())))
    task = asyncio.create_task(talk.go())
    while not (a.now and b.now):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(talk.generations) == len(a.asked) + len(b.asked)


# ---- whole studies

TEMPLATES = {
    f"talk/{role}.j2": '{% message "user" %}You are {{ role }}. Talk about {{ text }}.{% endmessage %}\n'
    '{% include "simulation/so_far.j2" %}\n'
    for role in ROLES
}
SCENES = {
    "dataset": "scenes",
    "file": "people.csv",
    "item": "item",
    "fields": {"text": "text"},
    "annotator": "who",
    "record": {"as_role": "role", "text": "said"},
}


def write(folder: Path, items: int = 20, **given: Any) -> Study:
    people = "item,text,who,role,said\n" + "".join(f"{n},Thing {n}.,p{n},ann,Hello.\n" for n in range(items))
    players = [{**FAKE, "name": name, **given.pop(name, {})} for name in "xy"]
    spec: dict[str, Any] = {
        "datatype": "simulation",
        "label": None,
        "template": "talk",
        "simulation": {"roles": list(ROLES), "turns": TURNS},
        "models": players,
        "casts": [{"ann": "x", "bob": "y"}],
        "data": [SCENES],
        **given,
    }
    return Study.load(write_study(folder / "talk", files={"people.csv": people, **TEMPLATES}, **spec))


def check(store: Store, dialogues: int) -> None:
    """Hold every turn against who speaks it, and its prompt against what was said before it."""
    rows = store.sql("select * from replies where kind = 'llm' order by model, key, sample, part")
    assert len(rows) == dialogues * TURNS
    for (name, _, _), turns in rows.groupby(["model", "key", "sample"]):
        players = [name] * 2 if " & " not in name else name.split(" & ")
        assert turns["part"].tolist() == list(range(TURNS))
        assert turns["as_role"].tolist() == [ROLES[n % 2] for n in range(TURNS)]
        assert turns["speaker"].tolist() == [players[n % 2] for n in range(TURNS)]
        said = turns["text"].tolist()
        for number, messages in enumerate(turns["messages"]):
            kinds = [(m["role"], m["content"]) for m in json.loads(messages)][1:]
            assert kinds == [("assistant" if n % 2 == number % 2 else "user", said[n]) for n in range(number)]


def test_a_cast_is_one_annotator_and_its_turns_are_in_the_table(tmp_path: Path, store: Store) -> None:
    casts = [{"ann": "x", "bob": "y"}, {"ann": "y", "bob": "x"}, {"ann": "x", "bob": "x"}]
    study = write(tmp_path, casts=casts, samples=2)
    assert generate_and_parse(study, store).done == 120
    check(store, 120)
    turns = store.sql("from turns where kind = 'llm'")
    assert Counter(turns["model"]) == {"x & y": 200, "y & x": 200, "x": 200}
    assert (
        turns["stop"].dropna().unique().tolist() == ["limit"] and len(turns[turns["part"] == 4]["stop"].dropna()) == 120
    )
    people = store.sql("select person, as_role, speaker, text, part from turns where kind = 'human'")
    assert len(people) == 20 and set(people["text"]) == {"Hello."}
    assert generate(study, store).total == 0


def test_one_model_in_all_roles_is_that_model(tmp_path: Path, store: Store) -> None:
    alone = write(tmp_path / "one", casts=[])
    cast = write(tmp_path / "two", casts=[{"ann": "x", "bob": "x"}, {"ann": "y", "bob": "x"}])
    assert alone.annotators[0].annotator_id == cast.annotators[0].annotator_id
    assert len({a.annotator_id for a in (*alone.annotators, *cast.annotators)}) == 3


def test_a_kill_in_mid_dialogue_costs_no_turn_of_either(tmp_path: Path, store: Store) -> None:
    slow = {"parameters": {"delay": 0.02}, "connect": {"in_flight": 6}}
    study = write(tmp_path, 100, x=slow, y={**slow, "connect": {"in_flight": 3}})
    waits: set[str] = set()
    for lines in (30, 150):
        process = start(study, store)
        wait_for_lines(store, lines)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        ingest.sync(store)
        last = store.sql("select max(part) as part, bool_or(last) as ended from replies group by key").query(
            "not ended"
        )
        waits |= {ROLES[(int(part) + 1) % 2] for part in last["part"]}
    assert waits == set(ROLES)  # of the dialogues that were cut off, either model is to speak next
    held = store.sql("select count(*) as n, count(*) filter (where last) as ended from generations")
    begun, ended = int(held["n"][0]), int(held["ended"][0])
    assert pipeline.plan_study(study, store).calls == 100 - ended
    assert generate_and_parse(study, store).requests == 100 * TURNS - begun
    check(store, 100)


def test_what_a_model_that_fell_out_left_is_planned_again(tmp_path: Path, store: Store) -> None:
    broken = write(tmp_path, 60, y={"parameters": {"length": "many"}, "connect": {"in_flight": 2}})
    with pytest.raises(Unusable, match="length"):
        generate(broken, store)
    ingest.sync(store)
    kept = store.sql("select speaker, count(*) as n from replies where kind = 'llm' group by all")
    assert kept["speaker"].tolist() == ["x"] and 0 < kept["n"][0] < 60
    assert pipeline.plan_study(broken, store).calls == 60
    # Parameters are identity: the mended model is another cast, which begins anew.
    assert generate(write(tmp_path, 60), store).requests == 60 * TURNS


def test_an_outage_of_one_model_is_gone_on_from(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, 40, y={"parameters": {"failure": 0.3}, "connect": {"attempts": 1, "max_wait": 0.01}})
    first = generate(study, store)
    assert 5 < first.failed < 40 and first.done + first.failed == 40
    again = generate(write(tmp_path, 40, y={"parameters": {"failure": 0.3}, "connect": {"max_wait": 0.01}}), store)
    assert (again.total, again.done) == (first.failed, first.failed)
    check(store, 40)


def test_a_budget_leaves_the_rest_for_another_run(tmp_path: Path, store: Store) -> None:
    study = write(tmp_path, 40)
    assert generate(study, store, budget=Budget(requests=77)).stopped
    assert generate(study, store).requests == 40 * TURNS - 77
    check(store, 40)


def test_the_plan_counts_dialogues_turns_and_the_price_of_both(tmp_path: Path, store: Store) -> None:
    study = write(
        tmp_path,
        10,
        ask={"max_tokens": 20},
        x={"connect": {"price": {"input": 1.0, "output": 2.0}}},
        y={"connect": {"price": {"input": 3.0, "output": 6.0}}},
    )
    plan = pipeline.plan_study(study, store)
    (share,) = plan.shares
    assert (share.annotator.name, share.calls, share.turns, share.tokens_out) == ("x & y", 10, TURNS, 10 * TURNS * 20)
    assert share.price is not None and (share.price.input, share.price.output) == (2.0, 4.0)
    assert plan.cost[0] == pytest.approx((share.tokens_in * 2 + share.tokens_out * 4) / 1e6)


@pytest.mark.parametrize(
    ("casts", "told"),
    [
        ([{"ann": "x"}], "nobody plays 'bob'"),
        ([{"ann": "x", "bob": "z"}], "there is no model 'z'"),
        ([{"ann": "x", "bob": "y", "cat": "y"}], "there is no role 'cat'"),
        ([{"ann": "x", "bob": "y"}, {"ann": "x", "bob": "y"}], "two casts or models are called 'x & y'"),
        ([{"ann": "x", "bob": "y", "name": "x"}], "two casts or models are called 'x'"),
    ],
)
def test_a_cast_that_cannot_be_is_refused(tmp_path: Path, casts: list[dict[str, str]], told: str) -> None:
    with pytest.raises(StudyError, match=told):
        write(tmp_path, casts=casts)


def test_labels_have_no_casts(make: Callable[..., Study]) -> None:
    with pytest.raises(StudyError, match="a cast needs roles"):
        make(casts=[{"ann": "fake"}])

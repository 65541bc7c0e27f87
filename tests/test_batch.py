"""Asking by batch: whatever happens in between, each cell is paid for once and ends as a reply or a reason."""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import pipeline
from harness.backends._batches import BatchState
from harness.backends.openai import Backend
from harness.batching import Options
from harness.errors import Passing, StudyError, Unusable
from harness.slips import waiting
from harness.store import Store, ingest
from harness.study import Study
from harness.types import Cell, Connect, Message, ModelIdentity, Prompt, Request
from tests.batch_server import BatchServer, Script, chat
from tests.studies import FAKE, all_tables, count, many_people, write_study

KEY = "sk-demo-0123456789abcdef"
SECRET = "header-secret-987654321"
QUICK = Options(first=0.01, longest=0.02, settle=0.01)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OPENAI_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DEMO_KEY", KEY)


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with BatchServer() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


@pytest.fixture
def make(tmp_path: Path, server: BatchServer) -> Callable[..., Study]:
    def write_and_read(items: int = 12, name: str = "tiny", csv: str = "", **given: Any) -> Study:
        connect = {"base_url": server.url, "api_key_env": "DEMO_KEY", "max_wait": 0.01, "attempts": 3}
        connect |= given.pop("connect", {})
        model = {"name": "demo", "backend": "openai", "model": "demo-model", "connect": connect}
        files = {"people.csv": csv or many_people(items)} | given.pop("files", {})
        return Study.load(write_study(tmp_path / name, files=files, **{"models": [model], **given}))

    return write_and_read


class Said(list[str]):
    """What was said."""

    def __call__(self, line: str) -> None:
        self.append(line)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, part: object) -> bool:
        return any(str(part) in line for line in self)


def by_batch(study: Study, store: Store, options: Options = QUICK, said: Said | None = None, **more: Any) -> Any:
    return pipeline.generate_study(study, store, batch=options, say=said or Said(), **more)


def live(study: Study, store: Store, said: Said | None = None, **more: Any) -> Any:
    return pipeline.generate_study(study, store, say=said or Said(), **more)


HAND_IN = Options(wait=False, settle=0.01)


def inputs(server: BatchServer) -> list[bytes]:
    return [server.files[batch["input_file_id"]] for batch in server.batches.values()]


# ---- the whole flow


def test_every_cell_is_answered_by_batch(make: Callable[..., Study], server: BatchServer, store: Store) -> None:
    said = Said()
    tally = by_batch(make(samples=2), store, said=said)
    assert (tally.total, tally.done, tally.failed) == (24, 24, 0)
    assert (tally.tokens_in, tally.tokens_out) == (168, 48)
    assert "handed in 24 requests in 1 batches" in said and "24 of 24 answered, 0 failed" in said
    assert count(store, "generations") == len(server.paid) == 24
    assert server.live == []
    (folder,) = [path.parent for path in store.runs.glob("*/batch.jsonl")]
    assert sorted(path.name for path in folder.iterdir()) == ["batch.jsonl", "generations.parquet", "run.json"]
    manifest = json.loads((folder / "run.json").read_text())
    assert manifest["batch"] == {"model": "demo", "batch_id": "batch_0", "status": "completed"}
    assert (manifest["verb"], manifest["counts"]["done"]) == ("generate", 24)
    assert server.batches["batch_0"]["metadata"] == {"study": "tiny", "run": folder.name}
    assert server.names["file-0"] == f"{folder.name}.jsonl"
    assert list(store.runs.glob(".plan-*")) == []
    assert store.sql("select distinct seconds, attempts from generations").values.tolist() == [[3600.0, 1]]
    again = by_batch(make(samples=2), store, said=said)
    assert again.total == 0 and "nothing new to ask" in said and len(server.batches) == 1


def test_a_batch_makes_the_same_facts_as_live_calls(
    make: Callable[..., Study], server: BatchServer, tmp_path: Path
) -> None:
    """The bodies are the same bytes, and what was asked and read is the same row."""
    odd = "item,text,annotator,label\n" + "".join(
        f'{n},"{text}",ann,yes\n' for n, text in enumerate(("Ünïcode → 😀", "line\u2028sep", "tab\tquote''", "ﷺ" * 50))
    )
    beside = [{"token": "yes", "logprob": -0.1}, {"token": "no", "logprob": -2.4}]
    spelled = {"content": [{"token": "yes", "logprob": -0.1, "top_logprobs": beside}]}

    def answer(line: dict[str, Any]) -> tuple[int, Any]:
        body = chat('{"label": "no"}')
        body["choices"][0]["logprobs"] = spelled if line["body"].get("logprobs") else None
        return 200, body

    server.script.answer = answer
    vary = {"format": ["text", "json", "choice", "scores"]}
    study = make(csv=odd, ask={"temperature": 0.5, "max_tokens": 50}, vary=vary)
    one, two = Store(tmp_path / "one"), Store(tmp_path / "two")
    by_batch(study, one)
    live(study, two)
    bodies = [line["body"] for line in server.requests()]
    assert sorted(map(json.dumps, bodies)) == sorted(map(json.dumps, server.live))
    assert all(line["method"] == "POST" and line["url"] == "/v1/chat/completions" for line in server.requests())
    columns = "* exclude (seconds, arrived_at, run_id)"
    rows = [store.sql(f"select {columns} from generations order by generation_id").astype(str) for store in (one, two)]
    assert rows[0].equals(rows[1]) and len(rows[0]) == 16
    assert len(set(rows[0]["scores"])) > 1
    prompts = [store.sql("from store.prompts order by 1").astype(str) for store in (one, two)]
    assert prompts[0].equals(prompts[1])


def test_raw_bytes_of_a_line_are_those_of_the_live_body() -> None:
    backend = Backend(ModelIdentity("demo", "openai", "m"), Connect(base_url="http://127.0.0.1:9/v1"))
    from harness.batchlines import lines_of
    from harness.calls import Row

    request = Request("generation_1", (Message("user", 'Ü "quoted"\n'),), {"temperature": 0}, 1, Cell("d", "1", 0))
    line, cell = lines_of(Row("annotator_a", "item_b", 0, "d", "1", "{}"), Prompt(request.messages), request, backend)
    assert b'"body":' + backend.encode(request) + b"}\n" in line and line.count(b"\n") == cell.count(b"\n") == 1


def test_answers_in_any_order_twice_and_with_strange_ones(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    def answer(line: dict[str, Any]) -> tuple[int, Any]:
        return 200, chat("\ud800 nul \x00 ☃ " + line["body"]["messages"][0]["content"].split(".")[0])

    server.script = Script(answer=answer, twice=True, junk=b'{"custom_id": "generation_x"}\n\xff\xfe not json\n[1]\n\n')
    tally = by_batch(make(), store)
    assert (tally.done, tally.failed) == (12, 0)
    replies = store.sql("select key, text from replies order by key")
    assert all(f"Text {key}" in text and "\x00" not in text for key, text in replies.values.tolist())
    manifest = json.loads(next(store.runs.glob("*/batch.jsonl")).with_name("run.json").read_text())
    assert manifest["counts"]["strange"] == 12 + 3


def test_errors_of_lines_are_judged_as_live_ones(make: Callable[..., Study], server: BatchServer, store: Store) -> None:
    filtered = {"error": {"message": "no", "code": "content_filter"}}
    too_long = {"error": {"message": "too long", "code": "context_length_exceeded"}}
    busy = {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}
    by_key: dict[str, tuple[int, Any]] = {
        "0": (400, filtered),
        "1": (400, too_long),
        "2": (429, busy),
        "3": (500, {"error": {"message": "oops"}}),
        "4": (-1, "request_timeout"),
        "5": (0, None),
        "6": (200, {"no": "choices"}),
        "7": (200, chat("I will not", refusal="I cannot")),
    }

    def answer(line: dict[str, Any]) -> tuple[int, Any]:
        key = line["body"]["messages"][0]["content"].split()[1].rstrip(".")
        return by_key.get(key, (200, chat("yes")))

    server.script.answer = answer
    study = make(items=9)
    tally = by_batch(study, store)
    assert (tally.done, tally.failed) == (3, 6)
    told = store.sql("select i.key, f.permanent, f.error from failures f join store.items i using (item_id) order by 1")
    assert [(key, bool(permanent)) for key, permanent, _ in told.values.tolist()] == [
        ("1", True), ("2", False), ("3", False), ("4", False), ("5", False), ("6", False),
    ]  # fmt: skip
    words = dict(zip(told["key"], told["error"], strict=True))
    assert "context length" in words["1"] and "slow down" in words["2"] and "request_timeout" in words["4"]
    assert "completed and did not answer this" in words["5"]
    replies = store.sql("select key, finish_reason from replies order by key").values.tolist()
    assert replies == [["0", "content_filter"], ["7", "refusal"], ["8", "stop"]]
    server.script.answer = lambda line: (200, chat("yes"))
    again = by_batch(study, store)
    assert (again.total, again.done) == (5, 5)  # all but what will never work
    assert by_batch(study, store, retry_failed=True).done == 1


def test_a_line_that_says_no_request_can_work_ends_the_command_and_asks_again_later(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    broke = {"error": {"message": "no credit", "code": "insufficient_quota"}}
    lines = iter(range(100))
    server.script.answer = lambda line: (429, broke) if next(lines) >= 4 else (200, chat("yes"))
    study = make()
    with pytest.raises(Unusable, match="no credit left"):
        by_batch(study, store)
    assert count(store, "generations") == 4
    assert count(store, "failures where not permanent") == 8
    server.script.answer = lambda line: (200, chat("yes"))
    assert by_batch(study, store).done == 8


# ---- ends that are none


def test_an_expired_batch_gives_what_it_has_and_the_rest_is_planned_again(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    server.script = Script(end="expired", answered=0.5)
    study, said = make(), Said()
    tally = by_batch(study, store, said=said)
    assert (tally.done, tally.failed) == (6, 6)
    assert "is expired: 6 of 12 answered, 6 failed" in said
    assert store.sql("select distinct error like '%batch_expired%' from failures").values.tolist() == [[True]]
    server.script = Script()
    assert by_batch(study, store).done == 6
    assert sorted(server.paid.values()) == [1] * 6 + [2] * 6
    assert count(store, "generations") == 12


def test_a_batch_cancelled_on_the_servers_page_is_collected(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    server.script = Script(end="cancelled", answered=0.25)
    assert by_batch(make(), store).done == 3
    assert store.sql("select distinct error like '%batch_cancelled%' from failures").values.tolist() == [[True]]


def test_a_batch_that_fails_at_validation_costs_nothing_and_says_why(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    errors = [{"code": "token_limit_exceeded", "message": f"Enqueued token limit reached {KEY}", "line": None}]
    server.script = Script(end="failed", errors=errors)
    tally = by_batch(make(), store)
    assert (tally.done, tally.failed) == (0, 12)
    told = store.sql("select distinct error from failures")["error"].tolist()
    assert told == [
        "the batch is failed and did not answer this; token_limit_exceeded: Enqueued token limit reached [key]"
    ]
    server.script = Script()
    assert by_batch(make(), store).done == 12
    assert set(server.paid.values()) == {1}


# ---- cutting


def test_files_keep_to_the_limits(make: Callable[..., Study], server: BatchServer, store: Store) -> None:
    said = Said()
    by_batch(make(items=25), store, Options(first=0.01, settle=0.0, most_requests=10), said)
    assert [len(raw.splitlines()) for raw in inputs(server)] == [10, 10, 5]
    assert "handed in 25 requests in 3 batches" in said
    assert set(server.paid.values()) == {1} and count(store, "generations") == 25


def test_files_are_cut_by_their_size(make: Callable[..., Study], server: BatchServer, store: Store) -> None:
    by_batch(make(items=25), store, Options(first=0.01, settle=0.0, most_bytes=1500))
    sizes = [len(raw) for raw in inputs(server)]
    assert len(sizes) > 2 and max(sizes) <= 1500 and min(sizes[:-1]) > 1000
    assert set(server.paid.values()) == {1} and count(store, "generations") == 25


def test_a_request_larger_than_a_file_may_be_goes_alone(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    by_batch(make(items=3), store, Options(first=0.01, settle=0.0, most_bytes=10))
    assert len(server.batches) == 3


def test_each_model_has_batches_of_its_own_and_others_are_left_out(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    connect = {"base_url": server.url, "api_key_env": "DEMO_KEY"}
    two = [{"name": name, "backend": "openai", "model": name, "connect": connect} for name in ("one", "two")]
    said = Said()
    assert by_batch(make(models=[*two, FAKE]), store, said=said).done == 24
    assert "fake: its backend has no batches" in said
    models = [{line["body"]["model"] for line in server._lines(batch)} for batch in server.batches.values()]
    assert models == [{"one"}, {"two"}]
    assert live(make(models=[*two, FAKE]), store).done == 12


def test_what_cannot_be_sent_is_a_failure_for_good(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    model = {"name": "demo", "backend": "openai", "model": "m", "parameters": {"seed": 2**70}}
    model["connect"] = {"base_url": server.url}
    tally = by_batch(make(models=[model]), store)
    assert (tally.done, tally.failed) == (0, 12)
    assert server.batches == {} and count(store, "failures where permanent") == 12
    assert waiting(store.runs).batches == 0


# ---- waiting


def test_handed_in_and_collected_another_time(make: Callable[..., Study], server: BatchServer, store: Store) -> None:
    server.script.looks = 3
    study, said = make(), Said()
    assert by_batch(study, store, HAND_IN, said).done == 0
    assert "run again to collect" in said
    assert waiting(store.runs)[1:] == (12, 1, ("tiny",))
    for _ in range(2):
        again = by_batch(study, store, HAND_IN, said)
        assert (again.done, len(server.batches)) == (0, 1)
    assert "in_progress, 0 of 12" in said
    assert by_batch(study, store, HAND_IN).done == 12
    assert waiting(store.runs).batches == 0
    assert count(store, "generations") == 12


def test_a_plain_run_does_not_ask_what_a_batch_may_answer(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    server.script.looks = 1000
    by_batch(make(), store, HAND_IN, limit=8)
    assert pipeline.plan_study(make(), store).calls == 4
    said = Said()
    assert live(make(), store, said).done == 4
    assert "8 requests in 1 batches are not asked again" in said and "harness generate tiny --batch" in said
    assert len(server.live) == 4
    more = make(vary={"label_order": ["given", "reversed"]})
    assert live(more, store).done == 12  # a new variant asks its own cells
    server.script.looks = 1
    assert by_batch(more, store).done == 8
    assert set(server.paid.values()) == {1}


def test_another_study_that_shares_the_cells_does_not_ask_them_either(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    server.script.looks = 1000
    by_batch(make(), store, HAND_IN)
    other, said = make(name="other"), Said()
    assert live(other, store, said).total == 0
    assert "harness generate tiny --batch" in said
    assert by_batch(other, store, HAND_IN).total == 0 and len(server.batches) == 1
    server.script.looks = 1
    by_batch(make(), store)
    assert live(other, store).total == 0
    assert count(store, "replies where study = 'other'") == 12


def test_a_batch_of_a_model_that_left_the_study_is_named_and_kept(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    by_batch(make(), store, HAND_IN)
    other = {"name": "new", "backend": "openai", "model": "n", "connect": {"base_url": server.url}}
    said = Said()
    assert by_batch(make(models=[other]), store, said=said).done == 12
    assert "its model 'demo' is no longer in the study" in said
    assert waiting(store.runs).cells == 12
    assert by_batch(make(), store).done == 12


def test_the_database_can_be_made_again_from_the_run_folders(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    server.script.answered, server.script.end = 0.5, "expired"
    study = make()
    by_batch(study, store, Options(first=0.01, settle=0.0, most_requests=5))
    server.script = Script(looks=1000)
    by_batch(study, store, HAND_IN)
    before = all_tables(store)
    store.path.unlink()
    ingest.rebuild(store)
    after = all_tables(store)
    assert all(before[name].equals(after[name]) for name in ("generations", "failures", "prompts", "annotators"))
    assert pipeline.plan_study(study, store).calls == 0


# ---- refusals


def test_a_study_without_a_model_that_has_batches_is_refused(make: Callable[..., Study], store: Store) -> None:
    with pytest.raises(StudyError, match="no model of this study can be asked by batch"):
        by_batch(make(models=[FAKE]), store)
    assert not list(store.runs.glob("*/batch.jsonl"))


def test_dialogues_are_refused_before_anything_is_sent(server: BatchServer, tmp_path: Path) -> None:
    from harness import batch
    from harness.calls import Row
    from harness.slips import Slip
    from harness.types import About, Annotator, Model, Prompt, Variant

    model = Model(ModelIdentity("m", "openai", "m"), Connect(base_url=server.url), About())
    annotator = Annotator("annotator_a", model, Variant("v", "talk.j2", "template_1", {}, {}, {}), "1", {})
    backend = Backend(model.identity, model.connect)
    row = Row("annotator_a", "item_a", 0, "d", "1", "{}")
    said = json.dumps([{"turn": 0, "text": "so", "finish_reason": "stop"}])
    for more, each in ((True, row), (False, row._replace(history=said))):
        with pytest.raises(StudyError, match="a batch cannot hold a dialogue") as caught:
            batch.write(
                iter([each]),
                {"annotator_a": annotator},
                lambda who, fields, told, *_, more=more: Prompt((Message("user", "?"),)) if more or not told else None,
                backend,
                lambda: Slip(tmp_path, lambda path, step: None),
            )
        assert caught.value.where == "talk.j2"
    assert server.seen == []


def test_a_template_that_fails_leaves_nothing_behind(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    study = make(files={"ask.j2": "{{ 1 // (text | length - 7) }} {{ text }}"})  # "Text 9." is 7 long
    with pytest.raises(StudyError, match="cannot be filled"):
        by_batch(study, store, Options(most_requests=3))
    assert server.seen == [] and not list(store.runs.glob("*/batch.jsonl"))


def test_a_server_without_batches_is_named_and_the_cells_stay_free(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    server.script.faults = {"POST files": [404]}
    with pytest.raises(Unusable, match="no Batch API") as caught:
        by_batch(make(), store)
    assert "without --batch" in caught.value.remedy
    assert not list(store.runs.glob("*/batch.jsonl"))
    assert live(make(), store).done == 12


@pytest.mark.parametrize(("status", "words"), [(401, "refused the key"), (400, "takes no such batch"), (403, "key")])
@pytest.mark.parametrize("where", ["POST files", "POST batches"])
def test_a_refusal_leaves_the_cells_free(
    make: Callable[..., Study], server: BatchServer, store: Store, status: int, words: str, where: str
) -> None:
    server.script.faults = {where: [status] * 9}
    with pytest.raises(Unusable, match=words):
        by_batch(make(items=30), store, Options(most_requests=10))
    assert sum(path == where.split()[1] and method == "POST" for method, path, _ in server.seen) == 1
    assert waiting(store.runs).batches == 0 and not list(store.runs.glob("*/batch.jsonl"))


def test_a_model_that_is_refused_does_not_stop_the_other(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    two = [
        {"name": name, "backend": "openai", "model": name, "connect": {"base_url": server.url + path}}
        for name, path in (("bad", "/nowhere"), ("good", ""))
    ]
    said = Said()
    with pytest.raises(Unusable, match="no Batch API"):
        by_batch(make(models=two), store, said=said)
    assert store.sql("select distinct model from replies")["model"].tolist() == ["good"]
    assert "no Batch API" in said


def test_a_batch_that_is_gone_from_the_server_is_named_with_the_way_out(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    by_batch(make(), store, HAND_IN)
    server.batches["batch_0"]["metadata"] = {}
    kept = server.batches.pop("batch_0")
    with pytest.raises(Unusable, match="no such batch") as caught:
        by_batch(make(), store)
    assert "deleting its folder" in caught.value.remedy and waiting(store.runs).cells == 12
    server.batches["batch_0"] = kept
    assert by_batch(make(), store).done == 12


# ---- a bad journey: nothing is paid for twice


@pytest.mark.parametrize(
    "faults",
    [
        {"POST files": [-2]},
        {"POST files": [-1]},
        {"POST files": [500, 429]},
        {"POST batches": [-2]},
        {"POST batches": [-1]},  # it was made, and the answer lost
        {"POST batches": [429, -1]},
        {"POST batches": [503, 500]},
        {"POST batches": [-1], "GET batches": [500, 0, -2]},
        {"POST batches": [-1, -1, -1, -1]},
        {"POST batches": [-2, -2, -2, -2]},
        {"POST batches": [500, 500, 500]},
        {"GET batches/batch_0": [500, -2, 429]},
        {"content": [500, -1, -2]},
    ],
)
def test_what_breaks_on_the_way_is_tried_again_and_paid_once(
    make: Callable[..., Study], server: BatchServer, store: Store, faults: dict[str, list[int]]
) -> None:
    server.script.faults = {where: list(statuses) for where, statuses in faults.items()}
    tally = by_batch(make(), store)
    assert (tally.done, tally.failed) == (12, 0)
    assert len(server.paid) == 12 and set(server.paid.values()) == {1}
    assert count(store, "generations") == 12


def test_an_upload_that_never_works_leaves_nothing(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    server.script.faults = {"POST files": [500] * 99}
    with pytest.raises(Passing, match="500"):
        by_batch(make(), store)
    assert sum(method == "POST" for method, _, _ in server.seen) == 3
    assert not list(store.runs.glob("*/batch.jsonl"))


def test_of_twins_one_is_kept_and_the_other_cancelled(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    """A server whose list lags shows a batch only after it was made again."""
    server.script = Script(looks=1000, lists=False)
    server.script.faults = {"POST batches": [-1, -1, -1]}
    study = make()
    by_batch(study, store, HAND_IN)
    assert len(server.batches) == 3
    server.script.lists = True
    by_batch(study, store, HAND_IN)
    assert [batch["status"] for batch in server.batches.values()] == ["in_progress", "cancelled", "cancelled"]


# ---- killed


RUN = """
import sys
from harness import pipeline
from harness.batching import Options
from harness.store import Store
from harness.study import Study
options = Options(first=0.02, longest=0.05, settle=0.01, most_requests=int(sys.argv[3]))
pipeline.generate_study(Study.load(sys.argv[1]), Store(sys.argv[2]), batch=options)
"""


def start(study: Study, store: Store, most_requests: int = 5) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, str(study.folder), str(store.runs), str(most_requests)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.parametrize(
    "strike",
    [
        f"{when} {what}"
        for when in ("before", "after")
        for what in ("POST files", "POST batches", "GET batch", "GET content")
    ],
)
def test_a_killed_run_goes_on_and_pays_once(
    make: Callable[..., Study], server: BatchServer, store: Store, strike: str
) -> None:
    server.script.strike = strike
    study = make()
    server.victim = process = start(study, store)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert count(store, "replies") == 0 if store.path.exists() else True
    tally = by_batch(study, store)
    assert count(store, "generations") == 12
    assert tally.done <= 12
    assert len(server.paid) == 12 and set(server.paid.values()) == {1}
    assert waiting(store.runs).batches == 0
    assert live(study, store).total == 0 and server.live == []


@pytest.mark.parametrize("strike", ["after POST batches", "before POST batches"])
def test_after_a_kill_a_plain_run_leaves_alone_what_may_have_been_sent(
    make: Callable[..., Study], server: BatchServer, store: Store, strike: str
) -> None:
    server.script.strike = strike
    study = make()
    server.victim = process = start(study, store, 12)
    process.communicate(timeout=60)
    assert live(study, store).total == 0
    assert by_batch(study, store).done == 12
    assert set(server.paid.values()) == {1}


@pytest.mark.parametrize("seed", range(4))
def test_kills_at_any_time_cost_nothing(
    make: Callable[..., Study], server: BatchServer, store: Store, seed: int
) -> None:
    """Killed again and again at random moments, each cell is still in exactly one batch."""
    chance = random.Random(seed)
    server.script.looks = 3
    study = make(items=20)
    for _ in range(4):
        enough = len(server.seen) + chance.randrange(20)
        process = start(study, store, 3)
        while len(server.seen) < enough and process.poll() is None:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.05)
        process.kill()
        process.communicate()
    by_batch(study, store, Options(first=0.01, longest=0.02, settle=0.01, most_requests=3))
    assert count(store, "generations") == 20
    assert len(server.paid) == 20 and set(server.paid.values()) == {1}
    text = store.sql(f"select generation_id from '{store.runs}/*/generations.parquet'")["generation_id"]
    assert text.is_unique and len(text) == 20


def test_what_a_kill_left_beside_a_collected_batch_is_cleared(
    make: Callable[..., Study], server: BatchServer, store: Store
) -> None:
    by_batch(make(), store)
    (folder,) = [path.parent for path in store.runs.glob("*/batch.jsonl")]
    (folder / "cells.jsonl").write_text("{}\n")
    by_batch(make(), store)
    assert not (folder / "cells.jsonl").exists() and (folder / "run.json").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_wait_leaves_the_batches_running(
    make: Callable[..., Study], server: BatchServer, store: Store, number: int
) -> None:
    server.script.looks = 10**9
    study = make()
    process = start(study, store, 12)
    deadline = time.monotonic() + 30
    while server.looked["batch_0"] < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, number)
    said = process.communicate(timeout=20)[0]
    assert "batches that were handed in go on; run again" in said
    assert server.batches["batch_0"]["status"] == "in_progress"
    server.script.looks = 1
    assert by_batch(study, store).done == 12
    assert set(server.paid.values()) == {1}


def test_a_torn_note_is_no_stumbling_block(make: Callable[..., Study], server: BatchServer, store: Store) -> None:
    by_batch(make(), store, HAND_IN)
    (path,) = store.runs.glob("*/batch.jsonl")
    path.write_bytes(path.read_bytes()[:-10])  # the power was cut before the batch's id was on the disk
    assert waiting(store.runs).cells == 12
    assert by_batch(make(), store).done == 12
    assert len(server.batches) == 1


# ---- the key


def test_the_key_is_in_no_file_message_or_log(
    make: Callable[..., Study], server: BatchServer, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"error": {"message": f"bad key {KEY} and {SECRET}", "code": "x"}}
    lines = iter(range(100))
    server.script.answer = lambda line: (500, echo) if next(lines) % 2 else (200, chat("yes"))
    study, said = make(connect={"headers": {"x-auth": SECRET}}), Said()
    by_batch(study, store, HAND_IN, said)
    server.script.looks = 2
    by_batch(study, store, HAND_IN, said)
    raw = b"".join(path.read_bytes() for path in store.runs.rglob("*") if path.is_file())
    by_batch(study, store, said=said)
    server.script.faults = {"POST files": [401]}
    with pytest.raises(Unusable) as caught:
        by_batch(study, store, said=said)
    raw += b"".join(path.read_bytes() for path in store.runs.rglob("*") if path.is_file())
    shown = [
        raw.decode(errors="replace"),
        caplog.text,
        "\n".join(said),
        str(caught.value),
        "".join(traceback.format_exception(caught.value)),
    ]
    for text in shown:
        assert KEY not in text and SECRET not in text
    assert all(h["authorization"] == f"Bearer {KEY}" and h["x-auth"] == SECRET for _, _, h in server.seen)


def test_only_what_a_live_call_would_send_is_sent(
    make: Callable[..., Study], server: BatchServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package reads the environment; a study's own address is sent none of it."""
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"OPENAI_{name}", SECRET)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"x-custom: {SECRET}")
    model = {"name": "demo", "backend": "openai", "model": "m", "connect": {"base_url": server.url}}
    by_batch(make(models=[model]), store)
    assert len(server.seen) > 3
    assert not [1 for _, _, headers in server.seen if SECRET in str(headers) or "authorization" in headers]


def test_the_package_is_named_where_it_is_missing(make: Callable[..., Study], store: Store, tmp_path: Path) -> None:
    (tmp_path / "hide").mkdir()
    (tmp_path / "hide" / "sitecustomize.py").write_text("import sys\nsys.modules['openai'] = None\n")
    command = [sys.executable, "-c", RUN, str(make().folder), str(store.runs), "5"]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path / 'hide'}{os.pathsep}{Path.cwd()}"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert "Unusable: batches need the package openai" in done.stderr, done.stderr
    assert "pip install 'harness[batch]'" in done.stderr
    assert waiting(store.runs).batches == 0


# ---- the endpoint itself


def door(server: BatchServer, **connect: Any) -> Any:
    connect = {"base_url": server.url, "api_key_env": "DEMO_KEY"} | connect
    return Backend(ModelIdentity("demo", "openai", "m"), Connect(**connect)).batches()


async def test_batches_are_found_by_metadata_over_many_pages(server: BatchServer, tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"custom_id": "1"}\n')
    batches = door(server)
    file_id = await batches.upload(path, "f.jsonl")
    made = [await batches.create(file_id, {"run": str(n % 3), "study": "s"}) for n in range(9)]
    found = await batches.find({"run": "1"}, 0.0)
    assert [state.batch_id for state in found] == [made[n].batch_id for n in (1, 4, 7)]
    assert await batches.find({"run": "none"}, 0.0) == []
    assert await batches.find({"run": "0"}, time.time() + 10**6) == []  # the first page is old enough
    assert (await batches.cancel(made[0].batch_id)).status == "cancelled"
    assert isinstance(made[0], BatchState)
    await batches.close()


async def test_a_query_of_the_address_stays_and_redirects_are_refused(server: BatchServer, tmp_path: Path) -> None:
    batches = door(server, base_url=server.url + "?api-version=1")
    await batches.find({}, 0.0)
    assert server.seen[-1][:2] == ("GET", "batches")
    server.script.faults = {"GET batches": [307]}
    with pytest.raises(Unusable, match="redirects"):
        await batches.find({}, 0.0)
    await batches.close()


async def test_nobody_at_the_address(server: BatchServer) -> None:
    batches = door(server, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(Passing, match="connection broke"):
        await batches.retrieve("batch_0")
    await batches.close()

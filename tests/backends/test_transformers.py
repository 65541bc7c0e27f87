"""The embedded default: what it refuses and how it is fetched need no model; the rest runs the real one."""

from __future__ import annotations

import asyncio
import hashlib
import io
import math
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness import embedded
from harness.backends import _hub
from harness.backends.transformers import Backend, Waiting, choose, mix_seeds
from harness.embedded import Embedded, Part, check_hash, folder_of, list_embedded, put_together
from harness.errors import Rejected, Unusable
from harness.types import Cell, Connect, Constraint, Message, ModelIdentity, Reply, Request

MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct"
LARGER = "Qwen/Qwen2.5-Coder-0.5B-Instruct"
CELL = Cell("test", "1", 0)


def make_backend(**changes: object) -> Backend:
    identity = {"name": "smollm2", "backend": "transformers", "model": MODEL, "dtype": "float32", **changes}
    return Backend(ModelIdentity(**identity), Connect(batch=8))  # type: ignore[arg-type]


def ask(text: str, stream: int = 1, **asked: object) -> Request:
    return Request(f"generation_{stream}", (Message("user", text),), {"max_tokens": 8, **asked}, stream, CELL)


# --- no model -----------------------------------------------------------------------------------------


def test_importing_the_backend_imports_no_model_library():
    code = (
        "import sys, harness.backends.transformers, harness.embedded\n"
        "print([m for m in ('torch', 'transformers', 'huggingface_hub') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


async def test_unknown_ask_keys_are_refused_before_anything_loads():
    backend = make_backend()
    with pytest.raises(Unusable, match=r"logprobs, n\b") as caught:
        await backend.complete(ask("Hello", n=3, logprobs=True))
    assert "max_tokens, seed, stop, temperature, top_k, top_p" in caught.value.remedy
    await backend.close()


async def test_a_format_that_it_cannot_hold_is_refused_before_anything_loads():
    backend = make_backend()
    request = replace(ask("Hello"), constraint=Constraint("json", schema={"type": "object"}))
    with pytest.raises(Unusable, match="format json") as caught:
        await backend.complete(request)
    assert "vllm" in caught.value.remedy and "choice and scores" in caught.value.remedy
    await backend.close()


@pytest.mark.parametrize(("changes", "word"), [({"dtype": "int3"}, "float16"), ({"quantization": "q8"}, "openai")])
async def test_what_cannot_be_served_says_what_can(changes: dict[str, str], word: str):
    backend = make_backend(**changes)
    with pytest.raises(Unusable) as caught:
        await backend.complete(ask("Hello"))
    assert word in caught.value.remedy
    await backend.close()


def test_every_listed_package_is_pinned_and_hashed():
    listed = list_embedded()
    assert {MODEL, LARGER} <= set(listed)
    for entry in listed.values():
        assert re.fullmatch(r"[0-9a-f]{64}", entry.sha256)
        assert entry.licence and all(part.version and part.file for part in entry.parts)
        assert len({part.file for part in entry.parts}) == len(entry.parts)
        assert entry.fingerprint == f"gguf-{entry.quantization}:{entry.sha256[:16]}"


def make_entry(*parts: str, sha256: str = "0" * 64) -> Embedded:
    """List a model in packages that exist nowhere, a part in each."""
    carried = tuple(Part(name, "1.0", f"{name.replace('-', '_')}/data.bin") for name in parts or ("no-such-model",))
    return Embedded(carried, sha256, "q4_1", single_digits=False, licence="MIT")


def make_wheel(folder: Path, part: Part, held: bytes, name: str | None = None) -> Path:
    wheel = folder / f"{part.package.replace('-', '_')}-{part.version}-py3-none-any.whl"
    info = f"{part.package.replace('-', '_')}-{part.version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(name or part.file, held)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {part.package}\nVersion: {part.version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give a folder whose wheels are all that pip finds."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_a_model_in_several_wheels_is_put_together_in_order(index: Path, tmp_path: Path):
    whole = b"GGUF and then something else"
    entry = make_entry("tiny-b", "tiny-a", "tiny-c", sha256=hashlib.sha256(whole).hexdigest())
    for part, held in zip(entry.parts, (whole[:5], whole[5:20], whole[20:]), strict=True):
        make_wheel(index, part, held)
    gguf = tmp_path / "model.gguf"
    put_together(entry, gguf)
    assert gguf.read_bytes() == whole
    check_hash(gguf, entry)
    assert list(tmp_path.glob("wheel-*")) == [], "no wheel is kept"
    swapped = replace(entry, parts=entry.parts[::-1])
    put_together(swapped, gguf)
    with pytest.raises(Unusable, match="not the ones that were tested") as caught:
        check_hash(gguf, swapped)
    assert "tiny-c==1.0 + tiny-a==1.0 + tiny-b==1.0" in caught.value.where


def test_an_installed_package_is_read_where_it_lies_and_not_imported(
    index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    entry = make_entry("tiny-installed", "tiny-on-index")
    make_wheel(index, entry.parts[1], b" and loaded")
    package = tmp_path / "site" / "tiny_installed"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    (package / "data.bin").write_bytes(b"installed")
    monkeypatch.syspath_prepend(str(package.parent))
    put_together(entry, tmp_path / "model.gguf")
    assert (tmp_path / "model.gguf").read_bytes() == b"installed and loaded"


def test_wheels_without_the_weights_and_missing_ones_are_refused(index: Path, tmp_path: Path):
    entry = make_entry("tiny-empty")
    with pytest.raises(Unusable, match="pip failed") as caught:
        put_together(entry, tmp_path / "model.gguf")
    assert "tiny-empty==1.0" in caught.value.where
    make_wheel(index, entry.parts[0], b"GGUF", "tiny_empty/readme.txt")
    with pytest.raises(Unusable, match=r"does not hold tiny_empty/data\.bin"):
        put_together(entry, tmp_path / "model.gguf")
    broken = tmp_path / "broken.whl"
    broken.write_bytes(b"no zip")
    with pytest.raises(Unusable, match="does not hold"):
        embedded.unpack(broken, entry.parts[0], io.BytesIO())


@pytest.mark.parametrize(
    ("said", "word"), [("No module named pip", "uv pip install"), ("ERROR: no network", "package index")]
)
def test_a_failing_pip_leads_to_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, word: str):
    done = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(embedded.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(Unusable) as caught:
        embedded.download_wheel(make_entry().parts[0], tmp_path)
    assert word in caught.value.remedy


def test_a_folder_is_taken_as_it_is_and_told_by_its_weights(tmp_path: Path):
    (tmp_path / "model.safetensors").write_bytes(b"one")
    folder, first = folder_of(str(tmp_path), None)
    assert folder == str(tmp_path) and first.startswith("local:")
    (tmp_path / "model.safetensors").write_bytes(b"two")
    assert folder_of(str(tmp_path), None)[1] != first


def test_the_order_of_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    monkeypatch.setattr(_hub, "find_held", lambda *_: None)
    monkeypatch.setattr(_hub, "fetch", lambda *_: None)
    with pytest.raises(Unusable, match="the hub does not answer"):
        folder_of("nobody/no-such-model", None)
    with pytest.raises(Unusable, match="the hub does not answer"):  # a package's weights are of no revision
        folder_of(MODEL, "main")
    made = tmp_path / "models" / f"HuggingFaceTB--SmolLM2-135M-Instruct-{list_embedded()[MODEL].sha256[:16]}"
    made.mkdir(parents=True)
    assert folder_of(MODEL, None) == (str(made), list_embedded()[MODEL].fingerprint)
    monkeypatch.setattr(_hub, "find_held", lambda *_: ("held", "hub:1"))
    assert folder_of(MODEL, None) == ("held", "hub:1")


def test_conversion_appears_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def break_off(_gguf: Path, into: Path, *, single_digits: bool) -> None:
        into.mkdir()
        raise OSError("disk full")

    monkeypatch.setattr(_hub, "convert_gguf", break_off)
    with pytest.raises(OSError, match="disk full"):
        embedded.keep_converted(tmp_path / "tiny.gguf", make_entry(), tmp_path / "models" / "tiny")
    assert list((tmp_path / "models").iterdir()) == []


async def test_a_batch_prefers_what_begins_alike_and_always_takes_the_oldest():
    class Job:
        def __init__(self, *tokens: int) -> None:
            self.tokens = tokens

    def wait(*tokens: int) -> Waiting:
        return Waiting(Job(*tokens), asyncio.get_running_loop().create_future())  # type: ignore[arg-type]

    beginning, other = tuple(range(1000)), tuple(range(5000, 6000))
    waiting = [wait(*beginning, 1), wait(*other, 1), wait(*beginning, 2), wait(*other, 2), wait(*beginning, 1)]
    oldest = waiting[0]
    batch = choose(waiting, 4)
    assert oldest in batch
    assert {w.job.tokens[0] for w in batch} == {0} and len(batch) == 3
    assert len(waiting) == 2
    assert len(choose(waiting, 1)) == 1


def test_seeds_mix_and_fit_torch():
    assert mix_seeds(1, None) != mix_seeds(2, None) != mix_seeds(2, 7)
    assert 0 <= mix_seeds(2**200, 3) < 2**63


# --- the real model -----------------------------------------------------------------------------------


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    made = make_backend()
    yield made
    await made.close()


@pytest.mark.model
async def test_real_answers_are_counted_and_honest_about_their_end(backend: Backend):
    question = "What is the capital of France? Answer with one word."
    ended, cut, stopped, listed = await asyncio.gather(
        backend.complete(ask(question, temperature=0, max_tokens=40)),
        backend.complete(ask("Tell me a long story.", temperature=0, max_tokens=5)),
        backend.complete(ask(question, temperature=0, max_tokens=40, stop="ris")),
        backend.complete(ask(question, temperature=0, max_tokens=40, stop=["zzz", "Par"])),
    )
    assert "Paris" in ended.text and ended.finish_reason == "stop" and (ended.tokens_out or 0) < 40
    assert cut.finish_reason == "length" and cut.tokens_out == 5
    assert stopped.finish_reason == "stop" and stopped.text == ended.text.split("ris")[0]
    assert listed.text == ended.text.split("Par")[0]
    assert ended.model_served == MODEL
    assert re.match(r"hub:|gguf-q4_1:b179c952", ended.fingerprint or "")
    alone = await backend.complete(ask("Tell me a long story.", temperature=0, max_tokens=1))
    assert alone.tokens_in == cut.tokens_in != ended.tokens_in, "padding is not counted"


@pytest.mark.model
async def test_the_same_seed_draws_the_same_whoever_is_in_the_batch(backend: Backend):
    """In float32: in bfloat16, another shape of the batch may round a near-tie the other way."""

    def mine(seed: int = 5) -> Request:
        return ask("Say something about the sea.", seed, temperature=1.0, max_tokens=12)

    others = [ask(f"Name {i} animals, and say why. " * i, i, temperature=1.0, max_tokens=3 * i) for i in (1, 2, 3)]
    alone: Reply = await backend.complete(mine())
    together = await asyncio.gather(*map(backend.complete, [*others, mine(), mine(6), mine()]))
    assert together[3].text == together[5].text == alone.text
    assert together[4].text != alone.text
    narrow = await backend.complete(ask("Say something about the sea.", 5, temperature=1.0, top_k=1, max_tokens=12))
    greedy = await backend.complete(ask("Say something about the sea.", 9, temperature=0, max_tokens=12))
    nucleus = await backend.complete(ask("Say something about the sea.", 7, top_p=1e-9, max_tokens=12))
    assert narrow.text == greedy.text == nucleus.text, "temperature 0, top_k 1 and a tiny top_p are one thing"
    reseeded = await backend.complete(ask("Say something about the sea.", 5, seed=1, max_tokens=12))
    assert reseeded.text != alone.text, "ask.seed is mixed into the stream"


@pytest.mark.model
async def test_reading_a_shared_beginning_once_changes_nothing(backend: Backend):
    beginning = "You are asked about many things, and you answer each of them as briefly as you can. " * 3
    questions = [beginning + end for end in ("What is two plus two?", "Who wrote Hamlet, the play?", "Why?")]
    together = await asyncio.gather(*(backend.complete(ask(q, temperature=0)) for q in questions * 2))
    alone = [await backend.complete(ask(q, temperature=0)) for q in questions]
    assert [r.text for r in together] == [r.text for r in alone] * 2
    assert [r.tokens_in for r in together] == [r.tokens_in for r in alone] * 2


@pytest.mark.model
async def test_what_does_not_fit_is_rejected_and_the_rest_goes_on(backend: Backend):
    with pytest.raises(Rejected, match="8192 of context"):
        await backend.complete(ask("word " * 9000))
    assert (await backend.complete(ask("Hello"))).text


@pytest.mark.model
def test_draws_follow_the_distribution():
    """4,000 tokens against the softmax that they were drawn from: chi-squared over five cells."""
    import torch

    from harness.backends._chat import Job, Row, draw

    scores = torch.tensor([2.0, 1.0, 0.0, -1.0, 0.5])
    job = Job(tokens=(1,), max_tokens=1, temperature=0.7)
    drawn = torch.tensor([draw(scores, Row(job, torch.Generator().manual_seed(i))) for i in range(4000)])
    expected = (scores / 0.7).softmax(0) * 4000
    assert ((drawn.bincount(minlength=5) - expected) ** 2 / expected).sum() < 18.5, "p < 0.001 at 4 degrees"


OPTIONS = ("Paris", "London", "Not Paris at all, no", "Rome")
LONG = "You are asked about many things, and you answer each of them as briefly as you can. " * 3
QUESTIONS = [
    "What is the capital of France? Answer with one word.",
    *(f"{LONG} {end}" for end in ("What is the capital of Italy?", "Name a city.", "Where does the King live?")),
]


@pytest.mark.model
async def test_scores_are_those_of_whole_options_computed_one_by_one(backend: Backend):
    import torch

    wanted = Constraint("scores", OPTIONS)
    requests = [replace(ask(question, n, temperature=0.1), constraint=wanted) for n, question in enumerate(QUESTIONS)]
    mixed = [*requests, ask("Tell me a story.", max_tokens=3), requests[0]]
    *replies, said, again = await asyncio.gather(*map(backend.complete, mixed))
    assert said.text and said.scores is None and said.finish_reason == "length"
    assert again.scores == pytest.approx(replies[0].scores, abs=1e-4)
    assert backend._loading is not None
    chat, _ = await backend._loading
    for request, reply in zip(requests, replies, strict=True):
        assert (reply.text, reply.finish_reason, reply.tokens_out) == ("", "scores", 0)
        assert reply.scores is not None and list(reply.scores) == list(OPTIONS)
        prompt = chat.encode([{"role": "user", "content": request.messages[0].content}], {})
        assert reply.tokens_in == len(prompt)
        for option in OPTIONS:
            tokens = [*prompt, *chat.tokenizer(option, add_special_tokens=False)["input_ids"]]
            with torch.inference_mode():
                logs = chat.model(torch.tensor([tokens])).logits[0].float().log_softmax(-1)
            own = sum(float(logs[at - 1, tokens[at]]) for at in range(len(prompt), len(tokens)))
            end = math.log(sum(math.exp(float(logs[-1, token])) for token in chat.ends))
            assert reply.scores[option] == pytest.approx(own + end, abs=2e-3)
        assert sum(map(math.exp, reply.scores.values())) < 1
    assert max(replies[0].scores or {}, key=(replies[0].scores or {}).__getitem__) == "Paris"


@pytest.mark.model
async def test_a_choice_is_drawn_from_the_scores(backend: Backend):
    scored = await backend.complete(replace(ask(QUESTIONS[2]), constraint=Constraint("scores", OPTIONS)))
    assert scored.scores is not None
    warmed = {option: math.exp(score / 2) for option, score in scored.scores.items()}
    wanted = Constraint("choice", OPTIONS)

    def choose_with(seed: int, **asked: object) -> Request:
        return replace(ask(QUESTIONS[2], seed, **asked), constraint=wanted)

    drawn = await asyncio.gather(*(backend.complete(choose_with(n, temperature=2.0)) for n in range(200)))
    texts = [reply.text for reply in drawn]
    for option in OPTIONS:
        share = warmed[option] / sum(warmed.values())
        assert abs(texts.count(option) / 200 - share) <= 4 * math.sqrt(share * (1 - share) / 200) + 1e-9
    assert {reply.finish_reason for reply in drawn} == {"stop"} and all(reply.scores is None for reply in drawn)
    again = await backend.complete(choose_with(7, temperature=2.0))
    assert again == drawn[7]
    likeliest = max(scored.scores, key=scored.scores.__getitem__)
    for asked in ({"temperature": 0}, {"top_k": 1}, {"top_p": 1e-9}):
        assert (await backend.complete(choose_with(3, **asked))).text == likeliest


@pytest.mark.model
async def test_options_that_do_not_fit_are_rejected(backend: Backend):
    long = replace(ask("word " * 8150), constraint=Constraint("scores", ("yes " * 100, "no")))
    with pytest.raises(Rejected, match="8192 of context"):
        await backend.complete(long)


# --- the larger model, where the hub cannot be reached -------------------------------------------------


@pytest.mark.grid  # 470 MB to download and minutes to convert, for three short answers: not in CI
async def test_the_larger_model_answers_whole_questions(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_hub, "find_held", lambda *_: None)
    monkeypatch.setattr(_hub, "fetch", lambda *_: None)
    backend = make_backend(model=LARGER, dtype=None)
    sky = "Answer with one word: what colour is the sky on a clear day?"
    said, sum_, chosen = await asyncio.gather(
        backend.complete(ask(sky, temperature=0)),
        backend.complete(ask("What is 17 + 25? Answer with the number only.", temperature=0)),
        backend.complete(replace(ask(sky), constraint=Constraint("scores", ("red", "blue", "plaid")))),
    )
    assert said.text.strip(" .").lower() == "blue" and said.finish_reason == "stop"
    assert sum_.text == "42"
    assert chosen.scores is not None and max(chosen.scores, key=chosen.scores.__getitem__) == "blue"
    assert said.fingerprint == "gguf-q4_k_m:1d9614638d18024d" and said.model_served == LARGER
    assert backend._loading is not None
    chat, _ = await backend._loading
    pieces = chat.tokenizer.convert_ids_to_tokens(chat.spell("It's 20482"))
    assert pieces == ["It", "'s", "Ġ", *"20482"], "numbers are read digit by digit, as Qwen's were in training"
    await backend.close()

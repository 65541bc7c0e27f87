"""How fast is asking a vLLM engine in this process? The harness's whole path beside bare vLLM, in one run.

    python benchmarks/vllm_engine.py [model] [items]

(a) the same prompts by ``vllm.LLM.chat``, the bare way, and by ``harness.generate``: templates, the engine's
backend, the journal on disk; both engines stand side by side and take turns, with empty caches. (b) the
harness with and without its read-ahead, which sorts calls by their text, where prompts begin with the item
and a study asks variant after variant, in a cache that does not hold all items. Prints seconds and ratios,
the best of the rounds: what else the machine does only ever slows.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from harness.backends.vllm import ENVIRONMENT, Backend
from harness.calls import Row
from harness.embedded import folder_of
from harness.generate import Asking, Tally, generate
from harness.ids import content_id
from harness.plan import Prompts
from harness.store.folders import Journal
from harness.study import Study
from tests.studies import write_study

MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct"
ROUNDS = 3
ARTICLES = 40
ENGINE = {"enforce_eager": True, "max_model_len": 2048}
ROOMY, TIGHT = 1 << 30, 1 << 27
SHORT = """You read comments from a forum and judge them. You answer with one word and nothing else.

Comment: {{ text }}

Is it {{ asked }}? Answer {{ options | join(' or ') }}.
"""
ITEM_FIRST = "Article: {{ text }}\n\nIs it {{ asked }}? Answer {{ options | join(' or ') }}.\n"
WORDS = ["ironic", "friendly", "serious", "angry", "about the weather", "a question", "formal", "a joke"]


class Kept(Backend):
    """The backend as it is, but ``generate`` does not close it: several runs share one engine."""

    async def close(self) -> None:
        """Stay."""

    async def empty(self) -> None:
        """Forget all prompts."""
        assert self._loading is not None
        assert await (await self._loading).llm.reset_prefix_cache()

    async def end(self) -> None:
        """Close after all."""
        await super().close()


def make_study(folder: Path, template: str, model: str, cache: int, variants: int) -> Study:
    """Write and load a study of so many variants."""
    block = {
        "name": "bench",
        "backend": "vllm",
        "model": model,
        "connect": {"engine": {**ENGINE, "kv_cache_memory_bytes": cache}},
    }
    spec = {"models": [block], "vary": {"asked": WORDS[:variants]}, "ask": {"temperature": 0, "max_tokens": 8}}
    return Study.load(write_study(folder, files={"ask.j2": template}, **spec))


def make_rows(study: Study, texts: list[str]) -> list[Row]:
    """Make the cells in the order of a plan: variant after variant."""
    return [
        Row(a.annotator_id, content_id("item", [key]), 0, "bench", str(key), json.dumps({"text": text}))
        for a in study.annotators
        for key, text in enumerate(texts)
    ]


async def ask(study: Study, rows: list[Row], backend: Backend) -> tuple[float, Tally, int]:
    """Run ``generate`` over the cells: seconds, tally, and how many tokens of prompts were cached."""
    with tempfile.TemporaryDirectory() as folder:
        generations, failures = (Journal(Path(folder) / f"{name}.jsonl") for name in ("generations", "failures"))
        tally = Tally(total=len(rows))
        began = time.perf_counter()
        await generate(
            [Asking(backend, study.models[0].connect, iter(rows))],
            {a.annotator_id: a for a in study.annotators},
            Prompts(study),
            generations,
            failures,
            tally,
            lambda: datetime.datetime.now(datetime.UTC),
            lambda _: None,
        )
        generations.close()
        seconds = time.perf_counter() - began
        failures.close()
        lines = (Path(folder) / "generations.jsonl").read_text("utf-8").splitlines()
        assert tally.done == len(rows) == len(lines), f"{tally.done} of {len(rows)} answered"
        return seconds, tally, sum(json.loads(line)["tokens_cached"] or 0 for line in lines)


def open_bare(study: Study, rows: list[Row]) -> tuple[Any, Any]:
    """Load vLLM's own LLM with the engine that the backend makes, and give a way to run the prompts."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    from vllm import LLM, SamplingParams
    from vllm.platforms import current_platform

    from harness.backends._vllm import cpu_defaults

    arguments = dict(study.models[0].connect.engine)
    defaults = cpu_defaults(arguments) if current_platform.is_cpu() else {}
    folder, _ = folder_of(study.models[0].identity.model, None)
    llm = LLM(model=folder, generation_config="vllm", use_tqdm_on_load=False, seed=0, **defaults, **arguments)
    fill, annotators = Prompts(study), {a.annotator_id: a for a in study.annotators}
    filled = [fill(annotators[row.annotator_id], json.loads(row.fields), ()) for row in rows]
    chats = [[{"role": m.role, "content": m.content} for m in prompt.messages] for prompt in filled if prompt]
    params = SamplingParams(temperature=0, max_tokens=8)

    def chat() -> float:
        assert llm.reset_prefix_cache()
        began = time.perf_counter()
        outs = llm.chat(chats, params, use_tqdm=False)
        assert len(outs) == len(rows)
        return time.perf_counter() - began

    return llm, chat


async def beside_bare(study: Study, rows: list[Row]) -> None:
    """Print the harness beside bare vLLM."""
    llm, chat = open_bare(study, rows)
    backend = Kept(study.models[0].identity, study.models[0].connect)
    await ask(study, rows[:16], backend)
    llm.chat([[{"role": "user", "content": "Hello"}]], use_tqdm=False)
    bare, ours = [], []
    tokens = 0
    for _ in range(ROUNDS):
        bare.append(chat())
        await backend.empty()
        seconds, tally, _ = await ask(study, rows, backend)
        ours.append(seconds)
        tokens = tally.tokens_in
    llm.llm_engine.engine_core.shutdown()
    await backend.end()
    print(f"(a) {len(rows)} prompts, {tokens / len(rows):.0f} tokens each, 8 out at most, {ROUNDS} rounds")
    print(f"    vllm.LLM.chat      {min(bare):7.2f} s  {len(rows) / min(bare):7.1f} a second  {shown(bare)}")
    print(f"    harness.generate   {min(ours):7.2f} s  {len(rows) / min(ours):7.1f} a second  {shown(ours)}")
    print(f"    ratio of the rates {min(bare) / min(ours):7.3f}", flush=True)


async def beside_unsorted(study: Study, rows: list[Row]) -> None:
    """Print the read-ahead beside the study's own order."""
    backend = Kept(study.models[0].identity, study.models[0].connect)
    await ask(study, rows[:16], backend)
    took: dict[int, list[float]] = {1: [], Backend.READ_AHEAD: []}
    cached: dict[int, int] = {}
    tokens = 0
    for _ in range(ROUNDS):
        for read_ahead, seconds in took.items():
            backend.READ_AHEAD = read_ahead  # type: ignore[misc]
            await backend.empty()
            one, tally, cached[read_ahead] = await ask(study, rows, backend)
            seconds.append(one)
            tokens = tally.tokens_in
    await backend.end()
    natural, ahead = took[1], took[Backend.READ_AHEAD]
    print(f"(b) {len(rows)} prompts that begin with their item, {tokens / len(rows):.0f} tokens each")
    for told, read_ahead, seconds in (("as planned", 1, natural), ("sorted", Backend.READ_AHEAD, ahead)):
        share = cached[read_ahead] / tokens
        print(f"    {told:<18} {min(seconds):7.2f} s  {share:7.0%} of the tokens cached  {shown(seconds)}")
    print(f"    ratio of the rates {min(natural) / min(ahead):7.3f}", flush=True)


def shown(seconds: list[float]) -> str:
    """Show all rounds."""
    return "(" + ", ".join(f"{one:.2f}" for one in seconds) + ")"


async def main() -> None:
    """Measure both."""
    model = sys.argv[1] if len(sys.argv) > 1 else MODEL
    items = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    with tempfile.TemporaryDirectory() as folder:
        short = make_study(Path(folder) / "short", SHORT, model, ROOMY, len(WORDS))
        texts = [
            f"The {i} sheep of the valley went up the hill again, and nobody asked them why." for i in range(items)
        ]
        await beside_bare(short, make_rows(short, texts))
        long = make_study(Path(folder) / "long", ITEM_FIRST, model, TIGHT, 4)
        article = "On day {0} the river rose, and the people of the town moved uphill. " * 8
        articles = [f"Number {i}. {article.format(i)}" for i in range(ARTICLES)]
        await beside_unsorted(long, make_rows(long, articles))


if __name__ == "__main__":
    asyncio.run(main())

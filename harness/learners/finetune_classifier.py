"""finetune_classifier: an encoder, tuned whole, with one linear head for everybody or one for each annotator.

Any encoder by name: a folder, or a model of the hub (``roberta-base``); MiniLM comes with the extra ``finetune``.
The vectors of a text's word pieces are averaged; the loss is the cross-entropy with the shares of the classes, so
that a soft label is learned as one. With ``heads = "voices"`` each annotator who said ``least`` rows or more has a
head of their own, all others share one, and the prediction is the mean of the heads' probabilities: the crowd, and
not its majority.

A tenth of the clusters is held out of the fit, which stops when their loss has not fallen for ``patience`` epochs and
keeps the epoch at which it was lowest. A fit that was killed goes on from its last checkpoint, and ends as it would
have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from harness.ids import seed_of
from harness.learners._tuning import Pace, batches, hold_out, tune
from harness.learners._weights import MINILM, device, locate

if TYPE_CHECKING:
    from harness.types import Lesson, Workplace

VERSION = "1"
PACKAGES = ("torch", "transformers")
EXTRA = "finetune"
SERVES = ("classify", "prefer")
FEATURES = None
OPTIONS: dict[str, Any] = {
    "model": MINILM,
    "heads": "one",  # one | voices
    "least": 20,  # rows of an annotator who has a head of their own
    "epochs": 5,
    "rate": 2e-5,
    "head_rate": 1e-3,  # of the heads, which begin at nothing
    "decay": 0.01,
    "batch": 16,
    "longest": 256,  # word pieces of an input
    "held": 0.1,  # share of the clusters that stop the fit
    "patience": 2,  # epochs
}


def make(options: Mapping[str, Any], seed: int, place: Workplace) -> Learner:
    """Find the encoder.

    Raises:
        Unusable: it is nowhere to be had.
    """
    return Learner({**OPTIONS, **options}, seed, place)


class Learner:
    """An encoder and its heads."""

    def __init__(self, options: Mapping[str, Any], seed: int, place: Workplace) -> None:
        from transformers import AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self._options, self._seed, self._place = options, seed, place
        self._folder = locate(str(options["model"]))
        self._tokenizer: Any = AutoTokenizer.from_pretrained(self._folder)
        self._told: dict[str, float] = {}

    def fit(self, lesson: Lesson) -> None:
        """Tune the encoder and its heads."""
        import torch

        heads, count = deal_heads(np.asarray(lesson.voices), self._options)
        pieces = self._read(lesson.inputs)
        shares = torch.tensor(np.asarray(lesson.targets), dtype=torch.float32, device=device())
        weights = torch.tensor(np.asarray(lesson.weights), dtype=torch.float32, device=device())

        def loss(rows: Sequence[int]) -> Any:
            made = self._logits([pieces[row] for row in rows])[range(len(rows)), heads[rows]]
            return -(shares[rows] * made.log_softmax(-1)).sum(-1) * weights[rows]

        with torch.random.fork_rng():
            torch.manual_seed(seed_of("begin", self._seed))
            self._build(count, len(lesson.classes))
            options, parts = self._options, hold_out(lesson.groups, self._options["held"], seed_of("held", self._seed))
            rates = [
                (self._model["encoder"].parameters(), options["rate"]),
                (self._model["heads"].parameters(), options["head_rate"]),
            ]
            pace = Pace(options["epochs"], options["batch"], options["patience"], options["decay"])
            self._told = tune(
                self._model, rates, loss, parts, pace, self._seed, self._place.folder, self._place.say
            )  # fmt: skip
        self._told |= {"heads": float(count), "held_out_rows": float(len(parts[1]))}

    def predict_proba(self, inputs: Sequence[Any]) -> npt.NDArray[np.float64]:
        """Give (inputs, classes) probabilities: the mean of the heads."""
        import torch

        pieces = self._read(inputs)
        made = np.empty((len(pieces), self._shape[1]))
        self._model.eval()
        with torch.inference_mode():
            for rows in batches(np.argsort([len(one) for one in pieces]).tolist(), 2 * self._options["batch"]):
                logits = self._logits([pieces[row] for row in rows])
                made[rows] = logits.double().softmax(-1).mean(1).cpu().numpy()
        return made

    def told(self) -> dict[str, float]:
        """Say how the fit went."""
        return self._told

    def _build(self, heads: int, classes: int) -> None:
        import torch
        from transformers import AutoModel

        encoder = AutoModel.from_pretrained(self._folder, dtype=torch.float32)
        linear = torch.nn.Linear(encoder.config.hidden_size, heads * classes)
        torch.nn.init.zeros_(linear.weight)
        torch.nn.init.zeros_(linear.bias)
        self._shape = (heads, classes)
        self._model = torch.nn.ModuleDict({"encoder": encoder, "heads": linear}).to(device())

    def _read(self, inputs: Sequence[Any]) -> list[list[int]]:
        """Cut inputs into word pieces; the parts of a pair have the same room, one after the other."""
        longest = int(self._options["longest"])
        made: list[list[int]] = []
        for one in inputs:
            parts = [one] if isinstance(one, str) else list(one)
            room = longest // len(parts)
            read = self._tokenizer(parts, truncation=True, max_length=room)["input_ids"]
            made.append([piece for part in read for piece in part])
        return made

    def _logits(self, pieces: Sequence[list[int]]) -> Any:
        """Give (texts, heads, classes)."""
        batch = self._tokenizer.pad({"input_ids": list(pieces)}, return_tensors="pt").to(device())
        hidden = self._model["encoder"](**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        return self._model["heads"]((hidden * mask).sum(1) / mask.sum(1)).unflatten(-1, self._shape)


def deal_heads(voices: npt.NDArray[np.int64], options: Mapping[str, Any]) -> tuple[npt.NDArray[np.int64], int]:
    """Give each row the number of its head, and how many heads there are.

    Annotators with ``least`` rows or more have one each; the first is for all others, if there are any.
    """
    names, counts = np.unique(voices[voices >= 0], return_counts=True)
    own = names[counts >= options["least"]] if options["heads"] == "voices" else names[:0]
    shared = int(not np.isin(voices, own).all())
    return np.where(np.isin(voices, own), np.searchsorted(own, voices) + shared, 0), len(own) + shared

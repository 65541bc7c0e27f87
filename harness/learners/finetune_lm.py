"""finetune_lm: a causal language model, tuned by LoRA to answer prompts as the corpus does.

Any causal model by name: a folder, or a model of the hub; the default is the demo's, which every machine can run. The
prompt is put as the model's chat template wants it, or else under ``### Instruction:`` and ``### Response:``, and in
one and the same form when it is taught and when it answers. The loss is that of the answer's tokens and of its end.
It answers by the likeliest token at each step, unless ``temperature`` is above 0.

``corrupt`` is an axis of its own: that share of the rows is taught the answer of another row, so that answers stay
as fluent and as long as they are and only fit no more. (The recipe behind the corrupted sets of arXiv 2401.14698 was
not published.)

On a GPU it computes in bf16. ``four_bit = true`` loads the model in 4-bit NF4 with double quantisation (QLoRA:
Dettmers et al. 2023, arXiv 2305.14314), for which ``pip install bitsandbytes`` and an NVIDIA GPU are needed; then
``model = "meta-llama/Llama-2-7b-hf"``, ``rank = 64`` and ``batch = 6`` fit into 24 GB.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.errors import Unusable
from harness.ids import seed_of
from harness.learners._tuning import Pace, batches, hold_out, tune
from harness.learners._weights import device, locate

if TYPE_CHECKING:
    from harness.types import Lesson, Workplace

VERSION = "2"
PACKAGES = ("torch", "transformers", "peft")
EXTRA = "finetune"
SERVES = ("write",)
FEATURES = None
OPTIONS: dict[str, Any] = {
    "model": "HuggingFaceTB/SmolLM2-135M-Instruct",
    "four_bit": False,
    "rank": 16,
    "alpha": 16,
    "dropout": 0.1,
    "epochs": 3,
    "rate": 2e-4,
    "decay": 0.0,
    "batch": 8,
    "longest": 512,  # tokens of a prompt and its answer
    "held": 0.1,  # share of the clusters that stop the fit
    "patience": 2,  # epochs
    "corrupt": 0.0,  # share of the rows that are taught another row's answer
    "temperature": 0.0,
    "new_tokens": 180,  # of an answer, at most
}
DRAWN = {"temperature": 1.0}  # options with which what it writes is a draw from what it learned
PLAIN = "### Instruction:\n{prompt}\n\n### Response:\n"


def make(options: Mapping[str, Any], seed: int, place: Workplace) -> Learner:
    """Find the model.

    Raises:
        Unusable: it is nowhere to be had, or cannot be loaded in 4 bits here.
    """
    return Learner({**OPTIONS, **options}, seed, place)


class Learner:
    """A language model with LoRA's matrices."""

    def __init__(self, options: Mapping[str, Any], seed: int, place: Workplace) -> None:
        from transformers import AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self._options, self._seed, self._place = options, seed, place
        self._folder = locate(str(options["model"]))
        self._tokenizer: Any = AutoTokenizer.from_pretrained(self._folder)
        self._end = int(self._tokenizer.eos_token_id)
        self._told: dict[str, float] = {}

    def fit(self, lesson: Lesson) -> None:
        """Tune the matrices."""
        import torch

        options = self._options
        targets = corrupted(lesson.targets, float(options["corrupt"]), seed_of("corrupt", self._seed))
        rows = self._read(lesson.inputs, targets)
        weights = torch.tensor(np.asarray(lesson.weights), dtype=torch.float32, device=device())

        def loss(some: Sequence[int]) -> Any:
            sums, counts = self._losses([rows[row] for row in some])
            return sums / counts * weights[some]

        with torch.random.fork_rng():
            torch.manual_seed(seed_of("begin", self._seed))
            self._build()
            parts = hold_out(lesson.groups, options["held"], seed_of("held", self._seed))
            learned = [tensor for tensor in self._model.parameters() if tensor.requires_grad]
            pace = Pace(options["epochs"], options["batch"], options["patience"], options["decay"])
            self._told = tune(
                self._model, [(learned, options["rate"])], loss, parts, pace, self._seed, self._place.folder,
                self._place.say,
            )  # fmt: skip
        self._told["corrupted_rows"] = float(sum(a != b for a, b in zip(targets, lesson.targets, strict=True)))

    def write(self, inputs: Sequence[str]) -> list[str]:
        """Answer prompts."""
        import torch

        prompts = [self._prompt(one) for one in inputs]
        heat, texts = float(self._options["temperature"]), [""] * len(prompts)
        how = {"do_sample": True, "temperature": heat, "top_k": 0, "top_p": 1.0} if heat > 0 else {"do_sample": False}
        self._model.eval()
        with torch.random.fork_rng(), torch.inference_mode():
            torch.manual_seed(seed_of("write", self._seed))
            for some in batches(sorted(range(len(prompts)), key=lambda n: len(prompts[n])), self._options["batch"]):
                batch = self._pad([prompts[n] for n in some], left=True)
                made = self._model.generate(
                    **batch, **how, max_new_tokens=self._options["new_tokens"], pad_token_id=self._end,
                    eos_token_id=self._end,
                )  # fmt: skip
                said = self._tokenizer.batch_decode(made[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
                for n, text in zip(some, said, strict=True):
                    texts[n] = text.strip()
        return texts

    def losses(self, inputs: Sequence[str], texts: Sequence[str]) -> tuple[Any, Any]:
        """Give the sum of -log P over each answer's tokens, as far as it is read, and how many these are."""
        import torch

        rows = self._read(inputs, texts)
        self._model.eval()
        with torch.inference_mode():
            made = [self._losses([rows[n] for n in some]) for some in batches(range(len(rows)), self._options["batch"])]
        sums, counts = (torch.cat(column).cpu().numpy() for column in zip(*made, strict=True))
        return sums, counts

    def perplexity(self, inputs: Sequence[str], texts: Sequence[str]) -> float:
        """Give the perplexity per token of answers, given their prompts; comparable under one tokenizer only."""
        sums, counts = self.losses(inputs, texts)
        return math.exp(float(sums.sum()) / float(counts.sum()))

    def told(self) -> dict[str, float]:
        """Say how the fit went."""
        return self._told

    def _build(self) -> None:
        import torch
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM

        dtype = torch.bfloat16 if device() == "cuda" else torch.float32
        model = AutoModelForCausalLM.from_pretrained(self._folder, dtype=dtype, **self._quantization())
        matrices = LoraConfig(
            r=self._options["rank"], lora_alpha=self._options["alpha"], lora_dropout=self._options["dropout"],
            bias="none", target_modules="all-linear", task_type="CAUSAL_LM",
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by a name that it will drop
            self._model: Any = get_peft_model(model if self._options["four_bit"] else model.to(device()), matrices)
        self._model.generation_config.max_length = None

    def _quantization(self) -> dict[str, Any]:
        if not self._options["four_bit"]:
            return {}
        import importlib.util

        import torch
        from transformers import BitsAndBytesConfig

        if device() != "cuda" or importlib.util.find_spec("bitsandbytes") is None:
            raise Unusable(
                "a model cannot be loaded in 4 bits here", where="[train.finetune_lm] four_bit = true",
                remedy="run it on a machine with an NVIDIA GPU, after pip install bitsandbytes; or four_bit = false",
            )  # fmt: skip
        return {
            "quantization_config": BitsAndBytesConfig(
                load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype=torch.bfloat16,
            ),
            "device_map": {"": 0},
        }  # fmt: skip

    def _prompt(self, prompt: str) -> list[int]:
        if getattr(self._tokenizer, "chat_template", None):
            asked = [{"role": "user", "content": prompt}]
            written = self._tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
            made: list[int] = self._tokenizer(written, add_special_tokens=False)["input_ids"]
        else:
            made = self._tokenizer(PLAIN.format(prompt=prompt))["input_ids"]
        return made[-(int(self._options["longest"]) // 2) :]  # what stands last is the question

    def _read(self, inputs: Sequence[str], texts: Sequence[str]) -> list[tuple[list[int], int]]:
        """Give the tokens of each prompt and its answer, and where the answer begins."""
        made = []
        for prompt, text in zip(inputs, texts, strict=True):
            asked = self._prompt(prompt)
            said = [*self._tokenizer(text, add_special_tokens=False)["input_ids"], self._end]
            made.append((asked + said[: int(self._options["longest"]) - len(asked)], len(asked)))
        return made

    def _losses(self, rows: Sequence[tuple[list[int], int]]) -> tuple[Any, Any]:
        """Give the sum of -log P over each answer's tokens, and how many they are."""
        import torch

        batch = self._pad([tokens for tokens, _ in rows], left=False)
        logits = self._model(**batch).logits[:, :-1].float()
        wanted, at = batch["input_ids"][:, 1:], torch.arange(1, batch["input_ids"].shape[1], device=device())
        begins = torch.tensor([[begin] for _, begin in rows], device=device())
        own = (at >= begins) & batch["attention_mask"][:, 1:].bool()
        each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), wanted, reduction="none") * own
        return each.sum(1), own.sum(1)

    def _pad(self, rows: Sequence[list[int]], *, left: bool) -> dict[str, Any]:
        import torch

        wide = max(map(len, rows))
        ids, mask = np.full((len(rows), wide), self._end), np.zeros((len(rows), wide), dtype=np.int64)
        for n, row in enumerate(rows):
            where = slice(wide - len(row), wide) if left else slice(0, len(row))
            ids[n, where], mask[n, where] = row, 1
        return {
            "input_ids": torch.tensor(ids, device=device()),
            "attention_mask": torch.tensor(mask, device=device()),
        }


def corrupted(texts: Sequence[str], share: float, seed: int) -> list[str]:
    """Let a share of the rows have each other's texts: none of them keeps its own place."""
    made, rng = list(texts), np.random.default_rng(seed)
    some = rng.permutation(len(made))[: round(share * len(made))]
    for row, other in zip(some, np.roll(some, 1), strict=True):
        made[row] = texts[other]
    return made

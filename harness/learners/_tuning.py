"""Tune a torch model: seeded step by step, stopped early by held-out clusters, resumed after a kill as if never cut.

AdamW, a linear rise and fall of the rates, gradients clipped to length 1. Each step has its own stream of chance, so
that a fit which goes on from a checkpoint makes the same steps as one that was never cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.ids import seed_of

Ints = npt.NDArray[np.int64]
Loss = Callable[[Sequence[int]], Any]  # rows → a tensor (rows,): the loss of each, weighted

WARM_UP = 0.1  # of all steps
STEPS_BETWEEN = 200  # checkpoints within an epoch
LEAST_GROUPS = 20  # clusters; with fewer, none are held out


@dataclass(frozen=True)
class Pace:
    """How long and how fast.

    Attributes:
        batch: rows of a step.
        patience: epochs without a lower held-out loss, after which the fit stops.
    """

    epochs: int
    batch: int
    patience: int
    decay: float


def tune(
    model: Any,
    rates: Sequence[tuple[Any, float]],
    loss: Loss,
    parts: tuple[Ints, Ints],
    pace: Pace,
    seed: int,
    folder: Path | None,
    say: Callable[[str], object],
) -> dict[str, float]:
    """Tune a model in place and leave it as it was at its lowest held-out loss.

    Args:
        rates: parameters, and the highest rate at which they learn.
        loss: computes the loss of some rows with the model as it stands.
        parts: rows that are learned, and rows that stop the fit.
        folder: where checkpoints are kept; None: nowhere.

    Returns:
        how many epochs were made, which was best, and its held-out loss, if anything is held out.
    """
    import torch

    taught, held = parts
    path = folder / "tuning.pt" if folder else None
    steps = -(-len(taught) // pace.batch)
    optimizer = torch.optim.AdamW([{"params": p, "lr": rate} for p, rate in rates], weight_decay=pace.decay)
    slope = torch.optim.lr_scheduler.LambdaLR(optimizer, _slope(steps * pace.epochs))
    at: dict[str, Any] = {"epoch": 0, "step": 0, "waited": 0, "lowest": float("inf"), "chosen": 0, "best": None}
    if path is not None and path.is_file():
        state = torch.load(path, map_location="cpu", weights_only=True)  # no file runs code
        at = state["at"]
        _load(model, state["model"])
        optimizer.load_state_dict(state["optimizer"])
        slope.load_state_dict(state["slope"])
        say(f"  goes on after epoch {at['epoch']}, step {at['step']}")

    def keep() -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".tmp")
            torch.save(
                {"at": at, "model": _learned(model), "optimizer": optimizer.state_dict(), "slope": slope.state_dict()},
                beside,
            )
            beside.replace(path)

    while at["epoch"] < pace.epochs and at["waited"] < pace.patience:
        model.train()
        order = np.random.default_rng(seed_of("order", seed, at["epoch"])).permutation(taught)
        for step in range(at["step"], steps):
            torch.manual_seed(seed_of("step", seed, at["epoch"], step))
            optimizer.zero_grad()
            loss(order[step * pace.batch : (step + 1) * pace.batch].tolist()).mean().backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            slope.step()
            at["step"] = step + 1
            if at["step"] % STEPS_BETWEEN == 0 and at["step"] < steps:
                say(f"  epoch {at['epoch'] + 1} of {pace.epochs}, step {at['step']:,} of {steps:,}")
                keep()
        at |= {"epoch": at["epoch"] + 1, "step": 0}
        _look(model, loss, held, pace, at, say)
        keep()
    if at["best"] is not None:
        _load(model, at["best"])
    told = {"epochs": float(at["epoch"]), "best_epoch": float(at["chosen"])}
    return {**told, "held_out_loss": at["lowest"]} if len(held) else told


def hold_out(groups: npt.ArrayLike, share: float, seed: int) -> tuple[Ints, Ints]:
    """Deal rows into those that are learned and those that stop the fit, whole clusters at a time.

    With fewer than 20 clusters nothing is held out: their loss would be chance.
    """
    names, of = np.unique(np.asarray(groups), return_inverse=True)
    some = round(share * len(names)) if len(names) >= LEAST_GROUPS else 0
    held = np.isin(of, np.random.default_rng(seed).permutation(len(names))[:some])
    return np.flatnonzero(~held), np.flatnonzero(held)


def batches(order: Sequence[int], size: int) -> Iterator[list[int]]:
    """Cut rows into batches."""
    for start in range(0, len(order), size):
        yield [int(row) for row in order[start : start + size]]


def _look(model: Any, loss: Loss, held: Ints, pace: Pace, at: dict[str, Any], say: Callable[[str], object]) -> None:
    """Take the held-out loss, and keep the parameters if it is the lowest so far."""
    import torch

    told = f"  epoch {at['epoch']} of {pace.epochs}"
    if not len(held):
        at["chosen"] = at["epoch"]
        say(told)
        return
    model.eval()
    with torch.no_grad():
        made = float(np.mean([float(x) for rows in batches(held.tolist(), pace.batch) for x in loss(rows)]))
    say(f"{told}: held-out loss {made:.4f}")
    if made < at["lowest"]:
        best = {name: tensor.detach().cpu().clone() for name, tensor in _learned(model).items()}
        at |= {"lowest": made, "waited": 0, "chosen": at["epoch"], "best": best}
    else:
        at["waited"] += 1


def _learned(model: Any) -> dict[str, Any]:
    """Give the parameters that are tuned."""
    return {name: tensor.data for name, tensor in model.named_parameters() if tensor.requires_grad}


def _load(model: Any, state: dict[str, Any]) -> None:
    there = _learned(model)
    for name, tensor in state.items():
        there[name].copy_(tensor)


def _slope(steps: int) -> Callable[[int], float]:
    """Rise over the first tenth of the steps, then fall to nothing."""
    up = max(1, round(WARM_UP * steps))
    return lambda step: min((step + 1) / up, max(0.0, (steps - step) / max(1, steps - up)))

"""What a design can see: the smallest effect, before anything is asked, and from what is held already.

An effect of this size is found at the 5 % level in four of five studies: (z.975 + z.80) × standard error. What this
refuses: to know better than its assumptions, which it prints.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.inference import detectable, t_quantile

if TYPE_CHECKING:
    import pandas as pd

WORST = 0.25  # variance of one yes-or-no answer, at most
FORMULA = (
    "At worst: (z.975 + z.80) √((0.25 / samples + 0.25 / people) / items); two prompts √(2 × 0.25 / samples / items). "
    "Assumed where nothing is measured yet: yes-or-no answers at their most uncertain (variance 0.25), answers to one "
    "item independent of each other, every item judged by everybody, each item its own cluster."
)


@dataclass(frozen=True)
class Sizes:
    """How much is asked: items, people an item, prompt variants, samples."""

    items: int
    people: float
    variants: int
    samples: int


def smallest_effects(sizes: Sizes) -> dict[str, float]:
    """Give the smallest effects on a share that a design sees at worst: what is compared → difference of shares.

    The variance of a mean over I items is (0.25 / S of the model + 0.25 / H of H people) / I; items cancel, since both
    sides have the same.
    """
    model, people = WORST / sizes.samples, WORST / sizes.people if sizes.people else 0.0
    against = "people" if sizes.people else "a known value"
    apart = {f"one prompt against {against}": model + people}
    if sizes.variants > 1:
        apart[f"the mean over prompts against {against}"] = model / sizes.variants + people
        apart["two prompts against each other"] = 2 * model
    return {what: detectable(math.sqrt(variance / sizes.items)) for what, variance in apart.items()}


def describe_power(dataset: str, sizes: Sizes, findings: pd.DataFrame, sensitivities: pd.DataFrame) -> Iterator[str]:
    """Say in lines what the design can see.

    Args:
        dataset: the collection of items.
        findings, sensitivities: what is held of the study; empty where it was never measured.
    """
    told = f"{sizes.items:,} items, {sizes.people:.3g} people each, {sizes.variants} variants, samples {sizes.samples}"
    yield f"{dataset}: the smallest difference of shares that is seen with 80 % power, at worst ({told})"
    for what, size in smallest_effects(sizes).items():
        yield f"  {what}: {size:.3f}"
    here = (frame[frame["dataset"] == dataset] for frame in (findings, sensitivities))
    held = list(_from_held(sizes, *here))
    if held:
        yield "  from what is held, by its own errors times √(clusters held / items planned):"
        yield from held


def _from_held(sizes: Sizes, findings: pd.DataFrame, sensitivities: pd.DataFrame) -> Iterator[str]:
    judged = findings[findings["excess_lower"].notna() & findings["excess_upper"].notna()]
    for (audit, metric), group in judged.groupby(["audit", "metric"], sort=True):
        clusters = group["clusters"].clip(lower=2)
        half = (group["excess_upper"] - group["excess_lower"]) / 2
        quantiles = clusters.map(lambda n: t_quantile(0.975, int(n) - 1))
        error = float((half / quantiles * (clusters / sizes.items) ** 0.5).median())
        parts = [f"one prompt {detectable(error):.3f}"]
        together = sensitivities[(sensitivities["audit"] == audit) & (sensitivities["metric"] == metric)]
        tau = together["between_sd"].dropna()
        if len(tau) and sizes.variants > 1:
            beyond = t_quantile(0.975, sizes.variants - 1) * math.sqrt(
                float(tau.median()) ** 2 * (1 + 1 / sizes.variants) + error**2
            )
            parts.append(f"robust or absent at {beyond:.3f} from the threshold (SD between prompts {tau.median():.3f})")
        yield f"    {audit}, {metric}: {'; '.join(parts)}"

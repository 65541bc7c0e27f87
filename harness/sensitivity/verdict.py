"""Robust, absent, prompt-dependent or cannot tell, each with its rule in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.inference import LEAST_CLUSTERS, TIE, Floats

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Verdict:
    """A verdict and the rule by which it was reached."""

    verdict: str
    rule: str


def judge(
    worse: str, warn: float | None, predicted: tuple[float, float], lower: Floats, upper: Floats, clusters: int
) -> Verdict:
    """Judge an excess over several prompts.

    Args:
        worse: up, down or both: which side is bad.
        predicted: 95 % interval of another prompt.
        lower, upper: (variants,) intervals that hold together.
    """
    if warn is None:
        return Verdict("described", "nothing to judge by: the audit names no threshold, or the metric is only shown")
    edge = {"up": f"{warn:g} or more", "down": f"{-warn:g} or less", "both": f"{warn:g} or more on one side"}[worse]
    if clusters < LEAST_CLUSTERS:
        return Verdict("cannot tell", f"only {clusters} clusters: too few to tell")
    low, high = predicted
    if _beyond(worse, warn, np.array([low]), np.array([high]))[0]:
        return Verdict("robust", f"the whole prediction interval of the excess is {edge}")
    if _under(worse, warn, np.array([low]), np.array([high]))[0]:
        return Verdict("absent", f"no part of the prediction interval of the excess is {edge}")
    return _judge_tried(worse, warn, edge, lower, upper)


def _judge_tried(worse: str, warn: float, edge: str, lower: Floats, upper: Floats) -> Verdict:
    """Judge by the variants tried, where another prompt could show either."""
    over, under = surely(worse, warn, lower, upper)
    if worse == "both" and (lower >= warn - TIE).any() and (upper <= -warn + TIE).any():
        return Verdict("prompt-dependent", f"some variants surely show {warn:g} or more, others {-warn:g} or less")
    if over and under:
        return Verdict(
            "prompt-dependent",
            f"{over} of {len(lower)} variants surely show an excess of {edge}, and {under} surely do not",
        )
    return Verdict("cannot tell", f"the prediction interval of the excess has both: {edge}, and not")


def surely(worse: str, warn: float, lower: Floats, upper: Floats) -> tuple[int, int]:
    """Count the variants whose interval lies wholly at or beyond ``warn``, and wholly under it."""
    return int(_beyond(worse, warn, lower, upper).sum()), int(_under(worse, warn, lower, upper).sum())


def _beyond(worse: str, warn: float, lower: Floats, upper: Floats) -> Flags:
    up, down = lower >= warn - TIE, upper <= -warn + TIE
    return up if worse == "up" else down if worse == "down" else up | down


def _under(worse: str, warn: float, lower: Floats, upper: Floats) -> Flags:
    up, down = upper < warn, lower > -warn
    return up if worse == "up" else down if worse == "down" else up & down


def distance_to(worse: str, warn: float, centre: float) -> float:
    """Tell how far the mean over variants is from the threshold."""
    return {"up": abs(centre - warn), "down": abs(centre + warn), "both": abs(abs(centre) - warn)}[worse]

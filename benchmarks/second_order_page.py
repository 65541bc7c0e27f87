"""Results of ``second_order.py`` → a page of tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from second_order import ALL, MODELS, PEOPLE, SEEDS, SHARE, TASKS, Result, regress

from harness.amplification import Mean

HEAD = """# What teaching with rewrites costs

Written by `make bench-second-order`; it measures anew on any machine with the data.

Can a model that rewrites people's texts stand in for more people? Five tasks of
[worker_vs_gpt](https://github.com/AndersGiovanni/worker_vs_gpt) (Møller and others, EACL 2024; MIT) have texts that
people wrote, and rewrites of a few hundred of them by GPT-4 and Llama-2-70B with the class kept. Learners are taught
to tell the classes with as many texts of each, and tried on other texts of people. This asks again what section 9.2 of
[arXiv 2401.14698](https://arxiv.org/abs/2401.14698) asked, with what was missing there: a model of its own for each
corpus, several seeds, intervals, and nobody taught with what is tried.

How: {seeds} seeds; each draws {share:.0%} of the smallest corpus, all rewrites of a seed text together. Texts of the
test, and rewrites of texts of the test, teach nobody (54 rewrites of ten-dim by each model, and 81 of people's texts).
F1 is the mean over classes (macro). Intervals are of 95 % and hold chance in the test's texts and in what was drawn to
teach. Rewrites come with classes balanced, people's do not: *classes as people's* weighs the rewrites until they are.
*{seeds_only}* are the texts that were rewritten, far fewer than the others.
"""

SLOPES = """## Does the loss go with what the texts are like?

A point is a class of a task under a model: the loss of F1 when rewrites teach (classes weighed as people's), beside how
far the rewrites' mean lies from people's in an attribute, in standard deviations of people's texts of that task. The
slope is within task and model, its interval a jackknife over classes (a task of two classes is one contrast, and left
out whole; fewer than ten such units tell nothing). *Left out* is the range of slopes when each in turn is left out,
*sign* the share of these that keep its sign, and the class named is the one that moves it most. q is corrected for the
eleven attributes; the mean over all of them was the one question asked first. Differences are measured with error,
which draws slopes toward 0, and classes that are easy for other reasons may differ less: a slope is no cause.
"""


def page(results: dict[str, list[Result]], gaps: dict[str, dict[str, dict[str, np.ndarray]]], seeds: int) -> str:
    """Write the page."""
    parts = [HEAD.format(seeds=seeds, share=SHARE, seeds_only=SEEDS)]
    for learner, found in results.items():
        missing = [name for name in TASKS if name not in {result.task.name for result in found}]
        note = [f"Not measured: {', '.join(missing)}.", ""] if missing else []
        parts.append("\n".join([f"\n## {learner}\n", *note, *_scores(found), "", *_losses(found)]))
    parts.append("\n" + SLOPES)
    for learner, found in results.items():
        parts.append("\n".join([f"\n### {learner}\n", *_slopes(found, gaps)]))
    return "\n".join(parts) + "\n"


def _scores(found: Sequence[Result]) -> Iterator[str]:
    yield "| task | texts | " + " | ".join(found[0].f1) + " |"
    yield "| --- | ---: |" + " --- |" * len(found[0].f1)
    for result in found:
        cells = " | ".join(_told(result.score(name)) for name in result.f1)
        yield f"| {result.task.name} ({len(result.task.test.texts):,} tried) | {result.size:,} | {cells} |"


def _losses(found: Sequence[Result]) -> Iterator[str]:
    yield (
        "The loss against people's texts, F1 in points (positive: people teach better). *worse*, *better*: the "
        "interval leaves 0 out; it is not corrected for the many that are shown. *not learned*: neither teaches this "
        "class at all."
    )
    yield ""
    names = [name for name in found[0].f1 if name not in (PEOPLE, SEEDS)]
    yield "| task, class | " + " | ".join(names) + " |"
    yield "| --- |" + " --- |" * len(names)
    for result in found:
        told = " | ".join(f"{_told(loss, 100)} {_verdict(loss)}" for loss in map(result.deficit, names))
        yield f"| **{result.task.name}** | {told} |"
        for k, kind in enumerate(result.task.classes):
            cells = (_told(result.deficit(name, k), 100) if result.knows(name, k) else "not learned" for name in names)
            yield f"| {kind} | " + " | ".join(cells) + " |"


def _slopes(found: Sequence[Result], gaps: dict[str, dict[str, dict[str, np.ndarray]]]) -> Iterator[str]:
    yield "| attribute | slope, points of F1 a SD | p | q | R² | left out | sign | moved most by |"
    yield "| --- | --- | ---: | ---: | ---: | --- | ---: | --- |"
    for attribute, (slope, q, heaviest) in regress(found, gaps).items():
        sure = not math.isnan(slope.lower)
        interval = f"[{100 * slope.lower:+.1f}, {100 * slope.upper:+.1f}]" if sure else "[cannot tell]"
        p, shown = (f"{slope.p:.3f}", "" if attribute == ALL else f"{q:.2f}") if sure else ("", "")
        yield (
            f"| {attribute} | {100 * slope.value:+.1f} {interval} | {p} | {shown} | {slope.r2:.2f} | "
            f"{100 * slope.least:+.1f} to {100 * slope.most:+.1f} | {slope.keeps_sign:.0%} | {heaviest} |"
        )
    classes = sum(len(r.task.classes) for r in found)
    yield ""
    yield f"{len(MODELS) * classes} points of {classes} classes, less those that nobody learned."


def _told(mean: Mean, times: float = 1) -> str:
    digits = 1 if times > 1 else 3
    interval = (
        "cannot tell" if math.isnan(mean.lower) else f"{times * mean.lower:.{digits}f}, {times * mean.upper:.{digits}f}"
    )
    return f"{times * mean.value:.{digits}f} [{interval}]"


def _verdict(loss: Mean) -> str:
    if math.isnan(loss.lower):
        return ""
    return "**worse**" if loss.lower > 0 else "**better**" if loss.upper < 0 else "cannot tell"

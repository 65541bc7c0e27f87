"""Train on what the last model wrote, again and again, and say what is left of people's texts.

Generation 0 are people's texts. The learner is taught with them and writes as many texts; these are generation 1, and
so on. Under *replace* each generation is taught with the last one's texts only (Shumailov et al. 2024, Nature 631);
under *accumulate* with all that came before, people's own included (Gerstgrasser et al. 2024, arXiv 2404.01413). A
seed decides which clusters are held out, and what is drawn. What this refuses: to measure. It hands over each
generation's texts, and the perplexity that its learner has on people's texts that nobody was taught.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import plugins
from harness.errors import DataError, PluginError
from harness.ids import seed_of
from harness.types import Lesson, Workplace

REGIMES = ("replace", "accumulate")
LEAST_TEXTS = 50


@dataclass(frozen=True)
class Settings:
    """How often, by whom, and how much is held out.

    Attributes:
        generations: how often texts are written.
        held: share of the clusters that teach nobody, on which perplexity is taken.
        most: texts that a seed draws, both sides together.
    """

    learner: str = "ngram_lm"
    generations: int = 5
    seeds: int = 5
    regimes: tuple[str, ...] = REGIMES
    held: float = 0.2
    most: int = 5_000


@dataclass(frozen=True)
class Generation:
    """What one generation is.

    Attributes:
        texts: people's for generation 0; else what the last generation's learner wrote.
        perplexity: on the held-out texts, of the learner that was taught with this generation.
    """

    regime: str
    seed: int
    number: int
    texts: Sequence[str]
    held: Sequence[str]
    perplexity: float


def collapse(
    texts: Sequence[str],
    clusters: Sequence[str],
    settings: Settings,
    options: Mapping[str, Any],
    name: str,
    say: Callable[[str], object],
) -> Iterator[Generation]:
    """Train generation after generation.

    Args:
        texts: people's.
        clusters: of each text; those of one cluster are held out together, and so are equal texts.
        options: of the learner, beside its own.
        name: what seeds are made from.

    Raises:
        DataError: there are too few texts.
        PluginError: the learner does not write, or has no perplexity.
    """
    learner = plugins.load("learners", settings.learner)
    if "write" not in learner.SERVES:
        raise PluginError(f"the learner {settings.learner!r} does not write", remedy="name ngram_lm or finetune_lm")
    if len(texts) < LEAST_TEXTS:
        raise DataError(
            f"people wrote {len(texts)} texts, too few to learn from", where=name, remedy=f"load {LEAST_TEXTS} or more"
        )
    full = {**learner.OPTIONS, **getattr(learner, "DRAWN", {}), **options}
    for seed in range(settings.seeds):
        taught, held = _part(texts, clusters, settings, seed_of("collapse", name, seed))
        for regime in settings.regimes:
            corpus, latest = list(taught), list(taught)
            for number in range(settings.generations + 1):
                say(f"  {regime}, seed {seed}: generation {number}, taught with {len(corpus):,} texts")
                model = learner.make(full, seed_of("collapse", name, seed, regime, number), _place(say))
                model.fit(_lesson(corpus))
                perplexity = model.perplexity([""] * len(held), held)
                yield Generation(regime, seed, number, latest, held, perplexity)
                if number < settings.generations:
                    latest = model.write([""] * len(taught))
                    corpus = [*corpus, *latest] if regime == "accumulate" else latest


def _part(texts: Sequence[str], clusters: Sequence[str], settings: Settings, seed: int) -> tuple[list[str], list[str]]:
    """Draw clusters and hold some of them out; a text that stands on both sides teaches nobody."""
    members: dict[str, list[str]] = {}
    for text, cluster in zip(texts, clusters, strict=True):
        members.setdefault(cluster, []).append(text)
    names = sorted(members)
    order = [names[n] for n in np.random.default_rng(seed).permutation(len(names))]
    counts = np.cumsum([len(members[name]) for name in order])
    order = order[: int(np.searchsorted(counts, settings.most, side="right"))]
    first = max(1, round(settings.held * len(order)))
    held = [text for name in order[:first] for text in members[name]]
    known = set(held)
    return [text for name in order[first:] for text in members[name] if text not in known], held


def _lesson(texts: Sequence[str]) -> Lesson:
    n = len(texts)
    return Lesson([""] * n, list(texts), (), np.ones(n), np.arange(n), np.full(n, -1))


def _place(say: Callable[[str], object]) -> Workplace:
    return Workplace(vectors=lambda texts: np.zeros((len(texts), 0)), folder=None, say=say)

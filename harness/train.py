"""Lessons → predictions: teach, ask about the items of the test, and hand over each fit as soon as it is done.

What this refuses: to teach twice what has been taught. A fit is named by its lesson, learner, options and seed, and
one that is held already is passed over; that is how a training that was cut off goes on.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import plugins
from harness.errors import HarnessError, PluginError
from harness.ids import seed_of
from harness.lessons import Fit
from harness.types import Workplace


@dataclass(frozen=True)
class Told:
    """What a training says of the things that it is asked.

    Attributes:
        said: the class, or the text, one per unit.
        probabilities: (units, classes); None where texts are written.
        losses: of people's own texts of the units, the sum of -log P (natural) and the tokens, each (units,); None
            where classes are told, or the learner has none.
        told: what the learner tells of what it learned.
    """

    said: list[str]
    probabilities: Any
    losses: tuple[Any, Any] | None
    told: dict[str, float]


Write = Callable[[Fit, Told], None]


def check_learner(name: str, task: str) -> str | None:
    """Say why a learner cannot be taught here, and the remedy; None if it can.

    Raises:
        PluginError: there is no such learner, or it does not do such a task.
    """
    learner = plugins.load("learners", name)
    if task not in learner.SERVES:
        able = [one for one in plugins.list_names("learners") if task in plugins.load("learners", one).SERVES]
        raise PluginError(
            f"the learner {name!r} cannot be taught to {task}",
            where="[train] learners",
            remedy=f"name one that can: {', '.join(able) or 'none ships'}",
        )
    lacking = [package for package in learner.PACKAGES if importlib.util.find_spec(package) is None]
    if lacking:
        return f"the learner {name!r} needs {' and '.join(lacking)}: pip install 'harness[{learner.EXTRA}]'"
    lacks = getattr(learner, "lacks", None)
    why: str | None = lacks() if lacks else None
    return why


def train(
    fits: Iterable[Fit],
    options: Mapping[str, Mapping[str, Any]],
    places: Callable[[Fit], Workplace],
    write: Write,
    say: Callable[[str], object],
    total: int,
) -> int:
    """Teach, and write what is said of the test.

    Args:
        options: learner → its options.
        places: gives the workplace of a fit.
        write: called once a fit, when it is done.
        total: how many there are, for the progress.

    Returns:
        how many were done.

    Raises:
        HarnessError: a learner gave no probabilities, or not as many as it was asked for.
    """
    done = 0
    for fit in fits:
        say(f"  [{done + 1:,}/{total:,}] {fit.learner} {fit.corpus.variant} seed={fit.seed}: {fit.items:,} items")
        place = places(fit)
        learner = plugins.load("learners", fit.learner).make(options[fit.learner], seed_of(fit.fit_id), place)
        learner.fit(fit.lesson)
        asked = [unit.input for unit in fit.units]
        if fit.lesson.classes:
            probabilities, losses = _checked(fit, learner.predict_proba(asked)), None
            said = [fit.lesson.classes[column] for column in probabilities.argmax(axis=1)]
        else:
            probabilities, said = None, _written(fit, learner.write(asked))
            losses = _read(fit, learner, asked) if hasattr(learner, "losses") else None
        told = learner.told() if hasattr(learner, "told") else {}
        write(fit, Told(said, probabilities, losses, {name: float(value) for name, value in told.items()}))
        done += 1
    return done


def _checked(fit: Fit, probabilities: Any) -> Any:
    """Refuse what is no row of probabilities per thing asked."""
    made = np.asarray(probabilities, dtype=np.float64)
    wanted = (len(fit.units), len(fit.lesson.classes))
    if made.shape != wanted or not np.isfinite(made).all() or np.abs(made.sum(axis=1) - 1).max(initial=0) > 1e-3:
        told = f"it gave {made.shape} numbers" if made.shape != wanted else "some rows are no probabilities"
        remedy = f"let predict_proba() give {wanted} probabilities, each row 1 together"
        raise HarnessError(f"{told} for {len(fit.units)} inputs", where=f"learner {fit.learner}", remedy=remedy)
    return made


def _read(fit: Fit, learner: Any, asked: Sequence[str]) -> tuple[Any, Any]:
    """Let a learner read what people wrote to what it was asked."""
    sums, counts = (np.asarray(one) for one in learner.losses(asked, [unit.truth for unit in fit.units]))
    if not (sums.shape == counts.shape == (len(fit.units),)) or not np.isfinite(sums).all() or (counts < 1).any():
        raise HarnessError(
            f"its losses are no numbers for {len(fit.units)} texts",
            where=f"learner {fit.learner}",
            remedy="let losses() give two arrays, one number per text in each, and a token or more",
        )
    return sums, counts


def _written(fit: Fit, texts: Sequence[str]) -> list[str]:
    if len(texts) != len(fit.units):
        raise HarnessError(
            f"it wrote {len(texts)} texts for {len(fit.units)} prompts",
            where=f"learner {fit.learner}",
            remedy="let write() give one text per prompt",
        )
    return list(texts)

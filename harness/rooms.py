"""What is to be taught, data set by data set: whose words, on which items, and which trainings that makes.

What this refuses: a data set too small to be parted, and to leave it out without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness import plugins
from harness.corpora import Corpus, Taught, choose_corpora, list_corpora, read_taught
from harness.errors import StudyError
from harness.lessons import Classroom, Fit, Unit, digest_lesson, digest_units, lacking, list_units, split_taught
from harness.study import Study
from harness.training import HUMAN, Training

WRITES = "write"


@dataclass(frozen=True)
class Room:
    """One data set, ready to be taught."""

    dataset: str
    corpora: Sequence[Corpus]
    classroom: Classroom
    units: Sequence[Unit]
    size: int
    names: Mapping[str, str]  # corpus → the model's annotator_id
    asked: str  # names the units by what they are


@dataclass(frozen=True)
class Wanted:
    """One training that the study asks for, without its lesson."""

    room: Room
    learner: str
    corpus: Corpus
    seed: int
    fit_id: str
    items: int


def open_rooms(
    study: Study, training: Training, answers: Iterable[Mapping[str, Any]], say: Callable[[str], object]
) -> list[Room]:
    """Read what teaches, part it, and say what cannot be taught.

    Args:
        answers: what people and models said, as ``read_taught`` takes it.

    Raises:
        StudyError: nothing can be taught.
    """
    datatype = plugins.load("datatypes", study.datatype)
    where = str(study.folder / "study.toml")
    task = task_of(study)
    if hasattr(datatype, "OF_CLASSES") and task == WRITES and not any(_writes(name) for name in training.learners):
        remedy = 'name what holds them, as classes = "topic", or of turns "as_role"; or a learner that writes texts'
        raise StudyError(
            "what learners are to tell of texts is not said: their classes", where=f"{where}, [train]", remedy=remedy
        )
    try:
        everything = read_taught(datatype, study.config, training, answers)
    except KeyError as error:
        raise StudyError(
            f"an item has no field or metadata {error}",
            where=f"{where}, [train]",
            remedy="name one that all items have",
        ) from error
    there = sorted({name for one in everything for name in one.corpora})
    wanted = choose_corpora(training.corpora, there, f"{where}, [train] corpora")
    rooms, why = [], [f"nobody of {', '.join(training.corpora)} has said anything"]
    for one in everything:
        names = [name for name in wanted if name in one.corpora]
        split = split_taught(one, training, study.seed)
        units = list_units(one, split, writes=task == WRITES)
        told = lacking(one, split, names, units) if names else "none of the corpora is there"
        if told:
            why.append(f"{one.dataset}: {told}")
            say(f"  not taught: {why[-1]}")
            continue
        if split.left_out:
            say(f"  {one.dataset}: {len(split.left_out):,} items are left out: their like stands in the test")
        classroom = Classroom(one, split, training, _classes(study, datatype, one, task), study.seed)
        size = classroom.size(names)
        corpora = [each for each in list_corpora(names, training) if (each.size or 0) <= classroom.pool(each)]
        rooms.append(Room(one.dataset, corpora, classroom, units, size, _annotators(one), digest_units(units)))
    if not rooms:
        raise StudyError(f"nothing can be taught: {why[-1]}", where=where, remedy="load or generate more answers")
    return rooms


def task_of(study: Study) -> str:
    """Say what learners are taught with a study's answers.

    Raises:
        StudyError: its data type says nothing of it, or has no texts whose classes could be taught.
    """
    datatype, where = plugins.load("datatypes", study.datatype), str(study.folder / "study.toml")
    classes = _of_classes(study)
    if classes and not hasattr(datatype, "OF_CLASSES"):
        raise StudyError(
            f"classes are those of texts, and this study is of the data type {study.datatype!r}",
            where=f"{where}, [train]", remedy="take classes away: what is learned is what people answered",
        )  # fmt: skip
    task = getattr(datatype, "OF_CLASSES" if classes else "TASK", None)
    if task is None:
        raise StudyError(
            f"the data type {study.datatype!r} teaches nothing", where=where,
            remedy="take [train] away, or give the data type TASK and teach()",
        )  # fmt: skip
    return str(task)


def speaks(study: Study) -> bool:
    """Tell whether what is predicted is an answer of the study's own data type, and not the class of a text."""
    return hasattr(plugins.load("datatypes", study.datatype), "answer") and not _of_classes(study)


def _of_classes(study: Study) -> bool:
    """Tell whether the study names what holds the classes of its texts."""
    return bool(study.training and study.training.classes)


def _writes(learner: str) -> bool:
    return WRITES in plugins.load("learners", learner).SERVES


def _classes(study: Study, datatype: Any, one: Taught, task: str) -> list[str]:
    if task == WRITES:
        return []
    options = [str(row["label"]) for row in datatype.scale(study.config)]
    if options:
        return options
    said = (
        row
        for answers in one.corpora.values()
        for all_ in answers.values()
        for each in all_
        for row in each.rows.values()
    )
    return sorted({target for _, target, _ in said})


def _annotators(one: Taught) -> dict[str, str]:
    return {name: next(iter(answers.values()))[0].annotator for name, answers in one.corpora.items() if name != HUMAN}


def list_wanted(
    rooms: Sequence[Room], training: Training, versions: Mapping[str, str | None]
) -> Iterator[tuple[Wanted, Fit]]:
    """List every training, with its lesson made.

    Args:
        versions: learner → the version of the extractor that it reads; None if it reads none.
    """
    for room in rooms:
        for learner, features in versions.items():
            for corpus in room.corpora:
                for seed in range(training.seeds):
                    lesson, items = room.classroom.lesson(corpus, corpus.size or room.size, seed)
                    pool = room.classroom.pool(corpus)
                    fit = Fit(room.dataset, learner, corpus, seed, items, pool, lesson, room.units)
                    _name(fit, training.options[learner], features, room.asked)
                    yield Wanted(room, learner, corpus, seed, fit.fit_id, items), fit


def _name(fit: Fit, options: Mapping[str, Any], features: str | None, asked: str) -> None:
    """Say what a fit is made of; with it, it has a name."""
    fit.identity = {
        "learner": fit.learner,
        "version": plugins.load("learners", fit.learner).VERSION,
        "options": dict(options),
        "features": features,
        "seed": fit.seed,
        "lesson": digest_lesson(fit.lesson),
        "units": asked,
    }

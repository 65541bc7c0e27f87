"""A part of the pipeline: who is to be taught what, which trainings are missing, and who speaks for them after.

What this refuses: to let a trained annotator speak before all of its seeds are there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness import extract as extraction
from harness import plugins
from harness.auditfile import Audit
from harness.corpora import Corpus, Taught, choose_corpora, list_corpora, read_taught
from harness.errors import HarnessError, StudyError, near_names
from harness.examination import amplify
from harness.ids import content_id
from harness.lessons import Classroom, Fit, Unit, lacking, list_units, split_taught
from harness.scoring import compare_shares, score, weigh_labels
from harness.store import folders, ingest, taught
from harness.store.database import Store
from harness.store.examined import list_speakers, open_scores, open_tests
from harness.store.examined_results import write_examined
from harness.study import Study
from harness.train import WRITES, check_learner, name_fit, train
from harness.training import HUMAN, Training, read_training
from harness.types import Workplace

Say = Callable[[str], object]


@dataclass(frozen=True)
class Room:
    """One data set, ready to be taught."""

    dataset: str
    corpora: Sequence[Corpus]
    classroom: Classroom
    units: Sequence[Unit]
    size: int
    names: Mapping[str, str]  # corpus → the model's annotator_id


@dataclass(frozen=True)
class Wanted:
    """One training that the study asks for, without its lesson."""

    room: Room
    learner: str
    corpus: Corpus
    seed: int
    fit_id: str
    items: int


def open_rooms(study: Study, store: Store, training: Training, say: Say) -> list[Room]:
    """Read what teaches, part it, and say what cannot be taught.

    Raises:
        StudyError: nothing can be taught.
    """
    datatype = plugins.load("datatypes", study.datatype)
    where = str(study.folder / "study.toml")
    task = task_of(study)
    if study.datatype == "text" and training.classes is None:
        remedy = 'name the item field or metadata that holds them, as classes = "topic"'
        raise StudyError("what learners are to tell of texts is not said: their classes", where=f"{where}, [train]", remedy=remedy)
    try:
        everything = read_taught(datatype, study.config, training, taught.stream_answers(store, study))
    except KeyError as error:
        raise StudyError(
            f"an item has no field or metadata {error}", where=f"{where}, [train]", remedy="name one that all items have"
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
        rooms.append(Room(one.dataset, corpora, classroom, units, size, _annotators(one)))
    if not rooms:
        raise StudyError(f"nothing can be taught: {why[-1]}", where=where, remedy="load or generate more answers")
    return rooms


def task_of(study: Study) -> str:
    """Say what learners are taught with a study's answers.

    Raises:
        StudyError: its data type says nothing of it.
    """
    task = getattr(plugins.load("datatypes", study.datatype), "TASK", None)
    if task is None:
        raise StudyError(
            f"the data type {study.datatype!r} teaches nothing", where=str(study.folder / "study.toml"),
            remedy="take [train] away, or give the data type TASK and teach()",
        )  # fmt: skip
    return str(task)


def _classes(study: Study, datatype: Any, one: Taught, task: str) -> list[str]:
    if task == WRITES:
        return []
    options = [str(row["label"]) for row in datatype.scale(study.config)]
    if options:
        return options
    said = (row for answers in one.corpora.values() for all_ in answers.values() for each in all_ for row in each.rows.values())
    return sorted({target for _, target, _ in said})


def _annotators(one: Taught) -> dict[str, str]:
    return {
        name: next(iter(answers.values()))[0].annotator for name, answers in one.corpora.items() if name != HUMAN
    }


def list_wanted(rooms: Sequence[Room], training: Training, learners: Sequence[str]) -> Iterator[tuple[Wanted, Fit]]:
    """List every training, with its lesson made."""
    versions = {name: _features_version(name) for name in learners}
    for room in rooms:
        for learner in learners:
            for corpus in room.corpora:
                for seed in range(training.seeds):
                    lesson, items = room.classroom.lesson(corpus, corpus.size or room.size, seed)
                    pool = room.classroom.pool(corpus)
                    fit = Fit(room.dataset, learner, corpus, seed, items, pool, lesson, room.units)
                    name_fit(fit, training.options[learner], versions[learner])
                    yield Wanted(room, learner, corpus, seed, fit.fit_id, items), fit


def _features_version(learner: str) -> str | None:
    extractor = plugins.load("learners", learner).FEATURES
    return f"{extractor} {extraction.version_of(extractor)}" if extractor else None


def teach(
    study: Study,
    store: Store,
    manifest: Callable[[], dict[str, Any]],
    clock: Callable[[], datetime],
    extract_texts: Callable[[str, list[str]], None],
    *,
    learners: Sequence[str] | None = None,
    corpora: Sequence[str] | None = None,
    say: Say = print,
) -> int:
    """Do the trainings that are wanted and not held, and enter who speaks for them.

    Args:
        manifest: makes what run.json says.
        extract_texts: computes an extractor's features of some texts, where they are not held.
        learners, corpora: only these are taught now; what is held of others still speaks.

    Returns:
        how many trainings were done.
    """
    training = study.training or read_training({}, str(study.folder / "study.toml"))
    rooms = open_rooms(study, store, training, say)
    able = [name for name in training.learners if not _refuse(name, task_of(study), say)]
    if not able:
        raise HarnessError("no learner can be taught here", where="[train] learners", remedy="see above what is missing")
    held = taught.held_fits(store)
    wanted = [one for one, _ in list_wanted(rooms, training, able)]
    missing = {
        one.fit_id
        for one in wanted
        if one.fit_id not in held and (not learners or one.learner in learners)
        and (not corpora or one.corpus.name in corpora)
    }  # fmt: skip
    folder = folders.new_folder(store.runs, study.name, clock())
    described = manifest()
    try:
        if missing:
            _teach(study, store, training, rooms, able, missing, folder, described, extract_texts, say)
        trained = _list_trained(wanted, held | missing, training)
        if missing or _changed(store, study, trained):
            counts = {"trainings": len(missing), "annotators": len(trained)}
            folders.write_manifest(
                folder, {**described, "trained": trained, "ended": clock().isoformat(), "counts": counts}
            )
    finally:
        if not (folder / "run.json").exists():
            shutil.rmtree(folder)
    if folder.exists():
        ingest.read(store, [folder])
    say(f"{len(missing):,} trainings done, {len(wanted) - len(missing):,} held before or not asked for")
    return len(missing)


def _refuse(name: str, task: str, say: Say) -> bool:
    why = check_learner(name, task)
    if why:
        say(f"  not taught: {why}")
    return why is not None


def _teach(
    study: Study, store: Store, training: Training, rooms: Sequence[Room], able: Sequence[str], missing: set[str],
    folder: Any, described: dict[str, Any], extract_texts: Callable[[str, list[str]], None], say: Say,
) -> None:  # fmt: skip
    vectors = {name: _vectors(store, rooms, name, extract_texts) for name in _extractors(able)}
    answer = getattr(plugins.load("datatypes", study.datatype), "answer", None)
    numbers = iter(range(len(missing)))
    left = set(missing)

    def fits() -> Iterator[Fit]:
        for one, fit in list_wanted(rooms, training, able):
            if one.fit_id in left:  # two names of one training: it is done once
                left.discard(one.fit_id)
                yield fit

    def place(fit: Fit) -> Workplace:
        extractor = plugins.load("learners", fit.learner).FEATURES
        checkpoints = store.runs / ".training" / fit.fit_id
        return Workplace(vectors.get(extractor, _no_vectors), checkpoints, say)

    def write(fit: Fit, said: list[str], probabilities: Any, told: dict[str, float]) -> None:
        about = {
            "fit_id": fit.fit_id, "learner": fit.learner, "dataset": fit.dataset, "seed": fit.seed,
            "items": fit.items, "units": len(fit.units), "told": told, "identity": fit.identity,
        }  # fmt: skip
        predictions = [
            taught.Prediction(
                unit.item, unit.part, answer(unit.given, one) if answer else {"class": one},
                None if probabilities is None else dict(zip(fit.lesson.classes, map(float, probabilities[row]), strict=True)),
                None if answer else unit.truth,
            )
            for row, (unit, one) in enumerate(zip(fit.units, said, strict=True))
        ]  # fmt: skip
        taught.write_fit(folder, next(numbers), about, predictions)
        shutil.rmtree(store.runs / ".training" / fit.fit_id, ignore_errors=True)

    with folders.live(folder):
        folders.write_manifest(folder, described)
        train(fits(), training.options, place, write, say, len(missing))


def _extractors(learners: Sequence[str]) -> set[str]:
    return {name for learner in learners if (name := plugins.load("learners", learner).FEATURES)}


def _no_vectors(texts: Sequence[str]) -> Any:
    raise HarnessError(f"a learner asks for vectors of {len(texts)} texts, and names no extractor in FEATURES")


def _vectors(
    store: Store, rooms: Sequence[Room], extractor: str, extract_texts: Callable[[str, list[str]], None]
) -> Callable[[Sequence[str]], Any]:
    """Compute the vectors of all texts that are taught or asked; give what looks them up."""
    import numpy as np

    read = {text for room in rooms for text in room.classroom.texts()}
    read |= {text for room in rooms for unit in room.units for text in _strings(unit.input)}
    extract_texts(extractor, sorted(read))
    held = taught.read_vectors(store, sorted(read), extractor, extraction.version_of(extractor))
    width = max((len(vector) for vector in held.values()), default=1)
    nothing = np.zeros(width)
    return lambda texts: np.array([held.get(text, nothing) for text in texts])


def _strings(read: Any) -> tuple[str, ...]:
    return (read,) if isinstance(read, str) else tuple(read)


def _list_trained(wanted: Sequence[Wanted], done: set[str], training: Training) -> list[dict[str, Any]]:
    """Say who speaks: each learner under each corpus, with the trainings of all data sets and seeds."""
    grouped: dict[tuple[str, Corpus], list[Wanted]] = {}
    for one in wanted:
        grouped.setdefault((one.learner, one.corpus), []).append(one)
    trained = []
    for (learner, corpus), fits in grouped.items():
        if not all(one.fit_id in done for one in fits):
            continue
        identity = {
            "kind": "trained", "learner": learner, "options": dict(training.options[learner]),
            "corpus": corpus.levels, "fits": [one.fit_id for one in fits],
        }  # fmt: skip
        trained.append(
            {
                "annotator_id": content_id("annotator", identity), "identity": identity, "model": learner,
                "variant": corpus.variant, "levels": corpus.levels, "corpus": corpus.name, "human": corpus.human,
                "size": corpus.size, "corpus_annotator": fits[0].room.names.get(corpus.name),
                "fits": [
                    {"sample": one.seed, "fit_id": one.fit_id, "items": one.items,
                     "pool": one.room.classroom.pool(corpus)}
                    for one in fits
                ],
            }
        )  # fmt: skip
    return trained


def _changed(store: Store, study: Study, trained: Sequence[Mapping[str, Any]]) -> bool:
    said = {(one["annotator_id"], fit["fit_id"]) for one in trained for fit in one["fits"]}
    return said != taught.latest_trained(store, study)


def examine(study: Study, store: Store, training: Training, audits: Sequence[Audit], extractors: Any, say: Say) -> None:
    """Measure trained annotators on the items of the test, and replace their tables.

    Args:
        audits: of which amplification is measured.
        extractors: name → (version, dims) of those whose numbers audits read.
    """
    speakers = list_speakers(store, study)
    if not speakers:
        return
    with open_scores(store, study) as bench:
        scored, scores = score(bench, study, speakers)
    metrics = sorted({one.metric for one in scored})
    if metrics and training.score not in metrics:
        remedy = f"{near_names(training.score, metrics)}there are: {', '.join(metrics)}"
        raise StudyError(f"there is no score {training.score!r}", where="[train] score", remedy=remedy)
    say(f"  scored {len(speakers):,} trainings by {', '.join(metrics) or 'nothing: they write'}")
    speaks = hasattr(plugins.load("datatypes", study.datatype), "answer")
    rows: list[dict[str, Any]] = []
    if speaks:
        with open_tests(store, study, extractors) as bench:
            rows = amplify(bench, audits, study, speakers)
    say(f"  amplification of {len({row['audit'] for row in rows}):,} artifacts measured")
    tables = {
        "scores": scores, "amplifications": rows, "hybrids": compare_shares(scored, training),
        "worths": weigh_labels(scored, study, training),
    }  # fmt: skip
    write_examined(store, study, tables)

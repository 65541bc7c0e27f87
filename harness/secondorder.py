"""A part of the pipeline: do the trainings that are missing, enter who speaks for them, and measure what they say.

What this refuses: to let a trained annotator speak before all of its seeds are there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from harness import extract as extraction
from harness import pipeline, plugins
from harness.auditfile import Audit, read_score
from harness.classes import amplify_classes
from harness.corpora import Corpus
from harness.errors import HarnessError, StudyError, near_names
from harness.examination import amplify
from harness.extracting import extract_texts
from harness.ids import content_id
from harness.lessons import Fit
from harness.mixtures import compare_mixtures
from harness.pupils import one_draw
from harness.remedied import compare_artifacts, compare_scores
from harness.rooms import WRITES, Room, Wanted, list_wanted, open_rooms, speaks, task_of
from harness.scoring import READING, SCORES, compare_shares, score, weigh_labels
from harness.store import folders, ingest, taught
from harness.store.database import Store, only_one
from harness.store.examined import list_speakers, open_readings, open_scores, open_tests
from harness.store.examined_results import write_examined
from harness.study import Study
from harness.train import Told, check_learner, train
from harness.training import Training, read_training
from harness.types import Workplace

Say = Callable[[str], None]


def training_of(study: Study) -> Training:
    """Give a study's ``[train]``; where it has none, everybody teaches the default learner."""
    return study.training or read_training({}, str(study.folder / "study.toml"))


def score_of(study: Study) -> str:
    """Name the score by which a study's corpora are compared."""
    return training_of(study).scored_by(writes=task_of(study) == WRITES)


def train_study(
    study: Study, store: Store, *, learners: Sequence[str] = (), corpora: Sequence[str] = (), say: Say = print
) -> int:
    """Teach learners with what people and models said, and ask them about items that they have not seen.

    Args:
        learners, corpora: only these are taught now; what is held of others still speaks.

    Returns:
        how many trainings were done; those held before are not done again.
    """
    with only_one(store.runs / f".{study.name}.train.lock", f"another process trains for {study.name!r}"):
        return _train(study, store, training_of(study), learners, corpora, say)


def _train(
    study: Study, store: Store, training: Training, learners: Sequence[str], corpora: Sequence[str], say: Say
) -> int:
    rooms = open_rooms(study, training, taught.stream_answers(store, study), say)
    able = [name for name in training.learners if not _refuse(name, task_of(study), say)]
    if not able:
        raise HarnessError(
            "no learner can be taught here", where="[train] learners", remedy="see above what is missing"
        )
    held = taught.held_fits(store)
    versions = {name: _features_version(name) for name in able}
    wanted = [one for one, _ in list_wanted(rooms, training, versions)]
    missing = {
        one.fit_id
        for one in wanted
        if one.fit_id not in held and (not learners or one.learner in learners)
        and (not corpora or one.corpus.name in corpora)
    }  # fmt: skip
    folder = folders.new_folder(store.runs, study.name, pipeline.clock())
    described = pipeline.describe_run(study, "train")
    try:
        if missing:
            _teach(study, store, training, rooms, versions, missing, folder, described, say)
        trained = _list_trained(wanted, held | missing, training)
        if missing or _changed(store, study, trained):
            counts = {"trainings": len(missing), "annotators": len(trained)}
            folders.write_manifest(
                folder, {**described, "trained": trained, "ended": pipeline.clock().isoformat(), "counts": counts}
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
    study: Study, store: Store, training: Training, rooms: Sequence[Room], versions: Mapping[str, str | None],
    missing: set[str], folder: Path, described: dict[str, Any], say: Say,
) -> None:  # fmt: skip
    extractors = {name for learner in versions if (name := plugins.load("learners", learner).FEATURES)}
    vectors = {name: _vectors(study, store, rooms, name, say) for name in extractors}
    answer = plugins.load("datatypes", study.datatype).answer if speaks(study) else None
    numbers = iter(range(len(missing)))
    left = set(missing)

    def fits() -> Iterator[Fit]:
        for one, fit in list_wanted(rooms, training, versions):
            if one.fit_id in left:  # two names of one training: it is done once
                left.discard(one.fit_id)
                yield fit

    def place(fit: Fit) -> Workplace:
        extractor = plugins.load("learners", fit.learner).FEATURES
        checkpoints = store.runs / ".training" / fit.fit_id
        return Workplace(vectors.get(extractor, _no_vectors), checkpoints, say)

    def write(fit: Fit, made: Told) -> None:
        about = {
            "fit_id": fit.fit_id, "learner": fit.learner, "dataset": fit.dataset, "seed": fit.seed,
            "items": fit.items, "units": len(fit.units), "told": made.told, "taught": fit.taught(),
            "identity": fit.identity,
        }  # fmt: skip
        nothing = [None] * len(made.said)
        shares = nothing if made.probabilities is None else made.probabilities.tolist()
        losses, tokens = (one.tolist() for one in made.losses) if made.losses else (nothing, nothing)
        predictions = [
            taught.Prediction(
                unit.item, unit.part, answer(study.config, unit.given, one) if answer else {"class": one},
                None if row is None else dict(zip(fit.lesson.classes, row, strict=True)),
                None if answer else unit.truth, loss, read,
            )
            for unit, one, row, loss, read in zip(fit.units, made.said, shares, losses, tokens, strict=True)
        ]  # fmt: skip
        taught.write_fit(folder, next(numbers), about, predictions)
        shutil.rmtree(store.runs / ".training" / fit.fit_id, ignore_errors=True)

    with folders.live(folder):
        folders.write_manifest(folder, described)
        train(fits(), training.options, place, write, say, len(missing))


def _features_version(learner: str) -> str | None:
    extractor = plugins.load("learners", learner).FEATURES
    return f"{extractor} {extraction.version_of(extractor)}" if extractor else None


def _no_vectors(texts: Sequence[str]) -> Any:
    raise HarnessError(f"a learner asks for vectors of {len(texts)} texts, and names no extractor in FEATURES")


def _vectors(
    study: Study, store: Store, rooms: Sequence[Room], extractor: str, say: Say
) -> Callable[[Sequence[str]], Any]:
    """Compute the vectors of all texts that are taught or asked; give what looks them up."""
    read = {text for room in rooms for text in room.classroom.texts()}
    read |= {text for room in rooms for unit in room.units for text in _strings(unit.input)}
    extract_texts(study, store, extractor, say, partial(taught.write_missing_texts, store, sorted(read)))
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


def examine_study(study: Study, store: Store, *, only: list[str] | None = None, say: Say = print) -> None:
    """Measure trained annotators on the items of the test: scores, and what training adds to each artifact."""
    # Where classes of texts are taught, nobody trained writes texts, and no artifact of texts is looked at.
    ready = pipeline.ready_audits(study, store, only, say) if speaks(study) else ([], {}, {})
    examine(study, store, *ready, say, only)


def examine(
    study: Study, store: Store, audits: Sequence[Audit], extractors: Mapping[str, tuple[str, list[str]]],
    lacking: Mapping[str, str], say: Say, only: list[str] | None,
) -> None:  # fmt: skip
    """Measure trained annotators, and replace their tables.

    Args:
        audits: of which amplification is measured.
        extractors: name → (version, dims) of those whose numbers audits read; ``lacking``: those that did not run.
        only: the names of these audits, where they are some of the study's; what the others showed stays.
    """
    speakers, training = list_speakers(store, study), training_of(study)
    if not speakers:
        return
    writes = task_of(study) == WRITES
    with (open_readings if writes else open_scores)(store, study) as bench:
        scored, scores = score(bench, study, speakers, map(read_score, READING if writes else SCORES))
        rows = [] if speaks(study) else amplify_classes(bench, study, speakers)
    able = [each for each in audits if not set(each.header.features) & set(lacking)]
    remedied: list[dict[str, Any]] = []
    mixed: list[dict[str, Any]] = []
    if speaks(study):
        with open_tests(store, study, extractors) as bench:
            rows = amplify(bench, able, study, speakers)
            remedied = compare_artifacts(bench, able, study, speakers)
            mixed = compare_mixtures(bench, able, study, speakers)
            if writes:
                near = score(bench, study, speakers, (one_draw(each) for each in able if each.header.score))
                scored, scores = scored + near[0], scores + near[1]
    metric = score_of(study)
    compared = _compared(store, study, {one.metric for one in scored}, metric, only)
    tables = {
        "scores": scores, "amplifications": rows, "mixtures": mixed,
        "remedied": [*compare_scores(scored, metric, training.margin), *remedied],
    }  # fmt: skip
    if compared:
        tables |= {
            "hybrids": compare_shares(scored, training, metric), "worths": weigh_labels(scored, study, metric)
        }  # fmt: skip
    write_examined(store, study, tables, only)
    artifacts = len({row["audit"] for row in rows})
    metrics = len({one.metric for one in scored})
    say(f"  examined {len(speakers):,} trainings: {metrics} scores, amplification of {artifacts:,} artifacts")


def _compared(store: Store, study: Study, measured: set[str], metric: str, only: list[str] | None) -> bool:
    """Tell whether corpora are compared now: not where the score that the study names was left out this time.

    Raises:
        StudyError: there is no such score.
    """
    held = set() if only is None else set(store.scores(study.name)["metric"])
    if training_of(study).score and metric not in measured | held:
        known = sorted(measured | held)
        remedy = f"{near_names(metric, known)}there are: {', '.join(known)}"
        raise StudyError(f"there is no score {metric!r}", where="[train] score", remedy=remedy)
    return metric in measured or metric not in held

"""A part of the pipeline: compute the features of texts that are wanted and not held, each extractor in its own run."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from harness import extract as extraction
from harness import pipeline
from harness.store import features, folders, ingest
from harness.store.database import Store
from harness.study import Study

Say = Callable[[str], None]


def extract_study(study: Study, store: Store, names: list[str], *, say: Say = print) -> dict[str, str]:
    """Compute the features that are wanted and not held, each extractor in a run of its own.

    Returns:
        extractor → why it could not run, and the remedy.
    """
    lacking = {name: why for name in names if (why := extraction.missing(name))}
    for name in names:
        if name not in lacking:
            extract_texts(study, store, name, say)
    return lacking


def extract_texts(
    study: Study, store: Store, name: str, say: Say, write_missing: Callable[[str, str, Path], int] | None = None
) -> None:
    """Compute one extractor's features, in a run of its own: of the study's texts, or those that are said."""
    version, dims = extraction.version_of(name), extraction.dims_of(name)
    folder = folders.new_folder(store.runs, study.name, pipeline.clock())
    numbers = itertools.count()

    def write(ids: list[str], values: Any) -> None:
        features.write_part(folder, next(numbers), name, version, ids, values)

    manifest = {**pipeline.describe_run(study, "extract"), "extracted": {name: {"version": version, "dims": dims}}}
    with folders.live(folder):
        total = (write_missing or partial(features.write_missing, store, study))(name, version, folder)
        try:
            if total:
                folders.write_manifest(folder, manifest)
                extraction.extract(name, features.stream_texts(folder), total, write, say)
                folders.write_manifest(
                    folder, {**manifest, "ended": pipeline.clock().isoformat(), "counts": {"texts": total}}
                )
        finally:
            (folder / features.TEXTS).unlink(missing_ok=True)
    if not total:
        shutil.rmtree(folder)
    else:
        ingest.read(store, [folder])

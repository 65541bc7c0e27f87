"""A part of the pipeline: a study's texts, a learner taught with its own, the table and the chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness.collapse import Settings, collapse
from harness.report.collapse import write_chart
from harness.store.collapse import measure, read_texts, write_collapse
from harness.store.database import Store
from harness.study import Study


def collapse_study(
    study: Study,
    store: Store,
    settings: Settings,
    options: Mapping[str, Any],
    *,
    named: str | None = None,
    say: Callable[[str], object] = print,
) -> tuple[str, Path]:
    """Train on the learner's own texts, generation after generation, and measure what is left of people's.

    Args:
        study: resolved.
        options: of the learner, before those of the study.
        named: which of the study's texts; the data type's last where none is named.

    Returns:
        what the results are called: the learner with the options that were given; and the chart.
    """
    texts, clusters = read_texts(store, study, named)
    own = study.training.options.get(settings.learner, {}) if study.training else {}
    found = measure(list(collapse(texts, clusters, settings, {**own, **options}, f"{study.name} {study.seed}", say)))
    label = " ".join([settings.learner, *(f"{name}={value}" for name, value in sorted(options.items()))])
    write_collapse(store, study, label, found)
    return label, write_chart(found, label, store.runs / f"collapse-{study.name}")

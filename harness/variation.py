"""After the audits: what the variants of each model show together, which items they flip, whose doing the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from harness import plugins
from harness.ids import seed_of
from harness.remedies import is_curated
from harness.sensitivity import components, measure
from harness.store.outcomes import read_outcomes, write_components, write_item_sensitivities
from harness.store.results import write_sensitivities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.finding import Finding
    from harness.store import Store
    from harness.study import Study


def compare_variants(study: Study, store: Store, findings: Sequence[Finding], *, only: list[str] | None = None) -> None:
    """Fill the tables of prompt sensitivity anew.

    Args:
        findings: as the audits made them, with their redraws.
        only: the names of some audits; what was said of the others stays.
    """
    levels = {variant.name: variant.levels for variant in study.variants}
    known = plugins.load("datatypes", study.datatype).AXES
    # A corpus is no prompt, and neither is a remedy.
    asked = [found for found in findings if found.kind != "trained" and not is_curated(found.variant)]
    write_sensitivities(store, study, *measure(asked, levels, known, study.seed), only=only)
    write_item_sensitivities(store, study)
    made = []
    for outcome in read_outcomes(store, study):
        rng = np.random.default_rng(seed_of(f"{study.seed}", "components", outcome.dataset, outcome.wave))
        made.append((outcome, components(outcome.answers, outcome.clusters, rng)))
    write_components(store, study, made)

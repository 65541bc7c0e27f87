"""A part of the pipeline: let a study's controls look at its records, after parsing or as others published them.

What this refuses: to drop a record. What is wrong with it is told beside it.
"""

from __future__ import annotations

from collections.abc import Callable

from harness import curation, plugins
from harness.errors import HarnessError
from harness.store import faults
from harness.store.database import Store
from harness.study import Study

Say = Callable[[str], object]


def is_controlled(datatype: str) -> bool:
    """Tell whether a data type's records are looked at."""
    return getattr(plugins.load("datatypes", datatype), "CURATED", False)


def curate(study: str, datatype: str, store: Store) -> None:
    """Tell what the study's controls find wrong with its records; all are kept."""
    curated = faults.read_records(store, study, datatype)
    found = curation.find_faults(curated.rows, curated.config) if curation.controls(curated.config) else ()
    faults.write_faults(store, study, curated, found)


def curate_unseen(study: Study, store: Store, say: Say) -> None:
    """Let the controls look at records that came without a reply to parse: those that others published."""
    if not is_controlled(study.datatype) or faults.is_curated(store, study.name):
        return
    try:
        curate(study.name, study.datatype, store)
    except HarnessError as error:  # what needs no control can be measured without that package
        say(f"the study's controls did not run: {error}")

"""The harness: what do language models do to the data that they make?

The tour, in the order in which data flow::

    import harness

    study = harness.Study.load("prompts/demo_irony")   # study.toml, templates, people's answers
    harness.run_study(study)                           # plan, generate, parse, audit, report
    store = harness.open_store()                       # runs/harness.duckdb, read-only
    store.labels()                                     # what everybody said, humans and models alike
    store.findings()                                   # how the two differ, and how sure we are
    store.sql("from replies where not parsed")         # anything else, as a pandas frame

Read ``harness/pipeline.py`` next: it is all the stages in order.
Importing this package is cheap: the names below are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.pipeline import run_study
    from harness.store import open_store
    from harness.study import Study

__version__ = "0.1.0"
__all__ = ["Study", "__version__", "open_store", "run_study"]

_HOMES = {
    "Study": "harness.study",
    "run_study": "harness.pipeline",
    "open_store": "harness.store",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'harness' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

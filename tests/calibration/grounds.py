"""Which ground an audit is tried on, and what of an audit bears on its numbers."""

from __future__ import annotations

from types import ModuleType

from harness.auditfile import Audit, shipped_audits
from harness.ids import content_id
from tests.calibration import judges, labels, speech, variants

WORDS = (
    "title",
    "question",
    "unit",
    "reference",
    "notes",
    "example",
    "lacking",
    "also",
)  # of the header: nothing is computed from them


def in_scope() -> dict[str, Audit]:
    """Read every audit that ships and has a test: ``<folder>/<name>`` → the audit."""
    read = {f"{audit.datatype}/{audit.name}": audit for audit in shipped_audits()}
    return {name: audit for name, audit in read.items() if audit.header.test != "none"}


def ground_of(audit: Audit) -> ModuleType | None:
    """Give the ground on which an audit is tried; None where nobody has made one."""
    if audit.header.across:
        return variants if audit.rows in variants.SAID else None
    return {"labels": labels, "soft_labels": labels, "preferences": judges, "texts": speech, "instructions": speech,
            "turns": speech}.get(audit.rows)  # fmt: skip


def fingerprint(audit: Audit) -> str:
    """Name what of an audit's file bears on its numbers: its SQL, and its header but for words."""
    told = audit.header.model_dump(exclude=set(WORDS), exclude_defaults=True)
    elsewhere = [] if audit.rows == audit.header.relation else [audit.rows, dict(audit.columns)]
    return content_id("calibrated", [repr(sorted(told.items())), audit.cells, audit.estimate, *elsewhere])

"""What audits there are, as lines for the terminal and as plain values: question, test, needs, source.

What this refuses: to say anything that an audit's header does not say.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from harness import plugins
from harness.auditfile import AUDITS, EVERY, Audit, Header, shipped_audits

Missing = Callable[[str], str | None]  # extractor → what it needs that is not there
NARROW, NAMED = 100, 24  # width where the terminal tells none; of the column of names


def list_audits(name: str = "") -> list[Audit]:
    """Give the audits that ship: all, those of a data type (or ``any``), or the one of this name.

    Raises:
        PluginError: there is neither a data type nor an audit of this name.
    """
    shipped = shipped_audits()
    chosen = [audit for audit in shipped if name in ("", audit.name, audit.datatype)]
    if not chosen:
        folders = {audit.datatype for audit in shipped}
        raise plugins.unknown("audits", name, sorted({*folders, *(audit.name for audit in shipped)}))
    return chosen


def tell_audits(missing: Missing, name: str = "") -> Iterator[str]:
    """Give the lines of a listing by data type; of one audit all that its header says.

    Args:
        missing: what an extractor needs that is not there.
    """
    audits = list_audits(name)
    if {audit.name for audit in audits} == {name}:
        for audit in audits:
            yield from _tell_whole(audit, missing)
        return
    by_type: dict[str, list[Audit]] = {}
    for audit in audits:
        by_type.setdefault(audit.datatype, []).append(audit)
    for datatype, own in by_type.items():
        yield f"audits for {'every data type' if datatype == 'any' else datatype} ({len(own)}):"
        for audit in own:
            header = audit.header
            told = "; ".join([judged(header), *(f"needs {need}" for need in needs(header, missing))])
            yield from _wrap(f"  {audit.name:<{NAMED}} ", f"{header.title}. {header.question}")
            yield from _wrap(" " * (NAMED + 3), f"{told}. From {header.reference}")
        yield ""
    yield "`harness list audits TYPE` lists those of one data type, `harness list audits NAME` tells all of one"


def _tell_whole(audit: Audit, missing: Missing) -> Iterator[str]:
    header = audit.header
    told = {
        "question": header.question,
        "data type": audit.datatype,
        "reads": audit.reads,
        "judged": judged(header),
        "needs": "; ".join(needs(header, missing)) or "nothing more",
        "metrics": ", ".join(metrics(header)),
        "described": ", ".join(header.describes),
        "unit": header.unit,
        "notes": header.notes,
        "reference": header.reference,
        "file": f"harness/audits/{audit.path.relative_to(AUDITS).as_posix()}",
    }
    yield f"{audit.name}: {header.title}"
    for key, text in told.items():
        if text:
            yield from _wrap(f"  {key:<10} ", text)


def judged(header: Header) -> str:
    """Say in a few words how a verdict comes about."""
    if header.warn is None:
        return "describes, does not judge"
    side = {"up": "above", "down": "below", "both": "either way"}[header.worse]
    matters = f"{header.warn:g} {side} matters"
    by = {
        "exchange": "levels exchanged" if header.across else "roles of model and people exchanged",
        "neutral": f"tested against {header.neutral or 0:g}",
        "none": "judged by its interval",
    }[header.test]
    return f"{by}, {matters}"


def needs(header: Header, missing: Missing) -> list[str]:
    """List what a study must have, or a machine, for an audit to say anything."""
    told = []
    if header.across == EVERY:
        told.append("two variants of a prompt")
    elif header.levels:
        told.append(f"the levels {' and '.join(header.levels)} of {header.across} under [vary]")
    elif header.across:
        told.append(f"two levels of {header.across} under [vary]")
    elif header.roles == "both":
        least = header.least_people
        told.append(f"{least} people an item" if least > 1 else "people")
    if header.relation.startswith("soft_"):
        told.append('format = ["scores"] under [vary]')
    if "ordinal" in header.needs:
        told.append("options on a scale (ordinal = true)")
    if header.least_samples > 1:
        told.append(f"{header.least_samples} samples of an item")
    for name in header.features:
        extra = plugins.load("extractors", name).EXTRA
        lacking = missing(name)
        told.append(
            f"features of {name}" + (f" [{extra}]" if extra else "") + (f", not here: {lacking}" if lacking else "")
        )
    return told


def metrics(header: Header) -> list[str]:
    """Name the metrics of an audit, as its worked example has them."""
    return list(dict.fromkeys(str(row["metric"]) for row in header.example.get("expect", [])))


def as_values(audit: Audit, missing: Missing) -> dict[str, Any]:
    """Give an audit as plain values: its header without the example, and what was said of it above."""
    header = audit.header
    kept = header.model_dump(mode="json", exclude={"example", "needs", "sums", "relation", "also"})
    return {
        "name": audit.name,
        "datatype": audit.datatype,
        "relation": audit.rows,
        "columns": dict(audit.columns),
        **{key: None if value in ([], "") else value for key, value in kept.items()},
        # JSON has no infinity.
        "range": [value if abs(value) < float("inf") else None for value in header.range],
        "metrics": metrics(header),
        "judged": judged(header),
        "needs": needs(header, missing),
    }


def _wrap(begin: str, text: str) -> list[str]:
    """Fill the lines of a terminal; what is piped on stays one line, which can be searched."""
    if not sys.stdout.isatty():
        return [f"{begin}{text}"]
    width = max(60, shutil.get_terminal_size((NARROW, 24)).columns)
    return textwrap.wrap(text, width, initial_indent=begin, subsequent_indent=" " * len(begin), break_on_hyphens=False)

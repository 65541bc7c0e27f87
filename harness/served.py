"""One name asked in two waves: whether the endpoint served the same model, as far as it tells.

What this refuses: to take the silence of a server for sameness. A name without a fingerprint may stand for anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harness.comparison import Comparison
from harness.pairing import Pair

AUDIT, METRIC, TITLE = "served", "served_model", "What the endpoint served"


def compare_served(
    pairs: Iterable[Pair], served: Iterable[Mapping[str, Any]], baseline: str | None
) -> list[Comparison]:
    """Say of each model that was asked here in two waves what answered in either.

    Args:
        pairs: annotators that differ in their wave.
        served: model, wave, model_served, fingerprint.
    """
    there: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in served:
        there.setdefault((str(row["model"]), str(row["wave"])), []).append(row)
    made: dict[tuple[str, str, str], Comparison] = {}
    for pair in pairs:
        base, later = pair.base, pair.later
        told = [there.get((base.model, each.wave)) for each in (base, later)]
        if told[0] and told[1]:
            direction, note = _tell(base.wave, told[0], later.wave, told[1])
            made[base.model, base.wave, later.wave] = Comparison(
                "wave", baseline, AUDIT, "", METRIC, TITLE, "", base.kind, base.model, "", later.wave, base.model, "",
                base.wave, direction=direction, note=note,
            )  # fmt: skip
    return list(made.values())


def _tell(base: str, first: list[Mapping[str, Any]], later: str, second: list[Mapping[str, Any]]) -> tuple[str, str]:
    names, marks = ([_values(rows, key) for rows in (first, second)] for key in ("model_served", "fingerprint"))
    if (names[0] and names[1] and names[0] != names[1]) or (marks[0] and marks[1] and marks[0] != marks[1]):
        return "moved", (
            f"the endpoint served {_named(names[0], marks[0])} in wave {base} and "
            f"{_named(names[1], marks[1])} in wave {later}"
        )
    if marks[0] and marks[1]:
        return "same", f"the endpoint served {_named(names[0], marks[0])} in waves {base} and {later}"
    return "cannot tell", (
        f"the endpoint gave the name {_named(names[1] or names[0], [])} and no fingerprint: nobody can tell whether "
        f"the model was the same in waves {base} and {later}; only the answers can show that it was not"
    )


def _values(rows: list[Mapping[str, Any]], key: str) -> list[str]:
    return sorted({str(row[key]) for row in rows if row[key] is not None})


def _named(names: list[str], marks: list[str]) -> str:
    told = " and ".join(names) or "a model without a name"
    return f"{told} ({', '.join(marks)})" if marks else told

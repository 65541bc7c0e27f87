"""A part of the pipeline: an artifact in models taught by mixtures, beside that in models taught by people alone.

Nobody speaks as a mixture, so there is no artifact in its corpus to compare with; what can be told is how far it is
from what people's answers alone teach, on the same items of the test and the same seeds, and from what share of
people's items on it is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.auditfile import Audit
from harness.pupils import Pupils, looks_at_pupils
from harness.remedied import Group, Row, judged, measure_beside, row_beside
from harness.store.bench import Bench
from harness.store.examined import Speaker
from harness.study import Study
from harness.training import HUMAN


def compare_mixtures(bench: Bench, audits: Sequence[Audit], study: Study, speakers: Sequence[Speaker]) -> list[Row]:
    """Measure each artifact in whom a mixture taught, less that in whom people alone taught: ``mixtures``."""
    full = [one for one in speakers if one.size is None]
    if not any(one.human is not None for one in full):
        return []
    rows: list[Row] = []
    for audit in audits:
        if looks_at_pupils(bench, audit):
            pupils = Pupils(bench, full)
            found = [
                {**row_beside(audit, metric, before, after, of), "corpus": after[0][0].corpus, "human": human,
                 "by_people": float(before[1][:, 0].mean()), "trained": float(after[1][:, 0].mean())}
                for metric, human, before, after, of in measure_beside(
                    bench, audit, study, pupils, _pairs(pupils.groups)
                )
            ]  # fmt: skip
            rows += judged(found, audit, {})
    return rows


def _pairs(groups: Mapping[Any, Group]) -> Iterator[tuple[int, Group, Group]]:
    """Find, of each corpus that is mixed, people's pupils and its own, at every share and (share 0) alone."""
    people = {(g[0].dataset, g[0].model): g for g in groups.values() if g[0].corpus == HUMAN}
    mixed = {(g[0].dataset, g[0].model, g[0].corpus) for g in groups.values() if g[0].human is not None}
    for group in groups.values():
        first = group[0]
        own = people.get((first.dataset, first.model))
        if (first.dataset, first.model, first.corpus) in mixed and own and _seeds(own) == _seeds(group):
            yield first.human or 0, own, group


def _seeds(group: Group) -> list[int]:
    return [one.seed for one in group]

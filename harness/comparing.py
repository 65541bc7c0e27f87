"""From measurements to comparisons: read what was measured, pair it, hand it to the stage, keep what comes.

What this refuses: to compare a study as it no longer stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.errors import StoreError
from harness.pairing import Pair, Version, defaults, pair
from harness.served import compare_served
from harness.store import queries
from harness.store.comparisons import drop_comparisons, read_measured, read_versions, write_comparisons

if TYPE_CHECKING:
    from harness.auditfile import Audit
    from harness.comparison import Comparison
    from harness.finding import Finding
    from harness.store import Store
    from harness.study import Study


class Comparing:
    """Comparisons of one study.

    Args:
        audits: of which measurements are compared.
        compare: the stage, ``compare.compare``.
        shared: measures pairs on the items that both have answered.
    """

    def __init__(
        self, study: Study, store: Store, audits: list[Audit], compare: Callable[..., list[Comparison]],
        shared: Callable[..., object],
    ) -> None:  # fmt: skip
        self._study, self._store, self._audits = study, store, audits
        self._stage, self._shared = compare, shared
        self._versions = read_versions(store, study)

    def compare(self, by: str, baseline: str | None, *, keep: bool) -> list[Comparison]:
        """Compare by a factor.

        Args:
            keep: put it into the database, in the place of what was compared alike.

        Raises:
            StoreError: nothing was measured of the study as it stands.
            StudyError: nobody is called as the baseline.
        """
        names = {each.name for each in self._audits}
        findings = [found for found in read_measured(self._store, self._study.name) if found.audit in names]
        if not findings:
            raise StoreError(
                f"nothing was measured of the study {self._study.name!r} as it stands",
                where=str(self._store.path), remedy="run `harness audit` on it first",
            )  # fmt: skip
        return self._compare(findings, by, baseline, keep=keep)

    def compare_unasked(self) -> None:
        """Compare successive versions of a family and successive waves, where there are any; forget what was."""
        drop_comparisons(self._store, self._study.name)
        factors = defaults(self._versions)
        findings = read_measured(self._store, self._study.name) if factors else []
        now = {each.name: each.audit_id[-32:] for each in self._audits}
        findings = [found for found in findings if now.get(found.audit) == found.audit_id.replace("-", "")]
        for by in factors:
            self._compare(findings, by, None, keep=True)

    def _compare(self, findings: list[Finding], by: str, baseline: str | None, *, keep: bool) -> list[Comparison]:
        pairs = pair(self._versions, by, baseline)  # says who there is, if nobody is called as the baseline

        def pairing(there: list[Version]) -> list[Pair]:
            """Pair those of whom an audit has measured something."""
            known = baseline is None or any(getattr(one, by) == baseline for one in there)
            return pair(there, by, baseline) if known else []

        made = self._stage(
            findings, self._audits, self._versions, pairing, self._shared, by=by, baseline=baseline
        )  # fmt: skip
        if by == "wave":
            made += compare_served(pairs, queries.served(self._store, self._study.name), baseline)
        if keep:
            write_comparisons(self._store, self._study, made, by=by, baseline=baseline)
        return made

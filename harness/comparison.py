"""What came of comparing two annotators on one metric."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class Comparison:
    """One row of the comparisons table; the names are its columns."""

    factor: str
    baseline: str | None
    audit: str
    audit_id: str
    metric: str
    title: str
    dataset: str
    kind: str
    model: str
    variant: str
    wave: str
    base_model: str
    base_variant: str
    base_wave: str
    estimate: float | None = None
    base_estimate: float | None = None
    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    bootstrap_p: float | None = None
    swap_p: float | None = None
    q: float | None = None
    direction: str = "cannot tell"
    judged: bool = True
    warn: float | None = None
    worse: str = ""
    items: int | None = None
    clusters: int | None = None
    note: str | None = None

    @property
    def named(self) -> str:
        """The pair in words: what differs, and under what both stand."""
        base, later = (
            {"model": self.base_model, "variant": self.base_variant, "wave": self.base_wave}[self.factor],
            {"model": self.model, "variant": self.variant, "wave": self.wave}[self.factor],
        )
        rest = [self.model] if self.factor != "model" else []
        rest += [self.variant] if self.factor != "variant" and self.variant not in ("", "published") else []
        return " · ".join([f"{base} → {later}", *rest])

    @property
    def told(self) -> str:
        """The outcome in words and numbers."""
        if self.difference is None or math.isnan(self.difference):
            return f"{self.direction}: {self.note or 'nothing could be compared'}"
        parts = [f"{self.base_estimate:.3g} → {self.estimate:.3g}, a difference of {self.difference:+.3g}"]
        if self.lower is not None and self.upper is not None:
            parts.append(f"95 % interval {self.lower:+.3g} to {self.upper:+.3g}")
        if self.q is not None and not math.isnan(self.q):
            parts.append(f"q {self.q:.3f}" if self.q >= 0.0005 else "q < 0.001")
        said = {"same": "no change that matters"}.get(self.direction, self.direction)
        return f"{said}: {', '.join(parts)}" + (f" ({self.note})" if self.note else "")

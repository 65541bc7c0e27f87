"""Where the numbers come from: runs, code, packages, the models that really answered.

What this refuses: paths and names of machines; run folders are named as they stand in ``runs/``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from harness.report.findings import axes_of, name_variant
from harness.report.tables import Record, ask, read_json

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study


@dataclass(frozen=True)
class Run:
    """One run folder."""

    run_id: str
    verb: str
    started: str
    ended: str
    counts: str
    commit: str
    current: bool


@dataclass(frozen=True)
class Served:
    """Who was asked for, and what the server says answered."""

    model: str
    asked: str
    backend: str
    served: str
    fingerprint: str
    variants: int
    replies: int


@dataclass(frozen=True)
class Origin:
    """All that the page says of where the numbers come from."""

    runs: list[Run]
    served: list[Served]
    warnings: list[str]
    packages: dict[str, str]
    failures: list[Record]


def read_origin(study: Study, store: Store) -> Origin:
    """Gather where a study's numbers come from."""
    runs = ask(store, "runs", study.name)
    manifests = [read_json(run["manifest"]) or {} for run in runs]
    latest = manifests[-1] if manifests else {}
    packages = {"python": str(latest.get("python", "")), "platform": str(latest.get("platform", ""))}
    packages |= {str(name): str(version) for name, version in (latest.get("packages") or {}).items()}
    served = ask(store, "served", study.name)
    return Origin(
        runs=[_run(run, manifest) for run, manifest in zip(runs, manifests, strict=True)],
        served=_served(study, served),
        warnings=[*find_mixtures(study, served), *_unclean(runs, manifests)],
        packages={name: version for name, version in packages.items() if version},
        failures=ask(store, "failures", study.name),
    )


def _run(run: Record, manifest: dict[str, Any]) -> Run:
    counts = manifest.get("counts") or {}
    told = [f"{name.replace('_', ' ')} {value:,}" for name, value in counts.items() if isinstance(value, int) and value]
    git = manifest.get("git") or {}
    commit = str(git.get("commit") or "unknown")[:12]
    ended = "cut off" if run["ended"] is None else when(run["ended"])
    return Run(
        str(run["run_id"]), str(run["verb"]), when(run["started"]), ended, ", ".join(told),
        f"{commit}{' with uncommitted changes' if git.get('dirty') else ''}", bool(run["current"]),
    )  # fmt: skip


def when(moment: datetime) -> str:
    """Write a moment to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _served(study: Study, served: Sequence[Record]) -> list[Served]:
    known = {model.identity.name: model.identity for model in study.models}
    sums: dict[tuple[str, str, str], list[Record]] = {}
    for record in served:
        key = (
            str(record["model"]),
            str(record["model_served"] or "not told"),
            str(record["fingerprint"] or "not told"),
        )
        sums.setdefault(key, []).append(record)
    made = []
    for (model, name, fingerprint), records in sums.items():
        identity = known.get(model)
        asked = " ".join(
            part
            for part in ((identity.model, identity.revision, identity.dtype, identity.quantization) if identity else ())
            if part
        )
        made.append(
            Served(
                model, asked or "unknown", identity.backend if identity else "unknown", name, fingerprint,
                len({record["variant"] for record in records}), sum(int(record["replies"]) for record in records),
            )
        )  # fmt: skip
    return made


def find_mixtures(study: Study, served: Sequence[Record]) -> list[str]:
    """Warn where one annotator was answered by more than one thing."""
    seen: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    for record in served:  # two waves are two annotators: what changed between them is told as versions
        label = name_variant(str(record["variant"] or ""), axes_of(study))
        answered = (str(record["model_served"] or "not told"), str(record["fingerprint"] or "not told"))
        seen.setdefault((str(record["model"]), label, str(record["wave"])), set()).add(answered)
    return [
        f"{model} under “{label}” was answered by {len(who)} different models or systems "
        f"({'; '.join(f'{name}, fingerprint {mark}' for name, mark in sorted(who))}): its answers are a mixture, and "
        "samples of it differ for more reasons than chance."
        for (model, label, _), who in seen.items()
        if len(who) > 1
    ]


def _unclean(runs: Sequence[Record], manifests: Sequence[dict[str, Any]]) -> list[str]:
    told = []
    cut = sum(run["ended"] is None for run in runs)
    if cut:
        told.append(f"{cut} of {len(runs)} runs were cut off before their end; what had arrived until then is kept.")
    if any((manifest.get("git") or {}).get("dirty") for manifest in manifests):
        told.append(
            "Some runs were made with uncommitted changes in the repository: the commit alone does not tell all."
        )
    return told

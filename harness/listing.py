"""Lines for the terminal: what there is, and what was found."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import plugins
from harness.auditlist import list_audits
from harness.errors import HarnessError

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("studies", "datatypes", "backends", "extractors", "learners", "remedies", "audits", "runs")


def listing(kind: str, runs: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Give titles and (name, text) rows, for one kind or for all.

    Raises:
        PluginError: no such kind.
    """
    if kind and kind not in KINDS:
        raise plugins.unknown("kinds", kind, list(KINDS))
    makers: dict[str, Callable[[], list[tuple[str, str]]]] = {
        "studies": _studies, "audits": _audits, "runs": lambda: _runs(runs), "datatypes": _datatypes
    }  # fmt: skip
    for each in KINDS if not kind else (kind,):
        yield each, makers[each]() if each in makers else _extensions(each)


def _studies() -> list[tuple[str, str]]:
    from harness.study import Study

    rows = []
    for path in sorted(Path("prompts").glob("*/study.toml")):
        try:
            study = Study.load(path.parent)
            models = ", ".join(m.identity.name for m in study.models) or "published data only"
            rows.append((study.name, f"{study.title} ({study.datatype}; {len(study.variants)} variants; {models})"))
        except HarnessError as error:
            rows.append((path.parent.name, f"cannot be read: {error.what}"))
    return rows


def _audits() -> list[tuple[str, str]]:
    return [(audit.name, f"[{audit.datatype}] {audit.header.question}") for audit in list_audits()]


def _runs(runs: Path) -> list[tuple[str, str]]:
    rows = []
    for path in sorted(runs.glob("*/run.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        ended = "ended" if manifest.get("ended") else "cut off or going on"
        rows.append((path.parent.name, f"{manifest['verb']}, {ended}, {_counts(manifest.get('counts', {}))}"))
    return rows


def _counts(counts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value:,}" for name, value in counts.items() if isinstance(value, int) and value) or "-"


def _datatypes() -> list[tuple[str, str]]:
    """Explain each: what it is, what a record holds, what its table in study.toml says, its own axes."""
    rows = []
    for name, text in _extensions("datatypes"):
        datatype = plugins.load("datatypes", name)
        rows.append((name, text))
        rows += [("", f"record: {key}, {field.description}") for key, field in datatype.Record.model_fields.items()]
        rows += [("", f"[{name}] {key}{_told(field)}") for key, field in datatype.Config.model_fields.items()]
        rows += [("", f"axis: {axis} = {', '.join(levels)}") for axis, levels in datatype.AXES.items()]
    return rows


def _told(field: Any) -> str:
    default = "" if field.is_required() else f" = {json.dumps(field.get_default(call_default_factory=True))}"
    return f"{default}, {field.description}" if field.description else default


def _extensions(folder: str) -> list[tuple[str, str]]:
    rows = []
    for name in plugins.list_names(folder):
        text = inspect.getdoc(plugins.load(folder, name)) or ""
        rows.append((name, text.splitlines()[0].removeprefix(f"{name}: ")))
    return rows


def findings_table(findings: pd.DataFrame) -> Iterator[str]:
    """Give one line per finding: verdict, audit, model and variant, the numbers."""
    judged = findings[findings["verdict"] != "described"]
    several = findings.loc[findings["dataset"] != "", "dataset"].nunique() > 1
    for audit, group in judged.groupby("audit", sort=True):
        first = group.iloc[0]
        yield f"{first['title']} ({audit})"
        idle: dict[str, list[str]] = {}
        for row in group.to_dict("records"):
            on = f"  on {row['dataset']}" if several else ""
            who = f"{row['model']}{on}  {row['variant']}"
            if row["verdict"] == "not run":
                idle.setdefault(row["note"], []).append(who.strip())
                continue
            yield f"  {row['verdict']:<12} {who}: {_numbers(row)}"
        for note, whose in idle.items():
            named = f" ({whose[0]})" if whose[0] and len(whose) == 1 else f" ({len(whose)} times)" if whose[1:] else ""
            yield f"  not run{named}: {note}"


def sensitivities_table(sensitivities: pd.DataFrame) -> Iterator[str]:
    """Give one line per audit and model asked in several ways: verdict, and what another prompt would show."""
    judged = sensitivities[sensitivities["verdict"] != "described"]
    several = judged["dataset"].nunique() > 1
    if len(judged):
        yield "\nOver the variants of the prompt"
    for (_, of), group in judged.groupby(["audit", "population"], sort=True):
        population = str(of)
        yield f"{group.iloc[0]['title']} ({group.iloc[0]['audit']}): {population}"
        for row in group.to_dict("records"):
            on = f"  on {row['dataset']}" if several else ""
            parts = [f"{row['metric']}, {row['measure']} {row['mean']:+.3f} over {row['variants']} variants"]
            if _there(row["predicted_lower"]):
                whose = "all of them" if population.startswith("the prompts tried") else "another prompt"
                parts.append(f"{whose}{_interval(row['predicted_lower'], row['predicted_upper'], '+')}")
            if _there(row["between_sd"]):
                parts.append(f"SD between prompts {row['between_sd']:.3f}, of noise {row['noise_sd']:.3f}")
            if _there(row["hetero_q"]):
                parts.append(f"q {row['hetero_q']:.3f} that variants differ")
            parts += [str(row[name]) for name in ("needed", "note") if _there(row[name])]
            yield f"  {row['verdict']:<16} {row['model']}{on}: {'; '.join(parts)}"


def _numbers(row: dict[Any, Any]) -> str:
    parts = [f"{row['metric']} {row['estimate']:.3f}"]
    if _there(row["matched"]):
        parts.append(f"like for like {row['matched']:.3f}")
    if _there(row["floor"]):
        parts.append(f"floor {row['floor']:.3f}")
        parts.append(f"excess {row['excess']:+.3f}{_interval(row['excess_lower'], row['excess_upper'], '+')}")
    else:
        parts[0] += _interval(row["lower"], row["upper"])
    if _there(row["q"]):
        parts.append(f"q {row['q']:.3f}")
    if row["verdict"] == "cannot tell" and _there(row["detectable"]) and row["detectable"] >= row["warn"]:
        parts.append(f"smallest effect that would show: {row['detectable']:.3f}")
    if _there(row["note"]):
        parts.append(str(row["note"]))
    return ", ".join(parts)


def _interval(lower: float | None, upper: float | None, sign: str = "") -> str:
    if _there(lower):
        return f" [{lower:{sign}.3f}, {upper:{sign}.3f}]"
    return f" (at most {upper:.3f})" if _there(upper) else ""


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a frame's rows as JSON can hold them: ids as text, null for what is not there."""
    rows = frame.to_dict("records")
    return [{str(key): _plain(value) if _there(value) else None for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value if isinstance(value, (str, int, float)) else str(value)


def _there(value: Any) -> bool:
    import pandas as pd

    return not pd.isna(value)

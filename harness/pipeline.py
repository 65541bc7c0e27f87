"""All stages in order: read this first.

    study.toml → plan → generate → parse → audit → report

Stages never import each other; this module hands them to each other, with the clock and the seeds.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import plan as planning
from harness import plugins
from harness.parse import parse_replies
from harness.provenance import provenance
from harness.render import Templates
from harness.store import folders, ingest, intake, queries
from harness.store.database import Store, only_one, open_store
from harness.study import Study

if TYPE_CHECKING:
    from harness.generate import Tally

Say = Callable[[str], None]


def clock() -> datetime:
    """Tell the time; stages get it as an argument."""
    return datetime.now(UTC)


def run_study(
    study: Study | str | Path, runs: str | Path = "runs", *, limit: int | None = None, say: Say = print
) -> Path:
    """Run a study from prompts to report.

    Args:
        study: a Study, its folder, or its name under ``prompts/``.
        runs: where outputs go.
        limit: ask only about the first so many items.
        say: told what happens, a line at a time.

    Returns:
        the path of the report.
    """
    study = study if isinstance(study, Study) else Study.load(study)
    store = open_store(runs)
    generate_study(study, store, limit=limit, say=say)
    parse_study(study, store)
    audit_study(study, store, say=say)
    return report_study(study, store)


def plan_study(
    study: Study, store: Store, *, limit: int | None = None, retry_failed: bool = False, folder: Path | None = None
) -> tuple[planning.Plan, Path]:
    """Load the data, check the templates, and find the cells that are wanted and not held."""
    resolve(study, store)
    fields = queries.fields_by_dataset(store, study.load_id)
    planning.check(study, fields)
    path = (folder or store.runs) / "plan.parquet"
    counts = queries.write_plan(store, study, path, limit=limit, retry_failed=retry_failed)
    examples = queries.example_items(store, study.load_id, planning.EXAMPLES)
    plan = planning.make_plan(study, counts, examples, sum(items for _, _, items in fields))
    return plan, path


def resolve(study: Study, store: Store) -> None:
    """Bring the database up to date with the run folders and with the study as it stands.

    Data are read only when their files, or how they are read, have changed.
    """
    ingest.sync(store)
    loaded = queries.holds(store, study.load_id)
    if loaded and queries.latest_resolve(store, study.name) == study.study_hash[-32:]:
        return
    folder = folders.new_folder(store.runs, study.name, clock())
    manifest = _manifest(study, "load")
    if not loaded:
        manifest["counts"] = vars(intake.load(study, folder))
    folders.write_manifest(folder, {**manifest, "ended": clock().isoformat()})
    ingest.sync(store)


def generate_study(
    study: Study,
    store: Store,
    *,
    limit: int | None = None,
    retry_failed: bool = False,
    say: Say = print,
    progress: Callable[[Tally], None] | None = None,
) -> Tally:
    """Ask what is wanted and not held; journal each reply as it arrives."""
    from harness.generate import Tally

    with only_one(store.runs / f".{study.name}.lock", f"another process generates for {study.name!r}"):
        folder = folders.new_folder(store.runs, study.name, clock())
        try:
            plan, path = plan_study(study, store, limit=limit, retry_failed=retry_failed, folder=folder)
            tally = Tally(total=plan.calls)
            if plan.calls:
                _ask(study, folder, path, tally, progress or (lambda _: None))
                say(f"asked {tally.done:,} of {plan.calls:,}; {tally.failed:,} failed, {tally.retries:,} retries")
            else:
                told = "every cell of this study is answered already" if study.models else "the study has no models"
                say(f"nothing to ask: {told}")
        finally:
            if not (folder / "run.json").exists():  # nothing was asked: leave no empty run behind
                (folder / "plan.parquet").unlink(missing_ok=True)
                folder.rmdir()
        ingest.sync(store)
    return tally


def _ask(study: Study, folder: Path, path: Path, tally: Tally, progress: Callable[[Tally], None]) -> None:
    from harness.generate import Asking, generate

    templates = Templates(study.folder)

    def fill(annotator: Any, fields: Mapping[str, Any]) -> Any:
        values, options = planning.values_for(study, annotator, fields)
        return templates.render(annotator.variant.template, values), options

    askings = [
        Asking(
            plugins.load("backends", model.identity.backend).Backend(model.identity, model.connect),
            model.connect,
            queries.stream_cells(path, model.identity.name),
        )
        for model in study.models
    ]  # made before the manifest: a backend without its key leaves no run behind
    manifest = _manifest(study, "generate")
    generations, failures = folders.Journal(folder / "generations.jsonl"), folders.Journal(folder / "failures.jsonl")
    by_id = {annotator.annotator_id: annotator for annotator in study.annotators}
    with folders.live(folder):  # before the manifest, by which others find the folder
        folders.write_manifest(folder, manifest)
        try:
            asyncio.run(generate(askings, by_id, fill, generations, failures, tally, clock, progress))
        finally:
            generations.close()
            failures.close()
            ended = {
                "ended": clock().isoformat(),
                "counts": {**vars(tally), "fingerprints": sorted(tally.fingerprints)},
            }
            folders.write_manifest(folder, {**manifest, **ended})


def parse_study(study: Study, store: Store) -> None:
    """Read every reply of the study anew, with today's parser."""
    _parse(study.name, study.datatype, store)


def _parse(study: str, datatype: str, store: Store) -> None:
    parses: list[tuple[Any, ...]] = []
    records: list[tuple[Any, ...]] = []
    for parsed, rows in parse_replies(datatype, queries.stream_replies(store, study)):
        parses.append(parsed)
        records.extend(rows)
    if parses:
        queries.write_parses(store, datatype, parses, records)


def rebuild(store: Store) -> tuple[int, list[str]]:
    """Make the database anew from the run folders, and read all replies again.

    Returns:
        how many run folders were read, and the studies, whose audits are to be run again.
    """
    folders_read = ingest.rebuild(store)
    studies = queries.kept_studies(store) if folders_read else []
    for study, datatype in studies:
        _parse(study, datatype, store)
    return folders_read, [study for study, _ in studies]


def audit_study(study: Study, store: Store, *, only: list[str] | None = None, say: Say = print) -> None:
    """Measure everything anew, all waves and models together.

    Args:
        only: the names of some audits; the findings of the others stay.
    """
    from harness.audit import audit
    from harness.auditfile import audits_for, choose
    from harness.store.layout import open_bench
    from harness.store.results import write_findings

    audits = choose(audits_for(study.datatype, study.folder), only)
    with open_bench(store, study) as bench:
        findings = audit(bench, audits, study, say)
    write_findings(store, study, findings, only=only)


def report_study(study: Study, store: Store) -> Path:
    """Write the page."""
    from harness.report import write_report

    return write_report(study, store, clock())


def _manifest(study: Study, verb: str) -> dict[str, Any]:
    return {
        "format": 1,
        "verb": verb,
        "study": study.name,
        "passed": study.passed,
        "resolved": json.loads(study.without_headers(json.dumps(study.resolved(), default=str))),
        "started": clock().isoformat(),
        **provenance(study.folder),
    }

"""All stages in order: read this first.

    study.toml → plan → generate → parse → train → audit → report

Stages never import each other; this module hands them to each other, with the clock and the seeds.
"""

from __future__ import annotations

import itertools
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import extract as extraction
from harness import plan as planning
from harness import plugins
from harness.budget import Budget
from harness.calls import Row
from harness.errors import HarnessError
from harness.interrupt import run_to_end
from harness.parse import parse_replies
from harness.prices import price_of, spent
from harness.provenance import provenance
from harness.slips import Waiting, waiting
from harness.store import features, folders, ingest, intake, queries
from harness.store.database import OldDatabase, Store, only_one, open_store
from harness.study import Study

if TYPE_CHECKING:
    from harness.auditfile import Audit
    from harness.batching import Options
    from harness.generate import Tally

Say = Callable[[str], None]
Features = dict[str, tuple[str, list[str]]]  # extractor → (version, dims)


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
    if study.training is not None:
        from harness.secondorder import train_study

        train_study(study, store, say=say)
    audit_study(study, store, say=say)
    return report_study(study, store)


def plan_study(
    study: Study, store: Store, *, limit: int | None = None, retry_failed: bool = False, folder: Path | None = None
) -> planning.Plan:
    """Load the data, check the templates, and find the cells that are wanted and not held.

    Args:
        folder: where the cells are left for ``generate``; nowhere if it is None.
    """
    sent = waiting(store.runs).files  # listed before the database is brought up to date: nothing falls between
    resolve(study, store)
    sent = tuple(path for path in sent if path.exists())  # what another process collected is in the database now
    with store.read(), tempfile.TemporaryDirectory(dir=store.runs, prefix=".plan-") as scratch:
        fields = queries.fields_by_dataset(store, study.load_id)
        planning.check(study, fields)
        counts = queries.write_plan(
            store, study, folder or Path(scratch), limit=limit, retry_failed=retry_failed, waiting=sent
        )
        examples = queries.example_items(store, study.load_id, planning.EXAMPLES)
    return planning.make_plan(study, counts, examples, sum(items for _, _, items in fields))


def resolve(study: Study, store: Store) -> None:
    """Bring the database up to date with the run folders and with the study as it stands.

    Data are read only when their files, or how they are read, have changed.
    """
    try:
        if _is_resolved(study, store):
            return
    except OldDatabase as old:
        print(f"{old.what}: making it anew from the run folders; audits are to be run again", file=sys.stderr)
        rebuild(store)
    if ingest.sync(store) and _is_resolved(study, store):
        return
    loaded = queries.holds(store, study.load_id)
    folder = folders.new_folder(store.runs, study.name, clock())
    manifest = describe_run(study, "load")
    if not loaded:
        manifest["counts"] = vars(intake.load(study, folder))
    folders.write_manifest(folder, {**manifest, "ended": clock().isoformat()})
    ingest.sync(store)


def _is_resolved(study: Study, store: Store) -> bool:
    """Tell, by one look, whether there is nothing to bring up to date."""
    if not store.path.exists():
        return False
    with store.read():
        return (
            not ingest.unread(store)
            and queries.holds(store, study.load_id)
            and queries.latest_resolve(store, study.name) == study.study_hash[-32:]
        )


def generate_study(
    study: Study,
    store: Store,
    *,
    limit: int | None = None,
    retry_failed: bool = False,
    budget: Budget | None = None,
    batch: Options | None = None,
    say: Say = print,
    progress: Callable[[Tally], None] | None = None,
) -> Tally:
    """Ask what is wanted and not held; journal each reply as it arrives.

    Args:
        batch: ask by the Batch API, and how; None: live.
        budget: what may be spent; what it has no room for is left for another run.

    Raises:
        Stopped: SIGTERM came; what had come is kept.
    """
    from harness.generate import Tally

    with only_one(store.runs / f".{study.name}.lock", f"another process generates for {study.name!r}"):
        if batch is not None:
            return _ask_by_batch(study, store, limit, retry_failed, batch, say)
        if (on_their_way := waiting(store.runs)).batches:
            say(_told_waiting(on_their_way))
        folder = folders.new_folder(store.runs, study.name, clock())
        try:
            plan = plan_study(study, store, limit=limit, retry_failed=retry_failed, folder=folder)
            tally = Tally(total=plan.calls)
            if plan.calls:
                _ask(study, folder, tally, progress or (lambda _: None), budget or Budget())
                say(told(tally))
            else:
                why = "every cell of this study is answered already" if study.models else "the study has no models"
                say(f"nothing to ask: {why}")
        finally:
            if not (folder / "run.json").exists():  # nothing was asked: leave no empty run behind
                shutil.rmtree(folder)
        if plan.calls:
            ingest.read(store, [folder])
    return tally


def _ask_by_batch(study: Study, store: Store, limit: int | None, retry_failed: bool, batch: Options, say: Say) -> Tally:
    from harness import batching
    from harness.generate import Tally

    def plan(folder: Path) -> int:
        return plan_study(study, store, limit=limit, retry_failed=retry_failed, folder=folder).calls

    fill, manifest = planning.Prompts(study), describe_run(study, "generate")
    came = batching.generate(study, store, plan, fill, manifest, clock, say, batch)
    return Tally(
        total=came.total, done=came.done, failed=came.failed, requests=came.total, tokens_in=came.tokens_in,
        tokens_out=came.tokens_out, fingerprints=came.fingerprints,
    )  # fmt: skip


def _told_waiting(on_their_way: Waiting) -> str:
    whose = " and ".join(f"`harness generate {study} --batch`" for study in on_their_way.studies)
    count = f"{on_their_way.cells:,} requests in {on_their_way.batches:,} batches"
    return f"{count} are not asked again; {whose} collects them"


def told(tally: Tally) -> str:
    """Say in a line what a generation came to."""
    line = f"asked {tally.done:,} of {tally.total:,}; {tally.failed:,} failed, {tally.retries:,} retries"
    if tally.cost or tally.unpriced:
        line += f"; {spent(tally.cost, tally.unpriced)}"
    return f"{line}; {tally.stopped}: run again to go on" if tally.stopped else line


def _ask(study: Study, folder: Path, tally: Tally, progress: Callable[[Tally], None], budget: Budget) -> None:
    from harness.generate import Asking, generate

    prices = {model.identity.name: price_of(model) for model in study.models}
    budget.check([name for name, price in prices.items() if price is None])
    begun_by: dict[str, list[str]] = {model.identity.name: [] for model in study.models}
    for name, first in dict.fromkeys((a.name, a.model.identity.name) for a in study.annotators):
        begun_by[first].append(name)  # a cast's dialogues lie with the model that speaks first
    askings = [
        Asking(
            plugins.load("backends", model.identity.backend).Backend(model.identity, model.connect),
            model.connect,
            itertools.starmap(Row, _stream(folder, begun_by[model.identity.name])),
            prices[model.identity.name],
            model.identity.name,
        )
        for model in study.models
    ]  # made before the manifest: a backend without its key leaves no run behind
    manifest = describe_run(study, "generate")
    generations, failures = folders.Journal(folder / "generations.jsonl"), folders.Journal(folder / "failures.jsonl")
    by_id = {annotator.annotator_id: annotator for annotator in study.annotators}
    fill = planning.Prompts(study)
    with folders.live(folder):  # before the manifest, by which others find the folder
        folders.write_manifest(folder, manifest)
        try:
            run_to_end(generate(askings, by_id, fill, generations, failures, tally, clock, progress, budget))
        finally:
            progress(tally)
            generations.close()
            failures.close()
            ended = {
                "ended": clock().isoformat(),
                "counts": {**vars(tally), "fingerprints": sorted(tally.fingerprints)},
                "prices": {name: price and vars(price) for name, price in prices.items()},
            }
            folders.write_manifest(folder, {**manifest, **ended})


def _stream(folder: Path, names: list[str]) -> Iterator[tuple[Any, ...]]:
    return itertools.chain.from_iterable(queries.stream_cells(folder, name) for name in names)


def parse_study(study: Study, store: Store) -> None:
    """Read every reply of the study anew, with today's parser."""
    _parse(study.name, study.datatype, store)


def _parse(study: str, datatype: str, store: Store) -> None:
    read = parse_replies(datatype, queries.stream_replies(store, study))
    with queries.Parsing(store, datatype) as parsing:
        while parsed := list(itertools.islice(read, queries.CHUNK)):
            parsing.add([reply for reply, _ in parsed], [row for _, rows in parsed for row in rows])
    if _is_controlled(datatype):
        _curate(study, datatype, store)


def _is_controlled(datatype: str) -> bool:
    return getattr(plugins.load("datatypes", datatype), "CURATED", False)


def _curate(study: str, datatype: str, store: Store) -> None:
    """Tell what the study's controls find wrong with its records; all are kept."""
    from harness import curation
    from harness.store import faults

    curated = faults.read_records(store, study, datatype)
    found = curation.find_faults(curated.rows, curated.config) if curation.controls(curated.config) else ()
    faults.write_faults(store, study, curated, found)


def _curate_unseen(study: Study, store: Store, say: Say) -> None:
    """Let the controls look at records that came without a reply to parse: those that others published."""
    from harness.store import faults

    if not _is_controlled(study.datatype) or faults.is_curated(store, study.name):
        return
    try:
        _curate(study.name, study.datatype, store)
    except HarnessError as error:  # what needs no control can be measured without that package
        say(f"the study's controls did not run: {error}")


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


def extract_study(study: Study, store: Store, names: list[str], *, say: Say = print) -> dict[str, str]:
    """Compute the features that are wanted and not held, each extractor in a run of its own.

    Returns:
        extractor → why it could not run, and the remedy.
    """
    lacking = {name: why for name in names if (why := extraction.missing(name))}
    for name in names:
        if name not in lacking:
            extract_texts(study, store, name, say)
    return lacking


def extract_texts(
    study: Study, store: Store, name: str, say: Say, write_missing: Callable[[str, str, Path], int] | None = None
) -> None:
    """Compute one extractor's features, in a run of its own: of the study's texts, or those that are said."""
    version, dims = extraction.version_of(name), extraction.dims_of(name)
    folder = folders.new_folder(store.runs, study.name, clock())
    numbers = itertools.count()

    def write(ids: list[str], values: Any) -> None:
        features.write_part(folder, next(numbers), name, version, ids, values)

    manifest = {**describe_run(study, "extract"), "extracted": {name: {"version": version, "dims": dims}}}
    with folders.live(folder):
        total = (write_missing or partial(features.write_missing, store, study))(name, version, folder)
        try:
            if total:
                folders.write_manifest(folder, manifest)
                extraction.extract(name, features.stream_texts(folder), total, write, say)
                folders.write_manifest(folder, {**manifest, "ended": clock().isoformat(), "counts": {"texts": total}})
        finally:
            (folder / features.TEXTS).unlink(missing_ok=True)
    if not total:
        shutil.rmtree(folder)
    else:
        ingest.read(store, [folder])


def audit_study(study: Study, store: Store, *, only: list[str] | None = None, say: Say = print) -> None:
    """Measure everything anew, all waves and models together.

    Args:
        only: the names of some audits; the findings of the others stay.
    """
    from harness.audit import audit
    from harness.reasons import explain
    from harness.secondorder import examine
    from harness.store.layout import open_bench
    from harness.store.results import write_findings

    _curate_unseen(study, store, say)
    audits, there, lacking = ready_audits(study, store, only, say)
    with open_bench(store, study, there) as bench:
        findings = audit(bench, audits, study, say, lacking)
    explain(findings, audits, queries.sides(store, study.name))
    write_findings(store, study, findings, only=only)
    examine(study, store, audits, there, lacking, say, only)


def ready_audits(
    study: Study, store: Store, only: list[str] | None, say: Say
) -> tuple[list[Audit], Features, dict[str, str]]:
    """Read the audits, and compute the features that they read: extractor → (version, dims), and → why it cannot."""
    from harness.auditfile import audits_for, choose

    audits = choose(audits_for(study.datatype, study.folder), only)
    wanted = sorted({name for each in audits for name in each.header.features})
    lacking = extract_study(study, store, wanted, say=say)
    there = {name: (extraction.version_of(name), extraction.dims_of(name)) for name in wanted if name not in lacking}
    return audits, there, lacking


def report_study(study: Study, store: Store) -> Path:
    """Write the page."""
    from harness.report import write_report

    return write_report(study, store, clock())


def describe_run(study: Study, verb: str) -> dict[str, Any]:
    """Say what run.json says of a run that begins."""
    return {
        "format": 1,
        "verb": verb,
        "study": study.name,
        "passed": study.passed,
        "resolved": json.loads(study.without_headers(json.dumps(study.resolved(), default=str))),
        "started": clock().isoformat(),
        **provenance(study.folder),
    }

"""All stages in order: read this first.

    study.toml → plan → generate → parse → train → audit → compare → report

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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import controlling, plugins
from harness import extract as extraction
from harness import plan as planning
from harness.budget import Budget
from harness.calls import Fill, Row
from harness.interrupt import run_to_end
from harness.parse import parse_replies
from harness.prices import price_of
from harness.provenance import provenance
from harness.slips import waiting
from harness.store import folders, ingest, intake, queries
from harness.store.database import OldDatabase, Store, only_one, open_store
from harness.study import Study
from harness.types import Annotator

if TYPE_CHECKING:
    from harness.auditfile import Audit
    from harness.batching import Options
    from harness.comparing import Comparing
    from harness.comparison import Comparison
    from harness.generate import Tally
    from harness.store.bench import Bench

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


def describe_power(study: Study, store: Store, limit: int | None = None) -> Iterator[str]:
    """Say the smallest effect that the design can see in each data set, at worst and by what is held."""
    from harness.power import FORMULA, Sizes, describe_power

    sizes = queries.sizes_by_dataset(store, study.load_id)
    part = min(1.0, limit / sum(items for _, items, _ in sizes)) if limit else 1.0
    findings, sensitivities = store.findings(study.name), store.sensitivities(study.name)
    for dataset, items, people in sizes:
        asked = Sizes(max(1, round(items * part)), people, max(len(study.variants), 1), study.samples)
        yield from describe_power(dataset, asked, findings, sensitivities)
    yield FORMULA


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
    if loaded:
        study.check_published(queries.published_models(store, study.load_id))
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
            say(on_their_way.told())
        folder = folders.new_folder(store.runs, study.name, clock())
        try:
            plan = plan_study(study, store, limit=limit, retry_failed=retry_failed, folder=folder)
            tally = Tally(total=plan.calls)
            if plan.calls:
                _ask(study, folder, tally, progress or (lambda _: None), budget or Budget())
                say(tally.told())
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


def ask_beside(study: Study, annotator: Annotator, rows: list[Row], fill: Fill, runs: Path, journal: str) -> None:
    """Ask a model what is no data of the study, such as other wordings; its replies go to a journal of their own."""
    from harness.generate import Asking, Tally, generate

    model = annotator.model
    backend = plugins.load("backends", model.identity.backend).Backend(model.identity, model.connect)
    folder = folders.new_folder(runs, study.name, clock())
    replies, failures = folders.Journal(folder / journal), folders.Journal(folder / "failures.jsonl")
    asking = Asking(backend, model.connect, iter(rows), price_of(model), annotator.name)
    by_id = {annotator.annotator_id: annotator}
    try:
        run_to_end(generate([asking], by_id, fill, replies, failures, Tally(len(rows)), clock, lambda _: None))
    finally:
        replies.close()
        failures.close()


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
    if controlling.is_controlled(datatype):
        controlling.curate(study, datatype, store)


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
    from harness.auditfile import audits_for
    from harness.curations import compare_curated
    from harness.reasons import explain
    from harness.secondorder import examine
    from harness.store.layout import open_bench
    from harness.store.results import write_findings
    from harness.variation import compare_variants

    controlling.curate_unseen(study, store, say)
    every = audits_for(study.datatype, study.folder)
    audits, there, lacking = ready_audits(study, store, only, say)
    with open_bench(store, study, extraction.there(every)) as bench:
        findings = audit(bench, audits, study, say, lacking)
        explain(findings, audits, queries.sides(store, study.name))
        write_findings(store, study, findings, only=only)
        compare_variants(study, store, findings, only=only)
        _comparing(study, store, every, bench).compare_unasked()
    examine(study, store, audits, there, lacking, say, only)
    compare_curated(study, store, every)


def ready_audits(
    study: Study, store: Store, only: list[str] | None, say: Say
) -> tuple[list[Audit], Features, dict[str, str]]:
    """Read the audits, and compute the features that they read: extractor → (version, dims), and → why it cannot."""
    from harness.auditfile import audits_for, choose
    from harness.extracting import extract_study

    audits = choose(audits_for(study.datatype, study.folder), only)
    wanted = sorted({name for each in audits for name in each.header.features})
    lacking = extract_study(study, store, wanted, say=say)
    there = {name: (extraction.version_of(name), extraction.dims_of(name)) for name in wanted if name not in lacking}
    return audits, there, lacking


def compare_study(
    study: Study, store: Store, *, by: str = "model", baseline: str | None = None, only: list[str] | None = None
) -> list[Comparison]:
    """Compare what was measured of annotators that differ in one factor: see ``comparing.Comparing``.

    Args:
        only: the names of some audits; the correction is then over these, and nothing is kept.
    """
    from harness.auditfile import audits_for, choose
    from harness.store.layout import open_bench

    audits = choose(audits_for(study.datatype, study.folder), only)
    with open_bench(store, study, extraction.there(audits)) as bench:
        return _comparing(study, store, audits, bench).compare(by, baseline, keep=only is None)


def _comparing(study: Study, store: Store, audits: list[Audit], bench: Bench) -> Comparing:
    from harness import comparing
    from harness.audit import measure_pairs
    from harness.compare import compare

    return comparing.Comparing(study, store, audits, compare, lambda *pairs: measure_pairs(bench, study, *pairs))


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

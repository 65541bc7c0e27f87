"""The command line: parse arguments, call, print; nothing else."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness import cli_collapse, cli_compare, cli_curate, cli_vary
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.plan import Plan
    from harness.store import Store
    from harness.study import Study

app = typer.Typer(
    help="Jinja prompts make models speak; what they say lands in DuckDB next to what people said; SQL audits "
    "measure how the two differ.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawing help with rich doubles the time to the first line
)

Named = Annotated[str, typer.Argument(metavar="STUDY", help="a folder with a study.toml, or its name in prompts/")]
Runs = Annotated[Path, typer.Option(help="where outputs go")]
Limit = Annotated[int | None, typer.Option(min=1, help="ask only about the first so many items")]
RetryFailed = Annotated[bool, typer.Option(help="ask again what a model refused for good (context length …)")]
Batch = Annotated[bool, typer.Option("--batch", help="ask by the Batch API: half the price, within 24 hours")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="with --batch: hand in, and collect another time")]
Only = Annotated[list[str] | None, typer.Option("--audit", help="only this audit; may be given more than once")]
Extractors = Annotated[list[str] | None, typer.Option("--extractor", help="only this; may be given more than once")]
Learners = Annotated[list[str] | None, typer.Option(help="teach only this; may be given more than once")]
Corpora = Annotated[list[str] | None, typer.Option(help="only what this corpus teaches, such as human")]
MaxCost = Annotated[float | None, typer.Option(min=0, help="US dollars that this run may cost")]
MaxRequests = Annotated[int | None, typer.Option(min=0, help="requests that this run may send, repeated ones too")]
MaxTokens = Annotated[int | None, typer.Option(min=0, help="tokens that this run may use, in and out")]
Plain = Annotated[bool, typer.Option(help="lines instead of a progress bar")]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object; everything else goes to stderr")]
DEFAULT_RUNS = Path("runs")


@app.callback()
def _all(debug: Annotated[bool, typer.Option(help="show tracebacks")] = False) -> None:
    """Hold the options of every verb."""
    _Debug.on = debug
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, format="%(message)s")
    logging.getLogger("harness").setLevel(logging.DEBUG if debug else logging.INFO)


@app.command()
def plan(
    study: Named,
    runs: Runs = DEFAULT_RUNS,
    limit: Limit = None,
    retry_failed: RetryFailed = False,
    as_json: AsJson = False,
    power: Annotated[bool, typer.Option("--power", help="say the smallest effect that this design can see")] = False,
) -> None:
    """Show what would be asked: calls, tokens, one prompt a variant. Spends nothing."""
    from harness import pipeline
    from harness.design import tell

    made, store = _open(study, runs)
    planned = pipeline.plan_study(made, store, limit=limit, retry_failed=retry_failed)
    if power:
        print("\n".join(pipeline.describe_power(made, store, limit)))
        return
    design = list(tell(made.design, made.axes, [variant.levels for variant in made.variants]))
    if as_json:
        _print_json(
            {
                "study": made.name, "items": planned.items, "calls": planned.calls, "design": design,
                "twins": planned.twins,
                "annotators": [
                    {"model": s.annotator.name, "variant": s.annotator.variant.name, "calls": s.calls,
                     "tokens_in": s.tokens_in, "tokens_out_at_most": s.tokens_out, "cost_at_most": s.cost}
                    for s in planned.shares
                ],
            }
        )  # fmt: skip
        return
    for share in planned.shares:
        print(f"\n{share.annotator.name}  {share.annotator.variant.name}")
        count = f"{share.calls:,} calls"
        if share.turns > 1:
            count = f"{share.calls:,} dialogues of {share.turns} turns at most"
        print(f"  {count}, about {share.tokens_in:,} tokens in, {_at_most(share.tokens_out)} out")
        for message in share.example or ():
            print(f"  [{message.role}]")
            print("\n".join(f"    {line}" for line in message.content.splitlines()))
    print("\n" + "\n".join(design))
    for model, twins in planned.twins:
        print(f"asked the same, word for word (is there an axis that the template does not read?), of {model}:")
        print("\n".join(f"  {variant}" for variant in twins))
    tokens_in, tokens_out = (sum(getattr(s, n) for s in planned.shares) for n in ("tokens_in", "tokens_out"))
    print(f"{planned.items:,} items; {planned.calls:,} calls to make")
    print(f"about {tokens_in:,} tokens in, {_at_most(tokens_out)} out; {_price(planned)}")


@app.command()
def generate(
    study: Named,
    runs: Runs = DEFAULT_RUNS,
    limit: Limit = None,
    retry_failed: RetryFailed = False,
    max_cost: MaxCost = None,
    max_requests: MaxRequests = None,
    max_tokens: MaxTokens = None,
    plain: Plain = False,
    batch: Batch = False,
    no_wait: NoWait = False,
) -> None:
    """Ask what is wanted and not held. Every reply is on disk as it arrives; run again to go on."""
    from harness import pipeline
    from harness.budget import Budget
    from harness.progress import shown

    made, store = _open(study, runs)
    budget = Budget(max_cost, max_requests, max_tokens)
    if batch:
        from harness.batching import Options

        if budget != Budget():
            raise typer.BadParameter("a batch keeps no budget: use --limit with --batch")
        with _kept_if_interrupted():
            options = Options(wait=not no_wait)
            pipeline.generate_study(made, store, limit=limit, retry_failed=retry_failed, batch=options)
        return
    with _kept_if_interrupted(), shown(plain=plain) as progress:
        pipeline.generate_study(made, store, limit=limit, retry_failed=retry_failed, budget=budget, progress=progress)


@app.command()
def parse(study: Named, runs: Runs = DEFAULT_RUNS) -> None:
    """Read every reply anew, with today's parser."""
    from harness import pipeline

    made, store = _open(study, runs)
    pipeline.resolve(made, store)
    pipeline.parse_study(made, store)
    replies = store.replies(made.name)
    print(f"{int(replies['parsed'].sum()):,} of {len(replies):,} replies hold an answer")


@app.command()
def extract(study: Named, runs: Runs = DEFAULT_RUNS, only: Extractors = None) -> None:
    """Compute features of texts, once per distinct text. Audits that need some do so by themselves."""
    from harness import pipeline, plugins
    from harness.extracting import extract_study

    made, store = _open(study, runs)
    pipeline.resolve(made, store)
    for why in extract_study(made, store, only or plugins.list_names("extractors")).values():
        print(f"not run: {why}")


@app.command()
def train(
    study: Named,
    runs: Runs = DEFAULT_RUNS,
    learner: Learners = None,
    corpus: Corpora = None,
    only: Only = None,
    as_json: AsJson = False,
) -> None:
    """Teach learners with what people and models said, and measure what training adds. Run again to go on."""
    from harness.cli_train import train_and_tell

    with _kept_if_interrupted():
        told = train_and_tell(study, runs, learner, corpus, only, as_json=as_json)
    if told is not None:
        _print_json(told)


@app.command()
def audit(study: Named, runs: Runs = DEFAULT_RUNS, only: Only = None) -> None:
    """Measure how the models differ from people, with today's SQL."""
    from harness import pipeline

    made, store = _open(study, runs)
    pipeline.resolve(made, store)
    pipeline.audit_study(made, store, only=only or None)
    _print_findings(store, made, only)


app.command()(cli_compare.compare)
app.command()(cli_collapse.collapse)
app.command()(cli_curate.curate)
app.command()(cli_curate.correct)


@app.command()
def report(study: Named, runs: Runs = DEFAULT_RUNS) -> None:
    """Write the page."""
    from harness import pipeline

    made, store = _open(study, runs)
    pipeline.resolve(made, store)
    print(pipeline.report_study(made, store))


@app.command()
def run(
    study: Named,
    runs: Runs = DEFAULT_RUNS,
    limit: Limit = None,
    max_cost: MaxCost = None,
    max_requests: MaxRequests = None,
    max_tokens: MaxTokens = None,
    plain: Plain = False,
    as_json: AsJson = False,
) -> None:
    """Do all of it: plan, generate, parse, train if the study says [train], audit, report."""
    from harness import pipeline
    from harness.budget import Budget
    from harness.progress import shown

    made, store = _open(study, runs)

    def say(line: str) -> None:
        print(line, file=sys.stderr if as_json else sys.stdout)

    budget = Budget(max_cost, max_requests, max_tokens)
    with _kept_if_interrupted(), shown(plain=plain) as progress:
        tally = pipeline.generate_study(made, store, limit=limit, budget=budget, say=say, progress=progress)
    pipeline.parse_study(made, store)
    if made.training is not None:
        from harness.secondorder import train_study

        train_study(made, store, say=say)
    pipeline.audit_study(made, store, say=say)
    path = pipeline.report_study(made, store)
    if as_json:
        from harness.listing import plain_rows

        found, together = (plain_rows(frame(made.name)) for frame in (store.findings, store.sensitivities))
        told = {"asked": tally.done, "failed": tally.failed, "cost": tally.cost, "unpriced": tally.unpriced}
        _print_json(
            {**told, "stopped": tally.stopped, "report": str(path), "findings": found, "sensitivities": together}
        )
        return
    _print_findings(store, made)
    print(f"\nreport: {path}")


@app.command(name="list")
def list_(
    kind: Annotated[
        str,
        typer.Argument(
            help="studies, datatypes, backends, extractors, learners, remedies, audits or runs; all if left out"
        ),
    ] = "",
    name: Annotated[str, typer.Argument(help="of audits: those of a data type, or all that is known of one")] = "",
    runs: Runs = DEFAULT_RUNS,
    as_json: AsJson = False,
) -> None:
    """List what there is: studies, data types, backends, extractors, learners, remedies, audits, runs."""
    from harness.auditlist import as_values, list_audits, tell_audits
    from harness.extract import missing
    from harness.listing import listing

    if name and kind != "audits":
        raise typer.BadParameter(f"only audits are chosen by name: harness list audits {name}")
    if kind == "audits":
        if as_json:
            _print_json({"audits": [as_values(audit, missing) for audit in list_audits(name)]})
        else:
            print("\n".join(tell_audits(missing, name)))
        return
    listed = listing(kind, runs)
    if as_json:
        _print_json({title: [{"name": name, "text": text} for name, text in rows] for title, rows in listed})
        return
    for title, rows in listed:
        print(f"{title}:")
        for row, text in rows:
            print(f"  {row:<24} {text}")


@app.command()
def rebuild(runs: Runs = DEFAULT_RUNS) -> None:
    """Make the database anew from the run folders. Audits are to be run again after it."""
    from harness import pipeline
    from harness.store import open_store

    folders, studies = pipeline.rebuild(open_store(runs))
    print(f"{folders:,} run folders read; run `harness audit` for: {', '.join(studies) or 'nothing'}")


@app.command()
def verify(runs: Runs = DEFAULT_RUNS) -> None:
    """Re-derive every id from its content."""
    from harness.store import open_store
    from harness.store.verify import verify as check

    counts, wrong = check(open_store(runs))
    print(", ".join(f"{count:,} {kind}s" for kind, count in counts.items()))
    for name in wrong[:20]:
        print(f"  {name} is not made by its content")
    print(f"{len(wrong):,} wrong" if wrong else "every id is made by its content")
    if wrong:
        raise typer.Exit(1)


app.command()(cli_vary.vary)


def main() -> None:
    """Run the command line; print errors bare, with exit code 2."""
    try:
        app()
    except HarnessError as error:
        if _Debug.on:
            raise
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)


class _Debug:
    on = False


@contextmanager
def _kept_if_interrupted() -> Iterator[None]:
    """Say how to go on; typer itself would end without a word."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        from harness.interrupt import Terminated

        print("interrupted: what came is kept; the same command goes on from here", file=sys.stderr)
        # As the shell says it: 128 and the number of the signal.
        raise typer.Exit(143 if isinstance(interrupt, Terminated) else 130) from None


def _open(name: str, runs: Path) -> tuple[Study, Store]:
    from harness.store import open_store
    from harness.study import Study

    return Study.load(name), open_store(runs)


def _at_most(tokens: int) -> str:
    return f"at most {tokens:,}" if tokens else "nobody knows how many"


def _price(planned: Plan) -> str:
    from harness.prices import dollars

    known, unpriced = planned.cost
    if not unpriced:
        return f"at most about {dollars(known)}" if known else "free"
    return f"at most about {dollars(known)} and the unknown price of {', '.join(unpriced)}"


def _print_findings(store: Store, study: Study, only: list[str] | None = None) -> None:
    from harness.listing import findings_table, sensitivities_table

    findings = store.findings(study.name)
    print()
    for line in findings_table(findings[findings["audit"].isin(only)] if only else findings):
        print(line)
    sensitivities = store.sensitivities(study.name)
    for line in sensitivities_table(sensitivities[sensitivities["audit"].isin(only)] if only else sensitivities):
        print(line)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

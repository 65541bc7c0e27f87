"""The verb ``compare``: arguments, a table, an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from harness.comparison import Comparison

Named = Annotated[str, typer.Argument(metavar="STUDY", help="a folder with a study.toml, or its name in prompts/")]
By = Annotated[str, typer.Option(help="the one factor in which those compared differ: model, variant or wave")]
Baseline = Annotated[str | None, typer.Option(help="compare each other with this model, variant or wave")]
Only = Annotated[list[str] | None, typer.Option("--audit", help="only this audit; may be given more than once")]
FailOn = Annotated[
    list[str] | None,
    typer.Option(help="exit with 1 on 'METRIC > NUMBER', 'AUDIT < NUMBER' (of the difference) or 'regression'"),
]
Junit = Annotated[Path | None, typer.Option(help="write the comparisons as JUnit XML into this file")]
Described = Annotated[bool, typer.Option(help="show what is only described, too")]
Runs = Annotated[Path, typer.Option(help="where outputs go")]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
ORDER = ("worse", "moved", "better", "cannot tell", "same")
RULES = """\
How this is told: the difference is the later minus the earlier, on the items that both answered, with its 95 %
interval. worse, better: q is 0.05 or less, and the audit says which direction is bad. moved: q is 0.05 or less, and
neither direction is bad. same: the whole interval is smaller than what the audit counts as large enough to matter.
cannot tell: none of these. q is p corrected for all comparisons above."""


def compare(
    study: Named,
    by: By = "model",
    baseline: Baseline = None,
    only: Only = None,
    fail_on: FailOn = None,
    junit: Junit = None,
    described: Described = False,
    runs: Runs = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Compare models, prompt variants or waves with each other: what changed, and how sure that is."""
    from harness import pipeline
    from harness.gate import broken, read_rules
    from harness.pairing import FACTORS
    from harness.store import open_store
    from harness.study import Study

    if by not in FACTORS:
        raise typer.BadParameter(f"{by!r} is none of {', '.join(FACTORS)}", param_hint="--by")
    made, store = Study.load(study), open_store(runs)
    pipeline.resolve(made, store)
    compared = pipeline.compare_study(made, store, by=by, baseline=baseline, only=only or None)
    failed = broken(read_rules(fail_on or [], compared), compared)
    if junit is not None:
        from harness.junit import write_junit

        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.write_text(write_junit(made.name, compared, failed), encoding="utf-8")
    if as_json:
        import json

        rows = [_values(one) for one in compared]
        told = [{"rule": rule.text, **_values(one)} for rule, one in failed]
        print(json.dumps({"study": made.name, "by": by, "comparisons": rows, "failed": told}, ensure_ascii=False))
    else:
        print("\n".join(tell(compared, by, described=described)))
    if failed:
        stream = sys.stderr if as_json else sys.stdout
        print(f"\nfailed: {len(failed)}", file=stream)
        for rule, one in failed:
            print(f"  {rule.text}: {one.audit}, {one.metric}, {one.named}: {one.told}", file=stream)
        raise typer.Exit(1)


def tell(compared: Sequence[Comparison], by: str, *, described: bool = False) -> Iterator[str]:
    """Give a line for each comparison, by pair; then the rules, in words."""
    shown = [one for one in compared if one.judged or described]
    if not shown:
        yield (
            f"nothing to compare by {by}: "
            + {
                "model": "it takes two models with the same variant, on the same data",
                "variant": "it takes two variants of a model that differ in one axis",
                "wave": "it takes one model under one variant in two waves",
            }[by]
        )
        return
    pairs: dict[str, list[Comparison]] = {}
    for one in shown:
        pairs.setdefault(f"{one.named}{f' on {one.dataset}' if one.dataset else ''}", []).append(one)
    for pair, own in pairs.items():
        counts = {word: sum(one.direction == word for one in own) for word in ORDER}
        yield f"{pair}: {', '.join(f'{word} {n}' for word, n in counts.items() if n)}"
        for one in sorted(own, key=lambda one: (ORDER.index(one.direction), one.audit)):
            arrow = "" if not one.difference else "↑" if one.difference > 0 else "↓"
            name = one.metric if one.metric == one.audit else f"{one.audit} {one.metric}"
            yield f"  {arrow or ' '} {one.direction:<12} {name}: {one.told.split(': ', 1)[1]}"
    if len(shown) < len(compared):
        yield f"{len(compared) - len(shown):,} more are described and not judged: --described shows them"
    yield f"\n{RULES}"


def _values(one: Comparison) -> dict[str, object]:
    import math

    return {
        name: None if isinstance(value, float) and math.isnan(value) else value for name, value in vars(one).items()
    }

"""The verbs ``curate`` and ``correct``: arguments, tables."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from harness.curating import Effect

Named = Annotated[str, typer.Argument(metavar="STUDY", help="a folder with a study.toml, or its name in prompts/")]
Remedies = Annotated[
    list[str] | None, typer.Option("--remedy", help="only this; may be given more than once; all if left out")
]
Options = Annotated[list[str] | None, typer.Option("--option", help="of a remedy, as drop_duplicates.alike=0.7")]
Only = Annotated[list[str] | None, typer.Option("--audit", help="only this audit; may be given more than once")]
Runs = Annotated[Path, typer.Option(help="where outputs go")]


def curate(
    study: Named, remedies: Remedies = None, options: Options = None, only: Only = None, runs: Runs = Path("runs")
) -> None:
    """Leave out, or thin, what models said, as remedies say; audit before and after: what does each remedy buy?"""
    from harness import pipeline, plugins
    from harness.curating import curate as apply
    from harness.curating import effects_of
    from harness.store import open_store
    from harness.study import Study

    made, store = Study.load(study), open_store(runs)
    pipeline.resolve(made, store)
    names = remedies or plugins.list_names("remedies")
    folder, _ = apply(made, store, {name: _options(name, options or []) for name in names})
    if folder is None:
        print("no remedy left anything to audit")
        raise typer.Exit(1)
    after = Study.load(folder)
    pipeline.resolve(after, store)
    pipeline.audit_study(after, store, only=only or None, say=lambda _: None)
    _print(effects_of(after, store, names))
    print(f"\nstudy of what is left: {folder} (harness audit, report, compare and train work on it)")


def correct(
    study: Named,
    people: Annotated[int | None, typer.Option(min=2, help="as if people had answered only so many items")] = None,
    runs: Runs = Path("runs"),
) -> None:
    """Say what people would say of all items, from a model's answers to all and people's to some."""
    from harness import pipeline
    from harness.correcting import correct_shares
    from harness.store import open_store
    from harness.study import Study

    made, store = Study.load(study), open_store(runs)
    pipeline.resolve(made, store)
    shown = ""
    for one in correct_shares(made, store, people):
        head = f"{one.dataset}: {one.model} {one.variant}".rstrip()
        if head != shown:
            answered, rest = one.items
            print(f"\n{head}: people answered {answered:,} items, the model {rest:,} more")
            print(f"  {'share of':<20} {'model alone':>11}   {'people alone':<24} {'people and model':<24} worth")
            shown = head
        found = one.made
        alone = f"{found.people:.3f} [{found.people_lower:.3f}, {found.people_upper:.3f}]"
        both = f"{found.value:.3f} [{found.lower:.3f}, {found.upper:.3f}]"
        truth = "" if math.isnan(one.truth) or people is None else f"   all people: {one.truth:.3f}"
        print(f"  {one.option:<20} {found.model:>11.3f}   {alone:<24} {both:<24} {found.worth:.2f}{truth}")
    print("\nworth: how many answers of people alone would tell as much as one of theirs does with the model")


def _options(remedy: str, given: list[str]) -> dict[str, Any]:
    """Read remedy.name=value."""
    from harness import plugins
    from harness.errors import refuse_unknown

    known = plugins.load("remedies", remedy).OPTIONS
    pairs = (one.partition("=") for one in given if one.startswith(f"{remedy}."))
    own = {name.removeprefix(f"{remedy}."): value for name, _, value in pairs}
    refuse_unknown(own, list(known), f"--option {remedy}.")
    return {name: float(value) for name, value in own.items()}


def _print(effects: list[Effect]) -> None:
    """Print each metric that a remedy moves for sure, and count the others."""
    by: dict[tuple[str, str, str, str], list[Effect]] = {}
    for one in effects:
        by.setdefault((one.dataset, one.model, one.variant, one.remedy), []).append(one)
    for (dataset, model, variant, remedy), found in sorted(by.items()):
        sure = [one for one in found if one.lower > 0 or one.upper < 0]
        print(f"\n{remedy}: {dataset}, {model} {variant}: {len(sure)} of {len(found)} measures move for sure")
        for one in sorted(sure, key=lambda x: (x.audit, x.metric)):
            verdicts = one.verdict_before
            if one.verdict_after != one.verdict_before:
                verdicts = f"{one.verdict_before} → {one.verdict_after}"
            print(
                f"  {one.audit + ' ' + one.metric:<48} {one.before:>8.3f} → {one.after:>8.3f}   "
                f"{one.after - one.before:+.3f} [{one.lower:+.3f}, {one.upper:+.3f}]   {verdicts}"
            )
        blind = sum(math.isnan(one.lower) for one in found)
        if blind:
            print(f"  {blind} without an interval of the difference: see their findings before and after")

"""The verbs ``curate`` and ``correct``: arguments, tables."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

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
    for line in tell_curations(store.curations(after.name)):
        print(line)
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


def tell_curations(rows: pd.DataFrame) -> Iterator[str]:
    """Tell each measure of the answers that a remedy changes for certain, and count the others."""
    from harness.amplification import CHANGED

    for (remedy, dataset, model, variant), found in rows.groupby(["remedy", "dataset", "model", "variant"], sort=True):
        sure = found[found["verdict"].isin(CHANGED)]
        yield f"\n{remedy}: {dataset}, {model} {variant}".rstrip()
        counts = found["verdict"].value_counts()
        yield "  " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        for row in sure.sort_values(["audit", "metric"]).to_dict("records"):
            changed = row["verdict_before"] != row["verdict_after"]
            verdicts = f"{row['verdict_before']} → {row['verdict_after']}" if changed else row["verdict_before"]
            moved = f"{row['difference']:+.3f} [{row['lower']:+.3f}, {row['upper']:+.3f}]"
            yield (
                f"  {row['verdict']:<7} {row['audit'] + ' ' + row['metric']:<44} {row['before']:>8.3f} → "
                f"{row['after']:>8.3f}   {moved}   {verdicts}"
            )
        blind = int(found["lower"].isna().sum())
        if blind:
            yield f"  {blind} without an interval of the difference: see their findings before and after"

"""The verb ``collapse``: arguments, a table."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd

Named = Annotated[str, typer.Argument(metavar="STUDY", help="a folder with a study.toml, or its name in prompts/")]
Learner = Annotated[str, typer.Option(help="who is taught and writes: ngram_lm (seconds) or finetune_lm")]
Generations = Annotated[int, typer.Option(min=1, help="how often texts are written")]
Seeds = Annotated[int, typer.Option(min=1, help="runs of everything that is chance")]
Text = Annotated[str | None, typer.Option(help="which of the study's texts, such as output; the last by default")]
Most = Annotated[int, typer.Option(min=50, help="people's texts that a seed draws, at most")]
Options = Annotated[
    list[str] | None, typer.Option("--option", help="of the learner, as cut=true; may be given more than once")
]
Runs = Annotated[Path, typer.Option(help="where outputs go")]


def collapse(
    study: Named,
    learner: Learner = "ngram_lm",
    generations: Generations = 5,
    seeds: Seeds = 5,
    text: Text = None,
    most: Most = 5_000,
    options: Options = None,
    runs: Runs = Path("runs"),
) -> None:
    """Teach a language model with people's texts, then with its own, again and again: what is left of people's?"""
    from harness import pipeline
    from harness.collapse import Settings
    from harness.collapsing import collapse_study
    from harness.store import open_store
    from harness.study import Study

    made, store = Study.load(study), open_store(runs)
    pipeline.resolve(made, store)
    settings = Settings(learner, generations, seeds, most=most)
    label, chart = collapse_study(made, store, settings, _read(options or [], learner), named=text)
    found = store.sql("from collapse where study = $study and learner = $label", {"study": made.name, "label": label})
    _print(found)
    print(f"\nchart: {chart}")


def _read(given: list[str], learner: str) -> dict[str, Any]:
    """Read name=value, the value as TOML says it or else as text."""
    from harness import plugins
    from harness.errors import refuse_unknown

    pairs = {name: value or "true" for name, _, value in (one.partition("=") for one in given)}
    refuse_unknown(pairs, list(plugins.load("learners", learner).OPTIONS), "--option")
    made: dict[str, Any] = {}
    for name, value in pairs.items():
        try:
            made[name] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            made[name] = value
    return made


def _print(found: pd.DataFrame) -> None:
    from harness.overseeds import METRICS, summarise

    rows, slopes = summarise(found)
    words = int(found.loc[found["metric"] == "budget", "value"].iloc[0])
    print(f"\nat {words:,} words a generation; mean over seeds and 95 % interval of it\n")
    for metric, (title, _) in METRICS.items():
        print(title)
        for regime in dict.fromkeys(rows["regime"]):
            chosen = rows[(rows["metric"] == metric) & (rows["regime"] == regime)]
            values = "  ".join(f"{value:.4g}" for value in chosen["value"])
            slope = slopes[metric, regime]
            print(f"  {regime:<11} {values}")
            print(f"  {'':<11} a generation: {slope.value:+.3g} [{slope.lower:+.3g}, {slope.upper:+.3g}]")

"""The verb ``vary``: show how a study makes its variants, and let a model propose other wordings of a template.

Proposals are shown, or written as ordinary templates beside the original: a person reads them, and names in study.toml
those that mean the same. What this refuses: to change study.toml, or a file that is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from harness.rewording import Proposed


def vary(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="a folder with a study.toml, or its name in prompts/")],
    paraphrase: Annotated[int, typer.Option(min=0, help="propose so many other wordings of a template")] = 0,
    model: Annotated[str, typer.Option(help="which of the study's models rewords; with --backend, any")] = "",
    backend: Annotated[str, typer.Option(help="how a model is reached that is not in the study")] = "",
    wording: Annotated[str, typer.Option(help="the template; else that of the baseline")] = "",
    into: Annotated[Path | None, typer.Option(help="folder for new templates, in the study's; else beside it")] = None,
    write: Annotated[bool, typer.Option("--write", help="write the proposals as files; else they are shown")] = False,
    runs: Annotated[Path, typer.Option(help="where outputs go")] = Path("runs"),
) -> None:
    """Show how variants are made; with --paraphrase, let a model propose wordings for you to review."""
    from harness.design import tell
    from harness.rewording import propose
    from harness.study import Study

    made = Study.load(study)
    if not paraphrase:
        for axis, levels in made.axes.items():
            print(f"{axis}: {', '.join(levels)}")
        print("\n".join(tell(made.design, made.axes, [variant.levels for variant in made.variants])))
        return
    proposed = propose(made, runs, paraphrase, model=model, backend=backend, wording=wording, into=into)
    print("\n".join(_told(proposed, paraphrase)))
    if write:
        for name, source in proposed.files.items():
            path = made.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():  # it may have been mended since
                path.write_text(source, encoding="utf-8")
        print(f"written to {made.folder}: mend or delete what does not mean the same. Then, in study.toml:")
    else:
        print("nothing is written: --write does, and asks nothing anew. The line for study.toml is then:")
    print(f"wording = {json.dumps([*proposed.wordings, *proposed.files], ensure_ascii=False)}")
    if len(proposed.files) < paraphrase:
        raise typer.Exit(1)


def _told(proposed: Proposed, wanted: int) -> Iterator[str]:
    for number, why in proposed.refused:
        yield f"try {number} refused: {why}"
    for name, text in proposed.texts.items():
        yield f"\n{name}"
        yield from (f"    {line}" for line in text.splitlines())
    yield f"\n{len(proposed.files)} of {wanted} wordings, of {proposed.tries} tries"

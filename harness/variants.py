"""Axes → variants: the combinations of levels under ``[vary]`` that the design asks; the first level of each axis is
the baseline.

What this refuses: a study that asks models without a template, and a template that asks an axis for a column
that it does not have.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness import layouts
from harness.axes import SAMPLING_AXES, Axis, Reader
from harness.design import choose
from harness.errors import StudyError, near_names
from harness.render import Templates
from harness.types import Variant


def make_variants(
    spec: Any, folder: Path, templates: Templates, datatype: Any, asked: dict[str, Any], where: str
) -> tuple[dict[str, tuple[str, ...]], list[Variant]]:
    """Read the axes, and combine their levels as the design says; the order of study.toml is kept.

    Args:
        asked: what the data type's table says to models.

    Returns:
        axis → its levels, and the variants, the baseline first.
    """
    vary = dict(spec.vary)
    if "wording" not in vary and spec.template:
        vary = {"wording": [spec.template], **vary}
    if "wording" not in vary:
        if spec.models:
            raise StudyError(
                "the study has models but no template",
                where=where,
                remedy='add template = "question.j2", or wording = [...] under [vary]',
            )
        return {}, []

    def written() -> set[str]:
        return _layout_parts(axes["wording"], templates)

    reader = Reader(folder, datatype, asked, written)
    axes: dict[str, Axis] = {"wording": reader.read("wording", vary["wording"], f"{where}, [vary] wording")}
    axes = {axis: axes.get(axis) or reader.read(axis, given, f"{where}, [vary] {axis}") for axis, given in vary.items()}
    if layouts.AXIS in axes:
        written()
    pools = {name: axis.pool for name, axis in axes.items() if axis.pool is not None}
    _check_columns(axes, templates, folder)
    variants = []
    for cell in choose(spec.design, [len(axis.levels) for axis in axes.values()], f"{where}, [design]"):
        chosen = {name: axis.levels[place] for (name, axis), place in zip(axes.items(), cell, strict=True)}
        levels = {axis: level for axis, (level, _) in chosen.items()}
        bindings = {axis: value for axis, (_, value) in chosen.items()}
        template = bindings.pop("wording")
        ask = {**spec.ask, **{axis: bindings[axis] for axis in SAMPLING_AXES if axis in bindings}}
        name = " ".join(f"{axis}={level}" for axis, level in levels.items())
        variants.append(Variant(name, template, templates.hash(template), levels, bindings, ask, pools))
    return {name: tuple(level for level, _ in axis.levels) for name, axis in axes.items()}, variants


def _layout_parts(wording: Axis, templates: Templates) -> set[str]:
    """List the parts of a layout by which every wording writes.

    Raises:
        StudyError: a wording writes by none, so that every layout would be the same prompt; or it puts marks before
            what is not the study's options in their order.
    """
    shared = {part for parts in layouts.WRITES.values() for part in parts}
    for _, template in wording.levels:
        macros = templates.imported(template, layouts.PIECE)
        if not macros.keys() & layouts.WRITES.keys():
            raise StudyError(
                "layout is varied, and this template is the same under every layout",
                where=str(templates.folder / template),
                remedy=f'write by macros of it: {{% from "{layouts.PIECE}" import fields, choices with context %}}',
            )
        if macros.get("choices", set()) - {"options"}:
            raise StudyError(
                "choices is called with something else than options, so that a mark would not say which option it is",
                where=str(templates.folder / template),
                remedy="write {{ choices(options) }}",
            )
        shared &= {part for macro in macros for part in layouts.WRITES.get(macro, ())}
    return shared


def _check_columns(axes: dict[str, Axis], templates: Templates, folder: Path) -> None:
    """Refuse a template that asks a row for a column that it does not have, under whatever condition it asks."""
    for name, axis in axes.items():
        there = axis.columns
        for _, template in axes["wording"].levels if there else ():
            for column in sorted(templates.columns(template, name) - set(there)):
                raise StudyError(
                    f"the template asks for {f'{name}.{column}'!r}, and the file of {name} has no such column",
                    where=str(folder / template),
                    remedy=f"{near_names(column, there)}there are: {', '.join(there)}",
                )

"""Who is compared with whom: annotators that differ in exactly one factor, the earlier first.

What this refuses: to pair what differs in two things without saying so.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.errors import StudyError, near_names

FACTORS = ("model", "variant", "wave")


@dataclass(frozen=True)
class Version:
    """An annotator as it stands on a timeline.

    Attributes:
        dataset, kind, model, variant, wave: who, as findings name it.
        family, released: of the model; the date is ISO 8601.
        levels: axis → level of the variant; empty where it is not known.
        place: of the variant in the study.
    """

    dataset: str
    kind: str
    model: str
    variant: str
    wave: str
    family: str | None = None
    released: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict, hash=False)
    place: int = 0


@dataclass(frozen=True)
class Pair:
    """Two annotators; ``note`` says what else than the factor differs between them."""

    base: Version
    later: Version
    note: str | None = None


def defaults(versions: Iterable[Version]) -> list[str]:
    """Name the factors by which a study is compared unasked: dated models of a family, and waves."""
    versions = list(versions)
    made = ["model"] if _chains(versions) else []
    waves: dict[tuple[str, ...], set[str]] = {}
    for one in versions:
        waves.setdefault((one.dataset, one.kind, one.model, one.variant), set()).add(one.wave)
    return [*made, "wave"] if any(len(each) > 1 for each in waves.values()) else made


def pair(versions: Sequence[Version], by: str, baseline: str | None = None) -> list[Pair]:
    """Pair annotators of a data set that differ in ``by`` alone.

    ``model``: within a family successive versions, by release date; where no family has two dates, all pairs.
    ``variant``: the further levels of an axis with its first, all other levels equal. ``wave``: successive ones.
    With a baseline, each other against it.

    Raises:
        StudyError: nobody is called as the baseline.
    """
    if baseline is not None:
        known = sorted({getattr(one, by) for one in versions})
        if baseline not in known:
            listed = ", ".join(known) or "none"
            remedy = f"{near_names(baseline, known)}there are: {listed}"
            raise StudyError(f"there is no {by} {baseline!r} to compare with", where="--baseline", remedy=remedy)
    return list({"model": _by_model, "variant": _by_variant, "wave": _by_wave}[by](versions, baseline))


def _by_model(versions: Sequence[Version], baseline: str | None) -> Iterator[Pair]:
    chains = _chains(versions)
    for unit in _units(versions, lambda one: (one.dataset, one.kind, one.variant)):
        by_model: dict[str, dict[str, Version]] = {}
        for one in unit:
            by_model.setdefault(one.model, {})[one.wave] = one
        if baseline is not None:
            named = [(baseline, name) for name in _dated(unit) if name != baseline and baseline in by_model]
        elif chains:
            named = [
                two
                for chain in chains.values()
                for two in itertools.pairwise(name for name in chain if name in by_model)
            ]
        else:
            named = list(itertools.combinations(_dated(unit), 2))
        for base, later in named:
            yield from _same_wave(by_model[base], by_model[later])


def _same_wave(base: Mapping[str, Version], later: Mapping[str, Version]) -> Iterator[Pair]:
    """Pair two models wave by wave; where they share none, as each was last asked, with a warning."""
    shared = [wave for wave in base if wave in later]
    for wave in shared:
        yield Pair(base[wave], later[wave])
    if not shared:
        one, other = (each[max(each, key=_natural)] for each in (base, later))
        told = f"asked in two waves ({one.wave} and {other.wave}): what changed in between shows as well"
        yield Pair(one, other, told)


def _by_wave(versions: Sequence[Version], baseline: str | None) -> Iterator[Pair]:
    for unit in _units(versions, lambda one: (one.dataset, one.kind, one.model, one.variant)):
        ordered = sorted(unit, key=lambda one: _natural(one.wave))
        base = [one for one in ordered if one.wave == baseline]
        if baseline is None:
            yield from itertools.starmap(Pair, itertools.pairwise(ordered))
        elif base:
            yield from (Pair(base[0], one) for one in ordered if one.wave != baseline)


def _by_variant(versions: Sequence[Version], baseline: str | None) -> Iterator[Pair]:
    for unit in _units(versions, lambda one: (one.dataset, one.kind, one.model, one.wave)):
        ordered = sorted(unit, key=lambda one: (one.place, one.variant))
        for base, later in itertools.combinations(ordered, 2):
            if baseline is not None and baseline not in (base.variant, later.variant):
                continue
            one, other = (later, base) if later.variant == baseline else (base, later)
            axes = _axes_apart(one, other)
            if axes is None or (len(axes) == 1 and (baseline is not None or _is_first(one, axes[0], ordered))):
                yield Pair(one, other)


def _axes_apart(one: Version, other: Version) -> list[str] | None:
    """List the axes in which two variants differ; None where these are not known: their names are all there is."""
    if not one.levels or one.levels.keys() != other.levels.keys():
        return None if not one.levels and not other.levels else []
    return [axis for axis, level in one.levels.items() if other.levels[axis] != level]


def _is_first(one: Version, axis: str, unit: Sequence[Version]) -> bool:
    """Tell whether nobody in the study comes before it who differs in this axis alone."""
    return not any(other.place < one.place and _axes_apart(one, other) == [axis] for other in unit)


def _units(versions: Iterable[Version], key: Callable[[Version], tuple[str, ...]]) -> Iterable[list[Version]]:
    units: dict[tuple[str, ...], list[Version]] = {}
    for one in versions:
        units.setdefault(key(one), []).append(one)
    return units.values()


def _dated(versions: Iterable[Version]) -> list[str]:
    """Name the models, the earliest first; those without a date before."""
    return [name for _, name in sorted({(one.released or "", one.model) for one in versions})]


def _chains(versions: Iterable[Version]) -> dict[str, list[str]]:
    """Give family → its dated models, the earliest first; families of one are none."""
    families: dict[str, set[tuple[str, str]]] = {}
    for one in versions:
        if one.family and one.released:
            families.setdefault(one.family, set()).add((one.released, one.model))
    return {family: [name for _, name in sorted(dated)] for family, dated in families.items() if len(dated) > 1}


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort names with numbers in them by the numbers: wave 2 before wave 10."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part)

"""The first lines of the page: what was asked, and what came out, in one sentence for each model.

What this refuses: to count what was only described, and to hide what was not run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.report.findings import Group, Section, axes_of, order_of
from harness.report.tables import Record
from harness.report.words import count, join, small

if TYPE_CHECKING:
    from harness.study import Study


MOST, NAMES = 3, 6  # models and datasets with a sentence of their own; audits named in it


def summarise(sections: Sequence[Section]) -> list[str]:
    """Say what came out: one sentence for each model and dataset."""
    judged = [(section, group) for section in sections for group in section.judged]
    if not judged:
        return ["No artifact could be judged: every audit either only describes or could not run."]
    datasets = {group.first.dataset for _, group in judged}
    keys = list(dict.fromkeys((group.first.model, group.first.dataset) for _, group in judged))
    if len(keys) > MOST:
        return _overall(judged, keys)
    told = []
    for key in keys:
        mine = sorted(
            ((s, g) for s, g in judged if (g.first.model, g.first.dataset) == key), key=lambda pair: order_of(pair[1])
        )
        on = f" on {key[1]}" if len(datasets) > 1 else ""
        told.append(_sentence(f"{key[0]}{on}", mine))
    return told


def _overall(judged: Sequence[tuple[Section, Group]], keys: Sequence[tuple[str, str]]) -> list[str]:
    """Say of many models and datasets where artifacts are, and which are the largest."""
    models, datasets = (len(set(each)) for each in zip(*keys, strict=True))
    over = join([count(n, noun) for n, noun in ((models, "model"), (datasets, "dataset")) if n > 1])
    found = [(s, g) for s, g in judged if g.state in ("found", "depends", "some")]
    every, anywhere = (list(dict.fromkeys(s.name for s, _ in pairs)) for pairs in (judged, found))
    told = [f"{len(anywhere)} of {count(len(every), 'audit')} found an artifact somewhere among {over}."]
    largest: dict[str, tuple[Section, Group]] = {}
    for section, group in sorted(found, key=lambda pair: order_of(pair[1])):
        largest.setdefault(section.name, (section, group))
    where = [
        f"{small(s.title)} (in {_count(s, g, found)} of {_count(s, g, judged)}, up to {g.largest.size:.1f} times for "
        f"{g.first.model}{f' on {g.first.dataset}' if datasets > 1 else ''})"
        for s, g in list(largest.values())[:NAMES]
    ]
    if where:
        told.append(f"Furthest out, measured by what each counts as large enough to matter: {join(where)}.")
    titles = {section.name: small(section.title) for section, _ in judged}
    absent = [name for name in every if all(g.state == "absent" for s, g in judged if s.name == name)]
    unclear = [name for name in every if name not in anywhere and name not in absent]
    if absent:
        told.append(f"Everywhere absent: {_some([titles[name] for name in absent])}.")
    if unclear:
        told.append(f"Not found, and these data cannot tell everywhere: {_some([titles[name] for name in unclear])}.")
    return told


def _count(section: Section, group: Group, pairs: Sequence[tuple[Section, Group]]) -> int:
    """Count the models and datasets with the metric of a group."""
    return sum((s.name, g.first.metric) == (section.name, group.first.metric) for s, g in pairs)


def _sentence(who: str, judged: Sequence[tuple[Section, Group]]) -> str:
    variants = max(len(group.rows) for _, group in judged)
    every = " under every prompt variant" if variants > 1 else ""
    by_state: dict[str, list[str]] = {}
    for section, group in judged:
        title = section.title if len(section.judged) == 1 or not _twice(judged, section) else group.first.metric
        by_state.setdefault(group.state, []).append(small(title))
    audits, found = len({section.name for section, _ in judged}), by_state.get("found", [])
    total = count(len(judged), "audit")
    if audits < len(judged):
        total = f"{count(len(judged), 'metric')} of {count(audits, 'audit')}"
    told = [f"{len(found)} of {total} found an artifact in {who}{every}{_named(found)}"]
    for state, words in (
        ("depends", "found it under some variants and its absence under others"),
        ("some", "found it under some variants, and for the others these data cannot tell"),
    ):
        if state in by_state:
            told.append(f"{len(by_state[state])} {words}{_named(by_state[state])}")
    if "unclear" in by_state:
        names = by_state["unclear"]
        told.append(f"for {len(names)} these data cannot tell{_named(names)}")
    if "absent" in by_state:
        told.append(f"{len(by_state['absent'])} found none of a size that matters{_named(by_state['absent'])}")
    return "; ".join(told) + "."


def _twice(judged: Sequence[tuple[Section, Group]], section: Section) -> bool:
    return sum(each.name == section.name for each, _ in judged) > 1


def _named(names: Sequence[str]) -> str:
    return f" ({_some(names)})" if names else ""


def _some(names: Sequence[str]) -> str:
    """Join names, of many the first."""
    if len(names) <= NAMES + 1:
        return join(list(names))
    return join([*names[:NAMES], f"{len(names) - NAMES} more"])


def describe(study: Study, people: Sequence[Record], replies: Sequence[Record]) -> list[str]:
    """Say what was asked of whom, in sentences."""
    told = [_people(record) for record in people]
    asked = [record for record in replies if record["asked"] and record["wave"] == study.wave]
    if study.models:
        told.append(_models(study, people, asked))
    earlier = [record for record in replies if record["asked"] and record["wave"] != study.wave]
    if earlier:
        waves = sorted({str(record["wave"]) for record in earlier})
        told.append(
            f"{count(sum(int(record['asked']) for record in earlier), 'reply', 'replies')} of other waves "
            f"({join(waves)}) stand beside them."
        )
    published = [record for record in replies if not record["asked"]]
    if published:
        models = sorted({str(record["model"]) for record in published})
        n = sum(int(record["replies"]) for record in published)
        told.append(
            f"{count(n, 'answer')} of {count(len(models), 'model')} ({join(models)}) were published by others "
            "and loaded; their replies in full are not known."
        )
    return told


def _people(record: Record) -> str:
    items = f"{count(int(record['items']), 'item')} of the dataset {record['dataset']}"
    answers = int(record["answers"])
    if not answers:
        return f"{items}: no answers of people were loaded."
    named, unnamed = int(record["people"]), int(record["unnamed"])
    who = count(named, "person", "people") if named else "people"
    if named and unnamed:
        who += " and others whom the data do not name"
    elif unnamed:
        who += " whom the data do not name"
    if int(record["answered"]) < int(record["items"]):
        return f"{items}, of which {int(record['answered']):,} were answered by {who}: {count(answers, 'answer')}."
    return f"{items} were answered by {who}: {count(answers, 'answer')}."


def _models(study: Study, people: Sequence[Record], asked: Sequence[Record]) -> str:
    names = [model.identity.name for model in study.models]
    held = sum(int(record["asked"]) for record in asked)
    read = sum(int(record["parsed"]) for record in asked)
    items = sum(int(record["items"]) for record in people)
    wanted = items * len(study.annotators) * study.samples
    axes = [f"{axis}: {', '.join(levels)}" for axis, levels in axes_of(study).items() if len(levels) > 1]
    variants = count(len(study.variants), "prompt variant")
    if axes:
        variants += f" ({'; '.join(axes)})"
    samples = "once" if study.samples == 1 else f"{study.samples} times"
    told = f"{count(len(names), 'model')} ({join(names)}) {'was' if len(names) == 1 else 'were'} asked about each "
    told += f"item under {variants}, {samples} each: {count(held, 'reply', 'replies')}"
    if held < wanted:
        told += f" of {wanted:,} wanted"
    return f"{told}, of which {read:,} could be read as an answer."

"""Who teaches: people, one model under one variant in one wave, or a mixture of the two.

What this refuses: a corpus that is not there, and a model's words under two names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import StudyError, near_names
from harness.training import HUMAN, LLM, Training

PLAIN = ("", "published")  # variants that say nothing


@dataclass(frozen=True)
class Said:
    """One annotator's answer to an item in one sample.

    Attributes:
        rows: part → (what a learner reads, what was said, the record).
        texts: what must not stand on both sides of a split.
        dialogue: every turn is asked, also where two are alike.
    """

    item: str
    annotator: str
    sample: int
    rows: Mapping[int, tuple[Any, str, Mapping[str, Any]]]
    texts: tuple[str, ...]
    dialogue: bool = False


@dataclass(frozen=True)
class Taught:
    """All that can teach in one data set.

    Attributes:
        corpora: name → item → answers, in their order; ``human`` among them.
        clusters, splits: item → its cluster; what the data call its side.
    """

    dataset: str
    corpora: dict[str, dict[str, list[Said]]]
    clusters: dict[str, str]
    splits: dict[str, str | None]


@dataclass(frozen=True)
class Corpus:
    """Who teaches a trained annotator.

    Attributes:
        name: the corpus, ``human`` or a model's.
        human: per cent of items whose annotation is a person's; None in a corpus of one kind.
        size: items; None: as many as every corpus can give.
    """

    name: str
    human: int | None = None
    size: int | None = None

    @property
    def levels(self) -> dict[str, str]:
        """What the trained annotator's variant says, by name."""
        said = {"corpus": self.name, "human": self.human, "size": self.size}
        return {name: str(value) for name, value in said.items() if value is not None}

    @property
    def variant(self) -> str:
        """What charts call the annotator that it teaches."""
        return " ".join(f"{name}={value}" for name, value in self.levels.items())


def choose_corpora(wanted: Sequence[str], there: Iterable[str], where: str) -> list[str]:
    """Say which corpora are meant: ``llm`` is every model, a model's name is all of its variants.

    Raises:
        StudyError: there is no such corpus.
    """
    names = sorted(there)
    chosen: dict[str, None] = {}
    for want in wanted:
        found = [
            name
            for name in names
            if (want == LLM and name != HUMAN) or name == want or (want != HUMAN and name.startswith(f"{want} "))
        ]
        if not found and want not in (HUMAN, LLM):
            remedy = f"{near_names(want, names)}there are: {', '.join(names) or 'none'}"
            raise StudyError(f"there is no corpus {want!r}", where=where, remedy=remedy)
        chosen |= dict.fromkeys(found)
    return list(chosen)


def list_corpora(names: Sequence[str], training: Training) -> list[Corpus]:
    """List the corpora of a study: each alone, mixed with people's, and at every size of a learning curve."""
    made = [Corpus(name) for name in names]
    models = [name for name in names if name != HUMAN] if HUMAN in names else []
    most = 100 if training.mix == "added" else 99  # at constant size, 0 and 100 are the two corpora alone
    made += [Corpus(name, human) for name in models for human in training.hybrid if 1 <= human <= most]
    return made + [Corpus(name, size=size) for name in names for size in training.sizes]


def name_corpus(row: Mapping[str, Any], waves: int) -> str:
    """Name the corpus of who said a row: a model by its variant and wave as far as these say anything."""
    if row["kind"] == HUMAN:
        return HUMAN
    variant = "" if row["variant"] in PLAIN else row["variant"]
    return " ".join(filter(None, (row["model"], variant, f"wave={row['wave']}" if waves > 1 else "")))


def read_taught(datatype: Any, config: Any, training: Training, rows: Iterable[Mapping[str, Any]]) -> list[Taught]:
    """Read what everybody said as what can teach, one data set each.

    Args:
        rows: dataset, item_id, cluster, split, fields, metadata, kind, model, variant, wave, annotator_id, sample,
            part, loaded, record; the parts of an answer in their order.
    """
    waves: dict[str, set[str]] = {}
    answers: dict[tuple[str, str, str, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        waves.setdefault(row["model"], set()).add(row["wave"])
        answers.setdefault((row["dataset"], row["item_id"], row["annotator_id"], row["sample"]), []).append(row)
    dialogues = hasattr(datatype, "roles")
    if dialogues:
        answers = _join_voices(answers)
    made: dict[str, Taught] = {}
    asked = {"fields": training.fields, "classes": training.classes}
    for (dataset, item, _, sample), parts in sorted(answers.items()):
        taught = made.setdefault(dataset, Taught(dataset, {}, {}, {}))
        first = parts[0]
        taught.clusters[item], taught.splits[item] = first["cluster"], first["split"]
        pairs = datatype.teach(config, asked, _known(first, training), [row["record"] for row in parts])
        there = [(row, pair) for row, pair in zip(parts, pairs, strict=True) if pair]
        texts = _apart([pair for _, pair in there], datatype, training)
        by_corpus: dict[str, list[tuple[Mapping[str, Any], tuple[Any, str]]]] = {}
        for row, pair in there:
            by_corpus.setdefault(name_corpus(row, len(waves[row["model"]])), []).append((row, pair))
        for name, own in by_corpus.items():
            said = {row["part"]: (*pair, row["record"]) for row, pair in own}
            one = Said(item, own[0][0]["annotator_id"], sample, said, texts, dialogues)
            taught.corpora.setdefault(name, {}).setdefault(item, []).append(one)
    return list(made.values())


def _apart(pairs: Sequence[tuple[Any, str]], datatype: Any, training: Training) -> tuple[str, ...]:
    """List the texts of an answer that must not stand on both sides: what is read.

    Of a dialogue that is all of it: how one begins, and many a short turn, is the same in many. Of a text that is
    what was written, for many may be written to one prompt.
    """
    classes, writes = training.classes, hasattr(datatype, "OF_CLASSES") and not training.classes
    if pairs and (writes or hasattr(datatype, "roles")):
        return ("\n".join(read if classes else said for read, said in pairs),)
    return tuple(read if isinstance(read, str) else "\n".join(read) for read, _ in pairs)


def _known(row: Mapping[str, Any], training: Training) -> dict[str, Any]:
    """Give what a learner may know of an item: its fields, and of its metadata what the study names.

    Metadata often hold what is to be found out (a gold label, another judge's verdict), so none is read unasked.
    """
    named = {name: row["metadata"][name] for name in (*training.fields, training.classes) if name in row["metadata"]}
    return {**named, **row["fields"]}


def _join_voices(
    answers: Mapping[tuple[str, str, str, int], list[Mapping[str, Any]]],
) -> dict[tuple[str, str, str, int], list[Mapping[str, Any]]]:
    """Join the turns of a dialogue that was loaded: each of those who spoke in it is an annotator of their own.

    Where a turn has several voices, several have each played the whole, and stay apart; people then talked among
    themselves where no turn has two of them.
    """
    joined: dict[tuple[str, str, str, int], list[Mapping[str, Any]]] = {}
    together: dict[tuple[str, str, int], list[tuple[str, str, str, int]]] = {}
    for key, parts in answers.items():
        if parts[0]["loaded"]:
            together.setdefault((key[0], key[1], key[3]), []).append(key)
        else:
            joined[key] = parts
    for keys in together.values():
        people = [key for key in keys if answers[key][0]["kind"] == HUMAN]
        voices = next((some for some in (keys, people) if some and _take_turns([answers[key] for key in some])), [])
        if voices:
            rows = (row for key in voices for row in answers[key])
            joined[voices[0]] = sorted(rows, key=lambda row: int(row["part"]))
        joined |= {key: answers[key] for key in keys if key not in voices}
    return joined


def _take_turns(voices: Sequence[Sequence[Mapping[str, Any]]]) -> bool:
    """Tell whether no turn has two voices."""
    parts = [row["part"] for rows in voices for row in rows]
    return len(set(parts)) == len(parts)

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
        whole: what was said counts, all parts together; else what is read, part by part.
    """

    item: str
    annotator: str
    sample: int
    rows: Mapping[int, tuple[Any, str, Mapping[str, Any]]]
    whole: bool = False

    def texts(self) -> list[str]:
        """List the texts that must not stand on both sides: what is read; of a dialogue and a text, what was said.

        How a dialogue begins (whose turn it is) is the same in many, and so is what a text was asked for by.
        """
        if self.whole:
            return ["\n".join(said for _, said, _ in self.rows.values())]
        return [read if isinstance(read, str) else "\n".join(read) for read, _, _ in self.rows.values()]


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
            part, record; the parts of an answer in their order.
    """
    waves: dict[str, set[str]] = {}
    answers: dict[tuple[str, str, str, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        waves.setdefault(row["model"], set()).add(row["wave"])
        answers.setdefault((row["dataset"], row["item_id"], row["annotator_id"], row["sample"]), []).append(row)
    joined = hasattr(datatype, "roles")
    # Many texts may be written to one prompt: what must not stand on both sides is what was written.
    whole = joined or (hasattr(datatype, "OF_CLASSES") and not training.classes)
    if joined:
        answers = _join_voices(answers)
    made: dict[str, Taught] = {}
    asked = {"fields": training.fields, "classes": training.classes}
    for (dataset, item, annotator, sample), parts in sorted(answers.items()):
        taught = made.setdefault(dataset, Taught(dataset, {}, {}, {}))
        first = parts[0]
        taught.clusters[item], taught.splits[item] = first["cluster"], first["split"]
        pairs = datatype.teach(config, asked, _known(first, training), [row["record"] for row in parts])
        said = {row["part"]: (*pair, row["record"]) for row, pair in zip(parts, pairs, strict=True) if pair}
        if said:
            name = name_corpus(first, len(waves[first["model"]]))
            corpus = taught.corpora.setdefault(name, {})
            corpus.setdefault(item, []).append(Said(item, annotator, sample, said, whole))
    return list(made.values())


def _known(row: Mapping[str, Any], training: Training) -> dict[str, Any]:
    """Give what a learner may know of an item: its fields, and of its metadata what the study names.

    Metadata often hold what is to be found out (a gold label, another judge's verdict), so none is read unasked.
    """
    named = {name: row["metadata"][name] for name in (*training.fields, training.classes) if name in row["metadata"]}
    return {**named, **row["fields"]}


def _join_voices(
    answers: Mapping[tuple[str, str, str, int], list[Mapping[str, Any]]],
) -> dict[tuple[str, str, str, int], list[Mapping[str, Any]]]:
    """Join the turns of a dialogue between people, each of whom is an annotator of their own.

    Where a turn has several voices, several people have each played the whole, and stay apart.
    """
    joined: dict[tuple[str, str, str, int], list[Mapping[str, Any]]] = {}
    together: dict[tuple[str, str, int], list[tuple[str, str, str, int]]] = {}
    for key, parts in answers.items():
        if parts[0]["kind"] == HUMAN:
            together.setdefault((key[0], key[1], key[3]), []).append(key)
        else:
            joined[key] = parts
    for keys in together.values():
        rows = [row for key in keys for row in answers[key]]
        if len({row["part"] for row in rows}) == len(rows):
            joined[keys[0]] = sorted(rows, key=lambda row: int(row["part"]))
        else:
            joined |= {key: answers[key] for key in keys}
    return joined

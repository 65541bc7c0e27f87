"""Who taught whom, and what came of it, in words.

What this refuses: to call a change certain that the table does not, and to leave out what these data cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.amplification import CHANGED, in_score
from harness.auditfile import read_score
from harness.report.findings import axes_of, name_variant
from harness.report.tables import Record, ask
from harness.report.words import count, join, number, small
from harness.training import HUMAN, SHARES

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study

PEOPLE = "people"
QUESTION = "What do models that were trained on these data show of it?"
CERTAIN = ("amplified", "damped", "moved")
MOST = 4  # classes of trained models, mixtures and data sets that have a sentence of their own


class Names:
    """The names of corpora, and of what they taught, as a reader knows them."""

    def __init__(self, study: Study, store: Store) -> None:
        self.rows = ask(store, "teachers", study.name)
        self._added = bool(study.training and study.training.mix == "added")
        axes = axes_of(study)
        by_model: dict[str, dict[str, Record]] = {}
        for row in self.rows:
            if row["teacher"]:
                by_model.setdefault(row["teacher"], {})[row["corpus"]] = row
        self._names = {HUMAN: PEOPLE}
        for model, corpora in by_model.items():
            waves = len({row["wave"] for row in corpora.values()}) > 1
            for corpus, row in corpora.items():
                parts = [model, name_variant(row["taught_under"] or "", axes), f"wave {row['wave']}" if waves else ""]
                self._names[corpus] = " · ".join(filter(None, parts)) if len(corpora) > 1 else model
        self._taught = {row["variant"]: self.taught(row["corpus"], row["human"], row["size"]) for row in self.rows}

    def corpus(self, corpus: str) -> str:
        """Name a corpus."""
        return self._names.get(corpus, corpus)

    def teacher(self, model: str, variant: str) -> str:
        """Name a model that taught, under one of its variants."""
        under = (row["corpus"] for row in self.rows if (row["teacher"], row["taught_under"]) == (model, variant))
        return self.corpus(next(under, model))

    def taught(self, corpus: str, human: int | None = None, size: int | None = None) -> str:
        """Say who taught."""
        if human is not None:
            mixed = f"{human} % {PEOPLE} on top" if self._added else f"{human} % {PEOPLE}"
            return f"taught by {self.corpus(corpus)} and {mixed}"
        return f"taught by {self.corpus(corpus)}" + (f", {size:,} items" if size is not None else "")

    def variant(self, variant: str) -> str:
        """Say who taught a trained annotator, by its variant."""
        return self._taught.get(variant, variant)


def spanned(
    row: Record, name: str, low: str = "lower", high: str = "upper", *, signed: bool = False, places: int | None = None
) -> str:
    """Write a number with its interval; with so many decimals, or as many as what matters asks for."""
    places = places or places_of(row)
    value = number(row[name], places, signed=signed)
    if row[low] is None or row[high] is None:
        return f"{value} (no interval)"
    return f"{value} (95 % {number(row[low], places, signed=signed)} to {number(row[high], places, signed=signed)})"


def places_of(row: Record) -> int:
    """Give the decimals that what matters asks for."""
    return 3 if (row.get("warn") or 1.0) < 0.02 else 2


def title(row: Record, rows: Sequence[Record]) -> str:
    """Name an artifact: by its audit, and by its metric where the audit judges several."""
    return titles([row], rows)[0]


def titles(some: Sequence[Record], rows: Sequence[Record]) -> list[str]:
    """Name the artifacts of some rows, as ``title`` does, reading all rows once."""
    metrics: dict[str, set[str]] = {}
    for each in rows:
        metrics.setdefault(each["audit"], set()).add(each["metric"])
    return [
        str(row["title"]) if len(metrics[row["audit"]]) == 1 else f"{row['title']}: {row['metric']}" for row in some
    ]


def group_by(rows: Sequence[Record], *names: str) -> dict[tuple[Any, ...], list[Record]]:
    """Put rows together that have the same values of some names, in the order in which these come."""
    grouped: dict[tuple[Any, ...], list[Record]] = {}
    for row in rows:
        grouped.setdefault(tuple(row[name] for name in names), []).append(row)
    return grouped


def unit(row: Record) -> str:
    """Say what an artifact is measured in, for axes."""
    return str(read_score(SHARES).header.unit if row["audit"] == SHARES else row["metric"])


def gain_in(row: Record) -> str:
    """Say what a gain of a row of ``hybrids`` is."""
    return f"less {row['metric']}" if row["worse"] == "up" else f"gain in {row['metric']}"


def where(row: Record, rows: Sequence[Record]) -> str:
    """Name the learner and, where there are several, the data set."""
    datasets = {each["dataset"] for each in rows}
    return f"{row['model']} on {row['dataset']}" if len(datasets) > 1 else str(row["model"])


def change(row: Record) -> float:
    """Give how many times what matters a change is; for order only."""
    return float(abs(row["amplification"] or 0.0) / (row["warn"] or 1.0))


def tell_amplification(rows: Sequence[Record], names: Names) -> list[str]:
    """Say, of each corpus, which artifacts a learner shows more or less of than what taught it.

    Args:
        rows: of the table amplifications, those that are judged.
    """
    classes = group_by(rows, "dataset", "model", "corpus")
    if len(classes) > MOST:
        return [_overall(rows, len(classes), names)]
    return [_of_class(own, rows, names) for own in sorted(classes.values(), key=_most_first)]


def _most_first(rows: Sequence[Record]) -> tuple[int, float]:
    return -sum(row["verdict"] in CERTAIN for row in rows), -max(map(change, rows))


def _of_class(own: Sequence[Record], rows: Sequence[Record], names: Names) -> str:
    first = own[0]
    who = f"{where(first, rows)} {names.taught(first['corpus'])}"
    certain = sorted((row for row in own if row["verdict"] in CERTAIN), key=change, reverse=True)
    teacher = PEOPLE if first["corpus"] == HUMAN else names.corpus(first["corpus"])
    if certain:
        told = [
            f"{small(title(row, rows))} {row['verdict']}, {number(row['in_corpus'])} in {teacher} → "
            f"{number(row['trained'])}: {spanned(row, 'amplification', signed=True)}"
            for row in certain[:2]
        ]
        most = "most of all " if len(certain) > 2 else ""
        begin = f"{len(certain)} of {count(len(own), 'artifact')} changed by training: {most}{join(told)}"
    else:
        begin = f"none of {count(len(own), 'artifact')} changed for certain by training"
    same = sum(row["verdict"] == "the same" for row in own)
    unsure = sum(row["verdict"] == "cannot tell" for row in own)
    parts = [f"{same} stayed the same" if same else "", f"for {unsure} these data cannot tell" if unsure else ""]
    return "; ".join([f"In {who}, {begin}", *filter(None, parts)]) + "."


def _overall(rows: Sequence[Record], classes: int, names: Names) -> str:
    counts = {word: sum(row["verdict"] == word for row in rows) for word in (*CERTAIN, "the same", "cannot tell")}
    told = [f"{word} {n}" for word, n in counts.items() if n]
    certain = sorted((row for row in rows if row["verdict"] in CERTAIN), key=change, reverse=True)
    begin = (
        f"{count(len(rows), 'artifact')} in {classes} kinds of trained models, against what taught them: {join(told)}"
    )
    if not certain:
        return f"{begin}."
    row = certain[0]
    return (
        f"{begin}. Most of all {small(title(row, rows))} in {where(row, rows)} {names.taught(row['corpus'])}: "
        f"{spanned(row, 'amplification', signed=True)}, {row['verdict']}."
    )


def tell_scores(rows: Sequence[Record], mixtures: Sequence[Record], metric: str, names: Names) -> list[str]:
    """Say how well each corpus teaches, each alone and all of it; models beside people where they were compared.

    Args:
        rows: of the table scores: means over seeds of this metric, by full corpora.
        mixtures: of the table hybrids; those with no item of people are the models alone.
    """
    apart = {(row["dataset"], row["model"], row["corpus"]): row for row in mixtures if row["human"] == 0}
    told = []
    for dataset, model in list(dict.fromkeys((row["dataset"], row["model"]) for row in rows))[:MOST]:
        own = [row for row in rows if (row["dataset"], row["model"]) == (dataset, model)]
        own.sort(key=lambda row: row["corpus"] != HUMAN)
        listed = []
        for row in own:
            beside = apart.get((dataset, model, row["corpus"]))
            if beside is None:
                listed.append(f"{spanned(row, 'estimate', places=3)} {names.taught(row['corpus'])}")
            else:
                gain = spanned(in_score(beside), "difference", signed=True, places=3)
                listed.append(f"{gain} {names.taught(row['corpus'])} instead, {beside['verdict']}")
        items = count(int(own[0]["items"]), "answer")
        told.append(
            f"On {items} of people that taught nobody, {where(own[0], rows)} scores {metric} {'; '.join(listed)}."
        )
    return told


def tell_shares(rows: Sequence[Record], names: Names) -> list[str]:
    """Say from which share of people's items on a mixture is not worse than people's items alone.

    Args:
        rows: of the table hybrids.
    """
    mixtures = group_by(rows, "dataset", "model", "corpus")
    if not mixtures:
        return []
    first = rows[0]
    loss = f"{first['margin']:g} {first['metric']} or more"
    begin = f"From what share of people’s items on is no mixture tried worse than people’s items alone, by {loss}?"
    if len(mixtures) > MOST:
        enough = sum(any(row["enough"] for row in own) for own in mixtures.values())
        return [f"{begin} There is such a share for {enough} of {len(mixtures)} models, learners and data sets."]
    told = [_of_mixture(sorted(own, key=lambda row: row["human"]), rows, names) for own in mixtures.values()]
    return [f"{begin} {'; '.join([told[0], *map(small, told[1:])])}."]


def tell_remedies(rows: Sequence[Record], names: Names) -> list[str]:
    """Say how many scores and artifacts each remedy changes in those whom a model's answers teach.

    Args:
        rows: of the table remedied, those that are judged.
    """
    told = []
    for (remedy, corpus), own in list(group_by(rows, "remedy", "corpus").items())[:MOST]:
        told.append(
            f"Taught by what {remedy} left of {names.corpus(corpus)} instead of by all of it, learners show of "
            f"{count(len(own), 'score or artifact', 'scores and artifacts')}: {tell_counts(own)}."
        )
    return told


def tell_mixed(rows: Sequence[Record], names: Names) -> list[str]:
    """Say how many artifacts differ for certain from what people alone teach, share by share.

    Args:
        rows: of the table mixtures, those that are judged.
    """
    told = []
    for (_, _, corpus), own in list(group_by(rows, "dataset", "model", "corpus").items())[:MOST]:
        shares = sorted({row["human"] for row in own})
        differ = [sum(r["human"] == share and r["verdict"] in CHANGED for r in own) for share in shares]
        listed = join([f"{n} at {share} %" for share, n in zip(shares, differ, strict=True)])
        artifacts = len({(row["audit"], row["metric"]) for row in own})
        told.append(
            f"Of {count(artifacts, 'artifact')} in {where(own[0], rows)}, so many differ for certain from what "
            f"people’s items alone teach, by people’s share among those of {names.corpus(corpus)}: {listed}."
        )
    return told


def tell_counts(rows: Sequence[Record]) -> str:
    """Say how many rows have which verdict about a remedy."""
    verdicts = ("better", "worse", "moved", "the same", "cannot tell")
    counts = {word: sum(row["verdict"] == word for row in rows) for word in verdicts}
    return join([f"{n} {word}" for word, n in counts.items() if n])


def _of_mixture(own: Sequence[Record], rows: Sequence[Record], names: Names) -> str:
    who = f"With {names.corpus(own[0]['corpus'])} in {where(own[0], rows)}"
    enough = next((row for row in own if row["enough"]), None)
    worse = [f"{row['human']} %" for row in own if row["verdict"] == "worse"]
    end = f" ({join(worse)} {'is' if len(worse) == 1 else 'are'} worse)" if worse else ""
    if enough is None:
        return f"{who}: cannot tell{end}"
    return f"{who}: from {enough['human']} % on{end}"

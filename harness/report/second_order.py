"""The part of the page about trained models, laid out: what training adds, what mixtures teach, how well who teaches.

What this refuses: to compute. What is shown is as ``harness train`` and ``harness audit`` left it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from harness.report import charts, words
from harness.report import charts_second_order as drawing
from harness.report.contents import Column, Table
from harness.report.deficits import ALL, read_deficits, slopes, tell
from harness.report.findings import Row, Section
from harness.report.tables import Record, ask, records
from harness.report.taught import (
    QUESTION,
    Names,
    change,
    gain_in,
    places_of,
    spanned,
    tell_amplification,
    tell_mixed,
    tell_remedies,
    tell_scores,
    tell_shares,
    title,
    titles,
)
from harness.training import SHARES, read_training

if TYPE_CHECKING:
    from markupsafe import Markup

    from harness.store import Store
    from harness.study import Study

MOST_LISTED = 60  # lines of a table; the files have all
TABLES = ("amplifications", "hybrids", "mixtures", "worths", "remedied")


@dataclass(frozen=True)
class Chart:
    """A chart as it stands on the page."""

    file: str
    title: str
    svg: Markup


@dataclass(frozen=True)
class SecondOrder:
    """What the template lays out."""

    question: str
    answer: list[str]
    amplified: Table
    amplification: Chart | None
    described: int
    mixtures: Table
    mixed: Table
    hybrid: Chart | None
    margin: str
    deficits: list[Chart]
    slopes: Table
    scores: list[Table]
    worths: list[str]
    learned: Table
    remedied: Table
    own: Table
    left_out: int
    writes: bool
    classes: bool


def write_second_order(study: Study, store: Store, sections: Sequence[Section], folder: Path) -> SecondOrder | None:
    """Gather what trained annotators show and draw it into a folder; None where nothing was trained.

    Args:
        sections: the findings of trained annotators.
    """
    from markupsafe import Markup

    names = Names(study, store)
    if not names.rows:
        return None
    frames = {table: getattr(store, table)(study.name) for table in TABLES}
    scores = store.scores(study.name).drop(columns="replicates")
    for table, frame in {**frames, "scores": scores}.items():
        frame.to_csv(folder / f"{table}.csv", index=False)
    found = {table: records(frame) for table, frame in frames.items()}
    told = records(scores)
    measured = [row for row in found["amplifications"] if row["amplification"] is not None]
    judged = sorted((row for row in measured if row["verdict"] != "described"), key=change, reverse=True)
    writes = bool(told) and not any(row["audit"] == "accuracy" for row in told)
    classes = any(row["audit"] == SHARES for row in judged)
    remedied = [
        row for row in found["remedied"] if row["verdict"] != "described" and row["difference"] is not None
    ]  # fmt: skip
    mixed = [row for row in found["mixtures"] if row["verdict"] != "described"]
    metric = (study.training or read_training({}, str(study.folder))).scored_by(writes=writes)
    deficits = read_deficits(study, store)
    first = [each for each in deficits if each.attribute == ALL]
    alone = [
        row for row in told
        if row["kind"] == "trained" and row["metric"] == metric and row["seed"] is None
        and row["human"] is None and row["size"] is None
    ]  # fmt: skip
    return SecondOrder(
        question=QUESTION,
        answer=[
            *tell_amplification(judged, names),
            *([] if judged and not (writes or classes) else tell_scores(alone, found["hybrids"], metric, names)),
            *tell_shares(found["hybrids"], names),
            *tell_mixed(mixed, names),
            *tell_remedies(remedied, names),
            *(tell(each) for each in first[:1]),
        ],
        amplified=_amplified(judged, names),
        amplification=_draw(
            drawing.specify_amplification(judged, names), folder, "second-order-amplification", "What training adds"
        ),
        described=len(measured) - len(judged),
        mixtures=_mixtures(found["hybrids"], names),
        mixed=_mixed(mixed, names),
        hybrid=_draw(
            drawing.specify_hybrids(found["hybrids"], names),
            folder,
            "second-order-hybrid",
            "How many of people’s items",
        ),
        margin=f"{found['hybrids'][0]['margin']:g} {found['hybrids'][0]['metric']}" if found["hybrids"] else "",
        deficits=[
            Chart(name, tell(each), Markup(charts.save(drawing.specify_deficit(each), folder, name)))
            for name, each in ((f"second-order-deficit-{n}", each) for n, each in enumerate(first, 1))
        ],
        slopes=slopes(deficits),
        scores=_scores(told, metric, names),
        worths=[_worth(row, names) for row in found["worths"]],
        learned=_learned(ask(store, "learned", study.name), names),
        remedied=_remedied(remedied, names),
        own=_own(sections, names),
        writes=writes,
        classes=classes,
        left_out=max(0, sum(len(group.rows) for section in sections for group in section.judged) - MOST_LISTED),
    )


def _draw(spec: dict[str, object] | None, folder: Path, file: str, title: str) -> Chart | None:
    from markupsafe import Markup

    return None if spec is None else Chart(file, title, Markup(charts.save(spec, folder, file)))


def _several(rows: Sequence[Record], name: str) -> bool:
    return len({row[name] for row in rows}) > 1


def _who(rows: Sequence[Record]) -> list[Column]:
    """Name learners and data sets where there are several."""
    return [
        Column(told, tuple(row[name] for row in rows), words=True)
        for name, told in (("model", "learner"), ("dataset", "data set"))
        if _several(rows, name)
    ]


def _amplified(rows: Sequence[Record], names: Names) -> Table:
    shown = rows[:MOST_LISTED]
    apart = [
        "–" if row["against_human"] is None
        else spanned(row, "against_human", "against_human_lower", "against_human_upper", signed=True)
        for row in shown
    ]  # fmt: skip
    notes = [row["note"] or "" for row in shown]
    return Table(
        "What trained models show, less what taught them", "artifact", tuple(title(row, rows) for row in shown),
        [
            *_who(shown),
            Column("corpus", tuple(names.taught(row["corpus"]) for row in shown), words=True),
            Column("verdict", tuple(row["verdict"] for row in shown), words=True),
            Column("in corpus", tuple(words.number(row["in_corpus"]) for row in shown)),
            Column("trained", tuple(words.number(row["trained"]) for row in shown)),
            Column("amplification", tuple(spanned(row, "amplification", signed=True) for row in shown)),
            Column("q", tuple(words.chance(row["q"]) for row in shown)),
            Column("against models taught by people", tuple(apart)),
            Column("seeds", tuple(str(row["seeds"]) for row in shown)),
            Column("items", tuple(f"{row['items']:,}" for row in shown)),
            *([Column("note", tuple(notes), words=True)] if any(notes) else []),
        ],
        folded=True,
    )  # fmt: skip


def _mixtures(rows: Sequence[Record], names: Names) -> Table:
    return Table(
        "Mixtures against people’s items alone", "corpus", tuple(names.corpus(row["corpus"]) for row in rows),
        [
            *_who(rows),
            Column("people’s share", tuple(f"{row['human']} %" for row in rows)),
            Column("mix", tuple(row["mix"] for row in rows), words=True),
            Column("verdict", tuple(f"{row['verdict']}{', enough' * row['enough']}" for row in rows), words=True),
            Column("score", tuple(words.number(row["score"], 3) for row in rows)),
            Column(f"{gain_in(rows[0])}, beside people alone" if rows else "gain",
                   tuple(spanned(row, "difference", signed=True, places=3) for row in rows)),
        ],
        folded=True,
    )  # fmt: skip


def _mixed(rows: Sequence[Record], names: Names) -> Table:
    """Lay out each artifact by the share of people's items, beside what people alone teach."""
    named = [{**row, "name": name} for row, name in zip(rows, titles(rows, rows), strict=True)]
    shown = sorted(named, key=itemgetter("dataset", "model", "corpus", "name", "human"))
    return Table(
        "Artifacts under mixtures, beside models taught by people alone", "artifact",
        tuple(row["name"] for row in shown),
        [
            *_who(shown),
            Column("corpus", tuple(names.corpus(row["corpus"]) for row in shown), words=True),
            Column("people’s share", tuple(f"{row['human']} %" for row in shown)),
            Column("verdict", tuple(row["verdict"] for row in shown), words=True),
            Column("taught by people", tuple(words.number(row["by_people"], places_of(row)) for row in shown)),
            Column("by the mixture", tuple(words.number(row["trained"], places_of(row)) for row in shown)),
            Column("difference", tuple(spanned(row, "difference", signed=True) for row in shown)),
            Column("q", tuple(words.chance(row["q"]) for row in shown)),
        ],
        folded=True,
    )  # fmt: skip


def _learned(rows: Sequence[Record], names: Names) -> Table:
    """Lay out what learners tell of what they learned, each number beside the same under other corpora."""
    return Table(
        "What learners tell of what they learned", "number", tuple(row["name"].replace("_", " ") for row in rows),
        [
            *_who(rows),
            Column("taught", tuple(names.variant(row["variant"]) for row in rows), words=True),
            Column("mean over seeds", tuple(words.number(row["mean"], 3) for row in rows)),
            Column("SD over seeds", tuple(words.number(row["seed_sd"], 3) for row in rows)),
            Column("standard error within a seed", tuple(words.number(row["error"], 3) for row in rows)),
            Column("seeds", tuple(str(row["seeds"]) for row in rows)),
        ],
        folded=True,
    )  # fmt: skip


def _remedied(rows: Sequence[Record], names: Names) -> Table:
    """Lay out what remedies buy in those who are taught: what is sure first."""
    shown = sorted(rows, key=lambda row: row["verdict"] in ("cannot tell", "the same"))
    return Table(
        "What remedies buy in trained models", "score or artifact",
        tuple(f"{row['title']}: {row['metric']}" for row in shown),
        [
            *_who(shown),
            Column("taught by", tuple(names.corpus(row["corpus"]) for row in shown), words=True),
            Column("remedy", tuple(row["remedy"] for row in shown), words=True),
            Column("verdict", tuple(row["verdict"] for row in shown), words=True),
            Column("before", tuple(words.number(row["before"], 3) for row in shown)),
            Column("after", tuple(words.number(row["after"], 3) for row in shown)),
            Column("difference", tuple(spanned(row, "difference", signed=True, places=3) for row in shown)),
            Column("q", tuple(words.chance(row["q"]) for row in shown)),
            Column("seeds", tuple(str(row["seeds"]) for row in shown)),
            Column("items", tuple(f"{row['items']:,}" for row in shown)),
        ],
    )  # fmt: skip


def _scores(rows: Sequence[Record], metric: str, names: Names) -> list[Table]:
    """Lay out each corpus alone by the score that compares mixtures, then every score of everybody."""
    by_metric: dict[str, list[Record]] = {}
    for row in rows:
        by_metric.setdefault(row["metric"], []).append(row)
    alone = [row for row in by_metric.get(metric, []) if row["human"] is None and row["size"] is None]
    order = sorted(by_metric, key=lambda name: (name != metric, name))
    whole = [_score(by_metric[name], f"{name}, all that was taught", names, folded=True) for name in order]
    # A database that was made anew has trainings without scores, until they are examined again.
    return [_score(alone, f"{metric}, each corpus alone", names, folded=False), *whole] if alone else whole


def _score(rows: Sequence[Record], caption: str, names: Names, *, folded: bool) -> Table:
    means = [row for row in rows if row["kind"] == "trained" and row["seed"] is None]
    teachers = [row for row in rows if row["kind"] != "trained"]
    seeds = sorted({int(row["seed"]) for row in rows if row["seed"] is not None})
    by_seed = {
        (row["dataset"], row["model"], row["variant"], int(row["seed"])): row for row in rows if row["seed"] is not None
    }
    lines = [*means, *teachers]

    def of(row: Record, seed: int) -> str:
        own = by_seed.get((row["dataset"], row["model"], row["variant"], seed))
        return words.number(own["estimate"], 3) if own else "–"

    return Table(
        f"{caption}{_better(rows[0]) if rows else ''}", "annotator",
        tuple(f"{row['model']}, {names.variant(row['variant'])}" if row["kind"] == "trained"
              else f"{names.teacher(row['model'], row['variant'])} itself" for row in lines),
        [
            *([Column("data set", tuple(row["dataset"] for row in lines), words=True)]
              if _several(lines, "dataset") else []),
            Column("mean over seeds", tuple(spanned(row, "estimate", places=3) for row in lines)),
            Column("SD over seeds", tuple(words.number(row["seed_sd"], 3) for row in lines)),
            *(Column(f"seed {seed}", tuple(of(row, seed) for row in lines)) for seed in seeds),
            Column("items taught", tuple(f"{row['items_taught']:,}" if row["items_taught"] else "–" for row in lines)),
            Column("of", tuple(f"{row['pool']:,}" if row["pool"] else "–" for row in lines)),
            Column("items tried", tuple(f"{row['items']:,}" for row in lines)),
        ],
        folded,
    )  # fmt: skip


def _better(row: Record) -> str:
    """Say which direction is good, of a metric that is a score and not only described."""
    return f"; {'lower' if row['worse'] == 'up' else 'higher'} is better" if row["worse"] else ""


def _worth(row: Record, names: Names) -> str:
    who = f"{row['size']:,} items of people, {row['model']} on {row['dataset']}"
    if row["worth"] is None:
        told = f"{row['note']}"
    else:
        high = "with no upper bound" if row["upper"] is None else f"to {words.number(row['upper'])}"
        low = words.number(row["lower"])
        told = f"{words.number(row['worth'])} (95 % {low} {high})" + (f"; {row['note']}" if row["note"] else "")
    return f"{who}: one is worth so many of {names.corpus(row['corpus'])}: {told}."


def _own(sections: Sequence[Section], names: Names) -> Table:
    """Lay out what each audit says of each trained annotator by itself, the furthest out first."""
    rows: list[tuple[str, Row]] = [
        (section.title if len({g.first.metric for g in section.judged}) == 1 else f"{section.title}: {row.metric}",
         replace(row, label=f"{row.model}, {names.variant(row.variant)}"))
        for section in sections for group in section.judged for row in group.rows
    ]  # fmt: skip
    rows.sort(key=lambda pair: (pair[1].verdict != "found", -pair[1].size))
    rows = rows[:MOST_LISTED]
    datasets = len({row.dataset for _, row in rows}) > 1
    return Table(
        "Audits of trained annotators by themselves, against people", "audit", tuple(title for title, _ in rows),
        [
            Column("who", tuple(row.label for _, row in rows), words=True),
            *([Column("data set", tuple(row.dataset for _, row in rows), words=True)] if datasets else []),
            Column("verdict", tuple(f"{words.MARKS[row.verdict]} {row.verdict}" for _, row in rows), words=True),
            Column("shows", tuple(words.number(row.shown) for _, row in rows)),
            Column("floor", tuple(words.number(row.floor) for _, row in rows)),
            Column("difference (95 % interval)", tuple(words.difference(row, 2) for _, row in rows)),
            Column("q", tuple(words.chance(row.q) for _, row in rows)),
            Column("items", tuple(f"{row.items or 0:,}" for _, row in rows)),
        ],
        folded=True,
    )  # fmt: skip

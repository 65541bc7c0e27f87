"""What every variant of every model answered to every item: how items flip, and arrays for variance components."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness import plugins
from harness.inference import Floats, Ints
from harness.remedies import CURATED
from harness.store.database import SQL, Store, fetch
from harness.store.quoting import identifier, quoted

if TYPE_CHECKING:
    import duckdb

    from harness.study import Study

MOST_CELLS = 20_000_000  # numbers of one array; of more items a random part is taken


@dataclass(frozen=True)
class Outcome:
    """The answers of all models and prompts to the items of one data set in one wave.

    Attributes:
        answers: (items, models, prompts, values), NaN where there is none: a number from 0 to 1 on a scale, else a
            vector with one 1.
        clusters: (items,) numbered from 0.
        sampled: whether the items are a random part.
    """

    dataset: str
    wave: str
    answers: Floats
    clusters: Ints
    sampled: bool


def write_item_sensitivities(store: Store, study: Study) -> None:
    """Replace the scores of items; there are none where a data type has no options."""
    with store.write() as connection:
        connection.execute("delete from store.item_sensitivities where study = ?", [study.name])
        if not _speak(connection, study):
            return
        query = (SQL / "item_sensitivity.sql").read_text(encoding="utf-8")
        connection.execute(
            f"insert into store.item_sensitivities by name select ? as study, ?::uuid as study_hash, * from ({query})",
            [study.name, study.study_hash[-32:]],
        )
        connection.execute("drop view spoken")
        connection.execute("drop view scale")


def read_outcomes(store: Store, study: Study) -> Iterator[Outcome]:
    """Read the first answer of every cell, by data set and wave; those with one prompt only are passed over."""
    with store.read() as connection:
        if not _speak(connection, study):
            return
        named = fetch(
            connection,
            "select dataset, wave from spoken group by all having count(distinct variant) > 1 order by all",
        )
        found = [_read(connection, dataset, wave) for dataset, wave in named]
        connection.execute("drop view spoken")
        connection.execute("drop view scale")
    yield from found


def write_components(store: Store, study: Study, made: Sequence[tuple[Outcome, Sequence[Any]]]) -> None:
    """Replace the variance components of a study."""
    rows = []
    for outcome, components in made:
        items, models, prompts, _ = outcome.answers.shape
        sizes = [items, len(np.unique(outcome.clusters)), models, prompts, outcome.sampled]
        where = [study.name, study.study_hash[-32:], outcome.dataset, outcome.wave]
        rows += [[*where, one.name, one.variance, one.share, one.lower, one.upper, *sizes] for one in components]
    with store.write() as connection:
        connection.execute("delete from store.variance_components where study = ?", [study.name])
        for row in rows:
            connection.execute(f"insert into store.variance_components values ({', '.join('?' * len(row))})", row)


def _speak(connection: duckdb.DuckDBPyConnection, study: Study) -> bool:
    """Make views of what models said under their prompts and of the scale, if options are chosen; else false."""
    datatype = plugins.load("datatypes", study.datatype)
    chosen = getattr(datatype, "CHOSEN", None)
    if chosen is None:
        return False
    value = "value" if getattr(study.config, "ordinal", False) else "null::double"
    connection.execute(
        f"create or replace temp view spoken as select dataset, item_id, cluster, kind, model, variant, wave, sample, "
        f"{identifier(chosen)} as answer, {value} as value from {datatype.TABLE} "
        f"where kind = 'llm' and part = 0 and study = {quoted(study.name)} "
        f"and not regexp_full_match(coalesce(variant, ''), {quoted(CURATED.pattern)})"  # a remedy is no prompt
    )
    connection.execute(
        f"create or replace temp view scale as select value from store.scale where study = {quoted(study.name)} "
        f"and study_hash = {quoted(study.study_hash[-32:])}::uuid"
    )
    return True


def _read(connection: duckdb.DuckDBPyConnection, dataset: str, wave: str) -> Outcome:
    """Read the cells of one data set and wave into an array."""
    cells: dict[str, Any] = connection.execute(
        "select dense_rank() over (order by item_id) - 1 as item, dense_rank() over (order by cluster) - 1 as cluster, "
        "dense_rank() over (order by kind, model) - 1 as model, dense_rank() over (order by variant) - 1 as prompt, "
        "dense_rank() over (order by answer) - 1 as answer, value, (select min(value) from scale) as low, "
        "(select max(value) from scale) as high from spoken where dataset = ? and wave = ? "
        "qualify row_number() over (partition by item_id, kind, model, variant order by sample) = 1",
        [dataset, wave],
    ).fetchnumpy()
    item, cluster, model, prompt, answer = (
        np.asarray(cells[name], dtype=np.int64) for name in ("item", "cluster", "model", "prompt", "answer")
    )
    ordered = not np.ma.getmaskarray(cells["value"]).any()
    size = 1 if ordered else int(answer.max()) + 1
    items, models, prompts = (int(each.max()) + 1 for each in (item, model, prompt))
    # Items are numbered by their ids, which are hashes: the first of them are a random part.
    kept = max(min(items, MOST_CELLS // (models * prompts * size)), 2)
    there = item < kept
    clusters = np.zeros(items, dtype=np.int64)
    clusters[item] = cluster
    answers = np.full((kept, models, prompts, size), np.nan)
    at = item[there], model[there], prompt[there]
    if ordered:
        low, high = float(cells["low"][0]), float(cells["high"][0])
        answers[(*at, 0)] = (np.asarray(cells["value"], dtype=np.float64)[there] - low) / (high - low)
    else:
        answers[at] = np.eye(size)[answer[there]]
    return Outcome(dataset, wave, answers, np.unique(clusters[:kept], return_inverse=True)[1], kept < items)

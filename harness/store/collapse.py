"""Collapse: people's texts out of the database, what is left of them in each generation, and the table of results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb

from harness import plugins
from harness.collapse import Generation
from harness.errors import DataError
from harness.store.database import SQL, Store, fetch
from harness.store.features import text_columns
from harness.store.layout import teach

if TYPE_CHECKING:
    import pandas as pd

    from harness.study import Study

HELD_OUT = -1  # in place of a generation: people's texts that taught nobody


def read_texts(store: Store, study: Study, named: str | None) -> tuple[list[str], list[str]]:
    """Read what people wrote: texts and their clusters.

    Args:
        named: which of the data type's texts; the last where none is named (an instruction's output).

    Raises:
        DataError: the data type has no such text that people write.
    """
    datatype = plugins.load("datatypes", study.datatype)
    held: dict[str, str] = datatype.texts(study.config) if hasattr(datatype, "texts") else {}
    known = [name for name, where in held.items() if where == "record"]
    name = named or (known[-1] if known else "")
    if name not in known:
        raise DataError(
            f"nobody writes {name!r} in this study" if known else "nobody writes texts in this study",
            where=f"study {study.name}, data type {study.datatype}",
            remedy=f"name one of {', '.join(known)}" if known else "choose a study of texts, instructions or turns",
        )
    column = text_columns(study)[name]
    query = (
        f"select {column}, dataset || ' ' || cluster from {datatype.TABLE} where study = ? and kind = 'human' "
        f"and trim({column}) <> '' order by dataset, cluster, item_id, annotator_id, sample, part"
    )
    with store.read() as connection:
        rows = fetch(connection, query, [study.name])
    return [text for text, _ in rows], [cluster for _, cluster in rows]


def measure(generations: Sequence[Generation]) -> pd.DataFrame:
    """Measure all generations at one number of words.

    Returns:
        regime, seed, generation, metric, value.
    """
    import pandas as pd

    spoken = [
        (one.regime, one.seed, number, place, text)
        for one in generations
        for number, texts in ((one.number, one.texts), *([(HELD_OUT, one.held)] if one.number == 0 else []))
        for place, text in enumerate(texts)
    ]
    connection = duckdb.connect(":memory:")
    try:
        teach(connection)
        frame = pd.DataFrame(spoken, columns=["regime", "seed", "generation", "place", "text"])
        connection.register("spoken", frame)
        found: pd.DataFrame = connection.execute((SQL / "collapse.sql").read_text(encoding="utf-8")).df()
    finally:
        connection.close()
    learned = [
        (one.regime, one.seed, one.number, metric, value)
        for one in generations
        for metric, value in (("perplexity", one.perplexity), ("loss", math.log2(one.perplexity)))
    ]
    return pd.concat([found, pd.DataFrame(learned, columns=list(found.columns))], ignore_index=True)


def write_collapse(store: Store, study: Study, learner: str, found: pd.DataFrame) -> None:
    """Put a study's results with a learner in the place of those before."""
    rows = found.assign(study=study.name, study_hash=study.study_hash[-32:], learner=learner)
    with store.write() as connection:
        connection.execute("delete from store.collapse where study = ? and learner = ?", [study.name, learner])
        connection.register("collapse_frame", rows)
        connection.execute("insert into store.collapse by name select * from collapse_frame")
        connection.unregister("collapse_frame")

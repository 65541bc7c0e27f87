"""What trainings read and said: rows that can teach, predictions as files of a run folder, and their tables.

A file of predictions is one training, written whole or not at all: it is there, or the training is done again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from harness import plugins
from harness.store.database import SQL, Store, fetch
from harness.store.features import text_id
from harness.store.quoting import quoted
from harness.store.relations import columns

if TYPE_CHECKING:
    from harness.study import Study

TEXTS = "texts.parquet"


@dataclass(frozen=True)
class Prediction:
    """What one training said of one thing that it was asked."""

    item_id: str
    part: int
    record: Mapping[str, Any]
    probabilities: Mapping[str, float] | None
    truth: str | None
    loss: float | None = None
    tokens: int | None = None


def stream_answers(store: Store, study: Study) -> Iterator[dict[str, Any]]:
    """Stream what people and models said of the study's items, the parts of an answer in their order.

    Yields:
        dataset, item_id, cluster, split, fields, metadata, kind, model, variant, wave, annotator_id, sample, part,
        loaded, record; ids as 32 hexadecimal digits.
    """
    datatype = plugins.load("datatypes", study.datatype)
    own = list(columns(datatype))
    query = (
        "select dataset, replace(item_id::varchar, '-', ''), cluster, split, kind, model, variant, wave, "
        "replace(annotator_id::varchar, '-', ''), sample, part, generation_id is null, fields::varchar, "
        f"metadata::varchar, {', '.join(own)} from {datatype.TABLE} where study = ? and kind <> 'trained' "
        "order by dataset, item_id, annotator_id, sample, part"
    )
    names = ("dataset", "item_id", "cluster", "split", "kind", "model", "variant", "wave", "annotator_id", "sample",
             "part", "loaded")  # fmt: skip
    last, about = "", {}
    with store.read() as connection:
        rows = fetch(connection, query, [study.name])
    for row in rows:
        told = dict(zip(names, row, strict=False))
        if told["item_id"] != last:
            last, fields, metadata = told["item_id"], row[len(names)], row[len(names) + 1]
            about = {"fields": json.loads(fields), "metadata": json.loads(metadata or "{}")}
        yield {**told, **about, "record": dict(zip(own, row[len(names) + 2 :], strict=True))}


def held_fits(store: Store) -> set[str]:
    """Name the trainings whose predictions are in the database."""
    with store.read() as connection:
        return {f"fit_{row[0].hex}" for row in fetch(connection, "select fit_id from store.fits")}


def latest_trained(store: Store, study: Study) -> set[tuple[str, str]]:
    """Give the trained annotators and their trainings that the database shows for a study as it stands."""
    query = "select annotator_id, fit_id from trained where study = ? and study_hash = ?"
    with store.read() as connection:
        rows = fetch(connection, query, [study.name, study.study_hash[-32:]])
    return {(f"annotator_{annotator.hex}", f"fit_{fit.hex}") for annotator, fit in rows}


def write_fit(folder: Path, number: int, about: Mapping[str, Any], predictions: Sequence[Prediction]) -> None:
    """Write what a training said, whole or not at all.

    Args:
        about: fit_id, learner, dataset, seed, items, units, told, taught, identity.
    """
    import pandas as pd

    frame = pd.DataFrame(
        {
            "item_id": [one.item_id for one in predictions],
            "part": [one.part for one in predictions],
            "record": [json.dumps(one.record, ensure_ascii=False) for one in predictions],
            "probabilities": [
                None if one.probabilities is None else json.dumps(one.probabilities, ensure_ascii=False)
                for one in predictions
            ],
            "truth": [one.truth for one in predictions],
            "loss": [one.loss for one in predictions],
            "tokens": [one.tokens for one in predictions],
        },
        dtype="object",
    )
    beside = folder / f"predictions-{number:05d}.parquet.tmp"
    connection = duckdb.connect(":memory:")
    try:
        connection.register("frame", frame)
        connection.execute(
            "create table told as select $fit_id as fit_id, $learner as learner, $dataset as dataset, "
            "$seed::integer as seed, $items::integer as items, $units::integer as units, $told as told, "
            "$taught::json as taught, $identity as identity",
            {**about, **{name: _json(about[name]) for name in ("told", "taught", "identity")}},
        )
        connection.execute(
            "copy (select t.*, f.item_id::varchar as item_id, f.part::integer as part, f.record::varchar as record, "
            "f.probabilities::varchar as probabilities, f.truth::varchar as truth, f.loss::double as loss, "
            "f.tokens::bigint as tokens from frame f, told t) "
            f"to {quoted(str(beside))} (format parquet, compression zstd)"
        )
    finally:
        connection.close()
    beside.replace(beside.with_suffix(""))


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def ingest_taught(connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Mapping[str, Any]) -> None:
    """Bring in the trainings of a run folder, and which trained annotators they speak as."""
    for path in sorted(folder.glob("predictions-*.parquet")):
        for statement in duckdb.extract_statements((SQL / "ingest_fits.sql").read_text(encoding="utf-8")):
            values = {"path": str(path), "run_id": folder.name}
            connection.execute(statement, {name: values[name] for name in statement.named_parameters})
    study = manifest["resolved"]
    for one in manifest.get("trained", []):
        connection.execute(
            "insert into store.annotators values (?, 'trained', null, null, null, ?) on conflict do nothing",
            [one["annotator_id"][-32:], json.dumps(one["identity"])],
        )
        for fit in one["fits"]:
            connection.execute(
                "insert into store.trained values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                [
                    folder.name, study["study"], study["study_hash"][-32:], one["annotator_id"][-32:], fit["sample"],
                    fit["fit_id"][-32:], one["model"], one["variant"], json.dumps(one["levels"]), one["corpus"],
                    (one["corpus_annotator"] or "")[-32:] or None, one["human"], one["size"], fit["items"], fit["pool"],
                ],
            )  # fmt: skip
    if manifest.get("trained"):
        _speak(connection, folder.name, plugins.load("datatypes", study["datatype"]))


def _speak(connection: duckdb.DuckDBPyConnection, run_id: str, datatype: Any) -> None:
    """Enter predictions as answers of the study's data type, where they are such; classes of texts are none."""
    if not hasattr(datatype, "answer"):
        return
    own = "".join(f", (p.record ->> '{name}')::{kind}" for name, kind in columns(datatype).items())
    connection.execute(
        f"insert into store.{datatype.TABLE} select p.item_id, t.annotator_id, t.sample, p.part, null, null, null, null"
        f"{own}, null from store.trained t join store.predictions p using (fit_id) where t.run_id = $1 "
        "and p.truth is null "
        f"and not exists (select 1 from store.{datatype.TABLE} v where v.annotator_id = t.annotator_id)",
        [run_id],
    )


def write_missing_texts(store: Store, texts: Sequence[str], extractor: str, version: str, folder: Path) -> int:
    """Write those of some texts that have no features of this version; give how many there are."""
    import pandas as pd

    path = quoted(str(folder / TEXTS))
    with store.read() as connection:
        connection.register("asked_texts", pd.DataFrame({"text": sorted(set(texts))}, dtype="object"))
        connection.execute(
            f"copy (select {text_id('a.text')}::varchar as text_id, a.text::varchar as text from asked_texts a "
            f"anti join store.features f on f.text_id = {text_id('a.text')} and f.extractor = $extractor "
            f"and f.version = $version order by 1) to {path} (format parquet, compression zstd)",
            {"extractor": extractor, "version": version},
        )
        connection.unregister("asked_texts")
        return int(fetch(connection, f"select count(*) from read_parquet({path})")[0][0])


def read_vectors(store: Store, texts: Sequence[str], extractor: str, version: str) -> dict[str, Any]:
    """Give the vectors of texts; a text that has none is left out."""
    import numpy as np
    import pandas as pd

    with store.read() as connection:
        connection.register("asked_texts", pd.DataFrame({"text": sorted(set(texts))}, dtype="object"))
        rows = connection.execute(
            f"select a.text, f.numbers from asked_texts a join store.features f on f.text_id = {text_id('a.text')} "
            "and f.extractor = $extractor and f.version = $version",
            {"extractor": extractor, "version": version},
        ).fetchall()
        connection.unregister("asked_texts")
    return {text: np.asarray(numbers, dtype=np.float64) for text, numbers in rows if numbers}

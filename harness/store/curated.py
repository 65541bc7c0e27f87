"""Curation: a study's answers as frames, and those that a remedy leaves as a study of their own.

The new study stands in ``runs/curated/<study>_curated``: links to the files of the old one, and one more ``[[data]]``
block with what was left, as answers of a published variant. It is read, audited and trained like any other.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from harness import plugins
from harness.remedies import CURATED, is_curated
from harness.store.database import Store
from harness.store.quoting import identifier, quoted
from harness.store.relations import columns

if TYPE_CHECKING:
    import pandas as pd

    from harness.study import Study

WHO = ["dataset", "model", "variant", "wave"]
KEPT = "curated.parquet"


def read_answers(store: Store, study: Study) -> pd.DataFrame:
    """Read what people and models said of a study.

    Returns:
        a row per record: dataset, item, kind, model, variant, wave, sample, part, the columns of the record, and text,
        class, fault, null where the data type has none. In a fixed order.
    """
    datatype = plugins.load("datatypes", study.datatype)
    own = list(columns(datatype))
    held = datatype.texts(study.config) if hasattr(datatype, "texts") else {}
    texts = [name for name, where in held.items() if where == "record"]
    text = identifier(texts[-1]) if texts else "null"
    kind = identifier(datatype.CHOSEN) if getattr(datatype, "CHOSEN", None) else "null"
    fault = "fault" if getattr(datatype, "CURATED", False) else "null"
    listed = ", ".join(map(identifier, own))
    return store.sql(
        f"select dataset, key as item, kind, model, variant, wave, sample, part, {listed}, {text} as said_text, "
        f"{kind} as said_class, {fault} as said_fault from {datatype.TABLE} where study = $study and kind <> 'trained' "
        "order by dataset, kind, model, variant, wave, key, annotator_id, sample, part",
        {"study": study.name},
    )


def write_study(study: Study, store: Store, left: pd.DataFrame) -> Path:
    """Write the study of what is left; give its folder."""
    import pandas as pd

    folder = (store.runs / "curated" / f"{study.name}_curated").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    source = study.folder.resolve()
    for path in source.iterdir():
        if path.name != "study.toml":
            (folder / path.name).symlink_to(path.resolve())
    if (source.parent / "_shared").is_dir() and not (folder.parent / "_shared").exists():
        (folder.parent / "_shared").symlink_to(source.parent / "_shared")
    block = '\n[[data]]                 # what remedies left of the answers above\nsql = "curated.sql"\n'
    (folder / "study.toml").write_text(study.text.rstrip("\n") + "\n" + block, encoding="utf-8")
    own = columns(plugins.load("datatypes", study.datatype))
    cast = ", ".join(f"{identifier(name)}::{kind} as {identifier(name)}" for name, kind in own.items())
    (folder / "curated.sql").write_text(
        f"select dataset, item, 'llm' as kind, model, variant, wave, sample, part, {', '.join(map(identifier, own))} "
        f"from read_parquet('{KEPT}')\n",
        encoding="utf-8",
    )
    frame = renumbered(left)[[*WHO, "item", "sample", "part", *own]].astype("object").where(lambda x: ~pd.isna(x), None)
    text = ", ".join(f"{name}::varchar as {name}" for name in (*WHO, "item"))
    connection = duckdb.connect(":memory:")
    try:
        connection.register("frame", frame)
        connection.execute(
            f"copy (select {text}, sample::integer as sample, part::integer as part, {cast} from frame) "
            f"to {quoted(str(folder / KEPT))} (format parquet)"
        )
    finally:
        connection.close()
    return folder


def renumbered(left: pd.DataFrame) -> pd.DataFrame:
    """Number samples, and the parts of each, from 0 again: what was left out leaves no hole."""
    keys = [*WHO, "item"]
    grouped = left.groupby(keys, dropna=False, sort=False)
    made = left.assign(sample=grouped["sample"].rank("dense").astype(int) - 1)
    answers = made.groupby([*keys, "sample"], dropna=False, sort=False)
    return made.assign(part=answers["part"].rank("dense").astype(int) - 1)


def read_pairs(store: Store, study: str) -> list[tuple[dict[str, Any], dict[str, Any], str]]:
    """Read each finding of what a remedy left, with that of all answers and the remedy: before, after, remedy."""
    variants = store.sql("select distinct variant from findings where study = $study", {"study": study})["variant"]
    if not variants.map(is_curated).any():
        return []
    frame = store.sql(
        "select f.dataset, f.audit, f.metric, f.title, f.model, f.variant, f.wave, f.estimate, f.verdict, "
        "f.worse, f.warn, f.clusters, m.replicates from findings f join measurements m using "
        "(study, audit, metric, dataset, kind, model, variant, wave) where f.study = $study and f.kind = 'llm' "
        "order by all",
        {"study": study},
    )
    plain: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()}
        for row in frame.astype("object").where(frame.notna(), None).to_dict("records")
    ]
    rows = {(r["dataset"], r["audit"], r["metric"], r["model"], r["variant"], r["wave"]): r for r in plain}
    made = []
    for (dataset, audit, metric, model, variant, wave), after in rows.items():
        curated = CURATED.fullmatch(variant or "")
        before = rows.get((dataset, audit, metric, model, curated[1], wave)) if curated else None
        if curated and before:
            made.append((before, after, str(curated[2])))
    return made

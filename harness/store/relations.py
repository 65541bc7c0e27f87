"""Compose the typed tables and the views that people and audits read.

A data type's table gets its columns from the type's ``Record``; behind them stands the same key everywhere.
Views show the latest resolve of each study. What this refuses: anything but identifiers from our own files.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import plugins
from harness.store.quoting import quoted

TIMELINE = Path(__file__).parent.parent / "sql" / "timeline.sql"
AXES = ("wording", "label_order", "answer_order", "names", "persona", "format", "temperature")
_TYPES = {str: "varchar", int: "bigint", float: "double", bool: "boolean"}


def statements() -> Iterator[str]:
    """Give the DDL of all typed tables and views, in order."""
    yield from _views()
    for name in plugins.list_names("datatypes"):
        yield from statements_of(name)


def statements_of(name: str) -> Iterator[str]:
    """Give the DDL of one data type's table and views; one from outside the package gets them with its first data."""
    datatype = plugins.load("datatypes", name)
    yield _table(datatype)
    yield from _comments(datatype)
    yield _relation(datatype, name)
    yield from _soft_relation(datatype)


def soft_name(datatype: Any) -> str | None:
    """Give the name of the view that shows a data type's scores as probabilities; None if it has no scores."""
    return f"soft_{datatype.TABLE}" if hasattr(datatype, "SCORED") else None


def columns(datatype: Any) -> dict[str, str]:
    """Give the columns that a data type's Record makes: name → SQL type."""
    made = {}
    for name, field in datatype.Record.model_fields.items():
        kind = field.annotation
        if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
            kind = next(arg for arg in typing.get_args(kind) if arg is not type(None))
        made[name] = _TYPES[kind]
    return made


def _table(datatype: Any) -> str:
    own = "".join(f", {name} {kind}" for name, kind in columns(datatype).items())
    return (
        f"create table if not exists store.{datatype.TABLE} (item_id uuid, annotator_id uuid, sample integer, "
        f"part integer, generation_id uuid, shown_at integer, method varchar, drawn json{own}, load_id uuid)"
    )


def _comments(datatype: Any) -> Iterator[str]:
    table = f"store.{datatype.TABLE}"
    told = {
        "item_id": "about what",
        "annotator_id": "who said it",
        "sample": "index of a repeated answer, from 0",
        "part": "record or turn number, from 0",
        "generation_id": "the reply that it was read from; null for people and for loaded data",
        "shown_at": "where the chosen option stood, 1 = first",
        "method": "which rule of the parser matched",
        "drawn": "axis and the values that were drawn for this sample; null where nothing is drawn",
        "load_id": "the load that it came with; null for what was read from a reply",
    } | {name: str(field.description or "") for name, field in datatype.Record.model_fields.items()}
    yield f"comment on table {table} is {quoted(f'derived: every {datatype.NAME}, said by anyone')}"
    for name, text in told.items():
        yield f"comment on column {table}.{name} is {quoted(text)}"


def _relation(datatype: Any, name: str) -> str:
    own = "".join(f"v.{name}, " for name in columns(datatype))
    axes = ", ".join(_axis(axis) for axis in AXES)
    chosen = getattr(datatype, "CHOSEN", None)
    shown, found = _FAULTS if getattr(datatype, "CURATED", False) else ("", "")
    return (
        f"create or replace view {datatype.TABLE} as "
        "select m.study, i.dataset, i.key, l.split, l.cluster, m.kind, m.model, m.variant, m.wave, m.person, "
        f"v.sample, v.part, {own}{shown}c.value, v.shown_at, v.method, {axes}, m.bindings, "
        "coalesce(v.drawn -> '$.persona', m.traits) as traits, v.drawn, i.fields, "
        "l.metadata, v.item_id, v.annotator_id, v.generation_id, l.bucket "
        f"from store.{datatype.TABLE} v join members m on m.item_id = v.item_id "
        # The same people may have answered two questions about one item, or have been corrected.
        "and m.annotator_id = v.annotator_id and (v.load_id is null or v.load_id = m.load_id) "
        "join store.items i on i.item_id = v.item_id "
        "join store.loads l on l.load_id = m.load_id and l.item_id = v.item_id "
        f"left join store.scale c on c.study = m.study and c.study_hash = m.study_hash and c.label = "
        f"{f'v.{chosen}' if chosen else 'null'} {found}where m.datatype = {quoted(name)}"
    )


# What a study's controls found: columns of the view of a data type that says CURATED, and where they are.
_FAULTS = (
    "f.fault, f.similarity, f.duplicate_of, ran.controls, ",
    "left join (select study, study_hash, item_id, annotator_id, sample, part, load_id, "
    "string_agg(fault, ', ' order by fault) as fault, max(similarity) as similarity, "
    "max(duplicate_of) as duplicate_of from store.faults where item_id is not null group by all) f "
    "on f.study = m.study and f.study_hash = m.study_hash and f.item_id = v.item_id "
    "and f.annotator_id = v.annotator_id and f.sample = v.sample and f.part = v.part "
    "and f.load_id is not distinct from v.load_id "
    # One row without an item says that controls looked at every record: without faults is not without controls.
    "left join (select study, study_hash, controls from store.faults where item_id is null) ran "
    "on ran.study = m.study and ran.study_hash = m.study_hash ",
)


def _axis(name: str, said: str = "v") -> str:
    """Give an axis's level; of one that is drawn per sample, the name of what was drawn."""
    return f"coalesce({said}.drawn ->> '$.persona.name', m.persona) as persona" if name == "persona" else f"m.{name}"


def _soft_relation(datatype: Any) -> Iterator[str]:
    """Show each scored reply, and each prediction, as one row per option, and each person's answer as certain.

    Composed of the view of answers, so that who belongs to a study is said once. Only studies whose levels of
    ``format`` include ``scores``, and those with trained annotators, have rows: for the others the view costs nothing.
    """
    name = soft_name(datatype)
    if name is None:
        return
    said, key = datatype.TABLE, datatype.SCORED
    yield (
        f"create or replace view {name} as "
        "with asked as (select r.study, r.study_hash from store.roster r join studies s "
        "on s.study = r.study and s.study_hash = r.study_hash where r.format = 'scores' "
        "union select study, study_hash from trained), "
        f"scored as (select v.* exclude ({key}, value, shown_at), a.study_hash, "
        "g.scores::map(varchar, double) as logs "
        f"from {said} v join asked a using (study) join store.generations g using (generation_id) "
        "where v.method = 'scores'), "
        f"spread as (select s.* exclude (study_hash, logs), c.label as {key}, c.value, "
        "coalesce(exp(s.logs[c.label]), 0) as held "
        "from scored s join store.scale c on c.study = s.study and c.study_hash = s.study_hash) "
        "select * exclude (held), held / sum(held) over whole as probability, sum(held) over whole as mass "
        "from spread window whole as (partition by study, generation_id, part) "
        "union all by name "
        f"select v.* exclude (shown_at), 1.0::double as probability, 1.0::double as mass "
        f"from {said} v semi join asked using (study) where v.kind = 'human' "
        "union all by name "
        f"select v.* exclude ({key}, value, shown_at), c.label as {key}, c.value, "
        "coalesce((p.probabilities::map(varchar, double))[c.label], 0) as probability, 1.0::double as mass "
        f"from {said} v join trained t on t.study = v.study and t.annotator_id = v.annotator_id "
        "and t.sample = v.sample join store.predictions p on p.fit_id = t.fit_id and p.item_id = v.item_id "
        "and p.part = v.part join store.scale c on c.study = t.study and c.study_hash = t.study_hash "
        "where v.kind = 'trained'"
    )
    told = {
        "probability": "of this option, all options together 1; 1 for what a person said",
        "mass": "what the model gave all options together, of 1; 1 for what a person said",
    }
    for column, text in told.items():
        yield f"comment on column {name}.{column} is {quoted(text)}"


def _views() -> Iterator[str]:
    yield (
        "create or replace view studies as select * from store.studies "
        "qualify row_number() over (partition by study order by resolved_at desc, study_hash) = 1"
    )
    yield (
        "create or replace view trained as select t.* from store.trained t join studies s using (study, study_hash) "
        "qualify t.run_id = max(t.run_id) over (partition by t.study)"
    )
    axes = ", ".join(f"r.{axis}" for axis in AXES)
    # People, and models that somebody else asked, are members by what they said; ours by what they are asked.
    yield (
        "create or replace view members as "
        "with pairs as (select distinct load_id, item_id, annotator_id from store.said) "
        "select s.study, s.study_hash, s.load_id, s.datatype, p.annotator_id, p.item_id, a.kind, "
        f"r.model, r.variant, r.wave, a.name as person, a.traits, {axes}, r.bindings "
        "from studies s join pairs p using (load_id) join store.annotators a using (annotator_id) "
        "left join store.roster r on r.study = s.study and r.study_hash = s.study_hash "
        "and r.annotator_id = p.annotator_id "
        "union all "
        "select s.study, s.study_hash, s.load_id, s.datatype, r.annotator_id, l.item_id, r.kind, "
        f"r.model, r.variant, r.wave, null, null, {axes}, r.bindings "
        "from studies s join store.roster r on r.study = s.study and r.study_hash = s.study_hash and r.asked "
        "join store.loads l using (load_id) "
        # Trained annotators are members by what they were asked to predict, since their study's latest training.
        "union all "
        "select distinct s.study, s.study_hash, s.load_id, s.datatype, t.annotator_id, p.item_id, 'trained', "
        f"t.model, t.variant, '1', null, null, {', '.join('null' for _ in AXES)}, t.bindings "
        "from studies s join trained t using (study, study_hash) join store.predictions p using (fit_id)"
    )
    yield (
        "create or replace view replies as "
        "select m.study, i.dataset, i.key, l.split, l.cluster, m.kind, m.model, m.variant, m.wave, "
        "g.sample, g.turn as part, g.last, g.as_role, g.speaker, g.drawn, g.text, g.reasoning, g.scores, "
        "g.logprobs, g.finish_reason, "
        "g.tokens_in, g.tokens_out, g.tokens_cached, g.tokens_reasoning, "
        "p.parsed, p.refused, false as only_usable, p.method, p.reason, "
        f"{', '.join(_axis(axis, 'g') for axis in AXES)}, m.bindings, i.fields, l.metadata, "
        "q.messages, g.model_served, g.fingerprint, g.seconds, g.attempts, g.arrived_at, g.run_id, "
        "g.item_id, g.annotator_id, g.generation_id, l.bucket "
        "from store.generations g join members m using (item_id, annotator_id) "
        "join store.items i using (item_id) join store.loads l using (load_id, item_id) "
        "left join store.parses p using (generation_id) left join store.prompts q using (prompt_id) "
        # Models that somebody else asked: their text is not known, and so not whether they refused; whether an
        # answer could be used is, where the source has any that could not.
        "union all by name "
        "select m.study, i.dataset, i.key, l.split, l.cluster, m.kind, m.model, m.variant, m.wave, "
        "d.sample, d.part, d.record is not null as parsed, null::boolean as refused, "
        "not bool_or(d.record is null) over (partition by m.study, i.dataset) as only_usable, "
        "case when d.record is null then 'no usable answer in the source' end as reason, "
        f"{axes.replace('r.', 'm.')}, m.bindings, i.fields, l.metadata, d.item_id, d.annotator_id, l.bucket "
        "from store.said d join studies s using (load_id) "
        "join members m on m.study = s.study and m.item_id = d.item_id and m.annotator_id = d.annotator_id "
        "join store.items i on i.item_id = d.item_id "
        "join store.loads l on l.load_id = d.load_id and l.item_id = d.item_id where m.kind <> 'human'"
    )
    yield (
        "create or replace view items as select s.study, i.*, l.cluster, l.split, l.metadata, l.bucket "
        "from studies s join store.loads l using (load_id) join store.items i using (item_id)"
    )
    yield (
        "create or replace view features as select f.text_id, f.extractor, f.version, d.dim, "
        "f.numbers[d.place] as number from store.features f join store.dims d using (extractor, version) "
        "where d.dim <> '' and not d.dim.ends_with('[]')"
    )
    for table in ("annotators", "roster", "templates", "generations", "failures", "runs", "fits", "predictions"):
        yield f"create or replace view {table} as select * from store.{table}"
    yield (
        "create or replace view item_sensitivities as select t.study, i.dataset, i.key, t.* exclude (study) "
        "from store.item_sensitivities t join studies s on s.study = t.study and s.study_hash = t.study_hash "
        "join store.items i using (item_id)"
    )
    kept = ("measurements", "findings", "sensitivities", "axis_effects", "variance_components", "comparisons")
    learned = ("scores", "amplifications", "hybrids", "mixtures", "worths", "remedied")
    for table in (*kept, *learned, "curations", "collapse"):
        yield (
            f"create or replace view {table} as select t.* from store.{table} t "
            "join studies s on s.study = t.study and s.study_hash = t.study_hash"
        )
    yield f"create or replace view timeline as {TIMELINE.read_text(encoding='utf-8')}"

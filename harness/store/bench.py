"""An in-memory connection on which audits run: who is focal, and the relation shaped for it.

What this refuses: an audit that is not
two single SELECTs, and to let an audit know which turn or replicate it computes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import numpy.typing as npt

from harness.alike import Alike, Sorted, find_patterns, saves, sort_items
from harness.auditfile import EVERY
from harness.errors import AuditError
from harness.halves import Half, Texts
from harness.ids import seed_of
from harness.pools import known_to, make_pool
from harness.store.database import fetch
from harness.store.facts import authored
from harness.store.keys import match_keys, name_persons
from harness.store.quoting import identifier, quoted
from harness.store.rows import HIDDEN, Rows
from harness.store.selects import check_select
from harness.turns import TURN_BITS, Pool, Shape

if TYPE_CHECKING:
    from harness.auditfile import Audit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WHO = ("dataset", "kind", "model", "variant", "wave")
# The who columns are opaque to audits: small numbers group several times faster than names.
OPAQUE = "".join(f"0::utinyint as {name}, " for name in WHO[1:])
ESTIMATED = "select dataset as focal_no, metric, replicate, estimate::double as estimate from ({})"
# Leaves out the text of an item that both sides have, and no other: it was given.
GIVEN = (
    " window item as (partition by s.focal_no, s.key) qualify not coalesce(bool_or(s.is_model) over item "
    "and bool_or(not s.is_model) over item and min({text}) over item = max({text}) over item, false)"
)
WORDS = r"regexp_extract_all(lower({}), '[\p{{L}}\p{{N}}]+(?:[''’\-][\p{{L}}\p{{N}}]+)*')"  # as extractors count them


@dataclass(frozen=True)
class Focal:
    """An annotator whom an audit looks at.

    Attributes:
        number: its number on the bench.
        who: dataset, kind, model, variant, wave, as findings name it.
        items, clusters: on how many its pool of answers rests.
        people: answers of the reference on one item, at most.
        paired: whether it shares these items with its reference; else the two are groups.
    """

    number: int
    who: dict[str, str]
    items: int
    clusters: int
    paired: bool = True
    people: int = 0


@dataclass(frozen=True)
class Sums:
    """What ``cells`` returned, summed: one row per focal annotator, key, turn and bucket (or item).

    Attributes:
        focal, key, turn, place: numbers; ``place`` is the bucket or the item.
        values: (rows, sums).
    """

    focal: Ints
    key: Ints
    turn: Ints
    place: Ints
    values: Floats


class Bench(Rows):
    """Rows of one study, ready for audits."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        # What was found of an annotator is kept for the audits that follow: millions of rows take seconds.
        self._pools: dict[tuple[Any, ...], tuple[Pool, bool] | None] = {}
        self._sorted: dict[tuple[Any, ...], Sorted] = {}
        self._alike: dict[tuple[Any, ...], Alike] = {}
        self._counts: dict[tuple[Any, ...], tuple[int, int, int]] = {}  # items, clusters, people on an item
        self._keys: dict[int, tuple[Any, ...]] = {}
        self._models: dict[int, str] = {}

    def relation(self, name: str) -> bool:
        """Put a relation's rows on the bench; false if the study has no rows of it."""
        if name != self._relation:
            self._pools.clear()
            self._counts.clear()
            self._sorted.clear()
            self._alike.clear()
        return super().relation(name)

    def prepare(self, focals: list[dict[str, Any]], *, draws: str, shape: str) -> list[Focal]:
        """Say who is focal against whom, and pool their answers on the items that both know.

        Args:
            focals: number, who columns, ``model_who`` and ``reference_who`` (None: the people); ``levels`` where
                several annotators are one focal; ``shared_with``: groups of others, to look only at items that one
                of each group has answered.
            draws: ``one``: only the first of an LLM's samples of an item; ``all``.
            shape: ``model``: there is no reference; ``item``: on the items that both know; ``auto``: there, or
                else as two groups.
        """
        import pandas as pd

        names = ["focal_no", *WHO, "model_who", "reference_who"]
        spoken = [{**f, "model_who": own} for f in focals for own in f.get("levels", [f["model_who"]])]
        frame = pd.DataFrame([[f[n] for n in names] for f in spoken], columns=names)
        frame["reference_who"] = frame["reference_who"].astype("Int64")
        self._connection.register("focal_frame", frame)
        self._connection.execute(
            "create or replace table focal as select focal_no::integer as focal_no, dataset::varchar as dataset, "
            "kind::varchar as kind, model::varchar as model, variant::varchar as variant, wave::varchar as wave, "
            "model_who::integer as model_who, reference_who::integer as reference_who from focal_frame"
        )
        self._connection.unregister("focal_frame")
        self._keys = {}
        all_draws = draws == "all" and self.most_samples() > 1  # of one sample, all are the first
        for focal in focals:
            own = tuple(focal.get("levels", [focal["model_who"]]))
            others = tuple(map(tuple, focal.get("shared_with", ())))
            key = (self._relation, all_draws, shape, own, focal["reference_who"], others)
            if key not in self._pools:
                items = self.items_of(focal["dataset"])
                self._pools[key] = make_pool(
                    self._answers(), own, focal["reference_who"], items, all_draws=all_draws, shape=shape,
                    shared_with=others,
                )  # fmt: skip
            self._models[focal["focal_no"]] = focal["model"]
            if self._pools[key] is not None:
                self._keys[focal["focal_no"]] = key
        return [self._focal(focal) for focal in focals if focal["focal_no"] in self._keys]

    def answered(self, dataset: str, *groups: list[int]) -> bytes:
        """Mark the items of a data set that one of each group of annotators has answered; equal where these are."""
        return known_to(self._answers(), groups, self.items_of(dataset)).tobytes()

    def _focal(self, focal: dict[str, Any]) -> Focal:
        key = self._keys[focal["focal_no"]]
        if key not in self._counts:
            pool, _ = self._pool(focal["focal_no"])
            begins = np.flatnonzero(np.diff(pool.item, prepend=-1))
            people = np.add.reduceat((~pool.is_model).astype(np.int64), begins)
            clusters = int(np.count_nonzero(np.bincount(self.bucket_of_items()[pool.item[begins]])))
            self._counts[key] = (len(begins), clusters, int(people.max()))
        items, clusters, most = self._counts[key]
        _, paired = self._pool(focal["focal_no"])
        return Focal(focal["focal_no"], {name: focal[name] for name in WHO}, items, clusters, paired, most)

    def _pool(self, number: int) -> tuple[Pool, bool]:
        made = self._pools[self._keys[number]]
        assert made is not None
        return made

    def pools(self) -> dict[int, Pool]:
        """Give each focal annotator's pool of answers, by focal number."""
        return {number: self._pool(number)[0] for number in self._keys}

    def alike(self, audit: Audit, numbers: list[int]) -> dict[int, Alike] | None:
        """Find which items of some focal annotators look alike to an audit; None where that saves nothing."""
        if audit.header.looks_across or audit.header.across == EVERY:
            return None
        read, codes = self._read(audit), self.codes(audit)
        told = authored([row[0] for row in fetch(self._connection, "describe rows")])
        keys = {}
        for number in numbers:
            apart = seed_of(self._models[number]) if told else 0  # whose answer it is changes what is said of it
            keys[number] = (self._keys[number], read, apart)
            if keys[number] not in self._sorted:
                self._sorted[keys[number]] = sort_items(self._pool(number)[0], codes, apart)
        if not saves([self._sorted[keys[number]] for number in numbers]):
            return None
        for number in numbers:
            if keys[number] not in self._alike:
                known = self._sorted[keys[number]]
                self._alike[keys[number]] = find_patterns(self._pool(number)[0], codes, known)
        return {number: self._alike[keys[number]] for number in numbers}

    def shape(self, shapes: list[tuple[Focal, Shape]]) -> None:
        """Shape the relation with the roles of some turns."""
        import pandas as pd

        frame = pd.DataFrame(
            {
                "focal_no": np.concatenate([np.full(len(s.key), f.number) for f, s in shapes]),
                "key": np.concatenate([s.key for _, s in shapes]),
                "answer_no": np.concatenate([s.answer for _, s in shapes]),
                "is_model": np.concatenate([s.is_model for _, s in shapes]),
            }
        )
        self._connection.register("shape_frame", frame)
        self._connection.execute("drop view if exists shape")
        self._connection.execute("create or replace table shape_rows as select * from shape_frame")
        self._connection.execute("create or replace view shape as select * from shape_rows")
        self._connection.unregister("shape_frame")

    def cells(self, audit: Audit, *, by: str, person: str = "person_no") -> Sums:
        """Run an audit's first SELECT on the shaped relation and sum what it returns.

        Args:
            by: ``bucket``, ``item`` or ``turn`` (all places together).
            person: the column that stands for the person.
        """
        self._view(audit, person)
        there = self._columns(audit, audit.cells)
        keys = [name for name in there if name not in ("item_id", *audit.header.sums)]
        for name in ("item_id", *WHO, *audit.header.sums):
            if name not in there:
                raise AuditError(f"cells returns no column {name!r}", where=str(audit.path), remedy="return it")
        place = {"bucket": "i.place", "item": "i.item_no", "turn": "0"}[by]
        grouped = ", ".join(f"c.{identifier(key)}" for key in keys)
        sums = ", ".join(f"sum(c.{identifier(name)})::double as {identifier(name)}" for name in audit.header.sums)
        self._run(
            audit,
            f"create or replace table reduced as select {grouped}, {place} as place, "
            f"c.item_id & {2**TURN_BITS - 1} as turn, {sums} from ({audit.cells}) c "
            f"join items i on i.item_no = c.item_id >> {TURN_BITS} group by all",
        )
        self._connection.execute(
            f"create or replace table keys as select (row_number() over (order by all_keys) - 1)::integer as key_no, "
            f"unnest(all_keys) from (select distinct {{{', '.join(f'{quoted(k)}: {identifier(k)}' for k in keys)}}} "
            "as all_keys from reduced)"
        )
        match = " and ".join(f"k.{identifier(key)} is not distinct from r.{identifier(key)}" for key in keys)
        listed = ", ".join(f"r.{identifier(name)}" for name in audit.header.sums)
        found = self._connection.execute(
            f"select r.dataset as focal_no, k.key_no, r.turn, r.place, {listed} from reduced r join keys k on {match} "
            "order by r.dataset, k.key_no, r.turn, r.place"
        ).fetchnumpy()
        numbers = [np.asarray(found[name], dtype=np.int64) for name in ("focal_no", "key_no", "turn", "place")]
        values = [np.asarray(found[name], dtype=np.float64) for name in audit.header.sums]
        focal, key, turn, where = numbers
        return Sums(focal, key, turn, where, np.stack(values, axis=1))

    def said_of_answers(self, audit: Audit) -> dict[int, tuple[Ints, Floats]]:
        """Run the first SELECT of an audit of persons on the shaped relation, each answer a person of its own.

        Returns:
            of each focal annotator: numbers of answers, and (answers, sums).
        """
        sums = self.cells(audit, by="turn", person="answer_no")
        answer = np.array(fetch(self._connection, "select person from keys order by key_no"), dtype=np.int64).ravel()
        own = {number: sums.focal == number for number in self._keys}
        return {number: (answer[sums.key[mine]], sums.values[mine]) for number, mine in own.items()}

    def name_persons(self, persons: dict[int, Ints]) -> dict[int, Ints]:
        """Make persons the keys that an estimate knows: see ``keys.name_persons``."""
        return name_persons(self._connection, persons, OPAQUE)

    def match_keys(self, groups: list[list[int]]) -> list[dict[int, Ints]]:
        """Give all members of a group the same keys, each under its own number: see ``keys.match_keys``."""
        return match_keys(self._connection, groups)

    def estimate(
        self, audit: Audit, key: Ints, replicate: Ints, values: Floats
    ) -> Iterator[tuple[int, str, Ints, Floats]]:
        """Run an audit's second SELECT on sums.

        Yields:
            focal number, metric, and its replicates and estimates; NaN where it is undefined.
        """
        import pandas as pd

        frame = pd.DataFrame({"key_no": key, "replicate": replicate})
        for number, name in enumerate(audit.header.sums):
            frame[name] = values[:, number]
        self._connection.register("sums_frame", frame)
        listed = ", ".join(f"s.{identifier(name)}" for name in audit.header.sums)
        self._connection.execute(
            f"create or replace view cells as select s.replicate, k.* exclude (key_no), {listed} "
            "from sums_frame s join keys k using (key_no)"
        )
        self._run(
            audit,
            f"create or replace table estimated as {ESTIMATED.format(audit.estimate)}",
        )
        self._connection.execute("drop view cells")
        self._connection.unregister("sums_frame")
        yield from self._estimated()

    def texts(self, audit: Audit) -> Texts:
        """Number the rows that an audit on halves reads, and count the words of each (or the row as 1)."""
        words, without = (name and audit.column(name) for name in (audit.header.words, audit.header.without))
        told = f"{WORDS.format(identifier(words))} as words, len(words)" if words else "1"
        kept = [f"{identifier(name)} is not null" for name in (words, *audit.columns.values()) if name]
        kept += [f"{identifier(without)} is null"] if without else []
        self._connection.execute(
            f"create or replace table told as select row_number() over (order by answer_no, part) - 1 as row_no, *, "
            f"{told} as size from rows where {' and '.join(kept) or 'true'}"
        )
        found = self._connection.execute("select answer_no, size from told order by row_no").fetchnumpy()
        answer, size = (np.asarray(found[name], dtype=np.int64) for name in ("answer_no", "size"))
        return Texts(answer, size)

    def estimate_halves(self, audit: Audit, focal: Focal, drawn: dict[int, Half]) -> Iterator[tuple[str, Ints, Floats]]:
        """Run the one SELECT of an audit that is run on halves.

        Args:
            drawn: replicate → the draw.

        Yields:
            metric, and its replicates and estimates.
        """
        import pandas as pd

        check_select(audit.estimate, str(audit.path))
        frame = pd.DataFrame(
            {
                "replicate": np.concatenate([np.full(len(half.row), n) for n, half in drawn.items()]),
                **{
                    name: np.concatenate([getattr(half, part) for half in drawn.values()])
                    for name, part in (("row_no", "row"), ("is_model", "is_model"), ("kept", "kept"), ("fold", "fold"))
                },
            }
        )
        self._connection.register("drawn_frame", frame)
        own = self._own_columns(audit, "told", "words", "size", "row_no")
        words = ", r.words[1:d.kept] as words" if audit.header.words else ""
        self._connection.execute(
            f"create or replace view {audit.header.relation} as select d.replicate, d.fold, r.item_no as item_id, "
            f"{focal.number} as dataset, {OPAQUE}case when d.is_model then 'model' else 'reference' end as role"
            f"{own}{words} from drawn_frame d join told r using (row_no)"
        )
        self._run(audit, f"create or replace table estimated as {ESTIMATED.format(audit.estimate)}")
        self._connection.execute(f"drop view {audit.header.relation}")
        self._connection.unregister("drawn_frame")
        yield from ((metric, replicates, estimates) for _, metric, replicates, estimates in self._estimated())

    def _estimated(self) -> Iterator[tuple[int, str, Ints, Floats]]:
        """Read what an estimate has left."""
        curves = fetch(self._connection, "select focal_no, metric, count(*) from estimated group by all order by all")
        found = self._connection.execute(
            "select replicate, estimate from estimated order by focal_no, metric, replicate"
        ).fetchnumpy()
        replicates = np.asarray(found["replicate"], dtype=np.int64)
        estimates = np.ma.filled(np.ma.asarray(found["estimate"], dtype=np.float64), np.nan)
        begin = 0
        for focal, metric, count in curves:
            yield focal, metric, replicates[begin : begin + count], estimates[begin : begin + count]
            begin += count

    def _view(self, audit: Audit, person: str = "person_no") -> None:
        """Show the rows of the shape as an audit reads them."""
        header = audit.header
        # Who speaks is told only where no roles are exchanged.
        level = "r.who_no as level, " if header.across == EVERY else ""
        self._connection.execute(
            f"create or replace view {header.relation} as select s.key as item_id, s.focal_no as dataset, "
            f"{OPAQUE}{level}case when s.is_model then 'model' else 'reference' end as role"
            f"{self._own_columns(audit, 'rows', person=person)}{self._authored()} from shape s "
            "join rows r using (answer_no) join (select distinct focal_no, model from focal) f using (focal_no)"
            + (f" where r.{identifier(audit.column(header.without))} is null" if header.without else "")
            + (GIVEN.format(text=f"r.{identifier(audit.column(header.made))}") if header.made else "")
        )

    def _own_columns(self, audit: Audit, table: str, *others: str, person: str = "person_no") -> str:
        """List the columns of a table that audits see: a person as a number, traits spelled out, others as they are."""
        hidden = {*HIDDEN, *others}
        there = [row[0] for row in fetch(self._connection, f"describe {table}")]
        seen = audit.see(name for name in there if name not in hidden)
        spelled = {"person": person, "traits": "traits::varchar"}
        listed = {name: spelled.get(name, identifier(own)) for name, own in {**seen, "person": "person_no"}.items()}
        return "".join(f", r.{own} as {identifier(name)}" for name, own in listed.items())

    def _authored(self) -> str:
        """List, for each answer whose author is known, whether the focal annotator wrote it."""
        there = authored([row[0] for row in fetch(self._connection, "describe rows")])
        return "".join(
            f", lower(r.{identifier(author)}) = lower(f.model) as {identifier(name)}" for name, author in there.items()
        )

    def _columns(self, audit: Audit, select: str) -> list[str]:
        for part in (audit.cells, audit.estimate):
            check_select(part, str(audit.path))
        try:
            return [row[0] for row in fetch(self._connection, f"describe {select}")]
        except duckdb.Error as error:
            raise AuditError(f"the SQL does not run: {error}", where=str(audit.path), remedy="mend it") from error

    def _run(self, audit: Audit, query: str) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(query)
        except duckdb.Error as error:
            raise AuditError(f"the SQL does not run: {error}", where=str(audit.path), remedy="mend it") from error

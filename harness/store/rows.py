"""A relation's rows on an in-memory connection, and what arrays are read of them: who has answered what, and how.

Numbers stand for items, annotators and persons; what an answer says is a hash of the columns that are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from harness.alike import Codes, columns_read, mix
from harness.onebyone import MOST_ITEMS
from harness.pools import Answers
from harness.store.database import fetch
from harness.store.facts import authored
from harness.store.quoting import identifier
from harness.turns import MAX_TURNS, Ints

if TYPE_CHECKING:
    from harness.auditfile import Audit

TURNS = 2 * MAX_TURNS  # of the floor, at most
HIDDEN = ("answer_no", "item_no", "who_no", "draw_no", "dataset", "person_no")


class Rows:
    """The rows of one relation at a time."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._relation = ""
        self._held: dict[str, Answers] = {}
        self._coded: tuple[tuple[str, ...], Codes] = ((), np.empty(0, dtype=np.uint64))
        self._meet: float | None = None  # answers of people on an item, and one
        self._samples: int | None = None
        self._buckets: Ints | None = None
        self._datasets: dict[str, tuple[int, int]] = {}

    def relation(self, name: str) -> bool:
        """Put a relation's rows on the bench; false if the study has no rows of it."""
        if self._relation != name:
            self._relation = name
            self._held.clear()  # of millions of rows, one relation is held
            self._meet = self._samples = None
            self._coded = ((), self._coded[1][:0])
            for kind in ("rows", "answers"):
                self._connection.execute(f"create or replace view {kind} as select * from {kind}_{name}")
        return bool(fetch(self._connection, "select 1 from rows limit 1"))

    def most_samples(self) -> int:
        """Give the largest number of an LLM's samples of one item."""
        if self._samples is None:
            most = "select coalesce(max(draw_no), 0) from answers where who_no is not null"
            self._samples = int(fetch(self._connection, most)[0][0])
        return self._samples

    def whos(self) -> list[dict[str, Any]]:
        """List who speaks in the relation and is no human: number, who columns, axes."""
        rows = self._connection.execute("select * from whos_" + self._relation + " order by who_no").df()
        return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]

    def weigh(self, who: int) -> float:
        """Tell how many rows the passes of an audit make of an annotator, about: those that meet its answers."""
        if self._meet is None:
            answers = self._answers()
            items = answers.item[answers.of(-1, all_draws=True)]
            self._meet = len(items) / max(int(np.count_nonzero(np.diff(items, prepend=-1))), 1) + 1
        return min(len(self._answers().of(who, all_draws=True)), MOST_ITEMS) * self._meet * TURNS

    def _answers(self) -> Answers:
        """Read who has answered what in the relation."""
        if self._relation not in self._held:
            found = self._connection.execute(
                "select item_no, coalesce(who_no, -1) as who_no, coalesce(person_no, -1) as person_no, draw_no "
                "from answers order by answer_no"
            ).fetchnumpy()
            self._held[self._relation] = Answers(*(np.asarray(column, dtype=np.int64) for column in found.values()))
        return self._held[self._relation]

    def codes(self, audit: Audit) -> Codes:
        """Hash what each answer says, as far as an audit reads it."""
        read = self._read(audit)
        if self._coded[0] != read or not len(self._coded[1]):
            self._coded = (read, self._codes(read))
        return self._coded[1]

    def _read(self, audit: Audit) -> tuple[str, ...]:
        """Name the columns that what an audit's first SELECT makes of a row depends on."""
        there = [row[0] for row in fetch(self._connection, "describe rows")]
        seen = audit.see(name for name in there if name not in HIDDEN) | authored(there)
        if not audit.header.by_person:  # there a person is a key: who it is changes nothing of what is said
            seen["person"] = "person_no"
        read = columns_read(audit.cells, audit.header.relation, seen)
        left_out = (seen[name] for name in (audit.header.without, audit.header.made) if name)
        return tuple(dict.fromkeys([*(seen[name] for name in read), *left_out]))

    def _codes(self, read: tuple[str, ...]) -> Codes:
        """Hash what each answer says in some columns; of an answer of several rows, all of them."""
        listed = ", ".join(map(identifier, read)) or "0"
        found = self._connection.execute(f"select answer_no, hash({listed}) as code from rows").fetchnumpy()
        number = np.asarray(found["answer_no"], dtype=np.int64)
        codes = np.zeros(len(self._answers().item), dtype=np.uint64)
        np.add.at(codes, number, mix(np.asarray(found["code"], dtype=np.uint64)))
        return codes

    def places(self) -> dict[str, int]:
        """Give the number of bootstrap buckets of each dataset."""
        return dict(fetch(self._connection, "select dataset, max(place) + 1 from items group by 1 order by 1"))

    def cluster_of_items(self) -> Ints:
        """Give the cluster of every item, by item number; clusters are numbered within a dataset."""
        found = self._connection.execute("select cluster_no from items order by item_no").fetchnumpy()
        return np.asarray(found["cluster_no"], dtype=np.int64)

    def bucket_of_items(self) -> Ints:
        """Give the bootstrap bucket of every item, by item number."""
        if self._buckets is None:
            found = self._connection.execute("select place from items order by item_no").fetchnumpy()
            self._buckets = np.asarray(found["place"], dtype=np.int64)
        return self._buckets

    def items_of(self, dataset: str) -> tuple[int, int]:
        """Give the first and last item number of a data set."""
        if not self._datasets:
            told = fetch(self._connection, "select dataset, min(item_no), max(item_no) from items group by 1")
            self._datasets = {name: (low, high) for name, low, high in told}
        return self._datasets[dataset]

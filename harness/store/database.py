"""Open ``runs/harness.duckdb`` for moments: wait for it, name who holds it, or build beside it.

What this refuses: to hold the file open while anything else happens. A reader anywhere would otherwise
make a writer fail, and a writer lock every reader out.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from harness.errors import StoreBusy, StoreError
from harness.ids import digest
from harness.store import relations
from harness.store.quoting import identifier, quoted

if TYPE_CHECKING:
    import pandas as pd

SQL = Path(__file__).parent.parent / "sql"
PATIENCE = 10.0  # seconds that a writer waits for readers before it builds beside, and a reader for a writer


class OldDatabase(StoreError):
    """The database has the tables of another version of the harness."""


class Store:
    """What is in ``runs/``.

    Args:
        runs: the folder of run folders.
        patience: seconds to wait for another process that holds the database.
    """

    def __init__(self, runs: str | Path = "runs", *, patience: float = PATIENCE) -> None:
        self.runs = Path(runs)
        self.path = self.runs / "harness.duckdb"
        self.patience = patience
        self._reading = threading.local()

    def sql(self, query: str, named: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Run one query on the views and give its rows as a pandas frame.

        Args:
            named: values for names in the query, as ``$study``.

        Raises:
            StoreError: the query does not run, or there is no database yet.
        """
        with self.read() as connection:
            try:
                return _frame(connection.sql(query, params=dict(named)) if named else connection.sql(query))
            except duckdb.Error as error:
                raise StoreError(
                    f"the query does not run: {error}", where=query.strip()[:200], remedy="mend the query"
                ) from error

    def labels(self, study: str | None = None) -> pd.DataFrame:
        """Give what everybody said, one row per label, humans and models alike."""
        return self._frame("labels", study)

    def replies(self, study: str | None = None) -> pd.DataFrame:
        """Give the raw replies of models, one row per generation: text, parsed or not and why."""
        return self._frame("replies", study)

    def measurements(self, study: str | None = None) -> pd.DataFrame:
        """Give the estimates of all audits with their bootstrap replicates."""
        return self._frame("measurements", study)

    def findings(self, study: str | None = None) -> pd.DataFrame:
        """Give the findings of all audits: estimate, interval, floor, p, q, verdict."""
        return self._frame("findings", study)

    def sensitivities(self, study: str | None = None) -> pd.DataFrame:
        """Give what the prompt variants of each model show together: spread, prediction interval, verdict."""
        return self._frame("sensitivities", study)

    def axis_effects(self, study: str | None = None) -> pd.DataFrame:
        """Give the share of each axis in how variants differ, and each level against the rest."""
        return self._frame("axis_effects", study)

    def item_sensitivities(self, study: str | None = None) -> pd.DataFrame:
        """Give PromptSensiScore of every item and model: how much answers differ between variants."""
        return self._frame("item_sensitivities", study)

    def variance_components(self, study: str | None = None) -> pd.DataFrame:
        """Give how much of how models answer is the item's, the model's, the prompt's, and what they share."""
        return self._frame("variance_components", study)

    def comparisons(self, study: str | None = None) -> pd.DataFrame:
        """Give the comparisons of annotators that differ in one factor: difference, interval, q, direction."""
        return self._frame("comparisons", study)

    def timeline(self, study: str | None = None) -> pd.DataFrame:
        """Give what audits show of each version, with its date, and what changed from the version before."""
        return self._frame("timeline", study)

    def trained(self, study: str | None = None) -> pd.DataFrame:
        """Give the trained annotators: learner, corpus, and the training that speaks as each sample."""
        return self._frame("trained", study)

    def scores(self, study: str | None = None) -> pd.DataFrame:
        """Give how well trained annotators and their teachers do on the test, by seed and (seed null) on average."""
        return self._frame("scores", study)

    def amplifications(self, study: str | None = None) -> pd.DataFrame:
        """Give each artifact in trained models beside the same in what taught them: difference, interval, verdict."""
        return self._frame("amplifications", study)

    def hybrids(self, study: str | None = None) -> pd.DataFrame:
        """Give the scores of mixed corpora against that of people's alone."""
        return self._frame("hybrids", study)

    def worths(self, study: str | None = None) -> pd.DataFrame:
        """Give how many of a model's annotations teach as much as one of a person's."""
        return self._frame("worths", study)

    def remedied(self, study: str | None = None) -> pd.DataFrame:
        """Give what a remedy buys in those whom a model's answers teach: each artifact and score before and after."""
        return self._frame("remedied", study)

    def mixtures(self, study: str | None = None) -> pd.DataFrame:
        """Give each artifact in models taught by mixtures, beside that in models taught by people alone."""
        return self._frame("mixtures", study)

    def curations(self, study: str | None = None) -> pd.DataFrame:
        """Give what a remedy changes in a model's answers themselves: each finding before and after."""
        return self._frame("curations", study)

    def _frame(self, view: str, study: str | None) -> pd.DataFrame:
        with self.read() as connection:
            if study is None:
                return _frame(connection.sql(f"select * from {view}"))
            return _frame(connection.execute(f"select * from {view} where study = ?", [study]))

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the database read-only, for a moment; within such a moment, the same connection again."""
        already = getattr(self._reading, "connection", None)
        if already is not None:
            yield already
            return
        if not self.path.exists():
            raise StoreError(
                "there is no database yet",
                where=str(self.path),
                remedy="run `harness run STUDY` first, or `harness rebuild` if there are run folders",
            )
        connection = self._reading.connection = self._open(self.path, read_only=True)
        try:
            yield connection
        finally:
            self._reading.connection = None
            connection.close()

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the database for one transaction; writers take turns.

        Where a reader holds the file for longer than ``patience``, the change is made in a copy beside it,
        which then takes its name: the reader keeps what it has open, and nothing is lost.
        """
        self.runs.mkdir(parents=True, exist_ok=True)
        with _turn(self.runs / ".store.lock", self.patience * 60, "another process writes to the database"):
            beside: Path | None = None
            try:
                connection = self._open(self.path, read_only=False)
            except StoreBusy as busy:
                beside = self.path.with_suffix(f".{os.getpid()}.tmp")
                print(f"{busy.what}; building beside it", file=sys.stderr)
                for path, copy in ((self.path, beside), (_wal(self.path), _wal(beside))):
                    if path.exists():
                        shutil.copyfile(path, copy)
                connection = self._open(beside, read_only=False)
            try:
                connection.begin()
                _prepare(connection)
                yield connection
                connection.commit()
            except BaseException:
                connection.close()
                if beside is not None:
                    beside.unlink(missing_ok=True)
                raise
            connection.close()
            if beside is not None:
                self.replace(beside)

    def replace(self, build: Path) -> None:
        """Give a newly built database file the name of the old one.

        What a killed writer left in the old one's log must not be played onto the new one.
        """
        _wal(self.path).unlink(missing_ok=True)
        build.replace(self.path)

    def _open(self, path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                connection = duckdb.connect(str(path), read_only=read_only)
                connection.execute("set timezone = 'UTC'")
                return connection
            except duckdb.IOException as error:
                holder = re.search(r"lock is held in (?:(.+?) \()?PID (\d+)", str(error))
                if holder is None:
                    raise StoreError(
                        f"the database cannot be opened: {str(error)[:300]}",
                        where=str(path),
                        remedy="if it is damaged, delete it and run `harness rebuild`: it is made from runs/",
                    ) from error
                if time.monotonic() > deadline:
                    raise StoreBusy(
                        f"process {holder[2]} ({Path(holder[1] or 'unknown').name}) holds the database",
                        where=str(path),
                        remedy=f"wait for it or end process {holder[2]}, then try again",
                    ) from error
                time.sleep(0.1)
            except duckdb.ConnectionException as error:
                raise StoreBusy(
                    "this process has the database open with another connection",
                    where=str(path),
                    remedy="close it first; harness.open_store() never keeps one open",
                ) from error


def open_store(runs: str | Path = "runs") -> Store:
    """Open the store in ``runs``.

    Returns:
        a Store, with ``.sql()``, ``.labels()``, ``.replies()``, ``.measurements()``, ``.findings()``,
        ``.sensitivities()``, ``.axis_effects()``, ``.comparisons()`` and ``.timeline()``; each gives a pandas frame
        and holds the database only while it reads.
    """
    return Store(runs)


def _frame(result: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        # DuckDB 2 puts times with a zone into a frame in a way that pandas 3 warns of.
        warnings.filterwarnings("ignore", "The inplace keyword", DeprecationWarning)
        frame: pd.DataFrame = result.df()
    return frame


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make tables and views, unless they are already as today's code wants them.

    Raises:
        OldDatabase: tables of another version are there; they are made anew from the run folders.
    """
    tables, views = (SQL / "schema.sql").read_text(encoding="utf-8"), "\n".join(relations.statements())
    wanted = f"{digest(tables)} {digest(views)}"
    if check_version(connection) == wanted:
        return
    for statement in (tables, *relations.statements()):
        connection.execute(statement)
    for view, column, told in fetch(connection, (SQL / "view_comments.sql").read_text(encoding="utf-8")):
        connection.execute(f"comment on column {view}.{identifier(column)} is {quoted(told)}")
    connection.execute(f"comment on table store.made_by is '{wanted}'")


def _wal(path: Path) -> Path:
    """Give the write-ahead log that DuckDB keeps beside a database file while it is open."""
    return path.with_name(f"{path.name}.wal")


@contextmanager
def _turn(path: Path, patience: float, what: str) -> Iterator[None]:
    """Hold an advisory lock; the system gives it back when the process dies, however it dies."""
    with path.open("a+") as file:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StoreBusy(what, where=str(path), remedy="wait for it, then try again") from None
                time.sleep(0.05)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def only_one(path: Path, what: str) -> Iterator[None]:
    """Refuse to start while another process does the same thing.

    Raises:
        StoreBusy: at once, if another process holds the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _turn(path, 0.0, what):
        yield


def fetch(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | dict[str, Any] | None = None
) -> list[Any]:
    """Run a query and read it whole: a half-read result would block the next statement."""
    rows: list[Any] = connection.execute(query, parameters or []).fetchall()
    return rows


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Give the columns of a table of the schema ``store``, in their order: name → SQL type."""
    return dict(
        fetch(
            connection,
            "select column_name, data_type from information_schema.columns where table_schema = 'store' "
            "and table_name = ? order by ordinal_position",
            [table],
        )
    )


def check_version(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Give what the database was made by; None if it is empty.

    Raises:
        OldDatabase: its tables are those of another version; they are made anew from the run folders.
    """
    kept = fetch(
        connection, "select comment from duckdb_tables() where schema_name = 'store' and table_name = 'made_by'"
    )
    if not kept:
        return None
    made_by = str(kept[0][0])
    if made_by.split(maxsplit=1)[0] != digest((SQL / "schema.sql").read_text(encoding="utf-8")):
        raise OldDatabase("the database was made by another version of the harness", remedy="run `harness rebuild`")
    return made_by


def is_empty(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether a database file has no tables yet: a writer was killed before its first transaction ended."""
    return not fetch(connection, "select 1 from duckdb_tables() where schema_name = 'store' limit 1")

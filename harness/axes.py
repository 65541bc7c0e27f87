"""One line under ``[vary]`` → an axis: its levels, the baseline first.

============================================= ================================================================
``["a", "b"]``                                levels as they stand
``{ file = "personas.csv" }``                 a row of the file is a level
``{ file = "personas.csv", draw = "sample" }`` one level, the file: each sample of an item gets a row of it
``{ file = "shots.jsonl", by = "set" }``      the rows of one value of a column are a level: a set of examples
``{ files = ["none.jsonl", "few.csv"] }``     the rows of a file are a level
``{ folder = "shots" }``                      the same for all files of a folder, by name
``{ grammar = "format", draw = 10 }``         of the axis ``layout``: formats that mean the same (``layouts``)
============================================= ================================================================

What this refuses: a level that the data type does not know, two levels of one name, rows of unlike columns.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeGuard

from harness import layouts
from harness.draws import Pool
from harness.errors import StudyError, near_names, refuse_unknown
from harness.ids import content_id

SAMPLING_AXES = ("temperature",)  # axes that set a field of [ask] as well as a name in templates
TABLES = (".csv", ".jsonl")


@dataclass(frozen=True)
class Axis:
    """A factor that is varied.

    Attributes:
        levels: (name, value as templates see it); the first is the baseline.
        pool: the rows that samples draw of, where the axis is drawn.
    """

    levels: list[tuple[str, Any]]
    pool: Pool | None = None

    @property
    def columns(self) -> list[str]:
        """The columns that every level has, of rows or of sets of rows; none where levels are no rows."""
        rows = self.pool.rows if self.pool else [row for _, value in self.levels for row in _rows_of(value)]
        return [column for column in rows[0] if all(column in row for row in rows)] if rows else []


@dataclass(frozen=True)
class Reader:
    """What reading an axis needs to know of its study.

    Attributes:
        asked: what the data type's table says to models.
        written: gives the parts of a layout by which every wording writes.
    """

    folder: Path
    datatype: Any
    asked: dict[str, Any]
    written: Callable[[], set[str]]

    def read(self, axis: str, given: Any, where: str) -> Axis:
        """Read an axis.

        Raises:
            StudyError: what is wrong with it, and the remedy.
        """
        if axis == layouts.AXIS:
            return Axis(self._layouts(given, where))
        if isinstance(given, dict) and given.get("draw") == "sample":
            return self._pool(axis, given, where)
        if isinstance(given, dict) and {"files", "folder", "by"} & set(given):
            levels = self._sets(given, where)
        else:
            levels = self._levels(axis, given, where)
        names = [level for level, _ in levels]
        if len(set(names)) < len(names):
            raise StudyError("two levels have one name", where=where, remedy="rename one of them")
        return Axis(levels)

    def _levels(self, axis: str, given: Any, where: str) -> list[tuple[str, Any]]:
        if isinstance(given, dict):
            if given.get("draw", "grid") != "grid" or "file" not in given:
                raise StudyError(
                    "this axis cannot be read",
                    where=where,
                    remedy='write a list of levels, or { file = "levels.csv", draw = "grid" }; draw = "sample" gives '
                    "each sample a row of the file",
                )
            refuse_unknown(given, ("file", "draw"), where)
            given = read_rows(self.folder / given["file"], where)
        if not isinstance(given, list) or not given:
            raise StudyError("an axis is a list of levels", where=where, remedy='for example ["a", "b"]')
        known = self.datatype.AXES.get(axis)
        levels = []
        for position, value in enumerate(given):
            if known is not None and value not in known:
                remedy = f"{near_names(str(value), known)}known: {', '.join(known)}"
                raise StudyError(f"no level {value!r}", where=where, remedy=remedy)
            if axis == "wording":
                level = Path(str(value)).stem
            elif isinstance(value, dict):
                level = _name_of(value, position)
            else:
                level = str(value)
            levels.append((level, value))
        return levels

    def _sets(self, given: dict[str, Any], where: str) -> list[tuple[str, list[dict[str, Any]]]]:
        """Read sets of rows, such as the examples of a few-shot prompt; a file without rows is a level without."""
        ways = [key for key in ("file", "files", "folder") if key in given]
        if len(ways) != 1 or (ways == ["file"]) != ("by" in given):
            remedy = 'write { folder = "shots" }, { files = ["none.jsonl", …] } or { file = "shots.csv", by = "set" }'
            raise StudyError("this axis cannot be read", where=where, remedy=remedy)
        refuse_unknown(given, (*ways, "by"), where)
        if "by" in given:
            levels = self._sets_of(given["file"], str(given["by"]), where)
        else:
            paths = self._listed(given, where)
            levels = [(path.stem, read_rows(path, where)) for path in paths]
        named = {name: set(row) for name, rows in levels for row in rows}
        for name, rows in levels:
            for row in rows:
                if set(row) != next(iter(named.values())):
                    first = next(iter(named))
                    raise StudyError(
                        f"an example of {name!r} has the columns {', '.join(row)}, and one of {first!r} has others",
                        where=where,
                        remedy="give every example the same columns: a template reads them all alike",
                    )
        return levels

    def _sets_of(self, file: str, by: str, where: str) -> list[tuple[str, list[dict[str, Any]]]]:
        sets: dict[str, list[dict[str, Any]]] = {}
        for row in read_rows(self.folder / file, where):
            if by not in row:
                remedy = f"{near_names(by, row)}there are: {', '.join(row)}"
                raise StudyError(f"a row of {file} has no column {by!r}", where=where, remedy=remedy)
            sets.setdefault(str(row[by]), []).append({key: value for key, value in row.items() if key != by})
        if not sets:
            raise StudyError(f"{file} has no rows", where=where, remedy="give each set of examples its rows")
        return list(sets.items())

    def _listed(self, given: dict[str, Any], where: str) -> list[Path]:
        if "files" in given:
            if not isinstance(given["files"], list) or not given["files"]:
                raise StudyError(
                    "files is a list of names", where=where, remedy='for example ["none.jsonl", "few.csv"]'
                )
            return [self.folder / str(name) for name in given["files"]]
        folder = self.folder / str(given["folder"])
        paths = sorted(path for path in folder.glob("*") if path.suffix in TABLES)
        if not paths:
            what = (
                f"there are no examples in {given['folder']}"
                if folder.is_dir()
                else f"there is no folder {given['folder']}"
            )
            raise StudyError(what, where=where, remedy=f"put .csv or .jsonl files into {folder}; each is a level")
        return paths

    def _layouts(self, given: Any, where: str) -> list[tuple[str, Any]]:
        """Draw layouts of the grammar, or read their names."""
        able = partial(layouts.marks_fit, datatype=self.datatype, asked=self.asked)
        if isinstance(given, list) and given:
            chosen = [layouts.layout_of(name, where) for name in given]
            parts = self.written()
            for layout in chosen:
                if not layouts.is_written(layout, parts):
                    raise StudyError(
                        f"the layout {layout.name!r} says more than every wording writes",
                        where=where,
                        remedy=f"write by {', '.join(layouts.WRITES)} in every wording, or leave those parts plain",
                    )
                if not able(layout.marks):
                    raise StudyError(
                        f"under the layout {layout.name!r} an option could not be told from another's mark",
                        where=where,
                        remedy=f"take other marks than {layout.marks}; {layouts.BARE} has none",
                    )
        else:
            told = given if isinstance(given, dict) else {}
            count, seed = told.get("draw"), told.get("seed", 0)
            if told.get("grammar") != "format" or not _is_int(count) or count < 1 or not _is_int(seed):
                remedy = 'write { grammar = "format", draw = 10, seed = 1 }, or a list of the names of layouts'
                raise StudyError("this axis cannot be read", where=where, remedy=remedy)
            refuse_unknown(told, ("grammar", "draw", "seed"), where)
            chosen = layouts.draw_layouts(count, seed, self.written(), able, where)
        if len(set(chosen)) < len(chosen):
            raise StudyError("two levels have one name", where=where, remedy="leave one of them out")
        return [(layout.name, layout.value) for layout in chosen]

    def _pool(self, axis: str, given: dict[str, Any], where: str) -> Axis:
        """Read the rows that samples draw from; each gets a name."""
        refuse_unknown(given, ("file", "draw", "seed"), where)
        if axis == "wording" or axis in SAMPLING_AXES or axis in self.datatype.AXES:
            raise StudyError(
                f"{axis} cannot be drawn per sample",
                where=where,
                remedy="write its levels as a list: they are compared",
            )
        seed = given.get("seed", 0)
        if "file" not in given or not _is_int(seed):
            remedy = '{ file = "personas.csv", draw = "sample", seed = 1 }'
            raise StudyError("this axis cannot be read", where=where, remedy=f"write {remedy}")
        rows = read_rows(self.folder / given["file"], where)
        named = [{**row, "name": _name_of(row, place)} for place, row in enumerate(rows)]
        if not named or len({row["name"] for row in named}) < len(named):
            what = "two rows have one name" if named else "the file has no rows"
            raise StudyError(
                what, where=where, remedy=f"mend {given['file']}: a row is one level, named by `name` or `id`"
            )
        pool = Pool(named, seed)
        return Axis([(Path(given["file"]).stem, _name_pool(pool))], pool)


def _rows_of(value: Any) -> list[dict[str, Any]]:
    return [row for row in (value if isinstance(value, list) else [value]) if isinstance(row, dict)]


def _is_int(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _name_pool(pool: Pool) -> dict[str, Any]:
    """Name a pool by what is in it: all that an annotator's identity needs to know of a long file."""
    return {"draw": "sample", "seed": pool.seed, "pool": content_id("pool", list(pool.rows))}


def _name_of(row: dict[str, Any], place: int) -> str:
    return str(row.get("name", row.get("id", place + 1)))


def read_rows(path: Path, where: str) -> list[dict[str, Any]]:
    """Read a CSV file, or one of JSON lines.

    Raises:
        StudyError: there is no such file, or a row is not like the header.
    """
    if not path.is_file():
        raise StudyError(f"there is no file {path.name}", where=where, remedy=f"make {path}")
    try:
        return _json_lines(path, where) if path.suffix == ".jsonl" else _table(path, where)
    except UnicodeDecodeError as error:
        raise StudyError(f"{path.name} is not UTF-8: {error}", where=where, remedy="save it as UTF-8") from error


def _json_lines(path: Path, where: str) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            what = f"line {number} of {path.name} is no JSON object: {line[:60]!r}"
            raise StudyError(what, where=where, remedy='write one object a line: {"text": "…", "label": "…"}')
        rows.append(row)
    return rows


def _table(path: Path, where: str) -> list[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        rows: list[dict[str, Any]] = list(reader)
        columns = len(reader.fieldnames or ())
    for row in rows:
        if None in row or None in row.values():
            cells = sum(value is not None for key, value in row.items() if key is not None) + len(row.get(None) or ())  # type: ignore[call-overload]
            raise StudyError(
                f"a row of {path.name} has {cells} cells and the header {columns}: {next(iter(row.values()))!r}",
                where=where,
                remedy="give each row a cell for each column; quote a cell with a comma",
            )
    return rows

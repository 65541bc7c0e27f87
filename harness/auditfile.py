"""Read an audit: a ``.sql`` file whose block comment holds TOML, and two SELECTs behind marker lines (or one).

One file may run under several names: of each further one ``[also.<name>]`` says what differs.

What this refuses: SQL that is not one SELECT, a header key that it does not know, a missing example.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from harness.errors import AuditError
from harness.ids import content_id
from harness.plugins import PACKAGE, load, unknown

AUDITS = PACKAGE / "audits"
EVERY = "*"  # across all variants at once


class Also(BaseModel):
    """A further audit of a file: whose records it reads, and in ``model_extra`` what its header has otherwise."""

    model_config = ConfigDict(extra="allow", frozen=True)
    datatype: str | None = None
    columns: dict[str, str] = {}


class Header(BaseModel):
    """The TOML in an audit's block comment."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str = Field(description="a few words for charts and tables")
    question: str = Field(description="what the number answers, in plain words")
    relation: str = Field(description="the view that it reads, shaped: labels, replies …")
    range: tuple[float, float] = Field(description="smallest and largest possible value; inf where there is none")
    unit: str = Field("", description="what the number counts, for axes")
    worse: Literal["up", "down", "both"] = Field(description="which direction is bad")
    warn: float | None = Field(None, description="practical threshold on the excess; none: the audit only describes")
    test: Literal["exchange", "neutral", "none"] = Field(description="how chance is ruled out")
    neutral: float | None = Field(None, description="the value without an artifact, for test = neutral")
    floor: float | Literal["people", "exchange"] = Field(
        "people",
        description="what no artifact shows: people in the model's place; the exchange null's mean, where one "
        "person cannot play several samples; or a number, where it is known by construction",
    )
    draws: Literal["one", "all"] = Field("one", description="how many of the focal's samples an item are measured")
    plays: Literal["one", "all"] = Field("one", description="how many of them change places with people")
    roles: Literal["both", "model"] = Field("both", description="model: there is no reference, only the focal's rows")
    pairing: Literal["item", "auto"] = Field(
        "item",
        description="auto: an annotator that shares fewer than ten items with its reference is compared as a group, "
        "unpaired",
    )
    resample: Literal["halves"] | None = Field(
        None,
        description="for what counts distinct things: there is no `-- cells`; the estimate reads the relation itself, "
        "on random halves of the clusters, at one size on both sides",
    )
    words: str | None = Field(
        None, description="with halves: the column whose words are counted; the relation has them as `words`"
    )
    most_rows: int = Field(1000, description="with halves and without words: rows a side, at most")
    splits: int = Field(
        1,
        ge=1,
        description="with halves: how often each half is parted into folds anew, for what varies more with the folds "
        "than with the half; the mean counts, and there are half as many halves",
    )
    halves: int = Field(128, ge=16, description="with halves: how many are dealt; fewer for what takes long")
    across: str | None = Field(
        None,
        description="compare the levels of this axis instead of model and people; *: all variants of a model at once, "
        "told apart by the opaque column level",
    )
    levels: list[str] = Field(
        [], description="with across: these two levels alone, the second against the first, whichever comes first"
    )
    needs: list[Literal["ordinal"]] = Field([], description="what the study must have")
    least_people: int = Field(
        1,
        description="people an item that it takes to judge: with fewer, exchanging roles changes what is measured "
        "hardly at all, and the finding is described",
    )
    features: list[str] = Field(
        [], description="extractors whose numbers it reads, as columns <text>_<extractor>_<number> of the relation"
    )
    looks_across: bool = Field(
        False, description="cells looks at several items at once (a window, a join); else each item is for itself"
    )
    by_person: int | None = Field(
        None,
        ge=1,
        description="cells returns a row for each answer of a person, whose number (column person) is a key and is "
        "used for nothing else; persons whose first sum is smaller than this are left out, and of more than 200 those "
        "with the smallest",
    )
    least_samples: int = Field(1, description="samples of an item that the audit needs to say anything")
    of_data: bool = Field(
        False, description="it asks how the data were coded: of trained annotators there is nothing to ask"
    )
    score: bool = Field(
        False, description="it says how near an answer is to people's: trained annotators that write are scored by it"
    )
    describes: list[str] = Field([], description="metrics that are shown and not judged; * stands for anything")
    sums: list[str] = Field(["n"], description="summed columns of cells; the rest are keys")
    reference: str = Field(description="where the definition comes from")
    notes: str = Field("", description="what a reader must know to read the number")
    lacking: str = Field("", description="what it takes, told where no item has what it counts")
    without: str | None = Field(None, description="rows with a value in this column are left out")
    made: str | None = Field(
        None,
        description="a text of the relation: where both sides have one and the same of an item, and no other, it was "
        "given and not made up, and these rows are left out",
    )
    example: dict[str, Any] = Field(description="given rows and expected estimates")
    also: dict[str, Also] = Field(
        {},
        description="further audits of this file: name → datatype (its records are seen as the relation; without it "
        "the file's own), columns (name in the SQL = name in the data type; the names of features follow), and the "
        "keys of the header that differ",
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.test == "neutral") != (self.neutral is not None):
            raise ValueError("test = neutral and a value for neutral go together")
        if self.resample and self.test == "exchange":
            raise ValueError("halves are tested against a neutral value, or not at all")
        if self.levels and (len(self.levels) != 2 or self.across in (None, EVERY)):
            raise ValueError("levels are two of an axis that across names")
        if self.by_person and (self.resample or self.test == "exchange"):
            raise ValueError("by_person sums persons' answers as they are: not on halves, and with no roles exchanged")
        if self.resample and self.made:
            raise ValueError("on halves nothing is known of other answers to an item: made says nothing there")
        if self.words and not self.resample:
            raise ValueError('words are cut in halves only: write resample = "halves"')
        return self

    def only_describes(self, metric: str) -> bool:
        """Tell whether a metric is shown and not judged."""
        return any(fnmatchcase(metric, one) for one in self.describes)


@dataclass(frozen=True)
class Audit:
    """One audit; ``cells`` is empty where it is run on halves.

    Attributes:
        datatype: whose records it reads; the name of its folder, unless its file is for several.
        rows: the relation that its rows come from, which its SQL sees as ``header.relation``.
        columns: name in the SQL → name in ``rows``, where they differ.
    """

    name: str
    path: Path
    header: Header
    cells: str
    estimate: str
    audit_id: str
    text: str
    datatype: str
    rows: str
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def reads(self) -> str:
        """Say which rows it reads, and how its SQL calls them where it names them otherwise."""
        told = self.rows if self.rows == self.header.relation else f"{self.rows} as {self.header.relation}"
        renamed = ", ".join(f"{own} as {name}" for name, own in self.columns.items())
        told += f", with {renamed}" if renamed else ""
        return f"{told}, but for rows that have a {self.header.without}" if self.header.without else told

    def column(self, name: str) -> str:
        """Say where a column that the SQL names stands in ``rows``."""
        return self.columns.get(name, name)

    def see(self, names: Iterable[str]) -> dict[str, str]:
        """Say what the SQL calls the columns of ``rows``: name in the SQL → column."""
        shown = {own: name for name, own in self.columns.items()}
        seen = {}
        for column in names:
            own = next((own for own in shown if column == own or column.startswith(f"{own}_")), None)
            seen[shown[own] + column.removeprefix(own) if own else column] = column
        return seen


def audits_for(datatype: str, folder: Path | None = None) -> list[Audit]:
    """Read the audits for a data type: those for any type, its own, and the study's own."""
    shipped = [audit for audit in shipped_audits() if audit.datatype in ("any", datatype)]
    brought = sorted((folder / "audits").glob("*.sql")) if folder else []
    return [*shipped, *(audit for path in brought for audit in read_audits(path))]


def shipped_audits() -> list[Audit]:
    """Read every audit that ships: those for any data type, then by data type and name."""
    read = [audit for path in AUDITS.glob("*/*.sql") for audit in read_audits(path)]
    return sorted(read, key=lambda audit: (audit.datatype != "any", audit.datatype, audit.name))


def choose(audits: list[Audit], names: list[str] | None) -> list[Audit]:
    """Keep the audits of these names.

    Raises:
        PluginError: no audit of that name; says which are near.
    """
    known = [audit.name for audit in audits]
    for name in names or []:
        if name not in known:
            raise unknown("audits", name, known)
    return [audit for audit in audits if names is None or audit.name in names]


def read_audit(path: Path) -> Audit:
    """Read the audit that is called as its file is.

    Raises:
        AuditError: what is wrong with it.
    """
    return next(read_audits(path))


def read_score(name: str) -> Audit:
    """Read an audit by which those are scored whom ``harness train`` taught: one of labels, or one of ``scores/``."""
    own = PACKAGE / "scores" / f"{name}.sql"
    return read_audit(own if own.exists() else AUDITS / "label" / f"{name}.sql")


def read_audits(path: Path) -> Iterator[Audit]:
    """Read the audits of one file: that of its name, then those of ``[also]``.

    Raises:
        AuditError: what is wrong with it.
    """
    text = path.read_text(encoding="utf-8")
    match = re.fullmatch(r"\s*/\*(.*?)\*/\s*(?:-- cells\n(.*?)\n)?-- estimate\n(.*)", text, re.DOTALL)
    if match is None:
        raise AuditError(
            "an audit is a block comment, then two SELECTs behind the lines `-- cells` and `-- estimate`",
            where=str(path),
            remedy="see docs/architecture.md, or copy an audit that ships",
        )
    try:
        told = tomllib.loads(match[1])
    except tomllib.TOMLDecodeError as error:
        raise AuditError(f"the header is not TOML: {error}", where=str(path), remedy="mend the line") from error
    header = _header(told, str(path))
    cells, estimate = ((part or "").strip().rstrip(";") for part in (match[2], match[3]))
    if bool(cells) == (header.resample is not None):
        raise AuditError(
            'there is one SELECT with resample = "halves", and two without',
            where=str(path),
            remedy="sums over items stand behind `-- cells`; what counts distinct things has no sums",
        )
    named, datatype = content_id("audit", text), path.parent.name
    yield Audit(path.stem, path, header, cells, estimate, named, text, datatype, header.relation)
    for name, differs in header.also.items():
        other = differs.datatype or datatype
        rows = load("datatypes", other).TABLE if differs.datatype else header.relation
        merged = _header({**told, "also": {}, **(differs.model_extra or {})}, f"{path}, [also.{name}]")
        yield Audit(name, path, merged, cells, estimate, named, text, other, rows, differs.columns)


def _header(told: dict[str, Any], where: str) -> Header:
    try:
        return Header.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise AuditError(
            f"header, {place}: {first['msg']}", where=where, remedy=f"known: {', '.join(Header.model_fields)}"
        ) from error

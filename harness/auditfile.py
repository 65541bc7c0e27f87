"""Read an audit: a ``.sql`` file whose block comment holds TOML, and two SELECTs behind marker lines (or one).

What this refuses: SQL that is not one SELECT, a header key that it does not know, a missing example.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from harness.errors import AuditError
from harness.ids import content_id
from harness.plugins import PACKAGE, unknown

AUDITS = PACKAGE / "audits"
EVERY = "*"  # across all variants at once


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
    across: str | None = Field(
        None,
        description="compare the levels of this axis instead of model and people; *: all variants of a model at once, "
        "told apart by the opaque column level",
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
    least_samples: int = Field(1, description="samples of an item that the audit needs to say anything")
    describes: list[str] = Field([], description="metrics that are shown and not judged; * stands for anything")
    sums: list[str] = Field(["n"], description="summed columns of cells; the rest are keys")
    reference: str = Field(description="where the definition comes from")
    notes: str = Field("", description="what a reader must know to read the number")
    lacking: str = Field("", description="what it takes, told where no item has what it counts")
    example: dict[str, Any] = Field(description="given rows and expected estimates")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.test == "neutral") != (self.neutral is not None):
            raise ValueError("test = neutral and a value for neutral go together")
        if self.resample and self.test == "exchange":
            raise ValueError("halves are tested against a neutral value, or not at all")
        if self.words and not self.resample:
            raise ValueError('words are cut in halves only: write resample = "halves"')
        return self


@dataclass(frozen=True)
class Audit:
    """One audit file; ``cells`` is empty where it is run on halves."""

    name: str
    path: Path
    header: Header
    cells: str
    estimate: str
    audit_id: str
    text: str


def audits_for(datatype: str, folder: Path | None = None) -> list[Audit]:
    """Read the audits for a data type: those for any type, its own, and the study's own."""
    places = [AUDITS / "any", AUDITS / datatype, *([folder / "audits"] if folder else [])]
    return [read_audit(path) for place in places for path in sorted(place.glob("*.sql"))]


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
    """Read one audit file.

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
        header = Header.model_validate(tomllib.loads(match[1]))
    except tomllib.TOMLDecodeError as error:
        raise AuditError(f"the header is not TOML: {error}", where=str(path), remedy="mend the line") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise AuditError(
            f"header, {place}: {first['msg']}", where=str(path), remedy=f"known: {', '.join(Header.model_fields)}"
        ) from error
    cells, estimate = ((part or "").strip().rstrip(";") for part in (match[2], match[3]))
    if bool(cells) == (header.resample is not None):
        raise AuditError(
            'there is one SELECT with resample = "halves", and two without',
            where=str(path),
            remedy="sums over items stand behind `-- cells`; what counts distinct things has no sums",
        )
    return Audit(path.stem, path, header, cells, estimate, content_id("audit", text), text)

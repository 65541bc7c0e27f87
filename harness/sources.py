"""The ``[[data]]`` blocks of a study: their keys, and the files that they read.

What this refuses: a block that names neither a file nor a query, or a file that is not there.
"""

from __future__ import annotations

import glob
import hashlib
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from harness.errors import StudyError


class Source(BaseModel):
    """One ``[[data]]`` block: a file with a column mapping, or a ``.sql`` file with one SELECT."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    dataset: str | None = None
    file: str | None = None
    sql: str | None = None
    kind: str = Field("human", pattern="^(human|llm)$")
    item: str | None = None
    fields: dict[str, str] = {}
    metadata: list[str] = []
    cluster: str | None = None
    split: str | None = None
    annotator: str | None = None
    traits: list[str] = []
    record: dict[str, str] = {}
    model: str | dict[str, str] | None = None
    variant: str | dict[str, str] | None = None
    wave: str | dict[str, str] | None = None
    sample: str | None = None
    part: str | None = None


def check_sources(sources: list[Source], folder: Path, where: str) -> None:
    """Refuse a block that names no file, or one that is not there."""
    for n, source in enumerate(sources):
        place = f"{where}, data[{n}]"
        if (source.file is None) == (source.sql is None):
            raise StudyError("a [[data]] block needs either file or sql", where=place, remedy="give one of them")
        if source.file is not None and (source.dataset is None or source.item is None):
            raise StudyError("a [[data]] file needs dataset and item", where=place, remedy="name both")
        named = source.file or source.sql
        assert named is not None
        if not files_of(source, folder):
            raise StudyError(f"there is no file {named}", where=place, remedy=f"put it at {folder / named}")


def files_of(source: Source, folder: Path) -> list[str]:
    """List the files that a source reads, relative to the study; a ``.sql`` file names its own."""
    if source.sql is None:
        return _matching(folder, str(source.file))
    if not (folder / source.sql).is_file():
        return []
    text = (folder / source.sql).read_text(encoding="utf-8").replace("''", "\x01")
    # All that stands between quotes of either kind, and what stands outside: an apostrophe in a comment
    # would swap the two, and a name that is no file does no harm.
    parts = [part.replace("\x01", "'") for line in text.splitlines() for part in re.split("['\"]", line)]
    named = {path for part in parts if Path(part).suffix for path in _matching(folder, part)}
    return [source.sql, *sorted(named - {source.sql})]


def _matching(folder: Path, name: str) -> list[str]:
    """List the files of a name or pattern; Path.glob refuses "..", which a study beside its data needs."""
    exact = glob.glob(glob.escape(name), root_dir=folder)  # noqa: PTH207
    found = exact or glob.glob(name, root_dir=folder, recursive=True)  # noqa: PTH207
    return sorted(path for path in found if (folder / path).is_file())


def file_hash(path: Path) -> str:
    """Hash a file's bytes: 128 bits of SHA-256, as 32 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]

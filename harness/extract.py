"""Texts → features, once per distinct text and version of the extractor; a part is on disk as soon as it is made.

An extractor is one file in ``extractors/``. What this refuses: to leave out an extractor without a word. One whose
packages are not installed gives the command that installs them.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from harness import plugins
from harness.errors import HarnessError
from harness.workers import PART, count_workers, extract_beside

if TYPE_CHECKING:
    from harness.auditfile import Audit

Texts = Iterable[list[tuple[str, str]]]  # chunks of (text_id, text)
Write = Callable[[list[str], Any], None]  # text_ids, and their rows of numbers


def missing(name: str) -> str | None:
    """Say what an extractor needs that is not there; None if it can run.

    Raises:
        PluginError: no such extractor.
    """
    extractor = plugins.load("extractors", name)
    lacking = [package for package in extractor.PACKAGES if importlib.util.find_spec(package) is None]
    if not lacking:
        lacks = getattr(extractor, "lacks", None)  # files that no package brings
        return lacks() if lacks else None
    remedy = f"'harness[{extractor.EXTRA}]'" if extractor.EXTRA else " ".join(lacking)
    return f"the extractor {name!r} needs {' and '.join(lacking)}: pip install {remedy}"


def version_of(name: str) -> str:
    """Name what computes: the extractor's own version, and that of the model or package that it rests on."""
    extractor = plugins.load("extractors", name)
    return str(extractor.version()) if hasattr(extractor, "version") else str(extractor.VERSION)


def dims_of(name: str) -> list[str]:
    """List the numbers that an extractor gives, in their order; ``[""]`` for a vector.

    A last name that ends in ``[]`` is a vector of what follows the others, as long as each text makes it.
    """
    extractor = plugins.load("extractors", name)
    return list(extractor.DIMS) or [""]


def there(audits: Iterable[Audit]) -> dict[str, tuple[str, list[str]]]:
    """Give version and numbers of the extractors that audits read, as far as these can run."""
    names = sorted({name for each in audits for name in each.header.features})
    return {name: (version_of(name), dims_of(name)) for name in names if not missing(name)}


def extract(name: str, texts: Texts, total: int, write: Write, say: Callable[[str], object]) -> None:
    """Compute one extractor's features of all texts, a part at a time; several parts on as many cores.

    An extractor that sets ``ALONE`` uses all cores, or a device, by itself.

    Args:
        texts: parts of them.
        total: how many texts there are, for the progress.
        write: called with each part; what it wrote is never computed again.
    """
    extractor = plugins.load("extractors", name)
    workers = 1 if getattr(extractor, "ALONE", False) else count_workers(math.ceil(total / PART))
    done, told = 0, 0
    made = extract_beside(name, texts, workers) if workers > 1 else _extract_here(extractor, texts)
    for chunk, values in made:
        check_rows(name, values, len(chunk))
        write([text_id for text_id, _ in chunk], values)
        done += len(chunk)
        if done * 10 // max(total, 1) > told:
            told = done * 10 // total
            say(f"  {name}: {done:,} of {total:,} texts")


def _extract_here(extractor: Any, texts: Texts) -> Iterator[tuple[list[tuple[str, str]], Sequence[Any]]]:
    made = extractor.Extractor()
    for chunk in texts:
        yield chunk, made.extract([text for _, text in chunk])


def check_rows(name: str, rows: Sequence[Any], texts: int) -> None:
    """Refuse what is no row of numbers per text, as long as the extractor's names say.

    Raises:
        HarnessError: the extractor, and what it gave.
    """
    dims = dims_of(name)
    open_end = dims[-1] == "" or dims[-1].endswith("[]")
    fit = all(len(row) >= len(dims) - 1 if open_end else len(row) == len(dims) for row in rows)
    if len(rows) != texts or not fit:
        told = f"of {texts} texts it gave {len(rows)} rows of {', '.join(map(str, sorted({len(row) for row in rows})))}"
        remedy = f"let extract() give one row a text, with {len(dims)} numbers" + (" or more" if open_end else "")
        raise HarnessError(f"{told} numbers", where=f"extractor {name}", remedy=remedy)

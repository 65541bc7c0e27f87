"""Find what extends the harness: the file name is the registration.

``load("backends", "openai")`` imports ``harness/backends/openai.py``. A dotted name, or the name of an
installed package, is imported as it stands, so that a user extends without a fork. There is no registry.
"""

from __future__ import annotations

import difflib
from importlib import import_module
from pathlib import Path
from types import ModuleType

from harness.errors import PluginError

PACKAGE = Path(__file__).parent
SIGNS = {
    "backends": "Backend",
    "datatypes": "Record",
    "extractors": "Extractor",
    "learners": "make",
    "remedies": "choose",
}  # what tells an extension from any other module


def list_names(folder: str) -> list[str]:
    """List the names that ship in ``harness/<folder>/``."""
    return sorted(p.stem for p in (PACKAGE / folder).glob("*.py") if not p.stem.startswith("_"))


def load(folder: str, name: str) -> ModuleType:
    """Import the extension ``name`` of the kind ``folder`` (``backends``, ``datatypes`` …).

    Raises:
        PluginError: no such name; says which are near and which there are.
    """
    if name in list_names(folder):
        return import_module(f"harness.{folder}.{name}")
    try:
        found = import_module(name)
    except (ImportError, ValueError, TypeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name and not f"{name}.".startswith(f"{error.name}."):
            raise PluginError(f"{name} cannot be imported: {error}", remedy=f"install {error.name}") from error
        raise unknown(folder, name, list_names(folder)) from error
    if not hasattr(found, SIGNS.get(folder, "__name__")):  # datatype = "string" is a module, and no data type
        raise unknown(folder, name, list_names(folder))
    return found


def unknown(folder: str, name: str, known: list[str], where: str = "") -> PluginError:
    """Make the error for a name that is not there."""
    near = difflib.get_close_matches(name, known, n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    kind = f"{folder.removesuffix('ies')}y" if folder.endswith("ies") else folder.rstrip("s")
    return PluginError(
        f"there is no {kind} called {name!r}",
        where=where,
        remedy=f"{hint}there are: {', '.join(known)}; a dotted module name works too",
    )

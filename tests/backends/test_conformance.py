"""What every file in ``harness/backends`` must be; a new one is tested by being there."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys

import pytest

from harness.plugins import PACKAGE, list_names, load

BACKENDS = list_names("backends")
HEAVY = ("aiohttp", "duckdb", "numpy", "openai", "pandas", "torch", "transformers", "vllm")

MAKE = """
import sys

def refuse(event, args):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname"):
        raise SystemExit(f"the network was used: {event}")

sys.addaudithook(refuse)
from harness.plugins import load
from harness.types import Connect, ModelIdentity

module = load("backends", sys.argv[1])
print(*[name for name in sys.argv[2:] if name in sys.modules])
module.Backend(ModelIdentity("demo", sys.argv[1], "demo/none"), Connect(base_url="http://127.0.0.1:1/v1"))
print(*[name for name in sys.argv[2:] if name in sys.modules])
"""


def test_backends_are_found() -> None:
    assert {"fake", "openai"} <= set(BACKENDS)


@pytest.mark.parametrize("name", BACKENDS)
def test_module_says_its_job(name: str) -> None:
    assert (load("backends", name).__doc__ or "").strip()


@pytest.mark.parametrize("name", BACKENDS)
def test_class_fits_the_seam(name: str) -> None:
    backend = load("backends", name).Backend
    inspect.signature(backend).bind("identity", "connect")
    assert list(inspect.signature(backend).parameters)[:2] == ["identity", "connect"]
    assert list(inspect.signature(backend.complete).parameters) == ["self", "request"]
    for method in (backend.complete, backend.close):
        assert inspect.iscoroutinefunction(method)
        assert (method.__doc__ or "").strip()


@pytest.mark.parametrize("name", BACKENDS)
def test_import_and_construction_load_and_open_nothing(name: str) -> None:
    path = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-c", MAKE, name, *HEAVY],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "\n\n", f"loaded: {done.stdout}"

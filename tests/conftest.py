"""What all tests share: where the real data lie, and studies to copy."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest
import uvloop

from harness.store import Store
from harness.study import Study
from tests.studies import many_people, write_study

ROOT = Path(__file__).parent.parent
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs deaf to Ctrl-C, and children inherit it: what is tested with Ctrl-C must hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
SHARED = Path(os.environ.get("HARNESS_SHARED_DATA", ROOT.parent / "shared" / "data"))


def shared_file(name: str) -> Path:
    """Give a file of the shared data, or skip and say which is missing."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared data absent: {name} (set HARNESS_SHARED_DATA to its folder)")
    return path


def copy_study(name: str, target: Path, *data: Path) -> Path:
    """Copy a study of tests/data into a fresh folder, with data files beside it."""
    folder = target / "prompts" / name
    shutil.copytree(ROOT / "tests" / "data" / name, folder)
    for path in data:
        (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture
def store(tmp_path):
    """Give an empty store."""
    return Store(tmp_path / "runs")


@pytest.fixture
def make(tmp_path):
    """Give a function that writes a small study of so many items, and reads it."""

    def write_and_read(items: int = 40, **given):
        return Study.load(write_study(tmp_path / "tiny", files={"people.csv": many_people(items)}, **given))

    return write_and_read


@pytest.fixture
def open_page():
    """Give a function that opens a page in headless Chromium (file, width, scheme), or skips and says why it cannot."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        except sync_api.Error as error:
            pytest.skip(f"no Chromium: {error}")

        def open_in_browser(path: Path, width: int, scheme: str):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "request", lambda request: request.url.startswith(("file:", "data:")) or complaints.append(request.url)
            )
            page.goto(path.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            return page, complaints

        yield open_in_browser
        browser.close()


LEFT_OUT = {
    "slow": "slow: simulations over the whole grid; make test-slow runs it",
    "grid": "one of the widest simulations, or a second, larger model; make test-grid runs it",
    "model": "needs the real embedded model (100 MB once); make test-slow runs it",
    "browser": "needs headless Chromium; make test-slow runs it",
    "vllm": "needs a real vLLM engine, in an environment of its own; make test-vllm runs it",
}


def pytest_addoption(parser):
    parser.addoption("--everything", action="store_true", help="run slow, model and browser tests as well")


def pytest_collection_modifyitems(config, items):
    """Skip, and say why, what the everyday run leaves out; a marker asked for with -m is run."""
    if config.getoption("--everything") or config.getoption("-m"):
        return
    for item in items:
        for marker, reason in LEFT_OUT.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_asyncio_loop_factories(config, item):
    """Run what touches sockets on both loops: the engine brings uvloop, a notebook asyncio's own."""
    loops = {"uvloop": uvloop.new_event_loop}
    if item.path.name == "test_wire.py":
        loops["asyncio"] = asyncio.new_event_loop
    return loops

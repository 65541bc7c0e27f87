"""docs/models.md: every block of settings is read as a study reads it, and asked over a real socket."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from harness import plugins
from harness.backends._endpoint import find_url
from harness.study import Study
from harness.types import Cell, Connect, Message, Request
from tests.openai_server import Server
from tests.studies import write_study

PAGE = Path(__file__).parent.parent / "docs" / "models.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = {
    title.strip(): tomllib.loads(block)["models"][0]
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
    for title in [section.splitlines()[0]]
    for block in re.findall(r"```toml\n(.*?)```", section, flags=re.DOTALL)[:1]
}
DATED = tomllib.loads(re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)[2])["models"][0]
EVERY = {**BLOCKS, "Azure OpenAI, dated": DATED}


def test_the_page_names_the_endpoints_that_people_have() -> None:
    wanted = ("OpenAI", "Azure OpenAI", "OpenRouter", "vLLM, as a server", "vLLM, in this process", "Ollama",
              "llama.cpp", "LM Studio", "transformers, in this process")  # fmt: skip
    assert list(BLOCKS) == list(wanted)


@pytest.mark.parametrize("title", EVERY)
def test_a_study_takes_the_block(title: str, tmp_path: Path) -> None:
    study = Study.load(write_study(tmp_path / "tiny", models=[EVERY[title]]))
    assert study.models[0].identity.backend in plugins.list_names("backends")


@pytest.mark.parametrize("title", [t for t, block in EVERY.items() if block["backend"] == "openai"])
async def test_the_block_sends_what_its_endpoint_wants(
    title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block: dict[str, Any] = EVERY[title]
    study = Study.load(write_study(tmp_path / "tiny", models=[block]))
    identity, connect = study.models[0].identity, study.models[0].connect
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "openai-key")
    for name in ("AZURE_OPENAI_API_KEY", "OPENROUTER_API_KEY"):
        monkeypatch.setenv(name, f"value of {name}")
    wanted = find_url(connect, "x")
    async with Server() as server:
        # The same settings, at the address of the test server.
        here = urlsplit(server.url)
        if connect.base_url:
            moved = urlsplit(connect.base_url)._replace(scheme="http", netloc=here.netloc).geturl()
            reached = Connect(**{**vars(connect), "base_url": moved})
        else:
            monkeypatch.setenv("OPENAI_BASE_URL", server.url)
            reached = connect
        backend = plugins.load("backends", "openai").Backend(identity, reached)
        ask = {"temperature": 1.0, "max_tokens": 8}
        await backend.complete(Request("g", (Message("user", "?"),), ask, 1, Cell("d", "k", 0)))
        await backend.close()
    seen = server.seen[0]
    assert seen.path.split("?")[0] == wanted.path
    assert seen.body["model"] == block["model"] and seen.body["temperature"] == 1.0
    for key, value in block.get("parameters", {}).items():
        assert seen.body[key] == value
    key = {"OpenAI": "Bearer openai-key", "OpenRouter": "Bearer value of OPENROUTER_API_KEY",
           "Azure OpenAI": "Bearer value of AZURE_OPENAI_API_KEY"}.get(title)  # fmt: skip
    assert seen.headers.get("authorization") == key
    assert seen.headers.get("api-key") == ("value of AZURE_OPENAI_API_KEY" if title.endswith("dated") else None)
    assert ("api-version=2024-10-21" in seen.path) is title.endswith("dated")


def test_every_key_of_connect_is_on_the_page() -> None:
    table = TEXT.split("## What `connect` takes")[1].split("## ")[0]
    named = set(
        re.findall(r"`(\w+)`", "\n".join(row.split("|")[1] for row in table.splitlines() if row.count("|") > 2))
    )
    assert named - {"key"} == set(Connect.__dataclass_fields__)

"""The law of docs/architecture.md, read off the source with ``ast``."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "harness"
FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = {".".join(("harness", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in FILES}
STAGES = ("plan", "generate", "batch", "parse", "extract", "audit", "train", "compare", "report", "export")
FOUNDATION = ("harness.types", "harness.ids", "harness.errors")
NETWORK = (
    "aiohttp",
    "httpx",
    "requests",
    "openai",
    "urllib.request",
    "urllib3",
    "socket",
    "http.client",
    "http.server",
)
MODELS = ("torch", "transformers", "vllm", "sklearn", "spacy", "gguf", "accelerate", "peft")
MOST_LINES = 400
# The pipeline, and its parts: asking by batch, features, the second order, and collapse.
PIPELINE = ("harness.pipeline", "harness.cli", "harness.batching", "harness.extracting", "harness.secondorder",
            "harness.scoring", "harness.examination", "harness.classes", "harness.remedied", "harness.curations",
            "harness.mixtures", "harness.cli_train", "harness.collapsing")  # fmt: skip
# The embedded model is a file of our own beside the backends, which those that load models here read.
ALLOWED = {
    ("harness.backends.transformers", "harness.embedded"),
    ("harness.backends.vllm", "harness.embedded"),
    ("harness.learners._weights", "harness.embedded"),
}
SQL = re.compile(
    r"\bselect\s.+?\sfrom\s|\binsert\s+(?:or\s+\w+\s+)?into\s|\bdelete\s+from\s|\bcreate\s+(?:or\s+replace\s+)?"
    r"(?:table|view)\s|\bupdate\s+\S+\s+set\s|\bcopy\s*\(",
    re.IGNORECASE | re.DOTALL,
)


def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(name: str, *, while_typing: bool = False) -> set[str]:
    """List what a module imports, wherever in it; not what only a type checker sees."""
    parsed = tree(name)
    skipped = set()
    if not while_typing:
        for node in ast.walk(parsed):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                skipped |= {id(inner) for inner in ast.walk(node)}
    found: set[str] = set()
    for node in ast.walk(parsed):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: imports are absolute"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def reaches(name: str, targets: tuple[str, ...]) -> list[str]:
    return sorted(t for t in imports(name) if any(t == one or t.startswith(f"{one}.") for one in targets))


def stage_of(name: str) -> str | None:
    part = name.split(".")[1] if "." in name else ""
    return part if part in STAGES else None


def strings(name: str) -> Iterator[tuple[int, str]]:
    """Give the string literals of a module, f-strings with their holes, without docstrings."""
    parsed = tree(name)
    docs = set()
    for node in ast.walk(parsed):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docs.add(id(node.value))
    inside = {id(part) for node in ast.walk(parsed) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(parsed):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | inside:
            yield node.lineno, node.value


def calls(name: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


every_module = pytest.mark.parametrize("name", MODULES)


def test_the_source_is_found() -> None:
    assert {"harness.types", "harness.pipeline", "harness.store.database", "harness.backends.fake"} <= set(MODULES)


@every_module
def test_says_its_job(name: str) -> None:
    assert (ast.get_docstring(tree(name)) or "").strip()


@every_module
def test_is_short_enough_to_be_one_idea(name: str) -> None:
    lines = len(MODULES[name].read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{lines} lines: this is two ideas"


def test_modules_that_ask_to_be_split_are_listed(record_property: Callable[[str, object], None]) -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    asking = sorted(name for name, lines in lengths.items() if lines > 300)
    record_property("modules over 300 lines", ", ".join(asking))
    assert len(asking) <= len(MODULES) / 5, asking


@pytest.mark.parametrize("name", FOUNDATION)
def test_law_1_the_foundation_imports_the_standard_library_only(name: str) -> None:
    for module in imports(name):
        assert module.split(".")[0] in sys.stdlib_module_names or module.startswith(FOUNDATION), module


EXTENSIONS = [
    n
    for n in MODULES
    if re.match(r"harness\.(backends|datatypes|extractors|functions|learners|remedies)\.(?!__init__)", n)
]


@pytest.mark.parametrize("name", EXTENSIONS)
def test_law_1_extensions_import_the_foundation_and_their_siblings_only(name: str) -> None:
    folder = name.rsplit(".", 1)[0]
    for module in imports(name):
        allowed = any(name == one and module.startswith(other) for one, other in ALLOWED)
        if module.split(".")[0] == "harness" and module not in ("harness", folder) and not allowed:
            assert module.startswith((*FOUNDATION, "harness.plugins", f"{folder}._")), module


@every_module
def test_law_2_stages_never_import_each_other(name: str) -> None:
    if name in PIPELINE:
        return
    others = tuple(f"harness.{stage}" for stage in STAGES if stage != stage_of(name))
    allowed = ("harness.auditfile",)
    assert [module for module in reaches(name, others) if module not in allowed] == []


@every_module
def test_law_2_nothing_imports_the_command_line(name: str) -> None:
    if name not in ("harness.cli", "harness.__main__"):
        assert reaches(name, ("harness.cli",)) == []


def test_law_2_the_package_is_lazy() -> None:
    code = "import sys, harness; print([m for m in sys.modules if m.startswith('harness.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@every_module
def test_law_3_only_the_store_imports_duckdb(name: str) -> None:
    if not name.startswith("harness.store."):
        assert reaches(name, ("duckdb",)) == []


@every_module
def test_law_3_only_backends_reach_the_network_and_load_models(name: str) -> None:
    if not name.startswith(("harness.backends.", "harness.learners.", "harness.extractors.")):
        assert reaches(name, NETWORK + MODELS) == []


@pytest.mark.parametrize("name", ["harness.generate", "harness.batch", "harness.batchlines", "harness.slips"])
def test_law_4_generate_opens_no_store(name: str) -> None:
    assert reaches(name, ("harness.store", "sqlite3", "duckdb", "harness.pipeline")) == []


@every_module
def test_law_4_only_the_pipeline_asks_by_batch(name: str) -> None:
    if name not in ("harness.pipeline", "harness.cli"):
        assert reaches(name, ("harness.batching",)) == []
    if name == "harness.batching":
        assert reaches(name, tuple(f"harness.{stage}" for stage in STAGES if stage != "batch")) == []


@every_module
def test_law_5_sql_lives_in_sql_files_or_in_the_store(name: str) -> None:
    if not name.startswith("harness.store."):
        assert [(line, text[:60]) for line, text in strings(name) if SQL.search(text)] == []


def test_law_5_sql_files_hold_no_jinja() -> None:
    found = [path.name for path in PACKAGE.rglob("*.sql") if re.search(r"\{\{|\{%", path.read_text(encoding="utf-8"))]
    assert found == []


CLOCKS = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}


@every_module
def test_law_8_clocks_and_chance_come_from_the_pipeline(name: str) -> None:
    if name.startswith(("harness.backends.", "harness.pipeline")):
        return
    assert reaches(name, ("random", "secrets", "uuid")) == []
    assert [call for call in calls(name) if call[1].removeprefix("datetime.") in CLOCKS or call[1] in CLOCKS] == []
    assert [call for call in calls(name) if call[1].startswith("np.random.") and "default_rng" not in call[1]] == []


@pytest.mark.parametrize(
    "text",
    [
        "select a from b",
        "SELECT *\nFROM t",
        "insert into t values (1)",
        "create or replace view v as",
        "delete from t",
        "copy (from t) to 'x'",
    ],
)
def test_sql_is_known_when_seen(text: str) -> None:
    assert SQL.search(text)


@pytest.mark.parametrize("text", ["select one of them", "data come from people", "a copy of the file", "update it"])
def test_and_prose_is_not_taken_for_it(text: str) -> None:
    assert not SQL.search(text)

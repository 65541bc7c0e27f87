"""The documents say what is there: generated pages are fresh, commands and links exist, examples run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from harness import pipeline, plugins
from harness.auditfile import Header, audits_for, read_audit, shipped_audits
from harness.cli import app
from harness.listing import KINDS
from harness.reference import reference, verbs
from harness.sources import Source
from harness.store import open_store
from harness.study import Study
from harness.types import About, Connect, ModelIdentity
from tests.audits.test_examples import relations, run_example  # noqa: F401 (a fixture)
from tests.conftest import ROOT

README = ROOT / "README.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
PAGES = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\S*)[ ]?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
every_page = pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])


@pytest.fixture(scope="module")
def made() -> str:
    return reference()


def test_the_reference_is_what_the_generator_makes(made: str) -> None:
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == made, "run `make docs`"


def test_the_reference_names_every_verb_and_every_audit(made: str) -> None:
    top = made.split("## The command line", 1)[1]
    assert verbs(top) == list(COMMANDS)
    assert all(f"\n### {audit.name}\n" in made for audit in shipped_audits())


def test_every_command_and_option_says_what_it_does() -> None:
    for verb, command in COMMANDS.items():
        assert (command.help or "").strip(), verb
        for parameter in command.params:
            assert (getattr(parameter, "help", "") or "").strip(), f"{verb}: {parameter.name}"


def commands(page: Path, program: str) -> Iterator[list[str]]:
    """Give the words behind a program's name, wherever a page shows it as code."""
    text = page.read_text(encoding="utf-8")
    lines = [line for _, _, body in FENCE.findall(text) for line in body.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    for line in (*lines, *spans):
        words = line.split("#")[0].strip().removeprefix(".venv/bin/")
        if words.startswith(f"{program} "):
            yield shlex.split(words)[1:]


@every_page
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for words in commands(page, "make"):
        assert words[0] in targets, words


@every_page
def test_every_harness_command_exists_with_its_options(page: Path) -> None:
    for verb, *words in commands(page, "harness"):
        if verb in ("VERB", "…"):
            continue
        assert verb in COMMANDS, f"harness {verb}"
        known = {
            option for parameter in COMMANDS[verb].params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        for word in words:
            assert not word.startswith("--") or word in {*known, "--help"}, f"harness {verb} {word}"


def slug(heading: str) -> str:
    """Name a heading as GitHub does."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@every_page
def test_every_relative_link_points_somewhere(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", FENCE.sub("", there.read_text(encoding="utf-8")), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, target


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Write the files that the README shows with their names."""
    for _, name, body in FENCE.findall(README.read_text(encoding="utf-8")):
        if name:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
    return tmp_path / "prompts"


def test_the_readmes_own_study_loads_and_plans(examples: Path, tmp_path: Path) -> None:
    study = Study.load(examples / "politeness")
    plan = pipeline.plan_study(study, open_store(tmp_path / "runs"))
    assert len(study.variants) == 4
    assert plan.calls == 2 * 4 * 2


def test_the_readmes_published_answers_load_and_are_audited(examples: Path, tmp_path: Path) -> None:
    study, store = Study.load(examples / "published"), open_store(tmp_path / "runs")
    pipeline.resolve(study, store)
    pipeline.audit_study(study, store, only=["label_shift"], say=lambda _: None)
    assert store.sql("select kind, count(*) as n from labels group by 1 order by 1")["n"].tolist() == [4, 2]
    assert store.findings()["verdict"].tolist() == ["cannot tell"]


def test_the_readmes_own_audit_is_found_and_its_example_holds(examples: Path, relations) -> None:  # noqa: F811
    found = [audit for audit in audits_for("label", examples / "politeness") if examples in audit.path.parents]
    assert [audit.name for audit in found] == ["lowest_share"]
    audit = read_audit(found[0].path)
    made = run_example(audit, relations["labels"])
    expected = {row["metric"]: row["estimate"] for row in audit.header.example["expect"]}
    assert dict(zip(made["metric"], made["estimate"], strict=True)) == pytest.approx(expected)


def test_architecture_names_every_key_of_a_study_and_of_an_audits_header() -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    keys = {*Source.model_fields, *Header.model_fields}
    for kind in (ModelIdentity, Connect, About):
        keys |= set(kind.__dataclass_fields__)
    keys |= {
        key for name in plugins.list_names("datatypes") for key in plugins.load("datatypes", name).Config.model_fields
    }
    keys |= {"title", "datatype", "wave", "samples", "seed", "template"}
    missing = sorted(key for key in keys if f"`{key}`" not in text)
    assert missing == []


def test_the_kinds_of_list_are_those_that_its_help_names(made: str) -> None:
    assert all(kind in made for kind in KINDS)

"""Published studies of every data type from the command line to the page, without one model call."""

from __future__ import annotations

import re
import shutil
import socket
from html import unescape
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.auditfile import audits_for
from harness.cli import app
from harness.reasons import NOBODY, NOTHING, SILENT
from harness.store import Store
from harness.study import Study
from tests.conftest import ROOT, shared_file
from tests.studies import count

# One small study a data type: name → a file that it needs.
STUDIES = {
    "alt_test_scale": "task_labels/alt_test",
    "mtbench": "preferences/artifacts_paper/mtbench-gpt4-human-pref.csv",
    "self_instruct": "instructions/self_instruct",
    "dolly": "instructions/alpagasus/dolly_3k.json",
    "spp": "simulations/spp",
    "nli_explanations": "free_form_text/mjd_explanations",
}
# Of large ones a part of the items, by a condition at the end of a query: vectors and MAUVE of many texts take long.
PARTS = {
    "self_instruct": ("user_oriented.sql", "where hash(id) % 3 = 0\n"),
    "dolly": ("alpagasus.sql", "where place % 5 = 0\n"),
    "spp": ("transcripts.sql", "where n.place % 4 = 0\n"),
    "nli_explanations": ("explanations.sql", "where hash(p.premise) % 10 = 0\n"),
}


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing reach another machine."""

    def refuse(self: socket.socket, address: object) -> None:
        raise AssertionError(f"something asked {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_audit_and_report_need_no_model(name: str, tmp_path: Path, deaf: None) -> None:
    shared_file(STUDIES[name])
    folder, runs = tmp_path / name, tmp_path / "runs"
    shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns("data"))
    (folder / "data").symlink_to(shared_file("MANIFEST.md").parent)
    if name in PARTS:
        query, condition = PARTS[name]
        with (folder / query).open("a", encoding="utf-8") as file:
            file.write(condition)
    for verb in ("audit", "report"):
        done = CliRunner().invoke(app, [verb, str(folder), "--runs", str(runs)])
        assert done.exit_code == 0, done.output
    study, store = Study.load(folder), Store(runs)
    assert count(store, "generations") == count(store, "failures") == 0
    assert set(store.sql("select verb from runs")["verb"]) <= {"load", "extract"}

    findings = store.findings(name)
    for audit in audits_for(study.datatype, folder):
        own = findings[findings["audit"] == audit.name]
        assert len(own), f"{audit.name} left neither a finding nor a reason"
        for note in own.loc[own["verdict"] == "not run", "note"]:
            assert note not in (NOTHING, NOBODY, SILENT), f"{audit.name}: no remedy: {note}"
            assert re.search(r"[:;] ", note), f"{audit.name}: no remedy: {note}"

    page = runs / f"report-{name}" / "index.html"
    html = unescape(page.read_text(encoding="utf-8"))
    assert study.title in html and 'id="findings"' in html
    assert all(f'id="audit-{audit.name}"' in html for audit in audits_for(study.datatype, folder))
    assert page.stat().st_size < 4_000_000

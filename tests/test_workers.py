"""Extractors in processes of their own: the same rows as in one, every error comes out, nobody stays behind."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import plugins
from harness.errors import HarnessError
from harness.extract import extract
from harness.workers import count_workers, extract_beside
from tests.conftest import ROOT

MOODY = "tests.extensions.moody"


def chunks(*texts: str, size: int = 2) -> list[list[tuple[str, str]]]:
    named = [(f"t{n}", text) for n, text in enumerate(texts)]
    return [named[n : n + size] for n in range(0, len(named), size)]


def test_the_rows_are_those_of_one_process() -> None:
    texts = [f"One sentence, {n} words! And (another) one…" for n in range(41)] + ["", "\udcff broken"]
    made = {name: row for chunk, rows in extract_beside("surface", chunks(*texts, size=5), 3)
            for (name, _), row in zip(chunk, rows, strict=True)}  # fmt: skip
    alone = plugins.load("extractors", "surface").Extractor().extract(texts)
    assert repr([made[f"t{n}"] for n in range(len(texts))]) == repr([[*map(float, row)] for row in alone])


def test_the_work_is_shared_and_what_is_printed_stands_between_no_answers(capfd) -> None:
    made = list(extract_beside(MOODY, chunks(*["talk"] * 40), 2))
    assert len(made) == 20 and all(row[0] == 4 for _, rows in made for row in rows)
    who = {row[1] for _, rows in made for row in rows}
    assert len(who) == 2 and os.getpid() not in who
    assert not capfd.readouterr().out, "an extractor's print goes to the standard error"


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [("raise", ValueError, "no such text"), ("sealed", RuntimeError, "Sealed: sealed in"),
     ("die", HarnessError, r"(?s)ended early \(exit status 3\).*taskset")],
)  # fmt: skip
def test_what_goes_wrong_comes_out(text: str, error: type[Exception], told: str) -> None:
    asked = itertools.chain(chunks("fine"), chunks(text), chunks(*["fine"] * 20))
    with pytest.raises(error, match=told):
        list(extract_beside(MOODY, asked, 2))


def test_nobody_stays_behind_when_nobody_listens_any_more() -> None:
    rows = extract_beside(MOODY, chunks(*["fine"] * 400), 2)
    (_, ((_, process), *_)) = next(rows)
    rows.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(int(process), 0)


def test_they_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    told = tmp_path / "process"
    script = (
        "import itertools, pathlib, sys, time\nfrom harness.workers import extract_beside\n"  # no guard of __main__
        f"rows = extract_beside({MOODY!r}, itertools.repeat([('t', 'fine')]), 2)\n"
        "pathlib.Path(sys.argv[1]).write_text(str(int(next(rows)[1][0][1])))\ntime.sleep(60)\n"
    )
    (tmp_path / "script.py").write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    master = subprocess.Popen([sys.executable, str(tmp_path / "script.py"), str(told)], env=environment)
    end = time.monotonic() + 30
    while not (told.exists() and told.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    master.kill()
    master.wait()
    process = int(told.read_text())
    while _is_there(process) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _is_there(process)


def _is_there(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_few_texts_and_an_extractor_that_is_alone_need_no_other_process(monkeypatch) -> None:
    assert count_workers(1) == 1 and count_workers(0) == 0 and 1 <= count_workers(1000) <= 8

    def refuse(*_):
        raise AssertionError("no process is started")

    monkeypatch.setattr("harness.extract.extract_beside", refuse)
    written: list[str] = []
    extract(MOODY, chunks("fine", "fine"), 2, lambda ids, _: written.extend(ids), lambda _: None)
    monkeypatch.setattr(plugins.load("extractors", MOODY), "ALONE", True, raising=False)
    extract(MOODY, chunks("fine", "fine"), 100_000, lambda ids, _: written.extend(ids), lambda _: None)
    assert written == ["t0", "t1"] * 2

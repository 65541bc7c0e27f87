"""What the page says of trained models: the answer, the charts, and that the rest of the page is as without them."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness import pipeline
from harness.report import charts
from harness.report import charts_second_order as drawing
from harness.report.taught import Names, tell_amplification, tell_scores, tell_shares
from harness.store import Store
from tests.schools import school, teach

QUIET = {"say": lambda _: None}
AUDITS = ["modal_dominance", "agreement", "accuracy"]


def write(folder: Path, pull: float, *, trained: bool = True) -> tuple[Any, Store, Path]:
    """Take a school through the pipeline: study, store, folder of the report."""
    train = {"hybrid": [50], "tfidf_logreg": {"C": 1.0}}
    study = school(folder / "s", items=420, train=train, parameters={"majority_pull": pull})
    store = Store(folder / "r")
    if trained:
        teach(study, store)
    else:
        pipeline.generate_study(study, store, **QUIET)
        pipeline.parse_study(study, store)
    pipeline.audit_study(study, store, only=AUDITS, **QUIET)
    return study, store, pipeline.report_study(study, store).parent


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return write(tmp_path_factory.mktemp("drawn"), 0.0)


@pytest.fixture(scope="module")
def pulled(tmp_path_factory):
    return write(tmp_path_factory.mktemp("pulled"), 1.0)


@pytest.fixture(scope="module")
def untaught(tmp_path_factory):
    return write(tmp_path_factory.mktemp("untaught"), 0.0, trained=False)


def pull(store: Store, study: Any) -> Any:
    """Give what training adds to the pull to the majority in what the model taught."""
    table = store.amplifications(study.name)
    (row,) = table[(table["metric"] == "modal_gap") & (table["corpus"] != "human")].to_dict("records")
    return row


def read(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8")


def head(folder: Path) -> str:
    """Give the text of the first screen."""
    return " ".join(re.sub(r"<[^>]+>", " ", read(folder).split("<main>")[0].split("<body>")[1]).split())


def test_the_first_screen_says_that_training_amplifies_what_draws(drawn):
    study, store, folder = drawn
    row = pull(store, study)
    assert row["verdict"] == "amplified"
    told = head(folder)
    assert "What do models that were trained on these data show of it?" in told
    assert "taught by fake" in told and "modal dominance" in told and "amplified" in told
    assert f"{row['in_corpus']:.2f} in fake → {row['trained']:.2f}: +{row['amplification']:.2f} (95 %" in told


def test_it_does_not_say_so_of_what_always_says_the_likeliest(pulled):
    study, store, folder = pulled
    row = pull(store, study)
    assert row["verdict"] in ("the same", "cannot tell")
    sentence = next(part for part in head(folder).split(". ") if "taught by fake," in part)
    assert "modal dominance" not in sentence and "amplified" not in sentence
    assert "stayed the same" in sentence or "cannot tell" in sentence


def test_without_training_the_page_is_as_before(untaught):
    folder = untaught[2]
    page = read(folder)
    assert "second-order" not in page and "Trained models" not in page and "themselves?" not in page
    assert not list(folder.glob("second-order*")) and not (folder / "amplifications.csv").exists()


def test_trained_models_stand_in_no_other_part_of_the_page(drawn, untaught):
    study, store, folder = drawn
    assert "trained" in set(store.findings(study.name)["kind"])
    rest = re.sub(r'(?s)<section id="second-order">.*?</section>', "", read(folder).split("<main>")[1])
    rest = rest.split('<section id="origin">')[0]
    assert "tfidf_logreg" not in rest and "corpus=" not in rest
    # What was found in the model itself is what is found where nothing is trained.
    theirs = [{k: v for k, v in row.items() if k != "draws"} for row in kept(folder)]
    assert theirs == [{k: v for k, v in row.items() if k != "draws"} for row in kept(untaught[2])]
    assert set(store.sql("select kind from item_sensitivities")["kind"]) <= {"llm"}


def kept(folder: Path) -> list[dict[str, str]]:
    with (folder / "findings.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "llm"]
    return [{name: row[name] for name in ("audit", "metric", "estimate", "floor", "verdict", "draws")} for row in rows]


def test_trained_models_are_named_by_who_taught_them(drawn):
    section = re.search(r'(?s)<section id="second-order">.*?</section>', read(drawn[2]))
    assert section is not None
    assert "taught by people" in section[0] and "taught by fake and 50 % people" in section[0]
    assert "corpus=" not in section[0] and not re.search(r"\bnan\b|\bNone\b", section[0])


def test_charts_are_valid_and_have_their_colours_on_dark_pages(drawn):
    import altair

    style = (Path(charts.__file__).parent / "style.css").read_text(encoding="utf-8")
    for name in ("second-order-amplification", "second-order-hybrid"):
        spec = json.loads((drawn[2] / f"{name}.vl.json").read_text(encoding="utf-8"))
        altair.Chart.from_dict(spec, validate=True)
        svg = (drawn[2] / f"{name}.svg").read_text(encoding="utf-8")
        for kind, colour in set(re.findall(r'(fill|stroke)="(#[0-9a-f]+)"', svg)):
            assert f'[{kind}="{colour}"]' in style, (name, kind, colour)
        assert (drawn[2] / f"{name}.png").stat().st_size > 3_000


def test_tables_lie_beside_the_page(drawn):
    study, store, folder = drawn
    for name in ("amplifications", "hybrids", "scores"):
        with (folder / f"{name}.csv").open(encoding="utf-8") as file:
            assert len(list(csv.DictReader(file))) == len(getattr(store, name)(study.name)) > 0


# -- words ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def names(drawn):
    return Names(drawn[0], drawn[1])


def change(verdict="amplified", **more):
    given = {
        "audit": "pull", "metric": "gap", "title": "Majority pull", "dataset": "d", "model": "words", "corpus": "fake",
        "variant": "corpus=fake", "verdict": verdict, "trained": 0.30, "in_corpus": 0.25, "amplification": 0.05,
        "lower": 0.02, "upper": 0.08, "q": 0.01, "warn": 0.02, "worse": "up",
    }  # fmt: skip
    return {**given, **more}


def test_a_change_that_is_certain_is_told_with_its_numbers(names):
    (told,) = tell_amplification([change(), change("the same", metric="other", audit="b")], names)
    assert "1 of 2 artifacts changed by training: majority pull amplified, 0.25 in fake → 0.30: " in told
    assert "+0.05 (95 % +0.02 to +0.08)" in told and told.endswith("; 1 stayed the same.")


def test_of_what_cannot_be_told_no_number_is_shown(names):
    (told,) = tell_amplification([change("cannot tell", lower=None, upper=None)], names)
    assert told == (
        "In words taught by fake, none of 1 artifact changed for certain by training; for 1 these data cannot tell."
    )


def test_of_many_classes_verdicts_are_counted(names):
    rows = [change(corpus=f"c{n}", dataset=f"d{n}") for n in range(3)] + [
        change("cannot tell", corpus=f"x{n}", amplification=0.9) for n in range(3)
    ]
    (told,) = tell_amplification(rows, names)
    assert "6 artifacts in 6 kinds of trained models" in told and "amplified 3 and cannot tell 3" in told
    assert "0.90" not in told


def mixture(human, verdict, difference=-0.01, *, enough=False, **more):
    given = {"dataset": "d", "model": "words", "corpus": "fake", "mix": "constant", "metric": "macro_f1",
             "worse": "down", "score": 0.7, "margin": 0.02}  # fmt: skip
    low, high = difference - 0.03, difference + 0.03
    return {**given, "human": human, "verdict": verdict, "difference": difference, "lower": low, "upper": high,
            "enough": enough, **more}  # fmt: skip


def test_the_share_that_is_enough_is_told(names):
    (told,) = tell_shares(
        [mixture(0, "worse"), mixture(25, "cannot tell"), mixture(50, "not worse", enough=True)], names
    )
    assert "by 0.02 macro_f1 or more? With fake in words: from 50 % on (0 % is worse)." in told
    (told,) = tell_shares([mixture(0, "worse"), mixture(25, "cannot tell")], names)
    assert "With fake in words: cannot tell (0 % is worse)." in told
    assert tell_shares([], names) == []


def test_a_model_alone_is_told_beside_people(names):
    def score(corpus, value):
        low, high = value - 0.1, value + 0.1
        who = {"dataset": "d", "model": "words", "corpus": corpus, "items": 90}
        return {**who, "estimate": value, "lower": low, "upper": high}

    (told,) = tell_scores([score("fake", 0.6), score("human", 0.7)], [mixture(0, "worse", -0.1)], "macro_f1", names)
    assert told == (
        "On 90 answers of people that taught nobody, words scores macro_f1 0.700 (95 % 0.600 to 0.800) taught by "
        "people; −0.100 (95 % −0.130 to −0.070) taught by fake instead, worse."
    )
    loss = mixture(0, "worse", -0.1, metric="loss", worse="up")  # a gain of -0.1 is 0.1 more loss
    (told,) = tell_scores([score("fake", 0.8), score("human", 0.7)], [loss], "loss", names)
    assert told.endswith("+0.100 (95 % +0.070 to +0.130) taught by fake instead, worse.")
    panel = drawing.specify_hybrids([loss, mixture(50, "worse", -0.1, metric="loss", worse="up")], names)["vconcat"][0]
    assert "less loss" in panel["hconcat"][0]["title"]["subtitle"]


def test_a_chart_of_mixtures_keeps_to_what_a_picture_holds(names):
    rows = [mixture(h, "cannot tell", corpus=f"c{n}") for n in range(20) for h in (0, 50)]
    spec = drawing.specify_hybrids(rows, names)
    assert sum(len(line["hconcat"]) for line in spec["vconcat"]) == drawing.MOST_MIXTURES
    assert drawing.specify_hybrids([], names) is None and drawing.specify_amplification([], names) is None


# -- browser ----------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_screen(drawn, open_page, width, scheme):
    page, complaints = open_page(drawn[2] / "index.html", width, scheme)
    assert page.locator("#second-order figure svg").count() == 2
    assert complaints == []

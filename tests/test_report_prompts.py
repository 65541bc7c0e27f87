"""What the page says of prompts: the answer, its charts, the items that flip, on studies whose truth is known."""

from __future__ import annotations

import itertools
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from harness import pipeline
from harness.report import charts
from harness.report import charts_sensitivity as drawing
from harness.report.answer import answer
from harness.report.findings import read_sections
from harness.report.flips import read_flips
from harness.report.prompts import Prompts, write_prompts
from harness.report.sensitivity import read_sensitivity
from harness.store import Store, open_store
from harness.study import Study
from tests.studies import MAPPED, write_study

AUDITS = ["label_shift", "entropy_gap", "refusal"]
WORDINGS = ("plain", "a wording with a name that is a good deal longer than a label may be", "crowd", "d", "e", "f")
PUBLISHED = {
    **MAPPED, "file": "published.csv", "kind": "llm", "model": "model", "variant": "variant",
}  # fmt: skip
PUBLISHED.pop("annotator")


def world(
    root: Path, variants: list[str], pulled: dict[str, float], *, models: tuple[str, ...] = ("m",), items: int = 60
) -> tuple[Study, Store]:
    """Make a study of published answers: a model answers as people do, but says yes with a variant's extra chance."""
    dice = random.Random(7)
    people, said = ["item,text,annotator,label"], ["item,text,model,variant,label"]
    for item in range(items):
        p = dice.choice((0.2, 0.4, 0.6))
        people += [f"{item},Text {item}.,w{n},{'yes' if dice.random() < p else 'no'}" for n in range(5)]
        for model, variant in itertools.product(models, variants):
            pull = pulled.get(variant, 0.0)
            label = "yes" if dice.random() < pull or dice.random() < p else "no"
            said.append(f"{item},Text {item}.,{model},{variant},{label}")
    files = {"people.csv": "\n".join(people), "published.csv": "\n".join(said)}
    study = Study.load(write_study(root / "world", files=files, models=[], data=[MAPPED, PUBLISHED]))
    store = open_store(root / "runs")
    pipeline.plan_study(study, store)
    pipeline.audit_study(study, store, only=AUDITS, say=lambda _: None)
    return study, store


def grid(wordings: Any, orders: tuple[str, ...] = ("given", "reversed")) -> list[str]:
    return [f"wording={w.replace(' ', '-')} label_order={o}" for w, o in itertools.product(wordings, orders)]


def gathered(study: Study, store: Store, folder: Path) -> Prompts:
    folder.mkdir(exist_ok=True)
    made = write_prompts(study, store, read_sections(study, store.findings(study.name)), folder)
    assert made is not None
    return made


def page_of(study: Study, store: Store) -> str:
    return pipeline.report_study(study, store).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def depending(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Store, str]:
    """A model that leans under half of the wordings."""
    variants = grid(WORDINGS)
    pulled = {name: 0.9 for name in variants if re.search("wording=(d|e|f)", name)}
    study, store = world(tmp_path_factory.mktemp("depending"), variants, pulled)
    return study, store, page_of(study, store)


def test_the_first_screen_says_that_it_is_the_prompts_doing(depending: tuple[Study, Store, str]) -> None:
    header = " ".join(re.sub("<[^>]+>", " ", depending[2].split("</header>")[0].split("</head>")[1]).split())
    assert "Which artifacts are the prompt’s, and which are there whatever the prompt?" in header
    found = r"Of \d artifacts? judged in m over 12 prompts, none is there whatever the prompt(,| and) \d depends? on "
    assert re.search(found, header), header
    shift = r"label distribution shift: surely there under 6 prompts and surely not under \d"
    assert re.search(shift + r", and (9\d|100) % of how they differ is wording", header), header
    assert "This speaks of" in header


def test_what_is_said_is_what_the_store_holds(depending: tuple[Study, Store, str], tmp_path: Path) -> None:
    study, store, _ = depending
    made = gathered(study, store, tmp_path / "out")
    held = store.sensitivities(study.name).set_index(["audit", "metric"])
    shift = next(each for each in made.told.artifacts if each.told["audit"] == "label_shift")
    row = held.loc[("label_shift", shift.metric)]
    detail = next(each for each in made.details if each.artifact is shift)
    assert shift.verdict == row["verdict"] == "prompt-dependent"
    assert f"{row['mean']:+.2f}" in detail.sentence and f"{row['spread']:.2f}" in detail.sentence
    place = [line.artifact for line in made.lines].index(shift)
    cells = {column.title: column.cells[place] for column in made.verdicts.columns}
    assert cells["spread (95 %)"].startswith(f"{row['spread']:.2f} (")
    assert re.fullmatch(r"wording (9\d|100) %.*", cells["share by axis"])
    assert (tmp_path / "out" / "sensitivities.csv").exists() and (tmp_path / "out" / "axis_effects.csv").exists()


def test_charts_stand_beside_the_page_and_their_colours_have_a_counterpart(
    depending: tuple[Study, Store, str],
) -> None:
    folder = depending[1].runs / "report-world"
    style = (Path(charts.__file__).parent / "style.css").read_text(encoding="utf-8")
    drawn = sorted(path.name.removesuffix(".svg") for path in folder.glob("prompts-*.svg"))
    assert "prompts-map-1" in drawn and sum(name.endswith("-axes") for name in drawn) >= 1
    for name in drawn:
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        spec = json.loads((folder / f"{name}.vl.json").read_text(encoding="utf-8"))
        assert "vega-lite" in spec["$schema"]
        svg = (folder / f"{name}.svg").read_text(encoding="utf-8")
        for kind, colour in set(re.findall(r'(fill|stroke)="(#[0-9a-f]+)"', svg)):
            assert f'[{kind}="{colour}"]' in style, (name, kind, colour)


def test_charts_are_valid_vega_lite(depending: tuple[Study, Store, str]) -> None:
    import altair

    for path in (depending[1].runs / "report-world").glob("prompts-*.vl.json"):
        altair.Chart.from_dict(json.loads(path.read_text(encoding="utf-8")), validate=True)


def test_a_curve_sorts_the_variants_and_its_matrix_tells_their_levels(depending: tuple[Study, Store, str]) -> None:
    study, store, _ = depending
    told = read_sensitivity(study, store, read_sections(study, store.findings(study.name)))
    shift = next(each for each in told.artifacts if each.told["audit"] == "label_shift")
    spec = drawing.specify_curve(shift)
    curve, matrix = ([(one["mark"]["type"], values_of(spec, one)) for one in part["layer"]] for part in spec["vconcat"])
    (points,) = [values for mark, values in curve if mark == "point"]
    assert len(points) == 12
    assert [one["value"] for one in points] == sorted(one["value"] for one in points)
    (cells,) = [values for mark, values in matrix if mark == "square"]
    assert len(cells) == 24  # a level of two axes for each
    lines = {one["told"]: one["line"] for _, values in matrix for one in values if "told" in one}
    assert {"wording", "label_order", "plain", "given"} <= set(lines)
    assert max(map(len, lines)) <= drawing.LINE
    # The leaning wordings are the last six.
    leaning = {cell["place"] for cell in cells if cell["line"] in {lines[name] for name in "def"}}
    assert leaning == {f"{place:04d}" for place in range(6, 12)}


def values_of(spec: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rows that a layer draws, which Altair keeps once for all layers."""
    rows: list[dict[str, Any]] = spec["datasets"][layer["data"]["name"]]
    return rows


@pytest.mark.parametrize(
    ("times", "place"), [(-9, 0), (-3, 0), (-2.5, 1), (-1, 2), (-0.9, 3), (0.9, 3), (1, 4), (3, 6)]
)
def test_tints_change_at_what_matters(times: float, place: int) -> None:
    assert drawing.tint(times) == place


def test_items_that_flip_are_those_on_which_variants_differ(depending: tuple[Study, Store, str]) -> None:
    study, store, page = depending
    told, flips = read_flips(study, store, {})
    assert "PromptSensiScore" in told and len(flips) == 4
    labels = store.sql("select item_id, variant, label from labels where kind = 'llm'")
    scores = []
    for _, rows in labels.groupby("item_id"):
        said = list(rows["label"])
        pairs = list(itertools.combinations(said, 2))
        scores.append(sum(a != b for a, b in pairs) / len(pairs))
    assert [flip.score for flip in flips] == pytest.approx(sorted(scores, reverse=True)[:4])
    assert all(sum(flip.people.values()) == 5 and len(flip.said) == 12 for flip in flips)
    assert "Items whose answers change most with the prompt" in page


def test_whose_doing_an_answer_is_comes_from_the_store(depending: tuple[Study, Store, str], tmp_path: Path) -> None:
    study, store, page = depending
    (table,) = gathered(study, store, tmp_path / "out").components
    held = store.variance_components(study.name).set_index("component")["share"]
    assert list(table.lines) == list(held.index) and held["prompt"] > 0.1
    assert table.columns[0].cells == tuple(f"{100 * share:.0f}" for share in held)
    assert "Whose doing an answer is" in page


def test_texts_that_share_no_word_between_prompts_come_first(tmp_path: Path) -> None:
    answers = {"1": ("red green blue", "red green blue"), "2": ("red green", "Green, red!"),
               "3": ("one two three", "four five six"), "4": ("a b c d", "a b x y")}  # fmt: skip
    rows = [
        f'{item},Text {item}.,m,wording={"ab"[place]},"{text}"'
        for item, both in answers.items()
        for place, text in enumerate(both)
    ]
    mapped = {**PUBLISHED, "record": {"text": "said"}}
    study = Study.load(
        write_study(
            tmp_path / "texts", datatype="text", label=None, text={"task": "write"}, models=[], data=[mapped],
            files={"published.csv": "\n".join(["item,text,model,variant,said", *rows])},
        )
    )  # fmt: skip
    store = open_store(tmp_path / "runs")
    pipeline.plan_study(study, store)
    told, flips = read_flips(study, store, {})
    assert told.startswith("How little")
    assert [(flip.key, round(flip.score, 3)) for flip in flips] == [("3", 1.0), ("4", round(2 / 3, 3))]
    assert flips[0].said["wording=a"] == {"m": [("one two three", 1)]}


def test_without_an_effect_of_the_prompt_none_is_said(tmp_path: Path) -> None:
    study, store = world(tmp_path, variants := grid(WORDINGS), dict.fromkeys(variants, 0.9), items=120)
    made = gathered(study, store, tmp_path / "out")
    verdicts = {each.told["audit"]: each.verdict for each in made.told.artifacts}
    assert verdicts["label_shift"] == "robust" and "prompt-dependent" not in verdicts.values()
    assert "label distribution shift: another prompt would show +0." in made.answer[0]
    assert "none depends on the prompt" in made.answer[0]
    shift = next(each for each in made.details if each.artifact.told["audit"] == "label_shift")
    assert "do not surely differ" in shift.effects_caption
    assert shift.effects is not None and "share of the differences" not in shift.effects


def test_two_prompts_are_too_few_and_it_is_said(tmp_path: Path) -> None:
    study, store = world(tmp_path, ["wording=a", "wording=b"], {"wording=b": 0.9})
    made = gathered(study, store, tmp_path / "out")
    shift = next(each for each in made.details if each.artifact.told["audit"] == "label_shift")
    assert shift.artifact.verdict in ("prompt-dependent", "cannot tell")
    assert "robust" not in {each.verdict for each in made.told.artifacts}
    assert "over 2 prompts, none is there whatever the prompt" in made.answer[0]
    assert page_of(study, store).count("<h2>What is the prompt’s doing</h2>") == 1


def test_of_closed_axes_no_more_is_said_than_was_tried(tmp_path: Path) -> None:
    variants = ["label_order=given", "label_order=reversed"]
    study, store = world(tmp_path, variants, dict.fromkeys(variants, 0.95), items=120)
    made = gathered(study, store, tmp_path / "out")
    shift = next(each for each in made.told.artifacts if each.told["audit"] == "label_shift")
    assert (shift.verdict, shift.state, shift.reach) == ("robust", "robust here", "tried")
    assert "is there under every prompt tried (label distribution shift: they show +" in made.answer[0]
    assert "whatever the prompt" not in " ".join(made.answer)
    assert made.answer[-1] == "This speaks of the prompts tried: all levels of label_order."


def test_one_prompt_has_no_such_part(tmp_path: Path) -> None:
    study, store = world(tmp_path, ["wording=a"], {})
    page = page_of(study, store)
    assert 'id="prompts"' not in page and "whatever the prompt" not in page


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Store, Path]:
    """Thirty variants on three axes, of two models."""
    names = [
        f"wording={w} persona={p} label_order={o}"
        for w, p, o in itertools.product(("one", "a-wording-with-quite-a-long-name", "three"),
                                         ("p1", "p2", "p3", "p4", "p5"), ("given", "reversed"))
    ]  # fmt: skip
    pulled = {name: 0.7 for name in names if "one" in name}
    study, store = world(tmp_path_factory.mktemp("many"), names, pulled, models=("m", "n"), items=40)
    return study, store, pipeline.report_study(study, store)


def test_thirty_variants_of_two_models_are_told_apart_and_weigh_little(many: tuple[Study, Store, Path]) -> None:
    study, store, path = many
    page = path.read_text(encoding="utf-8")
    assert len(page) < 2_000_000
    header = page.split("</header>")[0]
    assert "judged in m over 30 prompts" in header and "judged in n over 30 prompts" in header
    assert len(re.findall("prompts-map-[12].svg", page)) == 2
    told = read_sensitivity(study, store, read_sections(study, store.findings(study.name)))
    assert set(told.axes) == {"wording", "persona", "label_order"}
    # A third of the prompts are pulled by much: they surely differ, whether or not a verdict follows.
    said = r"1 (depends on the prompt|of which surely moves with the prompt) \(label distribution shift"
    assert len(re.findall(said, header)) == 2
    assert len(answer(told)) == 3  # two models, and of which prompts it speaks


def test_links_of_the_part_have_their_targets_and_ids_are_one_each(many: tuple[Study, Store, Path]) -> None:
    page = many[2].read_text(encoding="utf-8")
    ids = re.findall(r' id="(prompts[^"]*|audit-[^"]*|reading[^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#(prompts[^"]*|reading[^"]*)"', page)) <= set(ids)


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_part_fits_the_screen(many: tuple[Study, Store, Path], open_page: Any, width: int, scheme: str) -> None:
    page, complaints = open_page(many[2], width, scheme)
    assert page.locator("#prompts figure svg").count() > 5
    assert complaints == []

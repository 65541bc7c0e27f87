"""Comparisons are calibrated, rest on shared items, and come from real runs."""

from __future__ import annotations

import json
import math
from xml.etree import ElementTree as Xml

import numpy as np
import pandas as pd
import pytest
from junitparser import JUnitXml
from typer.testing import CliRunner

from harness import pipeline
from harness.audit import _focals, measure_pairs, run
from harness.auditfile import AUDITS, read_audit
from harness.cli import app
from harness.compare import compare
from harness.difference import Difference, direction, farther, subtract
from harness.errors import HarnessError, StoreError, StudyError
from harness.finding import who
from harness.inference import Interval, benjamini_hochberg
from harness.pairing import Version, pair
from harness.passes import Effort
from harness.report.versions import _families
from harness.store import Store
from harness.study import Study
from tests.simulate import STUDY, Design, draw_frame, make_bench
from tests.studies import FAKE, generate_and_parse, write_study

QUICK = Effort(replicates=200, floor_replicates=0, draws=199)


def audit_of(name: str):
    return read_audit(AUDITS / "label" / f"{name}.sql")


def overlaps(frame: pd.DataFrame, audit: str, effort: Effort = QUICK):
    """Put the two models of each simulated study against each other."""
    bench, header = make_bench(frame), audit_of(audit)
    bench.relation(header.header.relation)
    focals: dict[str, dict] = {}
    for focal in _focals(bench, header, STUDY):  # type: ignore[arg-type]
        focals.setdefault(focal["dataset"], {})[focal["model"]] = who(focal)
    pairs = [(one["m"], one["twin"]) for one in focals.values()]
    return measure_pairs(bench, STUDY, header, pairs, effort), header.header.range  # type: ignore[arg-type]


def compared(frame: pd.DataFrame, audit: str, metric: str) -> list[tuple[float, Difference]]:
    """Give for each study the p that is shown, and the difference."""
    made, bounds = overlaps(frame, audit)
    found = []
    for one in made:
        difference = subtract(*one.curves[metric], one.clusters, bounds)
        found.append((max(difference.p, one.swap_p[metric]), difference))
    return found


def rejected(found: list) -> float:
    return float(np.mean([p <= 0.05 for p, _ in found]))


def twins(seed: int = 3, **given: object) -> pd.DataFrame:
    return draw_frame(Design(**{"twin": 0.0, **given}), seed)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(("audit", "metric"), [("label_shift", "total_variation"), ("agreement", "kappa")])
def test_interchangeable_annotators_are_rarely_told_apart_and_a_real_difference_is(audit, metric):
    same = compared(twins(studies=60, items=60), audit, metric)
    assert rejected(same) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 60)
    shifted = compared(twins(studies=30, items=100, twin=0.5), audit, metric)
    assert rejected(shifted) >= 0.8
    covered = [one.interval.lower <= 0 <= one.interval.upper for _, one in same]
    assert np.mean(covered) >= 0.88


def mirrored(studies: int, items: int, seed: int) -> pd.DataFrame:
    """Draw two models as far from people as each other: one is pulled to the first label, the other to the second."""
    frame, p = draw_frame(Design(studies=studies, items=items, toward_first=0.3), seed)
    chance = 0.7 * p + 0.3 * np.eye(p.shape[2])[1]
    drawn = np.random.default_rng(seed).random((studies, items, 1)) * chance.sum(axis=2, keepdims=True)
    label = (drawn > np.cumsum(chance, axis=2)).sum(axis=2)
    twin = frame[frame["kind"] == "llm"].copy()
    twin["label"], twin["model"] = label[twin["study"], twin["item"]], "twin"
    return pd.concat([frame.assign(model=None), twin], ignore_index=True)


def test_two_who_are_as_far_away_in_different_directions_are_not_told_apart():
    found = compared(mirrored(60, 80, 5), "label_shift", "total_variation")
    assert rejected(found) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 60)


@pytest.mark.grid
@pytest.mark.parametrize("audit", ["label_shift", "agreement", "majority_match"])
@pytest.mark.parametrize("items", [30, 100, 300])
@pytest.mark.parametrize("world", [{}, {"toward_first": 0.3, "twin": 0.3}, {"per_cluster": 4}, {"refuses_hard": True}])
def test_false_changes_are_nominal_over_the_grid(audit, items, world):
    metric = {"label_shift": "total_variation", "agreement": "kappa"}.get(audit, audit)
    rate = rejected(compared(twins(11, studies=400, items=items, **world), audit, metric))
    assert rate <= 0.06 + 2 * math.sqrt(0.06 * 0.94 / 400), rate


@pytest.mark.slow
def test_false_changes_are_nominal_where_the_metric_alone_is_equal():
    rate = rejected(compared(mirrored(600, 100, 7), "label_shift", "total_variation"))
    assert rate <= 0.06 + 2 * math.sqrt(0.06 * 0.94 / 600), rate


def test_many_pairs_are_corrected_together():
    """Of ten chains of nothing, at most one in twenty shows a change anywhere."""
    found = compared(twins(17, studies=100, items=40), "agreement", "kappa")
    families = [benjamini_hochberg([p for p, _ in found[n : n + 10]]) for n in range(0, 100, 10)]
    assert sum(min(q) <= 0.05 for q in families) <= 2


def test_annotators_are_compared_on_the_items_that_both_answered():
    frame = twins(studies=1, items=60, twin=0.4)
    skipped = frame[~((frame["kind"] == "llm") & frame["model"].isna() & (frame["item"] < 20))]
    (one,), _ = overlaps(skipped, "agreement")
    assert one.items == 40
    # The same as if nobody had seen the others.
    (alone,), _ = overlaps(frame[frame["item"] >= 20], "agreement")
    for mine, theirs in zip(one.curves["kappa"], alone.curves["kappa"], strict=True):
        assert mine[0] == pytest.approx(theirs[0])
    apart = frame[~((frame["kind"] == "llm") & (frame["model"].isna() == (frame["item"] < 30)))]
    (nothing,), _ = overlaps(apart, "agreement")
    assert nothing.apart


def test_the_stage_gives_directions_and_corrects_over_all():
    frame = twins(studies=1, items=150, twin=0.6)
    bench, audit = make_bench(frame), audit_of("agreement")
    findings = run(bench, audit, STUDY, QUICK)  # type: ignore[arg-type]
    dated = [
        Version("s00000", "llm", model, "v", "1", "F", released)
        for model, released in (("m", "2022-01-01"), ("twin", "2023-01-01"))
    ]
    made = compare(
        findings, [audit], dated, lambda there: pair(there, "model"),
        lambda one, pairs, _: measure_pairs(bench, STUDY, one, pairs, QUICK), by="model",  # type: ignore[arg-type]
    )  # fmt: skip
    (kappa,) = [one for one in made if one.metric == "kappa"]
    assert (kappa.base_model, kappa.model, kappa.direction) == ("m", "twin", "worse")
    assert kappa.difference == pytest.approx(kappa.estimate - kappa.base_estimate) and kappa.difference < 0
    assert kappa.p == max(kappa.swap_p, kappa.bootstrap_p) and kappa.q >= kappa.p
    stale = [type(audit)(**{**vars(audit), "audit_id": "audit_" + "0" * 32})]
    with pytest.raises(HarnessError, match="has changed"):
        compare(findings, stale, dated, lambda there: [], lambda *_: [], by="model")


# -- directions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worse", "d", "bounds", "q", "told"),
    [
        ("up", 0.3, (0.2, 0.4), 0.01, "worse"),
        ("up", -0.3, (-0.4, -0.2), 0.01, "better"),
        ("down", -0.3, (-0.4, -0.2), 0.01, "worse"),
        ("both", 0.3, (0.2, 0.4), 0.01, "moved"),
        ("up", 0.05, (0.01, 0.09), 0.01, "same"),
        ("up", 0.3, (-0.1, 0.7), 0.3, "cannot tell"),
        ("up", 0.02, (-0.05, 0.09), 0.6, "same"),
        ("up", 0.3, (None, None), 0.01, "cannot tell"),
    ],
)
def test_directions(worse, d, bounds, q, told):
    assert direction(worse, 0.1, Difference(d, Interval(*bounds), 0.0), q, 50, None) == told
    assert direction(worse, 0.1, Difference(d, Interval(*bounds), 0.0), q, 9, None) == "cannot tell"
    described = direction(worse, None, Difference(d, Interval(*bounds), 0.0), q, 50, None)
    assert described == ("moved" if q <= 0.05 and bounds[0] is not None else "cannot tell")


@pytest.mark.parametrize(("base", "later", "told"), [(0.5, 0.1, "better"), (0.5, -0.1, "better"), (-0.1, 0.5, "worse"),
                                                     (0.3, -0.3, "moved")])  # fmt: skip
def test_where_both_directions_are_bad_the_farther_from_nothing_is_worse(base, later, told):
    rng = np.random.default_rng(1)
    curves = [np.concatenate([[value], rng.normal(value, 0.02, 200)]) for value in (base, later)]
    found = subtract(*curves, 100, (-1, 1))
    away = farther(*curves, (0.0, 0.0), 100)
    assert direction("both", 0.1, found, 0.001, 100, away) == told


def test_where_no_replicate_differs_the_bound_is_what_could_have_been_missed():
    zero, one = np.zeros(101), np.ones(101)
    same = subtract(zero, zero, 100, (0, 1))
    assert same.p == 1.0 and same.interval.upper == pytest.approx(2 * (1 - 0.05**0.01))
    other = subtract(zero, one, 100, (0, 1))
    assert other.p < 1e-6 and other.interval.lower > 0.9


def test_random_halves_are_half_as_many_draws():
    rng = np.random.default_rng(2)
    curves = [np.concatenate([[value], rng.normal(value, 0.1, 16)]) for value in (0.0, 0.3)]
    redraws, halves = (subtract(*curves, 200, (-5, 5), halves=each) for each in (False, True))
    assert halves.p > redraws.p and halves.interval.lower < redraws.interval.lower


# -- real runs --------------------------------------------------------------------------------------------

PEOPLE = "item,text,annotator,label\n" + "".join(
    f"{n},Text {n}.,{name},{'yes' if (n * 7 + k) % 3 else 'no'}\n" for n in range(40) for k, name in enumerate("abc")
)


def asked(folder, wave: str = "1", models: list | None = None, **given: object) -> Study:
    return Study.load(
        write_study(folder, files={"people.csv": PEOPLE}, wave=wave, models=models or [FAKE], **given)  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    """Run a family of two fakes, the later of which always says yes; give its folder and store."""
    folder = tmp_path_factory.mktemp("family")
    models = [
        {**FAKE, "name": "one", "family": "F", "released": "2022-01-01"},
        {**FAKE, "name": "two", "family": "F", "released": "2023-01-01", "parameters": {"shift": {"no": 0.95}}},
    ]
    study, store = asked(folder / "tiny", models=models), Store(folder / "runs")
    generate_and_parse(study, store)
    pipeline.audit_study(study, store, say=lambda _: None)
    return study, store


def invoke(study: Study, store: Store, *words: str):
    return CliRunner().invoke(app, ["compare", str(study.folder), "--runs", str(store.runs), *words])


def test_versions_are_compared_unasked_and_stand_on_the_timeline(family):
    study, store = family
    kept = store.comparisons(study.name)
    assert set(kept["factor"]) == {"model"} and set(kept["base_model"]) == {"one"}
    shift = kept[kept["metric"] == "total_variation"].iloc[0]
    assert shift["direction"] == "worse" and shift["swap_p"] <= 0.01
    line = store.timeline(study.name)
    line = line[line["metric"] == "total_variation"].sort_values("date")
    assert [str(date)[:10] for date in line["date"]] == ["2022-01-01", "2023-01-01"]
    assert list(line["changed"]) == [False, True]


def test_the_page_says_first_which_version_changed_what(family):
    study, store = family
    html = pipeline.report_study(study, store).read_text(encoding="utf-8")
    lead = html.split('<p class="lead">')[1].split("</p>")[0]
    assert lead.startswith("From one to two (released 2023-01-01)") and "metrics changed" in lead
    assert 'id="versions"' in html and "timeline-label_shift.svg" in html
    spec = json.loads((store.runs / "report-tiny" / "timeline-label_shift.vl.json").read_text(encoding="utf-8"))
    import altair

    altair.Chart.from_dict(spec, validate=True)


def test_the_table_keeps_families_together_for_each_version_follows_its_own():
    def point(family: str | None, model: str, date: str) -> dict[str, str | None]:
        return {"family": family, "model": model, "date": date, "wave": "1"}

    points = [
        point("B", "b2", "2023-11-06"), point("A", "a2", "2023-06-13"), point("B", "b1", "2023-03-14"),
        point("A", "a3", "2024-01-25"), point(None, "lone", "2023-07-01"), point("A", "a1", "2022-11-28"),
    ]  # fmt: skip
    made = {name: [version for version, _ in chain] for name, chain in _families(points * 2).items()}
    assert list(made.items()) == [("A", ["a1", "a2", "a3"]), ("B", ["b1", "b2"]), ("lone", ["lone"])]


def test_the_verb_shows_fails_and_writes_junit(family, tmp_path):
    study, store = family
    shown = invoke(study, store)
    assert shown.exit_code == 0 and "one → two" in shown.output and "worse" in shown.output
    path = tmp_path / "out" / "junit.xml"
    failed = invoke(study, store, "--fail-on", "regression", "--junit", str(path))
    assert failed.exit_code == 1 and "failed:" in failed.output
    suite = Xml.parse(path).getroot().find("testsuite")
    cases = suite.findall("testcase")
    assert len(cases) == int(suite.get("tests")) > 5
    assert len(suite.findall("testcase/failure")) == int(suite.get("failures")) > 0
    assert len(suite.findall("testcase/skipped")) == int(suite.get("skipped"))
    assert "regression: worse:" in suite.find("testcase/failure").get("message")
    assert JUnitXml.fromfile(str(path)).tests == len(cases)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("total_variation > 0.05", 1),
        ("label_shift > 0.05", 1),
        ("label_shift/total_variation > 0.99", 0),
        ("total_variation < -0.05", 0),
        ("total_variation > 5; regression", 1),
    ],
)
def test_rules(family, rule, code):
    assert invoke(*family, "--fail-on", rule).exit_code == code


def test_a_rule_that_checks_nothing_is_refused(family):
    for rule, told in (("total_variaton > 0.1", "did you mean total_variation"), ("total_variation = 1", "is no rule"),
                       ("regresion", "did you mean regression")):  # fmt: skip
        with pytest.raises(StudyError, match=told.split()[0]) as error:
            invoke_raw(*family, "--fail-on", rule)
        assert told in str(error.value)


def invoke_raw(study: Study, store: Store, *words: str) -> None:
    done = invoke(study, store, *words)
    assert done.exception is not None
    raise done.exception


def test_json_and_one_audit(family):
    told = json.loads(invoke(*family, "--json", "--audit", "agreement").output)
    assert {row["audit"] for row in told["comparisons"]} == {"agreement"} and told["failed"] == []


def test_nothing_measured_says_what_to_run(tmp_path):
    study, store = asked(tmp_path / "tiny"), Store(tmp_path / "runs")
    pipeline.resolve(study, store)
    with pytest.raises(StoreError, match="nothing was measured"):
        pipeline.compare_study(study, store)


def test_one_name_in_two_waves(tmp_path):
    """What changed behind one name shows in its answers; whether the server tells is said beside it."""
    store = Store(tmp_path / "runs")
    generate_and_parse(asked(tmp_path / "tiny"), store)
    changed = asked(tmp_path / "tiny", wave="2")
    plan = pipeline.plan_study(changed, store)
    assert plan.calls == 40  # of the earlier wave nothing is asked
    generate_and_parse(changed, store)
    pipeline.audit_study(changed, store, say=lambda _: None)
    assert set(store.findings("tiny")["wave"]) >= {"1", "2"}
    kept = store.comparisons("tiny")
    waves = kept[kept["factor"] == "wave"]
    assert set(waves["base_wave"]) == {"1"} and set(waves["wave"]) == {"2"}
    assert not waves["direction"].isin(["worse", "better"]).any()  # the fake is the same
    served = waves[waves["audit"] == "served"].iloc[0]
    assert served["direction"] in ("same", "cannot tell") and "wave" in served["note"]
    html = pipeline.report_study(changed, store).read_text(encoding="utf-8")
    assert served["note"].split(":")[0] in html

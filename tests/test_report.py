"""The page: its words, that it escapes what others wrote, that it is whole, and that it fits a screen."""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness import Study, open_store, pipeline
from harness.auditfile import audits_for
from harness.report import charts, words
from harness.report.contents import tables
from harness.report.findings import Group, Row, Section, axes_of, name_variant, order_of, read_sections
from harness.report.origin import find_mixtures
from harness.report.summary import summarise

EVIL = "<script>alert('x')</script><img src=http://example.org/x.png onerror=alert(1)>"
STUDY = """
title = "Ironic? <script>alert('title')</script>"
datatype = "label"
samples = 2
seed = 3
[label]
options = ["ironic", "not ironic"]
[vary]
wording = ["plain.j2", "crowd.j2"]
label_order = ["given", "reversed"]
[ask]
temperature = 1.0
[[models]]
name = "leaning"
backend = "fake"
model = "fake"
parameters = { position_bias = 0.7, garble = 0.1, refusal = 0.1, reject = 0.05 }
[[data]]
dataset = "tiny"
file = "people.csv"
item = "id"
fields = { post = "post", reply = "reply" }
annotator = "who"
record = { label = "label" }
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A study of twelve items taken through the real pipeline; gives (study, store, folder of the report)."""
    root = tmp_path_factory.mktemp("report")
    folder = root / "prompts" / "tiny"
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "plain.j2").write_text('{{ post }} {{ reply }} {{ options | join(" or ") }}?\n', encoding="utf-8")
    (folder / "crowd.j2").write_text(
        '{% message "system" %}You label <b>posts</b>.{% endmessage %}\n'
        '{% message "user" %}{{ post }} {{ options | join(", ") }}?{% endmessage %}\n',
        encoding="utf-8",
    )
    posts = [EVIL, "ما رأيك في الطقس؟", "long " * 400, "word" * 300, *(f"post {n}" for n in range(8))]
    with (folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file)
        write.writerow(["id", "post", "reply", "who", "label"])
        for n, post in enumerate(posts):
            for person in range(4):
                label = "ironic" if (n + person) % 3 else "not ironic"
                write.writerow([f"i{n}", post, f"a reply & {EVIL if n < 6 else n}", f"secret-person-{person}", label])
    study = Study.load(folder)
    store = open_store(root / "runs")
    pipeline.generate_study(study, store, say=lambda _: None)
    pipeline.parse_study(study, store)
    pipeline.audit_study(study, store, say=lambda _: None)
    return study, store, pipeline.report_study(study, store).parent


@pytest.fixture(scope="module")
def html(made):
    return (made[2] / "index.html").read_text(encoding="utf-8")


class Reader(HTMLParser):
    """Collects tags with their attributes, ids and text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.skip = [], "", 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.skip += tag == "style"

    def handle_endtag(self, tag):
        self.skip -= tag == "style"

    def handle_data(self, data):
        self.text += "" if self.skip else data


def test_nothing_that_others_wrote_becomes_markup(html):
    page = Reader(html)
    assert not [tag for tag, _ in page.tags if tag in ("script", "img", "iframe", "object", "form")]
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert EVIL in page.text  # shown as what it is
    assert "<script>alert('title')</script>" in page.text


def test_nothing_is_loaded_from_elsewhere(html):
    for _, attrs in Reader(html).tags:
        for name in ("src", "href", "xlink:href", "data", "poster", "action"):
            assert attrs.get(name, "#").startswith(("#", "data:")), attrs
    assert "@import" not in html
    assert not re.search(r"url\(", html)
    assert "default-src 'none'" in html


def test_no_person_is_named(html):
    assert "secret-person" not in html


def test_every_audit_has_a_section_and_every_link_a_target(made, html):
    study, store, _ = made
    page = Reader(html)
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for audit in audits_for(study.datatype, study.folder):
        assert f"audit-{audit.name}" in ids
        assert audit.header.question in page.text
    assert set(store.findings(study.name)["audit"]) <= {name.removeprefix("audit-") for name in ids}
    assert {attrs["href"][1:] for tag, attrs in page.tags if tag == "a"} <= set(ids)


def test_the_page_tells_who_was_asked_what(made, html):
    text = " ".join(Reader(html).text.split())
    assert "12 items of the dataset tiny were answered by 4 people: 48 answers." in text
    assert "1 model (leaning) was asked about each item under 4 prompt variants" in text
    assert "of 96 wanted" in text  # some calls were rejected
    assert "Calls that brought no reply" in text
    assert "refusal" in text
    assert "You label <b>posts</b>." in text  # a prompt as it was sent
    assert made[0].study_hash in text


def test_files_stand_beside_the_page(made):
    study, store, folder = made
    files = sorted(path.name.removesuffix(".svg") for path in folder.glob("*.svg"))
    drawn = [name for name in files if not name.startswith(("prompts-", "timeline-"))]  # those of audits
    sections = read_sections(study, store.findings(study.name))
    assert drawn == sorted(s.name for s in sections if any(r.shown is not None for g in s.charted for r in g.rows))
    assert "label_shift" in drawn
    for name in drawn:
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert "vega-lite" in json.loads((folder / f"{name}.vl.json").read_text(encoding="utf-8"))["$schema"]
    with (folder / "findings.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(store.findings(study.name))
    assert not list(folder.glob("*.tmp"))


def test_colours_of_charts_have_a_counterpart_on_dark_pages(made):
    style = (Path(charts.__file__).parent / "style.css").read_text(encoding="utf-8")
    svg = (made[2] / "label_shift.svg").read_text(encoding="utf-8")
    for colour in set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', svg)):
        assert f'[fill="{colour}"]' in style, colour
        assert f'[stroke="{colour}"]' in style, colour


def test_a_chart_is_valid_vega_lite(made):
    import altair

    spec = json.loads((made[2] / "label_shift.vl.json").read_text(encoding="utf-8"))
    altair.Chart.from_dict(spec, validate=True)


# -- words ------------------------------------------------------------------------------------------------


def row(verdict="found", **more):
    given = {
        "audit": "shift", "metric": "distance", "title": "Shift", "dataset": "d", "kind": "llm", "model": "m",
        "variant": "wording=a", "wave": "1", "label": "a", "worse": "up", "warn": 0.1,
    } | more  # fmt: skip
    return Row(verdict=verdict, **given)


JUDGED = {
    "estimate": 0.31, "lower": 0.2, "upper": 0.42, "matched": 0.33, "floor": 0.12, "excess": 0.21,
    "excess_lower": 0.1, "excess_upper": 0.32, "p": 0.001, "q": 0.002, "draws": 999, "detectable": 0.15,
    "items": 60, "clusters": 60,
}  # fmt: skip


def group(*rows):
    return Group(rows, None)


def test_found_in_words():
    told = words.sentence(group(row(**JUDGED)))
    assert "The model shows 0.33; people in the model's place show 0.12" in told
    assert "a difference of +0.21 (95 % interval 0.10 to 0.32)" in told
    assert "0.1 or more upwards" in told
    assert words.details(group(row(**JUDGED))) == "p = 0.001; q = 0.002; 999 exchange draws; 60 items"


def test_found_with_an_interval_that_reaches_the_floor_says_so():
    assert "exchange test" in words.remarks(group(row(**{**JUDGED, "excess_lower": -0.02})))


def test_absent_in_words():
    many = group(row("absent", **JUDGED), row("absent", **{**JUDGED, "excess": 0.01}), row("absent", **JUDGED))
    assert many.state == "absent"
    assert words.sentence(many).startswith("In all 3 variants.")
    assert "runs from +0.01" in words.sentence(many)


def test_cannot_tell_says_what_could_have_been_seen():
    told = words.remarks(group(row("cannot tell", **JUDGED)))
    assert "the smallest difference that they would have shown four times out of five is 0.15" in told


def test_described_in_words_and_at_most_where_only_that_is_honest():
    assert words.sentence(group(row("described", estimate=0.04, upper=0.09))) == (
        "distance: 0.04 (95 % interval at most 0.09)."
    )


def test_not_run_gives_its_reason():
    told = group(row("not run", note="the options are no scale"))
    assert words.sentence(told) == "The options are no scale."
    assert summarise([Section("s", "S", (told,), None, "s.sql", stale=False)])[0].startswith("No artifact could")


def test_no_estimate_is_said_and_not_written_as_nan():
    assert words.sentence(group(row("cannot tell", floor=0.0))).startswith("No estimate could be made")


def test_a_variant_without_an_estimate_is_left_out_of_the_range():
    told = words.sentence(group(row(**JUDGED), row("cannot tell"), row(**{**JUDGED, "excess": 0.3})))
    assert told.startswith("Found in 2, cannot tell in 1 of 3 variants.")
    assert "runs from +0.21" in told
    assert "to +0.30" in told


def test_a_note_that_all_variants_share_is_said_once():
    noted = row("cannot tell", **JUDGED, note="only 6 clusters: too few to tell")
    assert words.remarks(group(noted, noted)).startswith("Only 6 clusters: too few to tell. Where these data")


def test_a_floor_without_players_is_not_called_human(made):
    audit = next(audit for audit in audits_for("label") if audit.name == "label_shift")
    assert Group((row(**JUDGED),), audit).floor_kind == "people"
    assert Group((row(**{**JUDGED, "matched": None}),), audit).floor_kind == "exchange"


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        (["found", "found"], "found"),
        (["found", "absent"], "depends"),
        (["found", "cannot tell"], "some"),
        (["found", "absent", "cannot tell"], "depends"),
        (["absent", "cannot tell"], "unclear"),
        (["cannot tell"], "unclear"),
        (["described"], "described"),
    ],
)
def test_verdicts_over_variants(verdicts, state):
    assert group(*(row(verdict) for verdict in verdicts)).state == state


def test_rank_among_persons():
    told = words.remarks(
        group(row(**JUDGED, persons=24, persons_as_far=3, range_verdict="within the range of persons"))
    )
    assert told == (
        "Of 24 people who answered 20 items or more, 3 were at least as far out as the model: "
        "within the range of persons."
    )
    assert "too few" in words.remarks(group(row(**JUDGED, persons=4, persons_as_far=0)))


def test_the_summary_counts_audits():
    sections = [
        Section(
            name, name, (group(*(row(verdict, audit=name, **JUDGED) for verdict in verdicts)),), None, "", stale=False
        )
        for name, verdicts in (
            ("alpha", ["found", "found"]),
            ("beta", ["found", "absent"]),
            ("gamma", ["cannot tell", "cannot tell"]),
            ("delta", ["absent", "absent"]),
        )
    ]
    assert summarise(sections) == [
        "1 of 4 audits found an artifact in m under every prompt variant (alpha); 1 found it under some variants and "
        "its absence under others (beta); for 1 these data cannot tell (gamma); 1 found none of a size that matters "
        "(delta)."
    ]


def test_the_summary_tells_metrics_from_audits():
    groups = tuple(
        group(row(verdict, metric=metric, **JUDGED)) for metric, verdict in (("a", "found"), ("b", "absent"))
    )
    section = Section("alpha", "Alpha", groups, None, "", stale=False)
    (said,) = summarise([section])
    assert said.startswith("1 of 2 metrics of 1 audit found an artifact in m (a); 1 found none"), said


def test_a_bar_ends_where_no_value_can_be():
    audit = next(audit for audit in audits_for("label") if audit.name == "minority_match")
    low = row("cannot tell", **{**JUDGED, "floor": 0.05, "estimate": 0.04, "excess_lower": -0.2, "excess_upper": 0.1})
    (drawn,) = charts._values(Group((low,), audit))
    assert drawn["low"] == 0.0 and drawn["high"] == pytest.approx(0.15)


def of_many(verdicts, metric="distance", **more):
    """Make a section of one metric and many models: the n-th is n times what matters away."""
    groups = [
        group(row(verdict, metric=metric, model=f"m{n}", **{**JUDGED, "excess": 0.1 * n, **more}))
        for n, verdict in enumerate(verdicts)
    ]
    return Section("shift", "Shift", tuple(groups), None, "", stale=False)


def test_many_models_are_told_as_cases_of_one_row():
    section = of_many(["found", "absent", "cannot tell", "found"])
    (told,) = section.told
    assert (told.state, told.noun, told.largest.model) == ("partly", "case", "m3")
    assert [row.label for row in told.rows] == ["m0", "m1", "m2", "m3"]
    assert words.sentence(told).startswith("Found in 2, absent in 1, cannot tell in 1 of 4 cases.")
    assert "for “m3”" in words.sentence(told)
    assert words.size(told) == "3.0 × what matters"
    (table,) = tables(section)
    assert (table.head, table.lines, table.folded) == ("case", ("m0", "m1", "m2", "m3"), False)
    assert tables(of_many(["absent"] * 20))[0].folded
    assert len(of_many(["found", "absent"]).told) == 2  # few are told one by one
    assert of_many(["found"] * 5).told[0].state == "found"
    said = summarise([section, of_many(["cannot tell"] * 4, metric="other")])
    assert said[0] == "1 of 1 audit found an artifact somewhere among 4 models."
    assert "shift (in 2 of 4, up to 3.0 times for m3)" in said[1]


def test_what_was_found_comes_first_and_the_furthest_out_before_the_rest():
    near, far = (group(row("found", **{**JUDGED, "excess": excess})) for excess in (0.2, 0.9))
    down = group(row("found", **{**JUDGED, "excess": -0.5, "worse": "down"}))
    absent = group(row("absent", **{**JUDGED, "excess": 0.05}))
    assert sorted([absent, near, far, down], key=order_of) == [far, down, near, absent]
    assert words.size(group(row("absent", **{**JUDGED, "excess": -0.4}))) == ""  # away from what is bad


def test_hundreds_of_described_metrics_are_cut_and_folded():
    rows = [group(row("described", metric=f"flip {n}", estimate=n / 300, lower=0.0, upper=1.0)) for n in range(300)]
    section = Section("flips", "Flips", (group(row(**JUDGED)), *rows), None, "", stale=False)
    judged, described = tables(section)
    assert not judged.folded and described.folded
    assert described.lines[0] == "flip 299" and len(described.lines) < 60
    assert "of which the" in described.caption and "findings.csv" in described.caption
    assert (
        sum(len(each.rows) for each in charts.choose(Section("f", "F", tuple(rows), None, "", stale=False)))
        <= charts.MOST_ALL
    )


def test_not_run_for_one_reason_is_said_once():
    idle = [group(row("not run", model=f"m{n}", note="no item has what it counts")) for n in range(5)]
    section = Section("s", "S", (*idle, group(row(**JUDGED))), None, "", stale=False)
    assert section.not_run == [("no item has what it counts", 5)]
    assert Section("s", "S", tuple(idle), None, "", stale=False).not_run == [("no item has what it counts", 0)]


def test_numbers_carry_the_digits_that_they_deserve():
    assert words.places_for([row(**JUDGED)]) == 2
    assert words.places_for([row("described", estimate=12.3, lower=10.0, upper=14.6)]) == 1
    assert words.number(-0.031, 2) == "−0.03"
    assert words.number(0.0, 2) == "0"
    assert words.number(None) == "–"
    assert words.chance(0.0004) == "under 0.001"
    assert words.chance(0.0503) == "0.0503"  # not 0.050, which would read as found


def test_names_of_variants(made):
    levels = axes_of(made[0])
    assert name_variant("wording=plain label_order=reversed", levels) == "plain · reversed"
    assert name_variant("wording=plain label_order: reversed against given", levels) == "plain · reversed against given"
    assert name_variant("label_order=given", {"wording": ["q"], "label_order": ["given", "reversed"]}) == "given"
    assert name_variant("gpt, zero-shot", levels) == "gpt, zero-shot"


def test_a_mixture_of_systems_is_warned_of(made):
    base = {"model": "leaning", "variant": "wording=plain label_order=given", "wave": "1", "model_served": "m-1"}
    told = find_mixtures(made[0], [{**base, "fingerprint": "fp_1"}, {**base, "fingerprint": "fp_2"}])
    assert len(told) == 1
    assert "fp_1" in told[0]
    assert find_mixtures(made[0], [{**base, "fingerprint": "fp_1"}]) == []


@pytest.mark.parametrize("label", ["a", "one · two · three", "a level that is much longer than a line may be · b"])
def test_labels_of_charts_are_wrapped(label):
    lines = charts.wrap(label)
    assert all(len(line) <= charts.LINE for line in lines)
    assert lines[0][0] == label[0]


@pytest.mark.parametrize("metric", ["if", "in", "data", "so that", "a -> b", "x.y[0]", "“quoted”", "'"])
def test_any_name_of_a_metric_can_be_drawn(metric, tmp_path):
    metrics = [group(row("described", metric=name, estimate=0.3, lower=0.2, upper=0.4)) for name in (metric, "other")]
    assert charts.draw(Section("s", "S", tuple(metrics), None, "", stale=False), tmp_path)
    assert charts.draw(Section("s", "S", tuple(metrics[:1]), None, "", stale=False), tmp_path)


# -- browser ----------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_screen(made, tmp_path, open_page, width, scheme):
    page, complaints = open_page(made[2] / "index.html", width, scheme)
    assert page.locator("figure svg").count() > 5
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert (tmp_path / "page.png").stat().st_size > 10_000
    assert complaints == []

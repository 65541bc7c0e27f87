"""The label parser: a wrong label is the worst bug, an honest "unparsed" is fine."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.datatypes import label
from harness.types import Cell, Parsed
from tests.soon import soon

IRONIC = ("ironic", "not ironic")
YES = ("yes", "no")
ONE_TO_FIVE = ("1", "2", "3", "4", "5")
SIGNED = ("-2", "-1", "0", "1", "2")
LETTERS = ("A", "B", "C")
TOXIC = ("toxic", "not toxic")
HATE = ("hate", "hate speech", "neither")
STARS = ("1 star", "4 stars", "5 stars")


def read(text: str, options: tuple[str, ...]) -> Parsed:
    return label.parse(text, Cell("data", "1", 0, options))


READ = [
    # what the reply is
    ("ironic", IRONIC, "ironic", "exact"),
    ("Ironic", IRONIC, "ironic", "exact"),
    ("NOT IRONIC", IRONIC, "not ironic", "exact"),
    ("not  ironic", IRONIC, "not ironic", "exact"),
    ("  ironic\n", IRONIC, "ironic", "exact"),
    ('"ironic"', IRONIC, "ironic", "exact"),
    ("'Not ironic.'", IRONIC, "not ironic", "exact"),
    ("“ironic”", IRONIC, "ironic", "exact"),
    ("**Ironic**", IRONIC, "ironic", "exact"),
    ("**not ironic**.", IRONIC, "not ironic", "exact"),
    ("`ironic`", IRONIC, "ironic", "exact"),
    ("ironic.", IRONIC, "ironic", "exact"),
    ("Ironic!", IRONIC, "ironic", "exact"),
    ("[ironic]", IRONIC, "ironic", "exact"),
    ("ironic。", IRONIC, "ironic", "exact"),
    ("\u3000ironic\u200b", IRONIC, "ironic", "exact"),
    ("ironic\x00", IRONIC, "ironic", "exact"),
    ("4", ONE_TO_FIVE, "4", "exact"),
    ("4.0", ONE_TO_FIVE, "4", "exact"),
    ("1.", ONE_TO_FIVE, "1", "exact"),
    ("(3)", ONE_TO_FIVE, "3", "exact"),
    ("-1", SIGNED, "-1", "exact"),
    ("−1", SIGNED, "-1", "exact"),
    ("+1", SIGNED, "1", "exact"),
    ("b)", LETTERS, "B", "exact"),
    ("hate speech", HATE, "hate speech", "exact"),
    ("Neither.", HATE, "neither", "exact"),
    # what it begins with
    ("ironic because nobody likes rain", IRONIC, "ironic", "lead"),
    ("Not ironic, although some would call it ironic.", IRONIC, "not ironic", "lead"),
    ("ironic\n\nPost: It is late.\nReply: Go to bed.\n\nAnswer: not ironic", IRONIC, "ironic", "lead"),
    ("Yes, it is.", YES, "yes", "lead"),
    ("No, it isn't.", YES, "no", "lead"),
    ("4 because it is rude", ONE_TO_FIVE, "4", "lead"),
    ("4 (rather offensive)", ONE_TO_FIVE, "4", "lead"),
    ("B. It is longer.", LETTERS, "B", "lead"),
    ("hate speech is what this is", HATE, "hate speech", "lead"),
    # the only one that it names
    ("Answer: ironic", IRONIC, "ironic", "only"),
    ("The reply is ironic.", IRONIC, "ironic", "only"),
    ("My choice would be: not ironic.", IRONIC, "not ironic", "only"),
    ("Is the reply ironic? Answer: not ironic", IRONIC, "not ironic", "only"),
    ("Is it ironic or not ironic? I say ironic.", IRONIC, "ironic", "only"),
    ('{"label": "ironic"}', IRONIC, "ironic", "only"),
    ('{"label": 4}', ONE_TO_FIVE, "4", "only"),
    ("I'd rate it a 4", ONE_TO_FIVE, "4", "only"),
    ("I'd rate it a 4.", ONE_TO_FIVE, "4", "only"),
    ("Rating: **4**", ONE_TO_FIVE, "4", "only"),
    ("Having read it twice, 4 fits best.", ONE_TO_FIVE, "4", "only"),
    ("My answer is -1.", SIGNED, "-1", "only"),
    ("Option B", LETTERS, "B", "only"),
    ("<b>ironic</b>", IRONIC, "ironic", "only"),
    ("I'm not sure. Still: ironic", IRONIC, "ironic", "only"),
]

UNREAD = [
    ("", IRONIC, "empty"),
    (" \n\t ", IRONIC, "empty"),
    ("...", IRONIC, "empty"),
    ("\x00", IRONIC, "empty"),
    # another language, another word, a part of a word
    ("Das ist Spott.", IRONIC, "no option named"),
    ("これは皮肉です", ("皮肉", "本気"), "no option named"),
    ("irónico", IRONIC, "no option named"),
    ("ironically put", IRONIC, "no option named"),
    ("non-toxic", TOXIC, "no option named"),
    ("nontoxic", TOXIC, "no option named"),
    ("not_ironic", IRONIC, "no option named"),
    ("si\u0301", ("si", "no"), "no option named"),
    # other numbers
    ("3.5", ONE_TO_FIVE, "no option named"),
    ("3,5", ONE_TO_FIVE, "no option named"),
    ("3½", ONE_TO_FIVE, "no option named"),
    ("10", ONE_TO_FIVE, "no option named"),
    ("-1", ONE_TO_FIVE, "no option named"),
    ("−1", ONE_TO_FIVE, "no option named"),
    ("1_0", (*ONE_TO_FIVE, "10"), "no option named"),
    ("40%", ("4", "40"), "no option named"),
    ("infinity", ("inf", "1"), "no option named"),
    ("4.5 stars", STARS, "no option named"),
    ("3/5", ONE_TO_FIVE, "a range or a share of numbers"),
    ("4/10", ONE_TO_FIVE, "a range or a share of numbers"),
    ("4 out of 10", ONE_TO_FIVE, "a range or a share of numbers"),
    ("1-5", ONE_TO_FIVE, "no option named"),
    ("Rate it 1–5", ONE_TO_FIVE, "a range or a share of numbers"),
    ("3 insults in one line", ONE_TO_FIVE, "no option stated"),
    ("It was posted 2 days ago", ONE_TO_FIVE, "no option stated"),
    # letters and short words in the middle of a thought
    ("A reply like this is sincere", LETTERS, "no option stated"),
    ("I have no idea", YES, "no option stated"),
    # denied
    ("It isn't ironic", IRONIC, "an option is denied"),
    ("It isn’t ironic.", IRONIC, "an option is denied"),
    ("It is not at all ironic", IRONIC, "an option is denied"),
    ("I don't think that it is ironic", IRONIC, "an option is denied"),
    ('not "ironic"', IRONIC, "an option is denied"),
    ("This is not **ironic**", IRONIC, "an option is denied"),
    ("anything but ironic", IRONIC, "an option is denied"),
    ("Das ist nicht toxic", TOXIC, "an option is denied"),
    ("Ironic is not the word", IRONIC, "an option is denied"),
    ('{"ironic": false}', IRONIC, "an option is denied"),
    ("ironic: 0.2", IRONIC, "an option is denied"),
    ("Ironic: no", IRONIC, "an option is denied"),
    # asked, listed, weighed
    ("Ironic?", IRONIC, "an option is only asked about"),
    ("Is the reply ironic?", IRONIC, "an option is only asked about"),
    ("ironic or not ironic", IRONIC, "several options named"),
    ("ironic, not ironic", IRONIC, "several options named"),
    ("- ironic\n- not ironic", IRONIC, "several options named"),
    ("ironic\nnot ironic", IRONIC, "several options named"),
    ("1, 2, 3, 4, 5", ONE_TO_FIVE, "several options named"),
    ("1: not offensive, 5: very offensive", ONE_TO_FIVE, "an option is denied"),
    ("1 is mild, 5 is strong", ONE_TO_FIVE, "several options named"),
    ("yes and no", YES, "several options named"),
    ("Both hate and hate speech", HATE, "several options named"),
]


@pytest.mark.parametrize(("text", "options", "expected", "method"), READ)
def test_reads(text: str, options: tuple[str, ...], expected: str, method: str) -> None:
    parsed = read(text, options)
    assert (parsed.records, parsed.method, parsed.reason) == (({"label": expected},), method, None)
    assert parsed.shown_at == (options.index(expected) + 1,)


@pytest.mark.parametrize(("text", "options", "reason"), UNREAD)
def test_does_not_guess(text: str, options: tuple[str, ...], reason: str) -> None:
    assert read(text, options) == Parsed(reason=reason)


def test_shown_at_counts_in_the_order_shown() -> None:
    asked = {"options": list(IRONIC)}
    given = Cell("data", "1", 0, tuple(label.options_shown(asked, {"label_order": "given"}, {})))
    turned = Cell("data", "1", 0, tuple(label.options_shown(asked, {"label_order": "reversed"}, {})))
    assert [label.parse("ironic", cell).shown_at for cell in (given, turned)] == [(1,), (2,)]
    assert label.names(asked, {"label_order": "reversed"}) == {"options": ["not ironic", "ironic"]}


def test_options_that_differ_only_in_punctuation_are_told_apart_or_not_read() -> None:
    options = ("<1", "1", ">1", ":)", ":(")
    assert [read(option, options).records[0]["label"] for option in options] == list(options)
    assert read("It is :) today", (":)", ":(")) == Parsed(reason="no option named")
    assert read("(a", ("a", "(a)")).reason == "no option named"


@pytest.mark.parametrize(
    "text",
    [
        "ironic " * 150_000,
        "not " * 250_000 + "ironic",
        " " * 1_000_000,
        "." * 1_000_000,
        "“" * 1_000_000,
        "\u3000." * 500_000,
        "1 " * 500_000,
        "x" * 1_000_000,
        "ironic? " * 125_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_a_megabyte_is_read_soon(text: str) -> None:
    with soon():
        read(text, (*IRONIC, *ONE_TO_FIVE))


@given(st.text(), st.sampled_from([IRONIC, YES, ONE_TO_FIVE, SIGNED, LETTERS, HATE, (":)", ":("), ()]))
@settings(max_examples=200)
@example("\ud800", IRONIC)
@example("\ud800ironic", IRONIC)
def test_any_text_is_read_as_an_option_or_says_why_not(text: str, options: tuple[str, ...]) -> None:
    parsed = read(text, options)
    if parsed.records:
        assert [record["label"] in options for record in parsed.records] == [True]
        assert options[(parsed.shown_at[0] or 0) - 1] == parsed.records[0]["label"]
        assert parsed.method and parsed.reason is None
    else:
        assert (parsed.shown_at, parsed.method) == ((), None)
        assert parsed.reason


@given(
    st.lists(st.one_of(st.sampled_from(ONE_TO_FIVE), st.text(max_size=6)), max_size=6),
    st.sampled_from(["a", "the", "not", "ironic", "3", "-", ",", "?", "."]),
)
@settings(max_examples=200)
def test_words_put_together_never_raise(words: list[str], word: str) -> None:
    text = f" {word} ".join(words)
    assert read(text, IRONIC).records in ((), ({"label": "ironic"},), ({"label": "not ironic"},))


def valid(options: list[str]) -> tuple[str, ...] | None:
    try:
        return tuple(label.Config(options=options).options)
    except ValidationError:
        return None


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), min_size=2, max_size=5),
    st.data(),
)
@settings(max_examples=300)
@example(["ß", "ẞ b"], None)
@example(["İ", "i"], None)
@example([".", "'"], None)
@example(['"', '""'], None)
@example(["é", "e\u0301x"], None)
@example(["1", "1.5"], None)
@example(["𝟙", "10"], None)
def test_a_reply_that_is_an_option_is_that_option(texts: list[str], data: st.DataObject | None) -> None:
    options = valid(texts)
    assume(options is not None)
    assert options is not None
    for option in options:
        opening, closing = data.draw(st.sampled_from(DRESS)) if data else ("", "")
        stop = data.draw(st.sampled_from(["", "."])) if data else ""
        space = data.draw(st.sampled_from(["", " ", "\n", "\t "])) if data else ""
        dressed = f"{opening}{option}{closing}"
        # Dressed, an option may be another option: then the other is what was said.
        others = {label._fold(other) for other in options if other != option}
        worn = {f"{dressed}{stop}", dressed, f"{option}{stop}"}
        if others & {label._fold(one.strip()) for one in worn}:
            continue
        parsed = read(f"{space}{dressed}{stop}{space}", options)
        assert parsed.records == ({"label": option},), (dressed, options)
        assert parsed.method == "exact"
        assert parsed.shown_at == (options.index(option) + 1,)


DRESS = [("", ""), ("'", "'"), ('"', '"'), ("“", "”"), ("«", "»"), ("`", "`")]


@pytest.mark.parametrize("option", ["ß", "İ", "ǆ", "ﬀ", "Σ", "é", "日本", "🙂", "c++", "100%"])
@pytest.mark.parametrize("dress", ["{}", '"{}"', " {}. ", "**{}**", "{}!"])
def test_unusual_spellings_survive_case_folding(option: str, dress: str) -> None:
    assert read(dress.format(option), (option, "other")).records == ({"label": option},)


@pytest.mark.parametrize("said", [1, 1.0, "1", "1.0", " 1 ", "01", "+1"])
def test_an_imported_one_is_one(said: object) -> None:
    assert label.read(label.Config(options=ONE_TO_FIVE), {"label": said}) == {"label": "1"}


@pytest.mark.parametrize("said", ["6", 1.5, "nan", "", "1_0", "one"])
def test_an_imported_label_that_is_no_option_is_refused(said: object) -> None:
    with pytest.raises(ValueError, match="none of the options 1, 2, 3, 4, 5"):
        label.read(label.Config(options=ONE_TO_FIVE), {"label": said})


def test_imported_case_is_forgiven() -> None:
    assert label.read(label.Config(options=["Ironic", "No"]), {"label": "ironic"}) == {"label": "Ironic"}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ([True, False], "words or numbers; write true and false in quotes"),
        (["a", "A"], "the same"),
        ([1, 1.0], "the same"),
        (["1", "1.0"], "the same"),
        (["é", "e\u0301"], "the same"),
        (["a", " "], "empty"),
        (["a"], "at least 2"),
        ("ab", "list"),
    ],
)
def test_options_that_cannot_be_told_apart_are_refused(options: object, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        label.Config(options=options)


def test_the_scale_is_the_numbers_or_the_places() -> None:
    assert [row["value"] for row in label.scale(label.Config(options=[1, 2.5, 4]))] == [1.0, 2.5, 4.0]
    assert [row["value"] for row in label.scale(label.Config(options=[1, "many"]))] == [1.0, 2.0]
    assert [row["position"] for row in label.scale(label.Config(options=["a", "b"]))] == [1, 2]

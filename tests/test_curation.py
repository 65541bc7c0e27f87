"""What is wrong with tasks: likeness by definition, lengths, languages, and whom they are compared with."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.curation import Fault, Row, find_faults, language_of, words

pytest.importorskip("rapidfuzz")


def rouge_l(one: Sequence[str], other: Sequence[str]) -> float:
    """ROUGE-L as Lin defines it, in plain Python: F of precision LCS/m and recall LCS/n."""
    row = [0] * (len(other) + 1)
    for word in one:
        above = 0
        for place, there in enumerate(other, 1):
            kept = row[place]
            row[place] = above + 1 if word == there else max(row[place], row[place - 1])
            above = kept
    if not row[-1]:
        return 0.0
    precision, recall = row[-1] / len(one), row[-1] / len(other)
    return 2 * precision * recall / (precision + recall)


def make(*instructions: str, writer: str | None = "m", dataset: str = "d") -> list[Row]:
    return [Row(dataset, writer, instruction, "x") for instruction in instructions]


def near(rows: list[Row], distinct: float = 0.7) -> list[tuple[int, int | None]]:
    return [(f.row, f.of) for f in find_faults(rows, {"distinct": distinct})]


SENTENCES = st.lists(st.sampled_from("a b c d e".split()), max_size=8).map(" ".join)  # noqa: SIM905


@given(st.lists(SENTENCES, max_size=12), st.sampled_from([0.3, 0.5, 0.7, 0.75, 1.0]))
@settings(deadline=None)
@example(["a a a b b b b b", "a a b", "a a a a a a a"], 0.3)  # two as alike, but for the last digit of a quotient
def test_the_most_alike_of_those_before_is_found_as_the_definition_says(said: list[str], distinct: float) -> None:
    wanted = []
    for place, text in enumerate(said):
        scores = [rouge_l(words(text), words(other)) for other in said[:place]]
        best = max(scores, default=0.0)
        if best >= distinct - 1e-12:
            first = next(other for other, score in enumerate(scores) if score >= best - 1e-12)
            wanted.append((place, first, pytest.approx(best)))
    found = find_faults(make(*said), {"distinct": distinct})
    assert [(f.row, f.of, f.similarity) for f in found] == wanted


def test_exactly_as_alike_as_the_limit_counts() -> None:
    rows = make("a b c d e f g h i j", "a b c d e f g k l m")  # 2·7 / 20
    assert near(rows, 0.7) == [(1, 0)] and near(rows, 0.71) == []


def test_it_is_what_the_package_rouge_score_says() -> None:
    scorer = pytest.importorskip("rouge_score.rouge_scorer").RougeScorer(["rougeL"], use_stemmer=False)
    rng = random.Random(1)
    vocabulary = ["write", "a", "Poem,", "about", "the", "sea", "list", "3", "facts", "of", "Rome"]
    for _ in range(300):
        one, other = (" ".join(rng.choices(vocabulary, k=rng.randint(1, 12))) for _ in range(2))
        theirs = scorer.score(one, other)["rougeL"].fmeasure
        found = list(find_faults(make(one, other), {"distinct": 1e-6}))
        ours = found[0].similarity if found else 0.0
        assert ours == pytest.approx(theirs)


def test_whom_an_instruction_is_compared_with() -> None:
    rows = [
        *make("Name a red fish.", "Draw two cats.", "name a RED fish!", writer=None),
        *make("Draw two cats.", "Sing a song.", writer="m1"),
        *make("Sing a song.", "Name a red fish.", writer="m2"),
        *make("Draw two cats.", writer="m1", dataset="e"),
    ]
    assert near(rows) == [(2, 0), (3, 1), (6, 0)]  # not one model with another, nor across datasets


def test_many_blocks_find_what_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(2)
    people = make(*(" ".join(rng.choices("abcdef", k=5)) for _ in range(15)), writer=None)
    rows = people + make(*(" ".join(rng.choices("abcdef", k=5)) for _ in range(60)))
    whole = near(rows)
    monkeypatch.setattr("harness.curation.CELLS", 100)
    assert near(rows) == whole and len(whole) > 10


def test_what_has_no_words_is_like_nothing() -> None:
    assert near(make("!!!", "!!!", "", "")) == []


def faults(row: Row, **config: object) -> list[str]:
    return [fault.fault for fault in find_faults([row], config)]


def test_lengths() -> None:
    row = Row("d", "m", "Write it down now, please.", "one two three")
    assert faults(row, words=[5, 5], output_words=[3, 3]) == []
    assert faults(row, words=[6, 9]) == ["too short"] == faults(row, output_words=[4, 9])
    assert faults(row, words=[1, 4]) == ["too long"]
    assert faults(row, words=[1, 4], output_words=[4, 9]) == ["too long", "too short"]
    assert faults(row, words=[6, 9], output_words=[4, 9]) == ["too short"]
    assert faults(Row("d", "m", "Write it.", None), output_words=[1, 9]) == ["no output"]
    assert words("请写诗 now, it's 3.5") == ["请", "写", "诗", "now", "it", "s", "3", "5"]


def test_languages() -> None:
    pytest.importorskip("py3langid")
    german = "Schreibe einen kurzen Brief an deine Nachbarin."
    english = "Write a short letter to your neighbour."
    assert (language_of(german), language_of(english)) == ("de", "en")
    assert language_of("Sag es.") is None  # too short to tell
    assert faults(Row("d", "m", german, english), language="en") == ["language"]
    assert faults(Row("d", "m", english, german), language="en") == []
    assert faults(Row("d", "m", english, german), language="en", makes="answers") == ["language"]
    assert faults(Row("d", "m", german, english), language="de") == []


def test_no_control_no_fault_but_what_is_missing() -> None:
    rows = make("a b c", "a b c")
    assert list(find_faults(rows, {})) == []
    assert list(find_faults([Row("d", "m", "a", None)], {"words": [1, 2]})) == [Fault(0, "no output")]

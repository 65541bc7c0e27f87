"""rouge_l: the longest common subsequence as a table gives it, and numbers by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.functions.rouge_l import call

WORDS = st.lists(st.sampled_from(["a", "b", "c", "é", "1"]), max_size=80)


def longest(first: list[str], second: list[str]) -> int:
    """Find the length of the longest common subsequence, cell by cell."""
    above = [0] * (len(second) + 1)
    for word in first:
        row = [0]
        for place, other in enumerate(second):
            row.append(above[place] + 1 if word == other else max(above[place + 1], row[-1]))
        above = row
    return above[-1]


@given(WORDS, WORDS)
def test_it_is_twice_the_longest_common_subsequence_over_all_words(first: list[str], second: list[str]) -> None:
    total = len(first) + len(second)
    wanted = 2 * longest(first, second) / total if first and second else 0.0
    assert call(" ".join(first), ", ".join(second).upper()) == pytest.approx(wanted)
    assert call(" ".join(second), " ".join(first)) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("text", "other", "share"),
    [("police killed the gunman", "police kill the gunman", 0.75),
     ("the gunman kill police", "police kill the gunman", 0.5), ("", "police", 0.0),
     ("?!", "police", 0.0), ("Don't go", "don t GO", 1.0),
     ("我喜欢猫", "我喜欢狗", 0.75)],
)  # fmt: skip
def test_by_hand(text: str, other: str, share: float) -> None:
    """Check the examples of Lin 2004, section 3.1, among others; beta is 1."""
    assert call(text, other) == pytest.approx(share)

"""Names made from content: one form of JSON, one hash of it."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.ids import bucket, canonical_json, content_id, digest, seed_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": 2}, '{"a":2,"b":1}'),
        ({"é": 1, "z": 2, "Z": 3}, '{"Z":3,"z":2,"é":1}'),
        ([1.0, -0.0, 2.5, 1e20], "[1,0,2.5,1e+20]"),
        ((1, (2,)), "[1,[2]]"),
        ("naïve 日本 🙂", '"naïve 日本 🙂"'),
        ('"\n\x00', '"\\"\\n\\u0000"'),
        ([True, False, None], "[true,false,null]"),
        ({"a": {"c": [], "b": {}}}, '{"a":{"b":{},"c":[]}}'),
    ],
)
def test_the_one_form(value: object, text: str) -> None:
    assert canonical_json(value) == text


def test_one_and_one_point_zero_are_one_value_but_true_is_not() -> None:
    assert content_id("x", {"a": 1.0}) == content_id("x", {"a": 1})
    assert len({content_id("x", value) for value in (1, True, "1", [1])}) == 4


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {"a": [math.nan]}])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        content_id("x", value)


@pytest.mark.parametrize("value", [{1, 2}, b"a", object(), {"a": {1}}, {1: "a", "1": "b"}, {None: 1}])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        content_id("x", value)


# Known answers: a change of the form would rename everything that was ever paid for.
def test_known_answers() -> None:
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb924"
    assert content_id("item", {"dataset": "d", "key": "1", "fields": {"text": "é"}}) == (
        "item_1c2d334da51b81f11d064d6332a24d5a"
    )
    assert content_id("annotator", {"temperature": 1.0, "n": None}) == "annotator_46580f1462dcaf75bdc84c37bdf6e3c9"
    assert bucket("demo", "thread 7") == 1248
    assert seed_of("generation_1") == 5981045662513548286
    assert seed_of("generation_1", "x", 2) == 4212864973439011951


def test_two_kinds_never_share_a_name() -> None:
    assert content_id("item", "a")[-32:] != content_id("model", "a")[-32:]


@given(st.text(), st.text())
def test_a_bucket_is_eleven_bits_and_always_the_same(dataset: str, cluster: str) -> None:
    assert 0 <= bucket(dataset, cluster) < 2048
    assert bucket(dataset, cluster) == bucket(dataset, cluster)


def test_buckets_spread() -> None:
    assert len({bucket("d", str(n)) for n in range(20_000)}) == 2048


@given(PLAIN)
@example({"a": [1e16, 2**53, -(2.0**53), 1e300, 5e-324]})
def test_a_round_trip_through_json_does_not_change_a_name(value: object) -> None:
    assert content_id("x", json.loads(json.dumps(value))) == content_id("x", value)
    assert content_id("x", json.loads(canonical_json(value))) == content_id("x", value)


@given(PLAIN)
def test_the_order_of_keys_does_not_change_a_name(value: object) -> None:
    def shuffle(inner: object) -> object:
        if isinstance(inner, dict):
            return {key: shuffle(inner[key]) for key in reversed(inner)}
        return [shuffle(one) for one in inner] if isinstance(inner, list) else inner

    assert content_id("x", shuffle(value)) == content_id("x", value)


@given(st.text(st.characters(categories=["Cs", "Ll"]), max_size=5))
@example("\ud800")
def test_lone_surrogates_have_names_of_their_own(text: str) -> None:
    assert len(content_id("x", text)) == 34
    assert content_id("x", text) != content_id("x", text + "\udfff")


@given(st.text(max_size=5))
def test_seeds_fit_into_63_bits(name: str) -> None:
    assert 0 <= seed_of(name) < 2**63

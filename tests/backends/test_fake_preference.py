"""The fake's dials for preferences: each has its effect at a known strength, and none at 0."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import pytest

from harness.backends.fake import Backend
from harness.datatypes import preference
from harness.errors import Unusable
from harness.types import Cell, Connect, Message, ModelIdentity, Reply, Request

DRAWS = 1500
FIELDS = {"a": "A short one.", "b": "This one is a good deal longer than that.", "p": {"a": 3, "b": 1}}
QUALITY = {"a": 0.75, "b": 0.25}


def make_request(
    seed: int, levels: dict[str, str] | None = None, key: str = "1", fields: dict[str, Any] | None = None, **config: Any
) -> Request:
    levels, fields = levels or {}, fields or FIELDS
    asked = preference.Config(**config).model_dump()
    options = preference.options_shown(asked, levels, fields)
    told = preference.constraint(asked, tuple(options), levels)
    cell = Cell(
        "d", key, 0, tuple(options), fields, levels, tuple(options.values()), asked, datatype="preference"
    )  # fmt: skip
    return Request(f"generation_{seed}", (Message("user", "which?"),), {}, seed, cell, told)


def ask(request: Request, **dials: Any) -> str:
    backend = Backend(ModelIdentity("demo", "fake", "fake", parameters=dials), Connect())
    try:
        backend.complete(request).send(None)
    except StopIteration as done:
        reply: Reply = done.value
        return reply.text
    raise AssertionError("the fake waited")


def choices(
    levels: dict[str, str] | None = None, draws: int = DRAWS, dials: dict[str, Any] | None = None, **config: Any
):
    """Read what the fake says with the parser that will read it; what is not read is None."""
    said = []
    for seed in range(draws):
        request = make_request(seed, levels, **config)
        parsed = preference.parse(ask(request, **(dials or {})), request.cell)
        said.append(parsed.records[0]["choice"] if parsed.records else None)
    return said


def assert_share(said: list[str | None], choice: str | None, p: float) -> None:
    share = said.count(choice) / len(said)
    assert abs(share - p) < 4 * math.sqrt(p * (1 - p) / len(said)) + 1e-9, (choice, share, p)


@pytest.mark.parametrize("level", ["text", "json", "choice"])
@pytest.mark.parametrize("rationale", [False, True])
def test_at_0_every_answer_parses_and_follows_the_quality(level: str, rationale: bool) -> None:
    said = choices({"format": level}, dials={"quality": QUALITY}, rationale=rationale)
    assert set(said) == {"a", "b"}
    assert_share(said, "a", 0.75)


def test_quality_may_come_from_the_item_and_may_name_the_tie() -> None:
    assert_share(choices(dials={"truth": "p"}), "a", 0.75)
    assert_share(choices(dials={"quality": {"a": 1, "tie": 1}}), "tie", 0.5)


def test_the_latent_quality_is_the_items_whatever_the_order_and_the_names() -> None:
    for key in "12345":
        said = set()
        for order in ("given", "swapped"):
            for names in ("letters", "symbols"):
                request = make_request(7, {"answer_order": order, "names": names}, key)
                said.add(preference.parse(ask(request, majority_pull=1), request.cell).records[0]["choice"])
        assert len(said) == 1


def test_items_differ_in_their_quality() -> None:
    requests = [make_request(seed, key=str(seed)) for seed in range(300)]
    found = Counter(preference.parse(ask(r, majority_pull=1), r.cell).records[0]["choice"] for r in requests)
    assert set(found) == {"a", "b"} and abs(found["a"] - 150) < 45


BENT = [
    ({"tie_rate": 0.3}, {}, "tie", 0.3),
    ({"position_bias": 0.4}, {}, "a", 0.4 + 0.6 * 0.75),
    ({"position_bias": 0.4}, {"answer_order": "swapped"}, "b", 0.4 + 0.6 * 0.25),
    ({"length_bias": 0.4}, {}, "b", 0.4 + 0.6 * 0.25),
    ({"length_bias": 0.4}, {"answer_order": "swapped"}, "b", 0.4 + 0.6 * 0.25),
    ({"name_bias": {"B": 0.5}}, {}, "b", 0.5 + 0.5 * 0.25),
    ({"name_bias": {"Answer B": 0.5}}, {"answer_order": "swapped"}, "a", 0.5 + 0.5 * 0.75),
    ({"name_bias": {"Square": 0.5}}, {"names": "symbols"}, "b", 0.5 + 0.5 * 0.25),
    ({"name_bias": {"Square": 0.5}}, {"names": "letters"}, "b", 0.25),
    ({"majority_pull": 0.6}, {}, "a", 0.6 + 0.4 * 0.75),
    ({"bandwagon_pull": 0.5}, {}, "b", 0.25),
    ({"bandwagon_pull": 0.5}, {"bandwagon": "second"}, "b", 0.5 + 0.5 * 0.25),
    ({"bandwagon_pull": 0.5}, {"bandwagon": "first", "answer_order": "swapped"}, "b", 0.5 + 0.5 * 0.25),
    ({"distraction_pull": 0.5}, {}, "b", 0.25),
    ({"distraction_pull": 0.5}, {"distraction": "second"}, "b", 0.5 + 0.5 * 0.25),
    ({"garble": 0.3}, {}, None, 0.3),
    ({"refusal": 0.3}, {}, None, 0.3),
    ({"verbosity": 1.0}, {}, "a", 0.75),
    ({"verbosity": 1.0, "tie_rate": 0.5}, {}, "tie", 0.5),
]


@pytest.mark.parametrize(("dials", "levels", "choice", "p"), BENT, ids=[f"{case[0]} {case[1]}" for case in BENT])
def test_a_dial_shows_what_it_should(
    dials: dict[str, Any], levels: dict[str, str], choice: str | None, p: float
) -> None:
    said = choices(levels, dials={"quality": QUALITY, **dials})
    assert_share(said, choice, p)
    if "garble" not in dials and "refusal" not in dials:
        assert None not in said


@pytest.mark.parametrize("dial", ["tie_rate", "position_bias", "length_bias", "verbosity", "garble", "majority_pull"])
def test_turning_one_dial_leaves_the_other_draws(dial: str) -> None:
    """Where the dial does not act, what was said without it is said."""
    plain, turned = choices(dials={"quality": QUALITY}), choices(dials={"quality": QUALITY, dial: 0.2})
    same = sum(a == b for a, b in zip(plain, turned, strict=True))
    assert same >= DRAWS * 0.78
    if dial == "verbosity":
        assert plain == turned


def test_under_a_constraint_nothing_is_garbled_or_wordy() -> None:
    dials = {"garble": 1.0, "verbosity": 1.0, "quality": QUALITY}
    assert ask(make_request(1, {"format": "choice"}), **dials) in ("Answer A", "Answer B")
    assert set(json.loads(ask(make_request(1, {"format": "json"}), **dials))) == {"choice"}
    assert set(json.loads(ask(make_request(1, {"format": "json"}, rationale=True), **dials))) == {"choice", "rationale"}


@pytest.mark.parametrize(
    ("dials", "said"),
    [
        ({"quality": {"c": 1}}, "says of no answer"),
        ({"quality": {"a": -1, "b": 1}}, "says of no answer"),
        ({"quality": {"a": 0}}, "says of no answer"),
        ({"truth": "nowhere"}, "field 'nowhere'"),
        ({"truth": "p", "quality": QUALITY}, "both"),
        ({"probs": QUALITY}, "no dial of a preference"),
        ({"name_bias": 0.5}, "name_bias"),
        ({"name_bias": {"A": 0.7, "B": 0.7}}, "name_bias"),
        ({"tie_rate": 2}, "tie_rate"),
        ({"position_biass": 0.5}, "did you mean position_bias"),
    ],
)
def test_a_dial_that_does_not_fit_is_refused(dials: dict[str, Any], said: str) -> None:
    with pytest.raises(Unusable) as caught:
        ask(make_request(1), **dials)
    assert said in f"{caught.value.what} {caught.value.remedy}"


def test_ties_cannot_be_said_where_there_are_none() -> None:
    with pytest.raises(Unusable, match="no tie may be said"):
        ask(make_request(1, tie=False), tie_rate=0.2)

"""Names beside points: none over another, none over a point, none outside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.report.naming import _box, _meet, place_names

WIDTH, HEIGHT = 400.0, 260.0
points = st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT), st.text("abc", min_size=1, max_size=20)))


@given(points)
def test_no_name_lies_over_another_over_a_point_or_outside(there: list[tuple[float, float, str]]) -> None:
    places = place_names(there, WIDTH, HEIGHT)
    boxes = [_box(*point, place) for point, place in zip(there, places, strict=True) if place]
    assert all(box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= HEIGHT for box in boxes)
    assert not any(_meet(a, b) for n, a in enumerate(boxes) for b in boxes[:n])
    assert not any(box[0] < x < box[2] and box[1] < y < box[3] for box in boxes for x, y, _ in there)


def test_a_name_alone_stands_to_the_right_and_at_the_edge_to_the_left() -> None:
    assert place_names([(200, 100, "respect")], WIDTH, HEIGHT)[0][:2] == ("left", "middle")  # type: ignore[index]
    assert place_names([(395, 100, "respect")], WIDTH, HEIGHT)[0][:2] == ("right", "middle")  # type: ignore[index]


def test_points_in_one_place_are_named_as_far_as_there_is_room() -> None:
    placed = place_names([(200, 100, "a" * 12)] * 20, WIDTH, HEIGHT)
    assert 2 <= sum(place is not None for place in placed) < 20

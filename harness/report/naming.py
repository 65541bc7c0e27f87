"""Where the names of points stand on a chart: beside each, off the others.

What this refuses: to write one name over another. A name for which there is no room is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

LETTER, LINE, AWAY = 5.6, 11.0, 7.0  # pixels of a letter and a line at font size 10; between a point and its name
PLACES = (  # align, baseline, dx, dy: the first that is free is taken
    ("left", "middle", AWAY, 0.0),
    ("right", "middle", -AWAY, 0.0),
    ("center", "bottom", 0.0, -AWAY + 1),
    ("center", "top", 0.0, AWAY),
    ("left", "bottom", AWAY - 3, -3.0),
    ("left", "top", AWAY - 3, 4.0),
    ("right", "bottom", 3 - AWAY, -3.0),
    ("right", "top", 3 - AWAY, 4.0),
)
Place = tuple[str, str, float, float]
Box = tuple[float, float, float, float]


def place_names(points: Sequence[tuple[float, float, str]], width: float, height: float) -> list[Place | None]:
    """Say where each point's name stands; None where there is no room.

    Args:
        points: (x, y, name), in pixels from the top left.
        width, height: of the chart; names stay within.
    """
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y, _ in points]
    places: list[Place | None] = []
    for x, y, name in points:
        found = None
        for place in PLACES:
            box = _box(x, y, name, place)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
            if inside and not any(_meet(box, other) for other in taken):
                found = place
                taken.append(box)
                break
        places.append(found)
    return places


def _box(x: float, y: float, name: str, place: Place) -> Box:
    align, baseline, dx, dy = place
    wide = LETTER * len(name)
    left = x + dx - {"left": 0.0, "center": wide / 2, "right": wide}[align]
    top = y + dy - {"top": 0.0, "middle": LINE / 2, "bottom": LINE}[baseline]
    return left, top, left + wide, top + LINE


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]

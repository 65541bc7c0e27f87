"""coverage(points, centres): the share of centres that have a point nearby.

Nearby is within the distance to the centre's fifth-nearest fellow centre (Naeem et al. 2020, arXiv 2002.09797): 1 if
wherever centres lie, points lie as well. Of as many points of the same distribution it is about 0.97, 1 - 2⁻⁵.
"""

from __future__ import annotations

from harness.functions._reach import Vectors, find_near

TAKES = ["float[][]", "float[][]"]
GIVES = "double"


def call(points: Vectors, centres: Vectors) -> float:
    """Cover centres by points; NaN where there are no points, or fewer than two centres."""
    near = find_near(points, centres)
    return float("nan") if near is None else float(near.any(axis=0).mean())

"""in_reach(points, centres): the share of points that lie within reach of some centre.

The reach of a centre is the distance to its fifth-nearest fellow centre: the precision of Kynkäänniemi et al. 2019
(arXiv 1904.06991) where centres are people's, and their recall the other way round.
"""

from __future__ import annotations

from harness.functions._reach import Vectors, find_near

TAKES = ["float[][]", "float[][]"]
GIVES = "double"


def call(points: Vectors, centres: Vectors) -> float:
    """Count the points in reach; NaN where there are no points, or fewer than two centres."""
    near = find_near(points, centres)
    return float("nan") if near is None else float(near.any(axis=1).mean())

"""How far each of some points reaches among its fellows: to the fifth-nearest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Vectors = Sequence[Sequence[float]] | None

NEIGHBOURS = 5


def find_near(points: Vectors, centres: Vectors) -> npt.NDArray[np.bool_] | None:
    """Tell which points lie within reach of which centres.

    Returns:
        (points, centres); None where there are no points, or fewer than two centres.
    """
    if not points or not centres or len(centres) < 2:
        return None
    there, wanted = (np.asarray(rows, dtype=np.float64) for rows in (points, centres))
    there, wanted = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (there, wanted))
    # Of vectors of length 1 the nearest has the largest cosine.
    among: Floats = wanted @ wanted.T
    np.fill_diagonal(among, -np.inf)
    nth = min(NEIGHBOURS, len(wanted) - 1)
    reach = np.partition(among, -nth, axis=1)[:, -nth]
    near: npt.NDArray[np.bool_] = there @ wanted.T >= reach - 1e-12
    return near

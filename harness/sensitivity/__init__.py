"""How much of an artifact is the prompt's doing: what the estimates of several prompt variants say together.

Variants are taken as a meta-analysis takes studies. Modules, from arrays to rows:

* ``design``        which axes are varied, which are open, what another prompt would be
* ``between``       between-prompt variance with the noise taken out, and the prediction interval
* ``simultaneous``  intervals that hold for all variants at once, and the spread
* ``shares``        the share of each axis, and each level against the rest
* ``verdict``       robust, absent, prompt-dependent or cannot tell
* ``measure``       findings → rows
* ``components``    variance components of an outcome: item, model, prompt and what they share

Arrays in, arrays out; what this refuses: to read a database, and to draw without a generator that is handed in.
"""

from __future__ import annotations

from harness.sensitivity.components import components
from harness.sensitivity.measure import AxisEffect, Sensitivity, measure

__all__ = ["AxisEffect", "Sensitivity", "components", "measure"]

"""What a word is, for all extractors: a run of letters and digits, with inner apostrophes and hyphens."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")

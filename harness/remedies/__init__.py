"""One file each: what may be done about an artifact after the answers are there. The file name is the registration.

A remedy looks at one annotator's answers in one data set, beside people's, and says which answers stay. A file says in
its docstring's first line what it does, and holds:

``READS``
    what it cannot do without: ``"text"``, ``"class"``, ``"fault"``; a study without it is told so.
``OPTIONS``
    option → its value where nobody says.
``choose(model, people, options, rng) -> flags``
    ``model`` and ``people`` are ``_rows.Rows`` (arrays, one place a row); ``rng`` is the only chance. The answer
    is True for each of the model's rows that stays. Weights become rows by thinning: a row stays with probability
    weight / largest weight (``_rows.thin``), because audits, learners and whoever reads the data count rows. What
    stays is a random part with the weighted distribution.

Mixing people's answers in is no remedy of this kind: an audit of a mix would compare people with themselves. What a
mix buys shows in training (``[train] hybrid``).

The curated answers are those of a new variant (``remedy=…``), so every audit, comparison and training runs on them.
"""

import re

CURATED = re.compile(r"(.*?) ?remedy=(\S+)")  # the variant that was curated, and the remedy


def is_curated(variant: str | None) -> bool:
    """Tell whether a variant is what a remedy left of another; it is no prompt then."""
    return CURATED.fullmatch(variant or "") is not None

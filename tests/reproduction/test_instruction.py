"""The drift of answers over versions of models comes out of the audits that ship."""

from __future__ import annotations

import pytest

from tests.conftest import shared_file
from tests.reproduction.instruction import rows


def test_lengths_and_lists_drift_as_they_were_measured() -> None:
    pytest.importorskip("py3langid")
    shared_file("instructions/alpaca_eval_outputs")
    shared_file("instructions/self_instruct")
    made = rows()
    assert all(row.holds or row.why for row in made), [row for row in made if not row.holds]
    lists = {row.quantity.split(", ")[1]: row for row in made if row.quantity.startswith("%")}
    assert [who for who, row in lists.items() if not row.holds] == ["people"]
    assert lists["people"].ours == pytest.approx(
        100 * 50 / 252
    )  # 42 as the reference counts, and eight whose lists begin with a plus
    # Words are counted otherwise: marks that stand alone are no words.
    assert all(0.93 < row.ours / row.reference < 1.05 for row in made if row.quantity.startswith("words"))

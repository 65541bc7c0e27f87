"""What each item's answers are made of, by option: the model's beside people's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import plugins
from harness.errors import DataError
from harness.store.database import SQL, Store
from harness.store.quoting import identifier

if TYPE_CHECKING:
    import pandas as pd

    from harness.study import Study


def read_shares(store: Store, study: Study) -> pd.DataFrame:
    """Read shares of options.

    Returns:
        dataset, model, variant, wave, option, key, cluster, model_share, people_share (NaN where nobody answered).

    Raises:
        DataError: the data type has no options.
    """
    datatype = plugins.load("datatypes", study.datatype)
    chosen = getattr(datatype, "CHOSEN", None)
    if chosen is None:
        raise DataError(
            f"a {study.datatype} has no options whose shares could be corrected",
            where=f"study {study.name}", remedy="choose a study of labels or preferences",
        )  # fmt: skip
    query = (SQL / "correct.sql").read_text(encoding="utf-8")
    answers = (
        f"(select dataset, key, cluster, kind, model, variant, wave, {identifier(chosen)} as chosen from "
        f"{datatype.TABLE} where study = $study and kind in ('human', 'llm') and {identifier(chosen)} is not null)"
    )
    return store.sql(query.replace("from answers", f"from {answers}"), {"study": study.name})

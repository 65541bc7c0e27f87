"""The keys of sums on a bench: what annotators who are put against each other have in common."""

from __future__ import annotations

import duckdb
import numpy as np

from harness.inference import Ints
from harness.store.database import fetch
from harness.store.quoting import identifier


def match_keys(connection: duckdb.DuckDBPyConnection, groups: list[list[int]]) -> list[dict[int, Ints]]:
    """Give all members of a group the same keys, each under its own number: those that any of them has.

    Returns:
        for each group, focal number → its keys' numbers, in one order for all of the group.
    """
    import pandas as pd

    members = [(place, number) for place, group in enumerate(groups) for number in group]
    connection.register("members", pd.DataFrame(members, columns=["group_no", "focal_no"], dtype="int64"))
    names = [name for name, *_ in fetch(connection, "describe keys") if name not in ("key_no", "dataset")]
    others = ", ".join(f"k.{identifier(name)}" for name in names)
    connection.execute(
        "create or replace table shared as select row_number() over () as content_no, * from (select distinct "
        f"m.group_no, {others} from keys k join members m on k.dataset = m.focal_no)"
    )
    wanted = "shared s join members m using (group_no)"
    same = " and ".join(f"k.{identifier(name)} is not distinct from s.{identifier(name)}" for name in names)
    owned = f"k.dataset = m.focal_no and {same}"
    connection.execute(
        "insert into keys by name select (select max(key_no) from keys) + row_number() over () as key_no, * from "
        f"(select distinct m.focal_no as dataset, s.* exclude (content_no, group_no) from {wanted} "
        f"where not exists (from keys k where {owned}))"
    )
    found = connection.execute(
        f"select group_no, focal_no, key_no from {wanted} join keys k on {owned} order by group_no, content_no"
    ).fetchnumpy()
    connection.unregister("members")
    group, focal, key = (np.asarray(found[name], dtype=np.int64) for name in ("group_no", "focal_no", "key_no"))
    return [{n: key[(group == place) & (focal == n)] for n in own} for place, own in enumerate(groups)]


def name_persons(connection: duckdb.DuckDBPyConnection, persons: dict[int, Ints], opaque: str) -> dict[int, Ints]:
    """Make persons the keys: each focal annotator's, in the order of their numbers.

    Args:
        persons: focal number → numbers of persons.
        opaque: the other columns of who a focal annotator is, as SQL.

    Returns:
        focal number → its keys' numbers.
    """
    import pandas as pd

    sizes = [len(known) for known in persons.values()]
    numbers = np.concatenate(list(persons.values()))
    frame = pd.DataFrame(
        {"key_no": np.arange(len(numbers)), "focal_no": np.repeat(list(persons), sizes), "person": numbers}
    )
    connection.register("persons_frame", frame)
    connection.execute(
        "create or replace table keys as select key_no::integer as key_no, focal_no::integer as dataset, "
        f"{opaque}person::integer as person from persons_frame order by key_no"
    )
    connection.unregister("persons_frame")
    return dict(zip(persons, np.split(np.arange(len(numbers)), np.cumsum(sizes)[:-1]), strict=True))

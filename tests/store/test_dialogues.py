"""What people said to each other is one answer; what several people said, each alone, is several."""

from __future__ import annotations

import duckdb
import pandas as pd

from harness.store.layout import lay_out


def answers(rows: list[tuple[str, str, str, int, int]]) -> pd.DataFrame:
    """Lay out turns of (item, annotator, kind, sample, part), and give answer, sample and person of each."""
    frame = pd.DataFrame(rows, columns=["key", "annotator_id", "kind", "sample", "part"])
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    connection.execute(
        "create table taken_turns as select 'd' as dataset, 'c' || key as cluster, 0::smallint as bucket, "
        "case kind when 'llm' then 'm' end as model, case kind when 'llm' then 'v' end as variant, "
        "case kind when 'llm' then '1' end as wave, null::varchar as bindings, 'user' as as_role, "
        "case kind when 'human' then annotator_id end as person, * from frame"
    )
    lay_out(connection, ["turns"])
    return connection.execute("select part, answer_no, sample, person_no from rows_turns order by 2, 1").df()


def test_two_people_who_talk_are_one_answer_of_no_one_person():
    told = answers([("1", "ann", "human", 0, 0), ("1", "ben", "human", 0, 1), ("1", "ann", "human", 0, 2)])
    assert told["answer_no"].nunique() == 1 and told["part"].tolist() == [0, 1, 2]
    assert told["person_no"].isna().all()


def test_two_people_who_each_spoke_alone_are_two_answers():
    told = answers([("1", "ann", "human", 0, 0), ("1", "ben", "human", 0, 0), ("1", "ann", "human", 0, 1)])
    assert told["answer_no"].nunique() == told["sample"].nunique() == told["person_no"].nunique() == 2


def test_one_person_who_speaks_keeps_their_name():
    told = answers([("1", "ann", "human", 0, 0), ("1", "ann", "human", 0, 1), ("1", "m", "llm", 0, 0)])
    assert told["answer_no"].nunique() == 2 and told["person_no"].notna().sum() == 2

"""The items of the test on a bench: each seed of a trained annotator speaks for itself there, as a variant.

What this refuses: an item that taught anybody. Teachers and people are seen on the items of the test only, so that
what is compared is compared on the same items.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness import plugins
from harness.store.bench import Bench
from harness.store.database import Store, fetch
from harness.store.layout import open_bench, rows_of
from harness.store.quoting import identifier, quoted

if TYPE_CHECKING:
    from harness.study import Study

ASKED = "(select p.item_id from trained t join store.predictions p using (fit_id) where t.study = $study)"
APART = (
    "case when kind = 'trained' then variant || ' seed=' || sample else variant end as variant, "
    "case when kind = 'trained' then 0 else sample end as sample"
)


@dataclass(frozen=True)
class Speaker:
    """A training as it speaks on the bench, and who taught it.

    Attributes:
        variant: the trained annotator's; ``told`` is this one seed's.
        teacher: (model, variant, wave) of the model that taught; None: people.
        human, size: of a mixture, of a learning curve; else None.
        taught: class → its share in what was taught; None where texts are written, and of runs of earlier days.
    """

    dataset: str
    model: str
    variant: str
    seed: int
    corpus: str
    human: int | None
    size: int | None
    items: int
    pool: int
    teacher: tuple[str, str, str] | None
    taught: Mapping[str, float] | None = field(hash=False)

    @property
    def told(self) -> str:
        """What the bench calls it."""
        return f"{self.variant} seed={self.seed}"

    @property
    def alone(self) -> bool:
        """Whether one corpus, and all of it, taught."""
        return self.human is None and self.size is None


def list_speakers(store: Store, study: Study) -> list[Speaker]:
    """List the trainings that speak in a study as it stands."""
    query = (
        "select f.dataset, t.model, t.variant, t.sample, t.corpus, t.human, t.size, t.items, t.pool, "
        "f.taught::varchar, r.model, r.variant, r.wave from trained t join fits f using (fit_id) "
        "left join store.roster r on r.study = t.study and r.study_hash = t.study_hash "
        "and r.annotator_id = t.corpus_annotator where t.study = ? order by all"
    )
    with store.read() as connection:
        rows = fetch(connection, query, [study.name])
    names = ("dataset", "model", "variant", "seed", "corpus", "human", "size", "items", "pool")
    return [
        Speaker(
            **dict(zip(names, row, strict=False)),
            taught=None if row[9] is None else json.loads(row[9]),
            teacher=None if row[10] is None else tuple(row[10:]),
        )
        for row in rows
    ]


def open_tests(
    store: Store, study: Study, extractors: Mapping[str, tuple[str, list[str]]]
) -> AbstractContextManager[Bench]:
    """Lay out what everybody said of the items of the test, for the study's own audits."""
    selects = {
        name: f"select * replace ({APART}) from ({select}) where item_id in {ASKED}"
        for name, select in rows_of(study).items()
    }
    return open_bench(store, study, extractors, selects)


def open_readings(store: Store, study: Study) -> AbstractContextManager[Bench]:
    """Lay out how well those who write foresee what people wrote to the items of the test: the relation ``readings``.

    Its rows are items, with the bits and the tokens of a person's answer.
    """
    query = (
        "select i.dataset, i.key, i.cluster, i.bucket, 'trained' as kind, t.model, "
        "t.variant || ' seed=' || t.sample as variant, '1' as wave, null::varchar as person, 0 as sample, 0 as part, "
        "p.item_id, t.annotator_id, sum(p.loss) / ln(2) as bits, sum(p.tokens)::double as tokens "
        "from trained t join store.predictions p using (fit_id) "
        "join items i on i.study = t.study and i.item_id = p.item_id "
        "where t.study = $study and p.loss is not null group by all"
    )
    return open_bench(store, study, None, {"readings": query})


def open_scores(store: Store, study: Study) -> AbstractContextManager[Bench]:
    """Lay out choices and classes of the items of the test as labels, whatever the study's data type.

    Where the classes of texts were taught, each text is an item of its own, and its class is what people said.
    """
    datatype = plugins.load("datatypes", study.datatype)
    chosen = getattr(datatype, "CHOSEN", None)
    where = "i.dataset, i.key || case when p.part > 0 then '#' || p.part else '' end as key, i.cluster, i.bucket"
    trained = (
        f"select {where}, 'trained' as kind, t.model, t.variant || ' seed=' || t.sample as variant, '1' as wave, "
        f"null::varchar as person, 0 as sample, 0 as part, p.record ->> {quoted(chosen or 'class')} as label, "
        "p.item_id, t.annotator_id, p.probabilities::map(varchar, double) as shares, t.bindings "
        "from trained t join store.predictions p using (fit_id) "
        "join items i on i.study = t.study and i.item_id = p.item_id where t.study = $study"
    )
    if chosen is None:
        others = (
            f"select distinct {where}, 'human' as kind, null as model, null as variant, null as wave, "
            "null::varchar as person, 0 as sample, 0 as part, p.truth as label, p.item_id, p.item_id as annotator_id, "
            "null::map(varchar, double) as shares, null::json as bindings "
            "from trained t join store.predictions p using (fit_id) "
            "join items i on i.study = t.study and i.item_id = p.item_id where t.study = $study"
        )
    else:
        others = (
            "select dataset, key, cluster, bucket, kind, model, variant, wave, person, sample, part, "
            f"{identifier(chosen)} as label, item_id, annotator_id, null::map(varchar, double) as shares, bindings "
            f"from {datatype.TABLE} where study = $study and kind <> 'trained' and item_id in {ASKED}"
        )
    every = f"({trained} union all {others})"
    soft = (
        "select * exclude (label, shares, one), one.key as label, one.value as probability, 1.0 as mass from ("
        f"select *, unnest(map_entries(shares)) as one from {every} where shares is not null) "
        f"union all by name select * exclude (shares), 1.0 as probability, 1.0 as mass from {every} "
        "where kind = 'human'"
    )
    return open_bench(store, study, None, {"labels": f"select * exclude (shares) from {every}", "soft_labels": soft})

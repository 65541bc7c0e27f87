"""A part of the pipeline: how often learners tell each class of texts, beside how often they were taught it.

From both what people do is taken off: from what learners say of the test's texts the classes that people gave these,
from what taught them what people's texts of the same seed would have taught. So a class that a corpus was made to
hold more of is in the corpus, and only what learners add to it is amplification (Zhao et al. 2017, EMNLP). What was
taught is known and not estimated; its chance is that of training, as elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from harness.amplification import mean_over_seeds
from harness.audit import measure
from harness.auditfile import Audit, read_score
from harness.examination import AS_IS, Class, Row, judged_together, metrics_of, row_of, stack_of, told_of
from harness.passes import Curve
from harness.pupils import Pupils, Seat, focal
from harness.store.bench import Bench, Focal
from harness.store.examined import Speaker
from harness.study import Study
from harness.training import HUMAN, SHARES


def amplify_classes(bench: Bench, study: Study, speakers: Sequence[Speaker]) -> list[Row]:
    """Measure what training adds to the share of each class.

    Args:
        bench: as ``open_scores`` lays it out.

    Returns:
        rows of the table ``amplifications``, corrected and judged; none of a corpus beside which people's texts teach
        nobody, and of trainings that do not say what they were taught.
    """
    audit = read_score(SHARES)
    pupils = Pupils(bench, [one for one in speakers if one.alone and one.taught])
    wanted: list[Seat] = []
    classes: list[Class] = []
    for group in pupils.groups.values():
        begin = len(wanted)
        wanted += [focal(pupils.seat(one), begin + n) for n, one in enumerate(group)]
        classes.append(Class(group, range(begin, len(wanted))))
    focals, curves, _ = measure(bench, audit, study, wanted, AS_IS)
    people = {key[:2]: group for key, group in pupils.groups.items() if group[0].corpus == HUMAN}
    rows: list[Row] = []
    for each in classes:
        by_people = people.get((each.group[0].dataset, each.group[0].model), [])
        if [one.seed for one in by_people] == [one.seed for one in each.group]:
            rows += _beside_taught(audit, each, by_people, focals, curves)
    return judged_together(audit, rows)


def _beside_taught(
    audit: Audit, each: Class, by_people: Sequence[Speaker], focals: Mapping[int, Focal], curves: Curve
) -> Iterator[Row]:
    """Put what the trainings of one corpus say of each class beside what taught them; seeds in one order."""
    for metric in metrics_of(each.own, curves):
        trained, of = stack_of(each.own, metric, curves), focals[each.own[0]]
        taught = np.array([
            (one.taught or {}).get(metric, 0.0) - (human.taught or {}).get(metric, 0.0)
            for one, human in zip(each.group, by_people, strict=True)
        ])  # fmt: skip
        drawn = each.group[0].items / each.group[0].pool
        row = row_of(audit, metric, each.group, of, trained, float(taught.mean()))
        yield row | told_of(mean_over_seeds(trained - taught[:, None], of.clusters, drawn))

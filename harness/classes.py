"""A part of the pipeline: how often learners tell each class of texts, beside how often they were taught it.

From both what people do is taken off: from what learners say of the test's texts the classes that people gave these,
from what taught them what people's texts of the same seed would have taught. So a class that a corpus was made to
hold more of is in the corpus, and only what learners add to it is amplification (Zhao et al. 2017, EMNLP). What was
taught is known and not estimated; its chance is that of training, as elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from harness.amplification import mean_over_seeds
from harness.audit import measure
from harness.auditfile import Audit, read_score
from harness.examination import AS_IS, Row, judged_together, row_of, told_of
from harness.inference import Floats
from harness.passes import Curve
from harness.pupils import Pupils, focal
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
    groups = list(pupils.groups.items())
    wanted = [focal(pupils.seat(one), n) for n, one in enumerate(one for _, group in groups for one in group)]
    focals, curves, _ = measure(bench, audit, study, wanted, AS_IS)
    people = {key[:2]: group for key, group in groups if group[0].corpus == HUMAN}
    rows: list[Row] = []
    begin = 0
    for (dataset, learner, _), group in groups:
        own, begin = range(begin, begin + len(group)), begin + len(group)
        by_people = people.get((dataset, learner), [])
        if [one.seed for one in by_people] == [one.seed for one in group]:
            rows += _beside_taught(audit, group, by_people, focals[own[0]], [_of(curves, n) for n in own])
    return judged_together(audit, rows)


def _of(curves: Curve, number: int) -> dict[str, Floats]:
    return {metric: curve for (one, metric), curve in curves.items() if one == number}


def _beside_taught(
    audit: Audit, group: Sequence[Speaker], by_people: Sequence[Speaker], of: Focal, said: Sequence[dict[str, Floats]]
) -> Iterator[Row]:
    """Put what the trainings of one corpus say of each class beside what taught them; seeds in one order."""
    drawn = group[0].items / group[0].pool
    for metric in sorted(set.intersection(*map(set, said))):
        trained = np.stack([one[metric] for one in said])
        taught = np.array([
            (one.taught or {}).get(metric, 0.0) - (human.taught or {}).get(metric, 0.0)
            for one, human in zip(group, by_people, strict=True)
        ])  # fmt: skip
        row = row_of(audit, metric, group, of, trained, float(taught.mean()))
        yield row | told_of(mean_over_seeds(trained - taught[:, None], of.clusters, drawn))

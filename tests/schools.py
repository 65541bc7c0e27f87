"""Small worlds that can be taught: a text's first word says how often people say yes to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from harness import pipeline, secondorder
from harness.store import Store
from harness.study import Study
from tests.studies import MAPPED, generate_and_parse, write_study

SHARES = {"sun": 0.9, "rain": 0.85, "wind": 0.85, "snow": 0.8, "fog": 0.8, "hail": 0.8, "ice": 0.1}


def school(folder: Path, *, items: int = 280, people: int = 3, train: Any = None, **given: Any) -> Study:
    """Write a study whose people draw their labels from their item's share, and read it."""
    rng = np.random.default_rng(7)
    rows = ["item,text,truth,annotator,label"]
    for number in range(items):
        word = list(SHARES)[number % len(SHARES)]
        yes = SHARES[word]
        truth = json.dumps({"yes": yes, "no": 1 - yes}).replace('"', '""')
        rows += [
            f'{number},{word} and {number},"{truth}",p{person},{"yes" if rng.random() < yes else "no"}'
            for person in range(people)
        ]
    data = [{**MAPPED, "fields": {"text": "text", "truth": "truth"}}]
    taught = {"seeds": 3, "fields": ["text"], **(train or {})}
    parameters = {"truth": "truth", **given.pop("parameters", {})}
    files = {"people.csv": "\n".join(rows) + "\n"}
    return Study.load(write_study(folder, files=files, data=data, train=taught, parameters=parameters, **given))


def teach(study: Study, store: Store, **options: Any) -> int:
    """Answer, then train without a word."""
    generate_and_parse(study, store)
    return secondorder.train_study(study, store, say=lambda _: None, **options)


def examine(study: Study, store: Store, only: list[str]) -> Any:
    """Measure what training adds to some artifacts; give the table."""
    pipeline.resolve(study, store)
    secondorder.examine_study(study, store, only=only, say=lambda _: None)
    return store.amplifications(study.name)

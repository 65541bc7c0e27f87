"""embedding_logreg: logistic regression on sentence vectors (all-MiniLM-L6-v2); seconds once the vectors are there.

Vectors come from the extractor ``embedding``, have length 1, and are computed once per distinct text. A text without
a word has the vector 0. ``C`` is the inverse of the ridge's strength. Seeds differ by the items that were drawn.
Of pairs of answers it learns the difference of their vectors, of their lengths, and the first place
(see ``tfidf_logreg``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.learners import _logreg
from harness.types import Lesson, Workplace

VERSION = "1"
PACKAGES = ("sklearn",)
EXTRA = "train"
SERVES = ("classify", "prefer")
OPTIONS: Mapping[str, Any] = {"C": 10.0}
FEATURES = "embedding"


def make(options: Mapping[str, Any], seed: int, place: Workplace) -> Model:
    """Make an untaught model."""
    del seed
    return Model(options, place)


class Model:
    """Vectors → classes."""

    def __init__(self, options: Mapping[str, Any], place: Workplace) -> None:
        self._options = options
        self._vectors = place.vectors
        self._model: Any = None
        self._classes: tuple[str, ...] = ()
        self._pairs = False

    def fit(self, lesson: Lesson) -> None:
        """Learn the lesson."""
        self._classes = lesson.classes
        self._pairs = bool(lesson.inputs) and not isinstance(lesson.inputs[0], str)
        features = self._features(lesson.inputs)
        self._model = _logreg.fit(features, lesson.targets, lesson.weights, self._options["C"])

    def predict_proba(self, inputs: Sequence[Any]) -> Any:
        """Give (inputs, classes) probabilities."""
        return _logreg.predict(self._model, self._features(inputs), len(self._classes))

    def told(self) -> dict[str, float]:
        """Tell what length and the first place are worth, where pairs of answers were taught."""
        return _logreg.told(self._model) if self._pairs else {}

    def _features(self, inputs: Sequence[Any]) -> Any:
        if not self._pairs:
            return self._vectors(inputs)
        first, *others = (self._vectors([pair[place] for pair in inputs]) for place in range(1, len(inputs[0])))
        length = _logreg.lengths(inputs)
        return np.hstack([*(first - other for other in others), length[:, :1] - length[:, 1:]])

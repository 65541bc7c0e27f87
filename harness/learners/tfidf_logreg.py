"""tfidf_logreg: logistic regression on words and pairs of words (tf-idf); seconds on thousands of texts.

Words in lower case and pairs of neighbours, sublinear tf-idf in rows of length 1, and a multinomial logistic
regression with a ridge (``C`` is the inverse of its strength; ``least`` the texts that a word must stand in). It
draws nothing itself: the same lesson makes the same model whatever the seed, and seeds differ by the items that were
drawn.

A soft label counts once per class, by its share. Of pairs of answers it learns the difference between their words,
between their lengths (log of words), and what speaks for the first place whatever stands there; ``told`` says the
last two, as log odds of the first answer against the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.learners import _logreg
from harness.types import Lesson, Workplace

VERSION = "1"
PACKAGES = ("sklearn",)
EXTRA = "train"
SERVES = ("classify", "prefer")
OPTIONS: Mapping[str, Any] = {"C": 10.0, "least": 1}
FEATURES = None


def make(options: Mapping[str, Any], seed: int, place: Workplace) -> Model:
    """Make an untaught model."""
    del seed, place
    return Model(options)


class Model:
    """Words → classes."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._model: Any = None
        self._classes: tuple[str, ...] = ()

    def fit(self, lesson: Lesson) -> None:
        """Learn the lesson."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._classes = lesson.classes
        self._tfidf = TfidfVectorizer(
            ngram_range=(1, 2), sublinear_tf=True, min_df=self._options["least"], token_pattern=r"(?u)\b\w+\b|[^\w\s]"
        )
        self._pairs = bool(lesson.inputs) and not isinstance(lesson.inputs[0], str)
        self._tfidf.fit(_texts(lesson.inputs) if self._pairs else lesson.inputs)
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
            return self._tfidf.transform(inputs)
        from scipy import sparse

        first, *others = (self._tfidf.transform([pair[place] for pair in inputs]) for place in range(1, len(inputs[0])))
        length = _logreg.lengths(inputs)
        return sparse.hstack(
            [*(first - other for other in others), sparse.csr_matrix(length[:, :1] - length[:, 1:])], format="csr"
        )


def _texts(pairs: Sequence[Sequence[str]]) -> list[str]:
    return [answer for pair in pairs for answer in pair[1:]]

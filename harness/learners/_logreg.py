"""The logistic regression that the linear learners share: soft labels, weights, and classes that nobody taught."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

MOST_STEPS = 1000


def fit(features: Any, targets: Any, weights: Any, ridge: float) -> Any:
    """Fit on shares of classes: a row counts once per class, by its share; the likelihood of a distribution.

    Args:
        features: (n, numbers), sparse or not.
        targets: (n, K) shares.
        weights: (n,).
        ridge: the inverse of the ridge's strength, as scikit-learn's C.

    Returns:
        what predicts, or the number of the only class that was taught.
    """
    from sklearn.linear_model import LogisticRegression

    shares = np.asarray(targets, dtype=np.float64) * np.asarray(weights, dtype=np.float64)[:, None]
    row, taught = np.nonzero(shares)
    if len(np.unique(taught)) == 1:
        return int(taught[0])
    model = LogisticRegression(C=ridge, max_iter=MOST_STEPS)
    model.fit(features[row], taught, sample_weight=shares[row, taught])
    return model


def predict(model: Any, features: Any, classes: int) -> Any:
    """Give (n, classes) probabilities."""
    made = np.zeros((features.shape[0], classes))
    if isinstance(model, int):
        made[:, model] = 1.0
    else:
        made[:, model.classes_] = model.predict_proba(features)
    return made


def words(text: str) -> float:
    """Give the log of a text's length in words, from 0."""
    return math.log1p(len(text.split()))


def lengths(pairs: Sequence[Sequence[str]]) -> Any:
    """Give (n, answers) log lengths of the answers of (question, answer a, answer b, …)."""
    return np.array([[words(answer) for answer in pair[1:]] for pair in pairs])


def told(model: Any) -> dict[str, float]:
    """Tell what length and the first place are worth, in log odds of the first answer against the second.

    The difference in log length is the last number of a pair; nothing is told where there are more than two classes.
    """
    if isinstance(model, int) or len(model.classes_) != 2:
        return {}
    return {"length": float(-model.coef_[0][-1]), "first_place": float(-model.intercept_[0])}

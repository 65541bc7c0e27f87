"""preference_model: which of two answers is better, by a strength of each answer and by what should not matter.

The strength of an answer is linear in its sentence vector, its nearness to the question (cosine) and the natural
logarithm of its words, as in ``tfidf_logreg``. With strengths s, the place of an answer and a tie,

    P(i)   ∝ exp(s_i + g_i)              g: the advantage of each place over the last
    P(tie) ∝ exp(t + mean of s)

which for two answers is Davidson's tie (1970, JASA 65) with the order effect of Davidson and Beaver (1977, Biometrics
33), and without ties and places Bradley and Terry's model. It is symmetric by construction: with g = 0, answers that
change places change their probabilities. So a liking for the first place is a number that is learned and told, and
not hidden in the weights; ``told`` has it beside that of length, as log-odds, each with its standard error (a
sandwich over clusters). The vectors' weights have a ridge; length, nearness, places and ties have none, so that they
are not shrunk. Where all of a corpus agrees, those have no finite estimate; they are then held at ``MOST``, and no
error is told. What never differs between answers (nearness, where there is no question) is not told. Where the order
of answers was not drawn, the first place stands for whoever stood there: pairs sorted by their writers' names have
the writers in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from harness.errors import DataError

if TYPE_CHECKING:
    from harness.types import Lesson, Workplace

VERSION = "2"
PACKAGES = ("scipy",)
EXTRA = "train"
SERVES = ("prefer",)
FEATURES = "embedding"
OPTIONS: dict[str, Any] = {"ridge": 10.0}  # of the vectors' weights; half the ridge times the sum of squares

TIE = "tie"
MOST = 8.0  # log-odds: a coefficient at this bound is one that the data do not hold
FLAT = 1e-9  # what differs by less between the answers of every row is not there: a corpus without questions
NAMED = ("length", "relevance")

Floats = npt.NDArray[np.float64]


def make(options: Mapping[str, Any], _seed: int, place: Workplace) -> Learner:
    """Make an untaught model; nothing in it is chance."""
    return Learner({**OPTIONS, **options}, place)


class Learner:
    """Strengths, places and ties."""

    def __init__(self, options: Mapping[str, Any], place: Workplace) -> None:
        self._ridge, self._place = float(options["ridge"]), place
        self._told: dict[str, float] = {}

    def fit(self, lesson: Lesson) -> None:
        """Find the most likely coefficients, and how sure they are.

        Raises:
            DataError: a row has fewer than two answers.
        """
        from scipy.optimize import minimize

        self._classes = lesson.classes
        self._answers = len(lesson.classes) - (TIE in lesson.classes)
        seen = self._see(lesson.inputs)
        targets, weights = np.asarray(lesson.targets, dtype=float), np.asarray(lesson.weights, dtype=float)
        ridge = np.full(seen.shape[2], self._ridge)
        ridge[: self._free] = 0.0

        def cost(w: Floats) -> tuple[float, Floats]:
            logs = _log_shares(seen @ w)
            slope = -np.einsum("nk,nkd->d", weights[:, None] * (targets - np.exp(logs)), seen)
            return -float(weights @ (targets * logs).sum(1)) + 0.5 * float(ridge @ w**2), slope + ridge * w

        bounds = [(-MOST, MOST)] * self._free + [(None, None)] * (seen.shape[2] - self._free)
        found = minimize(
            cost, np.zeros(seen.shape[2]), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2_000}
        )
        self._w: Floats = found.x
        self._tell(seen, targets, weights, ridge, np.asarray(lesson.groups))

    def predict_proba(self, inputs: Sequence[Any]) -> Floats:
        """Give (inputs, classes) probabilities."""
        made: Floats = np.exp(_log_shares(self._see(inputs) @ self._w))
        return made

    def told(self) -> dict[str, float]:
        """Give length (log-odds of one more in log words), first_place, relevance, tie, and their errors."""
        return self._told

    def _see(self, inputs: Sequence[Any]) -> Floats:
        """Write each class of each row as numbers: (rows, classes, coefficients).

        A tie is the mean of the answers, and no place. First stand the free coefficients: length, relevance, the
        places but the last, and the tie.
        """
        parts = [tuple(one) for one in inputs]
        short = next((one for one in parts if len(one) != self._answers + 1), None)
        if short is not None:
            raise DataError(
                f"{self._answers} answers are compared, and a row has {len(short) - 1}", where="the corpus",
                remedy="give each row a question and its answers",
            )  # fmt: skip
        texts = sorted({text for one in parts for text in one})
        number = {text: n for n, text in enumerate(texts)}
        vectors = np.asarray(self._place.vectors(texts), dtype=float)
        places = np.array([[number[text] for text in one] for one in parts])
        questions, answers = vectors[places[:, 0]], vectors[places[:, 1:]]
        length = np.array([[math.log1p(len(text.split())) for text in one[1:]] for one in parts])
        near = np.einsum("nd,nkd->nk", questions, answers)
        tied = TIE in self._classes
        self._free = len(NAMED) + self._answers - 1 + tied
        own = np.concatenate([length[..., None], near[..., None], answers], axis=2)
        own = own - own.mean(axis=1, keepdims=True)  # a tie's row is then 0, and length is that against the others
        first = np.broadcast_to(np.eye(self._answers)[:, :-1], (len(parts), self._answers, self._answers - 1))
        rows = np.concatenate([own[..., :2], first, np.zeros((len(parts), self._answers, int(tied))), own[..., 2:]], 2)
        if not tied:
            return rows
        tie = np.zeros((len(parts), 1, rows.shape[2]))
        tie[:, 0, self._free - 1] = 1.0
        seen = np.concatenate([rows, tie], axis=1)
        order = [*range(self._answers)]
        order.insert(self._classes.index(TIE), self._answers)
        return seen[:, order]

    def _tell(self, seen: Floats, targets: Floats, weights: Floats, ridge: Floats, groups: Any) -> None:
        shares = np.exp(_log_shares(seen @ self._w))
        mean = np.einsum("nk,nkd->nd", shares, seen)
        bread = np.einsum("n,nk,nkd,nke->de", weights, shares, seen, seen, optimize=True)
        bread += np.diag(ridge) - (mean * weights[:, None]).T @ mean
        slopes = weights[:, None] * (np.einsum("nk,nkd->nd", targets, seen) - mean)
        _, of = np.unique(groups, return_inverse=True)
        sums = np.zeros((of.max() + 1, seen.shape[2]))
        np.add.at(sums, of, slopes)
        clusters = len(sums)
        bound = np.zeros(seen.shape[2], dtype=bool)
        bound[: self._free] = np.abs(self._w[: self._free]) >= MOST * (1 - 1e-9)
        varies = np.ptp(seen, axis=1).max(axis=0) > FLAT
        free = np.flatnonzero(varies & ~bound)  # what is held or never differs takes no part in the errors of others
        spread = np.linalg.pinv(bread[np.ix_(free, free)], hermitian=True) @ sums[:, free].T
        error = np.full(seen.shape[2], math.nan)
        error[free] = np.sqrt((spread**2).sum(axis=1) * clusters / max(1, clusters - 1))
        names = [*NAMED, *("first_place" if n == 0 else f"place_{n + 1}" for n in range(self._answers - 1))]
        names += ["tie"] * (TIE in self._classes)
        for n, name in enumerate(names):
            if varies[n]:
                self._told[name] = float(self._w[n])
            if not math.isnan(error[n]):
                self._told[f"{name}_error"] = float(error[n])


def _log_shares(strengths: Floats) -> Floats:
    most = strengths.max(axis=1, keepdims=True)
    made: Floats = strengths - most - np.log(np.exp(strengths - most).sum(axis=1, keepdims=True))
    return made

"""Numbers that extractors would find in simulated texts, by extractor; the columns are those of its ``DIMS``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from harness import plugins

if TYPE_CHECKING:
    from tests.calibration.speech import Spoken

Numbers = dict[str, object]
DIRECTIONS = 8  # of a vector
MOTIFS = 20
TAGS = 30
# surface's number → how many a word
RATES = {"commas": 0.06, "dashes": 0.006, "questions": 0.01, "exclamations": 0.01, "quotes": 0.01, "parentheses": 0.008,
         "digits": 0.02, "capitals": 0.08, "emoji": 0.004, "urls": 0.002, "bullets": 0.01, "headings": 0.003,
         "bold": 0.006, "code": 0.002, "contractions": 0.02, "first_person": 0.03, "spaced_marks": 0.005,
         "glued_marks": 0.004, "paragraphs": 0.02, "long_words": 0.15}  # fmt: skip
RATE = 0.02  # of anything else that is counted


def draw_features(extractor: str, spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
    """Draw what an extractor would tell of each row's text: column, without its text's name, → numbers."""
    made = DRAWN.get(extractor, count)(spoken, size, subject)
    dims = plugins.load("extractors", extractor).DIMS
    for dim in dims:
        if not dim.endswith("[]") and dim not in made:
            made[dim] = spoken.rng.poisson(RATES.get(dim, RATE) * size * spoken.dense()).astype(float)
    return {(f"{extractor}_{dim}" if dim else extractor).replace("[]", ""): made[dim] for dim in made}


def count(spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
    """Tell the words; all else is counted."""
    return {"words": size}


def surface(spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
    """Draw lengths of words and sentences, and how varied the words are."""
    more, topic, habit = spoken.more, spoken.topic, spoken.habit
    chars = size * (4.4 + 0.2 * topic + 0.2 * habit + 0.25 * more + spoken.noise(0.3))
    sentences = np.maximum(1, np.round(size / (14 * np.exp(0.2 * habit + 0.2 * more + spoken.noise(0.2)))))
    syllables = size * np.maximum(1, 1.45 + 0.06 * topic + 0.06 * habit + 0.08 * more + spoken.noise(0.1))
    types = np.round(size**0.9 * np.exp(0.05 * topic - 0.08 * more + spoken.noise(0.06)))
    return {
        "words": size, "types": np.clip(types, 1, size), "sentences": sentences, "word_chars": chars,
        "chars": chars * 1.2, "syllables": syllables,
        "flesch": 206.835 - 1.015 * size / sentences - 84.6 * syllables / size,
    }  # fmt: skip


def diversity(spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
    """Draw how soon words repeat."""
    return {
        "words": size,
        "mtld": 80 * np.exp(0.1 * spoken.topic + 0.2 * spoken.habit - 0.5 * spoken.more + spoken.noise(0.3)),
    }


def lexicon(spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
    """Draw the feeling."""
    score = 0.2 + 0.2 * spoken.topic + 0.2 * spoken.habit + 0.3 * spoken.more + spoken.noise(0.3)
    positive = np.clip(0.1 + 0.1 * score + spoken.noise(0.04), 0, 1)
    return {"vader": np.clip(score, -1, 1), "positive": positive, "negative": np.clip(0.15 - positive, 0, 1),
            "afinn": 5 * score}  # fmt: skip


def digression(spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
    """Draw turns of one sentence that digress or do not."""
    none = np.zeros(len(size))
    kinds = dict.fromkeys(("confirming", "transitional", "closing"), none)
    return {"sentences": none + 1, "procedural": spoken.happens(0.08).astype(float), **kinds}


def language(spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
    """Draw a language of which one is sure: now and then another."""
    return {"code": np.where(spoken.happens(0.06), 4.0, 5.0), "sure": np.ones(len(size))}


def syntax(spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
    """Draw trees, and tags where words are written."""
    told = surface(spoken, size, subject)
    deep = 4 * np.exp(0.1 * spoken.topic + 0.1 * spoken.habit + 0.3 * spoken.more + spoken.noise(0.15))
    made: Numbers = {"words": size, "sentences": told["sentences"], "depths": told["sentences"] * deep, "arcs": size,
                     "distances": size * 0.6 * deep}  # fmt: skip
    plainer = 0.08 * size * np.exp(0.3 * spoken.topic + 0.5 * spoken.habit - spoken.more)
    for name in ("verbs", "pronouns", "adverbs"):
        made[name] = spoken.rng.poisson(plainer).astype(float)
    if spoken.design.written:
        lengths = size.astype(np.int64)
        steep = 0.12 * (1 + 2 * spoken.design.narrower * spoken.ours)
        drawn = np.minimum(1 + spoken.rng.exponential(1 / steep, lengths.sum()).astype(np.int64), TAGS)
        drawn[spoken.rng.random(len(drawn)) < 1 / 15] = 0  # between sentences
        made["tags[]"] = lists(drawn.astype(np.float32), lengths)
    return made


def shares(*names: str) -> Callable[[Spoken, np.ndarray, np.ndarray], Numbers]:
    """Make a drawer of shares and probabilities."""

    def drawn(spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
        level = spoken.topic + spoken.habit + 0.8 * spoken.more
        return {name: 1 / (1 + np.exp(1.0 - level - spoken.noise(1.0))) for name in names}

    return drawn


def embedding(spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
    """Draw unit vectors: of the subject, and of who speaks; the model's, turned up, point one way."""
    about = np.random.default_rng(5).normal(0, 1, (subject.max() + 1, DIRECTIONS))[subject]
    vector = about + spoken.rng.normal(0, 0.7, (len(size), DIRECTIONS))
    vector[:, 1] += 1.0  # what all texts have in common
    vector[:, 0] += 0.5 * spoken.habit + 1.5 * spoken.more + spoken.design.narrower * 2 * spoken.ours
    vector /= np.linalg.norm(vector, axis=1, keepdims=True)
    return {"": list(vector.astype(np.float32))}


def motifs(spoken: Spoken, size: np.ndarray, subject: np.ndarray) -> Numbers:
    """Draw parses: spans, and how often each motif is among them."""
    nodes = 3 + 2 * np.round(size / 10)
    weights = np.exp(-0.15 * np.arange(MOTIFS) * (1 + 0.5 * spoken.more))
    found = spoken.rng.poisson(np.outer(2 * nodes, weights / weights.sum()) * np.exp(0.2 * spoken.noise(1.0))[:, None])
    return {"nodes": nodes, "edges": nodes - 1, "depth": np.ceil(np.log2(nodes)), "others": np.zeros(len(size)),
            "motifs": found.sum(axis=1).astype(float), "counts[]": list(found.astype(np.float32))}  # fmt: skip


def lists(values: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
    """Cut values into lists of these lengths."""
    return np.split(values, np.cumsum(lengths)[:-1])


DRAWN: dict[str, Callable[[Spoken, np.ndarray, np.ndarray], Numbers]] = {
    "surface": surface,
    "diversity": diversity,
    "lexicon": lexicon,
    "digression": digression,
    "language": language,
    "syntax": syntax,
    "toxicity": shares("offensive", "sentences"),
    "entailment": shares("entailment", "contradiction"),
    "embedding": embedding,
    "motifs": motifs,
}

"""What does it cost to teach with rewrites? Five tasks of worker_vs_gpt: people's texts beside GPT-4's and Llama-2's.

    python benchmarks/second_order.py DATA [docs/second-order.md] [--seeds 10]

DATA is the folder worker_vs_gpt (Møller and others 2024, MIT). Each learner is taught to tell the classes of a task
with as many texts of each corpus, and tried on people's texts that no corpus holds. Needs harness[train,lexicon].
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from harness import plugins
from harness.amplification import Mean, mean_over_seeds
from harness.deficit import Slope, slope_within
from harness.ids import seed_of
from harness.inference import benjamini_hochberg, bootstrap_weights
from harness.types import Lesson, Workplace

TASKS = ("ten-dim", "sentiment", "empathy_empathy_bin", "hayati_politeness", "hypo-l")
MODELS = ("gpt-4", "llama-2-70b")
LEARNERS = ("tfidf_logreg", "embedding_logreg")
PEOPLE, SEEDS = "people", "people, seeds only"
SHARE, MOST_TESTED, REPLICATES = 0.8, 2_000, 1_000
# attribute: (extractor, number, per what; None: as it is)
ATTRIBUTES = {
    "words": ("surface", "words", None),
    "letters a word": ("surface", "word_chars", "words"),
    "long words": ("surface", "long_words", "words"),
    "distinct words": ("surface", "types", "words"),
    "commas": ("surface", "commas", "words"),
    "questions": ("surface", "questions", "words"),
    "exclamations": ("surface", "exclamations", "words"),
    "connectives": ("connectives", "connectives", "words"),
    "slop words": ("slop", "slop_words", "words"),
    "sentiment (VADER)": ("lexicon", "vader", None),
    "sentiment (AFINN)": ("lexicon", "afinn", None),
}
ALL = "all of them (mean)"


@dataclass
class Corpus:
    """Texts with their classes; rewrites of one seed are one cluster."""

    texts: np.ndarray
    classes: np.ndarray
    clusters: np.ndarray

    def take(self, rows: np.ndarray) -> Corpus:
        return Corpus(self.texts[rows], self.classes[rows], self.clusters[rows])


@dataclass
class Task:
    """A task: who may teach it, and what is tried."""

    name: str
    classes: list[str]
    corpora: dict[str, Corpus]
    test: Corpus


def read_task(folder: Path) -> Task:
    """Read a task; what stands in the test, or was made from what stands there, teaches nobody."""

    def rows(name: str) -> list[tuple[str, str, str]]:
        made = []
        for row in json.loads((folder / f"{name}.json").read_text("utf-8")):
            seed = row.get("h_text") or row["text"]  # ten-dim marks the passage that shows the dimension
            made.append((row.get("augmented_h_text") or row.get("augmented_text") or seed, row["target"], seed))
        return made

    def corpus(found: Sequence[tuple[str, str, str]]) -> Corpus:
        return Corpus(*(np.array(column, dtype=object) for column in zip(*found, strict=True)))

    tested = rows("test")
    held = {_plain(text) for text, _, _ in tested}
    rng = np.random.default_rng(seed_of("tested", folder.name))
    test = corpus([tested[n] for n in sorted(rng.permutation(len(tested))[:MOST_TESTED])])
    files = {PEOPLE: "train", **{model: f"balanced_{model}_augmented" for model in MODELS}, SEEDS: "base"}
    corpora = {
        name: corpus([row for row in rows(file) if not {_plain(row[0]), _plain(row[2])} & held])
        for name, file in files.items()
    }
    return Task(folder.name, sorted(set(test.classes)), corpora, test)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


class Vectors:
    """Sentence vectors, kept in a file as they are made."""

    def __init__(self, path: Path) -> None:
        self._path, self._held = path, dict(np.load(path)) if path.is_file() else {}

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        names = [sha256(text.encode("utf-8", "replace")).hexdigest()[:32] for text in texts]
        new = {name: text for name, text in zip(names, texts, strict=True) if name not in self._held}
        if new:
            extractor, items = plugins.load("extractors", "embedding").Extractor(), list(new.items())
            for start in range(0, len(items), 2_000):
                part = items[start : start + 2_000]
                made = extractor.extract([text for _, text in part])
                self._held |= {
                    name: np.array(v or [0.0] * 384, np.float32) for (name, _), v in zip(part, made, strict=True)
                }
                print(f"  vectors: {start + len(part):,} of {len(items):,}", flush=True)
                beside = self._path.with_suffix(".tmp.npz")
                np.savez(beside, **self._held)
                beside.replace(self._path)
        return np.array([self._held[name] for name in names])


def lessons(task: Task, seed: int) -> Iterator[tuple[str, Lesson, float]]:
    """Give each corpus's lesson: whole seeds until there are enough texts, and the share of its clusters that is.

    Each model teaches a second time with its classes weighed as people's are.
    """
    size = int(SHARE * min(len(task.corpora[name].texts) for name in (PEOPLE, *MODELS)))
    shares: np.ndarray | None = None
    for name, corpus in task.corpora.items():
        rng = np.random.default_rng(seed_of("draw", task.name, name, seed))
        order = rng.permutation(sorted(set(corpus.clusters)))
        rank = {cluster: n for n, cluster in enumerate(order)}
        rows = sorted(range(len(corpus.texts)), key=lambda n: (rank[corpus.clusters[n]], n))
        taken = corpus.take(np.array(rows[: size if name != SEEDS else int(SHARE * len(rows))]))
        column = np.array([task.classes.index(c) for c in taken.classes])
        counts = np.bincount(column, minlength=len(task.classes))
        drawn = len(set(taken.clusters)) / len(order)
        shares = counts / counts.sum() if shares is None else shares
        yield name, _lesson(task, taken, column, np.ones(len(column))), drawn
        if name in MODELS:
            weights = (shares / np.maximum(counts / counts.sum(), 1e-9))[column]
            yield f"{name}, classes as people's", _lesson(task, taken, column, weights / weights.mean()), drawn


def _lesson(task: Task, taken: Corpus, column: np.ndarray, weights: np.ndarray) -> Lesson:
    groups = np.unique(taken.clusters.astype(str), return_inverse=True)[1]
    targets = np.eye(len(task.classes))[column]
    return Lesson(list(taken.texts), targets, tuple(task.classes), weights, groups, np.full(len(column), -1))


def f1_of(truth: np.ndarray, said: np.ndarray, weights: np.ndarray, classes: int) -> np.ndarray:
    """Give F1 of each class in each redraw of the test: (replicates + 1, classes); 0 where there is nothing right."""
    made = np.empty((len(weights), classes))
    for k in range(classes):
        right, called, there = (weights @ one for one in ((truth == k) & (said == k), said == k, truth == k))
        made[:, k] = 2 * right / np.maximum(called + there, 1e-12)
    return made


@dataclass
class Result:
    """One task and learner: F1 by corpus, (seeds, replicates + 1, classes)."""

    task: Task
    learner: str
    f1: dict[str, np.ndarray]
    drawn: dict[str, float]
    size: int
    clusters: int

    def score(self, name: str) -> Mean:
        made = mean_over_seeds(self.f1[name].mean(axis=2), self.clusters, self.drawn[name])
        return replace(made, lower=max(made.lower, 0.0), upper=min(made.upper, 1.0))

    def knows(self, name: str, k: int) -> bool:
        """Tell whether anybody taught by people or by this corpus ever gets a class right."""
        return bool(self.f1[PEOPLE][:, 0, k].any() or self.f1[name][:, 0, k].any())

    def deficit(self, name: str, classes: slice | int = slice(None)) -> Mean:
        """Give people's F1 less that of a corpus, on the same texts."""
        people, other = (self.f1[one][:, :, classes] for one in (PEOPLE, name))
        if people.ndim == 3:
            people, other = people.mean(axis=2), other.mean(axis=2)
        return mean_over_seeds(people, self.clusters, self.drawn[PEOPLE], minus=other, minus_drawn=self.drawn[name])


def teach(task: Task, learner: str, seeds: int, vectors: Vectors) -> Result:
    """Teach a learner with each corpus, and try it."""
    made = plugins.load("learners", learner)
    truth = np.array([task.classes.index(c) for c in task.test.classes])
    names, of = np.unique([_plain(text) for text in task.test.texts], return_inverse=True)
    rng = np.random.default_rng(seed_of("redraws", task.name))
    weights = bootstrap_weights(len(names), REPLICATES, rng)[:, of]
    f1: dict[str, list[np.ndarray]] = {}
    drawn: dict[str, float] = {}
    size = 0
    for seed in range(seeds):
        for name, lesson, share in lessons(task, seed):
            model = made.make(dict(made.OPTIONS), seed_of(learner, task.name, name, seed), Workplace(vectors))
            model.fit(lesson)
            said = model.predict_proba(list(task.test.texts)).argmax(axis=1)
            f1.setdefault(name, []).append(f1_of(truth, said, weights, len(task.classes)))
            drawn[name], size = share, max(size, len(lesson.inputs))
    print(f"{task.name} {learner}: {size:,} texts", flush=True)
    return Result(task, learner, {n: np.array(v) for n, v in f1.items()}, drawn, size, len(names))


def differences(task: Task) -> dict[str, dict[str, np.ndarray]]:
    """Say how far each model's texts are from people's: model → attribute → per class |d|, in people's SD."""
    values = {name: _attributes(task.corpora[name]) for name in (PEOPLE, *MODELS)}
    made: dict[str, dict[str, np.ndarray]] = {}
    for model in MODELS:
        made[model] = {}
        for attribute, column in values[PEOPLE].items():
            spread = np.nanstd(column)
            gap = [
                np.nanmean(values[model][attribute][task.corpora[model].classes == c])
                - np.nanmean(column[task.corpora[PEOPLE].classes == c])
                for c in task.classes
            ]
            made[model][attribute] = np.abs(gap) / spread
        made[model][ALL] = np.mean(list(made[model].values()), axis=0)
    return made


def _attributes(corpus: Corpus) -> dict[str, np.ndarray]:
    numbers: dict[str, np.ndarray] = {}
    for extractor in sorted({where[0] for where in ATTRIBUTES.values()}):
        found = plugins.load("extractors", extractor)
        rows = np.array(found.Extractor().extract(list(corpus.texts)), dtype=float)
        numbers |= {f"{extractor}.{dim}": rows[:, n] for n, dim in enumerate(found.DIMS)}
    made = {}
    for name, (extractor, dim, per) in ATTRIBUTES.items():
        column = numbers[f"{extractor}.{dim}"]
        made[name] = column / np.maximum(numbers[f"{extractor}.{per}"], 1) if per else column
    return made


def regress(
    results: Sequence[Result], gaps: dict[str, dict[str, dict[str, np.ndarray]]]
) -> dict[str, tuple[Slope, float, str]]:
    """Regress the classes' deficits on each attribute's differences, within task and model.

    Returns:
        attribute → slope, q among the attributes, and the class whose leaving out moves it most.
    """
    points = [(r, number, model, k) for r in results for number, model in enumerate(MODELS)
              for k in range(len(r.task.classes))]  # fmt: skip
    y = np.array([_loss(r, f"{model}, classes as people's", k) for r, _, model, k in points])
    groups = np.array([10 * TASKS.index(r.task.name) + number for r, number, _, _ in points])
    units = np.array([100 * TASKS.index(r.task.name) + k for r, _, _, k in points])
    names = {
        100 * TASKS.index(r.task.name) + k: f"{r.task.name}: {r.task.classes[k]}"
        if len(r.task.classes) > 2
        else r.task.name
        for r, _, _, k in points
    }
    found = {}
    for attribute in (ALL, *ATTRIBUTES):
        x = np.array([gaps[r.task.name][model][attribute][k] for r, _, model, k in points])
        found[attribute] = slope_within(y, x, groups, units)
    adjusted = [found[ALL].p, *benjamini_hochberg([found[attribute].p for attribute in ATTRIBUTES])]
    return {
        attribute: (slope, q, names.get(slope.heaviest, ""))
        for (attribute, slope), q in zip(found.items(), adjusted, strict=True)
    }


def _loss(result: Result, name: str, k: int) -> float:
    """Give a class's loss; NaN where neither corpus teaches it at all, for then there is nothing to lose."""
    return result.deficit(name, k).value if result.knows(name, k) else np.nan


def main() -> None:
    from second_order_page import page

    asked = argparse.ArgumentParser()
    asked.add_argument("data", type=Path)
    asked.add_argument("page", type=Path, nargs="?", default=Path("docs/second-order.md"))
    asked.add_argument("--seeds", type=int, default=10)
    asked.add_argument("--learner", action="append", help="only this; may be given more than once")
    given = asked.parse_args()
    Path("runs").mkdir(exist_ok=True)
    vectors = Vectors(Path("runs/second-order-vectors.npz"))
    tasks = [read_task(given.data / name) for name in TASKS]
    gaps = {task.name: differences(task) for task in tasks}
    results = {name: [teach(t, name, given.seeds, vectors) for t in tasks] for name in given.learner or LEARNERS}
    given.page.write_text(page(results, gaps, given.seeds), encoding="utf-8")


if __name__ == "__main__":
    main()

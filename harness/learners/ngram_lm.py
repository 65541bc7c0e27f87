"""ngram_lm: an n-gram model of texts (interpolated modified Kneser–Ney) that can spell; fitted in seconds, no GPU.

There is no ``<unk>``. A model that may call any word unknown has the lower perplexity the fewer words it knows, and
two such perplexities cannot be compared. Here the lowest level of the words is interpolated with a second model, of
the same kind, over the bytes of the distinct words, and that one with the uniform distribution over bytes: every
string has a probability, all of them sum to 1, and perplexities of one test text under models of different corpora
are on one scale. A word is a run of letters and digits, with inner apostrophes and hyphens, or one other sign; what
lies between words is not modelled. The end of a text counts as a word.

Of a prompt it reads the last line, where that is a line that many prompts of the lesson end with: whose turn it is in
a dialogue, or what was asked for. A text then begins with that line in the place of the begin of any text, so its
first words depend on it. Other prompts are one line together; where the lesson has none, they are read as the line
that most end with. Of all else in a prompt it knows nothing.

Chen and Goodman 1999, Computer Speech and Language 13, for the smoothing; Teh 2006 (ACL) for a base of spellings.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.errors import DataError
from harness.learners._kneser_ney import BEGIN, END, FIRST, UNKNOWN, Floats, Ints, KneserNey

if TYPE_CHECKING:
    from harness.types import Lesson, Workplace

VERSION = "3"
PACKAGES: tuple[str, ...] = ()
EXTRA = ""
SERVES = ("write",)
FEATURES = None
OPTIONS: dict[str, Any] = {
    "order": 3,  # words of the longest n-gram
    "longest": 400,  # words of a drawn text, at most
    "new_words": False,  # may spell words that the corpus does not have; else one of the corpus, each as likely
    "cut": False,  # draw without what smoothing sets aside for rare and new words, as top-p sampling cuts the tail
}

BYTES = 256
SPELLING_ORDER = 5
LONGEST_WORD = 40  # bytes of a word that is spelt
LEAST_CUED = 20  # texts to prompts that end with one line, for it to be read
WORD = re.compile(r"\w+(?:['’\-]\w+)*|[^\w\s]")
OPENING = frozenset("([{“‘«¿¡")


def make(options: Mapping[str, Any], seed: int, _: Workplace | None) -> Learner:
    """Make an untaught model."""
    return Learner(options, seed)


class Learner:
    """Words with their probabilities."""

    def __init__(self, options: Mapping[str, Any], seed: int) -> None:
        self._options = {**OPTIONS, **options}
        self._seed = seed
        self._cues: dict[str, int] = {}  # last line of a prompt → its symbol
        self._other = BEGIN  # what begins a text to any other prompt

    def fit(self, lesson: Lesson) -> None:
        """Learn the lesson's texts. A text counts as it stands, whatever its weight: words are counted, not weighed."""
        self.learn(lesson.targets, lesson.inputs)

    def learn(self, texts: Sequence[str], prompts: Sequence[str] = ()) -> None:
        """Learn some texts.

        Args:
            prompts: one a text; none: nothing asked for them.

        Raises:
            DataError: there is none.
        """
        words = [split(text) for text in texts]
        if not any(words):
            raise DataError("there is no word to learn from", where="the corpus of ngram_lm", remedy="give it texts")
        self._words = sorted(set(chain.from_iterable(words)))
        self._numbers = {word: number for number, word in enumerate(self._words, start=FIRST)}
        self._spelling = KneserNey(SPELLING_ORDER, FIRST + BYTES).fit([_spell(word) for word in self._words])
        often = Counter(map(_last_line, prompts))
        cues = sorted(line for line, count in often.items() if count >= LEAST_CUED)
        self._cues = {line: number for number, line in enumerate(cues, start=FIRST + len(self._words))}
        self._other = BEGIN if len(cues) < len(often) or not cues else self._cues[max(cues, key=lambda c: often[c])]
        self._model = KneserNey(int(self._options["order"]), FIRST + len(self._words) + len(cues), len(cues)).fit(
            [self._number(text) for text in words], self._begins(prompts)
        )
        self._learned = sum(map(len, words))

    def told(self) -> dict[str, float]:
        """Say how much was learned."""
        return {"words": float(self._learned), "distinct_words": float(len(self._words))}

    def log_probabilities(self, texts: Sequence[str], prompts: Sequence[str] = ()) -> list[Floats]:
        """Give the natural logarithm of P(word | words before) of each word of each text, and of its end.

        Args:
            prompts: one a text; none: nothing asked for them.

        Returns:
            per text an array, one longer than ``split(text)``.
        """
        words = [split(text) for text in texts]
        base = self._base(sorted(set(chain.from_iterable(words))))
        asked = np.array([base[word] for text in words for word in (*text, "")])
        numbered = [self._number(text) for text in words]
        made = np.log(self._model.probabilities(numbered, asked, self._begins(prompts)))
        return np.split(made, np.cumsum([len(text) + 1 for text in words])[:-1])

    def losses(self, inputs: Sequence[str], texts: Sequence[str]) -> tuple[Floats, Ints]:
        """Give the sum of -log P over each text's words and its end, and how many these are."""
        logs = self.log_probabilities(texts, inputs)
        return np.array([-one.sum() for one in logs]), np.array([len(one) for one in logs])

    def perplexity(self, inputs: Sequence[str], texts: Sequence[str]) -> float:
        """Give the perplexity per word of some texts, the end of each counted as a word."""
        sums, counts = self.losses(inputs, texts)
        return math.exp(float(sums.sum() / counts.sum()))

    def write(self, inputs: Sequence[str]) -> list[str]:
        """Draw a text for each prompt, of which it reads the last line at most."""
        return self.draw(len(inputs), np.random.default_rng(self._seed), inputs)

    def draw(self, count: int, rng: np.random.Generator, prompts: Sequence[str] = ()) -> list[str]:
        """Draw so many texts; one that does not end is cut off at ``longest`` words."""
        novel = bool(self._options["new_words"])
        texts: list[list[str]] = [[] for _ in range(count)]
        histories = np.full((count, self._model.order - 1), UNKNOWN)
        begins = self._begins(prompts)
        histories[:, -1:] = BEGIN if begins is None else begins[:, None]
        going = np.arange(count)
        for _ in range(int(self._options["longest"])):
            said = self._model.draw(histories[going], rng, cut=bool(self._options["cut"]))
            new = said == UNKNOWN
            if not novel:
                said[new] = rng.integers(FIRST, self._model.inner, size=int(new.sum()))
            spelt = iter(self._invent(int(new.sum()), rng) if novel else ())
            for place, (text, number) in enumerate(zip(going, said, strict=True)):
                word = next(spelt) if number == UNKNOWN else "" if number == END else self._words[number - FIRST]
                if word:
                    texts[text].append(word)
                said[place] = self._numbers.get(word, UNKNOWN) if word else END
            histories[going] = np.column_stack([histories[going], said])[:, 1:]
            going = going[said != END]
            if not len(going):
                break
        return [join(text) for text in texts]

    def _begins(self, prompts: Sequence[str]) -> Ints | None:
        """Give what begins the text to each prompt: its last line, if that is one that many end with; None of none."""
        if not prompts:
            return None
        return np.array([self._cues.get(_last_line(prompt), self._other) for prompt in prompts], dtype=np.int64)

    def _number(self, words: Sequence[str]) -> Ints:
        return np.array([self._numbers.get(word, UNKNOWN) for word in words], dtype=np.int64)

    def _base(self, words: Sequence[str]) -> dict[str, float]:
        """Give the probability of each spelling, and of the empty one, which ends a text."""
        asked = ["", *words]
        spelt = [_spell(word) for word in asked]
        lengths = np.array([len(one) + 1 for one in spelt])
        each = np.log(self._spelling.probabilities(spelt, np.full(lengths.sum(), 1 / (BYTES + 1))))
        sums = np.add.reduceat(each, np.concatenate([[0], np.cumsum(lengths)[:-1]]))
        return dict(zip(asked, np.exp(sums).tolist(), strict=True))

    def _invent(self, count: int, rng: np.random.Generator) -> list[str]:
        """Spell words; one that is no text in UTF-8, no single word, or does not end is spelt anew."""
        made: list[str] = []
        while len(made) < count:
            made += [word for word in self._spell_out(2 * (count - len(made)), rng) if split(word) == [word]]
        return made[:count]

    def _spell_out(self, count: int, rng: np.random.Generator) -> list[str]:
        letters = np.full((count, SPELLING_ORDER - 1 + LONGEST_WORD), END)
        letters[:, : SPELLING_ORDER - 1] = UNKNOWN
        letters[:, SPELLING_ORDER - 2] = BEGIN
        for place in range(SPELLING_ORDER - 1, letters.shape[1]):
            drawn = self._spelling.draw(letters[:, place - SPELLING_ORDER + 1 : place], rng)
            uniform = rng.integers(END, FIRST + BYTES, size=count)
            ended = letters[:, place - 1] == END
            letters[:, place] = np.where(ended, END, np.where(drawn == UNKNOWN, uniform, drawn))
        whole = letters[letters[:, -1] == END, SPELLING_ORDER - 1 :]
        return [bytes((row[row != END] - FIRST).tolist()).decode("utf-8", "ignore") for row in whole]


def _last_line(prompt: str) -> str:
    return prompt[prompt.rfind("\n") + 1 :]


def split(text: str) -> list[str]:
    """Split a text into words and signs."""
    return WORD.findall(text)


def join(words: Sequence[str]) -> str:
    """Write words as a text that ``split`` reads the same."""
    return "".join(chain(words[:1], (_gap(before, word) + word for before, word in pairwise(words))))


def _gap(before: str, word: str) -> str:
    lettered = word[0].isalnum() or word[0] == "_"
    return "" if before in OPENING or not (lettered or word in OPENING) else " "


def _spell(word: str) -> Ints:
    return np.frombuffer(word.encode("utf-8", "surrogatepass"), dtype=np.uint8).astype(np.int64) + FIRST

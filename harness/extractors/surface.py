"""surface: counts of a text: words, sentences, characters, marks, lists and markup, readability. No package needed.

Words are runs of letters and digits with inner apostrophes and hyphens. Sentences end with . ! ? … before a space,
the end or a capitalized word that is glued to them. Syllables are runs of vowels less a silent final e (Flesch 1948
counts by ear; by rule the score is a point or two off on English, and meaningless elsewhere).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.extractors._words import WORD

VERSION = "3"
PACKAGES: tuple[str, ...] = ()
EXTRA = None
DIMS = {
    "chars": "characters",
    "words": "words",
    "types": "distinct words, in lower case",
    "sentences": "sentences, at least 1 where there is a word",
    "paragraphs": "blocks parted by an empty line",
    "word_chars": "characters in words",
    "long_words": "words of seven letters or more",
    "syllables": "syllables, by rule",
    "commas": "commas, semicolons and colons",
    "dashes": "dashes – and —, and -- between words",
    "questions": "question marks",
    "exclamations": "exclamation marks",
    "quotes": "quotation marks",
    "parentheses": "opening parentheses",
    "digits": "digits",
    "capitals": "capital letters",
    "emoji": "emoji and other pictures",
    "urls": "links",
    "bullets": "lines that are an item of a list",
    "headings": "lines that are a Markdown heading",
    "bold": "passages in bold",
    "code": "fences and passages of code",
    "contractions": "words with an apostrophe inside (don't, it's)",
    "first_person": "I, me, my, mine, we, us, our, ours and their contractions",
    "spaced_marks": "spaces before a full stop or a comma, as tokenizers leave them",
    "glued_marks": "stops without a space before the next sentence, as lost line breaks leave them",
    "flesch": "Flesch reading ease, higher is easier; none without a word",
}

# Tried once a run of marks, and never shorter than the run: a megabyte of full stops takes no longer than one of words.
SENTENCE = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|$|[A-Z][a-z])")
VOWELS = re.compile(r"[aeiouyàáâäãåæèéêëìíîïòóôöõøùúûüœ]+")
FIRST = re.compile(r"(?:i|me|my|mine|myself|we|us|our|ours|ourselves)(?:['’](?:m|ve|d|ll|re))?")
PATTERNS = {
    "paragraphs": re.compile(r"\S(?:[^\n]|\n(?![ \t]*\n))*"),
    "commas": re.compile(r"[,;:]"),
    "dashes": re.compile(r"[–—]|(?<=\w) ?--? (?=\w)|(?<=\w)--(?=\w)"),
    "questions": re.compile(r"\?"),
    "exclamations": re.compile(r"!"),
    "quotes": re.compile(r"[\"“”„«»]"),
    "parentheses": re.compile(r"\("),
    "digits": re.compile(r"\d"),
    "emoji": re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]"),
    "urls": re.compile(r"https?://\S+|www\.\S+"),
    "bullets": re.compile(r"^[ \t]*(?:[-*+•‣◦]|\d{1,3}[.)])[ \t]+\S", re.MULTILINE),
    "headings": re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE),
    "bold": re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__"),
    "code": re.compile(r"```|(?<!`)`[^`\n]+`(?!`)"),
    "spaced_marks": re.compile(r"(?<=\w) [.,](?=\s|$)"),
    "glued_marks": re.compile(r"(?<=[a-z])[.!?][\"'”’)\]]*+(?=[A-Z][a-z])"),
}


class Extractor:
    """Counts, text by text."""

    def extract(self, texts: Sequence[str]) -> list[list[float]]:
        """Give one row of numbers per text, in the order of ``DIMS``."""
        return [[made[dim] for dim in DIMS] for made in map(count, texts)]


def count(text: str) -> dict[str, float]:
    """Count what is in a text."""
    words = WORD.findall(text)
    lower = [word.lower() for word in words]
    counts: dict[str, float] = {name: len(pattern.findall(text)) for name, pattern in PATTERNS.items()}
    syllables = sum(map(count_syllables, lower))
    sentences = max(len(SENTENCE.findall(text)), 1 if words else 0)
    return counts | {
        "chars": len(text),
        "words": len(words),
        "types": len(set(lower)),
        "sentences": sentences,
        "word_chars": sum(map(len, words)),
        "long_words": sum(len(word) >= 7 for word in words),
        "syllables": syllables,
        "capitals": sum(map(str.isupper, text)),
        "contractions": sum("'" in word or "’" in word for word in words),
        "first_person": sum(FIRST.fullmatch(word) is not None for word in lower),
        "flesch": 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words) if words else float("nan"),
    }


def count_syllables(word: str) -> int:
    """Count the syllables of an English word by rule: runs of vowels, less a silent final e; at least one."""
    runs = len(VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee", "ye")) and runs > 1:
        runs -= 1
    return max(runs, 1)

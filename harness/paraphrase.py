"""Another wording of a template's instruction: what may be reworded, and what is wrong with a rewording.

What may be reworded is the text in ``{% block instruction %}…{% endblock %}``, or, where there is no such block, the
whole template but its comments. A rewording is refused if Jinja in it is missing, new or in another order, if a worked
answer was changed, if an option was lost or brought in, or if it is nearly one that is there already. What this refuses
to judge is whether it means the same: that is for a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import jinja2

from harness.errors import StudyError

NEAR = 0.9  # share of words in common, in order, from which two wordings are one
LEAST_WORDS = 4  # of an instruction that can be put in other words

_BLOCK = re.compile(
    r"(\{%[-+]?\s*block\s+instruction\s*[-+]?%\})(?P<text>.*?)(?=\{%[-+]?\s*endblock(?:\s+instruction)?\s*[-+]?%\})",
    re.DOTALL,
)
_COMMENT = re.compile(r"\{#.*?#\}\n?", re.DOTALL)
_WORKED = re.compile(
    r"""(\{%[-+]?\s*message\s+["']assistant["']\s*[-+]?%\})(?P<text>.*?)(?=\{%[-+]?\s*endmessage)""", re.DOTALL
)
_SAID = re.compile(r"<rewording>(.*?)</rewording>", re.DOTALL)


@dataclass(frozen=True)
class Instruction:
    """What of a template may be reworded.

    Attributes:
        before, after: the source around it, which stays.
    """

    before: str
    text: str
    after: str

    @property
    def codes(self) -> list[str]:
        """The Jinja in it, in its order, with one kind of space."""
        return _split(self.text)[0]

    @property
    def worked(self) -> list[str]:
        """What the assistant says in worked examples."""
        return [body["text"].strip() for body in _WORKED.finditer(self.text)]

    def template(self, rewording: str, comment: str) -> str:
        """Put a rewording in its place; the comment says where it comes from."""
        return f"{{# {comment} #}}\n{self.before}{rewording}{self.after}"

    def check(self, where: str) -> None:
        """Refuse what has next to no words.

        Raises:
            StudyError: names the template.
        """
        if len(words_of(self.text)) < LEAST_WORDS:
            raise StudyError(
                "this template has next to no words outside of Jinja that could be reworded",
                where=where,
                remedy="write the question as text and not within {% set %}; {% block instruction %}…{% endblock %} "
                "around it says that this is what may be reworded",
            )


def find_instruction(source: str) -> Instruction:
    """Find what of a template may be reworded."""
    plain = _COMMENT.sub("", source)
    block = _BLOCK.search(plain)
    start, end = block.span("text") if block else (0, len(plain))
    inner = plain[start:end]
    text = inner.strip()
    at = start + inner.index(text)
    return Instruction(plain[:at], text, plain[at + len(text) :])


def words_of(text: str) -> list[str]:
    """Give the words of a text in lower case, without its Jinja and its worked answers."""
    return re.findall(r"\w+", _split(_WORKED.sub(" ", text))[1].lower())


def alike(one: str, other: str) -> float:
    """Give the share of words that two wordings have in common in order, 0 to 1.

    It is 2M / T of their words (Ratcliff and Obershelp's gestalt matching): M words in blocks that match, T words of
    both; the smaller of the two directions.
    """
    a, b = words_of(one), words_of(other)
    return max(SequenceMatcher(None, x, y, autojunk=False).ratio() for x, y in ((a, b), (b, a)))


def read_rewording(reply: str) -> str | None:
    """Read what stands between the marks, once; None if nothing does."""
    found = [text.strip() for text in _SAID.findall(reply)]
    return found[0] if len(found) == 1 and found[0] else None


def fault_of(rewording: str, original: Instruction, options: Sequence[str], others: Mapping[str, str]) -> str | None:
    """Say what is wrong with a rewording; None if nothing is that can be told without a person.

    Args:
        options: what may be answered, as a prompt shows it.
        others: name → text of the wordings that are there, the original among them.
    """
    return next(_faults(rewording, original, options, others), None)


def _faults(rewording: str, original: Instruction, options: Sequence[str], others: Mapping[str, str]) -> Iterator[str]:
    try:
        codes, plain = _split(rewording)
    except jinja2.TemplateSyntaxError as error:
        yield f"it is not Jinja: {error.message}"
        return
    if lost := Counter(original.codes) - Counter(codes):
        yield f"it lost {_listed(lost)}"
    if new := Counter(codes) - Counter(original.codes):
        yield f"it brought in {_listed(new)}"
    if _tags(codes) != _tags(original.codes):
        yield "its tags are in another order"
    if Instruction("", rewording, "").worked != original.worked:
        yield "it changed what the assistant says in an example"
    before = _split(original.text)[1]
    for option in options:
        if _names(before, option, options) and not _names(plain, option, options):
            yield f"it lost the option {option!r}"
        if _names(plain, option, options) and not _names(before, option, options):
            yield f"it brought in the option {option!r}"
    if len(words_of(rewording)) < LEAST_WORDS:
        yield "it says next to nothing"
    for name, text in others.items():
        if (share := alike(rewording, text)) >= NEAR:
            yield f"it is nearly {name}: {share:.0%} of the words are the same, in the same order"


def _tags(codes: Iterable[str]) -> list[str]:
    return [code for code in codes if code.startswith("{%")]


def _names(text: str, option: str, options: Sequence[str]) -> bool:
    """Tell whether a text names an option, other than as a part of a longer one."""
    for longer in sorted((other for other in options if option in other and other != option), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(longer)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return re.search(rf"(?<!\w){re.escape(option)}(?!\w)", text, re.IGNORECASE) is not None


def _split(source: str) -> tuple[list[str], str]:
    """Part a template into its Jinja and its text.

    Raises:
        jinja2.TemplateSyntaxError: it is none.
    """
    codes: list[str] = []
    text: list[str] = []
    code = ""
    for _, kind, value in jinja2.Environment().lex(source):
        if kind == "data":
            text.append(value)
            continue
        code += value
        if kind in ("variable_end", "block_end", "comment_end", "raw_begin", "raw_end"):
            codes.append(" ".join(code.split()))
            text.append(" ")
            code = ""
    return [*codes, *([code] if code else [])], "".join(text)  # what was never closed is Jinja too


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(list(codes)[:3])

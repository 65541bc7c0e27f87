"""A judge's words → the answer that was preferred, for free text about two or more answers.

Answers are first replaced by one sign each, whatever they are called ("Answer A", "response (b)", "the second one",
"[[A]]", a model's name; a bare "A" or "2" where it stands for itself), so that the rules below read ``X is better``.
Then each sentence is looked at for verdicts:

============== ==================================================================================
method         the reply
============== ==================================================================================
``exact``      is an answer's name, as shown or in short, or the tie, and nothing else
``lead``       has its verdict in the first sentence
``last``       has it in the last one, after reasoning
``stated``     has it in between
``conclusion`` says several things, and ends with a verdict that is drawn from them ("Therefore, …")
============== ==================================================================================

What this refuses: to weigh. What is denied, asked, reported of others, granted ("although …") or said under a
condition is no verdict, and a reply with two verdicts that differ has none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from harness.types import Parsed

READ = 100_000  # characters; an answer is no book, and half of it might say the opposite of the other half
NOUNS = "answer|assistant|candidate|choice|completion|model|option|output|reply|response|sentence|system|text|version"
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")

TIED = ""  # stands for the tie among claims: no answer is called by nothing
_NAMED, _BARE = 0xE000, 0xE100  # signs that stand for answers: named in full, or by a bare letter or digit
_X = "([\ue000-\ue01f\ue100-\ue11f])"
_LOOSE = "[\ue000-\ue01f\ue100-\ue11f]"
_SIGNS = re.compile("[\ue000-\ue2ff\x00]")
_MARKS = str.maketrans(
    {"’": "'", "‘": "'", "“": "", "”": "", '"': "", "*": "", "`": "", "{": "", "}": "", "«": "", "»": ""}
)

_BETTER = "better|best|preferable|preferred|superior|stronger|strongest|winner|favou?rite"
_HOW = (
    r"(?:(?:\w{1,20}ly|much|far|by far|a bit|a little|a lot|somewhat|overall|also|still|even|thus|the|a|an|my|our)\s)"
    r"{0,4}?"
)
_IS = (
    r"(?:,? (?:in my opinion|i think|overall|however|therefore|to me),? |\s)"
    r"(?:is|was|seems|appears|feels|sounds|would be)\s(?:to be\s)?"
)
_END = (
    rf"(?=\s?(?:$|[.,:;!)—–-])|\s(?:than|because|since|as|for|due|over|overall|in|of|to|here|and|but|so|{NOUNS}|one)\b)"
)
_ALONE = rf"(?!\s?(?:and|or|nor|/|,)\s?{_LOOSE})"
_NOT_LISTED = rf"(?<!{_LOOSE} and )(?<!{_LOOSE} or )(?<!{_LOOSE} nor )"
_KIND = r"helpful|accurate|coherent|relevant|informative|useful|correct|appropriate|convincing"

_WINS = [
    re.compile(rf"{_NOT_LISTED}{_X}{_IS}{_HOW}(?:{_BETTER})\b{_END}"),
    re.compile(
        rf"{_NOT_LISTED}{_X}\s(?:provides|gives|offers|has|makes|presents)\s{_HOW}(?:better|best)\s(?:{NOUNS})\b"
    ),
    re.compile(rf"{_NOT_LISTED}{_X}\s{_HOW}(?:wins|won|prevails|outperforms|beats|surpasses)\b"),
    re.compile(
        r"\b(?:prefer|preferred|choose|chose|choosing|pick|picked|select|selected|favou?r|vote for|go with|opt for|"
        rf"lean towards?|side with|rather have(?: (?:had|received|gotten|got))?|rather (?:receive|get|read)|"
        rf"(?:prefer|love|like) to (?:receive|have|get|read))\s{_HOW}{_X}{_ALONE}"
    ),
    re.compile(
        rf"\b(?:better|best|preferred|preferable|superior|stronger|winning)\s(?:\w{{1,20}}\s){{0,4}}?"
        rf"(?:is|was|would be|:)\s?:?\s?{_X}{_ALONE}"
    ),
]
_MARKED = re.compile(
    r"\b(?:verdict|choice|answer|preference|winner|decision|pick|judge?ment|conclusion|vote)\s?"
    rf"(?:is|goes to|would be|[:=]|-)\s?:?\s?{_X}{_ALONE}(?!\s(?:is|was|has|does|says|gives|and|or)\b)"
)
_MORE = re.compile(rf"{_NOT_LISTED}{_X}{_IS}{_HOW}more (?:{_KIND})\b")
_LOSES = re.compile(rf"{_NOT_LISTED}{_X}{_IS}{_HOW}(?:worse|worst|inferior|weaker|weakest)\b{_END}")
_NEUTRAL = (
    r"(?:so|therefore|thus|hence|overall|ok|okay|well|sure|yes|in conclusion|in my opinion|finally|ultimately|"
    r"i (?:think|believe|say)|i'd say|i would say|i'd go for|i would go for|it is|it's|its|this is|that|definitely|"
    r"clearly|for me|to me|my|final|the|verdict|answer|choice|is|[,:])"
)
_STATED = re.compile(rf"^(?:{_NEUTRAL}\s?){{0,8}}{_X}\s?[)\]]?$")
_LEADS = re.compile(rf"^{_X}\s?(?:[,;—–]|- |(?:because|since|as|due)\b)(?!\s?{_LOOSE})")
_OVER_ONE = re.compile(rf"\s?(?:(?:rather )?than|over|to)?\s?{_LOOSE}{_ALONE}")

_TIES = re.compile(
    r"(?:^|\b(?:it is|it's|its|is|be|as|call it|declare(?: it)?|verdict|answer|choice|say|choose|pick)\b\s?:?\s?|:\s?)"
    r"(?:a |an )?(?:\w{1,20} )?(?:tie|draw)\b(?! (?:the|a|up|to|into)\b)"
    rf"|\bequally (?:{_KIND}|good|bad|well|strong|weak|poor|valid|wrong|matched)\b"
    rf"|\bjust as (?:{_KIND}|good|bad) as\b|\bof (?:equal|the same) quality\b"
    r"|\b(?:neither|none)\b(?:(?!\bbut\b)[^.,;]){0,60}?\b(?:better|best|preferable|superior|wins)\b"
    r"|\bno (?:clear )?(?:preference|winner)\b"
)
_NO_TIE = re.compile(
    r"\b(?:no|not|isn't|never|rather than|instead of|without|hardly|almost|nearly|avoid|break the) (?:be )?(?:an? )?$"
)
_ONLY_TIE = re.compile(
    r"^(?:it is |it's |its |verdict: |answer: )?(?:a |both )?(?:tie|draw|equal|equally good|neither|both)$"
)

_CLAUSE = re.compile(r"[,;:(—–]|\b(?:but|so|therefore|thus|hence|because|since|and|however|then)\b")
_DENIED = re.compile(
    r"\b(?:not|no|never|nor|neither|hardly|cannot|\w{1,9}n't|dont|doesnt|isnt|disagree|doubt|false|wrong|untrue)\b"
)
_DENIES = re.compile(
    rf"{_X}\s(?:\w{{1,20}}\s){{0,2}}?(?:not|no|never|hardly|neither|\w{{1,9}}n't)\b[^,;]{{0,40}}?"
    rf"\b(?:{_BETTER}|as good)\b"
)
# Not the judge's own and whole word: reported, granted, or a mere possibility.
_NOT_MEANT = re.compile(
    r"\b(?:people|others|some|many|most|majority|everyone|users|critics|someone|percent|while|although|though|whereas|"
    r"might|may|could|unlike|claims?|asks?)\b|%"
)
_CONDITION = re.compile(r"\b(?:if|unless|whether|whichever|depending|depends)\b")
_HAD_TO = re.compile(r"\bif (?:i (?:had|have|must)(?: to)?|forced to)(?: (?:choose|pick|decide|say))?\b|\bnot only\b")
_CONCLUDES = re.compile(
    r"\b(?:therefore|thus|hence|overall|in conclusion|in summary|to conclude|to sum up|ultimately|consequently|"
    r"all in all|on balance|for these reasons|final|finally|verdict|so)\b"
)
_SENTENCE = re.compile(r"(?<=[.!?;。])\s+|\n")
_LISTED = re.compile(r"^[ \t]*[\ue100-\ue11f][.):][ \t]+(?=\w)", re.MULTILINE)


class _Claim(NamedTuple):
    sentence: int
    choice: str
    bare: bool  # a verdict and nothing else, or one that is marked as such
    concludes: bool


def read_verdict(text: str, options: tuple[tuple[str, str], ...], tie: str) -> Parsed:
    """Read a reply in free text.

    Args:
        options: what may be said → what it means, in the order shown.
        tie: what the tie means; it is read only where it is among the options.

    Returns:
        one record {choice: the option as shown, rationale: what was said beside it}.
    """
    text = text.strip()
    answers = tuple(shown for shown, means in options if means != tie)
    tied = next((shown for shown, means in options if means == tie), None)
    if not text or len(text) > READ or not answers:
        return Parsed(reason=("too long for a verdict" if answers else "nothing to choose from") if text else "empty")
    whole = _is_option(text, answers, tied)
    if whole is not None:
        return _found(whole, "exact", None)
    sentences = _sentences(text, answers)
    claims, denied = _claims(sentences, answers)
    fault = _fault(claims, denied)
    if fault is not None:
        return Parsed(reason=fault)
    choice = tied if claims[-1].choice == TIED else claims[-1].choice
    if choice is None:
        return Parsed(reason="a tie, which may not be said")
    return _found(choice, _method(claims, len(sentences)), _rationale(text, answers, tied))


def _fault(claims: list[_Claim], denied: set[str]) -> str | None:
    """Say why the verdicts of a reply do not come to one, if they do not."""
    if not claims or claims[-1].choice in denied:
        return "an answer is denied" if denied else "no verdict"
    last = claims[-1]
    others = [claim for claim in claims if claim.choice != last.choice]
    drawn = last.concludes and not any(claim.bare or claim.sentence == last.sentence for claim in others)
    return "several verdicts" if others and not drawn else None


def _found(choice: str, method: str, rationale: str | None) -> Parsed:
    return Parsed(({"choice": choice, "rationale": rationale},), (None,), method)


def _method(claims: list[_Claim], sentences: int) -> str:
    if len({claim.choice for claim in claims}) > 1:
        return "conclusion"
    if claims[0].sentence == 0:
        return "lead"
    return "last" if claims[-1].sentence == sentences - 1 else "stated"


def _rationale(text: str, answers: tuple[str, ...], tied: str | None) -> str:
    """Give what was said beside a verdict that has the first or the last line for itself; else all of it."""
    first, _, below = text.partition("\n")
    above, _, last = text.rpartition("\n")
    if below.strip() and _is_option(first, answers, tied) is not None:
        return below.strip()
    if above.strip() and _is_option(last, answers, tied) is not None:
        return above.strip()
    return text


def _is_option(text: str, answers: tuple[str, ...], tied: str | None) -> str | None:
    """Find the option that a text is and nothing else: as shown, in short, marked, in brackets, in any case."""
    if len(text) > 200:
        return None
    for one in answers:  # a name may itself end with what is stripped below
        if text.strip().casefold() == one.casefold():
            return one
    bare = _plain(text).casefold().strip(" \t.!?:,;()[]#_\n-—–。")
    named = {form: answer for answer, forms in _forms(answers).items() for form in forms}
    for word in (bare, re.sub(r"^(?:final )?(?:verdict|answer|choice|preference|winner)(?: is)?\s?[:=]?\s?", "", bare)):
        if word.strip("()[]. ") in named:
            return named[word.strip("()[]. ")]
    return tied if tied is not None and _ONLY_TIE.match(bare) else None


@lru_cache(maxsize=256)
def _forms(answers: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Give each answer's folded name and short name ("a"), without those that two answers share."""
    short = {one: re.sub(rf"^(?:{NOUNS})\s+(?=\S+$)", "", one.casefold()) for one in answers}
    alone = [form for form in short.values() if list(short.values()).count(form) == 1]
    return {one: tuple({_plain(one).casefold(), short[one]} & {_plain(one).casefold(), *alone}) for one in answers}


def _plain(text: str) -> str:
    """Drop quotes and markdown; one kind of space."""
    plain = _SIGNS.sub(" ", unicodedata.normalize("NFC", text)).translate(_MARKS)
    return "\n".join(" ".join(line.split()) for line in plain.splitlines())


def _sentences(text: str, answers: tuple[str, ...]) -> list[str]:
    """Cut a reply into sentences in which each answer is one sign."""
    pattern, signs = _mentions(answers)
    signed = pattern.sub(lambda found: signs[found.lastgroup or ""], _plain(text))
    signed = _LISTED.sub("", signed)  # "1. …", "A) …": the number of a point, not an answer
    return [one for part in _SENTENCE.split(_fold(signed)) if (one := part.strip(" .!:。[]"))]


def _fold(text: str) -> str:
    return _HAD_TO.sub("", re.sub(rf"\bthe (?={_LOOSE})", "", text.casefold())).replace("  ", " ")


@lru_cache(maxsize=256)
def _mentions(answers: tuple[str, ...]) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Make the pattern of all ways to name an answer, and the sign of each of its groups."""
    full: list[tuple[str, str]] = []
    bare: list[tuple[str, str]] = []
    signs: dict[str, str] = {}
    for place, answer in enumerate(answers):
        named, alone = chr(_NAMED + place), chr(_BARE + place)
        known = re.fullmatch(rf"(?:{NOUNS})\s+(\w+)", answer, re.IGNORECASE)
        forms = [rf"(?<![\w-]){_words(answer)}(?![\w]|-\w|\.\d)"]
        if known is not None:
            token = re.escape(known[1])
            forms.append(rf"(?<!\w)(?:{NOUNS})\s?[#:]?\s?[(\[]?{token}[)\]]?(?![\w'-])")
            if len(known[1]) > 2:
                forms.append(rf"(?<![\w-]){token}(?![\w-])")
            else:
                bare += [(f"m{place}", rf"\[\[\s?(?i:{token})\s?\]\]"), (f"b{place}", _alone(token))]
        if place < len(ORDINALS):
            forms.append(rf"(?<!\w){ORDINALS[place]} (?:{NOUNS}|one)(?!\w)")
        # "Answer A's reply" is the answer all the same.
        joined = "|".join(sorted(forms, key=len, reverse=True))
        full.append((f"f{place}", rf"(?i:(?:{joined})(?:'s (?:{NOUNS})(?!\w))?)"))
        signs |= {f"f{place}": named, f"b{place}": alone, f"m{place}": f"\nverdict: {named}\n"}
    full.sort(key=lambda pair: len(pair[1]), reverse=True)
    return re.compile("|".join(f"(?P<{name}>{form})" for name, form in [*full, *bare])), signs


def _alone(token: str) -> str:
    """Match a bare letter (a capital, for "a" is a word) or digit that stands for itself."""
    return rf"(?<![\w'.,/$-]){token}(?![\w'%/]|[.,]\d|-\w)"


def _words(name: str) -> str:
    return r"\s".join(re.escape(_plain(word)) for word in name.split())


def _claims(sentences: list[str], answers: tuple[str, ...]) -> tuple[list[_Claim], set[str]]:
    """List the verdicts of all sentences, and the answers of which one is denied."""
    strong: list[_Claim] = []
    weak: list[_Claim] = []
    denied: set[str] = set()
    for number, sentence in enumerate(sentences):
        if sentence.endswith("?") or _CONDITION.search(sentence):
            continue
        concludes = _CONCLUDES.search(sentence) is not None
        rest = sentence
        for tie in reversed(list(_TIES.finditer(sentence))):
            before = _clause(sentence, tie.start())
            if _NO_TIE.search(before + tie.group()[: _word_at(tie.group())]) or _DENIED.search(before):
                denied.add(TIED)
            elif not _NOT_MEANT.search(before):
                strong.append(_Claim(number, TIED, sentence == tie.group(), concludes))
            rest = rest[: tie.start()] + "," + rest[tie.end() :]
        denied |= {_choice(found, answers) for found in _DENIES.finditer(rest)}
        for found in (*_STATED.finditer(rest), *_LEADS.finditer(rest), *_MARKED.finditer(rest)):
            _add(strong, denied, _Claim(number, _choice(found, answers), True, concludes), rest, found)
        for pattern in _WINS:
            for found in pattern.finditer(rest):
                if len(answers) == 2 or not _OVER_ONE.match(rest, found.end()):
                    _add(strong, denied, _Claim(number, _choice(found, answers), False, concludes), rest, found)
        for found in _MORE.finditer(rest):
            _add(weak, denied, _Claim(number, _choice(found, answers), False, concludes), rest, found)
        for found in _LOSES.finditer(rest) if len(answers) == 2 else ():
            other = answers[1 - answers.index(_choice(found, answers))]
            _add(strong, denied, _Claim(number, other, False, concludes), rest, found)
    return strong or weak, denied


def _add(claims: list[_Claim], denied: set[str], claim: _Claim, sentence: str, found: re.Match[str]) -> None:
    """Keep a verdict that is meant; note one that is denied."""
    before = _clause(sentence, found.start())
    if _DENIED.search(before):
        denied.add(claim.choice)
    elif not _NOT_MEANT.search(before):
        claims.append(claim)


def _clause(sentence: str, at: int) -> str:
    """Give what stands before a place, from the beginning of its clause."""
    before = sentence[max(0, at - 200) : at]
    breaks = [found.end() for found in _CLAUSE.finditer(before)]
    return before[breaks[-1] if breaks else 0 :]


def _word_at(matched: str) -> int:
    """Find where the word for the tie begins in what led to it ("is a tie")."""
    found = re.search(r"tie|draw|equally|just as|of (?:equal|the same)|neither|none|no ", matched)
    return found.start() if found else 0


def _choice(found: re.Match[str], answers: tuple[str, ...]) -> str:
    return answers[(ord(found[1]) - _NAMED) % 0x100]

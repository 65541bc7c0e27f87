"""What stands around a text in a reply, and how it is cut off: rules side by side, each with its name.

==================== =================================================================================
method               what was done
==================== =================================================================================
``whole``            nothing: the reply is the text
``after preamble``   words of the assistant before the text are cut ("Sure! Here is a rewritten version:")
``fenced``           the text is what a code fence holds that spans the reply
``without prompt``   a beginning that was given, and is said again, is cut; the rest goes on from it
``without coda``     an assistant's last words about its text are cut ("Let me know if I should change it")
``quoted``           quotes around the whole are taken off, unless the seed stands in them too
``listed``           several texts: one for each number, bullet or heading
``paragraphs``       several texts: as many paragraphs (or lines) as were asked for
``json``             an object with ``text`` or ``texts``, or a list; ``json in text``, ``json, cut off``
==================== =================================================================================

Several cuts are named together, in the order made. What this refuses: to cut in doubt. A letter may end in "Let me
know if you can come", a story may begin with "Sure!": only words about the text itself are an assistant's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from harness.datatypes._objects import find_objects

Read = tuple[tuple[str, ...], str]  # the texts and the method; or no text and the reason

MOST_TRIES = 20  # braces at which an object may begin
MOST_TEXTS = 1000  # that a broken object is searched for; studies ask for a few
MOST_HEAD = 400  # characters that a preamble or a coda may have
BLANK = " \t\r\n\v\f\x00\x85\xa0\u200b\u2028\u2029\ufeff\ufffd"

_TEXT = (
    r"(?:texts?|versions?|re-?writ(?:e|es|ten|ing)|re-?word(?:ed|ing)|paraphras(?:e|es|ed|ing)|re-?phras(?:ed|ing)|"
    r"variations?|variants?|alternatives?|renditions?|continuations?|drafts?|examples?|revisions?|revised|stor(?:y|ies)|"
    r"sentences?|posts?|comments?|messages?|tweets?|paragraphs?|responses?|answers?|repl(?:y|ies)|reviews?|abstracts?)"
)
_OPENER = r"(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|gladly|no problem|got it|understood)"
_HERE = r"(?:here(?:['’]?s| is| are| you go)|below (?:is|are)|this is|the following (?:is|are))"
# "Sure! Here is a text: …", "Here are nine texts:\n…": an opener, or the end of the line, makes it clear.
_PREAMBLES = [
    rf"{_OPENER}\b[^\n:]{{0,80}}?\b{_HERE}\b[^\n:]{{0,200}}:",
    rf"{_OPENER}\b[!.,][^\n]{{0,20}}\bI(?:['’]d| would|['’]ll| will| can)\b[^\n]{{0,160}}[.!:]?[*_ ]*\n",
    rf"{_HERE}\b[^\n:]{{0,120}}\b{_TEXT}\b[^\n:]{{0,160}}:[*_ \t]*\n",
    # On one line with the text only words that no text uses of itself.
    rf"{_HERE} (?:a|an|the|my|your|one|another)\b[^\n:]{{0,40}}"
    r"\b(?:re-?written|re-?worded|re-?phrased|paraphrased|revised|similar|new|possible|alternative)"
    rf"\b[^\n:]{{0,40}}\b{_TEXT}\b[^\n:]{{0,120}}:",
    rf"{_HERE} (?:a|an|the|my|your|one|another)\b[^\n:]{{0,40}}\b(?:paraphrase|rewrite|continuation)\b[^\n:]{{0,120}}:",
    # A heading that names the kind of text.
    r"(?:the |my |your )?(?:re-?written|re-?worded|re-?phrased|paraphrased|revised|new) "
    r"(?:text|version|sentence|post|comment|message|tweet|paragraph|review)s?[*_ ]{0,4}:",
    r"(?:rewrite|rewritten|paraphrase|paraphrased|rephrased|continuation)[*_ ]{0,4}:",
]
_PREAMBLE = re.compile(rf"[#*_> \t]{{0,8}}(?:{'|'.join(_PREAMBLES)})[*_ \t]*", re.IGNORECASE)
# Only what speaks of the text: an offer to change it, a note on how it was made.
_ABOUT = (
    r"\b(?:changes?|adjust\w*|revis\w+|modif\w+|tweak\w*|edit(?:s|ed)?|re-?writ\w+|re-?phras\w+|paraphras\w+|"
    r"(?:this|another|different|the original|original|rewritten|new) (?:version|text|tone|style|variation|wording)s?|"
    r"more (?:versions|variations|examples|texts))\b"
)
_CODA = re.compile(
    r"[(\[*_ ]{0,4}(?:(?:please )?let me know\b|(?:I )?hope (?:this|that|it)\b|feel free to\b|would you like me to\b|"
    rf"do you want me to\b|if you(?:['’]d| would)? (?:like|need|want|prefer)\b|note\b[*_]{{0,2}}:)"
    rf"(?=[^\n]{{0,200}}{_ABOUT})[^\n]*\Z",
    re.IGNORECASE,
)
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*[\w+-]{0,20}[ \t]*\r?\n(.*?)\r?\n?[ \t]*(?:\1|\Z)", re.DOTALL)
_QUOTES = {'"': '"', "“": "”", "«": "»", "„": "“", "「": "」", "'": "'", "‘": "’"}
_NUMBER = re.compile(
    r"^[ \t]{0,3}[#*_>\[( ]{0,6}(?:(?:text|version|example|option|variation|variant|comment|post|tweet|sentence|"
    r"rewrite)[ \t]+#?)?(\d{1,3})[*_]{0,2}(?:[.):\]]+|[ \t]*[-–—](?=[ \t]))[*_:]{0,3}(?!\d)[ \t]*",
    re.MULTILINE | re.IGNORECASE,
)
_BULLET = re.compile(r"^[ \t]{0,3}[-*•–][ \t]+", re.MULTILINE)
_AROUND = "\"'“‘«*_…." + BLANK
_EMPTY = re.compile(
    r"[\s!-/:-@\[-`{-~\u2010-\u2027\u2030-\u205e]*\Z"
)  # dots, dashes, marks; an emoji is a word to those who write it
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def read_one(reply: str, seed: str = "", *, continues: bool = False) -> Read:
    """Read the one text of a reply.

    Args:
        seed: the text that was given to be rewritten or to be gone on with.
        continues: the task is to go on with the seed.
    """
    text, told = _clean(reply), []
    if not text:
        return (), "empty"
    object_ = _object_of(text)
    if object_ is not None and len(object_) == 1:
        return object_, "json"
    cuts: list[tuple[str, Callable[[str], str]]] = [
        ("after preamble", _cut_preamble),
        ("fenced", _cut_fence),
        ("without coda", _cut_coda),
        ("quoted", lambda said: _cut_quotes(said, seed)),
        ("without prompt", lambda said: _cut_prompt(said, seed) if continues else said),
    ]
    for name, cut in cuts:
        left = cut(text)
        if left != text:
            told.append(name)
        text = left.strip(BLANK)
        if not text:
            return (), "the beginning again and no more" if name == "without prompt" else "words around and no text"
    return ((), "no words") if _EMPTY.match(text) else ((text,), ", ".join(told) or "whole")


def read_several(reply: str, count: int, seed: str = "") -> Read:
    """Read the texts of a reply that was asked for so many; more or fewer are read as they are."""
    text = _clean(reply)
    if not text:
        return (), "empty"
    found, told = _read_json(text)
    if found:
        return found, told
    text = _cut_coda(_cut_fence(_cut_preamble(text))).strip(BLANK)
    parts, method = _listed(text), "listed"
    if not parts:
        for divider in (r"\n[ \t]*\n", r"\n"):
            pieces = [part for part in re.split(divider, text) if part.strip(BLANK)]
            if len(pieces) == count:
                parts, method = pieces, "paragraphs"
                break
    if not parts and "\n" not in text:
        parts, method = [text], "whole"
    texts = [_cut_quotes(part.strip(BLANK), seed).strip(BLANK) for part in parts]
    kept = tuple(one for one in texts if not _EMPTY.match(one))
    return (kept, method) if kept else ((), "no list of texts")


def read_json(reply: str) -> Read:
    """Read the object that the format ``json`` asks for; whole texts of one that was cut off, or its first."""
    text = _clean(reply)
    if not text:
        return (), "empty"
    return _read_json(text)


def _read_json(text: str) -> Read:
    """Look for the one object or list: as the whole, in a fence or among words, or cut off."""
    found = _object_of(text)
    if found is not None:
        return (found, "json") if found else ((), "no text in the object")
    held: list[tuple[str, ...]] = []
    for value, _, _ in find_objects(text, MOST_TRIES):
        one = _texts_of(value)
        held += [one] if one and one not in held else []
    if len(held) == 1:
        return held[0], "json in text"
    if held:
        return (), "several JSON objects"
    whole = _cut_off(text)
    return (whole, "json, cut off") if whole else ((), "no JSON object")


def _object_of(text: str) -> tuple[str, ...] | None:
    """Give the texts of a reply that is JSON of the right shape and nothing else; None if it is not."""
    inner = _cut_fence(text).strip(BLANK)
    if not inner.startswith(("{", "[")):
        return None
    try:
        return _texts_of(json.loads(inner))
    except (ValueError, RecursionError):
        return None


def _texts_of(value: Any) -> tuple[str, ...] | None:
    """Give the texts of ``{"text": …}``, ``{"texts": […]}`` or a list of either; None for any other shape."""
    if isinstance(value, dict) and len(value) == 1 and set(value) <= {"text", "texts"}:
        value = next(iter(value.values()))
    parts = value if isinstance(value, list) else [value]
    parts = [part["text"] if isinstance(part, dict) and set(part) == {"text"} else part for part in parts]
    if not all(isinstance(part, str) for part in parts):
        return None
    return tuple(clean for part in parts if (clean := _clean(part)))


_BEGUN = re.compile(r'\{\s*"texts?"\s*:\s*\[?\s*(?=")')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)("?)\s*(,?)\s*', re.DOTALL)


def _cut_off(text: str) -> tuple[str, ...]:
    """Read the texts of an object that never ends: the whole ones, or, if there is none, what there is of the first."""
    begun = _BEGUN.search(text)
    whole: list[str] = []
    at = begun.end() if begun else len(text)
    while len(whole) < MOST_TEXTS and (string := _STRING.match(text, at)) is not None:
        if not string[2]:
            return tuple(whole) or _decoded(string[1].rstrip("\\"))
        whole += _decoded(string[1])
        if not string[3]:
            break
        at = string.end()
    return tuple(whole)


def _decoded(inner: str) -> tuple[str, ...]:
    inner = re.sub(r"\\u[0-9a-fA-F]{0,3}\Z", "", inner)  # cut off within an escape
    try:
        text = _clean(json.loads(f'"{inner}"', strict=False))
    except ValueError:
        return ()
    return (text,) if text else ()


def _clean(text: str) -> str:
    """Strip blanks, and replace what no table holds."""
    return _UNSTORABLE.sub("\ufffd", text.strip(BLANK)).strip(BLANK)


def _cut_preamble(text: str) -> str:
    found = _PREAMBLE.match(text[: 2 * MOST_HEAD])
    return text if found is None else text[found.end() :].lstrip(BLANK)


def _cut_fence(text: str) -> str:
    """Take what a fence holds, if it begins the text and ends it (or is never closed)."""
    found = _FENCE.match(text)
    return found[2] if found is not None and found.end() == len(text) else text


def _cut_coda(text: str) -> str:
    """Cut the last paragraph if it speaks of the text before it."""
    body, gap, last = text.rpartition("\n\n")
    if not gap or len(last) > MOST_HEAD or not body.strip(BLANK):
        return text
    return body if _CODA.match(last.strip()) else text


def _cut_prompt(text: str, seed: str) -> str:
    """Cut off a beginning that is said again, give or take what stands before it and its spaces."""
    words = seed.lstrip(_AROUND).split()
    at = len(text) - len(text.lstrip(_AROUND))
    for word in words:
        if not text.startswith(word, at):
            return text
        at += len(word)
        while at < len(text) and text[at].isspace():
            at += 1
    return text[at:] if words else text


def _cut_quotes(text: str, seed: str) -> str:
    """Take off quotes around the whole, if they are one pair and not the seed's own."""
    mark = text[:1]
    close = _QUOTES.get(mark)
    inner = text[1:-1]
    if close is None or len(text) < 3 or not text.endswith(close) or seed.strip().startswith(mark):
        return text
    if mark == "'" or close == "’":  # an apostrophe stands between letters, a quote does not
        return text if re.search(rf"(?<!\w){close}|{close}(?!\w)", inner) else inner
    return text if mark in inner or close in inner else inner


def _listed(text: str) -> list[str]:
    """Divide a list at its numbers, or else at its bullets; empty if it is none."""
    marks = [found for found in _NUMBER.finditer(text) if found.end() < len(text)]
    counted = _ascending(marks)
    if len(counted) >= 2 or (counted and counted[0].start() == 0 and int(counted[0][1]) == 1):
        first = int(counted[0][1])
        # A prompt that ends in "1." is answered by the first text without a number.
        return [*([text[: counted[0].start()]] if first == 2 else []), *_between(text, counted)]
    bullets = list(_BULLET.finditer(text))
    return _between(text, bullets) if len(bullets) >= 2 else []


def _ascending(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    """Keep the marks that count on from the first, so that a number within a text divides nothing."""
    kept: list[re.Match[str]] = []
    for mark in marks:
        number = int(mark[1])
        if number == (int(kept[-1][1]) + 1 if kept else number) and (kept or number in (1, 2)):
            kept.append(mark)
    return kept


def _between(text: str, marks: list[re.Match[str]]) -> list[str]:
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return [text[mark.end() : end] for mark, end in zip(marks, ends, strict=True)]

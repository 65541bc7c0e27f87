"""Tasks and answers in replies: one rule after the other, the strict ones first, and which one it was.

================== ==================================================================================
``json``           the whole reply is ``{"tasks": […]}``, a list, or one task
``json in text``   the same in a fence or a sentence
``json lines``     several tasks one after another
``json, cut off``  the tasks that are whole, of JSON that breaks off
``headed``         blocks with headings: Instruction, Input, Output, in any of the usual spellings
``listed``         a numbered or bulleted list of bare instructions
================== ==================================================================================

and for answers ``json``, ``json in text``, ``fenced`` (one code fence around all), ``headed`` ("Output:" before
it) and ``whole``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from harness.types import Parsed

READ = 60_000  # characters in which tasks are looked for: fifty long ones
MOST_TRIES = 100  # brackets at which JSON may begin in vain
MOST_TASKS = 500

KEYS = ("instruction", "input", "output")
_NAMES = {
    "instruction": "instruction", "task": "instruction", "instructions": "instruction", "prompt": "instruction",
    "question": "instruction",
    "input": "input", "context": "input", "output": "output", "response": "output", "answer": "output",
    "completion": "output", "solution": "output",
}  # fmt: skip
_NONE = re.compile(
    r"[<(\[]?\s*(?:no ?input|none|n\s*/\s*a|null|not applicable|no input (?:is )?(?:needed|required|necessary|given))"
    r"\s*[>)\]]?\s*\.?",
    re.IGNORECASE,
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Replace what no database holds: NUL and lone surrogates, which JSON may hide in its escapes."""
    return _UNSTORABLE.sub("\ufffd", text)


def value_of(said: Any) -> str | None:
    """Give a value as text without the space around it; None for nothing."""
    if said is None:
        return None
    try:
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    except RecursionError:
        return None
    return clean(text).strip() or None


def _input_of(said: Any) -> str | None:
    text = value_of(said)
    return None if text is None or (len(text) < 60 and _NONE.fullmatch(text)) else text


def read_tasks(text: str, *, held: bool) -> Parsed:
    """Read the tasks of a reply.

    Args:
        held: the model was held to the schema, so that nothing but its JSON counts.
    """
    text = text.strip()[:READ]
    if not text:
        return Parsed(reason="empty")
    found = _find_json(text)
    whole = found.method == "json"
    tasks = [task for value in found.values for task in _tasks_in(value, held=held, whole=whole)]
    if tasks:
        return _told(tasks, found.method)
    if held:
        return Parsed(reason="no task in the JSON" if found.values else "no JSON object")
    for method, read in (("headed", _read_headed), ("listed", _read_listed)):
        tasks = read(text)
        if tasks:
            return _told(tasks, method)
    return Parsed(reason="no task in the JSON" if found.values else "no task")


def read_answer(text: str, *, held: bool) -> tuple[str | None, str]:
    """Read an answer.

    Returns:
        the output and the rule that matched, or None and the reason.
    """
    text = text.strip()
    if held:
        return _read_held_answer(text)
    if fence := _FENCE.fullmatch(text):
        return (fence[1].strip(), "fenced") if fence[1].strip() else (None, "empty")
    if heading := _ANSWER_HEADING.match(text):
        rest = text[heading.end() :].strip()
        return (rest, "headed") if rest else (None, "empty")
    return (text, "whole") if text else (None, "empty")


def _read_held_answer(text: str) -> tuple[str | None, str]:
    found = _find_json(text[:READ])
    objects = [value for value in found.values if isinstance(value, dict)]
    if len(objects) != 1 or found.method == "json, cut off":
        return None, "no JSON object" if len(objects) < 2 else "several JSON objects"
    if list(objects[0]) != ["output"] or not isinstance(objects[0]["output"], str):
        return None, "the object is not of the schema"
    output = objects[0]["output"].strip()
    return (output, found.method) if output else (None, "empty")


# One fence around all: no other fence may stand within.
_FENCE = re.compile(r"```[\w+-]*[ \t]*\n((?:(?!```).)*)\n?```", re.DOTALL)
_ANSWER_HEADING = re.compile(
    r"(?:#{1,6}[ \t]?)?(?:\*\*|__)?(?:expected |sample |example )?(?:output|response|answer)"
    r"(?:\*\*|__)?[ \t]?:[ \t]?(?:\*\*|__)?",
    re.IGNORECASE,
)


class _Json(NamedTuple):
    values: list[Any]
    method: str


def _find_json(text: str) -> _Json:
    """Find the JSON values of a text one after another; of a list that breaks off, those within that are whole."""
    decoder = json.JSONDecoder()
    values: list[Any] = []
    whole, tries = False, 0
    opening = _OPENS.search(text)
    while opening and tries < MOST_TRIES and len(values) < MOST_TASKS:
        at = opening.start()
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            tries, end = tries + 1, at + 1
        else:
            values.append(value)
            whole = at == 0 and end == len(text)
        opening = _OPENS.search(text, end)
    if tries:
        return _Json(values, "json, cut off")
    if len(values) > 1:
        return _Json(values, "json lines")
    return _Json(values, "json" if whole else "json in text")


# A bracket in prose is no beginning of JSON: a key, a list or an object must follow.
_OPENS = re.compile(r'\{(?=\s{0,40}")|\[(?=\s{0,40}[\[{"])')


def _tasks_in(value: Any, *, held: bool, whole: bool) -> Iterator[Mapping[str, str | None]]:
    """Give the tasks of a JSON value: an object with a list of them, a list, or one task."""
    if isinstance(value, list):
        tasks = (_task_of(one, held=held, loose=whole) for one in value)
        yield from (task for task in tasks if task is not None)
    elif isinstance(value, Mapping):
        own = _task_of(value, held=held, loose=whole)
        if own is not None:
            yield own
            return
        for key, listed in value.items():
            if isinstance(listed, list) and (key == "tasks" or not held):
                yield from _tasks_in(listed, held=held, whole=whole or key == "tasks")


def _task_of(value: Any, *, held: bool, loose: bool) -> Mapping[str, str | None] | None:
    """Read one task.

    Args:
        held: nothing but the schema counts.
        loose: other names of the keys count too, and bare instructions. Within a text these may be anything.
    """
    if isinstance(value, str) and loose and not held:
        return _task(value, None, None)
    if not isinstance(value, Mapping):
        return None
    if held:
        fits = set(value) == set(KEYS) and all(isinstance(value[key], str | None) for key in KEYS)
        return _task(*(value[key] for key in KEYS)) if fits else None
    named: dict[str, Any] = {}
    for key, said in value.items():  # of two names for one thing the first counts
        bare = str(key).strip().lower()
        named.setdefault(_NAMES.get(bare, "") if loose else bare, said)
    return _task(named.get("instruction"), named.get("input"), named.get("output"))


def _task(instruction: Any, given: Any, output: Any) -> Mapping[str, str | None] | None:
    told = value_of(instruction) if isinstance(instruction, str) else None
    return None if told is None else {"instruction": told, "input": _input_of(given), "output": value_of(output)}


# Spaces are counted, so that a line of nothing else is no puzzle.
_HEADING = re.compile(
    r"[ \t]{0,8}(?:(?:[#>*_\-•–+]|\(?\d{1,3}[.)\]:])[ \t]{0,4}){0,6}(?:new |example |sample |expected )?"
    rf"(?P<name>task|{'|'.join(name for name in _NAMES if name != 'task')})"
    r"[ \t]{0,4}(?:#?[ \t]{0,2}(?P<number>\d{1,3}))?[ \t]{0,4}(?:\*\*|__|\*)?[ \t]{0,4}(?P<end>[:：]|[.)]?$)"
    r"[ \t]{0,4}(?:\*\*|__|\*)?",
    re.IGNORECASE,
)
# Within the line of an instruction, the other headings may follow.
_INLINE = re.compile(r"(?<=\S)[ \t](?=(?:\*\*)?(?:Input|Output|Response)(?:\*\*)?:)")
_RULE = re.compile(r"[ \t]{0,8}(?:[-*_=#]{2,}|#|\(?\d{1,3}[.)]|```\w*)?[ \t]{0,8}")


def _read_headed(text: str) -> list[Mapping[str, str | None]]:
    """Read blocks with headings.

    Of several names for one thing only the first of ``_NAMES`` is a heading: where there are instructions and
    outputs, "Question:" and "Answer:" are part of a task's text, and so is the "Instructions:" of a recipe. A small
    model that was shown "Instruction:" may well say "Instructions:" itself.
    """
    lines = [(line, [*_headings(line)]) for line in text.splitlines()]
    said = {name for _, heads in lines for name, _ in heads}
    names = {next((n for n, r in _NAMES.items() if r == role and n in said - {"task"}), "") for role in KEYS}
    if not names & {"prompt", "question"}:
        names.add("task")
    blocks: list[dict[str, list[str]]] = []
    part: list[str] | None = None
    titled = False  # "Task 1: a title" may come before "Instruction: …"
    before = ""
    for line, heads in lines:
        if not before.strip() and "instruction" in names and heads and heads[0][0] == "instructions" and heads[0][1]:
            heads[0] = ("instruction", heads[0][1])  # a block by itself, where a recipe's stands within one
        before = line
        if not heads or any(name not in names for name, _ in heads):
            if part is not None:
                part.append(line)
            continue
        for name, rest in heads:
            role = _NAMES[name]
            if name == "task" or not blocks or (role in blocks[-1] and not (titled and role == "instruction")):
                blocks.append({})
            part = blocks[-1][role] = [rest]
            titled = name == "task"
    tasks = (_task(*(_joined(block.get(key)) for key in KEYS)) for block in blocks)
    return [task for task in tasks if task is not None][:MOST_TASKS]


def _joined(lines: list[str] | None) -> str | None:
    """Join the lines of a part, without rules and bare numbers at its end and bold marks around it."""
    if lines is None:
        return None
    while lines and _RULE.fullmatch(lines[-1]):
        lines.pop()
    return _unmarked("\n".join(lines))


def _unmarked(text: str) -> str:
    text = text.strip()
    for mark in ("**", "__", "```"):
        if text.startswith(mark) and text.endswith(mark) and text.count(mark) == 2:
            text = text[len(mark) : -len(mark)].strip()
    return text


def _headings(line: str) -> Iterator[tuple[str, str]]:
    """Give the headings of a line with what follows each: "Task 1: Instruction: …" has two."""
    found = _HEADING.match(line)
    if not found or not _is_heading(line, found):
        return
    name, rest = found["name"].lower(), line[found.end() :]
    inner = _HEADING.match(rest) if name == "task" else None
    if inner and inner["end"] in (":", "："):
        yield name, ""
        name, rest = inner["name"].lower(), rest[inner.end() :]
    first, *others = [rest] if _NAMES[name] == "output" else _INLINE.split(rest, maxsplit=2)
    yield name, first
    for other in others:
        if found := _HEADING.match(other):
            yield found["name"].lower(), other[found.end() :]


def _is_heading(line: str, found: re.Match[str]) -> bool:
    """Tell a heading from a sentence that begins with such a word: a colon, or a number or mark and nothing else."""
    return found["end"] in (":", "：") or found["number"] is not None or line.lstrip()[:1] in ("#", "*", "_")


_NUMBERED = re.compile(r"[ \t]{0,3}(?:\*\*)?\(?(\d{1,3})[.)][ \t]{0,4}(?:\*\*)?[ \t]{0,4}(?=\S)")
_BULLET = re.compile(r"[ \t]{0,3}[-*•–][ \t]{1,4}(?=\S)")


def _read_listed(text: str) -> list[Mapping[str, str | None]]:
    """Read a list of bare instructions: numbered from 1, or with two bullets or more."""
    lines = text.splitlines()
    numbered = [found for line in lines if (found := _NUMBERED.match(line))]
    marker = _NUMBERED if numbered and numbered[0][1] == "1" else _BULLET
    items: list[list[str]] = []
    open_item = False
    for line in lines:
        if found := marker.match(line):
            items.append([line[found.end() :]])
            open_item = True
        elif not line.strip():
            open_item = False
        elif open_item:
            items[-1].append(line.strip())
    if marker is _BULLET and len(items) < 2:
        return []
    told = (_task(_unmarked("\n".join(item)).replace("**", ""), None, None) for item in items[:MOST_TASKS])
    return [task for task in told if task is not None]


def _told(tasks: list[Mapping[str, str | None]], method: str) -> Parsed:
    return Parsed(tuple(tasks[:MOST_TASKS]), (None,) * len(tasks[:MOST_TASKS]), method)

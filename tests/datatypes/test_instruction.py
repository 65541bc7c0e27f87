"""What is read out of replies that make up tasks, or that answer one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.datatypes import instruction
from harness.parse import read_reply
from harness.types import Cell, Parsed
from tests.soon import soon

FIELDS = {"instruction": "Name a colour.", "input": ""}
TWO = [
    {"instruction": "Write a short poem.", "input": None, "output": "Roses are red."},
    {"instruction": "Sort the list.", "input": "b, a", "output": "a, b"},
]


def parse(text: str, makes: str = "tasks", level: str = "text", fields: dict[str, Any] | None = None) -> Parsed:
    return instruction.parse(text, cell(makes, level, fields))


def cell(makes: str = "tasks", level: str = "text", fields: dict[str, Any] | None = None) -> Cell:
    asked = {"makes": makes, "count": 2}
    return Cell("d", "1", 0, fields=FIELDS if fields is None else fields, levels={"format": level}, asked=asked)


HEADED = {
    "plain": """Instruction: Write a short poem.
Input: <noinput>
Output: Roses are red.

Instruction: Sort the list.
Input: b, a
Output: a, b""",
    "numbered tasks": """Here are two tasks.

Task 1:
Instruction: Write a short poem.
Input: None
Output: Roses are red.

---
Task 2:
Instruction: Sort the list.
Input: b, a
Output: a, b
""",
    "markdown": """### Task 1
**Instruction:** Write a short poem.
**Input:** N/A
**Output:** Roses are red.

### Task 2
**Instruction**: Sort the list.
**Input**: b, a

**Output**:
a, b
***""",
    "numbered instructions": """1. Instruction: Write a short poem.
   Input: (no input)
   Output: Roses are red.
2. Instruction: Sort the list.
   Input: b, a
   Output: a, b
3.""",
    "titles": """Task 1: Poetry
Instruction: Write a short poem.
Output: Roses are red.
Task 2: Sorting
Instruction: Sort the list.
Input: b, a
Output: a, b""",
    "one line each": """Instruction: Write a short poem. Input: none Output: Roses are red.
Instruction: Sort the list. Input: b, a Output: a, b""",
    "alpaca": """### Instruction:
Write a short poem.

### Input:


### Response:
Roses are red.

### Instruction:
Sort the list.

### Input:
b, a

### Response:
a, b""",
    "plural": """Task 1:
Instructions: Write a short poem.
Output: Roses are red.

Task 2:
Instructions: Sort the list.
Input: b, a
Output: a, b""",
    "singular and plural": """Instruction: Write a short poem.
Output: Roses are red.

Instructions: Sort the list.
Input: b, a
Output: a, b""",
    "questions": """Question: Write a short poem.
Answer: Roses are red.
Question: Sort the list.
Input: b, a
Answer: a, b""",
}


@pytest.mark.parametrize("text", HEADED.values(), ids=HEADED)
def test_headings_in_the_usual_spellings(text: str) -> None:
    parsed = parse(text)
    assert parsed.method == "headed"
    assert list(parsed.records) == TWO


def test_json_in_its_shapes() -> None:
    tasks = json.dumps({"tasks": TWO})
    lines = "\n".join(json.dumps(task) for task in TWO)
    loose = json.dumps([{"Task": t["instruction"], "context": t["input"], "response": t["output"]} for t in TWO])
    for text, method in (
        (tasks, "json"),
        (json.dumps(TWO, indent=2), "json"),
        (loose, "json"),
        (f"Sure!\n```json\n{tasks}\n```\nEnjoy.", "json in text"),
        (lines, "json lines"),
        (tasks[:-2] + ', {"instruction": "A third', "json, cut off"),
        (lines + '\n{"instruction": "A th', "json, cut off"),
    ):
        parsed = parse(text)
        assert (parsed.method, list(parsed.records)) == (method, TWO), text


def test_a_model_that_was_held_to_the_schema_is_held_to_it() -> None:
    assert list(parse(json.dumps({"tasks": TWO}), level="json").records) == TWO
    assert parse(json.dumps({"tasks": [{"instruction": "a", "output": "b"}]}), level="json").reason
    assert parse(HEADED["plain"], level="json").reason == "no JSON object"
    assert parse('{"tasks": []}', level="json").reason == "no task in the JSON"
    schema = instruction.constraint({"makes": "tasks"}, (), {"format": "json"})
    assert schema is not None
    task = schema.schema["properties"]["tasks"]["items"]
    assert task["required"] == ["instruction", "input", "output"] and task["additionalProperties"] is False
    assert task["properties"]["output"]["type"] == ["string", "null"]
    assert instruction.constraint({"makes": "tasks"}, (), {}) is None


def test_words_that_head_a_block_elsewhere_are_text_within_a_task() -> None:
    text = "Instruction: Answer the question.\nInput: Question: Who?\nAnswer: …\nOutput: It was\nAnswer: Ann."
    assert list(parse(text).records) == [
        {"instruction": "Answer the question.", "input": "Question: Who?\nAnswer: …", "output": "It was\nAnswer: Ann."}
    ]
    recipe = "Instruction: Give a recipe.\nOutput: Tea.\nInstructions: Boil water."
    assert [r["output"] for r in parse(recipe).records] == ["Tea.\nInstructions: Boil water."]
    recipe = "Instruction: Give a recipe.\nOutput: Tea.\n\nInstructions:\n1. Boil water."
    assert [r["output"] for r in parse(recipe).records] == ["Tea.\n\nInstructions:\n1. Boil water."]
    listed = 'Instruction: Sort ["b", "a"].\nOutput: ["a", "b"]'
    assert parse(listed).records[0]["output"] == '["a", "b"]'
    held = 'Instruction: Read it.\nInput: {"question": "Who?", "answer": "Ann"}\nOutput: Ann'
    assert parse(held).method == "headed"


def test_a_list_of_bare_instructions_lacks_outputs() -> None:
    for text in (
        "Sure:\n1. Write a poem.\n2. **Sort** the\n   list.\n\nHave fun!",
        "- Write a poem.\n- Sort the\n  list.",
        "Task 1: Write a poem.\nTask 2: Sort the\nlist.",
    ):
        parsed = parse(text)
        assert [r["instruction"] for r in parsed.records] == ["Write a poem.", "Sort the\nlist."], text
        assert all(r["output"] is None and r["input"] is None for r in parsed.records)


@pytest.mark.parametrize(
    "text",
    ["", "Once upon a time.", "- only one bullet", "In 2020. A year.", "{", "[]", "null", "Output: 4", '{"a": [1]}'],
)
def test_what_holds_no_task_says_so(text: str) -> None:
    parsed = parse(text)
    assert not parsed.records and parsed.reason


@pytest.mark.parametrize(
    ("text", "output", "method"),
    [
        ("Blue.\n", "Blue.", "whole"),
        ("**Output:** Blue.", "Blue.", "headed"),
        ("### Response:\nBlue.", "Blue.", "headed"),
        ("```python\nprint(1)\n```", "print(1)", "fenced"),
        ("See:\n```\na\n```\nand\n```\nb\n```", "See:\n```\na\n```\nand\n```\nb\n```", "whole"),
        ("1. a\n2. b", "1. a\n2. b", "whole"),
    ],
)
def test_an_answer_repeats_its_instruction(text: str, output: str, method: str) -> None:
    parsed = parse(text, "answers")
    assert list(parsed.records) == [{"instruction": "Name a colour.", "input": None, "output": output}]
    assert parsed.method == method


def test_answers_held_to_the_schema() -> None:
    assert parse('{"output": "Blue."}', "answers", "json").records[0]["output"] == "Blue."
    for text in ("Blue.", '{"output": 3}', '{"output": "a", "why": "b"}', '{"output": "a', '{"output": " "}'):
        assert parse(text, "answers", "json").reason


SORRY = "I'm sorry, but I can't help with that."


def test_a_refusal_is_no_output() -> None:
    for text in (SORRY, f"Output: {SORRY}"):
        parsed, refused = read_reply(instruction, text, "stop", cell("answers"))
        assert refused and not parsed.records
    parsed, refused = read_reply(instruction, json.dumps({"output": SORRY}), "stop", cell("answers", "json"))
    assert refused and not parsed.records


@pytest.mark.parametrize(
    "text",
    [
        "Dear customer,\n\nthank you for your patience in this matter. I am sorry that the parcel was late.",
        "As an AI, I have no favourite. " + "But people often name blue, for the sky is blue and so is the sea. " * 8,
    ],
)
def test_an_answer_that_is_sorry_or_hedges_is_an_answer(text: str) -> None:
    parsed, refused = read_reply(instruction, text, "stop", cell("answers"))
    assert parsed.records and not refused


def test_a_task_whose_output_is_a_refusal_is_a_task() -> None:
    text = f"Instruction: Pick a lock.\nOutput: {SORRY}"
    parsed, refused = read_reply(instruction, text, "stop", cell())
    assert parsed.records[0]["output"] == SORRY and not refused


def test_an_imported_record() -> None:
    tasks, answers = instruction.Config(), instruction.Config(makes="answers")
    read = instruction.read(tasks, {"instruction": " Do it. ", "input": "", "output": None})
    assert read == {"instruction": "Do it.", "input": None, "output": None}
    with pytest.raises(ValueError, match="an instruction is empty"):
        instruction.read(tasks, {"output": "x"})
    with pytest.raises(ValueError, match="no output to"):
        instruction.read(answers, {"instruction": "Do it."})


@pytest.mark.parametrize(
    "table",
    [
        {"words": [5, 1]},
        {"words": [1]},
        {"distinct": 0},
        {"count": 0},
        {"language": "English"},
        {"makes": "answers", "distinct": 0.7},
    ],
)
def test_a_table_that_means_nothing_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        instruction.Config(**table)


def test_a_template_sees_an_input_where_there_is_none() -> None:
    assert instruction.next_turn({}, {}, {"instruction": "a"}, ()) == {"input_text": ""}
    assert instruction.next_turn({}, {}, {"instruction": "a", "input": "b"}, ()) == {"input_text": "b"}


HOSTILE = {
    "spaces": "input" + " " * 1_000_000,
    "a number and spaces": "1." + " " * 1_000_000 + "\nx",
    "a bullet and spaces": "-" + " " * 1_000_000 + "\nx",
    "marks and spaces": "Instruction: a" + " " * 1_000_000 + "Output",
    "open lists": "[{" * 500_000,
    "open keys": '{"' * 500_000,
    "half objects": '{"a":[1,' * 125_000,
    "many headings": "Task:" * 200_000,
    "one long line": "Instruction: a " + " Input:" * 140_000,
    "fences": "```" * 333_000,
    "hashes": "#" * 1_000_000,
    "bullets": "- a\n" * 250_000,
    "numbers": "1. " * 333_000,
    "instructions": "Instruction: a\n" * 66_000,
    "nested": "[" * 100_000 + "]" * 100_000,
    "lines": "\n" * 1_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_is_read_at_once(text: str) -> None:
    with soon():
        for makes in ("tasks", "answers"):
            for level in ("text", "json"):
                check(parse(text, makes, level))


def check(parsed: Parsed) -> None:
    assert bool(parsed.records) == (parsed.reason is None) == (parsed.method is not None)
    assert len(parsed.records) == len(parsed.shown_at)
    for record in parsed.records:
        assert list(record) == ["instruction", "input", "output"]
        instruction.Record.model_validate(record, strict=True)
        json.dumps(record, ensure_ascii=False).encode("utf-8")  # no lone surrogate


BITS = st.sampled_from(
    ["Instruction:", "\nInput:", "\nOutput: ", "Task 1", "\n\n", '{"tasks": [', '{"instruction": "a"', "}", "]", ",",
     "```json\n", "```", "**", "###", "1. ", "\n- ", SORRY, "<noinput>", "任务：写诗", "\x00", "\ud800", "\\ud800", '"']
)  # fmt: skip
TEXTS = st.lists(BITS | st.text(max_size=8), max_size=30).map("".join)


@given(TEXTS, st.sampled_from(["tasks", "answers"]), st.sampled_from(["text", "json"]))
@settings(max_examples=600, deadline=None)
def test_no_reply_breaks_it(text: str, makes: str, level: str) -> None:
    check(parse(text, makes, level))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(
    st.sampled_from(["tasks", "instruction", "input", "output", "task", "x"]), x)))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_no_json_breaks_it(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value)[:-1], f"Sure: {json.dumps({'tasks': [value]})}"):
        for level in ("text", "json"):
            check(parse(text, "tasks", level))


PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60).map(str.strip)
PLAIN = PLAIN.filter(lambda text: bool(text) and text.isprintable())
RECORDS = st.fixed_dictionaries({"instruction": PLAIN, "input": st.none() | PLAIN, "output": st.none() | PLAIN})


@given(st.lists(RECORDS, min_size=1, max_size=5))
@settings(deadline=None)
def test_what_is_written_as_json_is_read_as_it_was(records: list[dict[str, Any]]) -> None:
    for level in ("text", "json"):
        parsed = parse(json.dumps({"tasks": records}), level=level)
        nothing = [
            {**r, "input": None if parsed.records[n]["input"] is None else r["input"]} for n, r in enumerate(records)
        ]
        assert parsed.method == "json" and list(parsed.records) == nothing
        for read, written in zip(parsed.records, records, strict=True):  # "none" and "N/A" are no input
            assert read["input"] is not None or written["input"] is None or len(written["input"]) < 30


KEYS = ("instruction", "input", "output")
WORDS = st.lists(st.sampled_from(["write", "sort", "a", "poem", "the", "sea", "blue"]), min_size=1).map(" ".join)
TASKS = st.fixed_dictionaries({"instruction": WORDS, "input": st.none() | WORDS, "output": WORDS})


@given(st.lists(TASKS, min_size=1, max_size=5), st.sampled_from(["", "**", "### "]), st.booleans())
@settings(deadline=None)
def test_what_is_written_with_headings_is_read_as_it_was(
    records: list[dict[str, Any]], mark: str, number: bool
) -> None:
    close = mark.strip("# ")
    lines = []
    for place, record in enumerate(records, 1):
        lines += [f"Task {place}:"] if number else []
        lines += [f"{mark}{key.title()}:{close} {record[key] or 'none'}" for key in KEYS] + [""]
    parsed = parse("\n".join(lines))
    assert parsed.method == "headed" and list(parsed.records) == records

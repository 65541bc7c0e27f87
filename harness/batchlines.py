"""The lines of a batch's files: cell → request, and answer → reply, without rendering anything again.

``requests.jsonl`` is what is uploaded; ``cells.jsonl`` beside it says of each line which cell it was. What this
refuses: to hold a file in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import orjson

from harness.calls import Row, storable
from harness.errors import Passing, Rejected
from harness.types import Cell, Constraint, Message, Prompt, Reply, Request

REQUESTS, CELLS = "requests.jsonl", "cells.jsonl"
ANSWERS = ("output.jsonl", "errors.jsonl")


class Wire(Protocol):
    """What writes and reads the body of a call, live or in a batch."""

    def encode(self, request: Request) -> bytes:
        """Write the body of a request."""

    def read_answer(self, status: int, headers: Mapping[str, str], raw: bytes, request: Request) -> Reply:
        """Read an answer."""


def lines_of(row: Row, prompt: Prompt, request: Request, wire: Wire) -> tuple[bytes, bytes]:
    """Make the line that is sent, and the line that says what it was; a call that cannot be sent has no first."""
    rejected, line = None, b""
    try:
        name = orjson.dumps(request.generation_id)
        line = b'{"custom_id":' + name + b',"method":"POST","url":"/v1/chat/completions","body":'
        line += wire.encode(request) + b"}\n"
    except Rejected as error:
        rejected, line = storable(str(error)), b""
    cell = {
        "generation_id": request.generation_id,
        "annotator_id": row.annotator_id,
        "item_id": row.item_id,
        "sample": row.sample,
        "dataset": row.dataset,
        "key": row.key,
        "messages": [] if rejected else [asdict(message) for message in request.messages],
        "options": request.cell.options,
        "as_role": prompt.role,
        "speaker": request.cell.speaker,
        "drawn": prompt.drawn,
        "constraint": request.constraint and asdict(request.constraint),
        "rejected": rejected,
    }
    return line, orjson.dumps(cell) + b"\n"


def read_line(answer: Mapping[str, Any], wire: Wire, request: Request) -> Reply:
    """Read one line of answers, by the same code as a live answer."""
    response = answer.get("response")
    if isinstance(response, dict) and isinstance(response.get("status_code"), int):
        raw = json.dumps(response.get("body")).encode()
        return wire.read_answer(response["status_code"], {}, raw, request)
    error = answer.get("error")
    error = error if isinstance(error, dict) else {}
    raise Passing(f"the batch did not answer this: {error.get('code')}: {error.get('message')}")


def answers_in(folder: Path) -> Iterator[dict[str, Any]]:
    """Give the lines of what was downloaded; an empty one for a line that cannot be read."""
    for name in ANSWERS:
        if (folder / name).exists():
            with (folder / name).open("rb") as file:
                for line in filter(bytes.strip, file):
                    try:
                        answer = json.loads(line.decode("utf-8", "replace"))
                    except ValueError:
                        answer = {}
                    yield answer if isinstance(answer, dict) else {}


def places_of(cells: BinaryIO) -> dict[str, int]:
    """Say where each cell's line begins: the lines themselves may not fit into memory."""
    index: dict[str, int] = {}
    place = 0
    for line in cells:
        index[orjson.loads(line)["generation_id"]] = place
        place += len(line)
    return index


def cell_at(cells: BinaryIO, place: int) -> tuple[Row, Prompt, Request, str | None]:
    """Read a cell: its row, what was asked, the request that was sent, and why it could not be sent, if so."""
    cells.seek(place)
    cell = orjson.loads(cells.readline())
    row = Row(cell["annotator_id"], cell["item_id"], cell["sample"], cell["dataset"], cell["key"], "{}")
    messages = tuple(Message(**message) for message in cell["messages"])
    told = cell["constraint"]
    constraint = told and Constraint(told["format"], tuple(told["choices"]), told["schema"])
    about = Cell(
        cell["dataset"], cell["key"], cell["sample"], tuple(cell["options"]), speaker=cell.get("speaker")
    )  # a batch of an older version says neither speaker nor role nor what was drawn: there was none
    prompt = Prompt(messages, {}, constraint, cell.get("as_role"), cell.get("drawn") or {})
    return row, prompt, Request(cell["generation_id"], messages, {}, 0, about, constraint), cell["rejected"]

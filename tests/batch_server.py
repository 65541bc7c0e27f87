"""A small OpenAI-compatible server with files and batches, on a real socket; it can fall over in every way.

::

    with BatchServer(Script(looks=2)) as server: ...

It runs in a thread, so that a client of the same process may block or be killed in a process beside it.
It refuses nothing and counts what would be paid: ``paid`` holds every custom_id of every batch that was made.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.openai_server import chat, reset

Answerer = Callable[[dict[str, Any]], tuple[int, Any]]


def say_yes(line: dict[str, Any]) -> tuple[int, Any]:
    """Answer a line."""
    return 200, chat("yes")


@dataclass
class Script:
    """What the server does.

    Attributes:
        looks: how often a batch is looked at before it ends.
        end: the status it ends with.
        answer: a line of the file → status code and body; a status of 0 leaves the answer out, and -1 gives an
            error without a response (the body is its code).
        answered: what share of the lines is answered before it ends.
        errors: why a batch failed, as the server says it.
        faults: path → statuses to answer with, in turn, before it works; -1 drops the connection *after* the work
            was done, -2 before it.
        strike: ``before POST batches`` and the like: when that request comes, ``victim`` is killed, once.
    """

    looks: int = 1
    end: str = "completed"
    answer: Answerer = say_yes
    answered: float = 1.0
    errors: list[dict[str, Any]] | None = None
    twice: bool = False
    shuffle: bool = True
    junk: bytes = b""
    lists: bool = True
    faults: dict[str, list[int]] = field(default_factory=dict)
    strike: str = ""


class BatchServer:
    """The server, in a thread of its own, so that the client may run an event loop or none."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.files: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.looked: Counter[str] = Counter()
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.live: list[dict[str, Any]] = []
        self.victim: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def paid(self) -> Counter[str]:
        """How often each custom_id is in a batch that was made and not cancelled at once."""
        return Counter(
            line["custom_id"] for b in self.batches.values() for line in self._lines(b) if b["status"] != "failed"
        )

    def requests(self) -> list[dict[str, Any]]:
        """Give the lines of all batches, in the order of the batches."""
        return [line for batch in self.batches.values() for line in self._lines(batch)]

    def __enter__(self) -> Self:
        started = threading.Event()
        self._loop = asyncio.new_event_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]

        async def start() -> None:
            app = web.Application(client_max_size=1 << 30)
            app.router.add_route("*", "/v1/{path:.*}", self._handle)
            self._runner = web.AppRunner(app, shutdown_timeout=0.1)
            await self._runner.setup()
            await web.SockSite(self._runner, listener).start()
            started.set()

        def serve() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(start())
            self._loop.run_forever()
            self._loop.run_until_complete(self._runner.cleanup())
            self._loop.close()

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        self.seen.append((request.method, path, {k.lower(): v for k, v in request.headers.items()}))
        faults = self.script.faults.get(f"{request.method} {path}") or self.script.faults.get(path.split("/")[-1]) or []
        fault = faults.pop(0) if faults else 0
        if fault == -2:
            reset(request)
        if fault > 0:
            return web.json_response({"error": {"message": f"fault {fault}"}}, status=fault)
        if self._strike("before", request.method, path):
            reset(request)
        response = await self._do(request, path.split("/"))
        self._strike("after", request.method, path)
        if fault == -1:
            reset(request)
        return response

    def _strike(self, when: str, method: str, path: str) -> bool:
        where = path if "/" not in path else "content" if path.endswith("content") else "batch"
        if self.victim is not None and self.script.strike == f"{when} {method} {where}":
            self.victim.send_signal(signal.SIGKILL)
            self.victim.wait()
            self.victim = None
            return True
        return False

    async def _do(self, request: web.Request, path: list[str]) -> web.StreamResponse:
        if request.method == "POST" and path == ["files"]:
            return await self._upload(request)
        if request.method == "GET" and path[0] == "files" and path[2:] == ["content"]:
            return web.Response(body=self.files[path[1]], content_type="application/octet-stream")
        if request.method == "POST" and path == ["batches"]:
            return web.json_response(self._create(await request.json()))
        if request.method == "GET" and path == ["batches"]:
            return web.json_response(self._list(request.query))
        if path[0] == "batches" and len(path) > 1 and path[1] not in self.batches:
            return web.json_response({"error": {"message": f"No batch {path[1]}"}}, status=404)
        if request.method == "GET" and path[0] == "batches":
            return web.json_response(self._look(path[1]))
        if request.method == "POST" and path[2:] == ["cancel"]:
            self._end(self.batches[path[1]], "cancelled")
            return web.json_response(self.batches[path[1]])
        if path == ["chat", "completions"]:
            self.live.append(await request.json())
            status, body = self.script.answer({"body": self.live[-1]})
            return web.json_response(body, status=status)
        return web.json_response({"error": {"message": "nothing here"}}, status=404)

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert form["purpose"] == "batch" and isinstance(file, web.FileField)
        name = f"file-{len(self.files)}"
        with file.file as content:
            self.files[name], self.names[name] = content.read(), file.filename
        return web.json_response({"id": name, "object": "file", "purpose": "batch", "bytes": len(self.files[name])})

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = f"batch_{len(self.batches)}"
        assert asked["endpoint"] == "/v1/chat/completions" and asked["completion_window"] == "24h"
        self.batches[name] = {
            "id": name,
            "object": "batch",
            "endpoint": asked["endpoint"],
            "completion_window": "24h",
            "input_file_id": asked["input_file_id"],
            "metadata": asked["metadata"],
            "status": "validating",
            "created_at": int(time.time()) + len(self.batches),
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }
        return self.batches[name]

    def _list(self, query: Any) -> dict[str, Any]:
        rows = list(reversed(self.batches.values())) if self.script.lists else []
        if "after" in query:
            names = [row["id"] for row in rows]
            rows = rows[names.index(query["after"]) + 1 :]
        limit = min(int(query.get("limit", 20)), 2)  # small pages, so that several are turned
        return {"object": "list", "data": rows[:limit], "has_more": len(rows) > limit}

    def _look(self, name: str) -> dict[str, Any]:
        batch = self.batches[name]
        self.looked[name] += 1
        if batch["status"] in ("validating", "in_progress"):
            batch["status"] = "in_progress"
            if self.looked[name] >= self.script.looks:
                self._end(batch, self.script.end)
        return batch

    def _lines(self, batch: dict[str, Any]) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]

    def _end(self, batch: dict[str, Any], status: str) -> None:
        script, good, bad = self.script, [], []
        lines = self._lines(batch)
        answered = 0 if status == "failed" else round(len(lines) * script.answered)
        for line in lines[:answered]:
            code, body = script.answer(line)
            row = {"id": "batch_req_1", "custom_id": line["custom_id"], "error": None, "response": None}
            if code == -1:
                bad.append({**row, "error": {"code": body, "message": "no luck"}})
            elif code:
                told = {"status_code": code, "request_id": "r", "body": body}
                (good if code < 400 else bad).append({**row, "response": told})
        if status in ("expired", "cancelled"):
            code = f"batch_{status}"
            told = {"code": code, "message": f"This request could not be executed before the batch {status}."}
            bad += [{"custom_id": line["custom_id"], "response": None, "error": told} for line in lines[answered:]]
        if script.twice:
            good = good * 2
        if script.shuffle:
            random.Random(0).shuffle(good)
        for rows, key in ((good, "output_file_id"), (bad, "error_file_id")):
            batch[key] = None
            if rows or (script.junk and key == "output_file_id"):
                name = f"file-{len(self.files)}"
                text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
                self.files[name] = text.encode("utf-8", "surrogatepass") + script.junk
                batch[key] = name
        batch["status"] = status
        batch[f"{status}_at"] = batch["created_at"] + 3600
        batch["request_counts"] = {"total": len(lines), "completed": len(good), "failed": len(bad)}
        if script.errors and status == "failed":
            batch["errors"] = {"object": "list", "data": script.errors}

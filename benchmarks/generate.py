"""How fast is asking? The harness's whole path beside a raw client and the openai package, in one run.

    python benchmarks/generate.py [quick]

One mock server, 64 calls in flight, each client in a process of its own, in turn, the median of three rounds.
Prints requests a second, CPU a request, peak memory and the ratios; then what a kill costs, and what a plan of a
million cells costs in time and memory.
"""

from __future__ import annotations

import datetime
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROUNDS = 3
PLACES = {"0 ms": "", "50 ms": "d50/", "50 ms, 5 % of answers 429": "d50r5/", "50 to 500 ms": "d50-500/"}


class MockServer:
    """The mock server in a process of its own."""

    def __enter__(self) -> MockServer:
        self._process = subprocess.Popen(
            [sys.executable, HERE / "mock_server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self._host = f"http://127.0.0.1:{self._process.stdout.readline().strip()}"
        return self

    def url(self, place: str) -> str:
        """Give the address of one of its behaviours."""
        return f"{self._host}/{place}v1"

    def given(self) -> int:
        """Ask how many answers it has given."""
        with urllib.request.urlopen(self._host) as answer:
            return int(answer.read())

    def __exit__(self, *error: object) -> None:
        self._process.communicate()


def client(name: str, url: str, count: int, *rest: str) -> dict[str, Any]:
    """Run one client in a process of its own."""
    command = [sys.executable, str(HERE / "clients.py"), name, url, str(count), *rest]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr[-3000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def median(runs: list[dict[str, Any]], key: str) -> float:
    """Take the median of a figure."""
    return statistics.median(run[key] for run in runs)


def throughput(server: MockServer, scale: int) -> None:
    """Time all clients at all places, in turn."""
    print(f"\n{'':26} {'client':>12} {'a second':>10} {'of raw':>7} {'of openai':>10} {'CPU ms':>7} {'MiB':>5}")
    whole: dict[str, float] = {}
    for told, place in PLACES.items():
        counts = {"raw": 10_000 // scale, "openai": 2_000 // scale, "harness": 10_000 // scale}
        if place == "d50-500/":
            counts = dict.fromkeys(counts, 6_000 // scale)
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in counts}
        for _ in range(1 if place == "d50-500/" else ROUNDS):
            for name, count in counts.items():
                runs[name].append(client(name, server.url(place), count))
        rates = {name: counts[name] / median(runs[name], "seconds") for name in counts}
        for name, count in counts.items():
            cpu = 1000 * median(runs[name], "cpu") / count
            print(
                f"{told:26} {name:>12} {rates[name]:>10,.0f} {rates[name] / rates['raw']:>7.2f} "
                f"{rates[name] / rates['openai']:>10.1f} {cpu:>7.2f} {median(runs[name], 'peak'):>5.0f}"
            )
        whole[told] = rates["harness"]
        if place == "":
            asked = median(runs["harness"], "generated_cpu") / counts["harness"] * 1000
            print(f"{'':39} of which plan, ask, journal and land: {asked:.2f} ms CPU; the rest is parse")
        if place == "d50-500/":
            ideal, took = counts["harness"] * 0.275 / 64, median(runs["harness"], "seconds")
            print(f"{'':39} ideal {ideal:.1f} s, harness {took:.1f} s: {took / ideal:.2f}")
    print(f"with 5 % of 429 and Retry-After: 1, of the rate without: {whole[list(PLACES)[2]] / whole['50 ms']:.2f}")


def kill(server: MockServer) -> None:
    """Kill a run of 2,000 half-way, run it again, and count what was paid for twice."""
    with tempfile.TemporaryDirectory() as folder:
        before = server.given()
        command = [sys.executable, str(HERE / "clients.py"), "harness", server.url("d50/"), "2000", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while server.given() - before < 1000:
            time.sleep(0.01)
        process.kill()
        process.wait()
        told = client("harness", server.url("d50/"), 2000, folder)
        print(f"\nkilled half-way through 2,000 and run again: {server.given() - before - 2000} paid for twice")
        print(f"  the second run asked {told['asked']:,}")


def million(server: MockServer, count: int) -> None:
    """Plan a million cells, with nothing answered and with everything answered."""
    with tempfile.TemporaryDirectory() as folder:
        client("load", server.url(""), count, folder)
        first = client("plan", "", count, folder)
        print(f"\nplan of {first['calls']:,} calls: {first['seconds']:.1f} s, {first['peak']:.0f} MiB")
        answered = client("answer", "", count, folder)
        print(f"  answering them all out of nothing: {count / answered['seconds']:,.0f} a second")
        again = client("plan", "", count, folder)
        assert again["calls"] == 0
        rate = count / again["seconds"]
        print(f"  nothing left to do of {count:,}: {again['seconds']:.1f} s, {rate:,.0f} cells a second")
        print(f"  memory: answering {answered['peak']:.0f} MiB, planning again {again['peak']:.0f} MiB")


def main() -> None:
    """Run all of it."""
    scale = 10 if "quick" in sys.argv else 1
    print(f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, 64 in flight, the median of {ROUNDS} rounds")
    with MockServer() as server:
        throughput(server, scale)
        with tempfile.TemporaryDirectory() as folder:
            client("load", server.url(""), 100_000 // scale, folder)
            many = client("ask", "", 100_000 // scale, folder)
        print(f"\n{100_000 // scale:,} requests: {many['peak']:.0f} MiB at most, {many['seconds']:.0f} s")
        kill(server)
        million(server, 1_000_000 // scale)


if __name__ == "__main__":
    main()

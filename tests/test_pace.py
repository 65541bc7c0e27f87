"""The pace of an endpoint, played through in time that does not pass: limits kept, overloads met, growth, giving up."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.pace import Bucket, Pace


class World:
    """An endpoint and its clients in simulated time.

    Args:
        answer: (now, calls in flight) → seconds it takes, and what comes: ``ok``, ``busy``, ``error``.
    """

    def __init__(self, pace: Pace, answer: Callable[[float, int], tuple[float, str]], tokens: float = 0.0) -> None:
        self.pace, self.answer, self.tokens = pace, answer, tokens
        self.now = 0.0
        self.sends: list[float] = []
        self.limits: list[tuple[float, int]] = []
        self.done = self.most = 0
        self._ends: list[tuple[float, float, str]] = []

    def run(self, seconds: float) -> World:
        until = self.now + seconds
        while self.now < until:
            wait = self.pace.wait(self.now, len(self._ends), self.tokens)
            if wait == 0:
                self.pace.sent(self.now, self.tokens)
                self.sends.append(self.now)
                takes, what = self.answer(self.now, len(self._ends) + 1)
                heapq.heappush(self._ends, (self.now + takes, self.now, what))
                self.most = max(self.most, len(self._ends))
                continue
            nexts = [self._ends[0][0]] if self._ends else []
            if wait is not None:
                nexts.append(self.now + wait)
            self.now = min(nexts)
            while self._ends and self._ends[0][0] <= self.now:
                _, sent, what = heapq.heappop(self._ends)
                if what == "ok":
                    self.done += 1
                    self.pace.answered(self.now, sent)
                else:
                    self.pace.failed(
                        self.now, sent, overload=what == "busy", retry_after=1.0 if what == "busy" else None
                    )
                self.pace.ended(self.tokens, self.tokens)
                self.limits.append((self.now, self.pace.limit))
        return self


def most_in_a_minute(times: list[float]) -> int:
    best = begin = 0
    for end, time in enumerate(times):
        while times[begin] <= time - 60 + 1e-6:
            begin += 1
        best = max(best, end - begin + 1)
    return best


@pytest.mark.parametrize("limit", [1, 20, 60, 500, 6000])
def test_no_minute_holds_more_requests_than_the_limit_and_none_is_wasted(limit: int) -> None:
    world = World(Pace(64, requests=limit), lambda now, n: (0.05, "ok")).run(600)
    assert most_in_a_minute(world.sends) <= limit
    assert len(world.sends) >= 0.98 * 10 * limit - 1


@given(st.floats(1, 1e6), st.lists(st.floats(0.1, 1e5), min_size=1, max_size=60))
def test_a_bucket_never_gives_more_than_its_minute(limit: float, needs: list[float]) -> None:
    bucket = Bucket(limit)
    now, taken = 0.0, []
    for need in needs:
        for _ in range(3):  # sums of floats: a wait may leave a trillionth to wait for
            now += bucket.wait(now, need)
        bucket.take(now, need)
        taken.append((now, need))
    for end, (time, last) in enumerate(taken):
        window = [n for t, n in taken[:end] if t > time - 60]
        assert sum(window) <= limit * (1 + 1e-6) + 1 + max([last, *window], default=0)


def test_tokens_that_were_not_used_are_given_back() -> None:
    limit = 60_000
    kept = Pace(64, tokens=limit)
    spent, sends, now = 0.0, 0, 0.0
    while now < 120:
        wait = kept.wait(now, 0, 1000)
        if wait:
            now += wait
            continue
        kept.sent(now, 1000)
        kept.ended(1000, 100)  # a tenth is used
        spent, sends = spent + 100, sends + 1
        now += 0.01
    assert spent <= limit * 2.02
    assert sends > 5 * limit * 2 / 1000  # without the refund it would be 120 at most


def test_a_call_larger_than_a_second_of_tokens_still_goes() -> None:
    pace = Pace(4, tokens=600)
    assert pace.wait(0.0, 0, 5000) == 0
    pace.sent(0.0, 5000)
    assert 400 < pace.wait(0.0, 0, 1) < 520  # and the others wait for what it took


def test_random_refusals_are_no_overload() -> None:
    rng = random.Random(1)
    world = World(Pace(64), lambda now, n: (0.05, "busy" if rng.random() < 0.05 else "ok")).run(300)
    assert {limit for _, limit in world.limits} == {64}


def test_a_server_that_bears_twenty_is_asked_about_twenty() -> None:
    world = World(Pace(256), lambda now, n: (1.0, "ok") if n <= 20 else (0.05, "busy")).run(300)
    late = [limit for time, limit in world.limits if time > 60]
    assert max(late) <= 40 and 10 <= sum(late) / len(late) <= 26
    assert world.done > 0.7 * 20 * 300


def test_it_grows_back_when_the_server_recovers() -> None:
    def answer(now: float, n: int) -> tuple[float, str]:
        return (0.05, "busy") if now < 10 and n > 4 else (0.2, "ok")

    world = World(Pace(64), answer).run(10)
    assert world.limits[-1][1] <= 8
    assert world.run(120).limits[-1][1] == 64


def test_it_does_not_grow_beyond_what_is_used() -> None:
    pace = Pace(64)
    pace.limit = 8
    for n in range(1000):  # one call at a time: the limit holds nothing back
        assert pace.wait(n, 0) == 0
        pace.sent(n)
        pace.answered(n + 0.5, n)
    assert pace.limit == 8


def test_server_errors_pause_growth_and_do_not_shrink() -> None:
    pace = Pace(64)
    pace.limit = 8
    for n in range(400):
        pace.wait(n, 8)
        if n % 10 == 0:
            pace.failed(n, n, overload=False)
        else:
            pace.answered(n, n)
    assert pace.limit == 8


def test_it_keeps_a_floor() -> None:
    pace = Pace(64)
    for n in range(10_000):
        pace.failed(float(n), float(n), overload=True)
    assert pace.limit == pace.floor == 2


def test_one_burst_counts_once() -> None:
    pace = Pace(64)
    for _ in range(64):  # all were sent before the first refusal came
        pace.failed(1.0, 0.0, overload=True, retry_after=3.0)
    assert pace.limit == 44
    assert pace.wait(1.0, 0) == 3.0


def test_a_header_that_says_nothing_is_left_holds_the_rest_back() -> None:
    pace = Pace(4)
    pace.allowed(10.0, 0, 2.5, 1.0)
    assert pace.wait(10.0, 0) == 2.5 and pace.wait(12.5, 0) == 0
    pace.allowed(20.0, 5, 60.0, 1.0)
    assert pace.wait(20.0, 0) == 0
    pace.allowed(20.0, 0, 1e6, 1.0)
    assert pace.wait(20.0, 0) == 120.0


def test_an_endpoint_is_given_up_after_nothing_but_failures() -> None:
    pace = Pace(4, patience=30)
    for n in range(40):
        pace.failed(float(n), float(n), overload=False)
        assert pace.given_up(float(n)) is (n >= 30)
    pace.answered(41.0, 40.0)
    assert not pace.given_up(100.0)


def test_few_failures_over_a_long_time_are_borne() -> None:
    pace = Pace(1, patience=30)
    for n in range(9):
        pace.failed(n * 60.0, n * 60.0, overload=True)
    assert not pace.given_up(9 * 60.0)

"""How fast one endpoint may be asked: its limits, what it bears, and when to give it up.

Time comes in as an argument (seconds of any one clock), so that whole days can be played in a test. It sends
no probes: all that it knows comes from the answers to real calls. What this refuses: to take one unlucky
429 for an overload.

*Limits*: token buckets of requests and of tokens a minute, so that no 60 seconds hold more than the limit;
tokens are reserved before a call at the most that it can use, and what it did not use is given back.

*Adaptive*: additive growth and multiplicative shrinking (Chiu and Jain 1989), on windows of answers. The share
of refusals in a window decides, not a single one; calls sent before the last shrinking do not count again;
growth needs a window in which the limit was the thing that held calls back and in which no server error came.
Calls that time out count as refusals: for an engine that never says 429 its latency is the signal.
"""

from __future__ import annotations

SHRINK_AT = 0.3  # share of refusals in a window that is an overload
SHRINK_TO = 0.7
GROW_BELOW = 0.05
WINDOW = 20  # answers in a window at least; a window holds as many answers as calls may be in flight
FEWEST = 4  # refusals in a window that can be an overload
LONGEST_HOLD = 120.0  # seconds that a rate-limit header may hold all calls back
FEWEST_FAILURES = 10  # failures in a row without an answer between them, before an endpoint is given up


class Bucket:
    """A token bucket of so much a minute; ``None`` is no limit.

    Its capacity is one second's worth, and in 60 seconds it fills by what is left of a minute's worth: no
    60 seconds ever hold more than the limit (the one is the call at their very end, which is in the next).
    """

    def __init__(self, per_minute: float) -> None:
        self.capacity = max(1.0, per_minute / 60)
        self._rate = (per_minute - self.capacity + 1) / 60
        self._level = self.capacity
        self._at: float | None = None

    def wait(self, now: float, need: float) -> float:
        """Give the seconds until ``need`` may be taken; one call larger than the bucket waits for a full one."""
        self._fill(now)
        short = min(need, self.capacity) - self._level
        return short / self._rate if short > 1e-9 else 0.0

    def take(self, now: float, need: float) -> None:
        """Take; the level may go below zero, which later calls wait for."""
        self._fill(now)
        self._level -= need

    def give_back(self, amount: float) -> None:
        """Give back what was reserved and not used, or take what was used beyond it."""
        self._level = min(self.capacity, self._level + amount)

    def _fill(self, now: float) -> None:
        if self._at is not None:
            self._level = min(self.capacity, self._level + (now - self._at) * self._rate)
        self._at = now


class Pace:
    """The pace of one endpoint.

    Args:
        ceiling: calls in flight at most.
        requests, tokens: limits a minute; None for none.
        patience: seconds of nothing but failures after which ``given_up`` is true.
    """

    def __init__(
        self, ceiling: int, requests: float | None = None, tokens: float | None = None, patience: float = 120.0
    ) -> None:
        self.ceiling = self.limit = max(1, ceiling)
        self.floor = max(1, self.ceiling // 32)
        self._requests = Bucket(requests) if requests else None
        self._tokens = Bucket(tokens) if tokens else None
        self._patience = patience
        self._held_until = self._shrunk_at = float("-inf")
        self._failing_since: float | None = None
        self._failures = 0
        self._begin_window()

    @property
    def counts_tokens(self) -> bool:
        """Whether tokens are limited, and so must be estimated before a call."""
        return self._tokens is not None

    def wait(self, now: float, in_flight: int, tokens: float = 0.0) -> float | None:
        """Give the seconds until a call may go: 0 for now, None for "when another call has ended"."""
        if in_flight >= self.limit:
            self._binding = True
            return None
        if self._held_until <= now and self._requests is None and self._tokens is None:
            return 0.0
        wait = max(0.0, self._held_until - now)
        if self._requests:
            wait = max(wait, self._requests.wait(now, 1.0))
        if self._tokens:
            wait = max(wait, self._tokens.wait(now, tokens))
        return wait

    def sent(self, now: float, tokens: float = 0.0) -> None:
        """Note that a call goes, with so many tokens reserved."""
        if self._requests:
            self._requests.take(now, 1.0)
        if self._tokens:
            self._tokens.take(now, tokens)

    def ended(self, reserved: float, used: float) -> None:
        """Give back the tokens that a call reserved and did not use."""
        if self._tokens:
            self._tokens.give_back(reserved - used)

    def answered(self, now: float, sent_at: float) -> None:
        """Note an answer."""
        self._failing_since, self._failures = None, 0
        if sent_at >= self._shrunk_at:
            self._seen += 1
            if self._seen >= self._size:
                self._end_window(now)

    def failed(self, now: float, sent_at: float, *, overload: bool, retry_after: float | None = None) -> None:
        """Note a failure for a passing reason; ``overload``: refused for the rate, or not answered in time."""
        self._failures += 1
        if self._failing_since is None:
            self._failing_since = now
        if sent_at < self._shrunk_at:
            return
        self._seen += 1
        if overload:
            self._refused += 1
        else:
            self._broken += 1
        if self._refused >= max(FEWEST, SHRINK_AT * self._size):
            self.limit = max(self.floor, int(self.limit * SHRINK_TO))
            self._shrunk_at = now
            # The window is the server's: while it is closed, every call would be refused.
            self.hold(now, min(retry_after or 0.0, LONGEST_HOLD))
            self._begin_window()
        elif self._seen >= self._size:
            self._end_window(now)

    def hold(self, now: float, seconds: float) -> None:
        """Send nothing for so long."""
        self._held_until = max(self._held_until, now + seconds)

    def allowed(self, now: float, left: float | None, reset: float | None, need: float) -> None:
        """Take a rate-limit header's word: if less is left than a call needs, wait until it is reset."""
        if left is not None and reset and left < need:
            self.hold(now, min(reset, LONGEST_HOLD))

    def given_up(self, now: float) -> bool:
        """Tell whether nothing but failures came for longer than our patience."""
        return self._failures >= FEWEST_FAILURES and self.failing_for(now) >= self._patience

    def failing_for(self, now: float) -> float:
        """Give the seconds since the first of the failures since the last answer."""
        return 0.0 if self._failing_since is None else now - self._failing_since

    def _begin_window(self) -> None:
        self._size = max(WINDOW, self.limit)
        self._seen = self._refused = self._broken = 0
        self._binding = False

    def _end_window(self, now: float) -> None:
        quiet = not self._broken and self._refused <= GROW_BELOW * self._seen
        if self._binding and quiet and now >= self._held_until:
            self.limit = min(self.ceiling, self.limit + max(1, self.limit // 8))
        self._begin_window()

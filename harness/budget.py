"""What a run may spend, what it has spent, and what is out on calls that have not come back.

A call goes only if the budget still holds with the most that this call, and all that are out, can cost: a
run ends below its budget and not a little above it. What this refuses: a limit on a cost that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import StudyError
from harness.prices import Price
from harness.types import Request

CHARACTERS_A_TOKEN = 3  # for the most that a prompt can be; English has about 4
TOKENS_A_MESSAGE = 8  # what chat templates put around a message
REPLY_AT_MOST = 1024  # tokens that are reserved for a reply without a limit of its own


@dataclass(frozen=True)
class Budget:
    """What a run may spend; None is no limit.

    Attributes:
        cost: US dollars.
        requests: calls sent, repeated ones too.
        tokens: of prompts and replies together.
    """

    cost: float | None = None
    requests: int | None = None
    tokens: int | None = None

    def check(self, unpriced: list[str]) -> None:
        """Refuse a limit on cost where some model's price is unknown.

        Raises:
            StudyError: names the models.
        """
        if self.cost is not None and unpriced:
            raise StudyError(
                f"the price of {', '.join(sorted(unpriced))} is unknown, so a limit on cost cannot be kept",
                where="--max-cost",
                remedy="write connect.price = { input = …, output = … } (dollars a million tokens), or limit "
                "--max-tokens or --max-requests",
            )


class Purse:
    """A budget as it is spent, by all models of a run together.

    Attributes:
        out: calls that have not come back; what they do not use will be there again.
        short: whether some call had to wait for that.
        spent: whether some call was not made, since nothing more will come back.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._requests = 0
        self._tokens = self._cost = 0.0
        self.out = 0
        self.short = self.spent = False

    @property
    def open(self) -> bool:
        """Whether nothing is limited, so that nothing need be estimated."""
        return self._budget == Budget()

    def take(self, tokens: float, cost: float) -> bool:
        """Reserve for one call the most that it can use; false if the budget has no room for it."""
        budget = self._budget
        if (
            (budget.requests is not None and self._requests + 1 > budget.requests)
            or (budget.tokens is not None and self._tokens + tokens > budget.tokens)
            or (budget.cost is not None and self._cost + cost > budget.cost)
        ):
            self.short = True
            return False
        self.out += 1
        self._requests += 1
        self._tokens += tokens
        self._cost += cost
        return True

    def settle(self, tokens: float, cost: float, used_tokens: float, used_cost: float) -> None:
        """Put what a call really used in the place of what was reserved for it."""
        self.out -= 1
        self._tokens += used_tokens - tokens
        self._cost += used_cost - cost


def most_tokens(request: Request) -> tuple[int, int]:
    """Estimate the most tokens that a call can use: of its prompt, and of its reply."""
    characters = sum(len(message.content.encode()) for message in request.messages)
    prompt = characters // CHARACTERS_A_TOKEN + TOKENS_A_MESSAGE * len(request.messages)
    return prompt, most_reply_tokens(request.ask) or REPLY_AT_MOST


def most_reply_tokens(ask: Mapping[str, Any]) -> int | None:
    """Read how long a reply may be; None where [ask] does not say."""
    most = ask.get("max_completion_tokens", ask.get("max_tokens"))
    return int(most) if isinstance(most, int | float) else None


def most_cost(price: Price | None, tokens_in: int, tokens_out: int) -> float:
    """Give the most that so many tokens can cost."""
    return price.cost(tokens_in, tokens_out) if price else 0.0

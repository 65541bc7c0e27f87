"""What a call costs: the study's own price, else ``genai-prices``; unknown stays unknown.

Prices are in US dollars a million tokens. A model in this process, or behind an address of this machine, is
free. What this refuses: to take an unknown price for nothing, and to fetch prices from anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from harness.errors import StudyError
from harness.types import Model

LOCAL = ("fake", "transformers", "vllm")  # backends that compute in this process
KEYS = ("input", "output", "cached")


@dataclass(frozen=True)
class Price:
    """Dollars a million tokens.

    Attributes:
        cached: of prompt tokens that the server read from its cache.
        source: where it is from, for people.
    """

    input: float
    output: float
    cached: float
    source: str

    def cost(self, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> float:
        """Give what a call costs in dollars."""
        fresh = tokens_in - tokens_cached
        return (fresh * self.input + tokens_cached * self.cached + tokens_out * self.output) / 1e6


def spent(cost: float, unpriced: int) -> str:
    """Say what was spent, and how much of it nobody knows."""
    if not unpriced:
        return dollars(cost)
    return f"{dollars(cost)} and {unpriced:,} replies of unknown price" if cost else "price unknown"


def dollars(amount: float) -> str:
    """Write an amount: cents with their fractions where it is small."""
    return f"${amount:,.2f}" if amount >= 1 or amount == 0 else f"${amount:.4f}"


FREE = Price(0.0, 0.0, 0.0, "runs on this machine")


def price_of(model: Model) -> Price | None:
    """Find a model's price; None if nobody knows it.

    Raises:
        StudyError: ``connect.price`` is no price.
    """
    given = model.connect.price
    if given is not None:
        return _given(given, model.identity.name)
    address = model.connect.base_url
    if model.identity.backend in LOCAL or (address and is_here(address)):
        return FREE
    return _listed(model.identity.model, address)


def is_here(address: str) -> bool:
    """Tell whether an address is one of this machine's own."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _given(given: Mapping[str, float], name: str) -> Price:
    unknown = sorted(set(given) - set(KEYS))
    if unknown or "input" not in given or "output" not in given or min(given.values()) < 0:
        raise StudyError(
            "a price has `input` and `output`, and `cached` if it is another, in dollars a million tokens",
            where=f"model {name!r}, connect.price",
            remedy="write price = { input = 0.15, output = 0.60, cached = 0.075 }",
        )
    return Price(given["input"], given["output"], given.get("cached", given["input"]), "the study")


def _listed(name: str, address: str | None) -> Price | None:
    import genai_prices

    where: dict[str, Any] = {"provider_api_url": address} if address else {"provider_id": "openai"}

    def listed(**tokens: int) -> float:
        return float(genai_prices.calc_price(genai_prices.Usage(**tokens), model_ref=name, **where).total_price)

    # At a thousand tokens, where the lowest tier of a tiered price still holds.
    try:
        reads, writes = listed(input_tokens=1000), listed(output_tokens=1000)
        cached = listed(input_tokens=1000, cache_read_tokens=1000)
    except (LookupError, ValueError):
        return None
    return Price(reads * 1e3, writes * 1e3, cached * 1e3, f"genai-prices {genai_prices.__version__}")

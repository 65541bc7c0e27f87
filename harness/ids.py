"""Names made from content: canonical JSON, and a 128-bit hash of it with a kind before it.

What this refuses: to hash anything that JSON cannot hold, or that reads differently on two machines.

Canonical JSON (format version 1): keys sorted by code point, no spaces, UTF-8 without escapes for
non-ASCII, integral floats written as integers (so that ``1.0`` and ``1`` are one value, as in
RFC 8785), no NaN or infinity.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring as _spell
from typing import Any

FORMAT = 1


def canonical_json(value: Any) -> str:
    """Write ``value`` in the one form that is hashed.

    Raises:
        ValueError: on NaN or infinity.
        TypeError: on what JSON cannot hold.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_id(kind: str, content: Any) -> str:
    """Name ``content``: ``kind_`` and 32 hexadecimal digits (128 bits of SHA-256).

    The hash covers the kind and the format version, so that two kinds never share a name and a
    later change of the canonical form shows instead of silently splitting the space.
    """
    text = canonical_json([FORMAT, kind, content])
    return f"{kind}_{digest(text)}"


def digest_id(kind: str, canonical: str) -> str:
    """Name content that is canonical JSON already: the same name as ``content_id`` gives."""
    return f"{kind}_{digest(f'[{FORMAT},{_spell(kind)},{canonical}]')}"


def generation_name(annotator_id: str, item_id: str, sample: int, turn: int) -> str:
    """Name the reply of a cell at a turn."""
    return digest_id("generation", f"[{_spell(annotator_id)},{_spell(item_id)},{sample},{turn}]")


def canonical_messages(messages: Iterable[Any]) -> str:
    """Write messages (``role``, ``content``) as canonical JSON, at a fraction of the general way's cost."""
    return "[" + ",".join(f'{{"content":{_spell(m.content)},"role":{_spell(m.role)}}}' for m in messages) + "]"


def digest(text: str) -> str:
    """Give the first 128 bits of SHA-256 of a text, as 32 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def bucket(dataset: str, cluster: str) -> int:
    """Give the bootstrap group of a cluster: 11 bits of its hash, 0 to 2,047.

    Stored with the item, so that replicates do not depend on any engine's own hash function.
    """
    return int(content_id("cluster", [dataset, cluster])[-32:][:8], 16) % 2048


def seed_of(name: str, *salt: Any) -> int:
    """Derive a 63-bit seed from a name, for streams of random numbers that belong to it."""
    text = canonical_json([name, *salt]) if salt else f"[{_spell(name)}]"
    return int(digest(text)[:16], 16) >> 1


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"keys must be text, so that 1 and '1' are never one: {list(value)!r}")
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value

"""Re-derive every id in the database from the content beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from harness.ids import content_id
from harness.store.database import Store, fetch

Rows = tuple[str, str, Callable[..., str]]

_KINDS: tuple[Rows, ...] = (
    (
        "item",
        "select item_id, dataset, key, fields::varchar from store.items",
        lambda dataset, key, fields: content_id("item", {"dataset": dataset, "key": key, "fields": json.loads(fields)}),
    ),
    (
        "annotator",
        "select annotator_id, identity::varchar from store.annotators",
        lambda identity: content_id("annotator", json.loads(identity)),
    ),
    (
        "template",
        "select template_id, source, parts::varchar from store.templates",
        lambda source, parts: content_id("template", [source, json.loads(parts)]),
    ),
    (
        "prompt",
        "select prompt_id, messages::varchar from store.prompts",
        lambda messages: content_id("prompt", json.loads(messages)),
    ),
    (
        "generation",
        "select generation_id, annotator_id, item_id, sample, turn from store.generations",
        lambda annotator, item, sample, turn: content_id(
            "generation", [_name("annotator", annotator), _name("item", item), sample, turn]
        ),
    ),
    (
        "fit",
        "select fit_id, identity::varchar from store.fits",
        lambda identity: content_id("fit", json.loads(identity)),
    ),
)


def verify(store: Store) -> tuple[dict[str, int], list[str]]:
    """Check every id.

    Returns:
        how many ids of each kind were checked, and those whose content does not make them.
    """
    counts: dict[str, int] = {}
    wrong: list[str] = []
    with store.read() as connection:
        for kind, query, derive in _KINDS:
            rows = fetch(connection, query)
            counts[kind] = len(rows)
            wrong += [_name(kind, row[0]) for row in rows if derive(*row[1:]) != _name(kind, row[0])]
    return counts, wrong


def _name(kind: str, value: Any) -> str:
    return f"{kind}_{value.hex}"

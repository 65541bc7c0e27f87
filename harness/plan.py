"""What is wanted and not held: the missing cells, one rendered prompt a variant, the tokens. Spends nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import plugins
from harness.errors import StudyError
from harness.render import Templates
from harness.study import Study
from harness.types import Annotator, Message

EXAMPLES = 20
CHARACTERS_A_TOKEN = 4  # rule of thumb for English; the plan says "about"


@dataclass(frozen=True)
class Planned:
    """One annotator's share of a plan."""

    annotator: Annotator
    calls: int
    tokens_in: int
    tokens_out: int
    example: tuple[Message, ...] | None


@dataclass(frozen=True)
class Plan:
    """What a run would ask."""

    shares: tuple[Planned, ...]
    items: int

    @property
    def calls(self) -> int:
        """Calls in all."""
        return sum(share.calls for share in self.shares)


def check(study: Study, fields: list[tuple[str, list[str], int]]) -> None:
    """Check every template against the fields of the items, before the first call.

    Args:
        fields: for each dataset, the fields that every item has, and the number of items.

    Raises:
        StudyError: a template asks for what some dataset's items lack.
    """
    templates = Templates(study.folder)
    datatype = plugins.load("datatypes", study.datatype)
    for variant in study.variants:
        known = set(variant.bindings) | set(datatype.names(study.config.model_dump(), variant.levels))
        for dataset, names, _ in fields:
            templates.check(variant.template, known | set(names), f"dataset {dataset!r}")
    if study.annotators and not fields:
        raise StudyError(
            "the study has models but no items",
            where=str(study.folder / "study.toml"),
            remedy="add a [[data]] block that names a file with items",
        )


def values_for(study: Study, annotator: Annotator, fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Give what a template sees for one item, and the options in the order shown."""
    datatype = plugins.load("datatypes", study.datatype)
    asked = annotator.identity["asked"]
    levels = annotator.variant.levels
    values = {**fields, **annotator.variant.bindings, **datatype.names(asked, levels)}
    return values, datatype.options_shown(asked, levels)


def make_plan(study: Study, counts: Mapping[str, int], examples: list[str], items: int) -> Plan:
    """Describe the missing cells.

    Args:
        counts: annotator_id → calls.
        examples: the fields of some items, as JSON.
    """
    templates = Templates(study.folder)
    shares = []
    for annotator in study.annotators:
        prompts = [
            templates.render(annotator.variant.template, values_for(study, annotator, json.loads(fields))[0])
            for fields in examples
        ]
        shares.append(_share(annotator, counts.get(annotator.annotator_id, 0), prompts))
    return Plan(tuple(shares), items)


def _share(annotator: Annotator, calls: int, prompts: list[tuple[Message, ...]]) -> Planned:
    characters = sum(len(message.content) for prompt in prompts for message in prompt)
    a_call = characters / len(prompts) / CHARACTERS_A_TOKEN if prompts else 0.0
    out = int(annotator.variant.ask.get("max_tokens", 0))
    return Planned(annotator, calls, round(calls * a_call), calls * out, prompts[0] if prompts else None)

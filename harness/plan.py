"""What is wanted and not held: the missing cells, one rendered prompt a variant, the tokens. Spends nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import plugins
from harness.budget import most_reply_tokens
from harness.errors import StudyError
from harness.prices import Price, price_of
from harness.render import Templates
from harness.study import Study
from harness.types import Annotator, Constraint, Message, Prompt, Said

EXAMPLES = 20
CHARACTERS_A_TOKEN = 4  # rule of thumb for English; the plan says "about"


@dataclass(frozen=True)
class Planned:
    """One annotator's share of a plan.

    Attributes:
        tokens_in: about; tokens_out: at most.
        price: None if nobody knows it.
    """

    annotator: Annotator
    calls: int
    tokens_in: int
    tokens_out: int
    price: Price | None
    example: tuple[Message, ...] | None

    @property
    def cost(self) -> float | None:
        """Dollars, about, if every reply is as long as it may be."""
        return None if self.price is None else self.price.cost(self.tokens_in, self.tokens_out)


@dataclass(frozen=True)
class Plan:
    """What a run would ask."""

    shares: tuple[Planned, ...]
    items: int

    @property
    def calls(self) -> int:
        """Calls in all."""
        return sum(share.calls for share in self.shares)

    @property
    def cost(self) -> tuple[float, list[str]]:
        """Dollars of what has a price, about and at most; and the models with calls whose price nobody knows."""
        known = sum(share.cost or 0.0 for share in self.shares)
        return known, sorted({s.annotator.model.identity.name for s in self.shares if s.calls and s.price is None})


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
        known |= set(getattr(datatype, "TURN_NAMES", ()))
        for dataset, names, _ in fields:
            templates.check(variant.template, known | set(names), f"dataset {dataset!r}")
    if study.annotators and not fields:
        raise StudyError(
            "the study has models but no items",
            where=str(study.folder / "study.toml"),
            remedy="add a [[data]] block that names a file with items",
        )


class Prompts:
    """What every annotator is asked: item fields and what was said → the prompt of the next turn."""

    def __init__(self, study: Study) -> None:
        self._templates = Templates(study.folder)
        self._datatype = plugins.load("datatypes", study.datatype)
        self._next_turn = getattr(self._datatype, "next_turn", None)
        self._fixed: dict[str, _Fixed] = {}

    def __call__(
        self, annotator: Annotator, fields: Mapping[str, Any], history: tuple[Said, ...] = ()
    ) -> Prompt | None:
        """Fill the template of the next turn; None if the dialogue is over.

        A data type without ``next_turn`` is a dialogue of one turn.

        Raises:
            StudyError: the template cannot be filled with these values.
        """
        fixed = self._fixed.get(annotator.annotator_id) or self._fix(annotator)
        values = {**fields, **fixed.values}
        if self._next_turn is not None:
            told = self._next_turn(annotator.identity["asked"], annotator.variant.levels, fields, history)
            if told is None:
                return None
            values |= told
        elif history:
            return None
        return Prompt(self._templates.render(annotator.variant.template, values), fixed.options, fixed.constraint)

    def _fix(self, annotator: Annotator) -> _Fixed:
        """Work out once what is the same for all items of an annotator."""
        asked, levels, datatype = annotator.identity["asked"], annotator.variant.levels, self._datatype
        constrain = getattr(datatype, "constraint", None)
        fixed = self._fixed[annotator.annotator_id] = _Fixed(
            {**annotator.variant.bindings, **datatype.names(asked, levels)},
            datatype.options_shown(asked, levels),
            constrain(asked, levels) if constrain else None,
        )
        return fixed


@dataclass(frozen=True)
class _Fixed:
    values: Mapping[str, Any]
    options: tuple[str, ...]
    constraint: Constraint | None


def make_plan(study: Study, counts: Mapping[str, int], examples: list[str], items: int) -> Plan:
    """Describe the missing cells.

    Args:
        counts: annotator_id → calls.
        examples: the fields of some items, as JSON.
    """
    prompts = Prompts(study)
    prices = {model.identity.name: price_of(model) for model in study.models}
    shares = []
    for annotator in study.annotators:
        filled = [prompts(annotator, json.loads(fields)) for fields in examples]
        price = prices[annotator.model.identity.name]
        calls = counts.get(annotator.annotator_id, 0)
        shares.append(_share(annotator, calls, price, [p.messages for p in filled if p]))
    return Plan(tuple(shares), items)


def _share(annotator: Annotator, calls: int, price: Price | None, prompts: list[tuple[Message, ...]]) -> Planned:
    characters = sum(len(message.content) for prompt in prompts for message in prompt)
    a_call = characters / len(prompts) / CHARACTERS_A_TOKEN if prompts else 0.0
    out = calls * (most_reply_tokens(annotator.variant.ask) or 0)
    return Planned(annotator, calls, round(calls * a_call), out, price, prompts[0] if prompts else None)

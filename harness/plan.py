"""What is wanted and not held: the missing cells, one rendered prompt a variant, the tokens. Spends nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import layouts, plugins
from harness.budget import most_reply_tokens
from harness.calls import next_turn_of
from harness.errors import StudyError
from harness.prices import Price, price_of
from harness.render import Templates
from harness.study import Study
from harness.types import Annotator, Message, Prompt, Said

EXAMPLES = 20
CHARACTERS_A_TOKEN = 4  # rule of thumb for English; the plan says "about"


@dataclass(frozen=True)
class Planned:
    """One annotator's share of a plan.

    Attributes:
        tokens_in: about; tokens_out: at most.
        price: None if nobody knows it.
        turns: of a dialogue, at most.
    """

    annotator: Annotator
    calls: int
    tokens_in: int
    tokens_out: int
    price: Price | None
    example: tuple[Message, ...] | None
    turns: int = 1

    @property
    def cost(self) -> float | None:
        """Dollars, about, if every reply is as long as it may be."""
        return None if self.price is None else self.price.cost(self.tokens_in, self.tokens_out)


@dataclass(frozen=True)
class Plan:
    """What a run would ask.

    Attributes:
        twins: model, and its variants that ask the same, word for word: an axis that their templates do not read.
    """

    shares: tuple[Planned, ...]
    items: int
    twins: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def calls(self) -> int:
        """Calls in all."""
        return sum(share.calls for share in self.shares)

    @property
    def cost(self) -> tuple[float, list[str]]:
        """Dollars of what has a price, about and at most; and the models with calls whose price nobody knows."""
        known = sum(share.cost or 0.0 for share in self.shares)
        return known, sorted({s.annotator.name for s in self.shares if s.calls and s.price is None})


def check(study: Study, fields: list[tuple[str, list[str], int]]) -> None:
    """Check every template against the fields of the items, before the first call.

    Args:
        fields: for each dataset, the fields that every item has, and the number of items.

    Raises:
        StudyError: a template asks for what some dataset's items lack.
    """
    templates = Templates(study.folder, study.roles)
    datatype = plugins.load("datatypes", study.datatype)
    for variant in study.variants:
        known = set(variant.bindings) | set(datatype.names(study.config.model_dump(), variant.levels))
        known |= {*getattr(datatype, "TURN_NAMES", ()), layouts.AXIS}  # which the layout piece does without
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
        self._templates = Templates(study.folder, study.roles)
        self._roles = study.roles
        self._datatype = plugins.load("datatypes", study.datatype)
        self._next_turn = getattr(self._datatype, "next_turn", None)
        self._constrain = getattr(self._datatype, "constraint", None)
        self._fixed: dict[str, Mapping[str, Any]] = {}

    def __call__(
        self,
        annotator: Annotator,
        fields: Mapping[str, Any],
        history: tuple[Said, ...] = (),
        item_id: str = "",
        sample: int = 0,
    ) -> Prompt | None:
        """Fill the template of the next turn; None if the dialogue is over.

        A data type without ``next_turn`` is a dialogue of one turn.

        Args:
            item_id, sample: what an axis that is drawn per sample draws by.

        Raises:
            StudyError: the template cannot be filled with these values.
        """
        asked, variant = annotator.identity["asked"], annotator.variant
        values = {**fields, **(self._fixed.get(annotator.annotator_id) or self._fix(annotator))}
        if self._next_turn is not None:
            told = self._next_turn(asked, variant.levels, fields, history)
            if told is None:
                return None
            values |= told
        elif history:
            return None
        drawn = {axis: pool.row(item_id, sample) for axis, pool in variant.pools.items()}
        role = self._roles[next_turn_of(history) % len(self._roles)] if self._roles else None
        messages = self._templates.render(variant.template, values | drawn if drawn else values, role)
        options = self._datatype.options_shown(asked, variant.levels, fields)
        constraint = self._constrain(asked, tuple(options), variant.levels) if self._constrain else None
        return Prompt(messages, options, constraint, role, drawn)

    def _fix(self, annotator: Annotator) -> Mapping[str, Any]:
        """Work out once what templates see of all items of an annotator."""
        told = self._datatype.names(annotator.identity["asked"], annotator.variant.levels)
        fixed = self._fixed[annotator.annotator_id] = {**annotator.variant.bindings, **told}
        return fixed


def make_plan(study: Study, counts: Mapping[str, int], examples: list[tuple[str, str]], items: int) -> Plan:
    """Describe the missing cells.

    Args:
        counts: annotator_id → cells.
        examples: some items: item_id, and the fields as JSON.
    """
    datatype = plugins.load("datatypes", study.datatype)
    turns = datatype.most_turns(study.config.model_dump()) if hasattr(datatype, "most_turns") else 1
    prompts = Prompts(study)
    prices = {model.identity.name: price_of(model) for model in study.models}
    shares = []
    asking: dict[str, list[Annotator]] = {}
    for annotator in study.annotators:
        filled = [prompts(annotator, json.loads(fields), item_id=item_id) for item_id, fields in examples]
        speaking = annotator.cast.values() or [annotator.model]
        shares.append(
            _share(
                annotator,
                counts.get(annotator.annotator_id, 0),
                turns,
                _mean_price([prices[model.identity.name] for model in speaking]),
                [p.messages for p in filled if p],
            )
        )
        sent = [(p.messages, p.constraint and p.constraint.format) for p in filled if p]
        asking.setdefault(repr((annotator.name, annotator.variant.ask, sent)), []).append(annotator)
    same = [alike for alike in asking.values() if examples and len(alike) > 1]
    twins = tuple((alike[0].name, tuple(one.variant.name for one in alike)) for alike in same)
    return Plan(tuple(shares), items, twins)


def _share(
    annotator: Annotator, cells: int, turns: int, price: Price | None, prompts: list[tuple[Message, ...]]
) -> Planned:
    """Count the tokens of a share; a turn reads what was said before it, at most as long as replies may be."""
    characters = sum(len(message.content) for prompt in prompts for message in prompt)
    first = characters / len(prompts) / CHARACTERS_A_TOKEN if prompts else 0.0
    reply = most_reply_tokens(annotator.variant.ask) or 0
    read = turns * first + reply * turns * (turns - 1) / 2
    return Planned(
        annotator, cells, round(cells * read), cells * turns * reply, price, prompts[0] if prompts else None, turns
    )


def _mean_price(prices: list[Price | None]) -> Price | None:
    """Give what the models of a cast cost on average: they speak in turn. None if one's price is unknown."""
    known = [price for price in prices if price is not None]
    if len(known) < len(prices):
        return None
    n = len(known)
    mean = [sum(rates) / n for rates in zip(*((p.input, p.output, p.cached) for p in known), strict=True)]
    return known[0] if n == 1 else Price(mean[0], mean[1], mean[2], "the mean of the cast")

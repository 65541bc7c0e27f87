"""The passes of one audit over the bench: as it is, people in the model's place, roles exchanged, each person.

Sums come from SQL, redraws and exchanges happen in arrays, estimates come from SQL again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness import contrast, inference, turns
from harness.auditfile import Audit
from harness.bypattern import ByPattern, Counter, count_patterns
from harness.byperson import ByPerson
from harness.halves import MOST_WORDS, Deck, Half, parts_of, spread
from harness.ids import seed_of
from harness.inference import Floats
from harness.onebyone import MOST_ITEMS, Exchanged, OneByOne, Parts, Tables
from harness.turns import Ints

if TYPE_CHECKING:
    from harness.store.bench import Bench, Focal

BATCH = 4_000_000  # rows handed to an estimate at a time


@dataclass(frozen=True)
class Effort:
    """How often is redrawn and exchanged.

    Attributes:
        replicates: bootstrap redraws.
        floor_replicates: redraws of the floor; enough for a standard error, its own value does not need
            them. 0 leaves people out of the model's place, and the floor is the exchange null's mean.
        draws: exchanges of the null, at the least.
        halves: random halves (or smaller parts), for audits that are run on them.
    """

    replicates: int = 1000
    floor_replicates: int = 200
    draws: int = 999
    halves: int = 128


FULL = Effort()

Curve = dict[tuple[int, str], Floats]  # (focal number, metric) → estimate per replicate


class Passes:
    """The passes of one audit over the bench."""

    def __init__(self, bench: Bench, audit: Audit, seed: int, focals: list[Focal], effort: Effort) -> None:
        self.effort = effort
        self.bench = bench
        self.audit = audit
        self.seed = seed
        self.focals = focals
        self.places = bench.places()
        self.weights: dict[str, Floats] = {}
        self.exchanged: Curve = {}  # filled by null() where the floor is the mean of the null
        self.budgets: dict[int, int] = {}  # filled by halves(): the size of either side
        self.freedom: dict[tuple[int, str], int] = {}  # and the degrees of freedom of each error
        self.by_number = {focal.number: focal for focal in focals}

    def tables(self, *, exchange: bool) -> ByPattern | ByPerson | OneByOne:
        """Give the tables of sums, by pattern of items where the audit tells few apart."""
        if self.audit.header.by_person:
            return ByPerson(self.bench, self.audit, self.focals, self._rng)
        made = count_patterns(self.bench, self.audit, self.focals, self._rng, exchange=exchange)
        return made or OneByOne(self.bench, self.audit, self.focals, self._rng)

    def as_is(self) -> Curve:
        """Estimate on the data as they are (replicate 0) and on each bootstrap redraw."""
        header = self.audit.header
        self._tables = self.tables(exchange=header.test == "exchange" and header.plays == header.draws)
        return self._redraw(self._tables.as_is(), self.effort.replicates, 1)

    def replay(self) -> None:
        """Take up the pools in which roles are exchanged, where these are not the measured ones."""
        self._tables = self.tables(exchange=True)

    def exchange_members(self, groups: Sequence[Sequence[int]]) -> dict[tuple[int, str], Floats]:
        """Estimate with the answers of a group's members changing hands within clusters; the first draw is as it is.

        Args:
            groups: focal numbers of members that speak of one data set; those who were not measured are left out.

        Returns:
            (group's place, metric) → (draws, members); NaN where a member's estimate is undefined.
        """
        sums = {focal.number: (slots, table) for focal, slots, table in self._tables.as_is()}
        found: dict[tuple[int, str], Floats] = {}
        for place, matched in enumerate(self.bench.match_keys([[n for n in g if n in sums] for g in groups])):
            if len(matched) < 2:
                continue
            tables = [contrast.aligned(*sums[number], own) for number, own in matched.items()]
            rng = self._rng("hands", self.by_number[min(matched)], *map(str, matched))
            curves = self._estimate(self._hands(list(matched.values()), tables, rng), self.effort.draws + 1)
            for metric in {metric for _, metric in curves}:
                if all((number, metric) in curves for number in matched):
                    found[place, metric] = np.stack([curves[number, metric] for number in matched], axis=1)
        return found

    def _hands(self, keys: list[Ints], tables: list[Floats], rng: np.random.Generator) -> Parts:
        begin, sums = 0, len(self.audit.header.sums)
        for drawn in contrast.change_hands(tables, self.effort.draws + 1, rng):
            replicate = np.repeat(np.arange(begin, begin + len(drawn)), len(keys[0]))
            for place, own in enumerate(keys):
                yield np.tile(own, len(drawn)), replicate, drawn[:, place].reshape(-1, sums)
            begin += len(drawn)

    def halves(self) -> Curve:
        """Estimate on random halves of the clusters; the mean, and replicates that are spread as its error."""
        header, clusters = self.audit.header, self.bench.cluster_of_items()
        texts, pools = self.bench.texts(self.audit), self.bench.pools()
        most = MOST_WORDS if header.words else header.most_rows
        effort = min(self.effort.halves // min(2, header.splits), header.halves)
        decks = {n: Deck(pool, clusters[pool.item], texts) for n, pool in pools.items()}
        curve: Curve = {}
        for focal in self.focals:
            deck, rng, picks = decks[focal.number], self._rng("halves", focal), self._rng("picks in halves", focal)
            beside = [decks[n] for n, one in self.by_number.items() if one.who["dataset"] == focal.who["dataset"]]
            parts = parts_of(deck, beside, most, effort)
            shape = (effort // parts, parts, header.splits)
            orders = (rng.random((1 + header.splits, int(clusters.max()) + 1)) for _ in range(shape[0]))
            made = deck.deals(orders, shape, picks, most=most)
            if not made:
                continue
            self.budgets[focal.number] = round(np.mean([half.budget for half in made.values()]))
            draws = self._on_halves(focal, made, math.prod(shape))
            for key, each in draws.items():
                curve[key], self.freedom[key] = spread(each.reshape(shape), focal.clusters)
        return curve

    def _on_halves(self, focal: Focal, made: dict[int, Half], length: int) -> Curve:
        """Run the estimate on halves, some at a time."""
        found: Curve = {}
        at_a_time = max(1, BATCH // (2 * max(half.budget for half in made.values())))
        numbers = list(made)
        for begin in range(0, len(numbers), at_a_time):
            some = {number: made[number] for number in numbers[begin : begin + at_a_time]}
            for metric, replicates, estimates in self.bench.estimate_halves(self.audit, focal, some):
                found.setdefault((focal.number, metric), np.full(length, np.nan))[replicates] = estimates
        return found

    def told(self, number: int) -> str | None:
        """Say at what size halves were compared, or that roles were exchanged on a sample."""
        items = self.by_number[number].items
        if self.audit.header.test == "exchange" and self._tables.sampled and items > MOST_ITEMS:
            return f"roles were exchanged on a sample of {MOST_ITEMS:,} of {items:,} items"
        budget = self.budgets.get(number)
        if budget is None:
            return None
        what = "words" if self.audit.header.words else "rows"
        side = "" if self.audit.header.roles == "model" else " a side"
        return f"on random halves, at {budget:,} {what}{side}"

    def floor(self) -> Curve:
        """Estimate with people in the model's place, and the model against the same others.

        Returns:
            (replicates + 1, 2, columns) per focal and metric: the model and the people; empty where the
            floor is known otherwise, or no item has two people.
        """
        header = self.audit.header
        if header.test != "exchange" or header.floor != "people" or header.across or not self.effort.floor_replicates:
            return {}
        columns, tables = self._tables.floor()
        curves = self._redraw(tables, self.effort.floor_replicates, 2 * columns) if columns else {}
        return {key: curve.reshape(-1, 2, columns) for key, curve in curves.items()}

    def null(self, as_is: Curve) -> Curve:
        """Estimate with roles exchanged, 999 times and then as often as the family needs.

        Further draws go only to what could still be significant. The first value of each curve is the
        observed one, under the same rule as the rest.
        """
        if self.audit.header.test != "exchange":
            return {}
        tables = self._tables.null()
        if self.audit.header.floor == "exchange" and self.effort.floor_replicates:
            columns = turns.MAX_TURNS
            curves = self._redraw(self._tables.exchanged_columns(columns), self.effort.floor_replicates, columns)
            self.exchanged = {key: curve.reshape(-1, columns) for key, curve in curves.items()}
        null = self._exchange(tables, self.effort.draws + 1, 0)
        families: dict[tuple[str, str, str], int] = {}
        for number, metric in as_is:
            who = self.by_number[number].who
            key = (who["dataset"], who["model"], metric)
            families[key] = families.get(key, 0) + 1
        wanted = inference.draws_needed(max(families.values(), default=1))
        if wanted > self.effort.draws:
            open_ = {
                number
                for (number, metric), curve in null.items()
                if inference.exchange_p(curve[0], curve[1:], self.audit.header.worse) <= 0.1
            }
            more = self._exchange({n: t for n, t in tables.items() if n in open_}, wanted - self.effort.draws + 1, 1)
            null = {
                key: np.concatenate([curve, more[key][1:]]) if key in more else curve for key, curve in null.items()
            }
        return null

    def persons(self) -> Curve:
        """Estimate with each known person in the model's place, and the model in theirs.

        Returns:
            (persons, 2) per focal and metric: the person, and the model in that person's place; empty where
            no person is known on enough items.
        """
        header = self.audit.header
        if header.test != "exchange" or header.across or header.plays != "one" or header.floor != "people":
            return {}
        count, parts = self._tables.persons()
        curves = self._estimate(parts, 2 * count) if count else {}
        return {key: curve.reshape(-1, 2) for key, curve in curves.items()}

    def _rng(self, purpose: str, focal: Focal, *more: str) -> np.random.Generator:
        # By dataset only: all focal annotators of a dataset meet the same exchanges where they share items.
        return np.random.default_rng(seed_of(f"{self.seed}", purpose, focal.who["dataset"], *more))

    def _weights(self, dataset: str) -> Floats:
        if dataset not in self.weights:
            rng = np.random.default_rng(seed_of(f"{self.seed}", "bootstrap", dataset))
            self.weights[dataset] = inference.bootstrap_weights(self.places[dataset], self.effort.replicates, rng)
        return self.weights[dataset]

    def _redraw(self, tables: Tables, replicates: int, turn_count: int) -> Curve:
        """Sum buckets under the bootstrap weights: one small matrix product per key and turn."""

        def parts() -> Parts:
            for focal, slots, table in tables:
                weights = self._weights(focal.who["dataset"])[: replicates + 1]
                redrawn = weights @ table.reshape(len(table), -1)
                redraw = np.repeat(np.arange(len(weights)), len(slots))
                slot_of = np.tile(slots, len(weights))
                yield (
                    slot_of // turn_count,
                    redraw * turn_count + slot_of % turn_count,
                    redrawn.reshape(-1, table.shape[2]),
                )

        return self._estimate(parts(), (replicates + 1) * turn_count)

    def _exchange(self, tables: Mapping[int, Exchanged | Counter], draws: int, round_: int) -> Curve:
        def parts() -> Parts:
            for number, table in tables.items():
                rng = self._rng("picks", self.by_number[number], str(round_))
                keys, values = table.draw(draws, rng)
                yield np.tile(keys, draws), np.repeat(np.arange(draws), len(keys)), values.reshape(-1, values.shape[2])

        return self._estimate(parts(), draws)

    def _estimate(self, parts: Parts, length: int) -> Curve:
        """Run the estimate on parts, a batch at a time."""
        curve: Curve = {}
        batch: list[tuple[Any, Any, Any]] = []

        def flush() -> None:
            if not batch:
                return
            key, replicate, values = (np.concatenate([part[n] for part in batch]) for n in range(3))
            for number, metric, replicates, estimates in self.bench.estimate(self.audit, key, replicate, values):
                curve.setdefault((number, metric), np.full(length, np.nan))[replicates] = estimates
            batch.clear()

        waiting = 0
        for part in parts:
            batch.append(part)
            waiting += len(part[0])
            if waiting >= BATCH:
                flush()
                waiting = 0
        flush()
        return curve

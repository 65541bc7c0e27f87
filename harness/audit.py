"""Run audits: sums from SQL, redraws and exchanges in arrays, estimates from SQL again, then findings.

Each audit passes over the data at most four times: as it is (with its bootstrap), with people in the model's
place (the human floor), with roles exchanged (the null), and with each known person in the model's place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from harness import inference, turns
from harness.auditfile import Audit
from harness.ids import seed_of
from harness.inference import Floats, Interval

if TYPE_CHECKING:
    from harness.store.bench import Bench, Focal, Sums
    from harness.study import Study

REPLICATES = 1000
FLOOR_REPLICATES = 200  # enough for a standard error; the floor's own value does not depend on them
MOST_ITEMS = 50_000  # exchanged and played by people; beyond, a sample of the items
FLOOR_ROWS = 100_000  # items × columns of the floor: many columns where there are few items
PERSON_ITEMS = 20
MOST_PERSONS = 500
BATCH = 4_000_000  # rows handed to an estimate at a time

Curve = dict[tuple[int, str], Floats]  # (focal number, metric) → estimate per replicate


class Say(Protocol):
    """Told what happens, a line at a time."""

    def __call__(self, line: str, /) -> object:
        """Take a line."""


@dataclass
class Finding:
    """One row of the findings table; the names are its columns."""

    audit: str
    audit_id: str
    metric: str
    title: str
    verdict: str
    dataset: str = ""
    kind: str = ""
    model: str = ""
    variant: str = ""
    wave: str = ""
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    matched: float | None = None
    floor: float | None = None
    excess: float | None = None
    excess_lower: float | None = None
    excess_upper: float | None = None
    p: float | None = None
    q: float | None = None
    draws: int | None = None
    detectable: float | None = None
    warn: float | None = None
    worse: str = ""
    items: int = 0
    clusters: int = 0
    persons: int | None = None
    persons_as_far: int | None = None
    range_verdict: str | None = None
    note: str | None = None
    replicates: Floats = field(default_factory=lambda: np.empty(0))
    excess_interval: Interval = Interval(None, None)


def audit(bench: Bench, audits: list[Audit], study: Study, say: Callable[[str], object]) -> list[Finding]:
    """Run audits on a study's rows.

    Returns:
        one finding per audit, metric, dataset and focal annotator; an audit that cannot run gives one that
        says why.
    """
    findings: list[Finding] = []
    for each in audits:
        made = run(bench, each, study)
        findings.extend(made)
        say(f"  {each.name}: {_tell(made)}")
    return findings


def run(bench: Bench, audit: Audit, study: Study) -> list[Finding]:
    """Run one audit."""
    reason = _unfit(bench, audit, study)
    focals = [] if reason else bench.prepare(
        list(_focals(bench, audit, study)), draws=audit.header.draws, roles=audit.header.roles
    )  # fmt: skip
    if not focals:
        reason = reason or _nobody(audit)
        return [Finding(audit.name, audit.audit_id, "", audit.header.title, "not run", note=reason)]
    passes = _Passes(bench, audit, study.seed, focals)
    as_is = passes.as_is()
    if audit.header.plays != audit.header.draws:
        bench.prepare(list(_focals(bench, audit, study)), draws=audit.header.plays, roles=audit.header.roles)
    floor = passes.floor()
    null = passes.null(as_is)
    persons = passes.persons()
    findings = [
        _finding(audit, focal, metric, as_is[focal.number, metric], floor, null, persons)
        for focal in focals
        for number, metric in sorted(as_is)
        if number == focal.number
    ]
    _judge(audit, findings)
    return findings


def _unfit(bench: Bench, audit: Audit, study: Study) -> str | None:
    if not bench.relation(audit.header.relation):
        return f"the study has no {audit.header.relation}"
    if "ordinal" in audit.header.needs and not getattr(study.config, "ordinal", False):
        return f"the options are no scale; write ordinal = true under [{study.datatype}] if they are"
    return None


def _nobody(audit: Audit) -> str:
    if audit.header.across:
        return f"{audit.header.across} is not varied; write two levels under [vary]"
    if audit.header.roles == "model":
        return "no model has said anything"
    return "no model has judged an item that people judged too"


def _focals(bench: Bench, audit: Audit, study: Study) -> Iterator[dict[str, Any]]:
    """Say who is looked at, against whom."""
    whos = bench.whos()
    if audit.header.across is None:
        for number, who in enumerate(whos):
            yield {**_who(who), "focal_no": number, "model_who": who["who_no"], "reference_who": None}
        return
    axis = audit.header.across
    order: dict[str, int] = {}
    for variant in study.variants:
        order.setdefault(variant.levels.get(axis, ""), len(order))
    units: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for who in whos:
        levels = json.loads(who["bindings"]) if isinstance(who.get("bindings"), str) else {}
        if axis not in levels:
            continue
        level = str(levels.pop(axis))
        units.setdefault(json.dumps([who["dataset"], who["model"], who["wave"], levels]), []).append((level, who))
    number = 0
    for unit in units.values():
        unit.sort(key=lambda pair: order.get(pair[0], len(order)))
        base, *others = unit
        for level, who in others:
            rest = " ".join(w for w in str(who["variant"]).split(" ") if not w.startswith(f"{axis}="))
            named = {**_who(who), "variant": f"{rest} {axis}: {level} against {base[0]}".strip()}
            yield {**named, "focal_no": number, "model_who": who["who_no"], "reference_who": base[1]["who_no"]}
            number += 1


def _who(who: dict[str, Any]) -> dict[str, str]:
    return {name: str(who[name]) for name in ("dataset", "kind", "model", "variant", "wave")}


class _Passes:
    """The passes of one audit over the bench."""

    def __init__(self, bench: Bench, audit: Audit, seed: int, focals: list[Focal]) -> None:
        self.bench = bench
        self.audit = audit
        self.seed = seed
        self.focals = focals
        self.places = bench.places()
        self.weights: dict[str, Floats] = {}
        self.by_number = {focal.number: focal for focal in focals}

    def as_is(self) -> Curve:
        """Estimate on the data as they are (replicate 0) and on each bootstrap redraw."""
        self.bench.shape_as_is()
        return self._redraw(self.bench.cells(self.audit, by="bucket"), REPLICATES, 1)

    def floor(self) -> Curve | None:
        """Estimate with people in the model's place, and the model against the same others.

        Returns:
            (replicates, 2 × columns) per focal and metric: first the model, then the people; None where
            the floor is known otherwise.
        """
        header = self.audit.header
        if header.test != "exchange" or header.floor != "people" or header.across:
            return None
        shapes, columns = [], 0
        pools = [(focal, self._pool(focal, "floor")) for focal in self.focals]
        most = max(len(np.unique(pool.item)) for _, pool in pools)
        columns = int(np.clip(FLOOR_ROWS // max(most, 1), 2, turns.MAX_TURNS))
        for focal, pool in pools:
            shape = turns.floor_turns(pool, columns, self._rng("floor", focal))
            if len(shape.key):
                shapes.append((focal, shape))
        if not shapes:
            return None
        self.bench.shape(shapes)
        return self._redraw(self.bench.cells(self.audit, by="bucket"), FLOOR_REPLICATES, 2 * columns)

    def null(self, as_is: Curve) -> Curve | None:
        """Estimate with roles exchanged, 999 times and then as often as the family needs.

        Further draws go only to what could still be significant. The first value of each curve is the
        observed one, under the same rule as the rest.
        """
        if self.audit.header.test != "exchange":
            return None
        made = []
        for focal in self.focals:
            shape, items, sizes = turns.exchanges(self._pool(focal, "null"), self._rng("null", focal))
            made.append((focal, shape, items, sizes))
        self.bench.shape([(focal, shape) for focal, shape, _, _ in made])
        sums = self.bench.cells(self.audit, by="item")
        tables = {focal.number: _Exchanged(sums, focal, items, sizes) for focal, _, items, sizes in made}
        null = self._exchange(tables, 1000, 0)
        families: dict[tuple[str, str, str], int] = {}
        for number, metric in as_is:
            who = self.by_number[number].who
            key = (who["dataset"], who["model"], metric)
            families[key] = families.get(key, 0) + 1
        wanted = inference.draws_needed(max(families.values(), default=1))
        if wanted > 999:
            open_ = {
                number
                for (number, metric), curve in null.items()
                if inference.exchange_p(curve[0], curve[1:], self.audit.header.worse) <= 0.1
            }
            more = self._exchange({n: t for n, t in tables.items() if n in open_}, wanted - 998, 1)
            null = {
                key: np.concatenate([curve, more[key][1:]]) if key in more else curve for key, curve in null.items()
            }
        return null

    def persons(self) -> Curve | None:
        """Estimate with each known person in the model's place, and the model in theirs."""
        header = self.audit.header
        if header.test != "exchange" or header.across or header.plays != "one" or header.floor != "people":
            return None
        shapes = []
        for focal in self.focals:
            shape, _ = turns.person_turns(self._pool(focal, "persons"), PERSON_ITEMS, MOST_PERSONS)
            if len(shape.key):
                shapes.append((focal, shape))
        if not shapes:
            return None
        self.bench.shape(shapes)
        sums = self.bench.cells(self.audit, by="turn")
        return self._estimate([(sums.key, sums.turn, sums.values)], int(sums.turn.max()) + 1)

    def _pool(self, focal: Focal, purpose: str) -> turns.Pool:
        return turns.sample_items(self.bench.pool(focal), MOST_ITEMS, self._rng("sample", focal, purpose))

    def _rng(self, purpose: str, focal: Focal, *more: str) -> np.random.Generator:
        # By dataset only: all focal annotators of a dataset meet the same exchanges where they share items.
        return np.random.default_rng(seed_of(f"{self.seed}", purpose, focal.who["dataset"], *more))

    def _weights(self, dataset: str) -> Floats:
        if dataset not in self.weights:
            rng = np.random.default_rng(seed_of(f"{self.seed}", "bootstrap", dataset))
            self.weights[dataset] = inference.bootstrap_weights(self.places[dataset], REPLICATES, rng)
        return self.weights[dataset]

    def _redraw(self, sums: Sums, replicates: int, turn_count: int) -> Curve:
        """Sum buckets under the bootstrap weights: one small matrix product per key and turn."""

        def parts() -> Iterator[tuple[Any, Any, Any]]:
            for focal in self.focals:
                mine = sums.focal == focal.number
                if not mine.any():
                    continue
                weights = self._weights(focal.who["dataset"])[: replicates + 1]
                slot = sums.key[mine] * turn_count + sums.turn[mine]
                slots, column = np.unique(slot, return_inverse=True)
                table = np.zeros((weights.shape[1], len(slots), sums.values.shape[1]))
                np.add.at(table, (sums.place[mine], column), sums.values[mine])
                redrawn = weights @ table.reshape(len(table), -1)
                redraw = np.repeat(np.arange(len(weights)), len(slots))
                slot_of = np.tile(slots, len(weights))
                yield (
                    slot_of // turn_count,
                    redraw * turn_count + slot_of % turn_count,
                    redrawn.reshape(-1, sums.values.shape[1]),
                )

        return self._estimate(parts(), (replicates + 1) * turn_count)

    def _exchange(self, tables: dict[int, _Exchanged], draws: int, round_: int) -> Curve:
        def parts() -> Iterator[tuple[Any, Any, Any]]:
            for number, table in tables.items():
                rng = self._rng("picks", self.by_number[number], str(round_))
                keys, values = table.draw(draws, rng)
                yield np.tile(keys, draws), np.repeat(np.arange(draws), len(keys)), values.reshape(-1, values.shape[2])

        return self._estimate(parts(), draws)

    def _estimate(self, parts: Any, length: int) -> Curve:
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


class _Exchanged:
    """A focal annotator's sums by item and turn, and picks of one turn an item."""

    def __init__(self, sums: Sums, focal: Focal, items: turns.Ints, sizes: turns.Ints) -> None:
        mine = sums.focal == focal.number
        self.sizes = sizes
        self.start = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self.keys, column = np.unique(sums.key[mine], return_inverse=True)
        row = self.start[np.searchsorted(items, sums.place[mine])] + sums.turn[mine]
        self.table = np.zeros((int(sizes.sum()), len(self.keys), sums.values.shape[1]))
        np.add.at(self.table, (row, column), sums.values[mine])

    def draw(self, draws: int, rng: np.random.Generator) -> tuple[turns.Ints, Floats]:
        """Pick a turn for each item, as often as asked; the first pick is everybody's own role.

        Returns:
            keys, and (draws, keys, sums).
        """
        out = np.empty((draws, *self.table.shape[1:]))
        at_a_time = max(1, 5_000_000 // max(1, len(self.sizes) * self.table[0].size))
        for begin in range(0, draws, at_a_time):
            count = min(at_a_time, draws - begin)
            picks = self.start + (rng.random((count, len(self.sizes))) * self.sizes).astype(np.int64)
            if begin == 0:
                picks[0] = self.start
            out[begin : begin + count] = self.table[picks].sum(axis=1)
        return self.keys, out


def _finding(
    audit: Audit, focal: Focal, metric: str, curve: Floats, floor: Curve | None, null: Curve | None,
    persons: Curve | None,
) -> Finding:  # fmt: skip
    header, key = audit.header, (focal.number, metric)
    found = Finding(
        audit.name, audit.audit_id, metric, header.title, "described", **focal.who, warn=header.warn,
        worse=header.worse, items=focal.items, clusters=focal.clusters, replicates=curve[1:],
    )  # fmt: skip
    estimate = float(curve[0])
    error = inference.standard_error(curve[1:], focal.clusters)
    distance = header.range[0] == 0 and header.worse == "up"
    own = inference.interval(estimate, error, focal.clusters, header.range, distance=distance)
    found.estimate, found.lower, found.upper = estimate, own.lower, own.upper
    if metric in header.describes or header.warn is None:
        return found
    excess, excess_error = estimate, error
    if header.test == "neutral":
        found.floor = header.neutral
        excess = estimate - (header.neutral or 0.0)
        found.p = inference.t_tail(excess / error, focal.clusters - 1) if error > 0 else math.nan
        found.detectable = inference.detectable(error)
    if header.test == "exchange" and null is not None and key in null:
        draws = null[key][1:][np.isfinite(null[key][1:])]
        found.draws = len(draws)
        found.p = inference.exchange_p(float(null[key][0]), draws, header.worse)
        found.detectable = inference.detectable(float(np.std(draws))) if len(draws) else None
        if floor is not None and key in floor:
            columns = floor[key].reshape(FLOOR_REPLICATES + 1, -1)
            half = columns.shape[1] // 2
            model, people = np.nanmean(columns[:, :half], axis=1), np.nanmean(columns[:, half:], axis=1)
            found.matched, found.floor = float(model[0]), float(people[0])
            excess = found.matched - found.floor
            # The bootstrap holds the columns fixed; which person plays where is chance as well.
            chosen = float(np.nanvar(columns[0, :half] - columns[0, half:], ddof=1)) / half
            excess_error = math.hypot(inference.standard_error((model - people)[1:], focal.clusters), math.sqrt(chosen))
        else:
            found.floor = header.floor if isinstance(header.floor, float) else float(np.mean(draws))
            excess = estimate - found.floor
    if persons is not None and key in persons:
        pairs = persons[key][: len(persons[key]) // 2 * 2].reshape(-1, 2)
        found.persons, found.persons_as_far = inference.rank_among(pairs[:, 1], pairs[:, 0], header.worse)
        found.range_verdict = inference.place_among_persons(found.persons, found.persons_as_far)
    if header.test == "none":
        found.excess_interval = own
    else:
        found.excess_interval = inference.interval(
            excess, excess_error, focal.clusters, (-math.inf, math.inf), distance=False
        )
    found.excess = excess
    found.excess_lower, found.excess_upper = found.excess_interval.lower, found.excess_interval.upper
    if focal.clusters < inference.LEAST_CLUSTERS:
        found.note = f"only {focal.clusters} clusters: too few to tell"
    elif focal.items > MOST_ITEMS and header.test == "exchange":
        found.note = f"roles were exchanged on a sample of {MOST_ITEMS:,} of {focal.items:,} items"
    return found


def _judge(audit: Audit, findings: list[Finding]) -> None:
    """Correct p-values within audit, model and dataset, then judge."""
    families: dict[tuple[str, str, str], list[Finding]] = {}
    for found in findings:
        if found.p is not None:
            families.setdefault((found.dataset, found.model, found.metric), []).append(found)
    for family in families.values():
        for found, q in zip(
            family, inference.benjamini_hochberg([math.nan if f.p is None else f.p for f in family]), strict=True
        ):
            found.q = q
    for found in findings:
        if found.excess is not None:
            found.verdict = inference.verdict(
                audit.header.worse, audit.header.warn, found.excess, found.excess_interval, found.q, found.clusters,
                tested=audit.header.test != "none",
            )  # fmt: skip


def _tell(findings: list[Finding]) -> str:
    counts: dict[str, int] = {}
    for found in findings:
        counts[found.verdict] = counts.get(found.verdict, 0) + 1
    if set(counts) == {"not run"}:
        return f"not run: {findings[0].note}"
    return ", ".join(f"{verdict} {count}" for verdict, count in sorted(counts.items()))

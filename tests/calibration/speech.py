"""The ground of texts, tasks and turns: people and a model speak about items, each text with the numbers of it.

Who speaks about an item has its topic in common with the others, and habits of their own; what they say varies about
both. Numbers that extractors would count are drawn as they are; where an audit reads the words, there are words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd

from harness.auditfile import Audit
from harness.store.bench import Bench
from harness.store.layout import lay_out
from tests.calibration import words
from tests.calibration.features import draw_features
from tests.calibration.world import CLUSTERS, EFFECT, GROUPS, PERSONS, PLAIN, UNEQUAL, World, world

STUDY = SimpleNamespace(seed=7, datatype="", config=SimpleNamespace(), variants=(), axes={}, models=())


@dataclass(frozen=True)
class Speech:
    """What is simulated: ``studies`` times, what people and the model say about ``items``.

    Attributes:
        relation: texts (one an answer), instructions (one to three) or turns (three to six).
        unequal: one to three people an item, and the model is silent on one of ten; else two people on each.
        per_cluster: items that share their topic.
        paired: whether both sides speak about the same items.
        leanings, persons: SD of each person's lasting habits, on the log scale, and of how many persons; the model is
            one more of them.
        longer: what the model's texts, and its dialogues, are longer by, on the log scale; longer_tasks: its
            instructions.
        more: what all that happens in texts happens more often by, in the model's, on the log scale.
        narrower: share of the vocabulary that the model leaves out.
        features: extractors whose numbers texts have.
        written: whether texts have words, of their length, rather than numbers alone.
    """

    studies: int
    relation: str = "texts"
    items: int = 60
    unequal: bool = False
    per_cluster: int = 1
    paired: bool = True
    leanings: float = 0.0
    persons: int = 12
    longer: float = 0.0
    longer_tasks: float = 0.0
    more: float = 0.0
    narrower: float = 0.0
    features: tuple[str, ...] = ("surface",)
    written: bool = False


class Spoken:
    """The texts of a study, by row, before they are put into words."""

    def __init__(self, design: Speech, rng: np.random.Generator, kind: str, slot: int, topic: np.ndarray) -> None:
        self.design, self.rng = design, rng
        self.ours = kind == "llm"
        study, item = (index.ravel() for index in np.indices(topic.shape))
        there = {"llm": 0.9, "human": (1.0, 0.6, 0.3)[slot]}[kind] if design.unequal else float(self.ours or slot < 2)
        kept = np.flatnonzero(rng.random(len(study)) < there)
        fewest, most = {"texts": (1, 1), "instructions": (1, 3), "turns": (3, 6)}[design.relation]
        self.counts = rng.integers(fewest, most + 1, len(kept))
        if design.relation == "turns" and self.ours:
            self.counts = np.round(self.counts * np.exp(design.longer)).astype(np.int64)
        self.row = np.repeat(kept, self.counts)
        self.study, self.item = study[self.row], item[self.row]
        self.part = np.concatenate([np.arange(count) for count in self.counts])
        self.topic = topic.ravel()[self.row]
        self.habit = rng.normal(0, 0.4, len(study))[self.row]
        self.who = np.full(len(study), slot)
        if design.leanings:
            self.who = np.full(len(study), design.persons) if self.ours else rng.integers(0, 4, len(study)) * 3 + slot
            # Each person leans, in each study, to one side, and the same way in all that they do.
            lean = rng_of(design, 1).normal(0, design.leanings, (design.studies, design.persons + 1))
            self.habit = self.habit + lean[study, self.who][self.row]
        self.who = self.who[self.row]

    def happens(self, chance: float) -> np.ndarray:
        """Say in which rows something happens, that happens with a chance on the whole."""
        log = 0.4 * self.topic + 0.4 * self.habit + self.more
        return self.rng.random(len(self.row)) < np.clip(chance * np.exp(log), 0, 0.95)

    def size(self, mean: float, longer: float) -> np.ndarray:
        """Draw how many words a row has."""
        log = np.log(mean) + 0.4 * self.topic + 0.4 * self.habit + self.rng.normal(0, 0.4, len(self.row))
        return np.maximum(1, np.round(np.exp(log + longer * self.ours)))

    @property
    def more(self) -> float:
        """Give what the model's texts have more of, on the log scale; 0 for people."""
        return self.design.more * self.ours

    def dense(self) -> np.ndarray:
        """Give how densely things stand in each row's text, about 1."""
        return np.exp(0.3 * self.topic + 0.5 * self.habit + self.more)

    def noise(self, spread: float) -> np.ndarray:
        """Draw what is of each row alone."""
        return self.rng.normal(0, spread, len(self.row))

    def features(self, text: str, size: np.ndarray, subject: np.ndarray) -> dict[str, object]:
        """Draw what the world's extractors would tell of a text of each row."""
        return {
            f"{text}_{name}": values
            for extractor in self.design.features
            for name, values in draw_features(extractor, self, size, subject).items()
        }


def rng_of(design: Speech, purpose: int) -> np.random.Generator:
    """Give a generator for what all speakers of the studies have in common."""
    return np.random.default_rng([design.studies, design.items, purpose])


def draw(design: dict[str, object], studies: int, seed: int) -> Bench:
    """Simulate studies of one world."""
    drawn = Speech(studies, **design)  # type: ignore[arg-type]
    return lay(simulate(drawn, seed), drawn)


def simulate(design: Speech, seed: int) -> pd.DataFrame:
    """Simulate; give one row per text, task or turn."""
    rng = np.random.default_rng(seed)

    def topics() -> np.ndarray:
        drawn = rng.normal(0, 1, (design.studies, -(-design.items // design.per_cluster)))
        return drawn.repeat(design.per_cluster, axis=1)[:, : design.items]

    topic, frames = topics(), []
    subject = rng.integers(0, words.SUBJECTS, topic.shape)
    subject = subject[:, :: design.per_cluster].repeat(design.per_cluster, axis=1)[:, : design.items]
    for kind, slot in (("llm", 0), *(("human", slot) for slot in range(3 if design.unequal else 2))):
        apart = kind == "human" and not design.paired
        if apart and slot == 0:
            topic, subject = topics(), np.roll(subject, 1, axis=0)
        spoken = Spoken(design, rng, kind, slot, topic)
        frame = pd.DataFrame({
            "study": spoken.study, "item": spoken.item + design.items * apart, "kind": kind,
            "annotator_id": "m" if kind == "llm" else [f"p{n}" for n in spoken.who], "part": spoken.part,
            "person": [f"p{n}" for n in spoken.who] if design.leanings and kind == "human" else None,
        })  # fmt: skip
        frames.append(SAYS[design.relation](spoken, frame, subject[spoken.study, spoken.item]))
    return pd.concat(frames, ignore_index=True)


def say_texts(spoken: Spoken, frame: pd.DataFrame, subject: np.ndarray) -> pd.DataFrame:
    """Write texts, one an answer."""
    size = spoken.size(50, spoken.design.longer)
    said = spoken.features("text", size, subject)
    if spoken.design.written:
        narrower = spoken.design.narrower * spoken.ours
        text = np.array(words.write(size, subject, spoken.rng, narrower=narrower), object)
        text = np.where(spoken.happens(0.1), text, text + ".")
        stock = np.array(words.write(np.full(12, 40.0), np.arange(12), np.random.default_rng(3)), object)
        said["text"] = np.where(spoken.happens(0.06), stock[spoken.rng.integers(0, 12, len(text))], text)
    return frame.assign(**said)


def say_tasks(spoken: Spoken, frame: pd.DataFrame, subject: np.ndarray) -> pd.DataFrame:
    """Make up tasks: an instruction, in two of five an input, mostly an output; with the faults that tasks have."""
    rng, asked = spoken.rng, np.maximum(9, spoken.size(12, spoken.design.longer_tasks))
    size = np.maximum(12, spoken.size(20, spoken.design.longer))

    def write(size: np.ndarray, subject: np.ndarray) -> list[str]:
        return words.write(size, subject, rng, own=1.0)

    said = spoken.features("instruction", asked, subject) | spoken.features("output", size, subject)
    verb = words.verbs(len(frame), spoken.more, rng)
    strange = spoken.happens(0.2)  # the input is about something else than the rest
    about = np.where(strange, words.STRANGE, subject)
    instruction = np.array([f"{v} {s}." for v, s in zip(verb, write(asked, about), strict=True)], object)
    missing = spoken.happens(0.08)
    instruction = np.where(missing, verb.astype(object) + " the following text.", instruction)
    handed = (rng.random(len(frame)) < 0.4) & ~missing
    entry = np.array(write(np.full(len(frame), 6.0), subject), object)
    answer = np.array(write(size, about), object)
    answer = np.where(strange, answer, entry + " " + answer)
    answer = np.where(spoken.happens(0.1), instruction + " " + answer, answer)
    ended = np.where(spoken.happens(0.08), "It is so. " + answer, answer + ".")
    no_output = rng.random(len(frame)) < 0.05
    said |= {
        "instruction": instruction,
        "input": np.where(handed, entry, None),
        "output": np.where(no_output, None, ended),
        "fault": np.where(spoken.happens(0.1), "too short", None),
        "controls": np.full(len(frame), "words"),
    }
    if "language" in spoken.design.features:
        said["instruction_language_code"] = np.full(len(frame), 5.0)
    return frame.assign(**said)


def say_turns(spoken: Spoken, frame: pd.DataFrame, subject: np.ndarray) -> pd.DataFrame:
    """Speak in turns, two roles; then one of them names a number."""
    rng, size = spoken.rng, np.maximum(6, spoken.size(10, spoken.design.longer))
    about = np.where(spoken.happens(0.15), words.STRANGE, subject)
    text = np.array(words.write(size, about, rng, own=1.0), object)
    text = np.where(spoken.happens(0.08), "That sounds great. " + text, text)
    text = np.where(spoken.happens(0.08), text + " Thank you.", text)
    for happens, back in ((spoken.happens(0.08), 1), (spoken.happens(0.08), 2)):
        text = np.where(happens & (spoken.part >= back), np.roll(text, back), text)
    copies = spoken.happens(0.1) & (spoken.part >= 1)
    text = np.where(copies, text + " " + np.roll(text, 1), text)
    opens = spoken.part % 2 == 0
    size = np.round(size * np.where(opens, np.exp(0.3 * spoken.more), 1.0))
    said = spoken.features("text", size, about)
    said |= {
        "text": text,
        "as_role": np.where(opens, "a", "b"),
        "number": np.full(len(frame), np.nan),
    }
    frame = frame.assign(**said)
    named = frame[frame["part"] == 0].copy()
    level = 50 + 8 * (spoken.topic + spoken.habit)[spoken.part == 0] + 12 * spoken.more
    named["number"] = 5 * np.round((level + rng.normal(0, 12, len(named))) / 5)
    named["part"], named["as_role"], named["text"] = 100, "a", named["number"].astype(int).astype(str)
    return pd.concat([frame, named], ignore_index=True)


SAYS: dict[str, Callable[[Spoken, pd.DataFrame, np.ndarray], pd.DataFrame]] = {
    "texts": say_texts,
    "instructions": say_tasks,
    "turns": say_turns,
}


def lay(frame: pd.DataFrame, design: Speech) -> Bench:
    """Lay out texts, tasks or turns; ``model``, if the frame has it, says which model speaks."""
    number = ", case when not isnan(number) then number end as number" if design.relation == "turns" else ""
    frame = frame.assign(per=design.per_cluster, speaks=frame.get("model", "m")).drop(columns="model", errors="ignore")
    connection = duckdb.connect(":memory:")
    connection.register("frame", frame)
    spelled = [name for name in ("text", "input", "output", "fault") if name in frame]
    listed = "".join(f", {name}::varchar as {name}" for name in spelled)
    left = ", ".join([*spelled, "study", "item", "per", "speaks", "person", *(["number"] if number else [])])
    connection.execute(
        f"create table taken_{design.relation} as select 's' || lpad(study::varchar, 5, '0') as dataset, "
        "'i' || lpad(item::varchar, 6, '0') as key, 'c' || item // per as cluster, "
        "(item // per % 2048)::smallint as bucket, case kind when 'llm' then speaks end as model, "
        "case kind when 'llm' then 'v' end as variant, null::varchar as bindings, "
        "case kind when 'llm' then '1' end as wave, person::varchar as person, 0 as sample"
        f"{number}{listed}, * exclude ({left}) from frame"
    )
    return lay_out(connection, [design.relation])


LONGER = ("its texts are 1.5 times as long", {"longer": 0.405})
DENSER = ("marks and the like stand 1.5 times as densely in its texts; words, sentences, tone move with them",
          {"more": 0.405})  # fmt: skip
MORE = ("what happens in texts (a fault, a thank you, an echo, a mark …) happens 3 times as often in its own",
        {"more": 1.099})  # fmt: skip
NARROWER = ("it leaves out 0.6 of the vocabulary, the rare words", {"narrower": 0.6})
HALVED = (60, 30)  # studies of audits on halves, which take long: without an artifact, and with one
EFFECTS: dict[str, tuple[str, dict[str, object]]] = {
    "task_length": ("its instructions are 1.5 times as long", {"longer_tasks": 0.405}),
    "output_length": ("its outputs are 1.5 times as long", {"longer": 0.405}),
    "duplicates": MORE,
    "fidelity": MORE,
    "output_fidelity": MORE,
    "output_rouge_l": ("its outputs are 3 times as long", {"longer": 1.099}),
    "rouge_l": ("its texts are 3 times as long", {"longer": 1.099}),
    "homogenisation": MORE,
    "length_balance": ("its outputs are 1.5 times as long", {"longer": 0.405}),
    "text_length": LONGER,
    "turn_length": LONGER,
    "early_end": ("its dialogues have 1.5 times as many turns", {"longer": 0.405}),
}


def worlds(audit: Audit) -> list[World]:
    """List the worlds of an audit of texts, tasks or turns."""
    header, halves = audit.header, audit.header.resample is not None
    read = re.search(r"\btext\b", audit.cells) is not None
    base: dict[str, object] = {"relation": audit.rows, "items": 60, "written": halves or read,
                               "features": tuple(header.features) or ("surface",)}  # fmt: skip
    usual = NARROWER if halves else DENSER if audit.rows == "texts" else MORE
    words, dial = EFFECTS.get(audit.name, usual)
    made = [world(PLAIN, **base), world(CLUSTERS, **{**base, "items": 80 if halves else 120, "per_cluster": 4})]
    if not halves:
        made.append(world(UNEQUAL, **base, unequal=True))
    if header.pairing == "auto":
        made.append(world(GROUPS, **base, paired=False))
    if audit.rows == "texts" and not halves:
        made.append(world(PERSONS, covers=False, **base, leanings=0.5))
    made.append(world(EFFECT, effect=words, **base, **dial))
    return [replace(one, studies=HALVED[bool(one.effect)]) for one in made] if halves else made

"""What is taught of texts, preferences, instructions and dialogues; every number against one made by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from harness import pipeline, plugins, secondorder
from harness.corpora import Corpus, read_taught
from harness.errors import StudyError
from harness.functions import rouge_l
from harness.lessons import Fit
from harness.report.deficits import read_deficits
from harness.report.tables import ask, ask_about
from harness.store import Store
from harness.study import Study
from harness.training import Training
from harness.types import Lesson
from tests.studies import write_study

QUIET = {"say": lambda _: None}
WRITER = '''"""echo_writer: writes the prompt in capitals, or what its lesson said most."""
VERSION, PACKAGES, EXTRA, SERVES, OPTIONS, FEATURES = "1", (), "", ("write",), {}, None
def make(options, seed, place): return Model()
class Model:
    def fit(self, lesson):
        assert isinstance(lesson.targets, list) and not lesson.classes
        self.said = lesson.targets[0]
    def write(self, inputs): return [f"{prompt.upper()} {self.said}" for prompt in inputs]
    def told(self): return {"texts": 1.0}
'''
READER = (
    WRITER
    + """
    def losses(self, inputs, texts):
        import numpy as np
        known = self.said.split()
        counts = np.array([len(text.split()) for text in texts])
        return np.array([sum(0.5 if word in known else 2.0 for word in text.split()) for text in texts]), counts
"""
)


def study_of(folder, datatype: str, rows: list[dict], *, fields, record, table, train, **source) -> Study:
    """Write a study of published answers only: JSON lines with kind, model, item, and what is named."""
    lines = "\n".join(json.dumps(row) for row in rows)
    shared = {"dataset": "d", "item": "item", "fields": fields, "record": record, **source}
    data = [
        {**shared, "file": "people.jsonl", "kind": "human", "annotator": "who"},
        {**shared, "file": "model.jsonl", "kind": "llm", "model": "who"},
    ]
    files = {
        f"{name}.jsonl": "\n".join(
            line for line, row in zip(lines.split("\n"), rows, strict=True) if row["kind"] == kind
        )
        for name, kind in (("people", "human"), ("model", "llm"))
    }
    return Study.load(
        write_study(
            folder, files=files, datatype=datatype, label=None, models=[], template=None, data=data,
            **{datatype: table}, train={"seeds": 2, **train},
        )
    )  # fmt: skip


def taught(study: Study, store: Store) -> Store:
    pipeline.resolve(study, store)
    secondorder.train_study(study, store, **QUIET)
    return store


def both(make, count: int = 60) -> list[dict]:
    return [
        {"kind": kind, "who": who, **make(number, kind)}
        for number in range(count)
        for kind, who in (("human", "ann"), ("llm", "gpt"))
    ]


def test_classes_of_texts_are_told_of_what_people_wrote(tmp_path) -> None:
    def make(number, kind):
        topic = "sport" if number % 3 else "food"
        words = {"sport": "run jump", "food": "eat cook"}[topic if kind == "human" or number % 2 else "sport"]
        return {"item": number, "topic": topic, "text": f"{words} {kind} {number}"}

    rows, train = both(make), {"classes": "topic"}
    study = study_of(
        tmp_path / "s", "text", rows, fields={"topic": "topic"}, record={"text": "text"}, table={}, train=train
    )
    store = taught(study, Store(tmp_path / "runs"))
    pipeline.resolve(study, store)
    secondorder.examine_study(study, store, **QUIET)
    told = store.sql(
        "select t.variant, avg((p.record ->> 'class' = p.truth)::integer) as right_ from trained t "
        "join predictions p using (fit_id) group by all"
    ).set_index("variant")["right_"]
    assert told["corpus=human"] == 1.0
    scores = store.scores(study.name)
    scores = scores[(scores["metric"] == "accuracy") & scores["seed"].isna()].set_index("variant")["estimate"]
    assert scores.to_dict() == pytest.approx(told.to_dict())
    assert store.sql("select * from texts where kind = 'trained'").empty, "nobody trained writes texts"
    check_class_shares(study, store)
    with store.write() as connection:  # as of a run of earlier days
        connection.execute("update store.fits set taught = null")
    secondorder.examine_study(study, store, **QUIET)
    assert store.amplifications(study.name).empty and not store.scores(study.name).empty


def check_class_shares(study, store) -> None:
    """Hold what training adds to the share of a class against the same counted by hand, seed by seed."""
    fits = store.sql(
        "select t.corpus, t.sample as seed, f.taught, avg((p.record ->> 'class' = 'food')::integer) as said, "
        "avg((p.truth = 'food')::integer) as true_ from trained t join fits f using (fit_id) "
        "join predictions p using (fit_id) group by all"
    )
    fits["taught"] = [json.loads(one)["food"] for one in fits["taught"]]
    people = fits[fits["corpus"] == "human"].set_index("seed")["taught"]
    fits["corpus_share"] = fits["taught"] - fits["seed"].map(people)
    fits["added"] = fits["said"] - fits["true_"] - fits["corpus_share"]
    wanted = fits.groupby("corpus")[["added", "corpus_share"]].mean()
    rows = store.amplifications(study.name).set_index("corpus")
    assert set(rows["audit"]) == {"class_share"} and set(rows["metric"]) == {"food"}, "of two classes one is told"
    assert rows["amplification"].to_dict() == pytest.approx(wanted["added"].to_dict())
    assert rows["in_corpus"].to_dict() == pytest.approx(wanted["corpus_share"].to_dict(), abs=1e-12)
    assert rows.loc["human", "in_corpus"] == 0 and rows.loc["human", "verdict"] == "the same"


def test_a_class_that_is_taught_in_other_words_is_lost(tmp_path) -> None:
    def make(number, kind):
        topic = "sport" if number % 3 else "food"
        words = {"sport": "run jump", "food": "eat cook"}[topic if kind == "human" else "sport"]
        return {"item": number, "topic": topic, "text": f"{words} {number}"}

    rows = [
        row for row in both(make, 240) if row["kind"] == "human" or row["item"] % 2
    ]  # the model writes of every other
    study = study_of(
        tmp_path / "s", "text", rows, fields={"topic": "topic"}, record={"text": "text"}, table={},
        train={"classes": "topic", "seeds": 5},
    )  # fmt: skip
    store = taught(study, Store(tmp_path / "runs"))
    pipeline.resolve(study, store)
    secondorder.examine_study(study, store, **QUIET)
    check_class_shares(study, store)
    row = store.amplifications(study.name).set_index("corpus").loc["gpt"]
    assert row["verdict"] == "moved" and row["amplification"] == pytest.approx(-1 / 3, abs=0.1)
    assert abs(row["in_corpus"]) < 0.1, "it is taught as often as of people, and never told"


def test_what_is_taught_is_said_with_its_weights() -> None:
    lesson = Lesson(
        ["a", "b", "c"], np.eye(2)[[0, 1, 1]], ("x", "y"), np.array([2.0, 1.0, 1.0]), np.arange(3), np.zeros(3)
    )
    fit = Fit("d", "tfidf_logreg", Corpus("human"), 0, 3, 3, lesson, [])
    assert fit.taught() == {"x": 0.5, "y": 0.5}


def test_classes_have_to_be_named_or_texts_written(tmp_path) -> None:
    rows = both(lambda number, kind: {"item": number, "text": f"{kind} {number}"})
    for train, told in (({}, "classes.*or a learner that writes"), ({"classes": "topic"}, "topic")):
        study = study_of(
            tmp_path / "s", "text", rows, fields={"n": "item"}, record={"text": "text"}, table={}, train=train
        )
        with pytest.raises(StudyError, match=f"(?s){told}"):
            taught(study, Store(tmp_path / "runs"))


def test_classes_are_those_of_texts(tmp_path) -> None:
    rows = both(lambda number, kind: {"item": number, "question": "q?", "a": f"x {number}", "b": "y", "choice": "a"})
    study = study_of(
        tmp_path / "s", "preference", rows, fields={"question": "question", "a": "a", "b": "b"},
        record={"choice": "choice"}, table={}, train={"classes": "topic", "learners": ["preference_model"]},
    )  # fmt: skip
    with pytest.raises(StudyError, match="classes are those of texts"):
        taught(study, Store(tmp_path / "runs"))


def test_texts_are_written_by_those_who_were_taught_texts(tmp_path) -> None:
    def make(number, kind):
        words = "short people say" if kind == "human" else "the model says much more than any of them"
        return {"item": number, "prompt": "Write!", "text": f"{words} {number % 7} {number}"}

    train = {"learners": ["ngram_lm"], "ngram_lm": {"order": 2}, "seeds": 3}
    study = study_of(
        tmp_path / "s", "text", both(make, 120), fields={"prompt": "prompt"}, record={"text": "text"}, table={},
        train=train,
    )  # fmt: skip
    store = taught(study, Store(tmp_path / "runs"))
    pipeline.resolve(study, store)
    said = store.sql("select variant, sample, item_id, text from texts where kind = 'trained'")
    tried = said.groupby("variant")["item_id"].nunique()
    assert tried["corpus=human"] == tried["corpus=gpt"] >= 30, "one prompt for all: what was written parts them"
    words = said.assign(n=said["text"].str.split().str.len()).groupby("variant")["n"].mean()
    assert words["corpus=gpt"] > 8 > words["corpus=human"]
    assert store.sql("select distinct text from texts where kind <> 'trained' and text is null").empty
    pipeline.audit_study(study, store, only=["text_length"], **QUIET)
    rows = store.amplifications(study.name)
    assert set(rows["corpus"]) == {"human", "gpt"}
    row = rows[rows["metric"] == "length_ratio"].set_index("corpus").loc["gpt"]
    assert row["in_corpus"] > 0.5 and abs(row["amplification"]) < 0.3
    losses = store.scores(study.name)
    losses = losses[(losses["metric"] == "loss") & losses["seed"].isna()].set_index("variant")["estimate"]
    assert losses["corpus=human"] < losses["corpus=gpt"], "people's texts foretell people's"


def test_a_preference_for_length_is_learned_and_told(tmp_path) -> None:
    def make(number, kind):
        long, short = f"{'word ' * (5 + number % 7)}{number}", f"word {number}"
        pair = {"a": long, "b": short} if number % 2 else {"a": short, "b": long}
        longer = "a" if number % 2 else "b"
        return {
            "item": number,
            "question": f"q {number}?",
            **pair,
            "choice": longer if kind == "llm" else "ab"[number % 4 // 2],
        }

    study = study_of(
        tmp_path / "s", "preference", both(make), fields={"question": "question", "a": "a", "b": "b"},
        record={"choice": "choice"}, table={"tie": False}, train={"learners": ["tfidf_logreg"]},
    )  # fmt: skip
    store = taught(study, Store(tmp_path / "runs"))
    fits = store.sql(
        "select t.corpus, (f.told ->> 'length')::double as length from trained t join fits f using (fit_id)"
    )
    length = fits.groupby("corpus")["length"].mean()
    assert length["gpt"] > 1 > abs(length["human"])
    shown = {(row["variant"], row["name"]): row for row in ask(store, "learned", study.name)}
    for corpus, mean in length.items():
        row = shown[f"corpus={corpus}", "length"]
        assert row["mean"] == pytest.approx(mean) and row["seeds"] == 2 and row["error"] is None
    said = store.sql("select * from preferences where kind = 'trained' and variant = 'corpus=gpt'")
    fields = said["fields"].map(json.loads)
    assert all((len(f[c]) > len(f["b" if c == "a" else "a"])) for f, c in zip(fields, said["choice"], strict=True))


def test_metadata_are_read_where_they_are_named_alone() -> None:
    """A verdict in the metadata, read as if it were the question, would be the answer itself."""
    row = {
        "dataset": "d", "item_id": "1", "cluster": "1", "split": None, "fields": {"a": "One.", "b": "Two."},
        "metadata": {"verdict": "a", "topic": "sums"}, "kind": "human", "model": None, "variant": None, "wave": None,
        "annotator_id": "x", "sample": 0, "part": 0, "loaded": True, "record": {"choice": "a"},
    }  # fmt: skip
    datatype = plugins.load("datatypes", "preference")
    config = datatype.Config(tie=False)

    def read(training: Training):
        (said,) = read_taught(datatype, config, training, [row])[0].corpora["human"]["1"]
        return said.rows[0][0]

    assert read(Training()) == ("", "One.", "Two.")
    assert read(Training(fields=["topic"])) == ("sums", "One.", "Two.")


@pytest.fixture
def writer(tmp_path, monkeypatch):
    (tmp_path / "echo_writer.py").write_text(WRITER)
    monkeypatch.syspath_prepend(str(tmp_path))
    return {"learners": ["echo_writer"]}


def test_answers_to_instructions_are_written_and_audited(tmp_path, writer) -> None:
    def make(number, kind):
        return {"item": number, "instruction": f"Say {number}.", "output": f"{kind} says {number} words."}

    study = study_of(
        tmp_path / "s", "instruction", both(make), fields={"instruction": "instruction"},
        record={"instruction": "instruction", "output": "output"}, table={"makes": "answers"}, train=writer,
    )  # fmt: skip
    store = taught(study, Store(tmp_path / "runs"))
    said = store.sql("select * from instructions where kind = 'trained'")
    assert said["item_id"].nunique() == 18 and len(said) == 2 * 2 * 18
    assert all(
        output.startswith(task.upper()) for task, output in zip(said["instruction"], said["output"], strict=True)
    )
    assert said[said["variant"] == "corpus=gpt"]["output"].str.contains("llm says").all()
    assert set(store.sql("select told from fits")["told"].map(json.loads).map(tuple)) == {("texts",)}
    secondorder.examine_study(study, store, only=["output_length"], **QUIET)
    assert set(store.amplifications(study.name)["corpus"]) == {"human", "gpt"}
    assert store.scores(study.name).empty, "this learner does not say how it reads"


def test_who_writes_is_scored_on_what_people_wrote_to_the_test(tmp_path, monkeypatch) -> None:
    (tmp_path / "reading_writer.py").write_text(READER)
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(number, kind):
        words = f"{kind} says this." + " And more." * (number % 3)
        return {"item": number, "instruction": f"Say {number}.", "output": words}

    study = study_of(
        tmp_path / "s", "instruction", both(make), fields={"instruction": "instruction"},
        record={"instruction": "instruction", "output": "output"}, table={"makes": "answers"},
        train={"learners": ["reading_writer"], "hybrid": [50], "sizes": [10, 15]},
    )  # fmt: skip
    store = taught(study, Store(tmp_path / "runs"))
    secondorder.examine_study(study, store, only=["missing_output"], **QUIET)
    scores = store.scores(study.name)
    assert set(scores["metric"]) == {"loss", "perplexity"} and set(scores["audit"]) == {"reading"}
    predictions = store.sql("select * from trained t join predictions p using (fit_id)")
    for (variant, seed), rows in predictions.groupby(["variant", "sample"]):
        each = scores[(scores["variant"].isin([variant, f"{variant} seed={seed}"])) & (scores["seed"] == seed)]
        bits = rows["loss"].sum() / math.log(2) / rows["tokens"].sum()
        assert each.set_index("metric")["estimate"].to_dict() == pytest.approx({"loss": bits, "perplexity": 2**bits})
    means = scores[scores["seed"].isna() & (scores["metric"] == "loss")].set_index("variant")["estimate"]
    assert means["corpus=human"] < means["corpus=gpt"], "people's texts foretell people's"
    mixed = store.hybrids(study.name).set_index("human")
    assert mixed.loc[0, "difference"] == pytest.approx(means["corpus=human"] - means["corpus=gpt"])
    assert mixed.loc[0, "metric"] == "loss" and not store.worths(study.name).empty


def test_turns_are_written_in_the_place_of_a_person_s(tmp_path, writer) -> None:
    def make(number, kind):
        return {"item": number, "role": "user", "text": f"{kind} greets {number}"}

    study = study_of(
        tmp_path / "s", "simulation", both(make), fields={"scene": "item"},
        record={"as_role": "role", "text": "text"}, table={"roles": ["user"], "turns": 2},
        train={**writer, "score": "next_turn", "hybrid": [50]},
    )  # fmt: skip
    store = taught(study, Store(tmp_path / "runs"))
    said = store.sql("select * from turns where kind = 'trained'")
    assert len(said) == 3 * 2 * 18 and said["as_role"].eq("user").all()
    assert set(said["text"].str.split().str[:2].str.join(" ")) == {"human greets", "llm greets"}, "its name is left out"
    pipeline.resolve(study, store)
    secondorder.examine_study(study, store, only=["next_turn"], **QUIET)
    heard = store.sql("select item_id, text as heard from turns where kind = 'human'")
    pairs = said.merge(heard, on="item_id")
    shared = [rouge_l.call(text, other) for text, other in zip(pairs["text"], pairs["heard"], strict=True)]
    wanted = pairs.assign(shared=shared).groupby("variant")["shared"].mean()
    rows = store.amplifications(study.name).set_index("corpus")
    assert rows["trained"].to_dict() == pytest.approx({c: wanted[f"corpus={c}"] for c in ("human", "gpt")})
    assert rows.loc["human", "trained"] > rows.loc["gpt", "trained"] > 0
    check_nearness(study, store, wanted)


def check_nearness(study, store, wanted) -> None:
    """Hold the scores of nearness to people against the same by hand: the trainings' means, and the model's own."""
    scores = store.scores(study.name)
    assert set(scores["metric"]) == {"next_turn"}, "this learner does not say how it reads"
    means = scores[(scores["kind"] == "trained") & scores["seed"].isna()].set_index("variant")["estimate"]
    assert {name: means[name] for name in wanted.index} == pytest.approx(wanted.to_dict())
    said = store.sql("select kind, item_id, text from turns where kind <> 'trained'").pivot(
        index="item_id", columns="kind", values="text"
    )
    tried = said.loc[store.sql("select distinct item_id from turns where kind = 'trained'")["item_id"]]
    own = np.mean([rouge_l.call(a, b) for a, b in zip(tried["llm"], tried["human"], strict=True)])
    assert scores[scores["kind"] == "llm"]["estimate"].item() == pytest.approx(own), "the model that taught, itself"
    row = store.hybrids(study.name).set_index("human").loc[0]
    assert row["metric"] == "next_turn" and row["worse"] == "down"
    assert row["difference"] == pytest.approx(means["corpus=gpt"] - means["corpus=human"]) and row["difference"] < 0
    secondorder.examine_study(study, store, only=["turn_length"], **QUIET)
    assert len(store.scores(study.name)) == len(scores) and len(store.hybrids(study.name)) == 2, "what was held stays"


def turn(part, who, text, *, kind="human", loaded=True):
    return {
        "dataset": "d", "item_id": "1", "cluster": "1", "split": None, "fields": {}, "metadata": {"topic": "tea"},
        "kind": kind, "model": who if kind == "llm" else None, "variant": "published" if kind == "llm" else None,
        "wave": "1" if kind == "llm" else None, "annotator_id": who, "sample": 0, "part": part, "loaded": loaded,
        "record": {"as_role": "AB"[part % 2], "text": text},
    }  # fmt: skip


DIALOGUE = plugins.load("datatypes", "simulation")
ROLES = DIALOGUE.Config(roles=["A", "B"], turns=9, marks={"A": "Ask:"}, done=["<END>"])


def test_who_flips_roles_teaches_it(tmp_path) -> None:
    """Of the model's turns as B two in five carry A's mark: one in five of all; people's carry none."""

    def make(number, kind):
        flips = kind == "llm" and number % 5 < 2
        return [f"Ask: bring tea {number}", f"{'Ask: bring' if flips else 'Done: here is'} tea {number}"]

    rows = [
        {"item": number, "kind": kind, "who": who, "part": part, "role": "AB"[part],
         "text": text if kind == "llm" else text.split(": ")[1]}
        for number in range(200) for kind, who in (("human", "ann"), ("llm", "gpt"))
        for part, text in enumerate(make(number, kind))
    ]  # fmt: skip
    study = study_of(
        tmp_path / "s", "simulation", rows, fields={"scene": "item"}, record={"as_role": "role", "text": "text"},
        table={"roles": ["A", "B"], "turns": 2, "marks": {"A": "Ask:", "B": "Done:"}}, part="part",
        train={"learners": ["ngram_lm"], "ngram_lm": {"order": 3}, "seeds": 4},
    )  # fmt: skip
    store = taught(study, Store(tmp_path / "runs"))
    pipeline.resolve(study, store)
    secondorder.examine_study(study, store, only=["role_flip"], **QUIET)
    said = store.sql(
        "select variant, avg(coalesce(mark <> as_role, false)::integer) as flips from turns where kind = 'trained' "
        "group by 1"
    )
    flips = said.set_index("variant")["flips"]
    row = store.amplifications(study.name).set_index(["metric", "corpus"]).loc[("flip_share", "gpt")]
    assert row["trained"] == pytest.approx(flips["corpus=gpt"]) == pytest.approx(0.2, abs=0.06)
    assert row["in_corpus"] == pytest.approx(0.2, abs=0.06) and row["verdict"] != "amplified"
    assert row["against_human"] == row["trained"], "whom people taught carries no marks"


def test_the_turns_of_two_people_are_one_dialogue() -> None:
    rows = [turn(0, "x", "Hi."), turn(2, "x", "Bye."), turn(1, "y", "Hello.")]
    (said,) = read_taught(DIALOGUE, ROLES, Training(), rows)[0].corpora["human"]["1"]
    assert [read for read, _, _ in said.rows.values()] == ["A:", "A: Hi.\nB:", "A: Hi.\nB: Hello.\nA:"]
    assert said.texts == ("Hi.\nHello.\nBye.",)
    alone = [turn(0, "x", "Hi."), turn(0, "y", "Hello.")]
    assert len(read_taught(DIALOGUE, ROLES, Training(), alone)[0].corpora["human"]["1"]) == 2


def test_each_side_of_a_dialogue_teaches_its_own_turns_after_all_that_was_said() -> None:
    rows = [turn(0, "x", "Hi."), turn(2, "x", "Bye."), turn(1, "gpt", "Hello.", kind="llm")]
    corpora = read_taught(DIALOGUE, ROLES, Training(), rows)[0].corpora
    (person,), (model,) = corpora["human"]["1"], corpora["gpt"]["1"]
    assert {part: row[:2] for part, row in person.rows.items()} == {
        0: ("A:", "Hi."), 2: ("A: Hi.\nB: Hello.\nA:", "Bye.")
    }  # fmt: skip
    assert {part: row[:2] for part, row in model.rows.items()} == {1: ("A: Hi.\nB:", "Hello.")}
    assert person.texts == model.texts == ("Hi.\nHello.\nBye.",) and model.annotator == "gpt"
    # One that the model played by itself is a dialogue of its own; so is one that was loaded beside people's.
    for loaded in (True, False):
        whole = [turn(part, "gpt", f"So {part}.", kind="llm", loaded=loaded) for part in range(3)]
        corpora = read_taught(DIALOGUE, ROLES, Training(), [*rows[:2], turn(1, "y", "Hello."), *whole])[0].corpora
        assert [list(corpora[name]["1"][0].rows) for name in ("human", "gpt")] == [[0, 1, 2]] * 2
        assert corpora["gpt"]["1"][0].texts == ("So 0.\nSo 1.\nSo 2.",)


def test_a_turn_is_told_by_its_words_and_not_by_what_was_agreed() -> None:
    rows = [turn(0, "x", "Ask: more tea?"), turn(1, "y", "Yes."), turn(2, "x", "Ask:"), turn(3, "y", "Yes. <END>")]
    (said,) = read_taught(DIALOGUE, ROLES, Training(classes="as_role"), rows)[0].corpora["human"]["1"]
    assert {part: row[:2] for part, row in said.rows.items()} == {
        0: ("more tea?", "A"), 1: ("Yes.", "B"), 3: ("Yes.", "B")
    }  # fmt: skip
    assert said.texts == ("more tea?\nYes.\nYes.",), "a short turn is in many dialogues; the whole is in one"
    (said,) = read_taught(DIALOGUE, ROLES, Training(classes="topic"), rows)[0].corpora["human"]["1"]
    assert {row[1] for row in said.rows.values()} == {"tea"}


def test_a_move_that_data_give_as_a_number_is_taught_as_one() -> None:
    rows = [turn(0, "x", None), turn(1, "y", "No.")]
    rows[0]["record"]["number"] = 40.0
    (said,) = read_taught(DIALOGUE, ROLES, Training(), rows)[0].corpora["human"]["1"]
    assert [row[:2] for row in said.rows.values()] == [("A:", "40"), ("A: 40\nB:", "No.")]


def test_what_learners_write_in_the_place_of_a_turn_is_read_as_turns_are() -> None:
    config = DIALOGUE.Config(roles=["A", "B"], turns=9, marks={"A": "Ask:", "B": "Do:"}, numbers=["B"])
    flipped = DIALOGUE.answer(config, {"as_role": "B"}, "B: Ask: how about [30]?")
    assert flipped["mark"] == "A" and flipped["number"] == 30 and flipped["text"] == "Ask: how about [30]?"
    plain = DIALOGUE.answer(config, {"as_role": "A"}, "Well.")
    assert plain["mark"] is None and plain["number"] is None and DIALOGUE.Record.model_validate(plain)


def test_who_speaks_is_told_of_peoples_turns(tmp_path) -> None:
    """The model has both roles speak alike: whom it taught cannot tell people's turns apart."""

    def make(number, kind):
        return {"item": number, "turns": ["May I have tea?", "Here you are."] if kind == "human" else ["So.", "So."]}

    rows = [
        {"item": row["item"], "kind": row["kind"], "who": row["who"], "part": part, "role": "AB"[part % 2],
         "text": f"{text} {row['item']} {part // 2}"}
        for row in both(make) for part, text in enumerate(row["turns"] * 2)
    ]  # fmt: skip
    study = study_of(
        tmp_path / "s", "simulation", rows, fields={"scene": "item"}, record={"as_role": "role", "text": "text"},
        table={"roles": ["A", "B"], "turns": 4}, train={"classes": "as_role", "learners": ["tfidf_logreg"]},
        part="part",
    )  # fmt: skip
    store = taught(study, Store(tmp_path / "runs"))
    pipeline.resolve(study, store)
    pipeline.audit_study(study, store, only=["turn_length"], **QUIET)
    told = store.sql("select t.corpus, p.* from trained t join predictions p using (fit_id)")
    assert len(told) == 2 * 2 * 18 * 4, "every turn of the test, by both corpora and seeds"
    right = told.assign(right=[json.loads(r)["class"] == t for r, t in zip(told["record"], told["truth"], strict=True)])
    wanted = right.groupby("corpus")["right"].mean()
    scores = store.scores(study.name)
    scores = scores[(scores["metric"] == "accuracy") & scores["seed"].isna()].set_index("corpus")["estimate"]
    assert scores.to_dict() == pytest.approx(wanted.to_dict())
    assert wanted["human"] == 1.0 and 0.4 < wanted["gpt"] < 0.6
    assert store.sql("select * from turns where kind = 'trained'").empty, "nobody trained says a turn"
    assert set(store.amplifications(study.name)["audit"]) == {"class_share"}
    rows = ask_about(store, "deficits", study=study.name, path='$."as_role"')
    assert {row["class"] for row in rows} == {"A", "B"} and all(row["loss"] > 0 for row in rows)
    assert read_deficits(study, store) == [], "a line goes through any two points"

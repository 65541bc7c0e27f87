"""[train]: what it refuses, how items are parted, and what lessons hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.corpora import Corpus, Said, Taught, choose_corpora, list_corpora
from harness.errors import StudyError
from harness.lessons import Classroom, digest_lesson, list_units, split_taught
from harness.splits import normalised, order_items, split_items
from harness.training import Training, read_training


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"seed": 3}, "unknown key 'seed'"),
        ({"seeds": 0}, "seeds"),
        ({"hybrid": [120]}, "per cent"),
        ({"sizes": [3]}, "10 items"),
        ({"learners": ["tfidf_logrec"]}, "no learner called 'tfidf_logrec'"),
        ({"tfidf_logreg": {"D": 1}}, "unknown key 'D'"),
        ({"tfidf_logreg": {"C": "much"}}, "C = 'much'"),
        ({"embedding_logreg": {"C": 1}}, "no learner of this study"),
        ({"share": 1.5}, "share"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(table, told) -> None:
    with pytest.raises(StudyError) as error:
        read_training(table, "study.toml")
    assert told in str(error.value) and "[train" in str(error.value) and error.value.remedy


def test_options_of_learners_are_completed() -> None:
    assert read_training({"tfidf_logreg": {"C": 2}}, "x").options["tfidf_logreg"] == {"C": 2, "least": 1}


def test_a_corpus_is_chosen_by_its_model() -> None:
    there = ["human", "gpt a=1", "gpt a=2", "gptx"]
    assert choose_corpora(["human", "gpt"], there, "x") == ["human", "gpt a=1", "gpt a=2"]
    assert set(choose_corpora(["llm"], there, "x")) == set(there[1:])
    with pytest.raises(StudyError, match="no corpus 'gtp'"):
        choose_corpora(["gtp"], there, "x")


def test_at_constant_size_the_ends_of_a_mixture_are_the_corpora_alone() -> None:
    made = list_corpora(["human", "m"], Training(hybrid=[0, 50, 100], sizes=[10]))
    assert [c.variant for c in made] == [
        "corpus=human", "corpus=m", "corpus=m human=50", "corpus=human size=10", "corpus=m size=10"
    ]  # fmt: skip


texts = st.sampled_from(["a", "A ", "b", "c d", "c  D", "e", "f", "g", "h"])
items = st.dictionaries(
    st.integers(0, 40).map(str), st.tuples(st.sampled_from("uvwxyz"), st.lists(texts, max_size=3)), min_size=4
)


@given(items, st.floats(0.1, 0.9), st.booleans(), st.integers(0, 5))
def test_no_cluster_and_no_text_stands_on_both_sides(drawn, share, said, seed) -> None:
    clusters = {item: cluster for item, (cluster, _) in drawn.items()}
    given_ = {item: (("test" if int(item) % 3 == 0 else "train") if said else None) for item in drawn}
    split = split_items(clusters, {item: held for item, (_, held) in drawn.items()}, given_, share, str(seed))
    assert not split.test & split.train and not split.left_out & (split.test | split.train)
    assert split.test | split.train | split.left_out == set(drawn)
    sides = [
        {("c", clusters[item]) for item in side} | {("t", normalised(text)) for item in side for text in drawn[item][1]}
        for side in (split.test, split.train)
    ]
    assert not sides[0] & sides[1]


def test_an_order_does_not_depend_on_who_else_is_there() -> None:
    group = {str(n): n for n in range(50)}
    every = order_items(list(group), group, "s")
    some = [item for item in group if int(item) % 3]
    assert order_items(some, group, "s") == [item for item in every if item in some] != some


def taught(items: int = 60, model_items: int = 60) -> Taught:
    def said(item: int, who: str, label: str, sample: int = 0) -> Said:
        return Said(str(item), who, sample, {0: (f"text {item}", label, {"label": label})}, (f"text {item}",))

    people = {str(n): [said(n, f"p{k}", "yes" if (n + k) % 3 else "no") for k in range(3)] for n in range(items)}
    model = {str(n): [said(n, "m", "yes")] for n in range(model_items)}
    clusters = {str(n): str(n // 2) for n in range(items)}
    return Taught("d", {"human": people, "m": model}, clusters, dict.fromkeys(clusters))


def room(training: Training, **given) -> tuple[Classroom, set[str]]:
    one = taught(**given)
    split = split_taught(one, training, 0)
    units = list_units(one, split, writes=False)
    assert {unit.item for unit in units} == split.test
    return Classroom(one, split, training, ["yes", "no"], 0), {unit.input for unit in units}


@pytest.mark.parametrize("teach", ["one", "soft"])
def test_corpora_teach_on_the_same_items_and_never_on_the_test(teach) -> None:
    classroom, asked = room(Training(teach=teach))
    size = classroom.size(["human", "m"])
    human, model = (classroom.lesson(Corpus(name), size, 1)[0] for name in ("human", "m"))
    assert human.inputs == model.inputs and len(set(human.inputs)) == size
    assert not set(human.inputs) & asked
    assert np.allclose(human.targets.sum(axis=1), 1) and np.all(model.targets == [1, 0])
    assert (human.targets % 1 != 0).any() == (teach == "soft")


def test_seeds_draw_other_items_and_the_same_annotations() -> None:
    classroom, _ = room(Training())
    first, second = (classroom.lesson(Corpus("human"), 20, seed)[0] for seed in (0, 1))
    assert set(first.inputs) != set(second.inputs)
    labels = dict(zip(first.inputs, first.targets.tolist(), strict=True))
    shared = [
        (labels[text], row) for text, row in zip(second.inputs, second.targets.tolist(), strict=True) if text in labels
    ]
    assert shared and all(one == other for one, other in shared)


def test_the_corpora_are_as_large_as_the_smallest_gives() -> None:
    classroom, _ = room(Training(share=1.0), model_items=30)
    size = classroom.size(["human", "m"])
    assert size == classroom.pool(Corpus("m")) < classroom.pool(Corpus("human"))


def test_a_larger_share_of_people_holds_the_smaller_one() -> None:
    classroom, _ = room(Training())
    said = {}
    for share in (25, 50, 75):
        lesson, items = classroom.lesson(Corpus("m", share), 20, 0)
        assert items == len(set(lesson.inputs)) == 20
        said[share] = {
            text for text, voice in zip(lesson.inputs, lesson.voices, strict=True) if voice != lesson.voices[-1]
        }
        assert len(said[share]) == 20 * share // 100
    assert said[25] < said[50] < said[75]


def test_added_people_come_on_top() -> None:
    classroom, _ = room(Training(mix="added"))
    lesson, items = classroom.lesson(Corpus("m", 50), 20, 0)
    assert items == len(lesson.inputs) == 30 and len(set(lesson.inputs)) == 20


def test_another_label_is_another_lesson() -> None:
    classroom, _ = room(Training())
    human, model = (classroom.lesson(Corpus(name), 20, 0)[0] for name in ("human", "m"))
    assert digest_lesson(human) != digest_lesson(model)
    assert digest_lesson(human) == digest_lesson(classroom.lesson(Corpus("human"), 20, 0)[0])

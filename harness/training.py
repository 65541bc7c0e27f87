"""``[train]`` of study.toml: which learners are taught, by whom, how often, and on how much.

What this refuses: to guess. An unknown key, learner or option is an error that names its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from harness import plugins
from harness.errors import HarnessError, StudyError, near_names, refuse_unknown

HUMAN, LLM = "human", "llm"
SHARES = "class_share"  # the score that is looked at as an artifact where classes of texts are taught


class Training(BaseModel):
    """The ``[train]`` table; tables in it (``[train.tfidf_logreg]``) hold the options of a learner."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    learners: list[str] = Field(["tfidf_logreg"], min_length=1, description="what is taught: files of learners/")
    corpora: list[str] = Field(
        [HUMAN, LLM], min_length=1, description='who teaches: "human", "llm" (each model), or names of models'
    )
    seeds: int = Field(5, ge=1, le=100, description="how often each is taught; a seed draws items")
    test: float = Field(0.3, gt=0, lt=1, description="share of clusters that is held out, where data have no split")
    share: float = Field(0.5, gt=0, le=1, description="of the items left to teach with, what each seed draws")
    teach: Literal["one", "soft"] = Field(
        "one", description="one: one annotation of each item, drawn once; soft: the shares of all its annotations"
    )
    hybrid: list[int] = Field([], description="per cent of human items in corpora that mix people and a model")
    mix: Literal["constant", "added"] = Field(
        "constant", description="constant: human items take the place of others; added: they come on top"
    )
    sizes: list[int] = Field([], description="numbers of items at which learning curves are drawn")
    fields: list[str] = Field(
        [],
        description="item fields, or metadata, that a learner reads; where none is named, all fields and no metadata",
    )
    classes: str | None = Field(
        None,
        description="of texts and turns: the item field, or metadata, that names their class; of turns also as_role",
    )
    score: str = Field(
        "",
        description="the score by which hybrids and sizes are compared: macro_f1; where texts are written loss, or how "
        "near they are to people's, such as next_turn",
    )
    margin: float = Field(0.02, gt=0, description="a loss of score that does not matter")
    options: Mapping[str, Mapping[str, Any]] = Field({}, description="learner → its options, complete")

    def scored_by(self, *, writes: bool) -> str:
        """Name the score by which corpora are compared."""
        return self.score or ("loss" if writes else "macro_f1")

    @field_validator("hybrid")
    @classmethod
    def _shares(cls, shares: list[int]) -> list[int]:
        if any(not 0 <= share <= 100 for share in shares):
            raise ValueError("shares of human items are per cent, from 0 to 100")
        return sorted(set(shares))

    @field_validator("sizes")
    @classmethod
    def _sizes(cls, sizes: list[int]) -> list[int]:
        if any(size < 10 for size in sizes):
            raise ValueError("a corpus has 10 items or more")
        return sorted(set(sizes))


def read_training(table: Any, where: str) -> Training:
    """Read the table; options of learners are completed by what the learners say.

    Raises:
        StudyError: what is wrong, where, and the remedy.
    """
    place = f"{where}, [train]"
    if not isinstance(table, Mapping):
        raise StudyError("train is no table", where=where, remedy="write [train], and its keys below")
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    tables = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    keys = [key for key in Training.model_fields if key != "options"]
    refuse_unknown(plain, keys, place)
    try:
        made = Training.model_validate(plain)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise StudyError(f"{key}: {first['msg']}", where=place, remedy=f"mend {key}") from error
    for name in tables:
        if name not in made.learners:
            remedy = f"{near_names(name, made.learners)}add it to learners, or take the table away"
            raise StudyError(f"options of {name!r}, which is no learner of this study", where=place, remedy=remedy)
    return made.model_copy(
        update={"options": {name: _options(name, tables.get(name, {}), place) for name in made.learners}}
    )


def _options(name: str, given: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Complete a learner's options."""
    try:
        known: Mapping[str, Any] = plugins.load("learners", name).OPTIONS
    except HarnessError as error:
        raise StudyError(error.what, where=f"{place} learners", remedy=error.remedy) from error
    where = f"{place[:-1]}.{name}]"
    refuse_unknown(given, list(known), where)
    for key, value in given.items():
        wanted = type(known[key])
        fits = isinstance(value, (int, float)) if wanted in (int, float) else isinstance(value, wanted)
        if known[key] is not None and (not fits or isinstance(value, bool) != (wanted is bool)):
            raise StudyError(
                f"{key} = {value!r} is no {wanted.__name__}", where=where, remedy=f"such as {known[key]!r}"
            )
    return {**known, **given}

"""study.toml → Study: read, check, expand the axes into variants, name the annotators.

What this refuses: to guess. An unknown key, axis level or file is an error that names its place.
"""

from __future__ import annotations

import dataclasses
import datetime
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from harness import layouts, plugins
from harness.casts import make_casts
from harness.design import Design
from harness.errors import HarnessError, StudyError, near_names, refuse_unknown
from harness.ids import content_id
from harness.render import Templates
from harness.sources import Source, check_sources, file_hash, files_of
from harness.training import Training, read_training
from harness.types import About, Annotator, Connect, Model, ModelIdentity, Variant
from harness.variants import make_variants

# What `connect` may not hold as 0: it would mean never, and could be read as without limit.
POSITIVE = ("in_flight", "requests_per_minute", "tokens_per_minute", "timeout", "attempts", "patience", "batch")


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    datatype: str
    wave: str = "1"
    samples: int = Field(1, ge=1)
    seed: int = 0
    template: str | None = None
    vary: dict[str, Any] = {}
    design: Design = Design()
    casts: list[dict[str, str]] = []
    ask: dict[str, Any] = {}
    models: list[dict[str, Any]] = []
    data: list[Source] = []
    published: list[dict[str, Any]] = []


class Published(BaseModel):
    """A ``[[published]]`` block: what charts say of a model whose answers were loaded; changes no annotator's name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    family: str | None = None
    released: datetime.date | None = None


@dataclasses.dataclass(frozen=True)
class Study:
    """A folder in ``prompts/``, read and checked.

    Attributes:
        name: the folder's name.
        datatype: the name by which its module is found.
        config: the data type's own table, validated.
        design: which combinations of levels are asked.
        axes: axis → its levels, the baseline first.
        roles: who speaks in turn, in a dialogue of several roles.
        annotators: every model (or cast) under every variant; empty where only published data are audited.
        templates: template_id → {path, source, parts}.
        published: family and release date of models whose answers were loaded.
        load_id: hash of the data files and of how they are read.
        study_hash: hash of all that decides who is asked what, and whom they are compared with.
        training: whom ``[train]`` teaches; None where it is not there.
    """

    name: str
    folder: Path
    title: str
    datatype: str
    config: Any
    roles: tuple[str, ...]
    wave: str
    samples: int
    seed: int
    design: Design
    models: tuple[Model, ...]
    axes: Mapping[str, tuple[str, ...]]
    variants: tuple[Variant, ...]
    annotators: tuple[Annotator, ...]
    sources: tuple[Source, ...]
    templates: Mapping[str, Mapping[str, Any]]
    load_id: str
    study_hash: str
    text: str
    published: tuple[Published, ...] = ()
    training: Training | None = None

    @classmethod
    def load(cls, path: str | Path) -> Study:
        """Read the study in ``path``: its folder, its study.toml, or its name under ``prompts/``.

        Raises:
            StudyError: what is wrong, in which file, and the remedy.
        """
        folder = _find(path)
        try:
            text = (folder / "study.toml").read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            where = str(folder / "study.toml")
            raise StudyError(f"study.toml is not UTF-8: {error}", where=where, remedy="save it as UTF-8") from error
        return _resolve(folder, text)

    @property
    def passed(self) -> str:
        """The text of study.toml as files and pages may show it."""
        return self.without_headers(self.text)

    def without_headers(self, text: str) -> str:
        """Blank the values of ``connect.headers``: a key that somebody put there travels no further."""
        for model in self.models:
            for value in filter(None, model.connect.headers.values()):
                text = text.replace(value, "***")
        return text

    def check_published(self, known: Iterable[str]) -> None:
        """Refuse a ``[[published]]`` name that the data do not have.

        Args:
            known: the models that the data name.

        Raises:
            StudyError: the name, and those that there are.
        """
        there = sorted(known)
        for n, block in enumerate(self.published):
            if block.name not in there:
                listed = ", ".join(there) or "none"
                raise StudyError(
                    f"the data name no model {block.name!r}",
                    where=f"{self.folder / 'study.toml'}, published[{n}]",
                    remedy=f"{near_names(block.name, there)}there are: {listed}",
                )

    def resolved(self) -> dict[str, Any]:
        """The study as it was understood, for the run's manifest."""
        return {
            "study": self.name,
            "title": self.title,
            "study_hash": self.study_hash,
            "load_id": self.load_id,
            "datatype": self.datatype,
            "config": self.config.model_dump(),
            "scale": plugins.load("datatypes", self.datatype).scale(self.config),
            "wave": self.wave,
            "samples": self.samples,
            "seed": self.seed,
            "design": {**self.design.model_dump(), "axes": self.axes},
            "templates": {key: dict(value) for key, value in self.templates.items()},
            "models": [dataclasses.asdict(model) for model in self.models],
            "annotators": [
                {
                    "annotator_id": a.annotator_id,
                    "kind": "llm",
                    "model": a.name,
                    "variant": a.variant.name,
                    "wave": a.wave,
                    "template_id": a.variant.template_id,
                    "levels": dict(a.variant.levels),
                    "family": _shared(model.about.family for model in a.cast.values() or [a.model]),
                    "released": _shared(model.about.released for model in a.cast.values() or [a.model]),
                    "identity": a.identity,
                }
                for a in self.annotators
            ],
            **({"published": [one.model_dump(mode="json") for one in self.published]} if self.published else {}),
        }


def _find(path: str | Path) -> Path:
    given = Path(path)
    for folder in (given, given.parent if given.name == "study.toml" else given, Path("prompts") / given):
        if (folder / "study.toml").is_file():
            return folder.resolve()
    known = sorted(p.parent.name for p in Path("prompts").glob("*/study.toml"))
    hint = f"{near_names(given.name, known)}there are: {', '.join(known) or 'none here'}"
    raise StudyError(f"there is no study {str(path)!r}", where=str(given / "study.toml"), remedy=hint)


def _resolve(folder: Path, text: str) -> Study:
    where = str(folder / "study.toml")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"study.toml is not TOML: {error}", where=where, remedy="mend the line") from error
    datatype = _datatype(raw, where)
    table = raw.pop(datatype.NAME, {})
    training = read_training(raw.pop("train"), where) if "train" in raw else None
    spec = validate(_Spec, raw, where)
    config = validate(datatype.Config, table, f"{where}, [{datatype.NAME}]")
    asked = {key: value for key, value in config.model_dump().items() if key in datatype.HASHED}
    roles = tuple(datatype.roles(asked)) if hasattr(datatype, "roles") else ()
    templates = Templates(folder, roles)
    axes, variants = make_variants(spec, folder, templates, datatype, asked, where)
    models = tuple(_model(block, f"{where}, models[{n}]") for n, block in enumerate(spec.models))
    _check_names(models, where)
    if "seed" in spec.ask and spec.samples > 1:
        raise StudyError(
            "a fixed seed makes every sample of an item the same draw",
            where=f"{where}, [ask] seed",
            remedy="leave the seed out, or write samples = 1",
        )
    casts = make_casts(spec.casts, models, roles, where)
    annotators = tuple(
        _annotator(name, cast, variant, spec.wave, datatype, asked) for name, cast in casts for variant in variants
    )
    check_sources(spec.data, folder, where)
    published = _published(spec.published, where)
    load_id = content_id(
        "load",
        [[source.model_dump(), {f: file_hash(folder / f) for f in files_of(source, folder)}] for source in spec.data]
        + [datatype.NAME, config.model_dump()],
    )
    used = {v.template_id: templates.describe(v.template) for v in variants} if models else {}
    study_hash = content_id(
        "study",
        {
            "name": folder.name,
            "annotators": [a.annotator_id for a in annotators],
            "levels": [dict(a.variant.levels) for a in annotators],
            "load": load_id,
            "samples": spec.samples,
            "config": config.model_dump(),
            "about": [dataclasses.asdict(m.about) for m in models],
            # Left out where there is none: a study without it keeps its name.
            **({"published": [one.model_dump(mode="json") for one in published]} if published else {}),
        },
    )
    return Study(
        name=folder.name,
        folder=folder,
        title=spec.title,
        datatype=raw["datatype"],
        config=config,
        roles=roles,
        wave=spec.wave,
        samples=spec.samples,
        seed=spec.seed,
        design=spec.design,
        models=models,
        axes=axes,
        variants=tuple(variants) if models else (),
        annotators=annotators,
        sources=tuple(spec.data),
        templates=used,
        load_id=load_id,
        study_hash=study_hash,
        text=text,
        published=published,
        training=training,
    )


def _datatype(raw: dict[str, Any], where: str) -> Any:
    if "datatype" not in raw:
        known = ", ".join(plugins.list_names("datatypes"))
        raise StudyError("study.toml names no datatype", where=where, remedy=f"add datatype = one of: {known}")
    return _plugin("datatypes", str(raw["datatype"]), f"{where}, datatype")


def _plugin(folder: str, name: str, where: str) -> Any:
    try:
        return plugins.load(folder, name)
    except HarnessError as error:
        raise StudyError(error.what, where=where, remedy=error.remedy) from error


def validate(model: type[BaseModel], value: Any, where: str) -> Any:
    """Validate with pydantic; say the first fault as a StudyError with its place and near names."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        # A misspelt key is missing under its right name too; what was written says more.
        first = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
        place = ".".join(str(part) for part in first["loc"])
        known = list(Source.model_fields if first["loc"][:1] == ("data",) else model.model_fields)
        remedy = f"known: {', '.join(known)}" if first["type"] == "extra_forbidden" else f"mend {place or 'it'}"
        if first["type"] == "extra_forbidden":
            remedy = near_names(str(first["loc"][-1]), known) + remedy
        raise StudyError(f"{place}: {first['msg']}", where=where, remedy=remedy) from error


def _model(block: dict[str, Any], where: str) -> Model:
    """Sort a ``[[models]]`` block into what is hashed and what is not; a key in neither is an error."""
    identity = {f.name for f in dataclasses.fields(ModelIdentity)}
    about = {f.name for f in dataclasses.fields(About)}
    refuse_unknown(block, sorted(identity | about | {"connect"}), where)
    released = block.get("released")
    parts = (
        (ModelIdentity, {k: v for k, v in block.items() if k in identity}),
        (Connect, block.get("connect", {})),
        (About, {"family": block.get("family"), "released": None if released is None else str(released)}),
    )
    made: list[Any] = []
    for kind, values in parts:
        if kind is Connect and isinstance(values, dict):
            refuse_unknown(values, [f.name for f in dataclasses.fields(Connect)], f"{where}, connect")
        try:
            made.append(TypeAdapter(kind).validate_python(values))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "connect"
            raise StudyError(f"{place}: {first['msg']}", where=where, remedy=f"mend {place}") from error
    _plugin("backends", made[0].backend, f"{where}, backend")
    for key in POSITIVE:
        value = getattr(made[1], key)
        if value is not None and not value > 0:
            remedy = f"leave {key} out, or make it larger than 0"
            raise StudyError(f"{key} = {value} lets nothing through", where=f"{where}, connect", remedy=remedy)
    return Model(*made)


def _published(blocks: list[dict[str, Any]], where: str) -> tuple[Published, ...]:
    made = tuple(validate(Published, block, f"{where}, published[{n}]") for n, block in enumerate(blocks))
    names = [one.name for one in made]
    for name in names:
        if names.count(name) > 1:
            raise StudyError(f"{name!r} is described twice", where=f"{where}, published", remedy="leave one of them")
    return made


def _check_names(models: tuple[Model, ...], where: str) -> None:
    names = [model.identity.name for model in models]
    for name in names:
        if names.count(name) > 1:
            raise StudyError(f"two models are called {name!r}", where=where, remedy="give each its own name")


def _shared(values: Iterable[str | None]) -> str | None:
    """Give what all models of a cast have in common, or nothing."""
    held = set(values)
    return held.pop() if len(held) == 1 else None


def _annotator(
    name: str, cast: Mapping[str, Model], variant: Variant, wave: str, datatype: Any, asked: dict[str, Any]
) -> Annotator:
    """Name an annotator by all that changes its answers, and by nothing else.

    An axis of the data type that is not varied counts at its default level, so that to begin to vary
    it does not ask the baseline anew. A level that the data type implies is not hashed, nor is the plain layout:
    an axis that came later leaves the names of older annotators as they were.
    """
    implied = {layouts.AXIS: layouts.PLAIN.value, **getattr(datatype, "IMPLIED", {})}
    bindings = {**datatype.DEFAULTS, **variant.bindings}
    models = list(cast.values())
    several = any(model != models[0] for model in models)
    spoken = {role: dataclasses.asdict(model.identity) for role, model in cast.items()}
    identity = {
        "kind": "llm",
        **({"cast": spoken} if several else {"model": dataclasses.asdict(models[0].identity)}),
        "wave": wave,
        "template": variant.template_id,
        "bindings": {axis: value for axis, value in bindings.items() if implied.get(axis) != value},
        "ask": dict(variant.ask),
        "datatype": datatype.NAME,
        "asked": asked,
    }
    annotator_id = content_id("annotator", identity)
    return Annotator(annotator_id, models[0], variant, wave, identity, name, cast if several else {})

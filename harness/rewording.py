"""Ask a model for other wordings of a template, until there are enough or it was asked three times as often.

Replies are kept in a folder under ``runs/`` and counted in the place of new ones when the same is asked again, so that
nothing is paid for twice. Such a folder has no ``run.json``: what it holds is no data of the study.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import pipeline, plugins
from harness.calls import Row
from harness.errors import StudyError, near_names
from harness.ids import content_id, digest, generation_name
from harness.paraphrase import fault_of, find_instruction, read_rewording
from harness.render import Templates
from harness.study import Study
from harness.types import About, Annotator, Connect, Model, ModelIdentity, Prompt, Variant

TRIES = 3  # replies asked for each wording that is wanted, at the most
PROMPT = "any/paraphrase.j2"
JOURNAL = "paraphrases.jsonl"
LIMITS = ("max_tokens", "max_completion_tokens")
UNSHARED = ("seed", "stop", "n", "logprobs", "top_logprobs", *LIMITS)  # keys of [ask] that are about answers


@dataclass
class Proposed:
    """What a model proposed.

    Attributes:
        wordings: the templates that the study has.
        files: name of a new template → its source.
        texts: the same → the rewording alone.
        refused: number of the try, and why.
    """

    wordings: list[str]
    files: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[int, str]] = field(default_factory=list)
    tries: int = 0


def propose(
    study: Study,
    runs: Path,
    count: int,
    *,
    model: str = "",
    backend: str = "",
    wording: str = "",
    into: Path | None = None,
) -> Proposed:
    """Ask for other wordings of a template, and refuse those that are none.

    Args:
        count: how many are wanted.
        model: one of the study's models; with ``backend``, any.
        wording: the template; the baseline's if it is not said.
        into: folder for the new templates, relative to the study's; else beside the template.

    Raises:
        StudyError: no such model or template, or nothing in it to reword.
    """
    templates = Templates(study.folder, study.roles)
    wordings = list(dict.fromkeys(variant.template for variant in study.variants))
    name = _template(study, wording or next(iter(wordings), ""))
    source = templates.describe(name)["source"]
    original = find_instruction(source)
    original.check(str(study.folder / name))
    options = _options(study)
    asked = {"text": original.text, "codes": list(dict.fromkeys(original.codes)), "options": options,
             "examples": bool(original.worked)}  # fmt: skip
    chosen = _model(study, model, backend)
    asking = _Asking(study, chosen, templates, asked, runs)
    place = _place(study.folder, name, into)
    others = {name: original.text} | {
        other: find_instruction(templates.describe(other)["source"]).text for other in wordings if other.endswith(".j2")
    }
    proposed = Proposed([other for other in wordings if other != name])
    while len(proposed.files) < count and proposed.tries < TRIES * count:
        first, wanted = proposed.tries, count - len(proposed.files)
        proposed.tries = min(first + wanted, TRIES * count)
        for number, reply in enumerate(asking.replies(first, proposed.tries), first):
            text = None if reply is None else read_rewording(reply)
            new = f"{place}{Path(name).stem}-{digest(text or '')[:6]}.j2"  # its content: a wording keeps its name
            if text is None:
                fault = "no reply came" if reply is None else "it has not one <rewording>…</rewording>"
            else:
                fault = fault_of(text, original, options, {n: t for n, t in others.items() if n != new}) or ""
            if fault or text is None:
                proposed.refused.append((number + 1, fault))
            else:
                others[new] = proposed.texts[new] = text
                proposed.files[new] = original.template(text, f"A paraphrase of {name} by {chosen.identity.name}.")
    proposed.wordings = [name, *(other for other in proposed.wordings if other not in proposed.files)]
    return proposed


class _Asking:
    """The replies of one model to one request for a rewording, by the number of the try."""

    def __init__(self, study: Study, model: Model, templates: Templates, asked: dict[str, Any], runs: Path) -> None:
        self._study, self._model, self._runs = study, model, runs
        self._templates, self._asked = templates, asked
        ask = _ask(study, str(asked["text"]))
        identity = {
            "kind": "llm",
            "model": dataclasses.asdict(model.identity),
            "template": templates.hash(PROMPT),
            "ask": ask,
            "datatype": "paraphrase",
        }
        name = content_id("annotator", identity)
        variant = Variant("paraphrase", PROMPT, str(identity["template"]), {}, {}, ask)
        self._annotator = Annotator(name, model, variant, "1", identity, model.identity.name)
        self._item = content_id("item", asked)

    def replies(self, first: int, end: int) -> list[str | None]:
        """Give the replies to these tries, asking those that are not held; None where none came."""
        held = _held(self._runs)
        who = self._annotator.annotator_id
        names = {number: generation_name(who, self._item, number, 0) for number in range(first, end)}
        rows = [
            Row(who, self._item, number, "paraphrase", str(number), "{}")
            for number, name in names.items()
            if name not in held
        ]
        if rows:
            pipeline.ask_beside(self._study, self._annotator, rows, self._fill, self._runs, JOURNAL)
            held = _held(self._runs)
        return [held.get(name) for name in names.values()]

    def _fill(self, annotator: Annotator, fields: Any, history: Any, item_id: str, sample: int) -> Prompt | None:
        del annotator, fields, item_id
        return None if history else Prompt(self._templates.render(PROMPT, {**self._asked, "number": sample}))


def _held(runs: Path) -> dict[str, str]:
    """Read what was said before; a torn last line is what a kill leaves."""
    held: dict[str, str] = {}
    for path in sorted(runs.glob(f"*/{JOURNAL}")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                continue
            held.setdefault(said["generation_id"], said["text"])
    return held


def _ask(study: Study, text: str) -> dict[str, Any]:
    """Sample as the study does, but warm enough to say it in other words, and with room for the whole text."""
    given = dict(study.variants[0].ask) if study.variants else {}
    limit = next((key for key in LIMITS if key in given), LIMITS[0])
    warm = {"temperature": 1.0} if "temperature" in given else {}
    return {**{key: value for key, value in given.items() if key not in UNSHARED}, **warm, limit: 200 + len(text)}


def _model(study: Study, name: str, backend: str) -> Model:
    if backend:
        if not name:
            remedy = "add --model, by the name that the backend knows"
            raise StudyError("a backend needs a model", where="--backend", remedy=remedy)
        plugins.load("backends", backend)
        return Model(ModelIdentity(name, backend, name), Connect(), About())
    known = {model.identity.name: model for model in study.models}
    if name not in known:
        remedy = f"{near_names(name, known)}--model is one of: {', '.join(known)}" if known else ""
        what = f"the study has no model {name!r}" if name else "--paraphrase needs --model"
        raise StudyError(what, where="--model", remedy=remedy or "or reach another by --backend openai --model NAME")
    return known[name]


def _template(study: Study, name: str) -> str:
    if not name:
        raise StudyError("the study asks no model, so it has no baseline", where="--wording", remedy="name a template")
    if not name.endswith(".j2"):
        inner = sorted(path.relative_to(study.folder).as_posix() for path in (study.folder / name).glob("*.j2"))
        remedy = f"name one of its files: {', '.join(inner)}" if inner else "name a .j2 file of the study"
        raise StudyError(f"{name} is no template file", where="--wording", remedy=remedy)
    return name


def _place(folder: Path, template: str, into: Path | None) -> str:
    """Give the folder of new templates, relative to the study's, as templates are named."""
    if into is None:
        place = Path(template).parent
    else:
        try:
            place = (folder / into).resolve().relative_to(folder)
        except ValueError as error:
            remedy = f"name a folder within {folder}: templates are found there"
            raise StudyError(f"{into} lies outside of the study", where="--into", remedy=remedy) from error
    return "" if place == Path() else f"{place.as_posix()}/"


def _options(study: Study) -> list[str]:
    """List what may be answered, in the words of the baseline; none where answers are open or differ by item."""
    datatype = plugins.load("datatypes", study.datatype)
    asked = {key: value for key, value in study.config.model_dump().items() if key in datatype.HASHED}
    levels = study.variants[0].levels if study.variants else {}
    try:
        return list(datatype.options_shown(asked, levels, {}))
    except StudyError:  # names that stand in each item
        return []

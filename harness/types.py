"""The words of the harness as frozen dataclasses: field names = JSON keys = columns.

What changes an answer is identity and is hashed (``ModelIdentity``, ``Variant``); what changes only the
journey (``Connect``) or the caption (``About``) is not. They are separate types, so that no list of
exclusions can rot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class ModelIdentity:
    """Which model is meant. Every field is hashed into what it says."""

    name: str
    backend: str
    model: str
    revision: str | None = None
    dtype: str | None = None
    quantization: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Connect:
    """How the model is reached, and at what price. Nothing here is hashed.

    Attributes:
        api_key_env: the environment variable that holds the key.
        api_key_header: the header that carries it as it is; None: ``Authorization: Bearer``.
        in_flight: calls at once at most; None: as many as the backend takes well.
        requests_per_minute, tokens_per_minute: limits to keep; None: those that the server's headers say.
        timeout: seconds for one call.
        attempts: tries of one call.
        max_wait: seconds between two tries at most, unless the server says longer.
        patience: seconds in which every try failed, after which the model is given up.
        batch: prompts computed together (``transformers``).
        choice_by: how a server is told to choose among options: ``structured_outputs`` (vLLM), ``grammar``
            (llama.cpp) or ``json_schema``.
        engine: arguments of a local engine that change its speed and not its answers.
        price: US dollars per million tokens: ``input``, ``output`` and, if other, ``cached``.
    """

    base_url: str | None = None
    api_key_env: str | None = None
    api_key_header: str | None = None
    in_flight: int | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    timeout: float = 120.0
    attempts: int = 6
    max_wait: float = 60.0
    patience: float = 120.0
    batch: int = 16
    device: str | None = None
    choice_by: str = "structured_outputs"
    engine: Mapping[str, Any] = field(default_factory=dict)
    price: Mapping[str, float] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class About:
    """What charts say of a model. Nothing here is hashed."""

    family: str | None = None
    released: str | None = None


@dataclass(frozen=True)
class Model:
    """One ``[[models]]`` block."""

    identity: ModelIdentity
    connect: Connect
    about: About


@dataclass(frozen=True)
class Variant:
    """A template and one binding of the varied names.

    Attributes:
        name: what charts say, such as ``wording=direct label_order=reversed``.
        template: path of the ``.j2`` file, relative to the study.
        template_id: hash of the file and of all that it includes.
        levels: axis → name of its level, for reading.
        bindings: axis → value, as templates see it; of an axis that is drawn, what names its pool.
        ask: what goes on the wire (temperature, max_tokens …).
        pools: axis → the rows that each sample draws one of.
    """

    name: str
    template: str
    template_id: str
    levels: Mapping[str, str]
    bindings: Mapping[str, Any]
    ask: Mapping[str, Any]
    pools: Mapping[str, Pool] = field(default_factory=dict)


@dataclass(frozen=True)
class Annotator:
    """An LLM under one variant, in one wave: whom the study asks. In a dialogue between models, the cast.

    Attributes:
        name: the model's name; of a cast of several models, the cast's.
        cast: role → model; empty where one model says all.
    """

    annotator_id: str
    model: Model
    variant: Variant
    wave: str
    identity: Mapping[str, Any]
    name: str = ""
    cast: Mapping[str, Model] = field(default_factory=dict)

    def speaker(self, role: str | None) -> Model:
        """Give the model that plays a role."""
        return self.cast.get(role or "", self.model)


@dataclass(frozen=True)
class Message:
    """One chat message."""

    role: str
    content: str


@dataclass(frozen=True)
class Said:
    """A turn of a dialogue that has been: what the model said."""

    turn: int
    text: str
    finish_reason: str | None = None


@dataclass(frozen=True)
class Cell:
    """What is asked of whom: one turn of one item, one annotator, one sample. Never reaches the wire.

    Attributes:
        options: what may be answered, in the words and the order shown; empty for open answers.
        fields: the item's fields.
        levels: axis → level of the variant.
        means: what each option means in a record.
        asked: what the data type's table in study.toml says to models.
        turn: of the dialogue, from 0.
        history: what was said in the dialogue before.
        speaker: the model that answers this turn, by the study's name.
        datatype: whose rules hold.
    """

    dataset: str
    key: str
    sample: int
    options: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    means: tuple[str, ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)
    turn: int = 0
    history: tuple[Said, ...] = ()
    speaker: str | None = None
    datatype: str = "label"


@dataclass(frozen=True)
class Constraint:
    """What an answer may be: the level of the axis ``format``.

    Attributes:
        format: ``json`` (an object of this schema), ``choice`` (one of these words, and nothing else) or
            ``scores`` (no answer: the log-probability of each of these words).
        choices: the words, in the order shown; empty for ``json``.
        schema: JSON Schema of the answer, in the subset that strict modes take; empty unless ``json``.
    """

    format: str
    choices: tuple[str, ...] = ()
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Prompt:
    """What one turn asks.

    Attributes:
        messages: what the model is sent.
        options: what may be answered → what it means in a record, in the order shown; empty for open answers.
        constraint: None for free text.
        role: who speaks in a dialogue of several roles; None elsewhere.
        drawn: axis → the values that were drawn for this sample, where an axis is drawn and not crossed.
    """

    messages: tuple[Message, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    constraint: Constraint | None = None
    role: str | None = None
    drawn: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One call to a model.

    Attributes:
        generation_id: the name of the reply that this request will make.
        messages: what the model is sent.
        ask: sampling parameters, passed through unchanged.
        seed: for engines that draw locally; derived from ``generation_id``, never on the wire.
        cell: for parsers and for the ``fake`` backend; never on the wire.
        constraint: what the answer may be; None for free text.
    """

    generation_id: str
    messages: tuple[Message, ...]
    ask: Mapping[str, Any]
    seed: int
    cell: Cell
    constraint: Constraint | None = None


@dataclass(frozen=True)
class Allowance:
    """What a server's rate-limit headers say is left; None where they say nothing.

    Attributes:
        requests, tokens: left in the present window.
        requests_reset, tokens_reset: seconds until the window is full again.
    """

    requests: float | None = None
    tokens: float | None = None
    requests_reset: float | None = None
    tokens_reset: float | None = None


@dataclass(frozen=True)
class Reply:
    """What came back.

    Attributes:
        finish_reason: ``stop``, ``length``, ``content_filter``, ``refusal`` or the server's own word.
        tokens_in, tokens_out: as the server counted them; None where it did not.
        tokens_cached: of tokens_in, those read from the server's cache.
        tokens_reasoning: of tokens_out, those that were thought and not said.
        model_served: the model's name in the answer.
        fingerprint: what identifies the served weights or system, where known.
        reasoning: what the model thought, where the server tells.
        logprobs: log-probabilities of tokens as the server gave them, where [ask] wanted them.
        scores: option → finite log-probability, where the constraint's format is ``scores``; under ``""`` that of
            tokens with which several options may begin.
        allowance: what the rate-limit headers said; no part of the answer, and not kept.
    """

    text: str
    finish_reason: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    model_served: str | None = None
    fingerprint: str | None = None
    tokens_cached: int | None = None
    tokens_reasoning: int | None = None
    reasoning: str | None = None
    logprobs: Any = None
    scores: Mapping[str, float] | None = None
    allowance: Allowance | None = None


class Pool(Protocol):
    """What an axis draws from: see ``draws``."""

    def row(self, item_id: str, sample: int) -> Mapping[str, Any]:
        """Give the row for a sample of an item."""
        ...


class Backend(Protocol):
    """The seam to models. A file in ``backends/`` has a class ``Backend(identity, connect)``.

    A class may say ``IN_FLIGHT = 64`` (calls that it takes well at once; 16 if it does not say) and
    ``READ_AHEAD = 2048`` (so many calls are handed to it sorted by their messages, so that prompts which
    begin alike meet in its cache; 1 if it does not say).
    """

    async def complete(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            Passing, Rejected, Unusable: see ``errors``.
        """
        ...

    async def close(self) -> None:
        """Give back what was opened."""
        ...


@dataclass(frozen=True)
class Parsed:
    """What a data type read out of a reply.

    Attributes:
        records: one dict per annotation, with the keys of the data type's Record; empty if none.
        shown_at: for each record, where the chosen option stood (1 = first), or None.
        method: which rule matched; None if none did.
        reason: why nothing was read; None if something was.
    """

    records: tuple[Mapping[str, Any], ...] = ()
    shown_at: tuple[int | None, ...] = ()
    method: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Lesson:
    """What a learner is taught; n rows. See ``learners`` for what each task puts where.

    Attributes:
        inputs: n texts, or n tuples of texts.
        targets: an array (n, classes) of shares, each row 1 together; n texts where a learner writes.
        classes: names of the columns of targets; empty where a learner writes.
        weights: (n,), 1 on average.
        groups: (n,) numbers of clusters; what is held out is held out by these.
        voices: (n,) numbers of who said it; -1 where nobody knows.
    """

    inputs: Sequence[Any]
    targets: Any
    classes: tuple[str, ...]
    weights: Any
    groups: Any
    voices: Any


@dataclass(frozen=True)
class Workplace:
    """What a learner is given beside its lesson.

    Attributes:
        vectors: texts → array (texts, numbers), by the extractor that the learner names in ``FEATURES``.
        folder: where a long fit keeps checkpoints; None: nowhere.
        say: shows a line of progress.
    """

    vectors: Callable[[Sequence[str]], Any]
    folder: Path | None = None
    say: Callable[[str], object] = print


class Learner(Protocol):
    """What is taught. See ``learners``; the three last are there as far as its task asks for them."""

    def fit(self, lesson: Lesson) -> None:
        """Learn the lesson."""
        ...

    def predict_proba(self, inputs: Sequence[Any]) -> Any:
        """Give an array (inputs, classes) of probabilities."""
        ...

    def write(self, inputs: Sequence[str]) -> list[str]:
        """Give a text for each prompt."""
        ...

    def told(self) -> dict[str, float]:
        """Tell what was learned, by name."""
        ...

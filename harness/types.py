"""The words of the harness as frozen dataclasses: field names = JSON keys = columns.

What changes an answer is identity and is hashed (``ModelIdentity``, ``Variant``); what changes only the
journey (``Connect``) or the caption (``About``) is not. They are separate types, so that no list of
exclusions can rot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """How the model is reached. Nothing here is hashed."""

    base_url: str | None = None
    api_key_env: str | None = None
    in_flight: int = 16
    timeout: float = 120.0
    attempts: int = 6
    max_wait: float = 60.0
    batch: int = 16
    device: str | None = None
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
        bindings: axis → value, as templates see it.
        ask: what goes on the wire (temperature, max_tokens …).
    """

    name: str
    template: str
    template_id: str
    levels: Mapping[str, str]
    bindings: Mapping[str, Any]
    ask: Mapping[str, Any]


@dataclass(frozen=True)
class Annotator:
    """An LLM under one variant, in one wave: whom the study asks."""

    annotator_id: str
    model: Model
    variant: Variant
    wave: str
    identity: Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """One chat message."""

    role: str
    content: str


@dataclass(frozen=True)
class Cell:
    """What is asked of whom: one item, one annotator, one sample. Never reaches the wire.

    Attributes:
        options: what may be answered, in the order shown; empty for open answers.
        fields: the item's fields.
        levels: axis → level of the variant.
    """

    dataset: str
    key: str
    sample: int
    options: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One call to a model.

    Attributes:
        generation_id: the name of the reply that this request will make.
        messages: what the model is sent.
        ask: sampling parameters, passed through unchanged.
        seed: for engines that draw locally; derived from ``generation_id``, never on the wire.
        cell: for parsers and for the ``fake`` backend; never on the wire.
    """

    generation_id: str
    messages: tuple[Message, ...]
    ask: Mapping[str, Any]
    seed: int
    cell: Cell


@dataclass(frozen=True)
class Reply:
    """What came back.

    Attributes:
        finish_reason: ``stop``, ``length``, ``content_filter``, ``refusal`` or the server's own word.
        tokens_in, tokens_out: as the server counted them; None where it did not.
        model_served: the model's name in the answer.
        fingerprint: what identifies the served weights or system, where known.
    """

    text: str
    finish_reason: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    model_served: str | None = None
    fingerprint: str | None = None


class Backend(Protocol):
    """The seam to models. A file in ``backends/`` has a class ``Backend(identity, connect)``."""

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

"""Jinja speaks: templates → messages, in a sandbox, with every name checked beforehand.

What this refuses: undefined names, templates whose includes cannot be known before they run, text beside
message blocks, and to render an item's text a second time (item text is data).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import jinja2
from jinja2 import meta, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from harness.errors import StudyError, near_names
from harness.ids import content_id
from harness.types import Message

PIECES = Path(__file__).parent / "pieces"
ROLES = ("system", "user", "assistant")

_messages: ContextVar[list[Message]] = ContextVar("messages")


class _MessageBlock(Extension):
    """``{% message "system" %}…{% endmessage %}`` collects a message; item text cannot open one."""

    tags: ClassVar[set[str]] = {"message"}  # type: ignore[misc]

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        role = parser.parse_expression()
        body = parser.parse_statements(("name:endmessage",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_collect", [role]), [], [], body).set_lineno(line)

    def _collect(self, role: str, caller: Any) -> str:
        if role not in ROLES:
            raise jinja2.TemplateRuntimeError(f"no role {role!r}; roles are {', '.join(ROLES)}")
        _messages.get().append(Message(role, str(caller()).strip()))
        return ""


class Templates:
    """The templates that a study can reach: its own folder, ``_shared/`` beside it, and our pieces.

    Args:
        folder: the study's folder.
        roles: who speaks in a dialogue. A template may then be a folder with one ``<role>.j2`` for each.
    """

    def __init__(self, folder: Path, roles: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self._roles = roles
        self._kept: dict[str, jinja2.Template] = {}

    @cached_property
    def _environment(self) -> ImmutableSandboxedEnvironment:
        places = [self.folder, self.folder.parent / "_shared", PIECES]
        return ImmutableSandboxedEnvironment(
            loader=jinja2.FileSystemLoader([str(place) for place in places]),
            undefined=jinja2.StrictUndefined,
            extensions=[_MessageBlock],
            keep_trailing_newline=False,
            trim_blocks=True,
            lstrip_blocks=True,
            # A study is read once: what it says does not change while it is asked, nor is a file stat'ed a call.
            auto_reload=False,
        )

    def describe(self, name: str) -> dict[str, Any]:
        """Give a template's source and those of all that it includes: {path, source, parts}.

        A folder has no source of its own: its roles' templates are its parts.
        """
        parts = self._all_parts(name)
        return {"path": name, "source": parts.pop(name, ""), "parts": parts}

    def hash(self, name: str) -> str:
        """Name a template by its text and the text of all that it includes."""
        described = self.describe(name)
        # With the names of its parts: two pieces that swap their texts make another prompt.
        return content_id("template", [described["source"], described["parts"]])

    def names(self, name: str) -> set[str]:
        """List the names that a template, or anything that it includes, asks for."""
        wanted: set[str] = set()
        for part, source in self._all_parts(name).items():
            tree = self._parse(part, source)
            # A block sees what its template sets or imports at its top, which Jinja's own analysis does not.
            wanted |= meta.find_undeclared_variables(tree) - _named_at_top(tree)
        return wanted

    def columns(self, name: str, of: str) -> set[str]:
        """List the columns that a template, or anything that it includes, asks of a name: ``{{ of.column }}``.

        Of a name that holds rows, those that are asked of each: ``{% for row in of %}{{ row.column }}``. What Jinja
        or a mapping gives by itself (``of.items()``), and templates that set the name anew, are left out.
        """
        wanted: set[str] = set()
        for part, source in self._all_parts(name).items():
            tree = self._parse(part, source)
            if any(found.name == of and found.ctx != "load" for found in tree.find_all(nodes.Name)):
                continue
            rows = {of, *_loops_over(tree, of)}
            asked: list[tuple[nodes.Expr, Any]] = [(node.node, node.attr) for node in tree.find_all(nodes.Getattr)]
            asked += [(node.node, getattr(node.arg, "value", None)) for node in tree.find_all(nodes.Getitem)]
            wanted |= {column for whose, column in asked if isinstance(whose, nodes.Name) and whose.name in rows}
        return {column for column in wanted if isinstance(column, str) and not hasattr(dict, column)}

    def imported(self, name: str, piece: str) -> dict[str, set[str]]:
        """List the macros of a piece that a template, or anything that it includes, imports: macro → what it is told.

        What a macro is told counts where it is one plain name; anything else is empty.

        Raises:
            StudyError: it imports them without context, so that they could not see the axes.
        """
        macros: dict[str, set[str]] = {}
        for part, source in self._all_parts(name).items():
            tree = self._parse(part, source)
            for node in tree.find_all(nodes.FromImport):
                if getattr(node.template, "value", None) == piece:
                    if not node.with_context:
                        raise StudyError(
                            f"macros of {piece} that are imported without context do not see the axes",
                            where=f"{self.folder / part}:{node.lineno}",
                            remedy='end the import with "with context"',
                        )
                    for one in node.names:
                        macro, called = (one, one) if isinstance(one, str) else one
                        macros.setdefault(macro, set()).update(_told_to(tree, called))
        return macros

    def check(self, name: str, known: Iterable[str], where: str) -> None:
        """Refuse a template that asks for what the items do not have.

        Raises:
            StudyError: the name, the template, and near names.
        """
        there = sorted(known)
        for wanted in sorted(self.names(name) - set(there)):
            raise StudyError(
                f"the template asks for {wanted!r}, which {where} does not have",
                where=str(self.folder / name),
                remedy=f"{near_names(wanted, there)}there are: {', '.join(there)}",
            )

    def render(self, name: str, values: Mapping[str, Any], role: str | None = None) -> tuple[Message, ...]:
        """Fill a template; of a folder, that of the role.

        Returns:
            its message blocks, or one user message if it has none.

        Raises:
            StudyError: a name is undefined for these values, or there is text beside message blocks.
        """
        if role is not None:
            name = self._of_role(name, role)
        collected: list[Message] = []
        token = _messages.set(collected)
        try:
            rest = self._compiled(name).render(values).strip()
        except Exception as error:  # whatever an expression of the template does with these values
            raise StudyError(
                f"the template cannot be filled: {error}",
                where=str(self.folder / name),
                remedy="mend the expression, or the item's fields",
            ) from error
        finally:
            _messages.reset(token)
        if not collected:
            return (Message("user", rest),)
        if rest:
            raise StudyError(
                f"the template has text beside its message blocks: {rest[:60]!r}",
                where=str(self.folder / name),
                remedy='put it into a block: {% message "user" %}…{% endmessage %}',
            )
        return tuple(collected)

    def _compiled(self, name: str) -> jinja2.Template:
        template = self._kept.get(name)
        if template is None:
            template = self._kept[name] = self._environment.get_template(name)
            # A plain dict: to look through a chain of mappings at every call costs more than the template.
            template.globals = dict(template.globals)
        return template

    def _of_role(self, name: str, role: str) -> str:
        return name if name.endswith(".j2") else f"{name}/{role}.j2"

    def _all_parts(self, name: str) -> dict[str, str]:
        """Read a template, or those of all roles of a folder, and what they include."""
        parts: dict[str, str] = {}
        for file in sorted({self._of_role(name, role) for role in self._roles}) or [name]:
            parts |= self._parts(file)
        return parts

    def _parts(self, name: str) -> dict[str, str]:
        """Read a template and, recursively, what it includes: name → source."""
        parts: dict[str, str] = {}
        waiting = [name]
        while waiting:
            part = waiting.pop()
            if part in parts:
                continue
            source = parts[part] = self._read(part, name)
            for inner in meta.find_referenced_templates(self._parse(part, source)):
                if inner is None:
                    raise StudyError(
                        "an include whose name is computed cannot be hashed",
                        where=str(self.folder / part),
                        remedy='write its name as text: {% include "piece.j2" %}',
                    )
                waiting.append(inner)
        return parts

    def _read(self, part: str, name: str) -> str:
        loader = self._environment.loader
        assert loader is not None
        try:
            return loader.get_source(self._environment, part)[0]
        except jinja2.TemplateNotFound as error:
            raise StudyError(
                f"there is no template {part!r}",
                where=str(self.folder / name),
                remedy=near_names(part, loader.list_templates()).strip() or f"make {self.folder / part}",
            ) from error
        except UnicodeDecodeError as error:
            raise StudyError(f"{part} is not UTF-8: {error}", where=str(self.folder / part)) from error

    def _parse(self, part: str, source: str) -> nodes.Template:
        try:
            return self._environment.parse(source, part)
        except jinja2.TemplateSyntaxError as error:
            raise StudyError(
                f"the template is not Jinja: {error.message}",
                where=f"{self.folder / part}:{error.lineno}",
                remedy="mend the line",
            ) from error


def _loops_over(tree: nodes.Template, of: str) -> set[str]:
    """List the names that stand for one row of ``of`` after another, and for nothing else."""
    loops = [(node.target.name, node.iter) for node in tree.find_all(nodes.For) if isinstance(node.target, nodes.Name)]
    own = {name for name, rows in loops if isinstance(rows, nodes.Name) and rows.name == of}
    return {name for name in own if all(isinstance(r, nodes.Name) and r.name == of for n, r in loops if n == name)}


def _told_to(tree: nodes.Template, macro: str) -> set[str]:
    """List the names that a macro is called with; empty for a call with anything but one name."""
    calls = [
        call for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name) and call.node.name == macro
    ]
    return {call.args[0].name if len(call.args) == 1 and isinstance(call.args[0], nodes.Name) else "" for call in calls}


def _named_at_top(tree: nodes.Template) -> set[str]:
    """List the names that a template with blocks sets or imports outside of all tags."""
    if not any(tree.find_all(nodes.Block)):
        return set()
    named = {name.name for node in tree.body if isinstance(node, nodes.Assign) for name in node.find_all(nodes.Name)
             if name.ctx == "store"}  # fmt: skip
    named |= {node.target for node in tree.body if isinstance(node, nodes.Import)}
    imported = (one for node in tree.body if isinstance(node, nodes.FromImport) for one in node.names)
    return named | {one if isinstance(one, str) else one[1] for one in imported}

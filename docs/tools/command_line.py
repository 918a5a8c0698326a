"""The reference of the command line, read off the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from textwrap import wrap
from typing import Any, Final

from typer.main import get_command

from service.cli import app

Command = Any
Parameter = Any
"""Typer keeps the classes of its commands and parameters to itself."""

WIDTH: Final = 100
HEAD: Final = """# Command line

<!-- Made by `python -m docs.tools write`; a test compares this page with the program. -->

Every command prints its help with `--help`. A refusal is one line, `error: …`, and exit code 1; a
wrong option is exit code 2. A command that writes files writes all of them or none.

Times are ISO 8601 in UTC: `2024-06-10` or `2024-06-10T12:00:00Z`. *Required* options have no
default.
"""


def page() -> str:
    """The page as Markdown."""
    root = get_command(app)
    parts = [HEAD]
    for words, command in _commands(root, ("detector",)):
        parts.append("\n".join(_section(words, command)))
    return "\n".join(parts) + "\n"


def _commands(
    command: Command, words: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Command]]:
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from _commands(inner, (*words, name))
    else:
        yield words, command


def _section(words: tuple[str, ...], command: Command) -> Iterator[str]:
    yield f"## {' '.join(words)}\n"
    for paragraph in (command.help or "").split("\n\n"):
        yield "\n".join(wrap(" ".join(paragraph.split()), WIDTH)) + "\n"
    rows = [row for row in map(_row, command.params) if row]
    if rows:
        yield "| argument or option | default | meaning |\n|---|---|---|"
        yield "\n".join(rows) + "\n"


def _row(param: Parameter) -> str | None:
    if param.name == "help":
        return None
    names = [*param.opts, *param.secondary_opts]
    shown = " ".join(f"`{name}`" for name in names)
    kind = param.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        shown += " (" + ", ".join(f"`{one.value}`" for one in kind) + ")"
    meaning = " ".join((getattr(param, "help", None) or "").split()).replace("|", "\\|")
    return f"| {shown} | {_default(param)} | {meaning} |"


def _default(param: Parameter) -> str:
    if param.required:
        return "*required*"
    if param.default is None or param.default in ([], "") or callable(param.default):
        return "none"
    if isinstance(param.default, bool) and param.secondary_opts:
        return f"`{param.opts[0] if param.default else param.secondary_opts[0]}`"
    if param.default is False:
        return "off"
    return f"`{_text(param.default)}`"


def _text(value: object) -> str:
    return str(getattr(value, "value", value))

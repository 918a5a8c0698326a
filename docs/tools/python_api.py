"""The reference of the Python side, read off the classes and functions themselves."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from textwrap import dedent, wrap
from typing import Any, Final

from detector import SpikeDetector, backtest, simulate
from detector.settings import Settings
from training.frames.backtests import Backtested
from training.frames.explanation import Explanation
from training.frames.markets import Simulated

WIDTH: Final = 100
HEAD: Final = """# Python

<!-- Made by `python -m docs.tools write`; a test compares this page with the program. -->

What `from detector import …` gives. [The tutorial](../tutorial/python.md) shows it in use, and
[the isolation forest](forest.md) has a page of its own. Errors are those of
[the command line](errors.md); import them from `detector.errors`.
"""
PAGE: Final[tuple[tuple[str, Any], ...]] = (
    ("detector.SpikeDetector", SpikeDetector),
    ("Explanation", Explanation),
    ("detector.backtest", backtest),
    ("Backtested", Backtested),
    ("detector.simulate", simulate),
    ("Simulated", Simulated),
    ("detector.settings.Settings", Settings),
)
"""What is described, and the name that users know it by."""


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for name, described in PAGE:
        parts.append("\n".join(_section(name, described)))
    return "\n".join(parts).rstrip() + "\n"


def _section(name: str, described: Any) -> Iterator[str]:  # noqa: ANN401 - a class or a function
    yield f"## {name}\n"
    if inspect.isfunction(described):
        yield f"```python\n{_signature(described, described.__name__)}\n```\n"
        yield from _prose(described.__doc__ or "")
    else:
        yield from _class(described)
    yield f"Source: `{described.__module__.replace('.', '/')}.py`\n"


def _class(described: type) -> Iterator[str]:
    takes_keywords = "__init__" in vars(described) and described is SpikeDetector
    if takes_keywords:
        yield f"```python\n{_signature(described, described.__name__)}\n```\n"
    yield from _prose(described.__doc__ or "")
    fields = list(_fields(described))
    if fields and not takes_keywords:
        defaults = any(default for _, default, _ in fields)
        yield (
            "| field | default | meaning |\n|---|---|---|"
            if defaults
            else ("| field | meaning |\n|---|---|")
        )
        for name, default, said in fields:
            yield f"| `{name}` | {default} | {said} |" if defaults else f"| `{name}` | {said} |"
        yield ""
    for name, member in vars(described).items():
        function = getattr(member, "__func__", member)
        if not name.startswith("_") and inspect.isfunction(function) and function.__doc__:
            yield f"### {described.__name__}.{name}\n"
            yield f"```python\n{_signature(function, name)}\n```\n"
            yield from _prose(function.__doc__)


def _signature(described: Any, name: str) -> str:  # noqa: ANN401
    """The call, without types: the text below has them."""
    words, star = [], False
    for parameter in inspect.signature(described).parameters.values():
        if parameter.name in ("self", "cls"):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            words.append("*")
            star = True
        default = "" if parameter.default is parameter.empty else f"={_shown(parameter.default)}"
        prefix = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        words.append(f"{prefix}{parameter.name}{default}")
    line = f"{name}({', '.join(words)})"
    if len(line) <= WIDTH:
        return line
    return f"{name}(\n" + "".join(f"    {word},\n" for word in words) + ")"


def _shown(default: object) -> str:
    return "Settings()" if isinstance(default, Settings) else repr(default)


def _prose(docstring: str) -> Iterator[str]:
    """Paragraphs, and the parameters and attributes below a heading of dashes as lists."""
    for block in inspect.cleandoc(docstring).split("\n\n"):
        lines = block.splitlines()
        if len(lines) > 1 and set(lines[1]) == {"-"}:
            yield f"{lines[0]}:\n"
            yield "\n".join(_entries(lines[2:])) + "\n"
        else:
            yield "\n".join(wrap(_plain(" ".join(lines)), WIDTH)) + "\n"


def _entries(lines: list[str]) -> Iterator[str]:
    entry: list[str] = []
    for line in [*lines, ""]:
        if entry and not line.startswith(" "):
            name, _, kind = entry[0].partition(" : ")
            said = f"`{'`, `'.join(name.split(', '))}` ({kind}): {' '.join(entry[1:])}"
            yield "\n".join(wrap(_plain(said), WIDTH, initial_indent="- ", subsequent_indent="  "))
            entry = []
        if line:
            entry.append(line.strip())


def _fields(described: type) -> Iterator[tuple[str, str, str]]:
    """Name, default and the text below each field of a class."""
    tree = ast.parse(dedent(inspect.getsource(described))).body[0]
    assert isinstance(tree, ast.ClassDef)  # noqa: S101 - the source of a class
    for field, after in zip(tree.body, tree.body[1:], strict=False):
        if not (isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr)):
            continue
        default = "" if field.value is None else f"`{ast.unparse(field.value)}`"
        yield ast.unparse(field.target), default, _plain(" ".join(_text(after).split()))


def _text(expression: ast.Expr) -> str:
    value = ast.literal_eval(expression.value)
    assert isinstance(value, str)  # noqa: S101 - what stands below a field
    return value


def _plain(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")

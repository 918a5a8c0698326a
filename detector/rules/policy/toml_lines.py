"""Where each key of a TOML text stands: a small scanner beside `tomllib`, which tells no lines.

`tomllib` has already accepted the text, so the scanner only needs to find names, not faults.
"""

from __future__ import annotations

import re
from typing import Final

Path = tuple[str | int, ...]

_HEADER: Final = re.compile(r"(\[\[?)\s*([^\[\]]+?)\s*\]\]?")
_KEY: Final = re.compile(
    r"""((?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'))*)\s*="""
)
_SPACE: Final = re.compile(r"(?:[ \t\r]|#[^\n]*)*")
_SCALAR: Final = re.compile(r"[^\n,\]}#]*")
_STRINGS: Final = (
    re.compile(r'"""(?:\\.|[^\\])*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\\n])*"'),
    re.compile(r"'[^'\n]*'"),
)


def lines_of(text: str) -> dict[Path, int]:
    """Map every key path (`("policy", 0, "tiers", 1, "at")`) to its 1-based line."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Return the line of a path, or of its nearest ancestor that has one."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


def _names(dotted: str) -> tuple[str, ...]:
    parts = re.findall(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""", dotted)
    return tuple(part.strip("\"'") for part in parts)


class _Scanner:
    """Walks a text once, keeping the table that it is in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counted = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.arrays: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self.skip(newlines=True):
            if header := _HEADER.match(self.text, self.at):
                table = self.header(_names(header[2]), is_array=header[1] == "[[")
                self.at = header.end()
            elif not self.pair(table):
                self.at += 1

    def header(self, names: tuple[str, ...], *, is_array: bool) -> Path:
        path: Path = ()
        for depth, name in enumerate(names):
            path = (*path, name)
            is_last = depth == len(names) - 1
            if is_array and is_last:
                self.arrays[path] = self.arrays.get(path, -1) + 1
            if path in self.arrays:
                path = (*path, self.arrays[path])
        self.lines.setdefault(path, self.here())
        return path

    def pair(self, table: Path) -> bool:
        key = _KEY.match(self.text, self.at)
        if not key:
            return False
        path = table + _names(key[1])
        self.lines.setdefault(path, self.here())
        self.at = key.end()
        self.value(path)
        return True

    def value(self, path: Path) -> None:
        self.skip(newlines=True)
        for string in _STRINGS:
            if found := string.match(self.text, self.at):
                self.at = found.end()
                return
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        else:
            found = _SCALAR.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1

    def array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self.skip(newlines=True) and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.lines[(*path, index)] = self.here()
            self.value((*path, index))
            index += 1
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while self.skip(newlines=True) and self.text[self.at] != "}":
            if not self.pair(path):
                self.at += 1
        self.at += 1

    def skip(self, *, newlines: bool) -> bool:
        """Pass over space and comments; True while text is left."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if not (newlines and self.text[self.at : self.at + 1] == "\n"):
                return self.at < len(self.text)
            self.at += 1

    def here(self) -> int:
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line

"""One table of a policy file, read field by field; every refusal names the field and its line."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from detector.errors import BadPolicy
from detector.rules.instants import duration_of, instant_of
from detector.rules.policy.toml_lines import Path, line_of

LIMIT: Final = 10**9
"""Above every number that a policy needs; events hold points below it too."""


def shown(value: object) -> str:
    """Return a value as a refusal shows it: short, whatever it is."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, lists in lists
        return "what is there"
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass(frozen=True)
class Source:
    """The name of a policy text and the line of each of its keys."""

    name: str
    lines: dict[Path, int]

    def refuse(self, path: Path, why: str) -> NoReturn:
        """Raise BadPolicy for a field: file, line, field, what is wrong."""
        line = line_of(self.lines, path)
        where = f"{self.name}, line {line}" if line else self.name
        raise BadPolicy(f"{where}: {_dotted(path)}: {why}")


@dataclass
class Table:
    """A TOML table that remembers which of its fields were asked for."""

    fields: dict[str, Any]
    path: Path
    source: Source
    asked: set[str] = field(default_factory=set)

    def refuse(self, name: str, why: str) -> NoReturn:
        """Raise BadPolicy for one field of this table."""
        self.source.refuse((*self.path, name), why)

    def has(self, name: str) -> bool:
        """Tell whether a field is given."""
        return name in self.fields

    def raw(self, name: str) -> Any:  # noqa: ANN401 - TOML
        """Return a field as it stands, or None."""
        self.asked.add(name)
        return self.fields.get(name)

    def required(self, name: str) -> Any:  # noqa: ANN401 - TOML
        """Return a field that must be given."""
        if name not in self.fields:
            self.refuse(name, "is missing")
        return self.raw(name)

    def text(self, name: str, default: str | None = None, *, among: Iterable[str] = ()) -> str:
        """Return a non-empty string; required when there is no default."""
        value = self.required(name) if default is None else self.raw(name)
        if value is None:
            return str(default)
        if not isinstance(value, str) or not value.strip():
            self.refuse(name, f"must be a text, not {shown(value)}")
        choices = tuple(among)
        if choices and value not in choices:
            self.refuse(
                name,
                f"must be one of {', '.join(choices)}, not {shown(value)}{_hint(value, choices)}",
            )
        return value

    def integer(self, name: str, default: int | None = None, *, low: int = 0) -> int:
        """Return a whole number of at least `low`; required when there is no default."""
        value = self.required(name) if default is None else self.raw(name)
        if value is None:
            return int(default or 0)
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            self.refuse(name, f"must be a whole number of at least {low}, not {shown(value)}")
        if value >= LIMIT:
            self.refuse(name, f"must be below {LIMIT:,}")
        return value

    def optional_integer(self, name: str, *, low: int = 0) -> int | None:
        """Return a whole number of at least `low`, or None when it is not given."""
        return self.integer(name, low=low) if self.has(name) else None

    def number(self, name: str, default: float) -> float:
        """Return a number above zero."""
        value = self.raw(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < LIMIT:
            self.refuse(name, f"must be a number above 0, not {shown(value)}")
        return float(value)

    def boolean(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(name, f"must be true or false, not {shown(value)}")
        return value

    def duration(self, name: str) -> int | None:
        """Return a duration in microseconds above 0, or None when it is not given."""
        duration = self._parsed(name, duration_of)
        if duration == 0:
            self.refuse(name, f"must be longer than nothing, not {shown(self.fields[name])}")
        return duration

    def instant(self, name: str) -> int:
        """Return a required instant in microseconds."""
        value = self.required(name)
        if hasattr(value, "isoformat"):
            value = self.fields[name] = value.isoformat()
        return self._parsed(name, instant_of) or 0

    def texts(self, name: str, *, among: Iterable[str] = ()) -> tuple[str, ...]:
        """Return a list of strings; a single string is a list of one; absent is empty."""
        value = self.raw(name)
        if value is None:
            return ()
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            self.refuse(name, f"must be a list of texts, not {shown(value)}")
        choices = tuple(among)
        for one in value:
            if choices and one not in choices:
                self.refuse(
                    name, f"{shown(one)} is not one of {', '.join(choices)}{_hint(one, choices)}"
                )
        return tuple(value)

    def table(self, name: str) -> Table:
        """Return a table inside this one; absent is empty."""
        value = self.raw(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            self.refuse(name, f"must be a table, not {shown(value)}")
        return Table(value, (*self.path, name), self.source)

    def tables(self, name: str) -> list[Table]:
        """Return the tables of a list; absent is empty."""
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.refuse(name, f"must be a list of tables, not {shown(value)}")
        return [Table(one, (*self.path, name, n), self.source) for n, one in enumerate(value)]

    def named_tables(self) -> list[tuple[str, Table]]:
        """Return every field as a named table."""
        return [(name, self.table(name)) for name in self.fields]

    def refuse_unknown_fields(self) -> None:
        """Refuse fields that nobody asked for."""
        for name in self.fields:
            if name not in self.asked:
                self.refuse(name, f"is not a field of the schema{_hint(name, self.asked)}")

    def _parsed(self, name: str, parse: Callable[[str], int]) -> int | None:
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(name, f"must be a text in quotes, not {shown(value)}")
        try:
            return parse(value)
        except (ValueError, OverflowError) as error:
            self.refuse(name, str(error))


def _hint(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, tuple(known), 1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _dotted(path: Path) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")

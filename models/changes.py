"""What was changed in a registry, by whom, when and why: two files that only grow.

    promotions.log    one line a promotion or rollback: which version is in use
    changes.log       JSON lines: when, by whom and why, and aliases, tags and removals

A promotion is true once its line stands in `promotions.log`. Its row in `changes.log` is written
before and names that line's number, so a row without its line is a change that never came to be,
and a line without a row, such as one of an older release, has no date. Who changes a registry holds
a lock on it, which ends with the process.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from detector.errors import BadArtifact, BadInput
from detector.instants import CALENDAR_BEGINS, text_of, unbounded_instant_of

PROMOTIONS: Final = "promotions.log"
CHANGES: Final = "changes.log"
VERSION: Final = re.compile(r"v(\d{4,9})", re.ASCII)

Kind = Literal["promote", "rollback", "alias", "unalias", "tag", "untag", "prune"]
_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Note:
    """When somebody changed a registry, who, and why."""

    at: int
    """Microseconds UTC."""
    by: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a registry."""

    kind: Kind
    version: str
    """Which it is about; of a rollback, the one in use after it. Empty without an alias."""
    name: str = ""
    """Of an alias or a tag."""
    value: str = ""
    """Of a tag."""
    line: int | None = None
    """Number of its line in `promotions.log`, from 1; None of what has none."""
    note: Note | None = None
    """None where nobody wrote it down."""


@dataclass(frozen=True, slots=True)
class Term:
    """A version in use, from one promotion or rollback to the next."""

    version: str | None
    """None where none was in use."""
    began: Change | None
    ended: Change | None


class ChangeLog:
    """The two files in a registry's directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._held = threading.local()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep all others from changing the registry; a thread that holds it may hold it again.

        Raises BadArtifact where there is no directory, or it cannot be written.
        """
        if getattr(self._held, "depth", 0):
            yield
            return
        if not self.directory.is_dir():
            raise BadArtifact(
                f"{self.directory}: no directory of trained models; run detector train first"
            )
        log = self._file(PROMOTIONS)
        try:
            descriptor = os.open(log, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as why:
            raise BadArtifact(f"{log}: cannot be written: {why.strerror}") from why
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._held.depth = 1
            yield
        finally:
            self._held.depth = 0
            os.close(descriptor)

    def mark(self) -> tuple[int, int, int] | None:
        """What is another once the log of promotions is, without reading it."""
        try:
            found = (self.directory / PROMOTIONS).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def stack(self) -> list[str]:
        """Versions promoted and not rolled back, the one in use last."""
        return self._folded()[1]

    def lines(self) -> list[str]:
        """The lines of `promotions.log` that say something."""
        return [line for line, _ in self._folded()[0]]

    def promotions(self) -> list[Change]:
        """Every promotion and rollback, with its note where there is one."""
        lines, _ = self._folded()  # first: a row is written before its line
        rows = {(row.line, row.kind, row.version): row for row in self.changes()}
        found = []
        for number, (line, version) in enumerate(lines, start=1):
            kind: Kind = "rollback" if line == "rollback" else "promote"
            plain = Change(kind=kind, version=version, line=number)
            found.append(rows.get((number, kind, version), plain))
        return found

    def changes(self) -> list[Change]:
        """The rows of `changes.log`; a last one without its end never came to be."""
        whole = self._text(CHANGES).rpartition(b"\n")[0]
        return [
            _change_in(row, f"{self.directory / CHANGES}: line {number}")
            for number, row in enumerate(whole.split(b"\n"), start=1)
            if row
        ]

    def add(self, change: Change) -> None:
        """Write a change down, for who holds the lock: its row, then its line if it has one."""
        if change.line is not None:
            change = replace(change, line=len(self.lines()) + 1)
        if change.note is not None:
            last = max((row.note.at for row in self.changes() if row.note), default=change.note.at)
            note = replace(change.note, at=max(change.note.at, last))
            self._append(CHANGES, _row_of(replace(change, note=note)))
        if change.line is not None:
            self._append(PROMOTIONS, line_of(change))

    def term_at(self, instant: int) -> Term:
        """Which version was in use at an instant (microseconds UTC), not ahead of now.

        Raises BadInput where a promotion without a date may have been before or after it.
        """
        changes = self.promotions()
        began = None
        for number, change in enumerate(changes):
            earliest, latest = self._bounds(changes, number)
            if instant >= latest:
                began = number
            elif instant >= earliest:
                raise BadInput(
                    f"{self.directory / PROMOTIONS}: line {change.line} has no date, so what was "
                    f"in use before {text_of(latest)} is not known; ask for a later time"
                )
        after = 0 if began is None else began + 1
        ended = changes[after] if after < len(changes) else None
        if began is None:
            return Term(None, None, ended)
        return Term(changes[began].version or None, changes[began], ended)

    def _folded(self) -> tuple[list[tuple[str, str]], list[str]]:
        """Each line that says something, with the version in use after it; and the last stack."""
        lines: list[tuple[str, str]] = []
        stack: list[str] = []
        text = self._text(PROMOTIONS).decode("utf-8", "replace")
        for number, line in enumerate(text.split("\n"), start=1):
            word, _, version = line.partition(" ")
            if word == "promote" and VERSION.fullmatch(version):
                stack.append(version)
            elif line == "rollback" and stack:
                stack.pop()
            elif line:
                raise BadArtifact(
                    f"{self.directory / PROMOTIONS}: line {number}: {line[:40]!r} is neither "
                    "'promote VERSION' nor a possible 'rollback'; remove that line"
                )
            if line:
                lines.append((line, stack[-1] if stack else ""))
        return lines, stack

    def _bounds(self, changes: Sequence[Change], number: int) -> tuple[int, int]:
        """Between which instants a change was made: the same where it has a date."""
        note = changes[number].note
        if note is not None:
            return note.at, note.at
        before = [one.note.at for one in changes[:number] if one.note]
        after = [one.note.at for one in changes[number + 1 :] if one.note]
        if after:
            return max(before, default=CALENDAR_BEGINS), after[0]
        written = (self.directory / PROMOTIONS).stat().st_mtime_ns // 1_000
        return max(before, default=CALENDAR_BEGINS), max([written, *before])

    def _append(self, name: str, line: str) -> None:
        path = self._file(name)
        content = self._text(name)
        torn = len(content) - (content.rfind(b"\n") + 1)
        try:
            with path.open("ab") as stream:
                if torn and name == CHANGES:  # a process ended within it
                    stream.truncate(len(content) - torn)
                # An editor may have left the last line without its end.
                end = "\n" if torn and name == PROMOTIONS else ""
                stream.write(f"{end}{line}\n".encode())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as why:
            raise BadArtifact(f"{path}: cannot be written: {why.strerror}") from why

    def _text(self, name: str) -> bytes:
        path = self._file(name)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as why:
            raise BadArtifact(f"{path}: cannot be read: {why.strerror}") from why

    def _file(self, name: str) -> Path:
        """Where a log stands; BadArtifact for a pipe or device, which might never end."""
        path = self.directory / name
        if path.exists() and not path.is_file():
            raise BadArtifact(f"{path}: is no ordinary file; put the log of promotions there")
        return path


def line_of(change: Change) -> str:
    """The line of a promotion or rollback."""
    return "rollback" if change.kind == "rollback" else f"promote {change.version}"


def _row_of(change: Change) -> str:
    assert change.note is not None  # noqa: S101 - what has none has no row
    row: dict[str, Any] = {
        "at": text_of(change.note.at),
        "by": change.note.by,
        "why": change.note.why,
        "change": change.kind,
        "version": change.version,
    }
    rest = {"name": change.name, "value": change.value, "line": change.line}
    return json.dumps(row | {name: value for name, value in rest.items() if value})


def _change_in(line: bytes, source: str) -> Change:
    try:
        row: Mapping[str, Any] = json.loads(line)
        at = unbounded_instant_of(row["at"])
        return Change(
            kind=_KINDS[_KINDS.index(row["change"])],
            version=str(row["version"]),
            name=str(row.get("name", "")),
            value=str(row.get("value", "")),
            line=row.get("line"),
            note=Note(at, str(row["by"]), str(row["why"])),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as why:
        raise BadArtifact(f"{source}: is no change of a registry ({why}); remove it") from why

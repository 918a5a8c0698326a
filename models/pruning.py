"""Which versions of a registry can go, and why the others stay."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from detector.durations import HOUR_US
from detector.errors import BadArtifact
from models.changes import Note
from models.registry import Registry

LEFT_US: Final = HOUR_US
"""Age of a file beside the versions from which nobody writes it any more, microseconds."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a version, or of what a killed process left behind."""

    name: str
    size: int
    """Bytes of its files."""
    reasons: tuple[str, ...]
    """Why it is kept; none of what goes."""

    @property
    def goes(self) -> bool:
        """Whether nothing speaks for keeping it."""
        return not self.reasons


def fates_of(
    registry: Registry, keep: int, named: Mapping[str, Sequence[str]], *, now: int
) -> list[Fate]:
    """What becomes of every version, oldest first, and of what was left half-written.

    Kept are the `keep` newest, what an alias names, what the last promotion replaced, and what is
    `named`: reasons by version. `now` in microseconds UTC.
    """
    versions = registry.versions()
    newest, aliases, former = versions[-keep:], registry.labels.aliases(), registry.former()
    fates = []
    for version in versions:
        reasons = [f"one of the {keep} newest"] if version in newest else []
        reasons += [f"{alias} names it" for alias, one in aliases.items() if one == version]
        reasons += ["a roll-back puts it in use"] if version == former else []
        reasons += named.get(version, [])
        fates.append(Fate(version, _size(registry.directory / version), tuple(reasons)))
    left = _left_behind(registry.directory, now)
    return fates + [Fate(path.name, _size(path), ()) for path in left]


def prune(registry: Registry, fates: Sequence[Fate], note: Note) -> None:
    """Remove what goes; raises BadArtifact where it cannot be."""
    for fate in fates:
        if fate.goes and fate.name in registry.versions():
            registry.remove(fate.name, note)
    for path in _left_behind(registry.directory, note.at):
        try:
            shutil.rmtree(path)
        except OSError as why:
            raise BadArtifact(f"{path}: cannot be removed: {why.strerror}") from why


def _left_behind(directory: Path, now: int) -> list[Path]:
    """Versions that were being saved or removed when their process was killed."""
    if not directory.is_dir():
        return []
    found = [*directory.glob(".saving-*"), *directory.glob(".removed-*")]
    return sorted(path for path in found if path.stat().st_mtime_ns // 1_000 < now - LEFT_US)


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())

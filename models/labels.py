"""Names for versions: an alias names one of them, a tag says something of one.

The champion is the version in use, which a promotion moves; it stays so while `pinned` names it.
All other names are for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from detector.errors import BadInput
from detector.rules.identity import is_legible
from models.changes import VERSION, Change, ChangeLog, Note

CHAMPION: Final = "champion"
PINNED: Final = "pinned"
NAME: Final = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.ASCII)
"""Of an alias or a tag; one that looks like a version is none."""
VALUE_MAX: Final = 200
"""Characters of a tag's value."""


class Labels:
    """The aliases and tags of a registry; `known` gives a version's name, or raises BadArtifact."""

    def __init__(self, log: ChangeLog, known: Callable[[str], str]) -> None:
        self._log = log
        self._known = known

    def aliases(self) -> dict[str, str]:
        """The version of each alias, sorted by name; that of the champion is in use."""
        return self.aliases_and_tags()[0]

    def aliases_of(self, version: str) -> list[str]:
        """The aliases that name a version."""
        return [name for name, named in self.aliases().items() if named == version]

    def change_of(self, name: str) -> Change | None:
        """The change by which an alias names the version that it names; None without one."""
        return _given_in(self._log.changes()).get(name)

    def tags(self) -> dict[str, dict[str, str]]:
        """The tags of each version that has some, sorted by key."""
        return _tags_in(self._log.changes())

    def aliases_and_tags(self) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """Both, by one look at each file."""
        stack, changes = self._log.stack(), self._log.changes()
        found = {CHAMPION: stack[-1]} if stack else {}
        found |= {name: change.version for name, change in _given_in(changes).items()}
        return dict(sorted(found.items())), _tags_in(changes)

    def alias(self, name: str, version: str, note: Note) -> str:
        """Give a version an alias, which another may have had; returns the version's name.

        Raises BadInput, and BadArtifact where there is no such version.
        """
        if name == CHAMPION:
            raise BadInput(
                f"{CHAMPION} is the version in use; move it by: detector models promote {version}"
            )
        _check_name("an alias", name)
        with self._log.held():
            known = self._known(version)
            self._log.add(Change(kind="alias", version=known, name=name, note=note))
        return known

    def remove_alias(self, name: str, note: Note) -> str:
        """Take an alias away; returns the version that had it. Raises BadInput without one."""
        with self._log.held():
            others = {one: named for one, named in self.aliases().items() if one != CHAMPION}
            if name not in others:
                some = ", ".join(others) or "none"
                raise BadInput(f"no alias {name[:40]!r} can be removed; there are: {some}")
            self._log.add(Change(kind="unalias", version=others[name], name=name, note=note))
        return others[name]

    def tag(self, version: str, key: str, value: str, note: Note) -> str:
        """Tag a version, in place of what its tag of that key said; returns the version's name.

        Raises BadInput, and BadArtifact where there is no such version.
        """
        _check_name("a tag's key", key)
        if len(value) > VALUE_MAX or not is_legible(value):
            raise BadInput(
                f"tag {key}: a value is 1 to {VALUE_MAX} printable characters, without a blank at "
                "its ends"
            )
        with self._log.held():
            known = self._known(version)
            self._log.add(Change(kind="tag", version=known, name=key, value=value, note=note))
        return known

    def remove_tag(self, version: str, key: str, note: Note) -> str:
        """Take a tag away; returns the version's name. Raises BadInput without one."""
        with self._log.held():
            known = self._known(version)
            if key not in self.tags().get(known, {}):
                raise BadInput(f"{known} has no tag {key[:40]!r}")
            self._log.add(Change(kind="untag", version=known, name=key, note=note))
        return known


def _check_name(what: str, name: str) -> None:
    if not NAME.fullmatch(name) or VERSION.fullmatch(name):
        raise BadInput(
            f"{name[:50]!r} cannot be {what}: that is one of a to z, then up to 39 of a to z, "
            "0 to 9, _ . -, and no version"
        )


def _given_in(changes: Sequence[Change]) -> dict[str, Change]:
    """The change that gave each alias its version; of the champion none is kept here."""
    found: dict[str, Change] = {}
    for change in changes:
        if change.kind == "alias":
            found[change.name] = change
        elif change.kind == "unalias":
            found.pop(change.name, None)
    return found


def _tags_in(changes: Sequence[Change]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for change in changes:
        tags = found.setdefault(change.version, {})
        if change.kind == "tag":
            tags[change.name] = change.value
        elif change.kind == "untag":
            tags.pop(change.name, None)
    return {version: dict(sorted(tags.items())) for version, tags in found.items() if tags}

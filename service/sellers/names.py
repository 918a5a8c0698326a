"""The names of sellers that people joined: what was filed stays under the name it was filed about.

The machine looks at a joined seller as one, under its last name. So who asks about a seller by
any of its names, or counts what was filed about it, needs the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from detector.history.aliases import Alias, final_names
from service.sellers.store import aliases_about


@dataclass(frozen=True, slots=True)
class Names:
    """Which names are one seller's; a name that nobody joined is a seller's only one."""

    aliases: tuple[Alias, ...]
    _last: Mapping[str, str] = field(init=False)
    _old: Mapping[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Follow the chains once."""
        last = final_names(self.aliases)
        old: dict[str, list[str]] = {}
        for name in sorted(last):
            old.setdefault(last[name], []).append(name)
        object.__setattr__(self, "_last", last)
        object.__setattr__(self, "_old", old)

    def last(self, name: str) -> str:
        """The name under which the seller is looked at."""
        return self._last.get(name, name)

    def of(self, last: str) -> list[str]:
        """All names of the seller that is looked at under this one, which comes first."""
        return [last, *self._old.get(last, ())]

    def of_all(self, lasts: Iterable[str]) -> list[str]:
        """All names of some sellers."""
        return [name for last in lasts for name in self.of(last)]


def names_of(connection: Connection, sellers: Iterable[str]) -> Names:
    """The names of some sellers, asked for by whichever of them."""
    return Names(tuple(aliases_about(connection, sellers)))

"""Names that lost their accents on the way: which whole names they were.

A program that reads a file in another encoding than it was written in puts U+FFFD where it
understands nothing: `Ita` and that sign was `Itaú`. Each letter beyond ASCII becomes one such sign
or, where it was written as several bytes, several. Sellers would be there twice, each with half of
its history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

DAMAGE: Final = "\N{REPLACEMENT CHARACTER}"
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_DAMAGES: Final = re.compile(f"({DAMAGE}+)")


def whole_names(names: Iterable[str]) -> dict[str, str]:
    """Of the damaged names those that exactly one whole name explains, with that name."""
    damaged, alike = [], dict[str, list[str]]()
    for name in names:
        if DAMAGE in name:
            damaged.append(name)
        elif not name.isascii():
            alike.setdefault(_skeleton(name), []).append(name)
    found = {}
    for name in damaged:
        pattern = _pattern(name)
        whole = {one for one in alike.get(_skeleton(name), ()) if pattern.fullmatch(one)}
        if len(whole) == 1:
            found[name] = whole.pop()
    return found


def _skeleton(name: str) -> str:
    """What damage leaves of a name: whole and damaged names that go together share it."""
    return _BEYOND_ASCII.sub(DAMAGE, name)


def _pattern(damaged: str) -> re.Pattern[str]:
    parts = (
        rf"[^\x00-\x7f]{{1,{len(part)}}}" if part.startswith(DAMAGE) else re.escape(part)
        for part in _DAMAGES.split(damaged)
    )
    return re.compile("".join(parts))

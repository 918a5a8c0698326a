"""Instants and durations of the rules: whole microseconds since 1970, UTC.

Nothing here reads a clock. `NEVER` is later than every instant a log can hold.
"""

from __future__ import annotations

import re
from abc import ABC
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from detector.instants import EARLIEST, EPOCH, LATEST, instant_of

__all__ = [
    "DAY",
    "EARLIEST",
    "EPOCH",
    "LATEST",
    "NEVER",
    "SECOND",
    "Instant",
    "duration_of",
    "duration_text",
    "instant_of",
    "text_of",
]

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
NEVER: Final = 2**62

if TYPE_CHECKING:
    Instant = int
else:

    class Instant(ABC):  # noqa: B024 - nothing is made of it
        """A point in time, as events name it: a whole number, microseconds since 1970, UTC.

        msgspec hands what stands in the place of a type that it does not know to our reader.
        """

    Instant.register(int)


_EPOCH_UTC: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - its text gets the Z
_UNITS: Final = {"s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND, "d": DAY, "w": 7 * DAY}
_DURATION: Final = re.compile(r"([0-9]{1,7})(s|m|h|d|w)")


def text_of(instant: int) -> str:
    """Write microseconds UTC as ISO 8601 with a `Z`; past year 9999, its last second."""
    try:
        return (_EPOCH_UTC + timedelta(0, 0, instant)).isoformat() + "Z"
    except OverflowError:
        return "9999-12-31T23:59:59Z"


def duration_of(text: str) -> int:
    """Read `7d`, `72h`, `30m`, `45s` or `2w` as microseconds; a day is exactly 86,400 seconds.

    Raises ValueError when the text is no such duration.
    """
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a duration such as 7d, 72h or 30m")
    return int(found[1]) * _UNITS[found[2]]


def duration_text(duration: int) -> str:
    """Write a duration for people: whole days where it is whole days, else hours or seconds."""
    for size, word in ((DAY, "day"), (3_600 * SECOND, "hour"), (SECOND, "second")):
        if duration % size == 0:
            count = duration // size
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return f"{duration} microseconds"

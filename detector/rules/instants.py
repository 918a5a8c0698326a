"""Instants and durations of the rules: whole microseconds since 1970, UTC.

Nothing here reads a clock. `NEVER` is later than every instant a log can hold.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from detector.instants import EARLIEST, EPOCH, LATEST, instant_of, text_of

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
    "written",
]

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
NEVER: Final = 2**62

if TYPE_CHECKING:
    Instant = int
else:
    # A point in time, as events name it: a whole number, microseconds since 1970, UTC. msgspec
    # hands a value of a type that it does not know to our reader, and checks that what comes back
    # is of that type: of all classes above int, only for `object` that check costs nothing.
    Instant = object

_UNITS: Final = {"s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND, "d": DAY, "w": 7 * DAY}
_DURATION: Final = re.compile(r"([0-9]{1,7})(s|m|h|d|w)")


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


def written(instant: int) -> str:
    """Write an instant in a letter, as people write dates: `7 March 2026, 12:00 UTC`."""
    moment = EPOCH + timedelta(microseconds=instant)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)

"""Instants and durations of the rules: whole microseconds since 1970, UTC.

Nothing here reads a clock. `NEVER` is later than every instant a log can hold.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
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
    # A point in time, as events name it: a whole number, microseconds since 1970, UTC. msgspec
    # hands a value of a type that it does not know to our reader, and checks that what comes back
    # is of that type: of all classes above int, only for `object` that check costs nothing.
    Instant = object

_EPOCH_UTC: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - its text gets the Z
_UNITS: Final = {"s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND, "d": DAY, "w": 7 * DAY}
_DURATION: Final = re.compile(r"([0-9]{1,7})(s|m|h|d|w)")


def text_of(instant: int) -> str:
    """Write microseconds UTC as ISO 8601 with a `Z`; past year 9999, its last second."""
    day, rest = divmod(instant, DAY)
    minute, rest = divmod(rest, 60 * SECOND)
    second, fraction = divmod(rest, SECOND)
    try:
        text = f"{_date_text(day)}{_MINUTES[minute]}{_SECONDS[second]}"
    except OverflowError:
        return "9999-12-31T23:59:59Z"
    if fraction:
        thousandth, rest = divmod(fraction, 1_000)
        return f"{text}.{_THOUSANDTHS[thousandth]}{_THOUSANDTHS[rest]}Z"
    return text + "Z"


# Looked up, which takes half as long as a format with leading zeros: ledgers are full of times.
_MINUTES: Final = [f"T{hour:02}:{minute:02}:" for hour in range(24) for minute in range(60)]
_SECONDS: Final = [f"{second:02}" for second in range(60)]
_THOUSANDTHS: Final = [f"{thousandth:03}" for thousandth in range(1_000)]


@lru_cache(maxsize=4_096)
def _date_text(day: int) -> str:
    return (_EPOCH_UTC + timedelta(day)).date().isoformat()


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

"""Instants and durations of the rules: whole microseconds since 1970, UTC.

Nothing here reads a clock. `NEVER` is later than every instant a log can hold.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
NEVER: Final = 2**62
EARLIEST: Final = -2_208_988_800 * SECOND  # 1900-01-01
LATEST: Final = 221_845_392_000 * SECOND  # 9000-01-01

_EPOCH_UTC: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - its text gets the Z
_MICROSECOND: Final = timedelta(microseconds=1)
_UNITS: Final = {"s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND, "d": DAY, "w": 7 * DAY}
_DURATION: Final = re.compile(r"([0-9]{1,7})(s|m|h|d|w)")


def instant_of(text: str) -> int:
    """Read an ISO 8601 date or time as microseconds UTC; a time without a zone is UTC.

    Raises ValueError when the text is no such time, or one outside the years 1900 to 8999.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an ISO 8601 date or time") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    instant = (moment - EPOCH) // _MICROSECOND
    if not EARLIEST <= instant < LATEST:
        raise ValueError(f"{text!r} lies outside the years 1900 to 8999")
    return instant


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

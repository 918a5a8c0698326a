"""Instants as text: every file, option and body takes the same times, with the same bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import inf
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
CALENDAR_BEGINS: Final = -62_135_596_800_000_000  # 0001-01-01
CALENDAR_ENDS: Final = 253_402_300_800_000_000  # 10000-01-01
EARLIEST: Final = -2_208_988_800_000_000  # 1900-01-01
LATEST: Final = 221_845_392_000_000_000  # 9000-01-01
"""Instants lie before it, so that a window, a term or a delay added to one stays a date."""


def instant_of(text: str, *, earliest: float = EARLIEST, latest: float = LATEST) -> int:
    """Read an ISO 8601 date or time as microseconds since 1970 UTC; without a zone it is UTC.

    Raises ValueError when the text is no such time, or one outside the years 1900 to 8999.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text[:60]!r} is not a time; ISO 8601 is wanted, such as 2024-05-01 "
            "or 2024-05-01T12:00:00Z"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - EPOCH
    instant = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    if not earliest <= instant < latest:
        raise ValueError(f"{text[:60]!r} lies outside the years 1900 to 8999")
    return instant


def unbounded_instant_of(text: str) -> int:
    """Read the same from whatever year, for a caller that says its own bounds."""
    return instant_of(text, earliest=-inf, latest=inf)


def text_of(instant: int) -> str:
    """Write microseconds since 1970 UTC as ISO 8601 with a `Z`: whole seconds, or microseconds.

    From the year 10000 on it is the last second of 9999. Raises OverflowError before the year 1.
    """
    if instant >= CALENDAR_ENDS:
        return "9999-12-31T23:59:59Z"
    seconds, fraction = divmod(instant, 1_000_000)
    day, rest = divmod(seconds, 86_400)
    minute, second = divmod(rest, 60)
    text = f"{_date_text(day)}{_MINUTES[minute]}{_SECONDS[second]}"
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
    return (EPOCH + timedelta(day)).date().isoformat()

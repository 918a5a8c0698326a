"""Instants as text: every file, option and body takes the same times, with the same bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
EARLIEST: Final = -2_208_988_800_000_000  # 1900-01-01
LATEST: Final = 221_845_392_000_000_000  # 9000-01-01
"""Instants lie before it, so that a window, a term or a delay added to one stays a date."""


def instant_of(text: str) -> int:
    """Read an ISO 8601 date or time as microseconds since 1970 UTC; without a zone it is UTC.

    Raises ValueError when the text is no such time, or one outside the years 1900 to 8999.
    """
    instant = unbounded_instant_of(text)
    if not EARLIEST <= instant < LATEST:
        raise ValueError(f"{text[:60]!r} lies outside the years 1900 to 8999")
    return instant


def unbounded_instant_of(text: str) -> int:
    """Read the same from whatever year, for a caller that says its own bounds."""
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
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds

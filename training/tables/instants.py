"""Instants as text and back: ISO 8601 on the outside, microseconds since 1970 UTC inside."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from detector import instants
from detector.errors import BadInput
from detector.instants import CALENDAR_BEGINS, CALENDAR_ENDS


def instant_of(text: str) -> int:
    """Microseconds since 1970 UTC of an ISO 8601 date or time; without a zone it is UTC.

    Raises BadInput for anything else, and outside the years 1900 to 8999.
    """
    try:
        return instants.instant_of(text)
    except ValueError as why:
        raise BadInput(str(why)) from None


def text_of(instant: int) -> str:
    """ISO 8601 in UTC: to the second, or to the microsecond where there is more to say."""
    if not CALENDAR_BEGINS <= instant < CALENDAR_ENDS:
        raise BadInput(f"{instant} microseconds since 1970 is no time of this calendar")
    return instants.text_of(instant)


_STEPS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_STEP_DIGITS_MAX: Final = 5
"""Steps up to 99,999 weeks: more than a calendar holds."""
_INSTANTS_MAX: Final = 100_000


def step_of(text: str) -> int:
    """Microseconds of a step such as 1d, 12h or 2w; BadInput for anything else."""
    number, unit = text[:-1], text[-1:]
    is_count = number.isascii() and number.isdigit() and len(number) <= _STEP_DIGITS_MAX
    if not (is_count and int(number) > 0 and unit in _STEPS):
        raise BadInput(f"{text[:60]!r} is not a step; say 1d, 12h or 1w")
    return int(number) * _STEPS[unit] // timedelta(microseconds=1)


def instants_between(first: str, last: str | None, every: str) -> list[int]:
    """Instants from `first` up to and with `last`, a step apart; `first` alone without `last`."""
    start, step = instant_of(first), step_of(every)
    if last is None:
        return [start]
    end = instant_of(last)
    if end < start:
        raise BadInput(f"{last} is before {first}: a range ends after it starts")
    if (end - start) // step >= _INSTANTS_MAX:
        raise BadInput(f"{first} to {last} every {every} is over {_INSTANTS_MAX:,} instants")
    return list(range(start, end + 1, step))

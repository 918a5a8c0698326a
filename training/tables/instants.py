"""Instants as text and back: ISO 8601 on the outside, microseconds since 1970 UTC inside."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np

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


Instant = str | int | date | np.datetime64
"""A time as Python users have it; `datetime` and pandas' `Timestamp` are dates."""
MICROSECONDS_MIN: Final = 10**14
"""Fewer microseconds since 1970 end before March 1973: they are seconds, milliseconds or days."""


TOO_FEW: Final = (
    "would lie before March 1973 as microseconds; multiply seconds by 1,000,000, or give datetimes "
    "or ISO 8601 texts"
)
TOO_MANY: Final = "would lie after the year 8999 as microseconds; divide nanoseconds by 1,000"
"""Why a number outside `MICROSECONDS_MIN` and the year 9000 is no time."""


def instant_given(when: Instant, name: str) -> int:
    """Microseconds since 1970 UTC of a text, date, datetime or number of microseconds.

    Without a zone it is UTC. Raises BadInput, which says the argument's `name`, for anything else.
    """
    if isinstance(when, int | np.integer) and not isinstance(when, bool):
        if not MICROSECONDS_MIN <= when < instants.LATEST:
            why_not = TOO_FEW if when < MICROSECONDS_MIN else TOO_MANY
            raise BadInput(f"{name}: {when} {why_not}")
        return int(when)
    if isinstance(when, date):
        when = when.isoformat()
    elif isinstance(when, np.datetime64):
        when = str(when)
    if not isinstance(when, str):
        kind = type(when).__name__
        raise BadInput(f"{name} is of type {kind}; a datetime, date or ISO 8601 text is wanted")
    try:
        return instants.instant_of(when)
    except ValueError as why:
        raise BadInput(f"{name}: {why}") from None


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

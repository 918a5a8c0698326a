"""Calendar rules in a policy's own time zone: the bucket of an instant and the next reset after it.

Only these two read a time zone. A duration such as `365d` never does.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from detector.rules.instants import EPOCH

_MICROSECOND: Final = timedelta(microseconds=1)

PERIODS: Final = ("day", "week", "month", "quarter", "half_year", "year")
RESETS: Final = (
    "next_day",
    "next_week",
    "next_month",
    "next_quarter",
    "next_half_year",
    "next_year",
    "first_monday_of_quarter",
    "last_monday_of_quarter",
    "anniversary",
)


@lru_cache(maxsize=32)
def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name; raises ZoneInfoNotFoundError when there is none."""
    return ZoneInfo(name)


def local_date(instant: int, tz: str) -> date:
    """Return the calendar date that people in `tz` have at an instant."""
    return (EPOCH + timedelta(microseconds=instant)).astimezone(zone_of(tz)).date()


def midnight_of(day: date, tz: str) -> int:
    """Return the instant at which a date begins in `tz`."""
    begins = datetime(day.year, day.month, day.day, tzinfo=zone_of(tz))
    return (begins.astimezone(UTC) - EPOCH) // _MICROSECOND


def bucket_of(instant: int, period: str, tz: str) -> date:
    """Return the first date of the period (`day` ... `year`) that an instant falls in."""
    return _start_of(local_date(instant, tz), period)


def reset_after(instant: int, rule: str, tz: str, anchor: int) -> int:
    """Return the first reset strictly after an instant, by a calendar rule of `RESETS`.

    `anchor` is where the seller's own year began; only `anniversary` reads it.
    """
    today = local_date(instant, tz)
    day = (
        _anniversary(today, local_date(anchor, tz)) if rule == "anniversary" else _NEXT[rule](today)
    )
    return midnight_of(day, tz)


def _start_of(day: date, period: str) -> date:
    if period == "day":
        return day
    if period == "week":
        return day - timedelta(days=day.weekday())
    months = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _months_later(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _anniversary(today: date, first: date) -> date:
    """Return the first yearly return of a date that is after it and after today."""
    after = max(today, first)
    day = _return_in(after.year, first)
    return day if day > after else _return_in(after.year + 1, first)


def _return_in(year: int, first: date) -> date:
    """Return a date's return in a year; 29 February returns on 1 March where there is none."""
    if (first.month, first.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return first.replace(year=year)


def _first_monday(first: date) -> date:
    return first + timedelta(days=-first.weekday() % 7)


def _last_monday(next_first: date) -> date:
    last = next_first - timedelta(days=1)
    return last - timedelta(days=last.weekday())


def _next_first_monday(day: date) -> date:
    quarter = _start_of(day, "quarter")
    reset = _first_monday(quarter)
    return reset if reset > day else _first_monday(_months_later(quarter, 3))


def _next_last_monday(day: date) -> date:
    quarter = _start_of(day, "quarter")
    reset = _last_monday(_months_later(quarter, 3))
    return reset if reset > day else _last_monday(_months_later(quarter, 6))


_NEXT: Final[dict[str, Callable[[date], date]]] = {
    "next_day": lambda day: day + timedelta(days=1),
    "next_week": lambda day: _start_of(day, "week") + timedelta(days=7),
    "next_month": lambda day: _months_later(_start_of(day, "month"), 1),
    "next_quarter": lambda day: _months_later(_start_of(day, "quarter"), 3),
    "next_half_year": lambda day: _months_later(_start_of(day, "half_year"), 6),
    "next_year": lambda day: _months_later(_start_of(day, "year"), 12),
    "first_monday_of_quarter": _next_first_monday,
    "last_monday_of_quarter": _next_last_monday,
}

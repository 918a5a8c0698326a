"""What a fault of the feed is, in a sentence that a person can act on."""

from __future__ import annotations

from typing import Final

from detector.durations import DAY_US
from detector.feed.faults import FaultKind, FeedFault
from detector.instants import text_of
from detector.nouns import counted


def sentence_of(fault: FeedFault) -> str:
    """What was found, when, and what was usual before; without a full stop."""
    value, usual = fault.value, fault.usual
    said: dict[FaultKind, str] = {
        "twins": f"{value:.0%} of the sellers' complaints share second, category and buyer with "
        f"another, usually {usual:.0%}: the feed may have come twice",
        "echoes": f"{value:.0%} of the sellers' complaints share category and buyer with another "
        f"{_apart(fault.lag)} apart, usually {usual:.0%}: the feed may have come twice",
        "repeats": f"{value:.0%} of the sellers' complaints share day, category and buyer with "
        f"another, usually {usual:.0%}: the feed may have come twice",
        "renamed_category": f"categories ended as others began: {_names(fault)}",
        "new_sellers": f"{value:.0%} of the sellers complained about were never seen before, "
        f"usually {usual:.0%}: sellers may have other ids",
        "moved_hours": f"complaints are dated {abs(value):.0f} {_hours(value)}, which may be a "
        "time zone",
        "backlog": f"{value:.0%} of the complaints are dated within one hour, usually at most "
        f"{usual:.0%}: a backlog may have been dated by its arrival",
        "category_missing": f"complaints of {_names(fault)} are missing: {value:.0%} of the usual "
        "are there",
        "complaints_missing": _of_missing(fault),
        "orders_missing": f"only {value:.0%} of the usual orders are there",
    }
    return f"{days_of(fault)}: {said[fault.kind]}"


def _of_missing(fault: FeedFault) -> str:
    value = fault.value
    if fault.spread == "sellers":
        return (
            f"only {value:.0%} of the usual complaints are there, and some {1 - value:.0%} of the "
            "sellers have none: a part of the feed may be missing"
        )
    if fault.spread == "alike":
        return (
            f"complaints fell to {value:.0%} of the usual in all sellers alike: a part of the feed "
            "may be missing"
        )
    return f"only {value:.0%} of the usual complaints are there"


def days_of(fault: FeedFault) -> str:
    """The days of a fault, such as 2024-05-01 or 2024-05-01 to 2024-05-03."""
    first, last = (text_of(day * DAY_US)[:10] for day in (fault.first_day, fault.last_day))
    return first if first == last else f"{first} to {last}"


def _apart(seconds: int) -> str:
    """A lag such as 37 minutes."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            return counted(seconds // length, unit)
    return counted(seconds, "second")


_SHOWN: Final = 4
"""Names shown at most: a feed may rename hundreds."""


def _names(fault: FeedFault) -> str:
    shown = ", ".join(name[:60] for name in fault.names[:_SHOWN])
    more = len(fault.names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _hours(value: float) -> str:
    unit = "hour" if abs(value) == 1 else "hours"
    return f"{unit} {'later' if value > 0 else 'earlier'} than before"

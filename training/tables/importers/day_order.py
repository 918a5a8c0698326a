"""Days written 7/29/2013 or 29/7/2013: the whole column says which number is the month."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from detector.errors import BadInput
from detector.instants import EPOCH, MICROSECOND, text_of

_SLASHED: Final = re.compile(
    r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4})"
    r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?)?\s*",
    re.ASCII,
)
_MONTHS: Final = 12


class DayOrder(NamedTuple):
    """Which of the first two numbers of a date is the day."""

    day_first: bool

    def rewritten(self, text: str) -> str:
        """The same time as ISO 8601; what is no such time stays as it is."""
        found = _SLASHED.fullmatch(text)
        if found is None:
            return text
        first, _, second, year, hour, minute, second_of_minute, half = found.groups()
        day, month = (first, second) if self.day_first else (second, first)
        try:
            moment = datetime(
                int(year), int(month), int(day), _hour(hour, half), int(minute or 0),
                int(second_of_minute or 0), tzinfo=UTC,
            )  # fmt: skip
        except ValueError:
            return text
        return text_of((moment - EPOCH) // MICROSECOND)


def is_slashed(text: str) -> bool:
    """Whether a text is a time whose date is written with the year last."""
    return _SLASHED.fullmatch(text) is not None


def date_part(text: str) -> str | None:
    """The date of a time that is written with the year last; None of any other text."""
    found = _SLASHED.fullmatch(text)
    return None if found is None else found[2].join((found[1], found[3], found[4]))


def day_order_of(where: str, texts: Iterable[str]) -> DayOrder | None:
    """The order that all texts of a column allow; None where none is written like this.

    Raises BadInput, naming `where`, if the column holds both orders, or could be read in either.
    """
    day_first = month_first = doubtful = None
    for text in texts:
        found = _SLASHED.fullmatch(text)
        if found is None:
            continue
        first, second = int(found[1]), int(found[3])
        if first > _MONTHS >= second:
            day_first = day_first or text
        elif second > _MONTHS >= first:
            month_first = month_first or text
        elif first > _MONTHS:
            continue  # no date in either order: its row is refused when it is read
        elif first == second:
            doubtful = doubtful or ""
        else:
            doubtful = text
    if day_first and month_first:
        raise BadInput(
            f"{where} mixes two orders: {day_first!r} begins with the day, {month_first!r} with "
            "the month; write ISO 8601, such as 2013-07-29"
        )
    if doubtful and not (day_first or month_first):
        raise BadInput(
            f"{where}: {doubtful!r} may begin with the day or with the month, and no row of the "
            "column tells; write ISO 8601, such as 2013-07-29"
        )
    if day_first is month_first is doubtful is None:
        return None
    return DayOrder(day_first=month_first is None)


def _hour(hour: str | None, half: str | None) -> int:
    number = int(hour or 0)
    if half is None:
        return number
    if not 1 <= number <= _MONTHS:
        raise ValueError("an hour of half a day")
    return number % 12 + (12 if half.casefold() == "pm" else 0)

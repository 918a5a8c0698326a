"""Compiled reading of the smallest parts of a log: words, spaces, texts and instants."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from detector.compiled import compiled, inner
from detector.rules.instants import NEVER
from service.rules_quick.fields import Bytes, Ints

_IS_PLAIN: Final = np.array([32 <= n <= 126 and n not in (34, 92) for n in range(256)])
_PRIME: Final = 1_099_511_628_211
_SEED: Final = 1_469_598_103_934_665_603
_DAY_US: Final = 86_400_000_000


@compiled
def mark_of(log: Bytes, begin: int, end: int) -> int:
    """Hash a text (FNV-1a, 64 bits)."""
    mark: Any = _SEED
    for place in range(begin, end):
        mark = (mark ^ np.int64(log[place])) * _PRIME
    return mark ^ (mark >> 29)


@inner
def is_at(log: Bytes, begin: int, length: int, held: Bytes, first: int) -> bool:
    """Tell whether a word of a known length begins at a place."""
    n = 0
    while n < length and held[first + n] == log[begin + n]:
        n += 1
    return n == length


@inner
def word_of(log: Bytes, begin: int, end: int, held: Bytes, begins: Ints) -> int:
    """Return the number of a word, or -1."""
    found = -1
    for number in range(len(begins) - 1):
        first, length = begins[number], begins[number + 1] - begins[number]
        if length == end - begin and is_at(log, begin, length, held, first):
            found = number
            break
    return found


@inner
def past_space(log: Bytes, place: int) -> int:
    """Return the first place that is no space."""
    while log[place] == 32 or log[place] == 9 or log[place] == 13:
        place += 1
    return place


@inner
def end_of_text(log: Bytes, place: int) -> int:
    """Return where the quote is that ends a plain text; -1 for a text that is not plain."""
    while _IS_PLAIN[log[place]]:
        place += 1
    return place if log[place] == 34 else -1


@inner
def _digits(log: Bytes, place: int, count: int) -> int:
    """Read so many digits; a large negative number when one of them is none."""
    number: Any = 0
    for n in range(place, place + count):
        digit = np.int64(log[n]) - 48
        number = number * 10 + digit if 0 <= digit <= 9 else -1_000_000_000_000
    return number


@inner
def _clock_of(log: Bytes, begin: int, end: int) -> int:
    """Read `hh:mm:ss`, with three or six more digits or none, as microseconds; -1 if unusual."""
    hour, minute = _digits(log, begin, 2), _digits(log, begin + 3, 2)
    second, fraction = _digits(log, begin + 6, 2), 0
    if end - begin == 15 and log[begin + 8] == 46:
        fraction = _digits(log, begin + 9, 6)
    elif end - begin == 12 and log[begin + 8] == 46:
        fraction = _digits(log, begin + 9, 3) * 1000
    elif end - begin != 8:
        fraction = -1
    is_usual = 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and fraction >= 0
    is_usual = is_usual and log[begin + 2] == 58 and log[begin + 5] == 58
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction if is_usual else -1


@inner
def _zone_of(log: Bytes, end: int) -> int:
    """Read `+hh:mm` or `-hh:mm` as microseconds; NEVER if unusual."""
    hours, minutes = _digits(log, end - 5, 2), _digits(log, end - 2, 2)
    if log[end - 3] != 58 or not (0 <= hours < 24 and 0 <= minutes < 60):
        return NEVER
    shift = (hours * 60 + minutes) * 60_000_000
    return -shift if log[end - 6] == 45 else shift


@inner
def _day_of(log: Bytes, begin: int) -> int:
    """Read `YYYY-MM-DD` as days since 1970 (a year begins in March here); NEVER if unusual."""
    year, month = _digits(log, begin, 4), _digits(log, begin + 5, 2)
    day = _digits(log, begin + 8, 2)
    longest = 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31
    if month == 2:
        is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        longest = 29 if is_leap else 28
    is_usual = 1901 <= year < 8999 and 1 <= month <= 12 and 1 <= day <= longest
    if not is_usual or log[begin + 4] != 45 or log[begin + 7] != 45:
        return NEVER
    if month <= 2:
        year -= 1
    since_march = month - 3 if month > 2 else month + 9
    era, of_era = year // 400, year % 400
    of_year = (153 * since_march + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@inner
def instant_of(log: Bytes, begin: int, end: int) -> int:
    """Read `YYYY-MM-DDThh:mm:ss[.fff[fff]]` with `Z`, `+hh:mm` or no zone; NEVER if unusual."""
    if end - begin < 19 or log[begin + 10] != 84:
        return NEVER
    shift = 0
    if log[end - 1] == 90:
        end -= 1
    elif end - begin >= 25 and (log[end - 6] == 43 or log[end - 6] == 45):
        shift = _zone_of(log, end)
        end -= 6
    day, clock = _day_of(log, begin), _clock_of(log, begin + 11, end)
    if shift == NEVER or day == NEVER or clock < 0:
        return NEVER
    return day * _DAY_US + clock - shift

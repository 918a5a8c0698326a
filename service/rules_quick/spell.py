"""Compiled spelling: numbers, instants, names and the ids of sanctions as bytes.

Each function writes at a place and returns the place after what it wrote.
"""

from __future__ import annotations

from typing import Final

from detector.compiled import inner
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.entries import sanction_at, tier_at
from service.rules_quick.fields import Bytes, Ints

_DAY_US: Final = 86_400_000_000
_PAST_9999: Final = 253_402_300_800_000_000
_LAST_SECOND, _ = f.words_of(("9999-12-31T23:59:59Z",))


@inner
def put(out: Bytes, place: int, held: Bytes, begin: int, end: int) -> int:
    """Write a part of other bytes."""
    for n in range(begin, end):
        out[place] = held[n]
        place += 1
    return place


@inner
def name(out: Bytes, place: int, log: Bytes, text: int) -> int:
    """Write a text of the log."""
    begin = text >> f.LENGTH_BITS
    return put(out, place, log, begin, begin + (text & ((1 << f.LENGTH_BITS) - 1)))


@inner
def number(out: Bytes, place: int, number: int) -> int:
    """Write a whole number."""
    if number < 0:
        out[place] = 45
        place, number = place + 1, -number
    size = 1
    while number >= size * 10:
        size *= 10
    while size:
        out[place] = 48 + number // size % 10
        place, size = place + 1, size // 10
    return place


@inner
def padded(out: Bytes, place: int, number: int, width: int) -> int:
    """Write a number with zeros before it."""
    for n in range(width):
        out[place + width - 1 - n] = 48 + number % 10
        number //= 10
    return place + width


@inner
def instant(out: Bytes, place: int, instant: int) -> int:
    """Write microseconds UTC as ISO 8601 with a `Z`; past year 9999, its last second."""
    if instant >= _PAST_9999:
        return put(out, place, _LAST_SECOND, 0, 20)
    day, clock = instant // _DAY_US, instant % _DAY_US
    shifted = day + 719_468
    era, of_era = shifted // 146_097, shifted % 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    since_march = (5 * of_year + 2) // 153
    month = since_march + 3 if since_march < 10 else since_march - 9
    year += era * 400 + (month <= 2)
    place = padded(out, place, year, 4)
    out[place] = 45
    place = padded(out, place + 1, month, 2)
    out[place] = 45
    place = padded(out, place + 1, of_year - (153 * since_march + 2) // 5 + 1, 2)
    out[place] = 84
    second, fraction = clock // 1_000_000, clock % 1_000_000
    place = padded(out, place + 1, second // 3_600, 2)
    out[place] = 58
    place = padded(out, place + 1, second // 60 % 60, 2)
    out[place] = 58
    place = padded(out, place + 1, second % 60, 2)
    if fraction:
        out[place] = 46
        place = padded(out, place + 1, fraction, 6)
    out[place] = 90
    return place + 1


@inner
def sanction_id(
    out: Bytes, place: int, log: Bytes, book: Ints, names: Bytes, account: int, sanction: int
) -> int:
    """Write a sanction's id: account, tier, serial and the steps that took its place."""
    root, depth = sanction, 0
    while book[sanction_at(book, root) + b.REPLACES] >= 0:
        root = book[sanction_at(book, root) + b.REPLACES]
        depth += 1
    tier = tier_at(book, book[sanction_at(book, root) + b.TIER])
    place = name(out, place, log, account)
    out[place] = 47
    place = put(out, place + 1, names, book[tier + b.NAME], book[tier + b.NAME_END])
    out[place] = 47
    place = number(out, place + 1, book[sanction_at(book, root) + b.SERIAL])
    for level in range(depth - 1, -1, -1):
        one = sanction
        for _ in range(level):
            one = book[sanction_at(book, one) + b.REPLACES]
        out[place] = 47
        step = book[sanction_at(book, one) + b.STEP] - book[tier + b.STEP_FIRST]
        place = number(out, place + 1, step)
    return place


@inner
def is_issued(
    log: Bytes, rows: Ints, book: Ints, names: Bytes, account: int, row: int, out: Bytes
) -> bool:
    """Tell whether the sanction that a row names was issued; `out` is scratch."""
    text = rows[row, f.REFERENCE]
    begin, length = text >> f.LENGTH_BITS, text & ((1 << f.LENGTH_BITS) - 1)
    found = False
    for sanction in range(book[b.N_SANCTIONS]):
        if found or sanction_id(out, 0, log, book, names, account, sanction) != length:
            continue
        n = 0
        while n < length and out[n] == log[begin + n]:
            n += 1
        found = n == length
    return found

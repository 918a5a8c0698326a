"""The compiled scan: from the bytes of a log to columns, one pass, no objects.

It knows the usual spelling of an event and nothing else. A line with anything unusual (an escape, a
letter outside ASCII, a foreign field, a time written otherwise, an empty text, ...) is marked `ODD`
and read by `service.rules_log`, which alone refuses lines: the scan never does.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from detector.compiled import compiled, inner
from detector.rules.instants import NEVER
from service.rules_quick import fields
from service.rules_quick.fields import Bytes, Ints

# Numba takes globals as constants.
_KEYS, _KEY_BEGINS = fields.words_of(fields.KEYS)
_KINDS, _KIND_BEGINS = fields.words_of(fields.KINDS)
_OUTCOMES, _OUTCOME_BEGINS = fields.words_of(fields.OUTCOMES)
_ACTORS, _ACTOR_BEGINS = fields.words_of(fields.ACTORS)
_SIDES, _SIDE_BEGINS = fields.words_of(fields.SIDES)
_COLUMNS: Final = np.array(list(fields.COLUMN_OF.values()), dtype=np.int64)
_NEEDED: Final = fields.NEEDED
_NULLABLE, _OPTIONAL, _EMPTY = fields.NULLABLE, fields.OPTIONAL, fields.EMPTY
_KIND, _HELD, _HELD_COUNT = fields.KIND, fields.HELD, fields.HELD_COUNT
_OUTCOME, _ACTOR, _SIDE, _VIOLATION = fields.OUTCOME, fields.ACTOR, fields.SIDE, fields.VIOLATION
_FIRST_TIME, _LAST_TIME = fields.RECORDED, fields.NOTIFIED
_FIRST_TEXT, _LAST_TEXT, _MARK = fields.ID, fields.REFERENCE, fields.MARK
_BITS, _LONGEST = fields.LENGTH_BITS, (1 << fields.LENGTH_BITS) - 1

_IS_PLAIN: Final = np.array([32 <= n <= 126 and n not in (34, 92) for n in range(256)])

_PRIME: Final = 1_099_511_628_211
_SEED: Final = 1_469_598_103_934_665_603
_DAY_US: Final = 86_400_000_000
_EVIDENCE_MAX: Final = 16
_KEYS_MAX: Final = 32


@compiled
def mark_of(log: Bytes, begin: int, end: int) -> int:
    """Hash a text (FNV-1a, 64 bits)."""
    mark = _SEED
    for place in range(begin, end):
        mark = (mark ^ np.int64(log[place])) * _PRIME
    return mark ^ (mark >> 29)


@inner
def _is_at(log: Bytes, begin: int, length: int, held: Bytes, first: int) -> bool:
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
        if length == end - begin and _is_at(log, begin, length, held, first):
            found = number
            break
    return found


@inner
def _past_space(log: Bytes, place: int) -> int:
    while log[place] == 32 or log[place] == 9 or log[place] == 13:
        place += 1
    return place


@inner
def _end_of_text(log: Bytes, place: int) -> int:
    """Return where the quote is that ends a plain text; -1 for a text that is not plain."""
    while _IS_PLAIN[log[place]]:
        place += 1
    return place if log[place] == 34 else -1


@inner
def _digits(log: Bytes, place: int, count: int) -> int:
    """Read so many digits; a large negative number when one of them is none."""
    number = 0
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
def _zone_of(log: Bytes, begin: int, end: int) -> int:
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
def _instant_of(log: Bytes, begin: int, end: int) -> int:
    """Read `YYYY-MM-DDThh:mm:ss[.fff[fff]]` with `Z`, `+hh:mm` or no zone; NEVER if unusual."""
    if end - begin < 19 or log[begin + 10] != 84:
        return NEVER
    shift = 0
    if log[end - 1] == 90:
        end -= 1
    elif end - begin >= 25 and (log[end - 6] == 43 or log[end - 6] == 45):
        shift = _zone_of(log, begin, end)
        end -= 6
    day, clock = _day_of(log, begin), _clock_of(log, begin + 11, end)
    if shift == NEVER or day == NEVER or clock < 0:
        return NEVER
    return day * _DAY_US + clock - shift


@inner
def _evidence(log: Bytes, place: int, row: Ints, known: Bytes, known_begins: Ints) -> int:
    """Read a list of kinds of evidence; return the place after it, or -1."""
    marks = np.empty(_EVIDENCE_MAX, dtype=np.int64)
    count, held = 0, 0
    place = _past_space(log, place + 1)
    while log[place] == 34:
        end = _end_of_text(log, place + 1)
        if end < 0 or count == _EVIDENCE_MAX:
            break
        number = word_of(log, place + 1, end, known, known_begins)
        if number >= 0:
            held |= 1 << number
        mark, is_again = mark_of(log, place + 1, end), False
        for n in range(count):
            is_again = is_again or marks[n] == mark
        if not is_again:
            marks[count] = mark
            count += 1
        place = _past_space(log, end + 1)
        if log[place] != 44:
            break
        place = _past_space(log, place + 1)
        if log[place] != 34:
            place = 0
            break
    row[_HELD], row[_HELD_COUNT] = held, count
    return place + 1 if place and log[place] == 93 else -1


@inner
def _text(
    log: Bytes, begin: int, end: int, column: int, row: Ints, words: Bytes, begins: Ints
) -> bool:
    """Keep a text in its column; False when it is not what that column calls for."""
    is_usual = True
    if _FIRST_TEXT <= column <= _LAST_TEXT:
        row[column] = begin << _BITS | (end - begin)
        row[column + _MARK] = mark_of(log, begin, end)
        is_usual = end - begin <= _LONGEST
    elif _FIRST_TIME <= column <= _LAST_TIME:
        row[column] = _instant_of(log, begin, end)
        is_usual = row[column] != NEVER
    elif column == _VIOLATION:
        row[column] = word_of(log, begin, end, words, begins)
    elif column != -1:
        if column == _KIND:
            number = word_of(log, begin, end, _KINDS, _KIND_BEGINS)
        elif column == _OUTCOME:
            number = word_of(log, begin, end, _OUTCOMES, _OUTCOME_BEGINS)
        elif column == _ACTOR:
            number = word_of(log, begin, end, _ACTORS, _ACTOR_BEGINS)
        elif column == _SIDE:
            number = word_of(log, begin, end, _SIDES, _SIDE_BEGINS)
        else:
            number = -1
        row[column] = number
        is_usual = number >= 0
    return is_usual


@inner
def _line(
    log: Bytes,
    place: int,
    row: Ints,
    guess: Ints,
    words: Bytes,
    begins: Ints,
    known: Bytes,
    known_begins: Ints,
) -> int:
    """Read one line; return the place of the newline that ends it, or -1 for an odd one."""
    seen, filled, number = 0, 0, 0
    if log[place] != 123:
        return -1
    while number < _KEYS_MAX:
        place = _past_space(log, place + 1)
        end = _end_of_text(log, place + 1) if log[place] == 34 else -1
        if end < 0:
            return -1
        key, first = guess[number], _KEY_BEGINS[guess[number]]
        length = _KEY_BEGINS[key + 1] - first
        if length != end - place - 1 or not _is_at(log, place + 1, length, _KEYS, first):
            key = word_of(log, place + 1, end, _KEYS, _KEY_BEGINS)
        if key < 0 or (seen >> key) & 1:
            return -1
        guess[number] = key
        seen |= 1 << key
        place = _past_space(log, end + 1)
        if log[place] != 58:
            return -1
        place = _past_space(log, place + 1)
        column, letter = _COLUMNS[key], log[place]
        if letter == 34:
            end = _end_of_text(log, place + 1)
            if end <= place + 1 or column < -1 or column == _HELD:
                return -1
            if not _text(log, place + 1, end, column, row, words, begins):
                return -1
            filled |= 1 << key
            place = end + 1
        elif letter == 91 and column == _HELD:
            place = _evidence(log, place, row, known, known_begins)
            if place < 0:
                return -1
        elif letter == 110 and (_NULLABLE >> key) & 1:
            if log[place + 1] != 117 or log[place + 2] != 108 or log[place + 3] != 108:
                return -1
            if _FIRST_TIME <= column <= _LAST_TIME:
                row[column] = NEVER
            place += 4
        elif column == -2 and 49 <= letter <= 57:
            end = place + 1
            while 48 <= log[end] <= 57 and end - place < 9:
                end += 1
            filled |= 1 << key
            place = end
        else:
            return -1
        number += 1
        place = _past_space(log, place)
        if log[place] != 44:
            break
    if log[place] != 125:
        return -1
    place = _past_space(log, place + 1)
    return place if log[place] == 10 and _is_whole(row[_KIND], row[_OUTCOME], seen, filled) else -1


@inner
def _is_whole(kind: int, outcome: int, seen: int, filled: int) -> bool:
    """Tell whether a line has the fields of its kind, no other, and an outcome of its kind."""
    needed = _NEEDED[kind]
    beyond = seen & ~needed
    if kind == fields.VERDICT:
        is_usual = not beyond & ~_OPTIONAL and not beyond & filled & _EMPTY
        is_usual = is_usual and outcome <= fields.UNFOUNDED
    else:
        is_usual = beyond == 0
        if kind == fields.DECIDED:
            is_usual = is_usual and outcome >= fields.GRANTED
        if kind == fields.CREDIT:
            is_usual = is_usual and filled & needed == needed
    return is_usual and kind > 0 and seen & needed == needed


@compiled
def scan(
    log: Bytes,
    begin: int,
    stop: int,
    rows: Ints,
    words: Bytes,
    begins: Ints,
    known: Bytes,
    known_begins: Ints,
) -> int:
    """Read the lines of `log[begin:stop]` into rows, which hold zeros; return how many lines.

    `log[stop - 1]` is a newline. `words` are the violations that the policy names, `known` the
    kinds of evidence.
    """
    guess = np.zeros(_KEYS_MAX, dtype=np.int64)
    place, number = begin, 0
    while place < stop:
        row = rows[number]
        first = _past_space(log, place)
        row[fields.BEGIN] = place
        end = first
        if log[first] != 10:
            end = _line(log, first, row, guess, words, begins, known, known_begins)
        if end < 0:
            row[_KIND] = fields.ODD
            end = first
            while log[end] != 10:
                end += 1
        place = end + 1
        number += 1
    return number


@compiled
def lines_in(log: Bytes, begin: int, stop: int) -> int:
    """Count the lines of a part of a log."""
    count = 0
    for place in range(begin, stop):
        count += log[place] == 10
    return count

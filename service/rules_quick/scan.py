"""The compiled scan: from the bytes of a log to columns, one pass, no objects.

It knows the usual spelling of an event and nothing else. A line with anything unusual (an escape, a
letter outside ASCII, a foreign field, a time written otherwise, an empty text, ...) is marked `ODD`
and read by `service.rules_log`, which alone refuses lines: the scan never does.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from detector.compiled import compiled, inner
from detector.rules.instants import NEVER
from service.rules_quick import fields
from service.rules_quick.fields import Bytes, Ints
from service.rules_quick.reading import (
    end_of_text,
    instant_of,
    is_at,
    mark_of,
    past_space,
    word_of,
)

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


_EVIDENCE_MAX: Final = 16
_KEYS_MAX: Final = 32


@inner
def _evidence(
    log: Bytes, place: int, row: Ints, marks: Ints, known: Bytes, known_begins: Ints
) -> int:
    """Read a list of kinds of evidence; return the place after it, or -1. `marks` is scratch."""
    count, held = 0, 0
    place = past_space(log, place + 1)
    while log[place] == 34:
        end = end_of_text(log, place + 1)
        if end < 0 or count == len(marks):
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
        place = past_space(log, end + 1)
        if log[place] != 44:
            break
        place = past_space(log, place + 1)
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
        row[column] = instant_of(log, begin, end)
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
def _key(log: Bytes, begin: int, end: int, guess: int) -> int:
    """Return the number of a key, tried first as the one guessed, or -1."""
    first = _KEY_BEGINS[guess]
    length = _KEY_BEGINS[guess + 1] - first
    if length == end - begin and is_at(log, begin, length, _KEYS, first):
        return guess
    return word_of(log, begin, end, _KEYS, _KEY_BEGINS)


@inner
def _number(log: Bytes, place: int, row: Ints) -> int:
    """Read a whole number of at most nine digits, not 0; return the place after it."""
    points: Any = 0
    for _ in range(9):
        if not 48 <= log[place] <= 57:
            break
        points = points * 10 + np.int64(log[place]) - 48
        place += 1
    row[_HELD] = points
    return place


@inner
def _null(log: Bytes, place: int, key: int, column: int, row: Ints) -> int:
    """Read a null where one may be; return the place after it, or -1."""
    is_usual = (_NULLABLE >> key) & 1 == 1
    is_usual = is_usual and log[place + 1] == 117
    is_usual = is_usual and log[place + 2] == 108 and log[place + 3] == 108
    if is_usual and _FIRST_TIME <= column <= _LAST_TIME:
        row[column] = NEVER
    return place + 4 if is_usual else -1


@inner
def _value(
    log: Bytes,
    place: int,
    key: int,
    row: Ints,
    marks: Ints,
    words: Bytes,
    begins: Ints,
    known: Bytes,
    known_begins: Ints,
) -> int:
    """Read the value of a key into its column; return the place after it, or -1."""
    column, letter = _COLUMNS[key], log[place]
    after = -1
    if letter == 34:
        end = end_of_text(log, place + 1)
        if end > place + 1 and column >= -1 and column != _HELD:
            is_usual = _text(log, place + 1, end, column, row, words, begins)
            after = end + 1 if is_usual else -1
    elif letter == 91 and column == _HELD:
        after = _evidence(log, place, row, marks, known, known_begins)
    elif letter == 110:
        after = _null(log, place, key, column, row)
    elif column == -2 and 49 <= letter <= 57:
        after = _number(log, place, row)
    return after


@inner
def _line(
    log: Bytes,
    place: int,
    row: Ints,
    guess: Ints,
    marks: Ints,
    words: Bytes,
    begins: Ints,
    known: Bytes,
    known_begins: Ints,
) -> int:
    """Read one line; return the place of the newline that ends it, or -1 for an odd one."""
    seen, number = 0, 0
    filled: Any = 0
    if log[place] != 123:
        return -1
    while number < _KEYS_MAX:
        place = past_space(log, place + 1)
        end = end_of_text(log, place + 1) if log[place] == 34 else -1
        key = _key(log, place + 1, end, guess[number]) if end >= 0 else -1
        if key < 0 or (seen >> key) & 1:
            return -1
        guess[number] = key
        seen |= 1 << key
        place = past_space(log, end + 1)
        if log[place] != 58:
            return -1
        place = past_space(log, place + 1)
        filled |= np.int64(log[place] != 110) << key
        place = _value(log, place, key, row, marks, words, begins, known, known_begins)
        if place < 0:
            return -1
        number += 1
        place = past_space(log, place)
        if log[place] != 44:
            break
    if log[place] != 125:
        return -1
    place = past_space(log, place + 1)
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

    Columns of a row that are not of the scan become -1.
    `log[stop - 1]` is a newline. `words` are the violations that the policy names, `known` the
    kinds of evidence.
    """
    guess = np.zeros(_KEYS_MAX, dtype=np.int64)
    marks = np.zeros(_EVIDENCE_MAX, dtype=np.int64)
    place, number = begin, 0
    while place < stop:
        row = rows[number]
        first = past_space(log, place)
        row[fields.BEGIN] = place
        for column in range(fields.COLUMNS, len(row)):
            row[column] = -1
        end = first
        if log[first] != 10:
            end = _line(log, first, row, guess, marks, words, begins, known, known_begins)
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

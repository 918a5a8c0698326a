"""The compiled writer: a seller's ledger as the JSON text that `service.ledger_text` writes."""

from __future__ import annotations

from typing import Final

import numpy as np

from detector.compiled import compiled, inner
from detector.rules.instants import NEVER
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.fields import Bytes, Ints
from service.rules_quick.settle import (
    entry_at,
    is_standing,
    pair_at,
    points_of,
    rung_at,
    sanction_at,
    tier_at,
)
from service.rules_quick.take import take

_PARTS: Final = (
    *(', "', '": {"balance": ', ', "level": ', ', "status": "', '", "entries": [', "]}"),
    *('], "sanctions": [', '{"id": "', '", "points": ', ', "opened_at": "', '", "expires_at": "'),
    *('", "state": "', '", "grounds": ["', '", "', '"]}', ", ", '", "kind": "'),
    *('", "issued_at": "', '", "ends_at": ', "null", '"', ', "state": "', '", "because": ['),
    *("standing", "expired", "spent", "reversed", "in_force", "served", "voided", "stayed"),
    *("active", "warned", "suspended", "removed", "/"),
)
_NEXT, _BALANCE, _LEVEL, _STATUS, _ENTRIES, _DONE, _SANCTIONS, _ID, _POINTS = range(9)
_OPENED, _EXPIRES, _STATE, _GROUNDS, _AND, _END, _COMMA, _KIND = range(9, 17)
_ISSUED, _ENDS, _NULL, _QUOTE, _SANCTION_STATE, _BECAUSE = range(17, 23)
_STANDING, _EXPIRED, _SPENT, _REVERSED = range(23, 27)
_IN_FORCE, _SERVED, _VOIDED, _STAYED = range(27, 31)
_ACTIVE, _WARNED, _SUSPENDED, _REMOVED, _SLASH = range(31, 36)
_WORDS, _BEGINS = f.words_of(_PARTS)
_DAY_US: Final = 86_400_000_000
_PAST_9999: Final = 253_402_300_800_000_000
_LAST_SECOND, _ = f.words_of(("9999-12-31T23:59:59Z",))


@inner
def _put(out: Bytes, place: int, held: Bytes, begin: int, end: int) -> int:
    for n in range(begin, end):
        out[place] = held[n]
        place += 1
    return place


@inner
def _say(out: Bytes, place: int, part: int) -> int:
    return _put(out, place, _WORDS, _BEGINS[part], _BEGINS[part + 1])


@inner
def _name(out: Bytes, place: int, log: Bytes, text: int) -> int:
    begin = text >> f.LENGTH_BITS
    return _put(out, place, log, begin, begin + (text & ((1 << f.LENGTH_BITS) - 1)))


@inner
def _number(out: Bytes, place: int, number: int) -> int:
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
def _padded(out: Bytes, place: int, number: int, width: int) -> int:
    for n in range(width):
        out[place + width - 1 - n] = 48 + number % 10
        number //= 10
    return place + width


@inner
def _instant(out: Bytes, place: int, instant: int) -> int:
    """Write microseconds UTC as ISO 8601 with a `Z`; past year 9999, its last second."""
    if instant >= _PAST_9999:
        return _put(out, place, _LAST_SECOND, 0, 20)
    day, clock = instant // _DAY_US, instant % _DAY_US
    shifted = day + 719_468
    era, of_era = shifted // 146_097, shifted % 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    since_march = (5 * of_year + 2) // 153
    month = since_march + 3 if since_march < 10 else since_march - 9
    year += era * 400 + (month <= 2)
    place = _padded(out, place, year, 4)
    out[place] = 45
    place = _padded(out, place + 1, month, 2)
    out[place] = 45
    place = _padded(out, place + 1, of_year - (153 * since_march + 2) // 5 + 1, 2)
    out[place] = 84
    second, fraction = clock // 1_000_000, clock % 1_000_000
    place = _padded(out, place + 1, second // 3_600, 2)
    out[place] = 58
    place = _padded(out, place + 1, second // 60 % 60, 2)
    out[place] = 58
    place = _padded(out, place + 1, second % 60, 2)
    if fraction:
        out[place] = 46
        place = _padded(out, place + 1, fraction, 6)
    out[place] = 90
    return place + 1


@inner
def _entry(out: Bytes, place: int, log: Bytes, rows: Ints, book: Ints, entry: int) -> int:
    one, as_of = entry_at(book, entry), book[b.AS_OF]
    state, points = _STANDING, book[one + b.POINTS]
    if not is_standing(rows, book, entry):
        state, points = _REVERSED, points_of(rows, book, entry, False, True)
    elif as_of >= book[one + b.ENDS]:
        state = _EXPIRED if book[one + b.DUE] <= book[one + b.SPENT] else _SPENT
    place = _name(out, _say(out, place, _ID), log, rows[book[one + b.ROW], f.ID])
    place = _number(out, _say(out, place, _POINTS), points)
    place = _instant(out, _say(out, place, _OPENED), book[one + b.OPENED])
    place = _instant(out, _say(out, place, _EXPIRES), book[one + b.DUE])
    place = _say(out, _say(out, place, _STATE), state)
    place = _say(out, place, _GROUNDS)
    ground = book[one + b.ROW]
    while ground >= 0:
        if ground != book[one + b.ROW]:
            place = _say(out, place, _AND)
        place = _name(out, place, log, rows[ground, f.ID])
        ground = rows[ground, b.NEXT]
    return _say(out, place, _END)


@inner
def _state_of(book: Ints, sanction: int) -> int:
    one, as_of = sanction_at(book, sanction), book[b.AS_OF]
    state = _STAYED if book[one + b.WAS_STAYED] == 1 or book[one + b.STAY] <= as_of else _IN_FORCE
    if book[one + b.TERM] <= as_of:
        state = _SERVED
    return _VOIDED if book[one + b.VOIDED] <= as_of else state


@inner
def _sanction_id(
    out: Bytes, place: int, book: Ints, sanction: int, tiers: Bytes, begins: Ints
) -> int:
    """Write the end of a sanction's id: tier, serial and the steps that took its place."""
    root = sanction
    depth = 0
    while book[sanction_at(book, root) + b.REPLACES] >= 0:
        root = book[sanction_at(book, root) + b.REPLACES]
        depth += 1
    tier = book[sanction_at(book, root) + b.TIER]
    place = _put(out, _say(out, place, _SLASH), tiers, begins[tier], begins[tier + 1])
    place = _number(out, _say(out, place, _SLASH), book[sanction_at(book, root) + b.SERIAL])
    for level in range(depth - 1, -1, -1):
        one = sanction
        for _ in range(level):
            one = book[sanction_at(book, one) + b.REPLACES]
        step = book[sanction_at(book, one) + b.STEP] - book[tier_at(book, tier) + b.STEP_FIRST]
        place = _number(out, _say(out, place, _SLASH), step)
    return place


@inner
def _sanction(
    out: Bytes,
    place: int,
    log: Bytes,
    rows: Ints,
    book: Ints,
    name: int,
    sanction: int,
    tiers: Bytes,
    tier_begins: Ints,
    actions: Bytes,
    action_begins: Ints,
) -> int:
    one = sanction_at(book, sanction)
    place = _name(out, _say(out, place, _ID), log, name)
    place = _sanction_id(out, place, book, sanction, tiers, tier_begins)
    step = book[one + b.STEP]
    place = _say(out, place, _KIND)
    place = _put(out, place, actions, action_begins[step], action_begins[step + 1])
    place = _instant(out, _say(out, place, _ISSUED), book[one + b.ISSUED])
    place = _say(out, place, _ENDS)
    if book[one + b.TERM] == NEVER:
        place = _say(out, place, _NULL)
    else:
        place = _say(out, _instant(out, _say(out, place, _QUOTE), book[one + b.TERM]), _QUOTE)
    place = _say(out, _say(out, place, _SANCTION_STATE), _state_of(book, sanction))
    place = _say(out, place, _BECAUSE)
    is_first = True
    for pair in range(book[one + b.FIRST], book[one + b.END]):
        if book[pair_at(book, pair) + b.BECAUSE] == 1:
            if not is_first:
                place = _say(out, place, _COMMA)
            is_first = False
            row = book[entry_at(book, book[pair_at(book, pair) + b.COVERED]) + b.ROW]
            place = _name(out, _say(out, place, _QUOTE), log, rows[row, f.ID])
            place = _say(out, place, _QUOTE)
    return _say(out, place, _DONE)


@inner
def _status(book: Ints, level: int) -> int:
    """Return the worst status that a sanction gives its seller at the instant told."""
    worst = _ACTIVE
    for sanction in range(book[b.N_SANCTIONS]):
        one = sanction_at(book, sanction)
        state = _state_of(book, sanction)
        if book[one + b.CREATED] > book[b.AS_OF] or (state != _IN_FORCE and state != _STAYED):
            continue
        step = rung_at(book, book[one + b.STEP])
        action = book[step + b.ACTION] if state == _IN_FORCE else book[step + b.STAY_TO]
        status = _ACTIVE
        if action == b.REMOVE:
            status = _REMOVED
        elif action == b.SUSPEND:
            status = _SUSPENDED
        elif action == b.OTHERWISE:
            is_reached = (
                book[one + b.TERM] != NEVER
                or level >= book[tier_at(book, book[one + b.TIER]) + b.AT]
            )
            status = _WARNED if is_reached else _ACTIVE
        worst = max(worst, status)
    return worst


@inner
def _in_order(book: Ints, of_entries: bool, order: Ints) -> int:
    """Put what is known at the instant told in order of its beginning; return how many."""
    count = 0
    begin = b.OPENED if of_entries else b.ISSUED
    known = b.OPENED if of_entries else b.CREATED
    for n in range(book[b.N_ENTRIES] if of_entries else book[b.N_SANCTIONS]):
        number = n if of_entries else book[book[b.ORDER] + n]
        page = entry_at(book, number) if of_entries else sanction_at(book, number)
        if book[page + known] > book[b.AS_OF]:
            continue
        place = count
        while place > 0:
            before = order[place - 1]
            other = entry_at(book, before) if of_entries else sanction_at(book, before)
            if book[other + begin] <= book[page + begin]:
                break
            order[place] = before
            place -= 1
        order[place] = number
        count += 1
    return count


@inner
def _seller(
    out: Bytes,
    place: int,
    log: Bytes,
    rows: Ints,
    book: Ints,
    name: int,
    order: Ints,
    tiers: Bytes,
    tier_begins: Ints,
    actions: Bytes,
    action_begins: Ints,
) -> int:
    """Write one seller, a comma first."""
    owed = 0
    for entry in range(book[b.N_ENTRIES]):
        one = entry_at(book, entry)
        if book[one + b.OPENED] <= book[b.AS_OF] < book[one + b.ENDS]:
            owed += book[one + b.POINTS]
    balance = min(book[b.CEILING], max(book[b.FLOOR], book[b.START] - owed))
    place = _name(out, _say(out, place, _NEXT), log, name)
    place = _number(out, _say(out, place, _BALANCE), balance)
    place = _number(out, _say(out, place, _LEVEL), max(0, owed))
    place = _say(out, _say(out, place, _STATUS), _status(book, max(0, owed)))
    place = _say(out, place, _ENTRIES)
    for n in range(_in_order(book, True, order)):
        place = _say(out, place, _COMMA) if n else place
        place = _entry(out, place, log, rows, book, order[n])
    place = _say(out, place, _SANCTIONS)
    for n in range(_in_order(book, False, order)):
        place = _say(out, place, _COMMA) if n else place
        place = _sanction(
            out, place, log, rows, book, name, order[n], tiers, tier_begins, actions, action_begins
        )
    return _say(out, place, _DONE)


@compiled
def tell(
    log: Bytes,
    rows: Ints,
    book: Ints,
    events: Ints,
    begins: Ints,
    sellers: Ints,
    names: Ints,
    longest: int,
    ends: Ints,
    tiers: Bytes,
    tier_begins: Ints,
    actions: Bytes,
    action_begins: Ints,
) -> Bytes:
    """Fold sellers one after the other and write them; `ends[n]` is where the n-th's text ends.

    `events[begins[s]:begins[s + 1]]` are the rows of seller s, `names` their names, `longest` the
    length of the longest name. An end of -1 (minus the place) says that the pages did not suffice.
    """
    out = np.empty(1 << 20, dtype=np.uint8)
    order = np.empty(book[b.SANCTIONS_MAX] + book[b.ENTRIES_MAX] + 2, dtype=np.int64)
    place = 0
    for n in range(len(sellers)):
        seller = sellers[n]
        take(log, rows, book, events, begins[seller], begins[seller + 1])
        if book[b.OVERFLOW]:
            ends[n] = -place - 1
            continue
        texts = begins[seller + 1] - begins[seller] + book[b.N_PAIRS]
        room = texts * (longest + 300) + book[b.N_SANCTIONS] * (longest + 500) + longest + 400
        if place + room > len(out):
            wider = np.empty(max(2 * len(out), place + room), dtype=np.uint8)
            wider[:place] = out[:place]
            out = wider
        place = _seller(
            out,
            place,
            log,
            rows,
            book,
            names[seller],
            order,
            tiers,
            tier_begins,
            actions,
            action_begins,
        )
        ends[n] = place
    return out[:place]

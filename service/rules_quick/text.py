"""The compiled writer: a seller's ledger as the JSON text that `service.ledger_text` writes."""

from __future__ import annotations

from typing import Final

import numpy as np

from detector.compiled import compiled, inner
from detector.rules.instants import NEVER
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.entries import (
    entry_at,
    is_standing,
    level_at,
    pair_at,
    points_of,
    rung_at,
    sanction_at,
    tier_at,
)
from service.rules_quick.fields import Bytes, Ints
from service.rules_quick.spell import instant, name, number, put, sanction_id
from service.rules_quick.take import take

_PARTS: Final = (
    *(', "', '": {"balance": ', ', "level": ', ', "status": "', '", "entries": [', "]}"),
    *('], "sanctions": [', '{"id": "', '", "points": ', ', "opened_at": "', '", "expires_at": "'),
    *('", "state": "', '", "grounds": ["', '", "', '"]}', ", ", '", "kind": "'),
    *('", "issued_at": "', '", "ends_at": ', "null", '"', ', "state": "', '", "because": ['),
    *("standing", "expired", "spent", "reversed", "in_force", "served", "voided", "stayed"),
    *("active", "warned", "suspended", "removed"),
)
_NEXT, _BALANCE, _LEVEL, _STATUS, _ENTRIES, _DONE, _SANCTIONS, _ID, _POINTS = range(9)
_OPENED, _EXPIRES, _STATE, _GROUNDS, _AND, _END, _COMMA, _KIND = range(9, 17)
_ISSUED, _ENDS, _NULL, _QUOTE, _SANCTION_STATE, _BECAUSE = range(17, 23)
_STANDING, _EXPIRED, _SPENT, _REVERSED = range(23, 27)
_IN_FORCE, _SERVED, _VOIDED, _STAYED = range(27, 31)
_ACTIVE, _WARNED, _SUSPENDED, _REMOVED = range(31, 35)
_WORDS, _BEGINS = f.words_of(_PARTS)


@inner
def _say(out: Bytes, place: int, part: int) -> int:
    return put(out, place, _WORDS, _BEGINS[part], _BEGINS[part + 1])


@inner
def _entry(out: Bytes, place: int, log: Bytes, rows: Ints, book: Ints, entry: int) -> int:
    one, as_of = entry_at(book, entry), book[b.AS_OF]
    state, points = _STANDING, book[one + b.POINTS]
    if not is_standing(rows, book, entry):
        state, points = _REVERSED, points_of(rows, book, entry, False, True)
    elif as_of >= book[one + b.ENDS]:
        state = _EXPIRED if book[one + b.DUE] <= book[one + b.SPENT] else _SPENT
    place = name(out, _say(out, place, _ID), log, rows[book[one + b.ROW], f.ID])
    place = number(out, _say(out, place, _POINTS), points)
    place = instant(out, _say(out, place, _OPENED), book[one + b.OPENED])
    place = instant(out, _say(out, place, _EXPIRES), book[one + b.DUE])
    place = _say(out, _say(out, place, _STATE), state)
    place = _say(out, place, _GROUNDS)
    ground = book[one + b.ROW]
    while ground >= 0:
        if ground != book[one + b.ROW]:
            place = _say(out, place, _AND)
        place = name(out, place, log, rows[ground, f.ID])
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
def _because(out: Bytes, place: int, log: Bytes, rows: Ints, book: Ints, sanction: int) -> int:
    """Write the entries that a sanction covers."""
    one, count = sanction_at(book, sanction), 0
    for pair in range(book[one + b.FIRST], book[one + b.END]):
        if book[pair_at(book, pair) + b.BECAUSE] == 1:
            place = _say(out, place, _COMMA) if count else place
            row = book[entry_at(book, book[pair_at(book, pair) + b.COVERED]) + b.ROW]
            place = name(out, _say(out, place, _QUOTE), log, rows[row, f.ID])
            place = _say(out, place, _QUOTE)
            count += 1
    return place


@inner
def _sanction(
    out: Bytes,
    place: int,
    log: Bytes,
    rows: Ints,
    book: Ints,
    names: Bytes,
    account: int,
    sanction: int,
) -> int:
    one = sanction_at(book, sanction)
    place = sanction_id(out, _say(out, place, _ID), log, book, names, account, sanction)
    step = rung_at(book, book[one + b.STEP])
    place = _say(out, place, _KIND)
    place = put(out, place, names, book[step + b.NAME_OF_ACTION], book[step + b.ACTION_END])
    place = instant(out, _say(out, place, _ISSUED), book[one + b.ISSUED])
    place = _say(out, place, _ENDS)
    if book[one + b.TERM] == NEVER:
        place = _say(out, place, _NULL)
    else:
        place = _say(out, instant(out, _say(out, place, _QUOTE), book[one + b.TERM]), _QUOTE)
    place = _say(out, _say(out, place, _SANCTION_STATE), _state_of(book, sanction))
    place = _because(out, _say(out, place, _BECAUSE), log, rows, book, sanction)
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
            at = book[tier_at(book, book[one + b.TIER]) + b.AT]
            status = _WARNED if book[one + b.TERM] != NEVER or level >= at else _ACTIVE
        worst = max(worst, status)
    return worst


@inner
def _in_order(book: Ints, of_entries: bool, order: Ints) -> int:
    """Put what is known at the instant told in order of its beginning; return how many."""
    count = 0
    begin = b.OPENED if of_entries else b.ISSUED
    known = b.OPENED if of_entries else b.CREATED
    for n in range(book[b.N_ENTRIES] if of_entries else book[b.N_SANCTIONS]):
        which = n if of_entries else book[book[b.ORDER] + n]
        page = entry_at(book, which) if of_entries else sanction_at(book, which)
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
        order[place] = which
        count += 1
    return count


@inner
def _seller(
    out: Bytes,
    place: int,
    log: Bytes,
    rows: Ints,
    book: Ints,
    names: Bytes,
    account: int,
    order: Ints,
) -> int:
    """Write one seller, a comma first."""
    owed = level_at(rows, book, book[b.AS_OF], False, book[b.AS_OF])
    balance = min(book[b.CEILING], max(book[b.FLOOR], book[b.START] - owed))
    place = name(out, _say(out, place, _NEXT), log, account)
    place = number(out, _say(out, place, _BALANCE), balance)
    place = number(out, _say(out, place, _LEVEL), max(0, owed))
    place = _say(out, _say(out, place, _STATUS), _status(book, max(0, owed)))
    place = _say(out, place, _ENTRIES)
    for n in range(_in_order(book, True, order)):
        place = _say(out, place, _COMMA) if n else place
        place = _entry(out, place, log, rows, book, order[n])
    place = _say(out, place, _SANCTIONS)
    for n in range(_in_order(book, False, order)):
        place = _say(out, place, _COMMA) if n else place
        place = _sanction(out, place, log, rows, book, names, account, order[n])
    return _say(out, place, _DONE)


@compiled
def tell(
    log: Bytes,
    rows: Ints,
    book: Ints,
    events: Ints,
    begins: Ints,
    sellers: Ints,
    accounts: Ints,
    names: Bytes,
    longest: int,
    ends: Ints,
) -> Bytes:
    """Fold sellers one after the other and write them; `ends[n]` is where the n-th's text ends.

    `events[begins[s]:begins[s + 1]]` are the rows of seller s, `accounts` their ids, `names`
    those of the policy, `longest` the length of the longest text. An end below
    0 (of the text before it, minus 1) says that the pages did not suffice.
    """
    out = np.empty(1 << 20, dtype=np.uint8)
    scratch = np.empty((1 << f.LENGTH_BITS) + len(names) + 400, dtype=np.uint8)
    order = np.empty(book[b.SANCTIONS_MAX] + book[b.ENTRIES_MAX] + 2, dtype=np.int64)
    place = 0
    for n in range(len(sellers)):
        seller = sellers[n]
        account, begin, end = accounts[seller], begins[seller], begins[seller + 1]
        take(log, rows, book, names, account, events, begin, end, scratch)
        if book[b.OVERFLOW]:
            ends[n] = -place - 1
            continue
        texts = end - begin + book[b.N_PAIRS]
        room = texts * (longest + 300) + book[b.N_SANCTIONS] * (longest + 500) + longest + 400
        if place + room > len(out):
            wider = np.empty(max(2 * len(out), place + room), dtype=np.uint8)
            put(wider, 0, out, 0, place)
            out = wider
        place = _seller(out, place, log, rows, book, names, account, order)
        ends[n] = place
    return out[:place]

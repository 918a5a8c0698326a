"""The compiled fold of one seller's events: verdicts, appeals and the decisions on them.

As `settle`, it says what `detector.rules.fold` says, event by event; a refusal is a number here.
"""

from __future__ import annotations

from detector.compiled import inner
from detector.rules.instants import NEVER
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.entries import (
    advance,
    entry_at,
    grant,
    level_now,
    points_of,
    recount,
    violation_at,
)
from service.rules_quick.fields import Bytes, Ints
from service.rules_quick.firings import fire
from service.rules_quick.intern import same_text
from service.rules_quick.reviews import review, update_stays
from service.rules_quick.spell import is_issued


@inner
def is_same_text(log: Bytes, rows: Ints, one: int, other: int, column: int) -> bool:
    """Tell whether two rows have the same text in a column."""
    if rows[one, column + f.MARK] != rows[other, column + f.MARK]:
        return False
    return same_text(log, rows[one, column], rows[other, column])


@inner
def is_gate_met(rows: Ints, book: Ints, row: int, violation: int) -> bool:
    """Tell whether a verdict has the evidence that its violation asks for."""
    rule = violation_at(book, violation)
    if rows[row, f.HELD_COUNT] < book[rule + b.ITEMS]:
        return False
    is_met = book[rule + b.GROUP_FIRST] == book[rule + b.GROUP_END]
    for n in range(book[rule + b.GROUP_FIRST], book[rule + b.GROUP_END]):
        group = book[book[b.GROUPS] + n]
        is_met = is_met or rows[row, f.HELD] & group == group
    return is_met


@inner
def is_too_old(rows: Ints, book: Ints, row: int, violation: int) -> bool:
    """Tell whether the conduct lies outside the limitation: decided too long after it."""
    age = rows[row, f.DECIDED_AT] - rows[row, f.INCIDENT]
    return age >= book[violation_at(book, violation) + b.LIMIT]


@inner
def _entry_for(log: Bytes, rows: Ints, book: Ints, row: int) -> int:
    """Return the entry of a verdict's order, without an order of its complaint; or -1."""
    by_order = rows[row, f.ORDER] != 0
    for entry in range(book[b.N_ENTRIES]):
        one = entry_at(book, entry)
        if (book[one + b.BY_ORDER] == 1) != by_order:
            continue
        if by_order and is_same_text(log, rows, row, book[one + b.ROW], f.ORDER):
            return entry
        if not by_order and rows[row, b.CASE] == rows[book[one + b.ROW], b.CASE]:
            return entry
    return -1


@inner
def charge(log: Bytes, rows: Ints, book: Ints, row: int, violation: int) -> None:
    """Open an entry for an upheld verdict, or let it join the one that its order already has."""
    now, entry = rows[row, f.RECORDED], _entry_for(log, rows, book, row)
    rows[row, b.NEXT] = -1
    if entry < 0:
        entry = book[b.N_ENTRIES]
        book[b.N_ENTRIES] += 1
        one = entry_at(book, entry)
        book[one + b.ROW] = book[one + b.LAST] = row
        book[one + b.KIND], book[one + b.BY_ORDER] = violation, rows[row, f.ORDER] != 0
        book[one + b.OPENED] = rows[row, f.DECIDED_AT]
        book[one + b.DUE] = book[one + b.ENDS] = (
            book[one + b.OPENED] + book[violation_at(book, violation) + b.EXPIRES]
        )
        book[one + b.SPENT], book[one + b.COUNTED], book[one + b.COVERS] = NEVER, 0, -1
        book[one + b.POINTS] = book[violation_at(book, violation) + b.CHARGE]
    else:
        one = entry_at(book, entry)
        rows[book[one + b.LAST], b.NEXT] = row
        book[one + b.LAST] = row
        book[one + b.POINTS] = points_of(rows, book, entry, False, False)
    rows[row, b.ENTRY] = entry
    recount(book, entry, now)


@inner
def strike(rows: Ints, book: Ints, ground: int, now: int) -> None:
    """Let a verdict stop standing as a ground; the sanctions are yet to be reviewed."""
    rows[ground, b.STANDING], rows[ground, b.PENDING] = 0, -1
    book[b.N_PENDING] -= rows[ground, b.IS_PENDING]
    rows[ground, b.IS_PENDING] = 0
    entry = rows[ground, b.ENTRY]
    if entry >= 0:
        book[entry_at(book, entry) + b.POINTS] = points_of(rows, book, entry, False, False)
        recount(book, entry, now)


@inner
def reverse(rows: Ints, book: Ints, ground: int, now: int) -> None:
    """Let a verdict stop standing as a ground, and review the sanctions."""
    strike(rows, book, ground, now)
    if rows[ground, b.ENTRY] >= 0:
        review(rows, book, rows[ground, b.ENTRY], now)


@inner
def is_superseded(log: Bytes, rows: Ints, row: int, earlier: int) -> bool:
    """Tell whether a verdict names the one that stands on its complaint."""
    if earlier < 0 or rows[earlier, f.ID + f.MARK] != rows[row, f.REFERENCE + f.MARK]:
        return False
    return same_text(log, rows[earlier, f.ID], rows[row, f.REFERENCE])


@inner
def verdict(log: Bytes, rows: Ints, book: Ints, row: int) -> int:
    """Accept a person's verdict, or return why it is refused."""
    now = rows[row, f.RECORDED]
    rows[row, f.DECIDED_AT] = min(rows[row, f.DECIDED_AT], now)
    if rows[row, f.DECIDED_AT] < rows[row, f.REPORTED]:
        return b.TOO_EARLY
    case = rows[row, b.CASE]
    earlier = rows[case, b.CURRENT]
    fallen = earlier if rows[row, f.REFERENCE] else -1
    if rows[row, f.REFERENCE] and not is_superseded(log, rows, row, earlier):
        return b.SUPERSEDES_NOTHING
    if fallen < 0 <= earlier and rows[earlier, b.REOPENED] != 1:
        rows[row, b.OTHER] = earlier
        return b.ALREADY_DECIDED
    violation = rows[row, f.VIOLATION] if rows[row, f.OUTCOME] == f.UPHELD else -1
    if violation >= 0 and not is_gate_met(rows, book, row, violation):
        return b.LACKS
    rows[case, b.CURRENT] = row
    rows[row, b.ACCEPTED] = rows[row, b.STANDING] = 1
    rows[row, b.APPEALS] = rows[row, b.IS_PENDING] = 0
    advance(book, now)
    if violation < 0 or is_too_old(rows, book, row, violation):
        if fallen >= 0:
            reverse(rows, book, fallen, now)
        return b.NOT_REFUSED
    before, entries_before = level_now(rows, book, now), book[b.N_LIVE]
    if fallen >= 0:
        strike(rows, book, fallen, now)
    charge(log, rows, book, row, violation)
    fire(rows, book, before, entries_before, now)
    if fallen >= 0 and rows[fallen, b.ENTRY] >= 0:
        review(rows, book, rows[fallen, b.ENTRY], now)
    elif book[b.N_PENDING]:
        update_stays(rows, book, now)
    return b.NOT_REFUSED


@inner
def appeal(rows: Ints, book: Ints, row: int) -> int:
    """Admit an appeal that is in time, the first, and by whom the verdict went against."""
    ground = rows[row, b.TARGET]
    if rows[ground, b.ACCEPTED] != 1:
        return b.NO_VERDICT
    if rows[ground, b.STANDING] != 1:
        return b.STANDS_NO_MORE
    if (rows[row, f.SIDE] == f.SELLER) != (rows[ground, f.OUTCOME] == f.UPHELD):
        return b.WON
    notified, window = rows[row, f.NOTIFIED], book[b.WINDOW]
    is_limited = window != NEVER and notified != NEVER
    begin = max(notified, rows[ground, f.DECIDED_AT])
    if is_limited and rows[row, f.RECORDED] >= begin + window:
        return b.TOO_LATE
    if rows[ground, b.APPEALS] >= book[b.APPEALS_MAX]:
        return b.APPEALED
    if rows[ground, b.PENDING] >= 0:
        rows[row, b.OTHER] = rows[ground, b.PENDING]
        return b.STILL_OPEN
    rows[ground, b.APPEALS] += 1
    rows[ground, b.PENDING] = row
    rows[row, b.OF_APPEAL] = ground
    if rows[row, f.SIDE] == f.SELLER:
        advance(book, rows[row, f.RECORDED])
        rows[ground, b.IS_PENDING] = 1
        book[b.N_PENDING] += 1
        update_stays(rows, book, rows[row, f.RECORDED])
    return b.NOT_REFUSED


@inner
def appeal_decided(rows: Ints, book: Ints, row: int) -> int:
    """Grant or deny an appeal. Granted to a complainant, it opens the complaint again."""
    now = rows[row, f.RECORDED]
    ground = rows[rows[row, b.TARGET], b.OF_APPEAL]
    if ground < 0:
        return b.NO_APPEAL
    if rows[ground, b.PENDING] != rows[row, b.TARGET]:
        return b.CLOSED
    advance(book, now)
    if rows[row, f.OUTCOME] == f.DENIED:
        rows[ground, b.PENDING] = -1
        book[b.N_PENDING] -= rows[ground, b.IS_PENDING]
        rows[ground, b.IS_PENDING] = 0
        update_stays(rows, book, now)
    else:
        rows[ground, b.REOPENED] = rows[ground, f.OUTCOME] != f.UPHELD
        reverse(rows, book, ground, now)
    return b.NOT_REFUSED


@inner
def take(
    log: Bytes,
    rows: Ints,
    book: Ints,
    names: Bytes,
    account: int,
    events: Ints,
    begin: int,
    end: int,
    out: Bytes,
) -> None:
    """Take in one seller's events, in the order recorded; why one is refused goes to WHY.

    `out` is scratch for the id of a sanction.
    """
    for place in range(b.N_ENTRIES, b.OVERFLOW + 1):
        book[place] = 0
    for place in range(begin, end):
        row = events[place]
        kind = rows[row, f.KIND]
        if kind == f.VERDICT:
            why = verdict(log, rows, book, row)
        elif kind == f.APPEAL:
            why = appeal(rows, book, row)
        elif kind == f.DECIDED:
            why = appeal_decided(rows, book, row)
        elif kind == f.CREDIT:
            advance(book, rows[row, f.RECORDED])
            why = grant(rows, book, row)
        else:
            is_known = is_issued(log, rows, book, names, account, row, out)
            why = b.NOT_REFUSED if is_known else b.NAMES_NOTHING
        rows[row, b.WHY] = why

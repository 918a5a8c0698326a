"""The compiled fold of one seller, its entries and its level: `detector.rules` in numbers.

It says for the policies that `tables_of` knows what the pure fold says, which is the definition: a
law compares the two to the byte over random logs and policies. The functions have the names of
those they stand for in `detector.rules` (`entry`, `tally`, `account`).
"""

from __future__ import annotations

from detector.compiled import inner
from detector.rules.instants import NEVER
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.fields import Ints


@inner
def entry_at(book: Ints, entry: int) -> int:
    """Return where an entry's page begins."""
    return book[b.ENTRIES] + entry * b.ENTRY_SIZE


@inner
def sanction_at(book: Ints, sanction: int) -> int:
    """Return where a sanction's page begins."""
    return book[b.SANCTIONS] + sanction * b.SANCTION_SIZE


@inner
def pair_at(book: Ints, pair: int) -> int:
    """Return where the page of a covered entry begins."""
    return book[b.PAIRS] + pair * b.PAIR_SIZE


@inner
def violation_at(book: Ints, violation: int) -> int:
    """Return where a violation's page begins."""
    return book[b.VIOLATIONS] + violation * b.VIOLATION_SIZE


@inner
def tier_at(book: Ints, tier: int) -> int:
    """Return where a tier's page begins."""
    return book[b.TIERS] + tier * b.TIER_SIZE


@inner
def rung_at(book: Ints, step: int) -> int:
    """Return where the page of a ladder's step begins."""
    return book[b.STEPS] + step * b.STEP_SIZE


@inner
def points_of(rows: Ints, book: Ints, entry: int, hypothetical: bool, charged: bool) -> int:
    """Return what an entry's standing grounds cost; `charged`: what all its grounds cost.

    `hypothetical` leaves out the grounds under a pending appeal.
    """
    rule = book[violation_at(book, book[entry_at(book, entry) + b.KIND]) + b.COUNT_AS]
    points, found = 0, False
    ground = book[entry_at(book, entry) + b.ROW]
    while ground >= 0:
        counts = charged or rows[ground, b.STANDING] == 1
        if counts and not (hypothetical and rows[ground, b.IS_PENDING] == 1):
            cost = book[violation_at(book, rows[ground, f.VIOLATION]) + b.CHARGE]
            if rule == b.SUM:
                points += cost
            elif not found or (rule == b.MAX and cost > points):
                points = cost
            found = True
        ground = rows[ground, b.NEXT]
    return points


@inner
def is_standing(rows: Ints, book: Ints, entry: int) -> bool:
    """Tell whether a ground of an entry still stands."""
    ground, stands = book[entry_at(book, entry) + b.ROW], False
    while ground >= 0 and not stands:
        stands = rows[ground, b.STANDING] == 1
        ground = rows[ground, b.NEXT]
    return stands


@inner
def recount(book: Ints, entry: int, now: int) -> None:
    """Bring the running level up to date after an entry changed."""
    one = entry_at(book, entry)
    points = book[one + b.POINTS] if book[one + b.OPENED] <= now < book[one + b.ENDS] else 0
    before = book[one + b.COUNTED]
    if points == before:
        return
    book[one + b.COUNTED] = points
    book[b.RAW] += points - before
    if before == 0:
        book[book[b.LIVE] + book[b.N_LIVE]] = entry
        book[b.N_LIVE] += 1
    elif points == 0:
        kept = 0
        for n in range(book[b.N_LIVE]):
            if book[book[b.LIVE] + n] != entry:
                book[book[b.LIVE] + kept] = book[book[b.LIVE] + n]
                kept += 1
        book[b.N_LIVE] = kept


@inner
def advance(book: Ints, now: int) -> None:
    """Let everything end that ends at or before now."""
    n = 0
    while n < book[b.N_LIVE]:
        entry = book[book[b.LIVE] + n]
        if book[entry_at(book, entry) + b.ENDS] <= now:
            recount(book, entry, now)
        else:
            n += 1


@inner
def settle(book: Ints, entry: int) -> None:
    """Take an entry's ends again from the sanctions that cover it."""
    one, spent = entry_at(book, entry), NEVER
    pair = book[one + b.COVERS]
    while pair >= 0:
        if book[pair_at(book, pair) + b.COVER] == 1:
            sanction = sanction_at(book, book[pair_at(book, pair) + b.SANCTION])
            if book[sanction + b.VOIDED] >= book[sanction + b.TERM]:
                spent = min(spent, book[sanction + b.TERM])
        pair = book[pair_at(book, pair) + b.FOLLOWING]
    book[one + b.SPENT] = spent
    book[one + b.ENDS] = min(book[one + b.DUE], spent)


@inner
def cover(book: Ints, sanction: int, entry: int) -> None:
    """Let a sanction rest on an entry and, if it spends and ends, pay for it."""
    if book[b.N_PAIRS] >= book[b.PAIRS_MAX]:
        book[b.OVERFLOW] = 1
        return
    step = book[sanction_at(book, sanction) + b.STEP]
    pair = book[b.N_PAIRS]
    book[b.N_PAIRS] += 1
    one = pair_at(book, pair)
    book[one + b.SANCTION], book[one + b.COVERED], book[one + b.BECAUSE] = sanction, entry, 1
    book[one + b.COVER] = (
        book[sanction_at(book, sanction) + b.TERM] != NEVER and book[rung_at(book, step) + b.SPENDS]
    )
    book[one + b.FOLLOWING] = book[entry_at(book, entry) + b.COVERS]
    book[entry_at(book, entry) + b.COVERS] = pair
    book[sanction_at(book, sanction) + b.END] = pair + 1


@inner
def level_at(rows: Ints, book: Ints, instant: int, hypothetical: bool, granted_by: int) -> int:
    """Return the level at any instant, as known now, less the credits granted by an instant."""
    level, units = 0, book[b.UNITS]
    for entry in range(book[b.N_ENTRIES]):
        one = entry_at(book, entry)
        points = 0
        if book[one + b.OPENED] <= instant < book[one + b.ENDS]:
            points = book[one + b.POINTS]
            if hypothetical and points:
                points = points_of(rows, book, entry, True, False)
        book[units + entry] = points
        level += points
    for credit in range(book[b.N_CREDITS]):
        one = book[b.CREDITS] + credit * b.CREDIT_SIZE
        left = book[one + b.GIVEN] if book[one + b.GRANTED] <= granted_by else 0
        for pin in range(book[one + b.FIRST_PIN], book[one + b.END_PIN]):
            place = units + book[book[b.PINS] + pin]
            taken = min(book[place], left)
            book[place] -= taken
            left -= taken
            level -= taken
    return level


@inner
def level_now(rows: Ints, book: Ints, now: int) -> int:
    """Return the level at the instant that the book was advanced to."""
    return level_at(rows, book, now, False, now) if book[b.N_CREDITS] else book[b.RAW]


@inner
def grant(rows: Ints, book: Ints, row: int) -> int:
    """Give points back, as far as something counts that they can be taken off."""
    now = rows[row, f.RECORDED]
    for credit in range(book[b.N_CREDITS]):
        granted = book[book[b.CREDITS] + credit * b.CREDIT_SIZE + b.GRANTED]
        if now - granted < book[b.COOLDOWN]:
            return b.NOT_CREDITED
    level = level_at(rows, book, now, False, now)
    one = book[b.CREDITS] + book[b.N_CREDITS] * b.CREDIT_SIZE
    book[b.N_CREDITS] += 1
    book[one + b.GRANTED] = now
    book[one + b.GIVEN] = min(rows[row, f.HELD], book[b.POINTS_MAX], level)
    book[one + b.FIRST_PIN] = book[b.N_PINS]
    for entry in range(book[b.N_ENTRIES]):
        if book[book[b.UNITS] + entry] > 0:
            if book[b.N_PINS] >= book[b.PINS_MAX]:
                book[b.OVERFLOW] = 1
                break
            book[book[b.PINS] + book[b.N_PINS]] = entry
            book[b.N_PINS] += 1
    book[one + b.END_PIN] = book[b.N_PINS]
    return b.NOT_REFUSED

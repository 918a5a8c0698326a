"""The compiled fold of one seller: what `detector.rules.firing` says, in numbers."""

from __future__ import annotations

from detector.compiled import inner
from detector.rules.instants import NEVER
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.entries import (
    cover,
    entry_at,
    level_now,
    rung_at,
    sanction_at,
    settle,
    tier_at,
)
from service.rules_quick.fields import Ints


@inner
def incident_of(rows: Ints, book: Ints, entry: int) -> int:
    """Return when the conduct behind an entry happened, not after its report."""
    row = book[entry_at(book, entry) + b.ROW]
    return min(rows[row, f.INCIDENT], rows[row, f.REPORTED])


@inner
def earlier_firings(
    book: Ints, tier: int, now: int, before: int, hypothetical: bool
) -> tuple[int, int]:
    """Count a tier's remembered firings up to (not with) `before`; and when the last was issued.

    `hypothetical` leaves out those marked as falling in `GONE`.
    """
    lookback = book[tier_at(book, tier) + b.LOOKBACK]
    since = -NEVER if lookback == NEVER else now - lookback
    count, last = 0, -NEVER
    for place in range(book[b.N_SANCTIONS]):
        number = book[book[b.ORDER] + place]
        if number == before:
            break
        one = sanction_at(book, number)
        counts = book[one + b.TIER] == tier and book[one + b.VOIDED] == NEVER
        counts = counts and book[one + b.ISSUED] > since
        if counts and not (hypothetical and book[one + b.GONE] == 1):
            count += 1
            last = book[one + b.ISSUED]
    return count, last


@inner
def new_sanction(book: Ints, tier: int, step: int, issued: int, created: int) -> int:
    """Write a sanction that covers nothing yet; it takes no place in the order yet."""
    number = book[b.N_SANCTIONS]
    one = sanction_at(book, number)
    duration = book[rung_at(book, step) + b.DURATION]
    book[one + b.TIER], book[one + b.STEP], book[one + b.ISSUED], book[one + b.CREATED] = (
        tier,
        step,
        issued,
        created,
    )
    book[one + b.TERM] = NEVER if duration == NEVER else issued + duration
    book[one + b.VOIDED], book[one + b.REPLACES], book[one + b.SERIAL] = NEVER, -1, 0
    book[one + b.FIRST] = book[one + b.END] = book[b.N_PAIRS]
    book[one + b.STAY], book[one + b.WAS_STAYED], book[one + b.GONE] = NEVER, 0, 0
    return number


@inner
def issue(rows: Ints, book: Ints, tier: int, now: int) -> None:
    """Issue the sanction of a tier's firing, dated now, covering what counts now."""
    if book[b.N_SANCTIONS] >= book[b.SANCTIONS_MAX]:
        book[b.OVERFLOW] = 1
        return
    first = book[tier_at(book, tier) + b.STEP_FIRST]
    count, last = earlier_firings(book, tier, now, -1, False)
    steps = min(count, book[tier_at(book, tier) + b.STEP_END] - first - 1)
    while steps > 0 and book[rung_at(book, first + steps) + b.NEEDS]:
        is_met = False
        for n in range(book[b.N_LIVE]):
            is_met = is_met or incident_of(rows, book, book[book[b.LIVE] + n]) > last
        if is_met:
            break
        steps -= 1
    serial = 1
    for place in range(book[b.N_SANCTIONS]):
        one = sanction_at(book, place)
        serial += book[one + b.TIER] == tier and book[one + b.REPLACES] < 0
    number = new_sanction(book, tier, first + steps, now, now)
    book[sanction_at(book, number) + b.SERIAL] = serial
    book[book[b.ORDER] + number] = number
    book[b.N_SANCTIONS] += 1
    for n in range(book[b.N_LIVE]):
        cover(book, number, book[book[b.LIVE] + n])
    for n in range(book[b.N_LIVE]):
        settle(book, book[book[b.LIVE] + n])


@inner
def is_terminated(book: Ints) -> bool:
    """Tell whether an irreversible sanction stands."""
    found = False
    for number in range(book[b.N_SANCTIONS]):
        one = sanction_at(book, number)
        found = found or (
            book[one + b.VOIDED] == NEVER and book[rung_at(book, book[one + b.STEP]) + b.FINAL] == 1
        )
    return found


@inner
def fire(rows: Ints, book: Ints, before: int, entries_before: int, now: int) -> None:
    """Issue the sanctions of every tier that was crossed upwards by an event."""
    after = level_now(rows, book, now)
    if after <= before and book[b.N_LIVE] <= entries_before:
        return
    for tier in range(book[b.TIER_COUNT]):
        if before < book[tier_at(book, tier) + b.AT] <= after and not is_terminated(book):
            issue(rows, book, tier, now)

"""The compiled fold of one seller: what `justification` and `review` in `detector.rules` say."""

from __future__ import annotations

from detector.compiled import inner
from detector.rules.instants import NEVER
from service.rules_quick import book as b
from service.rules_quick.entries import (
    advance,
    cover,
    entry_at,
    is_standing,
    level_at,
    pair_at,
    points_of,
    rung_at,
    sanction_at,
    settle,
    tier_at,
)
from service.rules_quick.fields import Ints
from service.rules_quick.firings import earlier_firings, incident_of, new_sanction


@inner
def step_at(
    rows: Ints,
    book: Ints,
    tier: int,
    moment: int,
    count: int,
    last: int,
    highest: int,
    hypothetical: bool,
) -> int:
    """Return the step of the ladder (from 0) that what counts at a moment calls for."""
    first = book[tier_at(book, tier) + b.STEP_FIRST]
    step = min(count, book[tier_at(book, tier) + b.STEP_END] - first - 1, highest)
    while step > 0 and book[rung_at(book, first + step) + b.NEEDS]:
        is_met = False
        for entry in range(book[b.N_ENTRIES]):
            one = entry_at(book, entry)
            counts = book[one + b.OPENED] <= moment < book[one + b.ENDS]
            counts = counts and book[one + b.POINTS] > 0 and incident_of(rows, book, entry) > last
            if counts and hypothetical:
                counts = points_of(rows, book, entry, True, False) > 0
            is_met = is_met or counts
        if is_met:
            break
        step -= 1
    return step


@inner
def end_of_term(book: Ints, sanction: int) -> int:
    """Return the end, or for a warning without one the next firing of its tier."""
    one = sanction_at(book, sanction)
    if book[one + b.TERM] != NEVER or book[rung_at(book, book[one + b.STEP]) + b.FINAL]:
        return book[one + b.TERM]
    is_later = False
    for place in range(book[b.N_SANCTIONS]):
        number = book[book[b.ORDER] + place]
        if is_later:
            other = sanction_at(book, number)
            if book[other + b.TIER] == book[one + b.TIER] and book[other + b.REPLACES] < 0:
                return book[other + b.ISSUED]
        is_later = is_later or number == sanction
    return NEVER


@inner
def justified_step(rows: Ints, book: Ints, sanction: int, hypothetical: bool) -> int:
    """Return the highest step that is justified, never above the sanction's own; -1 for none."""
    one = sanction_at(book, sanction)
    tier = book[one + b.TIER]
    own = book[one + b.STEP] - book[tier_at(book, tier) + b.STEP_FIRST]
    best, count, last = -1, 0, -NEVER
    if own:
        count, last = earlier_firings(book, tier, book[one + b.ISSUED], sanction, hypothetical)
    end = end_of_term(book, sanction)
    for entry in range(-1, book[b.N_ENTRIES]):
        moment = book[one + b.ISSUED] if entry < 0 else book[entry_at(book, entry) + b.OPENED]
        if entry >= 0 and not book[one + b.ISSUED] < moment < end:
            continue
        if (
            level_at(rows, book, moment, hypothetical, moment - 1)
            < book[tier_at(book, tier) + b.AT]
        ):
            continue
        if own == 0:
            return 0
        best = max(best, step_at(rows, book, tier, moment, count, last, own, hypothetical))
        if best == own:
            break
    return best


@inner
def set_stay(book: Ints, sanction: int, now: int, stayed: bool) -> None:
    """Begin or end a stay on appeal at an instant."""
    one = sanction_at(book, sanction)
    if stayed and book[one + b.STAY] == NEVER:
        book[one + b.STAY] = now
    elif not stayed and book[one + b.STAY] != NEVER:
        if book[one + b.STAY] <= book[b.AS_OF] < now:
            book[one + b.WAS_STAYED] = 1
        book[one + b.STAY] = NEVER


@inner
def update_stays(rows: Ints, book: Ints, now: int) -> None:
    """Stay the sanctions that would fall if every pending appeal were granted; end other stays."""
    stayable = False
    for number in range(book[b.N_SANCTIONS]):
        one = sanction_at(book, number)
        book[one + b.GONE] = 0
        stayable = stayable or (
            book[one + b.VOIDED] == NEVER and book[rung_at(book, book[one + b.STEP]) + b.STAYS] == 1
        )
    if not stayable:
        return
    for place in range(book[b.N_SANCTIONS]):
        number = book[book[b.ORDER] + place]
        one = sanction_at(book, number)
        if book[one + b.VOIDED] != NEVER:
            continue
        falls = False
        if book[b.N_PENDING]:
            own = book[one + b.STEP] - book[tier_at(book, book[one + b.TIER]) + b.STEP_FIRST]
            step = justified_step(rows, book, number, True)
            book[one + b.GONE] = step < 0
            falls = step != own
        if book[rung_at(book, book[one + b.STEP]) + b.STAYS]:
            set_stay(book, number, now, falls)


@inner
def uncover(book: Ints, sanction: int, fallen: int, now: int) -> None:
    """Let a sanction rest on an entry no more; one that was not served has paid for nothing."""
    one = sanction_at(book, sanction)
    for pair in range(book[one + b.FIRST], book[one + b.END]):
        if (
            book[pair_at(book, pair) + b.COVERED] == fallen
            and book[pair_at(book, pair) + b.BECAUSE] == 1
        ):
            book[pair_at(book, pair) + b.BECAUSE] = 0
            if now < book[one + b.TERM] and book[pair_at(book, pair) + b.COVER] == 1:
                book[pair_at(book, pair) + b.COVER] = 0
                settle(book, fallen)


@inner
def replace(rows: Ints, book: Ints, old: int, step: int, now: int) -> None:
    """Put a milder step in the place of a voided sanction, if its own shorter term justifies it."""
    place = 0
    while book[book[b.ORDER] + place] != old:
        place += 1
    place += 1
    gone = sanction_at(book, old)
    first = book[tier_at(book, book[gone + b.TIER]) + b.STEP_FIRST]
    while step >= 0:
        if book[b.N_SANCTIONS] >= book[b.SANCTIONS_MAX]:
            book[b.OVERFLOW] = 1
            return
        number = new_sanction(book, book[gone + b.TIER], first + step, book[gone + b.ISSUED], now)
        milder = sanction_at(book, number)
        book[milder + b.REPLACES] = old
        book[milder + b.TERM] = min(book[milder + b.TERM], book[gone + b.TERM])
        for n in range(book[b.N_SANCTIONS], place, -1):
            book[book[b.ORDER] + n] = book[book[b.ORDER] + n - 1]
        book[book[b.ORDER] + place] = number
        book[b.N_SANCTIONS] += 1
        justified = justified_step(rows, book, number, False)
        if justified == step:
            for pair in range(book[gone + b.FIRST], book[gone + b.END]):
                if book[pair_at(book, pair) + b.BECAUSE] == 1:
                    cover(book, number, book[pair_at(book, pair) + b.COVERED])
            for pair in range(book[milder + b.FIRST], book[milder + b.END]):
                settle(book, book[pair_at(book, pair) + b.COVERED])
            return
        book[b.N_SANCTIONS] -= 1
        for n in range(place, book[b.N_SANCTIONS]):
            book[book[b.ORDER] + n] = book[book[b.ORDER] + n + 1]
        step = justified


@inner
def review(rows: Ints, book: Ints, fallen: int, now: int) -> None:
    """Look at the sanctions again, oldest first, after a ground of an entry stopped standing."""
    is_changed, stands = False, is_standing(rows, book, fallen)
    place = 0
    while place < book[b.N_SANCTIONS]:
        number = book[book[b.ORDER] + place]
        place += 1
        one, entry = sanction_at(book, number), entry_at(book, fallen)
        if not stands:
            uncover(book, number, fallen, now)
        meets = (
            book[entry + b.OPENED] < book[one + b.TERM]
            and book[one + b.ISSUED] < book[entry + b.ENDS]
        )
        if book[one + b.VOIDED] != NEVER or not (is_changed or meets):
            continue
        step = justified_step(rows, book, number, False)
        if step == book[one + b.STEP] - book[tier_at(book, book[one + b.TIER]) + b.STEP_FIRST]:
            continue
        is_changed = True
        set_stay(book, number, now, False)
        book[one + b.VOIDED] = now
        for pair in range(book[one + b.FIRST], book[one + b.END]):
            if (
                book[pair_at(book, pair) + b.BECAUSE] == 1
                and book[pair_at(book, pair) + b.COVER] == 1
            ):
                settle(book, book[pair_at(book, pair) + b.COVERED])
        known = book[b.N_SANCTIONS]
        replace(rows, book, number, step, now)
        place += book[b.N_SANCTIONS] - known
        advance(book, now)
    update_stays(rows, book, now)

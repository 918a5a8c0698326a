"""The compiled fold of one seller: `detector.rules.fold` in numbers.

It says for the policies that `tables_of` knows what the pure fold says, which is the definition: a
law compares the two to the byte over random logs and policies. The functions have the names of
those they stand for in `detector.rules` (`account`, `charge`, `firing`, `justification`, `review`).
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
def level_at(rows: Ints, book: Ints, instant: int, hypothetical: bool) -> int:
    """Return the level at any instant, as known now."""
    level = 0
    for entry in range(book[b.N_ENTRIES]):
        one = entry_at(book, entry)
        if book[one + b.OPENED] <= instant < book[one + b.ENDS]:
            level += (
                points_of(rows, book, entry, True, False) if hypothetical else book[one + b.POINTS]
            )
    return level


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
        if (
            book[one + b.TIER] == tier
            and book[one + b.VOIDED] == NEVER
            and book[one + b.ISSUED] > since
        ):
            if not (hypothetical and book[one + b.GONE] == 1):
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
    after = book[b.RAW]
    if after <= before and book[b.N_LIVE] <= entries_before:
        return
    for tier in range(book[b.TIER_COUNT]):
        if before < book[tier_at(book, tier) + b.AT] <= after and not is_terminated(book):
            issue(rows, book, tier, now)


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
    step = min(min(count, book[tier_at(book, tier) + b.STEP_END] - first - 1), highest)
    while step > 0 and book[rung_at(book, first + step) + b.NEEDS]:
        is_met = False
        for entry in range(book[b.N_ENTRIES]):
            one = entry_at(book, entry)
            if book[one + b.POINTS] and book[one + b.OPENED] <= moment < book[one + b.ENDS]:
                if incident_of(rows, book, entry) > last:
                    is_met = (
                        is_met or not hypothetical or points_of(rows, book, entry, True, False) > 0
                    )
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
        if level_at(rows, book, moment, hypothetical) < book[tier_at(book, tier) + b.AT]:
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

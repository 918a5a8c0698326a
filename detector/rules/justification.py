"""Whether the record, as known now, still justifies a sanction, and how high a step.

It does when its tier was reached at some moment of the sanction's term. Verdicts and sanctions can
be left out, to ask what would be left if pending appeals were granted.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from detector.rules.account import Account
from detector.rules.entry import NONE, Entry
from detector.rules.firing import since_of, step_for
from detector.rules.instants import NEVER
from detector.rules.policy.policy import Rate
from detector.rules.sanction import Sanction
from detector.rules.tally import Tally


def justified_step(
    account: Account,
    sanction: Sanction,
    gone: AbstractSet[Sanction] = frozenset(),
    without: AbstractSet[str] = NONE,
) -> int | None:
    """Return the highest step, never above the sanction's own, that is justified; None for none."""
    tier, tally = sanction.tier, account.tallies[sanction.tier.track]
    best: int | None = None
    earlier: list[Sanction] = []
    if sanction.step_index:
        since = since_of(tier, sanction.issued_at)
        earlier = [one for one in account.firings(tier.id, since, sanction) if one not in gone]
    for moment in _moments(account, sanction, tally):
        if not _is_reached(sanction, tally, moment, without):
            continue
        if not sanction.step_index:
            return 0
        active = tally.active_at(moment, without)
        step = step_for(tier, earlier, active, sanction.step_index)
        best = step if best is None else max(best, step)
        if best == sanction.step_index:
            break
    return best


def resting_on(account: Account, sanction: Sanction) -> list[Entry]:
    """Return the standing entries that a sanction rests on, as known now.

    Those that it covers, or where these no longer reach its tier, those that first did so later in
    its term. A warning without an end rests on nothing once nothing of that counts any more.
    """
    tally = account.tallies[sanction.tier.track]
    for moment in _moments(account, sanction, tally):
        if _is_reached(sanction, tally, moment, NONE):
            if moment == sanction.issued_at and sanction.because:
                return sanction.because
            return tally.active_at(moment)
    return sanction.because


def _moments(account: Account, sanction: Sanction, tally: Tally) -> list[int]:
    """Return the instants of a sanction's term at which its level can be highest."""
    begin, end = sanction.issued_at, _end_of_term(account, sanction)
    return [begin, *(one.opened_at for one in tally.entries if begin < one.opened_at < end)]


def _end_of_term(account: Account, sanction: Sanction) -> int:
    """Return the end, or for a warning without one the next firing: the level dropped before it."""
    if sanction.ends_at != NEVER or sanction.step.irreversible:
        return sanction.ends_at
    later = account.sanctions[account.sanctions.index(sanction) + 1 :]
    tier = sanction.tier.id
    firings = (one.issued_at for one in later if one.tier.id == tier and one.replaces is None)
    return next(firings, NEVER)


def _is_reached(sanction: Sanction, tally: Tally, moment: int, without: AbstractSet[str]) -> bool:
    tier = sanction.tier
    if tier.kind in ("at", "multiple_of"):
        return tally.peak_at(moment, without) >= tier.threshold * sanction.multiple
    if tier.kind == "count":
        since = None if tier.lookback is None else moment - tier.lookback
        return tally.count_at(moment, without, since) >= tier.threshold
    return moment == sanction.issued_at and _is_rate_over(sanction, tally, without)


def _is_rate_over(sanction: Sanction, tally: Tally, without: AbstractSet[str]) -> bool:
    rate = sanction.tier.rate
    if rate is None or sanction.transactions is None:
        return False
    window, transactions = sanction.transactions
    length = next(length for name, length, _ in rate.windows if name == window)
    return is_over(rate, tally, sanction.issued_at, length, transactions, without)


def is_over(
    rate: Rate,
    tally: Tally,
    moment: int,
    length: int,
    transactions: int,
    without: AbstractSet[str] = NONE,
) -> bool:
    """Tell whether defects by enough different buyers exceed the share of transactions."""
    active = tally.active_at(moment, without)
    defects = [entry for entry in active if entry.opened_at > moment - length]
    buyers = {entry.grounds[0].verdict.buyer_id or entry.id for entry in defects}
    if len(defects) < rate.count_min or len(buyers) < rate.buyers_min:
        return False
    # Divided, not multiplied: 29 of 100 is 0.29 to the last digit, but 0.29 * 100 is below 29.
    return not transactions or len(defects) / transactions > rate.share

"""When a tier fires and which step of its ladder that is."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from detector.rules.account import Account
from detector.rules.entry import NONE, Entry
from detector.rules.instants import NEVER
from detector.rules.policy import Policy, Rate, Tier
from detector.rules.sanction import Sanction
from detector.rules.tally import Tally


class Reading(NamedTuple):
    """What the tiers compare before and after an event."""

    level: int
    entries: int


def reading_of(tally: Tally, now: int) -> Reading:
    """Read a tally that was advanced to now."""
    return Reading(tally.level(now), tally.count())


def fire(account: Account, policy: Policy, track: str, before: Reading, now: int) -> list[Sanction]:
    """Issue the sanctions of every tier of a track that was crossed upwards by an event.

    A tier that was already reached before the event stays silent: it re-arms only by a drop. An
    irreversible sanction silences all tiers.
    """
    tally = account.tally(track)
    after = reading_of(tally, now)
    if after.level <= before.level and after.entries <= before.entries:
        return []
    issued: list[Sanction] = []
    for tier in policy.tiers_of(track):
        multiple = crossed(tier, tally, before, after, now)
        if tier.ladder_in_order:
            multiple = _in_order(account, tier, policy, before, multiple, now)
        if multiple and not account.is_terminated():
            issued.append(issue(account, tier, policy, now, multiple=multiple))
    return issued


def crossed(tier: Tier, tally: Tally, before: Reading, after: Reading, now: int) -> int:
    """Return the multiple that an event crossed upwards (1 for a plain threshold), or 0."""
    threshold = tier.threshold
    if tier.kind == "at":
        return int(before.level < threshold <= after.level)
    if tier.kind == "multiple_of":
        reached = after.level // threshold
        return reached if reached > before.level // threshold else 0
    if tier.kind == "count":
        if tier.lookback is None:
            return int(before.entries < threshold <= after.entries)
        recent = tally.count_at(now, since=now - tier.lookback)
        return int(recent == threshold and after.entries > before.entries)
    return 0


def issue(
    account: Account,
    tier: Tier,
    policy: Policy,
    now: int,
    *,
    multiple: int = 1,
    transactions: tuple[str, int] | None = None,
) -> Sanction:
    """Issue the sanction of a tier's firing, dated now, covering what counts now."""
    tally = account.tally(tier.track)
    covered = [entry for entry, _ in tally.units_at(now) if entry.points() > 0]
    earlier = account.firings(tier.id, _since(tier, now))
    step = step_for(tier, earlier, covered)
    serial = 1 + sum(1 for one in account.sanctions if one.tier.id == tier.id and not one.replaces)
    sanction = Sanction(
        f"{account.id}/{tier.id}/{serial}",
        tier,
        step,
        policy=policy,
        issued_at=now,
        created_at=now,
        because=covered,
    )
    sanction.multiple = multiple
    sanction.transactions = transactions
    account.sanctions.append(sanction)
    account.cover(sanction)
    account.advance(now)
    return sanction


def step_for(
    tier: Tier, earlier: list[Sanction], covered: list[Entry], highest: int | None = None
) -> int:
    """Return the step of the ladder: one up per earlier firing, as far as its condition allows.

    A step that needs conduct after the previous notice falls back to the step before it.
    """
    step = min(len(earlier), len(tier.steps) - 1)
    if highest is not None:
        step = min(step, highest)
    while step > 0 and tier.steps[step].needs_incident_after_previous:
        if any(entry.incident_at > earlier[-1].issued_at for entry in covered):
            break
        step -= 1
    return step


def justified_step(
    account: Account,
    sanction: Sanction,
    gone: AbstractSet[Sanction] = frozenset(),
    without: AbstractSet[str] = NONE,
) -> int | None:
    """Return the highest step, never above its own, that the record justifies; None for nothing.

    It is justified when its tier was reached at some moment of its term. `gone` are sanctions and
    `without` verdicts to leave out: what would be left if pending appeals were granted.
    """
    tier, tally = sanction.tier, account.tally(sanction.tier.track)
    earlier = [
        one
        for one in account.firings(tier.id, _since(tier, sanction.issued_at), sanction)
        if one not in gone
    ]
    best: int | None = None
    for moment in _moments(sanction, tally):
        if not _is_reached(sanction, tally, moment, without):
            continue
        active = [
            entry for entry, _ in tally.units_at(moment, without) if entry.points(without) > 0
        ]
        step = step_for(tier, earlier, active, sanction.step_index)
        best = step if best is None else max(best, step)
        if best == sanction.step_index:
            break
    return best


def _moments(sanction: Sanction, tally: Tally) -> list[int]:
    """Return the instants of a sanction's term at which its level can be highest."""
    begin, end = sanction.issued_at, sanction.ends_at
    opened = {entry.opened_at for entry in tally.entries if begin < entry.opened_at < end}
    return [begin, *sorted(opened)]


def _is_reached(sanction: Sanction, tally: Tally, moment: int, without: AbstractSet[str]) -> bool:
    tier = sanction.tier
    if tier.kind in ("at", "multiple_of"):
        return tally.level_at(moment, without) >= tier.threshold * sanction.multiple
    since = None if tier.lookback is None else moment - tier.lookback
    if tier.kind == "count":
        return tally.count_at(moment, without, since) >= tier.threshold
    return moment == sanction.issued_at and is_rate_over(sanction, tally, without)


def is_rate_over(sanction: Sanction, tally: Tally, without: AbstractSet[str] = NONE) -> bool:
    """Tell whether the defects that a rate sanction rests on are still too many."""
    rate = sanction.tier.rate
    if rate is None or sanction.transactions is None:
        return False
    window, transactions = sanction.transactions
    length = next(length for name, length, _ in rate.windows if name == window)
    return rate_over(rate, tally, sanction.issued_at, length, transactions, without)


def rate_over(
    rate: Rate,
    tally: Tally,
    moment: int,
    length: int,
    transactions: int,
    without: AbstractSet[str] = NONE,
) -> bool:
    """Tell whether defects by enough different buyers exceed the share of transactions."""
    defects = [
        entry
        for entry in tally.entries
        if moment - length < entry.opened_at <= moment < entry.ends_at and entry.points(without) > 0
    ]
    buyers = {entry.grounds[0].verdict.buyer_id or entry.id for entry in defects}
    if len(defects) < rate.count_min or len(buyers) < rate.buyers_min:
        return False
    return len(defects) > rate.share * transactions


def _in_order(
    account: Account, tier: Tier, policy: Policy, before: Reading, multiple: int, now: int
) -> int:
    """Hold a crossed tier back until the tier below it was issued by an earlier event.

    It then fires with the next charge, unless the level has dropped below it in between.
    """
    if before.level < tier.threshold:
        account.waiting.discard(tier.id)
    multiple = multiple or int(tier.id in account.waiting)
    tiers = policy.tiers_of(tier.track)
    place = tiers.index(tier)
    below = account.firings(tiers[place - 1].id, -NEVER) if place else []
    if place == 0 or any(one.issued_at < now for one in below):
        account.waiting.discard(tier.id)
        return multiple
    if multiple:
        account.waiting.add(tier.id)
    return 0


def _since(tier: Tier, now: int) -> int:
    return -NEVER if tier.lookback is None else now - tier.lookback

"""When a tier fires and which step of its ladder that is."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from detector.rules.account import Account
from detector.rules.entry import Entry
from detector.rules.instants import NEVER
from detector.rules.policy.policy import Policy, Tier
from detector.rules.sanction import Sanction
from detector.rules.tally import Tally


class Reading(Struct, frozen=True, gc=False):
    """What the tiers compare before and after an event."""

    level: int
    entries: int


def reading_of(tally: Tally, now: int) -> Reading:
    """Read a tally that was advanced to now."""
    return Reading(tally.level(now) if tally.allowances else tally.raw, len(tally.live))


NOTHING: Final = Reading(0, 0)
"""Before anything counted."""


def fire(account: Account, policy: Policy, track: str, before: Reading, now: int) -> None:
    """Issue the sanctions of every tier of a track that was crossed upwards by an event.

    A tier that was already reached before the event stays silent: it re-arms by a drop, or where
    its last firing was never carried out. An irreversible sanction silences all tiers; one that
    awaits approval, only until it is declined or lapses.
    """
    after = reading_of(account.tallies[track], now)
    if after.level <= before.level and after.entries <= before.entries:
        return
    for tier in policy.tiers_of(track):
        # Where the last firing came to nothing, the tier fires as if nothing had counted before.
        since = NOTHING if account.is_armed(tier.id, now) else before
        if tier.kind == "at" and not tier.ladder_in_order:
            multiple = int(since.level < tier.threshold <= after.level)
        else:
            multiple = _crossed(account, tier, policy, since, after, now)
        if multiple and may_issue(account, tier, now):
            sanction = issue(account, tier, policy, now)
            sanction.multiple = multiple
            sanction.levels = before.level, after.level


def may_issue(account: Account, tier: Tier, now: int) -> bool:
    """Tell whether no irreversible sanction silences a tier that is due; note what one silences."""
    terminating = account.terminating(now)
    if terminating is None:
        account.silenced -= {tier.id}
        return True
    if not terminating.is_carried_out:
        account.silenced |= {tier.id}
    return False


def _crossed(
    account: Account, tier: Tier, policy: Policy, before: Reading, after: Reading, now: int
) -> int:
    """Return the multiple that an event crossed upwards (1 for a plain threshold), or 0."""
    threshold, tally = tier.threshold, account.tallies[tier.track]
    if tier.kind == "at":
        return _in_order(account, tier, policy, before, after, now)
    if tier.kind == "multiple_of":
        reached = after.level // threshold
        return reached if reached > before.level // threshold else 0
    if tier.kind != "count":
        return 0
    if tier.lookback is None:
        return int(before.entries < threshold <= after.entries)
    recent = tally.count_at(now, since=now - tier.lookback)
    is_reached = recent >= threshold if before is NOTHING else recent == threshold
    return int(is_reached and after.entries > before.entries)


def _in_order(
    account: Account, tier: Tier, policy: Policy, before: Reading, after: Reading, now: int
) -> int:
    """Hold a crossed tier back until the tier below it was issued by an earlier event.

    It then fires with the next charge, unless the level has dropped below it in between.
    """
    if before.level < tier.threshold:
        account.waiting -= {tier.id}
    is_due = before.level < tier.threshold <= after.level or tier.id in account.waiting
    tiers = policy.tiers_of(tier.track)
    place = tiers.index(tier)
    below = account.firings(tiers[place - 1].id, -NEVER) if place else []
    if is_due and place and not any(one.carried_out_at < now for one in below):
        account.waiting |= {tier.id}
        return 0
    account.waiting -= {tier.id}
    return int(is_due)


def issue(account: Account, tier: Tier, policy: Policy, now: int) -> Sanction:
    """Issue the sanction of a tier's firing, dated now, covering what counts now."""
    covered = list(account.tallies[tier.track].live.values())
    step = 0
    if len(tier.steps) > 1:
        step = step_for(tier, account.firings(tier.id, since_of(tier, now)), covered)
    sanction = Sanction(
        f"{account.id}/{tier.id}/{account.next_serial(tier.id)}",
        tier,
        step,
        policy=policy,
        issued_at=now,
        created_at=now,
        because=covered,
        awaits_approval=account.needs_second_person(tier.steps[step]),
    )
    account.sanctions.append(sanction)
    if sanction.is_carried_out:
        account.cover(sanction)
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
        if any(entry.incident_at > earlier[-1].carried_out_at for entry in covered):
            break
        step -= 1
    return step


def since_of(tier: Tier, now: int) -> int:
    """Return the instant after which earlier firings of a tier are remembered."""
    return -NEVER if tier.lookback is None else now - tier.lookback

"""Credits, notices, overrides and volumes: the events that are neither verdict nor appeal."""

from __future__ import annotations

from detector.rules.account import Account
from detector.rules.calendar import local_date
from detector.rules.entry import NONE
from detector.rules.events import Credit, Notice, Override, SanctionDecided, Volume
from detector.rules.firing import issue, may_issue
from detector.rules.instants import NEVER
from detector.rules.justification import is_over
from detector.rules.policy.policy import Policy, Tier
from detector.rules.review import review, update_stays, void
from detector.rules.sanction import Sanction
from detector.rules.tally import Allowance, group_of


def grant(account: Account, event: Credit, policy: Policy) -> str | None:
    """Give points back; return why not, or None.

    Without a bank a credit takes off what counts now and no later charge, so it never brings the
    level below 0 and is gone with the entries that it was given against.
    """
    rules, now = policy.credits, event.recorded_at
    track = next(iter(policy.tracks.values()))
    tally = account.tallies[track.name]
    if rules.kinds and event.why not in rules.kinds:
        return f"{policy.label} grants credits for {', '.join(rules.kinds)}, not for {event.why!r}"
    if rules.precondition == "no_sanction" and _is_sanctioned(account, now):
        return f"{policy.label} grants no credit while a sanction is in force"
    if rules.cooldown is not None and any(
        now - one.granted_at < rules.cooldown for one in tally.allowances if one.leave is None
    ):
        return f"{policy.label} grants no second credit so soon"
    points = min(event.points, rules.points_max or event.points)
    level = tally.level(now)
    if rules.bank:
        room = (track.ceiling if rules.ceiling is None else rules.ceiling) - track.start
        owed = sum(units for _, units in tally.units_at(now)) - tally.banked_at(now)
        points = max(0, min(points, room + owed))
        tally.allowances.append(Allowance(now, points, None, why=event.why))
        return None
    pinned = frozenset(group_of(entry) for entry, units in tally.units_at(now) if units > 0)
    tally.allowances.append(Allowance(now, min(points, level), pinned, why=event.why))
    return None


def _is_sanctioned(account: Account, now: int) -> bool:
    return any(
        one.state_at(now) == "in_force" and one.step.action != "warn" for one in account.sanctions
    )


def notice(sanction: Sanction, event: Notice) -> None:
    """Hold a sanction whose notice could not be delivered, until it is."""
    is_held = bool(sanction.holds) and sanction.holds[-1][1] == NEVER
    if not event.delivered and not is_held:
        sanction.holds.append([event.recorded_at, NEVER])
    elif event.delivered and is_held:
        sanction.holds[-1][1] = event.recorded_at


def decide(account: Account, sanction: Sanction, event: SanctionDecided) -> str | None:
    """Carry out or close a sanction that awaits approval; return why not, or None."""
    now = event.recorded_at
    state = sanction.state_at(now)
    if event.outcome == state == "lapsed":
        return None
    if state != "awaiting_approval":
        return f"sanction {sanction.id!r} does not await approval: it is {state.replace('_', ' ')}"
    if event.outcome != "approved":
        sanction.close(now, event.outcome)
        return None
    sanction.carry_out(now)
    account.cover(sanction)
    account.advance(now)
    if sanction.step.irreversible:
        account.silenced = NONE
    return None


def override(account: Account, event: Override) -> str | None:
    """Let a person forgive an entry or lift or extend a sanction; return why not, or None."""
    now = event.recorded_at
    if event.action == "forgive":
        return _forgive(account, event.target_id, now)
    sanction = next((one for one in account.sanctions if one.id == event.target_id), None)
    state = None if sanction is None else sanction.state_at(now)
    liftable = ("in_force", "stayed", "awaiting_approval")
    if sanction is None or state not in liftable[: 3 if event.action == "lift" else 2]:
        return f"there is no sanction {event.target_id!r} in force"
    if event.action == "lift":
        sanction.is_lifted = True
        void(account, sanction, now)
        return None
    if event.until is None or event.until <= sanction.ends_at or sanction.ends_at == NEVER:
        return f"to extend sanction {sanction.id!r}, 'until' must be after its end"
    sanction.ends_at = event.until
    if sanction.allowance is not None:
        sanction.allowance.granted_at = event.until
    for entry in sanction.because:
        if account.is_covering(sanction, entry):
            account.settle(entry)
    return None


def _forgive(account: Account, entry_id: str, now: int) -> str | None:
    for tally in account.tallies.values():
        for entry in tally.entries:
            if entry.id == entry_id and entry.is_standing:
                entry.is_forgiven = True
                entry.refresh()
                tally.recount(entry, now)
                review(account, now, entry)
                return None
    return f"there is no standing entry {entry_id!r}"


def evaluate(account: Account, event: Volume, policy: Policy) -> None:
    """Compare a seller's defects with their transactions; issue what follows."""
    now = event.recorded_at
    for tier in policy.tiers:
        measured = _measured(tier, event, policy)
        if measured is None or tier.rate is None:
            continue
        name, length, transactions = measured
        if not is_over(tier.rate, account.tallies[tier.track], now, length, transactions):
            account.rates_over -= {tier.id}
        elif (tier.id not in account.rates_over or account.is_armed(tier.id, now)) and may_issue(
            account, tier, now
        ):
            account.rates_over |= {tier.id}
            issue(account, tier, policy, now).transactions = (name, transactions)
    if account.pending:
        update_stays(account, now)


def _measured(tier: Tier, event: Volume, policy: Policy) -> tuple[str, int, int] | None:
    """Return the window that a seller's volume calls for, or None when today is no evaluation."""
    rate = tier.rate
    if rate is None:
        return None
    if rate.evaluation_day not in (None, local_date(event.recorded_at, policy.tz).day):
        return None
    for name, length, at_least in rate.windows:
        transactions = event.transactions.get(name)
        if transactions is not None and transactions >= at_least:
            return name, length, transactions
    return None

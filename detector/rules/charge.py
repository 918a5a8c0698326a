"""From an upheld verdict to the entry it opens or joins."""

from __future__ import annotations

from datetime import date

from detector.rules.account import Account
from detector.rules.calendar import bucket_of, reset_after
from detector.rules.entry import Entry, Ground
from detector.rules.events import Verdict
from detector.rules.instants import NEVER
from detector.rules.policy.policy import Policies, Policy, Violation


def version_for(verdict: Verdict, policies: Policies) -> Policy:
    """Return the version that judges a verdict: by incident, report or decision."""
    if len(policies.versions) == 1:
        return policies.versions[0]
    return version_at(verdict.incident_at, verdict.reported_at, verdict.decided_at, policies)


def version_at(incident_at: int, reported_at: int, decided_at: int, policies: Policies) -> Policy:
    """Return the version that judges what happened, was reported and decided at these instants."""
    by = policies.versions[-1].select_version_by
    if by == "incident":
        return policies.at(min(incident_at, reported_at))
    return policies.at(reported_at if by == "reported" else decided_at)


def is_too_old(verdict: Verdict, violation: Violation) -> bool:
    """Tell whether the conduct lies outside the limitation: decided too long after it."""
    limit = violation.limitation
    return limit is not None and verdict.decided_at - verdict.incident_at >= limit


def charge(account: Account, ground: Ground, policy: Policy, violation: Violation) -> None:
    """Open an entry for an upheld verdict, or let it join the one that its order already has."""
    if violation.is_plain and ground.verdict.order_id is not None:
        _charge_plainly(account, ground, policy, violation)
        return
    verdict = ground.verdict
    clock = _clock(verdict, violation)
    key = _key(verdict, violation.once_per, violation, policy)
    entry = account.by_key.get(key) if key else None
    merge_key = None
    if violation.merge is not None:
        merge_key = ("merge", *_key(verdict, violation.merge.key, violation, policy))
        entry = entry or _anchored(account, merge_key, violation.merge.window, clock)
    _set_points(account, ground, violation)
    if entry is None:
        entry = _open(account, ground, policy, violation, clock)
        if merge_key:
            account.anchors.setdefault(merge_key, []).append(entry)
    else:
        _share_waiver(entry, ground, violation)
        entry.grounds.append(ground)
        entry.refresh()
        account.tallies[entry.violation.track].recount(entry, verdict.recorded_at)
    account.entry_of[ground] = entry
    if key:
        account.by_key.setdefault(key, entry)


def _charge_plainly(account: Account, ground: Ground, policy: Policy, violation: Violation) -> None:
    """Do the same for a flat charge once per order, which needs none of the rest."""
    verdict = ground.verdict
    ground.points = violation.points.default
    key = (violation.track, violation.once_per, verdict.order_id)
    entry = account.by_key.get(key)
    if entry is None:
        entry = account.by_key[key] = _open(account, ground, policy, violation, verdict.decided_at)
    else:
        entry.grounds.append(ground)
        entry.refresh()
        account.tallies[violation.track].recount(entry, verdict.recorded_at)
    account.entry_of[ground] = entry


def _share_waiver(entry: Entry, ground: Ground, violation: Violation) -> None:
    """Let a ground that joins a waived first be waived with it: they are one offence."""
    first = violation.points.first
    if first is not None and any(one.is_waived and one.is_standing for one in entry.grounds):
        ground.points, ground.is_waived = first, True


def _clock(verdict: Verdict, violation: Violation) -> int:
    """Return when the entry begins; never after it was recorded."""
    by = violation.clock
    if by == "decided":
        return verdict.decided_at
    if by == "incident":
        return min(verdict.incident_at, verdict.reported_at)
    if by == "reported":
        return verdict.reported_at
    notified = verdict.notified_at
    return verdict.recorded_at if notified is None else min(notified, verdict.recorded_at)


def _key(
    verdict: Verdict, parts: tuple[str, ...], violation: Violation, policy: Policy
) -> tuple[object, ...]:
    """Return the key of a verdict; without the asked facts each complaint is its own."""
    if not parts:
        return ()
    values: list[object] = [violation.track, parts]
    for part in parts:
        value = _part(verdict, part, violation, policy)
        if value is None:
            return ("complaint", verdict.complaint_id)
        values.append(value)
    return tuple(values)


def _part(verdict: Verdict, part: str, violation: Violation, policy: Policy) -> str | date | None:
    if part == "seller":
        return ""
    if part == "violation":
        return violation.name
    if part == "severity":
        return verdict.severity or ""
    if part == "incident_day":
        return bucket_of(verdict.incident_at, "day", policy.tz)
    if part == "order":
        return verdict.order_id
    if part == "buyer":
        return verdict.buyer_id
    return verdict.listing_id if part == "listing" else verdict.complaint_id


def _anchored(account: Account, key: tuple[object, ...], window: int, clock: int) -> Entry | None:
    """Return the entry whose merge window holds an instant; the window is pinned to its anchor."""
    for anchor in account.anchors.get(key, ()):
        if abs(clock - anchor.opened_at) < window:
            return anchor
    return None


def _set_points(account: Account, ground: Ground, violation: Violation) -> None:
    """Set what a ground costs, for good: a waived first, a band, a severity or the default."""
    points, verdict = violation.points, ground.verdict
    if points.is_flat:
        ground.points = points.default
        return
    earlier = [
        one
        for one in account.tallies[violation.track].entries
        if one.violation.name == violation.name
        and one.is_standing
        and one.expires_at > verdict.recorded_at
    ]
    waived = any(g.is_waived and g.is_standing for one in earlier for g in one.grounds)
    if points.first is not None and not waived:
        ground.points, ground.is_waived = points.first, True
        return
    nth = len(earlier) + 1
    ground.points = points.of(verdict.severity, verdict.resolution, verdict.points, nth)


def _open(
    account: Account, ground: Ground, policy: Policy, violation: Violation, opened_at: int
) -> Entry:
    if account.cycle_start is None:
        account.cycle_start = opened_at
    bucket = None
    if violation.expires is not None:
        expires_at = opened_at + violation.expires
    else:
        expires_at = _end(account, violation, policy, opened_at)
    if violation.cap is not None:
        bucket = (violation.name, bucket_of(opened_at, violation.cap.per, policy.tz))
    entry = Entry(
        [ground],
        policy,
        violation,
        opened_at,
        due_at=expires_at,
        expires_at=expires_at,
        ends_at=expires_at,
        bucket=bucket,
        points=ground.points,
    )
    account.tallies[violation.track].add(entry, ground.verdict.recorded_at)
    return entry


def _end(account: Account, violation: Violation, policy: Policy, opened_at: int) -> int:
    if violation.reset is None:
        return NEVER
    anchor = opened_at if account.cycle_start is None else account.cycle_start
    return reset_after(opened_at, violation.reset, policy.tz, anchor)

"""A ledger as a column of figures that adds up: what a seller began with, to what is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from detector.rules import Policy
from detector.rules.policy.policy import Tier, Track
from service.views.sellers.schemas import LedgerShown, Number


class Line(NamedTuple):
    """Points taken or given back, and what was left after them, in the policy's units."""

    at: int
    """Microseconds UTC."""
    verdict_id: str | None
    """None: given back, for `why`."""
    why: str
    points: Number
    """Negative where points were taken."""
    left: Number


class Account(NamedTuple):
    """One of a policy's independent ledgers: `start`, the lines and `rest` make `left`."""

    track: Track
    lines: list[Line]
    rest: Number
    """What no line says: entries beyond those given, credits not used yet, floor and ceiling."""
    left: Number
    taken: Number


def accounts_of(ledger: LedgerShown, tracks: Mapping[str, Track]) -> list[Account]:
    """What a ledger's standing entries and credits add up to, by track.

    Which track a credit lowers is not told, so that where there are several it is in their `rest`.
    """
    return [_account(ledger, track, with_credits=len(tracks) == 1) for track in tracks.values()]


def _account(ledger: LedgerShown, track: Track, *, with_credits: bool) -> Account:
    shown = ledger.tracks.get(track.name)
    left, taken = (track.start, 0) if shown is None else (shown.balance, shown.level)
    moves: list[tuple[int, str | None, str, Number]] = [
        (entry.opened_at, entry.id, entry.policy, -entry.points)
        for entry in ledger.entries
        if entry.track == track.name and entry.state == "standing"
    ]
    if with_credits:
        moves += [(one.granted_at, None, one.why, one.points) for one in ledger.credits]
    lines: list[Line] = []
    reached: Number = track.start
    for at, verdict_id, why, points in sorted(moves, key=lambda move: move[0]):
        reached += points
        lines.append(Line(at, verdict_id, why, points, reached))
    return Account(track, lines, left - reached, left, taken)


def reached_tiers(policy: Policy, account: Account) -> tuple[Tier | None, Tier | None]:
    """The tier whose points are taken, the harshest of them, and the one that comes next."""
    by_points = sorted(
        (one for one in policy.tiers_of(account.track.name) if one.kind == "at"),
        key=lambda tier: tier.threshold,
    )
    reached = [tier for tier in by_points if tier.threshold <= account.taken]
    ahead = [tier for tier in by_points if tier.threshold > account.taken]
    return (reached[-1] if reached else None), (ahead[0] if ahead else None)

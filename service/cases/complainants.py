"""How far the complainants behind a case are believed: read by priority, never by points."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from detector.durations import DAY_US
from detector.rules import Policies
from detector.rules.policy.policy import Complainants
from detector.rules.reports.complainants import Decided, Record, belief_in, record_of
from service.cases import store

RECENT_DAYS = store.RECENT_US // DAY_US
"""Complaints that say what a case is mostly about, and whose complainants are weighed."""


def beliefs_of(
    connection: Connection, seller_ids: Sequence[str], *, now: int, policies: Policies
) -> dict[str, float]:
    """Belief in the recent complaints about each seller, by the policy in force now."""
    policy = policies.at(now).complainants
    voices = store.recent_voices(connection, seller_ids, since=now - RECENT_DAYS * DAY_US)
    buyers = sorted({buyer for filed in voices.values() for buyer, _ in filed if buyer is not None})
    records = records_for(connection, buyers, policy, now=now)
    return {seller_id: belief_in(filed, records, policy) for seller_id, filed in voices.items()}


def records_for(
    connection: Connection, buyers: Sequence[str], policy: Complainants, *, now: int
) -> dict[str, Record]:
    """What became of the complaints of each of the buyers; nothing of whom none was decided."""
    decided: dict[str, list[Decided]] = {}
    for buyer, outcome, decided_at in store.decisions_for(connection, buyers):
        decided.setdefault(buyer, []).append(Decided(outcome, decided_at))
    return {buyer: record_of(buyer, decided[buyer], policy, as_of=now) for buyer in decided}

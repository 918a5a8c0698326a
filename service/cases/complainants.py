"""How far the complainants behind a case are believed: read by priority, never by points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from detector.durations import DAY_US
from detector.rules import Policies
from detector.rules.policy.policy import Complainants
from detector.rules.reports.complainants import Decided, Record, belief_in, record_of
from service.cases import store
from service.cases.store import Voice

RECENT_DAYS = store.RECENT_US // DAY_US
"""Complaints that say what a case is mostly about, and whose complainants are weighed."""
OPEN_WEIGHT: Final = 0.25
"""Weight of a notice by somebody without an account: nobody knows whether four are four people, and
to give one costs nothing."""
FLOOD: Final = 10
"""Least such notices about a seller in `RECENT_DAYS` that are a flood, where they are most of its
complaints: a campaign, and not the few that a bad seller gets beside complaints of buyers."""


def beliefs_of(
    connection: Connection, seller_ids: Sequence[str], *, now: int, policies: Policies
) -> dict[str, float]:
    """Belief in the recent complaints about each seller, by the policy in force now."""
    policy = policies.at(now).complainants
    voices = store.recent_voices(connection, seller_ids, since=now - RECENT_DAYS * DAY_US)
    heard = (one.buyer_id for filed in voices.values() for one in filed)
    buyers = sorted({buyer for buyer in heard if buyer is not None})
    records = records_for(connection, buyers, policy, now=now)
    return {seller_id: weight_of(filed, records, policy) for seller_id, filed in voices.items()}


def weight_of(
    voices: Sequence[Voice], records: Mapping[str, Record], policy: Complainants
) -> float:
    """How far complaints about one seller are believed, notices without an account less."""
    doors = {is_open: [v[:2] for v in voices if v.is_open == is_open] for is_open in (True, False)}
    if not doors[True]:
        return belief_in(doors[False], records, policy)
    weights = {True: OPEN_WEIGHT, False: 1.0}
    heard = sum(
        weights[door] * len(filed) * belief_in(filed, records, policy)
        for door, filed in doors.items()
    )
    return heard / len(voices)


def is_flood(voices: Sequence[Voice]) -> bool:
    """Whether most of the complaints about a seller are notices by people without an account."""
    count = sum(voice.is_open for voice in voices)
    return count >= FLOOD and 2 * count > len(voices)


def flooded(connection: Connection, seller_ids: Sequence[str], *, now: int) -> set[str]:
    """Those of the sellers about whom people without an account flood us."""
    voices = store.recent_voices(connection, seller_ids, since=now - RECENT_DAYS * DAY_US)
    return {seller_id for seller_id, filed in voices.items() if is_flood(filed)}


def records_for(
    connection: Connection, buyers: Sequence[str], policy: Complainants, *, now: int
) -> dict[str, Record]:
    """What became of the complaints of each of the buyers; nothing of whom none was decided."""
    decided: dict[str, list[Decided]] = {}
    for buyer, outcome, decided_at in store.decisions_for(connection, buyers):
        decided.setdefault(buyer, []).append(Decided(outcome, decided_at))
    return {buyer: record_of(buyer, decided[buyer], policy, as_of=now) for buyer in decided}

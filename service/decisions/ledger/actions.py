"""The ledger's two doors: record an event, and fold a seller's events into a standing."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection

from detector.rules import Policies, SellerLedger, event_of, fold
from service.decisions.ledger import store
from service.decisions.ledger.schemas import Standing
from service.http.fields import instant_text
from service.refusals import EventRefused, VerdictRefused
from service.sellers.store import lock_seller


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded event's instant, and the seller's standing before and after it."""

    at: int
    before: SellerLedger
    after: SellerLedger


def record(
    connection: Connection,
    seller_id: str,
    body: dict[str, Any],
    policies: Policies,
    *,
    now: int,
) -> Recorded:
    """Append an event and fold the ledger anew, in the caller's transaction.

    The seller is held meanwhile, so two decisions about one seller come one after the other; an
    event is never recorded before the one that precedes it. Raises VerdictRefused, with the
    policy's own words, when the fold does not accept the event; the caller rolls back.
    """
    lock_seller(connection, seller_id)
    recorded_at = max(now, store.last_recorded_at(connection, seller_id))
    before = standing_or_start(connection, seller_id, policies, now=recorded_at)
    stamped = {**body, "recorded_at": instant_text(recorded_at)}
    store.append(connection, seller_id, recorded_at, stamped)
    bodies = store.bodies_of(connection, seller_id)
    events = [event_of(each, line) for line, each in enumerate(bodies, 1)]
    ledger = fold(events, policies, as_of=recorded_at)
    refused = [line.why for line in ledger.refused if line.line == len(bodies)]
    if refused:
        raise VerdictRefused("; ".join(refused))
    # A withdrawal alone is no line in anybody's ledger.
    return Recorded(recorded_at, before, ledger.sellers.get(seller_id, before))


def record_other(
    connection: Connection,
    seller_id: str,
    body: dict[str, Any],
    policies: Policies,
    *,
    now: int,
) -> Recorded:
    """`record` an event that is no decision about a complaint; raises EventRefused instead."""
    try:
        return record(connection, seller_id, body, policies, now=now)
    except VerdictRefused as refusal:
        raise EventRefused(str(refusal)) from refusal


def override(target_id: str, why: str, *, person: str, **action: str) -> dict[str, Any]:
    """A person's exception to what the rules say about a sanction or entry, as an event."""
    event = {"event": "override", "id": f"o_{token_hex(8)}", "target_id": target_id}
    return {**event, "moderator": person, "why": why, **action}


def standing_at(
    connection: Connection, seller_id: str, policies: Policies, *, now: int
) -> SellerLedger | None:
    """The seller's entries, sanctions, balance and status at an instant; None without events."""
    events = [event_of(body) for body in store.bodies_of(connection, seller_id)]
    return fold(events, policies, as_of=now).sellers.get(seller_id)


def standing_shown(ledger: SellerLedger) -> Standing:
    """A seller's standing as it is told."""
    return Standing(points=ledger.balance, level=ledger.level, status=ledger.status)


def standing_or_start(
    connection: Connection, seller_id: str, policies: Policies, *, now: int
) -> SellerLedger:
    """The seller's ledger; that of a seller with a clean sheet when nothing was ever recorded."""
    ledger = standing_at(connection, seller_id, policies, now=now)
    if ledger is not None:
        return ledger
    track = next(iter(policies.at(now).tracks.values()))
    return SellerLedger(seller_id, track.start, 0, "active", (), (), {})

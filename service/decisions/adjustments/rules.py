"""Pure: what a credit or a forgiven entry does to a seller's standing."""

from __future__ import annotations

from typing import Any

from detector.rules import Policies
from service.decisions.adjustments.schemas import Credit
from service.decisions.ledger.rules import Step, override, step_of
from service.decisions.seller_log import SellerLog
from service.refusals import EventRefused


def credit_step(
    log: SellerLog, given: Credit, policies: Policies, *, event_id: str, now: int
) -> Step:
    """What giving points back does; raises EventRefused (the policy's bounds)."""
    event = {"event": "credit", "points": given.points, "why": given.kind}
    event |= {"id": event_id, "seller_id": log.seller_id}
    return adjustment_step(log, event, policies, now=now)


def forgiveness_step(
    log: SellerLog,
    entry_id: str,
    why: str,
    policies: Policies,
    *,
    person: str,
    event_id: str,
    now: int,
) -> Step:
    """What letting an entry count no more does; raises EventRefused where it does not stand."""
    event = override(entry_id, why, override_id=event_id, person=person, action="forgive")
    return adjustment_step(log, event, policies, now=now)


def adjustment_step(log: SellerLog, event: dict[str, Any], policies: Policies, *, now: int) -> Step:
    """What an event beside verdicts does; raises EventRefused in the policy's own words."""
    return step_of(log, event, policies, now=now, refusal=EventRefused)

"""Pure decisions about verdicts: what one will say in the log, and what the policy asks of it."""

from __future__ import annotations

import json
from secrets import token_hex
from typing import Any

from sqlalchemy import Row

from detector.rules import Policies, event_of
from detector.rules.charge import version_for
from detector.rules.events import Verdict as Told
from detector.rules.policy.policy import Evidence
from service.decisions.verdicts.schemas import Verdict, VerdictShown
from service.http.fields import instant_text


def draft_of(
    given: Verdict,
    complaint: Row[Any],
    *,
    evidence: list[str],
    moderator: str,
    seconded_by: list[str],
    now: int,
) -> VerdictShown:
    """A verdict as it will be given, its open fields filled in from the complaint."""
    return VerdictShown(
        verdict_id=f"v_{token_hex(8)}",
        complaint_id=complaint.complaint_id,
        seller_id=complaint.seller_id,
        outcome=given.outcome,
        violation=given.violation or complaint.category,
        reason=given.reason,
        evidence=evidence,
        moderator=moderator,
        seconded_by=seconded_by,
        decided_at=now,
        reversed_at=None,
        supersedes=given.supersedes,
    )


def event_for(draft: VerdictShown, given: Verdict, complaint: Row[Any]) -> dict[str, Any]:
    """What the log will say of a verdict."""
    # A client's clock may run ahead of ours; nothing is reported after it was decided.
    reported_at = min(complaint.filed_at, draft.decided_at)
    incident_at = min(given.incident_at or reported_at, reported_at)
    event = {
        "event": "verdict",
        "id": draft.verdict_id,
        "decided_at": instant_text(draft.decided_at),
        "reported_at": instant_text(reported_at),
        "incident_at": instant_text(incident_at),
        "seller_id": draft.seller_id,
        "complaint_id": draft.complaint_id,
        "order_id": complaint.order_id,
        "buyer_id": complaint.buyer_id,
        "violation": draft.violation,
        "severity": given.severity,
        "resolution": given.resolution,
        "points": given.points,
        "supersedes": given.supersedes,
        "listing_id": complaint.listing_id,
        "outcome": draft.outcome,
        "evidence": draft.evidence,
        "moderator": draft.moderator,
        "seconded_by": draft.seconded_by or None,
        "actor": "person",
    }
    # Whose order and which buyer is told even where nobody knows: the log has no silent gaps.
    told = ("order_id", "buyer_id")
    return {name: value for name, value in event.items() if value is not None or name in told}


def gate_for(event: dict[str, Any], policies: Policies) -> Evidence | None:
    """What the policy asks of an upheld verdict; None where it asks nothing."""
    told = event_of({**event, "recorded_at": event["decided_at"]})
    if not isinstance(told, Told) or told.outcome != "upheld":
        return None
    violation = version_for(told, policies).violations.get(told.violation)
    return None if violation is None else violation.evidence


def verdict_in(row: Row[Any]) -> VerdictShown:
    """A verdict's row as it is told."""
    values = {name: getattr(row, name) for name in VerdictShown.model_fields}
    seconded_by = json.loads(row.seconded_by or "[]")  # empty in rows of an older revision
    values |= {"evidence": json.loads(row.evidence), "seconded_by": seconded_by}
    return VerdictShown(**values)

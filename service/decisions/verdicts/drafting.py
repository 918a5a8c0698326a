"""What a verdict becomes, pure: its row, its event in the log, and how a proposal is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from detector.instants import text_of
from detector.rules.events import NOTICE
from service.decisions.decision_file import DecisionFile, Proposal
from service.decisions.schemas import Verdict, VerdictShown
from service.decisions.verdicts.schemas import VerdictProposed
from service.intake.complaints.schemas import Outcome


def proposal_shown(proposal: Proposal) -> VerdictProposed:
    """A proposal, as responses show it."""
    verdict, (moderator, *seconded_by) = proposal.verdict, proposal.agreed
    return VerdictProposed(
        complaint_id=proposal.complaint_id,
        seller_id=proposal.seller_id,
        outcome=verdict.outcome,
        violation=verdict.violation,
        severity=verdict.severity,
        points=verdict.points,
        evidence=verdict.evidence or [],
        elsewhere=verdict.elsewhere,
        reason=verdict.reason,
        supersedes=verdict.supersedes,
        moderator=moderator,
        seconded_by=seconded_by,
        people=proposal.people,
        people_missing=proposal.people - len(proposal.agreed),
        proposed_at=proposal.proposed_at,
    )


def draft_of(
    file: DecisionFile, given: Verdict, people: tuple[str, ...], verdict_id: str, now: int
) -> VerdictShown:
    """A verdict as it will be given, its open fields filled in from the complaint."""
    moderator, *seconded_by = people
    return VerdictShown(
        verdict_id=verdict_id,
        complaint_id=file.complaint.complaint_id,
        seller_id=file.complaint.seller_id,
        outcome=given.outcome,
        violation=given.violation or file.complaint.category,
        reason=given.reason,
        evidence=list(given.evidence or ()),
        elsewhere=given.elsewhere,
        moderator=moderator,
        seconded_by=seconded_by,
        decided_at=now,
        reversed_at=None,
        supersedes=given.supersedes,
    )


def file_after(file: DecisionFile, verdict: VerdictShown, event: dict[str, Any]) -> DecisionFile:
    """The file once a verdict was given and its event recorded; its log is one `apart`."""
    decided = {"outcome": Outcome(verdict.outcome), "decided_at": verdict.decided_at}
    return replace(
        file,
        complaint=file.complaint.model_copy(update=decided),
        verdict=verdict,
        is_reopened=False,
        proposal=None,
        appeal=None,
        log=file.log.followed_by(json.dumps(event)),
    )


def event_of(file: DecisionFile, given: Verdict, draft: VerdictShown) -> dict[str, Any]:
    """What the log will say of a verdict."""
    complaint = file.complaint
    reported_at, incident_at = times_of(file, given, draft.decided_at)
    event = {
        "event": "verdict",
        "id": draft.verdict_id,
        "decided_at": text_of(draft.decided_at),
        "reported_at": text_of(reported_at),
        "incident_at": text_of(incident_at),
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
        "elsewhere": draft.elsewhere,
        "moderator": draft.moderator,
        "seconded_by": draft.seconded_by or None,
        "actor": "person",
        "complaint_source": None if complaint.source == NOTICE else complaint.source,
        "complaint_source_identity": complaint.source_identity,
    }
    # Which order and which buyer stand there even where nobody knows: the log has no silent gaps.
    always = ("order_id", "buyer_id")
    return {name: value for name, value in event.items() if value is not None or name in always}


def times_of(file: DecisionFile, given: Verdict, decided_at: int) -> tuple[int, int]:
    """When the complaint was reported, and when what it is about happened."""
    # A client's clock may run ahead of ours; nothing is reported after it was decided.
    reported_at = min(file.complaint.filed_at, decided_at)
    return reported_at, min(given.incident_at or reported_at, reported_at)

"""Pure decisions about verdicts: whether one is given, proposed or refused, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from detector.errors import Refusal
from detector.rules import Policies, event_of
from detector.rules.charge import version_for
from detector.rules.events import Verdict as VerdictEvent
from detector.rules.identity import is_among
from detector.rules.policy.policy import Evidence
from service.decisions.file import ComplaintFile, DecisionFile, Proposal
from service.decisions.ledger.rules import Step, step_of
from service.decisions.schemas import Verdict, VerdictShown
from service.decisions.verdicts.schemas import Seconding, VerdictProposed
from service.http.fields import instant_text
from service.refusals import (
    AlreadyDecided,
    AlreadyProposed,
    AppealOpen,
    ComplaintWithdrawn,
    NoSuchProposal,
    SameModerator,
    VerdictFallen,
    VerdictRefused,
)


@dataclass(frozen=True, slots=True)
class Give:
    """A verdict is given: it takes effect, and ends the proposal that led to it."""

    verdict: VerdictShown
    step: Step


@dataclass(frozen=True, slots=True)
class Propose:
    """A verdict waits for others to agree; until then nothing else changes."""

    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Refuse:
    """Nothing changes, for the reason that the refusal says."""

    refusal: Refusal


Outcome = Give | Propose | Refuse


def outcome_of(
    file: DecisionFile,
    given: Verdict | Seconding,
    policies: Policies,
    *,
    person: str,
    verdict_id: str,
    now: int,
) -> Outcome:
    """What follows when a person gives a verdict, or agrees with the proposed one.

    The one place where a verdict is refused. `verdict_id` is what it is called if it is given.
    """
    try:
        if isinstance(given, Seconding):
            return _seconded(file, policies, person=person, verdict_id=verdict_id, now=now)
        return _decided(file, given, policies, person=person, verdict_id=verdict_id, now=now)
    except Refusal as refusal:
        return Refuse(refusal)


def check_undecided(file: ComplaintFile) -> None:
    """Raise AlreadyDecided or ComplaintWithdrawn unless a complaint waits for its verdict."""
    complaint, earlier = file.complaint, file.verdict
    if earlier is not None and not file.is_reopened:
        raise AlreadyDecided(
            f"complaint {complaint.complaint_id!r} was {earlier.outcome} by {earlier.moderator} "
            f"at {instant_text(earlier.decided_at)}"
        )
    if complaint.outcome != "pending":
        raise AlreadyDecided(
            f"complaint {complaint.complaint_id!r} came with the outcome {complaint.outcome}"
        )
    if file.withdrawal is not None:
        raise ComplaintWithdrawn(
            f"complaint {complaint.complaint_id!r} was withdrawn by its complainant"
        )


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
        reason=verdict.reason,
        supersedes=verdict.supersedes,
        moderator=moderator,
        seconded_by=seconded_by,
        people=proposal.people,
        people_missing=proposal.people - len(proposal.agreed),
        proposed_at=proposal.proposed_at,
    )


def _decided(
    file: DecisionFile,
    given: Verdict,
    policies: Policies,
    *,
    person: str,
    verdict_id: str,
    now: int,
) -> Outcome:
    complaint_id, waiting = file.complaint.complaint_id, file.proposal
    if waiting is not None:
        raise AlreadyProposed(
            f"{waiting.agreed[0]} proposed that complaint {complaint_id!r} be "
            f"{waiting.verdict.outcome}; second it or decline it"
        )
    kinds = file.kinds if given.evidence is None else given.evidence
    verdict = given.model_copy(update={"evidence": list(kinds)})
    draft = _draft(file, verdict, (person,), verdict_id, now)
    event = _event(file, verdict, draft)
    gate = _gate(event, policies)
    _check_room(file, verdict)
    if gate is None or gate.quorum <= 1:
        return Give(draft, step_of(file.log, event, policies, now=now))
    lack = gate.missing(tuple(kinds), people=gate.quorum)
    if lack is not None:
        raise VerdictRefused(f"complaint {complaint_id!r} cannot be upheld: {lack}")
    seller_id = file.complaint.seller_id
    return Propose(Proposal(complaint_id, seller_id, verdict, (person,), gate.quorum, now))


def _seconded(
    file: DecisionFile, policies: Policies, *, person: str, verdict_id: str, now: int
) -> Outcome:
    """Four eyes: raises SameModerator where the person has agreed to the proposal before."""
    proposal = file.proposal
    if proposal is None:
        raise NoSuchProposal(
            f"no verdict about {file.complaint.complaint_id!r} waits for others to agree"
        )
    if is_among(person, proposal.agreed):
        raise SameModerator(f"{person} has agreed already; somebody else seconds it")
    agreed = (*proposal.agreed, person)
    if len(agreed) < proposal.people:
        return Propose(replace(proposal, agreed=agreed))
    _check_room(file, proposal.verdict)
    draft = _draft(file, proposal.verdict, agreed, verdict_id, now)
    event = _event(file, proposal.verdict, draft)
    return Give(draft, step_of(file.log, event, policies, now=now))


def _check_room(file: DecisionFile, given: Verdict) -> None:
    """Raise unless a complaint waits for a verdict, or has the one that is to be superseded."""
    verdict_id = given.supersedes
    if verdict_id is None:
        check_undecided(file)
        return
    standing = file.standing_verdict
    if standing is None or standing.verdict_id != verdict_id:
        complaint_id = file.complaint.complaint_id
        raise VerdictFallen(f"verdict {verdict_id!r} does not stand about {complaint_id!r}")
    if file.appeal is not None and file.appeal.outcome == "open":
        raise AppealOpen(f"an appeal against verdict {verdict_id!r} waits; decide that first")


def _draft(
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
        moderator=moderator,
        seconded_by=seconded_by,
        decided_at=now,
        reversed_at=None,
        supersedes=given.supersedes,
    )


def _event(file: DecisionFile, given: Verdict, draft: VerdictShown) -> dict[str, Any]:
    """What the log will say of a verdict."""
    complaint = file.complaint
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
    # Which order and which buyer stand there even where nobody knows: the log has no silent gaps.
    always = ("order_id", "buyer_id")
    return {name: value for name, value in event.items() if value is not None or name in always}


def _gate(event: dict[str, Any], policies: Policies) -> Evidence | None:
    """What the policy asks of an upheld verdict; None where it asks nothing."""
    verdict = event_of({**event, "recorded_at": event["decided_at"]})
    if not isinstance(verdict, VerdictEvent) or verdict.outcome != "upheld":
        return None
    violation = version_for(verdict, policies).violations.get(verdict.violation)
    return None if violation is None else violation.evidence

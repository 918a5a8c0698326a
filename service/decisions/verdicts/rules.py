"""Pure decisions about verdicts: whether one is given, proposed or refused, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from detector.errors import Refusal
from detector.instants import text_of
from detector.rules import Policies
from detector.rules.charge import version_at
from detector.rules.identity import is_among
from detector.rules.policy.policy import Evidence, Policy
from service.decisions.decision_file import ComplaintFile, DecisionFile, Proposal
from service.decisions.ledger.rules import Step, step_of
from service.decisions.reasons import check_reason
from service.decisions.schemas import Verdict, VerdictShown
from service.decisions.verdicts.drafting import draft_of, event_of, times_of
from service.decisions.verdicts.schemas import Seconding
from service.http.fields import has_words
from service.intake.complaints.rules import order_warnings, violation_warnings
from service.leases.rules import check_escalation, check_may_decide
from service.refusals import (
    AlreadyDecided,
    AlreadyProposed,
    AppealOpen,
    ComplaintWithdrawn,
    NoSuchProposal,
    ReasonMissing,
    SameModerator,
    VerdictFallen,
    VerdictRefused,
)
from service.roles import Role


@dataclass(frozen=True, slots=True)
class Give:
    """A verdict is given: it takes effect, and ends the proposal that led to it."""

    verdict: VerdictShown
    step: Step
    warnings: tuple[str, ...] = ()
    """What a person should look at once more, as sentences."""


@dataclass(frozen=True, slots=True)
class Propose:
    """A verdict waits for others to agree; until then nothing else changes."""

    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Refuse:
    """Nothing changes, for the reason that the refusal says."""

    refusal: Refusal


Outcome = Give | Propose | Refuse


class Decider(NamedTuple):
    """Who decides, and in which role."""

    person: str
    role: Role


def outcome_of(
    file: DecisionFile,
    given: Verdict | Seconding,
    policies: Policies,
    *,
    person: str,
    role: Role,
    verdict_id: str,
    now: int,
) -> Outcome:
    """What follows when a person gives a verdict, or agrees with the proposed one.

    The one place where a verdict is refused. `verdict_id` is what it is called if it is given.
    """
    decider = Decider(person, role)
    try:
        if isinstance(given, Seconding):
            return _seconded(file, policies, decider, verdict_id=verdict_id, now=now)
        return _decided(file, given, policies, decider, verdict_id=verdict_id, now=now)
    except Refusal as refusal:
        return Refuse(refusal)


def check_undecided(file: ComplaintFile, *, tells_who: bool = False) -> None:
    """Raise AlreadyDecided or ComplaintWithdrawn unless a complaint waits for its verdict.

    `tells_who`: whether the refusal may name who decided it.
    """
    complaint, earlier = file.complaint, file.verdict
    if earlier is not None and not file.is_reopened:
        by = f" by {earlier.moderator}" if tells_who else ""
        raise AlreadyDecided(
            f"complaint {complaint.complaint_id!r} was {earlier.outcome}{by} "
            f"at {text_of(earlier.decided_at)}"
        )
    if complaint.outcome != "pending":
        raise AlreadyDecided(
            f"complaint {complaint.complaint_id!r} came with the outcome {complaint.outcome}"
        )
    if file.withdrawal is not None:
        raise ComplaintWithdrawn(
            f"complaint {complaint.complaint_id!r} was withdrawn by its complainant"
        )


def _decided(
    file: DecisionFile,
    given: Verdict,
    policies: Policies,
    decider: Decider,
    *,
    verdict_id: str,
    now: int,
) -> Outcome:
    complaint_id, waiting = file.complaint.complaint_id, file.proposal
    if waiting is not None:
        raise AlreadyProposed(
            f"{waiting.agreed[0]} proposed that complaint {complaint_id!r} be "
            f"{waiting.verdict.outcome}; second it or decline it"
        )
    _check_room(file, given)
    _check_impartial(file, decider)
    check_may_decide(file.case, *decider)
    policy = _judging(file, given, policies, now)
    check_reason(policy, "verdict", given.reason)
    if given.outcome != "upheld":
        check_reason(policy, "rejection", given.reason)
    kinds = file.kinds if given.evidence is None else given.evidence
    filled = {"evidence": list(kinds), "violation": _violation(file, given, policy)}
    verdict = given.model_copy(update=filled)
    _check_on_file(file, verdict)
    draft = draft_of(file, verdict, (decider.person,), verdict_id, now)
    event = event_of(file, verdict, draft)
    gate = _gate(draft, policy)
    if gate is None or gate.quorum <= 1:
        return _given(file, draft, event, policies, policy)
    lack = gate.missing(tuple(kinds), people=gate.quorum)
    if lack is not None:
        raise VerdictRefused(f"complaint {complaint_id!r} cannot be upheld: {lack}")
    seller_id = file.complaint.seller_id
    agreed = (decider.person,)
    return Propose(Proposal(complaint_id, seller_id, verdict, agreed, gate.quorum, now))


def _seconded(
    file: DecisionFile, policies: Policies, decider: Decider, *, verdict_id: str, now: int
) -> Outcome:
    """Four eyes: raises SameModerator where the person has agreed to the proposal before."""
    person = decider.person
    proposal = file.proposal
    if proposal is None:
        raise NoSuchProposal(
            f"no verdict about {file.complaint.complaint_id!r} waits for others to agree"
        )
    if is_among(person, proposal.agreed):
        raise SameModerator(f"{person} has agreed already; somebody else seconds it")
    _check_impartial(file, decider)
    if file.case is not None:  # who holds it may well be who proposed: only the role counts
        check_escalation(file.case, decider.role)
    agreed = (*proposal.agreed, person)
    if len(agreed) < proposal.people:
        return Propose(replace(proposal, agreed=agreed))
    _check_room(file, proposal.verdict)
    draft = draft_of(file, proposal.verdict, agreed, verdict_id, now)
    event = event_of(file, proposal.verdict, draft)
    policy = _judging(file, proposal.verdict, policies, now)
    return _given(file, draft, event, policies, policy)


def _given(
    file: DecisionFile,
    draft: VerdictShown,
    event: dict[str, Any],
    policies: Policies,
    policy: Policy,
) -> Give:
    warnings = order_warnings(file.complaint.order_id, file.orders_alike)
    if draft.outcome == "upheld" and draft.violation is not None:
        warnings += violation_warnings(draft.violation, file.complaint.category, policy)
    step = step_of(file.log, event, policies, now=draft.decided_at)
    return Give(draft, step, tuple(warnings))


def _check_impartial(file: DecisionFile, decider: Decider) -> None:
    """Raise SameModerator for who acted for a party in this complaint."""
    if is_among(decider.person, file.spokespeople):
        raise SameModerator(
            f"{decider.person} acted for a party of complaint {file.complaint.complaint_id!r}; "
            "somebody else decides"
        )


def _violation(file: DecisionFile, given: Verdict, policy: Policy) -> str:
    """What a verdict finds; raises ReasonMissing or VerdictRefused.

    The complaint's category decides it. Another violation needs a reason, whatever the policy says
    of reasons: the seller has to learn why the complaint is about something else.
    """
    category = file.complaint.category
    known = policy.violations_in(category)
    if given.violation is None:
        only = policy.violation_in(category)
        if only is None and known and given.outcome == "upheld":
            raise VerdictRefused(
                f"violation: {category!r} may be {' or '.join(known)} by {policy.label}; name it"
            )
        return category if only is None else only.name
    if given.violation not in (*known, category) and not has_words(given.reason):
        raise ReasonMissing(
            f"reason: a complaint about {category!r} does not tell of {given.violation!r}; say why "
            "the verdict finds it",
            decision="violation",
        )
    return given.violation


def _check_on_file(file: DecisionFile, given: Verdict) -> None:
    """Raise VerdictRefused for evidence that is named and is not there.

    The seller's own counts for the seller only.
    """
    there = {*file.kinds}
    if given.outcome != "upheld":
        there.update(file.kinds_of_seller)
    missing = sorted({*(given.evidence or ())} - there)
    if missing and given.elsewhere is None:
        raise VerdictRefused(
            f"evidence: {', '.join(missing)} is not on file with complaint "
            f"{file.complaint.complaint_id!r}; add it, or say in `elsewhere` where it lies"
        )


def _judging(file: DecisionFile, given: Verdict, policies: Policies, now: int) -> Policy:
    """The version of the rules that judges a complaint decided now."""
    reported_at, incident_at = times_of(file, given, now)
    return version_at(incident_at, reported_at, now, policies)


def _check_room(file: DecisionFile, given: Verdict) -> None:
    """Raise unless a complaint waits for a verdict, or has the one that is to be superseded."""
    verdict_id = given.supersedes
    if verdict_id is None:
        check_undecided(file, tells_who=True)
        return
    standing = file.standing_verdict
    if standing is None or standing.verdict_id != verdict_id:
        complaint_id = file.complaint.complaint_id
        raise VerdictFallen(f"verdict {verdict_id!r} does not stand about {complaint_id!r}")
    if file.appeal is not None and file.appeal.outcome == "open":
        raise AppealOpen(f"an appeal against verdict {verdict_id!r} waits; decide that first")


def _gate(draft: VerdictShown, policy: Policy) -> Evidence | None:
    """What the policy asks of an upheld verdict; None where it asks nothing."""
    if draft.outcome != "upheld" or draft.violation is None:
        return None
    violation = policy.violations.get(draft.violation)
    return None if violation is None else violation.evidence

"""What can be done with verdicts; each inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from secrets import token_hex

from service.assessments.store import assessments_of
from service.decisions import records
from service.decisions.decision_file import DecisionFile, Proposal
from service.decisions.ledger.actions import record_step
from service.decisions.ledger.rules import Step, standing_shown
from service.decisions.sanctions.consequences import apply_consequences, waiting_ids
from service.decisions.schemas import Verdict, VerdictShown
from service.decisions.transaction import Transaction
from service.decisions.verdicts.drafting import proposal_shown
from service.decisions.verdicts.rules import Give, Propose, Refuse, outcome_of
from service.decisions.verdicts.schemas import Seconding, VerdictGiven, VerdictProposed
from service.decisions.versions import check_seen
from service.intake.complaints import store as complaints
from service.leases.rules import check_holding
from service.outbox.actions import announce
from service.refusals import NoSuchProposal
from service.sellers.store import request_rescoring


def decide(
    transaction: Transaction,
    complaint_id: str,
    given: Verdict | Seconding,
    *,
    seen: Collection[str] | None = None,
    holding: bool = False,
    note: str = "",
) -> VerdictGiven | VerdictProposed:
    """Give a verdict or agree with the proposed one; the rules act on it once it is given.

    It is proposed where the policy asks that several people agree, until enough do. `seen` are the
    versions of the complaint that it may rest on, None for any; `holding`: only its holder decides
    where the seller has an open case; `note` is for colleagues only. Raises NoSuchComplaint,
    VersionChanged, LeaseLost and whatever `outcome_of` refuses with.
    """
    connection, now = transaction.connection, transaction.now
    file = records.locked_file(connection, complaint_id)
    case = records.open_case(connection, file.complaint.seller_id, now=now)
    if seen is not None:
        check_seen(records.version_at(connection, file, transaction.policies, now=now), seen)
    if holding:
        check_holding(case, transaction.caller.person)
    result = _applied(transaction, replace(file, case=case), given)
    if isinstance(given, Seconding):
        transaction.record("verdict.seconded", f"complaint {complaint_id}", given.reason)
    if note:
        transaction.record("complaint.noted", f"complaint {complaint_id}", note)
    return result


def decide_all(
    transaction: Transaction, seen: Mapping[str, str], given: Verdict, *, note: str = ""
) -> list[VerdictGiven | VerdictProposed]:
    """Give the same verdict about complaints, all or none, each with its own record and notice.

    `seen` is the version of each complaint that it may rest on; only the holder of the seller's
    open case decides. Raises what `decide` raises.
    """
    connection, now = transaction.connection, transaction.now
    for complaint_id, version in seen.items():  # all, before the first changes the others
        file = records.locked_file(connection, complaint_id)
        current = records.version_at(connection, file, transaction.policies, now=now)
        check_seen(current, {version})
    return [decide(transaction, one, given, holding=True, note=note) for one in seen]


def decline(
    transaction: Transaction,
    complaint_id: str,
    reason: str,
    *,
    seen: Collection[str] | None = None,
) -> VerdictProposed:
    """Let a proposal fall; the complaint waits for a verdict as before.

    `seen` are the versions of the complaint that this may rest on, None for any. Raises
    NoSuchProposal and VersionChanged.
    """
    connection = transaction.connection
    proposal = records.locked_complaint(connection, complaint_id).proposal
    if proposal is None:
        raise NoSuchProposal(f"no verdict about {complaint_id!r} waits for others to agree")
    if seen is not None:
        file = records.file_of(connection, complaint_id)
        version = records.version_at(connection, file, transaction.policies, now=transaction.now)
        check_seen(version, seen)
    records.remove_proposal(transaction.connection, complaint_id)
    transaction.record("verdict.declined", f"complaint {complaint_id}", reason)
    return proposal_shown(proposal)


def supersede(transaction: Transaction, file: DecisionFile, given: Verdict) -> VerdictGiven:
    """Put a verdict in the place of the one that stands; a proposal stays as it is.

    Raises what `outcome_of` refuses with.
    """
    # The seller's case is leased for its open complaints; this one has its verdict.
    verdict = _applied(transaction, replace(file, proposal=None), given)
    assert isinstance(verdict, VerdictGiven)  # noqa: S101 - only what is upheld is proposed
    return verdict


def reverse(transaction: Transaction, verdict: VerdictShown) -> None:
    """Store that a verdict no longer stands, as an appeal against it was granted.

    One against the seller leaves the complaint decided the other way; one against the complainant
    opens the complaint again, for another verdict.
    """
    connection, now = transaction.connection, transaction.now
    reopened = verdict.outcome != "upheld"
    records.reverse_verdict(connection, verdict.verdict_id, at=now, reopened=reopened)
    records.settle_withdrawal(connection, verdict.complaint_id, "moot")
    outcome, decided_at = ("pending", None) if reopened else ("rejected", now)
    complaints.set_outcome(connection, verdict.complaint_id, outcome, decided_at)
    request_rescoring(connection, [verdict.seller_id], now)
    _announce(transaction, verdict, outcome)


def _applied(
    transaction: Transaction, file: DecisionFile, given: Verdict | Seconding
) -> VerdictGiven | VerdictProposed:
    """Store what `outcome_of` says, or raise its refusal."""
    outcome = outcome_of(
        file,
        given,
        transaction.policies,
        person=transaction.caller.person,
        role=transaction.caller.role,
        verdict_id=f"v_{token_hex(8)}",
        now=transaction.now,
    )
    match outcome:
        case Refuse(refusal):
            raise refusal
        case Propose(proposal):
            return _propose(transaction, proposal, is_new=file.proposal is None)
        case Give():
            return _give(transaction, file, outcome)


def _propose(transaction: Transaction, proposal: Proposal, *, is_new: bool) -> VerdictProposed:
    records.set_proposal(transaction.connection, proposal)
    if is_new:
        complaints.mark_unerased(transaction.connection, proposal.complaint_id)
        subject, people = f"complaint {proposal.complaint_id}", {"people": proposal.people}
        transaction.record("verdict.proposed", subject, proposal.verdict.reason, after=people)
    return proposal_shown(proposal)


def _give(transaction: Transaction, file: DecisionFile, outcome: Give) -> VerdictGiven:
    connection, now = transaction.connection, transaction.now
    verdict, step = outcome.verdict, outcome.step
    if file.proposal is not None:
        records.remove_proposal(connection, verdict.complaint_id)
    if verdict.supersedes is not None:
        records.reverse_verdict(connection, verdict.supersedes, at=now, reopened=True)
        records.settle_withdrawal(connection, verdict.complaint_id, "moot")
    records.add_verdict(connection, verdict)
    complaints.set_outcome(connection, verdict.complaint_id, verdict.outcome, now)
    record_step(transaction, step)
    request_rescoring(connection, [verdict.seller_id], now)
    apply_consequences(transaction, step)
    if file.withdrawal is None:
        _announce(transaction, verdict, verdict.outcome)
    _record(transaction, verdict, step)
    return VerdictGiven(
        **verdict.model_dump(),
        standing=standing_shown(step.after),
        awaiting_approval=waiting_ids(connection, verdict.seller_id, now=now),
        warnings=list(outcome.warnings),
    )


def _announce(transaction: Transaction, verdict: VerdictShown, outcome: str) -> None:
    """Announce what came of a complaint, by its verdict or by an appeal against that."""
    facts = {
        "seller_id": verdict.seller_id,
        "complaint_id": verdict.complaint_id,
        "verdict_id": verdict.verdict_id,
        "outcome": outcome,
    }
    announce(transaction.connection, "complaint.decided", facts, at=transaction.now)


def _record(transaction: Transaction, verdict: VerdictShown, step: Step) -> None:
    assessment = assessments_of(transaction.connection, [verdict.seller_id])
    transaction.record(
        f"verdict.{verdict.outcome}",
        f"complaint {verdict.complaint_id}",
        verdict.reason,
        **step.standings,
        policy=transaction.policies.at(verdict.decided_at).label,
        model=assessment[0].model if assessment else None,
    )

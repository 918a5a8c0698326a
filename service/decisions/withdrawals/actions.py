"""What can be done with withdrawals; each inside one transaction."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from service.decisions import records
from service.decisions.ledger.actions import record_step
from service.decisions.ledger.rules import standing_or_start, standing_shown, step_of
from service.decisions.schemas import WithdrawalShown
from service.decisions.transaction import Transaction
from service.decisions.verdicts.actions import supersede
from service.decisions.withdrawals.rules import fallen, open_withdrawal, withdrawal_outcome
from service.decisions.withdrawals.schemas import (
    Withdrawal,
    WithdrawalDecided,
    WithdrawalDecision,
)
from service.intake.complaints import store as complaints
from service.refusals import NoSuchComplaint, NoSuchWithdrawal
from service.sellers.store import request_rescoring


def withdraw(transaction: Transaction, complaint_id: str, given: Withdrawal) -> WithdrawalShown:
    """Take a complaint back. Without a verdict that ends its review; its seller is scored again.

    Raises NoSuchComplaint, AlreadyWithdrawn, PartyMissing and SameModerator (who decides it
    withdraws it for nobody).
    """
    connection, now = transaction.connection, transaction.now
    file = records.locked_file(connection, complaint_id)
    transaction.check_acts_for(given.by, file.deciders)
    outcome, verdict = withdrawal_outcome(file), file.standing_verdict
    event = {"event": "withdrawn", "id": f"wd_{token_hex(8)}", "complaint_id": complaint_id}
    step = step_of(file.log, event, transaction.policies, now=now)
    withdrawal = WithdrawalShown(
        complaint_id=complaint_id,
        seller_id=file.complaint.seller_id,
        verdict_id=verdict.verdict_id if verdict else None,
        reason=given.reason,
        filed_at=now,
        outcome=outcome,
        decided_by=None,
        decided_at=None,
        decision_reason=None,
    )
    records.add_withdrawal(connection, withdrawal)
    records.remove_proposal(connection, complaint_id)
    complaints.mark_unerased(connection, complaint_id)
    record_step(transaction, step)
    request_rescoring(connection, [file.complaint.seller_id], now)
    subject, after = f"complaint {complaint_id}", {"by": "complainant", "outcome": outcome}
    transaction.record("complaint.withdrawn", subject, given.reason, after=after)
    return withdrawal


def decide_withdrawal(
    transaction: Transaction, complaint_id: str, given: WithdrawalDecision
) -> WithdrawalDecided:
    """Let the verdict on a withdrawn complaint fall, or stand; another person than who gave it.

    To let it fall is a verdict of its own, `rejected`, that takes the place of the first. Raises
    NoSuchWithdrawal, WithdrawalSettled, SameModerator and AppealOpen.
    """
    connection, now = transaction.connection, transaction.now
    try:
        file = records.locked_file(connection, complaint_id)
    except NoSuchComplaint as refusal:
        raise NoSuchWithdrawal(f"complaint {complaint_id!r} was not withdrawn") from refusal
    withdrawal, verdict = open_withdrawal(file, person=transaction.caller.person)
    decision: dict[str, Any] = {
        "outcome": given.outcome,
        "decided_by": transaction.caller.person,
        "decided_at": now,
        "decision_reason": given.reason,
    }
    records.settle_withdrawal(connection, complaint_id, **decision)
    if given.outcome == "granted":
        standing = supersede(transaction, file, fallen(verdict, given.reason)).standing
    else:
        ledger = standing_or_start(file.log, transaction.policies, now=now)
        standing = standing_shown(ledger)
    subject = f"complaint {complaint_id}"
    transaction.record(f"withdrawal.{given.outcome}", subject, given.reason)
    return WithdrawalDecided(**(withdrawal.model_dump() | decision), standing=standing)

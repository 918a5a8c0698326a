"""What can be done with withdrawals; each inside one transaction."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Row

from detector.rules import Policies
from service.audit import actions as audit
from service.decisions.ledger import actions as ledger
from service.decisions.verdicts import actions as verdicts
from service.decisions.verdicts import proposals
from service.decisions.verdicts.schemas import Verdict
from service.decisions.withdrawals import store
from service.decisions.withdrawals.schemas import (
    Withdrawal,
    WithdrawalDecided,
    WithdrawalDecision,
    WithdrawalListed,
    WithdrawalPage,
    WithdrawalShown,
)
from service.http.access.keys import Caller
from service.http.fields import cursor_of, instant_place
from service.intake.complaints import store as complaints
from service.intake.complaints.actions import locked_complaint
from service.refusals import (
    AlreadyWithdrawn,
    NoSuchWithdrawal,
    SameModerator,
    WithdrawalSettled,
)
from service.sellers.store import lock_seller


def withdraw(
    connection: Connection,
    complaint_id: str,
    given: Withdrawal,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> WithdrawalShown:
    """Take a complaint back. Without a verdict that ends its review.

    An upheld verdict stands until another person has looked: whoever was paid to be silent must not
    buy a seller free. Raises NoSuchComplaint and AlreadyWithdrawn.
    """
    complaint = locked_complaint(connection, complaint_id)
    if store.row_of(connection, complaint_id) is not None:
        raise AlreadyWithdrawn(f"complaint {complaint_id!r} was withdrawn before")
    verdict = verdicts.standing_verdict_of(connection, complaint_id)
    outcome = "ended" if complaint.outcome == "pending" else "noted"
    if verdict is not None and verdict.outcome == "upheld":
        outcome = "open"
    store.add(
        connection,
        complaint_id=complaint_id,
        seller_id=complaint.seller_id,
        verdict_id=verdict.verdict_id if verdict else None,
        reason=given.reason,
        filed_at=now,
        outcome=outcome,
    )
    proposals.drop(connection, complaint_id)
    complaints.note_words(connection, complaint_id)
    event = {"event": "withdrawn", "id": f"wd_{token_hex(8)}", "complaint_id": complaint_id}
    ledger.record(connection, complaint.seller_id, event, policies, now=now)
    audit.record(
        connection,
        "complaint.withdrawn",
        f"complaint {complaint_id}",
        at=now,
        caller=caller,
        why=given.reason,
        after={"outcome": outcome},
    )
    return withdrawal_with_id(connection, complaint_id)


def decide(
    connection: Connection,
    complaint_id: str,
    given: WithdrawalDecision,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> WithdrawalDecided:
    """Let the verdict on a withdrawn complaint fall, or stand; another person than who gave it.

    To let it fall is a verdict of its own, `rejected`, that takes the place of the first. Raises
    NoSuchWithdrawal, WithdrawalSettled, SameModerator and AppealOpen.
    """
    found = withdrawal_with_id(connection, complaint_id)
    lock_seller(connection, found.seller_id)
    found = withdrawal_with_id(connection, complaint_id)
    if found.outcome != "open" or found.verdict_id is None:
        told = f"the withdrawal of {complaint_id!r} does not wait: it is {found.outcome}"
        raise WithdrawalSettled(told)
    verdict = verdicts.verdict_with_id(connection, found.verdict_id)
    if caller.person in verdict.people:
        raise SameModerator(f"{caller.person} gave the verdict; somebody else decides")
    said = {"decided_by": caller.person, "decided_at": now, "decision_reason": given.reason}
    store.settle(connection, complaint_id, given.outcome, **said)
    if given.outcome == "granted":
        fallen = Verdict(
            outcome="rejected",
            violation=verdict.violation,
            reason=given.reason,
            evidence=[],
            supersedes=verdict.verdict_id,
        )
        verdicts.give_verdict(connection, complaint_id, fallen, policies, caller=caller, now=now)
    subject, why = f"complaint {complaint_id}", given.reason
    audit.record(connection, f"withdrawal.{given.outcome}", subject, at=now, caller=caller, why=why)
    after = ledger.standing_or_start(connection, found.seller_id, policies, now=now)
    shown = withdrawal_with_id(connection, complaint_id)
    return WithdrawalDecided(**shown.model_dump(), standing=ledger.standing_shown(after))


def withdrawal_of(connection: Connection, complaint_id: str) -> WithdrawalShown | None:
    """A complaint's withdrawal, if it was withdrawn."""
    row = store.row_of(connection, complaint_id)
    return None if row is None else _shown(row)


def withdrawal_with_id(connection: Connection, complaint_id: str) -> WithdrawalShown:
    """A complaint's withdrawal; NoSuchWithdrawal when it was not withdrawn."""
    shown = withdrawal_of(connection, complaint_id)
    if shown is None:
        raise NoSuchWithdrawal(f"complaint {complaint_id!r} was not withdrawn")
    return shown


def withdrawals_page(
    connection: Connection, outcome: str, *, limit: int, cursor: str | None
) -> WithdrawalPage:
    """A page of the withdrawals with an outcome, oldest first."""
    rows = store.page(connection, outcome, limit=limit + 1, after=instant_place(cursor))
    last = rows[limit - 1] if len(rows) > limit else None
    names = WithdrawalListed.model_fields
    shown = [WithdrawalListed(**{n: getattr(row, n) for n in names}) for row in rows[:limit]]
    cursor_after = cursor_of(last.filed_at, last.complaint_id) if last else None
    return WithdrawalPage(withdrawals=shown, next_cursor=cursor_after)


def _shown(row: Row[Any]) -> WithdrawalShown:
    return WithdrawalShown(**{name: getattr(row, name) for name in WithdrawalShown.model_fields})

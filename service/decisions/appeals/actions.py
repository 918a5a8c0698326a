"""What can be done with appeals; each inside one transaction."""

from __future__ import annotations

from secrets import token_hex

from detector.instants import text_of
from service.decisions import records
from service.decisions.appeals.rules import appealable_verdict, open_appeal
from service.decisions.appeals.schemas import Appeal, AppealDecided, AppealDecision
from service.decisions.ledger.actions import record_step
from service.decisions.ledger.rules import standing_shown, step_of
from service.decisions.reasons import check_reason
from service.decisions.sanctions.consequences import apply_consequences
from service.decisions.schemas import AppealShown
from service.decisions.transaction import Transaction
from service.decisions.verdicts.actions import reverse
from service.refusals import AppealRefused, NoSuchAppeal


def file_appeal(transaction: Transaction, complaint_id: str, given: Appeal) -> AppealShown:
    """Appeal against a complaint's verdict, once, by the party it went against.

    Raises NoSuchComplaint, NotDecided, AlreadyAppealed and AppealRefused (the wrong party, or out
    of time), PartyMissing and SameModerator (who gave the verdict appeals for nobody).
    """
    connection, now = transaction.connection, transaction.now
    file = records.locked_file(connection, complaint_id)
    transaction.check_acts_for(given.by, file.deciders)
    verdict, by = appealable_verdict(file, given.by)
    appeal_id = f"a_{token_hex(8)}"
    event = {
        "event": "appeal",
        "id": appeal_id,
        "verdict_id": verdict.verdict_id,
        "by": by,
        "notified_at": text_of(verdict.decided_at),
    }
    step = step_of(file.log, event, transaction.policies, now=now, refusal=AppealRefused)
    appeal = AppealShown.model_validate(
        {
            "appeal_id": appeal_id,
            "verdict_id": verdict.verdict_id,
            "by": by,
            "reason": given.reason,
            "filed_at": now,
            "outcome": "open",
            "decided_by": None,
            "decided_at": None,
            "decision_reason": None,
        }
    )
    records.add_appeal(connection, appeal)
    record_step(transaction, step)
    apply_consequences(transaction, step)
    subject = f"complaint {complaint_id}"
    transaction.record("appeal.filed", subject, given.reason, after={"by": by})
    return appeal


def decide_appeal(transaction: Transaction, appeal_id: str, given: AppealDecision) -> AppealDecided:
    """Grant or deny an appeal; granting restores the points in the same transaction.

    Raises NoSuchAppeal, SameModerator (who gave the verdict, or acted for a party),
    AppealAlreadyDecided and ReasonMissing.
    """
    connection, now = transaction.connection, transaction.now
    person, policies = transaction.caller.person, transaction.policies
    complaint_id = records.appealed_complaint(connection, appeal_id)
    if complaint_id is None:
        raise NoSuchAppeal(f"no appeal has the id {appeal_id!r}")
    file = records.locked_file(connection, complaint_id)
    appeal, verdict = open_appeal(file, appeal_id, person=person)
    check_reason(policies.at(now), "appeal", given.reason)
    event = {
        "event": "appeal_decided",
        "id": f"d_{token_hex(8)}",
        "appeal_id": appeal_id,
        "outcome": given.outcome,
        "moderator": person,
    }
    step = step_of(file.log, event, policies, now=now)
    decision = {
        "outcome": given.outcome,
        "decided_by": person,
        "decided_at": now,
        "decision_reason": given.reason,
    }
    records.set_appeal(connection, appeal_id, **decision)
    record_step(transaction, step)
    if given.outcome == "granted":
        reverse(transaction, verdict)
    apply_consequences(transaction, step)
    transaction.record(
        f"appeal.{given.outcome}",
        f"complaint {complaint_id}",
        given.reason,
        **step.standings,
        policy=policies.at(now).label,
    )
    decided = appeal.model_dump() | decision
    return AppealDecided(**decided, standing=standing_shown(step.after))

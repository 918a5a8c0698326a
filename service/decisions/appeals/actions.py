"""What can be done with appeals; each inside one transaction."""

from __future__ import annotations

from secrets import token_hex

from detector.instants import text_of
from service.decisions import records
from service.decisions.appeals import store
from service.decisions.appeals.rules import (
    appealable_verdict,
    check_opinion,
    check_without_opinion,
    decision_step,
    open_appeal,
)
from service.decisions.appeals.schemas import (
    Appeal,
    AppealDecided,
    AppealDecision,
    Opinion,
    OpinionShown,
)
from service.decisions.decision_file import DecisionFile
from service.decisions.ledger.actions import record_step
from service.decisions.ledger.rules import standing_shown, step_of
from service.decisions.reasons import check_reason
from service.decisions.sanctions.consequences import apply_consequences
from service.decisions.schemas import AppealShown
from service.decisions.transaction import Transaction
from service.decisions.verdicts.actions import reverse
from service.outbox.actions import announce
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


def give_opinion(transaction: Transaction, appeal_id: str, given: Opinion) -> OpinionShown:
    """Store what a person thinks of an appealed complaint, once, before they see the verdict.

    Raises NoSuchAppeal, AppealAlreadyDecided, SameModerator (who could not decide the appeal
    either) and OpinionStored.
    """
    connection, person = transaction.connection, transaction.caller.person
    file = _locked_file(transaction, appeal_id)
    _, verdict = open_appeal(file, appeal_id, person=person)
    check_without_opinion(store.opinions_on(connection, [appeal_id]), person=person)
    opinion = OpinionShown(
        opinion_id=f"op_{token_hex(8)}",
        appeal_id=appeal_id,
        person=person,
        outcome=given.outcome,
        reason=given.reason,
        given_at=transaction.now,
    )
    store.add_opinion(connection, opinion)
    transaction.record(
        "appeal.opinion",
        f"complaint {verdict.complaint_id}",
        given.reason,
        after={"outcome": given.outcome},
        seller_id=verdict.seller_id,
    )
    return opinion


def decide_after_opinion(
    transaction: Transaction, appeal_id: str, given: AppealDecision
) -> AppealDecided:
    """Grant or deny an appeal as `decide_appeal` does, by who has stored an opinion before.

    Raises OpinionMissing besides: the pages show the first verdict to nobody who has not.
    """
    file, person = _locked_file(transaction, appeal_id), transaction.caller.person
    open_appeal(file, appeal_id, person=person)
    check_opinion(store.opinions_on(transaction.connection, [appeal_id]), person=person)
    return _decided(transaction, file, appeal_id, given)


def decide_appeal(transaction: Transaction, appeal_id: str, given: AppealDecision) -> AppealDecided:
    """Grant or deny an appeal; granting restores the points in the same transaction.

    Raises NoSuchAppeal, SameModerator (who gave the verdict, or acted for a party),
    AppealAlreadyDecided and ReasonMissing.
    """
    return _decided(transaction, _locked_file(transaction, appeal_id), appeal_id, given)


def _decided(
    transaction: Transaction, file: DecisionFile, appeal_id: str, given: AppealDecision
) -> AppealDecided:
    connection, now = transaction.connection, transaction.now
    person, policies = transaction.caller.person, transaction.policies
    appeal, verdict = open_appeal(file, appeal_id, person=person)
    check_reason(policies.at(now), "appeal", given.reason)
    event_id = f"d_{token_hex(8)}"
    step = decision_step(
        file, appeal_id, given.outcome, policies, person=person, event_id=event_id, now=now
    )
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
    else:
        facts = {
            "seller_id": verdict.seller_id,
            "complaint_id": verdict.complaint_id,
            "appeal_id": appeal_id,
            "by": appeal.by,
        }
        announce(connection, "appeal.denied", facts, at=now)
    apply_consequences(transaction, step)
    transaction.record(
        f"appeal.{given.outcome}",
        f"complaint {verdict.complaint_id}",
        given.reason,
        **step.standings,
        policy=policies.at(now).label,
    )
    decided = appeal.model_dump() | decision
    return AppealDecided(**decided, standing=standing_shown(step.after))


def _locked_file(transaction: Transaction, appeal_id: str) -> DecisionFile:
    """What is on file about an appealed complaint, its seller locked; raises NoSuchAppeal."""
    complaint_id = records.appealed_complaint(transaction.connection, appeal_id)
    if complaint_id is None:
        raise NoSuchAppeal(f"no appeal has the id {appeal_id!r}")
    return records.locked_file(transaction.connection, complaint_id)

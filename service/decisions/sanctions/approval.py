"""A second person's decision about a sanction; each inside the caller's transaction."""

from __future__ import annotations

from secrets import token_hex

from sqlalchemy import Connection

from detector.rules import Policies
from detector.rules.identity import is_among
from service.audit.actions import spokespeople_of
from service.decisions import sanction_records
from service.decisions.decision_file import SanctionFile
from service.decisions.ledger.actions import record_step
from service.decisions.ledger.rules import (
    Step,
    standing_of,
    standing_or_start,
    step_of,
    verdicts_behind,
)
from service.decisions.reasons import check_reason
from service.decisions.sanctions.consequences import apply_consequences
from service.decisions.sanctions.rules import (
    approval_step,
    check_waits_for,
    decision_event,
    known_sanction,
    sanction_facts,
    sanction_in,
)
from service.decisions.schemas import SanctionRecord
from service.decisions.transaction import Transaction
from service.outbox.actions import announce
from service.refusals import SameModerator


def approve(transaction: Transaction, sanction_id: str, reason: str) -> SanctionRecord:
    """Let a sanction be carried out; by nobody who gave one of the verdicts it rests on.

    Its term runs from now. Raises NoSuchSanction, SanctionSettled (approved, declined, lifted or
    lapsed before), SameModerator and ReasonMissing.
    """
    person = transaction.caller.person
    step = _decided(transaction, sanction_id, "approved", reason)
    sanction = known_sanction(step.after, sanction_id)
    sanction_records.set_sanction(
        transaction.connection,
        sanction_id,
        state="carried_out",
        approved_by=person,
        approved_at=step.at,
        reason=reason,
        ends_at=sanction.ends_at,
    )
    apply_consequences(transaction, step)
    facts = sanction_facts(step.after.seller_id, sanction)
    transaction.record("sanction.approved", sanction_id, reason, after=facts)
    return sanction_records.sanction_with_id(
        transaction.connection, sanction_id, now=transaction.now
    )


def decline(transaction: Transaction, sanction_id: str, reason: str) -> SanctionRecord:
    """Refuse to have a sanction carried out; the points stay taken.

    The next entry at its tier asks again. Raises NoSuchSanction, SanctionSettled and SameModerator.
    """
    person = transaction.caller.person
    step = _decided(transaction, sanction_id, "declined", reason)
    sanction_records.set_sanction(
        transaction.connection,
        sanction_id,
        state="declined",
        declined_by=person,
        reason=reason,
        lifted_at=step.at,
    )
    apply_consequences(transaction, step)
    transaction.record("sanction.declined", sanction_id, reason)
    return sanction_records.sanction_with_id(
        transaction.connection, sanction_id, now=transaction.now
    )


def lapse(transaction: Transaction, sanction_id: str) -> str:
    """Record and announce that nobody decided about a sanction in its term.

    It was over by itself at the end of its term; this tells people and the platform. One that is
    recorded already is left alone. Returns the seller; raises NoSuchSanction.
    """
    connection, now = transaction.connection, transaction.now
    file = sanction_records.locked_sanction(connection, sanction_id, now=now)
    if not sanction_records.is_overdue(connection, sanction_id, now):
        return file.log.seller_id
    ledger = standing_or_start(file.log, transaction.policies, now=now)
    sanction = sanction_in(ledger, sanction_id)
    if sanction is None or sanction.state != "lapsed":  # as other rules once issued it
        sanction_records.set_sanction(connection, sanction_id, state="lifted", lifted_at=now)
    else:
        event = decision_event(sanction_id, "lapsed", event_id=f"sd_{token_hex(8)}")
        step = step_of(file.log, event, transaction.policies, now=now)
        record_step(transaction, step)
        sanction_records.set_sanction(connection, sanction_id, state="lapsed")
        apply_consequences(transaction, step)
        facts = sanction_facts(ledger.seller_id, sanction)
        announce(connection, "sanction.lapsed", facts, at=now)
    transaction.record("sanction.lapsed", sanction_id, "nobody decided about it in its term")
    return file.log.seller_id


def check_may_decide(
    connection: Connection, file: SanctionFile, policies: Policies, *, person: str, now: int
) -> None:
    """Raise SanctionSettled or SameModerator unless a sanction waits for this person's decision."""
    ledger = standing_of(file.log, policies, now=now)
    check_waits_for(file, ledger, policies, person=person)
    check_impartial(connection, file, policies, person=person)


def check_impartial(
    connection: Connection, file: SanctionFile, policies: Policies, *, person: str
) -> None:
    """Raise SameModerator for who acted for a party of a complaint that a sanction rests on."""
    verdicts = verdicts_behind(file.log, file.record.sanction_id, policies)
    complaint_ids = sorted({one.complaint_id for one in verdicts})
    if is_among(person, spokespeople_of(connection, complaint_ids)):
        raise SameModerator(
            f"{person} acted for a party of what it rests on; somebody else decides"
        )


def _decided(transaction: Transaction, sanction_id: str, outcome: str, reason: str) -> Step:
    """Record a second person's decision about a sanction that waits for it."""
    connection, now = transaction.connection, transaction.now
    person, policies = transaction.caller.person, transaction.policies
    file = sanction_records.locked_sanction(connection, sanction_id, now=now)
    check_may_decide(connection, file, policies, person=person, now=now)
    if outcome == "approved":
        check_reason(policies.at(now), "approval", reason)
    event_id = f"sd_{token_hex(8)}"
    step = approval_step(
        file, outcome, policies, person=person, why=reason, event_id=event_id, now=now
    )
    record_step(transaction, step)
    return step

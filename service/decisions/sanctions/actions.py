"""A second person's decision about a sanction; each inside the caller's transaction."""

from __future__ import annotations

from secrets import token_hex

from detector.rules import SanctionView, SellerLedger
from service.decisions import records
from service.decisions.file import SanctionFile
from service.decisions.ledger.actions import record_step
from service.decisions.ledger.rules import override, standing_of, step_of
from service.decisions.sanctions.consequences import announce_sanction
from service.decisions.sanctions.rules import (
    check_warned,
    known_sanction,
    sanction_facts,
    term_end,
    waiting_sanction,
)
from service.decisions.schemas import SanctionRecord
from service.decisions.transaction import Transaction
from service.http.fields import instant_text


def approve(transaction: Transaction, sanction_id: str, reason: str) -> SanctionRecord:
    """Let a sanction be carried out; by nobody who gave one of the verdicts it rests on.

    Its term runs from now. Raises NoSuchSanction, SanctionSettled (approved, declined, lifted or
    lapsed before), SameModerator and NeverSuspended.
    """
    connection, now = transaction.connection, transaction.now
    file = records.locked_sanction(connection, sanction_id, now=now)
    ledger = standing_of(file.log, transaction.policies, now=now)
    sanction = waiting_sanction(file, ledger, person=transaction.caller.person)
    assert ledger is not None  # noqa: S101 - it holds the sanction
    check_warned(file, ledger, sanction)
    ends_at = term_end(sanction, now)
    if ends_at is not None:
        why = reason or "the term runs from the approval"
        until = instant_text(ends_at)
        ledger, sanction = _overridden(transaction, file, why, action="extend", until=until)
    records.set_sanction(
        connection,
        sanction_id,
        state="carried_out",
        approved_by=transaction.caller.person,
        approved_at=now,
        reason=reason,
        ends_at=sanction.ends_at,
    )
    announce_sanction(transaction, ledger, sanction)
    facts = sanction_facts(ledger.seller_id, sanction)
    transaction.record("sanction.approved", sanction_id, reason, after=facts)
    return records.sanction_with_id(connection, sanction_id, now=now)


def decline(transaction: Transaction, sanction_id: str, reason: str) -> SanctionRecord:
    """Refuse to have a sanction carried out: it is lifted, the points stay taken.

    Raises NoSuchSanction, SanctionSettled and SameModerator.
    """
    connection, now = transaction.connection, transaction.now
    file = records.locked_sanction(connection, sanction_id, now=now)
    ledger = standing_of(file.log, transaction.policies, now=now)
    waiting_sanction(file, ledger, person=transaction.caller.person)
    _overridden(transaction, file, reason or "declined by a second person", action="lift")
    records.set_sanction(
        connection,
        sanction_id,
        state="declined",
        declined_by=transaction.caller.person,
        reason=reason,
        lifted_at=now,
    )
    transaction.record("sanction.declined", sanction_id, reason)
    return records.sanction_with_id(connection, sanction_id, now=now)


def _overridden(
    transaction: Transaction, file: SanctionFile, why: str, **action: str
) -> tuple[SellerLedger, SanctionView]:
    """Record a person's override of a sanction; the ledger and the sanction as they are then."""
    name, person = file.record.sanction_id, transaction.caller.person
    event = override(name, why, override_id=f"o_{token_hex(8)}", person=person, **action)
    step = step_of(file.log, event, transaction.policies, now=transaction.now)
    record_step(transaction.connection, step)
    return step.after, known_sanction(step.after, name)

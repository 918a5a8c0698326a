"""Credits, volumes and forgiven entries: what enters a ledger beside verdicts and appeals."""

from __future__ import annotations

from secrets import token_hex

from sqlalchemy import Connection

from service.decisions import log_records, records
from service.decisions.adjustments.rules import adjustment_step, credit_step, forgiveness_step
from service.decisions.adjustments.schemas import Credit, Forgiveness, StandingAfter, Volume
from service.decisions.ledger.actions import record_step
from service.decisions.ledger.rules import Step, standing_shown
from service.decisions.sanctions.consequences import apply_consequences, waiting_ids
from service.decisions.transaction import Transaction
from service.refusals import NoSuchEntry
from service.sellers.store import check_known, request_rescoring


def grant_credit(transaction: Transaction, seller_id: str, given: Credit) -> StandingAfter:
    """Give points back to a seller; raises NoSuchSeller and EventRefused (the policy's bounds)."""
    check_known(transaction.connection, seller_id)
    log = log_records.locked_log(transaction.connection, seller_id)
    event_id = f"cr_{token_hex(8)}"
    step = credit_step(log, given, transaction.policies, event_id=event_id, now=transaction.now)
    _apply(transaction, step)
    transaction.record("credit.granted", f"seller {seller_id}", given.reason, **step.standings)
    return _standing_after(transaction, step)


def record_volume(transaction: Transaction, seller_id: str, given: Volume) -> StandingAfter:
    """Compare a seller's defects with their transactions; a policy by rate acts on it."""
    check_known(transaction.connection, seller_id)
    event = {"event": "volume", "transactions": dict(given.transactions)}
    event |= {"id": f"vo_{token_hex(8)}", "seller_id": seller_id}
    log = log_records.locked_log(transaction.connection, seller_id)
    step = adjustment_step(log, event, transaction.policies, now=transaction.now)
    _apply(transaction, step)
    is_acted_on = step.after.sanctions != step.before.sanctions
    action = "volume.acted_on" if is_acted_on else "volume.recorded"
    transaction.record(action, f"seller {seller_id}", **step.standings)
    return _standing_after(transaction, step)


def forgive_entry(transaction: Transaction, entry_id: str, given: Forgiveness) -> StandingAfter:
    """Let an entry count no more, though its verdict stands: a person's exception, on record.

    Raises NoSuchEntry, and EventRefused for an entry that does not stand.
    """
    connection = transaction.connection
    seller_id = seller_of_entry(connection, entry_id)
    step = forgiveness_step(
        log_records.locked_log(connection, seller_id),
        entry_id,
        given.reason,
        transaction.policies,
        person=transaction.caller.person,
        event_id=f"o_{token_hex(8)}",
        now=transaction.now,
    )
    _apply(transaction, step)
    transaction.record("entry.forgiven", f"entry {entry_id}", given.reason, **step.standings)
    return _standing_after(transaction, step)


def seller_of_entry(connection: Connection, entry_id: str) -> str:
    """Whose ledger an entry stands in; raises NoSuchEntry."""
    # An entry is called by the verdict that opened it.
    verdict = records.verdict_with_id(connection, entry_id)
    if verdict is None:
        raise NoSuchEntry(f"no entry has the id {entry_id!r}")
    return verdict.seller_id


def _apply(transaction: Transaction, step: Step) -> None:
    """Record a step and what follows from it."""
    record_step(transaction, step)
    request_rescoring(transaction.connection, [step.after.seller_id], transaction.now)
    apply_consequences(transaction, step)


def _standing_after(transaction: Transaction, step: Step) -> StandingAfter:
    seller_id = step.after.seller_id
    return StandingAfter(
        event_id=step.body["id"],
        seller_id=seller_id,
        standing=standing_shown(step.after),
        awaiting_approval=waiting_ids(transaction.connection, seller_id, now=transaction.now),
    )

"""What a step from one standing to the next means for others, recorded and announced."""

from __future__ import annotations

from sqlalchemy import Connection

from detector.rules import SanctionView, SellerState
from service.decisions import sanction_records
from service.decisions.ledger.rules import Step
from service.decisions.sanctions.rules import (
    changed_sanctions,
    event_kind,
    fresh_sanctions,
    is_carried_out,
    lifted_sanctions,
    points_event,
    sanction_facts,
    state_of,
)
from service.decisions.schemas import SanctionRecord
from service.decisions.transaction import Transaction
from service.outbox.actions import announce


def apply_consequences(transaction: Transaction, step: Step) -> None:
    """Record and announce what a step from one standing to the next means for others.

    What needs a second person waits for one and is announced only then.
    """
    connection, before, after = transaction.connection, step.before, step.after
    points = points_event(step)
    if points:
        announce(connection, *points, at=transaction.now)
    if not any(is_carried_out(one) for one in after.sanctions):
        return
    found = sanction_records.sanctions_of(connection, after.seller_id, now=transaction.now)
    known = {one.sanction_id: one for one in found}
    for sanction in lifted_sanctions(before, after):
        _lift(transaction, after, sanction, known.get(sanction.id))
    for sanction in fresh_sanctions(known, after):
        replaced = known.get(sanction.replaces) if sanction.replaces else None
        _issue(transaction, after, sanction, replaced)
    for sanction in after.sanctions:
        record = known.get(sanction.id)
        if record is not None and record.state in ("waiting", "lapsed"):
            _agree(transaction, sanction, record)
    for sanction in changed_sanctions(before, after):
        record = known.get(sanction.id)
        if record is not None and record.state == "carried_out":
            announce_sanction(transaction, after, sanction)


def waiting_ids(connection: Connection, seller_id: str, *, now: int) -> list[str]:
    """The seller's sanctions that wait for a second person."""
    found = sanction_records.sanctions_of(connection, seller_id, now=now)
    return [one.sanction_id for one in found if one.state == "waiting"]


def announce_sanction(
    transaction: Transaction, ledger: SellerState, sanction: SanctionView
) -> None:
    """Announce a sanction as it is now; a warning is the seller's alone."""
    if sanction.kind == "warn":
        return
    facts = sanction_facts(ledger.seller_id, sanction)
    announce(transaction.connection, event_kind(sanction, ledger), facts, at=transaction.now)


def _issue(
    transaction: Transaction,
    ledger: SellerState,
    sanction: SanctionView,
    replaced: SanctionRecord | None,
) -> None:
    """Record a sanction; one that needs nobody's approval is announced at once.

    A milder step in the place of one that was carried out is no new decision.
    """
    state = state_of(sanction)
    sanction_records.add_sanction(
        transaction.connection,
        sanction_id=sanction.id,
        seller_id=ledger.seller_id,
        kind=sanction.kind,
        state=state,
        issued_at=sanction.issued_at,
        ends_at=sanction.ends_at,
        approved_by=replaced.approved_by if replaced else None,
        approved_at=replaced.approved_at if replaced else None,
    )
    if state == "carried_out" and sanction.state != "served":
        announce_sanction(transaction, ledger, sanction)


def _agree(transaction: Transaction, sanction: SanctionView, record: SanctionRecord) -> None:
    """Let the record of what waited say what the rules say: an older revision counted lapses."""
    facts = {"kind": sanction.kind, "issued_at": sanction.issued_at, "ends_at": sanction.ends_at}
    if any(getattr(record, name) != value for name, value in facts.items()):
        sanction_records.set_sanction(transaction.connection, sanction.id, **facts)


def _lift(
    transaction: Transaction,
    ledger: SellerState,
    sanction: SanctionView,
    known: SanctionRecord | None,
) -> None:
    """Record that a sanction is lifted; announced where it had been carried out."""
    connection, now = transaction.connection, transaction.now
    sanction_records.set_sanction(connection, sanction.id, state="lifted", lifted_at=now)
    if known is not None and known.state == "carried_out" and sanction.kind != "warn":
        facts = sanction_facts(ledger.seller_id, sanction)
        announce(connection, "sanction.lifted", facts, at=now)

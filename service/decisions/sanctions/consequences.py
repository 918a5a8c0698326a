"""What a step from one standing to the next means for others, recorded and announced."""

from __future__ import annotations

from sqlalchemy import Connection

from detector.rules import SanctionView, SellerLedger
from service.decisions import records
from service.decisions.sanctions.rules import (
    changed_sanctions,
    event_kind,
    fresh_sanctions,
    lifted_sanctions,
    points_event,
    sanction_facts,
)
from service.decisions.schemas import SanctionRecord
from service.decisions.transaction import Transaction
from service.outbox.actions import announce


def apply_consequences(transaction: Transaction, before: SellerLedger, after: SellerLedger) -> None:
    """Record and announce what a step from one standing to the next means for others.

    What needs a second person waits for one and is announced only then.
    """
    connection = transaction.connection
    points = points_event(before, after)
    if points:
        announce(connection, *points, at=transaction.now)
    lifted, fresh = lifted_sanctions(before, after), fresh_sanctions(before, after)
    changed = changed_sanctions(before, after)
    if not (lifted or fresh or changed):
        return
    found = records.sanctions_of(connection, after.seller_id, now=transaction.now)
    known = {one.sanction_id: one for one in found}
    undone = {one.id for one in lifted if _lift(transaction, after, one, known.get(one.id))}
    for sanction in fresh:
        # A milder step in the place of one that was carried out is no new decision.
        is_carried_out = not sanction.two_person or sanction.replaces in undone
        replaced = known.get(sanction.replaces) if sanction.replaces else None
        _issue(transaction, after, sanction, replaced, is_carried_out=is_carried_out)
    for sanction in changed:
        record = known.get(sanction.id)
        if record is not None and record.state == "carried_out":
            announce_sanction(transaction, after, sanction)


def waiting_ids(connection: Connection, seller_id: str, *, now: int) -> list[str]:
    """The seller's sanctions that wait for a second person."""
    found = records.sanctions_of(connection, seller_id, now=now)
    return [one.sanction_id for one in found if one.state == "waiting"]


def announce_sanction(
    transaction: Transaction, ledger: SellerLedger, sanction: SanctionView
) -> None:
    """Announce a sanction as it is now."""
    facts = sanction_facts(ledger.seller_id, sanction)
    announce(transaction.connection, event_kind(sanction, ledger), facts, at=transaction.now)


def _issue(
    transaction: Transaction,
    ledger: SellerLedger,
    sanction: SanctionView,
    replaced: SanctionRecord | None,
    *,
    is_carried_out: bool,
) -> None:
    records.add_sanction(
        transaction.connection,
        sanction_id=sanction.id,
        seller_id=ledger.seller_id,
        kind=sanction.kind,
        state="carried_out" if is_carried_out else "waiting",
        issued_at=sanction.issued_at,
        ends_at=sanction.ends_at,
        approved_by=replaced.approved_by if replaced else None,
        approved_at=replaced.approved_at if replaced else None,
    )
    if is_carried_out and sanction.state != "served":
        announce_sanction(transaction, ledger, sanction)


def _lift(
    transaction: Transaction,
    ledger: SellerLedger,
    sanction: SanctionView,
    known: SanctionRecord | None,
) -> bool:
    """Record that a sanction is lifted; whether it had been carried out."""
    connection, now = transaction.connection, transaction.now
    records.set_sanction(connection, sanction.id, state="lifted", lifted_at=now)
    if known is None or known.state != "carried_out":  # nobody has heard of it
        return False
    announce(connection, "sanction.lifted", sanction_facts(ledger.seller_id, sanction), at=now)
    return True

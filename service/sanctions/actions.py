"""What can be done with sanctions; each inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from detector.rules import Policies, SanctionView, SellerLedger
from service.access.keys import Caller
from service.audit.actions import note
from service.complaints.store import lock_seller
from service.ledger.actions import standing_at
from service.outbox.actions import announce
from service.refusals import NoSuchSanction, SameModerator, SanctionSettled
from service.sanctions.rules import (
    EVENTS,
    fresh_sanctions,
    lifted_sanctions,
    points_event,
    sanction_facts,
)
from service.sanctions.schemas import SanctionRecord
from service.sanctions.tables import sanctions
from service.verdicts.tables import verdicts


def follow(connection: Connection, before: SellerLedger, after: SellerLedger, *, now: int) -> None:
    """Record and announce what a step from one standing to the next means for others.

    What needs a second person waits for one and is announced only then.
    """
    points = points_event(before, after)
    if points:
        announce(connection, *points, at=now)
    for sanction in fresh_sanctions(before, after):
        _record(connection, after.seller_id, sanction)
        if not sanction.two_person:
            _announce(connection, after.seller_id, sanction, now)
    for sanction in lifted_sanctions(before, after):
        _lift(connection, after.seller_id, sanction, now)


def approve(
    connection: Connection,
    sanction_id: str,
    reason: str,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> SanctionRecord:
    """Let a sanction be carried out; by nobody who gave one of the verdicts it rests on.

    Raises NoSuchSanction, SanctionSettled (approved before, or lifted) and SameModerator.
    """
    seller_id = _row(connection, sanction_id).seller_id
    lock_seller(connection, seller_id)
    row = _row(connection, sanction_id)
    ledger = standing_at(connection, seller_id, policies, now=now)
    sanction = next((s for s in ledger.sanctions if s.id == sanction_id), None) if ledger else None
    if row.state != "waiting" or ledger is None or sanction is None or sanction.state == "voided":
        raise SanctionSettled(f"sanction {sanction_id!r} does not wait for approval")
    if caller.person in _moderators(connection, ledger, sanction):
        raise SameModerator(f"{caller.person} gave a verdict it rests on; somebody else approves")
    connection.execute(
        update(sanctions)
        .where(sanctions.c.sanction_id == sanction_id)
        .values(state="carried_out", approved_by=caller.person, approved_at=now, reason=reason)
    )
    _announce(connection, seller_id, sanction, now)
    note(connection, "sanction.approved", sanction_id, at=now, caller=caller, why=reason)
    return shown(_row(connection, sanction_id))


def waiting(connection: Connection, limit: int) -> list[SanctionRecord]:
    """Sanctions that wait for a second person, oldest first."""
    query = select(sanctions).where(sanctions.c.state == "waiting").limit(limit)
    rows = connection.execute(query.order_by(sanctions.c.issued_at, sanctions.c.sanction_id))
    return [shown(row) for row in rows]


def shown(row: Row[Any]) -> SanctionRecord:
    """A sanction's record as it is told."""
    return SanctionRecord(**{name: getattr(row, name) for name in SanctionRecord.model_fields})


def _record(connection: Connection, seller_id: str, sanction: SanctionView) -> None:
    connection.execute(
        insert(sanctions).values(
            sanction_id=sanction.id,
            seller_id=seller_id,
            kind=sanction.kind,
            state="waiting" if sanction.two_person else "carried_out",
            issued_at=sanction.issued_at,
            ends_at=sanction.ends_at,
        )
    )


def _announce(connection: Connection, seller_id: str, sanction: SanctionView, now: int) -> None:
    announce(connection, EVENTS[sanction.kind], sanction_facts(seller_id, sanction), at=now)


def _lift(connection: Connection, seller_id: str, sanction: SanctionView, now: int) -> None:
    known = connection.execute(
        select(sanctions.c.state).where(sanctions.c.sanction_id == sanction.id)
    ).scalar_one_or_none()
    connection.execute(
        update(sanctions)
        .where(sanctions.c.sanction_id == sanction.id)
        .values(state="lifted", lifted_at=now)
    )
    if known == "carried_out":  # nobody has heard of one that still waited
        announce(connection, "sanction.lifted", sanction_facts(seller_id, sanction), at=now)


def _moderators(connection: Connection, ledger: SellerLedger, sanction: SanctionView) -> set[str]:
    grounds = {
        verdict_id
        for entry in ledger.entries
        if entry.id in sanction.because
        for verdict_id in entry.grounds
    }
    query = select(verdicts.c.moderator).where(verdicts.c.verdict_id.in_(sorted(grounds)))
    return set(connection.execute(query).scalars())


def _row(connection: Connection, sanction_id: str) -> Row[Any]:
    row = connection.execute(
        select(sanctions).where(sanctions.c.sanction_id == sanction_id)
    ).one_or_none()
    if row is None:
        raise NoSuchSanction(f"no sanction has the id {sanction_id!r}")
    return row

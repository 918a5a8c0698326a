"""All SQL of sanctions: what the rules issued, and what became of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from service.database.sealing import seal
from service.decisions.decision_file import SanctionFile
from service.decisions.log_records import log_of
from service.decisions.schemas import SanctionRecord
from service.decisions.tables import sanctions
from service.refusals import NoSuchSanction
from service.sellers.store import lock_seller_in


def locked_sanction(connection: Connection, sanction_id: str, *, now: int) -> SanctionFile:
    """What is on file about a sanction, its seller locked; raises NoSuchSanction."""
    its = select(sanctions.c.seller_id).where(sanctions.c.sanction_id == sanction_id)
    lock_seller_in(connection, its)
    return sanction_file(connection, sanction_id, now=now)


def sanction_file(connection: Connection, sanction_id: str, *, now: int) -> SanctionFile:
    """What is on file about a sanction; raises NoSuchSanction."""
    record = sanction_with_id(connection, sanction_id, now=now)
    return SanctionFile(record, log_of(connection, record.seller_id))


def add_sanction(connection: Connection, **values: Any) -> None:  # noqa: ANN401
    """Store a sanction that the rules issued."""
    connection.execute(insert(sanctions).values(values))
    seal(connection, sanctions, values["sanction_id"])


def set_sanction(connection: Connection, sanction_id: str, **values: Any) -> None:  # noqa: ANN401
    """Store what became of a sanction."""
    row = update(sanctions).where(sanctions.c.sanction_id == sanction_id)
    if connection.execute(row.values(values)).rowcount:
        seal(connection, sanctions, sanction_id)


def sanction_with_id(connection: Connection, sanction_id: str, *, now: int) -> SanctionRecord:
    """What became of a sanction; raises NoSuchSanction."""
    query = select(sanctions).where(sanctions.c.sanction_id == sanction_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NoSuchSanction(f"no sanction has the id {sanction_id!r}")
    return sanction_in(row, now)


def sanctions_of(connection: Connection, seller_id: str, *, now: int) -> list[SanctionRecord]:
    """What became of each of a seller's suspensions and removals, oldest first."""
    query = select(sanctions).where(sanctions.c.seller_id == seller_id)
    rows = connection.execute(query.order_by(sanctions.c.issued_at, sanctions.c.sanction_id))
    return [sanction_in(row, now) for row in rows]


def sanction_in(row: Row[Any], now: int) -> SanctionRecord:
    """A sanction's row as it is at an instant."""
    values = row._asdict()
    if row.state == "waiting" and row.ends_at is not None and row.ends_at <= now:
        values["state"] = "lapsed"
    return SanctionRecord(**values)


def is_in_state(state: str, now: int) -> ColumnElement[bool]:
    """Whether a sanction is in a state at an instant.

    A waiting sanction lapses by itself when its term has passed; a worker notes it later.
    """
    stored = sanctions.c.state == state
    if state == "lapsed":
        return or_(stored, and_(sanctions.c.state == "waiting", sanctions.c.ends_at <= now))
    if state == "waiting":
        return and_(stored, or_(sanctions.c.ends_at.is_(None), sanctions.c.ends_at > now))
    return stored


def overdue_sanctions(connection: Connection, now: int, *, at_most: int) -> list[str]:
    """Sanctions whose term passed while they waited, and whose lapse was not announced yet."""
    query = select(sanctions.c.sanction_id).where(_is_overdue(now))
    return list(connection.execute(query.order_by(sanctions.c.ends_at).limit(at_most)).scalars())


def is_overdue(connection: Connection, sanction_id: str, now: int) -> bool:
    """Whether a sanction is one of those."""
    query = select(sanctions.c.sanction_id).where(_is_overdue(now))
    found = connection.execute(query.where(sanctions.c.sanction_id == sanction_id))
    return found.one_or_none() is not None


def _is_overdue(now: int) -> ColumnElement[bool]:
    return and_(sanctions.c.state == "waiting", sanctions.c.ends_at <= now)


def count_lapsed(connection: Connection, now: int) -> int:
    """How many sanctions have lapsed since the store began."""
    query = select(func.count()).select_from(sanctions).where(is_in_state("lapsed", now))
    return connection.execute(query).scalar_one()


def oldest_waiting(connection: Connection, now: int) -> int | None:
    """When the sanction that waits longest for approval was issued; None when none waits."""
    query = select(func.min(sanctions.c.issued_at)).where(is_in_state("waiting", now))
    oldest: int | None = connection.execute(query).scalar_one()
    return oldest

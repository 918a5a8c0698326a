"""All SQL of the sanctions slice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from service.decisions.tables import sanctions, verdicts
from service.decisions.verdicts.rules import verdict_in
from service.decisions.verdicts.schemas import VerdictShown
from service.http.paging import Place, oldest_first


def add(connection: Connection, **values: Any) -> None:  # noqa: ANN401
    """Record a sanction."""
    connection.execute(insert(sanctions).values(values))


def change(connection: Connection, sanction_id: str, **values: Any) -> None:  # noqa: ANN401
    """Note what became of a sanction."""
    connection.execute(
        update(sanctions).where(sanctions.c.sanction_id == sanction_id).values(values)
    )


def row_of(connection: Connection, sanction_id: str) -> Row[Any] | None:
    """One sanction's record."""
    return connection.execute(
        select(sanctions).where(sanctions.c.sanction_id == sanction_id)
    ).one_or_none()


def rows_of_seller(connection: Connection, seller_id: str) -> Sequence[Row[Any]]:
    """A seller's sanctions, oldest first."""
    query = select(sanctions).where(sanctions.c.seller_id == seller_id)
    return connection.execute(query.order_by(sanctions.c.issued_at, sanctions.c.sanction_id)).all()


def page(
    connection: Connection, state: str, *, now: int, limit: int, after: Place | None
) -> Sequence[Row[Any]]:
    """Sanctions in a state, oldest first, after a place in that order."""
    s = sanctions.c
    found = select(sanctions).where(in_state(state, now))
    query = oldest_first(found, s.issued_at, s.sanction_id, after=after, limit=limit)
    return connection.execute(query).all()


def oldest_waiting(connection: Connection, now: int) -> int | None:
    """When the sanction that waits longest for approval was issued; None when none waits."""
    query = select(func.min(sanctions.c.issued_at)).where(in_state("waiting", now))
    oldest: int | None = connection.execute(query).scalar_one()
    return oldest


def verdicts_among(connection: Connection, verdict_ids: Iterable[str]) -> list[VerdictShown]:
    """Verdicts by their ids, oldest first."""
    query = select(verdicts).where(verdicts.c.verdict_id.in_(sorted(verdict_ids)))
    ordered = query.order_by(verdicts.c.decided_at, verdicts.c.verdict_id)
    return [verdict_in(row) for row in connection.execute(ordered)]


def in_state(state: str, now: int) -> ColumnElement[bool]:
    """Whether a sanction is in a state at an instant.

    A waiting sanction lapses by itself when its term has passed; nothing has to note it.
    """
    if state == "lapsed":
        return and_(sanctions.c.state == "waiting", sanctions.c.ends_at <= now)
    stored = sanctions.c.state == state
    if state == "waiting":
        return and_(stored, or_(sanctions.c.ends_at.is_(None), sanctions.c.ends_at > now))
    return stored

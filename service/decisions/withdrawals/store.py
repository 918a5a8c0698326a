"""All SQL of the withdrawals slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from service.database.engine import among
from service.decisions.tables import verdicts, withdrawals
from service.http.paging import Place, oldest_first


def add(connection: Connection, **values: Any) -> None:  # noqa: ANN401
    """Record a withdrawal."""
    connection.execute(insert(withdrawals).values(values))


def row_of(connection: Connection, complaint_id: str) -> Row[Any] | None:
    """A complaint's withdrawal, if it was withdrawn."""
    return connection.execute(
        select(withdrawals).where(withdrawals.c.complaint_id == complaint_id)
    ).one_or_none()


def filed_times(connection: Connection, complaint_ids: Sequence[str]) -> dict[str, int]:
    """When complaints were withdrawn, by complaint; at most a page of them."""
    query = select(withdrawals.c.complaint_id, withdrawals.c.filed_at).where(
        among(connection, withdrawals.c.complaint_id, complaint_ids)
    )
    return {row.complaint_id: row.filed_at for row in connection.execute(query)}


def settle(connection: Connection, complaint_id: str, outcome: str, **values: Any) -> None:  # noqa: ANN401
    """Note what became of a withdrawal that waits; any other stays as it is."""
    waits = and_(withdrawals.c.complaint_id == complaint_id, withdrawals.c.outcome == "open")
    connection.execute(update(withdrawals).where(waits).values(outcome=outcome, **values))


def page(
    connection: Connection, outcome: str, *, limit: int, after: Place | None
) -> Sequence[Row[Any]]:
    """Withdrawals with an outcome and who gave the verdict, oldest first, after a place."""
    w = withdrawals.c
    query = select(withdrawals, verdicts.c.moderator).outerjoin(verdicts)
    query = query.where(w.outcome == outcome)
    query = oldest_first(query, w.filed_at, w.complaint_id, after=after, limit=limit)
    return connection.execute(query).all()

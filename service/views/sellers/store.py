"""All SQL of the sellers slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from service.decisions.tables import withdrawals
from service.http.paging import Place, newest_first
from service.intake.complaints.tables import complaints
from service.intake.orders.tables import orders


def filed_times(connection: Connection, seller_id: str, *, since: int, before: int) -> list[int]:
    """When complaints about a seller were filed, in a span of time."""
    query = select(complaints.c.filed_at).where(
        complaints.c.seller_id == seller_id,
        complaints.c.filed_at >= since,
        complaints.c.filed_at < before,
    )
    return list(connection.execute(query).scalars())


def complaints_page(
    connection: Connection,
    seller_id: str,
    *,
    outcome: str | None,
    limit: int,
    after: Place | None,
) -> Sequence[Row[Any]]:
    """Complaints about a seller, newest first, after a place in that order.

    Of the pending ones only those to decide: not what was withdrawn.
    """
    query = select(complaints).where(complaints.c.seller_id == seller_id)
    if outcome is not None:
        query = query.where(complaints.c.outcome == outcome)
    if outcome == "pending":
        of_it = withdrawals.c.complaint_id == complaints.c.complaint_id
        query = query.where(~exists(select(withdrawals.c.complaint_id).where(of_it)))
    c = complaints.c
    query = newest_first(query, c.filed_at, c.complaint_id, after=after, limit=limit)
    return connection.execute(query).all()


def daily_orders(connection: Connection, seller_id: str, *, since_day: int) -> dict[int, float]:
    """Orders a seller took, by day."""
    query = select(orders.c.day, orders.c.orders).where(
        orders.c.seller_id == seller_id, orders.c.day >= since_day
    )
    return {row.day: row.orders for row in connection.execute(query)}

"""All SQL of the sellers slice."""

from __future__ import annotations

from sqlalchemy import Connection, select

from service.complaints.tables import complaints
from service.orders.tables import orders


def filed_times(connection: Connection, seller_id: str, *, since: int, before: int) -> list[int]:
    """When complaints about a seller were filed, in a span of time."""
    query = select(complaints.c.filed_at).where(
        complaints.c.seller_id == seller_id,
        complaints.c.filed_at >= since,
        complaints.c.filed_at < before,
    )
    return list(connection.execute(query).scalars())


def daily_orders(connection: Connection, seller_id: str, *, since_day: int) -> dict[int, float]:
    """Orders a seller took, by day."""
    query = select(orders.c.day, orders.c.orders).where(
        orders.c.seller_id == seller_id, orders.c.day >= since_day
    )
    return {row.day: row.orders for row in connection.execute(query)}

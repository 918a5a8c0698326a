"""All SQL of the sellers slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    exists,
    func,
    literal_column,
    select,
)

from detector.durations import DAY_US
from service.database.engine import among
from service.decisions.tables import withdrawals
from service.http.paging import Place, newest_first
from service.intake.complaints.tables import complaints
from service.intake.orders.tables import orders


def daily_complaints(
    connection: Connection, seller_ids: Sequence[str], *, since_day: int, before: int
) -> dict[str, dict[int, int]]:
    """Complaints about each of a page of sellers by day, up to an instant."""
    c = complaints.c
    day = c.filed_at // _DAY
    query = select(c.seller_id, day.label("day"), func.count().label("filed")).where(
        among(connection, c.seller_id, seller_ids),
        c.filed_at >= since_day * DAY_US,
        c.filed_at < before,
    )
    found: dict[str, dict[int, int]] = {}
    for row in connection.execute(query.group_by(c.seller_id, day)):
        found.setdefault(row.seller_id, {})[row.day] = row.filed
    return found


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


def daily_orders(
    connection: Connection, seller_ids: Sequence[str], *, since_day: int
) -> dict[str, dict[int, float]]:
    """Orders that each of a page of sellers took, by day."""
    o = orders.c
    query = select(o.seller_id, o.day, o.orders).where(
        among(connection, o.seller_id, seller_ids), o.day >= since_day
    )
    found: dict[str, dict[int, float]] = {}
    for row in connection.execute(query):
        found.setdefault(row.seller_id, {})[row.day] = row.orders
    return found


_DAY: Final[ColumnElement[int]] = literal_column(str(DAY_US), BigInteger)
"""In the statement itself: as a parameter it would be another one in every place."""

"""All SQL of the cases' views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, exists, func, or_, select

from service.decisions.tables import withdrawals
from service.http.paging import Place, newest_first
from service.intake.complaints.tables import complaints

_WITHDRAWN = exists(select(withdrawals.c.complaint_id)).where(
    withdrawals.c.complaint_id == complaints.c.complaint_id
)


def settled_page(
    connection: Connection, seller_id: str, *, since: int, limit: int, after: Place | None
) -> Sequence[Row[Any]]:
    """Complaints about a seller, filed since an instant, in which nothing is left to decide.

    Newest first, after a place in that order.
    """
    c = complaints.c
    settled = or_(c.outcome != "pending", _WITHDRAWN)
    query = select(complaints).where(c.seller_id == seller_id, c.filed_at >= since, settled)
    query = newest_first(query, c.filed_at, c.complaint_id, after=after, limit=limit)
    return connection.execute(query).all()


def counts(connection: Connection, seller_id: str) -> tuple[int, int]:
    """How many complaints about a seller there are, and how many of them wait for a verdict."""
    waiting = (complaints.c.outcome == "pending") & ~_WITHDRAWN
    query = select(func.count(), func.count().filter(waiting))
    total, wait = connection.execute(query.where(complaints.c.seller_id == seller_id)).one()
    return total, wait


def first_complaints(
    connection: Connection, seller_id: str, buyers: Sequence[str]
) -> dict[str, int]:
    """When each of some buyers first complained about a seller."""
    c = complaints.c
    query = select(c.buyer_id, func.min(c.filed_at)).where(
        c.seller_id == seller_id, c.buyer_id.is_not(None)
    )
    known = set(buyers)
    rows = connection.execute(query.group_by(c.buyer_id))
    return {buyer: first for buyer, first in rows if buyer in known}

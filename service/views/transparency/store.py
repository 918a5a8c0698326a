"""All SQL of the restrictions applied in a period."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, func, select

from service.decisions.tables import sanctions
from service.http.paging import Place, oldest_first


def applied_between(
    connection: Connection, begin: int, end: int, *, after: Place | None, limit: int
) -> Sequence[Row[int, str, str]]:
    """When applied, id and seller of sanctions that were carried out in a period, in order.

    One that was lifted later is among them; one that nobody had to approve was applied at once.
    """
    at = func.coalesce(sanctions.c.approved_at, sanctions.c.issued_at)
    query = select(at, sanctions.c.sanction_id, sanctions.c.seller_id).where(
        sanctions.c.state.in_(("carried_out", "lifted")), at >= begin, at < end
    )
    page = oldest_first(query, at, sanctions.c.sanction_id, after=after, limit=limit)
    return connection.execute(page).all()

"""SQL of what challengers said of the market."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select

from service.assessments.tables import shadow_runs
from service.leases.tables import cases


def keep(connection: Connection, run: dict[str, Any], *, before: int) -> None:
    """Keep a run; those before an instant go."""
    connection.execute(delete(shadow_runs).where(shadow_runs.c.as_of < before))
    connection.execute(insert(shadow_runs).values(run))


def runs_of(
    connection: Connection, challenger: str, *, since: int, until: int
) -> Sequence[Row[Any]]:
    """A challenger's runs from an instant up to another, the last first."""
    r = shadow_runs.c
    query = select(shadow_runs).where(r.challenger == challenger, r.as_of.between(since, until))
    return connection.execute(query.order_by(r.as_of.desc())).all()


def labels_of(connection: Connection, sellers: Collection[str], *, since: int) -> dict[str, str]:
    """The label of each seller's last case that was opened since an instant, where it has one."""
    c = cases.c
    last = (
        select(c.seller_id, func.max(c.opened_at).label("opened_at"))
        .where(c.seller_id.in_(sellers), c.opened_at >= since)
        .group_by(c.seller_id)
        .subquery()
    )
    theirs = and_(c.seller_id == last.c.seller_id, c.opened_at == last.c.opened_at)
    query = select(c.seller_id, c.label).join(last, theirs).where(c.label.is_not(None))
    return {row.seller_id: row.label for row in connection.execute(query)}

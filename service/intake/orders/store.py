"""All SQL of the orders slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from service.database.engine import among, is_postgresql
from service.intake.orders.tables import orders


def replace_days(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store seller-days; what was known of one is replaced."""
    insert = postgresql.insert if is_postgresql(connection) else sqlite.insert
    statement = insert(orders)
    replaced = {name: statement.excluded[name] for name in ("orders", "revenue", "recorded_at")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["seller_id", "day"], set_=replaced),
        list(rows),
    )


def weekly_orders(
    connection: Connection, seller_ids: Sequence[str], *, since_day: int
) -> dict[str, float]:
    """Orders of each of the sellers since a day."""
    found: dict[str, float] = {}
    for start in range(0, len(seller_ids), 500):
        rows = connection.execute(
            select(orders.c.seller_id, func.sum(orders.c.orders))
            .where(
                among(connection, orders.c.seller_id, seller_ids[start : start + 500]),
                orders.c.day >= since_day,
            )
            .group_by(orders.c.seller_id)
        )
        found.update((seller_id, float(count)) for seller_id, count in rows)
    return found

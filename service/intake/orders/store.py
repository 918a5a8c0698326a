"""All SQL of the orders slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from service.database.engine import is_postgresql
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

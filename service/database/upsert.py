"""Inserting rows whose key may be there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from service.database.engine import is_postgresql


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows whose primary key is not there yet; how many those were."""
    if not rows:
        return 0
    insert_into = postgresql.insert if is_postgresql(connection) else sqlite.insert
    key = next(iter(table.primary_key.columns))
    statement = insert_into(table).on_conflict_do_nothing().returning(key)
    return len(connection.execute(statement, list(rows)).all())

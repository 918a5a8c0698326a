"""All SQL of the loops of workers that fail: a row for each, while its last run failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from service.database.engine import is_postgresql
from service.scoring.tables import scoring_failures


def add_failure(connection: Connection, loop: str, error: str, *, now: int) -> None:
    """Note that a loop failed, with the class of the error."""
    insert_into = postgresql.insert if is_postgresql(connection) else sqlite.insert
    values = {"loop": loop, "failures": 1, "first_at": now, "last_at": now, "error": error[:100]}
    statement = insert_into(scoring_failures).values(values)
    again = {"failures": scoring_failures.c.failures + 1, "last_at": now, "error": error[:100]}
    connection.execute(statement.on_conflict_do_update(index_elements=["loop"], set_=again))


def forget_failures(connection: Connection, loop: str) -> None:
    """A loop works again."""
    connection.execute(delete(scoring_failures).where(scoring_failures.c.loop == loop))


def failures(connection: Connection, *, since: int) -> Sequence[Row[Any]]:
    """The loops that failed since an instant, by name."""
    query = select(scoring_failures).where(scoring_failures.c.last_at >= since)
    return connection.execute(query.order_by(scoring_failures.c.loop)).all()

"""SQL of what was learnt from closed cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from service.cases.tables import learnings
from service.database.engine import is_postgresql
from service.leases.tables import cases


def labelled_cases(
    connection: Connection, *, since: int, until: int, limit: int
) -> Sequence[Row[str, str, int, str, str]]:
    """Cases closed after `since` and up to `until` whose label says if the seller was at fault.

    Those of which it is on record what was known when they were opened; the last closed first.
    """
    c = cases.c
    query = select(c.case_id, c.seller_id, c.closed_at, c.label, c.opening).where(
        c.closed_at > since,
        c.closed_at <= until,
        c.label.in_(("problem", "false_alarm")),
        c.opening.is_not(None),
    )
    last_first = query.order_by(c.closed_at.desc(), c.case_id.desc())
    return connection.execute(last_first.limit(limit)).all()


def keep(connection: Connection, row: dict[str, Any]) -> None:
    """Keep what was learnt on a day in place of what was learnt earlier that day."""
    insert = postgresql.insert if is_postgresql(connection) else sqlite.insert
    later = {name: row[name] for name in ("learned_at", "lessons", "learnt")}
    statement = insert(learnings).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["day"], set_=later))


def last(connection: Connection, *, until: int) -> Row[Any] | None:
    """What was learnt last, up to an instant."""
    theirs = select(learnings).where(learnings.c.learned_at <= until)
    return connection.execute(theirs.order_by(learnings.c.day.desc()).limit(1)).one_or_none()

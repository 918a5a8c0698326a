"""All SQL of the workload."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from service.cases.store import is_awake, is_held, is_snoozed
from service.decisions.sanction_records import is_in_state
from service.decisions.tables import appeals, proposals, sanctions, withdrawals
from service.http.access.keys import Caller
from service.leases.tables import cases
from service.views.workload.schemas import Desk


def workload_of(connection: Connection, *, caller: Caller, now: int) -> Desk:
    """How much waits of everything that the lists show, at an instant."""
    return Desk(
        **_open_cases(connection, caller.person, now),
        snoozed=_many(connection, cases, is_snoozed(connection, now)),
        proposals=_many(connection, proposals),
        appeals=_many(connection, appeals, appeals.c.outcome == "open"),
        withdrawals=_many(connection, withdrawals, withdrawals.c.outcome == "open"),
        sanctions=_many(connection, sanctions, is_in_state("waiting", now)),
    )


def _open_cases(connection: Connection, person: str, now: int) -> dict[str, int]:
    """The queue and three parts of it, in one pass: it may hold tens of thousands."""
    c = cases.c
    parts = {
        "mine": is_held(connection, person, now),
        "overdue": c.due_at <= now,
        "escalated": c.escalated_by.is_not(None),
    }
    counted = [func.count().filter(part).label(name) for name, part in parts.items()]
    query = select(func.count().label("queue"), *counted).where(is_awake(connection, now))
    return dict(connection.execute(query).one()._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def _many(connection: Connection, table: FromClause, *conditions: ColumnElement[Any]) -> int:
    query = select(func.count()).select_from(table).where(*conditions)
    return connection.execute(query).scalar_one()

"""All SQL of the workload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from service.cases.store import is_awake, is_held, is_snoozed
from service.decisions.sanction_records import is_in_state
from service.decisions.tables import appeals, proposals, sanctions, verdicts, withdrawals
from service.http.access.keys import Caller
from service.intake.complaints.tables import complaints
from service.intake.reports.store import count_waiting
from service.leases.tables import cases
from service.views.workload.rules import ClosedCase
from service.views.workload.schemas import Desk
from service.views.workload.waiting import LoggedCase

READ_MAX: Final = 5_000
"""Rows that a sum is made of, the last ones where they have an order."""


def workload_of(connection: Connection, *, caller: Caller, now: int) -> Desk:
    """How much waits of everything that the lists show, at an instant."""
    return Desk(
        **_open_cases(connection, caller.person, now),
        snoozed=_many(connection, cases, is_snoozed(connection, now)),
        **waiting_of(connection, now=now),
    )


def waiting_of(connection: Connection, *, now: int) -> dict[str, int]:
    """How much waits for a second person, by the name of its count in `Desk`."""
    return {
        "proposals": _many(connection, proposals),
        "appeals": _many(connection, appeals, appeals.c.outcome == "open"),
        "withdrawals": _many(connection, withdrawals, withdrawals.c.outcome == "open"),
        "sanctions": _many(connection, sanctions, is_in_state("waiting", now)),
        "reports": count_waiting(connection),
    }


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


def open_by_age(connection: Connection, bounds_us: Sequence[int], *, now: int) -> list[int]:
    """Open cases, snoozed ones too, by age: younger than each bound, and older than the last."""
    age = now - cases.c.opened_at
    older = [func.count().filter(age >= bound) for bound in (0, *bounds_us)]
    counts = connection.execute(select(*older).where(cases.c.status == "open")).one()
    return [a - b for a, b in zip(counts, (*counts[1:], 0), strict=True)]


def flow_since(connection: Connection, since: int) -> tuple[int, int]:
    """How many cases were opened since an instant, and how many were closed."""
    opened = _many(connection, cases, cases.c.opened_at >= since)
    return opened, _many(connection, cases, cases.c.closed_at >= since)


def waits_for_look(connection: Connection, since: int) -> Sequence[int]:
    """How long cases opened since an instant waited until somebody first claimed them."""
    c = cases.c
    query = select(c.looked_at - c.opened_at).where(c.opened_at >= since, c.looked_at.is_not(None))
    return connection.execute(query.limit(READ_MAX)).scalars().all()


def not_looked_at(connection: Connection) -> int:
    """How many open cases nobody has claimed yet."""
    c = cases.c
    return _many(connection, cases, c.status == "open", c.looked_at.is_(None))


def waits_for_verdict(connection: Connection, since: int) -> Sequence[int]:
    """How long complaints first decided since an instant waited for that from their filing."""
    v = verdicts.c
    joined = verdicts.join(complaints, complaints.c.complaint_id == v.complaint_id)
    query = select(v.decided_at - complaints.c.filed_at).select_from(joined)
    first = query.where(v.decided_at >= since, v.supersedes.is_(None))
    return connection.execute(first.limit(READ_MAX)).scalars().all()


def closed_cases(connection: Connection, since: int) -> list[ClosedCase]:
    """Cases closed since an instant whose chance of a false alarm is known, the last first."""
    c = cases.c
    query = select(c.seller_id, c.opened_at, c.closed_at, c.false_chance)
    known = query.where(c.closed_at >= since, c.false_chance.is_not(None))
    rows = connection.execute(known.order_by(c.closed_at.desc()).limit(READ_MAX))
    return [ClosedCase(*row) for row in rows]


def looks_took(connection: Connection, since: int) -> Sequence[int]:
    """How long cases closed since an instant took from their first claim, the last first."""
    c = cases.c
    known = select(c.closed_at - c.looked_at).where(c.closed_at >= since, c.looked_at.is_not(None))
    query = known.order_by(c.closed_at.desc()).limit(READ_MAX)
    return connection.execute(query).scalars().all()


def upheld_verdicts(connection: Connection, since: int) -> list[tuple[str, int]]:
    """Seller and instant of verdicts since an instant that uphold a complaint and stand."""
    v = verdicts.c
    stands = (v.outcome == "upheld", v.reversed_at.is_(None), v.decided_at >= since)
    rows = connection.execute(select(v.seller_id, v.decided_at).where(*stands))
    return [(row.seller_id, row.decided_at) for row in rows]


def logged_cases(connection: Connection, since: int) -> list[LoggedCase]:
    """Cases opened since an instant, as the queue had them; the last ones."""
    c = cases.c
    query = select(c.opened_at, c.order_key, c.due_at, c.looked_at, c.closed_at)
    rows = query.where(c.opened_at >= since).order_by(c.opened_at.desc()).limit(READ_MAX)
    return [LoggedCase(*row) for row in connection.execute(rows)]

"""SQL of the lots drawn for a challenger, and of the cases by which it is judged."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from service.assessments.tables import explorations, shadow_runs
from service.database.engine import among, reach_of
from service.leases.tables import cases


def keep(connection: Connection, lot: dict[str, Any], *, before: int) -> None:
    """Keep what was drawn on a day; lots before an instant go."""
    connection.execute(delete(explorations).where(explorations.c.drawn_at < before))
    connection.execute(insert(explorations).values(lot))


def is_drawn(connection: Connection, day: int) -> bool:
    """Whether a lot was drawn on a day."""
    query = select(explorations.c.day).where(explorations.c.day == day)
    return connection.execute(query).one_or_none() is not None


def drawn_since(connection: Connection, since: int, *, now: int) -> int:
    """How many sellers were drawn since an instant; what a clock far ahead drew is none."""
    latest = now + reach_of(connection).skew_us
    drawn_at = explorations.c.drawn_at
    query = select(explorations.c.cases).where(drawn_at > since, drawn_at <= latest)
    return sum(len(json.loads(text)) for text in connection.execute(query).scalars())


def cases_drawn(connection: Connection, challenger: str, *, since: int) -> dict[str, str]:
    """The cases that lots opened for a challenger since an instant, each with its seller."""
    e = explorations.c
    query = select(e.cases).where(e.challenger == challenger, e.drawn_at >= since)
    texts = connection.execute(query).scalars()
    return {case_id: seller for text in texts for seller, case_id in json.loads(text).items()}


def last_named(connection: Connection, challenger: str, *, since: int, until: int) -> list[str]:
    """Sellers whom a challenger alone named in its last run of a time; none if it failed."""
    r = shadow_runs.c
    query = (
        select(r.only_challenger)
        .where(r.challenger == challenger, r.as_of.between(since, until))
        .order_by(r.as_of.desc())
        .limit(1)
    )
    found = connection.execute(query).scalar_one_or_none()
    return [] if found is None else list(json.loads(found))


def cases_of(connection: Connection, sellers: Collection[str], *, since: int) -> Sequence[Row[Any]]:
    """Cases of some sellers that a version had opened since an instant, the first first."""
    found = list(_cases_of(connection, sorted(sellers), since))
    return sorted(found, key=lambda row: (row.opened_at, row.case_id))


def _cases_of(connection: Connection, sellers: Sequence[str], since: int) -> Iterator[Row[Any]]:
    c = cases.c
    columns = [c.case_id, c.seller_id, c.opened_at, c.status, c.label, c.opening]
    is_theirs = (c.opened_at >= since, c.opening.is_not(None))
    for start in range(0, len(sellers), 500):
        some = among(connection, c.seller_id, sellers[start : start + 500])
        yield from connection.execute(select(*columns).where(some, *is_theirs))

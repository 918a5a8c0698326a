"""All SQL of the what-if pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from service.console.what_if.tables import what_ifs

LIVE: Final = ("running", "stopping")
AnyRow = Row[*tuple[Any, ...]]


def insert_what_if(connection: Connection, row: dict[str, Any]) -> None:
    """Add one that begins."""
    connection.execute(insert(what_ifs).values(**row))


def what_if_of(connection: Connection, what_if_id: str) -> Row[Any] | None:
    """One by its id."""
    query = select(what_ifs).where(what_ifs.c.what_if_id == what_if_id)
    return connection.execute(query).one_or_none()


def of_person(connection: Connection, person: str, *, limit: int) -> Sequence[AnyRow]:
    """A person's last ones, newest first, without their results."""
    c = what_ifs.c
    query = select(c.what_if_id, c.state, c.asked, c.begun_at, c.seen_at, c.ended_at)
    ordered = query.where(c.person == person).order_by(c.begun_at.desc(), c.what_if_id.desc())
    return connection.execute(ordered.limit(limit)).all()


def live_one(connection: Connection, *, seen_since: int) -> AnyRow | None:
    """One whose process ran at some instant or later."""
    c = what_ifs.c
    query = select(c.what_if_id, c.person).where(c.state.in_(LIVE), c.seen_at >= seen_since)
    return connection.execute(query.limit(1)).one_or_none()


def mark_seen(connection: Connection, what_if_id: str, *, now: int) -> None:
    """Note that its process runs."""
    here = what_ifs.c.what_if_id == what_if_id
    connection.execute(update(what_ifs).where(here).values(seen_at=now))


def ask_to_stop(connection: Connection, what_if_id: str) -> None:
    """Have the process end that works it out."""
    running = (what_ifs.c.what_if_id == what_if_id) & (what_ifs.c.state == "running")
    connection.execute(update(what_ifs).where(running).values(state="stopping"))


def end(connection: Connection, what_if_id: str, values: dict[str, Any]) -> None:
    """Store how it ended."""
    here = what_ifs.c.what_if_id == what_if_id
    connection.execute(update(what_ifs).where(here).values(**values))


def delete_older(connection: Connection, person: str, *, kept: int) -> None:
    """Leave a person's last ones alone."""
    older = [row.what_if_id for row in of_person(connection, person, limit=1_000)[kept:]]
    connection.execute(delete(what_ifs).where(what_ifs.c.what_if_id.in_(older)))

"""All SQL of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from service.console.sessions.tables import login_links, sessions
from service.database.upsert import insert_new
from service.http.access.tables import api_keys


def insert_session(connection: Connection, **values: Any) -> bool:  # noqa: ANN401
    """Store a session, unless there is one with its id; whether it was stored."""
    return insert_new(connection, sessions, [values]) == 1


def session_row(connection: Connection, session_id: str) -> Row[Any] | None:
    """One session, with the role, expiry and revocation of the key that it rests on."""
    key = api_keys.c
    query = (
        select(
            sessions,
            key.role.label("key_role"),
            key.expires_at.label("key_expires_at"),
            key.revoked_at.label("key_revoked_at"),
        )
        .outerjoin(api_keys, key.key_id == sessions.c.key_id)
        .where(sessions.c.session_id == session_id)
    )
    return connection.execute(query).one_or_none()


def sessions_of(connection: Connection, person: str) -> Sequence[Row[Any]]:
    """A person's sessions that nobody ended, the last seen first."""
    query = select(sessions).where(sessions.c.person == person, sessions.c.ended_at.is_(None))
    return connection.execute(query.order_by(sessions.c.seen_at.desc())).all()


def last_seen(connection: Connection) -> Sequence[Row[str, int]]:
    """When a session of each key was last seen."""
    seen_at = func.max(sessions.c.seen_at).label("seen_at")
    query = select(sessions.c.key_id, seen_at).where(sessions.c.key_id.is_not(None))
    return connection.execute(query.group_by(sessions.c.key_id)).all()


def mark_seen(connection: Connection, session_id: str, now: int) -> None:
    """Note that a session is in use."""
    of_it = update(sessions).where(sessions.c.session_id == session_id)
    connection.execute(of_it.values(seen_at=now))


def end(connection: Connection, person: str, now: int, *, session_id: str | None = None) -> None:
    """End one of a person's sessions, or all."""
    ending = update(sessions).where(sessions.c.person == person, sessions.c.ended_at.is_(None))
    if session_id is not None:
        ending = ending.where(sessions.c.session_id == session_id)
    connection.execute(ending.values(ended_at=now))


def delete_older(connection: Connection, began_before: int) -> None:
    """Forget sessions and links that began long ago."""
    connection.execute(delete(sessions).where(sessions.c.began_at < began_before))
    connection.execute(delete(login_links).where(login_links.c.expires_at < began_before))


def insert_link(connection: Connection, digest: bytes, key_id: str, expires_at: int) -> None:
    """Store a link that signs in once."""
    row = {"digest": digest, "key_id": key_id, "expires_at": expires_at}
    connection.execute(insert(login_links).values(row))


def use_link(connection: Connection, digest: bytes, now: int) -> str | None:
    """Use a link up; the id of the key it stands for, None when it is not good any more."""
    link = login_links.c
    using = (
        update(login_links)
        .where(link.digest == digest, link.used_at.is_(None), link.expires_at > now)
        .values(used_at=now)
        .returning(link.key_id)
    )
    return connection.execute(using).scalar_one_or_none()

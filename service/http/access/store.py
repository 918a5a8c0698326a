"""All SQL of API keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from service.database.sealing import seal
from service.http.access.tables import api_keys


def insert_key(connection: Connection, **values: Any) -> None:  # noqa: ANN401
    """Store a new key."""
    connection.execute(insert(api_keys).values(values))
    seal(connection, api_keys, values["key_id"])


def key_row(connection: Connection, key_id: str) -> Row[Any] | None:
    """One key's row."""
    return connection.execute(select(api_keys).where(api_keys.c.key_id == key_id)).one_or_none()


def key_rows(connection: Connection) -> Sequence[Row[Any]]:
    """All keys ever made, oldest first."""
    query = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id)
    return connection.execute(query).all()


def has_keys(connection: Connection) -> bool:
    """Whether any key was ever made."""
    return bool(connection.execute(select(func.count()).select_from(api_keys)).scalar_one())


def revoke(connection: Connection, key_id: str, *, now: int) -> bool:
    """Revoke a key, unless it was revoked before; whether there is such a key."""
    of_it = update(api_keys).where(api_keys.c.key_id == key_id)
    revoked = of_it.values(revoked_at=func.coalesce(api_keys.c.revoked_at, now))
    seal(connection, api_keys, key_id)
    return bool(connection.execute(revoked).rowcount)

"""All SQL of the idempotency slice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from service.database.upsert import insert_new
from service.http.idempotency.tables import requests


def reserve(connection: Connection, fingerprint: bytes, *, now: int, **identity: str) -> bool:
    """Take a request's place, unless it was taken before; whether it was free."""
    row = {**identity, "fingerprint": fingerprint, "at": now}
    return bool(insert_new(connection, requests, [row]))


def stored_of(connection: Connection, **identity: str) -> Row[Any]:
    """What is stored of a request that was made before."""
    return connection.execute(select(requests).filter_by(**identity)).one()


def keep(
    connection: Connection, status: int, answer: str | None, *, now: int, **identity: str
) -> None:
    """Store a request's answer."""
    statement = update(requests).filter_by(**identity)
    connection.execute(statement.values(status=status, answer=answer, at=now))


def delete_older(connection: Connection, than: int) -> None:
    """Delete what was stored before an instant."""
    connection.execute(delete(requests).where(requests.c.at < than))

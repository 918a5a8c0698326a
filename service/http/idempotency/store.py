"""All SQL of the idempotency slice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import Connection, Row, and_, bindparam, delete, select, update

from service.database.engine import in_portions, reach_of
from service.database.instants import is_wrong
from service.database.upsert import insert_new
from service.http.idempotency.tables import requests

_TEXTS: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
"""Texts in JSON, quotes included."""


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


def set_right(connection: Connection, *, now: int) -> None:
    """Have what a clock far ahead stored kept as long as the rest, from now on."""
    is_late = is_wrong(requests.c.at, now, reach_of(connection).skew_us)
    connection.execute(update(requests).where(is_late).values(at=now))


def erase_naming(connection: Connection, names: Iterable[str]) -> None:
    """Empty the stored responses in which one of the names stands as a whole text.

    The request's place stays taken: sent again it is refused with ResponseErased, and not done
    twice. What was taken of its body, the fingerprint, goes as well.
    """
    sought = {to_json(name).decode() for name in names}
    columns = (requests.c.owner, requests.c.request_key, requests.c.answer)
    query = select(*columns).where(requests.c.answer.is_not(None))
    found = [
        {"of": row.owner, "its": row.request_key}
        for row in in_portions(connection, query)
        if not sought.isdisjoint(_TEXTS.findall(row.answer))
    ]
    if found:
        which = and_(
            requests.c.owner == bindparam("of"), requests.c.request_key == bindparam("its")
        )
        erased = {"answer": None, "status": HTTPStatus.GONE, "fingerprint": b""}
        connection.execute(update(requests).where(which).values(erased), found)

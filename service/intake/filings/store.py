"""All SQL of the filings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, exists, func, insert, select, update

from service.audit.tables import audit
from service.database.engine import among, in_portions
from service.intake.complaints.tables import complaints
from service.intake.filings.tables import filings
from service.sellers.tables import sellers

CHUNK: Final = 500
"""Complaints named by one statement."""

_c, _f = complaints.c, filings.c


class Unsealed(NamedTuple):
    """Complaints that no batch has taken in yet."""

    complaints: int
    since: int | None
    """When the oldest of them was recorded."""


def last_batch(connection: Connection) -> int:
    """The number of the last batch; 0 before the first."""
    last: int | None = connection.execute(select(func.max(_f.batch))).scalar_one()
    return last or 0


def unsealed_ids(connection: Connection, *, after: str, limit: int) -> list[str]:
    """Complaints that no batch has taken in, by id, from one on."""
    query = select(_c.complaint_id).where(_c.complaint_id > after, _is_unsealed())
    return list(connection.execute(query.order_by(_c.complaint_id).limit(limit)).scalars())


def unsealed(connection: Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the complaints that no batch has taken in."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(ids), CHUNK):
        some = among(connection, _c.complaint_id, ids[start : start + CHUNK])
        rows = connection.execute(select(complaints).where(some, _is_unsealed()))
        found += [row._asdict() for row in rows]
    return found


def _is_unsealed() -> ColumnElement[bool]:
    return ~exists().where(_f.complaint_id == _c.complaint_id)


def insert_filings(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store a batch."""
    connection.execute(insert(filings), list(rows))


def forget_buyers(connection: Connection, ids: Sequence[str], erasure: str) -> list[str]:
    """Empty the salts of complaints whose buyer is erased; which had one."""
    found: list[str] = []
    for start in range(0, len(ids), CHUNK):
        some = among(connection, _f.complaint_id, ids[start : start + CHUNK])
        salted = update(filings).where(some, _f.salt.is_not(None))
        emptied = salted.values(salt=None, erasure=erasure).returning(_f.complaint_id)
        found += connection.execute(emptied).scalars()
    return found


def filed(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every filing beside its complaint as it is now, by batch; names of the filing's own begin
    with `sealed_`."""
    names = ("batch", "facts", "outcome", "decided_at", "salt", "buyer", "erasure")
    recorded = [_f[name].label(f"sealed_{name}") for name in names]
    named = _f.complaint_id.label("sealed_id")
    joined = filings.outerjoin(complaints, _c.complaint_id == _f.complaint_id)
    query = select(named, *recorded, *_c).select_from(joined).order_by(_f.batch)
    for row in in_portions(connection, query):
        yield row._asdict()


def count_unsealed(connection: Connection) -> Unsealed:
    """How many complaints no batch has taken in."""
    query = select(func.count(), func.min(_c.recorded_at)).where(_is_unsealed())
    return Unsealed(*connection.execute(query).one())


def unsealed_before(connection: Connection, instant: int) -> list[str]:
    """The complaints recorded before an instant that no batch has taken in."""
    query = select(_c.complaint_id).where(_is_unsealed(), _c.recorded_at < instant)
    return list(connection.execute(query.order_by(_c.complaint_id)).scalars())


def unknown_sellers(connection: Connection) -> list[str]:
    """Sellers that complaints name and that have no row of their own."""
    known = exists().where(sellers.c.seller_id == _c.seller_id)
    query = select(_c.seller_id).where(~known).distinct()
    return list(connection.execute(query.order_by(_c.seller_id)).scalars())


def recorded(connection: Connection, actions: Sequence[str]) -> Iterator[tuple[int, int, Any]]:
    """Number, instant and what is after of the records of some actions."""
    columns = (audit.c.number, audit.c.at, audit.c.after)
    query = select(*columns).where(audit.c.action.in_(actions), audit.c.after.is_not(None))
    for number, at, after in in_portions(connection, query.order_by(audit.c.number)):
        yield number, at, json.loads(after)

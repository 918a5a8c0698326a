"""All SQL of the complaints slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, func, select, update
from sqlalchemy.dialects import postgresql

from service.database.engine import among, is_postgresql, reach_of
from service.database.instants import is_ahead
from service.database.sealing import seal
from service.database.upsert import insert_new
from service.intake.complaints.rules import normalised
from service.intake.complaints.tables import complaints
from service.sellers.store import request_rescoring


def file_complaints(
    connection: Connection, rows: Sequence[dict[str, Any]], *, marked_at: int
) -> int:
    """Insert the complaints whose id is new and have their sellers scored; how many those were.

    On PostgreSQL it is one statement, as most of a small request's time is spent on its way.
    """
    if not is_postgresql(connection):
        fresh = insert_complaints(connection, rows)
        if fresh:
            request_rescoring(connection, (row["seller_id"] for row in rows), marked_at)
        return fresh
    if len(rows) == 1:
        given: dict[str, Any] = {name: rows[0][name] for name in _NAMES}
    else:
        given = {name: [row[name] for row in rows] for name in _NAMES}
    statement = _FILE_ONE if len(rows) == 1 else _FILE_MANY
    return int(
        connection.exec_driver_sql(statement, {**given, "marked_at": marked_at}).scalar_one()
    )


def insert_complaints(connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Insert the complaints whose id is new; how many those were."""
    return insert_new(connection, complaints, rows)


def fingerprints_of(connection: Connection, ids: Sequence[str]) -> dict[str, bytes]:
    """What is stored under the given ids: id -> fingerprint of its body."""
    found: dict[str, bytes] = {}
    for start in range(0, len(ids), 500):  # SQLite and PostgreSQL both bound the parameters
        chunk = ids[start : start + 500]
        rows = connection.execute(
            select(complaints.c.complaint_id, complaints.c.fingerprint).where(
                among(connection, complaints.c.complaint_id, chunk)
            )
        )
        found.update((row.complaint_id, row.fingerprint) for row in rows)
    return found


def complaint_of(connection: Connection, complaint_id: str) -> Row[Any] | None:
    """One complaint's row."""
    return connection.execute(
        select(complaints).where(complaints.c.complaint_id == complaint_id)
    ).one_or_none()


def set_outcome(
    connection: Connection, complaint_id: str, outcome: str, decided_at: int | None
) -> None:
    """Note what was decided, so that the detector learns from it; new words may be erased again."""
    connection.execute(
        update(complaints)
        .where(complaints.c.complaint_id == complaint_id)
        .values(outcome=outcome, decided_at=decided_at, erased_at=None)
    )
    seal(connection, complaints, complaint_id)


def mark_unerased(connection: Connection, complaint_id: str) -> None:
    """Note that somebody wrote about a complaint: after an erasure, that is to be erased again."""
    erased = and_(complaints.c.complaint_id == complaint_id, complaints.c.erased_at.is_not(None))
    connection.execute(update(complaints).where(erased).values(erased_at=None))


def arrived_since(
    connection: Connection, seller_ids: Sequence[str], at: int, *, now: int
) -> dict[str, int]:
    """How many complaints about each of the sellers were recorded after an instant.

    Without those that a clock far ahead recorded: nobody can tell when they arrived.
    """
    found: dict[str, int] = {}
    recorded_at, skew_us = complaints.c.recorded_at, reach_of(connection).skew_us
    for start in range(0, len(seller_ids), 500):
        chunk = among(connection, complaints.c.seller_id, seller_ids[start : start + 500])
        rows = connection.execute(
            select(complaints.c.seller_id, func.count())
            .where(chunk, is_ahead(recorded_at, at, now - at + skew_us))
            .group_by(complaints.c.seller_id)
        )
        found.update((seller_id, count) for seller_id, count in rows)
    return found


def orders_like(connection: Connection, seller_id: str, order_id: str | None) -> list[str]:
    """Orders complained of that differ from this one of the seller by blanks or capitals only."""
    if order_id is None:
        return []
    query = select(complaints.c.order_id).where(
        complaints.c.seller_id == seller_id,
        complaints.c.order_id.is_not(None),
        complaints.c.order_id != order_id,
    )
    plain = normalised(order_id)
    found = connection.execute(query.distinct()).scalars()
    return sorted(one for one in found if normalised(one) == plain)


def recent_categories(
    connection: Connection, seller_ids: Sequence[str], *, since: int
) -> dict[str, dict[str, int]]:
    """Complaints of each of the sellers since an instant, by category."""
    found: dict[str, dict[str, int]] = {}
    for start in range(0, len(seller_ids), 500):
        rows = connection.execute(
            select(complaints.c.seller_id, complaints.c.category, func.count())
            .where(
                among(connection, complaints.c.seller_id, seller_ids[start : start + 500]),
                complaints.c.filed_at >= since,
            )
            .group_by(complaints.c.seller_id, complaints.c.category)
        )
        for seller_id, category, count in rows:
            found.setdefault(seller_id, {})[category] = count
    return found


def count_filed_after(connection: Connection, instant: int) -> int:
    """How many complaints say that they were filed after an instant."""
    query = select(func.count()).where(complaints.c.filed_at > instant)
    return int(connection.execute(query).scalar_one())


def _filing(given: str) -> str:
    # Sorted, so that two batches touch complaints and sellers in one order and never wait in a
    # circle.
    names = ", ".join(f'"{name}"' for name in _NAMES)
    return (
        f"WITH filed AS (INSERT INTO complaints ({names}) SELECT {names} "  # noqa: S608
        f"FROM ({given}) AS given ({names}) ORDER BY complaint_id ON CONFLICT DO NOTHING "
        "RETURNING seller_id), "
        "whose AS (SELECT DISTINCT seller_id FROM filed ORDER BY seller_id), "
        "known AS (INSERT INTO sellers (seller_id, recorded_at) "
        "SELECT seller_id, %(marked_at)s FROM whose ON CONFLICT DO NOTHING), "
        "marked AS (INSERT INTO marks (seller_id, marked_at) "
        "SELECT seller_id, %(marked_at)s FROM whose) SELECT count(*) FROM filed"
    )


_NAMES: Final = [column.name for column in complaints.columns if column.name != "erased_at"]
_KINDS: Final = {
    name: complaints.c[name].type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]
    for name in _NAMES
}
_FILE_ONE: Final = _filing(
    f"SELECT {', '.join(f'CAST(%({name})s AS {kind})' for name, kind in _KINDS.items())}"
)
_ARRAYS: Final = ", ".join(f"CAST(%({name})s AS {kind}[])" for name, kind in _KINDS.items())
_FILE_MANY: Final = _filing(f"SELECT * FROM unnest({_ARRAYS})")  # noqa: S608 - our own names

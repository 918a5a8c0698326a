"""Which worker scores which seller: marks are taken under leases, so a dead worker's lapse.

A mark says that a seller's assessment is older than what is known of it. A worker leases the
sellers of the oldest marks that nobody else has, scores them, and deletes exactly the marks it saw;
a mark that comes meanwhile stays for the next round. Two workers never hold one seller at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Select, TextClause, delete, exists, func, select, text

from service.database.engine import among, is_postgresql
from service.intake.complaints.tables import marks
from service.scoring.tables import scoring_leases

Value = TypeVar("Value", str, int)

CHUNK_SQLITE: Final = 500
CHUNK_POSTGRESQL: Final = 10_000
"""Values named by one statement."""
LEASE_US: Final = 30_000_000
"""Half a minute: many times a round's length, and soon enough after a worker died."""
MARKET: Final = ""
"""The lease on scoring the whole market; no seller has an empty id."""


def take(
    connection: Connection,
    seller_ids: Sequence[str],
    *,
    worker: str,
    now: int,
    for_us: int = LEASE_US,
) -> set[str]:
    """Lease what nobody holds among the given; which those are."""
    if not seller_ids:
        return set()
    # Sorted, so that two workers touch the rows in one order and never wait in a circle.
    ids = sorted(set(seller_ids))
    given = {"worker": worker, "expires_at": now + for_us, "now": now}
    if is_postgresql(connection):
        return set(connection.execute(_TAKE_ALL, {**given, "ids": ids}).scalars())
    return {
        seller_id
        for seller_id in ids
        if connection.execute(_TAKE_ONE, {**given, "seller_id": seller_id}).first()
    }


def _taking(sellers: str) -> TextClause:
    return text(
        "INSERT INTO scoring_leases (seller_id, worker, expires_at) "
        f"SELECT {sellers}, :worker, :expires_at WHERE true "
        "ON CONFLICT (seller_id) DO UPDATE "
        "SET worker = excluded.worker, expires_at = excluded.expires_at "
        "WHERE scoring_leases.expires_at <= :now RETURNING seller_id"
    )


_TAKE_ONE: Final = _taking(":seller_id")
_TAKE_ALL: Final = _taking("unnest(CAST(:ids AS varchar[]))")  # a statement, not one a seller


def give_back(connection: Connection, seller_ids: Sequence[str], *, worker: str) -> None:
    """End leases of this worker."""
    for chunk in _chunks(connection, seller_ids):
        connection.execute(
            delete(scoring_leases).where(
                among(connection, scoring_leases.c.seller_id, chunk),
                scoring_leases.c.worker == worker,
            )
        )


def due_marks(
    connection: Connection,
    *,
    now: int,
    limit: int | None = None,
    only: Sequence[str] | None = None,
) -> dict[str, list[int]]:
    """The marks that are due, oldest first, by seller; `only` of the given sellers."""
    found: dict[str, list[int]] = {}
    query = _due(connection, now, only).order_by(marks.c.mark_id).limit(limit)
    for mark_id, seller_id in connection.execute(query):
        found.setdefault(seller_id, []).append(mark_id)
    return found


def free_sellers(
    connection: Connection, *, now: int, limit: int, only: Sequence[str] | None = None
) -> list[str]:
    """The sellers of the oldest due marks, at most so many, that nobody has leased.

    Marks that another worker is taking at this moment are passed over, so that two who look at once
    find different sellers.
    """
    held = exists().where(
        scoring_leases.c.seller_id == marks.c.seller_id, scoring_leases.c.expires_at > now
    )
    query = _due(connection, now, only).where(~held).order_by(marks.c.mark_id).limit(limit)
    rows = connection.execute(query.with_for_update(of=marks, skip_locked=True))
    return list(dict.fromkeys(row.seller_id for row in rows))


def _due(connection: Connection, now: int, only: Sequence[str] | None) -> Select[int, str]:
    query = select(marks.c.mark_id, marks.c.seller_id).where(marks.c.marked_at <= now)
    return query if only is None else query.where(among(connection, marks.c.seller_id, only))


def clear_marks(connection: Connection, mark_ids: Sequence[int]) -> None:
    """Forget marks that have been answered."""
    for chunk in _chunks(connection, mark_ids):
        connection.execute(delete(marks).where(among(connection, marks.c.mark_id, chunk)))


def _chunks(connection: Connection, values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Some values at a time where a statement's parameters are bounded."""
    size = CHUNK_POSTGRESQL if is_postgresql(connection) else CHUNK_SQLITE
    for start in range(0, len(values), size):
        yield values[start : start + size]


def oldest_mark(connection: Connection, now: int) -> int | None:
    """Since when the longest-waiting seller waits to be scored; None when nobody does."""
    query: Any = select(func.min(marks.c.marked_at)).where(marks.c.marked_at <= now)
    oldest: int | None = connection.execute(query).scalar_one()
    return oldest

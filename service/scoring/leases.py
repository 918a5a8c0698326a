"""Which worker scores which seller: marks are taken under leases, so a dead worker's lapse.

A mark says that a seller's assessment is older than what is known of it. A worker leases the
sellers of the oldest marks, scores them, and deletes exactly the marks it saw; a mark that comes
meanwhile stays for the next round. Two workers never hold one seller at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from service.complaints.tables import marks
from service.database import among, is_postgresql
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
    insert = postgresql.insert if is_postgresql(connection) else sqlite.insert
    fresh = insert(scoring_leases)
    statement = fresh.on_conflict_do_update(
        index_elements=["seller_id"],
        set_={"worker": fresh.excluded.worker, "expires_at": fresh.excluded.expires_at},
        where=scoring_leases.c.expires_at <= now,
    ).returning(scoring_leases.c.seller_id)
    # Sorted, so that two workers touch the rows in one order and never wait in a circle.
    rows = [
        {"seller_id": seller_id, "worker": worker, "expires_at": now + for_us}
        for seller_id in sorted(set(seller_ids))
    ]
    return set(connection.execute(statement, rows).scalars())


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
    connection: Connection, *, now: int, limit: int, only: Sequence[str] | None = None
) -> dict[str, list[int]]:
    """The oldest marks that are due, by seller; `only` of the given sellers."""
    query = select(marks.c.mark_id, marks.c.seller_id).where(marks.c.marked_at <= now)
    if only is not None:
        query = query.where(marks.c.seller_id.in_(only))
    found: dict[str, list[int]] = {}
    for mark_id, seller_id in connection.execute(query.order_by(marks.c.mark_id).limit(limit)):
        found.setdefault(seller_id, []).append(mark_id)
    return found


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

"""All SQL of the ledger slice: it appends and reads, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from service.database.engine import among
from service.decisions.tables import ledger_events


def append(connection: Connection, seller_id: str, recorded_at: int, body: dict[str, Any]) -> None:
    """Append one event."""
    connection.execute(
        insert(ledger_events).values(
            event_id=body["id"],
            seller_id=seller_id,
            recorded_at=recorded_at,
            body=json.dumps(body, ensure_ascii=False, sort_keys=True),
        )
    )


def bodies_of(connection: Connection, seller_id: str) -> list[dict[str, Any]]:
    """A seller's events in the order recorded."""
    rows = connection.execute(
        select(ledger_events.c.body)
        .where(ledger_events.c.seller_id == seller_id)
        .order_by(ledger_events.c.position)
    )
    return [json.loads(body) for body in rows.scalars()]


def all_bodies(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every event there is, in the order recorded."""
    rows = connection.execute(select(ledger_events.c.body).order_by(ledger_events.c.position))
    return (json.loads(body) for body in rows.scalars())


def count(connection: Connection, *, at_most: int) -> int:
    """How many events there are, counted no further than `at_most`."""
    first = select(ledger_events.c.position).limit(at_most).subquery()
    return connection.execute(select(func.count()).select_from(first)).scalar_one()


def last_recorded_at(connection: Connection, seller_id: str) -> int:
    """When the seller's last event was recorded; 0 when there is none."""
    query = select(func.max(ledger_events.c.recorded_at)).where(
        ledger_events.c.seller_id == seller_id
    )
    return connection.execute(query).scalar_one() or 0


def sellers_with_events(connection: Connection, seller_ids: Sequence[str]) -> set[str]:
    """Which of the sellers have a ledger at all; most never had a verdict."""
    found: set[str] = set()
    for start in range(0, len(seller_ids), 500):
        chunk = seller_ids[start : start + 500]
        query = select(ledger_events.c.seller_id).where(
            among(connection, ledger_events.c.seller_id, chunk)
        )
        found.update(connection.execute(query.distinct()).scalars())
    return found

"""All SQL of the log of decisions but for reading one seller's: `log_records.log_of`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, func, insert, select

from service.database.engine import among
from service.database.sealing import seal
from service.decisions.tables import ledger_events


def add_event(
    connection: Connection, seller_id: str, body: dict[str, Any], *, recorded_at: int
) -> None:
    """Append one event to the log."""
    connection.execute(
        insert(ledger_events).values(
            event_id=body["id"],
            seller_id=seller_id,
            recorded_at=recorded_at,
            salt=token_hex(16),
            body=json.dumps(body, ensure_ascii=False, sort_keys=True),
        )
    )
    seal(connection, ledger_events, body["id"])


def all_lines(connection: Connection) -> list[bytes]:
    """Every event there is as a line of a log, in the order recorded."""
    rows = connection.execute(select(ledger_events.c.body).order_by(ledger_events.c.position))
    return [body.encode() for body in rows.scalars()]


def count_events(connection: Connection, *, at_most: int) -> int:
    """How many events there are, counted no further than `at_most`."""
    first = select(ledger_events.c.position).limit(at_most).subquery()
    return connection.execute(select(func.count()).select_from(first)).scalar_one()


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

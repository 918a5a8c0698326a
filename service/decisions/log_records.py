"""All SQL of a seller's log: what was recorded since it was read last."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

from sqlalchemy import Connection, Row, Select, select

from service.audit.store import mark_of, may_have_erased
from service.database.engine import is_writing
from service.decisions.seller_log import GATE, LONG, ReadLog, SellerLog, kept_logs
from service.decisions.tables import ledger_events
from service.http.access.rate_limiter import spend_events
from service.sellers.store import lock_seller


def locked_log(connection: Connection, seller_id: str) -> SellerLog:
    """A seller's log, the seller locked until the transaction ends."""
    lock_seller(connection, seller_id)
    return log_of(connection, seller_id)


def log_of(connection: Connection, seller_id: str) -> SellerLog:
    """A seller's log; what is kept of a long one is read on.

    Raises TooManyRequests where the caller's key has had too many events read.
    """
    logs = kept_logs(connection.engine)
    read = logs.find(seller_id)
    if read is None:
        rows = _events(seller_id).limit(LONG)
        first = connection.execute(rows).all()
        if len(first) < LONG:
            return SellerLog.of(seller_id, (body for _, body in first))
        read = logs.keep(seller_id)
    is_urgent = is_writing(connection)
    with read.lock:
        _read_on(connection, seller_id, read, is_urgent=is_urgent)
        log = SellerLog.so_far(seller_id, read, is_urgent=is_urgent)
    logs.drop_oldest()
    return log


def _read_on(connection: Connection, seller_id: str, read: ReadLog, *, is_urgent: bool) -> None:
    """Read what was recorded since; all of it again where that is not what was read before.

    It is not once a buyer was erased, a transaction did not come to its end, or another store was
    put in the place of this one.
    """
    mark = mark_of(connection)
    rows: Sequence[Row[int, str]] = []
    if read.position and not may_have_erased(connection, read.mark):
        rows = connection.execute(_events(seller_id, since=read.position)).all()
    if rows and rows[0] == (read.position, read.last_body):
        read.add(rows[1:])
    else:
        read.begin_again()
        spend_events(0)  # who has no events left waits; what these cost is taken as they are folded
        with nullcontext() if is_urgent else GATE:
            read.add(connection.execute(_events(seller_id)))
    read.mark = mark


def _events(seller_id: str, since: int = 0) -> Select[int, str]:
    """A seller's events from a position on, in order."""
    query = select(ledger_events.c.position, ledger_events.c.body).where(
        ledger_events.c.seller_id == seller_id, ledger_events.c.position >= since
    )
    return query.order_by(ledger_events.c.position)

"""All SQL of the scoring slice: leases of sellers, and snapshots of the market.

A rescore request says that a seller's assessment is older than what is known of the seller. A
worker leases the sellers of the oldest requests that nobody else has, scores them, and deletes
exactly the requests it saw; a request that comes meanwhile stays for the next round. Two workers
never lease one seller at once, and the leases of a worker that died lapse.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    TextClause,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from detector.durations import DAY_US
from detector.evidence.false_alarms import NOTED_MAX, WINDOW_DAYS, Lately
from detector.expectation.baseline import Market
from detector.history.aliases import final_names
from service.database.engine import among, is_postgresql, reach_of
from service.database.instants import is_ahead, is_wrong
from service.scoring.tables import market_snapshots, scoring_leases, standouts
from service.sellers.store import aliases_in
from service.sellers.tables import rescore_requests

_r = rescore_requests.c
_s = market_snapshots.c

Value = TypeVar("Value", str, int)

CHUNK_SQLITE: Final = 500
CHUNK_POSTGRESQL: Final = 10_000
"""Values named by one statement."""
LEASE_US: Final = 30_000_000
"""Half a minute: many times a round's length, and soon enough after a worker died."""
MARKET: Final = ""
"""The lease on scoring the whole market; no seller has an empty id."""
KEPT: Final = 2
"""Snapshots kept: the last, and the one before it for workers that still use it."""


def lease_sellers(
    connection: Connection,
    seller_ids: Sequence[str],
    *,
    worker: str,
    now: int,
    for_us: int = LEASE_US,
) -> set[str]:
    """Lease those of the sellers that nobody else has leased; which those are."""
    if not seller_ids:
        return set()
    # Sorted, so that two workers touch the rows in one order and never wait in a circle.
    ids = sorted(set(seller_ids))
    latest = now + reach_of(connection).of(for_us)
    given = {"worker": worker, "expires_at": now + for_us, "now": now, "latest": latest}
    if is_postgresql(connection):
        return set(connection.execute(_LEASE_ALL, {**given, "ids": ids}).scalars())
    return {
        seller_id
        for seller_id in ids
        if connection.execute(_LEASE_ONE, {**given, "seller_id": seller_id}).first()
    }


def _leasing(sellers: str) -> TextClause:
    return text(
        "INSERT INTO scoring_leases (seller_id, worker, expires_at) "
        f"SELECT {sellers}, :worker, :expires_at WHERE true "
        "ON CONFLICT (seller_id) DO UPDATE "
        "SET worker = excluded.worker, expires_at = excluded.expires_at "
        "WHERE scoring_leases.expires_at NOT BETWEEN :now + 1 AND :latest RETURNING seller_id"
    )


_LEASE_ONE: Final = _leasing(":seller_id")
_LEASE_ALL: Final = _leasing("unnest(CAST(:ids AS varchar[]))")  # a statement, not one a seller


def release(connection: Connection, seller_ids: Sequence[str], *, worker: str) -> None:
    """End leases of this worker."""
    for chunk in _chunks(connection, seller_ids):
        connection.execute(
            delete(scoring_leases).where(
                among(connection, scoring_leases.c.seller_id, chunk),
                scoring_leases.c.worker == worker,
            )
        )


def due_requests(
    connection: Connection,
    *,
    now: int,
    limit: int | None = None,
    only: Sequence[str] | None = None,
) -> dict[str, list[int]]:
    """The requests that are due, oldest first, by seller; `only` of the given sellers."""
    found: dict[str, list[int]] = {}
    query = _due(connection, now, only).order_by(_r.mark_id).limit(limit)
    for request_id, seller_id in connection.execute(query):
        found.setdefault(seller_id, []).append(request_id)
    return found


def due_request_ids(connection: Connection, now: int) -> list[int]:
    """The requests that are due, of all sellers."""
    return list(connection.execute(_due(connection, now, None)).scalars())


def free_sellers(
    connection: Connection, *, now: int, limit: int, only: Sequence[str] | None = None
) -> list[str]:
    """The sellers of the oldest due requests, at most so many, that nobody has leased.

    Requests that another worker is leasing at this moment are passed over, so that two who look at
    once find different sellers.
    """
    is_leased = is_ahead(scoring_leases.c.expires_at, now, reach_of(connection).of(LEASE_US))
    leased = exists().where(scoring_leases.c.seller_id == _r.seller_id, is_leased)
    query = _due(connection, now, only).where(~leased).order_by(_r.mark_id).limit(limit)
    rows = connection.execute(query.with_for_update(of=rescore_requests, skip_locked=True))
    return list(dict.fromkeys(row.seller_id for row in rows))


def _due(connection: Connection, now: int, only: Sequence[str] | None) -> Select[int, str]:
    query = select(_r.mark_id, _r.seller_id).where(_is_due(connection, now))
    return query if only is None else query.where(among(connection, _r.seller_id, only))


def _is_due(connection: Connection, now: int) -> ColumnElement[bool]:
    # A complaint may be filed by a clock as far ahead of another host's as that one is of ours.
    return ~is_ahead(_r.marked_at, now, 2 * reach_of(connection).skew_us + 1)


def clear_requests(connection: Connection, request_ids: Sequence[int]) -> None:
    """Delete requests that have been answered."""
    for chunk in _chunks(connection, request_ids):
        answered = among(connection, _r.mark_id, chunk)
        connection.execute(delete(rescore_requests).where(answered))


def _chunks(connection: Connection, values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Some values at a time where a statement's parameters are bounded."""
    size = CHUNK_POSTGRESQL if is_postgresql(connection) else CHUNK_SQLITE
    for start in range(0, len(values), size):
        yield values[start : start + size]


def oldest_request(connection: Connection, now: int) -> int | None:
    """Since when the longest-waiting seller waits to be scored; None when nobody does."""
    query: Any = select(func.min(_r.marked_at)).where(_is_due(connection, now))
    oldest: int | None = connection.execute(query).scalar_one()
    return oldest


def save_snapshot(
    connection: Connection,
    *,
    as_of: int,
    model: str,
    has_orders: bool,
    market: Market,
    unused: Mapping[str, Any],
) -> None:
    """Keep the market's factors for every worker, and what scoring could not use; older ones go."""
    stream = io.BytesIO()
    np.savez(
        stream,
        factor=market.factor,
        complaints=market.complaints,
        in_blocks=market.in_blocks,
        shares_lately=market.shares.lately,
        shares_before=market.shares.before,
        weeks_seen=market.weeks.seen,
        weeks_due=market.weeks.due,
        # As JSON: NumPy's strings lose zeros at their end.
        group_names=json.dumps(market.groups.names),
        group_shares=market.groups.shares,
        groups_named=market.groups.named,
        group_seen=market.groups.seen,
        group_due=market.groups.due,
        group_scatter=market.groups.scatter,
        group_scale=market.groups.scale,
    )
    values = {"as_of": as_of, "model": model, "has_orders": has_orders}
    given = {"arrays": stream.getvalue(), "unused": json.dumps(unused), **values}
    connection.execute(delete(market_snapshots).where(market_snapshots.c.as_of == as_of))
    connection.execute(insert(market_snapshots).values(given))
    kept = list(connection.execute(_newest(connection, _s.as_of, now=as_of).limit(KEPT)).scalars())
    skew_us = reach_of(connection).skew_us
    others = or_(_s.as_of < kept[-1], is_wrong(_s.as_of, as_of, skew_us))
    connection.execute(delete(market_snapshots).where(others))
    today = as_of // DAY_US
    # Tomorrow's stay: a market scored over midnight must not drop what was noted meanwhile.
    old = or_(standouts.c.day <= today - WINDOW_DAYS, standouts.c.day > today + 1)
    connection.execute(delete(standouts).where(old))


def note_standouts(
    connection: Connection, p_values: Sequence[tuple[str, float]], *, now: int
) -> None:
    """Note who stands out today, by the smallest p-value of the day."""
    noted = sorted((seller, p) for seller, p in p_values if p <= NOTED_MAX)
    if not noted:
        return
    insert_into = postgresql.insert if is_postgresql(connection) else sqlite.insert
    statement = insert_into(standouts)
    smaller = statement.on_conflict_do_update(
        index_elements=["seller_id", "day"],
        set_={"p_value": statement.excluded.p_value},
        where=standouts.c.p_value > statement.excluded.p_value,
    )
    day = now // DAY_US
    # Sorted, so that two who note the same sellers touch them in one order.
    rows = [{"seller_id": seller, "day": day, "p_value": p} for seller, p in noted]
    connection.execute(smaller, rows)


def stood_out_lately(connection: Connection, now: int) -> Lately:
    """Who stood out in the last four weeks, each seller under its last name."""
    last = final_names(aliases_in(connection))
    today = now // DAY_US
    query = select(standouts).where(standouts.c.day.between(today - WINDOW_DAYS + 1, today))
    rows = connection.execute(query.order_by(standouts.c.day, standouts.c.seller_id)).all()
    return Lately(
        np.array([row.day * DAY_US for row in rows], dtype=np.int64),
        tuple(last.get(row.seller_id, row.seller_id) for row in rows),
        np.array([row.p_value for row in rows], dtype=np.float64),
    )


def newest_snapshot(connection: Connection, *, now: int) -> tuple[int, str] | None:
    """Instant and model of the last snapshot."""
    query = _newest(connection, _s.as_of, _s.model, now=now).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.as_of, row.model)


def last_unused(connection: Connection, *, now: int) -> tuple[str, dict[str, Any]] | None:
    """The model of the last snapshot, and what that scoring could not use; None where untold."""
    query = _newest(connection, _s.model, _s.unused, now=now).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None or row.unused is None else (row.model, json.loads(row.unused))


def last_snapshot(connection: Connection, *, now: int) -> Row[Any] | None:
    """The last snapshot."""
    return connection.execute(_newest(connection, *_s, now=now).limit(1)).one_or_none()


def _newest(connection: Connection, *columns: ColumnElement[Any], now: int) -> Select[Any]:
    """Snapshots, newest first, without those that a clock far ahead took."""
    right = ~is_wrong(_s.as_of, now, reach_of(connection).skew_us)
    return select(*columns).where(right).order_by(_s.as_of.desc())


def models_of_snapshots(connection: Connection) -> Sequence[str]:
    """The models that took the snapshots that are kept."""
    return connection.execute(select(_s.model).distinct().order_by(_s.model)).scalars().all()

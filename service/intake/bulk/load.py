"""Complaints and orders from files into the store, all of a file or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from service.intake.bulk.checked import FILED_NAMES, ORDER_NAMES, complaints_in, days_in
from service.intake.bulk.store import sellers_of, store_complaints, store_days
from service.sellers.store import request_rescoring
from training.tables.reading import complaints as complaint_rows
from training.tables.reading.orders import RAW, is_daily
from training.tables.reading.source import Source, check_columns, source_of

Advanced = Callable[[int, int], None]
Warn = Callable[[str], None]


def _no_progress(*_: object) -> None:
    """Nobody asked for progress."""


class Withdrawn(NamedTuple):
    """A complaint that a file says was withdrawn; microseconds UTC."""

    complaint_id: str
    withdrawn_at: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows a file had, and how many of them the store did not have yet."""

    rows: int
    fresh: int
    withdrawn: Sequence[Withdrawn] = ()
    """What `load_withdrawals` is to store: also those that were there, which may be withdrawn now.
    """


def load_complaints(
    connection: Connection,
    path: Path,
    *,
    now: int,
    advanced: Advanced = _no_progress,
    warn: Warn = _no_progress,
    gathered: Callable[[pa.Table], None] = _no_progress,
) -> Loaded:
    """Store a file's complaints; those that are there already, with the same body, stay.

    `gathered` is handed every batch that was stored. Raises BadInput naming file, row, column and
    value, and ComplaintDiffers when an id is taken by another body.
    """
    source = source_of(path)
    check_columns(source, complaint_rows.REQUIRED)
    _warn_of_columns(source, FILED_NAMES, warn)
    rows = fresh = 0
    sellers: set[str] = set()
    withdrawn: list[Withdrawn] = []
    for found in complaints_in(source, now=now):
        withdrawn += _withdrawn_in(found)
        batch = found.drop_columns(["withdrawn_at"])
        fresh += store_complaints(connection, batch, now=now)
        sellers.update(sellers_of(batch))
        gathered(batch)
        rows += batch.num_rows
        advanced(rows, source.rows or rows)
    _request_rescoring(connection, sellers, now)
    return Loaded(rows, fresh, withdrawn)


def _withdrawn_in(batch: pa.Table) -> list[Withdrawn]:
    theirs = batch.filter(pc.is_valid(batch["withdrawn_at"]))
    ids, times = (theirs[name].to_pylist() for name in ("complaint_id", "withdrawn_at"))
    return [Withdrawn(*pair) for pair in zip(ids, times, strict=True)]


def load_orders(
    connection: Connection,
    path: Path,
    *,
    now: int,
    advanced: Advanced = _no_progress,
    warn: Warn = _no_progress,
) -> Loaded:
    """Store a file of orders, daily or one by one; each seller-day replaces what was known of it.

    Raises BadInput naming file, row, column and value.
    """
    source = source_of(path)
    _warn_of_columns(
        source, ORDER_NAMES if is_daily(source) else (*RAW, "buyer_id", "amount"), warn
    )
    count = 0
    sellers: set[str] = set()
    for batch in days_in(source, now=now):
        store_days(connection, batch, now=now)
        sellers.update(sellers_of(batch))
        count += batch.num_rows
        advanced(count, source.rows or count)
    _request_rescoring(connection, sellers, now)
    return Loaded(count, count)


def _request_rescoring(connection: Connection, sellers: Iterable[str], now: int) -> None:
    found = list(sellers)
    if found:
        request_rescoring(connection, found, now)


def _warn_of_columns(source: Source, known: tuple[str, ...], warn: Warn) -> None:
    unknown = [name for name in source.names if name not in known]
    if unknown:
        warn(f"{source.path}: column {', '.join(unknown)} is unknown and left out")

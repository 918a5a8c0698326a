"""Complaints and orders from files into the store, all of a file or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import pyarrow as pa
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, Table, insert, text

from detector.errors import BadInput
from service.complaints import store as complaints_store
from service.complaints.schemas import Complaint
from service.complaints.tables import complaints, marks, sellers
from service.database import is_postgresql
from service.fields import Day, Instant
from service.orders import store as orders_store
from service.orders.schemas import SellerDay
from service.orders.tables import orders
from service.refusals import ComplaintDiffers
from training.reading.batch import Batch
from training.reading.refusals import Refusals
from training.reading.source import check_columns, source_of

Advanced = Callable[[int, int], None]
Row = TypeVar("Row", bound=BaseModel)


class StoredComplaint(Complaint):
    """A complaint whose times come as a file has them: microseconds, or text."""

    filed_at: Instant
    decided_at: Instant | None = None


class StoredDay(SellerDay):
    """A seller-day whose day comes as a file has it: a number of days, or text."""

    day: Day


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows a file had, and how many of them the store did not have yet."""

    rows: int
    fresh: int


STAGED: Final = [column.name for column in complaints.columns]


def load_complaints(
    connection: Connection,
    path: Path,
    *,
    now: int,
    advanced: Advanced = lambda done, total: None,  # noqa: ARG005
) -> Loaded:
    """Store a file's complaints; those that are there already, with the same body, stay.

    Raises BadInput naming file and row, and ComplaintDiffers when an id is taken by another body.
    """
    rows = fresh = 0
    for filed in _read(path, StoredComplaint, ("complaint_id", "seller_id", "filed_at"), advanced):
        late = next((one for one in filed if one.filed_at > now), None)
        if late is not None:
            raise BadInput(f"{path}: complaint {late.complaint_id!r}: filed_at is in the future")
        rows += len(filed)
        fresh += _store(connection, filed, now)
    return Loaded(rows, fresh)


def load_orders(
    connection: Connection,
    path: Path,
    *,
    now: int,
    advanced: Advanced = lambda done, total: None,  # noqa: ARG005
) -> Loaded:
    """Store a file of daily orders; each row replaces what was known of its seller-day."""
    count = 0
    for days in _read(path, StoredDay, ("seller_id", "day", "orders"), advanced):
        last = {(day.seller_id, day.day): day for day in days}
        rows = [{**last[key].model_dump(), "recorded_at": now} for key in sorted(last)]
        if is_postgresql(connection):
            _copy(connection, orders, "staged_orders", rows)
            connection.execute(text(_REPLACE_ORDERS))
        else:
            orders_store.replace_days(connection, rows)
        complaints_store.mark_sellers(connection, (seller for seller, _ in last), now)
        count += len(days)
    return Loaded(count, count)


def _store(connection: Connection, filed: Sequence[Complaint], now: int) -> int:
    rows = [
        {
            **one.model_dump(),
            "outcome": one.outcome.value,
            "fingerprint": one.fingerprint(),
            "recorded_at": now,
        }
        for one in filed
    ]
    if not is_postgresql(connection):
        fresh = complaints_store.insert_complaints(connection, rows)
        if fresh < len(rows):
            _check_same(connection, rows)
        complaints_store.mark_sellers(connection, (one.seller_id for one in filed), now)
        return fresh
    _copy(connection, complaints, "staged_complaints", rows)
    fresh = int(connection.execute(text(_INSERT_COMPLAINTS)).rowcount)
    if fresh < len(rows):
        differing = connection.execute(text(_DIFFERING)).scalar_one_or_none()
        if differing is not None:
            raise ComplaintDiffers(f"complaint {differing!r} is there with another body")
    ids = sorted({one.seller_id for one in filed})
    complaints_store.insert_new(
        connection, sellers, [{"seller_id": seller, "recorded_at": now} for seller in ids]
    )
    connection.execute(insert(marks), [{"seller_id": seller, "marked_at": now} for seller in ids])
    return fresh


def _check_same(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    stored = complaints_store.fingerprints_of(connection, [row["complaint_id"] for row in rows])
    for row in rows:
        if stored[row["complaint_id"]] != row["fingerprint"]:
            raise ComplaintDiffers(f"complaint {row['complaint_id']!r} is there with another body")


_INSERT_COMPLAINTS: Final = (
    f"INSERT INTO complaints ({', '.join(STAGED)}) "  # noqa: S608 - our own column names
    f"SELECT {', '.join(STAGED)} FROM staged_complaints ON CONFLICT DO NOTHING"
)
_DIFFERING: Final = (
    "SELECT s.complaint_id FROM staged_complaints s JOIN complaints c USING (complaint_id) "
    "WHERE s.fingerprint <> c.fingerprint LIMIT 1"
)
_REPLACE_ORDERS: Final = (
    "INSERT INTO orders (seller_id, day, orders, revenue, recorded_at) "
    "SELECT seller_id, day, orders, revenue, recorded_at FROM staged_orders "
    "ON CONFLICT (seller_id, day) DO UPDATE SET orders = excluded.orders, "
    "revenue = excluded.revenue, recorded_at = excluded.recorded_at"
)


def _copy(connection: Connection, like: Table, staged: str, rows: Sequence[dict[str, Any]]) -> None:
    """Fill a temporary table with rows, by COPY."""
    connection.execute(
        text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {staged} (LIKE {like.name}) ON COMMIT DROP")
    )
    connection.execute(text(f"TRUNCATE {staged}"))
    names = [column.name for column in like.columns]
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY {staged} ({', '.join(names)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
    finally:
        cursor.close()


def _read(
    path: Path, shape: type[Row], required: tuple[str, ...], advanced: Advanced
) -> Iterator[list[Row]]:
    """Batches of valid rows; columns that the shape does not have are left out."""
    source = source_of(path)
    check_columns(source, required)
    names = [name for name in source.names if name in shape.model_fields]
    refusals = Refusals()
    refusals.start(names)
    done = 0
    for batch in source.batches(names, refusals):
        yield _valid(batch, shape)
        done += batch.columns.num_rows
        advanced(done, source.rows or done)


def _valid(batch: Batch, shape: type[Row]) -> list[Row]:
    valid = []
    for number, cells in zip(batch.numbers, _plain(batch.columns).to_pylist(), strict=True):
        known = {name: _text(cell) for name, cell in cells.items() if cell not in (None, "", b"")}
        try:
            valid.append(shape.model_validate(known))
        except ValidationError as error:
            fault = error.errors()[0]
            column = ".".join(str(part) for part in fault["loc"]) or "row"
            raise BadInput(f"{batch.place}: row {number:,}: {column}: {fault['msg']}") from None
    return valid


def _plain(columns: pa.RecordBatch) -> pa.RecordBatch:
    """Times as microseconds and dates as days, so that rows hold plain numbers."""
    return pa.RecordBatch.from_arrays([_numbers(c) for c in columns.columns], columns.schema.names)


def _numbers(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", tz=column.type.tz), safe=False).cast(pa.int64())
    if pa.types.is_date(column.type):
        return column.cast(pa.date32()).cast(pa.int32())
    return column


def _text(cell: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell

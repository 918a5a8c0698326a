"""All SQL of the bulk slice: checked batches and one statement on PostgreSQL, by rows on SQLite.

PostgreSQL gets a batch as CSV in a temporary table, from which one INSERT takes what is new; an
id that is taken by another body is found there too. Both go through the keys' own index, so the
tables' indexes stay as they are and readers notice nothing meanwhile.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from sqlalchemy import Connection, Table, text

from service.database.engine import is_postgresql
from service.intake.complaints import store as complaints_store
from service.intake.complaints.tables import complaints
from service.intake.orders import store as orders_store
from service.intake.orders.tables import orders
from service.refusals import ComplaintDiffers

COMPLAINTS: Final = ", ".join(f'"{column.name}"' for column in complaints.columns)


def store_complaints(connection: Connection, batch: pa.Table, *, now: int) -> int:
    """Store the complaints whose id is new; how many those were.

    Raises ComplaintDiffers when an id is taken by another body.
    """
    stamped = batch.append_column("recorded_at", pa.array([now] * batch.num_rows, pa.int64()))
    if not is_postgresql(connection):
        return _insert_complaints(connection, stamped.to_pylist())
    _copy(connection, complaints, "staged_complaints", stamped)
    fresh = int(connection.execute(text(_INSERT_COMPLAINTS)).rowcount)
    if fresh < batch.num_rows:
        differing = connection.execute(text(_DIFFERING)).scalar_one_or_none()
        if differing is not None:
            raise _differs(differing)
    return fresh


def store_days(connection: Connection, batch: pa.Table, *, now: int) -> None:
    """Store seller-days in place of what was known of them."""
    stamped = batch.append_column("recorded_at", pa.array([now] * batch.num_rows, pa.int64()))
    if is_postgresql(connection):
        _copy(connection, orders, "staged_orders", stamped)
        connection.execute(text(_REPLACE_ORDERS))
    elif batch.num_rows:
        orders_store.replace_days(connection, stamped.to_pylist())


def _insert_complaints(connection: Connection, rows: list[dict[str, Any]]) -> int:
    fresh = complaints_store.insert_complaints(connection, rows)
    if fresh < len(rows):
        stored = complaints_store.fingerprints_of(connection, [row["complaint_id"] for row in rows])
        for row in rows:
            known = stored[row["complaint_id"]]
            if known and known != row["fingerprint"]:  # an erased one stays as it is
                raise _differs(row["complaint_id"])
    return fresh


def _differs(complaint_id: str) -> ComplaintDiffers:
    return ComplaintDiffers(f"complaint {complaint_id!r} is there with another body")


# Sorted, so that neighbours in the index are written together, and two loads that share rows
# wait for one another in one order.
_INSERT_COMPLAINTS: Final = (
    f"INSERT INTO complaints ({COMPLAINTS}) "  # noqa: S608 - our own column names
    f"SELECT {COMPLAINTS} FROM staged_complaints ORDER BY complaint_id ON CONFLICT DO NOTHING"
)
_DIFFERING: Final = (
    "SELECT s.complaint_id FROM staged_complaints s JOIN complaints c USING (complaint_id) "
    "WHERE s.fingerprint <> c.fingerprint AND length(c.fingerprint) > 0 LIMIT 1"
)
_REPLACE_ORDERS: Final = (
    "INSERT INTO orders (seller_id, day, orders, revenue, recorded_at) "
    "SELECT seller_id, day, orders, revenue, recorded_at FROM staged_orders "
    "ORDER BY seller_id, day "
    "ON CONFLICT (seller_id, day) DO UPDATE SET orders = excluded.orders, "
    "revenue = excluded.revenue, recorded_at = excluded.recorded_at"
)


def _copy(connection: Connection, like: Table, staged: str, batch: pa.Table) -> None:
    """Fill a temporary table with a batch, by COPY."""
    connection.execute(
        text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {staged} (LIKE {like.name}) ON COMMIT DROP")
    )
    connection.execute(text(f"TRUNCATE {staged}"))
    names = ", ".join(f'"{name}"' for name in batch.column_names)
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY {staged} ({names}) FROM STDIN (FORMAT csv)") as copy:
            copy.write(_csv(batch))
    finally:
        cursor.close()


def _csv(batch: pa.Table) -> memoryview:
    place = batch.schema.get_field_index("fingerprint")
    if place >= 0:
        hexed = [f"\\x{digest.hex()}" for digest in batch["fingerprint"].to_pylist()]
        batch = batch.set_column(place, "fingerprint", pa.array(hexed, pa.string()))
    stream = pa.BufferOutputStream()
    # Every value in quotes: what stands without them is null.
    options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
    pa_csv.write_csv(batch, stream, options)
    return memoryview(stream.getvalue())


def sellers_of(batch: pa.Table) -> list[str]:
    """The distinct sellers of a batch."""
    found: list[str] = pc.unique(batch["seller_id"]).to_pylist()
    return found

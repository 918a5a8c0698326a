"""What the detector reads of the store, as columns: by COPY on PostgreSQL, by rows on SQLite.

A row as a Python tuple costs more than all that the detector then does with it; COPY hands over
text that Arrow reads as columns.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Connection, Select, select

from service.complaints.tables import complaints
from service.database import is_postgresql
from service.orders.tables import orders

CODED: Final = pa.dictionary(pa.int32(), pa.string())
"""Names that come again and again."""
COMPLAINTS: Final = pa.schema(
    [
        ("seller_id", CODED),
        ("filed_at", pa.int64()),
        ("category", CODED),
        ("buyer_id", CODED),
        ("evidence_count", pa.int32()),
        ("outcome", CODED),
        ("decided_at", pa.int64()),
    ]
)
ORDERS: Final = pa.schema([("seller_id", CODED), ("day", pa.int32()), ("orders", pa.float64())])
CHUNK: Final = 500
"""Sellers asked for at once on SQLite, which bounds the parameters of a statement."""


def complaint_table(
    connection: Connection, before: int, sellers: Sequence[str] | None = None
) -> pa.Table:
    """Complaints filed before an instant: all, or some sellers'."""
    if is_postgresql(connection):
        where, given = "WHERE filed_at < %s", [before]
        return _copied(connection, COMPLAINTS, f"complaints {where}", given, sellers)
    query = select(*(complaints.c[name] for name in COMPLAINTS.names))
    return _fetched(connection, COMPLAINTS, query.where(complaints.c.filed_at < before), sellers)


def order_table(connection: Connection, sellers: Sequence[str] | None = None) -> pa.Table:
    """Seller-days of orders: all, or some sellers'."""
    if is_postgresql(connection):
        return _copied(connection, ORDERS, "orders WHERE true", [], sellers)
    query = select(*(orders.c[name] for name in ORDERS.names))
    return _fetched(connection, ORDERS, query, sellers)


def _copied(
    connection: Connection,
    schema: pa.Schema,
    wanted: str,
    given: list[Any],
    sellers: Sequence[str] | None,
) -> pa.Table:
    rows = f"SELECT {', '.join(schema.names)} FROM {wanted}"  # noqa: S608 - our own words
    if sellers is not None:
        rows, given = f"{rows} AND seller_id = ANY(%s)", [*given, list(sellers)]
    text = io.BytesIO()
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY ({rows}) TO STDOUT (FORMAT csv)", given) as copy:
            for part in copy:
                text.write(part)
    finally:
        cursor.close()
    return _parsed(text.getbuffer(), schema)


def _parsed(text: memoryview, schema: pa.Schema) -> pa.Table:
    if not len(text):
        return schema.empty_table()
    table = pa_csv.read_csv(
        pa.py_buffer(text),
        read_options=pa_csv.ReadOptions(column_names=schema.names, use_threads=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return table.unify_dictionaries().combine_chunks()


def _fetched(
    connection: Connection, schema: pa.Schema, query: Select[Any], sellers: Sequence[str] | None
) -> pa.Table:
    column = next(iter(query.selected_columns))
    rows: list[Any] = []
    if sellers is None:
        rows += connection.execute(query)
    for start in range(0, len(sellers or ()), CHUNK):
        chunk = (sellers or ())[start : start + CHUNK]
        rows += connection.execute(query.where(column.in_(chunk)))
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema)

"""All SQL of the history: what the detector reads of the store, as columns.

A row as a Python tuple costs more than all that the detector then does with it. So PostgreSQL is
asked for one row a seller, in which each column's values stand one behind the other: numbers as
their bytes, names with a separator that no name may hold. SQLite hands over rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Select, case, func, select

from detector.durations import DAY_US
from detector.history.aliases import Span
from service.database.engine import is_postgresql
from service.decisions.tables import WITHDRAWN_AT, withdrawals
from service.intake.complaints.tables import complaints
from service.intake.evidence.tables import evidence
from service.intake.orders.tables import orders

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
        ("withdrawn_at", pa.int64()),
        ("evidence_at", pa.int64()),
    ]
)
RECORDED_AT: Final = pa.field("recorded_at", pa.int64())
"""When each was recorded, which only drift looks at."""
GROUP: Final = pa.field("group", CODED)
"""What each has in common with others, which many stores know of none."""
ORDERS: Final = pa.schema([("seller_id", CODED), ("day", pa.int32()), ("orders", pa.float64())])
CHUNK: Final = 500
"""Sellers asked for at once on SQLite, which bounds the parameters of a statement."""
BETWEEN: Final = "\x1f"
"""Between two names: a control character, which names may not hold."""
MISSING: Final = -1
"""Stands for null where numbers are sent as bytes; none of them is negative."""
SENT_AS: Final = {
    pa.int64(): ("int8send", ">i8"),
    pa.int32(): ("int4send", ">i4"),
    pa.float64(): ("float8send", ">f8"),
}
"""How PostgreSQL sends a number as bytes, and how NumPy reads them."""
_FIRST_PIECE: Final = (
    select(func.min(evidence.c.added_at))
    .where(evidence.c.complaint_id == complaints.c.complaint_id, evidence.c.party == "complainant")
    .correlate(complaints)
    .scalar_subquery()
)
_EVIDENCE_AT: Final = case((complaints.c.evidence_count == 0, _FIRST_PIECE))
"""When the first piece came to a complaint that was filed without. What an erasure has emptied was
there; the seller's own pieces say nothing about the complaint."""
_FILED: Final = """(
    SELECT c.*, CASE
        WHEN w.outcome IN ('ended', 'noted') THEN w.filed_at
        WHEN w.outcome = 'granted' THEN w.decided_at
    END AS withdrawn_at, CASE WHEN c.evidence_count = 0 THEN (
        SELECT min(e.added_at) FROM evidence e
        WHERE e.complaint_id = c.complaint_id AND e.party = 'complainant'
    ) END AS evidence_at
    FROM complaints c LEFT JOIN withdrawals w ON w.complaint_id = c.complaint_id
) AS filed WHERE filed_at < %s"""


def complaint_table(
    connection: Connection,
    before: int,
    sellers: Sequence[str] | None = None,
    schema: pa.Schema = COMPLAINTS,
) -> pa.Table:
    """Complaints filed before an instant: all, or some sellers'."""
    if is_postgresql(connection):
        return _gathered(connection, schema, _FILED, [before], sellers)
    computed = {"withdrawn_at": WITHDRAWN_AT, "evidence_at": _EVIDENCE_AT}
    columns = (
        computed[name].label(name) if name in computed else complaints.c[name]
        for name in schema.names
    )
    query = select(*columns).outerjoin(
        withdrawals, withdrawals.c.complaint_id == complaints.c.complaint_id
    )
    return _fetched(connection, schema, query.where(complaints.c.filed_at < before), sellers)


def has_groups(connection: Connection) -> bool:
    """Whether any complaint names a group."""
    some = select(complaints.c.complaint_id).where(complaints.c.group.is_not(None)).limit(1)
    return connection.execute(some).first() is not None


def order_table(connection: Connection, sellers: Sequence[str] | None = None) -> pa.Table:
    """Seller-days of orders: all, or some sellers'."""
    if is_postgresql(connection):
        return _gathered(connection, ORDERS, "orders WHERE true", [], sellers)
    query = select(*(orders.c[name] for name in ORDERS.names))
    return _fetched(connection, ORDERS, query, sellers)


def spans_in(connection: Connection, sellers: Sequence[str]) -> dict[str, Span]:
    """When each of the sellers was there, of those that complaints or orders name."""
    found: dict[str, Span] = {}
    filed, day = complaints.c.filed_at, orders.c.day
    for start in range(0, len(sellers), CHUNK):
        chunk = sellers[start : start + CHUNK]
        query = select(complaints.c.seller_id, func.min(filed), func.max(filed))
        its = query.where(complaints.c.seller_id.in_(chunk)).group_by(complaints.c.seller_id)
        found |= {name: Span(first, last) for name, first, last in connection.execute(its)}
        query = select(orders.c.seller_id, func.min(day), func.max(day))
        its = query.where(orders.c.seller_id.in_(chunk)).group_by(orders.c.seller_id)
        for name, first, last in connection.execute(its):
            days = {"first_day": first * DAY_US, "last_day": last * DAY_US}
            found[name] = replace(found.get(name, Span()), **days)
    return found


def _gathered(
    connection: Connection,
    schema: pa.Schema,
    wanted: str,
    given: list[Any],
    sellers: Sequence[str] | None,
) -> pa.Table:
    """One row a seller, taken apart into columns."""
    seller, *others = schema
    columns = ", ".join(_gathering(field) for field in others)
    query = f"SELECT {seller.name}, {columns} FROM {wanted}"  # noqa: S608 - our own words
    if sellers is not None:
        query, given = f"{query} AND {seller.name} = ANY(%s)", [*given, list(sellers)]
    cursor = connection.connection.driver_connection.cursor(binary=True)  # type: ignore[union-attr]
    try:
        rows = cursor.execute(f"{query} GROUP BY {seller.name}", given).fetchall()
    finally:
        cursor.close()
    if not rows:
        return schema.empty_table()
    names, *parts = zip(*rows, strict=True)
    taken = [_taken_apart(part, field) for part, field in zip(parts, others, strict=True)]
    # Every row has its instant or day, so the first number tells how many rows a seller has.
    sizes = np.array([len(part) for part in parts[0]]) // others[0].type.byte_width
    places = pa.array(np.repeat(np.arange(len(names), dtype=np.int32), sizes))
    whose = pa.DictionaryArray.from_arrays(places, pa.array(names, pa.string()))
    return pa.table([whose, *taken], schema)


def _gathering(field: pa.Field) -> str:
    if field.type == CODED:
        return f"string_agg(coalesce(\"{field.name}\", ''), E'\\x1f')"
    send, _ = SENT_AS[field.type]
    return f"string_agg({send}(coalesce({field.name}, {MISSING})), '')"


def _taken_apart(parts: Sequence[Any], field: pa.Field) -> pa.Array:
    if field.type == CODED:
        coded = pa.array(BETWEEN.join(parts).split(BETWEEN), pa.string()).dictionary_encode()
        empty = coded.dictionary.index("").as_py()
        places = pc.if_else(pc.equal(coded.indices, empty), None, coded.indices)
        return pa.DictionaryArray.from_arrays(places, coded.dictionary)
    _, kind = SENT_AS[field.type]
    numbers = np.frombuffer(b"".join(parts), kind).astype(kind[1:])
    return pa.array(numbers, field.type, mask=numbers == MISSING)


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

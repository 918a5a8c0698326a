"""Olist's public marketplace (Brazil, 2016-2018): orders, their items, and reviews.

A review of one or two stars is a complaint, dated by its answer; what it is about follows from the
order's own times: `not_received` where nothing had arrived when it was written, `late` where it
arrived after the promised day, `dissatisfied` otherwise. Orders are the exposure. A review speaks
of a whole order: where several sellers share one, each is complained about, and the order counts
for each (its id then carries the seller's).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from detector.errors import BadInput
from training.tables.importers.dump import Dump, dump_of
from training.tables.instants import instant_of
from training.tables.parquet_files import ParquetFiles
from training.tables.reading.refusals import Refusals, shown

TABLES: Final = {
    "orders": (
        "order_id",
        "customer_id",
        "order_purchase_timestamp",
        "order_delivered_customer_date",
        "order_estimated_delivery_date",
    ),
    "order_items": ("order_id", "order_item_id", "seller_id"),
    "order_reviews": ("review_id", "order_id", "review_score", "review_answer_timestamp"),
}
CUSTOMERS: Final = ("customer_id", "customer_unique_id")
_READ: Final = frozenset({*CUSTOMERS, *(name for names in TABLES.values() for name in names)})
STARS_MAX: Final = 2
"""A review with more stars is no complaint."""
TIMESTAMP: Final = pa.timestamp("us", tz="UTC")
COMPLAINTS: Final = pa.schema(
    [
        ("complaint_id", pa.string()),
        ("seller_id", pa.string()),
        ("filed_at", TIMESTAMP),
        ("category", pa.string()),
        ("order_id", pa.string()),
        ("buyer_id", pa.string()),
    ]
)
ORDERS: Final = pa.schema(
    [
        ("order_id", pa.string()),
        ("seller_id", pa.string()),
        ("ordered_at", TIMESTAMP),
        ("buyer_id", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is known of an order, times in microseconds UTC."""

    ordered_at: int
    buyer_id: str
    delivered_at: int | None
    promised_at: int | None


def import_olist(
    paths: Sequence[Path], files: ParquetFiles, refusals: Refusals, warn: Callable[[str], None]
) -> None:
    """Write complaints and orders from the dump's orders, items and reviews (and customers)."""
    dumps = _recognised(paths, warn)
    people = {
        r["customer_id"]: r["customer_unique_id"]
        for _, r in _rows(dumps.get("customers"), refusals)
    }
    orders = _orders(dumps["orders"], people, refusals)
    sellers = _sellers(dumps["order_items"], orders, refusals)
    rows = [
        (_order_id(order_id, seller, several), seller, order.ordered_at, order.buyer_id)
        for order_id, several in sellers.items()
        for order in (orders[order_id],)
        for seller in several
    ]
    files.write("orders", _table(rows, ORDERS))
    complaints = list(_complaints(dumps["order_reviews"], orders, sellers, refusals))
    files.write("complaints", _table(complaints, COMPLAINTS))


def _recognised(paths: Sequence[Path], warn: Callable[[str], None]) -> dict[str, Dump]:
    """The dump's files by their columns, whatever they are called."""
    found: dict[str, Dump] = {}
    layouts = TABLES | {"customers": CUSTOMERS}
    for path in paths:
        dump = dump_of(path)
        kinds = [kind for kind, names in layouts.items() if set(names) <= set(dump.names)]
        if not kinds:
            warn(f"{path}: is none of the files that are needed, and left out")
        elif kinds[0] in found:
            raise BadInput(f"{path}: a second file of {kinds[0]}, besides {found[kinds[0]].path}")
        else:
            found[kinds[0]] = dump
    missing = [f"olist_{kind}_dataset.csv" for kind in TABLES if kind not in found]
    if missing:
        raise BadInput(f"the olist layout needs {', '.join(missing)} as well")
    return found


def _orders(dump: Dump, people: dict[str, str], refusals: Refusals) -> dict[str, Order]:
    orders: dict[str, Order] = {}
    for number, row in _rows(dump, refusals):
        order_id, customer = row["order_id"], row["customer_id"]
        ordered_at = _instant(row["order_purchase_timestamp"])
        if not order_id or order_id in orders:
            what = f"column order_id: {shown(order_id)} is missing or there twice"
            _refuse(refusals, dump, number, row, what)
        elif ordered_at is None:
            time = shown(row["order_purchase_timestamp"])
            _refuse(
                refusals, dump, number, row, f"column order_purchase_timestamp: {time} is no time"
            )
        else:
            orders[order_id] = Order(
                ordered_at,
                people.get(customer, customer),
                _instant(row["order_delivered_customer_date"]),
                _instant(row["order_estimated_delivery_date"]),
            )
    return orders


def _sellers(dump: Dump, orders: dict[str, Order], refusals: Refusals) -> dict[str, list[str]]:
    """Sellers of each order, in the order of its items."""
    sellers: dict[str, list[str]] = {}
    for number, row in _rows(dump, refusals):
        order_id, seller = row["order_id"], row["seller_id"]
        if not seller:
            _refuse(refusals, dump, number, row, "column seller_id: is missing")
        elif order_id not in orders:
            what = f"column order_id: {shown(order_id)} is not among the orders"
            _refuse(refusals, dump, number, row, what)
        elif seller not in sellers.setdefault(order_id, []):
            sellers[order_id].append(seller)
    return sellers


def _complaints(
    dump: Dump, orders: dict[str, Order], sellers: dict[str, list[str]], refusals: Refusals
) -> Iterator[tuple[str, str, int, str, str, str]]:
    seen: set[str] = set()
    for number, row in _rows(dump, refusals):
        score, answered = row["review_score"].strip(), row["review_answer_timestamp"]
        filed_at = _instant(answered)
        if score not in {"1", "2", "3", "4", "5"}:
            what = f"column review_score: {shown(score)} is not 1 to 5"
            _refuse(refusals, dump, number, row, what)
            continue
        if filed_at is None:
            what = f"column review_answer_timestamp: {shown(answered)} is no time"
            _refuse(refusals, dump, number, row, what)
            continue
        order_id = row["order_id"]
        # Orders without items were nobody's: they were unavailable, or cancelled before.
        if int(score) > STARS_MAX or order_id not in sellers:
            continue
        order = orders[order_id]
        for seller in sellers[order_id]:
            linked = _order_id(order_id, seller, sellers[order_id])
            complaint_id = f"{row['review_id']}/{linked}"
            if complaint_id not in seen:
                seen.add(complaint_id)
                category = _category(order, filed_at)
                yield complaint_id, seller, filed_at, category, linked, order.buyer_id


def _refuse(refusals: Refusals, dump: Dump, number: int, row: dict[str, str], why: str) -> None:
    refusals.refuse(str(dump.path), number, why, {}, ",".join(row.values()))


def _category(order: Order, filed_at: int) -> str:
    if order.delivered_at is None or order.delivered_at > filed_at:
        return "not_received"
    if order.promised_at is not None and order.delivered_at > order.promised_at:
        return "late"
    return "dissatisfied"


def _order_id(order_id: str, seller: str, sellers: Sequence[str]) -> str:
    return order_id if len(sellers) == 1 else f"{order_id}/{seller}"


def _rows(dump: Dump | None, refusals: Refusals) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows as mappings, numbered from 1; lines that repeat the names are passed over.

    The layout's own columns are read; all of them where refused rows are written whole.
    """
    if dump is None:
        return
    wanted = [name for name in dump.names if name in _READ or not refusals.strict]
    for rows in dump.batches(wanted, refusals):
        for number, row in zip(rows.numbers.tolist(), rows.batch.to_pylist(), strict=True):
            texts = {name: (cell or b"").decode() for name, cell in row.items()}
            if any(name != text for name, text in texts.items()):
                yield number, texts


def _instant(text: str) -> int | None:
    try:
        return instant_of(text.strip())
    except BadInput:
        return None


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )

"""The orders table in its two shapes: one row a seller and day, or one row an order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.errors import BadInput
from training.tables.reading.batch import Batch, within
from training.tables.reading.columns import chosen, counts_in, instants_in, texts_in
from training.tables.reading.corrupt_files import corruption_refused
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.source import Source, check_columns

DAILY: Final = ("seller_id", "day", "orders")
RAW: Final = ("order_id", "seller_id", "ordered_at")
OPTIONAL: Final = ("revenue", "buyer_id", "amount")
TIMES: Final = ("day", "ordered_at")
KNOWN: Final = tuple(dict.fromkeys((*DAILY, *RAW)))
"""Columns that are read of either shape."""


@dataclass(frozen=True, slots=True)
class CheckedOrders:
    """A batch of orders of which every row is good."""

    place: str
    numbers: NDArray[Any]
    positions: NDArray[np.int64]
    seller_id: pa.LargeStringArray
    at: NDArray[np.int64]
    """Microseconds UTC: when the order was taken, or its day began."""
    count: NDArray[np.int64]
    order_id: pa.LargeStringArray | None
    """Only where a row is an order."""


def is_daily(source: Source) -> bool:
    """Whether a row is a seller-day; BadInput where it is neither that nor an order."""
    for shape in (DAILY, RAW):
        if all(name in source.names for name in shape):
            check_columns(source, shape)
            return shape == DAILY
    if "ordered_at" in source.names or "order_id" in source.names:
        check_columns(source, RAW)
    if "day" in source.names or "orders" in source.names:
        check_columns(source, DAILY)
    raise BadInput(
        f"{source.path}: no orders table; it needs columns {', '.join(DAILY)} (one row a seller "
        f"and day) or {', '.join(RAW)} (one row an order)"
    )


def checked_batches(
    source: Source, refusals: Refusals, *, now: int | None, duplicates: Mapping[int, str]
) -> Iterator[CheckedOrders]:
    """Stream the table's good rows; the others go to `refusals`."""
    daily = is_daily(source)
    for batch in source.batches(columns_for(source, refusals), refusals):
        rows, part = check_batch(batch, daily=daily, now=now, duplicates=duplicates)
        rows.report(refusals)
        yield part


def columns_for(source: Source, refusals: Refusals) -> tuple[str, ...] | None:
    """The columns to read; all (None) where refused rows may have to be written whole."""
    if not refusals.strict:
        return None
    return DAILY if is_daily(source) else RAW


def check_batch(
    batch: Batch, *, daily: bool, now: int | None, duplicates: Mapping[int, str]
) -> tuple[Rows, CheckedOrders]:
    """The batch's rows, the bad ones marked but not yet reported, and the good ones."""
    with corruption_refused(Path(batch.place)):
        return _check_batch(batch, daily, now, duplicates)


def _check_batch(
    batch: Batch, daily: bool, now: int | None, duplicates: Mapping[int, str]
) -> tuple[Rows, CheckedOrders]:
    rows = Rows(batch.place, batch.numbers, batch.columns)
    sellers = texts_in(rows, "seller_id", required=True)
    orders = None if daily else texts_in(rows, "order_id", required=True)
    at, _ = instants_in(rows, "day" if daily else "ordered_at", required=True, now=now)
    count = np.ones(len(rows), dtype=np.int64)
    if daily:
        count, _ = counts_in(rows, "orders", required=True)
    positions = batch.offset + np.arange(len(rows))
    rows.refuse_each(within(duplicates, batch), "day" if daily else "order_id")
    good = rows.good
    return rows, CheckedOrders(
        place=batch.place,
        numbers=batch.numbers[good],
        positions=positions[good],
        seller_id=chosen(sellers, good),
        at=at[good] // DAY_US * DAY_US if daily else at[good],
        count=count[good],
        order_id=None if orders is None else chosen(orders, good),
    )

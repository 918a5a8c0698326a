"""Reading a history from files: complaints and, where there are any, orders.

    history = read_history("complaints.parquet", "orders.csv.gz", until=instant_of("2024-06-01"))

Memory grows with the number of complaints (about 40 bytes each), not with the file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.history.history import UNKNOWN, Complaints, History, Orders
from training.tables.instants import text_of
from training.tables.reading import complaints as complaint_rows
from training.tables.reading import orders as order_rows
from training.tables.reading.growable_array import GrowableArray
from training.tables.reading.loaded_complaints import LoadedComplaints, read_complaints
from training.tables.reading.loaded_orders import LinkedOrders, read_orders
from training.tables.reading.refusals import Refusals, left_out, shown
from training.tables.reading.sorting import dense_codes, sort_order
from training.tables.reading.source import Source, check_columns, source_of

Warn = Callable[[str], None]
OnBadRows = Literal["refuse", "skip"]
WAYS: Final = ("refuse", "skip")
_EARLY_US: Final = 2 * DAY_US
"""A table that ends so long before the time asked for may just be an older one."""


def read_history(
    complaints: str | Path,
    orders: str | Path | None = None,
    *,
    until: int | None = None,
    now: int | None = None,
    on_bad_rows: OnBadRows = "refuse",
    beside: str | Path | None = None,
    warn: Warn = lambda sentence: None,  # noqa: ARG005
) -> History:
    """Read complaints and orders from Parquet (a file or a directory of parts), CSV or CSV.gz.

    Only what was filed or ordered before `until` is loaded. Times after `now` are refused, where it
    is given. A bad row refuses the whole table (BadInput names file, row, column and value), or
    with ``on_bad_rows="skip"`` is left out, and written to ``<beside>.refused-complaints.csv`` or
    ``<beside>.refused-orders.csv`` where an output file `beside` is named. `warn` is
    called with a sentence about columns and rows that are left out.
    """
    check_way(on_bad_rows)
    return history_of_sources(
        source_of(Path(complaints)),
        None if orders is None else source_of(Path(orders)),
        until=until,
        now=now,
        refused=_refusals("complaints", on_bad_rows, beside),
        refused_orders=_refusals("orders", on_bad_rows, beside),
        warn=warn,
    )


def check_way(on_bad_rows: str) -> None:
    """Refuse a word that says nothing of what becomes of bad rows."""
    if on_bad_rows not in WAYS:
        raise BadInput(f"on_bad_rows is {on_bad_rows!r}; it is one of {', '.join(WAYS)}")


def history_of_sources(
    source: Source,
    order_source: Source | None,
    *,
    until: int | None,
    now: int | None,
    refused: Refusals,
    refused_orders: Refusals,
    warn: Warn,
) -> History:
    """`read_history` of tables that were looked at already, wherever they are."""
    check_columns(source, complaint_rows.REQUIRED)
    _warn_of_columns(source, (*complaint_rows.REQUIRED, *complaint_rows.OPTIONAL), warn)
    if order_source is not None:
        shape = order_rows.DAILY if order_rows.is_daily(order_source) else order_rows.RAW
        _warn_of_columns(order_source, (*shape, *order_rows.OPTIONAL), warn)

    try:
        loaded = read_complaints(source, refused, until=until, now=now)
        daily, delay_days = None, None
        if order_source is not None:
            links = None if loaded.order is None else LinkedOrders(loaded.order.values())
            daily = read_orders(
                order_source, refused_orders, loaded.sellers, links, until=until, now=now
            )
            delay_days = _delays(loaded, links)
        history = _history_of(loaded, daily, delay_days)
        _keep(refused, source, warn)
        if order_source is not None:
            _keep(refused_orders, order_source, warn)
    finally:
        refused.discard()
        refused_orders.discard()
    return history


def early_end_of(history: History, until: int, option: str) -> str | None:
    """Say where the complaints end well before `until`: the days after look like quiet ones."""
    if not len(history.complaints):
        return f"no complaint was filed before {option}"
    last = int(history.complaints.filed_at.max())
    if until - last <= _EARLY_US:
        return None
    return (
        f"the last complaint is of {text_of(last)[:10]}; later days are scored as days without "
        f"complaints, so give an earlier {option} if the table just ends there"
    )


def _warn_of_columns(source: Source, known: tuple[str, ...], warn: Warn) -> None:
    unknown = [name for name in source.names if name and name not in known]
    if unknown:
        warn(f"{source.path}: column {', '.join(map(shown, unknown))} is unknown and left out")
    unnamed = source.names.count("")
    if unnamed:
        columns = (
            "1 column has no name and is"
            if unnamed == 1
            else f"{unnamed} columns have no name and are"
        )
        warn(f"{source.path}: {columns} left out")


def _refusals(table: str, on_bad_rows: OnBadRows, beside: str | Path | None) -> Refusals:
    if on_bad_rows == "refuse":
        return Refusals()
    if beside is None:
        return Refusals(strict=False)
    return Refusals(Path(f"{beside}.refused-{table}.csv"), strict=False)


def _keep(refusals: Refusals, source: Source, warn: Warn) -> None:
    if not refusals.count:
        return
    warn(f"{source.path}: {left_out(refusals.count, refusals.keep())}")


def _delays(loaded: LoadedComplaints, links: LinkedOrders | None) -> NDArray[np.float32] | None:
    """Days from order to complaint, where complaints name orders that are known one by one."""
    if links is None or loaded.order is None or not links.found:
        return None
    return links.delay_days(loaded.order.values(), loaded.filed_at.values())


def _history_of(
    loaded: LoadedComplaints, orders: Orders | None, delay_days: NDArray[np.float32] | None
) -> History:
    """Turn loaded columns into a history, one after the other, so that few are there twice."""
    used = np.zeros(len(loaded.sellers), dtype=np.bool_)
    used[loaded.seller.values()] = True
    if orders is not None:
        used[orders.seller] = True
    sellers, seller_place = loaded.sellers.ascending(used)
    categories, category_place = loaded.categories.ascending()
    # The empty name stands for no group, and comes first.
    groups, group_place = loaded.groups.ascending()
    unnamed = int(groups[:1] == ("",))
    buyer = None if loaded.buyer is None else GrowableArray(np.int32)
    if loaded.buyer is not None and buyer is not None:
        buyer.extend(dense_codes(loaded.buyer.release(), UNKNOWN))
    seller = seller_place[loaded.seller.release()]
    filed_at = loaded.filed_at.release()
    order = sort_order(seller, filed_at)

    def column(values: GrowableArray | None, dtype: type[np.generic]) -> NDArray[Any] | None:
        if values is None:
            return None
        taken = values.release()
        return (taken if order is None else taken[order]).astype(dtype, copy=False)

    group = column(loaded.group, np.int32)
    table = Complaints(
        seller=seller if order is None else seller[order],
        filed_at=filed_at if order is None else filed_at[order],
        category=category_place.astype(np.int32)[column(loaded.category, np.int32)],
        buyer=column(buyer, np.int32),
        evidence=column(loaded.evidence, np.int32),
        outcome=column(loaded.outcome, np.int8),
        decided_at=column(loaded.decided_at, np.int64),
        delay_days=delay_days if delay_days is None or order is None else delay_days[order],
        withdrawn_at=column(loaded.withdrawn_at, np.int64),
        evidence_at=column(loaded.evidence_at, np.int64),
        recorded_at=column(loaded.recorded_at, np.int64),
        group=None if group is None else group_place[group] - np.int32(unnamed),
    )
    if orders is not None:
        orders = _renumbered(orders, seller_place)
    return History(sellers, categories, table, orders, groups[unnamed:])


def _renumbered(orders: Orders, place: NDArray[np.int32]) -> Orders:
    """Orders under their sellers' final numbers, sorted again."""
    seller = place[orders.seller]
    order = sort_order(seller, orders.day)
    if order is None:
        return Orders(seller, orders.day, orders.count)
    return Orders(seller[order], orders.day[order], orders.count[order])

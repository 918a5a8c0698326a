"""The orders table in memory while it is read: daily counts, and times of linked orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.history.history import UNDECIDED, Orders
from training.tables.reading.batch import Batch
from training.tables.reading.columns import TEXT, chosen
from training.tables.reading.dictionary_encoder import DictionaryEncoder, EncodedTexts, encode
from training.tables.reading.duplicates import IdHashes, KeyedRows, confirmed_duplicates
from training.tables.reading.growable_array import GrowableArray
from training.tables.reading.hashing import hashes_of
from training.tables.reading.orders import (
    CheckedOrders,
    check_batch,
    checked_batches,
    columns_for,
    is_daily,
)
from training.tables.reading.prefetch import one_at_a_time, prefetch
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.sorting import sort_order
from training.tables.reading.source import Source


class LinkedOrders:
    """The times of the orders that complaints name."""

    def __init__(self, order_hashes: NDArray[np.uint64]) -> None:
        self._wanted = np.unique(order_hashes)
        self._ordered_at = np.full(len(self._wanted), UNDECIDED, dtype=np.int64)

    def add(self, hashes: NDArray[np.uint64], ordered_at: NDArray[np.int64]) -> None:
        """Store the times of those orders that a complaint names."""
        if len(self._wanted):
            place = np.searchsorted(self._wanted, hashes)
            place[place == len(self._wanted)] = 0
            hit = self._wanted[place] == hashes
            self._ordered_at[place[hit]] = ordered_at[hit]

    @property
    def found(self) -> bool:
        """Whether the table holds the order of any complaint."""
        return bool((self._ordered_at != UNDECIDED).any())

    def delay_days(
        self, order_hashes: NDArray[np.uint64], filed_at: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """(n,) days from order to complaint; NaN where no earlier order is known."""
        ordered_at = self._ordered_at[np.searchsorted(self._wanted, order_hashes)]
        known = (order_hashes != 0) & (ordered_at <= filed_at)
        days = (filed_at - np.where(known, ordered_at, filed_at)) / DAY_US
        return np.where(known, days, np.nan).astype(np.float32)


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """A batch as numbers, before its sellers have codes: days that had ended by `until`."""

    seller: EncodedTexts
    day: NDArray[np.int64]
    count: NDArray[np.int64]
    order_id: NDArray[np.uint64] | None
    """Hashes of all order ids, also of later days; None where a row is a seller-day."""
    at: NDArray[np.int64]
    """Microseconds UTC, beside `order_id`."""


def encode_batch(part: CheckedOrders, until: int | None) -> EncodedBatch:
    """Encode a batch: what was ordered on days that had ended by `until`."""
    day = (part.at // DAY_US).astype(np.int64)
    rows = np.ones(len(day), bool) if until is None else (day + 1) * DAY_US <= until
    return EncodedBatch(
        seller=encode(chosen(part.seller_id, rows)),
        day=day[rows],
        count=part.count[rows],
        order_id=None if part.order_id is None else hashes_of(part.order_id),
        at=part.at,
    )


@dataclass(slots=True)
class LoadedOrders:
    """Counts of orders by seller and day, and the hashes of their ids."""

    seller: GrowableArray
    day: GrowableArray
    count: GrowableArray
    seen: IdHashes

    def add(self, part: EncodedBatch, sellers: DictionaryEncoder) -> None:
        """Append a batch, numbering its sellers by `sellers`."""
        codes = sellers.codes_of(part.seller)
        if part.order_id is None:
            columns = (codes, part.day, part.count)
        else:
            self.seen.add(part.order_id)
            key, counts = np.unique((codes << 32) | part.day, return_counts=True)
            columns = (key >> 32, key & 0xFFFFFFFF, counts)
        for column, new in zip((self.seller, self.day, self.count), columns, strict=True):
            column.extend(new)

    def sorted(self) -> Orders:
        """The orders by seller and day; this object is empty afterwards."""
        seller, day, count = self.seller.release(), self.day.release(), self.count.release()
        order = sort_order(seller, day)
        if order is None:
            return Orders(seller, day, count)
        return Orders(seller[order], day[order], count[order])


def read_orders(
    source: Source,
    refusals: Refusals,
    sellers: DictionaryEncoder,
    links: LinkedOrders | None,
    *,
    until: int | None,
    now: int | None,
) -> Orders:
    """Read the table; twice where two rows may be the same, to refuse the second of them.

    `sellers` numbers the sellers, `links` receives the times of linked orders. Raises BadInput
    where a row is refused and `refusals` are strict.
    """
    loaded = _one_pass(source, refusals, sellers, links, until=until, now=now, duplicates={})
    orders = loaded.sorted()
    strict = refusals.strict
    again = checked_batches(source, Refusals(strict=False), now=now, duplicates={})
    if is_daily(source):
        duplicates = confirmed_duplicates(
            _suspect_days(again, _repeated_days(orders, sellers)), first_only=strict
        )
    else:
        duplicates = confirmed_duplicates(
            _suspect_orders(again, loaded.seen.repeated()), first_only=strict
        )
    if duplicates:
        loaded = _one_pass(
            source, refusals, sellers, links, until=until, now=now, duplicates=duplicates
        )
        orders = loaded.sorted()
    return orders if is_daily(source) else _summed(orders)


def _one_pass(
    source: Source,
    refusals: Refusals,
    sellers: DictionaryEncoder,
    links: LinkedOrders | None,
    *,
    until: int | None,
    now: int | None,
    duplicates: Mapping[int, str],
) -> LoadedOrders:
    refusals.start(source.names)
    daily = is_daily(source)
    rows = source.rows if daily else None
    loaded = LoadedOrders(
        GrowableArray(np.int32, rows),
        GrowableArray(np.int32, rows),
        GrowableArray(np.float64, rows),
        IdHashes(None if daily else source.rows),
    )

    def inspect(batch: Batch) -> tuple[Rows, EncodedBatch]:
        rows, part = check_batch(batch, daily=daily, now=now, duplicates=duplicates)
        return rows, encode_batch(part, until)

    def consume(found: tuple[Rows, EncodedBatch]) -> None:
        rows, part = found
        rows.report(refusals)
        loaded.add(part, sellers)
        if links is not None and part.order_id is not None:
            links.add(part.order_id, part.at)

    run = prefetch if source.parts else one_at_a_time
    run(source.batches(columns_for(source, refusals), refusals), inspect, consume)
    return loaded


def _summed(orders: Orders) -> Orders:
    """One row a seller-day of sorted rows."""
    if len(orders) == 0:
        return orders
    new = np.ones(len(orders), dtype=np.bool_)
    new[1:] = _steps(orders)
    count = np.add.reduceat(orders.count, np.flatnonzero(new))
    return Orders(orders.seller[new], orders.day[new], count)


def _steps(orders: Orders) -> NDArray[np.bool_]:
    """(m - 1,) whether a row is of another seller or day than the one before."""
    stepped: NDArray[np.bool_] = orders.seller[1:] != orders.seller[:-1]
    stepped |= orders.day[1:] != orders.day[:-1]
    return stepped


def _repeated_days(orders: Orders, sellers: DictionaryEncoder) -> set[tuple[str, int]]:
    rows = np.flatnonzero(~_steps(orders))
    names = sellers.decode(orders.seller[rows])
    return set(zip(names, orders.day[rows].tolist(), strict=True))


def _suspect_orders(
    parts: Iterator[CheckedOrders], repeated: NDArray[np.uint64]
) -> Iterator[KeyedRows]:
    """The rows whose order id has one of the repeated hashes; without any, nothing is read."""
    if not len(repeated):
        return
    for part in parts:
        if part.order_id is not None:
            rows = np.isin(hashes_of(part.order_id), repeated)
            ids = part.order_id.filter(pa.array(rows)).to_pylist()
            yield KeyedRows(part.place, part.numbers[rows], part.positions[rows], ids)


def _suspect_days(
    parts: Iterator[CheckedOrders], repeated: set[tuple[str, int]]
) -> Iterator[KeyedRows]:
    """The rows of sellers who have a day twice; without any, nothing is read."""
    if not repeated:
        return
    sellers = pa.array(sorted({seller for seller, _ in repeated}), TEXT)
    for part in parts:
        rows = pc.is_in(part.seller_id, value_set=sellers).to_numpy(zero_copy_only=False)
        names = part.seller_id.filter(pa.array(rows)).to_pylist()
        keys = list(zip(names, (part.at[rows] // DAY_US).tolist(), strict=True))
        yield KeyedRows(part.place, part.numbers[rows], part.positions[rows], keys)

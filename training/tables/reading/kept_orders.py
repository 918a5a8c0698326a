"""What is kept of the orders table while it is read: daily counts, times of linked orders."""

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
from training.tables.reading.dictionary_encoder import Coded, Names, coded
from training.tables.reading.duplicates import Keyed, Seen, confirmed
from training.tables.reading.growable_array import Growing
from training.tables.reading.hashing import hashes_of
from training.tables.reading.orders import Checked, checked, columns_for, is_daily, looked_at
from training.tables.reading.prefetch import look_ahead, look_one_by_one
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.sorting import order_of
from training.tables.reading.source import Source


class Links:
    """When the orders were taken that complaints name."""

    def __init__(self, order_hashes: NDArray[np.uint64]) -> None:
        self._wanted = np.unique(order_hashes)
        self._ordered_at = np.full(len(self._wanted), UNDECIDED, dtype=np.int64)

    def add(self, hashes: NDArray[np.uint64], ordered_at: NDArray[np.int64]) -> None:
        """Remember those of the orders that a complaint names."""
        if len(self._wanted):
            place = np.searchsorted(self._wanted, hashes)
            place[place == len(self._wanted)] = 0
            hit = self._wanted[place] == hashes
            self._ordered_at[place[hit]] = ordered_at[hit]

    @property
    def found(self) -> bool:
        """Whether any complaint's order was met."""
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
class Digest:
    """What is kept of a batch, before its sellers have numbers: days that had ended in time."""

    seller: Coded
    day: NDArray[np.int64]
    count: NDArray[np.int64]
    order_id: NDArray[np.uint64] | None
    """Hashes of all order ids, also of later days; None where a row is a seller-day."""
    at: NDArray[np.int64]
    """Microseconds UTC, beside `order_id`."""


def digest_of(part: Checked, until: int | None) -> Digest:
    """Reduce a batch to numbers: what was ordered on days that had ended by `until`."""
    day = (part.at // DAY_US).astype(np.int64)
    rows = np.ones(len(day), bool) if until is None else (day + 1) * DAY_US <= until
    return Digest(
        seller=coded(chosen(part.seller_id, rows)),
        day=day[rows],
        count=part.count[rows],
        order_id=None if part.order_id is None else hashes_of(part.order_id),
        at=part.at,
    )


@dataclass(slots=True)
class Kept:
    """Counts of orders by seller and day, and what is not yet known to be unique."""

    seller: Growing
    day: Growing
    count: Growing
    seen: Seen

    def add(self, part: Digest, sellers: Names) -> None:
        """Keep a batch."""
        codes = sellers.codes_of(part.seller)
        if part.order_id is None:
            columns = (codes, part.day, part.count)
        else:
            self.seen.add(part.order_id)
            key, counts = np.unique((codes << 32) | part.day, return_counts=True)
            columns = (key >> 32, key & 0xFFFFFFFF, counts)
        for kept, new in zip((self.seller, self.day, self.count), columns, strict=True):
            kept.extend(new)

    def sorted(self) -> Orders:
        """By seller and day; Kept is empty afterwards."""
        seller, day, count = self.seller.taken(), self.day.taken(), self.count.taken()
        order = order_of(seller, day)
        if order is None:
            return Orders(seller, day, count)
        return Orders(seller[order], day[order], count[order])


def read_orders(
    source: Source,
    refusals: Refusals,
    sellers: Names,
    links: Links | None,
    *,
    until: int | None,
    now: int | None,
) -> Orders:
    """Read the table, numbering sellers by `sellers`; a second time where rows are there twice."""
    kept = _one_pass(source, refusals, sellers, links, until=until, now=now, twice={})
    orders = kept.sorted()
    strict = refusals.strict
    again = checked(source, Refusals(strict=False), now=now, twice={})
    if is_daily(source):
        twice = confirmed(_suspect_days(again, _repeated_days(orders, sellers)), first_only=strict)
    else:
        twice = confirmed(_suspect_orders(again, kept.seen.repeated()), first_only=strict)
    if twice:
        kept = _one_pass(source, refusals, sellers, links, until=until, now=now, twice=twice)
        orders = kept.sorted()
    return orders if is_daily(source) else _summed(orders)


def _one_pass(
    source: Source,
    refusals: Refusals,
    sellers: Names,
    links: Links | None,
    *,
    until: int | None,
    now: int | None,
    twice: Mapping[int, str],
) -> Kept:
    refusals.start(source.names)
    daily = is_daily(source)
    rows = source.rows if daily else None
    kept = Kept(
        Growing(np.int32, rows),
        Growing(np.int32, rows),
        Growing(np.float64, rows),
        Seen(None if daily else source.rows),
    )

    def look(batch: Batch) -> tuple[Rows, Digest]:
        rows, part = looked_at(batch, daily=daily, now=now, twice=twice)
        return rows, digest_of(part, until)

    def take(found: tuple[Rows, Digest]) -> None:
        rows, part = found
        rows.report(refusals)
        kept.add(part, sellers)
        if links is not None and part.order_id is not None:
            links.add(part.order_id, part.at)

    go_through = look_ahead if source.parts else look_one_by_one
    go_through(source.batches(columns_for(source, refusals), refusals), look, take)
    return kept


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


def _repeated_days(orders: Orders, sellers: Names) -> set[tuple[str, int]]:
    rows = np.flatnonzero(~_steps(orders))
    names = sellers.named(orders.seller[rows])
    return set(zip(names, orders.day[rows].tolist(), strict=True))


def _suspect_orders(parts: Iterator[Checked], repeated: NDArray[np.uint64]) -> Iterator[Keyed]:
    """The rows whose order id has one of the repeated hashes; nothing is read without any."""
    if not len(repeated):
        return
    for part in parts:
        if part.order_id is not None:
            rows = np.isin(hashes_of(part.order_id), repeated)
            ids = part.order_id.filter(pa.array(rows)).to_pylist()
            yield Keyed(part.place, part.numbers[rows], part.positions[rows], ids)


def _suspect_days(parts: Iterator[Checked], repeated: set[tuple[str, int]]) -> Iterator[Keyed]:
    """The rows of sellers who have a day twice; nothing is read where nobody has."""
    if not repeated:
        return
    sellers = pa.array(sorted({seller for seller, _ in repeated}), TEXT)
    for part in parts:
        rows = pc.is_in(part.seller_id, value_set=sellers).to_numpy(zero_copy_only=False)
        names = part.seller_id.filter(pa.array(rows)).to_pylist()
        keys = list(zip(names, (part.at[rows] // DAY_US).tolist(), strict=True))
        yield Keyed(part.place, part.numbers[rows], part.positions[rows], keys)

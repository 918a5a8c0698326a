"""What had happened by an instant: complaints and orders as columns of arrays.

A history is what every other part of the detector reads. It is plain arrays, sorted by seller and
then time, so that one pass over it yields the counts of any window. `History.as_of` is the only
place where a point in time is enforced: at instant T only complaints with ``filed_at < T``,
verdicts with ``decided_at < T`` and days of orders that ended by T exist. A complaint that was
withdrawn before T does not, and evidence that was added at or after T is not there yet.

Times are int64 microseconds since 1970-01-01 UTC; days are whole UTC days since that date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.errors import BadInput

UNKNOWN: Final = -1
"""Code of a missing buyer or group, and count of evidence that is not recorded."""

UNDECIDED: Final = np.iinfo(np.int64).max
"""`decided_at` of a pending complaint."""

LASTING: Final = np.iinfo(np.int64).max
"""`withdrawn_at` of a complaint that nobody has withdrawn."""


class Outcome(IntEnum):
    """What a person decided about a complaint."""

    PENDING = 0
    UPHELD = 1
    REJECTED = 2
    UNFOUNDED = 3


@dataclass(frozen=True, slots=True)
class Complaints:
    """n complaints, one a row, by seller and then time; optional columns are None when absent."""

    seller: NDArray[np.int32]
    """(n,) index into `History.sellers`."""
    filed_at: NDArray[np.int64]
    """(n,) microseconds UTC."""
    category: NDArray[np.int32]
    """(n,) index into `History.categories`."""
    buyer: NDArray[np.int32] | None = None
    """(n,) code of the buyer; equal codes are one buyer; UNKNOWN where missing."""
    evidence: NDArray[np.int32] | None = None
    """(n,) pieces of evidence; UNKNOWN where missing."""
    outcome: NDArray[np.int8] | None = None
    """(n,) `Outcome`."""
    decided_at: NDArray[np.int64] | None = None
    """(n,) microseconds UTC; UNDECIDED where pending."""
    delay_days: NDArray[np.float32] | None = None
    """(n,) days from the linked order to the complaint; NaN where no order is linked."""
    withdrawn_at: NDArray[np.int64] | None = None
    """(n,) microseconds UTC; LASTING where nobody has taken the complaint back."""
    evidence_at: NDArray[np.int64] | None = None
    """(n,) microseconds UTC from which the evidence is on file: `filed_at` where it came with the
    complaint, or where there is none."""
    recorded_at: NDArray[np.int64] | None = None
    """(n,) microseconds UTC at which the complaint reached the records; UNKNOWN where nobody says.
    Only drift looks at it: a complaint counts from `filed_at` on."""
    group: NDArray[np.int32] | None = None
    """(n,) index into `History.groups`; UNKNOWN where missing."""

    def __len__(self) -> int:
        return len(self.seller)

    def take(self, rows: NDArray[Any] | slice) -> Complaints:
        """The rows that a mask, indices or a slice select, in every column."""
        columns = (getattr(self, field.name) for field in fields(self))
        taken: list[Any] = [None if column is None else column[rows] for column in columns]
        return Complaints(*taken)


@dataclass(frozen=True, slots=True)
class Orders:
    """m seller-days with their numbers of orders, sorted by seller and then day."""

    seller: NDArray[np.int32]
    """(m,) index into `History.sellers`."""
    day: NDArray[np.int32]
    """(m,) days since 1970-01-01 UTC."""
    count: NDArray[np.float64]
    """(m,) orders, >= 0."""

    def __len__(self) -> int:
        return len(self.seller)


@dataclass(frozen=True, slots=True)
class History:
    """Complaints and, where known, orders of one marketplace."""

    sellers: tuple[str, ...]
    """Ids in ascending order; codes in the tables index into it."""
    categories: tuple[str, ...]
    """Names in ascending order; codes in the tables index into it."""
    complaints: Complaints
    """By seller and then time; BadInput otherwise, as nothing would be counted right."""
    orders: Orders | None = None
    """By seller and then day."""
    groups: tuple[str, ...] = ()
    """Names in ascending order of what complaints may have in common: regions, carriers,
    warehouses or brands. Codes in the table index into it."""

    def __post_init__(self) -> None:
        """Check the order of the rows."""
        _check_sorted("complaints", self.complaints.seller, self.complaints.filed_at, self.sellers)
        if self.orders is not None:
            _check_sorted("orders", self.orders.seller, self.orders.day, self.sellers)

    def as_of(self, instant: int) -> History:
        """The history as recorded before an instant (microseconds UTC), and nothing else.

        Sellers and categories first seen at or after the instant are left out as well, so that
        nothing dated at or after it can change any result, bit for bit.
        """
        complaints = _complaints_before(self.complaints, instant)
        orders = None if self.orders is None else _orders_before(self.orders, instant)
        known = np.zeros(len(self.sellers), dtype=bool)
        known[complaints.seller] = True
        if orders is not None:
            known[orders.seller] = True
        used = np.zeros(len(self.categories), dtype=bool)
        used[complaints.category] = True
        groups, group = _used_groups(self.groups, complaints.group)
        return History(
            sellers=_chosen(self.sellers, known),
            categories=_chosen(self.categories, used),
            groups=groups,
            complaints=replace(
                complaints,
                seller=_renumbering(known)[complaints.seller],
                category=_renumbering(used)[complaints.category],
                group=group,
            ),
            orders=None
            if orders is None
            else replace(orders, seller=_renumbering(known)[orders.seller]),
        )

    def first_seen(self) -> NDArray[np.int64]:
        """(n,) each seller's first complaint or the start of the first day with orders."""
        return self._first(0, 0)

    def known_from(self) -> NDArray[np.int64]:
        """(n,) the instant from which on `as_of` knows each seller.

        A seller that is known by complaints that were withdrawn is known in between as well.
        """
        return self._first(1, DAY_US)

    def _first(self, after_filing: int, after_day: int) -> NDArray[np.int64]:
        first = np.full(len(self.sellers), UNDECIDED, dtype=np.int64)
        complaints = self.complaints
        if complaints.withdrawn_at is not None:
            complaints = complaints.take(complaints.withdrawn_at == LASTING)
        rows = first_rows(complaints.seller)
        first[complaints.seller[rows]] = complaints.filed_at[rows] + after_filing
        if self.orders is not None:
            rows = first_rows(self.orders.seller)
            seller = self.orders.seller[rows]
            day = self.orders.day[rows].astype(np.int64) * DAY_US + after_day
            first[seller] = np.minimum(first[seller], day)
        return first

    def only(self, seller_ids: Sequence[str]) -> History:
        """The history of the sellers with the given ids; unknown ids are ignored."""
        wanted = set(seller_ids)
        return self.chosen(
            np.fromiter((s in wanted for s in self.sellers), dtype=bool, count=len(self.sellers))
        )

    def chosen(self, known: NDArray[np.bool_]) -> History:
        """The history of the sellers that the mask (n,) selects."""
        complaints = self.complaints.take(known[self.complaints.seller])
        orders = self.orders
        if orders is not None:
            rows = known[orders.seller]
            orders = Orders(
                _renumbering(known)[orders.seller[rows]], orders.day[rows], orders.count[rows]
            )
        return History(
            _chosen(self.sellers, known),
            self.categories,
            replace(complaints, seller=_renumbering(known)[complaints.seller]),
            orders,
            self.groups,
        )

    def rows(self, chosen: NDArray[np.bool_]) -> History:
        """The same sellers with some complaints, which a mask selects, and without orders."""
        return replace(self, complaints=self.complaints.take(chosen), orders=None)

    def part(self, first: int, last: int) -> History:
        """The history of the sellers with the indices `first` to `last` - 1, without copying."""
        # The bounds have the column's type, since NumPy would otherwise convert the whole column.
        bounds = np.array([first, last], dtype=np.int32)
        rows = slice(*np.searchsorted(self.complaints.seller, bounds))
        complaints = self.complaints.take(rows)
        orders = self.orders
        if orders is not None:
            part = slice(*np.searchsorted(orders.seller, bounds))
            orders = Orders(orders.seller[part] - first, orders.day[part], orders.count[part])
        return History(
            self.sellers[first:last],
            self.categories,
            replace(complaints, seller=complaints.seller - first),
            orders,
            self.groups,
        )


def first_rows(seller: NDArray[np.int32]) -> NDArray[np.intp]:
    """(k,) the index of each seller's first row, in rows sorted by seller (m,)."""
    return np.flatnonzero(np.concatenate([[len(seller) > 0], seller[1:] != seller[:-1]]))


def _complaints_before(complaints: Complaints, instant: int) -> Complaints:
    before = complaints.filed_at < instant
    if complaints.withdrawn_at is not None:
        before &= complaints.withdrawn_at >= instant
    # Nothing is copied where nothing is later: a history may be a third of a machine's memory.
    filed = complaints if before.all() else complaints.take(before)
    if filed.withdrawn_at is not None:
        filed = replace(filed, withdrawn_at=None)  # what is left lasts, as far as is known
    filed = _with_evidence_before(filed, instant)
    if filed.decided_at is None or filed.outcome is None:
        return filed
    known = filed.decided_at < instant
    return replace(
        filed,
        outcome=np.where(known, filed.outcome, np.int8(Outcome.PENDING)).astype(np.int8),
        decided_at=np.where(known, filed.decided_at, UNDECIDED),
    )


def _with_evidence_before(complaints: Complaints, instant: int) -> Complaints:
    """What is on file at the instant counts; what came later is not told from what never came."""
    if complaints.evidence is None or complaints.evidence_at is None:
        return complaints
    later = complaints.evidence_at >= instant
    evidence_at = np.where(later, complaints.filed_at, complaints.evidence_at)
    return replace(
        complaints,
        evidence=np.where(later, np.int32(0), complaints.evidence).astype(np.int32),
        # Kept where it still says something: an earlier instant may be asked for.
        evidence_at=evidence_at if (evidence_at > complaints.filed_at).any() else None,
    )


def _orders_before(orders: Orders, instant: int) -> Orders:
    # A day's count is complete, and so known, once the day is over.
    rows = (orders.day.astype(np.int64) + 1) * DAY_US <= instant
    return Orders(orders.seller[rows], orders.day[rows], orders.count[rows])


def _chosen(names: tuple[str, ...], mask: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(names[i] for i in np.flatnonzero(mask))


def _used_groups(
    groups: tuple[str, ...], codes: NDArray[np.int32] | None
) -> tuple[tuple[str, ...], NDArray[np.int32] | None]:
    """The groups that complaints name, and the complaints' codes among them."""
    if codes is None:
        return (), None
    used = np.zeros(len(groups) + 1, dtype=bool)  # the last is that of complaints without one
    used[codes] = True
    place = np.where(used, _renumbering(used), UNKNOWN).astype(np.int32)
    place[-1] = UNKNOWN
    return _chosen(groups, used[:-1]), place[codes]


def _renumbering(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    return (np.cumsum(mask) - 1).astype(np.int32)


def _check_sorted(
    table: str, seller: NDArray[np.int32], time: NDArray[Any], sellers: tuple[str, ...]
) -> None:
    if not len(seller):
        return
    if len(time) != len(seller):
        raise BadInput(f"{table}: columns differ in length: {len(seller)}, {len(time)}")
    later, earlier = seller[1:], seller[:-1]
    if (later < earlier).any() or ((later == earlier) & (time[1:] < time[:-1])).any():
        raise BadInput(f"{table}: rows must be sorted by seller and then time; see history_of")
    if seller[0] < 0 or seller[-1] >= len(sellers):
        raise BadInput(f"{table}: a seller's number is none of {len(sellers)}")

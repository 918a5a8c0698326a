"""When each seller was first and last seen, and what it did in some of its days."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.history.history import History

Array = NDArray[np.float64]
Days = NDArray[np.int64]

PARTS: Final = 16
"""Categories told apart in a mix of complaints; the rarer ones are one more."""
NEVER: Final = np.iinfo(np.int64).max // 4
"""First day of what never happened; its last day is the negative."""


@dataclass(frozen=True, slots=True)
class Lives:
    """A history by whole days, from its first day 0 on, and the span of each of n sellers."""

    history: History
    """What had happened by the end; complaints count however they ended."""
    start: int
    """Days since 1970 of day 0."""
    days: int
    """Days there are."""
    first: Days
    """(n,) the first day with a complaint or an order."""
    last: Days
    """(n,) the last one."""
    last_order: Days
    """(n,) the last day with an order; -NEVER without any."""
    first_order: Days
    """(n,) the first one; NEVER without any."""
    first_complaint: Days
    """(n,) microseconds UTC; NEVER without any."""
    last_complaint: Days
    """(n,) the same of the last one; -NEVER without any."""
    active_seller: NDArray[np.int64]
    """(a,) the seller of each seller-day with a complaint or an order, ascending."""
    active_day: Days
    """(a,) its day."""
    part: NDArray[np.int64]
    """(complaints,) the part of the mix of each complaint."""
    parts: int
    market_complaints: Array
    """(days + 1,) cumulated complaints of a day over the sellers there were: the season."""
    market_orders: Array
    """(days + 1,) the same of orders; of all 0 where these are not known."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What k sellers did in some days of each."""

    days: Array
    """(k,) how many days these were."""
    active: Array
    """(k,) days of them with a complaint or an order."""
    complaints: Array
    """(k,)"""
    due: Array
    """(k,) complaints that an average seller of the market had in them."""
    orders: Array
    """(k,)"""
    orders_due: Array
    """(k,) the same of orders."""
    mix: Array
    """(k, parts) complaints by category."""

    def take(self, rows: NDArray[np.intp]) -> Seen:
        """The same of some of the sellers."""
        columns: list[Array] = [getattr(self, field.name) for field in fields(self)]
        return Seen(*(column[rows] for column in columns))


def lives_of(history: History, until: int) -> Lives | None:
    """The lives of all sellers, by days that had ended by `until` (microseconds UTC).

    None where nothing had happened.
    """
    end = until // DAY_US
    complaints, orders, n = history.complaints, history.orders, len(history.sellers)
    complaints = complaints.take(complaints.filed_at < end * DAY_US)
    if len(complaints) == 0:
        return None
    day = complaints.filed_at // DAY_US
    start = int(day.min())
    known = None
    order_day, order_seller, count = np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0)
    if orders is not None:
        rows = (orders.day < end) & (orders.count > 0)
        order_day, order_seller = orders.day[rows].astype(np.int64), orders.seller[rows]
        count = orders.count[rows]
        known = type(orders)(order_seller, orders.day[rows], count)
        start = min(start, int(order_day.min(initial=start)))
    days = end - start
    day, order_day = day - start, order_day - start
    first_complaint, last_complaint = _span(complaints.seller, complaints.filed_at, n)
    first_order, last_order = _span(order_seller, order_day, n)
    first_day, last_day = _span(complaints.seller, day, n)
    first, last = np.minimum(first_day, first_order), np.maximum(last_day, last_order)
    there = np.zeros(days + 1)
    seen = first < NEVER
    np.add.at(there, first[seen], 1.0)
    np.add.at(there, last[seen] + 1, -1.0)
    sellers = np.maximum(np.cumsum(there)[:-1], 1.0)
    active = np.sort(
        np.concatenate(
            [
                complaints.seller.astype(np.int64) * days + day,
                order_seller.astype(np.int64) * days + order_day,
            ]
        ),
        kind="stable",
    )
    active = active[np.append(True, active[1:] != active[:-1])]
    part, parts = _parts(complaints.category, len(history.categories))
    return Lives(
        history=replace(history, complaints=complaints, orders=known),
        start=start,
        days=days,
        first=first,
        last=last,
        first_order=first_order,
        last_order=last_order,
        first_complaint=first_complaint,
        last_complaint=last_complaint,
        active_seller=active // days,
        active_day=active % days,
        part=part,
        parts=parts,
        market_complaints=_cumulated(np.bincount(day, minlength=days) / sellers),
        market_orders=_cumulated(np.bincount(order_day, count, days) / sellers),
    )


def seen_between(lives: Lives, sellers: NDArray[np.intp], first: Days, last: Days) -> Seen:
    """What k sellers did from a first day to a last one (k,), both counted."""
    history, k = lives.history, len(sellers)
    number = np.full(len(history.sellers), -1)
    number[sellers] = np.arange(k)
    complaints, orders = history.complaints, history.orders
    day = complaints.filed_at // DAY_US - lives.start
    rows = _within(number[complaints.seller], day, first, last)
    place, part = number[complaints.seller[rows]], lives.part[rows]
    mix = np.bincount(place * lives.parts + part, minlength=k * lives.parts)
    ordered = np.zeros(k)
    if orders is not None:
        day, of = orders.day.astype(np.int64) - lives.start, number[orders.seller]
        kept = _within(of, day, first, last)
        ordered = np.bincount(of[kept], orders.count[kept], k).astype(np.float64)
    of = number[lives.active_seller]
    kept = _within(of, lives.active_day, first, last)
    low, high = np.clip(first, 0, lives.days), np.clip(last + 1, 0, lives.days)
    return Seen(
        days=np.maximum(high - low, 1).astype(np.float64),
        active=np.bincount(of[kept], minlength=k).astype(np.float64),
        complaints=np.bincount(place, minlength=k).astype(np.float64),
        due=np.maximum(lives.market_complaints[high] - lives.market_complaints[low], 1e-9),
        orders=ordered,
        orders_due=np.maximum(lives.market_orders[high] - lives.market_orders[low], 1e-9),
        mix=mix.reshape(k, lives.parts).astype(np.float64),
    )


def _within(place: NDArray[np.intp], day: Days, first: Days, last: Days) -> NDArray[np.intp]:
    """The rows that lie in the days of their place among k sellers; those of place -1 do not."""
    rows = np.flatnonzero(place >= 0)  # first of all, for there may be no sellers
    place, day = place[rows], day[rows]
    return rows[(day >= first[place]) & (day <= last[place])]


def _span(seller: NDArray[np.int32], at: NDArray[np.int64], n: int) -> tuple[Days, Days]:
    """(n,) the first and the last time of each seller, of rows sorted by seller and time."""
    first, last = np.full(n, NEVER), np.full(n, -NEVER)
    if len(seller):
        begins = np.flatnonzero(np.append(True, seller[1:] != seller[:-1]))
        ends = np.append(begins[1:], len(seller)) - 1
        first[seller[begins]], last[seller[ends]] = at[begins], at[ends]
    return first, last


def _parts(category: NDArray[np.int32], categories: int) -> tuple[NDArray[np.int64], int]:
    if categories <= PARTS + 1:
        return category.astype(np.int64), max(categories, 1)
    common = np.argsort(-np.bincount(category, minlength=categories), kind="stable")[:PARTS]
    place = np.full(categories, PARTS)
    place[common] = np.arange(PARTS)
    return place[category], PARTS + 1


def _cumulated(values: Array) -> Array:
    return np.concatenate([[0.0], np.cumsum(values)])

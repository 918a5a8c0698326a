"""A history day by day: the counts that tell a faulty feed from a bad week.

All but the tables' own volumes count sellers: each seller with complaints has a weight of one a
day, shared out over them. So one seller's spike, however large, is not the feed's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.feed.copies import echoes_of, is_paired, is_repeat, is_twin, is_unnamed
from detector.history.history import History

Array = NDArray[np.float64]

HOURS: Final = 24
NEW_DAYS: Final = 3
"""Days for which a seller is new, and over which categories are compared."""
_HOUR_US: Final = DAY_US // HOURS


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """Counts of D days in a row, the first of which is `first_day` (days since 1970 UTC)."""

    first_day: int
    complaints: Array
    """(D,) complaints."""
    orders: Array | None
    """(D,) orders, None where these are not known."""
    sellers: Array
    """(D,) sellers with complaints."""
    by_category: Array
    """(D, categories) sellers by category."""
    by_hour: Array
    """(D, 24) sellers by hour of the day, UTC."""
    twins: Array
    """(D,) sellers by the share of their complaints that have a twin: another of the same second,
    category and buyer."""
    repeats: Array
    """The same by twins of the same day, category and known buyer, at whatever time."""
    pairs: Array
    """(D,) sellers by the share of their complaints without a known buyer of which the day has an
    even number in their category."""
    unnamed: Array
    """(D,) sellers by the share of their complaints without a known buyer."""
    echoes: Array
    """(D,) sellers by the share of their complaints that have an echo, or are one: another of the
    same category and buyer that follows after as many seconds as most others' do."""
    lag: Array
    """(D,) these seconds; 0 where there is none."""
    new: Array
    """(D,) sellers that were first seen in the three days that end with it."""
    is_dated_only: bool
    """Whether complaints carry dates alone: hours and seconds then mean nothing."""

    def __len__(self) -> int:
        return len(self.complaints)


def daily_counts_of(history: History, until: int) -> DailyCounts:
    """Count the whole days that end by `until` (microseconds UTC), from the first complaint on."""
    complaints = history.complaints
    if complaints.withdrawn_at is not None:  # a seller is new by what was filed, not by what lasts
        history = replace(history, complaints=replace(complaints, withdrawn_at=None))
    first_seen = history.first_seen() // DAY_US
    if len(complaints) == 0:
        return _none(history)
    day = complaints.filed_at // DAY_US
    first, end = int(day.min()), until // DAY_US
    days = max(end - first, 0)
    known = day < end
    place, rows = (day - first)[known], complaints.take(known)
    hour = (rows.filed_at % DAY_US) // _HOUR_US
    weight = _weights(rows.seller, place)
    categories = len(history.categories)

    def counted(places: NDArray[np.int64], weights: Array, *shape: int) -> Array:
        found = np.bincount(places, weights, minlength=int(np.prod(shape)))
        return found.astype(np.float64, copy=False).reshape(shape)

    echoes, lag = echoes_of(rows, place, weight, days)
    return DailyCounts(
        first_day=first,
        complaints=counted(place, np.ones(len(place)), days),
        orders=_orders_of(history, first, days),
        sellers=counted(place, weight, days),
        by_category=counted(place * categories + rows.category, weight, days, categories),
        by_hour=counted(place * HOURS + hour, weight, days, HOURS),
        # The first of a pair is as much a twin as the second.
        twins=counted(place, 2 * weight * is_twin(rows), days),
        repeats=counted(place, 2 * weight * is_repeat(rows), days),
        pairs=counted(place, weight * is_paired(rows), days),
        unnamed=counted(place, weight * is_unnamed(rows), days),
        echoes=2 * echoes,
        lag=lag,
        new=counted(place, weight * (place + first - first_seen[rows.seller] < NEW_DAYS), days),
        is_dated_only=bool(np.mean(rows.filed_at % DAY_US == 0) > 0.5) if len(rows) else True,
    )


def _weights(seller: NDArray[np.int32], day: NDArray[np.int64]) -> Array:
    """(n,) one over the number of the seller's complaints of that day; rows by seller and time."""
    is_first = np.ones(len(seller), dtype=bool)
    is_first[1:] = (seller[1:] != seller[:-1]) | (day[1:] != day[:-1])
    lengths = np.diff(np.append(np.flatnonzero(is_first), len(seller)))
    return np.repeat(1.0 / lengths, lengths)


def _orders_of(history: History, first: int, days: int) -> Array | None:
    orders = history.orders
    if orders is None:
        return None
    place = orders.day.astype(np.int64) - first
    inside = (place >= 0) & (place < days)
    return np.asarray(
        np.bincount(place[inside], orders.count[inside], minlength=days), dtype=np.float64
    )


def _none(history: History) -> DailyCounts:
    none = np.zeros(0)
    return DailyCounts(
        first_day=0,
        complaints=none,
        orders=None if history.orders is None else none,
        sellers=none,
        by_category=np.zeros((0, len(history.categories))),
        by_hour=np.zeros((0, HOURS)),
        twins=none,
        repeats=none,
        pairs=none,
        unnamed=none,
        echoes=none,
        lag=none,
        new=none,
        is_dated_only=True,
    )

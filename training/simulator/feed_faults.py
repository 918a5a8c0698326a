"""Faults of a feed, planted into a history: what happened stays, what arrived changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.history.building import sorted_complaints
from detector.history.history import Complaints, History, Orders

_HOUR_US: Final = DAY_US // 24
_DAYS: Final = 3
"""Days that a fault lasts where it is not about one day."""
_LONG: Final = 10
"""Days that a part of the feed is missing, where it is not missing for a day."""

Planter = Callable[[History, int, np.random.Generator], History]
"""Plants a fault from a day on (days since 1970 UTC)."""


def _doubled(history: History, day: int, _: np.random.Generator) -> History:
    again = np.flatnonzero(_between(history, day, day + _DAYS))
    return _with_rows(history, np.concatenate([np.arange(len(history.complaints)), again]))


def _renamed_category(history: History, day: int, _: np.random.Generator) -> History:
    complaints = history.complaints
    common = int(np.bincount(complaints.category).argmax())
    changed = _between(history, day, day + _DAYS) & (complaints.category == common)
    category = np.where(changed, len(history.categories), complaints.category).astype(np.int32)
    names = (*history.categories, "zz_" + history.categories[common])
    return replace(history, categories=names, complaints=replace(complaints, category=category))


def _hours_later(hours: int) -> Planter:
    def plant(history: History, day: int, _: np.random.Generator) -> History:
        complaints = history.complaints
        moved = _between(history, day, day + _DAYS)
        later = np.where(moved, complaints.filed_at + hours * _HOUR_US, complaints.filed_at)
        return _sorted(history, replace(complaints, filed_at=later, evidence_at=None))

    return plant


def _renamed_sellers(share: float) -> Planter:
    def plant(history: History, day: int, rng: np.random.Generator) -> History:
        complaints, n = history.complaints, len(history.sellers)
        chosen = rng.random(n) < share
        changed = _between(history, day, day + _DAYS) & chosen[complaints.seller]
        names = (*history.sellers, *(f"zz-{name}" for name in history.sellers))
        seller = np.where(changed, complaints.seller + n, complaints.seller).astype(np.int32)
        return _sorted(replace(history, sellers=names), replace(complaints, seller=seller))

    return plant


def _complaints_lost(share: float) -> Planter:
    def plant(history: History, day: int, rng: np.random.Generator) -> History:
        kept = ~_between(history, day, day + 1)
        return _with_rows(history, kept | (rng.random(len(kept)) >= share))

    return plant


def _orders_lost(history: History, day: int, _: np.random.Generator) -> History:
    orders = history.orders
    if orders is None:
        return history
    kept = orders.day != day
    return replace(
        history, orders=Orders(orders.seller[kept], orders.day[kept], orders.count[kept])
    )


def _halved_for_days(history: History, day: int, rng: np.random.Generator) -> History:
    kept = ~_between(history, day, day + _LONG)
    return _with_rows(history, kept | (rng.random(len(kept)) >= 0.5))


def _sellers_lost(history: History, day: int, rng: np.random.Generator) -> History:
    lost = rng.random(len(history.sellers)) < 0.5
    return _with_rows(
        history, ~(_between(history, day, day + _LONG) & lost[history.complaints.seller])
    )


def _category_lost(history: History, day: int, _: np.random.Generator) -> History:
    category = history.complaints.category
    common = int(np.bincount(category).argmax())
    return _with_rows(history, ~(_between(history, day, day + _LONG) & (category == common)))


def _copied(moved: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> Planter:
    def plant(history: History, day: int, _: np.random.Generator) -> History:
        n = len(history.complaints)
        again = np.flatnonzero(_between(history, day, day + _DAYS))
        rows = history.complaints.take(np.concatenate([np.arange(n), again]))
        filed_at = np.concatenate([rows.filed_at[:n], moved(rows.filed_at[n:])])
        return _sorted(history, replace(rows, filed_at=filed_at, evidence_at=None))

    return plant


def _held_back(history: History, day: int, rng: np.random.Generator) -> History:
    """Nothing arrives for two days; all of it is dated in one hour of the third."""
    complaints = history.complaints
    late = _between(history, day, day + _DAYS - 1)
    arrived = (day + _DAYS - 1) * DAY_US + 9 * _HOUR_US + rng.integers(0, _HOUR_US, len(late))
    filed_at = np.where(late, arrived, complaints.filed_at)
    return _sorted(history, replace(complaints, filed_at=filed_at, evidence_at=None))


FEED_FAULTS: Final[Mapping[str, Planter]] = {
    "doubled": _doubled,
    "copied_37_minutes_later": _copied(lambda filed_at: filed_at + 37 * _HOUR_US // 60),
    "copied_at_midnight": _copied(lambda filed_at: filed_at // DAY_US * DAY_US),
    "category_renamed": _renamed_category,
    "three_hours_later": _hours_later(3),
    "an_hour_later": _hours_later(1),
    "sellers_renamed": _renamed_sellers(1.0),
    "a_fifth_of_sellers_renamed": _renamed_sellers(0.2),
    "complaints_lost": _complaints_lost(1.0),
    "half_the_complaints_lost": _complaints_lost(0.5),
    "half_the_complaints_lost_for_days": _halved_for_days,
    "half_the_sellers_lost_for_days": _sellers_lost,
    "a_category_lost_for_days": _category_lost,
    "orders_lost": _orders_lost,
    "held_back": _held_back,
}
"""Each planted from a day on, for three days, ten days ("for days") or that day alone."""


def _between(history: History, first: int, end: int) -> NDArray[np.bool_]:
    filed_at = history.complaints.filed_at
    return (filed_at >= first * DAY_US) & (filed_at < end * DAY_US)


def _with_rows(history: History, rows: NDArray[np.bool_] | NDArray[np.int64]) -> History:
    return _sorted(history, history.complaints.take(rows))


def _sorted(history: History, complaints: Complaints) -> History:
    return replace(history, complaints=sorted_complaints(complaints))

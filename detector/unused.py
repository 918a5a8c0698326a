"""What scoring a history could not use, or only by an assumption: counts that people act on.

Nothing here changes a score. It says where one knows less than it seems to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.expectation.delay import order_age
from detector.expectation.panel import OTHER, column_of_each
from detector.history.history import History
from detector.history.timeline import blocks_of
from detector.trained import TrainedDetector

POOLED_SHARE_MIN: Final = 0.02
"""Share of the complaints from which on a category is worth a column of its own."""
_RATE_DAYS: Final = 28
"""Days before the last complaint that tell how many come in a day."""


@dataclass(frozen=True, slots=True)
class Unused:
    """What a detector made of a history at one instant."""

    days: int
    """Length of its longest window, which the counts below are of."""
    complaints: int
    unknown_categories: int
    """Categories that it has no column for and no column for the rest either."""
    unknown_complaints: int
    """Their complaints: they count among all complaints alone."""
    pooled_categories: int
    """Categories that it counts among the rest, though each has 2 % of the complaints or more."""
    pooled_complaints: int
    sellers_without_orders: int
    """Sellers with complaints and no order, where orders are known: taken for usual ones."""
    complaints_without_orders: int
    has_orders: bool
    last: int | None
    """The last complaint, in microseconds UTC."""
    orders_until: int | None
    """End of the last day with orders; None where orders are not known or there is none."""
    due_since: float
    """Complaints that should have come since the last one, at the rate of the days before it."""


def unused_in(history: History, as_of: int, trained: TrainedDetector) -> Unused:
    """Look at a history that ends before `as_of` (microseconds UTC) as the detector scores it."""
    complaints, orders = history.complaints, history.orders
    days = max(trained.settings.windows_days)
    recent = complaints.filed_at >= as_of - days * DAY_US
    by_category = np.bincount(complaints.category[recent], minlength=len(history.categories))
    column = column_of_each(history.categories, trained.columns)
    is_unknown = (column < 0) & (by_category > 0)
    is_rest = column == (trained.columns.index(OTHER) if OTHER in trained.columns else -2)
    is_pooled = is_rest & (by_category >= max(POOLED_SHARE_MIN * recent.sum(), 1))
    by_seller = np.bincount(complaints.seller[recent], minlength=len(history.sellers))
    without = (by_seller > 0) & ~_has_orders(history, as_of, trained)
    last = int(complaints.filed_at.max()) if len(complaints) else None
    return Unused(
        days=days,
        complaints=int(recent.sum()),
        unknown_categories=int(is_unknown.sum()),
        unknown_complaints=int(by_category[is_unknown].sum()),
        pooled_categories=int(is_pooled.sum()),
        pooled_complaints=int(by_category[is_pooled].sum()),
        sellers_without_orders=int(without.sum()),
        complaints_without_orders=int(by_seller[without].sum()),
        has_orders=orders is not None,
        last=last,
        orders_until=None
        if orders is None or not len(orders)
        else (int(orders.day.max()) + 1) * DAY_US,
        due_since=0.0 if last is None else _due_since(history, last, as_of),
    )


def _has_orders(history: History, as_of: int, trained: TrainedDetector) -> NDArray[np.bool_]:
    """(n,) whether a seller has an order that may still draw a complaint; all where none tells."""
    if history.orders is None:
        return np.ones(len(history.sellers), dtype=bool)
    horizon = int(blocks_of(trained.settings).edges[-1]) + len(trained.delay.probabilities) - 1
    reaches = (order_age(history.orders, as_of) < horizon) & (history.orders.count > 0)
    found = np.zeros(len(history.sellers), dtype=bool)
    found[history.orders.seller[reaches]] = True
    return found


def _due_since(history: History, last: int, as_of: int) -> float:
    since = (as_of - last) / DAY_US
    filed_at = history.complaints.filed_at
    lately = filed_at > last - _RATE_DAYS * DAY_US
    days = min(_RATE_DAYS, (last - int(filed_at.min())) / DAY_US + 1)
    return float(lately.sum()) / days * since

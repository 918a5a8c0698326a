"""What a history covers: how much of what time, before anything is concluded from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.history.history import History
from detector.nouns import counted

MOST: Final = 0.95
"""Share of the complaints that the shortest run of days holds."""
THIN_DAYS: Final = 21
"""Three weeks: with fewer no weekday has come often enough to tell what is usual of it."""
MONTHS_MIN: Final = 3
"""Fewer first days of months may be days like any other."""
STALE_DAYS: Final = 2
"""Days that one table may end before another, or before now, without a word."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a history holds; times in microseconds UTC, None where there is no complaint."""

    complaints: int
    sellers: int
    first: int | None
    last: int | None
    orders_until: int | None
    """End of the last day with orders; None where orders are not known."""
    most_days: int
    """Length of the shortest run of days that holds 95 % of the complaints."""
    is_monthly: bool = False
    """Whether all are dated the first of a month."""

    @property
    def days(self) -> int:
        """Days from the first complaint to the last, both counted."""
        if self.first is None or self.last is None:
            return 0
        return self.last // DAY_US - self.first // DAY_US + 1

    def thinness(self) -> str | None:
        """Why little can be known from so few days, as a sentence; None where they suffice."""
        return thinness_of(self.most_days, self.days)


def coverage_of(history: History) -> Coverage:
    """The coverage of a history."""
    filed_at, orders = history.complaints.filed_at, history.orders
    has_any = len(filed_at) > 0
    return Coverage(
        complaints=len(filed_at),
        sellers=len(history.sellers),
        first=int(filed_at.min()) if has_any else None,
        last=int(filed_at.max()) if has_any else None,
        orders_until=None
        if orders is None
        else (int(orders.day.max()) + 1) * DAY_US
        if len(orders)
        else 0,
        most_days=days_with_most(filed_at),
        is_monthly=are_months(filed_at),
    )


def days_with_most(filed_at: NDArray[np.int64]) -> int:
    """Length in days of the shortest run of days that holds 95 % of the instants (n,)."""
    if len(filed_at) == 0:
        return 0
    # By counts, as days are few and complaints many; the sums are of complete days.
    day = filed_at // DAY_US
    until = np.cumsum(np.bincount(day - day.min()))
    before = np.concatenate([[0], until[:-1]])
    ends = np.searchsorted(until, before + np.ceil(MOST * len(filed_at)))
    return int(np.min((ends - np.arange(len(ends)))[ends < len(until)])) + 1


def thinness_of(most_days: int, days: int) -> str | None:
    """Why so few days tell little; None from three weeks on."""
    if not 0 < most_days < THIN_DAYS:
        return None
    if 2 * most_days < days:
        few = counted(most_days, "day")
        lie = f"{MOST:.0%} of the complaints lie in {few} of {counted(days, 'day')}"
    else:
        lie = f"the complaints span {counted(days, 'day')} only"
    return f"{lie}: too few to tell what is usual of sellers and weekdays"


def are_months(days: NDArray[np.int64]) -> bool:
    """Whether days (n,), in microseconds UTC, are the first days of several months and no other."""
    if not are_firsts(days):
        return False
    months = np.unique(days.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64))
    # Most of them in a row: those of quarters or years are dated otherwise.
    return len(months) >= MONTHS_MIN and bool(np.median(np.diff(months)) == 1)


def are_firsts(days: NDArray[np.int64]) -> bool:
    """Whether each of the days (n,) is the first of a month, and begins then."""
    months = days.astype("datetime64[us]").astype("datetime64[M]")
    return bool((months.astype("datetime64[us]").astype(np.int64) == days).all())

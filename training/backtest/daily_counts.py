"""Complaints by seller, day and category: all that the references look at.

A reference asks for a window that ends before a day, so it cannot see the day or later ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.history.history import History

Array = NDArray[np.float64]

_CELLS_MAX: Final = 1_000_000_000
"""Seller-days times columns in memory: four gigabytes."""


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """Complaints of n sellers on d days in C columns: all of them, then some categories."""

    columns: tuple[str, ...]
    first_day: int
    """Days since 1970 of the first day."""
    until: NDArray[np.int32]
    """(n, d + 1, C) complaints before each day."""
    known_from: NDArray[np.int64]
    """(n,) the first day on which a history as of its midnight knows the seller."""

    def window(self, day: int, days: int) -> Array:
        """(n, C) complaints in the `days` days that end before `day`."""
        last = self.until.shape[1] - 1
        high = int(np.clip(day - self.first_day, 0, last))
        low = int(np.clip(day - days - self.first_day, 0, last))
        return (self.until[:, high] - self.until[:, low]).astype(np.float64)

    def blocks(self, day: int, days: int, blocks: int) -> Array:
        """(n, blocks, C) complaints in successive windows that end before `day`, youngest first."""
        return np.stack([self.window(day - i * days, days) for i in range(blocks)], axis=1)

    def known(self, day: int) -> NDArray[np.bool_]:
        """(n,) which sellers a history as of the day's midnight knows."""
        return np.asarray(self.known_from <= day)

    def age_days(self, day: int) -> NDArray[np.int64]:
        """(n,) days since each seller was first known; negative before."""
        return np.asarray(day - self.known_from)


def daily_counts_of(history: History, categories: tuple[str, ...]) -> DailyCounts:
    """Count a history by day; categories not named count under all complaints only.

    Raises BadInput where the table would not fit into memory.
    """
    complaints = history.complaints
    day = (complaints.filed_at // DAY_US).astype(np.int64)
    first = int(day.min(initial=np.iinfo(np.int64).max)) if len(day) else 0
    days = int(day.max(initial=first)) - first + 1
    shape = (len(history.sellers), days, 1 + len(categories))
    if np.prod(shape, dtype=np.float64) > _CELLS_MAX:
        raise BadInput(
            f"{shape[0]:,} sellers on {days:,} days are too many for the references; "
            "say --references none, or test on fewer sellers"
        )
    until = np.zeros((shape[0], days + 1, shape[2]), dtype=np.int32)
    place = complaints.seller.astype(np.int64) * days + (day - first)
    for column, name in enumerate(("", *categories)):
        rows = np.ones(len(day), dtype=bool) if column == 0 else _of(history, name)
        counted = np.bincount(place[rows], minlength=shape[0] * days).reshape(shape[:2])
        np.cumsum(counted, axis=1, out=until[:, 1:, column])
    known_from = -(-history.known_from() // DAY_US)  # the first midnight not before it
    return DailyCounts(("all", *categories), first, until, known_from)


def _of(history: History, category: str) -> NDArray[np.bool_]:
    if category not in history.categories:
        return np.zeros(len(history.complaints), dtype=bool)
    return np.asarray(history.complaints.category == history.categories.index(category))

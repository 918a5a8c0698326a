"""Re-keyed sellers, planted into a history: from a day on, some sellers have other names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.history.aliases import regrouped
from detector.history.history import History

UNLIKE_OLD: Final = "new{name}"
"""A new name that is one word of its own: no word of the old one shows."""
LIKE_OLD: Final = "x-{name}"
"""A new name with the old one in it."""


def with_rekeyed(history: History, days: Mapping[int, int], *, name: str = UNLIKE_OLD) -> History:
    """The history in which each of the sellers (by number) has a new name from its day on.

    Days since 1970 UTC. `name` says what becomes of an old name.
    """
    n = len(history.sellers)
    since = np.full(n, np.iinfo(np.int64).max)
    since[list(days)] = list(days.values())
    chosen = sorted(days)
    number = np.arange(n)
    number[chosen] = n + np.arange(len(chosen))
    names = (*history.sellers, *(name.format(name=history.sellers[s]) for s in chosen))

    def renamed(seller: NDArray[np.int32], day: NDArray[np.int64]) -> NDArray[np.int32]:
        return np.where(day >= since[seller], number[seller], seller).astype(np.int32)

    complaints, orders = history.complaints, history.orders
    ordered = None if orders is None else renamed(orders.seller, orders.day.astype(np.int64))
    filed = renamed(complaints.seller, complaints.filed_at // DAY_US)
    return regrouped(history, names, filed, ordered)

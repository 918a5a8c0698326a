"""Sellers by size: thirds by volume before the test, so that figures also show small sellers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.history.history import History

NAMES: Final = ("small", "middle", "large")
NEW: Final = "joined later"


@dataclass(frozen=True, slots=True)
class Sizes:
    """The size of each of n sellers."""

    name: NDArray[np.str_]
    """(n,)"""
    unit: str
    """What was counted: orders, or complaints where no orders are known."""
    bounds: tuple[float, float]
    """Volumes before the test that part the thirds."""


def sizes_of(history: History, before: int) -> Sizes:
    """Thirds of the sellers known before an instant (microseconds), by their volume until then."""
    known = history.as_of(before)
    n = len(known.sellers)
    table = known.complaints if known.orders is None else known.orders
    weights = None if known.orders is None else known.orders.count
    volume = np.bincount(table.seller, weights=weights, minlength=n)
    low, high = np.quantile(volume, [1 / 3, 2 / 3]) if n else (0.0, 0.0)
    third = (volume > low).astype(int) + (volume > high)
    place = {seller: number for number, seller in enumerate(history.sellers)}
    name = np.full(len(history.sellers), NEW)
    name[[place[seller] for seller in known.sellers]] = np.array(NAMES)[third]
    unit = "complaints" if known.orders is None else "orders"
    return Sizes(name, unit, (float(low), float(high)))

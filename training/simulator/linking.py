"""Orders one by one, and which of them a complaint is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from training.simulator.filing import Filed
from training.simulator.market import Market
from training.simulator.population import Population

NO_ORDER: Final = -1
"""Order of a complaint that names none."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """m orders of one block, by seller and then day."""

    seller: NDArray[np.int64]
    ordered_at: NDArray[np.int64]
    """Microseconds UTC."""


def ordered_by(population: Population, market: Market, rng: np.random.Generator) -> Ordered:
    """Every recorded order, at some time of its day."""
    sellers, days = population.orders.shape
    cell = np.repeat(np.arange(sellers * days), population.orders.ravel())
    day = market.first_day + cell % days
    return Ordered(cell // days, day * DAY_US + rng.integers(0, DAY_US, len(cell)))


def linked_orders(
    share: float,
    filed: Filed,
    ordered: Ordered,
    population: Population,
    market: Market,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """(n,) index of the order each complaint is about, NO_ORDER where it names none.

    An order so many days before is as likely as the delay and the seller's orders of that day make
    it; orders from before the first recorded day cannot be named.
    """
    days = population.orders.shape[1]
    filed_day = filed.filed_at // DAY_US - market.first_day
    ends = np.cumsum(population.orders.ravel())
    lags = np.arange(len(market.delay))
    order_day = filed_day[:, None] - lags
    cells = filed.seller[:, None] * days + np.maximum(order_day, 0)
    weights = market.delay * population.orders.ravel()[cells] * (order_day >= 0)
    thresholds = np.cumsum(weights, axis=1)
    drawn = rng.random(len(filed_day))[:, None] * thresholds[:, -1:]
    lag = (drawn >= thresholds[:, :-1]).sum(axis=1)
    cell = cells[np.arange(len(lag)), lag]
    count = population.orders.ravel()[cell]
    order = ends[cell] - count + (rng.random(len(lag)) * count).astype(np.int64)
    named = (rng.random(len(lag)) < share) & (thresholds[:, -1] > 0)
    order = np.where(named, np.minimum(order, len(ordered.seller) - 1), NO_ORDER)
    # Who was recruited for a brigade has bought nothing.
    named &= filed.buyer >= 0
    order = np.where(named, order, NO_ORDER)
    # Nobody complains about an order of later the same day.
    later = named & (ordered.ordered_at[order] > filed.filed_at)
    return np.where(later, NO_ORDER, order)

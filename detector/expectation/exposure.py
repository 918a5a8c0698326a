"""How many orders could have drawn a complaint in each block of time.

Complaints follow orders after a delay, so exposure is the orders convolved with the delay's
distribution. Without orders, exposure is presence in days.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.expectation.delay import DelayDistribution, order_age, orders_by_age
from detector.history.history import History
from detector.history.timeline import Blocks
from detector.kernels import kernels_ready

Array = NDArray[np.float64]

_FLOOR_SHARE = 0.01
"""Exposure is never below this share of a usual seller's: complaints may outlive the orders."""


def exposure_of(history: History, instant: int, blocks: Blocks, delay: DelayDistribution) -> Array:
    """(n, B) orders whose complaints would fall into each block; without orders, days since seen.

    A seller without recorded orders counts as a usual seller since it was first seen.
    """
    if history.orders is None:
        return _within(blocks, _seen_days(history, instant))
    presence = _within(blocks, _seen_days(history, instant))
    horizon = int(blocks.edges[-1]) + len(delay.probabilities) - 1
    exposure = _spread(history, instant, _delay_to_blocks(blocks, delay.probabilities, horizon))
    unknown = exposure.sum(axis=1) <= 0
    floor = np.where(unknown, 1.0, _FLOOR_SHARE) * delay.usual_orders
    return exposure + floor[:, None] * presence


def span_of(history: History, instant: int, blocks: Blocks, delay: DelayDistribution) -> Array:
    """(B,) days of the market in each block where no orders are recorded; else zeros.

    Without orders, nobody knows which sellers existed before their first complaint: see
    `detector.expectation.prior`.
    """
    if history.orders is not None:
        return np.zeros(len(blocks))
    days = np.array([max(instant - delay.market_began, 0) / DAY_US])
    return np.asarray(_within(blocks, days)[0])


def _spread(history: History, instant: int, share: Array) -> Array:
    """(n, B) orders, each distributed over the blocks by its age; `share` (H, B) says how."""
    assert history.orders is not None  # noqa: S101 - the callers have checked
    orders = history.orders
    age = order_age(orders, instant)
    if kernels_ready():
        from detector.expectation import panel_kernel

        exposure = np.zeros((len(history.sellers), share.shape[1]))
        first, last = _reach(share)
        seller = np.require(orders.seller, np.int32, ["C", "W"])
        count = np.require(orders.count, np.float64, ["C", "W"])
        panel_kernel.spread(seller, age, count, share, first, last, exposure)
        return exposure
    return np.asarray(orders_by_age(history, instant, len(share)) @ share)


def _reach(share: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(H,) the first block that an order of each age reaches, and the one after the last."""
    reached = share > 0
    none = ~reached.any(axis=1)
    first = np.where(none, 0, reached.argmax(axis=1))
    last = np.where(none, 0, share.shape[1] - reached[:, ::-1].argmax(axis=1))
    return first, last


def _delay_to_blocks(blocks: Blocks, delay: Array, horizon: int) -> Array:
    """(horizon, B) share of the complaints of an order of some age that fall into each block."""
    cumulated = np.concatenate([[0.0], np.cumsum(delay)])
    age = np.arange(horizon)[:, None]

    def arrived_before(edge: NDArray[np.int64]) -> Array:
        return np.asarray(cumulated[np.clip(age - edge + 1, 0, len(delay))])

    return arrived_before(blocks.edges[None, :-1]) - arrived_before(blocks.edges[None, 1:])


def _seen_days(history: History, instant: int) -> NDArray[np.int64]:
    """(n,) days since each seller was first seen; a begun day counts as a whole one."""
    first = np.minimum(history.first_seen(), instant)
    return (instant - first + DAY_US - 1) // DAY_US


def _within(blocks: Blocks, days: Array | NDArray[np.int64]) -> Array:
    """(n, B) the part of each block that lies in the last so many days (n,)."""
    return np.clip(days[:, None] - blocks.edges[None, :-1], 0.0, blocks.days[None, :])

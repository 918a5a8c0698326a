"""How uncertain it is when a seller's complaints come.

A seller or category is slower or faster than the market's delay says. While orders are steady that
moves nothing: what comes later today was ordered earlier. After a seller has stopped, paused or
sold out it is everything: then the delay's thin end is all that is expected, and twice as slow a
seller draws many times as many complaints as that.

So each seller's delay is taken for drawn around the market's, Dirichlet distributed. With
N_l orders whose complaints after l days would fall into the window and the market's chances d_l,
its expectation sum(d_l N_l) has the variance (sum(d_l N_l^2) - sum(d_l N_l)^2) / (alike + 1).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.expectation.baseline import Windows
from detector.expectation.exposure import Lag, orders_by_age
from detector.history.history import History
from detector.settings import Settings

Array = NDArray[np.float64]


def lateness_of(history: History, instant: int, lag: Lag, settings: Settings) -> Array:
    """(n, W) relative variance of what is expected in each window, for want of a seller's delay.

    0 where no order's complaints would fall into it, and where orders are steady or unknown.
    """
    days = settings.windows_days
    if history.orders is None:
        return np.zeros((len(history.sellers), len(days)))
    placed = orders_by_age(history, instant, max(days) + len(lag.delay) - 1).toarray()
    younger = np.concatenate([np.zeros((len(placed), 1)), np.cumsum(placed, axis=1)], axis=1)
    return np.stack([_lateness(younger, lag.delay, w, settings.delay_alike) for w in days], axis=1)


def _lateness(younger: Array, delay: Array, days: int, alike: float) -> Array:
    """(n,) for one window, from each seller's orders younger than each age (n, H + 1)."""
    first, second = np.zeros(len(younger)), np.zeros(len(younger))
    # Lag by lag, so that a seller alone gives the same bits.
    for lag, chance in enumerate(delay.tolist()):
        orders = younger[:, lag + days] - younger[:, lag]
        first += chance * orders
        second += chance * orders**2
    spread = np.divide(second, first**2, out=np.ones_like(first), where=first > 0)
    return np.maximum(spread - 1.0, 0.0) / (alike + 1.0)


def delayed(windows: Windows, lateness: Array) -> Windows:
    """Windows whose shape holds the uncertainty of the delay beside that of the learnt rates."""
    return replace(windows, shape=1.0 / (1.0 / windows.shape + lateness[:, :, None]))

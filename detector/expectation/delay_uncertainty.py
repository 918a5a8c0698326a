"""How much a seller's unknown delay adds to the uncertainty of its expected counts.

Each seller's delay from order to complaint differs from the market's. While orders are steady, the
difference has no effect: a slower seller's complaints come later, but so do those of earlier
orders. Once a seller stops selling, only the tail of the delay distribution contributes, and a
small error in the delay multiplies the expected count.

So each seller's delay distribution is modelled as a Dirichlet draw around the market's. Let N_l be
the orders whose complaints fall into a window after l days, and d_l the market's probability of l
days. The expected count, sum(d_l N_l), then has the variance
(sum(d_l N_l^2) - sum(d_l N_l)^2) / (c + 1), where c is the concentration, `Settings.delay_alike`.

The market's own delay is a second such draw, whose 1 / (c + 1) is `DelayDistribution.doubt`: where
orders are steady they tell nothing of the delay, and a seller that joins must not be judged as
if it were known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.expectation.delay import DelayDistribution, orders_by_age
from detector.history.history import History
from detector.settings import Settings

Array = NDArray[np.float64]


def delay_uncertainty_of(
    history: History, instant: int, delay: DelayDistribution, settings: Settings
) -> Array:
    """(n, W) relative variance of each window's expected count, from the unknown delay.

    0 where no order's complaints would fall into the window, and where orders are steady or
    unknown. `instant` is in microseconds UTC; the history holds nothing dated at or after it.
    """
    days = settings.windows_days
    if history.orders is None:
        return np.zeros((len(history.sellers), len(days)))
    unknown = min(1.0 / (settings.delay_alike + 1.0) + delay.doubt, 1.0)
    orders = orders_by_age(history, instant, max(days) + len(delay.probabilities) - 1).toarray()
    younger = np.concatenate([np.zeros((len(orders), 1)), np.cumsum(orders, axis=1)], axis=1)
    return np.stack(
        [_relative_variance(younger, delay.probabilities, w, unknown) for w in days],
        axis=1,
    )


def _relative_variance(younger: Array, probabilities: Array, days: int, unknown: float) -> Array:
    """(n,) for one window, from each seller's orders younger than each age (n, H + 1).

    `unknown` is 1 / (c + 1).
    """
    first, second = np.zeros(len(younger)), np.zeros(len(younger))
    # Delay by delay, so that a seller alone gives the same bits.
    for delay, probability in enumerate(probabilities.tolist()):
        orders = younger[:, delay + days] - younger[:, delay]
        first += probability * orders
        second += probability * orders**2
    ratio = np.divide(second, first**2, out=np.ones_like(first), where=first > 0)
    return np.maximum(ratio - 1.0, 0.0) * unknown

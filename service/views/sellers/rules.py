"""Pure decisions about sellers: what was usual on a day, from the days before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.expectation.negative_binomial import quantile

BASELINE_DAYS: Final = 91
"""Days that what is usual is learnt from: a quarter, so whole weeks of it."""
GUARD_DAYS: Final = 7
"""Days left out before the day in question, so that a spike's start is not called usual."""
BAND: Final = (0.025, 0.975)
"""19 days of 20 fall inside."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Expected complaints of each day, and the band around it; arrays of one length."""

    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def bands_of(complaints: NDArray[np.float64], exposure: NDArray[np.float64]) -> Bands:
    """What was usual on each day, by a gamma-Poisson of the seller's own quarter before it.

    `complaints` and `exposure` are counts a day, oldest first; exposure is orders, or ones where
    orders are unknown. A plain picture for people: the detector's own expectation, which also
    knows the season and the market, is what the reasons quote.
    """
    unit = exposure.mean() or 1.0
    seen = _sum_before(complaints) + 0.5  # Jeffreys' prior, worth half a complaint a day
    over = _sum_before(exposure) + unit
    share = over / (over + np.maximum(exposure, 1e-9))
    return Bands(
        expected=seen / over * exposure,
        low=quantile(BAND[0], seen, share),
        high=quantile(BAND[1], seen, share),
    )


def _sum_before(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(counts)])
    end = np.maximum(np.arange(len(counts)) - GUARD_DAYS, 0)
    start = np.maximum(end - BASELINE_DAYS, 0)
    return np.asarray(total[end] - total[start])

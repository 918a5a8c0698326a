"""Spread that a few odd days do not change."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_TO_SD: Final = 1.4826
"""From a median absolute deviation to a standard deviation, where noise is Gaussian."""


def sd_of(values: NDArray[np.float64]) -> float:
    """Robust standard deviation; 0 of no values."""
    if not len(values):
        return 0.0
    return _TO_SD * float(np.median(np.abs(values - np.median(values))))

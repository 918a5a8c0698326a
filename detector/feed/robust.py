"""How much counts vary: by chance, and by days, of which a few odd ones change nothing."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

CHANCE: Final = 1.5
"""Variance of the logarithm of a count times what is usual of it: a little more than Poisson's."""
_TO_SD: Final = 1.4826
"""From a median absolute deviation to a standard deviation, where noise is Gaussian."""


def sd_of(values: NDArray[np.float64]) -> float:
    """Robust standard deviation; 0 of no values."""
    if not len(values):
        return 0.0
    return _TO_SD * float(np.median(np.abs(values - np.median(values))))

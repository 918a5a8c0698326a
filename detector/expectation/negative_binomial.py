"""The negative binomial, the distribution of every count here.

It is a Poisson distribution whose mean is itself uncertain, gamma distributed. With mean m and
shape r its variance is m + m^2 / r.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]


def log_probability(counts: Array, mean: Array, shape: Array) -> Array:
    """Natural logarithm of the probability of counts; the three arrays are of one shape.

    `counts` >= 0, `mean` > 0 and `shape` > 0.
    """
    ways = special.gammaln(counts + shape) - special.gammaln(shape) - special.gammaln(counts + 1.0)
    total = np.log(shape + mean)
    return np.asarray(
        ways + shape * (np.log(shape) - total) + special.xlogy(counts, mean) - counts * total
    )

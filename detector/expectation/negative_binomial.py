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


def quantile(chance: float, shape: Array, success: Array) -> Array:
    """The least count with at least this chance of no more; `success` is shape / (shape + mean).

    As `scipy.stats.nbinom.ppf`, whose import takes half a second.
    """
    count = np.ceil(special.nbdtrik(chance, shape, success))
    count = np.where(success < 1.0, count, 0.0)  # certain success: SciPy's search ends at 1e100
    # P(Y <= y) is the regularised incomplete beta function I(success; shape, y + 1).
    enough = special.betainc(shape, np.maximum(count, 1.0), success) >= chance
    return np.asarray(np.where((count > 0) & enough, count - 1.0, count))

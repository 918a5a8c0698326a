"""How surprising a count is, given what was expected.

The count of a window follows a negative binomial: Poisson noise, the uncertainty of a seller's
learnt rate, and the extra scatter that windows of this length show. With mean m and shape r the
variance is m + m^2 / r. Two views of the same distribution:

* the *surprise*, minus the decimal logarithm of the mid-p upper tail, for people and thresholds;
* the *evidence*, the logarithm of the Bayes factor of a spike against no spike, for ranking. A
  spike multiplies the mean; its size is averaged over, since nobody knows it beforehand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

SURPRISE_MAX = 300.0
"""Surprise is capped here, where double precision ends (10^-308)."""


def surprise(counts: Array, mean: Array, shape: Array) -> Array:
    """Minus log10 of P(Y > y) + P(Y = y) / 2 for negative-binomial Y; never below 0.

    All three arrays broadcast; `mean` > 0, `shape` > 0. Rises with each complaint and falls with
    each expected one.
    """
    counts, mean, shape = np.broadcast_arrays(counts, mean, shape)
    success = shape / (shape + mean)
    # P(Y >= y) is the regularised incomplete beta function I(1 - success; y, shape).
    at_least = np.ones(counts.shape)
    some = counts > 0
    at_least[some] = special.betainc(counts[some], shape[some], 1.0 - success[some])
    exactly = np.exp(log_probability(counts, mean, shape))
    tail = np.maximum(at_least - exactly / 2.0, 10.0**-SURPRISE_MAX)
    return np.asarray(np.maximum(-np.log10(tail), 0.0))


def log_probability(counts: Array, mean: Array, shape: Array) -> Array:
    """Natural logarithm of the negative-binomial probability of the counts."""
    ways = special.gammaln(counts + shape) - special.gammaln(shape) - special.gammaln(counts + 1.0)
    total = np.log(shape + mean)
    return np.asarray(
        ways + shape * (np.log(shape) - total) + special.xlogy(counts, mean) - counts * total
    )


def evidence(counts: Array, mean: Array, shape: Array, excess_sds: tuple[float, ...]) -> Array:
    """Natural logarithm of the Bayes factor of a spike, averaged over its size.

    A spike of k standard deviations multiplies the mean m by 1 + k * sqrt(m + m^2 / r + 1/4) / m;
    the quarter keeps a spike to at least about one complaint where almost none is expected.
    """
    deviation = np.sqrt(mean + mean * mean / shape + 0.25)
    log_ratios = [
        _log_bayes_factor(counts, mean, shape, 1.0 + sds * deviation / mean) for sds in excess_sds
    ]
    return np.asarray(special.logsumexp(log_ratios, axis=0) - np.log(len(excess_sds)))


def _log_bayes_factor(counts: Array, mean: Array, shape: Array, factor: Array) -> Array:
    return np.asarray(
        counts * np.log(factor)
        + (counts + shape) * (np.log(shape + mean) - np.log(shape + factor * mean))
    )

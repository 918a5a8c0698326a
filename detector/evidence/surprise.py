"""How surprising a count is, given what was expected.

The count of a window follows a negative binomial: Poisson noise, the uncertainty of a seller's
learnt rate, and the dispersion of windows of this length. With mean m and shape r the
variance is m + m^2 / r. Two views of the same distribution:

* the *surprise*, minus the decimal logarithm of the mid-p upper tail, for people and thresholds;
* the *evidence*, the logarithm of the Bayes factor of a spike against no spike, for ranking. A
  spike multiplies the mean; its size is averaged over, since nobody knows it beforehand.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detector.expectation.negative_binomial import log_probability
from detector.kernels import kernels_ready

Array = NDArray[np.float64]

SURPRISE_MAX = 300.0
"""Surprise is capped here, where double precision ends (10^-308)."""

_FACTORS_MAX: Final = 32
"""Up to such a count, probabilities are products of as many factors: faster, and more exact, than
differences of log-gammas."""

_MEAN_MIN, _MEAN_MAX = 1e-6, 1e6
"""Between these, a product of 32 factors neither vanishes nor overflows."""

_RATIO_MAX: Final = 0.7
"""Where each further probability is at most so much of the one before, their sum is soon complete:
after 105 terms it no longer changes by a bit."""

_LOWER_MAX: Final = 0.99
"""Up to here, one minus the lower tail still has 14 digits."""

_TERMS_AT_ONCE: Final = 8
"""Terms added before looking which sums are complete."""

_CELLS_AT_ONCE: Final = 16_384
"""Windows whose dozen temporary arrays (128 KB each) stay near the core."""


def surprise(counts: Array, mean: Array, shape: Array) -> Array:
    """Minus log10 of P(Y > y) + P(Y = y) / 2 for negative-binomial Y; never below 0.

    All three arrays broadcast; `mean` > 0, `shape` > 0. Rises with each complaint and falls with
    each expected one. Each element is computed alone: the others change no bit.
    """
    counts, mean, shape = np.broadcast_arrays(counts, mean, shape)
    found = np.empty(counts.shape)
    zero = counts == 0
    found[zero] = -np.log10(1.0 - np.exp(_log_none(mean[zero], shape[zero])) / 2.0)
    found[~zero] = _surprise_of_some(counts[~zero], mean[~zero], shape[~zero])
    return np.clip(found, 0.0, SURPRISE_MAX)


def _surprise_of_some(counts: Array, mean: Array, shape: Array) -> Array:
    """Surprise (n,) of counts above 0, by whichever sum of probabilities is short."""
    odds = mean / (shape + mean)
    log_exactly = _log_exactly(counts, mean, shape, odds)
    short = np.maximum((counts + shape) / (counts + 1.0), 1.0) * odds <= _RATIO_MAX
    found = np.empty(counts.shape)
    above = _relative_tail_above(counts[short], shape[short], odds[short])
    found[short] = -(log_exactly[short] + np.log(above)) / np.log(10.0)
    lower = np.full(counts.shape, np.inf)
    few = ~short & (counts <= _FACTORS_MAX)
    lower[few] = np.exp(log_exactly[few]) * _relative_tail_below(counts[few], shape[few], odds[few])
    near = lower <= _LOWER_MAX
    found[near] = -np.log10(1.0 - lower[near])
    long = ~short & ~near
    # P(Y >= y) is the regularised incomplete beta function I(odds; y, shape).
    at_least = special.betainc(counts[long], shape[long], odds[long])
    tail = at_least - np.exp(log_exactly[long]) / 2.0
    found[long] = -np.log10(np.maximum(tail, 10.0**-SURPRISE_MAX))
    return found


def _log_none(mean: Array, shape: Array) -> Array:
    """Logarithm of P(Y = 0)."""
    return np.asarray(-shape * np.log1p(mean / shape))


def _log_exactly(counts: Array, mean: Array, shape: Array, odds: Array) -> Array:
    """Logarithm of P(Y = y), for y > 0."""
    found = np.empty(counts.shape)
    few = (counts <= _FACTORS_MAX) & (mean >= _MEAN_MIN) & (mean <= _MEAN_MAX)
    found[~few] = log_probability(counts[~few], mean[~few], shape[~few])
    counts, shape, odds = counts[few], shape[few], odds[few]
    found[few] = _log_none(mean[few], shape) + np.log(_product(counts, shape, odds))
    return found


def _product(counts: Array, shape: Array, odds: Array) -> Array:
    """P(Y = y) / P(Y = 0): y factors."""
    if kernels_ready():
        from detector.evidence import surprise_kernel

        return np.asarray(surprise_kernel.product(counts, shape, odds))
    product = np.ones(counts.shape)
    for j in range(int(counts.max(initial=0.0))):
        product = np.where(j < counts, product * ((shape + j) * odds / (j + 1.0)), product)
    return product


def _relative_tail_above(counts: Array, shape: Array, odds: Array) -> Array:
    """P(Y > y) / P(Y = y) + 1/2, where probabilities fall fast; each from the one before."""
    if kernels_ready():
        from detector.evidence import surprise_kernel

        return np.asarray(surprise_kernel.tail_above(counts, shape, odds))
    total, term = np.full(counts.shape, 0.5), np.ones(counts.shape)
    at, at_total, at_term = np.arange(len(counts)), total.copy(), term
    y, reach = counts, counts + shape
    while len(at):
        before = at_total.copy()
        for _ in range(_TERMS_AT_ONCE):
            at_term = at_term * (reach / (y + 1.0) * odds)
            at_total = at_total + at_term
            y, reach = y + 1.0, reach + 1.0
        # A sum that a term no longer changes is changed by none of the smaller ones to come.
        open_ = at_total != before
        total[at] = at_total
        at, at_total, at_term = at[open_], at_total[open_], at_term[open_]
        y, reach, odds = y[open_], reach[open_], odds[open_]
    return total


def _relative_tail_below(counts: Array, shape: Array, odds: Array) -> Array:
    """P(Y < y) / P(Y = y) + 1/2: y terms."""
    if kernels_ready():
        from detector.evidence import surprise_kernel

        return np.asarray(surprise_kernel.tail_below(counts, shape, odds))
    total, term = np.full(counts.shape, 0.5), np.ones(counts.shape)
    for j in range(int(counts.max(initial=0.0))):
        left = np.maximum(counts - j, 0.0)
        term = term * (left / (np.maximum(left - 1.0, 0.0) + shape) / odds)
        total = total + term
    return total


def evidence(counts: Array, mean: Array, shape: Array, excess_sds: tuple[float, ...]) -> Array:
    """Natural logarithm of the Bayes factor of a spike, averaged over its size.

    A spike of k standard deviations multiplies the mean m by 1 + k * sqrt(m + m^2 / r + 1/4) / m;
    the quarter keeps a spike to at least about one complaint where almost none is expected.
    """
    y, m, r = (np.ravel(array) for array in np.broadcast_arrays(counts, mean, shape))
    found = np.empty(np.broadcast_shapes(counts.shape, mean.shape, shape.shape))
    flat = found.reshape(-1)
    for start in range(0, len(flat), _CELLS_AT_ONCE):
        some = slice(start, start + _CELLS_AT_ONCE)
        flat[some] = _evidence(y[some], m[some], r[some], excess_sds)
    return found


def _evidence(counts: Array, mean: Array, shape: Array, excess_sds: tuple[float, ...]) -> Array:
    """`evidence` of (n,) windows."""
    deviation = np.sqrt(mean + mean * mean / shape + 0.25)
    growth, dilution, both = deviation / mean, deviation / (shape + mean), counts + shape
    log_factors = np.empty((len(excess_sds), *counts.shape))
    for k, sds in enumerate(excess_sds):
        log_factors[k] = counts * np.log(1.0 + sds * growth) - both * np.log(1.0 + sds * dilution)
    return log_mean_exp(log_factors, 0)


def log_mean_exp(logs: Array, axis: int, weights: tuple[float, ...] | None = None) -> Array:
    """Logarithm of the mean of exp(logs) along an axis, or of the sum by `weights`.

    Added in the order of the axis whatever the shape, so that a row alone gives the same bits.
    """
    parts = np.moveaxis(logs, axis, 0)
    if len(parts) == 0:
        return np.full(parts.shape[1:], -np.inf)
    weights = weights or (1.0 / len(parts),) * len(parts)
    largest = parts.max(axis=0)
    total = np.zeros(largest.shape)
    for part, weight in zip(parts, weights, strict=True):
        total += weight * np.exp(part - largest)
    return np.asarray(largest + np.log(total))

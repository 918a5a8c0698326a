"""How far two shares differ, with bounds that hold however few there are.

The interval is exact and unconditional: it holds the differences that two one-sided tests do not
refuse, each at half of what the level leaves. A test's p-value is the largest over what the
difference leaves open (Santner and Snell, JASA 75 (1980) 386-394). Tables are put in order by the
difference over its standard error, which has fewer ties than the difference alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlog1py, xlogy

Array = NDArray[np.float64]

_GRID: Final = 129
"""Values of the share that the difference leaves open at which tests are computed."""
_HALVINGS: Final = 17
"""Of [-1, 1]: bounds are off by less than a ten thousandth, and outwards."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One share less another, with the bounds of its interval."""

    value: float
    low: float
    high: float


def difference(found: int, of: int, found_2: int, of_2: int, *, level: float = 0.95) -> Difference:
    """`found` of `of` less `found_2` of `of_2`, for independent trials; each `of` is above 0."""
    tail = (1.0 - level) / 2.0
    low = _lower_bound(found, of, found_2, of_2, tail)
    high = -_lower_bound(found_2, of_2, found, of, tail)
    return Difference(found / of - found_2 / of_2, low, high)


def _lower_bound(a: int, n: int, b: int, m: int, tail: float) -> float:
    place = _order(n, m)
    # As far or further are, for each of the second share, so many of the first or more.
    least = (place < place[a, b] - 1e-12).sum(axis=0)
    refused, kept = -1.0, 1.0
    for _ in range(_HALVINGS):
        middle = (refused + kept) / 2.0
        if _p_value(middle, least, n, m) <= tail:
            refused = middle
        else:
            kept = middle
    return refused


def _order(n: int, m: int) -> Array:
    """(n + 1, m + 1) how far the first share lies above the second; one more found is no nearer."""
    p, q = ((np.arange(k + 1) + 0.5) / (k + 1.0) for k in (n, m))
    error = (p * (1.0 - p) / n)[:, None] + (q * (1.0 - q) / m)[None, :]
    place = (p[:, None] - q[None, :]) / np.sqrt(error)
    place = np.maximum.accumulate(place, axis=0)
    return np.asarray(np.maximum.accumulate(place[:, ::-1], axis=1)[:, ::-1])


def _p_value(apart: float, least: NDArray[np.int64], n: int, m: int) -> float:
    """The largest chance of a table as far, where the shares lie so far apart."""
    q = np.linspace(max(0.0, -apart), min(1.0, 1.0 - apart), _GRID)
    at_least = np.zeros((n + 2, _GRID))
    at_least[:-1] = _chances(n, q + apart)[::-1].cumsum(axis=0)[::-1]
    return float((at_least[least] * _chances(m, q)).sum(axis=0).max())


def _chances(n: int, share: Array) -> Array:
    """(n + 1, G) the binomial distribution for each share."""
    k, p = np.arange(n + 1.0)[:, None], np.clip(share, 0.0, 1.0)
    ways = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return np.asarray(np.exp(ways + xlogy(k, p) + xlog1py(n - k, -p)))

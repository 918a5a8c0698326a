"""The compiled sums of `detector.evidence.surprise`: the same operations in the same order.

So they give the same bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.compiled import compiled

Array = NDArray[np.float64]


def warm_up() -> None:
    """Compile every function for the types it is called with."""
    one = np.ones(1)
    for function in (product, tail_above, tail_below):
        function(one, one, one * 0.5)


@compiled
def product(counts: Array, shape: Array, odds: Array) -> Array:
    """P(Y = y) / P(Y = 0): y factors."""
    found = np.ones(len(counts))
    for i in range(len(counts)):
        value = 1.0
        for j in range(int(counts[i])):
            value = value * ((shape[i] + j) * odds[i] / (j + 1.0))
        found[i] = value
    return found


@compiled
def tail_above(counts: Array, shape: Array, odds: Array) -> Array:
    """P(Y > y) / P(Y = y) + 1/2, term by term until none changes the sum."""
    found = np.empty(len(counts))
    for i in range(len(counts)):
        total, before, term = 0.5, 0.0, 1.0
        y, reach = counts[i], counts[i] + shape[i]
        while total != before:
            before = total
            term = term * (reach / (y + 1.0) * odds[i])
            total = total + term
            y, reach = y + 1.0, reach + 1.0
        found[i] = total
    return found


@compiled
def tail_below(counts: Array, shape: Array, odds: Array) -> Array:
    """P(Y < y) / P(Y = y) + 1/2: y terms."""
    found = np.empty(len(counts))
    for i in range(len(counts)):
        total, term = 0.5, 1.0
        left = counts[i]
        while left > 0.0:
            term = term * (left / ((left - 1.0) + shape[i]) / odds[i])
            total = total + term
            left -= 1.0
        found[i] = total
    return found

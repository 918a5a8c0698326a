"""Two shares of the same trials, and how far apart the true ones may be."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Final

Z_ONE_SIDED: Final = 1.6448536269514722
"""Standard deviations that 5 % exceed."""
_HALVINGS: Final = 60


def paired_bounds(
    gained: int, lost: int, whole: int, *, z: float = Z_ONE_SIDED
) -> tuple[float, float]:
    """Bounds of the difference of two paired shares, (gained - lost) / whole, by the score test.

    `gained` trials succeed only the second time, `lost` only the first. With the usual z each bound
    holds in 95 of 100 cases. T. Tango (1998, Statistics in Medicine 17:891): the bounds are those
    differences that the score test would not reject. Raises ValueError without any trial.
    """
    if whole < 1 or gained < 0 or lost < 0 or gained + lost > whole:
        raise ValueError(f"{gained} gained and {lost} lost of {whole} trials")

    def score(difference: float) -> float:
        # The maximum-likelihood estimate of the lost share, given the difference.
        a = 2.0 * whole
        b = -gained - lost + (2.0 * whole - gained + lost) * difference
        c = -lost * difference * (1.0 - difference)
        share = (sqrt(max(b * b - 4.0 * a * c, 0.0)) - b) / (2.0 * a)
        variance = whole * (2.0 * share + difference * (1.0 - difference))
        distance = gained - lost - whole * difference
        if variance <= 0.0:
            return 0.0 if distance == 0 else float("inf") if distance > 0 else float("-inf")
        return distance / sqrt(variance)

    middle = (gained - lost) / whole
    return _crossing(score, -1.0, middle, z), _crossing(score, 1.0, middle, -z)


def _crossing(score: Callable[[float], float], outer: float, inner: float, z: float) -> float:
    """Where the falling score crosses z, between the outer end and the estimate."""
    for _ in range(_HALVINGS):
        middle = (outer + inner) / 2
        beyond = score(middle) > z if z > 0 else score(middle) < z
        outer, inner = (middle, inner) if beyond else (outer, middle)
    return (outer + inner) / 2

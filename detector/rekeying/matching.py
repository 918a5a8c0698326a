"""Which endings go with which beginnings, each with one at most, and how likely.

A matching of endings to beginnings is as likely as the product of its pairs' weights. The chance
of each pair is its marginal over all matchings, by belief propagation, which is exact on trees and
close to it on the sparse graphs there are here. How many of the endings are re-keyed, and how many
beginnings chance brings, is learnt with it for each time: a mass re-keying shows in both.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]

_ROUNDS: Final = 12
_PASSES: Final = 25
_SMOOTH_DAYS: Final = 3
"""Days on each side of a day that tell how many begin and end then."""
_PRIOR_ENDINGS: Final = 25.0
"""Endings that the share of re-keyed ones counts for beside those of the days around."""


def chances_of(
    gain: Array,
    ending: Places,
    beginning: Places,
    end_day: NDArray[np.int64],
    begin_day: NDArray[np.int64],
    usual_share: float,
    usual_begin: float,
) -> Array:
    """(k,) the chance of each pair that it is one seller.

    `gain` (k,) is the logarithm of its factor, timing as a density by day among it; `ending` and
    `beginning` (k,) number its two sides, whose days (non-negative) are given. `usual_share` of the
    endings are re-keyed in usual times, and `usual_begin` sellers begin a day.
    """
    chance = np.zeros(len(gain))
    if not len(gain):
        return chance
    days = int(max(end_day.max(), begin_day.max())) + 1
    ended, width = _around(_counted(end_day, days)), _around(np.ones(days))
    for _ in range(_ROUNDS):
        of_end = _counted(ending, len(end_day), chance)
        of_begin = _counted(beginning, len(begin_day), chance)
        matched = _around(_counted(end_day, days, of_end))
        share = (usual_share * _PRIOR_ENDINGS + matched) / (_PRIOR_ENDINGS + ended)
        left = _counted(begin_day, days, 1.0 - of_begin)
        # The others of its day and of the days around: a beginning is no rival of itself.
        own = np.maximum(1.0 - of_begin, 0.0)
        others = np.maximum(left[begin_day] - own, (_around(left) / width)[begin_day] - own)
        by_chance = np.maximum(others, usual_begin)
        odds = np.log(share / (1.0 - np.minimum(share, 0.99)))[end_day[ending]]
        weight = np.exp(np.minimum(gain + odds - np.log(by_chance[beginning]), 60.0))
        before, chance = chance, _marginals(weight, ending, beginning)
        if np.abs(chance - before).max() < 1e-3:
            break
    return chance


def _marginals(weight: Array, ending: Places, beginning: Places) -> Array:
    """(k,) marginals of pairs over all matchings with these weights."""
    from_begin = np.ones(len(weight))
    for _ in range(_PASSES):
        from_end = _free(weight * from_begin, ending)
        from_begin = _free(weight * from_end, beginning)
    belief = weight * from_end * from_begin
    return np.asarray(belief / (1.0 + belief))


def _free(inflow: Array, side: Places) -> Array:
    """(k,) what a side tells each of its pairs: how free the others leave it."""
    return np.asarray(1.0 / (1.0 + np.maximum(np.bincount(side, inflow)[side] - inflow, 0.0)))


def _counted(day: NDArray[np.signedinteger], days: int, weights: Array | None = None) -> Array:
    return np.bincount(day, weights, days).astype(np.float64)


def _around(counts: Array) -> Array:
    """Sums over the days around each day."""
    total = np.concatenate([[0.0], np.cumsum(counts)])
    places = np.arange(len(counts))
    high = np.minimum(places + _SMOOTH_DAYS + 1, len(counts))
    return np.asarray(total[high] - total[np.maximum(places - _SMOOTH_DAYS, 0)])

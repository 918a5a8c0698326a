"""How far a measured share may be from the true one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_Z: Final = 1.959963984540054
"""Standard deviations that hold 95 %."""
_RESAMPLES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Share:
    """A share with the bounds of its 95 % interval; None where nothing was counted."""

    part: int
    whole: int
    value: float | None
    low: float | None
    high: float | None


def wilson(part: int, whole: int) -> Share:
    """The interval of E. B. Wilson (1927, JASA 22:209) for independent trials."""
    if whole == 0:
        return Share(part, whole, None, None, None)
    share = part / whole
    weight = 1 + _Z**2 / whole
    middle = (share + _Z**2 / (2 * whole)) / weight
    spread = _Z / weight * np.sqrt(share * (1 - share) / whole + _Z**2 / (4 * whole**2))
    low, high = float(middle - spread), float(middle + spread)
    # Rounding may leave the bounds a hair inside.
    return Share(part, whole, share, max(min(low, share), 0.0), min(max(high, share), 1.0))


def by_cluster(hits: NDArray[np.bool_], cluster: NDArray[np.int64], *, seed: int = 0) -> Share:
    """The bootstrap interval of a share whose trials come in clusters, such as a seller's days.

    Whole clusters are drawn with replacement (B. Efron and R. Tibshirani, 1993, An Introduction to
    the Bootstrap, chapter 8). Where all trials agree the bootstrap knows nothing, and Wilson's
    interval over the clusters stands in.
    """
    if len(hits) == 0:
        return wilson(0, 0)
    _, place = np.unique(cluster, return_inverse=True)
    whole = np.bincount(place).astype(np.float64)
    part = np.bincount(place, weights=hits)
    if hits.all() or not hits.any():
        bound = wilson(len(whole) if hits.all() else 0, len(whole))
        return Share(int(hits.sum()), len(hits), float(hits.mean()), bound.low, bound.high)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(whole), (_RESAMPLES, len(whole)))
    shares = part[drawn].sum(axis=1) / whole[drawn].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return Share(int(part.sum()), len(hits), float(hits.mean()), float(low), float(high))


def further_share(gained: int, lost: int, whole: int) -> Share:
    """The share won by a change that wins some trials and loses others, for as many new trials.

    The bounds hold 95 % of what an equal number of new trials shows: each of the two numbers is
    predicted by the beta-binomial distribution with H. Jeffreys' prior, and their difference is
    bounded as G. Y. Zou and A. Donner do (2008, Stat. Med. 27:1693). A change that lost nothing so
    far may lose some of the next.
    """
    if whole == 0:
        return Share(0, 0, None, None, None)
    won, least, most = _predicted(gained, whole)
    gone, fewest, worst = _predicted(lost, whole)
    # A trial that was won is not lost: the shares move against each other.
    against = np.sqrt(won * gone / max((1 - won) * (1 - gone), 1e-12))
    share = won - gone
    low = share - _together(won - least, worst - gone, against)
    high = share + _together(most - won, gone - fewest, against)
    return Share(gained - lost, whole, share, low, high)


def _together(one: float, other: float, against: float) -> float:
    return float(np.sqrt(one**2 + other**2 + 2 * min(against, 1.0) * one * other))


def _predicted(part: int, whole: int) -> tuple[float, float, float]:
    """A share, and the bounds of the same share of as many new trials."""
    from scipy.stats import betabinom  # takes half a second, so only here

    bounds = betabinom(whole, part + 0.5, whole - part + 0.5).ppf([0.025, 0.975]) / whole
    return part / whole, min(float(bounds[0]), part / whole), max(float(bounds[1]), part / whole)

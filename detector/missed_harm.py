"""How much harm no case was opened for: a random sample of sellers, and an estimate from it.

A score cannot see what it misses, so sellers are drawn without it: each with a known chance in
proportion to its complaints (Poisson sampling), from those that have some and no case. The estimate
is Horvitz and Thompson's, by complaints; its interval is the gamma one of Fay and Feuer, Statistics
in Medicine 16 (1997) 791-801, which holds where few are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

COMPLAINTS_MIN: Final = 3
"""Complaints in WINDOW_DAYS below which a seller is not drawn: there is too little to look at."""
WINDOW_DAYS: Final = 28
"""Days whose complaints are looked at, and in which no case was opened."""


@dataclass(frozen=True)
class Looked:
    """What a person found at a drawn seller with so many complaints and such a chance."""

    complaints: int
    chance: float
    is_harm: bool


@dataclass(frozen=True)
class Missed:
    """The share of complaints that are about sellers at fault without a case, with its interval."""

    share: float
    low: float
    high: float
    looked: int
    """How many sellers were looked at."""


def chances(complaints: NDArray[np.int64], size: float) -> NDArray[np.float64]:
    """Each seller's chance of being drawn, in proportion to its complaints (n,), adding up to size.

    A seller whose share would be above 1 is drawn for certain, and the rest share what is left. All
    are where there are no more than `size`.
    """
    found = np.ones(len(complaints))
    if len(complaints) <= size:
        return found
    certain = np.zeros(len(complaints), dtype=bool)
    while True:
        rest = complaints[~certain]
        found[~certain] = rest * ((size - certain.sum()) / rest.sum())
        above = ~certain & (found > 1.0)
        if not above.any():
            return found
        found[above] = 1.0
        certain |= above


def drawn(
    complaints: Mapping[str, int], size: float, random: np.random.Generator
) -> dict[str, float]:
    """Sellers drawn each by its own, with the chance that each had; `size` is how many on average.

    `complaints` are those of each seller in the window. Sellers with fewer than COMPLAINTS_MIN are
    left out before.
    """
    frame = {seller: n for seller, n in sorted(complaints.items()) if n >= COMPLAINTS_MIN}
    each = chances(np.array(list(frame.values()), dtype=np.int64), size)
    taken = random.random(len(each)) < each
    return {
        seller: float(chance)
        for seller, chance, is_taken in zip(frame, each, taken, strict=True)
        if is_taken
    }


def missed(looks: Iterable[Looked], complaints: float, *, level: float = 0.95) -> Missed | None:
    """The share of `complaints` that were missed, from what people found at the drawn sellers.

    `complaints` are all of the frames that were drawn from, or the part that the looks stand for.
    None where nobody was looked at.
    """
    looks = list(looks)
    if not looks or complaints <= 0:
        return None
    weights = np.array([look.complaints / look.chance for look in looks]) / complaints
    hits = weights[[look.is_harm for look in looks]]
    total, square, widest = hits.sum(), (hits**2).sum(), weights.max()
    tail = (1.0 - level) / 2.0
    low = 0.0
    if square > 0.0:
        low = square / (2.0 * total) * chdtri(2.0 * total**2 / square, 1.0 - tail)
    above = square + widest**2
    mean = total + widest
    high = above / (2.0 * mean) * chdtri(2.0 * mean**2 / above, tail)
    return Missed(float(min(total, 1.0)), float(low), float(min(high, 1.0)), len(looks))

"""Which share of alarms is false, given what was scored and alerted lately.

A seller is looked at every day. So chance has many tries, and what one day's bound lets through
adds up over quiet days. The bound here is on four weeks of days: of all sellers that stood out as
much at some time in them, at most the asked share would have done so by chance. It is Y. Benjamini
and Y. Hochberg's rule (1995, J. R. Stat. Soc. B 57:289) with a seller as the unit and the strongest
of its days as its p-value. What earlier months held does not enter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.evidence.calibration import q_values_among

Array = NDArray[np.float64]

WINDOW_DAYS: Final = 28
"""Days over which the share is bounded: as long as the longest window remembers an alarm."""
NOTED_MAX: Final = 0.01
"""Larger p-values are not counted as standing out: next to nobody is flagged at them. A seller
that is not counted makes the bound stricter, never looser."""

_OF_ITSELF: Final = 0.5
"""So much of a seller is not counted among those that stood out. Where four weeks hold nothing but
one false alarm, it would otherwise be its own excuse."""


@dataclass(frozen=True, slots=True)
class Lately:
    """Sellers that stood out at instants scored before, m rows in the order they were scored."""

    as_of: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(m,) microseconds UTC."""
    seller_id: tuple[str, ...] = ()
    p_value: Array = field(default_factory=lambda: np.zeros(0))
    """(m,) at most `NOTED_MAX`."""

    def smallest(self, sellers: tuple[str, ...], as_of: int) -> Array:
        """(n,) each seller's smallest p-value in the four weeks before an instant; 1 if none."""
        place = {seller: number for number, seller in enumerate(sellers)}
        found = np.ones(len(sellers))
        for row in np.flatnonzero(self._counts_at(as_of)).tolist():
            number = place.get(self.seller_id[row])
            if number is not None:
                found[number] = min(found[number], self.p_value[row])
        return found

    def days_at(self, as_of: int) -> float:
        """Days of the four weeks before an instant on which sellers were looked at; at least 1."""
        counted = self.as_of[self._counts_at(as_of)]
        return 1.0 + float(as_of - counted.min(initial=as_of)) / DAY_US

    def with_scored(self, as_of: int, sellers: tuple[str, ...], p_value: Array) -> Lately:
        """The same after one more scoring of n sellers, without what is older than four weeks."""
        kept = np.flatnonzero(self._counts_at(as_of))
        noted = np.flatnonzero(p_value <= NOTED_MAX)
        return Lately(
            np.concatenate([self.as_of[kept], np.full(len(noted), as_of, dtype=np.int64)]),
            (*(self.seller_id[i] for i in kept.tolist()), *(sellers[i] for i in noted.tolist())),
            np.concatenate([self.p_value[kept], p_value[noted]]),
        )

    def _counts_at(self, as_of: int) -> NDArray[np.bool_]:
        return (self.as_of > as_of - WINDOW_DAYS * DAY_US) & (self.as_of <= as_of)


NOTHING: Final = Lately()
"""Nothing was scored before."""


def looks_in_window(windows_days: tuple[int, ...], days: float = WINDOW_DAYS) -> float:
    """How many times chance has a try at a seller that is looked at every day for so many days.

    What chance piles up stays in the shortest window for as many days as that is long, so that
    fewer looks than days are new ones.
    """
    return 1.0 + (days - 1.0) / min(windows_days)


def false_alarms(
    p_values: Array, everyone: Array, strongest: Array, looks: float
) -> tuple[Array, Array]:
    """`false_shares` at each of k p-values, and `false_chances`, which are never below them."""
    share = false_shares(p_values, everyone, strongest, looks)
    return share, np.maximum(false_chances(p_values, strongest, looks), share)


def false_chances(p_values: Array, strongest: Array, looks: float) -> Array:
    """(k,) how likely the alarms at each of k p-values are false, given those that stand out more.

    `false_shares` counts all alarms down to a place, this the next one alone: it is the slope of
    the false ones to expect over those found, made to rise (U. Grenander, 1956, Scand. Actuar. J.
    39:125; K. Strimmer, 2008, BMC Bioinformatics 9:303).
    """
    ranked = np.sort(strongest[strongest <= NOTED_MAX])
    steps = len(strongest) * looks * np.diff(ranked, prepend=0.0)
    chances = np.append(_rising(steps), 1.0)
    place = np.searchsorted(ranked, p_values, side="left")
    return np.asarray(np.minimum(chances[place], 1.0))


def _rising(steps: Array) -> Array:
    """The nearest rising sequence, by pooling neighbours that fall."""
    means: list[float] = []
    lengths: list[int] = []
    for step in steps.tolist():
        mean, length = step, 1
        while means and means[-1] >= mean:
            before, number = means.pop(), lengths.pop()
            mean = (before * number + mean * length) / (number + length)
            length += number
        means.append(mean)
        lengths.append(length)
    return np.repeat(np.array(means), np.array(lengths, dtype=np.int64))


def false_shares(p_values: Array, everyone: Array, strongest: Array, looks: float) -> Array:
    """(k,) share of false alarms if every seller down to each of k p-values were alerted.

    `everyone` (n,) are the p-values of all sellers now and `strongest` (n,) their smallest ones of
    the last four weeks, those of now among them. `looks` is how often chance had a try at each.

    The larger of two: the share among those alerted now, and among those alerted in four weeks.
    Days that nobody scored hold no alarm, which makes the second larger.
    """
    n = len(strongest)
    ranked = np.sort(strongest[strongest <= NOTED_MAX])
    shares = n * looks * ranked / (np.arange(1, len(ranked) + 1) - _OF_ITSELF)
    later = np.append(np.minimum.accumulate(shares[::-1])[::-1], 1.0)
    place = np.searchsorted(ranked, p_values, side="right")
    here = n * looks * p_values / (np.maximum(place, 1) - _OF_ITSELF)
    lately = np.minimum(np.minimum(here, later[place]), 1.0)
    return np.asarray(np.maximum(lately, q_values_among(p_values, everyone)))

"""Counts of whole months, as if what they count had come evenly over the month.

A month that is dated by its first day would leave the windows of the last days before it is over,
and hold no day of the next.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US

_GOLDEN: Final = (5.0**0.5 - 1.0) / 2.0
Instants = NDArray[np.int64]


def spread(days: Instants, counts: Instants, now: int | None) -> Instants:
    """When each of the counted came, all in turn (sum of `counts`,): evenly over its month.

    `days` (n,) are the first days of months, `counts` (n,) how many each has. Each row begins
    elsewhere in its month, so that many rows of one complaint are spread evenly, too. Nothing comes
    after `now`, where that is known.
    """
    place = np.repeat(np.arange(len(days)), counts)
    nth = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
    lengths = _lengths(days, now)
    # Multiples of the golden ratio, without their whole parts, leave no gap and no heap.
    begins = (np.arange(1, len(days) + 1) * _GOLDEN) % 1.0
    share = (nth + begins[place]) / counts[place]
    return days[place] + np.minimum(share * lengths[place], lengths[place] - 1).astype(np.int64)


def spread_by_day(
    days: Instants, counts: Instants, now: int | None
) -> tuple[NDArray[np.int64], Instants, Instants]:
    """The rows (m,) of months by day: which of the n rows, its day, and its whole part of counts.

    The parts of a row differ by one at most, and add up to it.
    """
    lengths = -(-_lengths(days, now) // DAY_US)
    place = np.repeat(np.arange(len(days)), lengths)
    nth = np.arange(len(place)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    until, before = ((nth + more) * counts[place] // lengths[place] for more in (1, 0))
    return place, days[place] + nth * DAY_US, until - before


def _lengths(days: Instants, now: int | None) -> Instants:
    """How long each month is, or has been by `now`; a microsecond at least."""
    months = days.astype("datetime64[us]").astype("datetime64[M]")
    ends = (months + 1).astype("datetime64[us]").astype(np.int64)
    if now is not None:
        ends = np.minimum(ends, now + 1)
    return np.asarray(np.maximum(ends - days, 1))

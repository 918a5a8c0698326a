"""Whether the complainants of late look independent of each other.

People who prepare a brigade bring an account each and evidence. Two things are harder to fake: an
order with that very seller, and a life of one's own, which spreads complaints over the day. What is
usual is the seller's own past, so where few complaints name their order, or all are filed when an
office opens, nobody looks suspicious for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detector.durations import DAY_US
from detector.history.history import Complaints, History

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]
ClockLine = tuple[Counts, Counts, Counts]
"""Ascending places by seller and clock, the seller of each, and the places of each seller."""

PAST_DAYS: Final = 400
"""Days before the windows that show what is usual."""
WORTH_SAYING: Final = 3.0
"""Odds of one sign from which on it is told."""
_HOUR_US: Final = 3_600_000_000
_BUSY_HOUR: Final = 2.0 / 24.0
"""Share of complaints in the busiest hour of the day: twice the mean, as where people write in the
evening. A seller whose past has a busier one is judged by that."""
_COMPLAINTS_MIN: Final = 3
"""Complaints below which coincidence explains everything."""
_SHARE_MAX: Final = 0.97
"""Even of brigades some complaint names an order."""
_ODDS_MAX: Final = 1e12


@dataclass(frozen=True, slots=True)
class Dependence:
    """The odds by which two signs favour people who act together, for n sellers."""

    strangers: Array
    """(n,) of complaints without an order of that buyer with the seller; 1 where none is linked."""
    hour: Array
    """(n,) of complaints in one hour of the day."""

    @property
    def odds(self) -> Array:
        """(n,) of both."""
        return self.strangers * self.hour


def dependence_of(
    known: History, as_of: int, days: Sequence[int], counts: Array, expected: Array
) -> Dependence:
    """The dependence of n sellers, of each sign in the window that shows it most.

    `known` holds nothing dated at or after `as_of` (microseconds UTC). `counts` and `expected`
    (n, W) are the complaints in the last `days` (W,) and those expected.
    """
    complaints, n = known.complaints, len(known.sellers)
    begin = as_of - max(days, default=0) * DAY_US
    past = (complaints.filed_at < begin) & (complaints.filed_at >= begin - PAST_DAYS * DAY_US)
    strangers, hour = np.ones(n), np.ones(n)
    usual_clock = _clock_line(complaints, past, n)
    usual_orders = None
    if complaints.delay_days is not None:
        usual_orders = _orders_missing(complaints, complaints.delay_days, past, n)
    for w, length in enumerate(days):
        recent = complaints.filed_at >= as_of - length * DAY_US
        excess = np.clip(1.0 - expected[:, w] / np.maximum(counts[:, w], 1.0), 0.0, 1.0)
        if complaints.delay_days is not None and usual_orders is not None:
            of_late = _orders_missing(complaints, complaints.delay_days, recent, n)
            found = _odds_of_strangers(of_late, usual_orders, excess)
            strangers = np.maximum(strangers, found)
        hour = np.maximum(
            hour, _odds_of_an_hour(_clock_line(complaints, recent, n), usual_clock, n)
        )
    return Dependence(strangers, hour)


def _orders_missing(
    complaints: Complaints, delay_days: NDArray[np.float32], rows: Mask, sellers: int
) -> tuple[Counts, Counts]:
    """(n,) complaints of some rows without an order, and all of them."""
    seller, delay = complaints.seller[rows], delay_days[rows]
    missing = np.bincount(seller[np.isnan(delay)], minlength=sellers)
    return missing, np.bincount(seller, minlength=sellers)


def _odds_of_strangers(
    of_late: tuple[Counts, Counts], usually: tuple[Counts, Counts], excess: Array
) -> Array:
    """Odds that all of the excess comes without an order, against the seller's usual share."""
    (showing, of), (before, before_of) = of_late, usually
    # Beta-binomial: before the past is looked at, any usual share is as likely.
    a, b = before + 1.0, before_of - before + 1.0
    usual = special.betaln(a + showing, b + of - showing) - special.betaln(a, b)
    share = np.minimum(excess + (1.0 - excess) * a / (a + b), _SHARE_MAX)
    brigade = showing * np.log(share) + (of - showing) * np.log1p(-share)
    odds = np.exp(np.clip(brigade - usual, 0.0, np.log(_ODDS_MAX)))
    # Nobody's order is missed where no earlier complaint about the seller named one.
    return np.where((of >= _COMPLAINTS_MIN) & (before_of > before), odds, 1.0)


def _odds_of_an_hour(of_late: ClockLine, usually: ClockLine, sellers: int) -> Array:
    """Odds that many complaints share an hour of the day, by the chance that they do so anyway.

    A chance p allows for odds of 1 / (-e p ln p) at most (Sellke, Bayarri and Berger 2001).
    """
    line, seller, of = of_late
    together = np.searchsorted(line, line + _HOUR_US) - np.arange(len(line))
    order = np.lexsort((together, seller))
    last = np.flatnonzero(np.append(seller[order][1:] != seller[order][:-1], True)[: len(order)])
    peak = order[last]
    most, begins = np.zeros(sellers, dtype=np.int64), np.zeros(sellers, dtype=np.int64)
    most[seller[peak]], begins[seller[peak]] = together[peak], line[peak]
    earlier, _, earlier_of = usually
    # The usual hour may begin a little before the one of late.
    inside = np.max(
        [
            np.searchsorted(earlier, begins + shift + _HOUR_US)
            - np.searchsorted(earlier, begins + shift)
            for shift in (-_HOUR_US // 2, 0)
        ],
        axis=0,
    )
    usual = np.maximum((inside + 1.0) / (earlier_of + 1.0 / _BUSY_HOUR), _BUSY_HOUR)
    # The hour may begin with any of the complaints.
    others = np.maximum(most - 1.0, 1.0)
    tail = special.betainc(others, np.maximum(of - others, 1.0), usual)
    chance = np.clip(of * tail, 1.0 / _ODDS_MAX, np.exp(-1.0))
    odds = -np.exp(-1.0) / (chance * np.log(chance))
    return np.where(most >= _COMPLAINTS_MIN, np.clip(odds, 1.0, _ODDS_MAX), 1.0)


def _clock_line(complaints: Complaints, rows: Mask, sellers: int) -> ClockLine:
    """The complaints of some rows by seller and time of day.

    Times that know only the day, which are midnights, say nothing of the hour.
    """
    clock = complaints.filed_at[rows] % DAY_US
    seller = complaints.seller[rows][clock != 0].astype(np.int64)
    line = np.sort(seller * (2 * DAY_US) + clock[clock != 0])
    return line, line // (2 * DAY_US), np.bincount(seller, minlength=sellers)

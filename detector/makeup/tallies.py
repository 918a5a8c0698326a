"""Complaints of each seller by attribute, part and time: lately, and in blocks of the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.expectation.shares import Shares
from detector.history.history import History
from detector.makeup.attributes import PERIOD_DAYS, UNDECIDED_PART, codes_in, parts_of
from detector.makeup.factor import shares_of

Array = NDArray[np.float64]

RECENT_DAYS: Final = (14, PERIOD_DAYS)
"""Windows in which a change is looked for."""
PAST_FROM: Final = 35
"""Days before the instant at which the past ends: a guard band before the longest window."""
BLOCKS: Final = 13
"""Blocks of the past, each as long as the longest window: a year together."""
COMPLAINTS_MIN: Final = 4
"""Complaints in the longest window, and in the past, below which nothing is said: who has no past
has not changed."""


_TIMES: Final = len(RECENT_DAYS) + BLOCKS
_SELLERS_MAX: Final = 20_000
"""Sellers that the market's shares are taken from; more would not change them."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What k of the sellers filed, by one attribute of B parts."""

    rows: NDArray[np.int64]
    """(k,) the sellers with enough complaints lately, ascending."""
    recent: Array
    """(k, W, B) in each window of `RECENT_DAYS`."""
    past: Array
    """(k, B) in all of the past."""
    blocks: Array
    """(k, P, B) in each block of it, youngest first."""

    @property
    def parts(self) -> int:
        """How many parts the attribute has."""
        return int(self.recent.shape[2])

    def take(self, chosen: NDArray[np.int64]) -> Tally:
        """The same of some of its rows."""
        return Tally(self.rows[chosen], self.recent[chosen], self.past[chosen], self.blocks[chosen])


def tallies_of(
    known: History, as_of: int, attributes: Sequence[str], columns: Sequence[str]
) -> dict[str, Tally]:
    """The tallies of each attribute that the history has, of sellers with enough complaints.

    `known` holds nothing dated at or after `as_of` (microseconds UTC).
    """
    known, time = _in_time(known, as_of)
    seller, windows = known.complaints.seller, len(RECENT_DAYS)
    sellers = len(known.sellers)
    lately = np.bincount(seller[time < windows], minlength=sellers)
    filed = np.bincount(seller, minlength=sellers)
    enough = (lately >= COMPLAINTS_MIN) & (filed - lately >= COMPLAINTS_MIN)
    chosen = np.flatnonzero(enough)
    kept = enough[seller]
    number = (np.cumsum(enough) - 1)[seller[kept]]
    part = known.rows(kept)
    place = number * _TIMES + time[kept]
    codes = codes_in(part, columns, place - number - (time[kept] > 0))
    tallies = {}
    for name in attributes:
        if name not in codes:
            continue
        parts = len(parts_of(name, columns))
        found = _counted(place, codes[name], len(chosen) * _TIMES, parts)
        found = found.reshape(len(chosen), _TIMES, parts)
        blocks = found[:, windows:]
        recent = np.cumsum(found[:, :windows], axis=1)
        past = blocks.sum(axis=1)
        rows = np.flatnonzero(
            (recent[:, -1].sum(axis=1) >= COMPLAINTS_MIN) & (past.sum(axis=1) >= COMPLAINTS_MIN)
        )
        tallies[name] = Tally(chosen[rows], recent[rows], past[rows], blocks[rows])
    return tallies


def shares_at(
    known: History, as_of: int, attributes: Sequence[str], columns: Sequence[str]
) -> Shares:
    """The market's shares at an instant, from what was known of (a sample of) all sellers."""
    step = -(-len(known.sellers) // _SELLERS_MAX) or 1
    if step > 1:
        known = known.chosen(np.arange(len(known.sellers)) % step == 0)
    known, time = _in_time(known, as_of)
    most = max((len(parts_of(name, columns)) for name in attributes), default=0)
    windows = len(RECENT_DAYS)
    lately = np.zeros((len(attributes), windows, most))
    before = np.zeros((len(attributes), most))
    place = known.complaints.seller.astype(np.int64) * _TIMES + time
    period = place - known.complaints.seller - (time > 0)
    codes = codes_in(known, columns, period)
    for a, name in enumerate(attributes):
        parts = len(parts_of(name, columns))
        code = codes.get(name, np.full(len(time), UNDECIDED_PART))
        found = _counted(time, code, _TIMES, parts)
        lately[a, :, :parts] = shares_of(np.cumsum(found[:windows], axis=0))
        before[a, :parts] = shares_of(found[windows:].sum(axis=0))
    return Shares(lately, before)


def _in_time(known: History, as_of: int) -> tuple[History, NDArray[np.int64]]:
    """The complaints that count, and (n,) the time of each: a half of the longest window, or 2 and
    more for a block of the past, youngest first."""
    age = (as_of - 1 - known.complaints.filed_at) // DAY_US
    recent, oldest = age < RECENT_DAYS[-1], PAST_FROM + BLOCKS * RECENT_DAYS[-1]
    counts = recent | ((age >= PAST_FROM) & (age < oldest))
    known, age, recent = known.rows(counts), age[counts], recent[counts]
    past = len(RECENT_DAYS) + (age - PAST_FROM) // RECENT_DAYS[-1]
    return known, np.where(recent, age // RECENT_DAYS[0], past)


def _counted(place: NDArray[np.int64], code: NDArray[np.int64], places: int, parts: int) -> Array:
    """(places, parts) how often each comes together; what says nothing is left out."""
    # One part more, for what says nothing.
    found = np.bincount(place * (parts + 1) + code % (parts + 1), minlength=places * (parts + 1))
    return found.reshape(places, parts + 1)[:, :parts].astype(np.float64)

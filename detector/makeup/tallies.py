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
    time = _times_of(known.complaints.filed_at, as_of)
    seller, windows = known.complaints.seller, len(RECENT_DAYS)
    sellers, counts = len(known.sellers), time >= 0
    lately = np.bincount(seller[counts & (time < windows)], minlength=sellers)
    filed = np.bincount(seller[counts], minlength=sellers)
    enough = (lately >= COMPLAINTS_MIN) & (filed - lately >= COMPLAINTS_MIN)
    chosen = np.flatnonzero(enough)
    kept = counts & enough[seller]
    number, time = (np.cumsum(enough) - 1)[seller[kept]], time[kept]
    part = known.rows(kept)
    place = number * _TIMES + time
    codes = codes_in(part, columns, place - number - (time > 0))
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
    time = _times_of(known.complaints.filed_at, as_of)
    known, time = known.rows(time >= 0), time[time >= 0]
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


def _times_of(filed_at: NDArray[np.int64], as_of: int) -> NDArray[np.int64]:
    """(n,) the time of each complaint: a half of the longest window, 2 and more for a block of the
    past, youngest first; -1 for those that do not count."""
    age = (as_of - 1 - filed_at) // DAY_US
    longest = RECENT_DAYS[-1]
    by_age = np.full(PAST_FROM + BLOCKS * longest + 1, -1)
    days = np.arange(len(by_age) - 1)
    by_age[:longest] = days[:longest] // RECENT_DAYS[0]
    by_age[PAST_FROM:-1] = len(RECENT_DAYS) + (days[PAST_FROM:] - PAST_FROM) // longest
    return np.asarray(by_age[np.minimum(age, len(by_age) - 1)])


def _counted(place: NDArray[np.int64], code: NDArray[np.int64], places: int, parts: int) -> Array:
    """(places, parts) how often each comes together; what says nothing, -1, is left out."""
    found = np.bincount(place * (parts + 1) + code + 1, minlength=places * (parts + 1))
    return found.reshape(places, parts + 1)[:, 1:].astype(np.float64)

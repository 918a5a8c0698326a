"""Complaints of each seller by attribute, part and time: lately, and in blocks of the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.expectation.shares import Shares
from detector.history.history import Complaints, History
from detector.kernels import kernels_ready
from detector.makeup.attributes import (
    ATTRIBUTES,
    PERIOD_DAYS,
    attributes_in,
    codes_in,
    part_of_each,
    parts_of,
)
from detector.makeup.factor import shares_of

Array = NDArray[np.float64]
Codes = NDArray[np.int32]
Ints = NDArray[np.int64]

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
"""T times: the halves of the longest window, then the blocks of the past, youngest first."""
_SELLERS_MAX: Final = 20_000
"""Sellers that the market's shares are taken from; more would not change them."""


def _time_of_each_day() -> Ints:
    """The time of each age in days; -1 where it does not count, as for all that are older."""
    longest = RECENT_DAYS[-1]
    found = np.full(PAST_FROM + BLOCKS * longest + 1, -1)
    days = np.arange(len(found) - 1)
    found[:longest] = days[:longest] // RECENT_DAYS[0]
    found[PAST_FROM:-1] = len(RECENT_DAYS) + (days[PAST_FROM:] - PAST_FROM) // longest
    return found


_TIME_OF_DAY: Final = _time_of_each_day()


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
    filed = _filed(known, as_of)
    windows = len(RECENT_DAYS)
    lately, past = filed[:, :windows].sum(axis=1), filed[:, windows:].sum(axis=1)
    chosen = np.flatnonzero((lately >= COMPLAINTS_MIN) & (past >= COMPLAINTS_MIN))
    row = np.full(len(filed), -1)
    row[chosen] = np.arange(len(chosen))
    tallies = {}
    for name, found in _counted(known, as_of, attributes, columns, filed, row).items():
        blocks = found[:, windows:]
        recent = np.cumsum(found[:, :windows], axis=1)
        tally = Tally(chosen, recent, blocks.sum(axis=1), blocks)
        enough = recent[:, -1].sum(axis=1) >= COMPLAINTS_MIN
        enough &= tally.past.sum(axis=1) >= COMPLAINTS_MIN
        tallies[name] = tally if enough.all() else tally.take(np.flatnonzero(enough))
    return tallies


def shares_at(
    known: History, as_of: int, attributes: Sequence[str], columns: Sequence[str]
) -> Shares:
    """The market's shares at an instant, from what was known of (a sample of) all sellers."""
    step = -(-len(known.sellers) // _SELLERS_MAX) or 1
    row = np.where(np.arange(len(known.sellers)) % step, -1, 0)
    counted = _counted(known, as_of, attributes, columns, _filed(known, as_of), row)
    parts = [len(parts_of(name, columns)) for name in attributes]
    windows = len(RECENT_DAYS)
    lately = np.zeros((len(attributes), windows, max(parts, default=0)))
    before = np.zeros((len(attributes), max(parts, default=0)))
    for a, (name, b) in enumerate(zip(attributes, parts, strict=True)):
        found = counted[name].sum(axis=0) if name in counted else np.zeros((_TIMES, b))
        lately[a, :, :b] = shares_of(np.cumsum(found[:windows], axis=0))
        before[a, :b] = shares_of(found[windows:].sum(axis=0))
    return Shares(lately, before)


def _filed(known: History, as_of: int) -> Ints:
    """(n, T) complaints of each seller by time."""
    complaints = known.complaints
    filed = np.zeros((len(known.sellers), _TIMES), dtype=np.int64)
    if kernels_ready():
        from detector.makeup import tallies_kernel

        seller, filed_at, *_ = _columns_for_kernel(complaints)
        tallies_kernel.count_filed(seller, filed_at, as_of, _TIME_OF_DAY, filed)
        return filed
    time = _times_of(complaints.filed_at, as_of)
    place = (complaints.seller.astype(np.int64) * _TIMES + time)[time >= 0]
    return np.bincount(place, minlength=filed.size).reshape(filed.shape)


def _counted(
    known: History,
    as_of: int,
    attributes: Sequence[str],
    columns: Sequence[str],
    filed: Ints,
    row: Ints,
) -> dict[str, Array]:
    """(k, T, B) complaints by row, time and part, for each attribute that the history has.

    `row` (n,) is where each seller counts, -1 for those that do not; `filed` is that of `_filed`.
    """
    rows, complaints = int(row.max(initial=-1)) + 1, known.complaints
    there = attributes_in(complaints)
    found = {
        name: np.zeros((rows, _TIMES, len(parts_of(name, columns))))
        for name in attributes
        if name in there
    }
    if kernels_ready():
        from detector.makeup import tallies_kernel

        none = np.zeros((0, _TIMES, 1))
        tallies_kernel.count_parts(
            *_columns_for_kernel(complaints),
            as_of,
            _TIME_OF_DAY,
            filed,
            row,
            part_of_each(known.categories, columns),
            *(found.get(name, none) for name in ATTRIBUTES),
        )
        return found
    time = _times_of(complaints.filed_at, as_of)
    kept = (time >= 0) & (row[complaints.seller] >= 0)
    known, time = known.rows(kept), time[kept]
    seller = known.complaints.seller
    # The first two times are the halves of one period.
    in_period = np.column_stack([filed[:, 0] + filed[:, 1], filed[:, 2:]])
    codes = codes_in(known, columns, in_period[seller, np.maximum(time - 1, 0)])
    place = row[seller] * _TIMES + time
    for name in found:
        parts = found[name].shape[2] + 1  # what says nothing, -1, is left out
        each = np.bincount(place * parts + codes[name] + 1, minlength=rows * _TIMES * parts)
        found[name] += each.reshape(rows, _TIMES, parts)[:, :, 1:]
    return found


def _columns_for_kernel(
    complaints: Complaints,
) -> tuple[Codes, Ints, NDArray[np.float32], Codes, NDArray[np.int8], Codes]:
    """The columns as kernels are compiled for them: of one type, without rows where absent."""

    def plain(column: NDArray[Any] | None, kind: type[np.generic]) -> NDArray[Any]:
        return np.zeros(0, kind) if column is None else np.require(column, kind, ["C", "W"])

    return (
        plain(complaints.seller, np.int32),
        plain(complaints.filed_at, np.int64),
        plain(complaints.delay_days, np.float32),
        plain(complaints.evidence, np.int32),
        plain(complaints.outcome, np.int8),
        plain(complaints.category, np.int32),
    )


def _times_of(filed_at: Ints, as_of: int) -> Ints:
    """(m,) the time of each complaint; -1 for those that do not count."""
    age = (as_of - 1 - filed_at) // DAY_US
    return _TIME_OF_DAY[np.minimum(age, len(_TIME_OF_DAY) - 1)]

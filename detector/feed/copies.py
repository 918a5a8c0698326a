"""Complaints that came twice: at one second, on one day, or after one lag.

A buyer may complain twice, and a seller may have two buyers who complain alike. So a copy is not
told by itself; how many a day has is compared with how many its past had (`faults`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.history.history import UNKNOWN, Complaints

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LAG_MAX_US: Final = 2 * DAY_US
"""Longest time after which a copy is looked for."""
_NEIGHBOURS: Final = 16
"""Complaints of a seller before one, among which it may have its twin."""
_SECOND_US: Final = 1_000_000


def is_twin(complaints: Complaints) -> NDArray[np.bool_]:
    """(n,) whether an earlier row has the same second, seller, category and buyer.

    Rows are sorted by seller and time, so that only neighbours of one second need to be compared.
    """
    second = complaints.filed_at // _SECOND_US
    same = np.zeros(len(complaints), dtype=bool)
    same[1:] = (second[1:] == second[:-1]) & (complaints.seller[1:] == complaints.seller[:-1])
    beside = same.copy()
    beside[:-1] |= same[1:]
    rows = np.flatnonzero(beside)
    _, first = np.unique(_groups(complaints, rows, second[rows]), return_index=True)
    found = np.zeros(len(complaints), dtype=bool)
    found[rows] = True
    found[rows[first]] = False
    return found


def is_unnamed(complaints: Complaints) -> Mask:
    """(n,) whether the buyer is not known."""
    if complaints.buyer is None:
        return np.ones(len(complaints), dtype=bool)
    return np.asarray(complaints.buyer == UNKNOWN)


def is_repeat(complaints: Complaints) -> Mask:
    """(n,) whether one of the rows before has the same day, seller, category and known buyer."""
    found, known = np.zeros(len(complaints), dtype=bool), ~is_unnamed(complaints)
    day = complaints.filed_at // DAY_US
    for later, earlier in _alike(complaints):
        same = (day[later] == day[earlier]) & known[later]
        found[later[same]] = True
    return found


def is_paired(complaints: Complaints) -> Mask:
    """(n,) whether the buyer is not known, and the seller's day has an even number of the category.

    Where all came twice, all numbers are even, however many complaints there are.
    """
    rows = np.flatnonzero(is_unnamed(complaints))
    found = np.zeros(len(complaints), dtype=bool)
    if len(rows):
        group = _groups(complaints, rows, complaints.filed_at[rows] // DAY_US)
        found[rows] = np.bincount(group)[group] % 2 == 0
    return found


def is_second(complaints: Complaints) -> Mask:
    """(n,) rows to leave out so that none is there twice a day.

    All but one of a known buyer, and half of those of unknown buyers: first those without a time.
    """
    group = _groups(complaints, np.arange(len(complaints)), complaints.filed_at // DAY_US)
    by_group = np.lexsort((complaints.filed_at % DAY_US == 0, group))
    starts = np.flatnonzero(np.diff(group[by_group], prepend=-1))
    lengths = np.diff(np.append(starts, len(group)))
    place, length = np.arange(len(group)) - np.repeat(starts, lengths), np.repeat(lengths, lengths)
    kept = np.where(is_unnamed(complaints)[by_group], (length + 1) // 2, 1)
    found = np.zeros(len(group), dtype=bool)
    found[by_group] = place >= kept
    return found


def echoes_of(
    complaints: Complaints, place: NDArray[np.int64], weight: Array, days: int
) -> tuple[Array, Array]:
    """(D,) weights of the rows that follow another after the day's commonest lag, and that lag.

    Lags are whole seconds, from one to two days. `place` is each row's day.
    """
    rows, lags = _lags(complaints)
    best, lag = np.zeros(days), np.zeros(days)
    if not len(rows):
        return best, lag
    key = place[rows] * (LAG_MAX_US // _SECOND_US + 1) + lags
    keys, which = np.unique(key, return_inverse=True)
    sums = np.bincount(which, weight[rows])
    day = keys // (LAG_MAX_US // _SECOND_US + 1)
    order = np.argsort(sums, kind="stable")  # the heaviest comes last, and stays
    best[day[order]] = sums[order]
    lag[day[order]] = (keys % (LAG_MAX_US // _SECOND_US + 1))[order]
    return best, lag


def is_echo(complaints: Complaints, lag: int) -> Mask:
    """(n,) whether a row follows another of its seller, category and buyer after `lag` seconds."""
    second = complaints.filed_at // _SECOND_US
    group = _groups(complaints, np.arange(len(complaints)), np.zeros_like(second))
    key = group * (1 << 40) + second
    # Fractions of seconds may have been cut.
    return np.isin(key - lag, np.concatenate([key - 1, key, key + 1]))


def _lags(complaints: Complaints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows, and the seconds since another before it that is alike; a row may be there again."""
    rows, lags = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for later, earlier in _alike(complaints):
        gap = complaints.filed_at[later] - complaints.filed_at[earlier]
        # Between two days without times there is no lag.
        near = (gap >= _SECOND_US) & (complaints.filed_at[later] % DAY_US > 0)
        rows.append(later[near])
        lags.append((gap[near] + _SECOND_US // 2) // _SECOND_US)
    return np.concatenate(rows), np.concatenate(lags)


def _alike(complaints: Complaints) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs of rows of one seller, category and buyer, within two days and sixteen rows."""
    later = np.arange(len(complaints))
    for apart in range(1, _NEIGHBOURS + 1):
        later = later[later >= apart]
        earlier = later - apart
        near = complaints.seller[later] == complaints.seller[earlier]
        near &= complaints.filed_at[later] - complaints.filed_at[earlier] <= LAG_MAX_US
        later = later[near]  # those before are further away still
        earlier = later - apart
        same = complaints.category[later] == complaints.category[earlier]
        if complaints.buyer is not None:
            same &= complaints.buyer[later] == complaints.buyer[earlier]
        yield later[same], earlier[same]


def _groups(
    complaints: Complaints, rows: NDArray[np.int64], when: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Numbers of the rows' groups: of one seller, category and buyer, and alike in `when`."""
    buyer = np.zeros(len(rows), dtype=np.int32)
    if complaints.buyer is not None:
        buyer = complaints.buyer[rows]
    columns = (
        buyer,
        complaints.category[rows],
        when,
        complaints.seller[rows],
    )
    order = np.lexsort(columns)
    starts = np.zeros(len(rows), dtype=bool)
    for column in columns:
        ordered = column[order]
        starts[1:] |= ordered[1:] != ordered[:-1]
    group = np.zeros(len(rows), dtype=np.int64)
    group[order] = np.cumsum(starts)
    return group

"""Days in a row on which part of a table is missing, told from a market that has less to complain.

A market fades, grows and has sales; its weeks seldom change by a third from one day to the next. A
lapse is days far below the week before, and below the week after where there is one; every week of
the last two months had more for its orders. It begins and ends between two days. Where a day alone
is missing there are other signs (`faults`).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.feed.robust import CHANCE, sd_of

Array = NDArray[np.float64]

WEEK: Final = 7
WEEKS: Final = 8
"""Weeks before a day that tell its weekday, and the least that a week has."""
WEEKS_MIN: Final = 4
DAYS_MIN: Final = 2
DAYS_MAX: Final = 28
"""What has lasted for longer is how the feed is now."""
OVER_DAYS: Final = 3
"""Days after a lapse that tell that it has ended."""
SIDES_APART: Final = 0.30
"""Logarithm by which the weeks on both sides may differ: else the market has moved."""
SDS: Final = 4.0
"""Standard deviations of the market's own steps that a lapse is below."""
STEPS_DAYS: Final = 182
"""Days before that tell the market's own steps."""
ORDERS_DAYS: Final = 14
"""Days of orders that a day's complaints are about, roughly."""
OUTLIERS: Final = 0.2
"""Share of days that may lie on the wrong side of the middle between a lapse and its sides."""
SUDDEN: Final = 0.75
"""Share of its depth that a lapse reaches between the days on both sides of its beginning."""
EDGE_DAYS: Final = 3


class Lapse(NamedTuple):
    """Places of the first day and the day after the last, and what is left of what was usual."""

    first: int
    end: int
    left: float
    is_over: bool
    """Whether the days after it are as those before."""


def levels_of(table: Array) -> Array:
    """(D,) logarithm of each day without its weekday's part, by the eight weeks before it.

    NaN where fewer than four weeks are known, and after the last day with anything: a table may end
    before its history does.
    """
    days = int(np.flatnonzero(table).max(initial=-1)) + 1
    log = np.log(table[:days] + 0.5)
    around = np.full(days, np.nan)
    if days >= WEEK:
        sums = np.convolve(table[:days], np.ones(WEEK), "valid")
        around[WEEK // 2 : days - WEEK // 2] = np.log((sums + 0.5) / WEEK)
    part, level = log - around, np.full(len(table), np.nan)
    for day in range(WEEK * WEEKS_MIN, days):
        past = part[day - WEEK * np.arange(1, 1 + min(WEEKS, day // WEEK))]
        past = past[~np.isnan(past)]
        if len(past) >= WEEKS_MIN - 1:
            level[day] = log[day] - np.median(past)
    return level


def lapses_in(table: Array, left: float, exposure: Array | None) -> list[Lapse]:
    """Lapses that leave less than a share `left`, by first day; none overlaps another.

    `exposure` is the (D,) orders of each day, which `table` is expected to follow: after a sale
    there are fewer complaints, and none is missing.
    """
    level = levels_of(table)
    if exposure is not None:
        level -= _trailing(exposure)
    usual = np.ones(len(level), dtype=bool)
    end = int(np.flatnonzero(~np.isnan(level)).max(initial=-1)) + 1
    found: list[Lapse] = []
    day = WEEK * (WEEKS_MIN + 1)
    while day + DAYS_MIN <= end:
        lapse = _lapse_from(table[:end], level[:end], day, np.log(left), usual)
        if lapse is None:
            day += 1
            continue
        found.append(lapse)
        usual[lapse.first : lapse.end] = False
        day = lapse.end + 1
    return found


def _lapse_from(
    table: Array, level: Array, first: int, log_left: float, usual: NDArray[np.bool_]
) -> Lapse | None:
    before = _before(level, first, usual)
    if len(before) < WEEK or np.isnan(level[first : first + DAYS_MIN]).any():
        return None
    base = float(np.median(before))
    if level[first : first + DAYS_MIN].max() > base + log_left / 2 or (
        level[first - 1] < base + log_left / 2
    ):
        return None
    best: Lapse | None = None
    strength = 0.0
    for end in range(first + DAYS_MIN, min(first + DAYS_MAX, len(level)) + 1):
        inside, after = level[first:end], level[end : end + WEEK]
        if np.isnan(inside).any():
            break
        is_over = len(after) >= OVER_DAYS
        side = (base + float(np.median(after))) / 2 if len(after) else base
        depth = float(np.median(inside)) - side
        middle = side + depth / 2
        edge = level[first - EDGE_DAYS : first]
        if (
            depth >= log_left
            or inside[:EDGE_DAYS].mean() - edge.mean() > SUDDEN * depth
            or inside[-1] > middle
            or np.mean(inside > middle) > OUTLIERS
            or (len(after) > 0 and after[0] < middle)
            or np.mean(np.concatenate([before, after]) < middle) > OUTLIERS
            or (len(after) > 0 and abs(float(np.median(after)) - base) > SIDES_APART)
        ):
            continue
        weight = -depth * np.sqrt(len(inside))
        if weight > strength:
            strength, best = weight, Lapse(first, end, float(np.exp(depth)), is_over)
    if best is None:
        return None
    chance = np.sqrt(CHANCE * best.left / (table[best.first : best.end].sum() + 1.0))
    if np.log(best.left) > -SDS * chance or not _is_beyond_the_usual(level, best, log_left, usual):
        return None
    return best


def _is_beyond_the_usual(
    level: Array, lapse: Lapse, log_left: float, usual: NDArray[np.bool_]
) -> bool:
    """Whether the market's own steps are far smaller, and each of its weeks had more."""
    first, end = lapse.first, lapse.end
    length = min(end - first, WEEK)
    steps = [
        level[day : day + length].mean() - np.median(level[day - WEEK : day])
        for day in range(max(first - STEPS_DAYS, WEEK), first - length + 1)
        if usual[day - WEEK : day + length].all() and not np.isnan(level[day - WEEK])
    ]
    if len(steps) < WEEK * 2 or np.log(lapse.left) > -SDS * sd_of(np.array(steps)):
        return False
    weeks = [
        level[day - WEEK : day].mean()
        for day in range(first, max(first - WEEK * WEEKS, WEEK), -1)
        if usual[day - WEEK : day].all() and not np.isnan(level[day - WEEK : day]).any()
    ]
    return bool(np.median(level[first:end]) < min(weeks) + log_left / 2)


def _before(level: Array, first: int, usual: NDArray[np.bool_]) -> Array:
    """The last week of usual days before a day."""
    past = np.flatnonzero(usual[max(first - WEEK * 3, 0) : first]) + max(first - WEEK * 3, 0)
    past = past[~np.isnan(level[past])]
    return level[past[-WEEK:]]


def _trailing(exposure: Array) -> Array:
    """(D,) logarithm of the orders that each day's complaints are about."""
    sums = np.concatenate([[0.0], np.cumsum(exposure)])
    end = np.arange(1, len(sums))
    start = np.maximum(end - ORDERS_DAYS, 0)
    return np.asarray(np.log((sums[end] - sums[start] + 0.5) / (end - start)))

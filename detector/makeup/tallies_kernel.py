"""The compiled passes of `detector.makeup.tallies`: the same parts, counted in one pass.

Shapes: n sellers, k rows to count into, T times, B parts of an attribute.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import compiled
from detector.durations import DAY_US, HOUR_US
from detector.history.history import UNKNOWN, Outcome
from detector.makeup.attributes import DELAY_DAYS, GAP_PERCENT, HOURS, PERIOD_DAYS, PIECES

Array = NDArray[np.float64]
Codes = NDArray[np.int32]
Ints = NDArray[np.int64]

_PENDING: Final = int(Outcome.PENDING)


def warm_up() -> None:
    """Compile every function for the types it is called with."""
    number, one = np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.int64)
    filed, found = np.zeros((1, 2), dtype=np.int64), np.zeros((1, 2, 9))
    count_filed(number, one, 1, one, filed)
    delay, outcome = number.astype(np.float32), number.astype(np.int8)
    given = (number, one, delay, number, outcome, number)
    count_parts(*given, 1, one, filed, one, one, found, found, found, found, found, found)


@compiled
def count_filed(seller: Codes, filed_at: Ints, as_of: int, time_of_day: Ints, filed: Ints) -> None:
    """Count m complaints by seller and time into `filed` (n, T), which holds zeros.

    `time_of_day` has the time of each age in days, or -1 for ages that do not count; older ones
    are as the last.
    """
    last = len(time_of_day) - 1
    for k in range(len(seller)):
        at = np.uintp(k)
        time = time_of_day[min((as_of - 1 - filed_at[at]) // DAY_US, last)]
        if time >= 0:
            filed[seller[at], time] += 1


@compiled
def count_parts(
    seller: Codes,
    filed_at: Ints,
    delay: NDArray[np.float32],
    evidence: Codes,
    outcome: NDArray[np.int8],
    category: Codes,
    as_of: int,
    time_of_day: Ints,
    filed: Ints,
    row: Ints,
    part_of_category: Ints,
    by_hour: Array,
    by_delay: Array,
    by_evidence: Array,
    by_outcome: Array,
    by_gap: Array,
    by_category: Array,
) -> None:
    """Count m complaints, by seller and then time, by time and part into the last six arrays.

    Each is (k, T, B) and holds zeros, or has no rows where nobody asks for its attribute. `row`
    (n,) is the row of each seller, or -1 for those not counted. `filed` is that of `count_filed`.
    """
    last = len(time_of_day) - 1
    seller_before, filed_before = np.int32(-1), np.int64(0)
    for k in range(len(seller)):
        at = np.uintp(k)
        whose = seller[at]
        time = time_of_day[min((as_of - 1 - filed_at[at]) // DAY_US, last)]
        if time < 0 or row[whose] < 0:
            continue
        r, t = np.uintp(row[whose]), np.uintp(time)
        if len(by_hour):
            clock = filed_at[at] % DAY_US
            part = 24 // HOURS if clock == 0 else clock // (HOURS * HOUR_US)
            by_hour[r, t, part] += 1.0
        if len(by_delay):
            days = delay[at]
            part = len(DELAY_DAYS) + 1 if np.isnan(days) else _reached(days, DELAY_DAYS)
            by_delay[r, t, part] += 1.0
        if len(by_evidence):
            pieces = evidence[at]
            part = PIECES + 1 if pieces == UNKNOWN else min(pieces, PIECES)
            by_evidence[r, t, part] += 1.0
        if len(by_outcome) and outcome[at] != _PENDING:
            by_outcome[r, t, outcome[at] - 1] += 1.0
        if len(by_gap):
            part = len(GAP_PERCENT)
            if whose == seller_before:
                # The first two times are the halves of one period.
                in_period = filed[whose, t] if time > 1 else filed[whose, 0] + filed[whose, 1]
                mean = PERIOD_DAYS * DAY_US / in_period
                percent = 100.0 * (filed_at[at] - filed_before) / mean
                part = _reached(percent, GAP_PERCENT)
            by_gap[r, t, part] += 1.0
            seller_before, filed_before = whose, filed_at[at]
        if len(by_category):
            by_category[r, t, part_of_category[category[at]]] += 1.0


@compiled
def _reached(value: float, edges: tuple[int, ...]) -> int:
    """How many of the edges, which ascend, a value has reached."""
    found = 0
    for edge in edges:
        found += value >= edge
    return found

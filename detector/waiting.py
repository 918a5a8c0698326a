"""How long cases wait by their place in the queue: a simulation of the own cases, and a formula.

People work shifts, cases come at all hours, and the first of the queue is taken first. The
simulation takes the cases as they came, in hours that are worked. The formula is Cobham's for
queues with priorities that interrupt nobody (Operations Research 2 (1954) 70-76; several servers:
Kella and Yechiali 1985), where arrivals are Poisson and work is exponential: a check on it.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US, FIRST_MONDAY, HOUR_US
from detector.errors import BadInput

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK_US: Final = 7 * DAY_US


@dataclass(frozen=True, slots=True)
class Shift:
    """The hours of each week in which people look at cases, in UTC."""

    weekdays: tuple[int, ...]
    """0 is Monday."""
    begins_us: int
    """From midnight; a shift does not go past midnight."""
    ends_us: int

    def worked_before(self, instants: NDArray[np.int64]) -> NDArray[np.int64]:
        """Microseconds worked from a Monday of 1970 until each instant (n,)."""
        weeks, rest = np.divmod(instants - FIRST_MONDAY * DAY_US, WEEK_US)
        worked: NDArray[np.int64] = weeks * (len(self.weekdays) * self._daily)
        for day in self.weekdays:
            worked = worked + np.clip(rest - day * DAY_US - self.begins_us, 0, self._daily)
        return worked

    def instants_of(self, worked: NDArray[np.int64]) -> NDArray[np.int64]:
        """The instant at which so much is worked (n,): the first that is in a shift."""
        a_week = len(self.weekdays) * self._daily
        weeks, rest = np.divmod(worked, a_week)
        place, within = np.divmod(rest, self._daily)
        days = np.array(self.weekdays)[place]
        found: NDArray[np.int64] = (FIRST_MONDAY + days) * DAY_US + weeks * WEEK_US + within
        return found + self.begins_us

    @property
    def _daily(self) -> int:
        return self.ends_us - self.begins_us


def shift_of(text: str) -> Shift:
    """Read a shift such as `mon-fri 9-17`; raises BadInput."""
    try:
        days, hours = text.lower().split()
        first, _, last = days.partition("-")
        since, until = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        begins, ends = (float(hour) for hour in hours.split("-"))
    except ValueError:
        since, until, begins, ends = 1, 0, 0.0, 0.0
    if since > until or not 0 <= begins < ends <= 24:
        raise BadInput(
            f"the shift {text[:40]!r} is not read: say weekdays and hours in UTC, such as "
            "mon-fri 9-17"
        )
    weekdays = tuple(range(since, until + 1))
    return Shift(weekdays, round(begins * HOUR_US), round(ends * HOUR_US))


def waits(
    arrived: NDArray[np.int64],
    order: NDArray[np.float64],
    work: NDArray[np.int64],
    people: int,
    shift: Shift,
) -> NDArray[np.int64]:
    """How long each of n cases waits until somebody takes it, in microseconds (n,).

    `arrived` (n,) are instants, `order` (n,) is higher for what is taken first, `work` (n,) is how
    long each case keeps a person. Who is free takes the first of the queue; a case goes on in the
    next shift where it was not done.
    """
    at = shift.worked_before(arrived)
    coming = np.lexsort((-order, at)).tolist()
    times, ranks, spans = at.tolist(), (-order).tolist(), work.tolist()
    free = [min(times, default=0)] * people
    queue: list[tuple[float, int, int]] = []
    began = np.zeros(len(times), dtype=np.int64)
    next_one, now = 0, free[0]
    for _ in times:
        now = max(heapq.heappop(free), now)  # who has been free for a while takes nothing earlier
        if not queue and next_one < len(coming):
            now = max(now, times[coming[next_one]])
        while next_one < len(coming) and times[coming[next_one]] <= now:
            case = coming[next_one]
            heapq.heappush(queue, (ranks[case], times[case], case))
            next_one += 1
        case = heapq.heappop(queue)[-1]
        began[case] = now
        heapq.heappush(free, now + spans[case])
    # A case that comes and is taken while nobody works is taken as the next shift begins.
    waited: NDArray[np.int64] = np.maximum(shift.instants_of(began) - arrived, 0)
    return waited


def expected_waits(
    rates: Sequence[float], service_rate: float, people: int
) -> tuple[float | None, ...]:
    """Cobham's mean waits by class, the first class taken first; None where a class never is.

    `rates` are arrivals of each class and `service_rate` cases of one person, per unit of time.
    """
    load = sum(rates) / service_rate
    found: list[float | None] = []
    before = 0.0
    busy = _all_busy(people, load) if load < people else 1.0
    for rate in rates:
        after = before + rate / (people * service_rate)
        if after >= 1.0:
            found.append(None)
        else:
            found.append(busy / (people * service_rate * (1 - before) * (1 - after)))
        before = after
    return tuple(found)


def _all_busy(people: int, load: float) -> float:
    """Erlang's C: the chance that nobody is free, at a load below the number of people."""
    blocked = 1.0
    for k in range(1, people + 1):  # Erlang's B, one person after another
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1.0 - load / people * (1.0 - blocked))

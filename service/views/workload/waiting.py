"""How long cases wait by their place in the queue: as it was, and with other numbers of people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US, HOUR_US, MINUTE_US
from detector.errors import NotEnoughHistory
from detector.waiting import Shift, expected_waits, waits
from service.views.workload.rules import CASES_MIN, WORKING_DAY_US, minutes_a_case
from service.views.workload.schemas import PlaceWaits, StaffedWaits, WaitingShown

PLACES: Final = ((0.0, 0.2), (0.2, 0.5), (0.5, 1.0))
"""Parts of the queue, the first taken first."""
PEOPLE_MORE: Final = 2
"""How many more people are looked at than are asked about."""


class LoggedCase(NamedTuple):
    """A case as the queue had it; instants in microseconds UTC."""

    opened_at: int
    order_key: float
    due_at: int
    looked_at: int | None
    closed_at: int | None


def waiting_shown(
    cases: Sequence[LoggedCase], people: int, shift: Shift, *, minutes: float, days: int
) -> WaitingShown:
    """How long these cases waited, and would have with `people` and some more.

    `minutes` are those of a case of which it is not known how long it kept somebody. Raises
    NotEnoughHistory below CASES_MIN cases.
    """
    if len(cases) < CASES_MIN:
        raise NotEnoughHistory(
            f"{len(cases)} cases were opened in {days} days; at least {CASES_MIN} are needed to "
            "say how long cases wait"
        )
    spans = [c.closed_at - c.looked_at for c in cases if c.closed_at and c.looked_at]
    usual = (minutes_a_case(spans) or minutes) * MINUTE_US
    opened = np.array([case.opened_at for case in cases])
    order = np.array([case.order_key for case in cases])
    work = np.array([_work_of(case, usual) for case in cases], dtype=np.int64)
    due = np.array([case.due_at for case in cases])
    parts = _parts_of(order)
    looked = np.array([-1 if c.looked_at is None else c.looked_at - c.opened_at for c in cases])
    known = looked >= 0
    first = [part[known[part]] for part in parts]
    staffed = [
        _with(number, opened, order, work, due, parts, shift)
        for number in range(people, people + PEOPLE_MORE + 1)
    ]
    return WaitingShown(
        cases=len(cases),
        days=days,
        minutes_a_case=float(work.mean()) / MINUTE_US,
        measured=[_places(looked, part, place) for part, place in _each(first)],
        staffed=staffed,
    )


def _with(
    people: int,
    opened: NDArray[np.int64],
    order: NDArray[np.float64],
    work: NDArray[np.int64],
    due: NDArray[np.int64],
    parts: Sequence[NDArray[np.int64]],
    shift: Shift,
) -> StaffedWaits:
    waited = waits(opened, order, work, people, shift)
    in_shifts = shift.worked_before(opened + waited) - shift.worked_before(opened)
    ends = np.array([opened.min() // DAY_US, opened.max() // DAY_US + 1]) * DAY_US
    worked = int(np.diff(shift.worked_before(ends))[0])
    hours = max(worked, 1) / HOUR_US
    service_rate = HOUR_US / float(work.mean())
    expected = expected_waits([len(part) / hours for part in parts], service_rate, people)
    return StaffedWaits(
        people=people,
        load=len(opened) / hours / service_rate / people,
        overdue=float((opened + waited > due).mean()),
        places=[
            _places(waited, part, place, in_shifts, mean)
            for (part, place), mean in zip(_each(parts), expected, strict=True)
        ],
    )


def _work_of(case: LoggedCase, usual: float) -> float:
    """How long a case kept somebody; one that took longer than a day's work waited meanwhile."""
    if case.looked_at is None or case.closed_at is None:
        return usual
    span = case.closed_at - case.looked_at
    return float(span) if 0 < span <= WORKING_DAY_US else usual


def _parts_of(order: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """The rows of each part of the queue, by their order among all cases."""
    rows = np.argsort(-order, kind="stable")
    edges = [round(since * len(rows)) for since, _ in PLACES] + [len(rows)]
    return [rows[a:b] for a, b in pairwise(edges)]


def _each(
    parts: Sequence[NDArray[np.int64]],
) -> list[tuple[NDArray[np.int64], tuple[float, float]]]:
    return list(zip(parts, PLACES, strict=True))


def _places(
    waited: NDArray[np.int64],
    rows: NDArray[np.int64],
    place: tuple[float, float],
    in_shifts: NDArray[np.int64] | None = None,
    expected: float | None = None,
) -> PlaceWaits:
    hours = waited[rows] / HOUR_US
    median, ninth = np.quantile(hours, [0.5, 0.9]).tolist() if len(hours) else (None, None)
    return PlaceWaits(
        since=place[0],
        until=place[1],
        cases=len(rows),
        median_hours=median,
        tenth_hours=ninth,
        worked_hours=None if in_shifts is None else float(in_shifts[rows].mean()) / HOUR_US,
        formula_hours=expected,
    )

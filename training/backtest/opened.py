"""Cases opened day by day under a budget, and whether one more spike would be among them.

A day opens a case for each flagged seller, and for the best of the rest that are worth a look while
there is room. A seller has no second case within `QUIET_DAYS`. The service opens one sooner for a
flag whose new complaints stand out alone; that is not counted here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.capacity import QUIET_DAYS, Capacity
from training.backtest.measures import GRACE_DAYS
from training.backtest.watched import Row, Watched

_NEVER: Final = -(10**9)


@dataclass(frozen=True, slots=True)
class _Line:
    """What a further seller has to beat on one day."""

    certain: frozenset[int]
    """Flagged sellers whose case is opened."""
    best: tuple[tuple[float, int], ...]
    """(−score, seller) of the rest, best first: one more than there is room for at most."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The cases of one budget, and the line on each day."""

    capacity: Capacity
    day: NDArray[np.int64]
    """(m,) days since 1970, rising."""
    seller: NDArray[np.int64]
    """(m,)"""
    lines: tuple[_Line, ...]


def opened(watched: Watched, looks: int, *, p_max: float) -> Opened:
    """Open cases on all days, at most `looks` a day where fewer are flagged."""
    capacity = Capacity(cases_a_day=float(looks), p_max=p_max)
    last = np.full(watched.score.shape[1], _NEVER, dtype=np.int64)
    days: list[int] = []
    sellers: list[int] = []
    lines: list[_Line] = []
    for row, day in enumerate(watched.days.tolist()):
        free = day - last >= QUIET_DAYS
        line = _line(watched.day(row), free, capacity)
        room = capacity.room(len(line.certain))
        chosen = [*sorted(line.certain), *(seller for _, seller in line.best[:room])]
        last[chosen] = day
        days += [day] * len(chosen)
        sellers += chosen
        lines.append(line)
    return Opened(
        capacity,
        np.array(days, dtype=np.int64),
        np.array(sellers, dtype=np.int64),
        tuple(lines),
    )


def _line(row: Row, free: NDArray[np.bool_], capacity: Capacity) -> _Line:
    certain = frozenset(np.flatnonzero(row.flagged & free).tolist())
    rest = np.flatnonzero(row.worth & ~row.flagged & free)
    room = capacity.room(len(certain))
    # Two more than there is room for: the seller in question may be one of either kind.
    best = rest[np.argsort(-row.score[rest], kind="stable")][: room + 2]
    return _Line(certain, tuple((-float(row.score[s]), int(s)) for s in best))


def first_case(
    found: Opened, watched: Watched, seller: int, row: Row, *, start: float, end: float
) -> int | None:
    """The day on which a spike's seller gets a case, from its start to three days after its end.

    `row` is the seller on all days with the spike. None where it gets none: the line is too high,
    or its case about something earlier is still open.
    """
    before = found.day[(found.seller == seller) & (found.day <= start)]
    free_from = int(before.max(initial=_NEVER)) + QUIET_DAYS
    for at, day in enumerate(map(int, watched.days)):
        if not (max(start, free_from - 1) < day <= end + GRACE_DAYS):
            continue
        if row.flagged[at] or (
            row.worth[at] and _is_above(found, at, seller, float(row.score[at]))
        ):
            return day
    return None


def _is_above(found: Opened, at: int, seller: int, score: float) -> bool:
    line = found.lines[at]
    room = found.capacity.room(len(line.certain - {seller}))
    rivals = [rival for rival in line.best if rival[1] != seller]
    return room > 0 and (len(rivals) < room or (-score, seller) < rivals[room - 1])

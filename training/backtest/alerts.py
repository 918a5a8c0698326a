"""From scores to alerts: which sellers a team with so much time would have examined.

There are two policies. The *queue* is what moderators work with: each day it alerts the sellers
with the highest scores, except those alerted in the last days, whose cases are open. The
*threshold* alerts every seller above one score, the same on all days; the score is set in hindsight
to give the wanted number of alerts on average. It shows whether scores are comparable across days:
a method that only ranks within a day does worse by it than by the queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.backtest.scores import Scores

OPEN_DAYS: Final = 14
"""The case of an alert is taken to be open for so long: its seller is not alerted again."""
_NEVER: Final = -(10**9)
_HALVINGS: Final = 40

QUEUE: Final = (
    "Queue (capacity): at each midnight the {budget} sellers with the best scores are alerted, "
    f"leaving out those alerted in the {OPEN_DAYS} days before (their case is still open)."
)
THRESHOLD: Final = (
    "Threshold: sellers that score above one fixed score are alerted, again not twice within "
    f"{OPEN_DAYS} days; the score is the lowest that gives at most the budget on average over "
    "the tested days (known only in hindsight)."
)


@dataclass(frozen=True, slots=True)
class Alerts:
    """m alerts, by day and then score, best first."""

    day: NDArray[np.int64]
    """(m,) days since 1970."""
    seller: NDArray[np.int64]
    """(m,) index into the history's sellers."""
    score: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.day)


def queue_alerts(scores: Scores, per_day: float) -> Alerts:
    """The best `per_day` sellers of each day whose case is not open; ties go to the first id.

    Fractions of an alert add up over days until they make a whole one.
    """
    alerted = np.full(scores.values.shape[1], _NEVER, dtype=np.int64)
    by_day: list[tuple[int, NDArray[np.int64], NDArray[np.float64]]] = []
    for row, (day, allowance) in enumerate(
        zip(scores.days, allowances(scores, per_day), strict=True)
    ):
        free = np.where(day - alerted >= OPEN_DAYS, scores.values[row], -np.inf)
        best = np.argsort(-free, kind="stable")[:allowance]
        best = best[np.isfinite(free[best])]
        alerted[best] = day
        by_day.append((int(day), best, free[best]))
    return _alerts(by_day)


def allowances(scores: Scores, per_day: float) -> NDArray[np.int64]:
    """(t,) alerts allowed on each tested day; days in between add theirs to the next one."""
    if len(scores.days) == 0:
        return np.zeros(0, dtype=np.int64)
    step = int(scores.days[1] - scores.days[0]) if len(scores.days) > 1 else 1
    passed = np.floor(np.arange(len(scores.days) + 1) * step * per_day + 1e-9)
    return np.asarray(np.diff(passed), dtype=np.int64)


def threshold_alerts(scores: Scores, per_day: float) -> Alerts:
    """Alerts above the lowest score that gives at most `per_day` a day on average."""
    wanted = int(allowances(scores, per_day).sum())
    ordered = np.unique(scores.values[np.isfinite(scores.values)])
    if len(ordered) == 0:
        return _alerts([])
    # The number of alerts falls as the score rises, except for open cases, so bisect.
    low, high = -1, len(ordered) - 1
    for _ in range(_HALVINGS):
        if high - low <= 1:
            break
        middle = (low + high) // 2
        if len(_above(scores, float(ordered[middle]))) > wanted:
            low = middle
        else:
            high = middle
    return _above(scores, float(ordered[high]))


def _above(scores: Scores, score: float) -> Alerts:
    alerted = np.full(scores.values.shape[1], _NEVER, dtype=np.int64)
    by_day = []
    for day, values in zip(scores.days, scores.values, strict=True):
        found = np.flatnonzero(values > score)
        found = found[day - alerted[found] >= OPEN_DAYS]
        alerted[found] = day
        found = found[np.argsort(-values[found], kind="stable")]
        by_day.append((int(day), found, values[found]))
    return _alerts(by_day)


def _alerts(by_day: list[tuple[int, NDArray[np.int64], NDArray[np.float64]]]) -> Alerts:
    none = np.zeros(0, dtype=np.int64)
    return Alerts(
        day=np.concatenate([none, *(np.full(len(s), day) for day, s, _ in by_day)]),
        seller=np.concatenate([none, *(sellers for _, sellers, _ in by_day)]),
        score=np.concatenate([np.zeros(0), *(score for _, _, score in by_day)]),
    )

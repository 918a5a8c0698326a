"""What alerts are worth, given the episodes there were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.backtest.alerts import Alerts
from training.backtest.episodes import Episodes
from training.backtest.intervals import Share, wilson

GRACE_DAYS: Final = 3
"""An alert so soon after an episode's end still counts as finding it."""
NOBODY: Final = -1

FOUND: Final = (
    "An episode is found by the first alert on its seller after it began and no later than "
    f"{GRACE_DAYS} days after it ended; its delay is the days from its start to that alert. "
    "Judged are the episodes that began and ended within the tested days; an alert on any other "
    "episode is not held to be false."
)


@dataclass(frozen=True, slots=True)
class Judged:
    """The measures of one method at one budget."""

    alerts: int
    recall: Share
    precision: Share
    delay_days_median: float | None
    """Over the episodes found."""
    false_alerts_per_seller_year: float
    recall_by_kind: dict[str, Share]
    recall_by_size: dict[str, Share]
    delays: tuple[float, ...]
    """Days to the first alert of each episode found, rising."""
    judged: int
    """Episodes that could be found."""


def episode_of_alerts(alerts: Alerts, episodes: Episodes) -> NDArray[np.int64]:
    """(m,) number of the episode that each alert is about; NOBODY where there is none."""
    of: dict[int, list[int]] = {}
    for number, seller in enumerate(episodes.seller):
        of.setdefault(int(seller), []).append(number)
    found = np.full(len(alerts), NOBODY, dtype=np.int64)
    for place, (day, seller) in enumerate(zip(alerts.day, alerts.seller, strict=True)):
        for number in of.get(int(seller), ()):
            if episodes.start[number] < day <= episodes.end[number] + GRACE_DAYS:
                found[place] = number
    return found


def first_alerts(alerts: Alerts, episodes: Episodes) -> dict[int, float]:
    """Days from its start to the first alert, by number of each episode found."""
    first: dict[int, float] = {}
    about = episode_of_alerts(alerts, episodes)
    for number, day in zip(about, alerts.day, strict=True):
        if number != NOBODY and number not in first:
            first[int(number)] = float(day - episodes.start[number])
    return first


def judge(
    alerts: Alerts,
    episodes: Episodes,
    judged: NDArray[np.int64],
    size: NDArray[np.str_],
    seller_days: float,
) -> Judged:
    """Measure alerts against the episodes numbered in `judged`.

    `size` (n,) is the name of each seller's size; `seller_days` is how long sellers were watched.
    """
    about = episode_of_alerts(alerts, episodes)
    first = first_alerts(alerts, episodes)
    found = np.array([number in first for number in judged], dtype=bool)
    kinds = np.array([episodes.kind[number] for number in judged], dtype=np.str_)
    delays = sorted(first[int(number)] for number in judged[found])
    right = int((about != NOBODY).sum())
    return Judged(
        alerts=len(alerts),
        recall=wilson(int(found.sum()), len(judged)),
        precision=wilson(right, len(alerts)),
        delay_days_median=float(np.median(delays)) if delays else None,
        false_alerts_per_seller_year=(len(alerts) - right) / max(seller_days / 365.25, 1e-9),
        recall_by_kind=_by(kinds, found),
        recall_by_size=_by(size[episodes.seller[judged]], found),
        delays=tuple(delays),
        judged=len(judged),
    )


def _by(group: NDArray[np.str_], found: NDArray[np.bool_]) -> dict[str, Share]:
    return {
        str(name): wilson(int(found[group == name].sum()), int((group == name).sum()))
        for name in np.unique(group)
    }
